//! Why an experiment could not be done.

use super::store::StoreError;
use crate::scenario::ScenarioError;

/// The user's fault or the world's.
#[derive(thiserror::Error, Debug)]
pub enum ExperimentError {
    /// A value makes a scenario that is not valid.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Finished work cannot be kept, or read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
