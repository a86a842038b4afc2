//! Who is hit: the client groups side by side.

use super::super::chart::{Axis, Bar, Bars, Chart, Layer};
use super::Plot;
use super::reading::Reading;
use crate::measure::{Metric, Unit};
use crate::record::{Figure, RunRecord};

/// What groups are compared by where no objective says it.
const OTHERWISE: &str = "down_fraction";

/// The metric of the first objective that is about everybody and does not grow with a group; whether more of it is better.
fn metric(run: &RunRecord) -> (&str, bool) {
    let is_comparable = |metric: &str| {
        Metric::by_name(metric).is_some_and(|m| !matches!(m.unit, Unit::Count | Unit::PerSecond))
    };
    let objective = (run.objectives.iter()).find(|o| o.is_of_all() && is_comparable(&o.metric));
    objective.map_or((OTHERWISE, false), |o| (&o.metric, o.at_least.is_some()))
}

/// Which group is worst, where the intervals of the worst and the best lie apart; nothing else is a difference.
fn title(worst: &Figure, best: &Figure, reading: &Reading, more_is_better: bool) -> String {
    let (low, high) = if more_is_better {
        (worst, best)
    } else {
        (best, worst)
    };
    let is_apart = low.upper.zip(high.lower).is_some_and(|(l, h)| l < h);
    match worst.mean {
        Some(mean) if is_apart => format!(
            "{}: worst in {} with {}",
            reading.label,
            group_label(worst),
            reading.text(mean)
        ),
        _ => format!("{}: no difference between groups is shown", reading.label),
    }
}

fn group_label(figure: &Figure) -> String {
    figure.scope.trim_start_matches("clients:").to_string()
}

/// The groups, where there are several.
pub(super) fn plots(run: &RunRecord) -> Vec<Plot> {
    let (metric, more_is_better) = metric(run);
    let is_group =
        |f: &&Figure| f.metric == metric && f.cause.is_none() && f.scope.starts_with("clients:");
    let mut groups: Vec<&Figure> = run.rows.iter().filter(is_group).collect();
    if groups.len() < 2 || groups.iter().all(|f| f.mean.is_none()) {
        return Vec::new();
    }
    groups.sort_by(|a, b| b.mean.unwrap_or(-1.0).total_cmp(&a.mean.unwrap_or(-1.0)));
    if more_is_better {
        groups.reverse();
    }
    let reading = Reading::for_metric(metric).sized(groups.iter().filter_map(|f| f.mean));
    let title = title(
        groups[0],
        groups[groups.len() - 1],
        &reading,
        more_is_better,
    );
    let bar = |f: &&Figure| Bar {
        label: group_label(f),
        value: f.mean.map_or(f64::NAN, |m| m * reading.factor),
        interval: reading.interval(f),
        text: reading.with_interval(f),
        ..Bar::default()
    };
    let layers = vec![Layer::Bars(Bars {
        bars: groups.iter().map(bar).collect(),
        tone: super::reading::LOSS_TONE,
        ..Bars::default()
    })];
    let description = format!(
        "{} of each client group, {}. {title}.",
        reading.label,
        match run.replications {
            1 => "of one replication".into(),
            n => format!("mean of {n} replications with its 95 % interval"),
        }
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
