//! What is wrong with an input, and where.

use std::fmt;
use std::path::PathBuf;

/// A place in an input: a line and column of a file, or an override on the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file as the user named it, or `--set`.
    pub file: String,
    /// Line, counted from 1; 0: the place has none.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

impl Place {
    /// A place without line and column.
    pub fn file_only(file: &str) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
        }
    }

    /// The place of a byte offset in `text`; of many, `Places` is faster.
    pub fn at(file: &str, text: &str, offset: usize) -> Self {
        Places::new(file, text).at(offset)
    }
}

/// The places of a text. Each is found in a time that does not grow with the text.
pub(super) struct Places<'a> {
    file: &'a str,
    text: &'a str,
    /// The offset at which each line begins.
    lines: Vec<usize>,
    /// Characters before each block of the text.
    characters: Vec<usize>,
}

/// Bytes of a block.
const BLOCK: usize = 256;

/// Characters that begin in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()
}

impl<'a> Places<'a> {
    /// Of a text that came from `file`.
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        let blocks = text.as_bytes().chunks(BLOCK);
        let counts = blocks.scan(0, |before, block| {
            let start = *before;
            *before += characters(block);
            Some(start)
        });
        Self {
            file,
            text,
            lines: std::iter::once(0).chain(after_breaks).collect(),
            characters: counts.collect(),
        }
    }

    /// Of a byte offset.
    pub(super) fn at(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|begins| *begins <= offset);
        let begins = self.lines[line - 1];
        Place {
            file: self.file.into(),
            line: line as u32,
            column: (self.characters_before(offset) - self.characters_before(begins)) as u32 + 1,
        }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let Some(before) = self.characters.get(block) else {
            return self.text.chars().count(); // the end of a text of whole blocks
        };
        before + characters(&self.text.as_bytes()[block * BLOCK..offset])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// Why a scenario or a profile cannot be used.
#[derive(thiserror::Error, Debug)]
pub enum ScenarioError {
    /// The user's input is wrong: exit code 2.
    #[error("{place}: {message}")]
    Input {
        /// Where.
        place: Place,
        /// What was found and what is valid.
        message: String,
        /// The line of the text at that place; empty where it is not known.
        line: String,
    },
    /// Several things are wrong, in the order in which they are read.
    #[error("{}", in_lines(errors, *more_rows))]
    Several {
        /// Each an `Input`.
        errors: Vec<Self>,
        /// Rows of a file that are wrong too.
        more_rows: u64,
    },
    /// The file system refused: exit code 1.
    #[error("{}: {}", path.display(), crate::refusal::refusal_text(cause))]
    World {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl ScenarioError {
    /// The user's fault at `place`.
    pub fn input(place: &Place, message: impl Into<String>) -> Self {
        Self::Input {
            place: place.clone(),
            message: message.into(),
            line: String::new(),
        }
    }

    /// Each error of several, or this one.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Several { errors, .. } => errors.iter().collect(),
            one => vec![one],
        }
    }

    /// Rows of a file that are wrong besides.
    pub fn more_rows(&self) -> u64 {
        match self {
            Self::Several { more_rows, .. } => *more_rows,
            _ => 0,
        }
    }

    /// The same with each of its inputs changed.
    fn map(self, change: &dyn Fn(Place, String, String) -> Self) -> Self {
        match self {
            Self::Input {
                place,
                message,
                line,
            } => change(place, message, line),
            Self::Several { errors, more_rows } => {
                let errors = errors.into_iter().map(|e| e.map(change)).collect();
                Self::Several { errors, more_rows }
            }
            other => other,
        }
    }

    /// The same with the lines of a text that came from `file`, where the places are in it.
    pub(super) fn with_lines(self, file: &str, text: &str) -> Self {
        self.map(&|place, message, line| {
            let line = match place.file == file && place.line > 0 {
                true => {
                    let source_line = text.lines().nth(place.line as usize - 1);
                    source_line.unwrap_or_default().trim_end().to_string()
                }
                false => line,
            };
            Self::Input {
                place,
                message,
                line,
            }
        })
    }

    /// The same with what a place has to add to each message.
    pub(super) fn with_hints(self, hint: &dyn Fn(&Place) -> String) -> Self {
        self.map(&|place, message, line| Self::Input {
            message: message + &hint(&place),
            place,
            line,
        })
    }
}

fn in_lines(errors: &[ScenarioError], more_rows: u64) -> String {
    let mut lines: Vec<String> = errors.iter().map(ScenarioError::to_string).collect();
    if more_rows > 0 {
        lines.push(more_wrong_rows(more_rows));
    }
    lines.join("\n")
}

/// "and 3 more rows are wrong".
pub(crate) fn more_wrong_rows(rows: u64) -> String {
    match rows {
        1 => "and 1 more row is wrong".into(),
        rows => format!("and {rows} more rows are wrong"),
    }
}

