//! Is it better: the paired differences to the baseline, as intervals and replication by replication.

use super::super::chart::{
    Along, Axis, Bar, Bars, Chart, Layer, Point, Points, Scale, Threshold, Tone,
};
use super::Plot;
use super::reading::Reading;
use crate::quantity::number::{count_phrase, human, plus_minus, small};
use crate::record::{Comparison, Contrast, Difference, ReplicatedFigure};
use crate::study::Relation;

/// The figure whose pairs are shown one by one.
const PAIRS: &str = "missed_toast_fraction";

/// More alternatives than this have no points of their own.
const MOST_ALTERNATIVES: usize = 5;

/// The plots of a comparison.
pub(super) fn plots(comparison: &Comparison, runs: &[ReplicatedFigure]) -> Vec<Plot> {
    let comparison = &with_short_names(comparison);
    let mut plots = Vec::new();
    if comparison.alternatives.len() == 1 {
        plots.push(Plot::new(
            "differences",
            single_chart(comparison, &comparison.alternatives[0]),
        ));
    } else {
        let metrics = comparison
            .alternatives
            .first()
            .map_or(&[][..], |a| &a.figures);
        plots.extend(metrics.iter().filter(|f| f.decides).map(|f| {
            Plot::new(
                &format!("differences-{}", f.metric.replace('_', "-")),
                metric_chart(comparison, &f.metric),
            )
        }));
    }
    plots.extend(pairs(comparison, runs).map(|chart| Plot::new("pairs", chart)));
    plots
}

/// The same with short names, "nec-r2" for "models/nec-r2.toml", where they still tell all apart.
fn with_short_names(comparison: &Comparison) -> Comparison {
    let short = |name: &String| {
        let (path, point) = name
            .split_once(" (")
            .map_or((name.as_str(), None), |(path, point)| (path, Some(point)));
        let last = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(path)
            .trim_end_matches(".toml");
        point.map_or_else(|| last.to_string(), |point| format!("{last} ({point}"))
    };
    let mut names: Vec<String> = comparison
        .alternatives
        .iter()
        .map(|a| &a.name)
        .chain([&comparison.baseline])
        .map(short)
        .collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return comparison.clone();
    }
    let shorten = |r: &Contrast| Contrast {
        name: short(&r.name),
        ..r.clone()
    };
    Comparison {
        baseline: short(&comparison.baseline),
        alternatives: comparison.alternatives.iter().map(shorten).collect(),
        ..comparison.clone()
    }
}

fn amount(reading: &Reading, figure: &Difference) -> String {
    let Some(difference) = figure.difference else {
        return "–".into();
    };
    let half = figure
        .lower
        .zip(figure.upper)
        .map(|(l, u)| (u - l) / 2.0 * reading.factor);
    let amount = half.map_or_else(
        || human(difference * reading.factor),
        |half| plus_minus(difference * reading.factor, half),
    );
    let unit = if reading.unit == "%" {
        "points"
    } else {
        reading.unit
    };
    let sign = if difference > 0.0 { "+" } else { "" };
    format!("{sign}{amount} {unit}")
        .replace('-', "−")
        .trim()
        .into()
}

fn bar(label: String, reading: &Reading, figure: &Difference) -> Bar {
    Bar {
        label,
        value: figure.difference.map_or(f64::NAN, |d| d * reading.factor),
        interval: figure
            .lower
            .zip(figure.upper)
            .map(|(l, u)| (l * reading.factor, u * reading.factor)),
        text: amount(reading, figure),
        ..Bar::default()
    }
}

fn verdict(comparison: &Comparison, contrast: &Contrast) -> String {
    match contrast.verdict {
        Relation::Indistinguishable => {
            format!(
                "{} cannot be told from {}",
                contrast.name, comparison.baseline
            )
        }
        Relation::Mixed => format!(
            "{} is better in some and worse in other respects than {}",
            contrast.name, comparison.baseline
        ),
        stand => format!(
            "{} is {} than {}",
            contrast.name,
            stand.name(),
            comparison.baseline
        ),
    }
}

