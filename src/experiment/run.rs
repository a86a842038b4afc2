//! One scenario, replicated until there are enough replications; the rows of lost sessions are handed over as they come.

use std::ops::Range;

use super::campaign::{Campaign, Replications, RunModel};
use super::error::ExperimentError;
use super::replicate::{RunPart, replicate, scopes, simulated_us};
use crate::deployment::{DropLog, FastPaths, RunOptions, parallel};
use crate::scenario::Scenario;
use crate::study::{Samples, is_precise};

/// Takes the rows of lost sessions.
pub trait DropSink {
    /// Why it cannot.
    type Error;

    /// How many more rows it takes.
    fn rows_left(&self) -> u64;

    /// The next rows of a replication, in their order: those of one gateway and client group after the other.
    ///
    /// # Errors
    /// Its own; the run ends.
    fn take(&mut self, replication: u32, rows: DropLog) -> Result<(), Self::Error>;
}

/// Why a run could not be done.
#[derive(thiserror::Error, Debug)]
pub enum RunError<E> {
    /// The rows of lost sessions cannot be taken.
    #[error("{0}")]
    Drops(E),
    /// Finished replications cannot be kept, or read.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
}

/// The samples of a run.
#[derive(Debug)]
pub struct RunSamples {
    /// Of the replications that were finished.
    pub samples: Samples,
    /// Whether there are fewer than were asked for.
    pub is_interrupted: bool,
}

/// Replicates a scenario, where the campaign has a share of it that share; `None`: replications of other shares are not there
/// yet. Where the campaign keeps units, each replication is one.
///
/// # Errors
/// Those of the sink and of the store.
pub fn run<S: DropSink>(
    scenario: &Scenario,
    replications: Replications,
    campaign: &Campaign,
    sink: &mut S,
) -> Result<Option<RunSamples>, RunError<S::Error>> {
    let plan = &scenario.plan;
    let mut samples = Samples::new(scopes(plan), plan.horizon).starting_at(plan.start);
    for n in replications.schedule() {
        let numbers = samples.replications()..n;
        let is_whole = match campaign.keeps_units() {
            true => from_units(scenario, numbers, campaign, &mut samples, sink)?,
            false => {
                simulate_without_store(scenario, numbers, campaign, &mut samples, sink)
                    .map_err(RunError::Drops)?;
                true
            }
        };
        if samples.replications() < n && (is_whole || campaign.is_stopped()) {
            return Ok(Some(RunSamples {
                samples,
                is_interrupted: true,
            }));
        }
        if !is_whole {
            return Ok(None);
        }
        if is_precise(&samples, &scenario.objectives, replications.targets) {
            break;
        }
    }
    Ok(Some(RunSamples {
        samples,
        is_interrupted: false,
    }))
}

/// Simulates replications and keeps nothing of them.
fn simulate_without_store<S: DropSink>(
    scenario: &Scenario,
    numbers: Range<u32>,
    campaign: &Campaign,
    samples: &mut Samples,
    sink: &mut S,
) -> Result<(), S::Error> {
    let plan = &scenario.plan;
    campaign.expect(simulated_us(plan, numbers.end - numbers.start));
    let options = RunOptions {
        fast_paths: FastPaths::On,
        drop_rows: sink.rows_left(),
        handle: campaign.handle(),
    };
    replicate(plan, numbers, options, |number, part| match part {
        RunPart::Drops(rows) => sink.take(number, rows),
        RunPart::Complete(observation, tallies) => {
            samples.add(number, observation);
            samples.add_minutes(&tallies);
            Ok(())
        }
    })
}

/// Replications by their units: those of this share are simulated first, then all are read in their order. Whether all are
/// there; where it was interrupted, not all were added.
fn from_units<S: DropSink>(
    scenario: &Scenario,
    numbers: Range<u32>,
    campaign: &Campaign,
    samples: &mut Samples,
    sink: &mut S,
) -> Result<bool, RunError<S::Error>> {
    let model = RunModel::new(scenario);
    let numbers: Vec<u32> = numbers.collect();
    campaign.simulate_share(&model, &numbers)?;
    let mut is_whole = true;
    for chunk in numbers.chunks(UNITS_AT_ONCE.max(2 * parallel::threads())) {
        let units = parallel::map(chunk.to_vec(), |number| {
            campaign.replication(&model, number)
        });
        for (number, unit) in chunk.iter().zip(units) {
            let Some(unit) = unit? else {
                if campaign.is_stopped() {
                    return Ok(false);
                }
                is_whole = false;
                continue;
            };
            if !is_whole {
                continue;
            }
            samples.add(*number, unit.observation);
            samples.add_minutes(&unit.tallies.iter().collect::<Vec<_>>());
            let rows = DropLog::from(unit.drops);
            sink.take(*number, rows).map_err(RunError::Drops)?;
        }
    }
    Ok(is_whole)
}

/// Replications that are read before they are added.
const UNITS_AT_ONCE: usize = 16;
