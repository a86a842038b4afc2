//! What a run tries besides its scenario: other values of what is assumed, and what might help.

use std::sync::Arc;

use super::answer::sizing;
use super::fault::Fault;
use super::flags::flag_text;
use super::robustness::assumption;
use crate::deployment::{ClientPlan, Plan};
use crate::experiment::{
    Advice, Campaign, Goal, Help, Lever, RunFigure, RunFindings, TrialOutcome, Turn, assumptions,
    can_be_tried,
};
use crate::measure::{Metric, Scope};
use crate::quantity::number::rounded;
use crate::record::{
    Assumption, Figure, LeverFigure, LeverObjective, LeverOutcome, LeverTrial, LeverTrials,
    RunRecord,
};
use crate::scenario::{Scenario, Settings, Value};
use crate::study::{Assessment, Verdict};

/// Figures of a gateway above zero for which levers are tried.
const HURT: [&str; 2] = ["session_drops", "setups_failed"];
/// Changes that are named where no trial shows what the run does.
const UNTRIED: usize = 4;

/// What was tried besides the scenario.
pub(super) struct Trials {
    /// What hangs on assumptions.
    pub assumptions: Vec<Assumption>,
    /// Which command to try next.
    pub advice: Vec<String>,
    /// What might help, gateway by gateway.
    pub levers: Vec<LeverTrials>,
}

/// What a run says, or the deciding point of a study, as its record does: what is made of the record is the same.
pub(super) struct RunSays {
    verdict: Verdict,
    verdicts: Vec<Verdict>,
    figures: Vec<Figure>,
    replications: u32,
}

impl RunSays {
    /// Of samples.
    pub(super) fn of(run: &Assessment) -> Self {
        let point = Arc::default();
        Self {
            verdict: run.verdict(),
            verdicts: run.judgements.iter().map(|j| j.verdict).collect(),
            figures: run.rows.iter().map(|r| Figure::new(r, &point)).collect(),
            replications: run.samples.replications(),
        }
    }

    /// Of the record of a run.
    pub(super) fn of_record(run: &RunRecord) -> Self {
        Self {
            verdict: run.verdict.unwrap_or(Verdict::Pass),
            verdicts: run.objectives.iter().map(|o| o.verdict).collect(),
            figures: run.rows.clone(),
            replications: run.replications,
        }
    }

    fn figure(&self, scope: &Scope, metric: &str, cause: Option<&str>) -> Option<&Figure> {
        let scope = scope.to_string();
        self.figures
            .iter()
            .find(|f| f.metric == metric && f.cause.as_deref() == cause && f.scope == scope)
    }

    fn mean(&self, scope: &Scope, metric: &str) -> Option<f64> {
        self.figure(scope, metric, None)?.mean
    }
}

/// Tries what hangs on assumptions, and what might help those who miss an objective, or lose sessions or get none. `None`:
/// interrupted, or trials of other shares are not there yet.
///
/// # Errors
/// Another value of an assumed key makes no valid scenario, or a refusal of the system.
pub(super) fn trials(
    scenario: &Scenario,
    run: &RunSays,
    campaign: &Campaign,
) -> Result<Option<Trials>, Fault> {
    let Some(assumptions) = assumptions(scenario, run.verdict, campaign)? else {
        return Ok(None);
    };
    let levers = levers(scenario, run, campaign)?;
    Ok(levers.map(|levers| Trials {
        assumptions: assumptions.into_iter().map(assumption).collect(),
        advice: commands(scenario),
        levers,
    }))
}

/// What might help at every gateway where an objective is missed or open; where there is no objective, at those whose users
/// lose sessions or get none. `None`: interrupted, or trials are not there yet.
///
/// # Errors
/// A refusal of the system.
pub(super) fn levers(
    scenario: &Scenario,
    run: &RunSays,
    campaign: &Campaign,
) -> Result<Option<Vec<LeverTrials>>, Fault> {
    let figure = |scope: &Scope, metric: &Metric, cause: Option<usize>| {
        let cause = cause.map(|index| metric.cause_name(index));
        let found = run.figure(scope, metric.name, cause)?;
        Some(RunFigure {
            mean: found.mean,
            lower: found.lower,
            upper: found.upper,
            beyond: found.beyond,
        })
    };
    let findings = RunFindings {
        verdicts: &run.verdicts,
        figure: &figure,
        replications: run.replications,
    };
    let is_judged = !scenario.objectives.is_empty();
    let mut levers = Vec::new();
    for (index, goal) in Goal::of_gateways(scenario, &findings) {
        if is_judged || is_hurt(&scenario.plan, index, run) {
            let awaited = campaign.shards().awaited;
            let advice = campaign.advise(scenario, index, &goal)?;
            if campaign.is_stopped() || campaign.shards().awaited > awaited {
                return Ok(None);
            }
            levers.extend(advice.map(|advice| of_gateway(scenario, index, &advice)));
        }
    }
    Ok(Some(levers))
}

