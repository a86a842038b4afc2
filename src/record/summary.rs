//! `summary.json`, and its rows as `summary.csv`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::run::{Assumption, Run};
use super::settled::{Quantile, Settled, quantiles, settled};
use crate::measure::Bound;
use crate::quantity::number::{field, rounded};
use crate::study::{Judgement, Row, Verdict};

/// The version of the document's shape: readers check it before anything else.
pub const SCHEMA: &str = "rccsim.summary/1";

/// A row of the summary.
#[derive(Serialize)]
pub struct Line<'a> {
    point: &'a BTreeMap<String, String>,
    scope: String,
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beyond: Option<f64>,
    unit: &'a str,
    replications: u32,
}

/// An objective and how it came out.
#[derive(Serialize)]
pub struct Wanted<'a> {
    metric: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    unit: &'a str,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replications_needed: Option<u32>,
}

/// An assumed value and what others give.
#[derive(Serialize)]
pub struct Bounds<'a> {
    key: &'a str,
    value: &'a str,
    standing: String,
    decides: bool,
    alternatives: Vec<Alternative<'a>>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    value: &'a str,
    down_fraction: Option<f64>,
    missed_toast_fraction: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'a str,
    scenario: &'a str,
    scenario_hash: &'a str,
    question: &'a str,
    version: &'a str,
    seed: u64,
    start_s: f64,
    horizon_s: f64,
    replications: u32,
    fingerprint: String,
    verdict: &'a str,
    answer: &'a str,
    command: &'a str,
    advice: Option<&'a [String]>,
    interrupted: bool,
    objectives: Vec<Wanted<'a>>,
    assumptions: Option<Vec<Bounds<'a>>>,
    quantiles: Vec<Quantile<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steady_state: Vec<Settled<'a>>,
    warnings: &'a [String],
    rows: Vec<Line<'a>>,
}

fn bounds(row: &Row) -> (Option<f64>, Option<f64>, Option<f64>) {
    let e = row.estimate;
    (
        e.map(|e| rounded(e.mean)),
        e.and_then(|e| e.lower).map(rounded),
        e.and_then(|e| e.upper).map(rounded),
    )
}

/// A row of the summary.
pub fn line<'a>(row: &'a Row, point: &'a BTreeMap<String, String>) -> Line<'a> {
    let (mean, lower, upper) = bounds(row);
    Line {
        point,
        scope: row.scope.to_string(),
        metric: row.column.metric.name,
        cause: row.column.cause.map(|(_, name)| name),
        mean,
        lower,
        upper,
        beyond: row.beyond.map(rounded),
        unit: row.column.metric.unit.name(),
        replications: row.replications,
    }
}

/// An objective and how it came out.
pub fn wanted(judgement: &Judgement) -> Wanted<'_> {
    let (mean, lower, upper) = bounds(&judgement.row);
    let objective = &judgement.objective;
    let (at_most, at_least) = match objective.bound {
        Bound::AtMost(t) => (Some(rounded(t)), None),
        Bound::AtLeast(t) => (None, Some(rounded(t))),
    };
    Wanted {
        metric: objective.metric.name,
        cause: judgement.row.column.cause.map(|(_, name)| name),
        scope: objective.scope.to_string(),
        at_most,
        at_least,
        unit: objective.metric.unit.name(),
        mean,
        lower,
        upper,
        verdict: judgement.verdict.name(),
        replications_needed: judgement.replications_needed,
    }
}

/// What hangs on assumed values.
pub fn assumptions(all: &[Assumption]) -> Vec<Bounds<'_>> {
    let mut bounds = Vec::new();
    for a in all {
        let mut alternatives = Vec::new();
        for o in &a.alternatives {
            let (down_fraction, missed_toast_fraction) = (
                o.down_fraction.map(rounded),
                o.missed_toast_fraction.map(rounded),
            );
            let (verdict, answer) = (o.verdict.map(Verdict::name), o.answer.as_deref());
            alternatives.push(Alternative {
                value: &o.value,
                down_fraction,
                missed_toast_fraction,
                verdict,
                answer,
            });
        }
        bounds.push(Bounds {
            key: &a.key,
            value: &a.value,
            standing: a.standing.clone(),
            decides: a.decides,
            alternatives,
        });
    }
    bounds
}

/// The document of a run whose trials were left out, with them; nothing if they were not.
pub fn with_trials(document: &str, tried: &[Assumption], advice: &[String]) -> Option<String> {
    // Only fields of the document itself are two spaces from the left, and no text in it holds the end of a line.
    let put = |text: &str, field: &str, value: String| {
        let (before, after) = text.split_once(&format!("\n  \"{field}\": null,\n"))?;
        let value = value.trim_end().replace('\n', "\n  ");
        Some(format!("{before}\n  \"{field}\": {value},\n{after}"))
    };
    let text = put(document, "advice", super::json(&advice))?;
    put(&text, "assumptions", super::json(&assumptions(tried)))
}

/// The document, as text with a newline at its end.
pub fn json(run: &Run) -> String {
    let point = BTreeMap::new();
    let summary = Summary {
        schema: SCHEMA,
        scenario: &run.scenario,
        scenario_hash: &run.scenario_hash,
        question: &run.question,
        version: super::VERSION,
        seed: run.seed,
        start_s: rounded(run.start_s),
        horizon_s: rounded(run.horizon_s),
        replications: run.samples.replications(),
        fingerprint: run.fingerprint(),
        verdict: run.verdict().name(),
        answer: &run.answer,
        command: &run.command,
        advice: run.advice.as_deref(),
        interrupted: run.interrupted,
        objectives: run.judgements.iter().map(wanted).collect(),
        assumptions: run.assumptions.as_deref().map(assumptions),
        quantiles: run.spread.iter().flat_map(quantiles).collect(),
        steady_state: run.steady.iter().map(settled).collect(),
        warnings: &run.warnings,
        rows: run.rows.iter().map(|row| line(row, &point)).collect(),
    };
    super::json(&summary)
}

/// The rows as CSV, of every point.
///
/// # Errors
/// Those of the writer.
pub fn csv<'a>(
    points: impl Iterator<Item = (&'a str, &'a [Row])>,
    out: impl std::io::Write,
) -> csv::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record([
        "point",
        "scope",
        "metric",
        "cause",
        "mean",
        "lower",
        "upper",
        "beyond",
        "unit",
        "replications",
    ])?;
    for (point, rows) in points {
        for row in rows {
            let (mean, lower, upper) = bounds(row);
            out.write_record([
                point,
                &row.scope.to_string(),
                row.column.metric.name,
                row.column.cause.map_or("", |(_, name)| name),
                &field(mean),
                &field(lower),
                &field(upper),
                &field(row.beyond),
                row.column.metric.unit.name(),
                &row.replications.to_string(),
            ])?;
        }
    }
    out.flush()?;
    Ok(())
}
