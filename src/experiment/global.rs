//! Global sensitivity of an answer: which of the values that nobody published makes how much of its spread, over all
//! combinations of them.
//!
//! Trajectories through all unknowns find those that have an effect at all; Saltelli's design over these shares the
//! variance out. Each combination is simulated once, with the same replications as all others.

use std::collections::BTreeMap;

use super::campaign::{Campaign, Replications};
use super::case::Case;
use super::error::ExperimentError;
use super::factor::{Candidate, factors};
use crate::engine::{Stream, name_key};
use crate::measure::Metric;
use crate::scenario::{Axis, Override, Scenario, StudyPoint};
use crate::study::{
    ElementaryEffect, SaltelliAnswers, Samples, SobolIndices, Verdict, below, elementary_effect,
    judge_all, latin_hypercube, overall, shuffled, sobol_indices,
};

/// A value that nobody published, with those that it may have.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// The key with its table.
    pub key: String,
    /// Its levels; of an assumed one the first is that of the scenario.
    pub levels: Vec<UnknownLevel>,
}

/// A value that an unknown may have.
#[derive(Clone, Debug)]
pub struct UnknownLevel {
    /// The value.
    pub value: String,
    overrides: Vec<Override>,
}

/// Every assumed key of a scenario with its levels, then the axes with theirs.
pub fn unknowns(base: &Scenario, axes: &[Axis]) -> Vec<Unknown> {
    let case = Case::new(base.clone());
    let candidates = [Candidate {
        name: String::new(),
        case: &case,
        known_assumptions: &[],
    }];
    let is_axis = |key: &str| axes.iter().any(|axis| axis.key == key);
    let of_factors = factors(&candidates).into_iter().map(|factor| {
        let base_level = UnknownLevel {
            value: factor.base(),
            overrides: Vec::new(),
        };
        let levels = factor.levels().map(|value| UnknownLevel {
            value: value.into(),
            overrides: factor.overrides(0, value),
        });
        Unknown {
            key: factor.name(),
            levels: std::iter::once(base_level).chain(levels).collect(),
        }
    });
    let of_axes = axes.iter().map(|axis| Unknown {
        key: axis.key.clone(),
        levels: (axis.values.iter())
            .map(|level| UnknownLevel {
                value: level.value().into(),
                overrides: vec![level.clone()],
            })
            .collect(),
    });
    let unknown_list = of_factors.filter(|u| !is_axis(&u.key)).chain(of_axes);
    unknown_list.filter(|u| u.levels.len() > 1).collect()
}

/// What is asked.
pub struct GlobalAnalysis<'a> {
    /// The scenario.
    pub base: &'a Scenario,
    /// The unknowns.
    pub unknowns: &'a [Unknown],
    /// The answer.
    pub metric: &'static Metric,
    /// Trajectories of the screening.
    pub trajectories: u32,
    /// Rows of either sample of the design.
    pub rows: u32,
}

impl GlobalAnalysis<'_> {
    /// Combinations at most, the base among them, and in how many rounds.
    pub fn limits(&self) -> (u64, u64) {
        let screened = self.trajectories as usize * (self.unknowns.len() + 1);
        let shared_out = self.rows as usize * (self.unknowns.len().min(MAX_UNKNOWNS) + 2);
        let rounds = 1 + screened.div_ceil(AT_ONCE) + shared_out.div_ceil(AT_ONCE);
        ((1 + screened + shared_out) as u64, rounds as u64)
    }
}

/// A combination, by the level of each unknown.
type Levels = Vec<usize>;

