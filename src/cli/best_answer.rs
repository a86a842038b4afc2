//! What a selection answers: the point of least cost, or those that are as good.

use super::answer::{outcome, weaknesses};
use crate::experiment::{Case, NoCost, SelectionResult};
use crate::quantity::number::{human, plus_minus, rounded, rounded_text, whole};
use crate::record::{Assumption, PointCost, Selection, bounds};
use crate::report::text::{deciding_assumptions, table};
use crate::report::words;
use crate::study::{
    CONFIDENCE, Samples, SelectionState, Verdict, judge_all, mean_interval, overall,
};

/// What the record says besides what every study says.
pub(super) fn body(
    cases: &[Case],
    selection: &SelectionResult,
    cost: &str,
    alpha: f64,
) -> Selection {
    let label = |i: usize| cases[i].point.label();
    let (best, within_delta) = match &selection.state {
        Some(SelectionState::Selected { best, within_delta }) => {
            (Some(label(*best)), within_delta.clone())
        }
        _ => (None, Vec::new()),
    };
    let point = |(i, costs): (usize, &Vec<f64>)| {
        let [mean, lower, upper] = bounds(mean_interval(costs, CONFIDENCE));
        PointCost {
            point: label(i),
            replications: selection.samples[i].replications() as usize,
            verdict: selection.verdicts.as_ref().map(|v| v[i]),
            mean,
            lower,
            upper,
        }
    };
    Selection {
        cost: cost.into(),
        within_objectives: selection.verdicts.is_some(),
        delta: selection.delta.map(rounded),
        alpha,
        observations: selection.observations(),
        best,
        within_delta: within_delta.into_iter().map(label).collect(),
        points: selection.costs.iter().enumerate().map(point).collect(),
        search: None,
    }
}

/// The answer, a line each.
pub(super) fn answer(cases: &[Case], selection: &SelectionResult, alpha: f64) -> Vec<String> {
    let mut lines: Vec<String> = within_objectives(cases, selection).into_iter().collect();
    lines.extend(cost_sentences(cases, selection, alpha));
    let best = match &selection.state {
        Some(SelectionState::Selected { best, .. }) => *best,
        _ => return lines,
    };
    let warning = misgivings(&cases[best], &selection.samples[best]);
    match (warning, selection.verdicts.is_some()) {
        // What is wrong with a choice comes before it.
        (Some(line), false) => lines.insert(0, line),
        (line, _) => lines.extend(line),
    }
    lines
}

/// As the exit code says it: a point that misses the objectives is none to select, whatever it costs.
pub(super) fn verdict(cases: &[Case], selection: &SelectionResult) -> Verdict {
    match &selection.state {
        Some(SelectionState::Selected { best, .. }) => {
            let judgements =
                judge_all(&cases[*best].scenario.objectives, &selection.samples[*best]);
            overall(&judgements)
        }
        _ => selection.verdict(),
    }
}

/// What speaks against the point of least cost: it misses an objective, or loses sessions.
fn misgivings(case: &Case, samples: &Samples) -> Option<String> {
    let name = words::point(&case.point.values);
    let judgements = judge_all(&case.scenario.objectives, samples);
    let missed: Vec<String> = (judgements.iter())
        .filter(|j| j.verdict != Verdict::Pass)
        .map(outcome)
        .collect();
    if !missed.is_empty() {
        return Some(format!(
            "The point of least cost does not meet the objectives: with {name} {}.",
            missed.join("; ")
        ));
    }
    let weak = weaknesses(samples);
    (!weak.is_empty()).then(|| format!("With {name} {}.", weak.join(", and ")))
}

/// How many points meet the objectives, where only these are chosen from.
fn within_objectives(cases: &[Case], selection: &SelectionResult) -> Option<String> {
    selection.verdicts.as_ref()?;
    let passing = selection.with_verdict(Verdict::Pass).len();
    let open = selection.with_verdict(Verdict::Inconclusive).len();
    let count = whole(cases.len() as u64);
    let first = match (passing, open) {
        (0, 0) => format!("None of {count} points meets the objectives, so none is selected."),
        (0, _) => {
            format!("None of {count} points is shown to meet the objectives, so none is selected.")
        }
        (1, _) => format!("1 of {count} points meets the objectives."),
        (n, _) => format!("{} of {count} points meet the objectives.", whole(n as u64)),
    };
    Some(match open {
        0 => first,
        1 => format!(
            "{first} One is inconclusive and left aside; more replications settle it (--most-reps)."
        ),
        n => format!(
            "{first} {} are inconclusive and left aside; more replications settle them (--most-reps).",
            whole(n as u64)
        ),
    })
}

