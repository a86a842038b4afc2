//! CSV tables. The fields of a row's struct are the columns, in their order, for who writes and who reads a table.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

/// A kind of table.
pub(super) trait Table {
    /// Its rows.
    type Row<'r>: Serialize + Deserialize<'r> + Default;
}

/// The columns of a table.
pub(super) fn columns<T: Table>() -> Vec<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = out
        .serialize(T::Row::<'static>::default())
        .and_then(|()| Ok(out.into_inner().map_err(|e| e.into_error())?))
        .unwrap_or_else(|e| unreachable!("a row of plain fields: {e}"));
    let mut reader = csv::Reader::from_reader(&header[..]);
    let names = reader.headers().cloned().unwrap_or_default();
    names.iter().map(String::from).collect()
}

/// A table that is being written.
pub(super) struct Rows<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Rows<W> {
    /// A table with the names of its columns.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn new<T: Table>(out: W) -> csv::Result<Self> {
        let mut out = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(out);
        out.write_record(columns::<T>())?;
        Ok(Self { out })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn write(&mut self, row: &impl Serialize) -> csv::Result<()> {
        self.out.serialize(row)
    }

    /// Writes what is still buffered and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn finish(self) -> io::Result<W> {
        self.out
            .into_inner()
            .map_err(|e| io::Error::new(e.error().kind(), e.to_string()))
    }
}

/// Reads a table row by row.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn read<T: Table>(
    from: impl Read,
    mut visit: impl FnMut(T::Row<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut reader = csv::Reader::from_reader(Lines::new(from));
    let (header, columns) = (reader.headers().map_err(|e| e.to_string())?, columns::<T>());
    if header.iter().ne(columns.iter().map(String::as_str)) {
        return Err(format!(
            "its columns are {}, this version reads {}",
            header.iter().collect::<Vec<_>>().join(", "),
            columns.join(", ")
        ));
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| e.to_string())? {
        let line = record.position().map_or(0, csv::Position::line);
        let row = record.deserialize(None).map_err(|e| why(&e));
        row.and_then(&mut visit)
            .map_err(|why| format!("line {line}: {why}"))?;
    }
    Ok(())
}

/// A line is no longer than this: a reader keeps all of it.
const LINE_MOST: usize = 1 << 20;

/// A text whose lines have an end.
pub(super) struct Lines<R> {
    from: R,
    /// Of the line so far.
    length: usize,
}

impl<R> Lines<R> {
    /// The same text; a line of more than a megabyte is an error.
    pub(super) fn new(from: R) -> Self {
        Self { from, length: 0 }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        for line in buffer[..n].split_inclusive(|byte| *byte == b'\n') {
            self.length += line.len();
            if self.length > LINE_MOST {
                let why = format!("a line is longer than {LINE_MOST} bytes");
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            if line.ends_with(b"\n") {
                self.length = 0;
            }
        }
        Ok(n)
    }
}

/// What is wrong with a row.
fn why(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        _ => error.to_string(),
    }
}

/// A name that users give. A spreadsheet would run a cell that begins like a formula: an apostrophe before it makes it text.
pub(super) mod word {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    pub(crate) fn serialize<S: Serializer>(word: &str, out: S) -> Result<S::Ok, S::Error> {
        match is_formula(word) {
            true => out.collect_str(&format_args!("'{word}")),
            false => out.serialize_str(word),
        }
    }

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(cell: D) -> Result<&'de str, D::Error> {
        <&str>::deserialize(cell).map(bare)
    }

    /// The word in a cell.
    pub(super) fn bare(cell: &str) -> &str {
        match cell.strip_prefix('\'') {
            Some(word) if is_formula(word) => word,
            _ => cell,
        }
    }

    /// Also one that has apostrophes before it already, so that all are read back the same. A quantity, `+1 h`, is none.
    fn is_formula(word: &str) -> bool {
        let bare = word.trim_start_matches('\'');
        let rest = bare.strip_prefix(['+', '-']).unwrap_or_default();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " .%/".contains(c);
        let is_quantity =
            rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(is_plain);
        bare.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_quantity
    }
}

/// The same where the row has it as its own.
pub(super) mod owned_word {
    use serde::{Deserialize, Deserializer};

    pub(crate) use super::word::serialize;

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(cell: D) -> Result<String, D::Error> {
        let cell = String::deserialize(cell)?;
        Ok(super::word::bare(&cell).into())
    }
}

/// A number that is no whole one by its kind, in its shortest form: `2.0`, so that who types columns by their first rows
/// takes it for no whole number.
pub(super) fn float(x: f64) -> String {
    // Most of a time series are small whole numbers, which integers print five times as fast.
    let whole = x as i32;
    if x.to_bits() == f64::from(whole).to_bits() {
        format!("{whole}.0")
    } else if x.fract() == 0.0 {
        format!("{x:.1}")
    } else {
        x.to_string()
    }
}

