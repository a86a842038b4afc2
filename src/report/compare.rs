//! A comparison, for people.

use std::fmt::Write;

use super::text::{deciding_assumptions, figure, table};
use super::words::metric_title;
use crate::measure::Unit;
use crate::quantity::number::{count_phrase, human, plus_minus, small};
use crate::record::Assumption;
use crate::study::{ComparedMetric, Comparison, Estimate, Relation};

/// "-1.85 ± 0.08 %": fractions in percentage points.
pub fn amount(difference: &Estimate, unit: Unit) -> String {
    let scale = if unit == Unit::Fraction { 100.0 } else { 1.0 };
    let suffix = match unit {
        Unit::Fraction => " points",
        _ => unit.suffix(),
    };
    match difference.half_width() {
        Some(half) => plus_minus(difference.mean * scale, half * scale) + suffix,
        None => format!("{}{suffix}", human(difference.mean * scale)),
    }
}

fn difference(c: &ComparedMetric) -> String {
    c.paired
        .map_or("–".into(), |p| amount(&p.difference, c.metric.unit))
}

/// The verdict on each alternative.
pub fn answer(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for o in &comparison.alternatives {
        let why: Vec<String> = o
            .figures
            .iter()
            .filter(|c| c.decides && matches!(c.relation, Relation::Better | Relation::Worse))
            .map(|c| format!("{} {}", small(&metric_title(c.metric.name)), difference(c)))
            .collect();
        let verdict = match o.verdict {
            Relation::Indistinguishable => {
                format!(
                    "No difference between {} and {} is shown in {}",
                    o.name,
                    comparison.baseline,
                    count_phrase(o.replications.into(), "replication")
                )
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

/// For people: the answer first.
pub fn text(comparison: &Comparison, answer: &str, assumptions: &[Assumption]) -> String {
    let mut out = format!("{answer}\n{}", deciding_assumptions(assumptions));
    for o in &comparison.alternatives {
        let _ = writeln!(
            out,
            "\n{} less {} ({}, paired)",
            o.name,
            comparison.baseline,
            count_phrase(o.replications.into(), "replication")
        );
        let mut rows = vec![
            ["", "baseline", "other", "difference", "correlation", "", ""]
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
                metric_title(c.metric.name),
                figure(&c.baseline),
                figure(&c.alternative),
                difference(c),
                correlation,
                stand,
                c.metric.name.into(),
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
