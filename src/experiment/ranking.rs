//! Points against each other, in a study and in the trials behind it: which meet the objectives, and which is best.

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::factor::Candidate;
use super::robustness::{Finding, Robustness, RobustnessCheck, TestedCandidate, settled};
use crate::measure::Objective;
use crate::study::{CONFIDENCE, FigureSamples, Verdict, bonferroni, paired_figures};

/// What is least at the best point, by replication, of the point at that place; nothing where a trial cannot show it.
pub(super) type RankingFigure<'a> = Box<dyn Fn(usize, &TestedCandidate) -> FigureSamples + 'a>;

/// A point as the study judged it.
pub(super) struct JudgedPoint<'a> {
    /// The point.
    pub case: &'a Case,
    /// The objectives.
    pub objectives: &'a [Objective],
    /// How they came out.
    pub verdict: Verdict,
}

/// The points that an answer rests on, the chosen one first.
pub(super) struct Ranking<'a> {
    /// All of them.
    pub points: Vec<JudgedPoint<'a>>,
    /// What the best has the least of; `None`: nothing is ranked.
    pub figure: Option<RankingFigure<'a>>,
}

impl Ranking<'_> {
    /// What hangs on assumptions, at the chosen point and at the next ones after it, where the study itself took so many
    /// hours of users; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub(super) fn robustness(
        &self,
        user_hours: u64,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, ExperimentError> {
        let candidates = self.points.iter().map(|point| Candidate {
            name: point.case.point.label(),
            case: point.case,
            known_assumptions: &[],
        });
        let check = RobustnessCheck {
            candidates: candidates.collect(),
            min_candidates: 1,
            study_user_hours: user_hours,
        };
        check.run(
            campaign,
            |candidates| self.answer(candidates),
            |tested| self.judge(tested),
        )
    }

    /// What the study itself says of the first so many points: its verdicts, and the first one is the best.
    fn answer(&self, candidates: usize) -> String {
        let verdicts: Vec<Verdict> = self
            .points
            .iter()
            .take(candidates)
            .map(|p| p.verdict)
            .collect();
        answer(&verdicts, None)
    }

    /// What trials of the points say.
    fn judge(&self, tested: &[TestedCandidate]) -> Finding {
        let judge = |(point, tested): (&JudgedPoint, &TestedCandidate)| {
            let verdict = tested.trial.verdict(point.objectives, tested.samples);
            // An inconclusive verdict on either side does not count as a change.
            let now = verdict.filter(|v| settled(*v) && settled(point.verdict));
            (verdict, now.unwrap_or(point.verdict))
        };
        let (trial_verdicts, verdicts): (Vec<Option<Verdict>>, Vec<Verdict>) =
            self.points.iter().zip(tested).map(judge).unzip();
        let better = self.better_point(tested, &verdicts);
        let mut changes: Vec<String> = better
            .map(|i| format!("{} is better", self.points[i].case.point.label()))
            .into_iter()
            .collect();
        // The verdict of the first one stands in a column of its own.
        for (point, now) in self.points.iter().zip(&verdicts).skip(1) {
            if point.verdict != *now {
                changes.push(format!("{}: {}", point.case.point.label(), now.name()));
            }
        }
        Finding {
            answer: answer(&verdicts, better),
            text: changes.join(", "),
            settled: true,
            verdict: trial_verdicts[0],
        }
    }

    /// The point that beats the chosen one with confidence; of several, the cheapest.
    fn better_point(&self, tested: &[TestedCandidate], verdicts: &[Verdict]) -> Option<usize> {
        let figure = self.figure.as_ref()?;
        let samples: Vec<FigureSamples> = (tested.iter().enumerate())
            .map(|(place, tested)| figure(place, tested))
            .collect();
        let confidence = bonferroni(CONFIDENCE, tested.len().saturating_sub(1));
        let is_less = |i: usize| {
            let difference = paired_figures(&samples[0], &samples[i], confidence)?.difference;
            difference
                .upper
                .filter(|upper| *upper < 0.0)
                .map(|_| (i, difference.mean))
        };
        // A point that misses the objectives is no better than one that meets them.
        let is_feasible = |i: &usize| verdicts[*i] == Verdict::Pass || verdicts[0] != Verdict::Pass;
        (1..tested.len())
            .filter(is_feasible)
            .filter_map(is_less)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }
}

fn answer(verdicts: &[Verdict], better: Option<usize>) -> String {
    let verdicts: Vec<&str> = verdicts.iter().map(|v| v.name()).collect();
    format!("{} {better:?}", verdicts.join(" "))
}
