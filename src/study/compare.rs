//! Whether an alternative serves better than the baseline: paired by replication, and never by the drop rate alone.

use serde::{Deserialize, Serialize};

use super::paired::{PairedDifference, paired_figures};
use super::samples::{MetricRow, Samples};
use super::verdict::Verdict;
use crate::measure::Metric;

/// The figures that decide: what users miss. Drops and load are told beside them.
pub(crate) const DECISIVE: [&str; 3] = [
    "missed_toast_fraction",
    "down_fraction",
    "failed_origination_fraction",
];

/// How one figure, or the whole, of an alternative stands to the baseline.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// The whole interval of the difference lies on the good side.
    Better,
    /// The whole interval lies on the bad side.
    Worse,
    /// The interval holds 0, or there is none.
    #[default]
    Indistinguishable,
    /// Better in one of the figures that decide, worse in another.
    Mixed,
    /// It differs, and nobody says which is better: load.
    Differs,
    /// One of them, or both, have no such figure: nothing of that kind happened.
    Missing,
}

impl Relation {
    /// As files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Indistinguishable => "indistinguishable",
            Self::Mixed => "mixed",
            Self::Differs => "differs",
            Self::Missing => "missing",
        }
    }
}

/// One figure of both.
#[derive(Clone, Debug)]
pub struct ComparedMetric {
    /// What it is.
    pub metric: &'static Metric,
    /// Whether it is one of those that decide.
    pub decides: bool,
    /// The baseline's figure over the replications that both have.
    pub baseline: MetricRow,
    /// The alternative's.
    pub alternative: MetricRow,
    /// The alternative less the baseline; `None`: there is nothing to compare.
    pub paired: Option<PairedDifference>,
    /// How it stands.
    pub relation: Relation,
}

/// An alternative beside the baseline.
#[derive(Clone, Debug)]
pub struct Against {
    /// The alternative.
    pub name: String,
    /// Replications that both have.
    pub replications: u32,
    /// Its figures.
    pub figures: Vec<ComparedMetric>,
    /// The whole, by the figures that decide.
    pub verdict: Relation,
}

/// Alternatives against a baseline.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The baseline.
    pub baseline: String,
    /// The confidence of each interval, such that all hold at once with 95 %.
    pub confidence: f64,
    /// The others.
    pub alternatives: Vec<Against>,
}

impl Comparison {
    /// Whether an alternative is worse in a figure that decides.
    pub fn has_regression(&self) -> bool {
        self.alternatives
            .iter()
            .any(|o| matches!(o.verdict, Relation::Worse | Relation::Mixed))
    }

    /// Whether an alternative is worse by more than the least difference that matters, in a figure that decides, as a
    /// fraction: fail where the whole interval lies beyond it, inconclusive where a part does, or where a figure has no
    /// interval.
    pub fn regression_beyond(&self, margin: f64) -> Verdict {
        let deciding =
            || (self.alternatives.iter()).flat_map(|o| o.figures.iter().filter(|f| f.decides));
        // What neither has cannot have become worse.
        let figures = || deciding().filter(|f| f.relation != Relation::Missing);
        let bounds = |f: &ComparedMetric| {
            let difference = f.paired?.difference;
            let worse = match f.metric.less_is_better {
                Some(false) => (-difference.upper?, -difference.lower?),
                _ => (difference.lower?, difference.upper?),
            };
            Some(worse)
        };
        let is_worse = |f: &ComparedMetric| bounds(f).is_some_and(|(lower, _)| lower > margin);
        let is_kept = |f: &ComparedMetric| bounds(f).is_some_and(|(_, upper)| upper <= margin);
        match () {
            () if figures().any(is_worse) => Verdict::Fail,
            () if figures().all(is_kept) => Verdict::Pass,
            () => Verdict::Inconclusive,
        }
    }
}

/// The figures of an alternative beside those of the baseline, of the whole deployment, each at the given confidence.
/// Replications that only one of them has are left aside.
pub fn compare(
    baseline: &Samples,
    alternative: &Samples,
    metrics: &[&str],
    confidence: f64,
) -> Vec<ComparedMetric> {
    let common: Vec<u32> = baseline
        .numbers
        .iter()
        .copied()
        .filter(|n| alternative.numbers.contains(n))
        .collect();
    let (a, b) = (
        baseline.restrict_to(&common),
        alternative.restrict_to(&common),
    );
    let compare_metric = |name: &&str| {
        let (ca, cb) = (a.column(name)?, b.column(name)?);
        let metric = a.columns[ca].metric;
        let paired = paired_figures(&a.figure_samples(ca), &b.figure_samples(cb), confidence);
        let (baseline, alternative_row) = (a.row(0, ca), b.row(0, cb));
        let relation = match baseline.value().is_some() && alternative_row.value().is_some() {
            true => relation(paired.as_ref(), metric.less_is_better),
            false => Relation::Missing,
        };
        let decides = DECISIVE.contains(name);
        Some(ComparedMetric {
            metric,
            decides,
            baseline,
            alternative: alternative_row,
            paired,
            relation,
        })
    };
    metrics.iter().filter_map(compare_metric).collect()
}

