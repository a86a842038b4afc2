//! `series.csv`: values over time, mean over the replications; percentiles are of all jobs of a minute in all of them.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::table::{self, Rows, Table, maybe_number, number};
use crate::measure::{MinuteBin, StationTally};
use crate::quantity::number::rounded;
use crate::quantity::{Moment, print_iso};
use crate::study::Samples;

/// One value of one series.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct SeriesRow<'a> {
    /// The label of the point; empty: a run.
    pub point: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// Where the stretch begins, seconds from the start of the run.
    #[serde(with = "number")]
    pub start_s: f64,
    /// How long it is, seconds.
    #[serde(with = "number")]
    pub length_s: f64,
    /// What it is.
    pub series: &'a str,
    /// The mean over the replications; none: there was nothing to measure.
    #[serde(with = "maybe_number")]
    pub mean: Option<f64>,
    /// In what.
    pub unit: &'a str,
    /// Over so many.
    pub replications: u32,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    pub point_number: u32,
    /// Where the stretch begins on the clock of the scenario, in ISO 8601: with its date where the start has one.
    pub time: &'a str,
}

/// The table.
struct SeriesTable;

impl Table for SeriesTable {
    type Row<'r> = SeriesRow<'r>;
}

/// One line of the time series: name, unit, and its value from a minute's sums and its length in seconds.
type OfMinute = (&'static str, &'static str, fn(&MinuteBin, f64) -> f64);

/// The time series: mean users in each state over the minute, and counts per minute or second.
const OF_MINUTES: [OfMinute; 8] = [
    ("usable", "users", |m, s| m.usable_us as f64 / 1e6 / s),
    ("setting_up", "users", |m, s| {
        m.setting_up_us as f64 / 1e6 / s
    }),
    ("silent", "users", |m, s| m.silent_us as f64 / 1e6 / s),
    ("visible", "users", |m, s| m.visible_us as f64 / 1e6 / s),
    ("message_rate_per_s", "per_s", |m, s| m.messages as f64 / s),
    ("refresh_rate_per_s", "per_s", |m, s| m.refreshes as f64 / s),
    ("session_drops", "count", |m, _| m.drops as f64),
    ("toasts_missed", "count", |m, _| m.toasts_missed as f64),
];

/// The time series of a station: mean jobs waiting, and percentiles of the time in the gateway over all replications.
fn of_station(
    station: &StationTally,
    minute: usize,
    length: f64,
    n: f64,
) -> Vec<(&'static str, &'static str, Option<f64>)> {
    let Some(response) = station.response_by_minute.get(minute) else {
        return Vec::new();
    };
    let percentile = |p: f64| response.quantile(p).map(|span| span.0 as f64 / 1e3);
    let waiting = station
        .queue_us_by_minute
        .get(minute)
        .map(|us| *us as f64 / 1e6 / length / n);
    vec![
        ("gateway_queue_mean", "jobs", waiting),
        ("gateway_response_p50_ms", "ms", percentile(0.50)),
        ("gateway_response_p99_ms", "ms", percentile(0.99)),
    ]
}

/// Every row of a run, in the order of the table.
///
/// # Errors
/// Those of whom the rows are given to.
pub(super) fn for_each_row<E>(
    samples: &Samples,
    mut take: impl FnMut(&SeriesRow) -> Result<(), E>,
) -> Result<(), E> {
    let horizon_s = samples.horizon.0 as f64 / 1e6;
    let replications = samples.replications();
    let n = f64::from(replications);
    let scopes = samples.scopes.iter().zip(&samples.minutes);
    for ((scope, minutes), station) in scopes.zip(&samples.stations) {
        let scope = scope.to_string();
        for (index, minute) in minutes.iter().enumerate() {
            let start_s = index as f64 * 60.0;
            let length_s = (horizon_s - start_s).min(60.0);
            let minute_series = OF_MINUTES
                .iter()
                .map(|(name, unit, value)| (*name, *unit, Some(value(minute, length_s) / n)));
            let station_series = minute_series.chain(of_station(station, index, length_s, n));
            for (series, unit, value) in station_series {
                take(&SeriesRow {
                    point: "",
                    point_number: 1,
                    time: "",
                    scope: &scope,
                    start_s,
                    length_s,
                    series,
                    mean: value.map(rounded),
                    unit,
                    replications,
                })?;
            }
        }
    }
    Ok(())
}

