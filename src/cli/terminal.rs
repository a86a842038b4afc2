//! What is printed: results to standard output, the rest to standard error, and no character that would steer a terminal.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};

use super::fault::Fault;
use crate::record::Record;

/// Prints a result. A reader that has enough of it, as `head` does, changes nothing: what was found decides the exit code.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print(text: &str) -> Result<(), Fault> {
    write(&visible(text))
}

/// Prints an answer; where it is bad news and a person reads it on a terminal, its first line in red (<https://no-color.org>).
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print_answer(text: &str, is_bad: bool) -> Result<(), Fault> {
    let is_plain = std::env::var_os("NO_COLOR").is_some() || !io::stdout().is_terminal();
    let text = visible(text);
    if !is_bad || is_plain {
        return write(&text);
    }
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    write(&format!("\x1b[31m{first}\x1b[0m\n{rest}"))
}

/// Prints a record as JSON, piece by piece.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print_record(record: &Record) -> Result<(), Fault> {
    printed(record.write(Visible(BufWriter::new(io::stdout().lock()))))
}

/// Shows what it is given as [`visible`] does. Each piece of a JSON document is text of its own.
struct Visible<W: Write>(W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(piece);
        self.0.write_all(visible(&text).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn write(text: &str) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that has gone is none of our faults.
fn printed(written: io::Result<()>) -> Result<(), Fault> {
    match written {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Fault::World {
            what: "standard output".into(),
            cause,
        }),
        _ => Ok(()),
    }
}

/// Says a line to the user. Where nobody can read it, as with a closed standard error, the work goes on.
pub(super) fn say_line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}

/// Says a line to the user, on standard error; its arguments are those of `format!`.
macro_rules! say {
    ($($argument:tt)*) => {
        $crate::cli::terminal::say_line(&format!($($argument)*))
    };
}
pub(super) use say;

/// Characters that steer a terminal, or turn the direction of the text, as JSON writes them: a scenario or a folder of
/// somebody else may have them in its names.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) {
            shown += &format!("\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown.into()
}

fn steers(c: char) -> bool {
    crate::quantity::is_unprintable(c) && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(visible("ä 1\t2\n"), "ä 1\t2\n");
        assert_eq!(visible("a\u{1b}[31mb\u{7}"), r"a\u001b[31mb\u0007");
        assert_eq!(visible("a\r\u{9b}31m"), r"a\u000d\u009b31m");
        assert_eq!(visible("\u{202e}cod.exe\u{2069}"), r"\u202ecod.exe\u2069");
    }

    #[test]
    fn a_record_that_is_printed_piece_by_piece_is_the_same_text() {
        let mut record = crate::record::MatrixRecord {
            basis: "a\u{202e}b \"ü\"\n".into(),
            ..Default::default()
        };
        record.schema = "x".into();
        let record = Record::Matrix(record);
        let mut printed = Vec::new();
        record.write(Visible(&mut printed)).unwrap();
        let whole = record.json();
        assert!(whole.contains('\u{202e}'));
        assert_eq!(String::from_utf8(printed).unwrap(), visible(&whole));
    }
}
