//! Can I trust this: replications and convergence, warm-up, closed forms, warnings, limits.

use minijinja::Value;
use serde::Serialize;
use serde_json::Value as Json;

use super::closed_form::{Theory, closed_forms};
use super::table::{items, text};
use super::{Kind, figure};
use crate::measure::{Metric, Sample, Unit};
use crate::report::chart::{Along, Axis, Band, Chart, Layer, Line, Scale, Threshold, Tone};
use crate::report::inputs::Input;
use crate::report::number::duration;
use crate::report::results::{Results, ResultsError, Series};
use crate::report::tables::read_runs;
use crate::study::{CONFIDENCE, Estimate, columns, mean_interval, mser5, ratio_interval};

/// What speaks for and against the figures.
#[derive(Serialize, Default)]
pub struct Trust {
    replications: String,
    convergence: Option<Value>,
    warm_up: String,
    theory: Option<Theory>,
    warnings: Vec<String>,
}

/// What the model leaves out.
pub const LIMITS: [&str; 6] = [
    "OCS relays statelessly and transparently; authentication, presence and media are not simulated.",
    "A gateway answers at once unless it is given a service time or a capacity; no vendor publishes messages per second, and published calls per hour are converted at 8 messages a call.",
    "A stalled or crashed gateway loses what waits in it. OCS has no queue of its own and one address for everybody.",
    "How Communicator reacts to an unanswered or refused refresh, which Session-Expires it offers and how soon it comes back are not published: these are inputs marked assumption.",
    "Users behave independently of each other: no calls between them, no shared lines.",
    "What a figure means is said in the glossary; the intervals cover the luck of the run, not what the assumptions leave open.",
];

/// What can be said of a study.
///
/// # Errors
/// Which file is damaged.
pub fn trust(kind: Kind, summary: &Json, inputs: &[Input], results: &Results) -> Result<Trust, ResultsError> {
    let n = summary["replications"].as_u64();
    let mut trust = Trust {
        replications: replications(kind, n, summary),
        warnings: items(summary, "warnings").filter_map(|w| w.as_str()).map(String::from).collect(),
        ..Trust::default()
    };
    if kind != Kind::Matrix {
        trust.warm_up = "Nothing is cut off as warm-up: each run begins with nobody signed in, and that beginning is part of the question.".into();
    }
    if kind == Kind::Run {
        let series = results.series()?;
        trust.warm_up += &settling(&series);
        trust.convergence = convergence(summary, results)?;
        trust.theory = Some(closed_forms(inputs, results.runs()?, series));
    }
    Ok(trust)
}

fn replications(kind: Kind, n: Option<u64>, summary: &Json) -> String {
    let alike = items(summary, "points").all(|p| p["replications"].as_u64() == n);
    let more = if alike { "" } else { " or more" };
    match (kind, n) {
        (Kind::Matrix, _) => "One replication for each combination: exact instants, and shares of a small sample.".into(),
        (Kind::Run, Some(1)) => "One replication: nothing is known of its spread, so there are no intervals.".into(),
        (Kind::Run | Kind::Sensitivity, Some(n)) => {
            format!("{n} independent replications; every interval covers the mean with 95 % confidence.")
        }
        (Kind::Sweep, Some(1)) => "One replication for each point: there are no intervals.".into(),
        (Kind::Sweep, Some(n)) => format!("{n}{more} replications for each point; all points meet the same luck, so that they differ by what was turned and by nothing else."),
        (Kind::Size, _) => "The value that was found was confirmed with replications that the search had not seen.".into(),
        (Kind::Best, _) => "A sequential selection with a proven error (Kim and Nelson): points are left out as soon as they are shown to be worse.".into(),
        _ => "Alternatives are paired: the same users, calls and luck meet each of them.".into(),
    }
}

/// When a steady state begins, were one asked for.
fn settling(series: &[Series]) -> String {
    let Some(messages) = series.iter().find(|s| s.scope == "all" && s.name == "message_rate_per_s") else {
        return String::new();
    };
    let rates: Vec<f64> = messages.values.iter().copied().filter(|rate| rate.is_finite()).collect();
    let found = mser5(&rates);
    if found.too_short {
        " The rate of messages does not settle within the run (MSER-5): its mean is that of this day, not of a steady state.".into()
    } else {
        format!(
            " The rate of messages settles after {} (MSER-5, means over minutes).",
            duration(found.deleted as f64 * 60.0)
        )
    }
}

/// The figure by the number of replications, with its interval: of the first objective, else of missed toasts.
fn convergence(summary: &Json, results: &Results) -> Result<Option<Value>, ResultsError> {
    let objective = items(summary, "objectives").find(|o| o["scope"] == "all" && o.get("cause").is_none());
    let name = objective.map_or("missed_toast_fraction", |o| text(o, "metric"));
    let (Some(metric), Some(runs)) = (Metric::named(name), results.maybe("runs.csv")?) else { return Ok(None) };
    let mut scopes: Vec<String> = items(summary, "rows").map(|r| text(r, "scope").to_string()).collect();
    scopes.dedup();
    let points = read_runs(&runs, |_| scopes.clone()).map_err(|why| results.damaged("runs.csv", why))?;
    let column = columns().iter().position(|c| c.metric == metric && c.cause.is_none());
    let (Some((_, replications)), Some(column)) = (points.into_iter().next(), column) else { return Ok(None) };
    let samples: Vec<Sample> = replications.iter().map(|(_, o)| o.values[0][column]).collect();
    let scale = if metric.unit == Unit::Fraction { 100.0 } else { 1.0 };
    let mut line = Vec::new();
    let mut band = Vec::new();
    for n in 1..=samples.len() {
        let Some(estimate) = estimate(&samples[..n]) else { continue };
        line.push((n as f64, estimate.mean * scale));
        band.extend(estimate.lower.zip(estimate.upper).map(|(low, high)| (n as f64, low * scale, high * scale)));
    }
    if line.len() < 2 {
        return Ok(None);
    }
    let target = objective.and_then(|o| o["at_most"].as_f64().or(o["at_least"].as_f64()));
    // The interval of two replications is so wide that it would hide all others.
    let shown = if band.len() > 3 { &band[1..] } else { &band[..] };
    let mut layers = vec![
        Layer::Band(Band { name: "95 % interval".into(), points: shown.to_vec(), tone: Tone::Series(0) }),
        Layer::Line(Line { name: "mean so far".into(), points: line, tone: Tone::Series(0) }),
    ];
    layers.extend(target.map(|t| {
        Layer::Threshold(Threshold { along: Along::Y, value: t * scale, label: "target".into(), tone: Tone::Bad })
    }));
    let chart = Chart {
        title: "How the figure settles with the number of replications".into(),
        description: format!("The mean of {name} over the first replications and its 95 % interval, by their number."),
        x: Axis::new("Replications", "").on(Scale::Whole),
        y: Axis::new(name, super::unit_name(metric.unit.name())),
        layers,
        notes: Vec::new(),
    };
    Ok(Some(figure::html("convergence", &chart)))
}

fn estimate(samples: &[Sample]) -> Option<Estimate> {
    let mut values = Vec::new();
    let mut pairs = Vec::new();
    for sample in samples {
        match *sample {
            Sample::Count(n) => values.push(n as f64),
            Sample::Value(x) => values.push(x),
            Sample::Ratio(above, below) => pairs.push((above, below)),
            Sample::Absent | Sample::Beyond(_) => {}
        }
    }
    if pairs.is_empty() { mean_interval(&values, CONFIDENCE) } else { ratio_interval(&pairs, CONFIDENCE) }
}
