//! Which points serve: a figure along a key with its interval, the objective, and where all objectives are met.

use std::collections::BTreeMap;

use super::super::chart::{
    Along, Axis, Band, Bar, Bars, Chart, Layer, Line, Point, Points, Region, Scale, Threshold, Tone,
};
use super::super::results::{Document, Figure, Objective, PointLine, Sweep};
use super::Plot;
use super::grid::{Curve, Figures, Grid, MOST_CURVES, keys, name, points};
use super::heat;
use super::key::called;
use super::reading::{Reading, small};

/// What is shown besides the figures of the objectives.
const SHOWN: [&str; 3] = ["missed_toast_fraction", "down_fraction", "message_rate_per_s"];

/// More bars than this are read by nobody.
const MOST_BARS: usize = 40;

/// A figure that is shown, and what is wanted of it.
pub struct Shown<'a> {
    /// What it is.
    pub metric: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// What is wanted.
    pub objective: Option<&'a Objective>,
}

/// The plots of a sweep.
pub fn plots(document: &Document, sweep: &Sweep) -> Vec<Plot> {
    let points = points(document);
    let figures = Figures::of(document);
    let grid = Grid::along(&points, None);
    let mut all = Vec::new();
    for shown in shown(document, sweep) {
        let name = match shown.scope {
            "all" => format!("sweep-{}", shown.metric.replace('_', "-")),
            scope => format!("sweep-{}-{}", shown.metric.replace('_', "-"), file_name(scope)),
        };
        let chart = match &grid {
            Some(grid) if grid.curves.len() <= MOST_CURVES => Some(curves(&figures, grid, sweep, &shown)),
            Some(_) => None,
            None => Some(bars(&figures, &points, &shown)),
        };
        all.extend(chart.map(|chart| Plot::new(&name, chart)));
        let map = heat::chart(&figures, &points, shown.metric, shown.scope, shown.objective);
        all.extend(map.map(|chart| Plot::new(&name.replacen("sweep", "heat", 1), chart)));
    }
    all
}

/// A name that is any text, as a file's.
pub fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect()
}

fn shown<'a>(document: &Document, sweep: &'a Sweep) -> Vec<Shown<'a>> {
    let objectives = sweep.points.first().map_or(&[][..], |p| &p.objectives);
    let mut all: Vec<Shown> = objectives
        .iter()
        .filter(|o| o.cause.is_none())
        .map(|o| Shown { metric: &o.metric, scope: &o.scope, objective: Some(o) })
        .collect();
    // What stays below a hundredth of a percent everywhere is no finding.
    let seen = |metric: &str| {
        let reading = Reading::of(metric);
        let all = document.rows.iter().filter(|r| r.metric == metric && r.scope == "all" && r.cause.is_none());
        reading.unit != "%" || all.filter_map(|r| r.mean).any(|m| m * reading.factor >= 0.01)
    };
    for metric in SHOWN.into_iter().filter(|m| seen(m)) {
        if !all.iter().any(|s| s.metric == metric && s.scope == "all") {
            all.push(Shown { metric, scope: "all", objective: None });
        }
    }
    all
}

/// A figure as a point of a chart.
fn spot(figure: Option<&Figure>, factor: f64) -> (f64, Option<(f64, f64)>) {
    let mean = figure.and_then(|f| f.mean.or(f.beyond)).map_or(f64::NAN, |m| m * factor);
    // No metric is below 0, whatever a symmetric interval says.
    let interval = figure.and_then(|f| f.lower.zip(f.upper)).map(|(l, u)| (l.max(0.0) * factor, u * factor));
    (mean, interval)
}

/// A curve with its band and its points.
pub fn curve(figures: &[Option<&Figure>], xs: &[f64], name: &str, factor: f64) -> Vec<Layer> {
    let point = |(x, figure): (&f64, &Option<&Figure>)| {
        let (y, interval) = spot(*figure, factor);
        Point { x: *x, y, interval, ..Point::default() }
    };
    let mut points: Vec<Point> = xs.iter().zip(figures).map(point).collect();
    let mut layers = Vec::new();
    if points.iter().filter(|p| p.interval.is_some()).count() >= 3 {
        // A band says what so many bars would, and takes their place.
        let of = |p: &mut Point| p.interval.take().map_or((p.x, f64::NAN, f64::NAN), |(l, u)| (p.x, l, u));
        let band = points.iter_mut().map(of).collect();
        layers.push(Layer::Band(Band { name: name.into(), points: band, tone: Tone::Auto }));
    }
    let line = points.iter().map(|p| (p.x, p.y)).collect();
    layers.push(Layer::Line(Line { name: name.into(), points: line, tone: Tone::Auto }));
    layers.push(Layer::Points(Points { name: name.into(), points, tone: Tone::Auto }));
    layers
}

