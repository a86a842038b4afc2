//! Search over several keys at once: the point of least cost of a grid too large to be simulated.
//!
//! A pattern search (R. Hooke, T. A. Jeeves, Direct search, Journal of the ACM 8 (1961)) goes over the grid from spread
//! starting points, by steps along one key and along two, which it halves. Points race: two replications tell which are
//! worth more, and all points have the same ones (common random numbers), so that few suffice. Points that meet the
//! objectives come before others, those before the ones that miss them by more (K. Deb, Computer Methods in Applied
//! Mechanics and Engineering 186 (2000)). The best of what was tried then goes through the selection with a proven error.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::replicate::scopes;
use super::selection::{SelectionResult, Selector};
use crate::engine::{Stream, name_key};
use crate::measure::Bound;
use crate::scenario::{Axis, Scenario, ScenarioError, StudyPoint};
use crate::study::{
    Cost, CostError, Judgement, Observation, Samples, Verdict, below, judge_all, latin_hypercube,
};

/// What is searched.
pub struct JointSearch<'a> {
    /// The scenario.
    pub base: &'a Scenario,
    /// The keys with their values: every combination is a point.
    pub axes: &'a [Axis],
    /// What is to be least; keys of the scenario in it have the values of each point.
    pub cost: &'a Cost,
    /// How the best of what was tried is selected; its costs are those of the points.
    pub selector: Selector,
    /// Replications of points, those of the selection among them.
    pub budget: u32,
}

/// Why a grid cannot be searched.
#[derive(thiserror::Error, Debug)]
pub enum JointSearchError {
    /// A value makes no valid scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A key in the cost has no value that is a number.
    #[error(transparent)]
    Cost(#[from] CostError),
}

/// The place of a point on each axis.
type Places = Vec<usize>;

/// A point that was tried on the way.
#[derive(Clone, PartialEq, Debug)]
pub struct TriedPoint {
    /// Its label.
    pub label: String,
    /// Its replications on the way.
    pub replications: u32,
    /// Its mean cost; `None`: it has none.
    pub cost: Option<f64>,
    /// Whether its means meet every objective.
    pub is_feasible: bool,
}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct JointResult {
    /// The points that were selected from.
    pub finalists: Vec<Case>,
    /// How the selection came out.
    pub selection: SelectionResult,
    /// Every point that was tried, in the order of the grid.
    pub tried_points: Vec<TriedPoint>,
    /// Points of the grid.
    pub grid: usize,
    /// Points that were met and make no valid scenario.
    pub invalid: usize,
    /// Replications of points on the way; the selection counts its own.
    pub runs: u32,
}

/// Starting points besides the middle of the grid.
const STARTS: usize = 8;
/// Of these so many are gone down from.
const DESCENTS: usize = 3;
/// Replications that tell whether a point is worth more.
const POLL: u32 = 2;
/// Replications by which a point takes the place of another.
const CONFIRM: u32 = 5;
/// Points that are selected from.
const FINALISTS: usize = 6;
/// Times that others are selected from, where none of those before meets the objectives.
const ROUNDS: usize = 3;

impl JointSearch<'_> {
    /// Every value of every key, with the others in the middle.
    ///
    /// # Errors
    /// What is wrong with one of them: it is told before anything runs.
    pub fn check(&self) -> Result<Vec<Case>, JointSearchError> {
        let mut cases = Vec::new();
        for (i, axis) in self.axes.iter().enumerate() {
            for place in 0..axis.values.len() {
                let mut places = self.middle();
                places[i] = place;
                let case = self.case(&places)?;
                self.priced(&case)?;
                cases.push(case);
            }
        }
        Ok(cases)
    }

