//! The frame of every chart: paper, title, notes, legend, and the room that is left for the rest.

use super::colour::Paint;
use super::layer::Layer;
use super::scale::Domain;
use super::scene::{Anchor, Part, Rect, Scene, Shape, Text, rule};
use super::text::{self, LABEL, SMALL, TITLE, cut, plain};
use super::{Chart, Size, bars, content, draw, heat};

/// Free at the sides [px].
pub const SIDE: f64 = 14.0;
/// From one line of text to the next [px].
pub const LINE: f64 = 17.0;

/// Where values are drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plot {
    pub rect: Rect,
    pub x: Domain,
    pub y: Domain,
}

/// How a name is shown in the legend; a bar with so many hundredths of its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Swatch {
    Line,
    Area,
    Bar { opacity: u8 },
    Dot,
}

/// A name and how what it names is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub name: String,
    pub paint: Paint,
    pub swatch: Swatch,
    /// Drawn without its dashes, for being too jagged.
    pub dense: bool,
}

/// What a caption above the plot takes [px].
pub const CAPTION: f64 = LINE + 7.0;

/// Everything to draw, and where the values are.
pub fn scene(chart: &Chart, size: Size) -> (Scene, Plot) {
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let whole = Rect {
        x: 0.0,
        y: 0.0,
        w: width,
        h: height,
    };
    let mut scene = vec![Shape::Box {
        rect: whole,
        paint: Paint::Paper,
        opacity: 1.0,
    }];
    let mut room = Rect {
        x: SIDE,
        y: 12.0,
        w: width - 2.0 * SIDE,
        h: height - 22.0,
    };
    title(&mut scene, chart, &mut room);
    notes(&mut scene, chart, &mut room);
    let plot = chart.layers.iter().find_map(|layer| match layer {
        Layer::HeatMap(map) => Some(heat::draw(&mut scene, chart, map, room)),
        Layer::Bars(bars) => Some(bars::draw(&mut scene, chart, bars, room)),
        _ => None,
    });
    let plot = plot.unwrap_or_else(|| draw::draw(&mut scene, chart, room));
    (scene, plot)
}