/// A combination that was simulated.
#[derive(Clone, PartialEq, Debug)]
pub struct GlobalPoint {
    /// The level of each unknown.
    pub levels: Vec<usize>,
    /// The answer there; `None`: nothing of the kind happened.
    pub value: Option<f64>,
    /// Of the objectives.
    pub verdict: Verdict,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct GlobalResult {
    /// What the scenario itself showed.
    pub base_samples: Samples,
    /// Every combination that was simulated.
    pub points: Vec<GlobalPoint>,
    /// Trajectories that were taken.
    pub trajectories: usize,
    /// The unknowns with their elementary effects, the largest first.
    pub screening: Vec<(usize, ElementaryEffect)>,
    /// Those that have an effect, with their indices, the largest total first; empty: none has one.
    pub indices: Vec<(usize, SobolIndices)>,
    /// The answers at random combinations of the unknowns that have an effect, ascending.
    pub answers: Vec<f64>,
    /// How the objectives come out there.
    pub verdicts: Vec<Verdict>,
    /// Rows of the design; fewer than asked for where combinations make no valid scenario.
    pub rows: usize,
    /// A combination at which there is no answer.
    pub no_value: Option<Levels>,
}

/// Unknowns whose indices are looked for: each takes as many points as the design has rows.
const MAX_UNKNOWNS: usize = 10;
/// Draws of a trajectory until it is given up: its combinations make no valid scenario.
const TRIES: u32 = 50;
/// Combinations whose samples are held at once.
const AT_ONCE: usize = 64;

impl GlobalAnalysis<'_> {
    /// Simulates it; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn run(&self, campaign: &Campaign) -> Result<Option<GlobalResult>, ExperimentError> {
        let replications = Replications::fixed(self.base.replications);
        let base_results = campaign.replicate(&[Case::new(self.base.clone())], replications)?;
        let Some(base_samples) = base_results.and_then(|mut samples| samples.pop()) else {
            return Ok(None);
        };
        let mut observations = GlobalObservations {
            analysis: self,
            campaign,
            points: BTreeMap::new(),
        };
        let mut stream = Stream::open(self.base.plan.seed, 0, name_key("global sensitivity"), 0);
        let trajectories = self.trajectories(&mut stream);
        if !observations.observe(trajectories.iter().flatten())? {
            return Ok(None);
        }
        let mut result = GlobalResult {
            base_samples,
            points: Vec::new(),
            trajectories: trajectories.len(),
            screening: self.screening(&trajectories, &observations),
            indices: Vec::new(),
            answers: Vec::new(),
            verdicts: Vec::new(),
            rows: 0,
            no_value: observations.no_value(),
        };
        if result.no_value.is_none()
            && !self.share_out(&mut result, &mut observations, &mut stream)?
        {
            return Ok(None);
        }
        result.no_value = observations.no_value();
        result.points = observations.points.into_values().collect();
        Ok(Some(result))
    }

    fn case(&self, levels: &[usize]) -> Option<Case> {
        let settings = self.unknowns.iter().zip(levels);
        let settings = settings.map(|(unknown, level)| (unknown, &unknown.levels[*level]));
        let mut point = StudyPoint {
            values: Vec::new(),
            overrides: Vec::new(),
        };
        for (unknown, level) in settings {
            point
                .values
                .push((unknown.key.clone(), level.value.clone()));
            point.overrides.extend(level.overrides.iter().cloned());
        }
        Case::at(self.base, point).ok()
    }

    /// Random paths that change each unknown once, to another of its levels; all of whose combinations are valid.
    fn trajectories(&self, stream: &mut Stream) -> Vec<Vec<Levels>> {
        let is_valid = |path: &Vec<Levels>| path.iter().all(|levels| self.case(levels).is_some());
        let mut draw = |_| {
            let mut paths = (0..TRIES).map(|_| self.trajectory(stream));
            paths.find(is_valid)
        };
        (0..self.trajectories).filter_map(&mut draw).collect()
    }

    fn trajectory(&self, stream: &mut Stream) -> Vec<Levels> {
        let k = self.unknowns.len();
        let count = |i: usize| self.unknowns[i].levels.len();
        let mut levels: Levels = (0..k).map(|i| below(count(i), stream.uniform())).collect();
        let order = shuffled(k, || stream.uniform());
        let mut path = vec![levels.clone()];
        for i in order {
            let step = 1 + below(count(i) - 1, stream.uniform());
            levels[i] = (levels[i] + step) % count(i);
            path.push(levels.clone());
        }
        path
    }

    /// The elementary effects of each unknown, the largest first.
    fn screening(
        &self,
        trajectories: &[Vec<Levels>],
        observations: &GlobalObservations,
    ) -> Vec<(usize, ElementaryEffect)> {
        let mut effects = vec![Vec::new(); self.unknowns.len()];
        for pair in trajectories.iter().flat_map(|path| path.windows(2)) {
            let changed = pair[0].iter().zip(&pair[1]).position(|(a, b)| a != b);
            let values = (observations.value(&pair[0])).zip(observations.value(&pair[1]));
            if let (Some(i), Some((before, after))) = (changed, values) {
                effects[i].push(after - before);
            }
        }
        let effects = effects.iter().enumerate();
        let mut effects_by_unknown: Vec<(usize, ElementaryEffect)> = effects
            .filter_map(|(i, effects)| Some((i, elementary_effect(effects)?)))
            .collect();
        effects_by_unknown.sort_by(|a, b| b.1.size.mean.total_cmp(&a.1.size.mean));
        effects_by_unknown
    }

    /// Saltelli's design over the unknowns that have an effect; whether it was not interrupted.
    fn share_out(
        &self,
        result: &mut GlobalResult,
        observations: &mut GlobalObservations,
        stream: &mut Stream,
    ) -> Result<bool, ExperimentError> {
        let moving = result.screening.iter().filter(|(_, e)| e.size.mean > 0.0);
        let influential: Vec<usize> = moving.map(|(i, _)| *i).take(MAX_UNKNOWNS).collect();
        let rows = self.design(&influential, stream);
        result.rows = rows.len();
        let points = rows.iter().flat_map(|row| row.iter());
        if !observations.observe(points)? {
            return Ok(false);
        }
        let mut answers = SaltelliAnswers {
            mixed: vec![Vec::new(); influential.len()],
            ..SaltelliAnswers::default()
        };
        for row in &rows {
            let values: Option<Vec<f64>> = row
                .iter()
                .map(|levels| observations.value(levels))
                .collect();
            let Some(values) = values else {
                return Ok(true);
            };
            answers.first.push(values[0]);
            answers.second.push(values[1]);
            let mixed = answers.mixed.iter_mut().zip(&values[2..]);
            mixed.for_each(|(outputs, value)| outputs.push(*value));
            let verdicts = row[..2]
                .iter()
                .map(|levels| observations.points[levels].verdict);
            result.verdicts.extend(verdicts);
        }
        result.answers = [&answers.first[..], &answers.second].concat();
        result.answers.sort_unstable_by(f64::total_cmp);
        let indices = sobol_indices(&answers, || stream.uniform()).unwrap_or_default();
        result.indices = influential.into_iter().zip(indices).collect();
        (result.indices).sort_by(|a, b| b.1.total.mean.total_cmp(&a.1.total.mean));
        Ok(true)
    }

    /// The rows of the design: the combination of either sample, then with each unknown exchanged. A row with one that
    /// makes no valid scenario is left out.
    fn design(&self, unknowns: &[usize], stream: &mut Stream) -> Vec<Vec<Levels>> {
        if unknowns.is_empty() {
            return Vec::new();
        }
        let mut sample =
            || latin_hypercube(self.rows as usize, unknowns.len(), || stream.uniform());
        let (first, second) = (sample(), sample());
        let levels = |row: &[f64]| {
            let mut levels = vec![0; self.unknowns.len()];
            for (i, uniform) in unknowns.iter().zip(row) {
                levels[*i] = below(self.unknowns[*i].levels.len(), *uniform);
            }
            levels
        };
        let row = |(a, b): (&Vec<f64>, &Vec<f64>)| {
            let (a, b) = (levels(a), levels(b));
            let mixed = unknowns.iter().map(|i| {
                let mut mixed = a.clone();
                mixed[*i] = b[*i];
                mixed
            });
            let mixed: Vec<Levels> = mixed.collect();
            let row: Vec<Levels> = [a, b].into_iter().chain(mixed).collect();
            let is_valid = row.iter().all(|levels| self.case(levels).is_some());
            is_valid.then_some(row)
        };
        first.iter().zip(&second).filter_map(row).collect()
    }
}

