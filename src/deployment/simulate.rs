//! Running a plan: every group in every replication is a unit of its own, on any thread, in any order.

use rayon::prelude::*;

use super::control::Control;
use super::drop_log::DropLog;
use super::group::{Group, Hops};
use super::plan::Plan;
use super::witness::Witness;
use crate::measure::Tally;

/// What one replication gave.
#[derive(Debug, Default)]
pub struct Replication {
    /// One tally per client group of the plan, over all its gateways.
    pub clients: Vec<Tally>,
    /// One tally per `[[gateway]]` of the plan, over all its instances.
    pub gateways: Vec<Tally>,
    /// Everything.
    pub all: Tally,
    /// Drop rows, one log per gateway and client group, each by time of detection.
    pub drops: Vec<DropLog>,
}

/// How a replication is run. Results do not depend on it, but for the drop rows that are kept.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// Whether plain paths are crossed in one event.
    pub hops: Hops,
    /// Drop rows kept per gateway and client group.
    pub drop_rows: u64,
    /// Progress and interruption.
    pub control: &'a Control,
}

/// Simulates one replication of the whole plan, its groups in parallel on the current thread pool.
pub fn simulate(plan: &Plan, replication: u32) -> Replication {
    simulate_with(plan, replication, Hops::Joined)
}

/// As [`simulate`], choosing whether plain paths are crossed in one event: the result must not depend on it.
pub fn simulate_with(plan: &Plan, replication: u32, hops: Hops) -> Replication {
    let manner = Manner { hops, drop_rows: plan.drops_limit, control: &Control::default() };
    simulate_under(plan, replication, manner).unwrap_or_default()
}

/// As [`simulate`], in the given manner; `None` where it was stopped.
pub fn simulate_under(plan: &Plan, replication: u32, manner: Manner) -> Option<Replication> {
    let units: Vec<(usize, u32)> = plan
        .gateways
        .iter()
        .enumerate()
        .flat_map(|(index, gateway)| (0..gateway.count).map(move |instance| (index, instance)))
        .collect();
    let results: Option<Vec<_>> = units
        .par_iter()
        .map(|&(gateway, instance)| {
            let group = Group::new(plan, gateway, instance, replication, manner, ());
            group.run().map(|(probes, ())| (gateway, probes))
        })
        .collect();
    let mut merged = Replication {
        clients: vec![Tally::default(); plan.clients.len()],
        gateways: vec![Tally::default(); plan.gateways.len()],
        ..Replication::default()
    };
    for (gateway, probes) in results? {
        let members = (0..plan.clients.len()).filter(|c| plan.clients[*c].gateway == gateway);
        for (clients, probe) in members.zip(probes) {
            merged.clients[clients].merge(&probe.tally);
            merged.gateways[gateway].merge(&probe.tally);
            merged.all.merge(&probe.tally);
            merged.drops.push(probe.drops);
        }
    }
    Some(merged)
}

/// Simulates one group under the eyes of a witness, and returns it.
pub fn watch<W: Witness>(plan: &Plan, gateway: usize, instance: u32, replication: u32, witness: W) -> Option<W> {
    let manner = Manner { hops: Hops::Joined, drop_rows: 0, control: &Control::default() };
    Group::new(plan, gateway, instance, replication, manner, witness).run().map(|(_, witness)| witness)
}
