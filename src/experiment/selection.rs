//! Selection of the best: the case of least cost, with no more replications than that takes.

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::ranking::{JudgedPoint, Least, Ranking};
use super::replicate::scopes;
use super::robustness::{Robustness, TestedCandidate, spent};
use crate::measure::Sample;
use crate::quantity::parse_share;
use crate::study::{
    Cost, Samples, Selection, SelectionState, Verdict, checkpoints, judge_all, overall,
};

/// Shards simulated ahead of the procedure, so that no core waits; what it does not ask for is not counted.
const AHEAD: usize = 16;

/// The least difference of cost that matters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Delta {
    /// In the unit of the cost.
    Absolute(f64),
    /// As a share of the least mean of the first stage.
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

    /// In the unit of the cost, where the least mean is known.
    fn resolve(self, least: f64) -> Result<f64, ExperimentError> {
        match self {
            Self::Absolute(delta) => Ok(delta),
            Self::Share(share) if least != 0.0 => Ok(share * least.abs()),
            Self::Share(_) => Err(ExperimentError::ShareOfNothing),
        }
    }
}

/// How the best is selected.
#[derive(Clone, Debug)]
pub struct Selector {
    /// What is to be least.
    pub cost: Cost,
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

/// How a selection came out.
#[derive(Clone, Debug)]
pub struct SelectionResult {
    /// Whether each case meets the objectives, where only those that do were selected from.
    pub verdicts: Option<Vec<Verdict>>,
    /// The least difference that matters; `None`: there were no two to tell apart.
    pub delta: Option<f64>,
    /// The samples of each case.
    pub samples: Vec<Samples>,
    /// Its cost, by replication.
    pub costs: Vec<Vec<f64>>,
    /// Where the selection stands; `None`: no case meets the objectives.
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
            None if !is_open() => Verdict::Fail,
            _ => Verdict::Inconclusive,
        }
    }

    /// The cases that the answer is about: the best one, then the other feasible ones by their mean cost.
    fn ranking(&self) -> Vec<usize> {
        let best = match &self.state {
            Some(SelectionState::Selected { best, .. }) => Some(*best),
            _ => None,
        };
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
            let all = 0..self.costs.len();
            all.min_by(|a, b| mean(&self.costs[*a]).total_cmp(&mean(&self.costs[*b])))
        })
    }

    /// Replications of all cases together.
    pub fn observations(&self) -> usize {
        self.costs.iter().map(Vec::len).sum()
    }

    /// The cases with that verdict.
    pub fn with_verdict(&self, verdict: Verdict) -> Vec<usize> {
        let all = self.verdicts.iter().flatten().enumerate();
        all.filter(|(_, v)| **v == verdict)
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
    /// That of the store, a replication without a cost, or a share of a least mean of 0.
    pub fn select(
        &self,
        campaign: &Campaign,
        cases: &[Case],
    ) -> Result<Option<SelectionResult>, ExperimentError> {
        let mut observed = Observations::new(self, campaign, cases);
        let mut verdicts = None;
        if self.within_objectives {
            verdicts = self.judge(&mut observed)?;
            if verdicts.is_none() {
                return Ok(None);
            }
        }
        let candidates: Vec<usize> = (0..cases.len())
            .filter(|i| is_feasible(verdicts.as_deref(), *i))
            .collect();
        let mut spent: Vec<usize> = observed.costs.iter().map(Vec::len).collect();
        if !observed.extend(&candidates, self.first_stage as usize)? {
            return Ok(None);
        }
        let least = candidates.iter().map(|i| mean(&observed.costs[*i]));
        let least = least.fold(f64::INFINITY, f64::min);
        let (mut delta, mut state) = (None, None);
        if let [only] = candidates[..] {
            state = Some(SelectionState::Selected {
                best: only,
                within_delta: Vec::new(),
            });
        } else if !candidates.is_empty() {
            let difference = self.delta.resolve(least)?;
            let Some(selection) = self.procedure(&mut observed, &candidates, difference)? else {
                return Ok(None);
            };
            for (i, n) in candidates.iter().zip(selection.observations_of()) {
                spent[*i] = spent[*i].max(n);
            }
            delta = Some(difference);
            state = Some(selection.state().of(&candidates));
        }
        let (samples, costs) = observed.first(&spent);
        Ok(Some(SelectionResult {
            verdicts,
            delta,
            samples,
            costs,
            state,
        }))
    }

    /// What hangs on assumptions, at the best case and at the next ones by their mean cost; `None`: interrupted.
    pub fn robustness(
        &self,
        cases: &[Case],
        selected: &SelectionResult,
        campaign: &Campaign,
    ) -> Option<Robustness> {
        let judged = |i: usize| JudgedPoint {
            case: &cases[i],
            objectives: match &selected.verdicts {
                Some(_) => &cases[i].scenario.objectives,
                None => &[],
            },
            verdict: (selected.verdicts.as_ref()).map_or_else(Verdict::default, |v| v[i]),
        };
        let ranking = Ranking {
            points: selected.ranking().into_iter().map(judged).collect(),
            least: Some(least_cost(&self.cost)),
        };
        let replications = selected.costs.iter().map(|costs| costs.len() as u32);
        ranking.robustness(spent(cases.iter().zip(replications)), campaign)
    }

    /// Leaves candidates out round by round, until one is left or all that are left are as good; `None`: interrupted.
    fn procedure(
        &self,
        observed: &mut Observations,
        candidates: &[usize],
        delta: f64,
    ) -> Result<Option<Selection>, ExperimentError> {
        let first_stage = self.first_stage as usize;
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
            if survivors.iter().any(|i| observed.costs[*i].len() <= round) {
                let ahead = AHEAD.div_ceil(survivors.len());
                if !observed.extend(&survivors, round + ahead)? {
                    return Ok(None);
                }
            }
            let costs: Vec<f64> = survivors
                .iter()
                .map(|i| observed.costs[*i][round])
                .collect();
            selection.round(&costs);
        }
        Ok(Some(selection))
    }

    /// Judges every case, with more replications at fixed checkpoints until the verdict is clear; `None`: interrupted.
    fn judge(&self, observed: &mut Observations) -> Result<Option<Vec<Verdict>>, ExperimentError> {
        let cases = observed.cases;
        let mut verdicts = vec![Verdict::Inconclusive; cases.len()];
        for n in checkpoints(self.first_stage, self.most_replications) {
            let open: Vec<usize> = (0..cases.len())
                .filter(|i| verdicts[*i] == Verdict::Inconclusive)
                .collect();
            if !observed.extend(&open, n as usize)? {
                return Ok(None);
            }
            for i in open {
                let objectives = &cases[i].scenario.objectives;
                verdicts[i] = overall(&judge_all(objectives, &observed.samples[i]));
            }
        }
        Ok(Some(verdicts))
    }
}

