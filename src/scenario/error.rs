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
    pub fn whole(file: &str) -> Self {
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
    },
    /// The file system refused: exit code 1.
    #[error("{}: {cause}", path.display())]
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
        }
    }
}

/// ", did you mean `x`?" where one of the names is near.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let best = names
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&word.to_lowercase(), name),
                name,
            )
        })
        .min_by_key(|(distance, _)| *distance);
    match best {
        Some((distance, name)) if distance <= 2.max(name.len() / 3) => {
            format!("; did you mean `{name}`?")
        }
        _ => String::new(),
    }
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
