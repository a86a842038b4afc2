//! Replications of a plan, as samples.

use std::ops::Range;

use crate::deployment::{
    DropLog, FastPaths, Plan, Replication, ReplicationPart, RunHandle, RunOptions, Stratum,
    parallel, simulate_each, simulate_with_options,
};
use crate::measure::{Scope, Tally};
use crate::quantity::Time;
use crate::study::Observation;

/// Everything, then each client group, then each gateway: the scopes of every figure.
pub fn scopes(plan: &Plan) -> Vec<Scope> {
    let clients = plan.clients.iter().map(|c| Scope::Clients(c.name.clone()));
    let gateways = plan.gateways.iter().map(|g| Scope::Gateway(g.name.clone()));
    std::iter::once(Scope::All)
        .chain(clients)
        .chain(gateways)
        .collect()
}

/// What a replication counted in each of the [`scopes`].
pub(super) fn tallies(replication: &Replication) -> Vec<&Tally> {
    std::iter::once(&replication.total)
        .chain(&replication.clients)
        .chain(&replication.gateways)
        .collect()
}

/// What a replication says, without its minutes; of one with rare faults, the weighted mean of its runs. `None`: stopped.
pub(super) fn observe(plan: &Plan, replication: u32, handle: &RunHandle) -> Option<Observation> {
    let options = RunOptions {
        fast_paths: FastPaths::On,
        drop_rows: 0,
        handle,
    };
    let run = |plan: &Plan| {
        let result = simulate_with_options(plan, replication, options)?;
        Some(Observation::from_tallies(&tallies(&result), plan.horizon))
    };
    let strata = plan.strata();
    if strata.is_empty() {
        return run(plan);
    }
    let runs = strata.iter().map(|stratum| {
        Some((
            stratum.probability,
            run(&plan.given_stratum(stratum, replication))?,
        ))
    });
    Some(Observation::weighted(&runs.collect::<Option<Vec<_>>>()?))
}

/// A part of what the replications of a run say.
pub(super) enum RunPart<'a> {
    /// The next lost sessions.
    Drops(DropLog),
    /// The replication is complete: what it says, and what counted its minutes in each of the [`scopes`].
    Complete(Observation, Vec<&'a Tally>),
}

/// Simulates replications, on the current thread pool, and hands over their parts in order.
///
/// # Errors
/// Those of `take`.
pub(super) fn replicate<E>(
    plan: &Plan,
    numbers: Range<u32>,
    options: RunOptions,
    mut take: impl FnMut(u32, RunPart) -> Result<(), E>,
) -> Result<(), E> {
    let numbers: Vec<u32> = numbers.collect();
    let strata = plan.strata();
    if !strata.is_empty() {
        return replicate_strata(plan, &strata, &numbers, options, take);
    }
    simulate_each(plan, &numbers, options, |number, part| match part {
        ReplicationPart::Drops(log) => take(number, RunPart::Drops(log)),
        ReplicationPart::Complete(replication) => {
            let tallies = tallies(&replication);
            let observation = Observation::from_tallies(&tallies, plan.horizon);
            take(number, RunPart::Complete(observation, tallies))
        }
    })
}

/// The same of a plan with rare faults. Lost sessions and minutes are those of runs with a fault: of the first rare fault in
/// the first replication, of the next one in the next, and round again.
fn replicate_strata<E>(
    plan: &Plan,
    strata: &[Stratum],
    numbers: &[u32],
    options: RunOptions,
    mut take: impl FnMut(u32, RunPart) -> Result<(), E>,
) -> Result<(), E> {
    let mut rows_left = options.drop_rows;
    let faulty = strata.len() - 1;
    for chunk in numbers.chunks(REPLICATIONS_AT_ONCE) {
        let work: Vec<(u32, &Stratum)> = chunk
            .iter()
            .flat_map(|n| strata.iter().map(move |stratum| (*n, stratum)))
            .collect();
        let options = RunOptions {
            drop_rows: rows_left,
            ..options
        };
        let runs = parallel::map(work, |(number, stratum)| {
            if options.handle.is_stopped() {
                return None;
            }
            let plan = plan.given_stratum(stratum, number);
            simulate_with_options(&plan, number, options)
        });
        let mut runs = runs.into_iter();
        for number in chunk {
            let Some(mut runs) = runs.by_ref().take(strata.len()).collect::<Option<Vec<_>>>()
            else {
                return Ok(());
            };
            let observations = strata.iter().zip(&runs).map(|(stratum, run)| {
                let observation = Observation::from_tallies(&tallies(run), plan.horizon);
                (stratum.probability, observation)
            });
            let observations: Vec<_> = observations.collect();
            let faulty_run = &mut runs[1 + *number as usize % faulty];
            for log in std::mem::take(&mut faulty_run.drops) {
                rows_left = rows_left.saturating_sub(log.len());
                take(*number, RunPart::Drops(log))?;
            }
            let observation = Observation::weighted(&observations);
            take(*number, RunPart::Complete(observation, tallies(faulty_run)))?;
        }
    }
    Ok(())
}

/// Replications of a plan with rare faults that are simulated before their runs are merged.
const REPLICATIONS_AT_ONCE: usize = 16;

/// Simulated time of all units of a run, microseconds: what a progress bar counts to.
pub(super) fn simulated_us(plan: &Plan, replications: u32) -> u64 {
    let Time(horizon) = plan.horizon;
    let units: u64 = plan.gateways.iter().map(|g| u64::from(g.count)).sum();
    let runs = plan.strata().len().max(1) as u64;
    horizon
        .saturating_mul(units)
        .saturating_mul(runs)
        .saturating_mul(u64::from(replications))
}

/// The same deployment with so many users in its largest group, the others in proportion, on one gateway each: for
/// questions about rates of single users.
pub(super) fn shrunk(plan: &Plan, users: u32) -> Plan {
    let mut plan = plan.clone();
    plan.gateways.iter_mut().for_each(|g| g.count = 1);
    let largest = plan
        .clients
        .iter()
        .map(|c| c.count)
        .max()
        .unwrap_or(0)
        .max(users);
    let few =
        |count: u32| (u64::from(count) * u64::from(users)).div_ceil(u64::from(largest.max(1)));
    plan.clients
        .iter_mut()
        .for_each(|c| c.count = few(c.count).min(c.count.into()) as u32);
    plan
}
