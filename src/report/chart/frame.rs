//! Around every plot: captions, the horizontal axis, and the room they take.

use plotters::prelude::LabelAreaPosition;
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle};

use super::colour::Paint;
use super::plot::PlotArea;
use super::scale::{Domain, Tick};
use super::scene::{Anchor, Part, Rect, Shape};
use super::sheet::{Dash, Paper, filling, infallible, pen, units};
use super::text::{self, LABEL, cut, plain_text};

/// Free at the sides [px].
pub(super) const SIDE: f64 = 14.0;
/// From one line of text to the next [px].
pub(super) const LINE: f64 = 17.0;
/// What a caption above the plot takes [px].
pub(super) const CAPTION: f64 = LINE + 7.0;

/// Whether that is the room of a telephone, which has more height than width to spare.
pub(super) fn is_narrow(room: &Rect) -> bool {
    room.w < 420.0
}

/// Takes so much away from above.
pub(super) fn shrink_top(room: &mut Rect, by: f64) {
    room.y += by;
    room.h -= by;
}

/// Says so where there is nothing to draw.
pub(super) fn draw_empty_notice(paper: &Paper, rect: &Rect) {
    let at = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
    let text = plain_text(at, "no data", Anchor::Middle, Paint::Soft);
    paper.push(Shape::Text(text));
}

/// What an axis measures, above the left end of the vertical one.
pub(super) fn caption_above(paper: &Paper, caption: String, room: &mut Rect) {
    if !caption.is_empty() {
        let at = (room.x, room.y + 10.0);
        paper.extend(cut(
            room.w,
            plain_text(at, caption, Anchor::Start, Paint::Soft),
        ));
        shrink_top(room, CAPTION);
    }
}

/// What stands below the plot takes so much: the ticks, and the caption if there is one.
pub(super) fn below(caption: &str) -> f64 {
    20.0 + if caption.is_empty() { 0.0 } else { LINE }
}

/// How the words at ticks are written.
pub(super) fn tick_style() -> TextStyle<'static> {
    let size = f64::from(units(LABEL));
    let font = FontDesc::new(FontFamily::SansSerif, size, FontStyle::Normal);
    font.color(&filling(Paint::Soft, 1.0).color)
}

/// As many ticks as have room for their words.
fn fitting_ticks(rect: &Rect, domain: &Domain) -> Vec<Tick> {
    let max_ticks = ((rect.w / 64.0) as usize).max(4);
    let place = |at: f64| rect.x + domain.place(at) * rect.w;
    let touch = |a: &Tick, b: &Tick| {
        let half = |t: &Tick| text::width(&t.text, LABEL, false) / 2.0;
        place(a.at) + half(a) + 14.0 > place(b.at) - half(b)
    };
    let mut attempts = (1..=max_ticks).rev().map(|count| domain.ticks(count));
    attempts
        .find(|ticks| ticks.windows(2).all(|p| !touch(&p[0], &p[1])))
        .unwrap_or_default()
}

/// The horizontal axis: line, ticks, their words as far as they do not touch, and the caption.
pub(super) fn horizontal(paper: &Paper, plot: &PlotArea, caption: String, grid: bool) {
    let rect = &plot.rect;
    paper.part(Part::Ticks, || {
        let mut canvas = plot.mesh(paper, fitting_ticks(rect, &plot.x), Vec::new());
        let mut mesh = canvas.configure_mesh();
        if !grid {
            mesh.disable_x_mesh();
        }
        mesh.disable_y_mesh()
            .disable_y_axis()
            .bold_line_style(pen(Paint::Grid, 1.0, Dash::Solid))
            .axis_style(pen(Paint::Soft, 1.0, Dash::Solid))
            .set_tick_mark_size(LabelAreaPosition::Bottom, units(4.0))
            .x_label_style(tick_style());
        infallible(mesh.draw());
    });
    if !caption.is_empty() {
        let y = rect.bottom() + 17.0 + LINE;
        let text = if text::width(&caption, LABEL, false) <= rect.w {
            let middle = rect.x + rect.w / 2.0;
            plain_text((middle, y), caption, Anchor::Middle, Paint::Soft)
        } else {
            plain_text((rect.right(), y), caption, Anchor::End, Paint::Soft)
        };
        paper.extend(cut(rect.right() - SIDE, text));
    }
}
