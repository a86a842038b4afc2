//! What lies across the plot, beneath and above the layers: shaded stretches, objectives, and the points that matter.

use super::Chart;
use super::colour::Paint;
use super::draw::beads;
use super::layer::{Along, Layer, Region, Threshold, Tone};
use super::layout::Plot;
use super::name::Names;
use super::scene::{Part, Rect, Scene, Shape};

pub fn region(scene: &mut Scene, plot: &Plot, region: &Region) {
    let opacity = if region.faint { 0.05 } else { 0.1 };
    let shade = Shape::Box {
        rect: stretch(plot, region),
        paint: colour(region),
        opacity,
    };
    scene.extend(moving(region.along, vec![shade]));
}

pub fn colour(region: &Region) -> Paint {
    if region.tone == Tone::Auto {
        Paint::Good
    } else {
        Paint::of(region.tone, 0)
    }
}

/// A stretch is no narrower than this: what is over at once is seen too [px].
const NARROWEST: f64 = 2.0;

/// What lies on the horizontal axis moves with it.
fn moving(along: Along, shapes: Scene) -> Scene {
    if along == Along::X {
        Part::Stretch.holding(shapes)
    } else {
        shapes
    }
}

/// Where a shaded stretch is drawn.
pub fn stretch(plot: &Plot, region: &Region) -> Rect {
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
            Rect {
                x: (x + from * w).min(x + w - wide),
                y,
                w: wide,
                h,
            }
        }
        Along::Y => Rect {
            x,
            y: y + (1.0 - to) * h,
            w,
            h: (to - from) * h,
        },
    }
}

/// Lines across with their names, names of shaded stretches, and markers, over everything else.
pub fn across(scene: &mut Scene, chart: &Chart, plot: &Plot, names: &mut Names) {
    let thresholds = chart.layers.iter().filter_map(|l| {
        if let Layer::Threshold(t) = l {
            Some(t)
        } else {
            None
        }
    });
    let lines: Vec<_> = thresholds
        .filter_map(|t| Some((t, line_across(plot, t)?)))
        .collect();
    for (threshold, line) in &lines {
        if let Shape::Stroke { points, .. } = line {
            names.avoid(beads(points));
        }
        scene.extend(moving(threshold.along, vec![line.clone()]));
    }
    for (threshold, line) in lines {
        if let Shape::Stroke { points, paint, .. } = line {
            let name = names.along(points[0], points[1], &threshold.label, paint);
            let part = if threshold.along == Along::X {
                Part::At(points[0].0)
            } else {
                Part::Fixed
            };
            scene.extend(part.holding(name));
        }
    }
    for layer in &chart.layers {
        if let Layer::Marker(marker) = layer {
            let at = plot.spot(marker.x, marker.y);
            if !plot.holds(at) {
                continue;
            }
            let disc = |radius, paint| Shape::Disc { at, radius, paint };
            let mut shapes = vec![disc(6.0, Paint::Ink), disc(2.0, Paint::Paper)];
            shapes.extend(names.beside(at, &marker.label, true));
            scene.extend(Part::At(at.0).holding(shapes));
        }
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer
            && region.along == Along::Y
        {
            scene.extend(Part::Fixed.holding(names.within(stretch(plot, region), &region.label)));
        }
    }
}

fn line_across(plot: &Plot, threshold: &Threshold) -> Option<Shape> {
    let domain = if threshold.along == Along::X {
        &plot.x
    } else {
        &plot.y
    };
    let share = domain.place(threshold.value);
    if !(-0.001..=1.001).contains(&share) {
        return None;
    }
    let paint = if threshold.tone == Tone::Auto {
        Paint::Bad
    } else {
        Paint::of(threshold.tone, 0)
    };
    let Rect { x, y, w, h } = plot.rect;
    let (from, to) = match threshold.along {
        Along::X => ((x + share * w, y + h), (x + share * w, y)),
        Along::Y => ((x, y + (1.0 - share) * h), (x + w, y + (1.0 - share) * h)),
    };
    Some(Shape::Stroke {
        points: vec![from, to],
        paint,
        width: 1.6,
        dash: &[6.0, 4.0],
    })
}
