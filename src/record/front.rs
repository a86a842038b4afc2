//! What a trade-off of several figures says besides what every study says.

use serde::{Deserialize, Serialize};

use super::figure::Name;
use super::study::Body;
use crate::study::Verdict;

/// The points that nothing dominates in several figures at once.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Front {
    /// Replications of each point.
    pub replications: u32,
    /// Whether there are objectives to be met.
    pub has_objectives: bool,
    /// The figures.
    pub metrics: Vec<FrontMetric>,
    /// The labels of the points that stay: nothing is shown to dominate them, and they meet the objectives.
    pub front: Vec<String>,
    /// Every point.
    pub points: Vec<FrontPoint>,
}

/// A figure and where it is better.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct FrontMetric {
    /// Its name.
    pub metric: Name,
    /// In what.
    pub unit: Name,
    /// Whether less is better.
    pub less_is_better: bool,
}

/// How a point stands.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub enum FrontStanding {
    /// By the means nothing dominates it.
    Front,
    /// By the means another point does; it is not shown.
    NotShown,
    /// Another point is shown to dominate it.
    Dominated,
    /// It misses an objective.
    Misses,
    /// Whether it meets the objectives is open.
    #[default]
    Inconclusive,
    /// It has no value of a figure.
    NoValue,
}

impl FrontStanding {
    /// As a table names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::NotShown => "not shown to be dominated",
            Self::Dominated => "dominated",
            Self::Misses => "misses an objective",
            Self::Inconclusive => "objectives inconclusive",
            Self::NoValue => "no value",
        }
    }

    /// Whether it is among the points to choose from.
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Front | Self::NotShown)
    }
}

/// A point and its figures.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct FrontPoint {
    /// Its label.
    pub point: String,
    /// Of its objectives, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// How it stands.
    pub standing: FrontStanding,
    /// The point that dominates it, by the means or shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominated_by: Option<String>,
    /// Its figures, in the order of the metrics.
    pub figures: Vec<FrontFigure>,
}

/// A figure with its 95 % interval.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct FrontFigure {
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

impl Body for Front {
    const SCHEMA: &'static str = "rccsim.front/1";
}
