//! Horizontal bars: causes by their number, and tornadoes with a half on either side of a base.

use super::colour::Paint;
use super::layer::{Along, Bar, Bars, Layer, Tone};
use super::layout::{self, Entry, Plot, Swatch};
use super::scale::Domain;
use super::scene::{Anchor, Rect, Scene, Shape, Text, rule};
use super::text::{self, LABEL, cut, plain};
use super::{Axis, Chart, Scale};

/// A bar is no thicker [px].
const THICK: f64 = 22.0;
/// How dense a bar is, and its other half: light beside dark tells them apart without colour [%].
const FIRST: u8 = 85;
const SECOND: u8 = 50;
/// Less room than this for a bar, and some are left out [px].
const LEAST: f64 = 17.0;

/// Draws the bars and the axis of their values; says where the values are, and
/// of how many rows.
pub fn draw(scene: &mut Scene, chart: &Chart, bars: &Bars, mut room: Rect) -> Plot {
    let first = if bars.tone == Tone::Auto {
        Paint::Series(0)
    } else {
        Paint::of(bars.tone, 0)
    };
    let second = Paint::Series(1);
    let both = [
        (&bars.names.0, first, FIRST),
        (&bars.names.1, second, SECOND),
    ];
    if both.iter().all(|(name, _, _)| !name.is_empty()) {
        let entry = |(name, paint, opacity): (&String, Paint, u8)| Entry {
            name: name.clone(),
            paint,
            swatch: Swatch::Bar { opacity },
            dense: false,
        };
        layout::legend(scene, &both.map(entry), &mut room);
    }
    layout::caption_above(scene, chart.y.caption(), &mut room);
    let marked =
        |l: &Layer| matches!(l, Layer::Threshold(t) if t.along == Along::X && !t.label.is_empty());
    if chart.layers.iter().any(marked) {
        layout::shrink_top(&mut room, layout::LINE);
    }
    let caption = chart.x.caption();
    let rect = frame(bars, room, &caption);
    let x = domain(chart, bars);
    layout::horizontal(scene, &rect, &x, caption, true);

    let mut texts = Vec::new();
    let (shown, left_out) = shown(bars, &rect);
    let rows = (shown.len() + usize::from(left_out > 0)).max(1) as f64;
    let plot = Plot {
        rect,
        x,
        y: Domain {
            from: 0.0,
            to: rows,
            scale: Scale::Linear,
        },
    };
    let height = rect.h / rows;
    let place = |v: f64| rect.x + x.place(v).clamp(0.0, 1.0) * rect.w;
    for (i, bar) in shown.iter().enumerate() {
        let middle = rect.y + (i as f64 + 0.5) * height;
        let thick = (height * 0.66).min(THICK);
        let interval = bar.interval.filter(|(l, h)| l.is_finite() && h.is_finite());
        let end = interval.map_or(
            bar.value,
            |(low, high)| if bar.value < bars.base { low } else { high },
        );
        for (value, end, text, (paint, opacity)) in [
            (Some(bar.value), Some(end), &bar.text, (first, FIRST)),
            (bar.other, bar.other, &bar.other_text, (second, SECOND)),
        ] {
            let Some((value, end)) = value
                .zip(end)
                .filter(|(v, e)| v.is_finite() && e.is_finite())
            else {
                continue;
            };
            let (from, to) = (place(bars.base), place(value));
            let rect = Rect {
                x: from.min(to),
                y: middle - thick / 2.0,
                w: (from - to).abs(),
                h: thick,
            };
            scene.push(Shape::Box {
                rect,
                paint,
                opacity: f64::from(opacity) / 100.0,
            });
            // On a narrow paper the text of the longest bar finds no room beyond its end, and stands on it.
            let beyond = place(end) + 6.0 + text::width(text, LABEL, false)
                <= room.right() + layout::SIDE - 2.0;
            end_text(
                &mut texts,
                text,
                place(end),
                middle,
                value < bars.base || !beyond,
            );
        }
        if let Some((low, high)) = interval {
            let (low, high) = (place(low), place(high));
            scene.push(rule((low, middle), (high, middle), Paint::Ink, 1.4));
            scene.extend(
                [low, high].map(|x| rule((x, middle - 4.0), (x, middle + 4.0), Paint::Ink, 1.4)),
            );
        }
        label(scene, bar, (&room, &rect), middle, height);
    }
    thresholds(scene, chart, &plot);
    scene.extend(texts);
    if left_out > 0 {
        let at = (room.x, rect.bottom() - height / 2.0 + 4.2);
        scene.push(Shape::Text(plain(
            at,
            format!("and {left_out} more"),
            Anchor::Start,
            Paint::Soft,
        )));
    }
    if bars.bars.is_empty() {
        layout::nothing(scene, &rect);
    }
    let base = place(bars.base);
    scene.push(rule(
        (base, rect.y),
        (base, rect.bottom()),
        Paint::Soft,
        1.2,
    ));
    plot
}

