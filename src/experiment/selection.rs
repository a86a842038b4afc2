//! Selection of the best: the case of least cost, with no more replications than that takes.

use std::ops::Range;

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::ranking::{JudgedPoint, Ranking, RankingFigure};
use super::replicate::scopes;
use super::robustness::{Robustness, TestedCandidate, user_hours_of};
use super::settled::is_settled;
use crate::measure::Metric;
use crate::quantity::parse_share;
use crate::study::{
    Cost, FigureSamples, Samples, Selection, SelectionState, Verdict, checkpoints,
    confidence_of_looks, judge_at, overall,
};

/// Replications of the first stage at most, where what a cost counts hardly happens.
const MOST_OF_FIRST_STAGE: usize = 160;

/// Shards simulated ahead of the procedure, so that no core waits; what it does not ask for is not counted.
const AHEAD: usize = 16;

/// The least difference of cost that matters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Delta {
    /// In the unit of the cost.
    Absolute(f64),
    /// As a share of the least mean of the first stage that is not 0.
    Share(f64),
}

impl Delta {
    /// Reads "0.5" or "5 %"; `None`: it is neither, or not above 0.
    pub fn parse(text: &str) -> Option<Self> {
        let delta = match parse_share(text) {
            Some(share) => Self::Share(share),
            None => Self::Absolute(text.trim().parse().ok()?),
        };
        let (Self::Share(size) | Self::Absolute(size)) = delta;
        (size.is_finite() && size > 0.0).then_some(delta)
    }

    /// In the unit of the cost, where the means are known; `None`: a share, and every mean is 0.
    fn resolve(self, means: impl Iterator<Item = f64>) -> Option<f64> {
        let share = match self {
            Self::Absolute(delta) => return Some(delta),
            Self::Share(share) => share,
        };
        let smallest = means
            .filter(|mean| *mean != 0.0)
            .fold(f64::INFINITY, f64::min);
        smallest.is_finite().then(|| share * smallest.abs())
    }
}

/// How the best is selected.
#[derive(Clone, Debug)]
pub struct Selector {
    /// What is to be least, of each case.
    pub costs: Vec<Cost>,
    /// Only among the cases that meet every objective.
    pub within_objectives: bool,
    /// The least difference that matters.
    pub delta: Delta,
    /// Probability of selecting another than the best, where that is better by more than delta.
    pub alpha: f64,
    /// Replications of every case before any is left out.
    pub first_stage: u32,
    /// Replications of a case at most.
    pub most_replications: u32,
}

/// A replication whose cost cannot be told: nothing happened of what a metric is about.
#[derive(Clone, PartialEq, Debug)]
pub struct NoCost {
    /// The metric.
    pub metric: &'static Metric,
    /// The replication, counted from 0.
    pub replication: u32,
    /// The case.
    pub case: usize,
}

/// How a selection came out.
#[derive(Clone, Debug)]
pub struct SelectionResult {
    /// Whether each case meets the objectives, where only those that do were selected from.
    pub verdicts: Option<Vec<Verdict>>,
    /// The least difference that matters; `None`: there were no two to tell apart.
    pub delta: Option<f64>,
    /// The samples of each case.
    pub samples: Vec<Samples>,
    /// Its cost, by replication; nothing where a replication has none.
    pub costs: Vec<Vec<f64>>,
    /// What ended the selection before its time.
    pub no_cost: Option<NoCost>,
    /// Where the selection stands; `None`: no case meets the objectives, or one has no cost.
    pub state: Option<SelectionState>,
}

impl SelectionResult {
    /// pass: something was selected; fail: no case meets the objectives.
    pub fn verdict(&self) -> Verdict {
        let is_open = || {
            let mut verdicts = self.verdicts.iter().flatten();
            verdicts.any(|v| *v == Verdict::Inconclusive)
        };
        match &self.state {
            Some(SelectionState::Selected { .. }) => Verdict::Pass,
            None if self.no_cost.is_none() && !is_open() => Verdict::Fail,
            _ => Verdict::Inconclusive,
        }
    }

    /// The cases that the answer is about: the best one, then the other feasible ones by their mean cost.
    fn ranking(&self) -> Vec<usize> {
        let best = match &self.state {
            Some(SelectionState::Selected { best, .. }) => Some(*best),
            _ => None,
        };
        if self.no_cost.is_some() {
            return Vec::new();
        }
        let mut order: Vec<usize> = (0..self.costs.len())
            .filter(|i| is_feasible(self.verdicts.as_deref(), *i))
            .collect();
        order.sort_by(|a, b| {
            (Some(*b) == best)
                .cmp(&(Some(*a) == best))
                .then(mean(&self.costs[*a]).total_cmp(&mean(&self.costs[*b])))
        });
        order
    }

