//! A sweep for people.

use std::fmt::Write;

use super::text::{deciding_assumptions, figure, subject, table};
use crate::measure::{Objective, Scope};
use crate::quantity::number::{count_phrase, duration, whole};
use crate::record::{SweepPoint, SweepRecord};

/// The figures of the table, after those of the objectives.
pub(super) const TABLE_METRICS: [&str; 5] = [
    "missed_toast_fraction",
    "down_fraction",
    "drops_per_client_hour",
    "refresh_rate_per_s",
    "message_rate_per_s",
];

/// The last part of a key, where that is enough to tell the keys apart.
pub fn short_keys(values: &[(String, String)]) -> Vec<String> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    let is_unique = |key: &str| values.iter().filter(|(k, _)| last(k) == last(key)).count() == 1;
    values
        .iter()
        .map(|(key, _)| {
            if is_unique(key) {
                last(key)
            } else {
                key.clone()
            }
        })
        .collect()
}

/// Every point with its figures.
fn point_table(
    objectives: &[Objective],
    points: &[SweepPoint],
    counts_replications: bool,
) -> String {
    let Some(first) = points.first() else {
        return String::new();
    };
    let columns: Vec<usize> = (0..objectives.len())
        .filter(|i| {
            let o = &objectives[*i];
            !(o.scope == Scope::All && o.cause.is_none() && TABLE_METRICS.contains(&o.metric.name))
        })
        .collect();
    let mut header = short_keys(first.values);
    if !objectives.is_empty() {
        header.push("verdict".into());
    }
    header.extend(columns.iter().map(|i| subject(&objectives[*i])));
    header.extend(TABLE_METRICS.map(String::from));
    if counts_replications {
        header.push("replications".into());
    }
    let mut rows = vec![header];
    for SweepPoint {
        values, assessment, ..
    } in points
    {
        let mut row: Vec<String> = values.iter().map(|(_, value)| value.clone()).collect();
        if !objectives.is_empty() {
            row.push(assessment.verdict().name().into());
        }
        row.extend(columns.iter().map(|i| {
            let judgement = assessment.judgements.get(*i);
            judgement.map_or(String::new(), |j| figure(&j.row))
        }));
        row.extend(TABLE_METRICS.iter().map(|metric| {
            let of_all = assessment.row(&Scope::All, metric);
            of_all.map_or("–".into(), figure)
        }));
        if counts_replications {
            row.push(whole(assessment.samples.replications().into()));
        }
        rows.push(row);
    }
    table(&rows, true)
}

/// For people: the answer first.
pub fn text(sweep: &SweepRecord, objectives: &[Objective], points: &[SweepPoint]) -> String {
    let mut out = format!(
        "{}\n{}",
        sweep.answer,
        deciding_assumptions(&sweep.assumptions)
    );
    let min = sweep.replications;
    let replications = sweep.points.iter().map(|p| p.replications);
    let max = replications.max().unwrap_or(0);
    let n = if min == max {
        whole(max.into())
    } else {
        format!("{} to {}", whole(min.into()), whole(max.into()))
    };
    let interval = if min > 1 { ", with 95 % intervals" } else { "" };
    let s = if max == 1 { "" } else { "s" };
    let _ = writeln!(
        out,
        "\nPoints ({n} replication{s} each{interval})\n{}",
        point_table(objectives, points, min != max).trim_end()
    );
    let _ = writeln!(
        out,
        "\nSimulated {} × {n} × {}, seed {}, fingerprint {}: {}",
        count_phrase(points.len() as u64, "point"),
        duration(sweep.horizon_s),
        sweep.seed,
        sweep.fingerprint,
        sweep.command
    );
    out
}
