//! Curves, bands, points, areas and counts: every layer that lies between two axes of numbers.

use super::across::{across, region};
use super::axes::{axes, end_names, ends, frame};
use super::colour::Paint;
use super::content::{entries, level, name, paints, part, points};
use super::layer::{Band, Histogram, Layer, Line, Points, Stack};
use super::layout::{self, Plot};
use super::name::Names;
use super::scene::{Part, Rect, Scene, Shape, Spot, rule};
use super::{Chart, clip, flag, thin};

/// How dense areas are.
pub const AREA: f64 = 0.5;
const BAND: f64 = 0.2;
/// More points than this are drawn small.
pub const MANY: usize = 200;
/// A curve of more points than this is drawn thin and without dashes, whose gaps would be lost in it.
pub const DENSE: usize = 400;
/// Draws axes and layers; says where.
pub fn draw(scene: &mut Scene, chart: &Chart, room: Rect) -> Plot {
    let paints = paints(chart);
    let entries = entries(chart, &paints);
    let mut room = room;
    layout::key(scene, chart, &mut room);
    let mut plot = frame(chart, room, 0.0);
    let ends = ends(chart, &entries, room);
    match &ends {
        Some(wide) => plot = frame(chart, room, *wide),
        None if !entries.is_empty() => {
            layout::legend(scene, &entries, &mut room);
            plot = frame(chart, room, 0.0);
        }
        None => {}
    }
    // What a plot of its width has above it takes from its height.
    let rows = flag::rows(chart, &plot);
    if rows > 0 {
        let wide = ends.unwrap_or(0.0);
        let below = Rect {
            y: room.y + rows as f64 * flag::ROW,
            h: room.h - rows as f64 * flag::ROW,
            ..room
        };
        plot = frame(chart, below, wide);
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer {
            self::region(scene, &plot, region);
        }
    }
    axes(scene, chart, &plot, room);
    let mut drawn: Vec<Spot> = Vec::new();
    for (i, layer) in chart.layers.iter().enumerate() {
        let Some(name) = name(layer) else { continue };
        if let Layer::Stack(stack) = layer {
            self::stack(scene, &plot, (i, stack), paints[i], &mut drawn);
            continue;
        }
        let mut shapes = Scene::new();
        self::layer(&mut shapes, &plot, layer, paints[i], &mut drawn);
        scene.extend(
            Part::Layer {
                index: i,
                name: name.into(),
            }
            .holding(shapes),
        );
    }
    if ends.is_some() {
        end_names(scene, chart, &entries, &plot);
    }
    let mut names = Names::new(plot.rect, drawn);
    across(scene, chart, &plot, &mut names);
    flag::draw(scene, chart, &plot, rows);
    for (i, layer) in chart.layers.iter().enumerate() {
        let Layer::Points(points) = layer else {
            continue;
        };
        let mut labels = Scene::new();
        for p in points.points.iter().filter(|p| !p.label.is_empty()) {
            let at = plot.spot(p.x, p.y);
            labels.extend(Part::At(at.0).holding(names.beside(at, &p.label, false)));
        }
        scene.extend(
            Part::Layer {
                index: i,
                name: points.name.clone(),
            }
            .holding(labels),
        );
    }
    let there = |l: &Layer| points(l).iter().any(|p| p.0.is_finite() && p.1.is_finite());
    if !chart.layers.iter().any(there) {
        layout::nothing(scene, &plot.rect);
    }
    plot
}

fn layer(scene: &mut Scene, plot: &Plot, layer: &Layer, paint: Paint, drawn: &mut Vec<Spot>) {
    match layer {
        Layer::Line(line) => curve(scene, plot, &places(line, plot), paint, drawn),
        Layer::Steps(line) => curve(scene, plot, &stairs(&places(line, plot)), paint, drawn),
        Layer::Band(band) => self::band(scene, plot, band, paint),
        Layer::Points(points) => self::dots(scene, plot, points, paint, drawn),
        Layer::Histogram(histogram) => self::histogram(scene, plot, histogram, paint, drawn),
        _ => {}
    }
}

fn places(line: &Line, plot: &Plot) -> Vec<Spot> {
    line.points
        .iter()
        .map(|(x, y)| plot.near(plot.spot(*x, *y)))
        .collect()
}

fn stairs(places: &[Spot]) -> Vec<Spot> {
    let mut out: Vec<Spot> = Vec::with_capacity(places.len() * 2);
    for (i, (x, y)) in places.iter().enumerate() {
        if i > 0 && places[i - 1].1.is_finite() {
            out.push((*x, places[i - 1].1));
        }
        out.push((*x, *y));
    }
    out
}

fn curve(scene: &mut Scene, plot: &Plot, places: &[Spot], paint: Paint, drawn: &mut Vec<Spot>) {
    for stretch in thin::curve(places) {
        if let [at] = stretch[..]
            && plot.holds(at)
        {
            scene.push(Shape::Disc {
                at,
                radius: 3.0,
                paint,
            });
        }
        let (width, dash): (f64, &[f64]) = if places.len() > DENSE {
            (1.3, &[])
        } else {
            (2.0, paint.dash())
        };
        let parts = clip::curve(&stretch, &plot.rect);
        drawn.extend(parts.iter().flat_map(|part| beads(part)));
        scene.extend(parts.into_iter().map(|points| Shape::Stroke {
            points,
            paint,
            width,
            dash,
        }));
    }
}

