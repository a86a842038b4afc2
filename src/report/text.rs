//! What a person reads on the terminal: the answer first.

use std::fmt::Write;

use crate::measure::{Bound, Objective, Scope, Unit};
use crate::quantity::number::{duration, human, percent, whole};
use crate::record::{Assumption, Premises, Run};
use crate::study::{Estimate, Row, Verdict};

/// A table: words to the left, figures to the right, under the header that is its first row where `header` says so.
pub fn table(rows: &[Vec<String>], header: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |c: usize| {
        rows.iter()
            .skip(usize::from(header))
            .filter_map(move |r| r.get(c))
    };
    let is_figure = |cell: &String| {
        cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || "-–>≤≥".contains(c))
    };
    let figures: Vec<bool> = (0..columns)
        .map(|c| c > 0 && cells(c).all(is_figure))
        .collect();
    let width = |c: usize| {
        rows.iter()
            .filter_map(|r| r.get(c))
            .map(|t| t.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c] - cell.chars().count());
            line += &if figures[c] {
                format!("  {pad}{cell}")
            } else {
                format!("  {cell}{pad}")
            };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// A figure with its interval: "1.88 % ± 0.05 %", or what can be said instead.
pub fn figure(row: &Row) -> String {
    let unit = row.column.metric.unit;
    if let Some(beyond) = row.beyond {
        return format!("> {}", in_unit(beyond, unit));
    }
    let Some(estimate) = row.estimate else {
        return "–".into();
    };
    if let Some(upper) = row.upper_if_none {
        return format!("0 (at most {})", in_unit(upper, unit));
    }
    if let (true, Some(lower), Some(upper)) = (row.is_rare, estimate.lower, estimate.upper) {
        return format!(
            "{} ({} to {})",
            in_unit(estimate.mean, unit),
            in_unit(lower, unit),
            in_unit(upper, unit)
        );
    }
    estimated(&estimate, unit)
}

/// A value of that unit for people: fractions in percent.
pub fn in_unit(x: f64, unit: Unit) -> String {
    let shown = if unit == Unit::Fraction { x * 100.0 } else { x };
    format!("{}{}", human(shown), unit.suffix())
}

/// "1.88 ± 0.05 %".
pub(super) fn estimated(estimate: &Estimate, unit: Unit) -> String {
    match estimate.half_width() {
        Some(half) => {
            let scale = if unit == Unit::Fraction { 100.0 } else { 1.0 };
            format!(
                "{} ± {}{}",
                human(estimate.mean * scale),
                human(half * scale),
                unit.suffix()
            )
        }
        None => in_unit(estimate.mean, unit),
    }
}

/// A target as people read it.
pub fn target(objective: &Objective) -> String {
    let unit = objective.metric.unit;
    match objective.bound {
        Bound::AtMost(t) => format!("≤ {}", in_unit(t, unit)),
        Bound::AtLeast(t) => format!("≥ {}", in_unit(t, unit)),
    }
}

/// An objective without its target: "session_drops by dialog_lost of gateway:cstagw".
pub(super) fn subject(objective: &Objective) -> String {
    let metric = objective.metric;
    let scope = if objective.scope == Scope::All {
        String::new()
    } else {
        format!(" of {}", objective.scope)
    };
    let cause = objective
        .cause
        .map_or(String::new(), |c| format!(" by {}", (metric.causes)()[c]));
    format!("{}{cause}{scope}", metric.name)
}

/// An objective with its target.
pub fn objective(objective: &Objective) -> String {
    format!("{} {}", subject(objective), target(objective))
}

fn objectives(out: &mut String, run: &Run) {
    if run.judgements.is_empty() {
        return;
    }
    let mut rows = vec![
        ["objective", "target", "result", "verdict"]
            .map(String::from)
            .to_vec(),
    ];
    for j in &run.judgements {
        let verdict = match (j.verdict, j.replications_needed) {
            (Verdict::Inconclusive, Some(n)) => {
                format!(
                    "inconclusive (about {} replications would settle it)",
                    whole(n.into())
                )
            }
            (verdict, _) => verdict.name().into(),
        };
        rows.push(vec![
            subject(&j.objective),
            target(&j.objective),
            figure(&j.row),
            verdict,
        ]);
    }
    let _ = writeln!(out, "\nObjectives\n{}", table(&rows, true).trim_end());
}

/// The figures of the first screen.
pub(super) const SHOWN: [&str; 20] = [
    "session_drops",
    "drops_per_client_hour",
    "first_loss_s",
    "down_fraction",
    "down_peak",
    "missed_toast_fraction",
    "missed_toasts_per_client_hour",
    "failed_origination_fraction",
    "detection_mean_s",
    "recovery_mean_s",
    "refresh_rate_per_s",
    "message_rate_per_s",
    "message_rate_peak_per_s",
    "gateway_utilisation",
    "gateway_queue_peak",
    "gateway_response_mean_ms",
    "gateway_response_p99_ms",
    "jobs_refused",
    "setup_p99_ms",
    "all_back_s",
];
/// Shown only where there is something to show: a station, or a scheduled fault.
pub(super) const SHOWN_IF_ANY: [&str; 6] = [
    "gateway_utilisation",
    "gateway_queue_peak",
    "gateway_response_mean_ms",
    "gateway_response_p99_ms",
    "jobs_refused",
    "all_back_s",
];

