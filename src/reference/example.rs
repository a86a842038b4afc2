//! For each key a scenario that runs.

use std::fmt::Write;

use super::entry::{Entry, entries};
use crate::scenario::catalogue::{Key, TABLES, header, keys_of};
use crate::scenario::{Kind, RawValue};

/// An example of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// The table.
    pub table: &'static str,
    /// The key.
    pub key: &'static str,
    /// The section with the key, as it stands in a file.
    pub section: String,
    /// A whole scenario with that section.
    pub scenario: String,
    /// The same as `--set`, of a shipped scenario; none where a value only makes sense beside others.
    pub set: Option<String>,
}

/// A line of a section: a key and its value as it stands in a file.
type Line = (&'static str, String);

/// An example of every key of every table.
pub fn examples() -> Vec<Example> {
    let of_table = |table: &&'static str| {
        let entries = entries(table);
        let table = *table;
        entries
            .into_iter()
            .map(move |entry| example(table, entry))
            .collect::<Vec<_>>()
    };
    TABLES.iter().flat_map(of_table).collect()
}

/// The example of a key.
pub(super) fn example(table: &'static str, entry: Entry) -> Example {
    let lines = lines(table, entry);
    Example {
        table,
        key: entry.name(),
        section: section(table, &lines),
        scenario: scenario_text(table, &lines),
        set: match entry {
            Entry::Key(key) => set(table, key),
            Entry::Rule(_) => None,
        },
    }
}

/// The lines of the section, the key being the last one.
fn lines(table: &'static str, entry: Entry) -> Vec<Line> {
    let companions = match entry {
        Entry::Key(key) => {
            let keys = keys_of(table).unwrap_or_default();
            let value = |name: &str, text: &str| {
                let key = keys.iter().find(|key| key.name == name);
                key.map_or_else(String::new, |key| value_text(key, text))
            };
            let companions = key.beside_example().iter();
            companions
                .map(|(name, text)| (*name, value(name, text)))
                .collect()
        }
        Entry::Rule(_) => Vec::new(),
    };
    let value = match entry {
        Entry::Key(key) => value_text(key, &key.example()),
        Entry::Rule(rule) => rule.example.into(),
    };
    let usual = usual(table, entry.name());
    let mut lines: Vec<Line> = if companions.is_empty() {
        usual
    } else {
        companions
    };
    lines.retain(|(name, _)| *name != entry.name());
    lines.push((entry.name(), value));
    lines
}

/// What else a section holds, where the key says nothing of that.
fn usual(table: &str, key: &str) -> Vec<Line> {
    let lines: &[(&'static str, &str)] = match (table, key) {
        ("scenario", "name") => &[],
        ("scenario", _) => &[("name", "\"example\"")],
        ("gateway", "name") => &[("update", "\"ignored\"")],
        ("gateway", "update" | "profile") => &[("name", "\"gateway\"")],
        ("gateway", _) => &[("name", "\"gateway\""), ("update", "\"ignored\"")],
        ("clients", _) => &[
            ("name", "\"office\""),
            ("count", "20"),
            ("gateway", "\"gateway\""),
        ],
        ("workload" | "path", _) => &[("name", "\"mine\"")],
        ("fault", _) => &[
            ("kind", "\"crash\""),
            ("target", "\"gateway:gateway\""),
            ("at", "\"09:00\""),
        ],
        ("objective", "cause") => &[("metric", "\"session_drops\""), ("at_most", "0")],
        ("objective", "at_least") => &[("metric", "\"first_loss_s\"")],
        ("objective", _) => &[
            ("metric", "\"missed_toast_fraction\""),
            ("at_most", "\"0.5 %\""),
        ],
        ("study", "points" | "vary") => &[],
        ("study", _) => &[("vary", "[\"clients.count = 10, 20\"]")],
        ("plot", _) => &[("x", "\"time\""), ("y", "\"usable\"")],
        _ => &[],
    };
    lines
        .iter()
        .map(|(name, value)| (*name, (*value).into()))
        .collect()
}

fn section(table: &str, lines: &[Line]) -> String {
    let mut out = header(table) + "\n";
    for (name, value) in lines {
        writeln!(out, "{name} = {value}").unwrap_or_default();
    }
    out
}

/// The scenario: the section stands in the place of that of the plainest one, or below it.
fn scenario_text(table: &'static str, lines: &[Line]) -> String {
    let mut base: Vec<(&str, Vec<Line>)> = ["scenario", "gateway", "clients"]
        .map(|t| (t, usual(t, "")))
        .into();
    if matches!(table, "workload" | "path") {
        let name = lines.iter().find(|(name, _)| *name == "name");
        let reference = if table == "path" { "path" } else { "workload" };
        base[2]
            .1
            .extend(name.map(|(_, value)| (reference, value.clone())));
    }
    if table == "gateway" {
        // The group goes to the gateway of the example, whatever its name.
        let name = lines.iter().find(|(name, _)| *name == "name");
        let of_group = base[2].1.iter_mut().find(|(name, _)| *name == "gateway");
        if let (Some((_, name)), Some((_, value))) = (name, of_group) {
            value.clone_from(name);
        }
    }
    match base.iter_mut().find(|(t, _)| *t == table) {
        Some((_, of_base)) => *of_base = lines.to_vec(),
        None => base.push((table, lines.to_vec())),
    }
    let sections: Vec<String> = base
        .iter()
        .map(|(table, lines)| section(table, lines))
        .collect();
    sections.join("\n")
}

/// A value as it stands in a file.
fn value_text(key: &Key, text: &str) -> String {
    match key.kind.form_of(text) {
        RawValue::Number(_) | RawValue::Boolean(_) => text.into(),
        // A list of a kind that has such is written as one.
        _ if text.starts_with('[') || text.starts_with('{') => text.into(),
        form => form.display(),
    }
}

/// A value on the command line, for keys that need nothing beside them.
fn set(table: &str, key: &Key) -> Option<String> {
    let needs_more = matches!(
        key.kind,
        Kind::Name
            | Kind::GatewayName
            | Kind::Targets
            | Kind::File(_)
            | Kind::Columns(_)
            | Kind::Reference(_)
            | Kind::Mix(_)
    );
    if needs_more
        || !key.beside_example().is_empty()
        || !matches!(table, "scenario" | "gateway" | "clients")
    {
        return None;
    }
    let value = key.example();
    let is_plain = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    let value = if is_plain {
        value
    } else {
        format!("\"{value}\"")
    };
    Some(format!("{table}.{}={value}", key.name))
}
