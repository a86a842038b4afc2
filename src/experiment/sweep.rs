//! Which points of a sweep serve, and which of them does best.

use super::answer::Answer;
use super::campaign::Campaign;
use super::error::ExperimentError;
use super::ranking::{JudgedPoint, Ranking, RankingFigure};
use super::robustness::{Robustness, user_hours_of};
use crate::study::{CONFIDENCE, Verdict, bonferroni, paired_figures};

/// What points are ranked by: what users miss, else how long they are down.
const RANKED_BY: [&str; 2] = ["missed_toast_fraction", "down_fraction"];

/// A scenario at many points.
#[derive(Clone, Debug)]
pub struct SweepResult {
    /// Every point, in the order of the study.
    pub answers: Vec<Answer>,
    /// What the points are ranked by; `None`: no session was ever wanted.
    pub metric: Option<&'static str>,
    /// The points, the one that the answer is about first: those that meet the objectives before the others, each by that
    /// metric.
    order: Vec<usize>,
}

impl SweepResult {
    /// Ranks points.
    pub fn new(answers: Vec<Answer>) -> Self {
        let is_known = |metric: &&str| answers.iter().any(|a| a.estimate(metric).is_some());
        let metric = RANKED_BY.into_iter().find(is_known);
        let rank = |answer: &Answer| {
            let mean = metric.and_then(|m| Some(answer.estimate(m)?.mean));
            (
                answer.verdict() != Verdict::Pass,
                mean.unwrap_or(f64::INFINITY),
            )
        };
        let ranks: Vec<(bool, f64)> = answers.iter().map(rank).collect();
        let mut order: Vec<usize> = (0..answers.len()).collect();
        order.sort_by(|a, b| {
            let ((fails_a, a), (fails_b, b)) = (ranks[*a], ranks[*b]);
            fails_a.cmp(&fails_b).then(a.total_cmp(&b))
        });
        Self {
            answers,
            metric,
            order,
        }
    }

    /// pass: a point meets the objectives; fail: none does.
    pub fn verdict(&self) -> Verdict {
        let verdicts = || self.answers.iter().map(Answer::verdict);
        match () {
            () if verdicts().any(|v| v == Verdict::Pass) => Verdict::Pass,
            () if verdicts().all(|v| v == Verdict::Fail) => Verdict::Fail,
            () => Verdict::Inconclusive,
        }
    }

    /// The point that the answer is about.
    pub fn chosen_point(&self) -> Option<&Answer> {
        self.order.first().map(|i| &self.answers[*i])
    }

    /// Points with the same verdict as the best that are not shown to be worse.
    pub fn as_good(&self) -> Vec<&Answer> {
        let (Some(metric), Some(best)) = (self.metric, self.chosen_point()) else {
            return Vec::new();
        };
        let passes = |answer: &Answer| answer.verdict() == Verdict::Pass;
        let rivals: Vec<&Answer> = (self.order.iter().skip(1))
            .map(|i| &self.answers[*i])
            .filter(|rival| passes(rival) == passes(best))
            .filter(|rival| rival.estimate(metric).is_some())
            .collect();
        let confidence = bonferroni(CONFIDENCE, rivals.len());
        let equals = rivals
            .into_iter()
            .filter(|rival| is_alike(best, rival, metric, confidence));
        equals.collect()
    }

    /// What hangs on assumptions, at the point that the answer is about and at the next ones after it; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn robustness(&self, campaign: &Campaign) -> Result<Option<Robustness>, ExperimentError> {
        let judged_point = |i: &usize| JudgedPoint {
            case: &self.answers[*i].case,
            objectives: &self.answers[*i].case.scenario.objectives,
            verdict: self.answers[*i].verdict(),
        };
        let ranking = Ranking {
            points: self.order.iter().map(judged_point).collect(),
            figure: self.metric.map(least_of),
        };
        let replications = |a: &Answer| a.assessment.samples.replications();
        let user_hours = user_hours_of(self.answers.iter().map(|a| (&a.case, replications(a))));
        ranking.robustness(user_hours, campaign)
    }
}

/// The samples of a metric, of which the best point has the least.
fn least_of(metric: &'static str) -> RankingFigure<'static> {
    Box::new(move |_, tested| tested.samples.deployment_figure(metric))
}

/// Whether a point cannot be told from the best.
fn is_alike(best: &Answer, rival: &Answer, metric: &str, confidence: f64) -> bool {
    let [a, b] = [best, rival].map(|p| p.assessment.samples.deployment_figure(metric));
    paired_figures(&a, &b, confidence)
        .is_some_and(|p| p.difference.lower.is_none_or(|lower| lower <= 0.0))
}
