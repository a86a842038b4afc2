//! The work of a study: its units (point × replication × group) on all cores, those on disk not done again.
//!
//! Threads steal groups from each other, so that one replication of one point keeps all of them busy. What is kept is a
//! replication, a file of some kilobytes; where a group takes long, each group too, until its replication is complete.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use super::design::Alternative;
use super::fault::Fault;
use super::progress::Progress;
use super::replicate::{scopes, simulated_us, tallies};
use super::trial::Trial;
use crate::deployment::{
    FastPaths, PartialResult, Plan, Replication, RunHandle, RunOptions, simulate_with_options,
};
use crate::report::{Found, UnitName, Units};
use crate::study::{Observation, PrecisionTarget, Samples, checkpoints, is_precise};

/// What is simulated, where finished units are kept, and who watches.
pub struct Campaign {
    /// The finished units.
    units: Units,
    control: Arc<RunHandle>,
    quiet: bool,
    progress: Mutex<Option<Progress>>,
    reused: AtomicU32,
    simulated: AtomicU32,
    unusable: AtomicU32,
}

/// How many replications.
#[derive(Clone, Copy, Debug)]
pub struct Replications<'a> {
    /// The number of the first one, counted from 0.
    pub first: u32,
    /// So many at least.
    pub start: u32,
    /// So closely, where that is wanted.
    pub wanted: &'a [PrecisionTarget],
    /// So many at most, where a precision is wanted.
    pub most: u32,
}

impl Replications<'_> {
    /// A fixed number from the first one.
    pub fn fixed(n: u32) -> Replications<'static> {
        Replications {
            first: 0,
            start: n,
            wanted: &[],
            most: n,
        }
    }

    /// The numbers at which may be decided whether they suffice.
    pub fn schedule(&self) -> Vec<u32> {
        match self.wanted {
            [] => vec![self.start],
            _ => checkpoints(self.start, self.most.max(self.start)).collect(),
        }
    }
}

