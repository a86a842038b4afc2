//! An objective with its figure, its limit and its verdict, in one sentence.

use super::case::Case;
use super::limits;
use crate::measure::{Bound, Objective, Sample, Scope, Unit};
use crate::quantity::number::{count_phrase, small};
use crate::report::value;
use crate::report::words::{self, place};
use crate::study::{Doubt, Judgement, Verdict};

/// Sentences for so many objectives; the others are counted.
const MAX_SENTENCES: usize = 3;
/// A pass with less room than this share of its limit is one by a hair.
const HAIR: f64 = 0.05;

/// A sentence for each objective, those missed first.
pub(super) fn sentences(case: &Case, judgements: &[Judgement]) -> Vec<String> {
    let mut order: Vec<&Judgement> = judgements.iter().collect();
    order.sort_by_key(|j| match j.verdict {
        Verdict::Fail => 0,
        Verdict::Inconclusive => 1,
        Verdict::Pass => 2,
    });
    let mut sentences: Vec<String> = order
        .iter()
        .take(MAX_SENTENCES)
        .map(|j| sentence(case, j))
        .collect();
    if let Some(remainder) = order
        .get(MAX_SENTENCES..)
        .filter(|remainder| !remainder.is_empty())
    {
        let count = |v: Verdict| remainder.iter().filter(|j| j.verdict == v).count();
        let counts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Pass]
            .map(|v| (count(v), v.name()))
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, name)| format!("{n} {name}"));
        sentences.push(format!(
            "of the other objectives: {}",
            counts.collect::<Vec<_>>().join(", ")
        ));
    }
    sentences
}

fn sentence(case: &Case, judgement: &Judgement) -> String {
    let Objective {
        metric, quantile, ..
    } = &judgement.objective;
    let is_back = metric.name == "all_back_s" && quantile.is_none();
    match is_back.then(|| all_back(case, judgement)).flatten() {
        Some(clause) => format!("{clause} {}: {}", limit(judgement), verdict(judgement)),
        None => outcome(judgement),
    }
}

/// "1.89 % of toasts are missed (limit 0.5 %): fail".
pub(in crate::cli) fn outcome(judgement: &Judgement) -> String {
    match words::outcome_clause(&judgement.objective, &judgement.row) {
        Some(clause) => format!("{clause} {}: {}", limit(judgement), verdict(judgement)),
        None => format!(
            "{}, so {} {} cannot be judged: inconclusive",
            reason_without_value(judgement.objective.metric.name),
            small(&words::metric_title(judgement.objective.metric.name)),
            limit(judgement)
        ),
    }
}

fn limit(judgement: &Judgement) -> String {
    let unit = judgement.objective.metric.unit;
    let target_text = |target: f64| match unit {
        Unit::PerClientHour => format!("{} an hour", value::value(target, Unit::Count)),
        _ => value::value(target, unit),
    };
    match judgement.objective.bound {
        Bound::AtMost(target) => format!("(limit {})", target_text(target)),
        Bound::AtLeast(target) => format!("(at least {})", target_text(target)),
    }
}

fn is_by_a_hair(judgement: &Judgement) -> bool {
    let Some(estimate) = judgement.row.estimate else {
        return false;
    };
    let room = match judgement.objective.bound {
        Bound::AtMost(target) => estimate.upper.map(|upper| (target - upper, target)),
        Bound::AtLeast(target) => estimate.lower.map(|lower| (lower - target, target)),
    };
    room.is_some_and(|(room, target)| target > 0.0 && room < HAIR * target)
}

/// A limit of 0 and nothing seen: no number of replications would settle it.
fn is_never(judgement: &Judgement) -> bool {
    let is_zero = |x: f64| x == 0.0;
    matches!(judgement.objective.bound, Bound::AtMost(target) if is_zero(target))
        && judgement.row.estimate.is_some_and(|e| is_zero(e.mean))
}

fn verdict(judgement: &Judgement) -> String {
    if judgement.verdict == Verdict::Pass && is_by_a_hair(judgement) {
        return "pass by a hair".into();
    }
    if judgement.verdict != Verdict::Inconclusive {
        return judgement.verdict.name().into();
    }
    let why = match (judgement.doubt, judgement.replications_needed) {
        (Some(Doubt::WithoutSession { .. }), _) => {
            "it says nothing of users without a session".into()
        }
        (Some(Doubt::FewAtFault { .. }), _) => "too few users were up before it".into(),
        (Some(Doubt::RareFault { .. }), Some(n)) => {
            format!("{} are the fewest that test it", replications(n))
        }
        (Some(Doubt::Skewed), Some(n)) => format!(
            "the interval is too narrow for samples this skewed; about {} would settle it",
            replications(n)
        ),
        (Some(Doubt::OneDay), _) => {
            "every replication is the same day, and nothing is known of other days".into()
        }
        _ if judgement.row.replications == 1 => "one replication has no interval".into(),
        _ if is_never(judgement) => {
            "none was seen, but no sample shows that it never happens".into()
        }
        (_, Some(n)) => format!("about {} would settle it", replications(n)),
        (_, None) => "the limit lies within the interval".into(),
    };
    format!("inconclusive, {why}")
}

fn replications(n: u32) -> String {
    count_phrase(n.into(), "replication")
}

/// Why a figure has no value.
fn reason_without_value(metric: &str) -> &'static str {
    match metric {
        "missed_toast_fraction" => "no call comes to a signed-in user",
        "failed_origination_fraction" => "nobody calls from the PC",
        "setup_mean_ms" | "setup_p99_ms" => "no set-up is completed",
        "all_back_s" => "no scheduled fault comes while users are up",
        "first_loss_s" | "detection_mean_s" | "detection_p95_s" | "recovery_mean_s"
        | "recovery_p95_s" => "no session is lost",
        name if name.starts_with("gateway_") || name.starts_with("jobs_") => {
            "no servers of a gateway are modelled"
        }
        _ => "nothing is counted for it",
    }
}

/// "everyone is back 24 min after the crash at 09:00", or that not everyone is.
fn all_back(case: &Case, judgement: &Judgement) -> Option<String> {
    let row = &judgement.row;
    let faults = limits::faults(case);
    let scope = place(&judgement.objective.scope);
    if let Some(estimate) = row.estimate {
        let after = value::in_sentence(&estimate, row.column.metric.unit);
        let presence = case.samples.presence(0);
        let users = match presence.usable_at_faults < presence.at_faults {
            true => "those who were up before are",
            false => "everyone is",
        };
        return Some(format!("{users} back {after} after {faults}{scope}"));
    }
    row.beyond?;
    let index = (case.samples.scopes.iter()).position(|s| *s == judgement.objective.scope)?;
    let column = case.samples.column("all_back_s")?;
    let open = case
        .samples
        .column_samples(index, column)
        .filter(|s| matches!(s, Sample::Beyond(_)))
        .count();
    let n = case.samples.replications();
    let often = match open {
        _ if open as u32 == n => String::new(),
        _ => format!(" in {open} of {}", count_phrase(n.into(), "replication")),
    };
    let scope_name = match judgement.objective.scope {
        Scope::All => String::new(),
        _ => scope,
    };
    Some(format!(
        "not everyone{scope_name} is back from {faults} when the run ends{often}"
    ))
}