    /// The case that the answer is about: the best one; where none meets the objectives, the one of least cost.
    pub fn decisive(&self) -> Option<usize> {
        let best = self.ranking().first().copied();
        best.or_else(|| {
            let indices = 0..self.costs.len();
            indices.min_by(|a, b| mean(&self.costs[*a]).total_cmp(&mean(&self.costs[*b])))
        })
    }

    /// Replications of all cases together.
    pub fn observations(&self) -> usize {
        let replications = self.samples.iter().map(|s| s.replications() as usize);
        replications.sum()
    }

    /// The cases with that verdict.
    pub fn with_verdict(&self, verdict: Verdict) -> Vec<usize> {
        let verdicts = self.verdicts.iter().flatten().enumerate();
        verdicts
            .filter(|(_, v)| **v == verdict)
            .map(|(i, _)| i)
            .collect()
    }
}

fn mean(costs: &[f64]) -> f64 {
    costs.iter().sum::<f64>() / costs.len() as f64
}

fn is_feasible(verdicts: Option<&[Verdict]>, case: usize) -> bool {
    verdicts.is_none_or(|v| v[case] == Verdict::Pass)
}

impl Selector {
    /// Whether there is a procedure for so many cases.
    pub fn is_possible(&self, cases: usize) -> bool {
        // Within the objectives two may be left, of which guessing finds the better one half of the time.
        let fewest = if self.within_objectives {
            cases.min(2)
        } else {
            cases
        };
        Selection::new(fewest, self.first_stage as usize, self.alpha, 1.0).is_some()
    }

