//! The whole picture: paper, title and notes, and the chart in the room that is left.

use super::colour::Paint;
use super::description::{Chart, Size};
use super::frame::{SIDE, shrink_top};
use super::layer::Layer;
use super::plot::Plot;
use super::scene::{Anchor, Rect, Scene, Shape, Text, area};
use super::sheet::Paper;
use super::text::{self, SMALL, TITLE, plain};
use super::{bars, content, draw, heat};

/// Everything to draw, and where the values are.
pub(super) fn scene(chart: &Chart, size: Size) -> (Scene, Plot) {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let paper = Paper::default();
    let whole = Rect::new(0.0, 0.0, width, height);
    paper.push(area(whole, Paint::Paper, 1.0));
    let mut room = Rect::new(SIDE, 12.0, width - 2.0 * SIDE, height - 22.0);
    title(&paper, chart, &mut room);
    notes(&paper, chart, &mut room);
    let plot = chart.layers.iter().find_map(|layer| match layer {
        Layer::HeatMap(map) => Some(heat::draw(&paper, chart, map, room)),
        Layer::Bars(bars) => Some(bars::draw(&paper, chart, bars, room)),
        _ => None,
    });
    let plot = plot.unwrap_or_else(|| draw::draw(&paper, chart, room));
    (paper.scene(), plot)
}

fn title(paper: &Paper, chart: &Chart, room: &mut Rect) {
    // A narrow chart has more height than width to spare.
    let most = if room.w < 420.0 { 3 } else { 2 };
    let lines = text::wrap(&chart.title, room.w, TITLE, true, most);
    let shortened = lines.iter().any(|l| l.ends_with('…'));
    for line in lines {
        let mut text = plain((room.x, room.y + 14.0), line, Anchor::Start, Paint::Ink);
        (text.size, text.strong) = (TITLE, true);
        text.whole = shortened.then(|| chart.title.clone());
        paper.push(Shape::Text(text));
        shrink_top(room, 20.0);
    }
    shrink_top(room, 6.0);
}

/// The lines of the notes on a paper of that width.
fn wrapped_notes(chart: &Chart, wide: f64) -> Vec<String> {
    let own = content::foot_note(chart);
    chart
        .notes
        .iter()
        .chain(&own)
        .flat_map(|n| text::wrap(n, wide, SMALL, false, 3))
        .take(6)
        .collect()
}

/// How many lines the notes take.
pub(super) fn note_lines(chart: &Chart, size: Size) -> usize {
    wrapped_notes(chart, f64::from(size.width) - 2.0 * SIDE).len()
}

fn notes(paper: &Paper, chart: &Chart, room: &mut Rect) {
    let lines = wrapped_notes(chart, room.w);
    if lines.is_empty() {
        return;
    }
    let height = lines.len() as f64 * 15.0;
    for (i, line) in lines.into_iter().enumerate() {
        let at = (room.x, room.bottom() - height + 12.0 + i as f64 * 15.0);
        paper.push(Shape::Text(Text {
            size: SMALL,
            ..plain(at, line, Anchor::Start, Paint::Soft)
        }));
    }
    room.h -= height + 4.0;
}
