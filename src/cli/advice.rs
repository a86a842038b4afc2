//! What a run tries besides its scenario: other values of what is assumed, and what might help.

use super::answer::sizing;
use super::fault::Fault;
use super::flags::written;
use super::robustness::assumption;
use crate::experiment::{assumptions, can_be_tried, remedies};
use crate::quantity::number::percent;
use crate::record::Assumption;
use crate::scenario::Scenario;
use crate::study::Verdict;

/// What hangs on assumptions, and what to try next; `loses` says whether a gateway loses sessions.
///
/// # Errors
/// Another value of an assumed key makes no valid scenario.
pub(super) fn trials(
    scenario: &Scenario,
    verdict: Verdict,
    loses: impl Fn(&str) -> bool,
) -> Result<(Vec<Assumption>, Vec<String>), Fault> {
    let assumptions = assumptions(scenario, verdict)?;
    let assumptions = assumptions.into_iter().map(assumption).collect();
    Ok((assumptions, advice(scenario, loses)))
}

/// What to try next, for every gateway that loses sessions.
fn advice(scenario: &Scenario, loses: impl Fn(&str) -> bool) -> Vec<String> {
    let plan = &scenario.plan;
    let mut lines = Vec::new();
    if let Some((_, key)) = sizing(scenario) {
        let largest = if key.starts_with("clients") {
            " --largest"
        } else {
            ""
        };
        lines.push(format!(
            "How many it takes: rccsim size FILE --key {key}{largest}"
        ));
    }
    if !can_be_tried(plan) {
        lines.push(
            "What hangs on assumptions was not tried, since so many users share queues: try other values by --set"
                .into(),
        );
    }
    for (index, gateway) in plan.gateways.iter().enumerate() {
        if !loses(&gateway.name) {
            continue;
        }
        for tried in remedies(plan, index) {
            let (key, value) = tried.remedy.set;
            let outcome = if tried.cures {
                "no session is lost"
            } else {
                "fewer sessions are lost"
            };
            lines.push(format!(
                "{}: {}: down {} → {}, {outcome} in a trial ({})",
                tried.remedy.place,
                tried.remedy.what,
                percent(tried.before),
                percent(tried.after),
                written("--set", &format!("gateway.{}.{key}={value}", gateway.name)).trim(),
            ));
        }
    }
    lines
}
