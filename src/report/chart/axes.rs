//! The frame of two axes of numbers: how much room the plot has, its ticks, and names at the ends of curves.

use plotters::prelude::LabelAreaPosition;
use plotters::style::TRANSPARENT;

use super::colour::Paint;
use super::content::{LegendEntry, has_nonpositive, marks, points};
use super::description::{Axis, Chart};
use super::frame::{self, tick_style};
use super::layer::{Along, Layer};
use super::legend::swatch;
use super::place;
use super::plot::PlotArea;
use super::scale::Domain;
use super::scene::{Anchor, Part, Rect, Shape, Spot};
use super::sheet::{Dash, Paper, infallible, pen, units};
use super::text::{self, LABEL, plain_text};

/// A name at the end of its curve may stand so far from it [px].
const FAR: f64 = 44.0;

/// The plot in that room, with so much kept free at the right for names.
pub(super) fn frame(chart: &Chart, room: Rect, names: f64) -> PlotArea {
    let mut rect = room;
    let captioned = !chart.y.caption().is_empty();
    frame::shrink_top(&mut rect, if captioned { frame::CAPTION } else { 6.0 });
    rect.h = (rect.h - frame::below(&chart.x.caption())).max(20.0);
    let y = vertical(chart, rows(&rect));
    let widest = y
        .ticks(rows(&rect))
        .iter()
        .map(|t| text::width(&t.text, LABEL, false))
        .fold(0.0, f64::max);
    let left = (widest + 8.0).max(18.0);
    rect.x += left;
    rect.w = (rect.w - left - names.max(16.0)).max(20.0);
    // The grid of the sheet is that of the values too.
    let tenth = |v: f64| (v * 10.0).round() / 10.0;
    PlotArea {
        rect: Rect::new(tenth(rect.x), tenth(rect.y), tenth(rect.w), tenth(rect.h)),
        x: horizontal(chart),
        y,
    }
}

/// The stretch of an axis by what it should reach; with zero if that is so near.
fn reach(
    chart: &Chart,
    (axis, along): (&Axis, Along),
    coordinate: fn(&Spot) -> f64,
    zero: f64,
) -> Domain {
    let values: Vec<f64> = chart
        .layers
        .iter()
        .flat_map(points)
        .map(|p| coordinate(&p))
        .collect();
    let values = values.into_iter().chain(marks(chart, along));
    Domain::covering(values, axis.scale, zero)
}

fn horizontal(chart: &Chart) -> Domain {
    if let Some((from, to)) = chart.x.range {
        return Domain::between(from, to, chart.x.scale);
    }
    let domain = reach(chart, (&chart.x, Along::X), |p| p.0, 0.0);
    // Points are wider than nothing: those at the ends stay off the axis.
    let dotted = chart.layers.iter().any(|l| matches!(l, Layer::Points(_)));
    if dotted { domain.widened(0.02) } else { domain }
}

fn vertical(chart: &Chart, rows: usize) -> Domain {
    if let Some((from, to)) = chart.y.range {
        return Domain::between(from, to, chart.y.scale);
    }
    let from_zero = |l: &Layer| matches!(l, Layer::Stack(_) | Layer::Histogram(_));
    let zero = if chart.layers.iter().any(from_zero) {
        2.0
    } else {
        0.6
    };
    let mut domain = reach(chart, (&chart.y, Along::Y), |p| p.1, zero);
    if has_nonpositive(chart, Along::Y) {
        // What lies at the foot must not look like the least of the others.
        domain.from /= 5.0;
    }
    domain.nice(rows)
}

/// About how many ticks the vertical axis has.
fn rows(rect: &Rect) -> usize {
    ((rect.h / 52.0) as usize).clamp(2, 8)
}

/// Captions, ticks and the lines at the vertical ones, as far as their words have room.
pub(super) fn axes(paper: &Paper, chart: &Chart, plot: &PlotArea, mut room: Rect) {
    frame::caption_above(paper, chart.y.caption(), &mut room);
    let mut last = f64::INFINITY;
    let mut ticks = plot.y.ticks(rows(&plot.rect));
    ticks.retain(|tick| {
        let y = plot.spot(plot.x.from, tick.at).1;
        let fits = last - y >= 14.0;
        last = if fits { y } else { last };
        fits
    });
    let mut canvas = plot.mesh(paper, Vec::new(), ticks);
    let mut mesh = canvas.configure_mesh();
    mesh.disable_x_mesh()
        .disable_x_axis()
        .bold_line_style(pen(Paint::Grid, 1.0, Dash::Solid))
        .axis_style(TRANSPARENT)
        .set_tick_mark_size(LabelAreaPosition::Left, units(3.5))
        .y_label_style(tick_style());
    infallible(mesh.draw());
    frame::horizontal(paper, plot, chart.x.caption(), false);
}

/// Where each curve's name wants to stand: the height of its last point.
fn ideal(chart: &Chart, entries: &[LegendEntry], plot: &PlotArea) -> Option<Vec<f64>> {
    let last = |entry: &LegendEntry| {
        let end = |l: &Layer| match l {
            Layer::Line(l) | Layer::Steps(l) if l.name == entry.name => l
                .points
                .iter()
                .rev()
                .map(|p| plot.spot(p.0, p.1))
                .find(|p| p.0.is_finite() && p.1.is_finite()),
            _ => None,
        };
        let at = chart.layers.iter().find_map(end)?;
        Some(at.1.clamp(plot.rect.y, plot.rect.bottom()))
    };
    entries.iter().map(last).collect()
}

/// How wide the names at the ends of the curves are; nothing if they have no place there and a legend must do.
pub(super) fn ends(chart: &Chart, entries: &[LegendEntry], room: Rect) -> Option<f64> {
    if entries.is_empty() || frame::is_narrow(&room) {
        return None;
    }
    let plot = frame(chart, room, 0.0);
    let ideal = ideal(chart, entries, &plot)?;
    let places = name_places(&ideal, &plot)?;
    let far = ideal.iter().zip(&places).any(|(a, b)| (a - b).abs() > FAR);
    let wide = entries
        .iter()
        .map(|e| text::width(&e.name, LABEL, false))
        .fold(0.0, f64::max)
        + 34.0;
    (!far && wide <= room.w * 0.3).then_some(wide)
}

fn name_places(ideal: &[f64], plot: &PlotArea) -> Option<Vec<f64>> {
    place::separate(
        ideal,
        frame::LINE - 1.0,
        plot.rect.y - 8.0,
        plot.rect.bottom() + 8.0,
    )
}

pub(super) fn end_names(paper: &Paper, chart: &Chart, entries: &[LegendEntry], plot: &PlotArea) {
    let Some(places) = ideal(chart, entries, plot).and_then(|w| name_places(&w, plot)) else {
        return;
    };
    for (entry, y) in entries.iter().zip(places) {
        let x = plot.rect.right() + 8.0;
        let mut shapes = swatch(entry, (x, y));
        let text = plain_text((x + 24.0, y + 4.2), &entry.name, Anchor::Start, Paint::Ink);
        shapes.push(Shape::Text(text));
        paper.put(Part::End(entry.name.clone()), shapes);
    }
}
