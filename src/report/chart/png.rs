//! The scene as pixels: drawn several times too large with plotters' bitmap backend, then averaged.
//!
//! plotters draws at whole pixels; at six times the size that is a sixth of a pixel of the page, and the average of 3 × 3
//! makes edges smooth. Strokes are cut into dashes and turned into outlines here; text is filled glyph by glyph. Each
//! strip of the file is drawn by itself, so that what is drawn stays in the near cache and every thread has work.

use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{Color, RGBAColor, RGBColor};
use rayon::prelude::*;

use super::colour::Paint;
use super::description::Size;
use super::glyph::{FACTOR, Glyphs, Run};
use super::scene::{Anchor, Shape, Spot, Text};
use super::text;

/// Pixels of the file for one of the page: slides and good screens have two.
const DENSITY: u32 = 2;
/// Drawn pixels for one of the file, in either direction.
const FINENESS: u32 = FACTOR / DENSITY;
/// Drawn pixels whose mean one of the file is.
const DRAWN_PER_PIXEL: u16 = (FINENESS * FINENESS) as u16;

/// Lines of the file that are drawn at once.
const STRIP: usize = 32;

/// The whole file.
pub(super) fn write(size: Size, scene: &[Shape]) -> Vec<u8> {
    encoded(
        size.width * DENSITY,
        size.height * DENSITY,
        &pixels(size, scene, STRIP),
    )
}

/// The pixels of the file, so many lines of it drawn at once.
fn pixels(size: Size, scene: &[Shape], lines: usize) -> Vec<u8> {
    let (width, height) = (size.width * DENSITY, size.height * DENSITY);
    let line = (width * 3) as usize;
    let mut pixels = vec![0; line * height as usize];
    // The canvas is white already: the paper needs no pixel of its own.
    let is_paper = |shape: &&Shape| matches!(shape, Shape::Box { paint: Paint::Paper, opacity, .. } if *opacity == 1.0);
    let shapes: Vec<(&Shape, Stretch)> = scene
        .iter()
        .skip_while(is_paper)
        .map(|s| (s, stretch(s)))
        .collect();
    let glyphs = Glyphs::for_scene(scene);
    pixels
        .par_chunks_mut(line * lines)
        .enumerate()
        .for_each_init(Vec::new, |buffer, (index, strip)| {
            draw_strip(&shapes, &glyphs, width, index * lines, buffer, strip);
        });
    pixels
}

/// Draws the lines of the file from `top` on, as many as the strip has.
fn draw_strip(
    shapes: &[(&Shape, Stretch)],
    glyphs: &Glyphs,
    width: u32,
    top: usize,
    pixels: &mut Vec<u8>,
    strip: &mut [u8],
) {
    let line = (width * 3) as usize;
    let lines = strip.len() / line;
    pixels.clear();
    pixels.resize(strip.len() * usize::from(DRAWN_PER_PIXEL), 255);
    let backend = BitMapBackend::with_buffer(pixels, (width * FINENESS, lines as u32 * FINENESS));
    let visible_lines = Stretch {
        from: top as f64 / f64::from(DENSITY),
        to: (top + lines) as f64 / f64::from(DENSITY),
    };
    let mut canvas = Canvas {
        backend,
        glyphs,
        top: (top as u32 * FINENESS) as i32,
        visible_lines,
    };
    for (shape, stretch) in shapes {
        if stretch.meets(visible_lines) {
            canvas.shape(shape);
        }
    }
    drop(canvas);
    average(width, pixels, strip);
}

/// From where to where downwards, in pixels of the page.
#[derive(Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
}

impl Stretch {
    /// Around some places.
    fn around(points: &[Spot], by: f64) -> Self {
        let from = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let to = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        Self {
            from: from - by,
            to: to + by,
        }
    }

