//! `runs.csv`: every figure of every replication; of a ratio also both totals, exactly, since over replications it is a
//! ratio of totals.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::table::{self, Rows, Table, maybe_number, word};
use crate::measure::{Sample, Unit};
use crate::quantity::number::rounded;
use crate::study::{Column, Observation, Samples, columns};

/// What one replication said of one figure.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct RunRow<'a> {
    /// The label of the point; empty: a run.
    #[serde(borrow, with = "word")]
    pub point: &'a str,
    /// The replication, counted from 1.
    pub replication: u32,
    /// Of everything observable in it, in hexadecimal digits.
    pub fingerprint: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// What it is.
    pub metric: &'a str,
    /// Its cause; empty: all of them.
    pub cause: &'a str,
    /// The value; none: nothing was measured, or it is still open.
    #[serde(with = "maybe_number")]
    pub value: Option<f64>,
    /// It was still open at the horizon: more than this.
    #[serde(with = "maybe_number")]
    pub beyond: Option<f64>,
    /// Of a ratio what stands above.
    #[serde(with = "maybe_number")]
    pub numerator: Option<f64>,
    /// Of a ratio what stands below.
    #[serde(with = "maybe_number")]
    pub denominator: Option<f64>,
    /// In what.
    pub unit: &'a str,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    pub point_number: u32,
}

/// The table.
struct Runs;

impl Table for Runs {
    type Row<'r> = RunRow<'r>;
}

impl RunRow<'_> {
    /// With this sample.
    fn with(self, sample: Sample) -> Self {
        let (value, beyond, ratio) = match sample {
            Sample::Absent => (None, None, None),
            Sample::Count(n) => (Some(n as f64), None, None),
            Sample::Ratio(above, below) => {
                (Some(rounded(above / below)), None, Some((above, below)))
            }
            Sample::Value(x) => (Some(rounded(x)), None, None),
            Sample::Beyond(x) => (None, Some(rounded(x)), None),
        };
        RunRow {
            value,
            beyond,
            numerator: ratio.map(|(above, _)| above),
            denominator: ratio.map(|(_, below)| below),
            ..self
        }
    }

    /// The sample.
    fn sample(&self, unit: Unit) -> Sample {
        match (
            self.numerator.zip(self.denominator),
            self.beyond,
            self.value,
        ) {
            (Some((above, below)), ..) => Sample::Ratio(above, below),
            (_, Some(beyond), _) => Sample::Beyond(beyond),
            (.., Some(x)) if unit == Unit::Count && x >= 0.0 && x == x.trunc() => {
                Sample::Count(x as u64)
            }
            (.., Some(x)) => Sample::Value(x),
            _ => Sample::Absent,
        }
    }
}

/// Every row of a point, which has a number and a label, in the order of the table.
///
/// # Errors
/// Those of whom the rows are given to.
pub(super) fn for_each_row<E>(
    (point_number, point): (u32, &str),
    samples: &Samples,
    mut take: impl FnMut(&RunRow) -> Result<(), E>,
) -> Result<(), E> {
    let scopes: Vec<String> = samples.scopes.iter().map(ToString::to_string).collect();
    for (index, of_scopes) in samples.values.iter().enumerate() {
        let fingerprint = format!("{:016x}", samples.fingerprints[index]);
        for (scope, values) in scopes.iter().zip(of_scopes) {
            for (column, sample) in samples.columns.iter().zip(values) {
                let row = RunRow {
                    point,
                    point_number,
                    replication: samples.numbers[index] + 1,
                    fingerprint: &fingerprint,
                    scope,
                    metric: column.metric.name,
                    cause: column.cause.map_or("", |(_, name)| name),
                    unit: column.metric.unit.name(),
                    ..RunRow::default()
                };
                take(&row.with(*sample))?;
            }
        }
    }
    Ok(())
}

/// Writes the table: the samples of each point, with its label.
///
/// # Errors
/// Those of the writer.
pub fn write<'a>(
    points: impl Iterator<Item = (&'a str, &'a Samples)>,
    out: impl Write,
) -> csv::Result<()> {
    let mut rows = Rows::new::<Runs>(out)?;
    for (number, (point, samples)) in (1..).zip(points) {
        for_each_row((number, point), samples, |row| rows.write(row))?;
    }
    rows.finish()?;
    Ok(())
}

/// One figure over the replications.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReplicatedFigure {
    /// The point of a sweep; empty: a run.
    pub point: String,
    /// Whom it is about.
    pub scope: String,
    /// What it is.
    pub metric: String,
    /// Its cause; empty: all of them.
    pub cause: String,
    /// In what.
    pub unit: String,
    /// Replication, counted from 1, and what it said.
    pub values: Vec<(u32, Value)>,
}

/// What one replication said of a figure.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Absent,
    /// So much.
    Of(f64),
    /// More than so much: it was still open at the horizon.
    Beyond(f64),
    /// A ratio of two totals.
    Ratio(f64, f64),
}

impl ReplicatedFigure {
    /// The values that are numbers, by replication.
    pub fn numbers(&self) -> Vec<(u32, f64)> {
        let number = |(n, value): &(u32, Value)| match value {
            Value::Of(x) => Some((*n, *x)),
            Value::Ratio(above, below) => Some((*n, above / below)),
            Value::Absent | Value::Beyond(_) => None,
        };
        self.values.iter().filter_map(number).collect()
    }