    /// Selects among cases; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn select(
        &self,
        campaign: &Campaign,
        cases: &[Case],
    ) -> Result<Option<SelectionResult>, ExperimentError> {
        let mut observations = Observations::new(self, campaign, cases);
        let mut verdicts = None;
        if self.within_objectives {
            verdicts = self.judge(&mut observations)?;
            if verdicts.is_none() {
                return Ok(None);
            }
        }
        let candidates: Vec<usize> = (0..cases.len())
            .filter(|i| is_feasible(verdicts.as_deref(), *i))
            .collect();
        // Whether there is a cost at all is seen before every case is simulated ten times for it.
        for n in [1, self.first_stage as usize] {
            if !observations.extend(&candidates, n)? {
                return Ok(None);
            }
            if let Some(no_cost) = observations.no_cost(&candidates, 0..n) {
                observations.spend(&candidates, n);
                return Ok(Some(observations.without_cost(verdicts, no_cost)));
            }
        }
        let (mut delta, mut state) = (None, None);
        if let [candidate] = candidates[..] {
            state = Some(SelectionState::Selected {
                best: candidate,
                within_delta: Vec::new(),
            });
        } else if !candidates.is_empty() {
            observations.spend(&candidates, self.first_stage as usize);
            let means = candidates.iter().map(|i| mean(&observations.costs[*i]));
            delta = self.delta.resolve(means);
            let ended = match delta {
                Some(delta) => self.procedure(&mut observations, &candidates, delta)?,
                None => Some(Ok(SelectionState::Open(candidates))),
            };
            state = match ended {
                Some(Ok(ended)) => Some(ended),
                Some(Err(no_cost)) => {
                    return Ok(Some(observations.without_cost(verdicts, no_cost)));
                }
                None => return Ok(None),
            };
        }
        Ok(Some(observations.selection_result(verdicts, delta, state)))
    }

    /// What hangs on assumptions, at the best case and at the next ones by their mean cost; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn robustness(
        &self,
        cases: &[Case],
        selection: &SelectionResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, ExperimentError> {
        let judged_point = |i: usize| JudgedPoint {
            case: &cases[i],
            objectives: match &selection.verdicts {
                Some(_) => &cases[i].scenario.objectives,
                None => &[],
            },
            verdict: (selection.verdicts.as_ref()).map_or_else(Verdict::default, |v| v[i]),
        };
        let order = selection.ranking();
        let costs = order.iter().map(|i| &self.costs[*i]).collect();
        let ranking = Ranking {
            points: order.into_iter().map(judged_point).collect(),
            figure: Some(least_cost(costs)),
        };
        let replications = selection.costs.iter().map(|costs| costs.len() as u32);
        ranking.robustness(user_hours_of(cases.iter().zip(replications)), campaign)
    }

    /// Leaves candidates out round by round, until one is left or all that are left are as good, or one has no cost; `None`:
    /// interrupted.
    fn procedure(
        &self,
        observations: &mut Observations,
        candidates: &[usize],
        delta: f64,
    ) -> Result<Option<Result<SelectionState, NoCost>>, ExperimentError> {
        let Some(first_stage) = self.first_stage(observations, candidates, delta)? else {
            return Ok(None);
        };
        let Some(mut selection) = Selection::new(candidates.len(), first_stage, self.alpha, delta)
        else {
            unreachable!("fewer candidates than were checked before")
        };
        while let SelectionState::Open(survivors) = selection.state() {
            let survivors: Vec<usize> = survivors.into_iter().map(|i| candidates[i]).collect();
            let round = selection.rounds();
            if round >= self.most_replications as usize {
                break;
            }
            if survivors
                .iter()
                .any(|i| observations.costs[*i].len() <= round)
            {
                let ahead = AHEAD.div_ceil(survivors.len());
                if !observations.extend(&survivors, round + ahead)? {
                    return Ok(None);
                }
            }
            observations.spend(&survivors, round + 1);
            if let Some(no_cost) = observations.no_cost(&survivors, round..round + 1) {
                return Ok(Some(Err(no_cost)));
            }
            let costs: Vec<f64> = survivors
                .iter()
                .map(|i| observations.costs[*i][round])
                .collect();
            selection.round(&costs);
        }
        Ok(Some(Ok(selection.state().at_places(candidates))))
    }

    /// Replications before any candidate is left out: more than asked for, where what a cost counts hardly happened in them;
    /// `None`: interrupted.
    fn first_stage(
        &self,
        observations: &mut Observations,
        candidates: &[usize],
        delta: f64,
    ) -> Result<Option<usize>, ExperimentError> {
        let maximum = MOST_OF_FIRST_STAGE.min(self.most_replications as usize);
        let mut replications = self.first_stage as usize;
        let is_open = |observations: &Observations, i: &usize| {
            !is_settled(&self.costs[*i], &observations.asked_for(*i), delta)
        };
        while replications < maximum && candidates.iter().any(|i| is_open(observations, i)) {
            replications = (2 * replications).min(maximum);
            if !observations.extend(candidates, replications)? {
                return Ok(None);
            }
            observations.spend(candidates, replications);
        }
        Ok(Some(replications))
    }

    /// Judges every case, with more replications at fixed checkpoints until the verdict is clear; `None`: interrupted.
    fn judge(
        &self,
        observations: &mut Observations,
    ) -> Result<Option<Vec<Verdict>>, ExperimentError> {
        let cases = observations.cases;
        let mut verdicts = vec![Verdict::Inconclusive; cases.len()];
        // Of many cases at many looks none may pass by chance: the cheapest is chosen among those that do.
        let looks = checkpoints(self.first_stage, self.most_replications).count();
        let confidence = confidence_of_looks(looks, cases.len());
        for n in checkpoints(self.first_stage, self.most_replications) {
            let open: Vec<usize> = (0..cases.len())
                .filter(|i| verdicts[*i] == Verdict::Inconclusive)
                .collect();
            if !observations.extend(&open, n as usize)? {
                return Ok(None);
            }
            observations.spend(&open, n as usize);
            for i in open {
                let objectives = &cases[i].scenario.objectives;
                verdicts[i] = overall(&judge_at(objectives, &observations.samples[i], confidence));
            }
        }
        Ok(Some(verdicts))
    }
}

/// The cost of a trial by replication; nothing where the trial cannot show it.
fn least_cost(costs: Vec<&Cost>) -> RankingFigure<'_> {
    Box::new(move |place, tested: &TestedCandidate| {
        let cost = costs[place];
        if !(cost.terms.iter()).all(|(_, metric)| tested.trial.shows(metric)) {
            return FigureSamples::default();
        }
        cost.figure(tested.samples).unwrap_or_default()
    })
}

/// What was observed of each case, and what it cost, by replication.
struct Observations<'a> {
    campaign: &'a Campaign,
    cases: &'a [Case],
    costs_of: &'a [Cost],
    /// Not a number: the replication has none.
    costs: Vec<Vec<f64>>,
    samples: Vec<Samples>,
    /// Of each case the replications that were asked for: what was simulated ahead of that depends on nothing that should be
    /// seen.
    requested_counts: Vec<usize>,
}

