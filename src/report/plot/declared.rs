//! The plots that a scenario asks for in `[[plot]]`: a metric over time, over a varied key, or against another metric.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, Layer, Line, Point, Points, Scale, Tone};
use super::day::end_s;
use super::grid::{FigureIndex, Grid, keys, name, points};
use super::key::called;
use super::reading::{Reading, scale_of};
use super::sweep::{TargetFigure, bars, curve, file_name};
use super::{Plot, fault};
use crate::quantity::number::small;
use crate::record::{
    Figure, Kind, PlotRequest, Record, ReplicatedFigure, Results, ResultsError, Series,
};

/// The plots, those that the folder has figures for: a run has no varied key, a sweep no time.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub(super) fn plots(results: &Results) -> Result<Vec<Plot>, ResultsError> {
    let make_plot = |(i, (request, chart)): (usize, (&PlotRequest, Option<Chart>))| {
        let name = format!("plot-{}-{}", i + 1, file_name(&request.y.replace('_', "-")));
        chart.map(|chart| Plot { name, chart })
    };
    Ok(charts(results)?
        .into_iter()
        .enumerate()
        .filter_map(make_plot)
        .collect())
}

/// Of each request that the folder has no figures for, which it is and what it takes.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub(super) fn unmet_requests(results: &Results) -> Result<Vec<String>, ResultsError> {
    let kind = results.record().kind();
    let file = results.file().unwrap_or("FILE");
    let needs = |request: &PlotRequest| match (kind, request.x.as_str()) {
        (Kind::Run, x) if x.contains('.') => {
            format!("a run has one value of {x}: `rccsim sweep {file}` simulates all of them")
        }
        (Kind::Sweep | Kind::Selection | Kind::Front, x) if x.contains('.') => {
            format!("no points differ in {x}")
        }
        (Kind::Run | Kind::Sweep | Kind::Selection | Kind::Front, x) if x != "time" => {
            "there are no values of it".into()
        }
        (Kind::Run, _) => "there are no values of it".into(),
        _ => format!(
            "a {} keeps no day: `rccsim run {file}` does",
            kind.command()
        ),
    };
    let sentence = |(i, (request, chart)): (usize, &(&PlotRequest, Option<Chart>))| {
        let by = request
            .by
            .as_ref()
            .map_or(String::new(), |by| format!(", by {by}"));
        let (y, x) = (&request.y, &request.x);
        chart.is_none().then(|| {
            format!(
                "Plot {} ({y} over {x}{by}) is left out: {}.",
                i + 1,
                needs(request)
            )
        })
    };
    Ok(charts(results)?
        .iter()
        .enumerate()
        .filter_map(sentence)
        .collect())
}

/// Every request with its chart, if there is one.
fn charts<'r>(results: &'r Results) -> Result<Vec<(&'r PlotRequest, Option<Chart>)>, ResultsError> {
    let requested = results.requested()?;
    let mut charts = Vec::new();
    for request in &requested.plots {
        let chart = match (results.record(), request.x.as_str()) {
            (Record::Run(_), "time") => {
                let (series, start_s) = (results.series()?, requested.start_s);
                let mut chart = over_time(series, start_s, request);
                let until_s = end_s(series, start_s);
                chart
                    .iter_mut()
                    .for_each(|c| fault::shade(c, &requested.faults, until_s));
                chart
            }
            (Record::Run(_), x) if x.contains('.') => None,
            (Record::Run(_), _) => over_replications(&results.runs()?, request),
            (Record::Sweep(_) | Record::Selection(_) | Record::Front(_), "time") => None,
            (record @ (Record::Sweep(_) | Record::Selection(_) | Record::Front(_)), _) => {
                over_points(record.rows(), request)
            }
            _ => None,
        };
        charts.push((request, chart));
    }
    Ok(charts)
}

/// More points than this have no names.
const MOST_NAMES: usize = 40;

