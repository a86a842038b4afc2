//! A run, for people: the answer first.

use std::fmt::Write;

use super::down;
use super::levers;
use super::settled;
use super::text::{assumption, figure, shares, subject, table, target};
use super::words::metric_title;
use crate::measure::{DropCause, MissCause, Scope};
use crate::quantity::number::{count_phrase, duration, human, whole};
use crate::record::{FaultCount, RunRecord, minutes_down};
use crate::study::{Assessment, MetricRow, Spread, Steady, Verdict};

fn objectives(out: &mut String, run: &Assessment) {
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
                    "inconclusive (about {} would settle it)",
                    count_phrase(n.into(), "replication")
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
pub(super) const FIRST_SCREEN: [&str; 20] = [
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

fn figures(out: &mut String, run: &Assessment) {
    let n = run.samples.replications();
    let heading = match n {
        _ if run.samples.is_one_run() => "nothing is random: the same in every replication".into(),
        1 => "one replication: no intervals".into(),
        n => format!("mean of {n} replications ± 95 % interval; without ±: the same in each"),
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
            .chain([String::new()])
            .collect::<Vec<_>>(),
    ];
    if scopes.len() == 1 {
        rows.clear();
    }
    let is_there = |name: &str| {
        run.row(&Scope::All, name)
            .is_some_and(|r| r.estimate.is_some() || r.beyond.is_some())
    };
    for name in FIRST_SCREEN
        .into_iter()
        .filter(|name| !SHOWN_IF_ANY.contains(name) || is_there(name))
    {
        let cells = scopes
            .iter()
            .map(|s| run.row(s, name).map_or(String::new(), conditional));
        let words = std::iter::once(metric_title(name));
        rows.push(words.chain(cells).chain([name.to_string()]).collect());
    }
    let _ = writeln!(
        out,
        "\nFigures ({heading})\n{}",
        table(&rows, scopes.len() > 1).trim_end()
    );
}

/// How often faults came that are drawn at random.
fn faults(out: &mut String, run: &RunRecord) {
    if run.faults.is_empty() {
        return;
    }
    let row = |fault: &FaultCount| {
        vec![
            fault.name.clone(),
            format!("{} seen", whole(fault.seen)),
            format!("{} expected", human(fault.expected)),
        ]
    };
    let rows: Vec<Vec<String>> = run.faults.iter().map(row).collect();
    let _ = writeln!(
        out,
        "\nFaults drawn at random, in everything that was simulated\n{}",
        table(&rows, false).trim_end()
    );
}

/// A figure, with the number of replications that had one where others had none.
fn conditional(row: &MetricRow) -> String {
    let text = figure(row);
    if row.samples == 0 || row.samples == row.replications {
        return text;
    }
    format!(
        "{text} (in {} of {})",
        whole(row.samples.into()),
        whole(row.replications.into())
    )
}

fn causes(out: &mut String, run: &Assessment) {
    for (metric, title) in [
        ("session_drops", "Why sessions were lost"),
        ("toasts_missed", "Why toasts were missed"),
    ] {
        let is_cause = |r: &&MetricRow| {
            r.scope == Scope::All && r.column.metric.name == metric && r.column.cause.is_some()
        };
        let occurs = |r: &&MetricRow| r.estimate.is_some_and(|e| e.mean > 0.0);
        let rows: Vec<Vec<String>> = run
            .rows
            .iter()
            .filter(is_cause)
            .filter(occurs)
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

fn meaning(metric: &str, row: &MetricRow) -> String {
    let Some((index, _)) = row.column.cause else {
        return String::new();
    };
    if metric == "session_drops" {
        return DropCause::ALL[index].meaning().into();
    }
    MissCause::ALL[index].meaning().into()
}

fn assumptions(out: &mut String, run: &RunRecord) {
    let Some(assumptions) = run.assumptions.as_ref().filter(|a| !a.is_empty()) else {
        return;
    };
    let decides = assumptions.iter().any(|a| a.decides);
    let settled = run
        .verdict
        .is_some_and(|verdict| verdict != Verdict::Inconclusive);
    let title = match decides {
        true => "An assumption decides the verdict",
        false if settled => "What hangs on assumptions (the verdict does not)",
        // A verdict that is open, or was not asked for, hangs on nothing.
        false => "What hangs on assumptions",
    };
    let mean = |metric: &str| run.figure("all", metric).and_then(|f| f.mean);
    let (down, missed) = (mean("down_fraction"), mean("missed_toast_fraction"));
    let _ = writeln!(out, "\n{title}; as it is: {}", shares(down, missed));
    for a in assumptions {
        let _ = writeln!(out, "  {}", assumption(a));
    }
}

/// The whole answer of a run: what its record says, and what its samples do; how far they lie apart, and what they settle
/// to.
pub fn text(
    run: &RunRecord,
    assessment: &Assessment,
    spread: &[Spread],
    steady: &[Steady],
) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", run.answer);
    if run.interrupted {
        let _ = writeln!(
            out,
            "Interrupted: this rests on {}.",
            match run.replications {
                1 => "the one replication that was finished".into(),
                n => format!("the {n} replications that were finished"),
            }
        );
    }
    out += &levers::text(&run.levers);
    if let Some(advice) = run.advice.as_ref().filter(|a| !a.is_empty()) {
        let _ = writeln!(out, "\nWhat to try next");
        for line in advice {
            let _ = writeln!(out, "  {line}");
        }
    }
    assumptions(&mut out, run);
    objectives(&mut out, assessment);
    figures(&mut out, assessment);
    out += &down::line(run, minutes_down(&assessment.samples));
    causes(&mut out, assessment);
    faults(&mut out, run);
    out += &settled::text(spread, steady, run.replications);
    let _ = writeln!(
        out,
        "\nSimulated {} × {}, seed {}, fingerprint {}: {}",
        run.replications,
        duration(run.horizon_s),
        run.seed,
        run.fingerprint,
        run.command
    );
    out
}
