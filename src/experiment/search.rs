//! The search for the smallest or largest value of a key that meets every objective: growing, bisecting, and confirming
//! with replications that the search has not seen.

use super::campaign::{Campaign, Replications};
use super::case::Case;
use super::error::ExperimentError;
use super::ranking::{JudgedPoint, Ranking};
use super::replicate::scopes;
use super::robustness::Robustness;
use super::trial::user_hours;
use crate::deployment::GatewayPlan;
use crate::measure::Bound;
use crate::quantity::{Span, parse_clock, print_clock, print_span};
use crate::scenario::{Axis, Override, Place, Scenario, ScenarioError, StudyPoint};
use crate::study::{
    Bracket, Feasibility, Judgement, Samples, Verdict, checkpoints, judge_all, overall,
};

/// A confirmation that fails so often was no bad luck.
const MOST_STEPS_BACK: usize = 5;

/// A value that was tried, and what came out.
#[derive(Clone, Debug)]
pub struct TestedValue {
    /// The value.
    pub value: String,
    /// Which gateway was down, where one was: the one that is worst to lose.
    pub down: Option<String>,
    /// The samples.
    pub samples: Samples,
    /// Of all objectives.
    pub verdict: Verdict,
    /// Of each objective.
    pub judgements: Vec<Judgement>,
}

impl TestedValue {
    /// The objective that binds, and how far its interval stays from the target, as a share of that: the least over all
    /// objectives.
    pub fn margin(&self) -> Option<(&Judgement, f64)> {
        let margin = |j: &Judgement| {
            let estimate = j.row.estimate?;
            let target = j.objective.bound.target();
            let room = match j.objective.bound {
                Bound::AtMost(t) => t - estimate.upper?,
                Bound::AtLeast(t) => estimate.lower? - t,
            };
            Some(if target == 0.0 { room } else { room / target })
        };
        let margins = self.judgements.iter().filter_map(|j| Some((j, margin(j)?)));
        margins.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Whether it is worse news than another: by its verdict, and of those that pass alike by its margin, which binds.
    fn is_worse_than(&self, other: &Self) -> bool {
        let rank = |v: Verdict| {
            let order = [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail];
            order.iter().position(|o| *o == v)
        };
        let room = |p: &Self| p.margin().map_or(f64::NEG_INFINITY, |(_, room)| room);
        rank(self.verdict)
            .cmp(&rank(other.verdict))
            .then(room(other).total_cmp(&room(self)))
            .is_gt()
    }
}

/// A scenario, and the gateway that is down in it.
#[derive(Clone, Debug)]
pub struct OutageCase {
    /// The scenario.
    pub scenario: Scenario,
    /// The gateway.
    pub down: Option<String>,
}

impl OutageCase {
    /// The scenario as it is.
    pub fn intact(scenario: Scenario) -> Self {
        Self {
            scenario,
            down: None,
        }
    }

    /// The scenario with so many gateways down from that clock time on (default: its start) and as many spare ones, once for
    /// each `[[gateway]]`. Its instances are alike, and the first of them have the most users, so these are the worst to lose.
    ///
    /// # Errors
    /// What is wrong with the scenario that results, with the clock time that was used.
    pub fn with_spares(
        base: &Scenario,
        spare: u32,
        at: Option<&str>,
    ) -> Result<Vec<Self>, (String, ScenarioError)> {
        let at = at.map_or_else(|| print_clock(base.plan.start), String::from);
        let begin = parse_clock(&at).map_or(0, |c| c.0.saturating_sub(base.plan.start.0));
        let left = base.plan.horizon.0.saturating_sub(begin);
        let duration = print_span(Span(left.max(1)));
        let situation = |gateway: &GatewayPlan| {
            let name = toml::Value::String(format!("gateway:{}", gateway.name));
            let faults: Vec<String> = (1..=spare)
                .map(|i| {
                    format!(
                        "[[fault]]\nname = \"spare {i}\"\nkind = \"crash\"\ntarget = {name}\ninstance = {i}\nat = \"{at}\"\nduration = \"{duration}\"\n"
                    )
                })
                .collect();
            let spares = format!("gateway.{}.spare={spare}", gateway.name);
            let spares = Override::parse_at(&spares, &Place::whole("--spare"))?;
            let source = base.source.with_tables(&faults.concat());
            Ok(Self {
                scenario: source.scenario(&[spares])?,
                down: Some(gateway.name.clone()),
            })
        };
        let situations: Result<_, ScenarioError> =
            base.plan.gateways.iter().map(situation).collect();
        situations.map_err(|e| (at.clone(), e))
    }
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct SearchResult {
    /// What was tried while searching.
    pub probes: Vec<TestedValue>,
    /// What was tried with fresh replications.
    pub fresh: Vec<TestedValue>,
    /// The value that was chosen.
    pub chosen: Option<String>,
    /// Its neighbour that does not serve.
    pub beyond: Option<String>,
}

impl SearchResult {
    /// Whether fresh replications confirm the chosen value.
    pub fn is_confirmed(&self) -> bool {
        let Some(chosen) = &self.chosen else {
            return false;
        };
        let fresh = self.fresh.iter().find(|t| t.value == *chosen);
        fresh.is_some_and(|t| t.verdict == Verdict::Pass)
    }

