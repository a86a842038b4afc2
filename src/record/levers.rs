//! What might help the users of a gateway, as short trials told.

use serde::{Deserialize, Serialize};

/// The short trials of what might help the users of a gateway.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverTrials {
    /// The gateway.
    pub gateway: String,
    /// Users of a trial.
    pub users: u32,
    /// Whether a trial is of one smaller gateway, its capacity and limits made smaller with its users.
    pub is_smaller: bool,
    /// The trial as things are.
    pub before: LeverOutcome,
    /// What helps, best first.
    pub helps: Vec<LeverTrial>,
    /// What was tried in vain: where, and what.
    pub in_vain: Vec<String>,
}

/// A change that helps, or two that do together, and its trial.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverTrial {
    /// Where it is made, and what is done.
    pub what: String,
    /// What it costs, besides what the trial measures; empty: nothing to speak of.
    pub cost: String,
    /// What to add to the command.
    pub set: String,
    /// The trial with it.
    pub after: LeverOutcome,
}

/// What a trial came to.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverOutcome {
    /// Share of the time down.
    pub down_fraction: f64,
    /// Sessions lost.
    pub session_drops: u64,
    /// Share of toasts missed.
    pub missed_toast_fraction: f64,
    /// Messages of a user in an hour.
    pub messages_per_user_h: f64,
}
