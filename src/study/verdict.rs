//! Whether the objectives are met: pass, fail or inconclusive, by the interval and never by the mean alone.

use super::day_share;
use super::estimate::{CONFIDENCE, Estimate};
use serde::{Deserialize, Serialize};

use super::replications::{Precision, replications_needed};
use super::samples::{MetricRow, Samples, exact};
use super::skew::allowing_for_skew;
use crate::measure::{Basis, Bound, Metric, Objective, Presence};

/// The answer to an objective, or to all of them.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Met: the whole interval lies on the right side of the target.
    Pass,
    /// The interval straddles the target, or there is none.
    #[default]
    Inconclusive,
    /// Missed: the whole interval lies on the wrong side.
    Fail,
}

impl Verdict {
    /// As files name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }
}

/// Why a verdict is open although the figure itself is on one side of its target.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Doubt {
    /// The figure is of users with a session, and some never had one.
    WithoutSession {
        /// Users who never had one, over all replications.
        users: u64,
        /// Users who signed in.
        signed_in: u64,
    },
    /// The figure is of those usable when a fault came, and few were.
    FewAtFault {
        /// Users usable then, over all replications and faults.
        usable: u64,
        /// Users signed in then.
        signed_in: u64,
    },
    /// A fault that is drawn at random is expected too rarely to have shown what it does.
    RareFault {
        /// How often it is expected over all replications.
        expected: f64,
    },
    /// The samples are so skewed that bounds which allow for it do not decide what the interval would.
    Skewed,
    /// Every replication is the same run, and the objective is about days that differ.
    OneDay,
}

impl Doubt {
    /// Fewer of the users signed in than this make recovery from a fault say nothing: it ends when as many are back.
    pub const ENOUGH_AT_FAULT: f64 = 0.9;

    /// Faults expected over all replications: of fewer, none or one may have come by chance (4 % at 5), and no figure
    /// passes.
    pub const FEW_FAULTS: f64 = 5.0;

    /// Whether more replications would settle it: who never had a session stays without one in all of them.
    pub fn yields_to_replications(self) -> bool {
        matches!(self, Self::RareFault { .. } | Self::Skewed)
    }

    /// Whether the samples are too few for the faults that are drawn at random.
    fn of_rare_fault(objective: &Objective, replications: u32) -> Option<Self> {
        let expected = objective.rarest_fault? * f64::from(replications);
        (expected < Self::FEW_FAULTS).then_some(Self::RareFault { expected })
    }

    /// Whether those are missing of whom the figure says nothing.
    fn from_presence(metric: &Metric, presence: &Presence) -> Option<Self> {
        let Presence {
            signed_in,
            without_session,
            at_faults,
            usable_at_faults,
        } = *presence;
        match metric.basis {
            Basis::SignedIn => None,
            Basis::WithSession => (without_session > 0).then_some(Self::WithoutSession {
                users: without_session,
                signed_in,
            }),
            Basis::UsableAtFault => {
                let few = (usable_at_faults as f64) < Self::ENOUGH_AT_FAULT * at_faults as f64;
                few.then_some(Self::FewAtFault {
                    usable: usable_at_faults,
                    signed_in: at_faults,
                })
            }
        }
    }
}

/// An objective and how it came out.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What was wanted.
    pub objective: Objective,
    /// What came out.
    pub row: MetricRow,
    /// Whether it is what was wanted.
    pub verdict: Verdict,
    /// About how many replications would settle it, where it is inconclusive and more of them would.
    pub replications_needed: Option<u32>,
    /// Why it is inconclusive although the figure would pass.
    pub doubt: Option<Doubt>,
}