/// What is wrong at several places of a text, so that all of it is said at once.
#[derive(Default)]
pub(super) struct Errors {
    errors: Vec<ScenarioError>,
    more_rows: u64,
}

impl Errors {
    /// A value, or what is wrong with it kept for later.
    pub(super) fn value<T>(&mut self, result: Result<T, ScenarioError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(ScenarioError::Several { errors, more_rows }) => {
                self.more_rows += more_rows;
                errors.into_iter().for_each(|error| self.keep(error));
                None
            }
            Err(error) => {
                self.keep(error);
                None
            }
        }
    }

    /// A shared section is read for each that names it: what is wrong there is said once.
    fn keep(&mut self, error: ScenarioError) {
        let is_same = |earlier: &ScenarioError| match (&error, earlier) {
            (
                ScenarioError::Input { place, message, .. },
                ScenarioError::Input {
                    place: at,
                    message: said,
                    ..
                },
            ) => place == at && fault(message) == fault(said),
            _ => false,
        };
        if !self.errors.iter().any(is_same) {
            self.errors.push(error);
        }
    }

    /// What is wrong, if anything is: a refusal of the system before all else.
    ///
    /// # Errors
    /// What was kept.
    pub(super) fn into_result(mut self) -> Result<(), ScenarioError> {
        let is_world = |error: &ScenarioError| matches!(error, ScenarioError::World { .. });
        if let Some(world) = self.errors.iter().position(is_world) {
            return Err(self.errors.swap_remove(world));
        }
        match self.errors.len() {
            0 => Ok(()),
            1 if self.more_rows == 0 => Err(self.errors.swap_remove(0)),
            _ => {
                self.errors.sort_by_key(line_of);
                Err(ScenarioError::Several {
                    errors: self.errors,
                    more_rows: self.more_rows,
                })
            }
        }
    }
}

/// The line that an error is about; 0: none.
fn line_of(error: &ScenarioError) -> u32 {
    match error {
        ScenarioError::Input { place, .. } => place.line,
        _ => 0,
    }
}

/// What was found, of a message that says it; else all of it.
fn fault(message: &str) -> &str {
    let after = message.split_once(": found ");
    after.map_or(message, |(_, value)| {
        value.split(", expected").next().unwrap_or(value)
    })
}

/// "; did you mean `x`?" where one of the names is near.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let near = nearest_name(word, names.iter().copied());
    let near = near.or_else(|| name_with(word, names));
    near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The name that a word was probably meant to be: few letters differ.
pub(crate) fn nearest_name<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let distances = names.into_iter().map(|name| (distance(name), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    // Of a short name some letter must be left.
    let letters = name.chars().count().min(word.chars().count());
    (distance <= 2.max(name.len() / 3) && distance < letters).then_some(name)
}

/// The shortest name that has a word in it.
fn name_with<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let with_word = names
        .into_iter()
        .filter(|name| name.to_lowercase().contains(&word));
    with_word
        .filter(|_| word.len() > 2)
        .min_by_key(|name| name.len())
}

/// Keys of a table that a message lists; of more, help does.
const MAX_KEYS: usize = 12;

/// That a table has no such key, with the nearest one, else with all of them.
pub(super) fn unknown_key(key: &str, table: &str, names: &[&str]) -> String {
    let near = nearest(key, names.iter().copied());
    let hint = match names.len() <= MAX_KEYS {
        true => format!("; valid: {}", names.join(", ")),
        false => format!("; `rccsim help {table}` lists them"),
    };
    format!("unknown key `{key}` in {table}{near}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_1() {
        let text = "é = 1\r\nkey = \"ü\" # x\n\nlast";
        let place = |offset| Place::at("a", text, offset).to_string();
        assert_eq!(place(0), "a:1:1");
        assert_eq!(place(text.find('=').unwrap()), "a:1:3");
        assert_eq!(place(text.find('#').unwrap()), "a:2:11");
        assert_eq!(place(text.find("last").unwrap()), "a:4:1");
        assert_eq!(place(text.len()), "a:4:5");
        assert_eq!(place(text.len() + 9), "a:4:5");
        assert_eq!(Place::at("a", "", 0).to_string(), "a:1:1");
    }

    #[test]
    fn a_place_in_a_long_line_is_that_of_counting() {
        let text = "é".repeat(BLOCK) + "\n" + &"aü".repeat(3 * BLOCK);
        let places = Places::new("a", &text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let before = &text[..offset];
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let line = before.matches('\n').count() + 1;
            let place = places.at(offset);
            assert_eq!(
                (place.line as usize, place.column as usize),
                (line, column),
                "{offset}"
            );
        }
    }
}