fn frame(bars: &Bars, room: Rect, caption: &str) -> Rect {
    let widest = |of: fn(&Bar) -> &str| {
        bars.bars
            .iter()
            .map(|b| text::width(of(b), LABEL, false))
            .fold(0.0, f64::max)
    };
    let names = widest(|b| &b.label).min(self::names(&room)) + 10.0;
    // Texts stand beyond the ends, so both sides keep room for theirs.
    let beyond = |left: bool| {
        let of = |b: &Bar| {
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
        bars.bars.iter().map(of).fold(0.0, f64::max)
    };
    // Where texts stand on the left side alone, they would run into the names before they ran out of the paper.
    let most = |left: bool| {
        if left && beyond(false) == 0.0 {
            room.w * 0.42
        } else {
            room.w * 0.2
        }
    };
    let beyond = |left: bool| beyond(left).min(most(left));
    let (left, right) = (names + beyond(true), beyond(false).max(16.0));
    let w = (room.w - left - right).max(20.0);
    Rect {
        x: room.x + left,
        y: room.y,
        w,
        h: (room.h - layout::below(caption)).max(20.0),
    }
}

fn domain(chart: &Chart, bars: &Bars) -> Domain {
    let Axis { scale, range, .. } = chart.x;
    if let Some((from, to)) = range {
        return Domain::between(from, to, scale);
    }
    let of = |b: &Bar| {
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
        .flat_map(of)
        .chain(chart.layers.iter().filter_map(mark));
    Domain::of(values.chain([bars.base]), scale, 0.0).nice(5)
}

fn shown<'a>(bars: &'a Bars, rect: &Rect) -> (&'a [Bar], usize) {
    let fit = ((rect.h / LEAST) as usize).max(1);
    if bars.bars.len() <= fit {
        return (&bars.bars, 0);
    }
    let kept = fit.saturating_sub(1).max(1);
    (&bars.bars[..kept], bars.bars.len() - kept)
}

/// The text beyond the end of a bar, on ground of its own: a line across may run there.
fn end_text(scene: &mut Scene, text: &str, end: f64, middle: f64, leftwards: bool) {
    if text.is_empty() {
        return;
    }
    let (x, anchor) = if leftwards {
        (end - 6.0, Anchor::End)
    } else {
        (end + 6.0, Anchor::Start)
    };
    let text = plain((x, middle + 4.2), text, anchor, Paint::Ink);
    scene.push(Shape::Box {
        rect: text::extent(&text),
        paint: Paint::Paper,
        opacity: 0.8,
    });
    scene.push(Shape::Text(text));
}

/// What the bar is of, on two lines where one does not do and two fit.
fn label(scene: &mut Scene, bar: &Bar, (room, rect): (&Rect, &Rect), middle: f64, height: f64) {
    // The widest fits by a hair, which a sum of fractions may miss.
    let wide = (rect.x - room.x - 10.0).min(names(room)) + 0.5;
    let most = if height >= 30.0 { 2 } else { 1 };
    let lines = text::wrap(&bar.label, wide, LABEL, false, most);
    let first = middle + 4.2 - (lines.len() as f64 - 1.0) * 7.0;
    let whole = lines
        .iter()
        .any(|l| l.ends_with('…'))
        .then(|| bar.label.clone());
    for (i, line) in lines.into_iter().enumerate() {
        let text = plain(
            (room.x, first + i as f64 * 14.0),
            line,
            Anchor::Start,
            Paint::Ink,
        );
        scene.push(Shape::Text(Text {
            whole: whole.clone(),
            ..text
        }));
    }
}

/// The room names may take.
fn names(room: &Rect) -> f64 {
    room.w * if room.w < 420.0 { 0.33 } else { 0.4 }
}

fn thresholds(scene: &mut Scene, chart: &Chart, plot: &Plot) {
    for layer in &chart.layers {
        let Layer::Threshold(t) = layer else { continue };
        if t.along != Along::X {
            continue;
        }
        let paint = if t.tone == Tone::Auto {
            Paint::Bad
        } else {
            Paint::of(t.tone, 0)
        };
        let (rect, x) = (
            plot.rect,
            plot.rect.x + plot.x.place(t.value).clamp(0.0, 1.0) * plot.rect.w,
        );
        let points = vec![(x, rect.y), (x, rect.bottom())];
        scene.push(Shape::Stroke {
            points,
            paint,
            width: 1.6,
            dash: &[6.0, 4.0],
        });
        let half = text::width(&t.label, LABEL, false) / 2.0;
        let (least, most) = (layout::SIDE + half, rect.right() + layout::SIDE - half);
        let at = (
            if least < most {
                x.clamp(least, most)
            } else {
                least
            },
            rect.y - 5.0,
        );
        scene.extend(cut(
            rect.right(),
            plain(at, t.label.clone(), Anchor::Middle, paint),
        ));
    }
}