/// What was observed so far.
struct GlobalObservations<'a> {
    analysis: &'a GlobalAnalysis<'a>,
    campaign: &'a Campaign,
    points: BTreeMap<Levels, GlobalPoint>,
}

impl GlobalObservations<'_> {
    /// Simulates the combinations that are new; whether it was not interrupted.
    fn observe<'l>(
        &mut self,
        points: impl Iterator<Item = &'l Levels>,
    ) -> Result<bool, ExperimentError> {
        let mut new: Vec<&Levels> = points.filter(|l| !self.points.contains_key(*l)).collect();
        new.sort_unstable();
        new.dedup();
        let base = self.analysis.base;
        for chunk in new.chunks(AT_ONCE) {
            let cases: Vec<Case> = chunk.iter().filter_map(|l| self.analysis.case(l)).collect();
            let replications = Replications::fixed(base.replications);
            let Some(samples) = self.campaign.replicate(&cases, replications)? else {
                return Ok(false);
            };
            for ((levels, samples), case) in chunk.iter().zip(&samples).zip(&cases) {
                let row = samples.figure(self.analysis.metric.name);
                let point = GlobalPoint {
                    levels: levels.to_vec(),
                    value: row.and_then(|row| row.value()),
                    verdict: overall(&judge_all(&case.scenario.objectives, samples)),
                };
                self.points.insert(levels.to_vec(), point);
            }
        }
        Ok(true)
    }

    fn value(&self, levels: &Levels) -> Option<f64> {
        self.points.get(levels)?.value
    }

    fn no_value(&self) -> Option<Levels> {
        let mut points = self.points.values();
        let point = points.find(|p| p.value.is_none())?;
        Some(point.levels.clone())
    }
}
