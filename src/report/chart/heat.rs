//! A table of colours, with the numbers in it where they fit and a key to the colours.

use plotters::element::Rectangle;

use super::colour::Paint;
use super::description::{Chart, Scale};
use super::frame::{self, LINE};
use super::layer::HeatMap;
use super::plot::PlotArea;
use super::scale::{Domain, amount};
use super::scene::{Anchor, Rect, Shape, Spot, Text, area, rule};
use super::sheet::{Paper, filling, infallible, units};
use super::text::{self, LABEL, SMALL, cut, plain_text};

/// From one line in a cell to the next [px].
const CELL_LINE: f64 = 13.0;
/// Rows that a wide picture is made higher for.
const PAGE_ROWS: usize = 24;
/// Lines of the name of a row at most.
const NAME_LINES: usize = 3;

/// Draws the table; says where, in columns and rows. Rows and columns without a value stay empty.
pub(super) fn draw(paper: &Paper, chart: &Chart, map: &HeatMap, mut room: Rect) -> PlotArea {
    let values = map.values.iter().flatten().filter(|v| v.is_finite());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(*v), h.max(*v))
    });
    let caption = chart.y.caption();
    if low < high {
        let from = key(paper, low, high, &room);
        // On a narrow paper the key has a line of its own.
        if room.x + text::width(&caption, LABEL, false) > from - 8.0 {
            frame::shrink_top(&mut room, LINE);
        }
    }
    if low > high {
        frame::draw_empty_notice(paper, &room);
    }
    let mut above = room;
    frame::caption_above(paper, caption, &mut above);
    frame::shrink_top(&mut room, LINE + 5.0);

    let narrow = frame::is_narrow(&room);
    let left = widest(&map.rows).min(room.w * if narrow { 0.42 } else { 0.35 }) + 8.0;
    let w = room.w - left;
    let names = Names::for_width(&map.columns, w / map.columns.len().max(1) as f64, narrow);
    let below = names.height();
    let caption = chart.x.caption();
    let h = room.h - below - if caption.is_empty() { 0.0 } else { LINE };
    let rect = Rect::new(room.x + left, room.y, w, h.max(20.0));
    let index_domain = |n: usize| Domain::between(0.0, n.max(1) as f64, Scale::Linear);
    let plot = PlotArea {
        rect,
        x: index_domain(map.columns.len()),
        y: index_domain(map.rows.len()),
    };
    cells(paper, &plot, map, |v| {
        if high > low {
            ((v - low) / (high - low) * 10.0).round() as u8
        } else {
            3
        }
    });
    draw_marked_cell(paper, &plot, map);
    row_names(paper, &plot, map, left - 6.0);
    column_names(paper, &plot, map, &names);
    if !caption.is_empty() {
        let at = (rect.x + rect.w / 2.0, rect.bottom() + below + 12.0);
        paper.extend(cut(
            rect.w,
            plain_text(at, caption, Anchor::Middle, Paint::Soft),
        ));
    }
    plot
}

fn widest(names: &[String]) -> f64 {
    let wide = names.iter().map(|n| text::width(n, LABEL, false));
    wide.fold(0.0, f64::max)
}

/// How wide and how high a cell is.
fn cell_size(plot: &PlotArea) -> (f64, f64) {
    (plot.rect.w / plot.x.to, plot.rect.h / plot.y.to)
}

/// A rectangle for each value, and what stands in it.
fn cells(paper: &Paper, plot: &PlotArea, map: &HeatMap, step: impl Fn(f64) -> u8) {
    let (w, h) = cell_size(plot);
    let gap = if w > 6.0 && h > 6.0 {
        units(1.0).unsigned_abs()
    } else {
        0
    };
    let mut canvas = plot.canvas(paper);
    for r in 0..map.rows.len() {
        for c in 0..map.columns.len() {
            let value = map.values.get(r).and_then(|row| row.get(c));
            let words = map.cells.get(r).and_then(|row| row.get(c));
            let words = words.map_or("", String::as_str);
            // The rows count from above, plotters from below.
            let (x, y) = (c as f64, plot.y.to - r as f64);
            let middle = plot.spot(x + 0.5, y - 0.5);
            let Some(value) = value.filter(|v| v.is_finite()) else {
                // Nothing is not little: a line through an empty cell.
                let ends = ((middle.0 - 4.0, middle.1), (middle.0 + 4.0, middle.1));
                paper.push(rule(ends.0, ends.1, Paint::Soft, 1.0));
                continue;
            };
            let step = step(*value);
            let mut cell = Rectangle::new(
                [(x, y), (x + 1.0, y - 1.0)],
                filling(Paint::Heat(step), 1.0),
            );
            cell.set_margin(0, gap, 0, gap);
            infallible(canvas.draw_series([cell]));
            if let Some(words) = Words::for_width(words, w).filter(|words| words.height() <= h) {
                paper.extend(words.at(middle, Paint::OnHeat(step)));
            }
        }
    }
}

