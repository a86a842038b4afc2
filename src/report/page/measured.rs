//! Measured, not assumed: inputs that were told from a capture, a log or a live gateway, with what shows them.

use serde::Serialize;

use crate::record::inputs::Input;

/// A measured input.
#[derive(Serialize)]
pub(super) struct MeasuredRow<'a> {
    section: String,
    key: &'a str,
    value: &'a str,
    source: &'a str,
}

/// The measured ones of the inputs.
pub(super) fn rows(inputs: &[Input]) -> Vec<MeasuredRow<'_>> {
    let evidence = inputs.iter().filter(|input| input.standing == "measured");
    evidence
        .map(|input| MeasuredRow {
            section: format!("{} {}", input.table, input.name).trim().into(),
            key: &input.key,
            value: &input.value,
            source: &input.source,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_measured_is_shown_with_what_shows_it() {
        let input = |key: &str, standing: &str| Input {
            table: "gateway".into(),
            name: "cstagw".into(),
            key: key.into(),
            value: "ignored".into(),
            standing: standing.into(),
            source: "frames 8–18 of a.pcap; once".into(),
            ..Input::default()
        };
        let inputs = [input("allow", "assumption"), input("update", "measured")];
        let rows = rows(&inputs);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].section.as_str(), rows[0].key),
            ("gateway cstagw", "update")
        );
        assert_eq!(rows[0].source, "frames 8–18 of a.pcap; once");
    }
}