/// Places all along a stroke, near enough to each other that no name slips between them.
pub fn beads(points: &[Spot]) -> Vec<Spot> {
    let piece = |pair: &[Spot]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let n = (libm::hypot(bx - ax, by - ay) / 4.0).ceil().max(1.0);
        (0..=n as u32).map(move |i| {
            let share = f64::from(i) / n;
            (ax + (bx - ax) * share, ay + (by - ay) * share)
        })
    };
    points.windows(2).flat_map(piece).collect()
}

fn band(scene: &mut Scene, plot: &Plot, band: &Band, paint: Paint) {
    let side = |of: fn(&(f64, f64, f64)) -> f64| -> Vec<Spot> {
        let there = |p: &(f64, f64, f64)| p.1.is_finite() && p.2.is_finite();
        band.points
            .iter()
            .map(|p| plot.near(plot.spot(p.0, if there(p) { of(p) } else { f64::NAN })))
            .collect()
    };
    for (low, high) in thin::curve(&side(|p| p.1))
        .into_iter()
        .zip(thin::curve(&side(|p| p.2)))
    {
        let points = clip::area(
            low.into_iter().chain(high.into_iter().rev()).collect(),
            &plot.rect,
        );
        scene.push(Shape::Fill {
            points,
            paint,
            opacity: BAND,
        });
    }
}

fn dots(scene: &mut Scene, plot: &Plot, points: &Points, paint: Paint, drawn: &mut Vec<Spot>) {
    let places: Vec<Spot> = points
        .points
        .iter()
        .map(|p| plot.near(plot.spot(p.x, p.y)))
        .collect();
    let many = places.len() > MANY;
    let mut cloud = Vec::new();
    for i in thin::cloud(places.iter().copied()) {
        let (x, y) = places[i];
        if let Some((low, high)) = points.points[i]
            .interval
            .filter(|(l, h)| l.is_finite() && h.is_finite())
        {
            let ends = [low, high].map(|v| plot.near(plot.spot(points.points[i].x, v)).1);
            for part in clip::curve(&[(x, ends[0]), (x, ends[1])], &plot.rect) {
                let mut bar = vec![rule(part[0], part[1], paint, 1.4)];
                bar.extend(
                    part.iter()
                        .map(|p| rule((p.0 - 4.0, p.1), (p.0 + 4.0, p.1), paint, 1.4)),
                );
                scene.extend(Part::At(x).holding(bar));
                drawn.extend(beads(&part));
            }
        }
        drawn.push((x, y));
        if plot.holds((x, y)) && many {
            cloud.push((x, y));
        } else if plot.holds((x, y)) {
            scene.extend(layout::point((x, y), paint, points.points[i].hollow));
        }
    }
    if many {
        scene.push(Shape::Cloud {
            points: cloud,
            radius: 1.6,
            paint,
        });
    }
}

/// Areas, and over them their upper edges.
fn stack(
    scene: &mut Scene,
    plot: &Plot,
    (index, stack): (usize, &Stack),
    first: Paint,
    drawn: &mut Vec<Spot>,
) {
    let part_of = |i: usize| Part::Layer {
        index,
        name: stack.parts[i].0.clone(),
    };
    let edge = |parts: usize| -> Vec<Spot> {
        let place = |(i, x): (usize, &f64)| plot.near(plot.spot(*x, level(stack, parts, i)));
        thin::curve(&stack.xs.iter().enumerate().map(place).collect::<Vec<_>>()).concat()
    };
    let edges: Vec<Vec<Spot>> = (0..=stack.parts.len()).map(edge).collect();
    for (i, pair) in edges.windows(2).enumerate() {
        let points = pair[0]
            .iter()
            .chain(pair[1].iter().rev())
            .copied()
            .collect();
        let points = clip::area(points, &plot.rect);
        scene.extend(part_of(i).holding(vec![Shape::Fill {
            points,
            paint: part(stack, first, i),
            opacity: AREA,
        }]));
    }
    for (i, edge) in edges[1..].iter().enumerate() {
        let paint = part(stack, first, i);
        let dash = if edge.len() > 2 * DENSE {
            &[]
        } else {
            paint.dash()
        };
        let strokes = clip::curve(edge, &plot.rect).into_iter();
        let strokes = strokes
            .map(|points| Shape::Stroke {
                points,
                paint,
                width: 1.5,
                dash,
            })
            .collect();
        scene.extend(part_of(i).holding(strokes));
        drawn.extend(beads(edge));
    }
}

fn histogram(
    scene: &mut Scene,
    plot: &Plot,
    histogram: &Histogram,
    paint: Paint,
    drawn: &mut Vec<Spot>,
) {
    for (from, to, n) in &histogram.bins {
        let (a, b) = (
            plot.near(plot.spot(*from, *n)),
            plot.near(plot.spot(*to, 0.0)),
        );
        if ![a.0, a.1, b.0, b.1].iter().all(|v| v.is_finite()) {
            continue;
        }
        let gap = if b.0 - a.0 > 4.0 { 1.0 } else { 0.0 };
        let (left, right) = (a.0.max(plot.rect.x), (b.0 - gap).min(plot.rect.right()));
        let (top, foot) = (a.1.max(plot.rect.y), plot.rect.bottom());
        if left < right && top < foot {
            let rect = Rect {
                x: left,
                y: top,
                w: right - left,
                h: foot - top,
            };
            scene.push(Shape::Box {
                rect,
                paint,
                opacity: 0.75,
            });
            drawn.push(((left + right) / 2.0, top));
        }
    }
}
