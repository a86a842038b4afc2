//! The work of an experiment: its shards (case × replication × group) on all threads, those in the store not done again.
//!
//! Threads steal groups from each other, so that one replication of one case keeps all of them busy. What is kept is a
//! replication, some kilobytes; where a group takes long, each group too, until its replication is complete.

mod awaited;
mod counted;
mod groups;
mod run_unit;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

pub(super) use run_unit::RunModel;

use super::backlog::Backlog;
use super::case::{Case, Model};
use super::error::ExperimentError;
use super::replicate::{observe, scopes, simulated_us};
use super::share::Share;
use super::store::{NoStore, ShardContent, ShardName, Store, StoredShard};
use super::trial::Trial;
use crate::deployment::{RunHandle, parallel};
use crate::study::{Observation, PrecisionTarget, Samples, checkpoints, is_precise};

/// Who watches an experiment.
pub trait Monitor: Send + Sync {
    /// How much simulated time there will have been in all, as far as is known, in microseconds; [`RunHandle::simulated_us`]
    /// counts towards it.
    fn expect(&self, _total_us: u64) {}

    /// A shard that is kept is of no use, and is simulated again.
    fn unusable(&self, _shard: &ShardName, _why: &str) {}
}

impl Monitor for () {}

/// What is simulated, where finished shards are kept, and who watches.
pub struct Campaign {
    store: Box<dyn Store>,
    handle: Arc<RunHandle>,
    monitor: Box<dyn Monitor>,
    reused: AtomicU32,
    simulated: AtomicU32,
    unusable: AtomicU32,
    trials_reused: AtomicU32,
    trials_simulated: AtomicU32,
    /// What of it is simulated here; `None`: all.
    share: Option<Share>,
    awaited: AtomicU32,
    /// What is awaited, by the hash of the model, where that is all that is asked.
    backlog: Mutex<BTreeMap<String, Backlog>>,
}

/// What units are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// The samples of a study: kept, so that it goes on from them where it is interrupted.
    Study,
    /// A trial of what the study rests on: small, and done again sooner than it is read, so that it is kept for other
    /// processes alone.
    Trial,
}

/// How many shards were found, and how many were made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardCounts {
    /// Found in the store.
    pub reused: u32,
    /// Found there, but of no use.
    pub unusable: u32,
    /// Replications simulated.
    pub simulated: u32,
    /// Of trials, found in the store.
    pub trials_reused: u32,
    /// Of trials, simulated.
    pub trials_simulated: u32,
    /// Other shares' units that are not there yet.
    pub awaited: u32,
}

/// How many replications.
#[derive(Clone, Copy, Debug)]
pub struct Replications<'a> {
    /// The number of the first one, counted from 0.
    pub first: u32,
    /// So many at least.
    pub start: u32,
    /// So closely, where that is wanted.
    pub targets: &'a [PrecisionTarget],
    /// So many at most, where a precision is wanted.
    pub maximum: u32,
}

impl Replications<'_> {
    /// A fixed number from the first one.
    pub fn fixed(n: u32) -> Replications<'static> {
        Replications {
            first: 0,
            start: n,
            targets: &[],
            maximum: n,
        }
    }

    /// The numbers at which may be decided whether they suffice. Where a precision is wanted, not before ten: of fewer the
    /// interval is too often narrow by chance, and covers 90 % instead of 95 ([measured](crate::study)).
    pub fn schedule(&self) -> Vec<u32> {
        let maximum = self.maximum.max(self.start);
        match self.targets {
            [] => vec![self.start],
            _ => checkpoints(self.start.max(BEFORE_PRECISE).min(maximum), maximum).collect(),
        }
    }
}

impl Campaign {
    /// A campaign whose finished shards go to the store.
    pub fn new(
        store: impl Store + 'static,
        handle: Arc<RunHandle>,
        monitor: impl Monitor + 'static,
    ) -> Self {
        let zero = || AtomicU32::new(0);
        Self {
            store: Box::new(store),
            handle,
            monitor: Box::new(monitor),
            reused: zero(),
            simulated: zero(),
            unusable: zero(),
            trials_reused: zero(),
            trials_simulated: zero(),
            share: None,
            awaited: zero(),
            backlog: Mutex::default(),
        }
    }

    /// A campaign that keeps nothing, is watched by nobody and stopped by nobody.
    pub fn in_memory() -> Self {
        Self::new(NoStore, Arc::default(), ())
    }

    /// A campaign that simulates a share of its units, and finds the others in the store once other processes made them.
    #[must_use]
    pub fn with_share(mut self, share: Share) -> Self {
        self.share = Some(share);
        self
    }

