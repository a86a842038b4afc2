//! What lies across the plot, beneath and above the layers: shaded stretches, objectives, and the points that matter.

use plotters::element::PathElement;

use super::colour::Paint;
use super::description::Chart;
use super::layer::{Along, Layer, Region, Threshold, Tone};
use super::name::{Names, obstacles};
use super::plot::{Canvas, PlotArea};
use super::scene::{Part, Rect, Scene, Shape, area};
use super::sheet::{Dash, Paper, infallible, pen};

pub(super) fn region(paper: &Paper, plot: &PlotArea, region: &Region) {
    let opacity = if region.faint { 0.05 } else { 0.1 };
    let shade = area(stretch(plot, region), colour(region), opacity);
    moving(paper, region.along, || paper.push(shade));
}

pub(super) fn colour(region: &Region) -> Paint {
    match region.tone {
        Tone::Auto => Paint::Good,
        tone => Paint::for_tone(tone, 0),
    }
}

/// A stretch is no narrower than this: what is over at once is seen too [px].
const NARROWEST: f64 = 2.0;

/// What lies on the horizontal axis moves with it.
fn moving(paper: &Paper, along: Along, draw: impl FnOnce()) {
    match along {
        Along::X => paper.part(Part::Stretch, draw),
        Along::Y => draw(),
    }
}

/// Where a shaded stretch is drawn.
pub(super) fn stretch(plot: &PlotArea, region: &Region) -> Rect {
    let domain = if region.along == Along::X {
        &plot.x
    } else {
        &plot.y
    };
    // What is infinite, or not positive on a logarithmic axis, is beyond the end.
    let share = |v: f64| {
        if v == f64::INFINITY {
            1.0
        } else if v.is_finite() {
            domain.place(v).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let (from, to) = (share(region.from), share(region.to));
    let (from, to) = (from.min(to), from.max(to));
    let Rect { x, y, w, h } = plot.rect;
    match region.along {
        Along::X => {
            let wide = ((to - from) * w).max(NARROWEST);
            Rect::new((x + from * w).min(x + w - wide), y, wide, h)
        }
        Along::Y => Rect::new(x, y + (1.0 - to) * h, w, (to - from) * h),
    }
}

/// Lines across with their names, names of shaded stretches, and markers, over everything else.
pub(super) fn across(
    paper: &Paper,
    canvas: &mut Canvas,
    chart: &Chart,
    plot: &PlotArea,
    names: &mut Names,
) {
    let layers = chart.layers.iter();
    let lines: Vec<&Threshold> = layers
        .filter_map(|layer| match layer {
            Layer::Threshold(t) if is_within(plot, t) => Some(t),
            _ => None,
        })
        .collect();
    for threshold in &lines {
        let [from, to] = ends(plot, threshold);
        names.avoid(obstacles(&[
            plot.spot(from.0, from.1),
            plot.spot(to.0, to.1),
        ]));
        line_across(paper, canvas, plot, threshold);
    }
    for threshold in lines {
        let [from, to] = ends(plot, threshold).map(|(x, y)| plot.spot(x, y));
        let part = match threshold.along {
            Along::X => Part::At(from.0),
            Along::Y => Part::Fixed,
        };
        paper.put(
            part,
            names.along(from, to, &threshold.label, tone(threshold)),
        );
    }
    for layer in &chart.layers {
        if let Layer::Marker(marker) = layer {
            let at = plot.spot(marker.x, marker.y);
            if !plot.holds(at) {
                continue;
            }
            let disc = |radius, paint| Shape::Disc { at, radius, paint };
            let mut shapes: Scene = vec![disc(6.0, Paint::Ink), disc(2.0, Paint::Paper)];
            shapes.extend(names.place_beside(at, &marker.label, true));
            paper.put(Part::At(at.0), shapes);
        }
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer
            && region.along == Along::Y
        {
            let name = names.place_within(stretch(plot, region), &region.label);
            paper.put(Part::Fixed, name);
        }
    }
}

/// Its colour.
pub(super) fn tone(threshold: &Threshold) -> Paint {
    match threshold.tone {
        Tone::Auto => Paint::Bad,
        tone => Paint::for_tone(tone, 0),
    }
}

fn is_within(plot: &PlotArea, threshold: &Threshold) -> bool {
    let domain = match threshold.along {
        Along::X => &plot.x,
        Along::Y => &plot.y,
    };
    (-0.001..=1.001).contains(&domain.place(threshold.value))
}

/// From where to where a line across goes, as values.
fn ends(plot: &PlotArea, threshold: &Threshold) -> [(f64, f64); 2] {
    let at = threshold.value;
    match threshold.along {
        Along::X => [(at, plot.y.from), (at, plot.y.to)],
        Along::Y => [(plot.x.from, at), (plot.x.to, at)],
    }
}

/// An objective, or another value that is worth a line, without its name.
pub(super) fn line_across(
    paper: &Paper,
    canvas: &mut Canvas,
    plot: &PlotArea,
    threshold: &Threshold,
) {
    let line = PathElement::new(ends(plot, threshold), pen(tone(threshold), 1.6, Dash::Mark));
    moving(paper, threshold.along, || {
        infallible(canvas.draw_series([line]));
    });
}
