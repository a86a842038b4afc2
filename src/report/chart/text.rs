//! How wide a text is, and what to do when it is too wide.
//!
//! Measured with the font of this folder. A page may show another one: the stack in the SVG names faces of about the same
//! width, and `SLACK` covers the rest. ab_glyph is asked directly: plotters' own text drops the left bearing of glyphs.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, ScaleFont};

use super::colour::Paint;
use super::scene::{Anchor, Rect, Shape, Spot, Text};

/// Sizes in use [px].
pub(super) const TITLE: f64 = 15.0;
pub(super) const LABEL: f64 = 12.0;
pub(super) const SMALL: f64 = 11.0;

/// How much wider another face of the stack may run, of the widest that systems fall back to; its bold runs wider still.
const SLACK: f64 = 1.07;
const STRONG_SLACK: f64 = 1.18;

/// One of the two fonts.
pub(super) fn font(strong: bool) -> &'static FontRef<'static> {
    static REGULAR: OnceLock<FontRef<'static>> = OnceLock::new();
    static STRONG: OnceLock<FontRef<'static>> = OnceLock::new();
    let read = |bytes| {
        FontRef::try_from_slice(bytes)
            .unwrap_or_else(|_| unreachable!("the embedded font is read by every test"))
    };
    if strong {
        STRONG.get_or_init(|| read(include_bytes!("font/Inter-SemiBold.otf")))
    } else {
        REGULAR.get_or_init(|| read(include_bytes!("font/Inter-Regular.otf")))
    }
}

/// ab_glyph's scale, which is the height of a line, for a size, which is that of an em.
pub(super) fn line_height(strong: bool, size: f64) -> f32 {
    let font = font(strong);
    size as f32 * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0)
}

/// The width of a text [px].
pub(super) fn width(text: &str, size: f64, strong: bool) -> f64 {
    let font = font(strong).as_scaled(line_height(strong, size));
    text.chars()
        .map(|c| f64::from(font.h_advance(font.glyph_id(c))))
        .sum::<f64>()
        * if strong { STRONG_SLACK } else { SLACK }
}

/// The text as it fits, cut with an ellipsis if it must be.
pub(super) fn fit(text: &str, room: f64, size: f64, strong: bool) -> String {
    if width(text, size, strong) <= room + 0.5 {
        return text.into();
    }
    let mut prefix = String::new();
    let mut used_width = width("…", size, strong);
    for c in text.chars() {
        used_width += width(c.encode_utf8(&mut [0; 4]), size, strong);
        if used_width > room {
            break;
        }
        prefix.push(c);
    }
    format!("{}…", prefix.trim_end())
}

/// The text on at most so many lines, broken between words, and after a hyphen where a word alone is too wide; the last
/// line is cut if it must be.
pub(super) fn wrap(
    text: &str,
    room: f64,
    size: f64,
    strong: bool,
    max_lines: usize,
) -> Vec<String> {
    let fits = |text: &str| width(text, size, strong) <= room;
    let mut lines: Vec<String> = Vec::new();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest: Vec<&str> = text
        .split_inclusive(' ')
        .flat_map(|word| {
            let parts: Vec<&str> = if fits(word.trim_end()) {
                vec![word]
            } else {
                word.split_inclusive('-').collect()
            };
            parts
        })
        .collect();
    while !rest.is_empty() {
        let words_in_line = if lines.len() + 1 == max_lines {
            rest.len()
        } else {
            let lengths = (1..=rest.len()).take_while(|n| fits(rest[..*n].concat().trim_end()));
            lengths.last().unwrap_or(1)
        };
        lines.push(fit(
            rest[..words_in_line].concat().trim_end(),
            room,
            size,
            strong,
        ));
        rest.drain(..words_in_line);
    }
    lines
}

/// A line of ordinary text.
pub(super) fn plain_text(at: Spot, text: impl Into<String>, anchor: Anchor, paint: Paint) -> Text {
    let text = text.into();
    Text {
        at,
        text,
        full_text: None,
        size: LABEL,
        strong: false,
        anchor,
        paint,
        upright: false,
    }
}

/// A line of text, cut to the room there is; nothing if there is none.
pub(super) fn cut(room: f64, mut text: Text) -> Option<Shape> {
    let short = fit(&text.text, room, text.size, text.strong);
    if short.is_empty() || (short == "…" && text.text != "…") {
        return None;
    }
    if short != text.text {
        text.full_text = Some(std::mem::replace(&mut text.text, short));
    }
    Some(Shape::Text(text))
}

/// The room a text takes if it is not upright: from the top of the capitals to the foot of the descenders.
pub(super) fn extent(text: &Text) -> Rect {
    let w = width(&text.text, text.size, text.strong);
    let x = match text.anchor {
        Anchor::Start => text.at.0,
        Anchor::Middle => text.at.0 - w / 2.0,
        Anchor::End => text.at.0 - w,
    };
    Rect {
        x,
        y: text.at.1 - text.size * 0.8,
        w,
        h: text.size * 1.02,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_cut_and_keeps_its_words() {
        assert_eq!(fit("short", 100.0, LABEL, false), "short");
        let long = "a".repeat(400);
        let cut = fit(&long, 100.0, LABEL, false);
        assert!(
            cut.ends_with('…') && width(&cut, LABEL, false) <= 100.0,
            "{cut}"
        );
        let lines = wrap(
            "the quick brown fox jumps over the lazy dog",
            100.0,
            LABEL,
            false,
            2,
        );
        assert_eq!(lines.len(), 2);
        assert!(
            lines.iter().all(|l| width(l, LABEL, false) <= 100.0),
            "{lines:?}"
        );
        assert!(wrap("", 100.0, LABEL, false, 2).is_empty());
    }

    #[test]
    fn the_font_has_what_reports_write() {
        for c in "aZ09 ≤≥±×→–µ…⁻⁶äßé%≈−".chars() {
            assert_ne!(font(false).glyph_id(c).0, 0, "{c} is missing");
            assert_ne!(font(true).glyph_id(c).0, 0, "{c} is missing");
        }
    }
}
