//! What a run tries besides its scenario: other values of what is assumed, and what might help.

use super::answer::sizing;
use super::fault::Fault;
use super::flags::written;
use super::robustness::assumption;
use crate::experiment::{Advice, Help, Outcome, Turn, advise, assumptions, can_be_tried};
use crate::quantity::number::{human, percent};
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
    Ok((assumptions, advice(scenario, verdict, loses)))
}

/// Levers shown for a gateway: those that help most.
const SHOWN: usize = 6;
/// So many more messages are a cost that is told.
const MORE_MESSAGES: f64 = 1.1;

/// What to try next, for every gateway that loses sessions or misses an objective.
fn advice(scenario: &Scenario, verdict: Verdict, loses: impl Fn(&str) -> bool) -> Vec<String> {
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
        if loses(&gateway.name) || verdict == Verdict::Fail {
            lines.extend(advise(scenario, index).iter().flat_map(of_gateway));
        }
    }
    lines
}

/// What was tried for one gateway.
fn of_gateway(advice: &Advice) -> Vec<String> {
    let helps = advice.helps.iter().take(SHOWN);
    let mut lines: Vec<String> = helps.map(|help| line(&advice.before, help)).collect();
    let more = advice.helps.len().saturating_sub(SHOWN);
    if more > 0 {
        let rest = advice.helps[SHOWN..].iter();
        let rest: Vec<String> = rest.map(|help| set(&help.turns)).collect();
        lines.push(format!("{more} more help less: {}", rest.join(", ")));
    }
    if lines.is_empty() && !advice.in_vain.is_empty() {
        let tried: Vec<String> = advice
            .in_vain
            .iter()
            .map(|lever| format!("{}: {}", lever.place, lever.what))
            .collect();
        lines.push(format!(
            "Nothing helps of what was tried: {}",
            tried.join("; ")
        ));
    }
    if advice.scaled && !lines.is_empty() {
        lines.push(format!(
            "Tried with {} users of one gateway, whose capacity and limits were made smaller in proportion",
            advice.users
        ));
    }
    lines
}

fn line(before: &Outcome, help: &Help) -> String {
    let after = &help.after;
    let outcome = match (before.drops, after.drops) {
        (_, 0) => "no session is lost",
        (before, after) if after < before => "fewer sessions are lost",
        _ => "as many sessions are lost",
    };
    let mut text = format!(
        "{}: {}: down {} → {}, {outcome} in a trial ({})",
        help.lever.place,
        help.lever.what,
        percent(before.down),
        percent(after.down),
        set(&help.turns)
    );
    if after.missed < before.missed && after.down >= before.down {
        text += &format!(
            "; toasts missed {} → {}",
            percent(before.missed),
            percent(after.missed)
        );
    }
    let mut costs: Vec<String> = Vec::new();
    if !help.lever.cost.is_empty() {
        costs.push(help.lever.cost.into());
    }
    if after.messages > before.messages * MORE_MESSAGES {
        costs.push(format!(
            "{} instead of {} messages of a user in an hour",
            human(after.messages),
            human(before.messages)
        ));
    }
    if !costs.is_empty() {
        text += &format!("; costs: {}", costs.join(", "));
    }
    text
}

/// "--set gateway.cstagw.allow=without-update".
fn set(turns: &[Turn]) -> String {
    let one = |turn: &Turn| {
        let Turn {
            table,
            name,
            key,
            value,
        } = turn;
        written("--set", &format!("{table}.{name}.{key}={value}"))
    };
    turns.iter().map(one).collect::<String>().trim().into()
}
