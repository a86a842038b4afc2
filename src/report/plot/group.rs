//! Who is hit: the client groups side by side.

use super::super::chart::{Axis, Bar, Bars, Chart, Layer};
use super::Plot;
use super::reading::Reading;
use crate::record::{Figure, RunRecord};

const METRIC: &str = "down_fraction";

/// The groups, where there are several.
pub(super) fn plots(run: &RunRecord) -> Vec<Plot> {
    let of =
        |f: &&Figure| f.metric == METRIC && f.cause.is_none() && f.scope.starts_with("clients:");
    let mut groups: Vec<&Figure> = run.rows.iter().filter(of).collect();
    if groups.len() < 2 {
        return Vec::new();
    }
    groups.sort_by(|a, b| b.mean.unwrap_or(-1.0).total_cmp(&a.mean.unwrap_or(-1.0)));
    let called = |f: &Figure| f.scope.trim_start_matches("clients:").to_string();
    let reading = Reading::of(METRIC);
    let (first, last) = (groups[0], groups[groups.len() - 1]);
    let title = match (first.mean, last.mean) {
        (Some(most), Some(least)) if most > 1.2 * least && most >= 1e-4 => {
            format!(
                "Worst hit is {} with {} of the time without a usable session",
                called(first),
                reading.text(most)
            )
        }
        _ => "All client groups fare about alike".into(),
    };
    let bar = |f: &&Figure| Bar {
        label: called(f),
        value: f.mean.map_or(f64::NAN, |m| m * reading.factor),
        interval: reading.interval(f),
        text: reading.with_interval(f),
        ..Bar::default()
    };
    let layers = vec![Layer::Bars(Bars {
        bars: groups.iter().map(bar).collect(),
        tone: super::day::LOST,
        ..Bars::default()
    })];
    let description = format!(
        "{} of each client group, mean of {} replications with its 95 % interval. {title}.",
        reading.label, run.replications
    );
    let chart = Chart {
        title,
        description,
        x: reading.axis(),
        y: Axis::default(),
        layers,
        notes: Vec::new(),
    };
    vec![Plot::new("groups", chart)]
}
