//! Replications of a run as units: what each says, with its minutes and its lost sessions.

use std::io;
use std::sync::atomic::Ordering;

use super::{Campaign, Purpose};
use crate::deployment::{FastPaths, Plan, ROW, RunOptions, parallel, row_bytes, row_of_bytes};
use crate::experiment::case::{Model, hash_of};
use crate::experiment::error::ExperimentError;
use crate::experiment::replicate::{RunPart, replicate, simulated_us};
use crate::experiment::store::{ShardContent, StoreError, StoredShard};
use crate::measure::{DropRow, Tally};
use crate::scenario::{Scenario, simulation_hash};
use crate::study::Observation;

/// A scenario of which a run shows minutes and lost sessions.
pub(in crate::experiment) struct RunModel<'a> {
    plan: &'a Plan,
    hash: String,
}

impl<'a> RunModel<'a> {
    pub(in crate::experiment) fn new(scenario: &'a Scenario) -> Self {
        let plan = &scenario.plan;
        // How many rows are kept changes nothing that is simulated.
        let part = format!("with minutes and {} lost sessions", plan.drops_limit);
        Self {
            plan,
            hash: hash_of([&simulation_hash(scenario)[..], &part]),
        }
    }

    fn model(&self) -> Model<'_> {
        Model {
            plan: self.plan,
            hash: &self.hash,
        }
    }
}

/// What a replication of a run says.
pub(in crate::experiment) struct RunUnit {
    /// Its figures.
    pub observation: Observation,
    /// What counted its minutes, durations and stations, by scope.
    pub tallies: Vec<Tally>,
    /// Its lost sessions, as many as a run shows of all.
    pub drops: Vec<DropRow>,
}

/// Each part after its length.
impl ShardContent for RunUnit {
    fn to_bytes(&self) -> Vec<u8> {
        let rows: Vec<[u8; ROW]> = self.drops.iter().map(row_bytes).collect();
        let parts = [self.observation.to_bytes(), self.tallies.to_bytes()];
        let mut bytes = Vec::new();
        for part in parts.iter().map(Vec::as_slice).chain([rows.as_flattened()]) {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let mut part = || {
            let (length, rest) = bytes.split_first_chunk::<8>()?;
            let (part, rest) = rest.split_at_checked(u64::from_le_bytes(*length) as usize)?;
            bytes = rest;
            Some(part)
        };
        let (observation, tallies) = (Observation::from_bytes(part()?)?, Vec::from_bytes(part()?)?);
        let (rows, rest) = part()?.as_chunks::<ROW>();
        let drops = rows.iter().map(row_of_bytes).collect::<Option<_>>()?;
        (rest.is_empty() && bytes.is_empty()).then_some(Self {
            observation,
            tallies,
            drops,
        })
    }
}

impl Campaign {
    /// Sees that those of these replications that are this share's are kept.
    ///
    /// # Errors
    /// That of the store.
    pub(in crate::experiment) fn simulate_share(
        &self,
        model: &RunModel,
        numbers: &[u32],
    ) -> Result<(), ExperimentError> {
        let is_mine = |number: &u32| self.share.is_some_and(|s| s.has(*number as usize));
        let my_numbers: Vec<u32> = numbers.iter().copied().filter(is_mine).collect();
        self.expect(simulated_us(model.plan, my_numbers.len() as u32));
        let units = parallel::map(my_numbers, |number| {
            let unit = model.model().unit(number);
            match self.stored::<RunUnit>(&unit, Purpose::Study)? {
                Some(_) => Ok(()),
                None => self.simulate_unit(model, number).map(drop),
            }
        });
        units.into_iter().collect()
    }

    /// A replication, found or, where there are no shares, simulated; `None`: it was interrupted, or is not there yet.
    ///
    /// # Errors
    /// That of the store.
    pub(in crate::experiment) fn replication(
        &self,
        model: &RunModel,
        number: u32,
    ) -> Result<Option<RunUnit>, ExperimentError> {
        let unit = model.model().unit(number);
        let Some(share) = self.share else {
            let stored = self.stored(&unit, Purpose::Study)?;
            return stored.map_or_else(|| self.simulate_unit(model, number), |u| Ok(Some(u)));
        };
        let stored = match share.has(number as usize) {
            // It was counted before.
            true => match self.read(&unit)? {
                StoredShard::Valid(unit) => Some(unit),
                StoredShard::Missing | StoredShard::Unusable(_) => None,
            },
            false => self.stored(&unit, Purpose::Study)?,
        };
        if stored.is_none() {
            self.awaits(model.model(), Purpose::Study);
        }
        Ok(stored)
    }

    fn simulate_unit(
        &self,
        model: &RunModel,
        number: u32,
    ) -> Result<Option<RunUnit>, ExperimentError> {
        if self.is_stopped() {
            return Ok(None);
        }
        let options = RunOptions {
            fast_paths: FastPaths::On,
            drop_rows: model.plan.drops_limit,
            handle: &self.handle,
        };
        let (mut drops, mut complete) = (Vec::new(), None);
        let rows_taken: io::Result<()> = replicate(
            model.plan,
            number..number + 1,
            options,
            |_, part| match part {
                RunPart::Drops(rows) => rows.drain(|row| {
                    drops.push(row.clone());
                    Ok(())
                }),
                RunPart::Complete(observation, tallies) => {
                    let tallies = tallies.into_iter().cloned().map(of_minutes).collect();
                    complete = Some((observation, tallies));
                    Ok(())
                }
            },
        );
        rows_taken.map_err(|cause| StoreError {
            place: "scratch space".into(),
            cause,
        })?;
        let Some((observation, tallies)) = complete else {
            return Ok(None);
        };
        let unit = RunUnit {
            observation,
            tallies,
            drops,
        };
        let unit = self.keep(&model.model().unit(number), unit)?;
        self.simulated.fetch_add(1, Ordering::Relaxed);
        Ok(Some(unit))
    }
}

/// Without its seconds, which the observation has seen.
fn of_minutes(mut tally: Tally) -> Tally {
    tally.messages_per_second = Vec::new();
    tally.down_per_second = Vec::new();
    tally
}
