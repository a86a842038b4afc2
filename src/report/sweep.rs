//! A sweep for people.

use std::fmt::Write;

use super::text::{figure, table};
use crate::measure::Scope;
use crate::quantity::number::{duration, whole};
pub use crate::record::sweep::{Outcome, Sweep, any, skew};

/// The figures of the table, after those of the objectives.
pub(super) const SHOWN: [&str; 5] = [
    "missed_toast_fraction",
    "down_fraction",
    "drops_per_client_hour",
    "refresh_rate_per_s",
    "message_rate_per_s",
];

/// The last part of a key, where that is enough to tell the keys apart.
pub fn short_keys(values: &[(String, String)]) -> Vec<String> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    let alone = |key: &str| values.iter().filter(|(k, _)| last(k) == last(key)).count() == 1;
    values
        .iter()
        .map(|(key, _)| if alone(key) { last(key) } else { key.clone() })
        .collect()
}

/// Every point with its figures.
pub fn point_table(sweep: &Sweep) -> String {
    let Some(first) = sweep.points.first() else {
        return String::new();
    };
    let judged: Vec<usize> = (0..sweep.objectives.len())
        .filter(|i| {
            let o = &sweep.objectives[*i];
            !(o.scope == Scope::All && o.cause.is_none() && SHOWN.contains(&o.metric.name))
        })
        .collect();
    let (least, most) = sweep.replications();
    let mut header = short_keys(&first.values);
    if !sweep.objectives.is_empty() {
        header.push("verdict".into());
    }
    header.extend(
        judged
            .iter()
            .map(|i| super::text::subject(&sweep.objectives[*i])),
    );
    header.extend(SHOWN.map(String::from));
    if least != most {
        header.push("replications".into());
    }
    let mut rows = vec![header];
    for p in &sweep.points {
        let mut row: Vec<String> = p.values.iter().map(|(_, value)| value.clone()).collect();
        if !sweep.objectives.is_empty() {
            row.push(p.verdict().name().into());
        }
        row.extend(judged.iter().map(|i| {
            p.judgements
                .get(*i)
                .map_or(String::new(), |j| figure(&j.row))
        }));
        row.extend(
            SHOWN
                .iter()
                .map(|metric| p.row(metric).map_or("–".into(), figure)),
        );
        if least != most {
            row.push(whole(p.samples.replications().into()));
        }
        rows.push(row);
    }
    table(&rows, true)
}

/// For people: the answer first.
pub fn text(sweep: &Sweep) -> String {
    let mut out = String::new();
    for line in &sweep.answer {
        let _ = writeln!(out, "{line}");
    }
    out += &super::text::premises(&sweep.premises);
    let (least, most) = sweep.replications();
    let n = if least == most {
        whole(most.into())
    } else {
        format!("{} to {}", whole(least.into()), whole(most.into()))
    };
    let interval = if least > 1 {
        ", with 95 % intervals"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "\nPoints ({n} replications each{interval})\n{}",
        point_table(sweep).trim_end()
    );
    let _ = writeln!(
        out,
        "\nSimulated {} points × {n} × {}, seed {}, fingerprint {}: {}",
        whole(sweep.points.len() as u64),
        duration(sweep.horizon_s),
        sweep.seed,
        sweep.fingerprint(),
        sweep.command
    );
    out
}
