//! Which points serve: a figure along a key with its interval, the objective, and where all objectives are met.

use std::collections::{BTreeMap, BTreeSet};

use super::super::chart::{
    Along, Axis, Band, Bar, Bars, Chart, Layer, Line, MANY_POINTS, Point, Points, Scale, Tone,
};
use super::Plot;
use super::feasible::{feasible, mark, meeting, shading};
use super::grid::{FigureIndex, Grid, MOST_CURVES, keys, name, points};
use super::heat;
use super::key::called;
use super::reading::Reading;
use crate::quantity::number::small;
use crate::record::{Figure, Objective, PointRecord, SweepRecord};
use crate::study::Verdict;

/// What is shown besides the figures of the objectives.
const EXTRA_METRICS: [&str; 3] = [
    "missed_toast_fraction",
    "down_fraction",
    "message_rate_per_s",
];

/// More bars than this are read by nobody.
const MOST_BARS: usize = 40;

/// A figure that is shown, and what is wanted of it.
pub(super) struct TargetFigure<'a> {
    /// What it is.
    pub metric: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// What is wanted.
    pub objective: Option<&'a Objective>,
}

/// The plots of a sweep.
pub(super) fn plots(sweep: &SweepRecord) -> Vec<Plot> {
    let points = points(&sweep.rows);
    let figures = FigureIndex::from_rows(&sweep.rows);
    let grid = Grid::along(&points, None);
    let mut plots = Vec::new();
    for target_figures in target_figures(sweep) {
        let name = match target_figures.scope {
            "all" => format!("sweep-{}", target_figures.metric.replace('_', "-")),
            scope => format!(
                "sweep-{}-{}",
                target_figures.metric.replace('_', "-"),
                file_name(scope)
            ),
        };
        let chart = match &grid {
            Some(grid) if grid.curves.len() <= MOST_CURVES => {
                Some(curves(&figures, grid, sweep, &target_figures))
            }
            Some(_) => None,
            None => Some(bars(&figures, &points, &target_figures)),
        };
        plots.extend(chart.map(|chart| Plot::new(&name, chart)));
        let map = heat::chart(
            &figures,
            &points,
            target_figures.metric,
            target_figures.scope,
            target_figures.objective,
        );
        plots.extend(map.map(|chart| Plot::new(&name.replacen("sweep", "heat", 1), chart)));
    }
    plots
}

/// A name that is any text, as a file's.
pub(super) fn file_name(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(60)
        .collect()
}

fn target_figures(sweep: &SweepRecord) -> Vec<TargetFigure<'_>> {
    let objectives = sweep.points.first().map_or(&[][..], |p| &p.objectives);
    let mut figures: Vec<TargetFigure> = objectives
        .iter()
        .filter(|o| o.cause.is_none())
        .map(|o| TargetFigure {
            metric: &o.metric,
            scope: &o.scope,
            objective: Some(o),
        })
        .collect();
    // What stays below a hundredth of a percent everywhere is no finding.
    let is_visible = |metric: &str| {
        let reading = Reading::for_metric(metric);
        let rows = sweep
            .rows
            .iter()
            .filter(|r| r.metric == metric && r.scope == "all" && r.cause.is_none());
        reading.unit != "%"
            || rows
                .filter_map(|r| r.mean)
                .any(|m| m * reading.factor >= 0.01)
    };
    for metric in EXTRA_METRICS.into_iter().filter(|m| is_visible(m)) {
        if !figures
            .iter()
            .any(|s| s.metric == metric && s.scope == "all")
        {
            figures.push(TargetFigure {
                metric,
                scope: "all",
                objective: None,
            });
        }
    }
    figures
}

/// A figure as a point of a chart.
fn spot(figure: Option<&Figure>, factor: f64) -> (f64, Option<(f64, f64)>) {
    let mean = figure
        .and_then(|f| f.mean.or(f.beyond))
        .map_or(f64::NAN, |m| m * factor);
    // No metric is below 0, whatever a symmetric interval says.
    let interval = figure
        .and_then(|f| f.lower.zip(f.upper))
        .map(|(l, u)| (l.max(0.0) * factor, u * factor));
    (mean, interval)
}