    fn meets(self, other: Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// Where a shape may leave ink: a pixel more than it needs, for what is rounded.
fn stretch(shape: &Shape) -> Stretch {
    match shape {
        Shape::Stroke { points, width, .. } => Stretch::around(points, width + 1.0),
        Shape::Fill { points, .. } => Stretch::around(points, 1.0),
        Shape::Box { rect, .. } => {
            Stretch::around(&[(rect.x, rect.y), (rect.x, rect.bottom())], 1.0)
        }
        Shape::Disc { at, radius, .. } => Stretch::around(&[*at], radius + 2.0),
        Shape::Cloud { points, radius, .. } => Stretch::around(points, radius + 1.0),
        Shape::Text(text) if text.upright => Stretch::around(
            &[text.at],
            text::width(&text.text, text.size, text.strong) + 1.0,
        ),
        // Ascenders and descenders of any font stay within one and a half times its size.
        Shape::Text(text) => Stretch::around(&[text.at], text.size * 1.5),
        Shape::Begin(_) | Shape::End => Stretch::around(&[], 0.0),
    }
}

/// Each pixel the mean of those that were drawn for it.
fn average(width: u32, buffer: &[u8], out: &mut [u8]) {
    let (n, row) = (FINENESS as usize, (width * 3) as usize);
    let mut sums = vec![0u16; row * n];
    for (lines, out) in buffer
        .chunks_exact(row * n * n)
        .zip(out.chunks_exact_mut(row))
    {
        // Down first, in strides that a processor takes many at a time, then across.
        sums.fill(0);
        for line in lines.chunks_exact(row * n) {
            sums.iter_mut()
                .zip(line)
                .for_each(|(sum, channel)| *sum += u16::from(*channel));
        }
        for (pixels, out) in sums.chunks_exact(3 * n).zip(out.chunks_exact_mut(3)) {
            let mut sum = [DRAWN_PER_PIXEL / 2; 3];
            for pixel in pixels.chunks_exact(3) {
                (0..3).for_each(|channel| sum[channel] += pixel[channel]);
            }
            (0..3).for_each(|channel| out[channel] = (sum[channel] / DRAWN_PER_PIXEL) as u8);
        }
    }
}

fn encoded(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Plain areas and repeated glyphs are found sooner, and packed closer, as they are than as differences.
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(1));
    let result = encoder
        .write_header()
        .and_then(|mut w| w.write_image_data(pixels));
    result
        .unwrap_or_else(|e| unreachable!("a vector takes every byte, and the size is right: {e}"));
    out
}

/// A strip while it is drawn.
struct Canvas<'a> {
    backend: BitMapBackend<'a>,
    glyphs: &'a Glyphs,
    /// The drawn line at which it begins.
    top: i32,
    /// What of the page it shows.
    visible_lines: Stretch,
}

/// In drawn pixels, as far as numbers of the screen go.
fn drawn_pixel(at: Spot) -> (i32, i32) {
    let to_pixel = |v: f64| (v * f64::from(FACTOR)).round().clamp(-1e6, 1e6) as i32;
    (to_pixel(at.0), to_pixel(at.1))
}

fn colour(paint: Paint, opacity: f64) -> RGBAColor {
    let (r, g, b) = paint.rgb();
    RGBColor(r, g, b).mix(opacity)
}

