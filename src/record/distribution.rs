//! `distribution.csv`: how durations are distributed, over all replications: of jobs in a gateway, set-ups, detections and
//! recoveries.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::table::{self, Rows, Table, number};
use crate::measure::Histogram;
use crate::quantity::number::rounded;
use crate::study::Samples;

/// How often a duration fell between two others.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct DistributionRow<'a> {
    /// The label of the point; empty: a run.
    pub point: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// Which duration: `gateway_response`, `setup`, `detection`, `recovery`.
    pub duration: &'a str,
    /// From so many milliseconds.
    #[serde(with = "number")]
    pub from_ms: f64,
    /// To so many.
    #[serde(with = "number")]
    pub to_ms: f64,
    /// How many.
    pub count: u64,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    pub point_number: u32,
}

/// The table.
struct Distributions;

impl Table for Distributions {
    type Row<'r> = DistributionRow<'r>;
}

/// Every row of a run, in the order of the table.
///
/// # Errors
/// Those of whom the rows are given to.
pub(super) fn for_each_row<E>(
    samples: &Samples,
    mut take: impl FnMut(&DistributionRow) -> Result<(), E>,
) -> Result<(), E> {
    let scopes = samples.scopes.iter().zip(&samples.stations);
    for ((scope, station), durations) in scopes.zip(&samples.durations) {
        let scope = scope.to_string();
        let mut response = Histogram::default();
        let minutes = station.response_by_minute.iter();
        minutes.for_each(|minute| response.merge(minute));
        let [setup, detection, recovery] = durations;
        let measures = [
            ("setup", setup),
            ("detection", detection),
            ("recovery", recovery),
            ("gateway_response", &response),
        ];
        for (duration, histogram) in measures {
            for (from, to, count) in histogram.stretches() {
                let [from_ms, to_ms] = [from, to].map(|us| rounded(us as f64 / 1e3));
                take(&DistributionRow {
                    point: "",
                    point_number: 1,
                    scope: &scope,
                    duration,
                    from_ms,
                    to_ms,
                    count,
                })?;
            }
        }
    }
    Ok(())
}

/// Writes the table.
///
/// # Errors
/// Those of the writer.
pub fn write(samples: &Samples, out: impl Write) -> csv::Result<()> {
    let mut rows = Rows::new::<Distributions>(out)?;
    for_each_row(samples, |row| rows.write(row))?;
    rows.finish()?;
    Ok(())
}

/// How one duration is distributed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Distribution {
    /// The point of a sweep; empty: a run.
    pub point: String,
    /// Whom it is about.
    pub scope: String,
    /// Which duration.
    pub duration: String,
    /// From, to (milliseconds), how many; gaps are left out.
    pub bins: Vec<(f64, f64, f64)>,
}

/// Adds a row to the distribution that it belongs to: that of the last row, or a new one.
pub(super) fn add(distributions: &mut Vec<Distribution>, row: &DistributionRow) {
    let is = |d: &Distribution| {
        d.point == row.point && d.scope == row.scope && d.duration == row.duration
    };
    if !distributions.last().is_some_and(is) {
        distributions.push(Distribution {
            point: row.point.into(),
            scope: row.scope.into(),
            duration: row.duration.into(),
            bins: Vec::new(),
        });
    }
    let bin = (row.from_ms, row.to_ms, row.count as f64);
    distributions
        .last_mut()
        .into_iter()
        .for_each(|d| d.bins.push(bin));
}

/// The distributions of a run, as they would be read back.
pub(super) fn from_samples(samples: &Samples) -> Vec<Distribution> {
    let mut distributions = Vec::new();
    let outcome: Result<(), std::convert::Infallible> = for_each_row(samples, |row| {
        add(&mut distributions, row);
        Ok(())
    });
    outcome.unwrap_or_else(|never| match never {});
    distributions
}

/// Reads the table.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn distributions(from: impl Read) -> Result<Vec<Distribution>, String> {
    let mut distributions: Vec<Distribution> = Vec::new();
    table::read::<Distributions>(from, |row| {
        add(&mut distributions, &row);
        Ok(())
    })?;
    Ok(distributions)
}
