//! Curves, bands, points, areas and counts: every layer that lies between two axes of numbers.

use plotters::element::{Circle, ErrorBar, Polygon, Rectangle};
use plotters::series::LineSeries;

use super::across::{across, region};
use super::axes::{axes, end_names, ends, frame};
use super::colour::Paint;
use super::content::{DENSE, DOT, MANY_POINTS, entries, level, name, paints, part, points};
use super::description::Chart;
use super::frame::draw_empty_notice;
use super::layer::{Band, Histogram, Layer, Line, Point, Points, Stack};
use super::legend::{self, AREA, legend};
use super::name::Names;
use super::plot::{Canvas, PlotArea};
use super::scene::{Part, Rect, Shape, Spot};
use super::sheet::{Dash, Paper, filling, infallible, pen, units};
use super::{flag, thin};

const BAND: f64 = 0.2;
/// How large a point is where there are many [px].
const SMALL: f64 = 1.6;

/// Draws axes and layers; says where.
pub(super) fn draw(paper: &Paper, chart: &Chart, mut room: Rect) -> PlotArea {
    let paints = paints(chart);
    let entries = entries(chart, &paints);
    legend::key(paper, chart, &mut room);
    let ends = ends(chart, &entries, room);
    if ends.is_none() && !entries.is_empty() {
        legend(paper, &entries, &mut room);
    }
    let wide = ends.unwrap_or(0.0);
    let mut plot = frame(chart, room, wide);
    // What a plot of its width has above it takes from its height.
    let rows = flag::rows(chart, &plot);
    if rows > 0 {
        let above = rows as f64 * flag::ROW;
        plot = frame(
            chart,
            Rect::new(room.x, room.y + above, room.w, room.h - above),
            wide,
        );
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer {
            self::region(paper, &plot, region);
        }
    }
    axes(paper, chart, &plot, room);
    let before = paper.len();
    let mut canvas = plot.canvas(paper);
    for (i, layer) in chart.layers.iter().enumerate() {
        self::layer(paper, &mut canvas, &plot, (i, layer), paints[i]);
    }
    let mut names = paper.since(before, |shapes| Names::new(plot.rect, shapes));
    if ends.is_some() {
        end_names(paper, chart, &entries, &plot);
    }
    across(paper, &mut canvas, chart, &plot, &mut names);
    flag::draw(paper, chart, &plot, rows);
    for (i, layer) in chart.layers.iter().enumerate() {
        if let Layer::Points(points) = layer {
            labels(paper, &plot, (i, points), &mut names);
        }
    }
    let has_points = |l: &Layer| points(l).iter().any(|p| p.0.is_finite() && p.1.is_finite());
    if !chart.layers.iter().any(has_points) {
        draw_empty_notice(paper, &plot.rect);
    }
    plot
}

/// What stands beside points.
fn labels(paper: &Paper, plot: &PlotArea, (index, points): (usize, &Points), names: &mut Names) {
    let name = points.name.clone();
    paper.part(Part::Layer { index, name }, || {
        for p in points.points.iter().filter(|p| !p.label.is_empty()) {
            let at = plot.spot(p.x, p.y);
            paper.put(Part::At(at.0), names.place_beside(at, &p.label, false));
        }
    });
}

fn layer(
    paper: &Paper,
    canvas: &mut Canvas,
    plot: &PlotArea,
    (index, layer): (usize, &Layer),
    paint: Paint,
) {
    let Some(name) = name(layer) else { return };
    let part = |name: &str| Part::Layer {
        index,
        name: name.into(),
    };
    paper.clip(plot.rect, || match layer {
        Layer::Line(line) => paper.part(part(name), || curve(canvas, &line.points, paint)),
        Layer::Steps(line) => paper.part(part(name), || curve(canvas, &stairs(line), paint)),
        Layer::Band(band) => paper.part(part(name), || self::band(canvas, band, paint)),
        Layer::Points(points) => {
            paper.part(part(name), || dots(paper, canvas, plot, points, paint));
        }
        Layer::Histogram(histogram) => {
            paper.part(part(name), || {
                self::histogram(canvas, plot, histogram, paint)
            });
        }
        Layer::Stack(stack) => self::stack(paper, canvas, stack, (paint, &part)),
        _ => {}
    });
}

fn stairs(line: &Line) -> Vec<Spot> {
    let points = &line.points;
    let mut out: Vec<Spot> = Vec::with_capacity(points.len() * 2);
    for (i, (x, y)) in points.iter().enumerate() {
        if i > 0 && points[i - 1].1.is_finite() {
            out.push((*x, points[i - 1].1));
        }
        out.push((*x, *y));
    }
    out
}

