//! The paper as plotters' drawing backend: a grid of tenths of a pixel, on which every call leaves a shape of the scene.
//!
//! plotters puts values, meshes, series and elements on whole units of its backend; a tenth of a pixel is finer than an eye
//! sees, and as fine as SVG is written here. Colours go through plotters as names, so that classes and dashes arrive. What
//! is drawn within the plot is thinned to what its pixels can show, and cut at its edge.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{RGBAColor, ShapeStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind,
};

use super::colour::Paint;
use super::scene::{Anchor, Part, Rect, Scene, Shape, Spot, Text, area, point};
use super::{clip, text, thin};

/// Units of the sheet in a pixel of the page.
const UNITS: f64 = 10.0;

/// How large the sheet is: plotters moves what lies beyond it to its edge, so the edge is far from the paper.
pub(super) const EXTENT: i32 = 1 << 22;
/// Where on the sheet the corner of the paper is, right and down.
pub(super) const CORNER: i32 = EXTENT / 2;

/// A length of the page on the sheet.
pub(super) fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn spot(at: BackendCoord) -> Spot {
    let pixels = |v: i32| f64::from(v - CORNER) / UNITS;
    (pixels(at.0), pixels(at.1))
}

/// How a stroke is dashed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dash {
    /// Not at all.
    Solid,
    /// As its colour is.
    Own,
    /// As objectives are.
    Mark,
}

impl Dash {
    const ALL: [Self; 3] = [Self::Solid, Self::Own, Self::Mark];

    fn pattern(self, paint: Paint) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Own => paint.dash(),
            Self::Mark => &[6.0, 4.0],
        }
    }
}

/// A stroke of that width [px].
pub(super) fn pen(paint: Paint, width: f64, dash: Dash) -> ShapeStyle {
    let (kind, n) = paint.code();
    ShapeStyle {
        color: RGBAColor(kind, n, dash as u8, 1.0),
        filled: true,
        stroke_width: units(width).unsigned_abs(),
    }
}

/// A filling with so much of a colour.
pub(super) fn filling(paint: Paint, opacity: f64) -> ShapeStyle {
    let style = pen(paint, 0.0, Dash::Solid);
    let RGBAColor(kind, n, dash, _) = style.color;
    ShapeStyle {
        color: RGBAColor(kind, n, dash, opacity),
        ..style
    }
}

/// What [`pen`] put into a colour.
fn paint_and_dash(colour: BackendColor) -> (Paint, Dash) {
    let (kind, n, dash) = colour.rgb;
    (Paint::from_code(kind, n), Dash::ALL[dash as usize % 3])
}

/// What plotters returns: the sheet takes every shape, so no error is one that could happen.
pub(super) fn infallible<T>(result: Result<T, DrawingAreaErrorKind<Infallible>>) -> T {
    result.unwrap_or_else(|e| unreachable!("the sheet takes every shape: {e}"))
}

/// The backend.
#[derive(Default)]
pub(super) struct Sheet {
    shapes: Scene,
    /// What is drawn is cut at its edge.
    field: Option<Rect>,
}

/// A sheet in hand: plotters holds it too while a chart is drawn.
#[derive(Default)]
pub(super) struct Paper(Rc<RefCell<Sheet>>);

impl Paper {
    /// All of it, for plotters.
    pub(super) fn area(&self) -> DrawingArea<Sheet, Shift> {
        DrawingArea::from(&self.0)
    }

    pub(super) fn push(&self, shape: Shape) {
        self.0.borrow_mut().shapes.push(shape);
    }

    pub(super) fn extend(&self, shapes: impl IntoIterator<Item = Shape>) {
        self.0.borrow_mut().shapes.extend(shapes);
    }

    /// What is drawn meanwhile is one part; nothing stays nothing.
    pub(super) fn part(&self, part: Part, draw: impl FnOnce()) {
        self.push(Shape::Begin(part));
        draw();
        let shapes = &mut self.0.borrow_mut().shapes;
        if matches!(shapes.last(), Some(Shape::Begin(_))) {
            shapes.pop();
        } else {
            shapes.push(Shape::End);
        }
    }

    /// The shapes as one part; nothing stays nothing.
    pub(super) fn put(&self, part: Part, shapes: impl IntoIterator<Item = Shape>) {
        self.part(part, || self.extend(shapes));
    }

