//! Topics of `rccsim help`: a table, a key, a metric, a word of a key, a profile.

use super::entry::{Entry, entries, own_entries, tables_with};
use super::example::example;
use super::wrap::{rows, wrap_text};
use crate::measure::{METRICS, Metric};
use crate::report::words::metric_title;
use crate::scenario::catalogue::{Standing, TABLES, header, meaning_of};
use crate::scenario::{KINDS, SHIPPED, SHIPPED_SCENARIOS, ShippedScenario, example_target};

/// What is known of a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Topic {
    /// What it means.
    Known(String),
    /// Nothing.
    Unknown,
}

/// The topics that are no table, key or metric: name, and what it explains.
const GENERAL: [(&str, &str); 4] = [
    (
        "metrics",
        "the figures that are counted, each with its definition",
    ),
    (
        "profiles",
        "named sets of values for clients, gateways, workloads and paths",
    ),
    (
        "values",
        "how durations, shares, rates and times are written",
    ),
    ("standing", "how far a value can be relied on"),
];

/// The overview: every topic.
pub fn overview() -> String {
    let tables = TABLES
        .iter()
        .map(|table| (*table, meaning_of(table).into()));
    let general = GENERAL
        .iter()
        .map(|(name, meaning)| (*name, (*meaning).into()));
    format!(
        "Tables of a scenario\n{}\nBesides\n{}\n{}\n",
        rows(tables),
        rows(general),
        wrap_text(
            "rccsim help TABLE lists the keys of a table, rccsim help KEY explains one, as in: rccsim help reestablish, \
             rccsim help clients.path, rccsim help down_fraction. rccsim help COMMAND is that of a command.",
            0
        )
    )
}

/// What is known of a word: a table or its plural, a key with its table or without, a metric, a profile, a shipped scenario,
/// a word of a key.
pub fn topic(word: &str) -> Topic {
    let lower = word.trim().trim_matches(['[', ']']).to_lowercase();
    let text = table(&lower)
        .or_else(|| general(&lower))
        .or_else(|| qualified(&lower))
        .or_else(|| bare(&lower))
        .or_else(|| find_named("metric", &lower, |name| Metric::by_name(name).map(metric)))
        .or_else(|| find_named("profile", &lower, profile))
        .or_else(|| find_named("model", &lower, model))
        .or_else(|| word_of_key(&lower));
    text.map_or(Topic::Unknown, Topic::Known)
}

/// A thing of that kind by its name, which may stand behind the kind: "metrics.down_fraction".
fn find_named(kind: &str, word: &str, find: impl Fn(&str) -> Option<String>) -> Option<String> {
    let of_kind = |(prefix, _): &(&str, &str)| prefix.trim_end_matches('s') == kind;
    let name = word.split_once('.').filter(of_kind).map(|(_, name)| name);
    find(name.unwrap_or(word))
}

/// Every word that is explained, but those of keys.
pub fn names() -> impl Iterator<Item = &'static str> {
    let keys = TABLES
        .iter()
        .flat_map(|table| entries(table))
        .map(|entry| entry.name());
    let general = GENERAL.iter().map(|(name, _)| *name);
    let profiles = SHIPPED.iter().map(|(_, name, _)| *name);
    let metrics = METRICS.iter().map(|metric| metric.name);
    (TABLES.iter().copied())
        .chain(general)
        .chain(keys)
        .chain(metrics)
        .chain(profiles)
        .chain(SHIPPED_SCENARIOS.iter().map(|model| model.name))
}

fn is_table(word: &str, table: &str) -> bool {
    word == table || word == plural(table)
}

