//! Replications of a plan, as samples.

use std::ops::Range;

use crate::deployment::{DropLog, Plan, Replication, ReplicationPart, RunOptions, simulate_each};
use crate::measure::{Scope, Tally};
use crate::quantity::Time;
use crate::study::Samples;

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
    std::iter::once(&replication.all)
        .chain(&replication.clients)
        .chain(&replication.gateways)
        .collect()
}

/// Simulates replications, on the current thread pool, adds them to the samples and hands over the drop rows in their order.
///
/// # Errors
/// Those of `drops`.
pub(super) fn replicate<E>(
    plan: &Plan,
    numbers: Range<u32>,
    samples: &mut Samples,
    options: RunOptions,
    mut drops: impl FnMut(u32, DropLog) -> Result<(), E>,
) -> Result<(), E> {
    let numbers: Vec<u32> = numbers.collect();
    simulate_each(plan, &numbers, options, |number, part| match part {
        ReplicationPart::Drops(log) => drops(number, log),
        ReplicationPart::Complete(r) => {
            samples.push(number, &tallies(&r));
            Ok(())
        }
    })
}

/// Simulated time of all units of a run, microseconds: what a progress bar counts to.
pub fn simulated_us(plan: &Plan, replications: u32) -> u64 {
    let Time(horizon) = plan.horizon;
    let units: u64 = plan.gateways.iter().map(|g| u64::from(g.count)).sum();
    horizon
        .saturating_mul(units)
        .saturating_mul(u64::from(replications))
}

/// The same deployment with so many users in its largest group, the others in proportion, on one gateway each: for
/// questions about rates of single users.
pub(super) fn shrunk(plan: &Plan, users: u32) -> Plan {
    let mut plan = plan.clone();
    plan.gateways.iter_mut().for_each(|g| g.count = 1);
    let most = plan
        .clients
        .iter()
        .map(|c| c.count)
        .max()
        .unwrap_or(0)
        .max(users);
    let few = |count: u32| (u64::from(count) * u64::from(users)).div_ceil(u64::from(most.max(1)));
    plan.clients
        .iter_mut()
        .for_each(|c| c.count = few(c.count).min(c.count.into()) as u32);
    plan
}