    /// What is drawn meanwhile is cut at the edge of that field.
    pub(super) fn clip(&self, field: Rect, draw: impl FnOnce()) {
        self.0.borrow_mut().field = Some(field);
        draw();
        self.0.borrow_mut().field = None;
    }

    /// How many shapes there are.
    pub(super) fn len(&self) -> usize {
        self.0.borrow().shapes.len()
    }

    /// Looks at the shapes from that one on.
    pub(super) fn since<T>(&self, first: usize, look: impl FnOnce(&[Shape]) -> T) -> T {
        look(&self.0.borrow().shapes[first..])
    }

    /// Everything that was drawn.
    pub(super) fn scene(self) -> Scene {
        self.0.take().shapes
    }
}

type DrawResult = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Sheet {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (EXTENT.unsigned_abs(), EXTENT.unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> DrawResult {
        Ok(())
    }

    fn present(&mut self) -> DrawResult {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, colour: BackendColor) -> DrawResult {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        s: &S,
    ) -> DrawResult {
        self.draw_path([from, to], s)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        _: bool,
    ) -> DrawResult {
        let ((x, y), (to, foot)) = (spot((left, top)), spot((right, bottom)));
        let rect = Rect::new(x, y, to - x, foot - y);
        let rect = self
            .field
            .map_or(rect, |field| clip::rectangle(rect, &field));
        if rect.w > 0.0 && rect.h > 0.0 {
            let colour = style.color();
            self.shapes
                .push(area(rect, paint_and_dash(colour).0, colour.alpha));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> DrawResult {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let points: Vec<Spot> = path.into_iter().map(spot).collect();
        let parts = match &self.field {
            Some(field) => clip::curve(&thin::columns(&points), field),
            None => vec![points],
        };
        let (paint, dash) = paint_and_dash(style.color());
        self.shapes
            .extend(parts.into_iter().map(|points| Shape::Stroke {
                points,
                paint,
                width: f64::from(style.stroke_width()) / UNITS,
                dash: dash.pattern(paint),
            }));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> DrawResult {
        let at = spot(at);
        if self.field.is_none_or(|field| field.holds(at)) {
            let radius = f64::from(radius) / UNITS;
            let paint = paint_and_dash(style.color()).0;
            self.shapes.extend(point(at, radius, paint, !fill));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        outline: I,
        style: &S,
    ) -> DrawResult {
        let mut points: Vec<Spot> = outline.into_iter().map(spot).collect();
        if let Some(field) = &self.field {
            points = clip::area(thin::outline(&points), field);
        }
        // An area without extent stays in the picture: its button in the legend hides and shows it.
        if !points.is_empty() {
            let colour = style.color();
            self.shapes.push(Shape::Fill {
                points,
                paint: paint_and_dash(colour).0,
                opacity: colour.alpha,
            });
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        words: &str,
        style: &T,
        at: BackendCoord,
    ) -> DrawResult {
        let size = style.size() / UNITS;
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        // From there to the baseline.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.75,
            VPos::Center => 0.35,
            VPos::Bottom => 0.0,
        };
        let (x, y) = spot(at);
        let paint = paint_and_dash(style.color()).0;
        self.shapes.push(Shape::Text(Text {
            size,
            ..text::plain_text((x, y + size * down), words, anchor, paint)
        }));
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        words: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let wide = text::width(words, style.size(), false);
        Ok((wide.ceil() as u32, style.size().ceil() as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_through_plotters_as_names() {
        let series = (0..=u8::MAX).map(Paint::Series);
        let steps = (0..=10).flat_map(|n| [Paint::Heat(n), Paint::OnHeat(n)]);
        let paints = [Paint::Ink, Paint::Soft, Paint::Grid, Paint::Paper];
        for paint in series
            .chain(steps)
            .chain(paints)
            .chain([Paint::Good, Paint::Bad])
        {
            for dash in Dash::ALL {
                let RGBAColor(r, g, b, alpha) = pen(paint, 2.0, dash).color;
                let colour = BackendColor {
                    alpha,
                    rgb: (r, g, b),
                };
                assert_eq!(paint_and_dash(colour), (paint, dash));
            }
        }
    }
}
