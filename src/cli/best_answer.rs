//! What a selection answers: the point of least cost, or those that are as good.

use crate::experiment::{Case, Selected};
use crate::quantity::number::{human, rounded, whole};
use crate::record::{Assumption, PointCost, Selection, bounds};
use crate::report::text::{premises, table};
use crate::study::{CONFIDENCE, SelectionState, Verdict, mean_interval};

/// What the record says besides what every study says.
pub(super) fn body(all: &[Case], selected: &Selected, cost: &str, alpha: f64) -> Selection {
    let label = |i: usize| all[i].point.label();
    let (best, within) = match &selected.state {
        Some(SelectionState::Selected { best, within_delta }) => {
            (Some(label(*best)), within_delta.clone())
        }
        _ => (None, Vec::new()),
    };
    let point = |(i, costs): (usize, &Vec<f64>)| {
        let [mean, lower, upper] = bounds(mean_interval(costs, CONFIDENCE));
        PointCost {
            point: label(i),
            replications: costs.len(),
            verdict: selected.verdicts.as_ref().map(|v| v[i]),
            mean,
            lower,
            upper,
        }
    };
    Selection {
        cost: cost.into(),
        within_objectives: selected.verdicts.is_some(),
        delta: selected.delta.map(rounded),
        alpha,
        observations: selected.observations(),
        best,
        within_delta: within.into_iter().map(label).collect(),
        points: selected.costs.iter().enumerate().map(point).collect(),
    }
}

/// The answer, a line each.
pub(super) fn answer(all: &[Case], selected: &Selected, alpha: f64) -> Vec<String> {
    let mut lines = least(all, selected, alpha);
    if selected.verdicts.is_none() {
        return lines;
    }
    let (serve, open) = (
        selected.with_verdict(Verdict::Pass),
        selected.with_verdict(Verdict::Inconclusive),
    );
    let of = format!("{} of {} points", serve.len(), all.len());
    lines.insert(
        0,
        match open.len() {
            0 => format!("{of} meet the objectives."),
            _ => format!(
                "{of} are shown to meet the objectives; open, and left aside: {}; more --most-reps would settle it.",
                open.iter().map(|i| all[*i].point.label()).collect::<Vec<_>>().join("; ")
            ),
        },
    );
    lines
}

fn least(all: &[Case], selected: &Selected, alpha: f64) -> Vec<String> {
    let Some(standing) = &selected.state else {
        return Vec::new();
    };
    let label = |i: &usize| all[*i].point.label();
    let spent = format!(
        "{} replications in all",
        whole(selected.observations() as u64)
    );
    let sure = format!("{} %", human((1.0 - alpha) * 100.0));
    let delta = selected.delta.map_or(String::new(), human);
    match standing {
        SelectionState::Open(left) => vec![format!(
            "Not decided after {spent}: {} are left; a larger --delta or more --most-reps decide.",
            left.iter().map(label).collect::<Vec<_>>().join("; ")
        )],
        SelectionState::Selected { best, .. } if selected.delta.is_none() => {
            vec![format!(
                "{} alone is left to select ({spent}).",
                label(best)
            )]
        }
        SelectionState::Selected { best, within_delta } if within_delta.is_empty() => {
            vec![format!(
                "{} is best: where it is better than every other by {delta} or more, this is right with {sure} ({spent}).",
                label(best)
            )]
        }
        SelectionState::Selected { best, within_delta } => vec![
            format!(
                "{} has the least cost, but these are within {delta} of it:",
                label(best)
            ),
            format!(
                "  {}",
                within_delta
                    .iter()
                    .map(label)
                    .collect::<Vec<_>>()
                    .join("; ")
            ),
            format!(
                "Any of them serves as well, as far as a difference of {delta} matters ({sure}, {spent})."
            ),
        ],
    }
}

/// For people: the answer first.
pub(super) fn text(
    all: &[Case],
    selected: &Selected,
    answer: &str,
    assumptions: &[Assumption],
) -> String {
    let judged = if selected.verdicts.is_some() {
        "objectives"
    } else {
        ""
    };
    let mut rows = vec![
        ["point", "replications", "cost", judged, ""]
            .map(String::from)
            .to_vec(),
    ];
    for (i, (a, costs)) in all.iter().zip(&selected.costs).enumerate() {
        let e = mean_interval(costs, CONFIDENCE);
        let figure = e.map_or("–".into(), |e| match e.half_width() {
            Some(half) => format!("{} ± {}", human(e.mean), human(half)),
            None => human(e.mean),
        });
        let note = match &selected.state {
            Some(SelectionState::Selected { best, .. }) if *best == i => "best",
            Some(SelectionState::Selected { within_delta, .. }) if within_delta.contains(&i) => {
                "within δ"
            }
            Some(SelectionState::Open(left)) if left.contains(&i) => "left",
            _ => "",
        };
        let verdict = selected.verdicts.as_ref().map_or("", |v| v[i].name());
        rows.push(vec![
            a.point.label(),
            whole(costs.len() as u64),
            figure,
            verdict.into(),
            note.into(),
        ]);
    }
    format!(
        "{}\n{}\nCost\n{}\n",
        answer,
        premises(assumptions),
        table(&rows, true)
    )
}