fn note(comparison: &Comparison) -> Vec<String> {
    vec![format!(
        "Paired by replication, with {} % intervals each: together they hold with 95 %. Less is better.",
        human(comparison.confidence * 100.0)
    )]
}

/// One alternative: what decides, all in percentage points.
fn single_chart(comparison: &Comparison, contrast: &Contrast) -> Chart {
    let deciding = contrast.figures.iter().filter(|f| f.decides);
    let bars = deciding
        .map(|f| {
            bar(
                Reading::for_metric(&f.metric).label,
                &Reading::for_metric(&f.metric),
                f,
            )
        })
        .collect();
    let title = verdict(comparison, contrast);
    Chart {
        description: format!(
            "What users miss with {} less what they miss with {}. {title}.",
            contrast.name, comparison.baseline
        ),
        title,
        x: Axis::new("Difference to the baseline", "percentage points"),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars,
            ..Bars::default()
        })],
        notes: note(comparison),
    }
}

/// Several alternatives in one figure.
fn metric_chart(comparison: &Comparison, metric: &str) -> Chart {
    let figures = || {
        (comparison.alternatives.iter())
            .filter_map(|r| Some((r, r.figures.iter().find(|f| f.metric == metric)?)))
    };
    let differences = figures().filter_map(|(_, f)| Some(f.difference?.abs()));
    let reading = Reading::for_metric(metric).sized(differences);
    let bars: Vec<Bar> = figures()
        .map(|(r, figure)| bar(r.name.clone(), &reading, figure))
        .collect();
    let unit = if reading.unit == "%" {
        "percentage points"
    } else {
        reading.unit
    };
    let title = format!(
        "{}: each alternative less {}",
        reading.label, comparison.baseline
    );
    Chart {
        description: format!("{title}, with intervals."),
        title,
        x: Axis::new("Difference to the baseline", unit),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars,
            ..Bars::default()
        })],
        notes: note(comparison),
    }
}

/// The difference in each replication, with common random numbers.
fn pairs(comparison: &Comparison, runs: &[ReplicatedFigure]) -> Option<Chart> {
    let reading = Reading::for_metric(PAIRS);
    let is_pair_row =
        |r: &&ReplicatedFigure| r.metric == PAIRS && r.scope == "all" && r.cause.is_empty();
    let rows: Vec<&ReplicatedFigure> = runs.iter().filter(is_pair_row).collect();
    let (baseline, alternatives) = rows.split_first()?;
    let numbers = baseline.numbers();
    if alternatives.is_empty()
        || alternatives.len() > MOST_ALTERNATIVES
        || alternatives.len() != comparison.alternatives.len()
    {
        return None;
    }
    let mut layers = Vec::new();
    let (mut pairs, mut lower) = (0, 0);
    for (contrast, row) in comparison.alternatives.iter().zip(alternatives) {
        let difference = |(n, value): (u32, f64)| {
            let base = numbers.iter().find(|(m, _)| *m == n)?.1;
            Some(Point {
                x: f64::from(n),
                y: (value - base) * reading.factor,
                ..Point::default()
            })
        };
        let points: Vec<Point> = row.numbers().into_iter().filter_map(difference).collect();
        pairs += points.len();
        lower += points.iter().filter(|p| p.y < 0.0).count();
        let name = if alternatives.len() == 1 {
            String::new()
        } else {
            contrast.name.clone()
        };
        layers.push(Layer::Points(Points {
            name,
            points,
            tone: Tone::Auto,
        }));
    }
    let label = "no difference".into();
    layers.push(Layer::Threshold(Threshold {
        along: Along::Y,
        value: 0.0,
        label,
        tone: Tone::Quiet,
    }));
    let title = format!(
        "{} are fewer than with {} in {lower} of {}",
        reading.label,
        comparison.baseline,
        count_phrase(pairs as u64, "pair")
    );
    let title = title.replace("in 0 of", "in none of");
    Some(Chart {
        description: format!(
            "The difference in {} of each replication, with common random numbers. {title}.",
            small(&reading.label)
        ),
        title,
        x: Axis::new("Replication", "").on(Scale::Whole),
        y: Axis::new("Difference in missed toasts", "percentage points"),
        layers,
        notes: Vec::new(),
    })
}
