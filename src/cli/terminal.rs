//! What is printed: results to standard output, the rest to standard error, and no character that would steer a terminal.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use clap::{Args, ValueEnum};
use console::Term;

use super::fault::Fault;
use super::fit::fit_text;
use super::markdown::markdown;
use crate::record::Record;
use crate::study::Verdict;

/// Prints a result as it is, for programs. A reader that has enough of it, as `head` does, changes nothing: what was found decides the exit code.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print(text: &str) -> Result<(), Fault> {
    write(&visible(text))
}

/// Prints what has no verdict, for people.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print_text(text: &str) -> Result<(), Fault> {
    write(&fit_terminal(&visible(text), &Term::stdout()))
}

/// When verdicts have a colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set (<https://no-color.org>).
    #[default]
    Auto,
    /// Into pipes and files too.
    Always,
    /// Never.
    Never,
}

/// How answers are shown.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(super) struct Manner {
    /// Colour of verdicts; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Output")]
    color: Color,
    /// Answers as Markdown, for a ticket
    #[arg(long, global = true, help_heading = "Output")]
    markdown: bool,
}

/// What the command line says of it, once.
static MANNER: OnceLock<Manner> = OnceLock::new();

impl Manner {
    /// Holds from now on.
    pub(super) fn hold(self) {
        MANNER.get_or_init(|| self);
    }

    fn is_colored(self) -> bool {
        let is_refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal() && !is_refused() && !is_dumb(),
        }
    }
}

/// Prints an answer: on a terminal its lines fit, its verdicts have a colour, and where it is longer than the screen its
/// first line stands at its end too.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print_answer(text: &str, verdict: Option<Verdict>) -> Result<(), Fault> {
    let manner = MANNER.get().copied().unwrap_or_default();
    let text = visible(text);
    if manner.markdown {
        return write(&markdown(&text));
    }
    let term = Term::stdout();
    let text = match size_of(&term) {
        Some((rows, columns)) => repeated(&text, rows, columns),
        None => fit_terminal(&text, &term),
    };
    match manner.is_colored() {
        true => write(&colored(&text, verdict)),
        false => write(&text),
    }
}

/// An answer of more lines than the screen has ends with its first line.
fn repeated(text: &str, rows: usize, columns: usize) -> String {
    let first = text.lines().next().unwrap_or_default();
    let text_lines = fit_text(text, columns);
    match text_lines.lines().count() >= rows {
        true => format!("{text_lines}\n{}\n", fit_text(first, columns)),
        false => text_lines,
    }
}

/// The text in lines that fit: into the terminal, or elsewhere into COLUMNS where that is set.
fn fit_terminal(text: &str, term: &Term) -> String {
    match width_of(term) {
        Some(columns) => fit_text(text, columns),
        None => text.into(),
    }
}

/// The columns of the terminal, or elsewhere COLUMNS where that is set.
fn width_of(term: &Term) -> Option<usize> {
    let of_terminal = size_of(term).map(|(_, columns)| columns);
    of_terminal.or_else(|| columns(&std::env::var("COLUMNS").ok()?))
}

/// How wide the help of commands is: as the terminal, and nowhere wider than people read with ease.
pub(super) fn help_width() -> usize {
    let width = width_of(&Term::stdout()).unwrap_or(HELP_WIDTH);
    width.min(HELP_WIDTH_MOST)
}

/// Where nobody says how wide it is, as in a file: as wide as the help of keys.
const HELP_WIDTH: usize = 80;
const HELP_WIDTH_MOST: usize = 100;

/// Rows and columns of the terminal behind an output.
fn size_of(term: &Term) -> Option<(usize, usize)> {
    let window_size = term.size_checked();
    // Some terminals know their columns alone.
    #[cfg(unix)]
    let window_size = window_size.or_else(|| {
        let size = match std::os::fd::AsRawFd::as_raw_fd(term) {
            2 => rustix::termios::tcgetwinsize(io::stderr()),
            _ => rustix::termios::tcgetwinsize(io::stdout()),
        };
        let size = size.ok()?;
        (size.ws_col > 0).then_some((u16::MAX, size.ws_col))
    });
    window_size.map(|(rows, columns)| (rows.into(), columns.into()))
}

/// A number of columns, as the environment gives it.
fn columns(text: &str) -> Option<usize> {
    text.parse().ok().filter(|columns| *columns > 0)
}