fn judge(bound: Bound, row: &MetricRow) -> Verdict {
    if let Some(beyond) = row.beyond {
        return match bound {
            Bound::AtMost(target) if beyond > target => Verdict::Fail,
            Bound::AtLeast(target) if beyond >= target => Verdict::Pass,
            _ => Verdict::Inconclusive,
        };
    }
    let Some(Estimate { lower, upper, .. }) = row.estimate else {
        return Verdict::Inconclusive;
    };
    // A quantile of few days may have one bound alone, and each decides one way.
    let (lower, upper) = (lower.unwrap_or(f64::NAN), upper.unwrap_or(f64::NAN));
    match bound {
        Bound::AtMost(target) if upper <= target => Verdict::Pass,
        Bound::AtMost(target) if lower > target => Verdict::Fail,
        Bound::AtLeast(target) if lower >= target => Verdict::Pass,
        Bound::AtLeast(target) if upper < target => Verdict::Fail,
        _ => Verdict::Inconclusive,
    }
}

/// The row with bounds that allow for the skewness of its samples, where it has an interval of Student's t.
fn allowing(row: &MetricRow, samples: &[f64], confidence: f64) -> MetricRow {
    let is_exact = row.is_rare || row.upper_if_none.is_some();
    let estimate = row.estimate.filter(|_| !is_exact);
    match estimate {
        None => row.clone(),
        Some(estimate) => MetricRow {
            estimate: Some(allowing_for_skew(estimate, samples, confidence)),
            ..row.clone()
        },
    }
}

/// About how many replications would bring the whole interval to one side of the target, if its mean is right.
fn replications_to_settle(bound: Bound, row: &MetricRow, confidence: f64) -> Option<u32> {
    let estimate = row.estimate?;
    if estimate.half_width().is_none() {
        // One replication says nothing of the spread: a few more do.
        return Some(2.max(row.replications * 5));
    }
    let margin = (estimate.mean - bound.target()).abs();
    // What matters is the bound between the figure and the target: of skewed samples the other one is nearer or further.
    let between = match estimate.mean <= bound.target() {
        true => estimate.upper.map(|upper| upper - estimate.mean),
        false => estimate.lower.map(|lower| estimate.mean - lower),
    };
    let needed = replications_needed(
        &Estimate::around(estimate.mean, between),
        row.replications,
        Precision::Absolute(margin),
        confidence,
    )?;
    Some(needed.max(row.replications + 1))
}

/// Judges every objective, by the intervals that are printed.
pub fn judge_all(objectives: &[Objective], samples: &Samples) -> Vec<Judgement> {
    judge_at(objectives, samples, CONFIDENCE)
}

/// Judges every objective by intervals of that confidence: a higher one where a verdict may be looked at again with more
/// replications ([`confidence_of_looks`](super::confidence_of_looks)). What is printed keeps its 95 % interval.
pub fn judge_at(objectives: &[Objective], samples: &Samples, confidence: f64) -> Vec<Judgement> {
    let scopes = samples.scope_numbers();
    let figure = |objective: &Objective| {
        let scope = scopes.get(&objective.scope).copied().unwrap_or(0);
        let is_column = |c: &super::Column| {
            c.metric == objective.metric && c.cause.map(|(i, _)| i) == objective.cause
        };
        let column = samples.columns.iter().position(is_column);
        let column = column.unwrap_or_else(|| unreachable!("objectives are checked"));
        (scope, column)
    };
    objectives
        .iter()
        .map(|objective| match samples.is_one_run() {
            true => judge_one_run(objective, samples, figure(objective)),
            false => judge_replications(objective, samples, figure(objective), confidence),
        })
        .collect()
}

/// Judges what every replication repeats: by the figure itself, however many they are.
fn judge_one_run(
    objective: &Objective,
    samples: &Samples,
    (scope, column): (usize, usize),
) -> Judgement {
    let row = samples.row(scope, column);
    let known = MetricRow {
        estimate: row.estimate.map(|e| exact(objective.metric, e.mean)),
        ..row.clone()
    };
    let by_figure = judge(objective.bound, &known);
    let doubt = match objective.quantile {
        Some(_) => Some(Doubt::OneDay),
        None => Doubt::from_presence(objective.metric, &samples.presence(scope))
            .filter(|_| by_figure == Verdict::Pass),
    };
    Judgement {
        objective: objective.clone(),
        row,
        verdict: doubt.map_or(by_figure, |_| Verdict::Inconclusive),
        replications_needed: None,
        doubt,
    }
}

