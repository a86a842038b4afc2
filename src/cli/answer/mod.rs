//! The answer of a run, in sentences. The first one answers the scenario's question: what limits every answer comes first
//! (users without a session, a fault that hits nobody), then the objectives with their verdicts, then what else is wrong.

mod case;
mod cause;
mod group;
mod limits;
mod objective;
mod precision;
mod recurrence;
mod refresh;
mod weakness;

use crate::measure::Scope;
use crate::quantity::number::{capital, three_digits, whole};
use crate::report::words;
use crate::scenario::Scenario;
use crate::study::{Judgement, MetricRow, Samples};

use case::Case;
pub(super) use objective::outcome;
pub(super) use precision::shortfall;
pub(super) use recurrence::recorded_days;
pub(super) use weakness::weaknesses;

/// The answer: what happens, why, and the verdict.
pub(super) fn answer(
    scenario: &Scenario,
    samples: &Samples,
    rows: &[MetricRow],
    judgements: &[Judgement],
) -> String {
    let case = Case {
        scenario,
        samples,
        rows,
    };
    let limits = limits::first(&case);
    let is_tested = limits.is_empty();
    let mut sentences = limits;
    if samples.presence(0).signed_in > 0 {
        sentences.extend(objective::sentences(&case, judgements));
        sentences.extend(cause::of_misses(&case));
        sentences.extend(cause::of_failed_calls(&case));
        sentences.extend(losses(&case, is_tested, judgements));
        sentences.extend(group::sentence(&case, judgements));
        sentences.extend(recurrence::sentence(&case));
    }
    sentences.extend(sizing(scenario).map(|(sentence, _)| sentence));
    if judgements.is_empty() {
        sentences.push("No objective is set, so nothing is judged".into());
    }
    let sentences = sentences.iter().map(|s| format!("{}.", capital(s)));
    sentences.collect::<Vec<_>>().join(" ")
}

/// Where a scenario asks how many it takes: that `size` finds it, and the key that it takes.
pub(super) fn sizing(scenario: &Scenario) -> Option<(String, String)> {
    let question = scenario.question.to_lowercase();
    let asks = |resource: &str| question.contains(&format!("how many {resource}"));
    let plan = &scenario.plan;
    let gateway = plan.gateways.first()?;
    let (resource, key) = match () {
        () if asks("gateways") => (
            format!(
                "{} of gateway {}",
                whole(gateway.count.into()),
                gateway.name
            ),
            format!("gateway.{}.count", gateway.name),
        ),
        () if asks("servers") => (
            "one number of servers".to_string(),
            format!("gateway.{}.servers", gateway.name),
        ),
        () if asks("users") => {
            let clients = plan.clients.first()?;
            (
                format!("{} users", whole(clients.count.into())),
                format!("clients.{}.count", clients.name),
            )
        }
        () => return None,
    };
    // Without an objective nothing says which number serves.
    (!scenario.objectives.is_empty()).then(|| {
        (
            format!("this run tries {resource} only; rccsim size finds how many it takes"),
            key,
        )
    })
}

/// How many sessions are lost and why; that they are kept only where everybody had one and it was put to the test.
fn losses(case: &Case, is_tested: bool, judgements: &[Judgement]) -> Vec<String> {
    let Some(row) = case.row(&Scope::All, "session_drops") else {
        return Vec::new();
    };
    let Some(estimate) = row.estimate else {
        return Vec::new();
    };
    if case.mean("sessions_established") == 0.0 {
        return Vec::new();
    }
    if estimate.mean > 0.0 {
        return loss_sentences(case, row, judgements);
    }
    let n = case.samples.replications();
    let replications = match n {
        1 => "one replication".into(),
        n => format!("{} replications", whole(n.into())),
    };
    // What hardly came has no bound among the runs that it did not come to.
    let is_likely = limits::rare_fault(case).is_none();
    let bound = row.upper_if_none.filter(|_| is_likely).map(|upper| {
        format!(
            "with 95 % confidence at most {} sessions are lost a run",
            three_digits(upper)
        )
    });
    let first = if is_tested {
        let users = case.users(case.samples.presence(0).signed_in);
        format!(
            "all {users} users keep their sessions for {} {}{replications}",
            case.horizon(),
            if n == 1 { "in " } else { "in each of " }
        )
    } else {
        format!("no session that was set up is lost in {replications}")
    };
    std::iter::once(first).chain(bound).collect()
}

fn loss_sentences(case: &Case, row: &MetricRow, judgements: &[Judgement]) -> Vec<String> {
    let has_no_objective = judgements.is_empty();
    // An objective of the sessions lost has told how many.
    let is_told = judgements.iter().any(|j| {
        let objective = &j.objective;
        objective.metric.name == "session_drops"
            && objective.scope == Scope::All
            && objective.cause.is_none()
    });
    let clause = match is_told {
        true => "they are lost".into(),
        false => words::figure_clause(row).unwrap_or_default(),
    };
    let mut sentences = Vec::new();
    if has_no_objective {
        let down = case
            .row(&Scope::All, "down_fraction")
            .and_then(words::figure_clause);
        sentences.extend(down);
    }
    sentences.push(match cause::of_losses(case) {
        Some(why) => format!("{clause}, mostly because {why}"),
        None if is_told => String::new(),
        None => clause,
    });
    sentences.retain(|s| !s.is_empty());
    sentences.extend(cause::of_return(case));
    if has_no_objective {
        let missed = case.row(&Scope::All, "missed_toast_fraction");
        sentences.extend(missed.and_then(words::figure_clause));
        let first = case.row(&Scope::All, "first_loss_s");
        sentences.extend(first.and_then(words::figure_clause));
    }
    sentences
}