/// The first paragraph, and the same at the end, in the colour of the verdict; the verdicts of rows in their own.
fn colored(text: &str, verdict: Option<Verdict>) -> String {
    let paint = |verdict: Verdict, text: &str| {
        let code = match verdict {
            Verdict::Pass => 32,
            Verdict::Fail => 31,
            Verdict::Inconclusive => 33,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    };
    let first = text.lines().next().unwrap_or_default();
    let line = |line: &str| {
        if line == first {
            return verdict.map_or_else(|| line.to_string(), |verdict| paint(verdict, line));
        }
        let (before, word) = line.rsplit_once("  ").unwrap_or(("", line));
        let of_row = [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive];
        match of_row.into_iter().find(|verdict| verdict.name() == word) {
            Some(verdict) if !before.is_empty() => format!("{before}  {}", paint(verdict, word)),
            _ => line.to_string(),
        }
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Prints a record as JSON, piece by piece.
///
/// # Errors
/// The output cannot be written, as on a full disk.
pub(super) fn print_record(record: &Record) -> Result<(), Fault> {
    ignore_closed_reader(record.write(Visible(BufWriter::new(io::stdout().lock()))))
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
    ignore_closed_reader(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that has gone is none of our faults.
pub(super) fn ignore_closed_reader(result: io::Result<()>) -> Result<(), Fault> {
    match result {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Fault::World {
            action: "standard output".into(),
            cause,
        }),
        _ => Ok(()),
    }
}

/// Says a line to the user. Where nobody can read it, as with a closed standard error, the work goes on.
pub(super) fn say_line(text: &str) {
    // A warning is said once, however many ask for it.
    static EARLIER_LINES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if text.starts_with("warning: ") {
        let mut earlier_lines = EARLIER_LINES.lock().unwrap_or_else(PoisonError::into_inner);
        if !earlier_lines.insert(text.into()) {
            return;
        }
    }
    let text = visible(text);
    let lines = text.split('\n').map(|line| match line.starts_with(' ') {
        // Of a file, with a mark below it.
        true => line.into(),
        false => fit_terminal(line, &Term::stderr()),
    });
    let _ = writeln!(
        io::stderr().lock(),
        "{}",
        lines.collect::<Vec<_>>().join("\n")
    );
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
    let mut visible_text = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) {
            visible_text += &format!("\\u{:04x}", u32::from(c));
        } else {
            visible_text.push(c);
        }
    }
    visible_text.into()
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
    fn verdicts_have_their_colours_and_nothing_else_has() {
        let text = "All is well: pass.\n\nObjectives\n  Lost  0  pass\n  Down  1 %  fail\n";
        assert_eq!(
            colored(text, Some(Verdict::Inconclusive)),
            "\x1b[33mAll is well: pass.\x1b[0m\n\nObjectives\n  Lost  0  \x1b[32mpass\x1b[0m\n  Down  1 %  \x1b[31mfail\x1b[0m\n"
        );
        assert_eq!(colored("a\n", None), "a\n");
    }

    #[test]
    fn columns_are_a_positive_number() {
        assert_eq!(columns("80"), Some(80));
        for text in ["", "0", "-80", "80 columns"] {
            assert_eq!(columns(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_answer_longer_than_the_screen_ends_with_its_first_line() {
        let text = "answer\nb\nc\n";
        assert_eq!(repeated(text, 24, 80), text);
        assert_eq!(repeated(text, 3, 80), "answer\nb\nc\n\nanswer\n");
        let wide = "an answer of words\n".repeat(2);
        assert!(repeated(&wide, 4, 30).len() == wide.len());
        assert!(repeated(&wide.replace(' ', "      "), 4, 30).len() > 2 * wide.len());
    }

    #[test]
    fn a_record_that_is_printed_piece_by_piece_is_the_same_text() {
        let mut record = crate::record::MatrixRecord {
            basis: "a\u{202e}b \"ü\"\n".into(),
            ..Default::default()
        };
        record.schema = "x".into();
        let record = Record::Matrix(record);
        let mut buffer = Vec::new();
        record.write(Visible(&mut buffer)).unwrap();
        let json = record.json();
        assert!(json.contains('\u{202e}'));
        assert_eq!(String::from_utf8(buffer).unwrap(), visible(&json));
    }
}
