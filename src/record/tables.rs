//! `runs.csv`, `series.csv` and `drops.csv`: long format, every identifying column in every row.

use std::io::{self, Write};

use super::run::Run;
use crate::measure::{DropRow, Histogram, MinuteBin, Sample, StationTally, Unit};
use crate::quantity::Time;
use crate::quantity::number::field;
use crate::study::{Column, Observation, Samples, columns};

/// The columns of `runs.csv`.
pub(super) const RUNS: [&str; 11] = [
    "point",
    "replication",
    "fingerprint",
    "scope",
    "metric",
    "cause",
    "value",
    "beyond",
    "numerator",
    "denominator",
    "unit",
];

/// A figure per replication; of a ratio also both totals, exactly, since over replications it is a ratio of totals.
///
/// # Errors
/// Those of the writer.
pub fn runs<'a>(
    points: impl Iterator<Item = (&'a str, &'a Samples)>,
    out: impl Write,
) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(RUNS)?;
    for (point, samples) in points {
        for (index, scopes) in samples.values.iter().enumerate() {
            let number = (samples.numbers[index] + 1).to_string();
            let fingerprint = format!("{:016x}", samples.fingerprints[index]);
            for (scope, values) in samples.scopes.iter().zip(scopes) {
                let scope = scope.to_string();
                for (column, sample) in samples.columns.iter().zip(values) {
                    let [value, beyond, above, below] = cells(*sample);
                    let (metric, cause) =
                        (column.metric, column.cause.map_or("", |(_, name)| name));
                    let unit = metric.unit.name();
                    out.write_record([
                        point,
                        &number,
                        &fingerprint,
                        &scope,
                        metric.name,
                        cause,
                        &value,
                        &beyond,
                        &above,
                        &below,
                        unit,
                    ])?;
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// A point's label and its replications, each with its number counted from 0.
pub type PointRuns = (String, Vec<(u32, Observation)>);

/// Reads `runs.csv` back: the replications of each point, in the order of the file; figures of the named scopes only.
///
/// # Errors
/// Why it is not such a table.
pub fn read_runs(
    text: &str,
    scopes: impl Fn(&str) -> Vec<String>,
) -> Result<Vec<PointRuns>, String> {
    let columns = columns();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if reader.headers().map_err(|e| e.to_string())?.iter().ne(RUNS) {
        return Err("its columns are not those of this version".into());
    }
    let mut points: Vec<PointRuns> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| e.to_string())?;
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let bad = || {
            format!(
                "line {} cannot be read",
                record.position().map_or(0, csv::Position::line)
            )
        };
        if points.last().is_none_or(|(point, _)| point != cell(0)) {
            names = scopes(cell(0));
            points.push((cell(0).into(), Vec::new()));
        }
        let Some((_, replications)) = points.last_mut() else {
            return Err(bad());
        };
        let number = cell(1)
            .parse::<u32>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .ok_or_else(bad)?;
        if replications.last().is_none_or(|(last, _)| *last != number) {
            let fingerprint = u64::from_str_radix(cell(2), 16).map_err(|_| bad())?;
            let values = vec![vec![Sample::Absent; columns.len()]; names.len()];
            replications.push((
                number,
                Observation {
                    values,
                    fingerprint,
                    events: 0,
                },
            ));
        }
        let scope = names.iter().position(|n| n == cell(3)).ok_or_else(bad)?;
        let is = |c: &Column| {
            c.metric.name == cell(4) && c.cause.map_or("", |(_, name)| name) == cell(5)
        };
        let column = columns.iter().position(is).ok_or_else(bad)?;
        let number = |i: usize| cell(i).parse::<f64>().map_err(|_| bad());
        let sample = match [6, 7, 8].map(|i| !cell(i).is_empty()) {
            [_, _, true] => Sample::Ratio(number(8)?, number(9)?),
            [_, true, _] => Sample::Beyond(number(7)?),
            [true, ..] if columns[column].metric.unit == Unit::Count => cell(6)
                .parse()
                .map_or_else(|_| number(6).map(Sample::Value), |n| Ok(Sample::Count(n)))?,
            [true, ..] => Sample::Value(number(6)?),
            _ => Sample::Absent,
        };
        if let Some((_, observation)) = replications.last_mut() {
            observation.values[scope][column] = sample;
        }
    }
    Ok(points)
}

/// Value, beyond, numerator and denominator.
fn cells(sample: Sample) -> [String; 4] {
    let none = String::new;
    match sample {
        Sample::Absent => [none(), none(), none(), none()],
        Sample::Count(n) => [n.to_string(), none(), none(), none()],
        Sample::Ratio(above, below) => [
            field(Some(above / below)),
            none(),
            above.to_string(),
            below.to_string(),
        ],
        Sample::Value(x) => [field(Some(x)), none(), none(), none()],
        Sample::Beyond(x) => [none(), field(Some(x)), none(), none()],
    }
}

/// The columns of `distribution.csv`.
pub(super) const DISTRIBUTION: [&str; 6] =
    ["point", "scope", "duration", "from_ms", "to_ms", "count"];

/// One line of the time series: name, unit, and its value from a minute's sums.
type Series = (&'static str, &'static str, fn(&MinuteBin, f64) -> f64);

/// The time series: mean users in each state over the minute, and counts per minute or second.
pub const SERIES: [Series; 8] = [
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
fn station_series(
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

/// The time series per minute, mean over the replications; percentiles are of all jobs of the minute in all of them.
///
/// # Errors
/// Those of the writer.
pub fn series(run: &Run, out: impl Write) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record([
        "point",
        "scope",
        "start_s",
        "length_s",
        "series",
        "mean",
        "unit",
        "replications",
    ])?;
    let replications = run.samples.replications();
    let n = f64::from(replications);
    let samples = &run.samples;
    for ((scope, minutes), station) in samples
        .scopes
        .iter()
        .zip(&samples.minutes)
        .zip(&samples.stations)
    {
        for (index, minute) in minutes.iter().enumerate() {
            let start = index as f64 * 60.0;
            let length = (run.horizon_s - start).min(60.0);
            let plain = SERIES
                .iter()
                .map(|(name, unit, value)| (*name, *unit, Some(value(minute, length) / n)));
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

/// How durations are distributed, over all replications: of jobs in a gateway, set-ups, detections and recoveries.
///
/// # Errors
/// Those of the writer.
pub fn distribution(samples: &Samples, out: impl Write) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(DISTRIBUTION)?;
    for ((scope, station), durations) in samples
        .scopes
        .iter()
        .zip(&samples.stations)
        .zip(&samples.durations)
    {
        let mut response = Histogram::default();
        station
            .response_by_minute
            .iter()
            .for_each(|minute| response.merge(minute));
        let [setup, detection, recovery] = durations;
        let all = [
            ("setup", setup),
            ("detection", detection),
            ("recovery", recovery),
            ("gateway_response", &response),
        ];
        for (duration, histogram) in all {
            for (from, to, count) in histogram.stretches() {
                let ms = |us: u64| field(Some(us as f64 / 1e3));
                out.write_record([
                    "",
                    &scope.to_string(),
                    duration,
                    &ms(from),
                    &ms(to),
                    &count.to_string(),
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

/// The columns of `drops.csv`.
pub const DROP_COLUMNS: [&str; 11] = [
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
];

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
        out.write_record(DROP_COLUMNS)?;
        Ok(Drops {
            out,
            clients,
            gateways,
        })
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
        self.out
            .into_inner()
            .map_err(|e| io::Error::new(e.error().kind(), e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_have_the_names_by_which_plots_ask_for_them() {
        let station = StationTally {
            response_by_minute: vec![Histogram::default()],
            ..StationTally::default()
        };
        let of_stations = station_series(&station, 0, 60.0, 1.0)
            .into_iter()
            .map(|(name, ..)| name);
        let all: Vec<&str> = SERIES
            .iter()
            .map(|(name, ..)| *name)
            .chain(of_stations)
            .collect();
        assert_eq!(all, crate::measure::SERIES);
    }
}
