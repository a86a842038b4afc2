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

    /// The place of a byte offset in `text`.
    pub fn at(file: &str, text: &str, offset: usize) -> Self {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() as u32 + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() as u32 + 1;
        Self {
            file: file.into(),
            line,
            column,
        }
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
pub fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let best = names
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&found.to_lowercase(), name),
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
