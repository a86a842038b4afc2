//! The plots that a scenario asks for in `[[plot]]`: a metric over time, over a varied key, or against another metric.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, Layer, Line, Point, Points, Scale, Tone};
use super::super::results::{Document, Found, Replicated, Results, ResultsError, Series, Wish};
use super::day::end_s;
use super::grid::{Figures, Grid, keys, name, points};
use super::key::called;
use super::reading::{Reading, scale_of, small};
use super::sweep::{Shown, bars, curve, file_name};
use super::{Plot, fault};

/// The plots, those that the folder has figures for: a run has no varied key, a sweep no time.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn plots(results: &Results) -> Result<Vec<Plot>, ResultsError> {
    let named = |(i, (wish, chart)): (usize, (Wish, Option<Chart>))| {
        let name = format!("plot-{}-{}", i + 1, file_name(&wish.y.replace('_', "-")));
        chart.map(|chart| Plot { name, chart })
    };
    Ok(charts(results)?
        .into_iter()
        .enumerate()
        .filter_map(named)
        .collect())
}

/// Of each wish that the folder has no figures for, which it is and what it takes.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn left_out(results: &Results) -> Result<Vec<String>, ResultsError> {
    let document = &results.document;
    let kind = document.found.kind();
    let file = document.file().unwrap_or_else(|| "FILE".into());
    let needs = |wish: &Wish| match (&document.found, wish.x.as_str()) {
        (Found::Run(_), x) if x.contains('.') => {
            format!("a run has one value of {x}: `rccsim sweep {file}` simulates all of them")
        }
        (Found::Sweep(_) | Found::Best(_), x) if x.contains('.') => {
            format!("no points differ in {x}")
        }
        (Found::Run(_) | Found::Sweep(_) | Found::Best(_), x) if x != "time" => {
            "there are no values of it".into()
        }
        (Found::Run(_), _) => "there are no values of it".into(),
        _ => format!("a {kind} keeps no day: `rccsim run {file}` does"),
    };
    let told = |(i, (wish, chart)): (usize, &(Wish, Option<Chart>))| {
        let by = wish
            .by
            .as_ref()
            .map_or(String::new(), |by| format!(", by {by}"));
        let (y, x) = (&wish.y, &wish.x);
        chart.is_none().then(|| {
            format!(
                "Plot {} ({y} over {x}{by}) is left out: {}.",
                i + 1,
                needs(wish)
            )
        })
    };
    Ok(charts(results)?
        .iter()
        .enumerate()
        .filter_map(told)
        .collect())
}

/// Every wish with its chart, if there is one.
fn charts(results: &Results) -> Result<Vec<(Wish, Option<Chart>)>, ResultsError> {
    let mut all = Vec::new();
    for wish in results.wishes()? {
        let chart = match (&results.document.found, wish.x.as_str()) {
            (Found::Run(_), "time") => {
                let (series, start_s) = (results.series()?, results.start_s()?);
                let mut chart = over_time(&series, start_s, &wish);
                let faults = results.scheduled_faults()?;
                chart
                    .iter_mut()
                    .for_each(|c| fault::shade(c, &faults, end_s(&series, start_s)));
                chart
            }
            (Found::Run(_), x) if x.contains('.') => None,
            (Found::Run(_), _) => over_replications(&results.runs()?, &wish),
            (Found::Sweep(_) | Found::Best(_), "time") => None,
            (Found::Sweep(_) | Found::Best(_), _) => over_points(&results.document, &wish),
            _ => None,
        };
        all.push((wish, chart));
    }
    Ok(all)
}

/// More points than this have no names.
const MOST_NAMES: usize = 40;

/// Around the layers what every wish has.
fn chart(wish: &Wish, x: Axis, y: Axis, layers: Vec<Layer>) -> Chart {
    let (up, along) = (
        Reading::of(&wish.y).label,
        if wish.x == "time" {
            "the day".into()
        } else {
            small(&spoken(&wish.x))
        },
    );
    let by = wish
        .by
        .as_ref()
        .map_or(String::new(), |by| format!(", by {}", small(&spoken(by))));
    let plain = format!("{up} over {along}{by}");
    let title = wish.title.clone().unwrap_or_else(|| plain.clone());
    Chart {
        title,
        description: format!("{plain}."),
        x,
        y,
        layers,
        notes: Vec::new(),
    }
}

/// A key or a metric, as people call it.
fn spoken(name: &str) -> String {
    if name.contains('.') {
        called(name)
    } else {
        Reading::of(name).label
    }
}

/// The scopes that a wish tells apart, each with its name: one without a name where it tells none apart.
fn scopes<'a>(wish: &Wish, there: impl Iterator<Item = &'a str>) -> Vec<(&'a str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for scope in there {
        let own = match wish.by.as_deref() {
            Some(by @ ("clients" | "gateway")) => scope
                .strip_prefix(by)
                .and_then(|rest| rest.strip_prefix(':')),
            _ => (scope == "all").then_some(""),
        };
        match own {
            Some(own) if !all.iter().any(|(s, _)| *s == scope) => all.push((scope, own.into())),
            _ => {}
        }
    }
    all
}