    /// Replicates every case; `None`: it was interrupted. Whether there are enough replications is decided at fixed
    /// numbers of them, from all of a case's samples so far: neither threads nor time have a say.
    ///
    /// # Errors
    /// That of the store.
    pub fn replicate(
        &self,
        cases: &[Case],
        replications: Replications,
    ) -> Result<Option<Vec<Samples>>, ExperimentError> {
        let plans = cases.iter().map(|a| &a.scenario.plan);
        let mut samples: Vec<Samples> = plans.map(|p| Samples::new(scopes(p), p.horizon)).collect();
        let mut open: Vec<usize> = (0..cases.len()).collect();
        for n in replications.schedule() {
            let missing_numbers = |a: &usize| samples[*a].replications()..n;
            let pairs: Vec<(usize, u32)> = open
                .iter()
                .flat_map(|a| missing_numbers(a).map(|r| (*a, replications.first + r)))
                .collect();
            let Some(observations) = self.observe(cases, &pairs)? else {
                return Ok(None);
            };
            for ((a, number), observation) in pairs.into_iter().zip(observations) {
                samples[a].add(number, observation);
            }
            open.retain(|a| {
                !is_precise(
                    &samples[*a],
                    &cases[*a].scenario.objectives,
                    replications.targets,
                )
            });
            if open.is_empty() {
                break;
            }
        }
        Ok(Some(samples))
    }

