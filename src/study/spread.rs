//! How far the replications lie apart: the middle one, and the one that is worse than 19 of 20.

use super::estimate::{CONFIDENCE, Estimate};
use super::focus::focus;
use super::observation::Column;
use super::quantile::{quantile_interval, quantile_replications};
use super::samples::{Samples, value};
use crate::measure::{Objective, Scope};

/// One figure over the replications, each taken on its own.
#[derive(Clone, Debug)]
pub struct Spread {
    /// Whom it is about.
    pub scope: Scope,
    /// What it is.
    pub column: Column,
    /// Half of the replications lie at or below.
    pub median: Estimate,
    /// The fraction [`HIGH_QUANTILE`] of the replications lies at or below.
    pub high: Estimate,
}

/// The high quantile: of twenty days the second worst.
pub const HIGH_QUANTILE: f64 = 0.95;

/// Of the figures that the study is about, where they have samples: both quantiles between order statistics, whatever
/// the distribution.
pub fn spread(samples: &Samples, objectives: &[Objective]) -> Vec<Spread> {
    let spread_of = |(scope, column): (usize, usize)| {
        let values: Vec<f64> = samples
            .column_samples(scope, column)
            .filter_map(value)
            .filter(|x| x.is_finite())
            .collect();
        let quantile = |p| quantile_interval(&values, p, CONFIDENCE);
        let (scope, column) = (samples.scopes[scope].clone(), samples.columns[column]);
        Some(Spread {
            scope,
            column,
            median: quantile(0.5)?,
            high: quantile(HIGH_QUANTILE)?,
        })
    };
    // Of one run, however often it is repeated, nothing lies apart.
    let figures = match samples.is_one_run() {
        true => Vec::new(),
        false => focus(samples, objectives),
    };
    figures.into_iter().filter_map(spread_of).collect()
}

/// So many replications give both bounds of the median, and of the high quantile.
pub fn spread_replications() -> [u32; 2] {
    [0.5, HIGH_QUANTILE].map(|p| quantile_replications(p, CONFIDENCE))
}