fn curve(canvas: &mut Canvas, points: &[Spot], paint: Paint) {
    let pen = if points.len() > DENSE {
        pen(paint, 1.3, Dash::Solid)
    } else {
        pen(paint, 2.0, Dash::Own)
    };
    let is_finite = |p: &Spot| p.0.is_finite() && p.1.is_finite();
    for stretch in points.split(|p| !is_finite(p)) {
        match stretch {
            [] => {}
            [at] => {
                infallible(canvas.draw_series([Circle::new(*at, units(3.0), pen)]));
            }
            _ => {
                infallible(canvas.draw_series(LineSeries::new(stretch.iter().copied(), pen)));
            }
        }
    }
}

fn band(canvas: &mut Canvas, band: &Band, paint: Paint) {
    let is_finite = |p: &(f64, f64, f64)| p.0.is_finite() && p.1.is_finite() && p.2.is_finite();
    let outlines = band.points.split(|p| !is_finite(p)).map(|stretch| {
        let low = stretch.iter().map(|p| (p.0, p.1));
        let high = stretch.iter().rev().map(|p| (p.0, p.2));
        Polygon::new(low.chain(high).collect::<Vec<_>>(), filling(paint, BAND))
    });
    infallible(canvas.draw_series(outlines));
}

fn dots(paper: &Paper, canvas: &mut Canvas, plot: &PlotArea, points: &Points, paint: Paint) {
    let places: Vec<Spot> = points.points.iter().map(|p| plot.spot(p.x, p.y)).collect();
    let is_crowded = places.len() > MANY_POINTS;
    let size = if is_crowded { SMALL } else { DOT };
    let mut cloud = Vec::new();
    for i in thin::cloud(places.iter().copied()) {
        let Point {
            x,
            y,
            interval,
            hollow,
            ..
        } = points.points[i];
        let mut pen = pen(paint, 1.4, Dash::Solid);
        pen.filled = !hollow;
        let interval = interval.filter(|(l, h)| l.is_finite() && h.is_finite());
        if let Some((low, high)) = interval {
            let wide = units(2.0 * size).unsigned_abs();
            let bar = ErrorBar::new_vertical(x, low, y, high, pen, wide);
            paper.part(Part::At(places[i].0), || {
                infallible(canvas.draw_series([bar]));
            });
        } else if !is_crowded {
            infallible(canvas.draw_series([Circle::new((x, y), units(size), pen)]));
        } else if plot.holds(places[i]) {
            cloud.push(places[i]);
        }
    }
    if !cloud.is_empty() {
        paper.push(Shape::Cloud {
            points: cloud,
            radius: SMALL,
            paint,
        });
    }
}

/// Areas, and over them their upper edges.
fn stack(
    paper: &Paper,
    canvas: &mut Canvas,
    stack: &Stack,
    (first, layer): (Paint, &dyn Fn(&str) -> Part),
) {
    let edge = |parts: usize| -> Vec<Spot> {
        let xs = stack.xs.iter().enumerate().filter(|(_, x)| x.is_finite());
        xs.map(|(i, x)| (*x, level(stack, parts, i))).collect()
    };
    let edges: Vec<Vec<Spot>> = (0..=stack.parts.len()).map(edge).collect();
    for (i, pair) in edges.windows(2).enumerate() {
        let outline: Vec<Spot> = pair[0]
            .iter()
            .chain(pair[1].iter().rev())
            .copied()
            .collect();
        let area = Polygon::new(outline, filling(part(stack, first, i), AREA));
        paper.part(layer(&stack.parts[i].0), || {
            infallible(canvas.draw_series([area]));
        });
    }
    for (i, edge) in edges.into_iter().skip(1).enumerate() {
        let jagged = edge.len() > 2 * DENSE;
        let dash = if jagged { Dash::Solid } else { Dash::Own };
        let line = LineSeries::new(edge, pen(part(stack, first, i), 1.5, dash));
        paper.part(layer(&stack.parts[i].0), || {
            infallible(canvas.draw_series(line));
        });
    }
}

fn histogram(canvas: &mut Canvas, plot: &PlotArea, histogram: &Histogram, paint: Paint) {
    let is_finite = |(from, to, n): &&(f64, f64, f64)| [from, to, n].iter().all(|v| v.is_finite());
    let bars = histogram
        .bins
        .iter()
        .filter(is_finite)
        .map(|(from, to, n)| {
            let mut bar = Rectangle::new([(*from, *n), (*to, 0.0)], filling(paint, 0.75));
            if plot.spot(*to, *n).0 - plot.spot(*from, *n).0 > 4.0 {
                bar.set_margin(0, 0, 0, units(1.0).unsigned_abs());
            }
            bar
        });
    infallible(canvas.draw_series(bars));
}
