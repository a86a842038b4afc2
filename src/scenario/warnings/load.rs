//! Load that a scenario does not bring, or that a gateway does not follow.

use super::groups::{Groups, hit};
use crate::deployment::{ClientPlan, Plan};
use crate::faults::FaultKind;
use crate::scenario::setting::Settings;

/// More calls at once than a gateway follows.
pub(super) fn of_calls(plan: &Plan, groups: &Groups, warnings: &mut Vec<String>) {
    for (gateway, groups) in plan.gateways.iter().zip(groups) {
        let Some(most) = gateway.max_calls else {
            continue;
        };
        let clients = groups.iter().copied();
        let at_once = clients.map(calls_at_once).sum::<f64>() / f64::from(gateway.count);
        if at_once > f64::from(most) {
            warnings.push(format!(
                "gateway.{}: max_calls {most}, but its users have about {at_once:.0} calls at once: of the others no event comes",
                gateway.name
            ));
        }
    }
}

/// The calls of a client group at once, on average, once all are signed in.
fn calls_at_once(clients: &ClientPlan) -> f64 {
    let w = &clients.workload;
    let ring_s = w.ring_time.as_secs_f64();
    if ring_s == 0.0 {
        return 0.0; // replayed calls
    }
    let answered = -libm::expm1(-w.no_answer.as_secs_f64() / ring_s);
    let lasts_s = answered * (ring_s + w.talk_time.as_secs_f64());
    let users = f64::from(clients.count) * clients.attendance;
    users * (w.incoming_per_s + w.outgoing_per_s) * lasts_s
}

/// Surges of calls that are never drawn.
pub(super) fn of_surges(plan: &Plan, groups: &Groups, warnings: &mut Vec<String>) {
    for fault in &plan.faults {
        let draws_calls = |clients: &ClientPlan| {
            let w = &clients.workload;
            clients.recorded_calls.is_none() && w.incoming_per_s + w.outgoing_per_s > 0.0
        };
        let is_surge = fault.config.kind == FaultKind::Surge;
        if is_surge && !hit(plan, groups, fault.target).any(draws_calls) {
            warnings.push(format!(
                "fault {:?}: the users whom it hits have no calls, or replay them: it changes nothing",
                fault.name
            ));
        }
    }
}

/// Settings of overload control where there is none.
pub(super) fn of_throttles(settings: &[Settings], warnings: &mut Vec<String>) {
    for gateway in settings.iter().filter(|s| s.table == "gateway") {
        let is_given = |key: &str| gateway.find(key).is_some_and(|s| s.text != "never");
        let keys = ["throttle_period", "throttle_cut", "throttle_recovery"];
        for key in keys.iter().filter(|key| is_given(key)) {
            if !is_given("throttle_at") {
                warnings.push(format!(
                    "gateway.{}: {key} has no effect without throttle_at",
                    gateway.name
                ));
            }
        }
    }
}
