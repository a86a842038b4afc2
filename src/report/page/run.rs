//! The answer of a run: its figures, by group, and why.

use serde_json::Value as Json;

use super::table::{Table, cells, items, text};
use crate::measure::{DropCause, Metric, MissCause};
use crate::report::text::{SHOWN, SHOWN_IF_ANY};

/// The tables of a run.
pub fn tables(summary: &Json) -> Vec<Table> {
    let causes = [
        ("session_drops", "Why sessions were lost"),
        ("toasts_missed", "Why toasts were missed"),
    ];
    let causes = causes
        .into_iter()
        .map(|(metric, title)| by_cause(summary, metric, title));
    [figures(summary), by_scope(summary)]
        .into_iter()
        .chain(causes)
        .filter_map(Table::if_any)
        .collect()
}

fn is(row: &Json, metric: &str) -> bool {
    row["metric"] == metric && row.get("cause").is_none()
}

fn figures(summary: &Json) -> Table {
    let n = summary["replications"].as_u64().unwrap_or(0);
    let mut table = Table::new(
        "Figures",
        &["figure", "#mean", "#lower", "#upper", "unit", "definition"],
    );
    table.note = match n {
        1 => "One replication: there are no intervals.".into(),
        n => format!("Mean of {n} replications with the bounds of its 95 % interval."),
    };
    for name in SHOWN {
        let Some(row) = items(summary, "rows").find(|r| r["scope"] == "all" && is(r, name)) else {
            continue;
        };
        if SHOWN_IF_ANY.contains(&name) && row["mean"].is_null() && row.get("beyond").is_none() {
            continue;
        }
        let unit = text(row, "unit");
        let mut line = vec![name.to_string()];
        match row["beyond"].as_f64() {
            Some(beyond) => line.extend([
                format!("> {}", super::cell(Some(beyond), unit)),
                "–".into(),
                "–".into(),
            ]),
            None => line.extend(cells(row, ["mean", "lower", "upper"], unit)),
        }
        line.push(super::unit_name(unit).into());
        line.push(Metric::named(name).map_or("", |m| m.definition).into());
        table.rows.push(line);
    }
    table
}

/// What is told of every group and gateway.
const BY_SCOPE: [&str; 7] = [
    "session_drops",
    "drops_per_client_hour",
    "down_fraction",
    "missed_toast_fraction",
    "message_rate_per_s",
    "gateway_utilisation",
    "gateway_response_p99_ms",
];

fn by_scope(summary: &Json) -> Table {
    let mut scopes: Vec<&str> = items(summary, "rows")
        .map(|r| text(r, "scope"))
        .filter(|s| *s != "all")
        .collect();
    scopes.dedup();
    // One group on one gateway is the whole.
    if scopes.len() <= 2 {
        return Table::default();
    }
    let mut table = Table::new("By client group and gateway", &["of"]);
    let told = |name: &&str| {
        items(summary, "rows").any(|r| is(r, name) && r["scope"] != "all" && !r["mean"].is_null())
    };
    let metrics: Vec<&str> = BY_SCOPE.iter().copied().filter(|m| told(m)).collect();
    for metric in &metrics {
        let unit = items(summary, "rows")
            .find(|r| is(r, metric))
            .map_or("", |r| text(r, "unit"));
        table.figure(metric, unit);
    }
    for scope in scopes {
        let of = |metric: &&str| {
            let row = items(summary, "rows").find(|r| r["scope"] == scope && is(r, metric));
            row.map_or("–".into(), |r| {
                cells(r, ["mean"], text(r, "unit"))[0].clone()
            })
        };
        table.rows.push(
            std::iter::once(scope.to_string())
                .chain(metrics.iter().map(of))
                .collect(),
        );
    }
    table.cut("groups and gateways")
}

fn by_cause(summary: &Json, metric: &str, title: &str) -> Table {
    let mut table = Table::new(title, &["cause", "#mean", "#lower", "#upper", "meaning"]);
    let of =
        |r: &&Json| r["scope"] == "all" && r["metric"] == metric && r["mean"].as_f64() > Some(0.0);
    for row in items(summary, "rows")
        .filter(of)
        .filter(|r| r.get("cause").is_some())
    {
        let cause = text(row, "cause");
        let mut line = vec![cause.to_string()];
        line.extend(cells(row, ["mean", "lower", "upper"], "count"));
        line.push(meaning(metric, cause).into());
        table.rows.push(line);
    }
    table.note = "Counts of one replication, on average.".into();
    table
}

fn meaning(metric: &str, cause: &str) -> &'static str {
    match metric {
        "session_drops" => DropCause::ALL
            .iter()
            .find(|c| c.name() == cause)
            .map_or("", |c| c.meaning()),
        _ => MissCause::ALL
            .iter()
            .find(|c| c.name() == cause)
            .map_or("", |c| c.meaning()),
    }
}