impl Canvas<'_> {
    fn shape(&mut self, shape: &Shape) {
        // The backend's errors are those of files and of fonts, and it has neither.
        match shape {
            Shape::Stroke {
                points,
                paint,
                width,
                dash,
            } => {
                for part in dashes(points, dash) {
                    self.stroke(&part, *paint, *width);
                }
            }
            Shape::Fill {
                points,
                paint,
                opacity,
            } => self.fill(points, *paint, *opacity),
            Shape::Box {
                rect,
                paint,
                opacity,
            } => {
                let (from, to) = (
                    self.place((rect.x, rect.y)),
                    self.place((rect.right(), rect.bottom())),
                );
                self.rectangle(from, to, *paint, *opacity);
            }
            Shape::Disc { at, radius, paint } => {
                for (radius, paint) in [(radius + 1.0, Paint::Paper), (*radius, *paint)] {
                    self.disc(*at, radius, paint);
                }
            }
            Shape::Cloud {
                points,
                radius,
                paint,
            } => {
                let visible_lines = self.visible_lines;
                for at in points
                    .iter()
                    .filter(|at| Stretch::around(&[**at], radius + 1.0).meets(visible_lines))
                {
                    self.disc(*at, *radius, *paint);
                }
            }
            Shape::Text(text) => self.text(text),
            Shape::Begin(_) | Shape::End => {}
        }
    }

    /// Where a spot of the page is in this strip.
    fn place(&self, at: Spot) -> (i32, i32) {
        let (x, y) = drawn_pixel(at);
        (x, y - self.top)
    }

    fn disc(&mut self, at: Spot, radius: f64, paint: Paint) {
        let at = self.place(at);
        let _ = self.backend.draw_circle(
            at,
            (radius * f64::from(FACTOR)) as u32,
            &colour(paint, 1.0),
            true,
        );
    }

    fn rectangle(&mut self, from: (i32, i32), to: (i32, i32), paint: Paint, opacity: f64) {
        if from.0 < to.0 && from.1 < to.1 {
            let _ = self
                .backend
                .draw_rect(from, to, &colour(paint, opacity), true);
        }
    }

    fn fill(&mut self, points: &[Spot], paint: Paint, opacity: f64) {
        let mut points: Vec<(i32, i32)> = points.iter().map(|p| self.place(*p)).collect();
        points.dedup();
        if points.len() > 2 {
            let _ = self.backend.fill_polygon(points, &colour(paint, opacity));
        }
    }

    /// Each straight piece is an outline of its own, and a disc covers each joint.
    fn stroke(&mut self, points: &[Spot], paint: Paint, width: f64) {
        let half = width / 2.0;
        for (i, pair) in points.windows(2).enumerate() {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            if ax == bx || ay == by {
                let (h, v) = if ax == bx { (half, 0.0) } else { (0.0, half) };
                let from = self.place((ax.min(bx) - h, ay.min(by) - v));
                let to = self.place((ax.max(bx) + h, ay.max(by) + v));
                self.rectangle(from, to, paint, 1.0);
            } else {
                let length = libm::hypot(bx - ax, by - ay);
                let (nx, ny) = ((by - ay) / length * half, (ax - bx) / length * half);
                let outline = [
                    (ax + nx, ay + ny),
                    (bx + nx, by + ny),
                    (bx - nx, by - ny),
                    (ax - nx, ay - ny),
                ];
                self.fill(&outline, paint, 1.0);
            }
            if i > 0 && half * f64::from(FACTOR) >= 3.0 {
                self.disc(pair[0], half, paint);
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let text_width: f32 = text
            .text
            .chars()
            .map(|c| self.glyphs.get(text, c).advance)
            .sum();
        let mut along = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -text_width / 2.0,
            Anchor::End => -text_width,
        };
        let (x0, y0) = self.place(text.at);
        let ink = colour(text.paint, 1.0).to_backend_color();
        let lines = self.backend.get_size().1 as i32;
        for c in text.text.chars() {
            let glyph = self.glyphs.get(text, c);
            let left = along.round() as i32;
            for Run {
                from: (x, y),
                length,
                cover,
            } in &glyph.ink
            {
                let (x, y) = (left + x, *y);
                let (from, to) = match text.upright {
                    true => ((x0 + y, y0 - x - length + 1), (x0 + y, y0 - x)),
                    false => ((x0 + x, y0 + y), (x0 + x + length - 1, y0 + y)),
                };
                if from.1 < lines && to.1 >= 0 {
                    let _ = self
                        .backend
                        .draw_line(from, to, &ink.mix(f64::from(*cover)));
                }
            }
            along += glyph.advance;
        }
    }
}

/// The parts of a stroke that are drawn.
fn dashes(points: &[Spot], dash: &[f64]) -> Vec<Vec<Spot>> {
    if points.is_empty() {
        return Vec::new();
    }
    if dash.is_empty() {
        return vec![points.to_vec()];
    }
    let (mut parts, mut part) = (Vec::new(), vec![points[0]]);
    let (mut index, mut remaining) = (0, dash[0]);
    for pair in points.windows(2) {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let length = libm::hypot(bx - ax, by - ay);
        let mut walked_length = 0.0;
        while length - walked_length > remaining {
            walked_length += remaining;
            let share = walked_length / length;
            let turn = (ax + (bx - ax) * share, ay + (by - ay) * share);
            if index % 2 == 0 {
                part.push(turn);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![turn];
            }
            index = (index + 1) % dash.len();
            remaining = dash[index];
        }
        remaining -= length - walked_length;
        if index % 2 == 0 {
            part.push((bx, by));
        }
    }
    parts.push(part);
    parts.retain(|p| p.len() > 1);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::{layout, samples};

    #[test]
    fn strips_make_the_picture_that_is_drawn_at_once() {
        for (name, chart) in [samples::ordinary(), samples::extreme()].concat() {
            let scene = layout::scene(&chart, Size::HALF).0;
            let picture = pixels(Size::HALF, &scene, (Size::HALF.height * DENSITY) as usize);
            for lines in [STRIP, 7] {
                assert!(
                    pixels(Size::HALF, &scene, lines) == picture,
                    "{name} in strips of {lines}"
                );
            }
        }
    }

    #[test]
    fn a_dash_goes_round_corners() {
        let parts = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], &[4.0, 2.0]);
        assert_eq!(
            parts,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]
        );
        assert_eq!(dashes(&[(0.0, 0.0), (1.0, 0.0)], &[]).len(), 1);
        assert!(dashes(&[], &[1.0, 1.0]).is_empty());
    }
}