fn over_time(series: &[Series], start_s: Option<f64>, wish: &Wish) -> Option<Chart> {
    let (reading, start) = (Reading::of(&wish.y), start_s.unwrap_or(0.0));
    let of = |(scope, name): (&str, String)| {
        let one = series
            .iter()
            .find(|s| s.scope == scope && s.name == wish.y)?;
        let xs = one
            .start_s
            .iter()
            .zip(&one.length_s)
            .map(|(at, length)| start + at + length / 2.0);
        let points = xs
            .zip(one.values.iter().map(|v| v * reading.factor))
            .collect();
        Some(Layer::Line(Line {
            name,
            points,
            tone: Tone::Auto,
        }))
    };
    let layers: Vec<Layer> = scopes(wish, series.iter().map(|s| s.scope.as_str()))
        .into_iter()
        .filter_map(of)
        .collect();
    let x = match start_s {
        Some(_) => Axis::new("", "").on(Scale::TimeOfDay),
        None => Axis::new("Time", "s"),
    };
    (!layers.is_empty()).then(|| chart(wish, x, reading.axis(), layers))
}

/// One metric against another, a point for each replication.
fn over_replications(runs: &[Replicated], wish: &Wish) -> Option<Chart> {
    let [x, y] = [&wish.x, &wish.y].map(|metric| Reading::of(metric));
    let find = |scope: &str, metric: &str| {
        runs.iter()
            .find(|r| r.scope == scope && r.metric == metric && r.cause.is_empty())
    };
    let of = |(scope, name): (&str, String)| {
        let (along, up) = (
            find(scope, &wish.x)?.numbers(),
            find(scope, &wish.y)?.numbers(),
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
    let layers: Vec<Layer> = scopes(wish, runs.iter().map(|r| r.scope.as_str()))
        .into_iter()
        .filter_map(of)
        .collect();
    (!layers.is_empty()).then(|| chart(wish, x.axis(), y.axis(), layers))
}

fn over_points(document: &Document, wish: &Wish) -> Option<Chart> {
    let points = points(document);
    let figures = Figures::of(document);
    let scopes = scopes(wish, document.rows.iter().map(|r| r.scope.as_str()));
    if !wish.x.contains('.') {
        return against(&points, &figures, &scopes, wish);
    }
    let reading = Reading::of(&wish.y);
    points.first()?.get(&wish.x)?;
    let Some(grid) = Grid::along(&points, Some(&wish.x)) else {
        // A key of words has a bar for each point.
        let (scope, _) = scopes.first()?;
        let bars = bars(
            &figures,
            &points,
            &Shown {
                metric: &wish.y,
                scope,
                objective: None,
            },
        );
        return Some(Chart {
            title: wish.title.clone().unwrap_or(bars.title),
            ..bars
        });
    };
    let mut layers = Vec::new();
    let mut values = Vec::new();
    for line in &grid.curves {
        for (scope, own) in &scopes {
            let found: Vec<_> = line
                .spots
                .iter()
                .map(|s| figures.get(s.point, scope, &wish.y))
                .collect();
            let xs: Vec<f64> = line.spots.iter().map(|s| s.x).collect();
            values.extend(found.iter().flatten().filter_map(|f| f.mean));
            let parts: Vec<&str> = [line.name.as_str(), own]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            layers.extend(curve(&found, &xs, &parts.join(", "), reading.factor));
        }
    }
    let y = reading.axis_for(values.iter().copied());
    Some(chart(wish, grid.places.axis.clone(), y, layers))
}

/// One metric against another, a point for each point of the study.
fn against<'a>(
    points: &[&'a BTreeMap<String, String>],
    figures: &Figures<'a>,
    scopes: &[(&'a str, String)],
    wish: &'a Wish,
) -> Option<Chart> {
    let [x, y] = [&wish.x, &wish.y].map(|metric| Reading::of(metric));
    let by: Vec<&str> = wish
        .by
        .iter()
        .map(String::as_str)
        .filter(|by| by.contains('.'))
        .collect();
    let others: Vec<&str> = keys(points)
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| !by.contains(key))
        .collect();
    let mut curves: Vec<(String, Vec<Point>)> = Vec::new();
    for point in points {
        for (scope, own) in scopes {
            let mean = |metric: &'a str| figures.get(point, scope, metric).and_then(|f| f.mean);
            let Some((along, up)) = mean(&wish.x).zip(mean(&wish.y)) else {
                continue;
            };
            let parts: Vec<String> = [name(point, &by), own.clone()]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            let called = parts.join(", ");
            let interval = figures
                .get(point, scope, &wish.y)
                .and_then(|f| y.interval(f));
            let label = if points.len() <= MOST_NAMES {
                name(point, &others)
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
            match curves.iter_mut().find(|(name, _)| *name == called) {
                Some((_, dots)) => dots.push(dot),
                None => curves.push((called, vec![dot])),
            }
        }
    }
    let all = || curves.iter().flat_map(|(_, dots)| dots);
    let axes = [
        x.axis().on(scale_of(all().map(|p| p.x))),
        y.axis().on(scale_of(all().map(|p| p.y))),
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
    (!layers.is_empty()).then(|| chart(wish, x, y, layers))
}
