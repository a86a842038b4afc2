//! What the replications of one point said, and the rows they become.

use super::estimate::{CONFIDENCE, Estimate, mean_interval, poisson_bounds, ratio_interval};
use crate::measure::{METRICS, Metric, MinuteBin, Sample, Scope, Tally};
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
            std::iter::once(None).chain(causes).map(move |cause| Column { metric, cause })
        })
        .collect()
}

/// One figure with its interval.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Whom it is about.
    pub scope: Scope,
    /// What it is.
    pub column: Column,
    /// The figure; `None`: a ratio or quantile without samples, or one that lies beyond.
    pub estimate: Option<Estimate>,
    /// A quantile among what was open at the horizon: more than this.
    pub beyond: Option<f64>,
    /// In how many replications there was a sample at all.
    pub samples: u32,
    /// Out of so many.
    pub replications: u32,
    /// Nothing was counted in any replication: the exact upper bound of the mean count (Poisson).
    pub upper_if_none: Option<f64>,
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
}

impl Observation {
    /// The samples of a replication of the given length: one tally per scope, the first of them over everything.
    pub fn of(tallies: &[&Tally], horizon: Time) -> Observation {
        let columns = columns();
        let sample = |column: &Column, tally: &Tally| match column.cause {
            None => column.metric.sample(tally, horizon),
            Some((cause, _)) => column.metric.sample_of_cause(tally, cause),
        };
        let values = tallies.iter().map(|tally| columns.iter().map(|c| sample(c, tally)).collect()).collect();
        let all = tallies.first();
        Observation {
            values,
            fingerprint: all.map_or(0, |t| t.fingerprint),
            events: all.map_or(0, |t| t.get(crate::measure::Counter::Events)),
        }
    }
}

/// The samples of all scopes over the replications so far.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Whom the figures are about.
    pub scopes: Vec<Scope>,
    /// The metrics and causes.
    pub columns: Vec<Column>,
    /// The number of each replication, counted from 0.
    pub numbers: Vec<u32>,
    /// Per replication, per scope, per column.
    pub values: Vec<Vec<Vec<Sample>>>,
    /// Per scope: the minutes, summed over the replications.
    pub minutes: Vec<Vec<MinuteBin>>,
    /// Per replication.
    pub fingerprints: Vec<u64>,
    /// Events simulated in all.
    pub events: u64,
    horizon: Time,
}

impl Samples {
    /// No replication yet of a run of the given length.
    pub fn new(scopes: Vec<Scope>, horizon: Time) -> Samples {
        let minutes = vec![Vec::new(); scopes.len()];
        Samples {
            scopes,
            columns: columns(),
            numbers: Vec::new(),
            values: Vec::new(),
            minutes,
            fingerprints: Vec::new(),
            events: 0,
            horizon,
        }
    }

    /// Replications so far.
    pub fn replications(&self) -> u32 {
        self.values.len() as u32
    }

    /// Adds the next replication: one tally per scope, the first of them over everything.
    pub fn push(&mut self, number: u32, tallies: &[&Tally]) {
        self.add(number, Observation::of(tallies, self.horizon));
        for (sums, tally) in self.minutes.iter_mut().zip(tallies) {
            sums.resize(tally.minutes.len(), MinuteBin::default());
            sums.iter_mut().zip(&tally.minutes).for_each(|(sum, bin)| *sum += *bin);
        }
    }

    /// Adds what the next replication said, without its minutes.
    pub fn add(&mut self, number: u32, observation: Observation) {
        assert_eq!(observation.values.len(), self.scopes.len(), "one list of samples per scope");
        self.values.push(observation.values);
        self.numbers.push(number);
        self.fingerprints.push(observation.fingerprint);
        self.events += observation.events;
    }

    /// Of these replications alone, without the minutes.
    pub fn only(&self, numbers: &[u32]) -> Samples {
        let mut some = Samples::new(self.scopes.clone(), self.horizon);
        for (index, number) in self.numbers.iter().enumerate().filter(|(_, n)| numbers.contains(n)) {
            let (values, fingerprint) = (self.values[index].clone(), self.fingerprints[index]);
            some.add(*number, Observation { values, fingerprint, events: 0 });
        }
        some
    }

    /// The index of a metric's column, over all causes.
    pub fn column(&self, metric: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.metric.name == metric && c.cause.is_none())
    }

    /// The figure of a metric over everything.
    pub fn figure(&self, metric: &str) -> Option<Row> {
        self.column(metric).map(|column| self.row(0, column))
    }

    /// The samples of one figure, per replication.
    pub fn of(&self, scope: usize, column: usize) -> impl Iterator<Item = Sample> + '_ {
        self.values.iter().map(move |replication| replication[scope][column])
    }

    /// Every figure of every scope.
    pub fn rows(&self) -> Vec<Row> {
        let scopes = 0..self.scopes.len();
        scopes.flat_map(|s| (0..self.columns.len()).map(move |c| (s, c))).map(|(s, c)| self.row(s, c)).collect()
    }

    /// One figure.
    pub fn row(&self, scope: usize, column: usize) -> Row {
        let samples: Vec<Sample> = self.of(scope, column).collect();
        let mut row = Row {
            scope: self.scopes[scope].clone(),
            column: self.columns[column],
            estimate: None,
            beyond: None,
            samples: samples.iter().filter(|s| **s != Sample::Absent).count() as u32,
            replications: self.replications(),
            upper_if_none: None,
        };
        let values: Vec<f64> = samples
            .iter()
            .filter_map(|s| match s {
                Sample::Count(n) => Some(*n as f64),
                Sample::Value(x) | Sample::Beyond(x) => Some(*x),
                Sample::Absent | Sample::Ratio(..) => None,
            })
            .collect();
        let pairs: Vec<(f64, f64)> = samples
            .iter()
            .filter_map(|s| match s {
                Sample::Ratio(above, below) => Some((*above, *below)),
                _ => None,
            })
            .collect();
        if samples.iter().any(|s| matches!(s, Sample::Beyond(_))) {
            row.beyond = mean_interval(&values, CONFIDENCE).map(|e| e.mean);
        } else if pairs.is_empty() {
            row.estimate = mean_interval(&values, CONFIDENCE);
        } else {
            row.estimate = ratio_interval(&pairs, CONFIDENCE);
        }
        let counts = !samples.is_empty() && samples.iter().all(|s| *s == Sample::Count(0));
        if counts {
            let upper = poisson_bounds(0, CONFIDENCE).1 / samples.len() as f64;
            row.upper_if_none = Some(upper);
            if let Some(Estimate { upper: Some(bound), .. }) = &mut row.estimate {
                *bound = upper;
            }
        }
        row
    }
}
