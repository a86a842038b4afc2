//! `runs.csv`, `series.csv` and `drops.csv`: long format, every identifying column in every row.

use std::io::{self, Write};

use super::number::field;
use super::run::Run;
use crate::measure::{DropRow, MinuteBin, Sample, StationTally};
use crate::quantity::Time;

/// A figure per replication.
///
/// # Errors
/// Those of the writer.
pub fn runs(run: &Run, out: impl Write) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(["point", "replication", "fingerprint", "scope", "metric", "cause", "value", "beyond", "unit"])?;
    let samples = &run.samples;
    for (index, scopes) in samples.values.iter().enumerate() {
        let number = samples.numbers[index] + 1;
        let fingerprint = format!("{:016x}", samples.fingerprints[index]);
        for (scope, values) in samples.scopes.iter().zip(scopes) {
            for (column, sample) in samples.columns.iter().zip(values) {
                let (value, beyond) = match *sample {
                    Sample::Absent => (None, None),
                    Sample::Count(n) => (Some(n as f64), None),
                    Sample::Ratio(above, below) => (Some(above / below), None),
                    Sample::Value(x) => (Some(x), None),
                    Sample::Beyond(x) => (None, Some(x)),
                };
                out.write_record([
                    "",
                    &number.to_string(),
                    &fingerprint,
                    &scope.to_string(),
                    column.metric.name,
                    column.cause.map_or("", |(_, name)| name),
                    &field(value),
                    &field(beyond),
                    column.metric.unit.name(),
                ])?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// One line of the time series: name, unit, and its value from a minute's sums.
type Series = (&'static str, &'static str, fn(&MinuteBin, f64) -> f64);

/// The time series: mean users in each state over the minute, and counts per minute or second.
pub const SERIES: [Series; 8] = [
    ("usable", "users", |m, s| m.usable_us as f64 / 1e6 / s),
    ("setting_up", "users", |m, s| m.setting_up_us as f64 / 1e6 / s),
    ("silent", "users", |m, s| m.silent_us as f64 / 1e6 / s),
    ("visible", "users", |m, s| m.visible_us as f64 / 1e6 / s),
    ("message_rate_per_s", "per_s", |m, s| m.messages as f64 / s),
    ("refresh_rate_per_s", "per_s", |m, s| m.refreshes as f64 / s),
    ("session_drops", "count", |m, _| m.drops as f64),
    ("toasts_missed", "count", |m, _| m.toasts_missed as f64),
];

/// The time series of a station: mean jobs waiting, and percentiles of the time in the gateway over all replications.
fn station_series(
    station: &StationTally,
    minute: usize,
    length: f64,
    n: f64,
) -> Vec<(&'static str, &'static str, Option<f64>)> {
    let Some(response) = station.response_by_minute.get(minute) else { return Vec::new() };
    let percentile = |p: f64| response.quantile(p).map(|span| span.0 as f64 / 1e3);
    let waiting = station.queue_us_by_minute.get(minute).map(|us| *us as f64 / 1e6 / length / n);
    vec![
        ("gateway_queue_mean", "jobs", waiting),
        ("gateway_response_p50_ms", "ms", percentile(0.50)),
        ("gateway_response_p99_ms", "ms", percentile(0.99)),
    ]
}

/// The time series per minute, mean over the replications; percentiles are of all jobs of the minute in all of them.
///
/// # Errors
/// Those of the writer.
pub fn series(run: &Run, out: impl Write) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(["point", "scope", "start_s", "length_s", "series", "mean", "unit", "replications"])?;
    let replications = run.samples.replications();
    let n = f64::from(replications);
    let samples = &run.samples;
    for ((scope, minutes), station) in samples.scopes.iter().zip(&samples.minutes).zip(&samples.stations) {
        for (index, minute) in minutes.iter().enumerate() {
            let start = index as f64 * 60.0;
            let length = (run.horizon_s - start).min(60.0);
            let plain = SERIES.iter().map(|(name, unit, value)| (*name, *unit, Some(value(minute, length) / n)));
            for (name, unit, value) in plain.chain(station_series(station, index, length, n)) {
                out.write_record([
                    "",
                    &scope.to_string(),
                    &start.to_string(),
                    &length.to_string(),
                    name,
                    &field(value),
                    unit,
                    &replications.to_string(),
                ])?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Microseconds as exact seconds.
fn seconds(at: Time) -> String {
    format!("{}.{:06}", at.0 / 1_000_000, at.0 % 1_000_000)
}

/// Writes drop rows as they come.
pub struct Drops<W: Write> {
    out: csv::Writer<W>,
    clients: Vec<String>,
    gateways: Vec<String>,
}

impl<W: Write> Drops<W> {
    /// A table with the names of the client groups, and of the gateway of each.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(out: W, clients: Vec<String>, gateways: Vec<String>) -> io::Result<Drops<W>> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record([
            "point",
            "replication",
            "clients",
            "user",
            "gateway",
            "instance",
            "established_s",
            "lost_s",
            "detected_s",
            "cause",
            "ended_by",
        ])?;
        Ok(Drops { out, clients, gateways })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, replication: u32, row: &DropRow) -> io::Result<()> {
        let clients = row.clients as usize;
        self.out.write_record([
            "",
            &(replication + 1).to_string(),
            &self.clients[clients],
            &(row.user + 1).to_string(),
            &self.gateways[clients],
            &(row.gateway + 1).to_string(),
            &seconds(row.established_at),
            &seconds(row.lost_at),
            &row.detected_at.map_or(String::new(), seconds),
            row.cause.name(),
            row.ended_by.map_or("", |e| e.name()),
        ])?;
        Ok(())
    }

    /// Writes what is still buffered and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.out.into_inner().map_err(|e| io::Error::new(e.error().kind(), e.to_string()))
    }
}