fn table(word: &str) -> Option<String> {
    let table = TABLES.iter().find(|table| is_table(word, table))?;
    let key_rows = |entries: Vec<Entry>| {
        rows(
            entries
                .iter()
                .map(|entry| (entry.name(), entry.meaning().to_string())),
        )
    };
    let mut out = format!(
        "{}\n\n{}",
        wrap_text(&format!("{}: {}", header(table), meaning_of(table)), 0),
        key_rows(own_entries(table))
    );
    if matches!(*table, "gateway" | "clients") {
        let tables = if *table == "clients" {
            "workload and path"
        } else {
            "path"
        };
        out += &format!("\nand every key of {tables} but name and profile: rccsim help path\n");
    }
    let first = own_entries(table)
        .into_iter()
        .map(|entry| entry.name())
        .find(|name| *name != "name");
    out += &format!(
        "\nrccsim help {table}.{} explains one of them.\n",
        first.unwrap_or("KEY")
    );
    Some(out)
}

fn plural(table: &str) -> String {
    match table {
        "study" => "studies".into(),
        table => format!("{table}s"),
    }
}

/// `table.key` or `table.name.key`.
fn qualified(word: &str) -> Option<String> {
    let (table, rest) = word.split_once('.')?;
    let name = rest.rsplit('.').next()?;
    let table = TABLES.iter().find(|t| is_table(table, t))?;
    let entry = entries(table)
        .into_iter()
        .find(|entry| entry.name() == name)?;
    Some(key(&[(table, entry)]))
}

