//! How do the days differ: the share of lost time on each day of a run, with its interval.

use super::super::chart::{Axis, Chart, Layer, Point, Points, Scale, Tone};
use super::Plot;
use super::reading::Reading;
use crate::record::{DayRecord, RunRecord};

/// The plot, where there are several days with users.
pub(super) fn plots(run: &RunRecord) -> Vec<Plot> {
    let metrics = [
        ("down-by-day", "down_fraction"),
        ("missed-by-day", "missed_toast_fraction"),
    ];
    let plot = |(name, metric)| by_day(&run.days, name, metric);
    metrics.into_iter().filter_map(plot).collect()
}

fn by_day(days: &[DayRecord], name: &str, metric: &str) -> Option<Plot> {
    let reading = Reading::for_metric(metric);
    let point = |day: &DayRecord| {
        let figure = day.figure(metric)?;
        let interval = figure.lower.zip(figure.upper);
        Some(Point {
            x: f64::from(day.day),
            y: figure.mean? * reading.factor,
            interval: interval.map(|(a, b)| (a * reading.factor, b * reading.factor)),
            ..Point::default()
        })
    };
    let points: Vec<Point> = days.iter().filter_map(point).collect();
    if points.len() < 2 || points.iter().all(|p| p.y == 0.0) {
        return None;
    }
    let worst = (days.iter())
        .filter_map(|day| Some((day, day.figure(metric)?.mean?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let (day, maximum) = worst?;
    let title = format!(
        "{}: at most {}, on {}",
        reading.label,
        reading.text(maximum),
        day.name()
    );
    let chart = Chart {
        description: format!(
            "{} on each day of the run, with 95 % intervals. {title}.",
            reading.label
        ),
        title,
        x: Axis::new("Day of the run", "").on(Scale::Whole),
        y: reading.axis(),
        layers: vec![Layer::Points(Points {
            points,
            tone: Tone::Auto,
            ..Points::default()
        })],
        notes: vec![
            "Days go from midnight to midnight; on those without a point nobody is signed in."
                .into(),
        ],
    };
    Some(Plot::new(name, chart))
}
