//! What hangs on values that nobody published.

use serde::{Deserialize, Serialize};

use super::LeverTrials;
use crate::study::Verdict;

/// A value that nobody published, and what hangs on it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Assumption {
    /// The key with its section.
    pub key: String,
    /// The value used.
    pub value: String,
    /// Its standing, in words.
    pub standing: String,
    /// Whether another value changes the verdict.
    pub decides: bool,
    /// What other values would give.
    pub alternatives: Vec<Alternative>,
}

/// What another value of an assumed key would give, by a short trial.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Alternative {
    /// The value.
    pub value: String,
    /// Share of the time down.
    pub down_fraction: Option<f64>,
    /// Share of toasts missed.
    pub missed_toast_fraction: Option<f64>,
    /// How the objectives would come out, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What the answer of a study would be; none: of a run, whose answer is the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// What the answer of a study rests on.
#[derive(Clone, Debug, Default)]
pub struct Assumptions {
    /// Those that move it, what decides first.
    pub assumptions: Vec<Assumption>,
    /// What was tried, how and on what, or why nothing was; empty: nothing was asked for.
    pub basis: String,
    /// What might help where the point that decides loses sessions or misses an objective.
    pub levers: Vec<LeverTrials>,
}
