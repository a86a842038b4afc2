//! What a comparison says besides what every study says.

use serde::{Deserialize, Serialize};

use super::figure::{Name, bounds};
use super::study::Body;
use crate::quantity::number::rounded;
use crate::study::{self, Against, ComparedMetric, Relation};

/// Alternatives against a baseline.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Comparison {
    /// The baseline.
    pub baseline: String,
    /// The confidence of each interval, such that all hold at once with 95 %.
    pub confidence: f64,
    /// The others.
    pub alternatives: Vec<Contrast>,
}

/// An alternative beside the baseline.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Contrast {
    /// The alternative.
    pub name: String,
    /// The whole, by the figures that decide.
    pub verdict: Relation,
    /// Replications that both have.
    pub replications: u32,
    /// Its figures.
    pub figures: Vec<Difference>,
}

/// One figure of both.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Difference {
    /// What it is.
    pub metric: Name,
    /// In what.
    pub unit: Name,
    /// Whether it is one of those that decide.
    pub decides: bool,
    /// Of the baseline.
    pub baseline: Option<f64>,
    /// Of the alternative.
    pub other: Option<f64>,
    /// The alternative less the baseline.
    pub difference: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Of the two over the replications.
    pub correlation: Option<f64>,
    /// How it stands.
    pub verdict: Relation,
}

impl Body for Comparison {
    const SCHEMA: &'static str = "rccsim.compare/1";
}

impl Comparison {
    /// Of alternatives that were compared.
    pub fn new(comparison: &study::Comparison) -> Self {
        let contrast = |alternative: &Against| Contrast {
            name: alternative.name.clone(),
            verdict: alternative.verdict,
            replications: alternative.replications,
            figures: alternative.figures.iter().map(Difference::new).collect(),
        };
        Self {
            baseline: comparison.baseline.clone(),
            confidence: rounded(comparison.confidence),
            alternatives: comparison.alternatives.iter().map(contrast).collect(),
        }
    }
}

impl Difference {
    /// Of a figure of both.
    fn new(metric: &ComparedMetric) -> Self {
        let mean = |row: &study::MetricRow| row.estimate.map(|e| rounded(e.mean));
        let [difference, lower, upper] = bounds(metric.paired.map(|p| p.difference));
        Self {
            metric: metric.metric.name.into(),
            unit: metric.metric.unit.name().into(),
            decides: metric.decides,
            baseline: mean(&metric.baseline),
            other: mean(&metric.alternative),
            difference,
            lower,
            upper,
            correlation: metric.paired.and_then(|p| p.correlation).map(rounded),
            verdict: metric.relation,
        }
    }
}
