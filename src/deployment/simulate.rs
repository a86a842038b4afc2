//! Running a plan: every group in every replication is a unit of its own, on any thread, in any order.

use rayon::prelude::*;

use super::group::{Group, Hops};
use super::plan::Plan;
use super::witness::Witness;
use crate::measure::{DropRow, Tally};

/// What one replication gave.
#[derive(Clone, Debug, Default)]
pub struct Replication {
    /// One tally per client group of the plan, over all its gateways.
    pub clients: Vec<Tally>,
    /// One tally per `[[gateway]]` of the plan, over all its instances.
    pub gateways: Vec<Tally>,
    /// Everything.
    pub all: Tally,
    /// Drop rows, by gateway, client group and time of detection, at most the plan's limit.
    pub drops: Vec<DropRow>,
}

/// Simulates one group: gateway number `instance` of `plan.gateways[gateway]`. One tally and drop rows per client group, in plan order.
fn unit(plan: &Plan, gateway: usize, instance: u32, replication: u32, hops: Hops) -> Vec<(Tally, Vec<DropRow>)> {
    let (probes, ()) = Group::new(plan, gateway, instance, replication, hops, ()).run();
    probes.into_iter().map(|p| (p.tally, p.drops)).collect()
}

/// Simulates one replication of the whole plan, its groups in parallel on the current thread pool.
pub fn simulate(plan: &Plan, replication: u32) -> Replication {
    simulate_with(plan, replication, Hops::Joined)
}

/// As [`simulate`], choosing whether plain paths are crossed in one event: the result must not depend on it.
pub fn simulate_with(plan: &Plan, replication: u32, hops: Hops) -> Replication {
    let units: Vec<(usize, u32)> = plan
        .gateways
        .iter()
        .enumerate()
        .flat_map(|(index, gateway)| (0..gateway.count).map(move |instance| (index, instance)))
        .collect();
    let merged = Replication {
        clients: vec![Tally::default(); plan.clients.len()],
        gateways: vec![Tally::default(); plan.gateways.len()],
        ..Replication::default()
    };
    let results: Vec<_> = units
        .par_iter()
        .map(|(gateway, instance)| (*gateway, unit(plan, *gateway, *instance, replication, hops)))
        .collect();
    let limit = plan.drops_limit as usize;
    let mut merged = merged;
    for (gateway, probes) in results {
        let members = (0..plan.clients.len()).filter(|c| plan.clients[*c].gateway == gateway);
        for (clients, (tally, drops)) in members.zip(probes) {
            merged.clients[clients].merge(&tally);
            merged.gateways[gateway].merge(&tally);
            merged.all.merge(&tally);
            let room = limit.saturating_sub(merged.drops.len());
            merged.drops.extend(drops.into_iter().take(room));
        }
    }
    merged
}

/// Simulates one group under the eyes of a witness, and returns it.
pub fn watch<W: Witness>(plan: &Plan, gateway: usize, instance: u32, replication: u32, witness: W) -> W {
    Group::new(plan, gateway, instance, replication, Hops::Joined, witness).run().1
}
