//! The verdict, the answer, and the assumptions that it rests on.

use serde::Serialize;
use serde_json::Value as Json;

use super::table::{Table, items, text};
use super::{Kind, plain};
use crate::report::number::percent;

/// The verdict as a mark.
#[derive(Serialize)]
pub struct Mark {
    /// `pass`, `fail`, `open`, or `none` where nothing is judged.
    state: &'static str,
    sign: &'static str,
    word: &'static str,
}

/// The verdict of a study.
pub fn mark(kind: Kind, summary: &Json) -> Mark {
    let judged = match kind {
        Kind::Run => items(summary, "objectives").next().is_some(),
        Kind::Sweep => items(summary, "points").any(|p| items(p, "objectives").next().is_some()),
        Kind::Size => true,
        Kind::Best => true,
        Kind::Compare | Kind::Sensitivity | Kind::Matrix => false,
    };
    let found = |key: &str| summary[key].is_string();
    let state = match kind {
        _ if !judged => "",
        Kind::Size if found("value") && summary["confirmed"] == true => "pass",
        Kind::Size if found("value") => "inconclusive",
        Kind::Size => "fail",
        Kind::Best if found("best") => "found",
        Kind::Best => "inconclusive",
        _ => text(summary, "verdict"),
    };
    let several = items(summary, "objectives").count() > 1;
    match (state, kind) {
        ("pass", Kind::Sweep) => Mark { state: "pass", sign: "✓", word: "Met at some points" },
        ("pass", Kind::Size) => Mark { state: "pass", sign: "✓", word: "Found and confirmed" },
        ("pass", _) if several => Mark { state: "pass", sign: "✓", word: "Objectives met" },
        ("pass", _) => Mark { state: "pass", sign: "✓", word: "Objective met" },
        ("fail", Kind::Sweep) => Mark { state: "fail", sign: "✗", word: "Met at no point" },
        ("fail", Kind::Size) => Mark { state: "fail", sign: "✗", word: "No value serves" },
        ("fail", _) => Mark { state: "fail", sign: "✗", word: "Objective missed" },
        ("inconclusive", _) => Mark { state: "open", sign: "?", word: "Still open" },
        ("found", _) => Mark { state: "pass", sign: "✓", word: "Selected" },
        _ => Mark { state: "none", sign: "", word: "" },
    }
}

/// The answer, a sentence each.
pub fn lines(summary: &Json) -> Vec<String> {
    match &summary["answer"] {
        Json::Array(lines) => lines.iter().filter_map(|l| l.as_str()).map(|l| l.trim().to_string()).collect(),
        Json::String(answer) => answer.lines().map(|l| l.trim().to_string()).collect(),
        _ => Vec::new(),
    }
}

/// What hangs on assumptions.
#[derive(Serialize)]
pub struct Assumptions {
    decides: bool,
    bounds: String,
    table: Table,
}

/// The assumptions of a run with their bounds; `None`: none matters, or none was tried.
pub fn assumptions(summary: &Json) -> Option<Assumptions> {
    let mut table = Table::new(
        "What other values would give",
        &["key", "value", "other value", "#down (%)", "#toasts missed (%)", "verdict", "standing"],
    );
    let mut downs: Vec<f64> =
        items(summary, "rows").filter(|r| is_down(r)).filter_map(|r| r["mean"].as_f64()).collect();
    for assumption in items(summary, "assumptions") {
        for other in items(assumption, "alternatives") {
            downs.extend(other["down_fraction"].as_f64());
            let mut row = ["key", "value"].map(|key| text(assumption, key).to_string()).to_vec();
            row.push(text(other, "value").into());
            row.extend(["down_fraction", "missed_toast_fraction"].map(|key| hundredths(other[key].as_f64())));
            row.extend([text(other, "verdict"), text(assumption, "standing")].map(String::from));
            table.rows.push(row);
        }
    }
    let least = downs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = downs.iter().copied().fold(0.0, f64::max);
    table.note =
        "Each by a short trial, one key at a time; the scenario's own value is the one in the second column.".into();
    Some(Assumptions {
        decides: items(summary, "assumptions").any(|a| a["decides"] == true),
        bounds: format!("{} to {}", percent(least), percent(most)),
        table: table.if_any()?,
    })
}

/// A share in percent to two decimals: what a short trial can say.
fn hundredths(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| plain((share * 1e4).round() / 100.0))
}

fn is_down(row: &Json) -> bool {
    row["metric"] == "down_fraction" && row["scope"] == "all"
}