fn cost_sentences(cases: &[Case], selection: &SelectionResult, alpha: f64) -> Vec<String> {
    let label = |i: &usize| words::point(&cases[*i].point.values);
    if let Some(no_cost) = &selection.no_cost {
        let NoCost {
            metric,
            replication,
            case,
        } = no_cost;
        return vec![format!(
            "No point is selected: {} has no value in replication {} of {}, where nothing of that kind happened. Take another --cost, of figures that every replication has; the same command goes on from the finished units.",
            metric.name,
            replication + 1,
            label(case)
        )];
    }
    let Some(standing) = &selection.state else {
        return Vec::new();
    };
    let replications = whole(selection.observations() as u64);
    let sure = rounded_text((1.0 - alpha) * 100.0, None);
    let delta = selection
        .delta
        .map_or(String::new(), |d| rounded_text(d, None));
    match standing {
        SelectionState::Open(survivors) if selection.delta.is_none() => vec![format!(
            "Not decided: after {replications} replications each of {} points has cost 0, so this --cost tells none apart. A --delta that is a number decides.",
            whole(survivors.len() as u64)
        )],
        SelectionState::Open(survivors) => vec![format!(
            "Not decided after {replications} replications: {} are left. A larger --delta or more --most-reps decide.",
            match survivors.len() {
                0..=3 => survivors.iter().map(label).collect::<Vec<_>>().join("; "),
                n => format!("{} points", whole(n as u64)),
            }
        )],
        SelectionState::Selected { best, .. } if selection.delta.is_none() => {
            vec![format!(
                "Only {} is left to select, after {replications} replications.",
                label(best)
            )]
        }
        SelectionState::Selected { best, within_delta } => {
            let mut lines = vec![format!(
                "Least cost: {}, after {replications} replications.",
                label(best)
            )];
            lines.push(format!(
                "That is right with {sure} % if it costs less than every other by {delta} or more."
            ));
            if !within_delta.is_empty() {
                lines.push(format!(
                    "As good within {delta}: {}.",
                    within_delta
                        .iter()
                        .map(label)
                        .collect::<Vec<_>>()
                        .join("; ")
                ));
            }
            lines
        }
    }
}

/// For people: the answer first.
pub(super) fn text(
    cases: &[Case],
    selection: &SelectionResult,
    answer: &str,
    assumptions: &[Assumption],
) -> String {
    let criterion = if selection.verdicts.is_some() {
        "objectives"
    } else {
        ""
    };
    let mut rows = vec![
        ["point", "replications", "cost", criterion, ""]
            .map(String::from)
            .to_vec(),
    ];
    for (i, (a, costs)) in cases.iter().zip(&selection.costs).enumerate() {
        let e = mean_interval(costs, CONFIDENCE);
        let figure = e.map_or("–".into(), |e| match e.half_width() {
            Some(half) => plus_minus(e.mean, half),
            None => human(e.mean),
        });
        let note = match &selection.state {
            Some(SelectionState::Selected { best, .. }) if *best == i => "best",
            Some(SelectionState::Selected { within_delta, .. }) if within_delta.contains(&i) => {
                "within δ"
            }
            Some(SelectionState::Open(survivors)) if survivors.contains(&i) => "left",
            _ => "",
        };
        let verdict = selection.verdicts.as_ref().map_or("", |v| v[i].name());
        rows.push(vec![
            a.point.label(),
            whole(selection.samples[i].replications().into()),
            figure,
            verdict.into(),
            note.into(),
        ]);
    }
    format!(
        "{}\n{}\nCost\n{}\n",
        answer,
        deciding_assumptions(assumptions),
        table(&rows, true)
    )
}