/// A number in its shortest form.
pub(super) mod number {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes it.
    pub(crate) fn serialize<S: Serializer>(x: &f64, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&super::float(*x))
    }

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(cell: D) -> Result<f64, D::Error> {
        let read: Option<f64> = super::maybe_number::deserialize(cell)?;
        read.ok_or_else(|| serde::de::Error::custom("a number is missing"))
    }

    /// A number in a cell.
    pub(super) fn parse<E: serde::de::Error>(cell: &str) -> Result<f64, E> {
        let number = cell.parse().ok().filter(|x: &f64| x.is_finite());
        number.ok_or_else(|| E::custom(format!("found {cell:?}, expected a number")))
    }

    /// The text of a cell.
    pub(super) fn text<'de, D: Deserializer<'de>>(cell: D) -> Result<&'de str, D::Error> {
        <&str>::deserialize(cell)
    }
}

/// A number or nothing.
pub(super) mod maybe_number {
    use serde::{Deserializer, Serializer};

    /// Writes it.
    pub(crate) fn serialize<S: Serializer>(x: &Option<f64>, out: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => out.serialize_str(&super::float(*x)),
            None => out.serialize_str(""),
        }
    }

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(cell: D) -> Result<Option<f64>, D::Error> {
        match super::number::text(cell)? {
            "" => Ok(None),
            cell => super::number::parse(cell).map(Some),
        }
    }
}

/// An instant as exact seconds from the start.
pub(super) mod seconds {
    use serde::{Deserializer, Serializer};

    use crate::quantity::Time;

    /// Characters of the longest: those of the greatest number of microseconds, and the point.
    const LONGEST: usize = 21;

    /// Where the point stands: six digits follow it.
    const POINT: usize = LONGEST - 7;

    /// Writes it. The digits are made here: every lost session has three instants, and formatting them took more than half of
    /// the time of its row.
    pub(crate) fn serialize<S: Serializer>(at: &Time, out: S) -> Result<S::Ok, S::Error> {
        let (mut text, mut first, mut rest) = ([b'.'; LONGEST], LONGEST, at.0);
        while rest > 0 || first >= POINT {
            first -= 1;
            if first != POINT {
                text[first] = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        out.serialize_bytes(&text[first..])
    }

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(cell: D) -> Result<Time, D::Error> {
        let read: Option<Time> = super::maybe_seconds::deserialize(cell)?;
        read.ok_or_else(|| serde::de::Error::custom("a number is missing"))
    }
}

/// An instant or nothing.
pub(super) mod maybe_seconds {
    use serde::{Deserializer, Serializer};

    use crate::quantity::Time;

    /// Writes it.
    pub(crate) fn serialize<S: Serializer>(at: &Option<Time>, out: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::seconds::serialize(at, out),
            None => out.serialize_str(""),
        }
    }

    /// Reads it.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        cell: D,
    ) -> Result<Option<Time>, D::Error> {
        let seconds = super::maybe_number::deserialize(cell)?;
        Ok(seconds.map(|s| Time((s * 1e6).round() as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Time;

    #[derive(Serialize)]
    struct Instant {
        #[serde(with = "seconds")]
        at: Time,
    }

    #[test]
    fn an_instant_has_all_its_microseconds() {
        let mut out = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        let instants = [0, 1, 999_999, 1_000_000, 28_800_000_001, u64::MAX];
        for micros in instants {
            out.serialize(Instant { at: Time(micros) }).unwrap();
        }
        let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
        let expected = instants.map(|n| format!("{}.{:06}", n / 1_000_000, n % 1_000_000));
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_float_is_written_as_one() {
        let numbers = [
            0.0,
            -0.0,
            2.0,
            -7.0,
            0.1,
            1e-9,
            2147483647.0,
            2147483648.0,
            1e22,
            f64::MAX,
        ];
        for x in numbers {
            let text = float(x);
            assert!(text.contains('.'), "{text}");
            assert_eq!(
                text.parse::<f64>().map(f64::to_bits),
                Ok(x.to_bits()),
                "{text}"
            );
        }
        assert_eq!(
            [0.0, -0.0, 2.0, 0.25, 2147483648.0].map(float),
            ["0.0", "-0.0", "2.0", "0.25", "2147483648.0"]
        );
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let lengths = |text: &[u8]| Lines::new(text).read_to_end(&mut Vec::new());
        let line = [vec![b'a'; LINE_MOST - 1], vec![b'\n']].concat();
        assert_eq!(lengths(&line.repeat(2)).unwrap(), 2 * LINE_MOST);
        let longer = [vec![b'a'], line].concat();
        let error = lengths(&longer).unwrap_err().to_string();
        assert_eq!(error, "a line is longer than 1048576 bytes");
    }
}
