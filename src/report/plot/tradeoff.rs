//! What a shorter refresh interval costs and saves: the gateway's load against missed toasts, with the chosen point.

use std::collections::BTreeMap;

use super::super::chart::{Along, Chart, Layer, Line, Marker, Point, Points, Scale, Threshold, Tone};
use super::super::results::{Document, Figure, Found, Objective};
use super::Plot;
use super::grid::{Figures, Grid, MOST_CURVES, Spot, points};
use super::key::called;
use super::reading::{Reading, small};

const LOAD: &str = "message_rate_per_s";
const MISSED: &str = "missed_toast_fraction";

/// More points than this on a curve are named at its ends alone.
const MOST_NAMES: usize = 14;

/// The trade-off, where a refresh interval was turned; `best` is the label of the point that a selection chose.
pub fn plot(document: &Document, best: Option<&str>) -> Option<Plot> {
    let points = points(document);
    let key = points.iter().flat_map(|p| p.keys()).find(|k| k.ends_with("refresh_interval"))?;
    let grid = Grid::along(&points, Some(key))?;
    if grid.curves.len() > MOST_CURVES || points.len() < 2 {
        return None;
    }
    let figures = Figures::of(document);
    Some(Plot::new("tradeoff", chart(document, &grid, &figures, best)))
}

fn chart(document: &Document, grid: &Grid, figures: &Figures, best: Option<&str>) -> Chart {
    let (load, missed) = (Reading::of(LOAD), Reading::of(MISSED));
    let x_of = |s: &Spot| figures.get(s.point, "all", LOAD).and_then(|f| f.mean).map_or(f64::NAN, |m| m * load.factor);
    let mut layers = Vec::new();
    let mut places: Vec<(f64, f64)> = Vec::new();
    let chosen = chosen(document, grid, figures, best);
    for curve in &grid.curves {
        let n = curve.spots.len();
        let named = |i: usize| n <= MOST_NAMES && grid.curves.len() <= 3 || i == 0 || i + 1 == n;
        let point = |(i, s): (usize, &Spot)| {
            let y = figures.get(s.point, "all", MISSED);
            let is_chosen = chosen.as_ref().is_some_and(|(c, _)| *c == s.point);
            Point {
                x: x_of(s),
                y: y.and_then(|f| f.mean).map_or(f64::NAN, |m| m * missed.factor),
                interval: y.and_then(|f| f.lower.zip(f.upper)).map(|(l, u)| (l * missed.factor, u * missed.factor)),
                label: if named(i) && !is_chosen { s.value.into() } else { String::new() },
            }
        };
        let points: Vec<Point> = curve.spots.iter().enumerate().map(point).collect();
        places.extend(points.iter().map(|p| (p.x, p.y)));
        let line = points.iter().map(|p| (p.x, p.y)).collect();
        layers.push(Layer::Line(Line { name: curve.name.clone(), points: line, tone: Tone::Auto }));
        layers.push(Layer::Points(Points { name: curve.name.clone(), points, tone: Tone::Auto }));
    }
    let (mut x, mut y) = (load.axis_for(places.iter().map(|p| p.0)), missed.axis_for(places.iter().map(|p| p.1)));
    for (metric, along, reading) in [(LOAD, Along::X, &load), (MISSED, Along::Y, &missed)] {
        let Some(objective) = objective(document, metric) else { continue };
        let value = objective.target().unwrap_or(f64::NAN) * reading.factor;
        if value <= 0.0 {
            if along == Along::X {
                x.scale = Scale::Linear
            } else {
                y.scale = Scale::Linear
            };
        }
        layers.push(Layer::Threshold(Threshold { along, value, label: reading.line(objective), tone: Tone::Bad }));
    }
    let key = small(&called(grid.key));
    let title = match &chosen {
        Some((point, why)) => {
            let value = point.get(grid.key).map_or("", String::as_str);
            let alone = grid.curves.len() == 1;
            let rest = if alone {
                String::new()
            } else {
                format!(
                    " ({})",
                    grid.curves.iter().find(|c| c.spots.iter().any(|s| s.point == *point)).map_or("", |c| &c.name)
                )
            };
            if let Some(figure) = figures.get(point, "all", MISSED) {
                let at = figures.get(point, "all", LOAD).and_then(|f| f.mean).map_or(f64::NAN, |m| m * load.factor);
                let y = figure.mean.map_or(f64::NAN, |m| m * missed.factor);
                layers.push(Layer::Marker(Marker { x: at, y, label: format!("{value}: {why}") }));
            }
            format!("Load against missed toasts: a {key} of {value}{rest} {}", sentence(why))
        }
        None => format!("Load against missed toasts by {key}"),
    };
    Chart {
        description: format!(
            "Each point is a {key}: the messages that the gateway sees, and the toasts that are missed. {title}."
        ),
        title,
        x,
        y,
        layers,
        notes: vec!["Bars: 95 % interval of the missed toasts.".into()],
    }
}

fn sentence(why: &str) -> &'static str {
    match why {
        BEST => "costs least",
        LEAST_LOAD => "meets the objectives at the least load",
        _ => "misses the fewest",
    }
}

const BEST: &str = "least cost";
const LEAST_LOAD: &str = "least load that serves";
const FEWEST: &str = "fewest missed";

fn objective<'a>(document: &'a Document, metric: &str) -> Option<&'a Objective> {
    let Found::Sweep(sweep) = &document.found else { return None };
    let all = &sweep.points.first()?.objectives;
    all.iter().find(|o| o.metric == metric && o.scope == "all" && o.cause.is_none())
}

/// The point that a selection chose; else of those that meet the objectives the one of least load; else, of several, the
/// one that misses the fewest toasts.
fn chosen<'a>(
    document: &'a Document,
    grid: &Grid<'a>,
    figures: &Figures<'a>,
    best: Option<&str>,
) -> Option<(&'a BTreeMap<String, String>, &'static str)> {
    let spots = || grid.curves.iter().flat_map(|c| &c.spots).map(|s| s.point);
    let label = |p: &BTreeMap<String, String>| p.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>();
    if let Some(best) = best {
        // A label has the keys in the order in which they were turned, a point in that of the alphabet.
        let is = |p: &&BTreeMap<String, String>| {
            let mut parts: Vec<&str> = best.split(", ").collect();
            parts.sort_unstable();
            parts == label(p)
        };
        return spots().find(is).map(|p| (p, BEST));
    }
    let mean = |p: &'a BTreeMap<String, String>, metric: &'static str| {
        figures.get(p, "all", metric).and_then(|f: &Figure| f.mean).unwrap_or(f64::INFINITY)
    };
    let least = |points: Vec<&'a BTreeMap<String, String>>, metric: &'static str| {
        points.into_iter().min_by(|a, b| mean(a, metric).total_cmp(&mean(b, metric)))
    };
    let Found::Sweep(sweep) = &document.found else { return None };
    let passes = |p: &&BTreeMap<String, String>| {
        sweep.points.iter().any(|line| line.point == **p && line.verdict == "pass" && !line.objectives.is_empty())
    };
    let passing: Vec<_> = spots().filter(passes).collect();
    match passing.is_empty() {
        false => least(passing, LOAD).map(|p| (p, LEAST_LOAD)),
        true => least(spots().collect(), MISSED).map(|p| (p, FEWEST)),
    }
}
