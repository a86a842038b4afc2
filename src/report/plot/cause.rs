//! Why were sessions lost, and why toasts missed.

use super::super::chart::{Axis, Bar, Bars, Chart, Layer};
use super::Plot;
use super::reading::Reading;
use crate::measure::{DropCause, MissCause};
use crate::quantity::number::human;
use crate::record::{Figure, RunRecord};

/// The counts with their causes.
const COUNTS: [(&str, &str, &str); 2] = [
    ("drops", "session_drops", "sessions are lost"),
    ("missed", "toasts_missed", "toasts are missed"),
];

/// A plot for each count.
pub(super) fn plots(run: &RunRecord) -> Vec<Plot> {
    COUNTS
        .iter()
        .filter_map(|(name, metric, happens)| Some(Plot::new(name, chart(run, metric, happens)?)))
        .collect()
}

fn chart(run: &RunRecord, metric: &str, happens: &str) -> Option<Chart> {
    let is_of_run = |f: &&Figure| f.metric == metric && f.scope == "all" && f.point.is_empty();
    let mut rows = run.rows.iter().filter(is_of_run);
    let total = rows.clone().find(|f| f.cause.is_none())?;
    let mut causes: Vec<&Figure> = rows
        .by_ref()
        .filter(|f| f.cause.is_some() && f.mean.is_some_and(|m| m > 0.0))
        .collect();
    causes.sort_by(|a, b| b.mean.unwrap_or(0.0).total_cmp(&a.mean.unwrap_or(0.0)));
    let reading = Reading::for_metric(metric);
    let share = |f: &Figure| {
        let share = f.mean.unwrap_or(0.0) / total.mean.filter(|m| *m > 0.0).unwrap_or(1.0) * 100.0;
        format!("{} %", human((share * 10.0).round() / 10.0))
    };
    let title = match causes.first() {
        Some(first) => {
            let share = match causes.len() {
                1 => "all".into(),
                _ => share(first),
            };
            let total_text = reading.text(total.mean.unwrap_or(0.0));
            format!(
                "{total_text} {happens}, {share} of them because {}",
                cause_title(first)
            )
        }
        None if total.replications == 1 => format!("No {happens} in one replication")
            .replace("sessions are", "session is")
            .replace("toasts are", "toast is"),
        None => format!("No {happens} in {} replications", total.replications)
            .replace("sessions are", "session is")
            .replace("toasts are", "toast is"),
    };
    let bar = |f: &Figure, label: String| Bar {
        label,
        value: f.mean.unwrap_or(0.0),
        interval: reading.interval(f),
        text: reading.with_interval(f),
        ..Bar::default()
    };
    // Nothing that happened is a finding too, with the bound that so many replications give.
    let bars = match causes[..] {
        [] => vec![bar(total, "any cause".into())],
        [row] => vec![bar(row, cause_title(row))],
        // The title names the sum, so it is drawn too.
        _ => std::iter::once(bar(total, "all causes".into()))
            .chain(causes.iter().map(|f| {
                let bar = bar(f, cause_title(f));
                let text = format!("{}, {}", bar.text, share(f));
                Bar { text, ..bar }
            }))
            .collect(),
    };
    Some(Chart {
        description: format!(
            "{} by root cause, mean of a run with its 95 % interval. {title}.",
            reading.label
        ),
        title,
        x: Axis::new(&reading.label, "per run"),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars,
            tone: super::reading::LOSS_TONE,
            ..Bars::default()
        })],
        notes: Vec::new(),
    })
}

/// What the cause means; of one that this version does not know, its name.
fn cause_title(figure: &Figure) -> String {
    let name = figure.cause.as_deref().unwrap_or_default();
    let drop = DropCause::ALL
        .iter()
        .find(|c| c.name() == name && figure.metric == "session_drops")
        .map(|c| c.meaning());
    let miss = MissCause::ALL
        .iter()
        .find(|c| c.name() == name && figure.metric == "toasts_missed")
        .map(|c| c.meaning());
    drop.or(miss)
        .map_or_else(|| name.replace('_', " "), String::from)
}
