//! A metric: name, unit, definition, and how a tally becomes a sample. All of them stand in [`METRICS`](super::METRICS).

use super::histogram::RESOLUTION;
use super::tally::Tally;
use crate::quantity::Time;

/// The unit of a metric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A number of things.
    Count,
    /// A fraction, 0 to 1; people read it in percent.
    Fraction,
    /// Per client-hour signed in.
    PerClientHour,
    /// Per second of the run.
    PerSecond,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// As files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Fraction => "fraction",
            Self::PerClientHour => "per_client_hour",
            Self::PerSecond => "per_s",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    /// As people read it after a number.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Fraction => " %",
            Self::PerClientHour => " /client-h",
            Self::PerSecond => " /s",
            Self::Milliseconds => " ms",
            Self::Seconds => " s",
        }
    }
}

/// What one replication says of a metric.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Sample {
    /// Nothing: a ratio or a quantile without samples, a loss that never came.
    Absent,
    /// A count.
    Count(u64),
    /// A ratio of two totals, combined over replications as a ratio of totals.
    Ratio(f64, f64),
    /// A value of its own.
    Value(f64),
    /// A quantile that falls among what was still open at the horizon: more than this.
    Beyond(f64),
}

impl Sample {
    /// What it adds to a total.
    pub fn above(self) -> f64 {
        match self {
            Self::Count(n) => n as f64,
            Self::Ratio(x, _) | Self::Value(x) | Self::Beyond(x) => x,
            Self::Absent => 0.0,
        }
    }

    /// Whether nothing was counted or measured.
    pub fn is_nothing(self) -> bool {
        self.above() == 0.0
    }

    /// The mean of samples with their probabilities, which add up to 1. Where some have none, it is the mean of the others,
    /// as a ratio of totals: of a replication that consists of several runs as of many replications. Of quantiles one of
    /// which lies beyond the horizon, the mean does. Nothing counted in any stays a count of 0.
    pub fn weighted(samples: &[(f64, Self)]) -> Self {
        let sum = |value_of: &dyn Fn(&Self) -> Option<f64>| -> f64 {
            samples
                .iter()
                .filter_map(|(p, sample)| Some(p * value_of(sample)?))
                .sum()
        };
        let value = |sample: &Self| match sample {
            Self::Count(n) => Some(*n as f64),
            Self::Value(x) | Self::Beyond(x) => Some(*x),
            Self::Absent | Self::Ratio(..) => None,
        };
        let has = |kind: fn(&Self) -> bool| samples.iter().any(|(_, sample)| kind(sample));
        let weight = sum(&|sample| value(sample).map(|_| 1.0));
        match () {
            () if has(|s| matches!(s, Self::Ratio(..))) => {
                let part = |sample: &Self, above: bool| match *sample {
                    Self::Ratio(a, _) if above => Some(a),
                    Self::Ratio(_, b) => Some(b),
                    _ => None,
                };
                Self::Ratio(sum(&|s| part(s, true)), sum(&|s| part(s, false)))
            }
            () if !samples.iter().any(|(_, s)| value(s).is_some()) => Self::Absent,
            () if has(|s| matches!(s, Self::Beyond(_))) => Self::Beyond(sum(&value) / weight),
            () if samples.iter().all(|(_, s)| *s == Self::Count(0)) => Self::Count(0),
            () if samples.iter().all(|(_, s)| matches!(s, Self::Count(_))) => {
                Self::Value(sum(&value))
            }
            () => Self::Ratio(sum(&value), weight),
        }
    }
}

/// How a metric is read from a tally of a run of the given length.
pub(super) type Read = fn(&Tally, Time) -> Sample;

/// Whose experience a figure covers: what it says nothing of while those are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// Every user signed in, with a session or without.
    SignedIn,
    /// Users that have, or had, a session.
    WithSession,
    /// Users that were usable when a scheduled fault came.
    UsableAtFault,
}

/// A metric.
pub struct Metric {
    /// Its public name; the unit is its last part.
    pub name: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// Its definition.
    pub definition: &'static str,
    /// Whether less is better; `None`: neither.
    pub less_is_better: Option<bool>,
    /// Whose experience it covers.
    pub basis: Basis,
    /// The names of the causes it is also counted by.
    pub causes: fn() -> Vec<&'static str>,
    pub(super) read: Read,
    pub(super) by_cause: fn(&Tally, usize) -> u64,
}

impl std::fmt::Debug for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Metric {
    /// How far a value may lie from the true one because a quantile is the edge of a bucket of a histogram, as a share of
    /// it; 0 for what is counted or summed exactly.
    pub fn resolution(&self) -> f64 {
        let is_quantile = ["_p50_", "_p95_", "_p99_"]
            .iter()
            .any(|q| self.name.contains(q));
        if is_quantile { RESOLUTION } else { 0.0 }
    }

    /// Whether it is a share of the users' time, of which one user may lose all.
    pub(crate) fn is_share_of_time(&self) -> bool {
        let names = [
            "down_fraction",
            "setting_up_fraction",
            "silent_fraction",
            "visible_fraction",
        ];
        names.contains(&self.name)
    }

    /// The name of a cause.
    pub(crate) fn cause_name(&self, cause: usize) -> &'static str {
        (self.causes)()[cause]
    }

    /// The sample of one replication.
    pub fn sample(&self, tally: &Tally, horizon: Time) -> Sample {
        (self.read)(tally, horizon)
    }

    /// The sample of one cause.
    pub fn sample_of_cause(&self, tally: &Tally, cause: usize) -> Sample {
        Sample::Count((self.by_cause)(tally, cause))
    }
}
