//! What several aims at once cost each other: every point by two of the figures, those that nothing dominates marked.

use super::super::chart::{Chart, Layer, Line, Point, Points, Tone};
use super::Plot;
use super::best::name;
use super::grid::points;
use super::reading::Reading;
use crate::quantity::number::small;
use crate::record::{self, Front, FrontFigure, FrontPoint, StudyRecord};

/// More points of the front than this have neither names nor intervals.
const MOST_NAMES: usize = 12;

/// The first figure against each of the others.
pub(super) fn plots(study: &StudyRecord<Front>) -> Vec<Plot> {
    let points = points(&study.rows);
    let plot = |metric_index: usize| {
        let file = match metric_index {
            1 => "front".into(),
            _ => format!("front-{metric_index}"),
        };
        Plot::new(&file, chart(&study.body, &points, metric_index))
    };
    (1..study.body.metrics.len()).map(plot).collect()
}

/// A point as it is drawn.
struct Dot<'a> {
    point: &'a FrontPoint,
    x: f64,
    y: f64,
}

fn title(front: &Front, readings: [&Reading; 2]) -> String {
    let [x, y] = readings.map(|reading| small(&reading.label));
    match (front.front.len(), front.points.len()) {
        (0, _) => format!("No point to choose from by {y} and {x}"),
        (1, total) => format!("One of {total} points is best in {y} and {x}"),
        (n, total) if front.metrics.len() == 2 => {
            format!("{n} of {total} points trade {y} against {x}")
        }
        (n, total) => format!("{n} of {total} points are left: {y} against {x}"),
    }
}

/// The interval of a figure as it is drawn.
fn interval(figure: Option<&FrontFigure>, reading: &Reading) -> Option<(f64, f64)> {
    let FrontFigure { lower, upper, .. } = figure?;
    Some((
        lower.as_ref()?.max(0.0) * reading.factor,
        upper.as_ref()? * reading.factor,
    ))
}

/// The intervals of the points along the horizontal axis: a chart has them upwards, these are strokes.
fn strokes(dots: &[&Dot], metric_index: usize, x: &Reading) -> Vec<Layer> {
    let stroke = |d: &&Dot| {
        let (low, high) = interval(d.point.figures.get(metric_index), x)?;
        Some(Layer::Line(Line {
            name: String::new(),
            points: vec![(low, d.y), (high, d.y)],
            tone: Tone::Series(0),
        }))
    };
    dots.iter().filter_map(stroke).collect()
}

/// Points of one name; nothing where there are none.
fn group(name: &str, points: Vec<Point>, tone: Tone) -> Option<Layer> {
    (!points.is_empty()).then(|| {
        Layer::Points(Points {
            name: name.into(),
            points,
            tone,
        })
    })
}

fn chart(front: &Front, all_points: &[&record::PointValues], metric_index: usize) -> Chart {
    let mean = |p: &FrontPoint, i: usize| p.figures.get(i).and_then(|f| f.mean);
    let reading = |i: usize| {
        let values = front.points.iter().filter_map(|p| mean(p, i));
        Reading::for_metric(&front.metrics[i].metric).sized(values)
    };
    let (x, y) = (reading(metric_index), reading(0));
    let dot = |point| {
        Some(Dot {
            point,
            x: mean(point, metric_index)? * x.factor,
            y: mean(point, 0)? * y.factor,
        })
    };
    let dots: Vec<Dot> = front.points.iter().filter_map(dot).collect();
    let (mut front_dots, rest): (Vec<&Dot>, Vec<&Dot>) =
        dots.iter().partition(|d| d.point.standing.is_kept());
    front_dots.sort_by(|a, b| a.x.total_cmp(&b.x).then(b.y.total_cmp(&a.y)));
    let has_names = front_dots.len() <= MOST_NAMES;
    let of_rest = |d: &&Dot| Point {
        x: d.x,
        y: d.y,
        hollow: true,
        ..Point::default()
    };
    let of_kept = |d: &&Dot| Point {
        x: d.x,
        y: d.y,
        interval: interval(d.point.figures.first(), &y).filter(|_| has_names),
        label: match has_names {
            true => name(all_points.iter().copied(), &d.point.point),
            false => String::new(),
        },
        hollow: false,
    };
    let mut layers = match has_names {
        true => strokes(&front_dots, metric_index, &x),
        false => Vec::new(),
    };
    let set_aside = rest.iter().map(of_rest).collect();
    layers.extend(group(
        "dominated, or not to be recommended",
        set_aside,
        Tone::Quiet,
    ));
    let choice = front_dots.iter().map(of_kept).collect();
    layers.extend(group("to choose from", choice, Tone::Series(0)));
    let title = title(front, [&x, &y]);
    let bars = "Bars: 95 % intervals of the points to choose from.";
    Chart {
        description: format!(
            "Each point by {} and {}. {title}.",
            small(&y.label),
            small(&x.label)
        ),
        title,
        x: x.axis_for(dots.iter().map(|d| d.x)),
        y: y.axis_for(dots.iter().map(|d| d.y)),
        layers,
        notes: Vec::from_iter(has_names.then(|| bars.into())),
    }
}
