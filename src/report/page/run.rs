//! The answer of a run: its figures, by group, and why.

use std::collections::BTreeMap;

use super::table::{Table, interval};
use crate::measure::{DropCause, Metric, MissCause};
use crate::quantity::number::{human, whole};
use crate::record::{Figure, RunRecord};
use crate::report::down::DownRow;
use crate::report::run::{FIRST_SCREEN, SHOWN_IF_ANY};
use crate::report::words::metric_title;
use crate::study::Estimate;

/// The tables of a run.
pub(super) fn tables(run: &RunRecord) -> Vec<Table> {
    let causes = [
        ("session_drops", "Why sessions were lost"),
        ("toasts_missed", "Why toasts were missed"),
    ];
    let causes = causes
        .into_iter()
        .map(|(metric, title)| by_cause(run, metric, title));
    [figures(run), by_day(run), by_scope(run)]
        .into_iter()
        .chain(causes)
        .chain([faults(run)])
        .filter_map(Table::if_any)
        .collect()
}

/// What being down comes to, below the figures.
pub(super) fn add_down(tables: &mut [Table], rows: &[DownRow]) {
    let Some(table) = tables.first_mut().filter(|_| !rows.is_empty()) else {
        return;
    };
    for row in rows {
        let Estimate { mean, lower, upper } = row.amount;
        let mut line = vec![row.name.to_string()];
        line.extend(interval(Some(mean), lower, upper, ""));
        line.extend([row.unit.clone(), row.definition.clone()]);
        table.rows.push(line);
    }
}

fn is(row: &Figure, metric: &str) -> bool {
    row.metric == metric && row.cause.is_none()
}

/// How often faults came that are drawn at random.
fn faults(run: &RunRecord) -> Table {
    let columns = ["fault", "#expected in a run", "#expected in all", "#seen"];
    let mut table = Table::new("Faults drawn at random", &columns);
    table.note = "In all: in everything that was simulated. What fewer than five of them did says little of what they do; a rare \
                  one is simulated in a run of its own for each replication, and weighted by how likely it is."
        .into();
    for fault in &run.faults {
        table.rows.push(vec![
            fault.name.clone(),
            human(fault.expected_in_run),
            human(fault.expected),
            whole(fault.seen),
        ]);
    }
    table
}

fn figures(run: &RunRecord) -> Table {
    let mut table = Table::new(
        "Figures",
        &["figure", "#mean", "#lower", "#upper", "unit", "definition"],
    );
    table.note = match run.replications {
        1 => "One replication: there are no intervals.".into(),
        n => format!(
            "Mean of {n} replications with the bounds of its 95 % interval; equal bounds: every replication gave the same number."
        ),
    };
    for name in FIRST_SCREEN {
        let Some(row) = run.rows.iter().find(|r| r.is_of_all(name)) else {
            continue;
        };
        if SHOWN_IF_ANY.contains(&name) && row.mean.is_none() && row.beyond.is_none() {
            continue;
        }
        let unit = &row.unit;
        let mut line = vec![name.to_string()];
        match row.beyond {
            Some(beyond) => line.extend([
                format!("> {}", super::cell(Some(beyond), unit)),
                "–".into(),
                "–".into(),
            ]),
            None => line.extend(interval(row.mean, row.lower, row.upper, unit)),
        }
        line.push(super::unit_name(unit).into());
        line.push(Metric::by_name(name).map_or("", |m| m.definition).into());
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

fn by_scope(run: &RunRecord) -> Table {
    let rows = &run.rows;
    let mut scopes: Vec<&str> = rows
        .iter()
        .map(|r| r.scope.as_str())
        .filter(|s| *s != "all")
        .collect();
    scopes.dedup();
    // One group on one gateway is the whole.
    if scopes.len() <= 2 {
        return Table::default();
    }
    let mut table = Table::new("By client group and gateway", &["of"]);
    let has_figure = |name: &&str| {
        rows.iter()
            .any(|r| is(r, name) && r.scope != "all" && r.mean.is_some())
    };
    let metrics: Vec<&str> = BY_SCOPE.iter().copied().filter(|m| has_figure(m)).collect();
    for metric in &metrics {
        let row = rows.iter().find(|r| is(r, metric));
        table.figure(&metric_title(metric), row.map_or("", |r| &r.unit));
    }
    let of_scope = |r: &&Figure| metrics.iter().any(|metric| is(r, metric));
    let figures: BTreeMap<(&str, &str), &Figure> = (rows.iter().filter(of_scope))
        .map(|r| ((&*r.scope, &*r.metric), r))
        .collect();
    for scope in scopes {
        let cell = |metric: &&str| {
            let row = figures.get(&(scope, metric));
            row.map_or("–".into(), |r| super::cell(r.mean, &r.unit))
        };
        table.rows.push(
            std::iter::once(scope.to_string())
                .chain(metrics.iter().map(cell))
                .collect(),
        );
    }
    table.cut("groups and gateways")
}

/// What is told of every day.
const BY_DAY: [&str; 6] = [
    "down_fraction",
    "session_drops",
    "drops_per_client_hour",
    "missed_toast_fraction",
    "toasts_missed",
    "message_rate_per_s",
];

fn by_day(run: &RunRecord) -> Table {
    let mut table = Table::new("Day by day", &["day"]);
    for metric in BY_DAY {
        let row = run.days.first().and_then(|day| day.figure(metric));
        table.figure(&metric_title(metric), row.map_or("", |r| &r.unit));
    }
    for day in &run.days {
        let day_cell = |metric: &str| {
            let row = day.figure(metric);
            row.map_or("–".into(), |r| super::cell(r.mean, &r.unit))
        };
        let name = std::iter::once(day.name());
        table.rows.push(name.chain(BY_DAY.map(day_cell)).collect());
    }
    table.note = "From midnight to midnight; the intervals are in days.csv.".into();
    table.cut("days")
}

fn by_cause(run: &RunRecord, metric: &str, title: &str) -> Table {
    let mut table = Table::new(title, &["cause", "#mean", "#lower", "#upper", "meaning"]);
    let happens = |r: &&Figure| r.scope == "all" && r.metric == metric && r.mean > Some(0.0);
    for row in run.rows.iter().filter(happens) {
        let Some(cause) = &row.cause else { continue };
        let mut line = vec![cause.to_string()];
        line.extend(interval(row.mean, row.lower, row.upper, "count"));
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
