//! The work of an experiment: its shards (case × replication × group) on all threads, those in the store not done again.
//!
//! Threads steal groups from each other, so that one replication of one case keeps all of them busy. What is kept is a
//! replication, some kilobytes; where a group takes long, each group too, until its replication is complete.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::case::Case;
use super::error::ExperimentError;
use super::replicate::{observe, scopes, simulated_us, tallies};
use super::share::Share;
use super::store::{ShardName, Store, StoredShard, decode, encode};
use super::trial::{Trial, simulate_trials};
use crate::deployment::{PartialResult, Plan, Replication, RunHandle, parallel};
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
    /// What of it is simulated here; `None`: all.
    share: Option<Share>,
    awaited: AtomicU32,
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
    pub most: u32,
}

impl Replications<'_> {
    /// A fixed number from the first one.
    pub fn fixed(n: u32) -> Replications<'static> {
        Replications {
            first: 0,
            start: n,
            targets: &[],
            most: n,
        }
    }

    /// The numbers at which may be decided whether they suffice. Where a precision is wanted, not before ten: of fewer the
    /// interval is too often narrow by luck, and covers 90 % instead of 95 ([measured](crate::study)).
    pub fn schedule(&self) -> Vec<u32> {
        let most = self.most.max(self.start);
        match self.targets {
            [] => vec![self.start],
            _ => checkpoints(self.start.max(BEFORE_PRECISE).min(most), most).collect(),
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
        let none = || AtomicU32::new(0);
        Self {
            store: Box::new(store),
            handle,
            monitor: Box::new(monitor),
            reused: none(),
            simulated: none(),
            unusable: none(),
            share: None,
            awaited: none(),
        }
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
            let Some(observed) = self.observe(cases, &pairs)? else {
                return Ok(None);
            };
            for ((a, number), observation) in pairs.into_iter().zip(observed) {
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
        // Two cases may be one scenario in other words, 5 min and 300 s: what they share is simulated once.
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut different: Vec<(usize, u32)> = Vec::new();
        let place_of = |(a, r): &(usize, u32)| {
            *places
                .entry(shard(&cases[*a], *r).file())
                .or_insert_with(|| {
                    different.push((*a, *r));
                    different.len() - 1
                })
        };
        let of_wanted: Vec<usize> = pairs.iter().map(place_of).collect();
        let observed = self.observe_each(cases, &different)?;
        Ok(observed.map(|all| {
            of_wanted
                .into_iter()
                .map(|place| all[place].clone())
                .collect()
        }))
    }

    /// Observes shards that are all different.
    fn observe_each(
        &self,
        cases: &[Case],
        pairs: &[(usize, u32)],
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        let stored: Vec<Option<Observation>> =
            parallel::map(pairs.to_vec(), |(a, r)| self.find(&cases[a], r))
                .into_iter()
                .collect::<Result<_, _>>()?;
        let missing_pairs = pairs.iter().zip(&stored).filter(|(_, f)| f.is_none());
        let total = missing_pairs
            .map(|((a, _), _)| simulated_us(&cases[*a].scenario.plan, 1))
            .sum::<u64>();
        self.expect(total);
        let work = pairs.iter().copied().zip(stored).enumerate().collect();
        let observed = parallel::map(work, |(index, ((a, r), stored))| match stored {
            Some(observation) => Ok(Some(observation)),
            None if self.is_mine(index, &cases[a]) => self.simulate(&cases[a], index, r),
            None => Ok(None),
        });
        let observed: Vec<Option<Observation>> = observed.into_iter().collect::<Result<_, _>>()?;
        if self.share.is_none() || self.handle.is_stopped() {
            return Ok(observed.into_iter().collect());
        }
        self.gather(cases, pairs, observed)
    }

    /// Whether a unit is simulated here; where its groups are units of their own, those are shared.
    fn is_mine(&self, index: usize, case: &Case) -> bool {
        let is_split = || has_large_groups(&case.scenario.plan);
        self.share
            .is_none_or(|share| share.has(index) || is_split())
    }

    /// What other shares made of the rest meanwhile; `None`: some of it is not there yet.
    fn gather(
        &self,
        cases: &[Case],
        pairs: &[(usize, u32)],
        observed: Vec<Option<Observation>>,
    ) -> Result<Option<Vec<Observation>>, ExperimentError> {
        let mut all = Vec::new();
        for ((a, r), observation) in pairs.iter().zip(observed) {
            let observation = match observation {
                None => self.find(&cases[*a], *r)?,
                own => own,
            };
            match observation {
                Some(observation) => all.push(observation),
                None => {
                    self.awaited.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ok((all.len() == pairs.len()).then_some(all))
    }

    /// So much simulated time is still to come.
    fn expect(&self, us: u64) {
        self.monitor
            .expect(us.saturating_add(self.handle.simulated_us()));
    }

    /// Simulates trials, whose shards are not kept: they are done again sooner than they are read. `None`: interrupted.
    pub fn trials(&self, trials: &[Trial]) -> Option<Vec<Samples>> {
        let us = trials
            .iter()
            .map(|t| simulated_us(&t.plan, t.replications))
            .sum::<u64>();
        self.expect(us);
        simulate_trials(trials, &self.handle)
    }

    fn find(&self, case: &Case, replication: u32) -> Result<Option<Observation>, ExperimentError> {
        let shard = shard(case, replication);
        let stored = self.store.read(&shard)?;
        Ok(self.usable(&shard, stored.and_then(|bytes| decode(&bytes))))
    }

    /// What is kept, where it is of use; either is counted.
    fn usable<T>(&self, shard: &ShardName, stored: StoredShard<T>) -> Option<T> {
        match stored {
            StoredShard::Valid(content) => {
                self.reused.fetch_add(1, Ordering::Relaxed);
                Some(content)
            }
            StoredShard::Missing => None,
            StoredShard::Unusable(why) => {
                self.unusable.fetch_add(1, Ordering::Relaxed);
                self.monitor.unusable(shard, why);
                None
            }
        }
    }

    fn simulate(
        &self,
        case: &Case,
        index: usize,
        replication: u32,
    ) -> Result<Option<Observation>, ExperimentError> {
        if self.handle.is_stopped() {
            return Ok(None);
        }
        let plan = &case.scenario.plan;
        let by_group = has_large_groups(plan);
        let observed = match by_group {
            true => self.by_group(case, index, replication)?,
            false => observe(plan, replication, &self.handle),
        };
        let Some(observation) = observed else {
            return Ok(None);
        };
        // What cannot be kept ends the experiment at once, not after hours.
        let whole = shard(case, replication);
        self.store
            .write(&whole, &encode(&observation))
            .inspect_err(|_| self.handle.stop())?;
        if by_group {
            let runs = plan.strata().len().max(1);
            let parts = (0..runs * plan.groups().len()).map(|group| ShardName {
                group: Some(group),
                ..whole.clone()
            });
            parts
                .into_iter()
                .try_for_each(|part| self.store.forget(&part))?;
        }
        self.simulated.fetch_add(1, Ordering::Relaxed);
        Ok(Some(observation))
    }

    /// A replication whose groups are shards of their own, in each of its runs; `None`: it was interrupted, or groups of
    /// other shares are not there yet.
    fn by_group(
        &self,
        case: &Case,
        index: usize,
        replication: u32,
    ) -> Result<Option<Observation>, ExperimentError> {
        let plan = &case.scenario.plan;
        let observation =
            |whole: Replication| Observation::from_tallies(&tallies(&whole), plan.horizon);
        let strata = plan.strata();
        if strata.is_empty() {
            let whole = self.run_by_group(case, plan, index, replication, 0)?;
            return Ok(whole.map(observation));
        }
        let mut observed = Vec::new();
        for (run, stratum) in strata.iter().enumerate() {
            let stratum_plan = plan.given_stratum(stratum, replication);
            let index = index * strata.len() + run;
            let whole = self.run_by_group(case, &stratum_plan, index, replication, run)?;
            // The other runs have groups of this share too.
            observed.extend(whole.map(|whole| (stratum.probability, observation(whole))));
        }
        let is_whole = observed.len() == strata.len();
        Ok(is_whole.then(|| Observation::weighted(&observed)))
    }

    /// A run of a replication, by its number among those, whose groups are shards of their own; `None`: it was interrupted.
    fn run_by_group(
        &self,
        case: &Case,
        plan: &Plan,
        index: usize,
        replication: u32,
        run: usize,
    ) -> Result<Option<Replication>, ExperimentError> {
        let mut whole = Replication::empty(plan);
        let mut is_whole = true;
        let groups = plan.groups().len();
        for start in (0..groups).step_by(GROUPS_AT_ONCE) {
            let some = start..(start + GROUPS_AT_ONCE).min(groups);
            let partials: Vec<Option<PartialResult>> =
                parallel::map(some.clone().collect(), |group| {
                    let shard = ShardName {
                        group: Some(run * groups + group),
                        ..shard(case, replication)
                    };
                    let is_mine = self.share.is_none_or(|s| s.has(index * groups + group));
                    self.partial(plan, &shard, group, is_mine)
                })
                .into_iter()
                .collect::<Result<_, _>>()?;
            for (group, partial) in some.zip(partials) {
                match partial {
                    Some(partial) => whole.add(plan, group, &partial),
                    None => is_whole = false,
                }
            }
            if self.handle.is_stopped() {
                return Ok(None);
            }
        }
        Ok(is_whole.then_some(whole))
    }

    /// What a group gives, found or, where it is of this share, simulated; `None`: it was interrupted, or is another share's.
    fn partial(
        &self,
        plan: &Plan,
        shard: &ShardName,
        group: usize,
        is_mine: bool,
    ) -> Result<Option<PartialResult>, ExperimentError> {
        let bytes_stored = self.store.read(shard)?;
        let stored_partial = bytes_stored.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(partial) = self.usable(shard, stored_partial) {
            self.handle.advance(plan.horizon.0);
            return Ok(Some(partial));
        }
        if self.handle.is_stopped() || !is_mine {
            return Ok(None);
        }
        let Some(partial) = PartialResult::simulate(plan, group, shard.replication, &self.handle)
        else {
            return Ok(None);
        };
        let bytes =
            serde_json::to_vec(&partial).unwrap_or_else(|e| unreachable!("counts are JSON: {e}"));
        self.store
            .write(shard, &bytes)
            .inspect_err(|_| self.handle.stop())?;
        Ok(Some(partial))
    }

    /// How many shards were found, and how many were made.
    pub fn shards(&self) -> ShardCounts {
        let counts = [&self.reused, &self.unusable, &self.simulated, &self.awaited];
        let [reused, unusable, simulated, awaited] = counts.map(|n| n.load(Ordering::Relaxed));
        ShardCounts {
            reused,
            unusable,
            simulated,
            awaited,
        }
    }

    /// Makes the finished shards outlive a loss of power.
    ///
    /// # Errors
    /// That of the store.
    pub fn sync(&self) -> Result<(), ExperimentError> {
        Ok(self.store.sync()?)
    }

    /// Removes the finished shards: the results are published.
    ///
    /// # Errors
    /// That of the store.
    pub fn publish(self) -> Result<(), ExperimentError> {
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

fn shard(case: &Case, replication: u32) -> ShardName {
    ShardName {
        scenario_hash: case.simulation_hash.clone(),
        seed: case.scenario.plan.seed,
        replication,
        group: None,
    }
}
