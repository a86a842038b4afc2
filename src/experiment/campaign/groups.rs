//! Replications whose groups take long: each group is a unit too, until its replication is complete.

use super::{Campaign, Purpose};
use crate::deployment::{PartialResult, Plan, Replication, parallel};
use crate::experiment::case::Model;
use crate::experiment::error::ExperimentError;
use crate::experiment::replicate::tallies;
use crate::experiment::store::ShardName;
use crate::study::Observation;

impl Campaign {
    /// A replication whose groups are shards of their own, in each of its runs; `None`: it was interrupted, or groups of
    /// other shares are not there yet.
    pub(super) fn by_group(
        &self,
        model: Model,
        index: usize,
        replication: u32,
        purpose: Purpose,
    ) -> Result<Option<Observation>, ExperimentError> {
        let plan = model.plan;
        let observation =
            |total: Replication| Observation::from_tallies(&tallies(&total), plan.horizon);
        let strata = plan.strata();
        if strata.is_empty() {
            let name = model.unit(replication);
            let total = self.run_by_group(plan, &name, index, 0, purpose)?;
            return Ok(total.map(observation));
        }
        let mut observations = Vec::new();
        for (run, stratum) in strata.iter().enumerate() {
            let stratum_plan = plan.given_stratum(stratum, replication);
            let index = index * strata.len() + run;
            let name = model.unit(replication);
            let total = self.run_by_group(&stratum_plan, &name, index, run, purpose)?;
            // The other runs have groups of this share too.
            observations.extend(total.map(|total| (stratum.probability, observation(total))));
        }
        let is_whole = observations.len() == strata.len();
        Ok(is_whole.then(|| Observation::weighted(&observations)))
    }

    /// A run of a replication, by its number among those, whose groups are shards of their own; `None`: it was interrupted.
    fn run_by_group(
        &self,
        plan: &Plan,
        name: &ShardName,
        index: usize,
        run: usize,
        purpose: Purpose,
    ) -> Result<Option<Replication>, ExperimentError> {
        let mut replication = Replication::empty(plan);
        let mut is_whole = true;
        let groups = plan.groups().len();
        for start in (0..groups).step_by(GROUPS_AT_ONCE) {
            let chunk = start..(start + GROUPS_AT_ONCE).min(groups);
            let partials: Vec<Option<PartialResult>> =
                parallel::map(chunk.clone().collect(), |group| {
                    let shard = ShardName {
                        group: Some(run * groups + group),
                        ..name.clone()
                    };
                    let is_mine = self.share.is_none_or(|s| s.has(index * groups + group));
                    self.partial(plan, &shard, group, is_mine, purpose)
                })
                .into_iter()
                .collect::<Result<_, _>>()?;
            for (group, partial) in chunk.zip(partials) {
                match partial {
                    Some(partial) => replication.add(plan, group, &partial),
                    None => is_whole = false,
                }
            }
            if self.handle.is_stopped() {
                return Ok(None);
            }
        }
        Ok(is_whole.then_some(replication))
    }

    /// What a group gives, found or, where it is of this share, simulated; `None`: it was interrupted, or is another share's.
    fn partial(
        &self,
        plan: &Plan,
        shard: &ShardName,
        group: usize,
        is_mine: bool,
        purpose: Purpose,
    ) -> Result<Option<PartialResult>, ExperimentError> {
        if let Some(partial) = self.stored(shard, purpose)? {
            self.handle.advance(plan.horizon.0);
            return Ok(Some(partial));
        }
        if self.handle.is_stopped() || !is_mine {
            return Ok(None);
        }
        let partial = PartialResult::simulate(plan, group, shard.replication, &self.handle);
        partial.map(|partial| self.keep(shard, partial)).transpose()
    }
}

/// Groups whose counts are held until they are merged.
const GROUPS_AT_ONCE: usize = 256;
