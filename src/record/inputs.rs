//! `inputs.csv`: every input of a run with its value, where that came from, and what the default is.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::table::owned_word;

/// One input.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    /// `scenario`, `gateway`, `clients`, `fault` …
    #[serde(with = "owned_word")]
    pub table: String,
    /// The section's name; empty for `scenario`.
    #[serde(with = "owned_word")]
    pub name: String,
    /// The key.
    pub key: String,
    /// Its value with its unit.
    #[serde(with = "owned_word")]
    pub value: String,
    /// `file`, `command line`, `default`, `varied`, or `profile` and its name.
    pub origin: String,
    /// How far the value can be relied on: published, seen, standard, assumption, choice.
    pub standing: String,
    /// Where the value comes from, in words.
    #[serde(with = "owned_word")]
    pub source: String,
    /// The default; empty where there is none.
    #[serde(with = "owned_word")]
    pub default: String,
    /// What the key means.
    pub meaning: String,
    /// The number of the point that it is of, counted from 1, as `points.csv` has it; none: it is of all of them.
    pub point_number: Option<u32>,
}

/// Writes a row per input.
///
/// # Errors
/// Those of the writer.
pub fn write(inputs: &[Input], out: impl Write) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    inputs.iter().try_for_each(|input| out.serialize(input))?;
    out.flush()
}

/// Reads them back.
///
/// # Errors
/// Why it is no such table.
pub fn read(from: impl Read) -> Result<Vec<Input>, String> {
    csv::Reader::from_reader(super::table::Lines::new(from))
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_come_back_whatever_stands_in_them() {
        let input = Input {
            table: "clients".into(),
            name: "a, \"b\"\n<script>".into(),
            key: "reestablish".into(),
            value: "fixed 30 s".into(),
            origin: "file".into(),
            standing: "choice".into(),
            source: "this scenario".into(),
            default: "fixed 30 s".into(),
            meaning: "when a lost session is set up again".into(),
            point_number: Some(1),
        };
        let names = [
            "=1+2", "+a", "-1+cmd|x", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "'tis", "a=1",
        ];
        let odd_inputs = names.map(|name| Input {
            name: name.into(),
            ..input.clone()
        });
        let inputs = [&[input], &odd_inputs[..]].concat();
        let mut bytes = Vec::new();
        write(&inputs, &mut bytes).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), inputs);
        // No cell begins like a formula; a quantity is none.
        let quantity = Input {
            value: "+1 h".into(),
            ..inputs[0].clone()
        };
        let mut buffer = Vec::new();
        write(&[quantity], &mut buffer).unwrap();
        assert!(String::from_utf8(buffer).unwrap().contains(",+1 h,"));
        let mut cells = csv::Reader::from_reader(&bytes[..]);
        let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        assert!(
            !cells.records().any(|row| row.unwrap().iter().any(formula)),
            "{text}"
        );
        assert!(
            text.contains("clients,'=1+2,") && text.contains("clients,'tis,"),
            "{text}"
        );
    }
}
