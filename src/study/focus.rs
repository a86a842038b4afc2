//! The figures that a study is about: whether they are known closely enough, and whether their intervals can be trusted.

use std::collections::BTreeSet;

use super::estimate::CONFIDENCE;
use super::observation::Column;
use super::replications::{Precision, replications_needed};
use super::samples::{MetricRow, Samples, value};
use super::skew::{Skew, skew_warning};
use crate::measure::{Objective, Scope};

/// What is asked for where no objective asks.
const ALWAYS: [&str; 2] = ["missed_toast_fraction", "down_fraction"];

/// The scope and column of the figures that the objectives are about; without objectives, of missed toasts and time down.
pub(super) fn focus(samples: &Samples, objectives: &[Objective]) -> Vec<(usize, usize)> {
    let mut figures: Vec<(usize, usize)> = Vec::new();
    let mut distinct = BTreeSet::new();
    let scopes = samples.scope_numbers();
    for o in objectives {
        let scope = scopes.get(&o.scope).copied();
        let is_column = |c: &Column| c.metric == o.metric && c.cause.map(|(i, _)| i) == o.cause;
        let figure = scope.zip(samples.columns.iter().position(is_column));
        figures.extend(figure.filter(|f| distinct.insert(*f)));
    }
    if figures.is_empty() {
        figures.extend(
            ALWAYS
                .iter()
                .filter_map(|metric| Some((0, samples.column(metric)?))),
        );
    }
    figures
}

/// A precision that is wanted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PrecisionTarget {
    /// Of which metric; `None`: of all that the study is about.
    pub metric: Option<&'static str>,
    /// How narrow.
    pub precision: Precision,
}

/// How far a figure is from a precision that is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reached {
    /// It is as narrow.
    Yes,
    /// More replications make it narrower.
    NotYet,
    /// Replications do not help: a ratio or a quantile without samples, one beyond the horizon, a share of what never came.
    Never,
}

fn reached(row: &MetricRow, precision: Precision) -> Reached {
    if row.is_one_run {
        return Reached::Yes;
    }
    if row.replications < 2 {
        return Reached::NotYet;
    }
    match (row.estimate, row.upper_if_none, precision) {
        (None, ..) => Reached::Never,
        // What never happened is known to lie between nothing and its bound, and a share of nothing is nothing.
        (Some(_), Some(_), Precision::Relative(_)) => Reached::Never,
        (Some(_), Some(upper), Precision::Absolute(half)) if upper / 2.0 <= half => Reached::Yes,
        (Some(_), Some(_), Precision::Absolute(_)) => Reached::NotYet,
        (Some(estimate), None, _) if precision.is_met(&estimate) => Reached::Yes,
        (Some(_), None, _) => Reached::NotYet,
    }
}

/// The figures that a precision is wanted of, each with that.
fn targeted_rows(
    samples: &Samples,
    objectives: &[Objective],
    targets: &[PrecisionTarget],
) -> Vec<(MetricRow, Precision)> {
    let figures = |target: &PrecisionTarget| match target.metric {
        None => focus(samples, objectives),
        Some(metric) => samples.column(metric).map(|c| (0, c)).into_iter().collect(),
    };
    let rows = targets.iter().flat_map(|target| {
        let precision = target.precision;
        let rows = figures(target).into_iter();
        rows.map(move |(scope, column)| (samples.row(scope, column), precision))
    });
    rows.collect()
}

/// Whether no figure becomes as narrow as is wanted by further replications: every one is, or cannot be.
pub(crate) fn is_precise(
    samples: &Samples,
    objectives: &[Objective],
    targets: &[PrecisionTarget],
) -> bool {
    let rows = targeted_rows(samples, objectives, targets);
    rows.iter()
        .all(|(row, precision)| reached(row, *precision) != Reached::NotYet)
}

/// A figure that is not known as closely as was wanted.
#[derive(Clone, PartialEq, Debug)]
pub struct Shortfall {
    /// The figure.
    pub row: MetricRow,
    /// What was wanted.
    pub precision: Precision,
    /// About how many replications would reach it, as far as that can be told.
    pub replications_needed: Option<u32>,
}

/// The figures that are not known as closely as was wanted.
pub fn shortfalls(
    samples: &Samples,
    objectives: &[Objective],
    targets: &[PrecisionTarget],
) -> Vec<Shortfall> {
    let rows = targeted_rows(samples, objectives, targets).into_iter();
    let missed = rows.filter(|(row, precision)| reached(row, *precision) != Reached::Yes);
    missed
        .map(|(row, precision)| Shortfall {
            replications_needed: row_replications(&row, precision),
            row,
            precision,
        })
        .collect()
}