impl Campaign {
    /// A campaign whose finished units are kept in the folder.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn new(folder: &Path, control: Arc<RunHandle>, quiet: bool) -> Result<Campaign, Fault> {
        let units = Units::open(folder)?;
        let none = || AtomicU32::new(0);
        let progress = Mutex::new(Some(Progress::watch(&control, !quiet)));
        Ok(Campaign {
            units,
            control,
            quiet,
            progress,
            reused: none(),
            simulated: none(),
            unusable: none(),
        })
    }

    fn progress(&self) -> MutexGuard<'_, Option<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clears the progress bar away: the work is done, or was interrupted.
    pub fn end(&self) {
        drop(self.progress().take());
    }

    /// Replicates every alternative; `None`: it was interrupted. Whether there are enough replications is decided at fixed
    /// numbers of them, from all of an alternative's samples so far: neither threads nor time have a say.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn replicate(
        &self,
        alternatives: &[Alternative],
        replications: Replications,
    ) -> Result<Option<Vec<Samples>>, Fault> {
        let plans = alternatives.iter().map(|a| &a.scenario.plan);
        let mut samples: Vec<Samples> = plans.map(|p| Samples::new(scopes(p), p.horizon)).collect();
        let mut open: Vec<usize> = (0..alternatives.len()).collect();
        for n in replications.schedule() {
            let missing = |a: &usize| samples[*a].replications()..n;
            let wanted: Vec<(usize, u32)> = open
                .iter()
                .flat_map(|a| missing(a).map(|r| (*a, replications.first + r)))
                .collect();
            let Some(observed) = self.observe(alternatives, &wanted)? else {
                return Ok(None);
            };
            for ((a, number), observation) in wanted.into_iter().zip(observed) {
                samples[a].add(number, observation);
            }
            open.retain(|a| {
                !is_precise(
                    &samples[*a],
                    &alternatives[*a].scenario.objectives,
                    replications.wanted,
                )
            });
            if open.is_empty() {
                break;
            }
        }
        Ok(Some(samples))
    }

    /// Observes units (alternative, replication), in their order; `None`: it was interrupted.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn observe(
        &self,
        alternatives: &[Alternative],
        wanted: &[(usize, u32)],
    ) -> Result<Option<Vec<Observation>>, Fault> {
        // Two alternatives may be one scenario in other words, 5 min and 300 s: what they share is simulated once.
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut different: Vec<(usize, u32)> = Vec::new();
        let place_of = |(a, r): &(usize, u32)| {
            *places
                .entry(name(&alternatives[*a], *r).file())
                .or_insert_with(|| {
                    different.push((*a, *r));
                    different.len() - 1
                })
        };
        let of_wanted: Vec<usize> = wanted.iter().map(place_of).collect();
        let observed = self.observe_each(alternatives, &different)?;
        Ok(observed.map(|all| {
            of_wanted
                .into_iter()
                .map(|place| all[place].clone())
                .collect()
        }))
    }

    /// Observes units that are all different.
    fn observe_each(
        &self,
        alternatives: &[Alternative],
        wanted: &[(usize, u32)],
    ) -> Result<Option<Vec<Observation>>, Fault> {
        let found: Vec<Option<Observation>> = wanted
            .par_iter()
            .map(|(a, r)| self.find(&alternatives[*a], *r))
            .collect::<Result<_, _>>()?;
        let us = |(a, _): &(usize, u32)| simulated_us(&alternatives[*a].scenario.plan, 1);
        let left = wanted
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_none());
        let total = left
            .map(|(unit, _)| us(unit))
            .sum::<u64>()
            .saturating_add(self.control.simulated_us());
        if let Some(progress) = self.progress().as_ref() {
            progress.until(total);
        }
        let all: Vec<Option<Observation>> = wanted
            .par_iter()
            .zip(found)
            .with_max_len(1)
            .map(|((a, r), found)| match found {
                Some(found) => Ok(Some(found)),
                None => self.simulate(&alternatives[*a], *r),
            })
            .collect::<Result<_, _>>()?;
        Ok(all.into_iter().collect())
    }

    /// Simulates trials, whose units are not kept: they are done again sooner than they are read. `None`: interrupted.
    pub fn trials(&self, trials: &[Trial]) -> Option<Vec<Samples>> {
        let us = trials
            .iter()
            .map(|t| simulated_us(&t.plan, t.replications))
            .sum::<u64>();
        if let Some(progress) = self.progress().as_ref() {
            progress.until(us.saturating_add(self.control.simulated_us()));
        }
        let one = |(trial, replication): (&Trial, u32)| {
            let manner = RunOptions {
                fast_paths: FastPaths::On,
                drop_rows: 0,
                handle: &self.control,
            };
            simulate_with_options(&trial.plan, replication, manner)
                .map(|done| observation(&trial.plan, &done))
        };
        let units: Vec<(&Trial, u32)> = trials
            .iter()
            .flat_map(|t| (0..t.replications).map(move |r| (t, r)))
            .collect();
        let mut done = units
            .into_par_iter()
            .map(one)
            .collect::<Option<Vec<Observation>>>()?
            .into_iter();
        let samples = |trial: &Trial| {
            let mut samples = Samples::new(scopes(&trial.plan), trial.plan.horizon);
            (0..trial.replications)
                .zip(&mut done)
                .for_each(|(number, o)| samples.add(number, o));
            trial.scaled(samples)
        };
        Some(trials.iter().map(samples).collect())
    }

    fn find(
        &self,
        alternative: &Alternative,
        replication: u32,
    ) -> Result<Option<Observation>, Fault> {
        let name = name(alternative, replication);
        Ok(self.usable(&name, self.units.read(&name)?))
    }

    /// What was found, where it is of use; either is counted.
    fn usable<T>(&self, name: &UnitName, found: Found<T>) -> Option<T> {
        match found {
            Found::Valid(content) => {
                self.reused.fetch_add(1, Ordering::Relaxed);
                Some(content)
            }
            Found::Missing => None,
            Found::Unusable(why) => {
                self.unusable.fetch_add(1, Ordering::Relaxed);
                if !self.quiet {
                    eprintln!(
                        "warning: a finished unit is {why} and is simulated again: {}",
                        name.file()
                    );
                }
                None
            }
        }
    }

    fn simulate(
        &self,
        alternative: &Alternative,
        replication: u32,
    ) -> Result<Option<Observation>, Fault> {
        if self.control.is_stopped() {
            return Ok(None);
        }
        let plan = &alternative.scenario.plan;
        let by_group = has_large_groups(plan);
        let done = match by_group {
            true => self.by_group(alternative, replication)?,
            false => {
                let manner = RunOptions {
                    fast_paths: FastPaths::On,
                    drop_rows: 0,
                    handle: &self.control,
                };
                simulate_with_options(plan, replication, manner)
            }
        };
        let Some(done) = done else { return Ok(None) };
        let observation = observation(plan, &done);
        // What cannot be kept ends the study at once, not after hours.
        let whole = name(alternative, replication);
        self.units
            .write(&whole, &observation)
            .inspect_err(|_| self.control.stop())?;
        if by_group {
            let parts = (0..plan.groups().len()).map(|group| UnitName {
                group: Some(group),
                ..whole.clone()
            });
            parts
                .into_iter()
                .try_for_each(|part| self.units.forget(&part))?;
        }
        self.simulated.fetch_add(1, Ordering::Relaxed);
        Ok(Some(observation))
    }

    /// A replication whose groups are units of their own; `None`: it was interrupted.
    fn by_group(
        &self,
        alternative: &Alternative,
        replication: u32,
    ) -> Result<Option<Replication>, Fault> {
        let plan = &alternative.scenario.plan;
        let mut whole = Replication::empty(plan);
        let groups = plan.groups().len();
        for start in (0..groups).step_by(GROUPS_AT_ONCE) {
            let some = start..(start + GROUPS_AT_ONCE).min(groups);
            let portions: Vec<Option<PartialResult>> = some
                .clone()
                .into_par_iter()
                .with_max_len(1)
                .map(|group| self.portion(alternative, replication, group))
                .collect::<Result<_, _>>()?;
            for (group, portion) in some.zip(portions) {
                let Some(portion) = portion else {
                    return Ok(None);
                };
                whole.add(plan, group, &portion);
            }
        }
        Ok(Some(whole))
    }

    /// What a group gives, found or simulated; `None`: it was interrupted.
    fn portion(
        &self,
        alternative: &Alternative,
        replication: u32,
        group: usize,
    ) -> Result<Option<PartialResult>, Fault> {
        let name = UnitName {
            group: Some(group),
            ..name(alternative, replication)
        };
        let found = match self.units.read_bytes(&name)? {
            Found::Valid(bytes) => match serde_json::from_slice(&bytes) {
                Ok(portion) => Found::Valid(portion),
                Err(_) => Found::Unusable("unreadable"),
            },
            Found::Missing => Found::Missing,
            Found::Unusable(why) => Found::Unusable(why),
        };
        let plan = &alternative.scenario.plan;
        if let Some(portion) = self.usable(&name, found) {
            self.control.advance(plan.horizon.0);
            return Ok(Some(portion));
        }
        if self.control.is_stopped() {
            return Ok(None);
        }
        let Some(portion) = PartialResult::simulate(plan, group, replication, &self.control) else {
            return Ok(None);
        };
        let bytes =
            serde_json::to_vec(&portion).unwrap_or_else(|e| unreachable!("counts are JSON: {e}"));
        self.units
            .write_bytes(&name, &bytes)
            .inspect_err(|_| self.control.stop())?;
        Ok(Some(portion))
    }

    /// How many units were found, and how many were made; for people, on stderr.
    pub fn told(&self) -> String {
        let [reused, simulated, unusable] =
            [&self.reused, &self.simulated, &self.unusable].map(|n| n.load(Ordering::Relaxed));
        format!("{reused} finished units found, {unusable} of no use, {simulated} simulated")
    }

    /// Whether an earlier process left something.
    pub fn is_resumed(&self) -> bool {
        self.reused.load(Ordering::Relaxed) + self.unusable.load(Ordering::Relaxed) > 0
    }

    /// Removes the finished units: the study is published.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn publish(self) -> Result<(), Fault> {
        Ok(self.units.remove()?)
    }
}

fn observation(plan: &Plan, done: &Replication) -> Observation {
    Observation::from_tallies(&tallies(done), plan.horizon)
}

/// Groups whose counts are held until they are merged.
const GROUPS_AT_ONCE: usize = 256;
/// Signed-in hours of a group from which it is kept on its own: some tenths of a second, a hundred times what its file
/// costs.
const LARGE_USER_HOURS: u64 = 20_000;

/// Whether the groups are many, and each takes so long that losing one by a kill would hurt.
fn has_large_groups(plan: &Plan) -> bool {
    let (groups, users): (usize, u64) = (
        plan.groups().len(),
        plan.clients.iter().map(|c| u64::from(c.count)).sum(),
    );
    let hours = plan.horizon.0 / 3_600_000_000;
    groups > 1 && users.saturating_mul(hours) / groups as u64 >= LARGE_USER_HOURS
}

fn name(alternative: &Alternative, replication: u32) -> UnitName {
    let (scenario_hash, seed) = (alternative.hash.clone(), alternative.scenario.plan.seed);
    UnitName {
        scenario_hash,
        seed,
        replication,
        group: None,
    }
}
