//! Horizontal bars: causes by their number, and tornadoes with a half on either side of a base.

use plotters::element::{PathElement, Rectangle};

use super::across::{line_across, tone};
use super::colour::Paint;
use super::content::{LegendEntry, Swatch};
use super::description::{Axis, Chart, Scale};
use super::frame;
use super::layer::{Along, Bar, Bars, Layer, Tone};
use super::legend::legend;
use super::plot::{Canvas, PlotArea};
use super::scale::Domain;
use super::scene::{Anchor, Rect, Scene, Shape, area, rule};
use super::sheet::{Dash, Paper, filling, infallible, pen};
use super::text::{self, LABEL, cut, plain_text};

/// A bar is no thicker [px].
const THICK: f64 = 22.0;
/// How dense a bar is, and its other half: light beside dark tells them apart without colour [%].
const FIRST: u8 = 85;
const SECOND: u8 = 50;
/// Less room than this for a bar, and some are left out [px].
const MIN_ROOM: f64 = 17.0;
/// From one line of a name to the next [px].
const NAME_LINE: f64 = 14.0;
/// Lines of a name at most where it stands above its bar.
const MOST_LINES: usize = 4;
/// The share of the width that names beside bars may take.
const NAMES: f64 = 0.4;
/// So many bars make a narrow chart higher; of more, some are left out.
const MOST_GROWN: usize = 40;

/// Draws the bars and the axis of their values; says where the values are, and
/// of how many rows.
pub(super) fn draw(paper: &Paper, chart: &Chart, bars: &Bars, mut room: Rect) -> PlotArea {
    let first = match bars.tone {
        Tone::Auto => Paint::Series(0),
        tone => Paint::for_tone(tone, 0),
    };
    let halves = [(first, FIRST), (Paint::Series(1), SECOND)];
    let names = [&bars.names.0, &bars.names.1];
    if names.iter().all(|name| !name.is_empty()) {
        let entry = |(name, (paint, opacity)): (&String, (Paint, u8))| LegendEntry {
            name: name.clone(),
            paint,
            swatch: Swatch::Bar { opacity },
            dense: false,
        };
        let entries: Vec<LegendEntry> = names.into_iter().zip(halves).map(entry).collect();
        legend(paper, &entries, &mut room);
    }
    frame::caption_above(paper, chart.y.caption(), &mut room);
    let has_label =
        |l: &Layer| matches!(l, Layer::Threshold(t) if t.along == Along::X && !t.label.is_empty());
    if chart.layers.iter().any(has_label) {
        frame::shrink_top(&mut room, frame::LINE);
    }
    let caption = chart.x.caption();
    let rect = field(bars, room, &caption);
    let above = above(bars, &room);
    let (visible, left_out) = visible_bars(bars, &rect, above);
    let rows = (visible.len() + usize::from(left_out > 0)).max(1) as f64;
    let plot = PlotArea {
        rect,
        x: domain(chart, bars),
        y: Domain::between(0.0, rows, Scale::Linear),
    };
    frame::horizontal(paper, &plot, caption, true);
    let mut canvas = plot.canvas(paper);
    let texts: Scene = visible
        .iter()
        .enumerate()
        .flat_map(|(i, bar)| {
            row(
                paper,
                &mut canvas,
                &plot,
                (i, bar),
                (bars, halves),
                (&room, above),
            )
        })
        .collect();
    thresholds(paper, &mut canvas, chart, &plot);
    let base = place(&plot, bars.base);
    let ends = ((base, rect.y), (base, rect.bottom()));
    paper.push(rule(ends.0, ends.1, Paint::Soft, 1.2));
    paper.extend(texts);
    if left_out > 0 {
        let at = (room.x, rect.bottom() - rect.h / rows / 2.0 + 4.2);
        let note = format!("and {left_out} more");
        let text = plain_text(at, note, Anchor::Start, Paint::Soft);
        paper.push(Shape::Text(text));
    }
    if bars.bars.is_empty() {
        frame::draw_empty_notice(paper, &rect);
    }
    plot
}

/// Where a value is across, at the edge if it is beyond.
fn place(plot: &PlotArea, v: f64) -> f64 {
    plot.rect.x + plot.x.place(v).clamp(0.0, 1.0) * plot.rect.w
}

