//! What one replication said of every metric.

use crate::measure::{METRICS, Metric, Presence, Sample, Tally};
use crate::quantity::Time;

/// A metric, or one of its causes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Column {
    /// The metric.
    pub metric: &'static Metric,
    /// The index and name of the cause.
    pub cause: Option<(usize, &'static str)>,
}

/// Every metric and cause, in the order of reports.
pub fn columns() -> Vec<Column> {
    METRICS
        .iter()
        .flat_map(|metric| {
            let causes = (metric.causes)().into_iter().enumerate().map(Some);
            std::iter::once(None)
                .chain(causes)
                .map(move |cause| Column { metric, cause })
        })
        .collect()
}

/// What one replication said: all that a study keeps of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Observation {
    /// Per scope, per column.
    pub values: Vec<Vec<Sample>>,
    /// Of everything observable.
    pub fingerprint: u64,
    /// Events simulated.
    pub events: u64,
    /// Whether chance decided anything ([`Tally::is_random`]).
    pub is_random: bool,
    /// Per scope: how many users the samples rest on; of what was read back, nobody.
    pub presence: Vec<Presence>,
    /// Per scope, per column: the part of the sample (of a ratio, of what is above) that runs with a rare fault give; empty
    /// where a replication is one run.
    pub rare: Vec<Vec<f64>>,
}

impl Observation {
    /// The samples of a replication of the given length: one tally per scope, the first of them over everything.
    pub fn from_tallies(tallies: &[&Tally], horizon: Time) -> Self {
        let columns = columns();
        let sample = |column: &Column, tally: &Tally| match column.cause {
            None => column.metric.sample(tally, horizon),
            Some((cause, _)) => column.metric.sample_of_cause(tally, cause),
        };
        let values = tallies
            .iter()
            .map(|tally| columns.iter().map(|c| sample(c, tally)).collect())
            .collect();
        let deployment = tallies.first();
        Self {
            values,
            fingerprint: deployment.map_or(0, |t| t.fingerprint),
            events: deployment.map_or(0, |t| t.get(crate::measure::Counter::Events)),
            is_random: deployment.is_none_or(|t| t.is_random),
            presence: tallies.iter().map(|t| t.presence).collect(),
            rare: Vec::new(),
        }
    }

    /// What a replication says that consists of several runs, each with its probability: their weighted mean. Whom the
    /// figures rest on is told by the first of them, the ordinary one.
    ///
    /// Panics without runs.
    pub fn weighted(runs: &[(f64, Self)]) -> Self {
        let (_, first) = runs.first().expect("a replication has runs");
        let sample = |scope: usize, column: usize| {
            let samples = runs.iter().map(|(p, run)| (*p, run.values[scope][column]));
            Sample::weighted(&samples.collect::<Vec<_>>())
        };
        let part = |scope: usize, column: usize| {
            let faulty = runs[1..].iter();
            let parts = faulty.map(|(p, run)| p * run.values[scope][column].above());
            parts.sum::<f64>()
        };
        let values = (first.values.iter().enumerate())
            .map(|(s, columns)| (0..columns.len()).map(|c| sample(s, c)).collect());
        Self {
            values: values.collect(),
            // Rotated, so that runs that change places are told apart.
            fingerprint: runs[1..].iter().fold(first.fingerprint, |hash, (_, run)| {
                hash.rotate_left(17) ^ run.fingerprint
            }),
            events: runs.iter().map(|(_, run)| run.events).sum(),
            is_random: runs.iter().any(|(_, run)| run.is_random),
            presence: first.presence.clone(),
            rare: (first.values.iter().enumerate())
                .map(|(s, columns)| (0..columns.len()).map(|c| part(s, c)).collect())
                .collect(),
        }
    }
}
