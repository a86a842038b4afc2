//! The scene as pixels: drawn several times too large with plotters' bitmap backend, then averaged.
//!
//! plotters draws at whole pixels; at six times the size that is a sixth of a pixel of the page, and the average of 3 × 3
//! makes edges smooth. Strokes are cut into dashes and turned into outlines here; text is filled glyph by glyph.

use ab_glyph::{Font, ScaleFont, point};
use plotters::backend::{BitMapBackend, DrawingBackend};
use plotters::style::{Color, RGBAColor, RGBColor};

use super::Size;
use super::colour::Paint;
use super::scene::{Anchor, Shape, Spot, Text};
use super::text;

/// Pixels of the file for one of the page: slides and good screens have two.
const DENSITY: u32 = 2;
/// Drawn pixels for one of the file, in either direction.
const FINENESS: u32 = 3;
/// Drawn pixels whose mean one of the file is.
const ALL: u16 = (FINENESS * FINENESS) as u16;
/// Drawn pixels for one of the page.
const FACTOR: f64 = (DENSITY * FINENESS) as f64;

/// The whole file.
pub fn write(size: Size, scene: &[Shape]) -> Vec<u8> {
    let (width, height) = (size.width * DENSITY, size.height * DENSITY);
    let mut drawn = vec![255; (width * height * FINENESS * FINENESS * 3) as usize];
    let mut canvas = Canvas(BitMapBackend::with_buffer(&mut drawn, (width * FINENESS, height * FINENESS)));
    // The canvas is white already: the paper needs no pixel of its own.
    let is_paper = |shape: &&Shape| matches!(shape, Shape::Box { paint: Paint::Paper, opacity, .. } if *opacity == 1.0);
    for shape in scene.iter().skip_while(is_paper) {
        canvas.shape(shape);
    }
    drop(canvas);
    encoded(width, height, &averaged(width, &drawn))
}

/// Each pixel the mean of those that were drawn for it.
fn averaged(width: u32, drawn: &[u8]) -> Vec<u8> {
    let (n, row) = (FINENESS as usize, (width * 3) as usize);
    let mut out = Vec::with_capacity(drawn.len() / (n * n));
    let mut sums = vec![0u16; row * n];
    for lines in drawn.chunks_exact(row * n * n) {
        // Down first, in strides that a processor takes many at a time, then across.
        sums.fill(0);
        for line in lines.chunks_exact(row * n) {
            sums.iter_mut().zip(line).for_each(|(sum, channel)| *sum += u16::from(*channel));
        }
        for pixels in sums.chunks_exact(3 * n) {
            for channel in 0..3 {
                let sum: u16 = (0..n).map(|i| pixels[3 * i + channel]).sum();
                out.push(((sum + ALL / 2) / ALL) as u8);
            }
        }
    }
    out
}

fn encoded(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Balanced);
    let written = encoder.write_header().and_then(|mut w| w.write_image_data(pixels));
    written.unwrap_or_else(|e| unreachable!("a vector takes every byte, and the size is right: {e}"));
    out
}

struct Canvas<'a>(BitMapBackend<'a>);

/// In drawn pixels, as far as numbers of the screen go.
fn scaled(at: Spot) -> (i32, i32) {
    let whole = |v: f64| (v * FACTOR).round().clamp(-1e6, 1e6) as i32;
    (whole(at.0), whole(at.1))
}

fn colour(paint: Paint, opacity: f64) -> RGBAColor {
    let (r, g, b) = paint.rgb();
    RGBColor(r, g, b).mix(opacity)
}

