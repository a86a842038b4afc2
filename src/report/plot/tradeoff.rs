//! What a shorter refresh interval costs and saves: the gateway's load against missed toasts, with the chosen point.

use std::collections::BTreeMap;

use super::super::chart::{Along, Axis, Chart, Layer, Line, Marker, Point, Points, Scale, Tone};
use super::Plot;
use super::feasible::meeting;
use super::grid::{Curve, FigureIndex, Grid, MOST_CURVES, points};
use super::key::called;
use super::reading::Reading;
use crate::quantity::number::small;
use crate::record::{Figure, Objective, SweepRecord, is_label};

const LOAD: &str = "message_rate_per_s";
const MISSED: &str = "missed_toast_fraction";

/// More points than this on a curve are named at its ends alone.
const MOST_NAMES: usize = 14;
/// More curves than this have neither names at their points nor intervals.
const MOST_NAMED: usize = 3;

/// The trade-off, where a refresh interval was turned; `best` is the label of the point that a selection chose.
pub(super) fn plot(
    rows: &[Figure],
    sweep: Option<&SweepRecord>,
    best: Option<&str>,
) -> Option<Plot> {
    let points = points(rows);
    let key = points
        .iter()
        .flat_map(|p| p.keys())
        .find(|k| k.ends_with("refresh_interval"))?;
    let grid = Grid::along(&points, Some(key))?;
    if grid.curves.len() > MOST_CURVES || points.len() < 2 {
        return None;
    }
    let figures = FigureIndex::from_rows(rows);
    Some(Plot::new("tradeoff", chart(sweep, &grid, &figures, best)))
}

/// A point of a curve as it is drawn, and the interval of what is missed there.
struct CurvePoint<'a> {
    point: &'a BTreeMap<String, String>,
    x: f64,
    y: f64,
    interval: Option<(f64, f64)>,
    /// The value of the key; of several points in one place the first and the last.
    label: String,
}

impl CurvePoint<'_> {
    /// That it is the one that is chosen, and why.
    fn marker(&self, why: &str) -> Marker {
        Marker {
            x: self.x,
            y: self.y,
            label: format!("{}: {why}", self.label),
        }
    }
}

/// The points of a curve, those that fall on one another only once: values that change nothing are one name.
fn places<'a>(curve: &Curve<'a>, figures: &FigureIndex<'a>) -> Vec<CurvePoint<'a>> {
    let (load, missed) = (Reading::for_metric(LOAD), Reading::for_metric(MISSED));
    let mut places: Vec<(CurvePoint, &str)> = Vec::new();
    for spot in &curve.spots {
        let figure = figures.get(spot.point, "all", MISSED);
        let value = |f: Option<&Figure>, factor: f64| {
            f.and_then(|f| f.mean).map_or(f64::NAN, |m| m * factor)
        };
        let place = CurvePoint {
            point: spot.point,
            x: value(figures.get(spot.point, "all", LOAD), load.factor),
            y: value(figure, missed.factor),
            interval: figure.and_then(|f| missed.interval(f)),
            label: spot.value.into(),
        };
        let near = |a: f64, b: f64| (a - b).abs() <= 0.005 * a.abs().max(b.abs());
        match places.last_mut() {
            Some((last, first)) if near(last.x, place.x) && near(last.y, place.y) => {
                last.label = format!("{first} to {}", spot.value);
            }
            _ => places.push((place, spot.value)),
        }
    }
    places.into_iter().map(|(place, _)| place).collect()
}

