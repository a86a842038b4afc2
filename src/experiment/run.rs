//! One scenario, replicated until there are enough replications; the rows of lost sessions are handed over as they come.

use super::campaign::{Monitor, Replications};
use super::replicate::{replicate, scopes, simulated_us};
use crate::deployment::{DropLog, FastPaths, RunHandle, RunOptions};
use crate::scenario::Scenario;
use crate::study::{Samples, is_precise};

/// Takes the rows of lost sessions.
pub trait DropSink {
    /// Why it cannot.
    type Error;

    /// How many more rows it takes.
    fn rows_left(&self) -> u64;

    /// The rows of a gateway and client group in a replication, in their order.
    ///
    /// # Errors
    /// Its own; the run ends.
    fn take(&mut self, replication: u32, rows: DropLog) -> Result<(), Self::Error>;
}

/// The samples of a run.
#[derive(Debug)]
pub struct RunSamples {
    /// Of the replications that were finished.
    pub samples: Samples,
    /// Whether there are fewer than were asked for.
    pub is_interrupted: bool,
}

/// Replicates a scenario.
///
/// # Errors
/// Those of the sink.
pub fn run<S: DropSink>(
    scenario: &Scenario,
    replications: Replications,
    handle: &RunHandle,
    monitor: &dyn Monitor,
    sink: &mut S,
) -> Result<RunSamples, S::Error> {
    let plan = &scenario.plan;
    let mut samples = Samples::new(scopes(plan), plan.horizon).starting_at(plan.start);
    for n in replications.schedule() {
        let from = samples.replications();
        let remaining_us = simulated_us(plan, n - from);
        monitor.expect(remaining_us.saturating_add(handle.simulated_us()));
        let options = RunOptions {
            fast_paths: FastPaths::On,
            drop_rows: sink.rows_left(),
            handle,
        };
        replicate(plan, from..n, &mut samples, options, |number, rows| {
            sink.take(number, rows)
        })?;
        if samples.replications() < n {
            return Ok(RunSamples {
                samples,
                is_interrupted: true,
            });
        }
        if is_precise(&samples, &scenario.objectives, replications.targets) {
            break;
        }
    }
    Ok(RunSamples {
        samples,
        is_interrupted: false,
    })
}
