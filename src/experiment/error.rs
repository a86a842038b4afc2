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
    /// The cost of a replication cannot be told.
    #[error(
        "{metric} has no value in replication {replication} of {case}: nothing of that kind happened"
    )]
    NoCost {
        /// The metric.
        metric: &'static str,
        /// The replication, counted from 1.
        replication: u32,
        /// The point.
        case: String,
    },
    /// The least difference that matters is a share of nothing.
    #[error("the least mean is 0, so a share of it says nothing; give a number")]
    ShareOfNothing,
}