fn chart(
    sweep: Option<&SweepRecord>,
    grid: &Grid,
    figures: &FigureIndex,
    best: Option<&str>,
) -> Chart {
    let (load, missed) = (Reading::for_metric(LOAD), Reading::for_metric(MISSED));
    let best_point = chosen_point(sweep, grid, figures, best);
    let has_few = grid.curves.len() <= MOST_NAMED;
    let key = small(&called(grid.key));
    let mut title = format!("Load against missed toasts by {key}");
    let (mut layers, mut markers) = (Vec::new(), Vec::new());
    let mut spots: Vec<(f64, f64)> = Vec::new();
    for curve in &grid.curves {
        let places = places(curve, figures);
        let is_named = |i: usize| places.len() <= MOST_NAMES || i == 0 || i + 1 == places.len();
        let has_name = |i: usize| has_few && is_named(i);
        let choice = best_point.filter(|(point, _)| curve.spots.iter().any(|s| s.point == *point));
        let is_chosen = |p: &CurvePoint| {
            choice.is_some_and(|(point, _)| {
                figures.has_same_mean(point, p.point, LOAD)
                    && figures.has_same_mean(point, p.point, MISSED)
            })
        };
        if let Some((point, why)) = choice {
            title = title_of(&key, grid, curve, point, why);
            let place = places.iter().find(|p| is_chosen(p));
            markers.extend(place.map(|p| p.marker(why)));
        }
        let dot = |(i, p): (usize, &CurvePoint)| Point {
            x: p.x,
            y: p.y,
            interval: p.interval.filter(|_| has_few),
            label: Some(p.label.clone())
                .filter(|_| has_name(i) && !is_chosen(p))
                .unwrap_or_default(),
            hollow: false,
        };
        let line: Vec<(f64, f64)> = places.iter().map(|p| (p.x, p.y)).collect();
        spots.extend(&line);
        layers.push(Layer::Line(Line {
            name: curve.name.clone(),
            points: line,
            tone: Tone::Auto,
        }));
        layers.push(Layer::Points(Points {
            name: curve.name.clone(),
            points: places.iter().enumerate().map(dot).collect(),
            tone: Tone::Auto,
        }));
    }
    if grid.curves.len() == 1 {
        missed.tint(&mut layers);
    }
    let (xs, ys) = (spots.iter().map(|p| p.0), spots.iter().map(|p| p.1));
    let mut axes = [load.axis_for(xs), missed.axis_for(ys)];
    layers.extend(limits(sweep, &mut axes));
    layers.extend(markers.into_iter().map(Layer::Marker));
    let [x, y] = axes;
    Chart {
        description: format!(
            "Each point is a {key}: the messages that the gateway sees, and the toasts that are missed. {title}."
        ),
        title,
        x,
        y,
        layers,
        notes: Vec::from_iter(has_few.then(|| "Bars: 95 % interval of the missed toasts.".into())),
    }
}

/// The limits that objectives of all users set to load and missed toasts; an axis with one at 0 is linear.
fn limits(sweep: Option<&SweepRecord>, axes: &mut [Axis; 2]) -> Vec<Layer> {
    let sides = [(LOAD, Along::X), (MISSED, Along::Y)];
    let mut layers = Vec::new();
    for ((metric, along), axis) in sides.into_iter().zip(axes) {
        let Some(objective) = sweep.and_then(|sweep| objective(sweep, metric)) else {
            continue;
        };
        let limit = Reading::for_metric(metric).limit(objective, along);
        if limit.value <= 0.0 {
            axis.scale = Scale::Linear;
        }
        layers.push(Layer::Threshold(limit));
    }
    layers
}

/// The title with the point of a curve that was chosen, and why.
fn title_of(
    key: &str,
    grid: &Grid,
    curve: &Curve,
    point: &BTreeMap<String, String>,
    why: &str,
) -> String {
    let value = point.get(grid.key).map_or("", String::as_str);
    let curve = if curve.name.is_empty() {
        String::new()
    } else {
        format!(" ({})", curve.name)
    };
    let reason = sentence(why);
    format!("Load against missed toasts: a {key} of {value}{curve} {reason}")
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

fn objective<'a>(sweep: &'a SweepRecord, metric: &str) -> Option<&'a Objective> {
    let objectives = &sweep.points.first()?.objectives;
    objectives
        .iter()
        .find(|o| o.metric == metric && o.is_of_all())
}

/// The point that a selection chose; else of those that meet the objectives the one of least load; else, of several, the
/// one that misses the fewest toasts.
fn chosen_point<'a>(
    sweep: Option<&'a SweepRecord>,
    grid: &Grid<'a>,
    figures: &FigureIndex<'a>,
    best: Option<&str>,
) -> Option<(&'a BTreeMap<String, String>, &'static str)> {
    let spots = || grid.curves.iter().flat_map(|c| &c.spots).map(|s| s.point);
    if let Some(best) = best {
        return spots().find(|p| is_label(best, p)).map(|p| (p, BEST));
    }
    let mean = |p: &'a BTreeMap<String, String>, metric: &'static str| {
        figures
            .get(p, "all", metric)
            .and_then(|f: &Figure| f.mean)
            .unwrap_or(f64::INFINITY)
    };
    let lowest = |points: Vec<&'a BTreeMap<String, String>>, metric: &'static str| {
        points
            .into_iter()
            .min_by(|a, b| mean(a, metric).total_cmp(&mean(b, metric)))
    };
    let meeting = meeting(sweep?);
    let passes = |p: &&BTreeMap<String, String>| meeting.contains(*p);
    let passing: Vec<_> = spots().filter(passes).collect();
    match passing.is_empty() {
        false => lowest(passing, LOAD).map(|p| (p, LEAST_LOAD)),
        true => lowest(spots().collect(), MISSED).map(|p| (p, FEWEST)),
    }
}