/// A bar with its other half, its interval and its name; the texts at its ends, which belong above all bars.
fn row(
    paper: &Paper,
    canvas: &mut Canvas,
    plot: &PlotArea,
    (i, bar): (usize, &Bar),
    (bars, [first, second]): (&Bars, [(Paint, u8); 2]),
    (room, above): (&Rect, f64),
) -> Scene {
    let height = plot.rect.h / plot.y.to;
    let top = plot.rect.y + i as f64 * height;
    let middle = top + above + (height - above) / 2.0;
    // The rows count from above, plotters from below.
    let level = plot.y.to - (middle - plot.rect.y) / height;
    let half = ((height - above) * 0.66).min(THICK) / height / 2.0;
    let interval = bar.interval.filter(|(l, h)| l.is_finite() && h.is_finite());
    let end = match interval {
        Some((low, _)) if bar.value < bars.base => low,
        Some((_, high)) => high,
        None => bar.value,
    };
    let mut texts = Scene::new();
    for (value, end, text, (paint, opacity)) in [
        (Some(bar.value), Some(end), &bar.text, first),
        (bar.other, bar.other, &bar.other_text, second),
    ] {
        let extent = value.zip(end);
        let Some((value, end)) = extent.filter(|(v, e)| v.is_finite() && e.is_finite()) else {
            continue;
        };
        let corners = [(bars.base, level + half), (value, level - half)];
        let body = Rectangle::new(corners, filling(paint, f64::from(opacity) / 100.0));
        paper.clip(plot.rect, || {
            infallible(canvas.draw_series([body]));
        });
        // On a narrow paper the text of the longest bar finds no room beyond its end, and stands on it.
        let end = place(plot, end);
        let beyond =
            end + 6.0 + text::width(text, LABEL, false) <= room.right() + frame::SIDE - 2.0;
        texts.extend(end_text(text, end, middle, value < bars.base || !beyond));
    }
    if let Some((low, high)) = interval {
        let line = PathElement::new(
            [(low, level), (high, level)],
            pen(Paint::Ink, 1.4, Dash::Solid),
        );
        paper.clip(plot.rect, || {
            infallible(canvas.draw_series([line]));
        });
        let tip = |x: f64| rule((x, middle - 4.0), (x, middle + 4.0), Paint::Ink, 1.4);
        paper.extend([low, high].map(|v| tip(place(plot, v))));
    }
    if above > 0.0 {
        texts.splice(0..0, heading(bar, room, top));
    } else {
        label(paper, bar, (room, &plot.rect), middle, height);
    }
    texts
}

fn field(bars: &Bars, room: Rect, caption: &str) -> Rect {
    let widest = |text_of: fn(&Bar) -> &str| {
        bars.bars
            .iter()
            .map(|b| text::width(text_of(b), LABEL, false))
            .fold(0.0, f64::max)
    };
    let names = if frame::is_narrow(&room) {
        10.0
    } else {
        widest(|b| &b.label).min(room.w * NAMES) + 10.0
    };
    // Texts stand beyond the ends, so both sides keep room for theirs.
    let beyond = |left: bool| {
        let overhang = |b: &Bar| {
            let goes = |v: f64, text: &str| {
                let on_this_side = (v < bars.base) == left && v.is_finite();
                if on_this_side {
                    text::width(text, LABEL, false) + 8.0
                } else {
                    0.0
                }
            };
            goes(b.value, &b.text).max(b.other.map_or(0.0, |v| goes(v, &b.other_text)))
        };
        bars.bars.iter().map(overhang).fold(0.0, f64::max)
    };
    // Where texts stand on the left side alone, they would run into the names before they ran out of the paper.
    let limit = |left: bool| {
        if left && beyond(false) == 0.0 {
            room.w * 0.42
        } else {
            room.w * 0.2
        }
    };
    let beyond = |left: bool| beyond(left).min(limit(left));
    let (left, right) = (names + beyond(true), beyond(false).max(16.0));
    let w = (room.w - left - right).max(20.0);
    let h = (room.h - frame::below(caption)).max(20.0);
    Rect::new(room.x + left, room.y, w, h)
}

fn domain(chart: &Chart, bars: &Bars) -> Domain {
    let Axis { scale, range, .. } = chart.x;
    if let Some((from, to)) = range {
        return Domain::between(from, to, scale);
    }
    let values = |b: &Bar| {
        let (low, high) = b.interval.unwrap_or((b.value, b.value));
        [b.value, b.other.unwrap_or(b.value), low, high]
    };
    let mark = |l: &Layer| {
        if let Layer::Threshold(t) = l {
            Some(t.value)
        } else {
            None
        }
    };
    let values = bars
        .bars
        .iter()
        .flat_map(values)
        .chain(chart.layers.iter().filter_map(mark));
    Domain::covering(values.chain([bars.base]), scale, 0.0).nice(5)
}

