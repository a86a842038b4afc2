//! The answers of the other kinds of study, as tables.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Kind;
use super::objective::{margin, subject};
use super::table::{Table, cells, items, text};
use super::{cell, run, unit_name};
use crate::measure::Metric;
use crate::report::sweep::{SHOWN, short_keys};

/// The tables of a study.
pub fn tables(kind: Kind, summary: &Json) -> Vec<Table> {
    match kind {
        Kind::Run => run::tables(summary),
        Kind::Sweep => vec![sweep(summary)],
        Kind::Compare => items(summary, "alternatives")
            .map(|a| compare(summary, a))
            .collect(),
        Kind::Size => vec![size(summary)],
        Kind::Best => vec![best(summary)],
        Kind::Sensitivity => vec![sensitivity(summary)],
        Kind::Matrix => vec![matrix(summary)],
    }
}

/// The unit of a metric, as files name it.
fn unit_of(metric: &str) -> &'static str {
    Metric::named(metric).map_or("", |m| m.unit.name())
}

fn half_width(row: &Json) -> Option<f64> {
    Some((row["upper"].as_f64()? - row["lower"].as_f64()?) / 2.0)
}

fn sweep(summary: &Json) -> Table {
    let first = || items(summary, "points").next();
    let objectives: Vec<&Json> = first()
        .into_iter()
        .flat_map(|p| items(p, "objectives"))
        .collect();
    let whole = |o: &&Json| o["scope"] == "all" && o.get("cause").is_none();
    let judged: Vec<&str> = objectives
        .iter()
        .copied()
        .filter(whole)
        .map(|o| text(o, "metric"))
        .collect();
    let others: Vec<&str> = SHOWN
        .into_iter()
        .filter(|metric| !judged.contains(metric))
        .collect();
    let keys = first().map_or_else(Vec::new, |p| short_keys(&values(p)));
    let mut table = Table::new(
        "Every point",
        &keys.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    if !objectives.is_empty() {
        table.words("verdict");
    }
    for objective in &objectives {
        let unit = text(objective, "unit");
        table.figure(&subject(objective), unit);
        ["±", "margin"]
            .iter()
            .for_each(|title| table.figure(title, unit));
    }
    for metric in &others {
        table.figure(metric, unit_of(metric));
        table.figure("±", unit_of(metric));
    }
    table.figure("replications", "count");
    // The rows of a point follow each other, and the points come in the same order in both lists.
    let mut rows = items(summary, "rows").peekable();
    for point in items(summary, "points") {
        let mut line: Vec<String> = values(point).into_iter().map(|(_, value)| value).collect();
        if !objectives.is_empty() {
            line.push(text(point, "verdict").into());
        }
        for objective in items(point, "objectives") {
            let unit = text(objective, "unit");
            line.extend(
                [
                    objective["mean"].as_f64(),
                    half_width(objective),
                    margin(objective),
                ]
                .map(|x| cell(x, unit)),
            );
        }
        let mut own: Vec<&Json> = Vec::new();
        while let Some(row) = rows.next_if(|r| r["point"] == point["point"]) {
            if whole(&row) {
                own.push(row);
            }
        }
        for metric in &others {
            let row = own.iter().find(|r| r["metric"] == *metric);
            let mean = row.and_then(|r| r["mean"].as_f64());
            line.extend([mean, row.and_then(|r| half_width(r))].map(|x| cell(x, unit_of(metric))));
        }
        line.push(cell(point["replications"].as_f64(), "count"));
        table.rows.push(line);
    }
    table.note =
        "± is half of the 95 % interval; the margin is how far all of it stays on the right side of the target.".into();
    table.cut("points")
}

/// What is varied at a point, by key.
fn values(point: &Json) -> Vec<(String, String)> {
    let map: BTreeMap<String, String> =
        serde_json::from_value(point["point"].clone()).unwrap_or_default();
    map.into_iter().collect()
}

fn compare(summary: &Json, other: &Json) -> Table {
    let title = format!("{} less {}", text(other, "name"), text(summary, "baseline"));
    let figures = ["difference", "lower", "upper", "baseline", "other"];
    let mut table = Table::new(&title, &["figure", "stand"]);
    figures
        .iter()
        .for_each(|title| table.figure(title, "count"));
    table.words("unit");
    table.figure("correlation", "count");
    table.words("decides");
    for figure in items(other, "figures") {
        let unit = text(figure, "unit");
        let mut line = ["metric", "verdict"]
            .map(|key| text(figure, key).to_string())
            .to_vec();
        line.extend(cells(figure, figures, unit));
        line.push(unit_name(unit).into());
        line.extend(cells(figure, ["correlation"], ""));
        line.push(
            if figure["decides"] == true {
                "yes"
            } else {
                "no"
            }
            .into(),
        );
        table.rows.push(line);
    }
    let confidence = summary["confidence"].as_f64().unwrap_or(0.0) * 100.0;
    table.note = format!(
        "{} replications, paired by the same luck. Intervals of {} % each: all that decide hold at once with 95 %.",
        other["replications"],
        super::plain(confidence)
    );
    table
}

fn size(summary: &Json) -> Table {
    let mut table = Table::new(
        "Every value tried",
        &[text(summary, "key"), "sample", "#replications", "verdict"],
    );
    let first = || {
        items(summary, "trials")
            .next()
            .into_iter()
            .flat_map(|t| items(t, "objectives"))
    };
    for objective in first() {
        let unit = unit_of(text(objective, "metric"));
        table.figure(text(objective, "metric"), unit);
        ["lower", "upper", "target"]
            .iter()
            .for_each(|title| table.figure(title, unit));
    }
    for trial in items(summary, "trials") {
        let mut line = ["value", "sample"]
            .map(|key| text(trial, key).to_string())
            .to_vec();
        line.push(cell(trial["replications"].as_f64(), "count"));
        line.push(text(trial, "verdict").into());
        for objective in items(trial, "objectives") {
            line.extend(cells(
                objective,
                ["mean", "lower", "upper", "target"],
                unit_of(text(objective, "metric")),
            ));
        }
        table.rows.push(line);
    }
    table.note =
        "The sample of the search, or fresh replications that the search had not seen.".into();
    table
}

fn best(summary: &Json) -> Table {
    let mut table = Table::new(
        "Cost of every point",
        &[
            "point",
            "#replications",
            "#cost",
            "#lower",
            "#upper",
            "standing",
        ],
    );
    let within: Vec<&str> = items(summary, "within_delta")
        .filter_map(|p| p.as_str())
        .collect();
    for point in items(summary, "points") {
        let name = text(point, "point");
        let mut line = vec![name.to_string()];
        line.extend(cells(point, ["replications", "mean", "lower", "upper"], ""));
        line.push(
            match () {
                () if summary["best"] == name => "best",
                () if within.contains(&name) => "within delta",
                () => "",
            }
            .into(),
        );
        table.rows.push(line);
    }
    table.note = format!(
        "Cost: {}. Differences below {} do not matter.",
        text(summary, "cost"),
        cell(summary["delta"].as_f64(), "")
    );
    table.cut("points")
}

fn sensitivity(summary: &Json) -> Table {
    let unit = text(summary, "unit");
    let mut table = Table::new("One key at a time", &["key", "value", "other value"]);
    table.figure(text(summary, "metric"), unit);
    ["difference", "lower", "upper"]
        .iter()
        .for_each(|title| table.figure(title, unit));
    table.words("verdict");
    for key in items(summary, "keys") {
        for other in items(key, "alternatives") {
            let mut line = vec![
                text(key, "key").to_string(),
                text(key, "value").into(),
                text(other, "value").into(),
            ];
            line.extend(cells(other, ["mean", "difference", "lower", "upper"], unit));
            line.push(text(other, "verdict").into());
            table.rows.push(line);
        }
    }
    table.note = format!(
        "{} replications, paired; all differences hold at once with 95 %.",
        summary["replications"]
    );
    table
}

fn matrix(summary: &Json) -> Table {
    let columns = [
        "gateway",
        "client",
        "refresh",
        "#first loss (s)",
        "cause",
        "#down (%)",
        "#toasts missed per user-day",
        "helps",
    ];
    let mut table = Table::new("Every client against every gateway", &columns);
    for c in items(summary, "cells") {
        let mut line = ["gateway", "client", "method"]
            .map(|key| text(c, key).to_string())
            .to_vec();
        line.push(if c["first_loss_s"].is_null() {
            "never".into()
        } else {
            cells(c, ["first_loss_s"], "s")[0].clone()
        });
        line.push(text(c, "cause").into());
        line.extend(cells(c, ["down_fraction"], "fraction"));
        line.extend(cells(c, ["missed_toasts_per_user_day"], ""));
        // Where it is done; the whole sentence stands below, once.
        let place = |remedy: &str| remedy.split(':').next().unwrap_or_default().to_string();
        line.push(remedies(c).map(place).collect::<Vec<_>>().join(", "));
        table.rows.push(line);
    }
    let mut helps: Vec<&str> = items(summary, "cells").flat_map(remedies).collect();
    helps.sort_unstable();
    helps.dedup();
    table.note = format!("Helps: {}. {}", helps.join("; "), text(summary, "basis"));
    if helps.is_empty() {
        table.note = text(summary, "basis").into();
    }
    table
}

/// What would help that pair, as sentences that begin with a place.
fn remedies(cell: &Json) -> impl Iterator<Item = &str> {
    items(cell, "remedy").filter_map(Json::as_str)
}