/// Around the layers what every request has.
fn chart(request: &PlotRequest, x: Axis, y: Axis, mut layers: Vec<Layer>) -> Chart {
    if layers.len() == 1 {
        Reading::for_metric(&request.y).tint(&mut layers);
    }
    let (up, along) = (
        Reading::for_metric(&request.y).label,
        if request.x == "time" {
            "the day".into()
        } else {
            small(&plain_name(&request.x))
        },
    );
    let by = request.by.as_ref().map_or(String::new(), |by| {
        format!(", by {}", small(&plain_name(by)))
    });
    let default_title = format!("{up} over {along}{by}");
    let title = request
        .title
        .clone()
        .unwrap_or_else(|| default_title.clone());
    Chart {
        title,
        description: format!("{default_title}."),
        x,
        y,
        layers,
        notes: Vec::new(),
    }
}

/// A key or a metric, as people call it.
fn plain_name(name: &str) -> String {
    if name.contains('.') {
        called(name)
    } else {
        Reading::for_metric(name).label
    }
}

/// The scopes that a request tells apart, each with its name: one without a name where it tells none apart.
fn scopes<'a>(
    request: &PlotRequest,
    available: impl Iterator<Item = &'a str>,
) -> Vec<(&'a str, String)> {
    let mut scopes: Vec<(&str, String)> = Vec::new();
    for scope in available {
        let scope_name = match request.by.as_deref() {
            Some(by @ ("clients" | "gateway")) => scope
                .strip_prefix(by)
                .and_then(|rest| rest.strip_prefix(':')),
            _ => (scope == "all").then_some(""),
        };
        match scope_name {
            Some(name) if !scopes.iter().any(|(s, _)| *s == scope) => {
                scopes.push((scope, name.into()))
            }
            _ => {}
        }
    }
    scopes
}

fn over_time(series: &[Series], start_s: Option<f64>, request: &PlotRequest) -> Option<Chart> {
    let (reading, start) = (Reading::for_metric(&request.y), start_s.unwrap_or(0.0));
    let line = |(scope, name): (&str, String)| {
        let mean_series = series
            .iter()
            .find(|s| s.scope == scope && s.name == request.y)?;
        let xs = mean_series
            .start_s
            .iter()
            .zip(&mean_series.length_s)
            .map(|(at, length)| start + at + length / 2.0);
        let points = xs
            .zip(mean_series.values.iter().map(|v| v * reading.factor))
            .collect();
        Some(Layer::Line(Line {
            name,
            points,
            tone: Tone::Auto,
        }))
    };
    let layers: Vec<Layer> = scopes(request, series.iter().map(|s| s.scope.as_str()))
        .into_iter()
        .filter_map(line)
        .collect();
    let x = match start_s {
        Some(_) => Axis::new("", "").on(Scale::TimeOfDay),
        None => Axis::new("Time", "s"),
    };
    (!layers.is_empty()).then(|| chart(request, x, reading.axis(), layers))
}

/// One metric against another, a point for each replication.
fn over_replications(runs: &[ReplicatedFigure], request: &PlotRequest) -> Option<Chart> {
    let [x, y] = [&request.x, &request.y].map(|metric| {
        let rows = runs.iter().filter(|r| r.metric == *metric);
        Reading::for_metric(metric).sized(rows.flat_map(ReplicatedFigure::numbers).map(|(_, x)| x))
    });
    let find = |scope: &str, metric: &str| {
        runs.iter()
            .find(|r| r.scope == scope && r.metric == metric && r.cause.is_empty())
    };
    let cloud = |(scope, name): (&str, String)| {
        let (along, up) = (
            find(scope, &request.x)?.numbers(),
            find(scope, &request.y)?.numbers(),
        );
        let point = |(n, at): &(u32, f64)| {
            let (_, value) = up.iter().find(|(m, _)| m == n)?;
            Some(Point {
                x: at * x.factor,
                y: value * y.factor,
                ..Point::default()
            })
        };
        let points = along.iter().filter_map(point).collect();
        Some(Layer::Points(Points {
            name,
            points,
            tone: Tone::Auto,
        }))
    };
    let layers: Vec<Layer> = scopes(request, runs.iter().map(|r| r.scope.as_str()))
        .into_iter()
        .filter_map(cloud)
        .collect();
    (!layers.is_empty()).then(|| chart(request, x.axis(), y.axis(), layers))
}

