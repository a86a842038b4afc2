//! How far the replications lie apart, and what the figures settle to, as lines of `summary.json`.

use serde::Serialize;

use crate::quantity::number::rounded;
use crate::study::{HIGH_QUANTILE, Spread, Steady};

/// A quantile over the replications.
#[derive(Serialize)]
pub struct Quantile<'a> {
    scope: String,
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    quantile: f64,
    value: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    unit: &'a str,
}

/// A metric without its warm-up.
#[derive(Serialize)]
pub struct Settled<'a> {
    metric: &'a str,
    warm_up_min: usize,
    kept_min: usize,
    too_short: bool,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    unit: &'a str,
}

/// The median and the high quantile.
pub fn quantiles(spread: &Spread) -> [Quantile<'_>; 2] {
    [(0.5, spread.median), (HIGH_QUANTILE, spread.high)].map(|(quantile, e)| Quantile {
        scope: spread.scope.to_string(),
        metric: spread.column.metric.name,
        cause: spread.column.cause.map(|(_, name)| name),
        quantile,
        value: rounded(e.mean),
        lower: e.lower.map(rounded),
        upper: e.upper.map(rounded),
        unit: spread.column.metric.unit.name(),
    })
}

/// A line of the document.
pub fn settled(steady: &Steady) -> Settled<'_> {
    let e = steady.estimate;
    Settled {
        metric: steady.metric.name,
        warm_up_min: steady.warm_up_min,
        kept_min: steady.kept_min,
        too_short: steady.too_short,
        mean: e.map(|e| rounded(e.mean)),
        lower: e.and_then(|e| e.lower).map(rounded),
        upper: steady
            .upper_if_none
            .or(e.and_then(|e| e.upper))
            .map(rounded),
        unit: steady.metric.unit.name(),
    }
}
