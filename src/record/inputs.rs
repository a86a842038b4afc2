//! `inputs.csv`: every input of a run with its value, where that came from, and what the default is.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// One input.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    /// `scenario`, `gateway`, `clients`, `fault` …
    pub table: String,
    /// The section's name; empty for `scenario`.
    pub name: String,
    /// The key.
    pub key: String,
    /// Its value with its unit.
    pub value: String,
    /// `file`, `command line`, `default`, `varied`, or `profile` and its name.
    pub origin: String,
    /// How far the value can be relied on: published, seen, standard, assumption, choice.
    pub standing: String,
    /// Where the value comes from, in words.
    pub source: String,
    /// The default; empty where there is none.
    pub default: String,
    /// What the key means.
    pub meaning: String,
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
pub fn read(text: &str) -> Result<Vec<Input>, String> {
    csv::Reader::from_reader(text.as_bytes())
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
        };
        let mut bytes = Vec::new();
        write(std::slice::from_ref(&input), &mut bytes).unwrap();
        assert_eq!(read(std::str::from_utf8(&bytes).unwrap()).unwrap(), [input]);
    }
}