    /// Searches; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn run(&self, campaign: &Campaign) -> Result<Option<JointResult>, ExperimentError> {
        let mut explorer = Explorer {
            search: self,
            campaign,
            points: BTreeMap::new(),
            remaining: self.budget.saturating_sub(self.reserve()),
            runs: 0,
        };
        let mut starts = self.starts();
        if !explorer.extend(&starts, POLL)? {
            return Ok(None);
        }
        starts.retain(|places| explorer.is_valid(places));
        starts.sort_by(|a, b| explorer.order(a, b, POLL));
        for start in starts.into_iter().take(DESCENTS) {
            if !explorer.descend(start)? {
                return Ok(None);
            }
        }
        self.select(campaign, &explorer)
    }

    /// Replications at most: where the selection among the first finalists fails, the next ones have their first stage.
    pub fn most_replications(&self) -> u64 {
        u64::from(self.budget) + (ROUNDS as u64 - 1) * u64::from(self.reserve())
    }

    /// Replications that are left to the selection.
    fn reserve(&self) -> u32 {
        self.selector.first_stage * FINALISTS as u32
    }

    fn case(&self, places: &[usize]) -> Result<Case, ScenarioError> {
        Case::at(self.base, StudyPoint::at(self.axes, places))
    }

    /// What a point costs.
    fn priced(&self, case: &Case) -> Result<Cost, CostError> {
        self.cost.priced_by(|key| case.scenario.number(key))
    }

    /// The selection among points that were priced before.
    pub fn selector_of(&self, cases: &[Case]) -> Selector {
        Selector {
            costs: cases
                .iter()
                .filter_map(|case| self.priced(case).ok())
                .collect(),
            ..self.selector.clone()
        }
    }

    fn middle(&self) -> Places {
        self.axes.iter().map(|axis| axis.values.len() / 2).collect()
    }

    /// The middle of the grid, and points spread over it.
    fn starts(&self) -> Vec<Places> {
        let mut stream = Stream::open(self.base.plan.seed, 0, name_key("joint search"), 0);
        let spread = latin_hypercube(STARTS, self.axes.len(), || stream.uniform());
        let places = |row: &Vec<f64>| -> Places {
            let places = self.axes.iter().zip(row);
            places
                .map(|(axis, u)| below(axis.values.len(), *u))
                .collect()
        };
        let mut starts = vec![self.middle()];
        starts.extend(spread.iter().map(places));
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// Selects among the best of what was tried; `None`: interrupted.
    fn select(
        &self,
        campaign: &Campaign,
        explorer: &Explorer,
    ) -> Result<Option<JointResult>, ExperimentError> {
        let valid = |(places, point): (&Places, &Option<ExploredPoint>)| {
            point.is_some().then(|| places.clone())
        };
        // By all replications that each has: by those that each two have in common there is no order of all.
        let scored = explorer.points.iter().filter_map(valid).map(|places| {
            let score = explorer.score(&places, u32::MAX);
            (score, places)
        });
        let mut scored: Vec<(Score, Places)> = scored.collect();
        scored.sort_by(|(a, x), (b, y)| a.order(*b).then_with(|| x.cmp(y)));
        let order: Vec<Places> = scored.into_iter().map(|(_, places)| places).collect();
        let mut outcome = None;
        let mut budget = self.budget.saturating_sub(explorer.runs);
        for chunk in order.chunks(FINALISTS).take(ROUNDS) {
            let cases: Vec<Case> = chunk.iter().filter_map(|p| self.case(p).ok()).collect();
            let first = self.selector.first_stage;
            let maximum = (budget / cases.len() as u32)
                .clamp(first, self.selector.most_replications.max(first));
            let selector = Selector {
                most_replications: maximum,
                ..self.selector_of(&cases)
            };
            let Some(selection) = selector.select(campaign, &cases)? else {
                return Ok(None);
            };
            budget = budget.saturating_sub(selection.observations() as u32);
            let is_decided = selection.verdict() != Verdict::Fail;
            // Where none meets the objectives, the first ones came nearest.
            if is_decided || outcome.is_none() {
                outcome = Some((cases, selection));
            }
            if is_decided {
                break;
            }
        }
        Ok(outcome.map(|(finalists, selection)| JointResult {
            finalists,
            selection,
            tried_points: explorer.tried_points(),
            grid: self.axes.iter().map(|axis| axis.values.len()).product(),
            invalid: explorer.points.values().filter(|p| p.is_none()).count(),
            runs: explorer.runs,
        }))
    }
}

/// A point and what it showed so far.
struct ExploredPoint {
    case: Case,
    cost: Cost,
    observations: Vec<Observation>,
}

/// How good a point is: by how much it misses the objectives, and what it costs.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Score {
    violation: f64,
    cost: f64,
}

impl Score {
    fn order(self, other: Self) -> Ordering {
        let by_violation = self.violation.total_cmp(&other.violation);
        by_violation.then(self.cost.total_cmp(&other.cost))
    }
}