fn title(scene: &mut Scene, chart: &Chart, room: &mut Rect) {
    // A narrow chart has more height than width to spare.
    let most = if room.w < 420.0 { 3 } else { 2 };
    let lines = text::wrap(&chart.title, room.w, TITLE, true, most);
    let shortened = lines.iter().any(|l| l.ends_with('…'));
    for line in lines {
        let mut text = plain((room.x, room.y + 14.0), line, Anchor::Start, Paint::Ink);
        (text.size, text.strong) = (TITLE, true);
        text.whole = shortened.then(|| chart.title.clone());
        scene.push(Shape::Text(text));
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
pub fn note_lines(chart: &Chart, size: Size) -> usize {
    wrapped_notes(chart, f64::from(size.width) - 2.0 * SIDE).len()
}

fn notes(scene: &mut Scene, chart: &Chart, room: &mut Rect) {
    let lines = wrapped_notes(chart, room.w);
    if lines.is_empty() {
        return;
    }
    let height = lines.len() as f64 * 15.0;
    for (i, line) in lines.into_iter().enumerate() {
        let at = (room.x, room.bottom() - height + 12.0 + i as f64 * 15.0);
        scene.push(Shape::Text(Text {
            size: SMALL,
            ..plain(at, line, Anchor::Start, Paint::Soft)
        }));
    }
    room.h -= height + 4.0;
}

/// Takes so much away from above.
pub fn shrink_top(room: &mut Rect, by: f64) {
    room.y += by;
    room.h -= by;
}

/// The names in rows, above what they name.
pub fn legend(scene: &mut Scene, entries: &[Entry], room: &mut Rect) {
    let mut at = room.x;
    let mut rows = 0;
    for (i, entry) in entries.iter().enumerate() {
        let name = text::fit(&entry.name, room.w * 0.6, LABEL, false);
        let wide = 24.0 + text::width(&name, LABEL, false);
        if at > room.x && at + wide > room.right() {
            rows += 1;
            at = room.x;
            shrink_top(room, LINE);
        }
        if rows == 3 && room.h < 260.0 {
            let more = format!("and {} more", entries.len() - i);
            scene.push(Shape::Text(plain(
                (at, room.y + 11.0),
                more,
                Anchor::Start,
                Paint::Soft,
            )));
            break;
        }
        let text = plain(
            (at + 24.0, room.y + 11.0),
            entry.name.clone(),
            Anchor::Start,
            Paint::Ink,
        );
        let part = Part::Entry(entry.name.clone());
        scene.extend(part.holding(self::entry(
            entry,
            (at, room.y + 7.0),
            cut(room.w * 0.6, text),
        )));
        at += wide + 18.0;
    }
    if !entries.is_empty() {
        shrink_top(room, LINE + 6.0);
    }
}

/// A name and a piece of what it stands for.
pub fn entry(entry: &Entry, at: (f64, f64), text: Option<Shape>) -> Scene {
    let mut shapes = Scene::new();
    swatch(&mut shapes, entry, at);
    shapes.extend(text);
    shapes
}

/// What filled and hollow points tell, in a row above the plot.
pub fn key(scene: &mut Scene, chart: &Chart, room: &mut Rect) {
    let Some(key) = chart.layers.iter().find_map(|l| {
        if let Layer::Key(key) = l {
            Some(key)
        } else {
            None
        }
    }) else {
        return;
    };
    let mut at = room.x;
    for (name, hollow) in [(&key.filled, false), (&key.hollow, true)]
        .into_iter()
        .filter(|(name, _)| !name.is_empty())
    {
        let wide = 18.0 + text::width(name, LABEL, false);
        if at > room.x && at + wide > room.right() {
            at = room.x;
            shrink_top(room, LINE);
        }
        scene.extend(point((at + 6.0, room.y + 7.0), Paint::Ink, hollow));
        scene.extend(cut(
            room.w,
            plain(
                (at + 18.0, room.y + 11.0),
                name.clone(),
                Anchor::Start,
                Paint::Ink,
            ),
        ));
        at += wide + 18.0;
    }
    shrink_top(room, LINE + 6.0);
}

/// A measured point: a disc, or a ring.
pub fn point(at: (f64, f64), paint: Paint, hollow: bool) -> Scene {
    match hollow {
        // A disc has a rim of its own.
        true => vec![
            Shape::Disc {
                at,
                radius: 3.9,
                paint,
            },
            Shape::Disc {
                at,
                radius: 1.3,
                paint: Paint::Paper,
            },
        ],
        false => vec![Shape::Disc {
            at,
            radius: 3.5,
            paint,
        }],
    }
}

/// A piece of what the name stands for, 18 pixels wide.
fn swatch(scene: &mut Scene, entry: &Entry, at: (f64, f64)) {
    let (x, y) = at;
    let line = |y: f64| Shape::Stroke {
        points: vec![(x, y), (x + 18.0, y)],
        paint: entry.paint,
        width: 2.0,
        dash: if entry.dense { &[] } else { entry.paint.dash() },
    };
    match entry.swatch {
        Swatch::Line => scene.push(line(y)),
        Swatch::Dot => scene.extend(point((x + 9.0, y), entry.paint, false)),
        Swatch::Bar { opacity } => {
            let rect = Rect {
                x,
                y: y - 5.0,
                w: 18.0,
                h: 11.0,
            };
            scene.push(Shape::Box {
                rect,
                paint: entry.paint,
                opacity: f64::from(opacity) / 100.0,
            });
        }
        Swatch::Area => {
            let rect = Rect {
                x,
                y: y - 5.0,
                w: 18.0,
                h: 11.0,
            };
            scene.push(Shape::Box {
                rect,
                paint: entry.paint,
                opacity: draw::AREA,
            });
            scene.push(line(y - 5.0));
        }
    }
}

/// Says so where there is nothing to draw.
pub fn nothing(scene: &mut Scene, rect: &Rect) {
    let at = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
    scene.push(Shape::Text(plain(
        at,
        "no data",
        Anchor::Middle,
        Paint::Soft,
    )));
}

/// What an axis measures, above the left end of the vertical one.
pub fn caption_above(scene: &mut Scene, caption: String, room: &mut Rect) {
    if !caption.is_empty() {
        scene.extend(cut(
            room.w,
            plain((room.x, room.y + 10.0), caption, Anchor::Start, Paint::Soft),
        ));
        shrink_top(room, CAPTION);
    }
}

/// What stands below the plot takes so much: the ticks, and the caption if there is one.
pub fn below(caption: &str) -> f64 {
    if caption.is_empty() {
        20.0
    } else {
        20.0 + LINE
    }
}

/// The horizontal axis: line, ticks, their texts as far as they do not touch, and the caption.
pub fn horizontal(scene: &mut Scene, rect: &Rect, domain: &Domain, caption: String, grid: bool) {
    let most = ((rect.w / 64.0) as usize).max(4);
    let all = (1..=most).rev().map(|count| domain.ticks(count));
    let place = |at: f64| rect.x + domain.place(at) * rect.w;
    let touch = |a: &super::scale::Tick, b: &super::scale::Tick| {
        let half = |t: &super::scale::Tick| text::width(&t.text, LABEL, false) / 2.0;
        place(a.at) + half(a) + 14.0 > place(b.at) - half(b)
    };
    let ticks = all
        .into_iter()
        .find(|ticks| ticks.windows(2).all(|p| !touch(&p[0], &p[1])));
    let foot = rect.bottom();
    let mut marks = Scene::new();
    for tick in ticks.unwrap_or_default() {
        let x = place(tick.at).clamp(rect.x, rect.right());
        if grid {
            marks.push(rule((x, rect.y), (x, foot), Paint::Grid, 1.0));
        }
        marks.push(rule((x, foot), (x, foot + 4.0), Paint::Soft, 1.0));
        marks.push(Shape::Text(plain(
            (x, foot + 17.0),
            tick.text,
            Anchor::Middle,
            Paint::Soft,
        )));
    }
    scene.extend(Part::Ticks.holding(marks));
    scene.push(rule((rect.x, foot), (rect.right(), foot), Paint::Soft, 1.0));
    if !caption.is_empty() {
        let y = foot + 17.0 + LINE;
        let text = if text::width(&caption, LABEL, false) <= rect.w {
            plain(
                (rect.x + rect.w / 2.0, y),
                caption,
                Anchor::Middle,
                Paint::Soft,
            )
        } else {
            plain((rect.right(), y), caption, Anchor::End, Paint::Soft)
        };
        scene.extend(cut(rect.right() - SIDE, text));
    }
}
