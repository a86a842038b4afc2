//! When the calls of a client group surge.

use super::super::plan::{FaultPlan, FaultTarget, Plan};
use super::event::fault_stream;
use crate::engine::{Stream, name_key};
use crate::faults::{FaultKind, Schedule};
use crate::quantity::Time;
use crate::workload::Surge;

/// The surges of a client group in a replication. All users whom a fault names share its surges: drawn ones come from a
/// stream of the fault, the same in every group.
pub(super) fn of_clients(plan: &Plan, index: usize, replication: u32) -> Vec<Surge> {
    let is_surge = |fault: &&FaultPlan| fault.config.kind == FaultKind::Surge;
    let key = |fault: &FaultPlan| match fault.target {
        FaultTarget::All => Some(name_key("everybody")),
        FaultTarget::Clients(hit) if hit == index => Some(name_key(&plan.clients[hit].name)),
        FaultTarget::Gateway(hit, _) if hit == plan.clients[index].gateway => {
            Some(name_key(&plan.gateways[hit].name))
        }
        FaultTarget::Clients(_) | FaultTarget::Gateway(..) => None,
    };
    let mut surges = Vec::new();
    for fault in plan.faults.iter().filter(is_surge) {
        let Some(key) = key(fault) else { continue };
        let stream = fault_stream(plan, replication, fault, key);
        surges.extend(occurrences(fault, plan.horizon, stream));
    }
    Surge::disjoint(&surges)
}

fn occurrences(fault: &FaultPlan, horizon: Time, mut stream: Stream) -> Vec<Surge> {
    let schedule = &fault.config.schedule;
    let mut surges = Vec::new();
    let mut now = Time::ZERO;
    while let Some(o) = schedule
        .next(now, &mut stream)
        .filter(|o| o.begins < horizon)
    {
        surges.push(Surge {
            begins: o.begins,
            ends: o.ends,
            factor: fault.config.call_rate,
        });
        if matches!(schedule, Schedule::Once { .. }) {
            break;
        }
        now = o.ends;
    }
    surges
}