impl<'a> Observations<'a> {
    fn new(selector: &'a Selector, campaign: &'a Campaign, cases: &'a [Case]) -> Self {
        let plans = cases.iter().map(|case| &case.scenario.plan);
        Observations {
            campaign,
            cases,
            costs_of: &selector.costs,
            costs: vec![Vec::new(); cases.len()],
            requested_counts: vec![0; cases.len()],
            samples: plans.map(|p| Samples::new(scopes(p), p.horizon)).collect(),
        }
    }

    /// Observes cases until each has so many replications; whether it was not interrupted.
    fn extend(&mut self, places: &[usize], until: usize) -> Result<bool, ExperimentError> {
        let missing_numbers = |i: &usize| (self.costs[*i].len()..until).map(|r| r as u32);
        let pairs: Vec<(usize, u32)> = places
            .iter()
            .flat_map(|i| missing_numbers(i).map(|r| (*i, r)))
            .collect();
        let Some(observations) = self.campaign.observe(self.cases, &pairs)? else {
            return Ok(false);
        };
        for ((i, replication), observation) in pairs.into_iter().zip(observations) {
            let cost = self.costs_of[i].evaluate(&observation);
            self.costs[i].push(cost.unwrap_or(f64::NAN));
            self.samples[i].add(replication, observation);
        }
        Ok(true)
    }

    /// So many replications of these cases are asked for.
    fn spend(&mut self, places: &[usize], replications: usize) {
        for i in places {
            self.requested_counts[*i] = self.requested_counts[*i].max(replications);
        }
    }

    /// The first of these replications that has no cost.
    fn no_cost(&self, places: &[usize], replications: Range<usize>) -> Option<NoCost> {
        replications
            .flat_map(|r| places.iter().map(move |i| (r, *i)))
            .find_map(|(r, case)| {
                let values = &self.samples[case].values[r];
                let metric = self.costs_of[case].evaluate_values(values);
                Some(NoCost {
                    metric: metric.err()?,
                    replication: self.samples[case].numbers[r],
                    case,
                })
            })
    }

    /// The samples of a case, as many as were asked for.
    fn asked_for(&self, case: usize) -> Samples {
        let samples = &self.samples[case];
        samples.restrict_to(&samples.numbers[..self.requested_counts[case]])
    }

    /// How the selection came out.
    fn selection_result(
        mut self,
        verdicts: Option<Vec<Verdict>>,
        delta: Option<f64>,
        state: Option<SelectionState>,
    ) -> SelectionResult {
        for (costs, n) in self.costs.iter_mut().zip(&self.requested_counts) {
            costs.truncate(*n);
            if costs.iter().any(|cost| cost.is_nan()) {
                costs.clear();
            }
        }
        let samples = (0..self.samples.len()).map(|case| self.asked_for(case));
        let samples = samples.collect();
        SelectionResult {
            verdicts,
            delta,
            samples,
            costs: self.costs,
            no_cost: None,
            state,
        }
    }

    /// The same of one that could not go on.
    fn without_cost(self, verdicts: Option<Vec<Verdict>>, no_cost: NoCost) -> SelectionResult {
        SelectionResult {
            no_cost: Some(no_cost),
            ..self.selection_result(verdicts, None, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delta_is_a_number_or_a_share_above_zero() {
        assert_eq!(Delta::parse("5 %"), Some(Delta::Share(0.05)));
        assert_eq!(Delta::parse(" 2.5 "), Some(Delta::Absolute(2.5)));
        for wrong in ["", "much", "0", "-1", "0 %", "inf", "nan"] {
            assert_eq!(Delta::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_share_is_one_of_the_least_mean_that_is_not_nothing() {
        let resolve = |delta: Delta, means: &[f64]| delta.resolve(means.iter().copied());
        assert_eq!(resolve(Delta::Share(0.05), &[3.0, 0.0, 2.0]), Some(0.1));
        assert_eq!(resolve(Delta::Share(0.05), &[3.0, -2.0]), Some(0.1));
        assert_eq!(resolve(Delta::Share(0.05), &[0.0, 0.0]), None);
        assert_eq!(resolve(Delta::Absolute(2.0), &[0.0, 0.0]), Some(2.0));
    }
}
