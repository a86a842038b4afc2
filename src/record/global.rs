//! What a global sensitivity says besides what every study says.

use serde::{Deserialize, Serialize};

use super::figure::Name;
use super::study::Body;
use crate::quantity::number::rounded;
use crate::study::{Estimate, Verdict};

/// Which unknowns make the spread of an answer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct GlobalSensitivity {
    /// Replications of each combination.
    pub replications: u32,
    /// The answer that is looked at.
    pub metric: Name,
    /// In what.
    pub unit: Name,
    /// As the scenario stands.
    pub base: Option<f64>,
    /// Trajectories of the screening.
    pub trajectories: usize,
    /// Rows of the design that shares the variance out.
    pub rows: usize,
    /// The answer at random combinations of the unknowns that have an effect: its mean, least and greatest.
    pub mean: Option<f64>,
    /// The least.
    pub least: Option<f64>,
    /// The greatest.
    pub greatest: Option<f64>,
    /// The share of these combinations that meet every objective; none: there are no objectives, or no combinations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<f64>,
    /// The unknowns, the one with the largest share of the spread first.
    pub unknowns: Vec<UnknownShare>,
    /// Every combination that was simulated.
    pub combinations: Vec<Combination>,
}

/// An unknown, and how much hangs on it.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct UnknownShare {
    /// The key with its table.
    pub key: String,
    /// Its values.
    pub levels: Vec<String>,
    /// μ*: the mean size of its elementary effects, in the unit of the answer.
    pub effect: Interval,
    /// σ: their deviation.
    pub deviation: f64,
    /// The share of the variance that it makes alone; none: it had no effect in the screening.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Interval>,
    /// The same with whatever it does together with others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Interval>,
}

/// An estimate with its 95 % interval.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Interval {
    /// The estimate.
    pub mean: f64,
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

impl Interval {
    /// Of an estimate.
    pub fn new(estimate: &Estimate) -> Self {
        Self {
            mean: rounded(estimate.mean),
            lower: estimate.lower.map(rounded),
            upper: estimate.upper.map(rounded),
        }
    }
}

/// A combination and its answer.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Combination {
    /// Per unknown, in their order here, the place of its value.
    pub levels: Vec<usize>,
    /// The answer; none: nothing of the kind happened.
    pub value: Option<f64>,
    /// Of the objectives.
    pub verdict: Verdict,
}

impl Body for GlobalSensitivity {
    const SCHEMA: &'static str = "rccsim.global-sensitivity/1";
}