/// What stands in a cell.
enum Words {
    /// On one line.
    Line(String),
    /// Smaller, on some lines.
    Lines(Vec<String>),
    /// Smaller, upright.
    Upright(String),
}

impl Words {
    /// How those words stand in a cell of that width, the most legible way first.
    fn for_width(words: &str, w: f64) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        if text::width(words, LABEL, false) + 4.0 <= w {
            return Some(Self::Line(words.into()));
        }
        let lines = text::wrap(words, w - 4.0, SMALL, false, 5);
        if !lines.iter().any(|line| line.ends_with('…')) {
            return Some(Self::Lines(lines));
        }
        (w >= SMALL + 2.0).then(|| Self::Upright(words.into()))
    }

    /// How high a cell must be for it.
    fn height(&self) -> f64 {
        match self {
            Self::Line(_) => 14.0,
            Self::Lines(lines) => lines.len() as f64 * CELL_LINE + 4.0,
            Self::Upright(words) => text::width(words, SMALL, false) + 8.0,
        }
    }

    fn at(self, middle: Spot, paint: Paint) -> Vec<Shape> {
        let small = |at, words| Text {
            size: SMALL,
            ..plain_text(at, words, Anchor::Middle, paint)
        };
        match self {
            Self::Line(words) => {
                let at = (middle.0, middle.1 + 4.2);
                vec![Shape::Text(plain_text(at, words, Anchor::Middle, paint))]
            }
            Self::Lines(lines) => {
                let first = middle.1 + 4.0 - (lines.len() as f64 - 1.0) * CELL_LINE / 2.0;
                let line = |(i, words)| small((middle.0, first + i as f64 * CELL_LINE), words);
                let lines = lines.into_iter().enumerate().map(line);
                lines.map(Shape::Text).collect()
            }
            Self::Upright(words) => {
                let mut text = small((middle.0 + 4.0, middle.1), words);
                text.upright = true;
                vec![Shape::Text(text)]
            }
        }
    }
}

/// How high the table must be for what stands in its cells and beside its rows, at the width it has. On a wide paper a
/// pointer tells what does not fit: there, what could only stand upright does not count, nor do more rows than a page has.
pub(super) fn least_height(map: &HeatMap, plot: &PlotArea, narrow: bool) -> f64 {
    let rows = map.rows.len();
    let (w, _) = cell_size(plot);
    let cells = map
        .cells
        .iter()
        .flatten()
        .filter(|_| narrow || rows <= PAGE_ROWS);
    let words = cells.filter_map(|words| Words::for_width(words, w));
    let words = words.filter(|words| narrow || !matches!(words, Words::Upright(_)));
    let names = map.rows.iter().map(|name| {
        let lines = text::wrap(name, plot.rect.x - 20.0, LABEL, false, NAME_LINES);
        lines.len() as f64 * CELL_LINE + 4.0
    });
    let heights = words.map(|w| w.height() + 3.0).chain(names);
    heights.fold(17.0, f64::max) * rows.min(if narrow { 40 } else { PAGE_ROWS }) as f64
}

/// A frame around the cell that matters, in colours that stay, as those of the cells do.
fn draw_marked_cell(paper: &Paper, plot: &PlotArea, map: &HeatMap) {
    let is_there = |(r, c): &(usize, usize)| *r < map.rows.len() && *c < map.columns.len();
    let Some((r, c)) = map.marked.filter(is_there) else {
        return;
    };
    let (w, h) = cell_size(plot);
    let (x, y) = (plot.rect.x + c as f64 * w, plot.rect.y + r as f64 * h);
    for (inset, n, width) in [(0.5, 0, 3.0), (2.5, 10, 1.5)] {
        let (l, t, r, b) = (x + inset, y + inset, x + w - inset, y + h - inset);
        paper.push(Shape::Stroke {
            points: vec![(l, t), (r, t), (r, b), (l, b), (l, t), (r, t)],
            paint: Paint::OnHeat(n),
            width,
            dash: &[],
        });
    }
}