/// Whether the users of a gateway lost sessions or failed to get one, or a client group there never has any: a set-up that
/// goes on and on fails never.
fn is_hurt(plan: &Plan, gateway: usize, run: &RunSays) -> bool {
    let scope = Scope::Gateway(plan.gateways[gateway].name.clone());
    let is_shut_out = |clients: &ClientPlan| {
        let scope = Scope::Clients(clients.name.clone());
        let mean = |metric| run.mean(&scope, metric);
        mean("setups_attempted").is_some_and(|n| n > 0.0)
            && mean("sessions_established").is_some_and(|n| n == 0.0)
    };
    (HURT.iter()).any(|metric| run.mean(&scope, metric).is_some_and(|mean| mean > 0.0))
        || (plan.clients.iter()).any(|c| c.gateway == gateway && is_shut_out(c))
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
fn of_gateway(scenario: &Scenario, gateway: usize, advice: &Advice) -> LeverTrials {
    let judged = advice.judged_by.len();
    let untried = advice.untried.iter().map(|(_, turns)| set(turns));
    LeverTrials {
        gateway: scenario.plan.gateways[gateway].name.clone(),
        users: advice.users,
        is_whole: advice.is_whole,
        is_smaller: advice.scaled,
        judged_by: advice.judged_by.iter().map(LeverObjective::new).collect(),
        is_unlike: !advice.is_shown,
        untried: untried.take(UNTRIED).collect(),
        before: outcome(&advice.before, judged),
        helps: (advice.helps.iter())
            .map(|help| lever(scenario, help, judged))
            .collect(),
        in_vain: advice.in_vain.iter().map(|lever| placed(lever)).collect(),
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

fn lever(scenario: &Scenario, help: &Help, judged: usize) -> LeverTrial {
    let costs = help.levers.iter().map(|lever| lever.cost.to_string());
    let costs = costs.filter(|cost| !cost.is_empty());
    let besides = help.turns.iter().flat_map(|turn| besides(scenario, turn));
    LeverTrial {
        what: what(help),
        cost: costs.chain(besides).collect::<Vec<_>>().join(", "),
        set: set(&help.turns),
        after: outcome(&help.after, judged),
    }
}

/// The programs of a mixed group that a change is not for, and that it changes too: "it changes communicator-2007 in office
/// too, where refresh_timing is interval".
fn besides(scenario: &Scenario, turn: &Turn) -> Vec<String> {
    let group = scenario.section(turn.table, &turn.name);
    let Some(group) = group.filter(|_| !turn.programs.is_empty()) else {
        return Vec::new();
    };
    let names = group.find("mix").map(|mix| &mix.value);
    let Some(Value::Mix(names)) = names else {
        return Vec::new();
    };
    let programs = names.iter().map(|(program, _)| program);
    let settings = group.parts.iter().map(|(_, settings)| settings);
    let others = (programs.zip(settings).enumerate())
        .filter(|(index, _)| !turn.programs.contains(index))
        .map(|(_, other)| other);
    let one = |(program, settings): (&String, &Settings)| {
        // A key that is as by default may not be listed.
        let before = settings.find(turn.key).map(|setting| &setting.text);
        let place = before.map_or(String::new(), |v| format!(", where {} is {v}", turn.key));
        let group = &turn.name;
        (before != Some(&turn.value)).then(|| format!("it changes {program} in {group} too{place}"))
    };
    others.filter_map(one).collect()
}

fn outcome(outcome: &TrialOutcome, judged: usize) -> LeverOutcome {
    let figures = outcome.judged.iter().take(judged);
    LeverOutcome {
        judged: figures
            .map(|figure| LeverFigure {
                value: figure.value.map(rounded),
                is_beyond: figure.is_beyond,
            })
            .collect(),
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
            ..
        } = turn;
        flag_text("--set", &format!("{table}.{name}.{key}={value}"))
    };
    turns.iter().map(one).collect::<String>().trim().into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::parse;

    #[test]
    fn what_a_change_does_to_other_programs_of_a_mix_is_told() {
        let text = "[scenario]\nname = \"s\"\n[[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\n\
             [[clients]]\nname = \"office\"\ncount = 20\ngateway = \"gw\"\n\
             mix = \"communicator-2007 40 %, communicator-2007-r2 60 %\"\n";
        let scenario = parse("s.toml", text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}"));
        let turn = |key, value: &str, programs: &[usize]| Turn {
            table: "clients",
            name: "office".into(),
            key,
            value: value.into(),
            programs: programs.to_vec(),
        };
        // Half of a session of 30 minutes is more rarely than every 10 minutes.
        assert_eq!(
            besides(&scenario, &turn("refresh_timing", "SE/2", &[1])),
            ["it changes communicator-2007 in office too"]
        );
        // These refresh so already.
        let method = turn("refresh_method", "re-invite", &[1]);
        assert_eq!(besides(&scenario, &method), [""; 0]);
        let interval = turn("refresh_interval", "10 min", &[1]);
        assert_eq!(besides(&scenario, &interval), [""; 0]);
    }
}
