//! Glyphs as pixels, each made once for a picture: the same few letters stand in it hundreds of times.

use std::collections::BTreeMap;

use ab_glyph::{Font, ScaleFont, point};

use super::scene::{Shape, Text};
use super::text;

/// Drawn pixels for one of the page.
pub(super) const FACTOR: u32 = 6;

/// A glyph in drawn pixels.
pub(super) struct Glyph {
    /// From its place to that of the next.
    pub advance: f32,
    /// What it covers.
    pub ink: Vec<Run>,
}

/// Neighbouring pixels of a line that are covered alike.
pub(super) struct Run {
    /// Right and down from the glyph's place on the baseline.
    pub from: (i32, i32),
    /// How many.
    pub length: i32,
    /// Which share of each.
    pub cover: f32,
}

/// A face, a size as its bits, a letter.
type GlyphKey = (bool, u64, char);

/// The glyphs of a scene.
pub(super) struct Glyphs(BTreeMap<GlyphKey, Glyph>);

impl Glyphs {
    /// Those of all its texts.
    pub(super) fn for_scene(scene: &[Shape]) -> Self {
        let mut glyphs = BTreeMap::new();
        for shape in scene {
            let Shape::Text(text) = shape else { continue };
            for c in text.text.chars() {
                glyphs.entry(key(text, c)).or_insert_with(|| glyph(text, c));
            }
        }
        Self(glyphs)
    }

    /// That of a letter in a text of the scene.
    pub(super) fn get(&self, text: &Text, c: char) -> &Glyph {
        &self.0[&key(text, c)]
    }
}

fn key(text: &Text, c: char) -> GlyphKey {
    (text.strong, text.size.to_bits(), c)
}

fn glyph(text: &Text, c: char) -> Glyph {
    let font = text::font(text.strong).as_scaled(text::line_height(
        text.strong,
        text.size * f64::from(FACTOR),
    ));
    let id = font.glyph_id(c);
    let mut ink: Vec<Run> = Vec::new();
    if let Some(outline) =
        font.outline_glyph(id.with_scale_and_position(font.scale(), point(0.0, 0.0)))
    {
        let corner = outline.px_bounds().min;
        outline.draw(|x, y, cover| {
            let (from, cover) = (
                (corner.x as i32 + x as i32, corner.y as i32 + y as i32),
                cover.min(1.0),
            );
            match ink.last_mut() {
                _ if cover == 0.0 => {}
                Some(run)
                    if run.cover == cover && (run.from.0 + run.length, run.from.1) == from =>
                {
                    run.length += 1
                }
                _ => ink.push(Run {
                    from,
                    length: 1,
                    cover,
                }),
            }
        });
    }
    Glyph {
        advance: font.h_advance(id),
        ink,
    }
}
