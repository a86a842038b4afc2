//! The verdict, the answer, and the assumptions that it rests on.

use serde::Serialize;
use serde_json::Value as Json;

use super::table::{Table, items, text};
use super::{Kind, plain};
use crate::report::inputs::Input;
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
        ("pass", Kind::Sweep) => Mark {
            state: "pass",
            sign: "✓",
            word: "Met at some points",
        },
        ("pass", Kind::Size) => Mark {
            state: "pass",
            sign: "✓",
            word: "Found and confirmed",
        },
        ("pass", _) if several => Mark {
            state: "pass",
            sign: "✓",
            word: "Objectives met",
        },
        ("pass", _) => Mark {
            state: "pass",
            sign: "✓",
            word: "Objective met",
        },
        ("fail", Kind::Sweep) => Mark {
            state: "fail",
            sign: "✗",
            word: "Met at no point",
        },
        ("fail", Kind::Size) => Mark {
            state: "fail",
            sign: "✗",
            word: "No value serves",
        },
        ("fail", _) => Mark {
            state: "fail",
            sign: "✗",
            word: "Objective missed",
        },
        ("inconclusive", _) => Mark {
            state: "open",
            sign: "?",
            word: "Still open",
        },
        ("found", _) => Mark {
            state: "pass",
            sign: "✓",
            word: "Selected",
        },
        _ => Mark {
            state: "none",
            sign: "",
            word: "",
        },
    }
}

/// The answer, a sentence each.
pub fn lines(summary: &Json) -> Vec<String> {
    match &summary["answer"] {
        Json::Array(lines) => lines
            .iter()
            .filter_map(|l| l.as_str())
            .map(|l| l.trim().to_string())
            .collect(),
        Json::String(answer) => answer.lines().map(|l| l.trim().to_string()).collect(),
        _ => Vec::new(),
    }
}

/// What to do next.
pub fn next(kind: Kind, summary: &Json, inputs: &[Input]) -> Vec<String> {
    let mut lines: Vec<String> = items(summary, "advice")
        .filter_map(|l| l.as_str())
        .map(String::from)
        .collect();
    if text(summary, "verdict") == "inconclusive" {
        lines.push(
            "The verdict is open: more replications settle it (--reps, or --precision).".into(),
        );
    }
    let assumed = inputs.iter().filter(|i| i.standing == "assumption").count();
    match kind {
        Kind::Run => {}
        Kind::Sensitivity => {
            let first = items(summary, "keys").find(|k| k["swing"].as_f64() > Some(0.0));
            lines.extend(first.map(|k| {
                format!("Find out about {}: nothing else that is assumed moves the answer so far.", text(k, "key"))
            }));
        }
        Kind::Matrix => lines.extend([
            "How clients react that are not answered, or are refused, is as their profiles assume, and other values were not \
             tried: that would take longer than the matrix itself. One at a time: rccsim matrix --set \
             clients.on_no_answer=hold."
                .to_string(),
            "Find out to which row a gateway belongs: a protocol log of one session shows its Allow header and what it \
             answers to UPDATE; rccsim trace shows what to look for."
                .to_string(),
        ]),
        _ => lines.push(format!(
            "This rests on {assumed} values that nobody published (the inputs whose standing is assumption): rccsim \
             sensitivity shows which of them move the answer."
        )),
    }
    lines
}

/// What hangs on assumptions.
#[derive(Serialize)]
pub struct Assumptions {
    decides: bool,
    /// How far users are down over all of them, of a run.
    bounds: String,
    /// What a study tried, how and on what, or why it tried nothing.
    basis: String,
    table: Option<Table>,
}

