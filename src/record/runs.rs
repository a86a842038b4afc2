//! `runs.csv`: every figure of every replication.

use super::results::{number, rows};
use super::tables::RUNS;

/// One figure over the replications.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Replicated {
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

impl Replicated {
    /// The values that are numbers, by replication.
    pub fn numbers(&self) -> Vec<(u32, f64)> {
        let number = |(n, value): &(u32, Value)| match value {
            Value::Of(x) => Some((*n, *x)),
            Value::Ratio(above, below) => Some((*n, above / below)),
            Value::Absent | Value::Beyond(_) => None,
        };
        self.values.iter().filter_map(number).collect()
    }
}

/// Reads `runs.csv`.
///
/// # Errors
/// What is wrong, and in which line.
pub fn runs(text: &str) -> Result<Vec<Replicated>, String> {
    let mut all: Vec<Replicated> = Vec::new();
    // Points stand one after the other: a figure is looked for among those of its own point.
    let (mut first, mut last) = (0, 0);
    for row in rows(text, &RUNS)? {
        let (line, record) = row?;
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let replication = cell(1)
            .parse()
            .map_err(|_| format!("line {line}: found {:?}, expected a number", cell(1)))?;
        if all.get(first).is_some_and(|r| r.point != cell(0)) {
            first = all.len();
        }
        let is = |r: &Replicated| {
            r.metric == cell(4) && r.cause == cell(5) && r.scope == cell(3) && r.point == cell(0)
        };
        let place = [last + 1, first]
            .into_iter()
            .find(|i| *i >= first && all.get(*i).is_some_and(is));
        last = match place.or_else(|| all[first..].iter().position(is).map(|i| first + i)) {
            Some(place) => place,
            None => {
                let [point, scope, metric, cause, unit] =
                    [0, 3, 4, 5, 10].map(|i| cell(i).to_string());
                all.push(Replicated {
                    point,
                    scope,
                    metric,
                    cause,
                    unit,
                    values: Vec::new(),
                });
                all.len() - 1
            }
        };
        let [value, beyond, above, below] = [6, 7, 8, 9].map(|i| number(&record, i, line));
        let value = match (value?, beyond?, above?, below?) {
            (_, _, Some(above), Some(below)) => Value::Ratio(above, below),
            (_, Some(beyond), ..) => Value::Beyond(beyond),
            (Some(value), ..) => Value::Of(value),
            _ => Value::Absent,
        };
        all[last].values.push((replication, value));
    }
    Ok(all)
}
