//! What a sensitivity says besides what every study says.

use serde::{Deserialize, Serialize};

use super::figure::Name;
use super::study::Body;
use crate::study::Verdict;

/// What hangs on each assumed value, one at a time.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Sensitivity {
    /// Replications.
    pub replications: u32,
    /// The figure that is looked at.
    pub metric: Name,
    /// In what.
    pub unit: Name,
    /// As the scenario stands.
    pub base: Option<f64>,
    /// The keys, by how far they move it.
    pub keys: Vec<Factor>,
    /// Pairs of those that move it most, changed together.
    pub pairs: Vec<FactorPair>,
}

/// Two keys changed together.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct FactorPair {
    /// The keys with their tables.
    pub keys: [String; 2],
    /// Their values.
    pub values: [String; 2],
    /// The figure with both.
    pub mean: Option<f64>,
    /// What both change beyond the sum of what each does alone.
    pub interaction: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Of all objectives, with both.
    pub verdict: Verdict,
}

/// A key and its other values.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Factor {
    /// The key with its table.
    pub key: String,
    /// Its value in the scenario.
    pub value: String,
    /// From the least to the greatest figure.
    pub swing: f64,
    /// Others.
    pub alternatives: Vec<Level>,
}

/// Another value of a key, and what it gives.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Level {
    /// The value.
    pub value: String,
    /// The figure.
    pub mean: Option<f64>,
    /// Less that of the scenario.
    pub difference: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Of all objectives.
    pub verdict: Verdict,
}

impl Body for Sensitivity {
    const SCHEMA: &'static str = "rccsim.sensitivity/1";
}