/// Judges by an interval of that confidence over the replications.
fn judge_replications(
    objective: &Objective,
    samples: &Samples,
    (scope, column): (usize, usize),
    confidence: f64,
) -> Judgement {
    let days = |confidence: f64, row| match objective.quantile {
        Some(quantile) => {
            let samples = samples.column_samples(scope, column);
            day_share::row(row, samples, quantile, objective.bound, confidence)
        }
        None => row,
    };
    let row = days(CONFIDENCE, samples.row(scope, column));
    let judged = if confidence == CONFIDENCE {
        row.clone()
    } else {
        days(confidence, samples.row_at(scope, column, confidence))
    };
    let by_interval = judge(objective.bound, &judged);
    let skewed = match objective.quantile {
        // It has exact bounds.
        Some(_) => judged.clone(),
        None => allowing(&judged, &samples.spread_of(scope, column), confidence),
    };
    let by_figure = judge(objective.bound, &skewed);
    let doubt = Doubt::from_presence(objective.metric, &samples.presence(scope))
        .or_else(|| Doubt::of_rare_fault(objective, samples.replications()))
        .filter(|_| by_interval == Verdict::Pass)
        .or_else(|| (by_figure != by_interval).then_some(Doubt::Skewed));
    let verdict = doubt.map_or(by_figure, |_| Verdict::Inconclusive);
    let to_settle = match (by_figure, objective.quantile) {
        (Verdict::Inconclusive, Some(quantile)) => day_share::replications_to_settle(
            samples.column_samples(scope, column),
            quantile,
            objective.bound,
            confidence,
        ),
        (Verdict::Inconclusive, None) => {
            replications_to_settle(objective.bound, &skewed, confidence)
        }
        _ => None,
    };
    let to_see_faults = (objective.rarest_fault)
        .filter(|_| matches!(doubt, Some(Doubt::RareFault { .. })))
        .map(|in_one| (Doubt::FEW_FAULTS / in_one).ceil() as u32);
    Judgement {
        objective: objective.clone(),
        row,
        verdict,
        replications_needed: to_settle.max(to_see_faults),
        doubt,
    }
}

/// All objectives together: the worst of them; met where there is none.
pub fn overall(judgements: &[Judgement]) -> Verdict {
    let has = |v| judgements.iter().any(|j| j.verdict == v);
    match (has(Verdict::Fail), has(Verdict::Inconclusive)) {
        (true, _) => Verdict::Fail,
        (_, true) => Verdict::Inconclusive,
        _ => Verdict::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Scope;
    use crate::study::columns;

    fn row(lower: Option<f64>, upper: Option<f64>, beyond: Option<f64>) -> MetricRow {
        let estimate = beyond.is_none().then_some(Estimate {
            mean: 5.0,
            lower,
            upper,
        });
        MetricRow {
            scope: Scope::All,
            column: columns()[0],
            estimate,
            beyond,
            samples: 2,
            replications: 2,
            upper_if_none: None,
            is_rare: false,
            is_one_run: false,
        }
    }

    #[test]
    fn only_a_whole_interval_decides() {
        let at_most = |t, r: &MetricRow| judge(Bound::AtMost(t), r);
        let at_least = |t, r: &MetricRow| judge(Bound::AtLeast(t), r);
        let r = row(Some(4.0), Some(6.0), None);
        assert_eq!(
            [at_most(6.0, &r), at_most(5.0, &r), at_most(3.9, &r)],
            [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]
        );
        assert_eq!(
            [at_least(4.0, &r), at_least(5.0, &r), at_least(6.1, &r)],
            [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]
        );
        let one = row(None, None, None);
        assert_eq!(
            [at_most(100.0, &one), at_least(0.0, &one)],
            [Verdict::Inconclusive; 2]
        );
        let open = row(None, None, Some(60.0));
        assert_eq!(
            [
                at_most(50.0, &open),
                at_most(60.0, &open),
                at_least(60.0, &open)
            ],
            [Verdict::Fail, Verdict::Inconclusive, Verdict::Pass]
        );
    }
}