fn figures(out: &mut String, run: &Run) {
    let n = run.samples.replications();
    let what = if n == 1 {
        "one replication: no intervals".into()
    } else {
        format!("mean of {n} replications ± 95 % interval")
    };
    let mut scopes = vec![Scope::All];
    let clients: Vec<Scope> = run
        .samples
        .scopes
        .iter()
        .filter(|s| matches!(s, Scope::Clients(_)))
        .cloned()
        .collect();
    if clients.len() > 1 {
        scopes.extend(clients.into_iter().take(4));
    }
    let mut rows = vec![
        std::iter::once(String::new())
            .chain(scopes.iter().map(Scope::to_string))
            .collect::<Vec<_>>(),
    ];
    if scopes.len() == 1 {
        rows.clear();
    }
    let is_there = |name: &str| {
        run.row(&Scope::All, name)
            .is_some_and(|r| r.estimate.is_some() || r.beyond.is_some())
    };
    for name in SHOWN
        .into_iter()
        .filter(|name| !SHOWN_IF_ANY.contains(name) || is_there(name))
    {
        let cells = scopes
            .iter()
            .map(|s| run.row(s, name).map_or(String::new(), figure));
        rows.push(std::iter::once(name.to_string()).chain(cells).collect());
    }
    let _ = writeln!(
        out,
        "\nFigures ({what})\n{}",
        table(&rows, scopes.len() > 1).trim_end()
    );
}

fn causes(out: &mut String, run: &Run) {
    for (metric, title) in [
        ("session_drops", "Why sessions were lost"),
        ("toasts_missed", "Why toasts were missed"),
    ] {
        let of = |r: &&Row| {
            r.scope == Scope::All && r.column.metric.name == metric && r.column.cause.is_some()
        };
        let seen = |r: &&Row| r.estimate.is_some_and(|e| e.mean > 0.0);
        let rows: Vec<Vec<String>> = run
            .rows
            .iter()
            .filter(of)
            .filter(seen)
            .map(|r| {
                vec![
                    r.column.cause.map_or("", |(_, c)| c).to_string(),
                    figure(r),
                    meaning(metric, r),
                ]
            })
            .collect();
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{title}\n{}", table(&rows, false).trim_end());
        }
    }
}

fn meaning(metric: &str, row: &Row) -> String {
    let Some((index, _)) = row.column.cause else {
        return String::new();
    };
    if metric == "session_drops" {
        return crate::measure::DropCause::ALL[index].meaning().into();
    }
    crate::measure::MissCause::ALL[index].meaning().into()
}

/// "re-establishment fixed 30 s is an assumption: fixed 0 s → about 0 %, … down".
pub fn assumption(a: &Assumption) -> String {
    let shown: Vec<String> = a
        .alternatives
        .iter()
        .map(|o| {
            let down = o
                .down_fraction
                .map_or("–".into(), |d| format!("{} down", percent(d)));
            let said = o
                .verdict
                .map(Verdict::name)
                .into_iter()
                .chain(o.answer.as_deref().filter(|a| !a.is_empty()));
            let said = said.collect::<Vec<_>>().join("; ");
            let said = if said.is_empty() {
                said
            } else {
                format!(" ({said})")
            };
            format!("{} → {down}{said}", o.value)
        })
        .collect();
    format!(
        "{} = {} is {}: {}",
        a.key,
        a.value,
        a.standing,
        shown.join(", ")
    )
}

fn assumptions(out: &mut String, run: &Run) {
    let Some(assumptions) = run.assumptions.as_ref().filter(|a| !a.is_empty()) else {
        return;
    };
    let decides = assumptions.iter().any(|a| a.decides);
    let settled = !run.judgements.is_empty() && run.verdict() != Verdict::Inconclusive;
    let title = match decides {
        true => "An assumption decides the verdict",
        false if settled => "What hangs on assumptions (the verdict does not)",
        // A verdict that is open, or was not asked for, hangs on nothing.
        false => "What hangs on assumptions",
    };
    let _ = writeln!(out, "\n{title}");
    for a in assumptions {
        let _ = writeln!(out, "  {}", assumption(a));
    }
}

/// Those assumptions that decide the answer of a study; nothing where none does.
pub fn premises(premises: &Premises) -> String {
    let deciding: Vec<String> = premises
        .assumptions
        .iter()
        .filter(|a| a.decides)
        .map(|a| format!("  {}\n", assumption(a)))
        .collect();
    match deciding.is_empty() {
        true => String::new(),
        false => format!("\nAn assumption decides the answer\n{}", deciding.concat()),
    }
}

/// The whole answer of a run.
pub fn run(run: &Run) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", run.answer);
    if run.interrupted {
        let _ = writeln!(
            out,
            "Interrupted: this rests on the {} replications that were finished.",
            run.samples.replications()
        );
    }
    assumptions(&mut out, run);
    objectives(&mut out, run);
    figures(&mut out, run);
    causes(&mut out, run);
    out += &super::settled::text(run);
    if let Some(advice) = run.advice.as_ref().filter(|a| !a.is_empty()) {
        let _ = writeln!(out, "\nWhat to try next");
        for line in advice {
            let _ = writeln!(out, "  {line}");
        }
    }
    let _ = writeln!(
        out,
        "\nSimulated {} × {}, seed {}, fingerprint {}: {}",
        run.samples.replications(),
        duration(run.horizon_s),
        run.seed,
        run.fingerprint(),
        run.command
    );
    out
}