fn row_names(paper: &Paper, plot: &PlotArea, map: &HeatMap, room: f64) {
    let (_, h) = cell_size(plot);
    for (r, name) in map.rows.iter().enumerate().filter(|(i, _)| skips(*i, h)) {
        let max_lines = (((h - 4.0) / CELL_LINE) as usize).clamp(1, NAME_LINES);
        let lines = text::wrap(name, room, LABEL, false, max_lines);
        let first = plot.rect.y + (r as f64 + 0.5) * h + 4.2;
        let first = first - (lines.len() as f64 - 1.0) * CELL_LINE / 2.0;
        let is_cut = lines.iter().any(|line| line.ends_with('…'));
        for (i, line) in lines.into_iter().enumerate() {
            let at = (plot.rect.x - 8.0, first + i as f64 * CELL_LINE);
            let mut text = plain_text(at, line, Anchor::End, Paint::Ink);
            text.full_text = is_cut.then(|| name.clone());
            paper.push(Shape::Text(text));
        }
    }
}

/// How the names below the table stand.
enum Names {
    /// Side by side in letters of that size [px], each on its lines.
    Lines(f64, Vec<Vec<String>>),
    /// Upright, in so much room.
    Upright(f64),
}

impl Names {
    /// How those names stand below columns of that width, the most legible way first.
    fn for_width(names: &[String], w: f64, narrow: bool) -> Self {
        for size in [LABEL, SMALL] {
            let lines = |name: &String| text::wrap(name, w - 4.0, size, false, NAME_LINES);
            let lines: Vec<Vec<String>> = names.iter().map(lines).collect();
            if !lines.iter().flatten().any(|line| line.ends_with('…')) {
                return Self::Lines(size, lines);
            }
        }
        Self::Upright(widest(names).min(if narrow { 150.0 } else { 180.0 }) + 2.0)
    }

    /// How much they take below the table.
    fn height(&self) -> f64 {
        match self {
            Self::Lines(_, names) => {
                let max_lines = names.iter().map(Vec::len).max().unwrap_or(1).max(1);
                LINE + 2.0 + (max_lines as f64 - 1.0) * CELL_LINE
            }
            Self::Upright(room) => room + 6.0,
        }
    }
}

fn column_names(paper: &Paper, plot: &PlotArea, map: &HeatMap, names: &Names) {
    let (w, _) = cell_size(plot);
    let foot = plot.rect.bottom();
    let middle = |c: usize| plot.rect.x + (c as f64 + 0.5) * w;
    match names {
        Names::Lines(size, names) => {
            for (c, lines) in names.iter().enumerate() {
                for (i, line) in lines.iter().enumerate() {
                    let at = (middle(c), foot + LINE - 1.0 + i as f64 * CELL_LINE);
                    paper.push(Shape::Text(Text {
                        size: *size,
                        ..plain_text(at, line, Anchor::Middle, Paint::Ink)
                    }));
                }
            }
        }
        Names::Upright(room) => {
            for (c, name) in map.columns.iter().enumerate().filter(|(c, _)| skips(*c, w)) {
                let mut text =
                    plain_text((middle(c) + 4.2, foot + 6.0), name, Anchor::End, Paint::Ink);
                text.upright = true;
                paper.extend(cut(*room, text));
            }
        }
    }
}

/// Whether that name is shown where each has so much room: every one, or every so many.
fn skips(index: usize, room: f64) -> bool {
    index.is_multiple_of((14.0 / room.max(0.1)).ceil() as usize)
}

/// The colours from least to most, at the right above the table; says where they begin.
fn key(paper: &Paper, low: f64, high: f64, room: &Rect) -> f64 {
    let step = (high - low) / 10.0;
    let small = |x: f64, v: f64, anchor| {
        let text = plain_text(
            (x, room.y + 10.0),
            amount(v, step / 10.0),
            anchor,
            Paint::Soft,
        );
        Shape::Text(Text {
            size: SMALL,
            ..text
        })
    };
    let draw_high = small(room.right(), high, Anchor::End);
    let draw_low = |x: f64| small(x - 5.0, low, Anchor::End);
    let start = |shape: &Shape| {
        if let Shape::Text(text) = shape {
            text::extent(text).x
        } else {
            room.right()
        }
    };
    let mut x = start(&draw_high) - 4.0 - 11.0 * 8.0;
    let from = start(&draw_low(x));
    paper.extend([draw_low(x), draw_high]);
    for n in 0..=10 {
        let rect = Rect::new(x, room.y + 1.0, 8.0, 10.0);
        paper.push(area(rect, Paint::Heat(n), 1.0));
        x += 8.0;
    }
    from
}
