//! Two figures or more at once: which points nothing dominates, among those that meet the objectives.

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::ranking::{JudgedPoint, Ranking};
use super::robustness::{Robustness, user_hours_of};
use crate::measure::Scope;
use crate::study::{
    Doubt, FigureSamples, FrontMetrics, FrontPoint, Samples, Standing, Verdict, front, judge_all,
    overall,
};

/// A point of a study among the others.
#[derive(Clone, Debug)]
pub struct PointStanding {
    /// Of its objectives; pass where there are none.
    pub verdict: Verdict,
    /// How it stands among those that meet the objectives; `None`: it is none of these, or has no value of a figure.
    pub standing: Option<Standing>,
    /// A figure of which it has no value.
    pub no_value: Option<&'static str>,
}

/// What several figures at once give.
#[derive(Clone, Debug)]
pub struct FrontResult {
    /// The samples of each point.
    pub samples: Vec<Samples>,
    /// How it stands.
    pub points: Vec<PointStanding>,
}

impl FrontResult {
    /// Of points with their samples.
    pub fn new(cases: &[Case], samples: Vec<Samples>, metrics: &FrontMetrics) -> Self {
        let point = |(case, samples): (&Case, &Samples)| PointStanding {
            verdict: overall(&judge_all(&case.scenario.objectives, samples)),
            standing: None,
            no_value: no_value(samples, metrics),
        };
        let mut points: Vec<PointStanding> = cases.iter().zip(&samples).map(point).collect();
        let candidates: Vec<usize> = (0..points.len())
            .filter(|i| points[*i].verdict == Verdict::Pass && points[*i].no_value.is_none())
            .collect();
        let front_points = candidates.iter().map(|i| FrontPoint {
            samples: figures(&samples[*i], metrics),
            knows_ties: knows_ties(&cases[*i], &samples[*i]),
        });
        let standings = front(&front_points.collect::<Vec<_>>(), metrics);
        for (i, standing) in candidates.iter().zip(standings) {
            points[*i].standing = Some(match standing {
                Standing::Front => Standing::Front,
                Standing::Open { by } => Standing::Open { by: candidates[by] },
                Standing::Dominated { by } => Standing::Dominated { by: candidates[by] },
            });
        }
        Self { samples, points }
    }

    /// pass: points are left; fail: all miss an objective.
    pub fn verdict(&self) -> Verdict {
        let mut points = self.points.iter();
        match () {
            () if points.any(|p| p.standing.is_some()) => Verdict::Pass,
            () if self.points.iter().all(|p| p.verdict == Verdict::Fail) => Verdict::Fail,
            () => Verdict::Inconclusive,
        }
    }

    /// The points of that kind.
    pub fn places(&self, is: impl Fn(Standing) -> bool) -> Vec<usize> {
        let all = self.points.iter().enumerate();
        all.filter(|(_, p)| p.standing.is_some_and(&is))
            .map(|(i, _)| i)
            .collect()
    }

    /// The points that stay: those of the front, then those of which nothing is shown.
    pub fn front_members(&self) -> Vec<usize> {
        let open = self.places(|s| matches!(s, Standing::Open { .. }));
        [self.places(|s| s == Standing::Front), open].concat()
    }

    /// What hangs on assumptions: whether the points that stay meet the objectives; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn robustness(
        &self,
        cases: &[Case],
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, ExperimentError> {
        let judged_point = |i: usize| JudgedPoint {
            case: &cases[i],
            objectives: &cases[i].scenario.objectives,
            verdict: self.points[i].verdict,
        };
        let ranking = Ranking {
            points: self.front_members().into_iter().map(judged_point).collect(),
            figure: None,
        };
        let replications = self.samples.iter().map(Samples::replications);
        ranking.robustness(user_hours_of(cases.iter().zip(replications)), campaign)
    }
}

fn figures(samples: &Samples, metrics: &FrontMetrics) -> Vec<FigureSamples> {
    let metrics = metrics.metrics.iter();
    metrics.map(|m| samples.deployment_figure(m.name)).collect()
}

/// The first figure without a value: nothing of the kind happened, or it lies beyond the horizon.
fn no_value(samples: &Samples, metrics: &FrontMetrics) -> Option<&'static str> {
    let has_value = |name| {
        samples
            .figure(name)
            .is_some_and(|row| row.estimate.is_some())
    };
    let mut names = metrics.metrics.iter().map(|m| m.name);
    names.find(|name| !has_value(name))
}

/// Whether every fault that is drawn at random is expected often enough to have been seen.
fn knows_ties(case: &Case, samples: &Samples) -> bool {
    let rarest = case.scenario.plan.rarest_faults().for_scope(&Scope::All);
    rarest.is_none_or(|in_one| in_one * f64::from(samples.replications()) >= Doubt::FEW_FAULTS)
}
