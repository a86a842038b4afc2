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
    /// Per scope: how many users the samples rest on; of what was read back, nobody.
    pub presence: Vec<Presence>,
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
        let all = tallies.first();
        Self {
            values,
            fingerprint: all.map_or(0, |t| t.fingerprint),
            events: all.map_or(0, |t| t.get(crate::measure::Counter::Events)),
            presence: tallies.iter().map(|t| t.presence).collect(),
        }
    }
}
