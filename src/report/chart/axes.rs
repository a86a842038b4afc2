//! The frame of two axes of numbers: how much room the plot has, its ticks, and names at the ends of curves.

use super::colour::Paint;
use super::content::{homeless, marks, points};
use super::layer::{Along, Layer};
use super::layout::{self, Entry, Plot};
use super::scale::Domain;
use super::scene::{Anchor, Part, Rect, Scene, Shape, Spot, rule};
use super::text::{self, LABEL, plain};
use super::{Chart, place};

/// A name at the end of its curve may stand so far from it [px].
const FAR: f64 = 44.0;
impl Plot {
    /// Where a value is drawn.
    pub fn spot(&self, x: f64, y: f64) -> Spot {
        let Rect {
            x: left,
            y: top,
            w,
            h,
        } = self.rect;
        (
            left + self.x.place(x) * w,
            top + (1.0 - self.y.place(y)) * h,
        )
    }

    /// Whether a place is inside, or on the edge.
    pub fn holds(&self, (x, y): Spot) -> bool {
        let r = &self.rect;
        r.x - 0.5 <= x && x <= r.right() + 0.5 && r.y - 0.5 <= y && y <= r.bottom() + 0.5
    }

    /// Far beyond the plot one place is as good as another; what is infinite has none.
    pub fn near(&self, spot: Spot) -> Spot {
        let bound = |v: f64| {
            if v.is_finite() {
                v.clamp(-1e5, 1e5)
            } else {
                f64::NAN
            }
        };
        (bound(spot.0), bound(spot.1))
    }
}

/// The plot in that room, with so much kept free at the right for names.
pub fn frame(chart: &Chart, room: Rect, names: f64) -> Plot {
    let mut rect = room;
    let above = if chart.y.caption().is_empty() {
        6.0
    } else {
        layout::CAPTION
    };
    layout::shrink_top(&mut rect, above);
    rect.h = (rect.h - layout::below(&chart.x.caption())).max(20.0);
    let all: Vec<Spot> = chart.layers.iter().flat_map(points).collect();
    let from_zero = chart
        .layers
        .iter()
        .any(|l| matches!(l, Layer::Stack(_) | Layer::Histogram(_)));
    let x = match chart.x.range {
        Some((from, to)) => Domain::between(from, to, chart.x.scale),
        None => {
            let domain = Domain::of(
                all.iter().map(|p| p.0).chain(marks(chart, Along::X)),
                chart.x.scale,
                0.0,
            );
            // Points are wider than nothing: those at the ends stay off the axis.
            if chart.layers.iter().any(|l| matches!(l, Layer::Points(_))) {
                domain.widened(0.02)
            } else {
                domain
            }
        }
    };
    let y = match chart.y.range {
        Some((from, to)) => Domain::between(from, to, chart.y.scale),
        None => {
            let zero = if from_zero { 2.0 } else { 0.6 };
            let mut domain = Domain::of(
                all.iter().map(|p| p.1).chain(marks(chart, Along::Y)),
                chart.y.scale,
                zero,
            );
            if homeless(chart, Along::Y) {
                // What lies at the foot must not look like the least of the others.
                domain.from /= 5.0;
            }
            domain.nice(rows(&rect))
        }
    };
    let widest = y
        .ticks(rows(&rect))
        .iter()
        .map(|t| text::width(&t.text, LABEL, false))
        .fold(0.0, f64::max);
    let left = (widest + 8.0).max(18.0);
    rect.x += left;
    rect.w = (rect.w - left - names.max(16.0)).max(20.0);
    Plot { rect, x, y }
}

/// About how many ticks the vertical axis has.
fn rows(rect: &Rect) -> usize {
    ((rect.h / 52.0) as usize).clamp(2, 8)
}

pub fn axes(scene: &mut Scene, chart: &Chart, plot: &Plot, mut room: Rect) {
    layout::caption_above(scene, chart.y.caption(), &mut room);
    let mut last = f64::INFINITY;
    for tick in plot.y.ticks(rows(&plot.rect)) {
        let y = plot.spot(plot.x.from, tick.at).1;
        if last - y < 14.0 {
            continue;
        }
        last = y;
        scene.push(rule(
            (plot.rect.x, y),
            (plot.rect.right(), y),
            Paint::Grid,
            1.0,
        ));
        scene.push(Shape::Text(plain(
            (plot.rect.x - 7.0, y + 4.2),
            tick.text,
            Anchor::End,
            Paint::Soft,
        )));
    }
    layout::horizontal(scene, &plot.rect, &plot.x, chart.x.caption(), false);
}

/// Where each curve's name wants to stand: the height of its last point.
fn wanted(chart: &Chart, entries: &[Entry], plot: &Plot) -> Option<Vec<f64>> {
    let last = |entry: &Entry| {
        let of = |l: &Layer| match l {
            Layer::Line(l) | Layer::Steps(l) if l.name == entry.name => l
                .points
                .iter()
                .rev()
                .map(|p| plot.spot(p.0, p.1))
                .find(|p| p.0.is_finite() && p.1.is_finite()),
            _ => None,
        };
        let at = chart.layers.iter().find_map(of)?;
        Some(at.1.clamp(plot.rect.y, plot.rect.bottom()))
    };
    entries.iter().map(last).collect()
}

/// How wide the names at the ends of the curves are; nothing if they have no place there and a legend must do.
pub fn ends(chart: &Chart, entries: &[Entry], room: Rect) -> Option<f64> {
    if entries.is_empty() || room.w < 420.0 {
        return None;
    }
    let plot = frame(chart, room, 0.0);
    let wanted = wanted(chart, entries, &plot)?;
    let placed = placed(&wanted, &plot)?;
    let far = wanted.iter().zip(&placed).any(|(a, b)| (a - b).abs() > FAR);
    let wide = entries
        .iter()
        .map(|e| text::width(&e.name, LABEL, false))
        .fold(0.0, f64::max)
        + 34.0;
    (!far && wide <= room.w * 0.3).then_some(wide)
}

fn placed(wanted: &[f64], plot: &Plot) -> Option<Vec<f64>> {
    place::apart(
        wanted,
        layout::LINE - 1.0,
        plot.rect.y - 8.0,
        plot.rect.bottom() + 8.0,
    )
}

pub fn end_names(scene: &mut Scene, chart: &Chart, entries: &[Entry], plot: &Plot) {
    let Some(places) = wanted(chart, entries, plot).and_then(|w| placed(&w, plot)) else {
        return;
    };
    for (entry, y) in entries.iter().zip(places) {
        let x = plot.rect.right() + 8.0;
        let text = plain(
            (x + 24.0, y + 4.2),
            entry.name.clone(),
            Anchor::Start,
            Paint::Ink,
        );
        scene.extend(Part::End(entry.name.clone()).holding(layout::entry(
            entry,
            (x, y),
            Some(Shape::Text(text)),
        )));
    }
}