/// The points that were met; those that make no valid scenario are nothing.
struct Explorer<'a> {
    search: &'a JointSearch<'a>,
    campaign: &'a Campaign,
    points: BTreeMap<Places, Option<ExploredPoint>>,
    /// Replications that may still be made.
    remaining: u32,
    /// Replications that were made.
    runs: u32,
}

impl Explorer<'_> {
    fn is_valid(&self, places: &[usize]) -> bool {
        self.find(places)
            .is_some_and(|p| !p.observations.is_empty())
    }

    fn find(&self, places: &[usize]) -> Option<&ExploredPoint> {
        self.points.get(places)?.as_ref()
    }

    fn replications(&self, places: &[usize]) -> u32 {
        let point = self.find(places);
        point.map_or(0, |p| p.observations.len() as u32)
    }

    /// Replicates points, as far as the budget goes; whether it was not interrupted.
    fn extend(&mut self, points: &[Places], until: u32) -> Result<bool, ExperimentError> {
        for places in points {
            if !self.points.contains_key(places) {
                let case = self.search.case(places).ok();
                let priced = case.and_then(|case| Some((self.search.priced(&case).ok()?, case)));
                let fresh = priced.map(|(cost, case)| ExploredPoint {
                    case,
                    cost,
                    observations: Vec::new(),
                });
                self.points.insert(places.clone(), fresh);
            }
        }
        let valid: Vec<&Places> = points.iter().filter(|p| self.find(p).is_some()).collect();
        let mut pairs: Vec<(usize, u32)> = Vec::new();
        for (i, places) in valid.iter().enumerate() {
            let numbers = self.replications(places)..until;
            if pairs.len() + numbers.len() <= self.remaining as usize {
                pairs.extend(numbers.map(|replication| (i, replication)));
            }
        }
        let known_points = valid.iter().filter_map(|places| self.find(places));
        let cases: Vec<Case> = known_points.map(|p| p.case.clone()).collect();
        let Some(observations) = self.campaign.observe(&cases, &pairs)? else {
            return Ok(false);
        };
        self.remaining -= pairs.len() as u32;
        self.runs += pairs.len() as u32;
        let valid: Vec<Places> = valid.into_iter().cloned().collect();
        for ((i, _), observation) in pairs.into_iter().zip(observations) {
            if let Some(Some(point)) = self.points.get_mut(&valid[i]) {
                point.observations.push(observation);
            }
        }
        Ok(true)
    }

    /// How good a point is by its first so many replications.
    fn score(&self, places: &[usize], replications: u32) -> Score {
        let worst = Score {
            violation: f64::INFINITY,
            cost: f64::INFINITY,
        };
        let Some(point) = self.find(places).filter(|p| !p.observations.is_empty()) else {
            return worst;
        };
        let plan = &point.case.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        let mut costs = Vec::new();
        let observations = (0..replications).zip(&point.observations);
        for (number, observation) in observations {
            costs.extend(point.cost.evaluate(observation));
            samples.add(number, observation.clone());
        }
        let n = samples.replications() as usize;
        let judgements = judge_all(&point.case.scenario.objectives, &samples);
        Score {
            violation: judgements.iter().map(violation).sum(),
            cost: match costs.len() == n {
                true => costs.iter().sum::<f64>() / n as f64,
                false => f64::INFINITY,
            },
        }
    }

    /// The better point first, by the replications that both have, so many at most.
    fn order(&self, a: &Places, b: &Places, maximum: u32) -> Ordering {
        let common = self.replications(a).min(self.replications(b)).min(maximum);
        let [of_a, of_b] = [a, b].map(|places| self.score(places, common.max(1)));
        of_a.order(of_b).then(a.cmp(b))
    }

    /// Goes from a point to better ones until none of its neighbours is better, or the budget is used up; whether it was not
    /// interrupted.
    fn descend(&mut self, start: Places) -> Result<bool, ExperimentError> {
        let lengths: Vec<usize> = self.search.axes.iter().map(|a| a.values.len()).collect();
        let mut steps: Vec<usize> = lengths.iter().map(|n| (n / 4).max(1)).collect();
        let mut here = start;
        while self.remaining > 0 {
            let mut next = None;
            for polls in [self.along_one(&here, &steps), self.along_two(&here, &steps)] {
                match self.better(&here, polls)? {
                    None => return Ok(false),
                    Some(improvement) => next = improvement,
                }
                if next.is_some() {
                    break;
                }
            }
            match next {
                Some(better) => here = better,
                None if steps.iter().all(|step| *step == 1) => break,
                None => steps.iter_mut().for_each(|step| *step = (*step / 2).max(1)),
            }
        }
        Ok(true)
    }

    /// The best of these that takes the place of a point, where one does; `None`: interrupted.
    fn better(
        &mut self,
        here: &Places,
        mut polls: Vec<Places>,
    ) -> Result<Option<Option<Places>>, ExperimentError> {
        if !self.extend(&polls, POLL)? {
            return Ok(None);
        }
        polls.retain(|places| self.is_valid(places));
        polls.sort_by(|a, b| self.order(a, b, POLL));
        for places in polls {
            if self.order(&places, here, POLL) != Ordering::Less {
                break;
            }
            if !self.extend(&[here.clone(), places.clone()], CONFIRM)? {
                return Ok(None);
            }
            let common = self.replications(&places).min(self.replications(here));
            let [there, now] = [&places, here].map(|places| self.score(places, common));
            if there.order(now) == Ordering::Less {
                return Ok(Some(Some(places)));
            }
        }
        Ok(Some(None))
    }

    /// The values of an axis that are tried from one of them: a step away, or all others where they have no order.
    fn neighbours(&self, axis: usize, place: usize, step: usize) -> Vec<usize> {
        let axis = &self.search.axes[axis];
        let n = axis.values.len();
        if !is_ordered(axis) {
            return (0..n).filter(|index| *index != place).collect();
        }
        let down = place.saturating_sub(step);
        let up = (place + step).min(n - 1);
        [down, up].into_iter().filter(|p| *p != place).collect()
    }

    fn along_one(&self, here: &Places, steps: &[usize]) -> Vec<Places> {
        let neighbours_along = |axis: usize| {
            let options = self.neighbours(axis, here[axis], steps[axis]).into_iter();
            options.map(move |place| {
                let mut places = here.clone();
                places[axis] = place;
                places
            })
        };
        (0..here.len()).flat_map(neighbours_along).collect()
    }

    /// Where two keys change at once: along a limit that both move, neither alone gets better.
    fn along_two(&self, here: &Places, steps: &[usize]) -> Vec<Places> {
        let mut moves = Vec::new();
        for first in 0..here.len() {
            for second in first + 1..here.len() {
                for a in self.neighbours(first, here[first], steps[first]) {
                    for b in self.neighbours(second, here[second], steps[second]) {
                        let mut places = here.clone();
                        (places[first], places[second]) = (a, b);
                        moves.push(places);
                    }
                }
            }
        }
        moves
    }

    fn tried_points(&self) -> Vec<TriedPoint> {
        let point = |(places, entry): (&Places, &Option<ExploredPoint>)| {
            let explored_point = entry.as_ref()?;
            let score = self.score(places, u32::MAX);
            (!explored_point.observations.is_empty()).then(|| TriedPoint {
                label: explored_point.case.point.label(),
                replications: self.replications(places),
                cost: Some(score.cost).filter(|cost| cost.is_finite()),
                is_feasible: score.violation == 0.0,
            })
        };
        self.points.iter().filter_map(point).collect()
    }
}

/// Whether the values of an axis are numbers that rise or fall.
fn is_ordered(axis: &Axis) -> bool {
    let numbers: Option<Vec<f64>> = (axis.values.iter())
        .map(|level| axis.number(level.value()))
        .collect();
    numbers.is_some_and(|numbers| {
        let mut pairs = numbers.windows(2);
        pairs.clone().all(|p| p[0] < p[1]) || pairs.all(|p| p[0] > p[1])
    })
}

/// By how much an objective is missed, as a share of its target; what has no figure is missed by as much as its target.
fn violation(judgement: &Judgement) -> f64 {
    let row = &judgement.row;
    let Some(value) = row.value() else {
        return 1.0;
    };
    let target = judgement.objective.bound.target();
    let scale = if target == 0.0 { 1.0 } else { target.abs() };
    let over = match judgement.objective.bound {
        Bound::AtMost(target) => value - target,
        Bound::AtLeast(target) => target - value,
    };
    // A figure that says nothing of those without a session meets nothing.
    let is_blind = judgement.doubt.is_some_and(|d| !d.yields_to_replications());
    (over / scale).max(0.0) + f64::from(is_blind)
}