/// A curve with its band and its points.
pub(super) fn curve(
    figures: &[Option<&Figure>],
    xs: &[f64],
    name: &str,
    factor: f64,
) -> Vec<Layer> {
    let point = |(x, figure): (&f64, &Option<&Figure>)| {
        let (y, interval) = spot(*figure, factor);
        Point {
            x: *x,
            y,
            interval,
            ..Point::default()
        }
    };
    let mut points: Vec<Point> = xs.iter().zip(figures).map(point).collect();
    let mut layers = Vec::new();
    if points.iter().filter(|p| p.interval.is_some()).count() >= 3 {
        // A band says what so many bars would, and takes their place.
        let interval = |p: &mut Point| {
            p.interval
                .take()
                .map_or((p.x, f64::NAN, f64::NAN), |(l, u)| (p.x, l, u))
        };
        let band = points.iter_mut().map(interval).collect();
        layers.push(Layer::Band(Band {
            name: name.into(),
            points: band,
            tone: Tone::Auto,
        }));
    }
    let line = points.iter().map(|p| (p.x, p.y)).collect();
    layers.push(Layer::Line(Line {
        name: name.into(),
        points: line,
        tone: Tone::Auto,
    }));
    // So many that they lie on each other: the curve says what they would.
    if points.len() <= MANY_POINTS {
        layers.push(Layer::Points(Points {
            name: name.into(),
            points,
            tone: Tone::Auto,
        }));
    }
    layers
}

fn curves(
    figures: &FigureIndex,
    grid: &Grid,
    sweep: &SweepRecord,
    target_figures: &TargetFigure,
) -> Chart {
    let spot_figures: Vec<Vec<Option<&Figure>>> = (grid.curves.iter())
        .map(|curve| {
            let spots = curve.spots.iter();
            spots
                .map(|s| figures.get(s.point, target_figures.scope, target_figures.metric))
                .collect()
        })
        .collect();
    let values: Vec<f64> = (spot_figures.iter().flatten().flatten())
        .flat_map(|f| [f.mean, f.lower])
        .flatten()
        .collect();
    let reading = Reading::for_metric(target_figures.metric).sized(values.iter().copied());
    let mut layers = Vec::new();
    let meeting = meeting(sweep);
    let shaded = feasible(grid, &meeting);
    layers.extend(shaded);
    for (curve, figures) in grid.curves.iter().zip(&spot_figures) {
        let xs: Vec<f64> = curve.spots.iter().map(|s| s.x).collect();
        layers.extend(self::curve(figures, &xs, &curve.name, reading.factor));
    }
    if grid.curves.len() == 1 {
        reading.tint(&mut layers);
    }
    let grid_spots = grid
        .curves
        .iter()
        .flat_map(|c| c.spots.iter().map(move |s| (c, s)));
    let passing_spots: BTreeSet<(&str, u64)> = grid_spots
        .filter(|(_, s)| meeting.contains(s.point))
        .map(|(c, s)| (c.name.as_str(), s.x.to_bits()))
        .collect();
    mark(&mut layers, sweep, |x, name| {
        passing_spots.contains(&(name, x.to_bits()))
    });
    let limit = target_figures.objective.map(|o| reading.limit(o, Along::Y));
    let mut y = reading.axis_for(values.iter().copied());
    if limit.as_ref().is_some_and(|l| l.value <= 0.0) {
        y = y.on(Scale::Linear);
    }
    layers.extend(limit.map(Layer::Threshold));
    let key = called(grid.key);
    let title = title(grid, sweep, target_figures, &reading);
    let notes = [replications(sweep)].into_iter().chain(shading(&layers));
    Chart {
        description: format!(
            "{} by {}, with 95 % intervals. {title}.",
            reading.label,
            small(&key)
        ),
        title,
        x: grid.places.axis.clone(),
        y,
        notes: notes.collect(),
        layers,
    }
}

fn replications(sweep: &SweepRecord) -> String {
    let counts = sweep.points.iter().map(|p| p.replications);
    let (min, max) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
    match (min, max) {
        (1, 1) => "One replication a point: nothing is said of the spread.".into(),
        (l, m) if l == m => format!("Means of {l} replications a point with 95 % intervals."),
        (l, m) => format!("Means of {l} to {m} replications a point with 95 % intervals."),
    }
}

