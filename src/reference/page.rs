//! The whole language on one page, as Markdown.

use std::fmt::Write;

use super::entry::{Entry, own_entries};
use super::example::example;
use crate::measure::METRICS;
use crate::report::words::metric_title;
use crate::scenario::catalogue::{TABLES, header, meaning_of};
use crate::scenario::{KINDS, SHIPPED};

const OPENING: &str = "\
The language of scenarios, every table with every key. This page is made of the declarations that the program reads by; \
`rccsim help KEY` shows the same of one key.\n\n\
A scenario is a TOML file. It needs `[scenario]`, one `[[gateway]]` and one `[[clients]]`. A value comes from the command line \
(`--set table.key=value`, or `table.NAME.key=value` for one section), else from the file, else from the profile that the \
section names, else it is the default. What nobody published has the standing *assumption*: `run` says where one decides the \
answer.\n\n\
Durations, shares, rates and times of day are text with a unit: `\"25 min\"`, `\"0.5 %\"`, `\"2 /h\"`, `\"08:00\"`. Numbers and \
`true` or `false` stand without quotes.\n";

/// The page.
pub fn page() -> String {
    let mut out = OPENING.to_string();
    for table in TABLES {
        write!(
            out,
            "\n# `{}`\n\n{}.\n",
            header(table),
            sentence(meaning_of(table))
        )
        .unwrap_or_default();
        match *table {
            "clients" => {
                out += "\nIt also takes every key of `[[workload]]` and `[[path]]` but `name` and `profile`.\n"
            }
            "gateway" => {
                out += "\nIt also takes every key of `[[path]]` but `name` and `profile`.\n"
            }
            _ => {}
        }
        for entry in own_entries(table) {
            key(&mut out, table, entry);
        }
    }
    out += "\n# Metrics\n\nFor `[[objective]]`, `[[plot]]` and costs.\n\n| metric | called | unit | definition |\n|---|---|---|---|\n";
    for metric in METRICS {
        let definition = escape(metric.definition);
        let (name, title, unit) = (metric.name, metric_title(metric.name), metric.unit.name());
        writeln!(
            out,
            "| `{name}` | {} | {unit} | {definition} |",
            escape(&title)
        )
        .unwrap_or_default();
    }
    out += "\n# Profiles\n\n`rccsim profiles NAME` shows each value with its source.\n\n";
    for kind in KINDS {
        let names = SHIPPED.iter().filter(|(k, ..)| *k == kind);
        let names: Vec<String> = names.map(|(_, name, _)| format!("`{name}`")).collect();
        writeln!(out, "- {kind}: {}", names.join(", ")).unwrap_or_default();
    }
    out
}

fn key(out: &mut String, table: &'static str, entry: Entry) {
    let mut line = |text: String| out.extend([text.as_str(), "\n"]);
    line(format!("\n## `{table}.{}`\n", entry.name()));
    line(format!("{}.\n", sentence(entry.meaning())));
    line(format!("- Value: {}", escape(&entry.expects())));
    for (form, meaning) in entry.forms() {
        line(format!("  - `{form}`: {}", escape(meaning)));
    }
    if let Some(default) = entry.default() {
        line(format!("- Default: {}", escape(&default)));
    }
    if let Entry::Key(key) = entry {
        line(format!(
            "- Standing: {}: {}",
            key.standing,
            escape(key.source)
        ));
        if !key.alternatives.is_empty() {
            line(format!(
                "- `run` also tries: {}",
                escape(&key.alternatives.join(", "))
            ));
        }
    }
    let section = example(table, entry).section;
    line(format!("\n```toml\n{section}```"));
}

/// It begins with a capital, and its full stop is added by whoever writes it.
fn sentence(text: &str) -> String {
    escape(&crate::quantity::number::capital(text))
}

/// What Markdown, or rustdoc, would read as more than text.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    for c in text.chars() {
        is_code ^= c == '`';
        if !is_code && "[]<>*_|".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `RCCSIM_BLESS=1 cargo test --lib language_page` writes it.
    #[test]
    fn the_language_page_is_what_the_declarations_say() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/reference/language.md");
        let page = page();
        if std::env::var_os("RCCSIM_BLESS").is_some() {
            std::fs::write(file, &page).unwrap();
        }
        let there = std::fs::read_to_string(file).unwrap();
        assert!(
            there == page,
            "{file} is not what the declarations say: RCCSIM_BLESS=1 writes it anew"
        );
    }
}
