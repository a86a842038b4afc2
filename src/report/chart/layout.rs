//! The whole picture: paper, title and notes, and the chart in the room that is left.

use super::colour::Paint;
use super::description::{Chart, Size};
use super::frame::{SIDE, is_narrow, shrink_top};
use super::layer::Layer;
use super::plot::PlotArea;
use super::scene::{Anchor, Rect, Scene, Shape, Text, area};
use super::sheet::Paper;
use super::text::{self, SMALL, TITLE, plain_text};
use super::{bars, content, draw, heat};

/// A wide picture is no higher: with what stands above it, it is on the first screen of a desk [px].
const MOST_WIDE: u32 = 620;
/// A plot on a telephone is no lower [px].
const LEAST_NARROW: f64 = 180.0;

/// Everything to draw, and where the values are.
pub(super) fn scene(chart: &Chart, size: Size) -> (Scene, PlotArea) {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let paper = Paper::default();
    let sheet = Rect::new(0.0, 0.0, width, height);
    paper.push(area(sheet, Paint::Paper, 1.0));
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
    let max_lines = if is_narrow(room) { 6 } else { 2 };
    let lines = text::wrap(&chart.title, room.w, TITLE, true, max_lines);
    let shortened = lines.iter().any(|l| l.ends_with('…'));
    for line in lines {
        let mut text = plain_text((room.x, room.y + 14.0), line, Anchor::Start, Paint::Ink);
        (text.size, text.strong) = (TITLE, true);
        text.full_text = shortened.then(|| chart.title.clone());
        paper.push(Shape::Text(text));
        shrink_top(room, 20.0);
    }
    shrink_top(room, 6.0);
}

/// The lines of the notes in that room.
fn wrapped_notes(chart: &Chart, room: &Rect) -> Vec<String> {
    let foot_note = content::foot_note(chart);
    let (per_note, total) = if is_narrow(room) { (8, 16) } else { (3, 6) };
    chart
        .notes
        .iter()
        .chain(&foot_note)
        .flat_map(|n| text::wrap(n, room.w, SMALL, false, per_note))
        .take(total)
        .collect()
}

/// That size, or as high as it takes to see what is drawn: every row of a table of colours, with its name; on a telephone
/// a plot of some height beside title, names and notes, too.
pub(super) fn fit_size(chart: &Chart, size: Size) -> Size {
    let mut size = size;
    let room = Rect::new(0.0, 0.0, f64::from(size.width) - 2.0 * SIDE, 0.0);
    let narrow = is_narrow(&room);
    let has_rows = |layer: &Layer| matches!(layer, Layer::HeatMap(_));
    if !narrow && !chart.layers.iter().any(has_rows) {
        return size;
    }
    // What has no room at first takes more when there is some.
    for _ in 0..4 {
        let plot = scene(chart, size).1;
        let min_height = chart.layers.iter().map(|layer| match layer {
            Layer::HeatMap(map) => heat::least_height(map, &plot, narrow),
            _ if !narrow => 0.0,
            Layer::Bars(bars) => bars::least_height(bars, &room),
            _ => LEAST_NARROW,
        });
        let lacking_height = min_height.fold(0.0, f64::max) - plot.rect.h;
        if lacking_height < 0.5 {
            break;
        }
        size.height += lacking_height.ceil() as u32;
    }
    if !narrow {
        size.height = size.height.min(MOST_WIDE.max(size.height));
    }
    size.bounded()
}

fn notes(paper: &Paper, chart: &Chart, room: &mut Rect) {
    let lines = wrapped_notes(chart, room);
    if lines.is_empty() {
        return;
    }
    let height = lines.len() as f64 * 15.0;
    for (i, line) in lines.into_iter().enumerate() {
        let at = (room.x, room.bottom() - height + 12.0 + i as f64 * 15.0);
        paper.push(Shape::Text(Text {
            size: SMALL,
            ..plain_text(at, line, Anchor::Start, Paint::Soft)
        }));
    }
    room.h -= height + 4.0;
}
