//! What a run tries besides its scenario: other values of what is assumed, and what might help.

use super::answer::sizing;
use super::fault::Fault;
use super::flags::flag_text;
use super::robustness::assumption;
use crate::deployment::{ClientPlan, Plan};
use crate::experiment::{
    Advice, Campaign, Help, Lever, TrialOutcome, Turn, assumptions, can_be_tried,
};
use crate::measure::Scope;
use crate::quantity::number::rounded;
use crate::record::{Assumption, LeverOutcome, LeverTrial, LeverTrials};
use crate::scenario::Scenario;
use crate::study::{Assessment, Verdict};

/// Figures of a gateway above zero for which levers are tried.
const HURT: [&str; 2] = ["session_drops", "setups_failed"];

/// What was tried besides the scenario.
pub(super) struct Trials {
    /// What hangs on assumptions.
    pub assumptions: Vec<Assumption>,
    /// Which command to try next.
    pub advice: Vec<String>,
    /// What might help, gateway by gateway.
    pub levers: Vec<LeverTrials>,
}

/// Tries what hangs on assumptions, and what might help those who lose sessions or get none by the means of metrics of
/// gateways and client groups. `None`: interrupted, or trials of other shares are not there yet.
///
/// # Errors
/// Another value of an assumed key makes no valid scenario, or a refusal of the system.
pub(super) fn trials(
    scenario: &Scenario,
    verdict: Verdict,
    means: impl Fn(&Scope, &str) -> Option<f64>,
    campaign: &Campaign,
) -> Result<Option<Trials>, Fault> {
    let Some(assumptions) = assumptions(scenario, verdict, campaign)? else {
        return Ok(None);
    };
    let levers = levers(scenario, verdict, means, campaign)?;
    Ok(levers.map(|levers| Trials {
        assumptions: assumptions.into_iter().map(assumption).collect(),
        advice: commands(scenario),
        levers,
    }))
}

/// What might help, for every gateway whose users lose sessions or get none, or for all where an objective is missed;
/// `None`: interrupted.
///
/// # Errors
/// A refusal of the system.
pub(super) fn levers(
    scenario: &Scenario,
    verdict: Verdict,
    means: impl Fn(&Scope, &str) -> Option<f64>,
    campaign: &Campaign,
) -> Result<Option<Vec<LeverTrials>>, Fault> {
    let plan = &scenario.plan;
    let mut levers = Vec::new();
    for (index, gateway) in plan.gateways.iter().enumerate() {
        if verdict == Verdict::Fail || is_hurt(plan, index, &means) {
            let advice = campaign.advise(scenario, index)?;
            levers.extend(advice.map(|advice| of_gateway(&gateway.name, &advice)));
        }
    }
    Ok((!campaign.is_stopped()).then_some(levers))
}

/// Whether the users of a gateway lost sessions or failed to get one, or a client group there never has any: a set-up that
/// goes on and on fails never.
fn is_hurt(plan: &Plan, gateway: usize, means: &impl Fn(&Scope, &str) -> Option<f64>) -> bool {
    let scope = Scope::Gateway(plan.gateways[gateway].name.clone());
    let is_shut_out = |clients: &ClientPlan| {
        let scope = Scope::Clients(clients.name.clone());
        let mean = |metric| means(&scope, metric);
        mean("setups_attempted").is_some_and(|n| n > 0.0)
            && mean("sessions_established").is_some_and(|n| n == 0.0)
    };
    (HURT.iter()).any(|metric| means(&scope, metric).is_some_and(|mean| mean > 0.0))
        || (plan.clients.iter()).any(|c| c.gateway == gateway && is_shut_out(c))
}

/// The means of samples.
pub(super) fn means_of(run: &Assessment) -> impl Fn(&Scope, &str) -> Option<f64> {
    move |scope: &Scope, metric: &str| Some(run.row(scope, metric)?.estimate?.mean)
}

/// Which command to try next.
fn commands(scenario: &Scenario) -> Vec<String> {
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
    if !can_be_tried(&scenario.plan) {
        lines.push(
            "What hangs on assumptions was not tried, since so many users share queues: try other values by --set"
                .into(),
        );
    }
    lines
}

/// The record of what was tried for the users of a gateway.
fn of_gateway(gateway: &str, advice: &Advice) -> LeverTrials {
    let in_vain = advice.in_vain.iter();
    LeverTrials {
        gateway: gateway.into(),
        users: advice.users,
        is_smaller: advice.scaled,
        before: outcome(&advice.before),
        helps: advice.helps.iter().map(lever).collect(),
        in_vain: in_vain.map(|lever| placed(lever)).collect(),
    }
}

/// "at the gateway: answer UPDATE".
fn placed(lever: &Lever) -> String {
    format!("{}: {}", lever.place, lever.what)
}

/// "at the gateway: answer UPDATE, and at the client: …".
pub(super) fn what(help: &Help) -> String {
    let what: Vec<String> = help.levers.iter().map(|lever| placed(lever)).collect();
    what.join(", and ")
}

fn lever(help: &Help) -> LeverTrial {
    let costs = help.levers.iter().map(|lever| lever.cost);
    let costs: Vec<&str> = costs.filter(|cost| !cost.is_empty()).collect();
    LeverTrial {
        what: what(help),
        cost: costs.join(", "),
        set: set(&help.turns),
        after: outcome(&help.after),
    }
}

fn outcome(outcome: &TrialOutcome) -> LeverOutcome {
    LeverOutcome {
        down_fraction: rounded(outcome.down),
        session_drops: outcome.drops,
        missed_toast_fraction: rounded(outcome.missed),
        messages_per_user_h: rounded(outcome.messages),
    }
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
        flag_text("--set", &format!("{table}.{name}.{key}={value}"))
    };
    turns.iter().map(one).collect::<String>().trim().into()
}
