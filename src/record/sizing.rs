//! What the search for a value says besides what every study says.

use serde::{Deserialize, Serialize};

use super::figure::{Name, Objective, bounds, targets};
use super::study::Body;
use crate::quantity::number::rounded;
use crate::study::{Judgement, Verdict};

/// The search for a value.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Sizing {
    /// The key with its table.
    pub key: String,
    /// `smallest` or `largest`.
    #[serde(rename = "wanted")]
    pub direction: Name,
    /// The value; none: nothing serves.
    pub value: Option<String>,
    /// Whether fresh replications confirm it.
    pub confirmed: bool,
    /// So many gateways are down, as many spare.
    pub spare: u32,
    /// When they go down; none: at the start.
    pub down_at: Option<String>,
    /// Where the values were not taken to be in order: every stretch of them that serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// What was tried, in the order of the search.
    pub trials: Vec<Trial>,
}

/// A stretch of values of which all that were tried serve.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Window {
    /// The first of them.
    pub first: String,
    /// The last.
    pub last: String,
}

/// A value that was tried.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Trial {
    /// The value.
    pub value: String,
    /// `Trial::SEARCH` or `Trial::CONFIRMATION`.
    pub sample: Name,
    /// Which gateway was down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down: Option<String>,
    /// How many replications.
    pub replications: u32,
    /// Of all objectives.
    pub verdict: Verdict,
    /// The objectives.
    pub objectives: Vec<TrialObjective>,
}

/// An objective at a value.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct TrialObjective {
    /// The metric.
    pub metric: Name,
    /// Whom it is about.
    pub scope: String,
    /// The target, where less is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The target, where more is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// "19 of 20 days", where it is to hold on so many days: the figure is the quantile of the days that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantile: Option<String>,
    /// The target, whichever it is.
    pub target: f64,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// How it came out.
    pub verdict: Verdict,
}

impl Body for Sizing {
    const SCHEMA: &'static str = "rccsim.size/1";
}

impl Trial {
    /// What a value is tried for while searching.
    pub(crate) const SEARCH: &str = "search";
    /// With replications that the search has not seen.
    pub(crate) const CONFIRMATION: &str = "confirmation";
}

impl TrialObjective {
    /// A judgement.
    pub fn new(judgement: &Judgement) -> Self {
        let objective = &judgement.objective;
        let [mean, lower, upper] = bounds(judgement.row.estimate);
        let (at_most, at_least) = targets(objective.bound);
        Self {
            metric: objective.metric.name.into(),
            scope: objective.scope.to_string(),
            at_most,
            at_least,
            quantile: objective.quantile.map(|days| days.to_string()),
            target: rounded(objective.bound.target()),
            mean,
            lower,
            upper,
            verdict: judgement.verdict,
        }
    }

    /// The same as other records have it.
    pub fn objective(&self) -> Objective {
        Objective {
            metric: self.metric.clone(),
            scope: self.scope.clone(),
            at_most: self.at_most,
            at_least: self.at_least,
            quantile: self.quantile.clone(),
            mean: self.mean,
            lower: self.lower,
            upper: self.upper,
            verdict: self.verdict,
            ..Objective::default()
        }
    }
}
