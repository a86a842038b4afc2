//! Names inside the plot, where they hide least.

use super::colour::Paint;
use super::frame::is_narrow;
use super::scene::{Anchor, Rect, Scene, Shape, Spot, Text};
use super::text::{self, LABEL, plain_text};

/// What names must not stand on.
pub(super) struct Names {
    field: Rect,
    obstacles: Vec<Spot>,
    label_rects: Vec<Rect>,
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// Samples a stroke every 4 px at most; labels avoid these points.
pub(super) fn obstacles(points: &[Spot]) -> Vec<Spot> {
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

/// Where a shape of the plot is seen; an area that another shape bounds, nowhere.
fn avoided(shape: &Shape) -> Vec<Spot> {
    match shape {
        Shape::Stroke { points, .. } => obstacles(points),
        Shape::Disc { at, .. } => vec![*at],
        Shape::Cloud { points, .. } => points.clone(),
        Shape::Box { rect, .. } => vec![(rect.x + rect.w / 2.0, rect.y)],
        _ => Vec::new(),
    }
}

impl Names {
    /// Names in that field, over those shapes.
    pub(super) fn new(field: Rect, shapes: &[Shape]) -> Self {
        Self {
            field,
            obstacles: shapes.iter().flat_map(avoided).collect(),
            label_rects: Vec::new(),
        }
    }

    /// Something else that names must not stand on.
    pub(super) fn avoid(&mut self, points: Vec<Spot>) {
        self.obstacles.extend(points);
    }

    /// The place that hides least, the first of equals; with ground of its own if it hides something.
    fn best(&mut self, places: Vec<Text>) -> Scene {
        let cost = |text: &Text| {
            let room = text::extent(text);
            let is_between = |v: f64, from: f64, to: f64| from - 2.0 <= v && v <= to + 2.0;
            let inside = |p: &&Spot| {
                is_between(p.0, room.x, room.right()) && is_between(p.1, room.y, room.bottom())
            };
            let hits = self.obstacles.iter().filter(inside).count();
            let field = &self.field;
            let outside = room.x < field.x - 2.0
                || room.right() > field.right() + 14.0
                || room.y < field.y - 12.0
                || room.bottom() > field.bottom();
            hits + 10_000
                * self
                    .label_rects
                    .iter()
                    .filter(|t| overlap(t, &room))
                    .count()
                + 100_000 * usize::from(outside)
        };
        let Some((cost, text)) = places
            .into_iter()
            .map(|t| (cost(&t), t))
            .min_by_key(|(c, _)| *c)
        else {
            return Vec::new();
        };
        if cost >= 10_000 && text.paint == Paint::Soft {
            // Of two names in one place the lesser gives way.
            return Vec::new();
        }
        let room = text::extent(&text);
        self.label_rects.push(room);
        let ground = Rect {
            x: room.x - 2.0,
            y: room.y - 1.0,
            w: room.w + 4.0,
            h: room.h + 2.0,
        };
        let ground = (cost > 0).then_some(Shape::Box {
            rect: ground,
            paint: Paint::Paper,
            opacity: 0.75,
        });
        ground.into_iter().chain([Shape::Text(text)]).collect()
    }

    fn shorten(&self, label: &str) -> (String, Option<String>) {
        let share = if is_narrow(&self.field) { 0.85 } else { 0.6 };
        let short = text::fit(label, self.field.w * share, LABEL, false);
        let full_text = (short != label).then(|| label.to_string());
        (short, full_text)
    }

    /// Beside a point; one that matters stands out.
    pub(super) fn place_beside(&mut self, at: Spot, label: &str, strong: bool) -> Scene {
        let (label, full_text) = self.shorten(label);
        if label.is_empty() || !(at.0.is_finite() && at.1.is_finite()) {
            return Vec::new();
        }
        let off = if strong { 11.0 } else { 8.0 };
        let paint = if strong { Paint::Ink } else { Paint::Soft };
        if strong {
            self.label_rects.push(Rect {
                x: at.0 - 7.0,
                y: at.1 - 7.0,
                w: 14.0,
                h: 14.0,
            });
        }
        let places = [
            ((off, 4.2), Anchor::Start),
            ((off - 3.0, -off + 1.0), Anchor::Start),
            ((off - 3.0, off + 8.0), Anchor::Start),
            ((0.0, -off - 3.0), Anchor::Middle),
            ((0.0, off + 12.0), Anchor::Middle),
            ((-off, 4.2), Anchor::End),
            ((3.0 - off, -off + 1.0), Anchor::End),
            ((3.0 - off, off + 8.0), Anchor::End),
        ];
        let text = |((dx, dy), anchor)| Text {
            strong,
            full_text: full_text.clone(),
            ..plain_text((at.0 + dx, at.1 + dy), label.clone(), anchor, paint)
        };
        self.best(places.map(text).into())
    }

    /// Along a line across.
    pub(super) fn along(&mut self, from: Spot, to: Spot, label: &str, paint: Paint) -> Scene {
        let (label, full_text) = self.shorten(label);
        if label.is_empty() {
            return Vec::new();
        }
        let level = from.1 == to.1;
        let places = if level {
            let (above, below) = (from.1 - 6.0, from.1 + 15.0);
            let middle = (from.0 + to.0) / 2.0;
            let ends = [
                (to.0 - 4.0, Anchor::End),
                (from.0 + 6.0, Anchor::Start),
                (middle, Anchor::Middle),
            ];
            [above, below]
                .into_iter()
                .flat_map(|y| ends.map(|(x, a)| ((x, y), a)))
                .collect::<Vec<_>>()
        } else {
            let heights = [
                to.1 + 12.0,
                to.1 + 30.0,
                (from.1 + to.1) / 2.0,
                from.1 - 8.0,
            ];
            let sides = [(from.0 + 6.0, Anchor::Start), (from.0 - 6.0, Anchor::End)];
            heights
                .into_iter()
                .flat_map(|y| sides.map(|(x, a)| ((x, y), a)))
                .collect()
        };
        let text = |(at, anchor)| Text {
            full_text: full_text.clone(),
            ..plain_text(at, label.clone(), anchor, paint)
        };
        self.best(places.into_iter().map(text).collect())
    }

    /// Inside a shaded stretch, if it is wide enough.
    pub(super) fn place_within(&mut self, stretch: Rect, label: &str) -> Scene {
        if label.is_empty()
            || text::width(label, LABEL, false) + 8.0 > stretch.w
            || stretch.h < 18.0
        {
            return Vec::new();
        }
        let middle = stretch.x + stretch.w / 2.0;
        let across = [
            (middle, Anchor::Middle),
            (stretch.x + 6.0, Anchor::Start),
            (stretch.right() - 6.0, Anchor::End),
        ];
        let heights = [
            stretch.y + 14.0,
            stretch.bottom() - 8.0,
            stretch.y + stretch.h / 2.0,
        ];
        let places = heights
            .into_iter()
            .flat_map(|y| across.map(|(x, a)| plain_text((x, y), label, a, Paint::Soft)));
        self.best(places.collect())
    }
}