fn visible_bars<'a>(bars: &'a Bars, rect: &Rect, above: f64) -> (&'a [Bar], usize) {
    let fit = ((rect.h / (MIN_ROOM + above)) as usize).max(1);
    if bars.bars.len() <= fit {
        return (&bars.bars, 0);
    }
    let count = fit.saturating_sub(1).max(1);
    (&bars.bars[..count], bars.bars.len() - count)
}

/// The text beyond the end of a bar, on ground of its own: a line across may run there.
fn end_text(text: &str, end: f64, middle: f64, leftwards: bool) -> Scene {
    if text.is_empty() {
        return Scene::new();
    }
    let (x, anchor) = if leftwards {
        (end - 6.0, Anchor::End)
    } else {
        (end + 6.0, Anchor::Start)
    };
    let text = plain_text((x, middle + 4.2), text, anchor, Paint::Ink);
    let ground = area(text::extent(&text), Paint::Paper, 0.8);
    vec![ground, Shape::Text(text)]
}

/// What the bar is of, on two lines where one does not do and two fit.
fn label(paper: &Paper, bar: &Bar, (room, rect): (&Rect, &Rect), middle: f64, height: f64) {
    // The widest fits by a hair, which a sum of fractions may miss.
    let wide = (rect.x - room.x - 10.0).min(room.w * NAMES) + 0.5;
    let max_lines = if height >= 30.0 { 2 } else { 1 };
    let lines = text::wrap(&bar.label, wide, LABEL, false, max_lines);
    let first = middle + 4.2 - (lines.len() as f64 - 1.0) * 7.0;
    let is_cut = lines.iter().any(|l| l.ends_with('…'));
    for (i, line) in lines.into_iter().enumerate() {
        let at = (room.x, first + i as f64 * 14.0);
        let mut text = plain_text(at, line, Anchor::Start, Paint::Ink);
        text.full_text = is_cut.then(|| bar.label.clone());
        paper.push(Shape::Text(text));
    }
}

/// The name of a bar above it, where there is no room beside it; on ground of its own, since the grid runs there.
fn heading(bar: &Bar, room: &Rect, top: f64) -> Scene {
    let line = |(i, line): (usize, String)| {
        let at = (room.x, top + 12.0 + i as f64 * NAME_LINE);
        let text = plain_text(at, line, Anchor::Start, Paint::Ink);
        [
            area(text::extent(&text), Paint::Paper, 0.8),
            Shape::Text(text),
        ]
    };
    let lines = name_lines(bar, room).into_iter().enumerate();
    lines.flat_map(line).collect()
}

fn name_lines(bar: &Bar, room: &Rect) -> Vec<String> {
    text::wrap(&bar.label, room.w, LABEL, false, MOST_LINES)
}

/// What names above their bars take of each row [px]; 0: they stand beside them.
fn above(bars: &Bars, room: &Rect) -> f64 {
    if !frame::is_narrow(room) {
        return 0.0;
    }
    let lines = bars.bars.iter().map(|bar| name_lines(bar, room).len());
    NAME_LINE * lines.max().unwrap_or(0) as f64
}

/// How high the plot must be for every bar on a paper of that width.
pub(super) fn least_height(bars: &Bars, room: &Rect) -> f64 {
    let rows = bars.bars.len().clamp(1, MOST_GROWN) as f64;
    rows * (MIN_ROOM + 9.0 + above(bars, room))
}

fn thresholds(paper: &Paper, canvas: &mut Canvas, chart: &Chart, plot: &PlotArea) {
    for layer in &chart.layers {
        let Layer::Threshold(t) = layer else { continue };
        if t.along != Along::X {
            continue;
        }
        line_across(paper, canvas, plot, t);
        let x = place(plot, t.value);
        let half = text::width(&t.label, LABEL, false) / 2.0;
        let right = plot.rect.right();
        let (min, max) = (frame::SIDE + half, right + frame::SIDE - half);
        let x = if min < max { x.clamp(min, max) } else { min };
        let at = (x, plot.rect.y - 5.0);
        let text = plain_text(at, &t.label, Anchor::Middle, tone(t));
        paper.extend(cut(right, text));
    }
}