    fn is(&self, row: &RunRow) -> bool {
        self.metric == row.metric
            && self.cause == row.cause
            && self.scope == row.scope
            && self.point == row.point
    }
}

/// Rows gathered by figure.
#[derive(Default)]
pub(super) struct ByFigure {
    figures: Vec<ReplicatedFigure>,
    /// Where the figures of the row's point begin, and where the last row went: the next one mostly goes behind it.
    first: usize,
    last: usize,
    /// Where each figure of the row's point is, by its scope, metric and cause.
    places: BTreeMap<String, usize>,
}

impl ByFigure {
    pub(super) fn add(&mut self, row: &RunRow) {
        let figures = &mut self.figures;
        // Points stand one after the other: a figure is looked for among those of its own point.
        if figures
            .get(self.first)
            .is_some_and(|r| r.point != row.point)
        {
            self.first = figures.len();
            self.places.clear();
        }
        let first = self.first;
        let near = [self.last + 1, first];
        let place = near
            .into_iter()
            .find(|i| *i >= first && figures.get(*i).is_some_and(|r| r.is(row)));
        let name = || [row.scope, row.metric, row.cause].join("\n");
        let place = place.unwrap_or_else(|| *self.places.entry(name()).or_insert(figures.len()));
        self.last = place;
        if place == figures.len() {
            figures.push(ReplicatedFigure {
                point: row.point.into(),
                scope: row.scope.into(),
                metric: row.metric.into(),
                cause: row.cause.into(),
                unit: row.unit.into(),
                values: Vec::new(),
            });
        }
        let value = match row.sample(Unit::Seconds) {
            Sample::Absent => Value::Absent,
            Sample::Count(n) => Value::Of(n as f64),
            Sample::Value(x) => Value::Of(x),
            Sample::Beyond(x) => Value::Beyond(x),
            Sample::Ratio(above, below) => Value::Ratio(above, below),
        };
        figures[self.last].values.push((row.replication, value));
    }

    pub(super) fn finish(self) -> Vec<ReplicatedFigure> {
        self.figures
    }
}

/// A point's label and its replications, each with its number counted from 0.
pub(crate) type PointRuns = (String, Vec<(u32, Observation)>);

/// Rows gathered by replication.
pub(super) struct ByReplication<Scopes> {
    /// The scopes of a point of that label, in the order of the observations.
    scopes_of: Scopes,
    scopes: Vec<String>,
    /// Where the scope of the last row is: the next one has mostly the same, or the one behind it.
    last: usize,
    columns: Vec<Column>,
    points: Vec<PointRuns>,
}

impl<Scopes: Fn(&str) -> Vec<String>> ByReplication<Scopes> {
    pub(super) fn new(scopes_of: Scopes) -> Self {
        Self {
            scopes_of,
            scopes: Vec::new(),
            last: 0,
            columns: columns(),
            points: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, row: &RunRow) -> Result<(), String> {
        let Self {
            scopes_of,
            scopes,
            last,
            columns,
            points,
        } = self;
        let bad = |expected: &str, text: &str| format!("found {text:?}, expected {expected}");
        if points.last().is_none_or(|(point, _)| point != row.point) {
            *scopes = scopes_of(row.point);
            points.push((row.point.into(), Vec::new()));
        }
        let Some((_, replications)) = points.last_mut() else {
            unreachable!("there is one now")
        };
        let number = row
            .replication
            .checked_sub(1)
            .ok_or_else(|| bad("a replication from 1 on", "0"))?;
        if replications.last().is_none_or(|(last, _)| *last != number) {
            let fingerprint = u64::from_str_radix(row.fingerprint, 16)
                .map_err(|_| bad("hexadecimal digits", row.fingerprint))?;
            replications.push((
                number,
                Observation {
                    values: vec![vec![Sample::Absent; columns.len()]; scopes.len()],
                    fingerprint,
                    events: 0,
                    is_random: true,
                    presence: Vec::new(),
                    rare: Vec::new(),
                },
            ));
        }
        let is_scope = |i: &usize| scopes.get(*i).is_some_and(|n| n == row.scope);
        let near = [*last, *last + 1].into_iter().find(is_scope);
        let scope = near.or_else(|| (0..scopes.len()).find(is_scope));
        let scope = scope.ok_or_else(|| bad("a scope of the scenario", row.scope))?;
        *last = scope;
        let is = |c: &Column| {
            c.metric.name == row.metric && c.cause.map_or("", |(_, name)| name) == row.cause
        };
        let column = columns.iter().position(is);
        let column = column.ok_or_else(|| bad("a metric", row.metric))?;
        if let Some((_, observation)) = replications.last_mut() {
            observation.values[scope][column] = row.sample(columns[column].metric.unit);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<PointRuns> {
        self.points
    }
}

/// Reads the table row by row.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn read_rows(
    from: impl Read,
    mut take: impl FnMut(&RunRow) -> Result<(), String>,
) -> Result<(), String> {
    table::read::<Runs>(from, |row| take(&row))
}
