//! What is still to be simulated, for whoever asks before it is done.

use crate::deployment::Plan;

/// Replications of a model that nobody has done yet.
#[derive(Clone, Debug)]
pub struct Backlog {
    /// What is to be simulated.
    pub plan: Plan,
    /// How often.
    pub replications: u64,
    /// In so many pieces of work.
    pub units: u64,
    /// Whether it is a trial of what a study rests on.
    pub is_trial: bool,
}
