//! What might help the users of a gateway, as short trials told.

use serde::{Deserialize, Serialize};

use super::figure::{Name, targets};
use crate::measure::Objective;

/// The short trials of what might help the users of a gateway.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverTrials {
    /// The gateway.
    pub gateway: String,
    /// Users of a trial.
    pub users: u32,
    /// Whether these are all users of the gateway.
    pub is_whole: bool,
    /// Whether a trial is of one smaller gateway, its capacity and limits made smaller with its users.
    pub is_smaller: bool,
    /// The objectives by which changes are judged, which are missed or open; none: by time down and missed toasts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judged_by: Vec<LeverObjective>,
    /// No trial that can be afforded shows what the run does, and no change was tried.
    #[serde(skip_serializing_if = "is_false")]
    pub is_unlike: bool,
    /// What runs of their own would try then: what to add to the command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untried: Vec<String>,
    /// The trial as things are.
    pub before: LeverOutcome,
    /// What helps, best first.
    pub helps: Vec<LeverTrial>,
    /// What was tried in vain: where, and what.
    pub in_vain: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_false(x: &bool) -> bool {
    !x
}

/// An objective by which changes are judged.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverObjective {
    /// The metric.
    pub metric: Name,
    /// Its cause, where it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Name>,
    /// Whom it is about; a trial sees those of them who use the gateway.
    pub scope: String,
    /// The target, where less is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The target, where more is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
}

impl LeverObjective {
    /// An objective of a scenario.
    pub fn new(objective: &Objective) -> Self {
        let (at_most, at_least) = targets(objective.bound);
        Self {
            metric: objective.metric.name.into(),
            cause: (objective.cause).map(|index| objective.metric.cause_name(index).into()),
            scope: objective.scope.to_string(),
            at_most,
            at_least,
        }
    }
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
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverOutcome {
    /// The figures of the objectives by which changes are judged, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<LeverFigure>,
    /// Share of the time down.
    pub down_fraction: f64,
    /// Sessions lost.
    pub session_drops: u64,
    /// Share of toasts missed.
    pub missed_toast_fraction: f64,
    /// Messages of a user in an hour.
    pub messages_per_user_h: f64,
}

/// A figure of a trial by which changes are judged.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
#[serde(default)]
pub struct LeverFigure {
    /// The figure, or what it lies beyond; none: nothing of the kind happened.
    pub value: Option<f64>,
    /// It lies among what was still open at the end: more than this.
    #[serde(skip_serializing_if = "is_false")]
    pub is_beyond: bool,
}
