//! How far the replications lie apart, and what the figures settle to: text, and lines of `summary.json`.

use std::fmt::Write;

use serde::Serialize;

use super::number::{in_unit, rounded, whole};
use super::run::Run;
use super::text::{estimated, table};
use crate::measure::Scope;
use crate::study::{Estimate, HIGH, Spread, Steady, spread_replications};

/// A quantile over the replications.
#[derive(Serialize)]
pub struct Quantile<'a> {
    scope: String,
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    quantile: f64,
    value: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    unit: &'a str,
}

/// A metric without its warm-up.
#[derive(Serialize)]
pub struct Settled<'a> {
    metric: &'a str,
    warm_up_min: usize,
    kept_min: usize,
    too_short: bool,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    unit: &'a str,
}

/// The median and the high quantile.
pub fn quantiles(spread: &Spread) -> [Quantile<'_>; 2] {
    [(0.5, spread.median), (HIGH, spread.high)].map(|(quantile, e)| Quantile {
        scope: spread.scope.to_string(),
        metric: spread.column.metric.name,
        cause: spread.column.cause.map(|(_, name)| name),
        quantile,
        value: rounded(e.mean),
        lower: e.lower.map(rounded),
        upper: e.upper.map(rounded),
        unit: spread.column.metric.unit.name(),
    })
}

/// A line of the document.
pub fn settled(steady: &Steady) -> Settled<'_> {
    let e = steady.estimate;
    Settled {
        metric: steady.metric.name,
        warm_up_min: steady.warm_up_min,
        kept_min: steady.kept_min,
        too_short: steady.too_short,
        mean: e.map(|e| rounded(e.mean)),
        lower: e.and_then(|e| e.lower).map(rounded),
        upper: steady
            .upper_if_none
            .or(e.and_then(|e| e.upper))
            .map(rounded),
        unit: steady.metric.unit.name(),
    }
}

/// What is told of a run that is too short for a steady state.
pub fn too_short(all: &[Steady]) -> Option<String> {
    let short: Vec<&str> = all
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
pub fn text(run: &Run) -> String {
    spread(&run.spread, run.samples.replications()) + &steady(&run.steady)
}

/// Of so few replications that even the median has no bounds, nothing is told.
fn spread(all: &[Spread], replications: u32) -> String {
    let [for_median, for_high] = spread_replications();
    if all.is_empty() || replications < for_median {
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
    rows.extend(all.iter().map(row));
    let more = match replications < for_high {
        true => format!(
            "; an upper one of the latter takes {} replications",
            whole(for_high.into())
        ),
        false => String::new(),
    };
    format!(
        "\nOf the replications, each a day of its own (95 % bounds by order statistics{more})\n{}",
        table(&rows, true)
    )
}

fn steady(all: &[Steady]) -> String {
    if all.is_empty() {
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
        table(&all.iter().map(row).collect::<Vec<_>>(), false)
    );
    out
}
