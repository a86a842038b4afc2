//! The answer in one sentence.

use crate::deployment::Plan;
use crate::measure::{DropCause, Metric, Scope, Unit};
use crate::quantity::number::{duration, human, whole};
use crate::report::text::in_unit;
use crate::study::{Judgement, Row, Verdict, overall};

fn row<'a>(rows: &'a [Row], scope: &Scope, metric: &str) -> Option<&'a Row> {
    let metric = Metric::named(metric);
    rows.iter()
        .find(|r| r.scope == *scope && Some(r.column.metric) == metric && r.column.cause.is_none())
}

fn mean(rows: &[Row], scope: &Scope, metric: &str) -> Option<f64> {
    row(rows, scope, metric)?.estimate.map(|e| e.mean)
}

/// The root cause of most drops.
fn main_cause(rows: &[Row]) -> Option<DropCause> {
    let drops = Metric::named("session_drops");
    let causes = rows
        .iter()
        .filter(|r| r.scope == Scope::All && Some(r.column.metric) == drops);
    let counted = causes.filter_map(|r| Some((r.column.cause?.0, r.estimate?.mean)));
    counted
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(cause, _)| DropCause::ALL[cause])
}

/// The worst hit client group where there are several and they differ.
fn worst<'a>(plan: &'a Plan, rows: &[Row]) -> Option<(&'a str, f64)> {
    let down =
        |name: &str| mean(rows, &Scope::Clients(name.into()), "down_fraction").unwrap_or(0.0);
    let mut groups: Vec<(&str, f64)> = plan
        .clients
        .iter()
        .map(|c| (c.name.as_str(), down(&c.name)))
        .collect();
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    match groups[..] {
        [first, .., last] if first.1 > 1.5 * last.1 => Some(first),
        _ => None,
    }
}

fn verdict(judgements: &[Judgement]) -> String {
    let several = if judgements.len() > 1 { "s are" } else { " is" };
    match overall(judgements) {
        _ if judgements.is_empty() => String::new(),
        Verdict::Pass => format!(" The objective{several} met."),
        Verdict::Fail => {
            let missed = judgements
                .iter()
                .filter(|j| j.verdict == Verdict::Fail)
                .count();
            match judgements.len() {
                1 => " The objective is missed.".into(),
                all => format!(" {missed} of {all} objectives are missed."),
            }
        }
        Verdict::Inconclusive => " Whether the objective is met remains open.".into(),
    }
}

/// The answer: what happens, how often, why, and the verdict.
pub(super) fn answer(
    plan: &Plan,
    rows: &[Row],
    judgements: &[Judgement],
    replications: u32,
) -> String {
    let all = Scope::All;
    let horizon = duration(plan.horizon.0 as f64 / 1e6);
    let users: u64 = plan.clients.iter().map(|c| u64::from(c.count)).sum();
    let percent = |metric: &str| mean(rows, &all, metric).map(|x| in_unit(x, Unit::Fraction));
    let mut missed = percent("missed_toast_fraction")
        .map_or(String::new(), |m| format!(", {m} of toasts are missed"));
    let drops = row(rows, &all, "session_drops");
    let counted = drops.and_then(|r| r.estimate).map_or(0.0, |e| e.mean);
    let setups = mean(rows, &all, "sessions_established").unwrap_or(0.0);
    let verdict = verdict(judgements);
    if setups == 0.0 {
        return format!(
            "No session is ever established by {} users in {horizon}.{verdict}",
            whole(users)
        );
    }
    if counted == 0.0 {
        let bound = drops
            .and_then(|r| r.upper_if_none)
            .map_or(String::new(), |upper| {
                format!(
                    " (0 drops in {replications} replication{}; at most {} a run, 95 %)",
                    plural(replications),
                    human(upper)
                )
            });
        return format!(
            "Sessions are kept: {} users lose none in {horizon}{bound}{missed}.{verdict}",
            whole(users)
        );
    }
    let first = row(rows, &all, "first_loss_s")
        .and_then(|r| r.estimate)
        .map_or(String::new(), |e| {
            format!(
                "the first {} after the first set-up, then ",
                duration(e.mean)
            )
        });
    let rate = mean(rows, &all, "drops_per_client_hour").unwrap_or(0.0);
    if let Some((name, down)) = worst(plan, rows) {
        missed += &format!(
            "; worst hit is {name} with {} down",
            in_unit(down, Unit::Fraction)
        );
    }
    let why = main_cause(rows).map_or(String::new(), |c| {
        format!(" Mostly because {}.", c.meaning())
    });
    format!(
        "Sessions are lost: {first}{} per client-hour; users are down {} of the time{missed}.{why}{verdict}",
        human(rate),
        percent("down_fraction").unwrap_or_default()
    )
}

fn plural(n: u32) -> &'static str {
    if n == 1 { "" } else { "s" }
}
