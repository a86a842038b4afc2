//! How far the replications lie apart, and what the figures settle to: for people.

use std::fmt::Write;

use super::text::{estimated, in_unit, table};
use crate::measure::Scope;
use crate::quantity::number::count_phrase;
use crate::study::{Estimate, Spread, Steady, spread_replications};

/// What is told of a run that is too short for a steady state.
pub fn too_short(metrics: &[Steady]) -> Option<String> {
    let short: Vec<&str> = metrics
        .iter()
        .filter(|s| s.too_short)
        .map(|s| s.metric.name)
        .collect();
    (!short.is_empty()).then(|| {
        format!(
            "the run is too short for a steady state of {}: a longer scenario.horizon shows it",
            short.join(", ")
        )
    })
}

/// For people.
pub(super) fn text(spreads: &[Spread], settled: &[Steady], replications: u32) -> String {
    spread(spreads, replications) + &steady(settled)
}

/// Of so few replications that even the median has no bounds, nothing is told.
fn spread(spreads: &[Spread], replications: u32) -> String {
    let [for_median, for_high] = spread_replications();
    if spreads.is_empty() || replications < for_median {
        return String::new();
    }
    let row = |s: &Spread| {
        let unit = s.column.metric.unit;
        let cell = |e: &Estimate| {
            let bounds = match (e.lower, e.upper) {
                (Some(lower), Some(upper)) => {
                    format!(" ({} to {})", in_unit(lower, unit), in_unit(upper, unit))
                }
                (Some(lower), None) => format!(" (at least {})", in_unit(lower, unit)),
                _ => String::new(),
            };
            in_unit(e.mean, unit) + &bounds
        };
        let cause = s
            .column
            .cause
            .map_or(String::new(), |(_, name)| format!(" by {name}"));
        let scope = if s.scope == Scope::All {
            String::new()
        } else {
            format!(" of {}", s.scope)
        };
        vec![
            format!("{}{cause}{scope}", s.column.metric.name),
            cell(&s.median),
            cell(&s.high),
        ]
    };
    let mut rows = vec![
        ["", "half at most", "19 of 20 at most"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(spreads.iter().map(row));
    let hint = match replications < for_high {
        true => format!(
            "; an upper one of the latter takes {}",
            count_phrase(for_high.into(), "replication")
        ),
        false => String::new(),
    };
    format!(
        "\nOver the replications, each taken on its own (95 % bounds by order statistics{hint})\n{}",
        table(&rows, true)
    )
}

fn steady(metrics: &[Steady]) -> String {
    if metrics.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("\nSteady state (without the warm-up that MSER-5 finds in the minutes)\n");
    let row = |s: &Steady| {
        let figure = match s.estimate {
            Some(_) if s.upper_if_none.is_some() => {
                format!(
                    "0 (at most {})",
                    in_unit(s.upper_if_none.unwrap_or(0.0), s.metric.unit)
                )
            }
            Some(e) => estimated(&e, s.metric.unit),
            None if s.too_short => "the run is too short".into(),
            None => "–".into(),
        };
        vec![
            s.metric.name.to_string(),
            figure,
            format!(
                "warm-up {} min of {}",
                s.warm_up_min,
                s.warm_up_min + s.kept_min
            ),
        ]
    };
    let _ = write!(
        out,
        "{}",
        table(&metrics.iter().map(row).collect::<Vec<_>>(), false)
    );
    out
}