fn curves(figures: &Figures, grid: &Grid, sweep: &Sweep, shown: &Shown) -> Chart {
    let reading = Reading::of(shown.metric);
    let mut layers = Vec::new();
    let alone = grid.curves.len() == 1;
    let shaded = if alone { feasible(&grid.curves[0], sweep) } else { Vec::new() };
    let is_shaded = !shaded.is_empty();
    layers.extend(shaded);
    let mut values: Vec<f64> = Vec::new();
    for curve in &grid.curves {
        let found: Vec<Option<&Figure>> =
            curve.spots.iter().map(|s| figures.get(s.point, shown.scope, shown.metric)).collect();
        values.extend(found.iter().flatten().flat_map(|f| [f.mean, f.lower]).flatten());
        let xs: Vec<f64> = curve.spots.iter().map(|s| s.x).collect();
        layers.extend(self::curve(&found, &xs, &curve.name, reading.factor));
    }
    let mut y = reading.axis_for(values.iter().copied());
    if let Some(objective) = shown.objective {
        let value = objective.target().unwrap_or(f64::NAN) * reading.factor;
        if value <= 0.0 {
            y = y.on(Scale::Linear);
        }
        let label = reading.line(objective);
        layers.push(Layer::Threshold(Threshold { along: Along::Y, value, label, tone: Tone::Bad }));
    }
    let key = called(grid.key);
    let title = title(grid, sweep, shown, &reading);
    let mut notes = vec![replications(sweep)];
    if is_shaded {
        notes.push("Shaded: points that meet every objective, with half of the way to their neighbours.".into());
    }
    Chart {
        description: format!("{} by {}, with 95 % intervals. {title}.", reading.label, small(&key)),
        title,
        x: grid.places.axis.clone(),
        y,
        layers,
        notes,
    }
}

fn replications(sweep: &Sweep) -> String {
    let all = sweep.points.iter().map(|p| p.replications);
    let (least, most) = (all.clone().min().unwrap_or(0), all.max().unwrap_or(0));
    match (least, most) {
        (1, 1) => "One replication a point: nothing is said of the spread.".into(),
        (l, m) if l == m => format!("Means of {l} replications a point with 95 % intervals."),
        (l, m) => format!("Means of {l} to {m} replications a point with 95 % intervals."),
    }
}

/// The points with their verdicts.
fn lines(sweep: &Sweep) -> BTreeMap<&BTreeMap<String, String>, &PointLine> {
    sweep.points.iter().map(|p| (&p.point, p)).collect()
}

/// Where every objective is met, each point with half of the way to its neighbours, beyond the last one to the edge.
fn feasible(curve: &Curve, sweep: &Sweep) -> Vec<Layer> {
    let lines = lines(sweep);
    let meets = |p: &&PointLine| p.verdict == "pass" && !p.objectives.is_empty();
    let passes: Vec<bool> = curve.spots.iter().map(|s| lines.get(s.point).is_some_and(meets)).collect();
    let half = |i: usize, j: usize| (curve.spots[i].x + curve.spots[j].x) / 2.0;
    let mut layers = Vec::new();
    let mut i = 0;
    while i < passes.len() {
        let until = (i..passes.len()).find(|j| !passes[*j]).unwrap_or(passes.len());
        if until > i {
            let from = if i == 0 { f64::NEG_INFINITY } else { half(i - 1, i) };
            let to = if until == passes.len() { f64::INFINITY } else { half(until - 1, until) };
            let label = if layers.is_empty() { "meets the objectives" } else { "" };
            layers.push(Layer::Region(Region {
                along: Along::X,
                from,
                to,
                label: label.into(),
                tone: Tone::Good,
                faint: false,
            }));
        }
        i = until.max(i + 1);
    }
    layers
}

fn title(grid: &Grid, sweep: &Sweep, shown: &Shown, reading: &Reading) -> String {
    let key = small(&called(grid.key));
    let plain = format!("{} by {key}", reading.label);
    let Some(objective) = shown.objective.filter(|_| grid.curves.len() == 1) else { return plain };
    let target = reading.target(objective);
    let lines = lines(sweep);
    let verdict = |point: &BTreeMap<String, String>| {
        let line = lines.get(point)?;
        line.objectives.iter().find(|o| o.metric == shown.metric && o.scope == shown.scope && o.cause.is_none())
    };
    let spots = &grid.curves[0].spots;
    let passes: Vec<bool> = spots.iter().map(|s| verdict(s.point).is_some_and(|o| o.verdict == "pass")).collect();
    let range = passes.iter().position(|p| *p).zip(passes.iter().rposition(|p| *p));
    match range {
        Some(_) if passes.iter().all(|p| *p) => format!("{}: {target} at every {key} that was tried", reading.label),
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
        Some(_) => plain,
        None => format!("{}: {target} is shown at no {key} that was tried", reading.label),
    }
}

fn all_keys(point: &BTreeMap<String, String>) -> Vec<&str> {
    point.keys().map(String::as_str).collect()
}

/// Where no key has numbers: a bar for each point.
pub fn bars(figures: &Figures, points: &[&BTreeMap<String, String>], shown: &Shown) -> Chart {
    let reading = Reading::of(shown.metric);
    let keys: Vec<&str> = keys(points).into_iter().map(|(key, _)| key).collect();
    let bar = |point: &&BTreeMap<String, String>| {
        let figure = figures.get(point, shown.scope, shown.metric);
        let (value, interval) = spot(figure, reading.factor);
        let text = figure.map_or("–".into(), |f| reading.with_interval(f));
        // One point alone has no key that tells it from others: all of them name it.
        let label = if keys.is_empty() { name(point, &all_keys(point)) } else { name(point, &keys) };
        Bar { label, value, interval, text, ..Bar::default() }
    };
    let bars: Vec<Bar> = points.iter().take(MOST_BARS).map(bar).collect();
    let mut layers = vec![Layer::Bars(Bars { bars, ..Bars::default() })];
    if let Some(objective) = shown.objective {
        let value = objective.target().unwrap_or(f64::NAN) * reading.factor;
        let label = reading.line(objective);
        layers.push(Layer::Threshold(Threshold { along: Along::X, value, label, tone: Tone::Bad }));
    }
    let by: Vec<String> = keys.iter().map(|k| small(&called(k))).collect();
    let title =
        if by.is_empty() { reading.label.clone() } else { format!("{} by {}", reading.label, by.join(" and ")) };
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
