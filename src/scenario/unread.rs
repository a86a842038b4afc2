//! What to write on a line that is no TOML: by the key that stands there, the value may be guessed all the same.

use super::catalogue::keys_of;
use super::document::RawValue;
use super::error::{Place, ScenarioError};
use super::instead::instead;

/// The error of a text that could not be parsed, with what to write on its lines.
pub(super) fn with_hints(error: ScenarioError, text: &str) -> ScenarioError {
    error.with_hints(&|place| hint(text, place).unwrap_or_default())
}

fn hint(text: &str, place: &Place) -> Option<String> {
    let line = (place.line as usize).checked_sub(1)?;
    let (key, value) = text.lines().nth(line)?.split_once('=')?;
    // A fault before the value is not its own.
    if place.column as usize <= key.chars().count() {
        return None;
    }
    let value = value.split('#').next()?.trim();
    if value.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    let headers = text
        .lines()
        .take(line)
        .filter(|line| line.trim_start().starts_with('['));
    let table = headers.last()?.trim().trim_matches(['[', ']']).trim();
    let key = keys_of(table)?.into_iter().find(|k| k.name == key.trim())?;
    let value = value.trim_matches('"');
    Some(instead(&key.kind, &RawValue::Text(value.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::Document;

    #[test]
    fn a_line_that_is_no_toml_says_how_it_is_written() {
        let message = |table: &str, line: &str| {
            let text = format!("[scenario]\nname = \"x\"\n[[{table}]]\n{line} # so\n");
            let error = Document::parse("a.toml", &text).unwrap_err();
            with_hints(error, &text).to_string()
        };
        for (table, line, replacement) in [
            ("clients", "count = 12 000", "12000"),
            ("clients", "count = 12,000", "12000"),
            ("clients", "refresh_interval = 10 min", "\"10 min\""),
            ("clients", "sign_in = 8:00", "\"at 08:00\""),
            ("fault", "at = 08.30", "\"08:30\""),
            ("fault", "kind = crash", "\"crash\""),
            ("fault", "at = 11/30/2026 8:00", "\"2026-11-30 08:00\""),
            ("fault", "kind = stall\"", "\"stall\""),
        ] {
            let message = message(table, line);
            assert!(message.starts_with("a.toml:4:"), "{message}");
            assert!(
                message.ends_with(&format!("; write {replacement}")),
                "{message}"
            );
        }
        assert!(!message("clients", "count = 12 users").contains("write"));
        assert!(!message("clients", "number = 12 000").contains("write"));
        assert!(!message("clients", "count = 1\ncount = 2").contains("write"));
    }
}
