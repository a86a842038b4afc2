//! A comparison, in each of its forms.

use std::fmt::Write;

use serde::Serialize;

use super::number::{human, rounded};
use super::text::{figure, table};
use crate::measure::Unit;
use crate::record::Premises;
use crate::study::{ComparedMetric, Comparison, Estimate, Relation};

/// What `summary.json` says besides what every study says.
#[derive(Serialize)]
struct Body<'a> {
    baseline: &'a str,
    confidence: f64,
    alternatives: Vec<Alternative<'a>>,
}

#[derive(Serialize)]
struct Alternative<'a> {
    name: &'a str,
    verdict: &'a str,
    replications: u32,
    figures: Vec<Figure<'a>>,
}

#[derive(Serialize)]
struct Figure<'a> {
    metric: &'a str,
    unit: &'a str,
    decides: bool,
    baseline: Option<f64>,
    other: Option<f64>,
    difference: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    correlation: Option<f64>,
    verdict: &'a str,
}

/// What `summary.json` says besides what every study says.
pub fn body(comparison: &Comparison) -> impl Serialize {
    let of = |c: &ComparedMetric| {
        let difference = c.paired.map(|p| p.difference);
        Figure {
            metric: c.metric.name,
            unit: c.metric.unit.name(),
            decides: c.decides,
            baseline: c.baseline.estimate.map(|e| rounded(e.mean)),
            other: c.other.estimate.map(|e| rounded(e.mean)),
            difference: difference.map(|e| rounded(e.mean)),
            lower: difference.and_then(|e| e.lower).map(rounded),
            upper: difference.and_then(|e| e.upper).map(rounded),
            correlation: c.paired.and_then(|p| p.correlation).map(rounded),
            verdict: c.relation.name(),
        }
    };
    let alternatives = comparison.others.iter().map(|o| Alternative {
        name: &o.name,
        verdict: o.verdict.name(),
        replications: o.replications,
        figures: o.figures.iter().map(of).collect(),
    });
    Body {
        baseline: &comparison.baseline,
        confidence: rounded(comparison.confidence),
        alternatives: alternatives.collect(),
    }
}

/// "-1.85 ± 0.08 %": fractions in percentage points.
pub fn amount(difference: &Estimate, unit: Unit) -> String {
    let scale = if unit == Unit::Fraction { 100.0 } else { 1.0 };
    let half = difference
        .half_width()
        .map_or(String::new(), |h| format!(" ± {}", human(h * scale)));
    format!("{}{half}{}", human(difference.mean * scale), unit.suffix())
}

fn difference(c: &ComparedMetric) -> String {
    c.paired
        .map_or("–".into(), |p| amount(&p.difference, c.metric.unit))
}

/// The verdict on each alternative.
pub fn answer(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for o in &comparison.others {
        let why: Vec<String> = o
            .figures
            .iter()
            .filter(|c| c.decides && matches!(c.relation, Relation::Better | Relation::Worse))
            .map(|c| format!("{} {}", c.metric.name, difference(c)))
            .collect();
        let verdict = match o.verdict {
            Relation::Indistinguishable => {
                format!("{} cannot be told from {}", o.name, comparison.baseline)
            }
            Relation::Mixed => {
                format!(
                    "{} is better in some and worse in other respects than {}",
                    o.name, comparison.baseline
                )
            }
            v => format!("{} is {} than {}", o.name, v.name(), comparison.baseline),
        };
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(": {}", why.join(", "))
        };
        lines.push(format!("{verdict}{why}."));
    }
    lines
}

/// For people: the verdict first.
pub fn text(comparison: &Comparison, premises: &Premises) -> String {
    let mut out = answer(comparison).join("\n") + "\n" + &super::text::premises(premises);
    for o in &comparison.others {
        let _ = writeln!(
            out,
            "\n{} less {} ({} replications, paired)",
            o.name, comparison.baseline, o.replications
        );
        let mut rows = vec![
            ["", "baseline", "other", "difference", "correlation", ""]
                .map(String::from)
                .to_vec(),
        ];
        for c in &o.figures {
            let correlation = c
                .paired
                .and_then(|p| p.correlation)
                .map_or("–".into(), human);
            let stand = if c.decides {
                c.relation.name().to_string()
            } else {
                format!("({})", c.relation.name())
            };
            rows.push(vec![
                c.metric.name.into(),
                figure(&c.baseline),
                figure(&c.other),
                difference(c),
                correlation,
                stand,
            ]);
        }
        out += &table(&rows, true);
    }
    let _ = writeln!(
        out,
        "\nDifferences with {} % intervals each: all that decide hold at once with 95 %. What stands in brackets does not decide.",
        human(comparison.confidence * 100.0)
    );
    out
}