/// A key without its table: tables that share it are explained together, others one after the other.
fn bare(name: &str) -> Option<String> {
    let mut groups: Vec<Vec<(&'static str, Entry)>> = Vec::new();
    for (table, entry) in tables_with(name) {
        let has_meaning = |group: &&mut Vec<(&str, Entry)>| group[0].1.meaning() == entry.meaning();
        match groups.iter_mut().find(has_meaning) {
            Some(group) => group.push((table, entry)),
            None => groups.push(vec![(table, entry)]),
        }
    }
    let keys: Vec<String> = groups.iter().map(|group| key(group)).collect();
    (!keys.is_empty()).then(|| keys.join("\n"))
}

/// A key, in each of its tables.
fn key(places: &[(&'static str, Entry)]) -> String {
    let (table, entry) = places[0];
    let names: Vec<String> = places
        .iter()
        .map(|(table, entry)| format!("{table}.{}", entry.name()))
        .collect();
    let mut out = format!(
        "{}\n{}\n\n",
        wrap_text(&names.join(", "), 0),
        wrap_text(entry.meaning(), 0)
    );
    let mut row =
        |name: &str, text: &str| out += &format!("{name:LABEL$}{}\n", wrap_text(text, LABEL));
    row("value", &entry.expects());
    for (form, meaning) in entry.forms() {
        row("", &format!("{form}: {meaning}"));
    }
    if let Some(default) = entry.default() {
        row("default", &default);
    }
    if let Entry::Key(key) = entry {
        row("standing", &format!("{}: {}", key.standing, key.source));
        if !key.alternatives.is_empty() {
            row(
                "tried",
                &format!(
                    "{} (run says whether one of them decides the verdict)",
                    key.alternatives.join(", ")
                ),
            );
        }
    }
    let example = example(table, entry);
    for (i, line) in example.section.lines().enumerate() {
        out += &format!("{:LABEL$}{line}\n", if i == 0 { "example" } else { "" });
    }
    if let Some(set) = example.set {
        out += &format!("{:LABEL$}rccsim run nec-r2 --set {set}\n", "try");
    }
    out
}

/// Columns of what stands before a text.
const LABEL: usize = 10;

fn general(word: &str) -> Option<String> {
    Some(match word {
        "metrics" | "metric" => {
            let topics = METRICS.iter().map(|m| (m.name, m.definition.to_string()));
            format!(
                "Metrics: what is counted, for [[objective]], [[plot]] and --cost\n\n{}",
                rows(topics)
            )
        }
        "profiles" | "profile" => {
            let names = |kind: &str| {
                let names = SHIPPED.iter().filter(|(k, ..)| *k == kind);
                names
                    .map(|(_, name, _)| *name)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let kinds = KINDS.iter().map(|kind| (*kind, names(kind)));
            format!(
                "Profiles: named sets of values, for `profile`, `workload` and `path`\n\n{}\nrccsim profiles NAME shows each value \
                 with where it comes from. A file of your\nown is one too: profile = \"mine.toml\".\n",
                rows(kinds)
            )
        }
        "values" | "units" => format!(
            "How values are written\n\n{}",
            rows(VALUES.iter().map(|(what, how)| (*what, (*how).into())))
        ),
        word if word == "standing" || Standing::ALL.iter().any(|(_, name)| *name == word) => {
            let topics = Standing::ALL
                .iter()
                .map(|(standing, name)| (*name, standing.meaning().into()));
            format!(
                "Standing: how far a value can be relied on\n\n{}",
                rows(topics)
            )
        }
        _ => return None,
    })
}

const VALUES: [(&str, &str); 7] = [
    (
        "duration",
        "a number and us, ms, s, min, h or d: \"25 min\", \"1.5 s\", \"2 hours\"",
    ),
    ("share", "a number and %: \"0.5 %\""),
    ("rate", "a number and /s, /min, /h or /d: \"2 /h\""),
    (
        "time of day",
        "\"08:00\" or \"08:00:30\"; with its day \"Monday 08:00\" or \"2026-11-30 08:00\"",
    ),
    ("number", "without quotes: 12000 or 12_000"),
    ("yes or no", "without quotes: true or false"),
    ("word, name", "in quotes: \"never\""),
];

fn metric(metric: &'static Metric) -> String {
    let mut out = format!(
        "{} ({})\n{}\n\n",
        metric.name,
        metric_title(metric.name),
        wrap_text(metric.definition, 0)
    );
    let mut row =
        |name: &str, text: &str| out += &format!("{name:LABEL$}{}\n", wrap_text(text, LABEL));
    row("unit", metric.unit.name());
    row(
        "better",
        match metric.less_is_better {
            Some(true) => "less",
            Some(false) => "more",
            None => "neither",
        },
    );
    let causes = (metric.causes)();
    if !causes.is_empty() {
        row("causes", &causes.join(", "));
    }
    for (i, line) in objective(metric).lines().enumerate() {
        out += &format!("{:LABEL$}{line}\n", if i == 0 { "example" } else { "" });
    }
    out
}

/// An objective of the metric, as it stands in a file.
fn objective(metric: &Metric) -> String {
    let bound = match metric.less_is_better {
        Some(false) => "at_least",
        Some(true) | None => "at_most",
    };
    let target = example_target(metric.unit);
    let name = metric.name;
    format!("[[objective]]\nmetric = \"{name}\"\n{bound} = {target}\n")
}

fn profile(name: &str) -> Option<String> {
    let kinds: Vec<&str> = SHIPPED
        .iter()
        .filter(|(_, n, _)| *n == name)
        .map(|(kind, ..)| *kind)
        .collect();
    let list = kinds.join(" and ");
    (!kinds.is_empty())
        .then(|| format!("{name} is a profile ({list});\n`rccsim profiles {name}` shows its values with their sources.\n"))
}

fn model(name: &str) -> Option<String> {
    let question = ShippedScenario::by_name(name)?.question();
    let summary = wrap_text(&format!("{name} is a shipped scenario: {question}"), 0);
    Some(format!(
        "{summary}\n\nrccsim run {name}\nsimulates it,\nrccsim models {name}\nprints it.\n"
    ))
}

/// The keys that take the word.
fn word_of_key(word: &str) -> Option<String> {
    let of_table = |table: &&'static str| {
        let of_entry = |entry: Entry| {
            let meaning = entry.forms().into_iter().find(|(form, _)| *form == word)?.1;
            Some((format!("{table}.{}", entry.name()), meaning.to_string()))
        };
        own_entries(table)
            .into_iter()
            .filter_map(of_entry)
            .collect::<Vec<_>>()
    };
    let words: Vec<(String, String)> = TABLES.iter().flat_map(of_table).collect();
    let listing = rows(
        words
            .iter()
            .map(|(key, meaning)| (key.as_str(), meaning.clone())),
    );
    (!words.is_empty()).then(|| format!("\"{word}\" is a value of\n\n{listing}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explanation(word: &str) -> String {
        match topic(word) {
            Topic::Known(text) => text,
            Topic::Unknown => panic!("{word} is unknown"),
        }
    }

    #[test]
    fn a_key_says_all_that_its_declaration_says() {
        let text = explanation("clients.reestablish");
        for part in [
            "when a lost session is set up again",
            "fixed 30 s: after exactly this long",
            "default   fixed 30 s",
            "assumption: that it is done is published",
            "tried     fixed 0 s, fixed 600 s, never",
            "reestablish = \"uniform 0 s..600 s\"",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        assert_eq!(explanation("clients.office.reestablish"), text);
        assert_eq!(explanation("reestablish"), text);
    }

    #[test]
    fn a_key_of_several_tables_is_explained_once_for_all_that_share_it() {
        let text = explanation("idle_timeout");
        assert!(
            text.starts_with("gateway.idle_timeout, clients.idle_timeout, path.idle_timeout\n"),
            "{text}"
        );
        // The Session-Expires of a gateway is another thing than that of a client.
        let text = explanation("session_expires");
        assert!(
            text.contains("gateway.session_expires\n")
                && text.contains("\nclients.session_expires\n"),
            "{text}"
        );
    }

    #[test]
    fn tables_metrics_profiles_and_words_are_topics() {
        assert!(explanation("faults").starts_with("[[fault]]: what goes wrong"));
        assert!(explanation("[[clients]]").contains("reestablish"));
        assert!(explanation("metrics").contains("missed_toast_fraction"));
        assert!(explanation("session_drops").contains("refresh_unanswered"));
        assert!(explanation("nec-ow5000").contains("rccsim profiles nec-ow5000"));
        assert!(explanation("by-allow").contains("clients.refresh_method"));
        assert!(
            explanation("paths").contains("idle_timeout")
                && explanation("values").contains("25 min")
        );
    }

    #[test]
    fn every_metric_has_an_objective_that_is_read() {
        for metric in METRICS {
            let objective = objective(metric);
            let text = format!(
                "[scenario]\nname = \"x\"\n[[gateway]]\nname = \"g\"\nprofile = \"healthy\"\n\
                 [[clients]]\nname = \"c\"\ncount = 2\ngateway = \"g\"\n{objective}"
            );
            crate::scenario::Scenario::from_toml(&text).unwrap_or_else(|e| panic!("{e}"));
            let first = objective.lines().next().unwrap();
            assert!(explanation(metric.name).contains(first));
        }
        assert!(explanation("down_fraction").contains("at_most = \"0.5 %\""));
        assert!(explanation("first_loss_s").contains("at_least = \"5 min\""));
    }

    #[test]
    fn a_standing_is_a_topic() {
        assert_eq!(explanation("assumption"), explanation("standing"));
        assert_eq!(explanation("Choice"), explanation("standing"));
    }

    #[test]
    fn what_a_thing_is_may_stand_before_its_name() {
        for (word, name) in [
            ("faults.at", "fault.at"),
            ("metrics.down_fraction", "down_fraction"),
            ("profile.healthy", "healthy"),
            ("models.nec-r2", "nec-r2"),
        ] {
            assert_eq!(explanation(word), explanation(name));
        }
        assert_eq!(topic("metrics.healthy"), Topic::Unknown);
        assert_eq!(topic("xyzzyxyzzy"), Topic::Unknown);
    }

    #[test]
    fn no_topic_is_wider_than_a_terminal() {
        for name in names() {
            for line in explanation(name).lines() {
                let is_value =
                    line.contains('=') || line.starts_with("  ") && !line.trim().contains(' ');
                assert!(is_value || line.chars().count() <= 80, "{name}: {line}");
            }
        }
    }
}
