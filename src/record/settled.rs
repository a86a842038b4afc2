//! How far the replications lie apart, and what the figures settle to.

use serde::{Deserialize, Serialize};

use super::figure::{Name, bounds};
use crate::study::{HIGH_QUANTILE, Spread, Steady};

/// A quantile over the replications.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Quantile {
    /// Whom it is about.
    pub scope: String,
    /// What it is.
    pub metric: Name,
    /// Its cause, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Name>,
    /// The share of the replications at or below it.
    pub quantile: f64,
    /// The value.
    pub value: f64,
    /// Lower end of its 95 % interval, by order statistics.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// In what.
    pub unit: Name,
}

/// A metric without its warm-up.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct SteadyState {
    /// What it is.
    pub metric: Name,
    /// Minutes that were cut off.
    pub warm_up_min: usize,
    /// Minutes that were kept.
    pub kept_min: usize,
    /// Whether the run does not settle.
    pub too_short: bool,
    /// The mean over what was kept.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// In what.
    pub unit: Name,
}

/// The median and the high quantile.
pub(super) fn quantiles(spread: &Spread) -> [Quantile; 2] {
    [(0.5, spread.median), (HIGH_QUANTILE, spread.high)].map(|(quantile, estimate)| {
        let [value, lower, upper] = bounds(Some(estimate));
        Quantile {
            scope: spread.scope.to_string(),
            metric: spread.column.metric.name.into(),
            cause: spread.column.cause.map(|(_, name)| name.into()),
            quantile,
            value: value.unwrap_or(estimate.mean),
            lower,
            upper,
            unit: spread.column.metric.unit.name().into(),
        }
    })
}

impl SteadyState {
    /// Of a metric's minutes.
    pub fn new(steady: &Steady) -> Self {
        let [mean, lower, upper] = bounds(steady.estimate);
        let upper_bound = steady.upper_if_none.map(crate::quantity::number::rounded);
        Self {
            metric: steady.metric.name.into(),
            warm_up_min: steady.warm_up_min,
            kept_min: steady.kept_min,
            too_short: steady.too_short,
            mean,
            lower,
            upper: upper_bound.or(upper),
            unit: steady.metric.unit.name().into(),
        }
    }
}