    /// pass: there is a value that serves, and fresh replications confirm it; fail: every value that was tried is shown not to.
    pub fn verdict(&self) -> Verdict {
        match &self.chosen {
            Some(_) if self.is_confirmed() => Verdict::Pass,
            Some(_) => Verdict::Inconclusive,
            None if self.all().any(|t| t.verdict == Verdict::Inconclusive) => Verdict::Inconclusive,
            None => Verdict::Fail,
        }
    }

    /// What was tried of a value, with fresh replications where there are.
    pub fn probe(&self, value: &str) -> Option<&TestedValue> {
        let mut probes = self.fresh.iter().chain(&self.probes);
        probes.find(|t| t.value == value)
    }

    /// Everything that was tried.
    pub fn all(&self) -> impl Iterator<Item = &TestedValue> {
        self.probes.iter().chain(&self.fresh)
    }
}

/// A check that a scenario can be simulated here, before it is.
pub type Admission = Box<dyn Fn(&Scenario) -> Result<(), ScenarioError> + Sync>;

/// A search and what it tries values with.
pub struct Search<'a> {
    /// The scenario; with spare gateways, once for each `[[gateway]]` that is hit.
    pub situations: &'a [OutageCase],
    /// The key with its values, ascending.
    pub axis: &'a Axis,
    /// The largest value that serves, instead of the smallest.
    pub largest: bool,
    /// Replications of a value at first.
    pub start: u32,
    /// Replications of a value at most, until its verdict is clear.
    pub most: u32,
    /// Whether there is memory for a scenario.
    pub admit: Admission,
}

impl Search<'_> {
    /// Values of so many that are tried at most: growing and bisecting take a step for each binary digit, and what is found
    /// is tried again, with some steps back.
    pub fn most_probes(values: usize) -> usize {
        let digits = (usize::BITS - values.leading_zeros()) as usize;
        2 * digits + 1 + MOST_STEPS_BACK + 1
    }

    /// Searches; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store, or of a scenario that is not admitted.
    pub fn run(&self, campaign: &Campaign) -> Result<Option<SearchResult>, ExperimentError> {
        let n = self.axis.values.len();
        let mut result = SearchResult::default();
        let Some(border) = self.bisect(campaign, &mut result)? else {
            return Ok(None);
        };
        let chosen = if self.largest {
            border.checked_sub(1)
        } else {
            (border < n).then_some(border)
        };
        let Some(place) = chosen else {
            // If even the smallest value fails, test the largest: the objective may be monotone the other way.
            if self.largest {
                let Some(probe) = self.probe(campaign, n - 1, 0)? else {
                    return Ok(None);
                };
                result.probes.push(probe);
            }
            return Ok(Some(result));
        };
        let confirmed = self.confirm(campaign, place, &mut result)?;
        Ok(confirmed.then_some(result))
    }

    /// Grows from the least value until the verdict turns, and bisects. Of the values from the border on the verdict is the
    /// other one: the smallest that serves, or the first that does not. `None`: interrupted.
    fn bisect(
        &self,
        campaign: &Campaign,
        result: &mut SearchResult,
    ) -> Result<Option<usize>, ExperimentError> {
        let n = self.axis.values.len();
        let mut bracket = Bracket::new(n);
        while let Some(place) = bracket.next() {
            let Some(probe) = self.probe(campaign, place, 0)? else {
                return Ok(None);
            };
            // A value that is not shown to serve does not serve.
            let is_beyond = (probe.verdict == Verdict::Pass) != self.largest;
            bracket.record(place, side(is_beyond));
            result.probes.push(probe);
        }
        Ok(Some(bracket.first_feasible().unwrap_or(n)))
    }

    /// Confirms a place with fresh replications, steps to the safe side where that fails, and tries the neighbour on the
    /// other side; whether it was not interrupted.
    fn confirm(
        &self,
        campaign: &Campaign,
        mut place: usize,
        result: &mut SearchResult,
    ) -> Result<bool, ExperimentError> {
        let n = self.axis.values.len();
        let (safer, riskier) = if self.largest { (-1, 1) } else { (1, -1) };
        let next = |place: usize, step: isize| place.checked_add_signed(step).filter(|p| *p < n);
        let first = self.most.max(self.start);
        loop {
            let Some(probe) = self.probe(campaign, place, first)? else {
                return Ok(false);
            };
            let is_passed = probe.verdict == Verdict::Pass;
            result.chosen = Some(probe.value.clone());
            result.fresh.push(probe);
            // Where the search was lucky: one step to the safe side, with fresh random numbers again.
            match next(place, safer) {
                Some(p) if !is_passed && result.fresh.len() <= MOST_STEPS_BACK => place = p,
                _ => break,
            }
        }
        if let Some(p) = next(place, riskier) {
            let value = self.axis.values[p].value().to_string();
            if !result.fresh.iter().any(|t| t.value == value) {
                let Some(probe) = self.probe(campaign, p, first)? else {
                    return Ok(false);
                };
                result.fresh.push(probe);
            }
            result.beyond = Some(value);
        }
        Ok(true)
    }