fn relation(paired: Option<&PairedDifference>, less_is_better: Option<bool>) -> Relation {
    let Some((lower, upper)) = paired.and_then(|p| p.difference.lower.zip(p.difference.upper))
    else {
        return Relation::Indistinguishable;
    };
    match (lower > 0.0, upper < 0.0, less_is_better) {
        (false, false, _) => Relation::Indistinguishable,
        (_, _, None) => Relation::Differs,
        (direction, _, Some(less_is_better)) if direction == less_is_better => Relation::Worse,
        _ => Relation::Better,
    }
}

/// The alternative as a whole, by the figures that decide.
pub fn verdict(metrics: &[ComparedMetric]) -> Relation {
    let any_is = |relation| metrics.iter().any(|c| c.decides && c.relation == relation);
    match (any_is(Relation::Better), any_is(Relation::Worse)) {
        (true, true) => Relation::Mixed,
        (true, false) => Relation::Better,
        (false, true) => Relation::Worse,
        (false, false) => Relation::Indistinguishable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Sample, Scope};
    use crate::quantity::Time;
    use crate::study::{Observation, columns};

    /// Replications from the number `first` with the given samples of some metrics.
    fn samples_from(first: u32, figures: &[(&str, &[Sample])]) -> Samples {
        let mut samples = Samples::new(vec![Scope::All], Time(1));
        for i in 0..figures[0].1.len() {
            let value = |name: &str| {
                figures
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map_or(Sample::Absent, |(_, s)| s[i])
            };
            let columns = columns();
            let values = columns.iter().map(|c| {
                if c.cause.is_none() {
                    value(c.metric.name)
                } else {
                    Sample::Absent
                }
            });
            let observation = Observation {
                values: vec![values.collect()],
                fingerprint: 0,
                events: 0,
                is_random: true,
                presence: Vec::new(),
                rare: Vec::new(),
            };
            samples.add(first + i as u32, observation);
        }
        samples
    }

    fn ratios(missed: [f64; 4]) -> Vec<Sample> {
        missed.iter().map(|x| Sample::Ratio(*x, 100.0)).collect()
    }

    #[test]
    fn a_lower_drop_rate_with_more_time_down_is_not_better() {
        let drops = |n: u64| (0..4).map(|i| Sample::Count(n + i)).collect::<Vec<_>>();
        let a = samples_from(
            0,
            &[
                ("session_drops", &drops(90)),
                ("down_fraction", &ratios([2.0, 2.1, 1.9, 2.0])),
            ],
        );
        let b = samples_from(
            0,
            &[
                ("session_drops", &drops(9)),
                ("down_fraction", &ratios([40.0, 41.0, 39.0, 40.5])),
            ],
        );
        let metrics = compare(&a, &b, &["session_drops", "down_fraction"], 0.95);
        assert_eq!(
            [metrics[0].relation, metrics[1].relation],
            [Relation::Better, Relation::Worse]
        );
        assert_eq!(verdict(&metrics), Relation::Worse);
    }

    #[test]
    fn only_replications_of_both_count() {
        let a = samples_from(
            0,
            &[("missed_toast_fraction", &ratios([1.0, 2.0, 3.0, 4.0]))],
        );
        let b = samples_from(
            2,
            &[("missed_toast_fraction", &ratios([3.0, 4.0, 90.0, 90.0]))],
        );
        let metrics = compare(&a, &b, &["missed_toast_fraction"], 0.95);
        assert_eq!(metrics[0].paired.unwrap().difference.mean, 0.0);
        assert_eq!(
            (metrics[0].relation, metrics[0].alternative.replications),
            (Relation::Indistinguishable, 2)
        );
    }

    #[test]
    fn better_here_and_worse_there_is_mixed_and_load_merely_differs() {
        let a = [
            ("missed_toast_fraction", ratios([1.0; 4])),
            ("down_fraction", ratios([5.0; 4])),
            ("message_rate_per_s", ratios([7.0; 4])),
        ];
        let b = [
            ("missed_toast_fraction", ratios([2.0; 4])),
            ("down_fraction", ratios([4.0; 4])),
            ("message_rate_per_s", ratios([9.0; 4])),
        ];
        let slices = |columns: &[(&'static str, Vec<Sample>)]| {
            samples_from(
                0,
                &columns
                    .iter()
                    .map(|(n, s)| (*n, &s[..]))
                    .collect::<Vec<_>>(),
            )
        };
        let compared = compare(
            &slices(&a),
            &slices(&b),
            &a.each_ref().map(|(n, _)| *n),
            0.95,
        );
        assert_eq!(
            compared.iter().map(|c| c.relation).collect::<Vec<_>>()[..2],
            [Relation::Worse, Relation::Better]
        );
        assert!(matches!(
            compared[2].relation,
            Relation::Differs | Relation::Worse
        ));
        assert_eq!(verdict(&compared), Relation::Mixed);
    }
}