/// The cost of a trial by replication; nothing where the trial cannot show it.
fn least_cost(cost: &Cost) -> Least<'_> {
    Box::new(|tested: &TestedCandidate| {
        if !(cost.terms.iter()).all(|(_, metric)| tested.trial.shows(metric)) {
            return Vec::new();
        }
        let values = tested.samples.values.iter();
        let costs = values.map(|values| cost.evaluate_values(values).ok().map(Sample::Value));
        costs.collect::<Option<_>>().unwrap_or_default()
    })
}

/// What was observed of each case, and what it cost, by replication.
struct Observations<'a> {
    campaign: &'a Campaign,
    cases: &'a [Case],
    cost: &'a Cost,
    costs: Vec<Vec<f64>>,
    samples: Vec<Samples>,
}

impl<'a> Observations<'a> {
    fn new(selector: &'a Selector, campaign: &'a Campaign, cases: &'a [Case]) -> Self {
        let plans = cases.iter().map(|case| &case.scenario.plan);
        Observations {
            campaign,
            cases,
            cost: &selector.cost,
            costs: vec![Vec::new(); cases.len()],
            samples: plans.map(|p| Samples::new(scopes(p), p.horizon)).collect(),
        }
    }

    /// Observes cases until each has so many replications; whether it was not interrupted.
    fn extend(&mut self, places: &[usize], until: usize) -> Result<bool, ExperimentError> {
        let missing = |i: &usize| (self.costs[*i].len()..until).map(|r| r as u32);
        let pairs: Vec<(usize, u32)> = places
            .iter()
            .flat_map(|i| missing(i).map(|r| (*i, r)))
            .collect();
        let Some(observations) = self.campaign.observe(self.cases, &pairs)? else {
            return Ok(false);
        };
        for ((i, replication), observation) in pairs.into_iter().zip(observations) {
            let cost =
                self.cost
                    .evaluate(&observation)
                    .map_err(|metric| ExperimentError::NoCost {
                        metric: metric.name,
                        replication: replication + 1,
                        case: self.cases[i].point.label(),
                    })?;
            self.costs[i].push(cost);
            self.samples[i].add(replication, observation);
        }
        Ok(true)
    }

    /// The first so many replications of each case: what was simulated ahead and never asked for depends on nothing that
    /// should be seen.
    fn first(mut self, replications: &[usize]) -> (Vec<Samples>, Vec<Vec<f64>>) {
        for (costs, n) in self.costs.iter_mut().zip(replications) {
            costs.truncate(*n);
        }
        let samples = self.samples.iter().zip(replications);
        let samples = samples.map(|(s, n)| s.only(&s.numbers[..*n])).collect();
        (samples, self.costs)
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
        assert!(Delta::Share(0.05).resolve(0.0).is_err());
    }
}