    /// Tries a value: of several situations the worst; `None`: interrupted.
    fn probe(
        &self,
        campaign: &Campaign,
        place: usize,
        first: u32,
    ) -> Result<Option<TestedValue>, ExperimentError> {
        let mut worst: Option<TestedValue> = None;
        for situation in self.situations {
            let Some(probe) = self.probe_in(situation, campaign, place, first)? else {
                return Ok(None);
            };
            if worst.as_ref().is_none_or(|w| probe.is_worse_than(w)) {
                worst = Some(probe);
            }
        }
        Ok(worst)
    }

    /// Tries a value, with more replications at fixed checkpoints until the verdict is clear; `None`: interrupted.
    fn probe_in(
        &self,
        situation: &OutageCase,
        campaign: &Campaign,
        place: usize,
        first: u32,
    ) -> Result<Option<TestedValue>, ExperimentError> {
        let case = self.case(situation, place)?;
        (self.admit)(&case.scenario)?;
        let plan = &case.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        let mut judgements = Vec::new();
        for n in checkpoints(self.start, self.most.max(self.start)) {
            let have = samples.replications();
            let more = Replications {
                first: first + have,
                ..Replications::fixed(n - have)
            };
            let Some(batches) = campaign.replicate(std::slice::from_ref(&case), more)? else {
                return Ok(None);
            };
            batches.into_iter().for_each(|batch| samples.extend(batch));
            judgements = judge_all(&case.scenario.objectives, &samples);
            let is_hopeless =
                |j: &Judgement| j.doubt.is_some_and(|doubt| !doubt.yields_to_replications());
            if overall(&judgements) != Verdict::Inconclusive || judgements.iter().any(is_hopeless) {
                break;
            }
        }
        Ok(Some(TestedValue {
            value: self.axis.values[place].value().into(),
            down: situation.down.clone(),
            samples,
            verdict: overall(&judgements),
            judgements,
        }))
    }

    fn case(&self, situation: &OutageCase, place: usize) -> Result<Case, ScenarioError> {
        let level = &self.axis.values[place];
        let point = StudyPoint {
            values: vec![(self.axis.key.clone(), level.value().to_string())],
            overrides: vec![level.clone()],
        };
        Case::at(&situation.scenario, point)
    }

    /// The cases that the answer rests on: the chosen value and its neighbour that does not serve; where nothing serves, the
    /// safest one.
    ///
    /// # Errors
    /// What is wrong with the scenario of one of them.
    pub fn deciding(&self, result: &SearchResult) -> Result<Vec<Case>, ScenarioError> {
        let values = &self.axis.values;
        let safest = if self.largest {
            values.first()
        } else {
            values.last()
        };
        let deciding: Vec<&str> = match &result.chosen {
            Some(chosen) => std::iter::once(chosen)
                .chain(&result.beyond)
                .map(String::as_str)
                .collect(),
            None => safest.map(Override::value).into_iter().collect(),
        };
        let mut cases = Vec::new();
        for value in deciding {
            let Some(probe) = result.probe(value) else {
                continue;
            };
            let situation = self.situations.iter().find(|s| s.down == probe.down);
            let place = values.iter().position(|o| o.value() == value);
            if let Some((situation, place)) = situation.zip(place) {
                cases.push(self.case(situation, place)?);
            }
        }
        Ok(cases)
    }

    /// What hangs on assumptions: whether the chosen value still serves, and whether its neighbour then does; `None`:
    /// interrupted.
    ///
    /// # Errors
    /// What is wrong with the scenario of one of them.
    pub fn robustness(
        &self,
        result: &SearchResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, ScenarioError> {
        let cases = self.deciding(result)?;
        let points = cases.iter().map(|case| {
            let (_, value) = &case.point.values[0];
            JudgedPoint {
                case,
                objectives: &case.scenario.objectives,
                verdict: result
                    .probe(value)
                    .map_or_else(Verdict::default, |p| p.verdict),
            }
        });
        let ranking = Ranking {
            points: points.collect(),
            least: None,
        };
        let cost = |probe: &TestedValue| match cases.first() {
            Some(case) => user_hours(&case.scenario.plan, probe.samples.replications()),
            None => 0,
        };
        Ok(ranking.robustness(result.all().map(cost).sum(), campaign))
    }
}

fn side(is_beyond: bool) -> Feasibility {
    if is_beyond {
        Feasibility::Feasible
    } else {
        Feasibility::Infeasible
    }
}
