//! A table of colours, with the numbers in it where they fit and a key to the colours.

use super::colour::Paint;
use super::layer::HeatMap;
use super::layout::{self, LINE, Plot};
use super::scale::{Domain, amount};
use super::scene::{Anchor, Rect, Scene, Shape, Text};
use super::text::{self, LABEL, SMALL, cut, plain};
use super::{Chart, Scale};

/// Draws the table; says where, in columns and rows. Rows and columns without a value stay empty.
pub fn draw(scene: &mut Scene, chart: &Chart, map: &HeatMap, mut room: Rect) -> Plot {
    let all = map
        .values
        .iter()
        .flatten()
        .copied()
        .filter(|v| v.is_finite());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    let caption = chart.y.caption();
    if low < high {
        let from = key(scene, low, high, &room);
        // On a narrow paper the key has a line of its own.
        if room.x + text::width(&caption, LABEL, false) > from - 8.0 {
            layout::shrink_top(&mut room, LINE);
        }
    }
    if low > high {
        layout::nothing(scene, &room);
    }
    let mut above = room;
    layout::caption_above(scene, caption, &mut above);
    layout::shrink_top(&mut room, LINE + 5.0);

    let widest = |names: &[String]| {
        names
            .iter()
            .map(|n| text::width(n, LABEL, false))
            .fold(0.0, f64::max)
    };
    let left = widest(&map.rows).min(room.w * 0.35) + 8.0;
    let mut rect = Rect {
        x: room.x + left,
        w: room.w - left,
        ..room
    };
    let columns = map.columns.len().max(1) as f64;
    let across = widest(&map.columns);
    let upright = across + 8.0 > rect.w / columns;
    let names = if upright {
        across.min(room.h * 0.3) + 8.0
    } else {
        LINE + 2.0
    };
    let caption = chart.x.caption();
    rect.h = (rect.h - names - if caption.is_empty() { 0.0 } else { LINE }).max(20.0);
    let (w, h) = (rect.w / columns, rect.h / map.rows.len().max(1) as f64);

    let step = |v: f64| {
        if high > low {
            ((v - low) / (high - low) * 10.0).round() as u8
        } else {
            3
        }
    };
    for (r, _) in map.rows.iter().enumerate() {
        for (c, _) in map.columns.iter().enumerate() {
            let cell = Rect {
                x: rect.x + c as f64 * w,
                y: rect.y + r as f64 * h,
                w,
                h,
            };
            let value = map
                .values
                .get(r)
                .and_then(|row| row.get(c))
                .copied()
                .filter(|v| v.is_finite());
            let words = map
                .cells
                .get(r)
                .and_then(|row| row.get(c))
                .map_or("", String::as_str);
            self::cell(scene, cell, value.map(step), words);
        }
    }
    // Colours that stay, as those of the cells do.
    if let Some((r, c)) = map
        .marked
        .filter(|(r, c)| *r < map.rows.len() && *c < map.columns.len())
    {
        let (x, y) = (rect.x + c as f64 * w, rect.y + r as f64 * h);
        let frame = |inset: f64| {
            let (l, t, r, b) = (x + inset, y + inset, x + w - inset, y + h - inset);
            vec![(l, t), (r, t), (r, b), (l, b), (l, t), (r, t)]
        };
        scene.push(Shape::Stroke {
            points: frame(0.5),
            paint: Paint::OnHeat(0),
            width: 3.0,
            dash: &[],
        });
        scene.push(Shape::Stroke {
            points: frame(2.5),
            paint: Paint::OnHeat(10),
            width: 1.5,
            dash: &[],
        });
    }
    for (r, name) in map.rows.iter().enumerate().filter(|(i, _)| skips(*i, h)) {
        let at = (rect.x - 8.0, rect.y + (r as f64 + 0.5) * h + 4.2);
        scene.extend(cut(
            left - 6.0,
            plain(at, name.clone(), Anchor::End, Paint::Ink),
        ));
    }
    for (c, name) in map
        .columns
        .iter()
        .enumerate()
        .filter(|(i, _)| !upright || skips(*i, w))
    {
        let middle = rect.x + (c as f64 + 0.5) * w;
        let text = if upright {
            let text = plain(
                (middle + 4.2, rect.bottom() + 6.0),
                name.clone(),
                Anchor::End,
                Paint::Ink,
            );
            cut(
                names - 6.0,
                Text {
                    upright: true,
                    ..text
                },
            )
        } else {
            cut(
                w,
                plain(
                    (middle, rect.bottom() + LINE - 1.0),
                    name.clone(),
                    Anchor::Middle,
                    Paint::Ink,
                ),
            )
        };
        scene.extend(text);
    }
    if !caption.is_empty() {
        let at = (rect.x + rect.w / 2.0, rect.bottom() + names + 12.0);
        scene.extend(cut(rect.w, plain(at, caption, Anchor::Middle, Paint::Soft)));
    }
    let counted = |n: usize| Domain {
        from: 0.0,
        to: n.max(1) as f64,
        scale: Scale::Linear,
    };
    Plot {
        rect,
        x: counted(map.columns.len()),
        y: counted(map.rows.len()),
    }
}

/// Whether that name is shown where each has so much room: every one, or every so many.
fn skips(index: usize, room: f64) -> bool {
    index.is_multiple_of((14.0 / room.max(0.1)).ceil() as usize)
}

fn cell(scene: &mut Scene, cell: Rect, step: Option<u8>, words: &str) {
    let gap = if cell.w > 6.0 && cell.h > 6.0 {
        1.0
    } else {
        0.0
    };
    let rect = Rect {
        w: cell.w - gap,
        h: cell.h - gap,
        ..cell
    };
    let Some(step) = step else {
        // Nothing is not little: a line through an empty cell.
        let (x, y) = (cell.x + cell.w / 2.0, cell.y + cell.h / 2.0);
        scene.push(super::scene::rule(
            (x - 4.0, y),
            (x + 4.0, y),
            Paint::Soft,
            1.0,
        ));
        return;
    };
    scene.push(Shape::Box {
        rect,
        paint: Paint::Heat(step),
        opacity: 1.0,
    });
    let fits = text::width(words, LABEL, false) + 4.0 <= cell.w && cell.h >= 14.0;
    if fits && !words.is_empty() {
        let at = (cell.x + cell.w / 2.0, cell.y + cell.h / 2.0 + 4.2);
        scene.push(Shape::Text(plain(
            at,
            words,
            Anchor::Middle,
            Paint::OnHeat(step),
        )));
    }
}

/// The colours from least to most, at the right above the table; says where they begin.
fn key(scene: &mut Scene, low: f64, high: f64, room: &Rect) -> f64 {
    let step = (high - low) / 10.0;
    let small = |x: f64, v: f64, anchor| {
        let text = plain(
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
    let most = small(room.right(), high, Anchor::End);
    let least = |x: f64| small(x - 5.0, low, Anchor::End);
    let start = |shape: &Shape| {
        if let Shape::Text(text) = shape {
            text::extent(text).x
        } else {
            room.right()
        }
    };
    let mut x = start(&most) - 4.0 - 11.0 * 8.0;
    let from = start(&least(x));
    scene.extend([least(x), most]);
    for n in 0..=10 {
        let rect = Rect {
            x,
            y: room.y + 1.0,
            w: 8.0,
            h: 10.0,
        };
        scene.push(Shape::Box {
            rect,
            paint: Paint::Heat(n),
            opacity: 1.0,
        });
        x += 8.0;
    }
    from
}
