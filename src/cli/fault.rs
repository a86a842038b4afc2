//! Why a command could not do its work.

use std::io;

use crate::record::{FolderError, ResultsError};
use crate::scenario::ScenarioError;

/// The user's fault or the world's.
#[derive(thiserror::Error, Debug)]
pub(super) enum Fault {
    /// A scenario, a profile or an override is wrong, or cannot be read.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Something on the command line is wrong.
    #[error("{0}")]
    Input(String),
    /// The results cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another refusal of the system.
    #[error("{action}: {}", crate::refusal::refusal_text(cause))]
    World {
        /// What was being done.
        action: String,
        /// What the system said.
        cause: io::Error,
    },
}

impl Fault {
    /// The exit code: 2 for bad input, 1 for the rest.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Input(_)
            | Self::Scenario(ScenarioError::Input { .. } | ScenarioError::Several { .. }) => 2,
            _ => 1,
        }
    }
}

impl From<ResultsError> for Fault {
    fn from(error: ResultsError) -> Self {
        match error {
            ResultsError::World { path, cause } => Self::World {
                action: path.display().to_string(),
                cause,
            },
            other => Self::Input(other.to_string()),
        }
    }
}