impl Canvas<'_> {
    fn shape(&mut self, shape: &Shape) {
        // The backend's errors are those of files and of fonts, and it has neither.
        match shape {
            Shape::Stroke { points, paint, width, dash } => {
                for part in dashes(points, dash) {
                    self.stroke(&part, *paint, *width);
                }
            }
            Shape::Fill { points, paint, opacity } => self.fill(points, *paint, *opacity),
            Shape::Box { rect, paint, opacity } => {
                let (from, to) = (scaled((rect.x, rect.y)), scaled((rect.right(), rect.bottom())));
                self.rectangle(from, to, *paint, *opacity);
            }
            Shape::Disc { at, radius, paint } => {
                for (radius, paint) in [(radius + 1.0, Paint::Paper), (*radius, *paint)] {
                    let _ = self.0.draw_circle(scaled(*at), (radius * FACTOR) as u32, &colour(paint, 1.0), true);
                }
            }
            Shape::Cloud { points, radius, paint } => {
                let colour = colour(*paint, 1.0);
                for at in points {
                    let _ = self.0.draw_circle(scaled(*at), (radius * FACTOR) as u32, &colour, true);
                }
            }
            Shape::Text(text) => self.text(text),
            Shape::Begin(_) | Shape::End => {}
        }
    }

    fn rectangle(&mut self, from: (i32, i32), to: (i32, i32), paint: Paint, opacity: f64) {
        if from.0 < to.0 && from.1 < to.1 {
            let _ = self.0.draw_rect(from, to, &colour(paint, opacity), true);
        }
    }

    fn fill(&mut self, points: &[Spot], paint: Paint, opacity: f64) {
        let mut points: Vec<(i32, i32)> = points.iter().map(|p| scaled(*p)).collect();
        points.dedup();
        if points.len() > 2 {
            let _ = self.0.fill_polygon(points, &colour(paint, opacity));
        }
    }

    /// Each straight piece is an outline of its own, and a disc covers each joint.
    fn stroke(&mut self, points: &[Spot], paint: Paint, width: f64) {
        let half = width / 2.0;
        for (i, pair) in points.windows(2).enumerate() {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            if ax == bx || ay == by {
                let (h, v) = if ax == bx { (half, 0.0) } else { (0.0, half) };
                let from = scaled((ax.min(bx) - h, ay.min(by) - v));
                self.rectangle(from, scaled((ax.max(bx) + h, ay.max(by) + v)), paint, 1.0);
            } else {
                let length = libm::hypot(bx - ax, by - ay);
                let (nx, ny) = ((by - ay) / length * half, (ax - bx) / length * half);
                let outline = [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)];
                self.fill(&outline, paint, 1.0);
            }
            if i > 0 && half * FACTOR >= 3.0 {
                let _ = self.0.draw_circle(scaled(pair[0]), (half * FACTOR) as u32, &colour(paint, 1.0), true);
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let font = text::font(text.strong).as_scaled(text::line_height(text.strong, text.size * FACTOR));
        let advance = |c: char| font.h_advance(font.glyph_id(c));
        let whole: f32 = text.text.chars().map(advance).sum();
        let mut along = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -whole / 2.0,
            Anchor::End => -whole,
        };
        let (x0, y0) = scaled(text.at);
        let ink = colour(text.paint, 1.0).to_backend_color();
        for c in text.text.chars() {
            let glyph = font.glyph_id(c).with_scale_and_position(font.scale(), point(along, 0.0));
            along += advance(c);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
                let at = if text.upright { (x0 + y, y0 - x) } else { (x0 + x, y0 + y) };
                let _ = self.0.draw_pixel(at, ink.mix(f64::from(cover.min(1.0))));
            });
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
    let (mut index, mut left) = (0, dash[0]);
    for pair in points.windows(2) {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let length = libm::hypot(bx - ax, by - ay);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let turn = (ax + (bx - ax) * share, ay + (by - ay) * share);
            if index % 2 == 0 {
                part.push(turn);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![turn];
            }
            index = (index + 1) % dash.len();
            left = dash[index];
        }
        left -= length - done;
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

    #[test]
    fn a_dash_goes_round_corners() {
        let parts = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], &[4.0, 2.0]);
        assert_eq!(parts, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]);
        assert_eq!(dashes(&[(0.0, 0.0), (1.0, 0.0)], &[]).len(), 1);
        assert!(dashes(&[], &[1.0, 1.0]).is_empty());
    }
}