fn over_points(rows: &[Figure], request: &PlotRequest) -> Option<Chart> {
    let points = points(rows);
    let figures = FigureIndex::from_rows(rows);
    let scopes = scopes(request, rows.iter().map(|r| r.scope.as_str()));
    if !request.x.contains('.') {
        return against(&points, &figures, &scopes, request);
    }
    let reading = reading(&request.y, &points, &scopes, &figures);
    points.first()?.get(&request.x)?;
    let Some(grid) = Grid::along(&points, Some(&request.x)) else {
        // A key of words has a bar for each point.
        let (scope, _) = scopes.first()?;
        let bars = bars(
            &figures,
            &points,
            &TargetFigure {
                metric: &request.y,
                scope,
                objective: None,
            },
        );
        return Some(Chart {
            title: request.title.clone().unwrap_or(bars.title),
            ..bars
        });
    };
    let mut layers = Vec::new();
    let mut values = Vec::new();
    for line in &grid.curves {
        for (scope, name) in &scopes {
            let cells: Vec<_> = line
                .spots
                .iter()
                .map(|s| figures.get(s.point, scope, &request.y))
                .collect();
            let xs: Vec<f64> = line.spots.iter().map(|s| s.x).collect();
            values.extend(cells.iter().flatten().filter_map(|f| f.mean));
            let parts: Vec<&str> = [line.name.as_str(), name]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            layers.extend(curve(&cells, &xs, &parts.join(", "), reading.factor));
        }
    }
    let y = reading.axis_for(values.iter().copied());
    Some(chart(request, grid.places.axis.clone(), y, layers))
}

/// A metric in the unit of the size of what is drawn of it.
fn reading(
    metric: &str,
    points: &[&BTreeMap<String, String>],
    scopes: &[(&str, String)],
    figures: &FigureIndex,
) -> Reading {
    let means = (points.iter())
        .flat_map(|p| scopes.iter().map(move |(scope, _)| (p, scope)))
        .filter_map(|(p, scope)| figures.get(p, scope, metric)?.mean);
    Reading::for_metric(metric).sized(means)
}

/// One metric against another, a point for each point of the study.
fn against<'a>(
    points: &[&'a BTreeMap<String, String>],
    figures: &FigureIndex<'a>,
    scopes: &[(&'a str, String)],
    request: &'a PlotRequest,
) -> Option<Chart> {
    let [x, y] = [&request.x, &request.y].map(|metric| reading(metric, points, scopes, figures));
    let by: Vec<&str> = request
        .by
        .iter()
        .map(String::as_str)
        .filter(|by| by.contains('.'))
        .collect();
    let other_keys: Vec<&str> = keys(points)
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| !by.contains(key))
        .collect();
    let mut curves: Vec<(String, Vec<Point>)> = Vec::new();
    for point in points {
        for (scope, scope_name) in scopes {
            let mean = |metric: &'a str| figures.get(point, scope, metric).and_then(|f| f.mean);
            let Some((along, up)) = mean(&request.x).zip(mean(&request.y)) else {
                continue;
            };
            let parts: Vec<String> = [name(point, &by), scope_name.clone()]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            let curve_name = parts.join(", ");
            let interval = figures
                .get(point, scope, &request.y)
                .and_then(|f| y.interval(f));
            let label = if points.len() <= MOST_NAMES {
                name(point, &other_keys)
            } else {
                String::new()
            };
            let dot = Point {
                x: along * x.factor,
                y: up * y.factor,
                interval,
                label,
                ..Point::default()
            };
            match curves.iter_mut().find(|(name, _)| *name == curve_name) {
                Some((_, dots)) => dots.push(dot),
                None => curves.push((curve_name, vec![dot])),
            }
        }
    }
    let all_dots = || curves.iter().flat_map(|(_, dots)| dots);
    let axes = [
        x.axis().on(scale_of(all_dots().map(|p| p.x))),
        y.axis().on(scale_of(all_dots().map(|p| p.y))),
    ];
    let layers: Vec<Layer> = curves
        .into_iter()
        .map(|(name, points)| {
            Layer::Points(Points {
                name,
                points,
                tone: Tone::Auto,
            })
        })
        .collect();
    let [x, y] = axes;
    (!layers.is_empty()).then(|| chart(request, x, y, layers))
}