/// The assumptions with their bounds; `None`: none matters, or none was tried and nothing is to be said of that.
pub fn assumptions(summary: &Json) -> Option<Assumptions> {
    let basis = text(summary, "assumptions_basis").to_string();
    let told = if basis.is_empty() {
        "verdict"
    } else {
        "objectives"
    };
    let mut columns = vec![
        "key",
        "value",
        "other value",
        "#down (%)",
        "#toasts missed (%)",
        told,
    ];
    if !basis.is_empty() {
        columns.push("the answer then");
    }
    columns.push("standing");
    let mut table = Table::new("What other values would give", &columns);
    let mut downs: Vec<f64> = items(summary, "rows")
        .filter(|r| is_down(r))
        .filter_map(|r| r["mean"].as_f64())
        .collect();
    for assumption in items(summary, "assumptions") {
        for other in items(assumption, "alternatives") {
            downs.extend(other["down_fraction"].as_f64());
            let mut row = ["key", "value"]
                .map(|key| text(assumption, key).to_string())
                .to_vec();
            row.push(text(other, "value").into());
            row.extend(
                ["down_fraction", "missed_toast_fraction"]
                    .map(|key| hundredths(other[key].as_f64())),
            );
            row.push(text(other, "verdict").into());
            if !basis.is_empty() {
                row.push(
                    Some(text(other, "answer"))
                        .filter(|a| !a.is_empty())
                        .unwrap_or("not shown to change")
                        .into(),
                );
            }
            // That nobody published it is said above the table.
            row.push(
                text(assumption, "standing")
                    .trim_end_matches(" for what nobody published")
                    .into(),
            );
            table.rows.push(row);
        }
    }
    table.drop_if_empty(told);
    let least = downs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = downs.iter().copied().fold(0.0, f64::max);
    table.note =
        "Each by a short trial, one key at a time; the scenario's own value is the one in the second column.".into();
    Some(Assumptions {
        decides: items(summary, "assumptions").any(|a| a["decides"] == true),
        bounds: if basis.is_empty() {
            format!("{} to {}", percent(least), percent(most))
        } else {
            String::new()
        },
        table: Some(table.if_any()).filter(|table| table.is_some() || !basis.is_empty())?,
        basis,
    })
}

/// A share in percent to two decimals: what a short trial can say.
fn hundredths(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| plain((share * 1e4).round() / 100.0))
}

fn is_down(row: &Json) -> bool {
    row["metric"] == "down_fraction" && row["scope"] == "all"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_has_its_mark() {
        let of = |kind, summary: Json| {
            let mark = mark(kind, &summary);
            (mark.state, mark.word)
        };
        let judged = json!([{ "metric": "down_fraction" }]);
        assert_eq!(
            of(
                Kind::Run,
                json!({ "objectives": judged, "verdict": "pass" })
            ),
            ("pass", "Objective met")
        );
        assert_eq!(
            of(Kind::Run, json!({ "objectives": [], "verdict": "pass" })),
            ("none", ""),
            "nothing is judged"
        );
        assert_eq!(
            of(
                Kind::Run,
                json!({ "objectives": judged, "verdict": "inconclusive" })
            ),
            ("open", "Still open")
        );
        let points = json!([{ "objectives": judged }]);
        assert_eq!(
            of(Kind::Sweep, json!({ "points": points, "verdict": "fail" })),
            ("fail", "Met at no point")
        );
        assert_eq!(
            of(Kind::Size, json!({ "value": "2", "confirmed": false })),
            ("open", "Still open")
        );
        assert_eq!(
            of(Kind::Size, json!({ "value": null })),
            ("fail", "No value serves")
        );
        assert_eq!(
            of(Kind::Best, json!({ "best": "a=1" })),
            ("pass", "Selected")
        );
        assert_eq!(of(Kind::Matrix, json!({ "verdict": "pass" })), ("none", ""));
    }

    #[test]
    fn the_bounds_are_over_the_run_itself_and_all_that_was_tried() {
        let other = |down: f64, verdict: &str| json!({ "value": "x", "down_fraction": down, "verdict": verdict });
        let summary = json!({
            "rows": [
                { "scope": "all", "metric": "down_fraction", "mean": 0.0187 },
                { "scope": "clients:a", "metric": "down_fraction", "mean": 0.99 },
            ],
            "assumptions": [
                { "key": "k", "value": "v", "standing": "an assumption", "decides": true,
                  "alternatives": [other(0.5, "fail"), other(0.02, "pass")] },
            ],
        });
        let found = assumptions(&summary).unwrap();
        assert_eq!(
            (
                found.decides,
                found.bounds.as_str(),
                found.table.unwrap().rows.len()
            ),
            (true, "1.87 % to 50 %", 2)
        );
        assert!(assumptions(&json!({ "rows": [], "assumptions": [] })).is_none());
    }
}
