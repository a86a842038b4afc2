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
    Bracket, Doubt, Feasibility, Judgement, Samples, Verdict, Windows, checkpoints,
    confidence_of_looks, judge_at, overall,
};

/// A confirmation that fails so often was not by chance.
const MOST_STEPS_BACK: usize = 5;
/// More windows than these are not counted on when memory is checked.
const MOST_WINDOWS: usize = 8;
/// A value that needs so many times the replications that it may have is left inconclusive.
const OUT_OF_REACH: u32 = 4;
/// Fewer replications do not tell how many it takes.
const ENOUGH_TO_TELL: u32 = 20;

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
        let remaining_us = base.plan.horizon.0.saturating_sub(begin);
        let duration = print_span(Span(remaining_us.max(1)));
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
            let spares = Override::parse_at(&spares, &Place::file_only("--spare"))?;
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
    pub chosen_value: Option<String>,
    /// Its neighbour that does not serve.
    pub beyond: Option<String>,
    /// Where the values were not taken to be in order: the first and last value of each stretch that serves.
    pub windows: Vec<(String, String)>,
}

impl SearchResult {
    /// Whether fresh replications confirm the chosen value.
    pub fn is_confirmed(&self) -> bool {
        let Some(value) = &self.chosen_value else {
            return false;
        };
        let fresh = self.fresh.iter().find(|t| t.value == *value);
        fresh.is_some_and(|t| t.verdict == Verdict::Pass)
    }

    /// pass: there is a value that serves, and fresh replications confirm it; fail: every value that was tried is shown not to.
    pub fn verdict(&self) -> Verdict {
        match &self.chosen_value {
            Some(_) if self.is_confirmed() => Verdict::Pass,
            Some(_) => Verdict::Inconclusive,
            None if self
                .tested_values()
                .any(|t| t.verdict == Verdict::Inconclusive) =>
            {
                Verdict::Inconclusive
            }
            None => Verdict::Fail,
        }
    }

    /// What was tried of a value, with fresh replications where there are.
    pub fn probe(&self, value: &str) -> Option<&TestedValue> {
        let mut probes = self.fresh.iter().chain(&self.probes);
        probes.find(|t| t.value == value)
    }

    /// Everything that was tried.
    pub fn tested_values(&self) -> impl Iterator<Item = &TestedValue> {
        self.probes.iter().chain(&self.fresh)
    }
}

/// A check that a scenario can be simulated here, before it is.
pub(super) type Admission = Box<dyn Fn(&Scenario) -> Result<(), ScenarioError> + Sync>;

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
    pub max_replications: u32,
    /// No stretch of so many neighbouring values that serves is missed; `None`: the values are in order, and from one on
    /// they all serve.
    pub tolerance: Option<usize>,
    /// Whether there is memory for a scenario.
    pub admit: Admission,
}

