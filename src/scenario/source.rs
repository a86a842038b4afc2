//! What a scenario is read from, so that it can be read again with other values.

use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "files")]
use super::error::ScenarioError;
use super::files::Files;
use super::overrides::Override;
use super::records::Records;

/// The text of a scenario and the overrides on top of it.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) file: String,
    pub(super) text: Arc<str>,
    pub(super) folder: PathBuf,
    pub(super) overrides: Vec<Override>,
    /// Files of records, which every variant of the scenario shares: each is read once.
    pub(super) records: Arc<Records>,
}

impl Source {
    /// A text that came from `file`; profiles and records are looked for in `folder`, where the feature `files` is on.
    pub fn new(file: &str, text: &str, folder: &Path) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
            folder: folder.into(),
            overrides: Vec::new(),
            records: Arc::default(),
        }
    }

    /// Reads a file, once: it may be a pipe.
    ///
    /// # Errors
    /// The file system's refusal.
    #[cfg(feature = "files")]
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let text = super::files::read_text(path)?;
        Ok(Self::new(&path.display().to_string(), &text, folder))
    }

    /// The same, its profiles and records being read from other files.
    #[must_use]
    pub fn with_files(self, files: impl Files + 'static) -> Self {
        Self {
            records: Arc::new(Records::from_files(files)),
            ..self
        }
    }

    /// The same without its files of records, which need not be there: what is replayed is known to be, and is empty.
    #[must_use]
    pub fn without_records(self) -> Self {
        Self {
            records: Arc::new(Records::empty()),
            ..self
        }
    }

    /// The same text with more tables below it.
    #[must_use]
    pub fn with_tables(&self, tables: &str) -> Self {
        Self {
            text: format!("{}\n{tables}", self.text).into(),
            ..self.clone()
        }
    }

    /// The same with more overrides on top.
    #[must_use]
    pub fn under(mut self, overrides: impl IntoIterator<Item = Override>) -> Self {
        self.overrides.extend(overrides);
        self
    }
}