fn row_replications(row: &MetricRow, precision: Precision) -> Option<u32> {
    match (row.estimate?, row.upper_if_none, precision) {
        // The bound of nothing shrinks as the number of replications grows.
        (_, Some(upper), Precision::Absolute(half)) => {
            Some((upper / 2.0 / half * f64::from(row.replications)).ceil() as u32)
        }
        (_, Some(_), Precision::Relative(_)) => None,
        (estimate, None, _) => {
            replications_needed(&estimate, row.replications, precision, CONFIDENCE)
        }
    }
}

/// A figure whose interval is narrower than it says.
#[derive(Clone, PartialEq, Debug)]
pub struct SkewedFigure {
    /// Whom it is about.
    pub scope: Scope,
    /// What it is.
    pub column: Column,
    /// Why, and what would help.
    pub skew: Skew,
}

/// The figures that the study is about and whose intervals are not to be trusted.
pub(super) fn skewed(samples: &Samples, objectives: &[Objective]) -> Vec<SkewedFigure> {
    let skewed_figure = |(scope, column): (usize, usize)| {
        // Exact bounds need no symmetry.
        let row = samples.row(scope, column);
        if row.is_rare || row.upper_if_none.is_some() {
            return None;
        }
        let values: Vec<f64> = samples
            .column_samples(scope, column)
            .filter_map(value)
            .collect();
        let skew = skew_warning(&values)?;
        Some(SkewedFigure {
            scope: samples.scopes[scope].clone(),
            column: samples.columns[column],
            skew,
        })
    };
    focus(samples, objectives)
        .into_iter()
        .filter_map(skewed_figure)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Bound, Metric, Sample};
    use crate::quantity::Time;
    use crate::study::{Observation, columns};

    /// Samples of one metric over everything, one per replication.
    fn samples_of(metric: &str, observed: &[Sample]) -> Samples {
        let mut samples = Samples::new(vec![Scope::All], Time(1));
        for (number, sample) in (0..).zip(observed) {
            let value_of = |c: &Column| {
                if c.metric.name == metric && c.cause.is_none() {
                    *sample
                } else {
                    Sample::Absent
                }
            };
            let values = vec![columns().iter().map(value_of).collect()];
            samples.add(
                number,
                Observation {
                    values,
                    fingerprint: 0,
                    events: 0,
                    is_random: true,
                    presence: Vec::new(),
                    rare: Vec::new(),
                },
            );
        }
        samples
    }

    fn target(metric: Option<&'static str>, precision: Precision) -> [PrecisionTarget; 1] {
        [PrecisionTarget { metric, precision }]
    }

    #[test]
    fn the_objectives_say_what_the_study_is_about() {
        let metric = Metric::by_name("session_drops").unwrap();
        let samples = samples_of(
            "session_drops",
            &[Sample::Count(90), Sample::Count(100), Sample::Count(110)],
        );
        let objective = Objective {
            metric,
            cause: None,
            scope: Scope::All,
            bound: Bound::AtMost(1.0),
            quantile: None,
            rarest_fault: None,
        };
        // 100 ± 24.8
        let relative = |share| {
            is_precise(
                &samples,
                std::slice::from_ref(&objective),
                &target(None, Precision::Relative(share)),
            )
        };
        assert!(relative(0.25) && !relative(0.24));
        assert!(
            is_precise(&samples, &[], &target(None, Precision::Relative(0.01))),
            "nothing is known of the others"
        );
        let absolute = |half| {
            is_precise(
                &samples,
                &[],
                &target(Some("session_drops"), Precision::Absolute(half)),
            )
        };
        assert!(absolute(25.0) && !absolute(24.0));
    }

    #[test]
    fn nothing_counted_is_not_precise() {
        let zeros = |n: usize| samples_of("session_drops", &vec![Sample::Count(0); n]);
        let share = target(Some("session_drops"), Precision::Relative(0.01));
        assert!(is_precise(&zeros(2), &[], &share), "no replication helps");
        assert_eq!(
            shortfalls(&zeros(2), &[], &share)[0].replications_needed,
            None
        );
        // 3.69 events at most in all replications: of 10 that is ± 0.184.
        let half = |half| target(Some("session_drops"), Precision::Absolute(half));
        assert!(is_precise(&zeros(10), &[], &half(0.185)));
        assert_eq!(shortfalls(&zeros(10), &[], &half(0.185)), []);
        assert!(!is_precise(&zeros(10), &[], &half(0.184)));
        let short = &shortfalls(&zeros(10), &[], &half(0.0184))[0];
        assert_eq!(short.replications_needed, Some(101));
    }

    #[test]
    fn a_long_tail_is_told() {
        let tail =
            [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 6.0, 9.0, 15.0, 40.0].map(|x| Sample::Ratio(x, 100.0));
        let figures = skewed(&samples_of("missed_toast_fraction", &tail), &[]);
        assert_eq!((figures.len(), figures[0].skew.replications), (1, 155));
    }
}