impl Search<'_> {
    /// Values of so many that are tried at most: growing and bisecting take a step for each binary digit, and what is found
    /// is tried again, with some steps back.
    pub fn most_probes(values: usize, tolerance: Option<usize>) -> usize {
        let digits = (usize::BITS - values.leading_zeros()) as usize;
        let probes = match tolerance {
            None => 2 * digits + 1,
            Some(tolerance) => Windows::most_tried(values, tolerance, MOST_WINDOWS),
        };
        probes + MOST_STEPS_BACK + 1
    }

    /// Searches; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store, or of a scenario that is not admitted.
    pub fn run(&self, campaign: &Campaign) -> Result<Option<SearchResult>, ExperimentError> {
        let mut result = SearchResult::default();
        let serving = match self.tolerance {
            Some(tolerance) => self.scan(tolerance, campaign, &mut result)?,
            None => self.grow(campaign, &mut result)?,
        };
        let Some(serving) = serving else {
            return Ok(None);
        };
        if serving.is_empty() {
            return Ok(Some(result));
        }
        let confirmed = self.confirm(campaign, &serving, &mut result)?;
        Ok(confirmed.then_some(result))
    }

    /// Every window of values that serve, on a grid with that tolerance; the places to confirm, the wanted one first.
    /// `None`: interrupted.
    fn scan(
        &self,
        tolerance: usize,
        campaign: &Campaign,
        result: &mut SearchResult,
    ) -> Result<Option<Vec<usize>>, ExperimentError> {
        let mut windows = Windows::new(self.axis.values.len(), tolerance);
        while let Some(place) = windows.next() {
            let Some(probe) = self.probe(campaign, place, 0)? else {
                return Ok(None);
            };
            let margin = probe.margin().map_or(f64::NEG_INFINITY, |(_, room)| room);
            windows.record(place, probe.verdict == Verdict::Pass, margin);
            result.probes.push(probe);
        }
        let list = windows.list();
        let value = |place: usize| self.axis.values[place].value().to_string();
        result.windows = list.iter().map(|(a, b)| (value(*a), value(*b))).collect();
        let mut serving: Vec<usize> = list.into_iter().flat_map(|(a, b)| a..=b).collect();
        if self.largest {
            serving.reverse();
        }
        Ok(Some(serving))
    }

    /// The border between values that fail and those that serve, where they are in order; the places to confirm, the wanted
    /// one first. `None`: interrupted.
    fn grow(
        &self,
        campaign: &Campaign,
        result: &mut SearchResult,
    ) -> Result<Option<Vec<usize>>, ExperimentError> {
        let n = self.axis.values.len();
        let Some(border) = self.bisect(campaign, result)? else {
            return Ok(None);
        };
        if self.largest && border == 0 {
            // If even the smallest value fails, test the largest: the objective may be monotone the other way.
            let Some(probe) = self.probe(campaign, n - 1, 0)? else {
                return Ok(None);
            };
            result.probes.push(probe);
        }
        Ok(Some(match self.largest {
            true => (0..border).rev().collect(),
            false => (border..n).collect(),
        }))
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

    /// Confirms the first of these places with fresh replications, goes on to the next one where that fails, and tries the
    /// neighbour on the other side; whether it was not interrupted.
    fn confirm(
        &self,
        campaign: &Campaign,
        serving: &[usize],
        result: &mut SearchResult,
    ) -> Result<bool, ExperimentError> {
        let first = self.max_replications.max(self.start);
        let mut candidate = serving[0];
        // Where the search passed by chance: one step to the safe side, with fresh random numbers again.
        for place in serving.iter().take(MOST_STEPS_BACK + 1) {
            candidate = *place;
            let Some(probe) = self.probe(campaign, candidate, first)? else {
                return Ok(false);
            };
            let is_passed = probe.verdict == Verdict::Pass;
            result.chosen_value = Some(probe.value.clone());
            result.fresh.push(probe);
            if is_passed {
                break;
            }
        }
        let riskier = if self.largest { 1 } else { -1 };
        let beyond = candidate.checked_add_signed(riskier);
        if let Some(p) = beyond.filter(|p| *p < self.axis.values.len()) {
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
        let maximum = self.max_replications.max(self.start);
        let confidence = confidence_of_looks(checkpoints(self.start, maximum).count(), 1);
        for n in checkpoints(self.start, maximum) {
            let have = samples.replications();
            let extra = Replications {
                first: first + have,
                ..Replications::fixed(n - have)
            };
            let Some(batches) = campaign.replicate(std::slice::from_ref(&case), extra)? else {
                return Ok(None);
            };
            batches.into_iter().for_each(|batch| samples.extend(batch));
            judgements = judge_at(&case.scenario.objectives, &samples, confidence);
            let is_settled = overall(&judgements) != Verdict::Inconclusive;
            if is_settled || judgements.iter().any(|j| is_hopeless(j, n, maximum)) {
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
        let point = StudyPoint::at(std::slice::from_ref(self.axis), &[place]);
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
        let deciding: Vec<&str> = match &result.chosen_value {
            Some(best_value) => std::iter::once(best_value)
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
    /// What is wrong with the scenario of one of them, or that of the store.
    pub fn robustness(
        &self,
        result: &SearchResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, ExperimentError> {
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
            figure: None,
        };
        let cost = |probe: &TestedValue| match cases.first() {
            Some(case) => user_hours(&case.scenario.plan, probe.samples.replications()),
            None => 0,
        };
        ranking.robustness(result.tested_values().map(cost).sum(), campaign)
    }
}

/// Whether no more replications settle a verdict, or far more than there may be: a value at the border must not cost as
/// much as the whole search.
fn is_hopeless(judgement: &Judgement, replications: u32, maximum: u32) -> bool {
    if judgement.verdict != Verdict::Inconclusive {
        return false;
    }
    match judgement.doubt {
        Some(doubt) if doubt != Doubt::Skewed => !doubt.yields_to_replications(),
        _ => {
            let out_of_reach = maximum.saturating_mul(OUT_OF_REACH);
            let is_beyond = |n: u32| n > out_of_reach;
            replications >= ENOUGH_TO_TELL && judgement.replications_needed.is_none_or(is_beyond)
        }
    }
}

fn side(is_beyond: bool) -> Feasibility {
    if is_beyond {
        Feasibility::Feasible
    } else {
        Feasibility::Infeasible
    }
}