/// Writes the time series of a run that starts then.
///
/// # Errors
/// Those of the writer.
pub fn write(samples: &Samples, start: Moment, out: impl Write) -> csv::Result<()> {
    let mut rows = Rows::new::<SeriesTable>(out)?;
    // Rows of one minute stand together.
    let mut last = (f64::NAN, String::new());
    for_each_row(samples, |row| {
        if last.0 != row.start_s {
            last = (
                row.start_s,
                print_iso(start.plus((row.start_s * 1e6) as i64)),
            );
        }
        rows.write(&SeriesRow {
            time: &last.1,
            ..*row
        })
    })?;
    rows.finish()?;
    Ok(())
}

/// One series: a value per stretch of time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Series {
    /// The point of a sweep; empty: a run.
    pub point: String,
    /// Whom it is about: `all`, `clients:NAME`, `gateway:NAME`.
    pub scope: String,
    /// What it is.
    pub name: String,
    /// In what.
    pub unit: String,
    /// Where each stretch begins, seconds from the start of the run.
    pub start_s: Vec<f64>,
    /// How long it is, seconds.
    pub length_s: Vec<f64>,
    /// The mean over the replications; `NaN`: there was nothing to measure.
    pub values: Vec<f64>,
    /// Over so many.
    pub replications: u32,
}

/// Rows gathered by series.
#[derive(Default)]
pub(super) struct BySeries {
    series: Vec<Series>,
    last: usize,
}

impl BySeries {
    pub(super) fn add(&mut self, row: &SeriesRow) {
        let is = |s: &Series| s.name == row.series && s.scope == row.scope && s.point == row.point;
        let by_series = &mut self.series;
        // Rows of one minute stand together: the next series is mostly the one after the last.
        let place = [self.last + 1, self.last]
            .into_iter()
            .find(|i| by_series.get(*i).is_some_and(is));
        let place = place.or_else(|| by_series.iter().position(is));
        self.last = place.unwrap_or(by_series.len());
        if place.is_none() {
            by_series.push(Series {
                point: row.point.into(),
                scope: row.scope.into(),
                name: row.series.into(),
                unit: row.unit.into(),
                replications: row.replications,
                ..Series::default()
            });
        }
        let series = &mut by_series[self.last];
        series.start_s.push(row.start_s);
        series.length_s.push(row.length_s);
        series.values.push(row.mean.unwrap_or(f64::NAN));
    }

    pub(super) fn finish(self) -> Vec<Series> {
        self.series
    }
}

/// The series of a run, as they would be read back.
pub(super) fn from_samples(samples: &Samples) -> Vec<Series> {
    let mut by_series = BySeries::default();
    let outcome: Result<(), std::convert::Infallible> = for_each_row(samples, |row| {
        by_series.add(row);
        Ok(())
    });
    outcome.unwrap_or_else(|never| match never {});
    by_series.finish()
}

/// Reads the table.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn series(from: impl Read) -> Result<Vec<Series>, String> {
    let mut by_series = BySeries::default();
    table::read::<SeriesTable>(from, |row| {
        by_series.add(&row);
        Ok(())
    })?;
    Ok(by_series.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Histogram;

    #[test]
    fn the_series_have_the_names_by_which_plots_ask_for_them() {
        let station = StationTally {
            response_by_minute: vec![Histogram::default()],
            ..StationTally::default()
        };
        let of_stations = of_station(&station, 0, 60.0, 1.0)
            .into_iter()
            .map(|(name, ..)| name);
        let names: Vec<&str> = OF_MINUTES
            .iter()
            .map(|(name, ..)| *name)
            .chain(of_stations)
            .collect();
        assert_eq!(names, crate::measure::SERIES);
    }
}
