//! The names of what is drawn, above the plot or at the ends of curves, each with a piece of what it stands for.

use super::colour::Paint;
use super::content::{DOT, LegendEntry, Swatch};
use super::description::Chart;
use super::frame::{LINE, is_narrow, shrink_top};
use super::layer::Layer;
use super::scene::{Anchor, Part, Rect, Scene, Shape, Spot, area, point};
use super::sheet::Paper;
use super::text::{self, LABEL, cut, plain_text};

/// How dense areas are.
pub(super) const AREA: f64 = 0.5;

/// The names in rows, above what they name.
pub(super) fn legend(paper: &Paper, entries: &[LegendEntry], room: &mut Rect) {
    let mut at = room.x;
    let mut rows = 0;
    let max_width = if is_narrow(room) {
        room.w - 24.0
    } else {
        room.w * 0.6
    };
    for (i, entry) in entries.iter().enumerate() {
        let name = text::fit(&entry.name, max_width, LABEL, false);
        let wide = 24.0 + text::width(&name, LABEL, false);
        if at > room.x && at + wide > room.right() {
            rows += 1;
            at = room.x;
            shrink_top(room, LINE);
        }
        if rows == 3 && room.h < 260.0 {
            let note = format!("and {} more", entries.len() - i);
            let text = plain_text((at, room.y + 11.0), note, Anchor::Start, Paint::Soft);
            paper.push(Shape::Text(text));
            break;
        }
        let spot = (at + 24.0, room.y + 11.0);
        let text = plain_text(spot, &entry.name, Anchor::Start, Paint::Ink);
        let mut shapes = swatch(entry, (at, room.y + 7.0));
        shapes.extend(cut(max_width, text));
        paper.put(Part::Entry(entry.name.clone()), shapes);
        at += wide + 18.0;
    }
    if !entries.is_empty() {
        shrink_top(room, LINE + 6.0);
    }
}

/// What filled and hollow points tell, in a row above the plot.
pub(super) fn key(paper: &Paper, chart: &Chart, room: &mut Rect) {
    let entries = |layer: &Layer| match layer {
        Layer::Key(key) => Some([(key.filled.clone(), false), (key.hollow.clone(), true)]),
        _ => None,
    };
    let Some(pair) = chart.layers.iter().find_map(entries) else {
        return;
    };
    let mut at = room.x;
    for (name, hollow) in pair.into_iter().filter(|(name, _)| !name.is_empty()) {
        let wide = 18.0 + text::width(&name, LABEL, false);
        if at > room.x && at + wide > room.right() {
            at = room.x;
            shrink_top(room, LINE);
        }
        let (dot, spot) = ((at + 6.0, room.y + 7.0), (at + 18.0, room.y + 11.0));
        paper.extend(point(dot, DOT, Paint::Ink, hollow));
        paper.extend(cut(
            room.w,
            plain_text(spot, name, Anchor::Start, Paint::Ink),
        ));
        at += wide + 18.0;
    }
    shrink_top(room, LINE + 6.0);
}

/// A piece of what the name stands for, 18 pixels wide.
pub(super) fn swatch(entry: &LegendEntry, (x, y): Spot) -> Scene {
    let line = |y: f64| Shape::Stroke {
        points: vec![(x, y), (x + 18.0, y)],
        paint: entry.paint,
        width: 2.0,
        dash: if entry.dense { &[] } else { entry.paint.dash() },
    };
    let piece = |opacity: f64| area(Rect::new(x, y - 5.0, 18.0, 11.0), entry.paint, opacity);
    match entry.swatch {
        Swatch::Line => vec![line(y)],
        Swatch::Dot => point((x + 9.0, y), DOT, entry.paint, false),
        Swatch::Bar { opacity } => vec![piece(f64::from(opacity) / 100.0)],
        Swatch::Area => vec![piece(AREA), line(y - 5.0)],
    }
}