/// The points with their verdicts.
fn lines(sweep: &SweepRecord) -> BTreeMap<&BTreeMap<String, String>, &PointRecord> {
    sweep.points.iter().map(|p| (&*p.point, p)).collect()
}

fn title(
    grid: &Grid,
    sweep: &SweepRecord,
    target_figures: &TargetFigure,
    reading: &Reading,
) -> String {
    let key = small(&called(grid.key));
    let title = format!("{} by {key}", reading.label);
    let Some(objective) = target_figures.objective.filter(|_| grid.curves.len() == 1) else {
        return title;
    };
    let target = reading.target(objective);
    let lines = lines(sweep);
    let verdict = |point: &BTreeMap<String, String>| {
        let line = lines.get(point)?;
        line.objectives.iter().find(|o| {
            o.metric == target_figures.metric
                && o.scope == target_figures.scope
                && o.cause.is_none()
        })
    };
    let spots = &grid.curves[0].spots;
    let passes: Vec<bool> = spots
        .iter()
        .map(|s| verdict(s.point).is_some_and(|o| o.verdict == Verdict::Pass))
        .collect();
    let range = passes
        .iter()
        .position(|p| *p)
        .zip(passes.iter().rposition(|p| *p));
    match range {
        Some(_) if passes.iter().all(|p| *p) => {
            format!("{}: {target} at every {key} that was tried", reading.label)
        }
        Some((first, last)) if passes[first..=last].iter().all(|p| *p) => {
            let (a, b) = (spots[first].value, spots[last].value);
            let at = match (first == last, first == 0, last + 1 == passes.len()) {
                (true, ..) => format!("with a {key} of {a}"),
                (_, true, _) => format!("up to a {key} of {b}"),
                (_, _, true) => format!("from a {key} of {a} on"),
                _ => format!("with a {key} from {a} to {b}"),
            };
            format!("{}: {target} {at}", reading.label)
        }
        Some(_) => title,
        None => format!(
            "{}: {target} is shown at no {key} that was tried",
            reading.label
        ),
    }
}

fn all_keys(point: &BTreeMap<String, String>) -> Vec<&str> {
    point.keys().map(String::as_str).collect()
}

/// Where no key has numbers: a bar for each point.
pub(super) fn bars(
    figures: &FigureIndex,
    points: &[&BTreeMap<String, String>],
    target_figures: &TargetFigure,
) -> Chart {
    let means = points.iter().filter_map(|p| {
        figures
            .get(p, target_figures.scope, target_figures.metric)?
            .mean
    });
    let reading = Reading::for_metric(target_figures.metric).sized(means);
    let keys: Vec<&str> = keys(points).into_iter().map(|(key, _)| key).collect();
    let bar = |point: &&BTreeMap<String, String>| {
        let figure = figures.get(point, target_figures.scope, target_figures.metric);
        let (value, interval) = spot(figure, reading.factor);
        let text = figure.map_or("–".into(), |f| reading.with_interval(f));
        // One point alone has no key that tells it from others: all of them name it.
        let label = if keys.is_empty() {
            name(point, &all_keys(point))
        } else {
            name(point, &keys)
        };
        Bar {
            label,
            value,
            interval,
            text,
            ..Bar::default()
        }
    };
    let bars: Vec<Bar> = points.iter().take(MOST_BARS).map(bar).collect();
    let mut layers = vec![Layer::Bars(Bars {
        bars,
        ..Bars::default()
    })];
    reading.tint(&mut layers);
    let limit = target_figures.objective.map(|o| reading.limit(o, Along::X));
    layers.extend(limit.map(Layer::Threshold));
    let by: Vec<String> = keys.iter().map(|k| small(&called(k))).collect();
    let title = if by.is_empty() {
        reading.label.clone()
    } else {
        format!("{} by {}", reading.label, by.join(" and "))
    };
    Chart {
        description: format!("{title}, with 95 % intervals."),
        title,
        x: reading.axis(),
        y: Axis::default(),
        layers,
        notes: if points.len() > MOST_BARS {
            vec![format!("The first {MOST_BARS} of {} points.", points.len())]
        } else {
            Vec::new()
        },
    }
}