    /// Observes units (case, replication), in their order; `None`: it was interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn observe(
        &self,
        cases: &[Case],
        pairs: &[(usize, u32)],
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        let work = pairs.iter().map(|(a, r)| (Model::from(&cases[*a]), *r));
        self.observe_all(&work.collect::<Vec<_>>(), Purpose::Study)
    }

    /// Observes units that may be alike, in their order; `None`: it was interrupted.
    fn observe_all(
        &self,
        work: &[(Model, u32)],
        purpose: Purpose,
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        // Two cases may be one scenario in other words, 5 min and 300 s: what they share is simulated once.
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut different: Vec<(Model, u32)> = Vec::new();
        let mut place_of: Vec<usize> = Vec::new();
        for (model, r) in work {
            let place = places.entry(model.unit(*r).file()).or_insert_with(|| {
                different.push((*model, *r));
                different.len() - 1
            });
            place_of.push(*place);
        }
        let observations = self.observe_each(&different, purpose)?;
        Ok(observations.map(|distinct| {
            place_of
                .into_iter()
                .map(|place| distinct[place].clone())
                .collect()
        }))
    }

    /// Observes units that are all different.
    fn observe_each(
        &self,
        work: &[(Model, u32)],
        purpose: Purpose,
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        let find = |(model, r): (Model, u32)| self.stored(&model.unit(r), purpose);
        let stored: Vec<Option<Observation>> = parallel::map(work.to_vec(), find)
            .into_iter()
            .collect::<Result<_, _>>()?;
        let missing = work.iter().zip(&stored).filter(|(_, f)| f.is_none());
        let total = missing.map(|((m, _), _)| simulated_us(m.plan, 1)).sum();
        self.expect(total);
        let rest = work.iter().copied().zip(stored).enumerate().collect();
        let results = parallel::map(rest, |(index, ((model, r), stored))| match stored {
            Some(observation) => Ok(Some(observation)),
            None if self.is_mine(index, model) => self.simulate(model, index, r, purpose),
            None => Ok(None),
        });
        let results: Vec<Option<Observation>> = results.into_iter().collect::<Result<_, _>>()?;
        if self.share.is_none() || self.handle.is_stopped() {
            return Ok(results.into_iter().collect());
        }
        self.gather(work, results, purpose)
    }

    /// Whether a unit is simulated here; where its groups are units of their own, those are shared.
    fn is_mine(&self, index: usize, model: Model) -> bool {
        let is_split = || model.has_large_groups();
        self.share
            .is_none_or(|share| share.has(index) || is_split())
    }

    /// What other shares made of the rest meanwhile; `None`: some of it is not there yet.
    fn gather(
        &self,
        work: &[(Model, u32)],
        observations: Vec<Option<Observation>>,
        purpose: Purpose,
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        let mut results = Vec::new();
        for ((model, r), observation) in work.iter().zip(observations) {
            let observation = match observation {
                None => self.stored(&model.unit(*r), purpose)?,
                own => own,
            };
            match observation {
                Some(observation) => results.push(observation),
                None => self.awaits(*model, purpose),
            }
        }
        Ok((results.len() == work.len()).then_some(results))
    }

    /// So much simulated time is still to come.
    pub(super) fn expect(&self, us: u64) {
        self.monitor
            .expect(us.saturating_add(self.handle.simulated_us()));
    }

    /// Whether finished units outlive the campaign.
    pub(super) fn keeps_units(&self) -> bool {
        self.store.is_lasting()
    }

    pub(super) fn handle(&self) -> &RunHandle {
        &self.handle
    }

    /// Whether units are kept.
    fn keeps(&self, purpose: Purpose) -> bool {
        purpose == Purpose::Study || self.share.is_some()
    }

    /// Simulates trials; `None`: it was interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub(super) fn trials(&self, trials: &[Trial]) -> Result<Option<Vec<Samples>>, ExperimentError> {
        let pairs = trials
            .iter()
            .flat_map(|t| (0..t.replications).map(move |r| (t.model(), r)));
        let work: Vec<(Model, u32)> = pairs.collect();
        let observations = self.observe_all(&work, Purpose::Trial)?;
        Ok(observations.map(|runs| {
            let mut runs = runs.into_iter();
            trials.iter().map(|t| t.samples(&mut runs)).collect()
        }))
    }

    /// Something small besides replications, found or made; every share makes it. `None`: nothing is done here, and it is
    /// not there yet.
    ///
    /// # Errors
    /// That of the store.
    pub(super) fn found_or_made<T: ShardContent>(
        &self,
        model: Model,
        replication: u32,
        make: impl FnOnce() -> T,
    ) -> Result<Option<T>, ExperimentError> {
        self.trial(model, replication, || Some(make()))
    }

    /// The same of what can be interrupted while it is made, which is `None` too.
    fn trial<T: ShardContent>(
        &self,
        model: Model,
        replication: u32,
        make: impl FnOnce() -> Option<T>,
    ) -> Result<Option<T>, ExperimentError> {
        let unit = model.unit(replication);
        if let Some(found) = self.stored(&unit, Purpose::Trial)? {
            return Ok(Some(found));
        }
        if self.share.is_some_and(Share::is_nothing) {
            self.awaits(model, Purpose::Trial);
            return Ok(None);
        }
        let Some(made) = make() else {
            return Ok(None);
        };
        self.trials_simulated.fetch_add(1, Ordering::Relaxed);
        match self.keeps(Purpose::Trial) {
            true => self.keep(&unit, made).map(Some),
            false => Ok(Some(made)),
        }
    }

    fn read<T: ShardContent>(&self, unit: &ShardName) -> Result<StoredShard<T>, ExperimentError> {
        let stored = self.store.read(unit)?;
        Ok(stored.and_then(|bytes| T::from_bytes(&bytes)))
    }

    /// What is kept of a unit, where it is of use; either is counted.
    fn stored<T: ShardContent>(
        &self,
        unit: &ShardName,
        purpose: Purpose,
    ) -> Result<Option<T>, ExperimentError> {
        Ok(match self.read(unit)? {
            StoredShard::Valid(content) => {
                let reused = match purpose {
                    Purpose::Study => &self.reused,
                    Purpose::Trial => &self.trials_reused,
                };
                reused.fetch_add(1, Ordering::Relaxed);
                Some(content)
            }
            StoredShard::Missing => None,
            StoredShard::Unusable(why) => {
                self.unusable.fetch_add(1, Ordering::Relaxed);
                self.monitor.unusable(unit, why);
                None
            }
        })
    }

    /// Keeps a unit. What cannot be kept ends the experiment at once, not after hours.
    fn keep<T: ShardContent>(&self, unit: &ShardName, content: T) -> Result<T, ExperimentError> {
        let outcome = self.store.write(unit, &content.to_bytes());
        outcome.inspect_err(|_| self.handle.stop())?;
        Ok(content)
    }

    fn simulate(
        &self,
        model: Model,
        index: usize,
        replication: u32,
        purpose: Purpose,
    ) -> Result<Option<Observation>, ExperimentError> {
        if self.handle.is_stopped() {
            return Ok(None);
        }
        let (plan, is_kept) = (model.plan, self.keeps(purpose));
        let by_group = is_kept && model.has_large_groups();
        let result = match by_group {
            true => self.by_group(model, index, replication, purpose)?,
            false => observe(plan, replication, &self.handle),
        };
        let Some(mut observation) = result else {
            return Ok(None);
        };
        let unit = model.unit(replication);
        if is_kept {
            observation = self.keep(&unit, observation)?;
        }
        if by_group {
            let runs = plan.strata().len().max(1);
            let parts = (0..runs * plan.groups().len()).map(|group| ShardName {
                group: Some(group),
                ..unit.clone()
            });
            parts
                .into_iter()
                .try_for_each(|part| self.store.forget(&part))?;
        }
        let counter = match purpose {
            Purpose::Study => &self.simulated,
            Purpose::Trial => &self.trials_simulated,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(Some(observation))
    }

    /// How many shards were found, and how many were made.
    pub fn shards(&self) -> ShardCounts {
        let count = |n: &AtomicU32| n.load(Ordering::Relaxed);
        ShardCounts {
            reused: count(&self.reused),
            unusable: count(&self.unusable),
            simulated: count(&self.simulated),
            trials_reused: count(&self.trials_reused),
            trials_simulated: count(&self.trials_simulated),
            awaited: count(&self.awaited),
        }
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.handle.is_stopped()
    }

    /// Makes the finished shards outlive a loss of power.
    ///
    /// # Errors
    /// That of the store.
    pub fn sync(&self) -> Result<(), ExperimentError> {
        Ok(self.store.sync()?)
    }

    /// Removes the finished shards: the results are published. How many of other scenarios stay.
    ///
    /// # Errors
    /// That of the store.
    pub fn publish(self) -> Result<usize, ExperimentError> {
        Ok(self.store.clear()?)
    }
}

impl ShardCounts {
    /// Whether an earlier process left something.
    pub fn is_resumed(self) -> bool {
        self.reused + self.unusable > 0
    }
}

/// Fewer replications do not show that a figure is precise.
const BEFORE_PRECISE: u32 = 10;
