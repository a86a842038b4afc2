//! The display list: what the sheet keeps and what the two writers understand. Coordinates are pixels of the page.

use super::colour::Paint;

/// A place.
pub(super) type Spot = (f64, f64);

/// A rectangle.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Rect {
    /// From its upper left corner, so wide and so high.
    pub(super) fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// Whether a place is inside, or on the edge.
    pub(super) fn holds(&self, (x, y): Spot) -> bool {
        let is_between = |v: f64, from: f64, to: f64| from - 0.5 <= v && v <= to + 0.5;
        is_between(x, self.x, self.right()) && is_between(y, self.y, self.bottom())
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.h
    }
}

/// Where a text stands relative to its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; its place is on the baseline.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Text {
    pub at: Spot,
    pub text: String,
    /// The whole text where `text` is a shortened one.
    pub full_text: Option<String>,
    pub size: f64,
    pub strong: bool,
    pub anchor: Anchor,
    pub paint: Paint,
    /// Reads upwards.
    pub upright: bool,
}

/// What belongs together for a script that shows a stretch of the chart, or hides a curve.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Part {
    /// A layer, or one part of a stack: as wide as its values are.
    Layer { index: usize, name: String },
    /// What stands at one value across and keeps its shape.
    At(f64),
    /// A stretch of the horizontal axis.
    Stretch,
    /// The name of a stretch of the horizontal axis, from there to there, above it.
    Flag(f64, f64),
    /// Text that stays where it is.
    Fixed,
    /// The ticks of the horizontal axis.
    Ticks,
    /// The name of a curve beside a piece of it.
    Entry(String),
    /// The same at the end of the curve.
    End(String),
}

/// One thing to draw.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    /// A stroke; the dash pattern may be empty.
    Stroke {
        points: Vec<Spot>,
        paint: Paint,
        width: f64,
        dash: &'static [f64],
    },
    /// A filled outline.
    Fill {
        points: Vec<Spot>,
        paint: Paint,
        opacity: f64,
    },
    /// A filled rectangle.
    Box {
        rect: Rect,
        paint: Paint,
        opacity: f64,
    },
    /// A filled disc, with a rim of paper.
    Disc { at: Spot, radius: f64, paint: Paint },
    /// Many discs of one colour, without rims.
    Cloud {
        points: Vec<Spot>,
        radius: f64,
        paint: Paint,
    },
    /// Text.
    Text(Text),
    /// From here to the matching end the shapes are one part of the picture.
    Begin(Part),
    /// The end of a part.
    End,
}

/// What is drawn, in order.
pub(super) type Scene = Vec<Shape>;

/// A rectangle filled with so much of a colour.
pub(super) fn area(rect: Rect, paint: Paint, opacity: f64) -> Shape {
    Shape::Box {
        rect,
        paint,
        opacity,
    }
}

/// A measured point: a disc, or a ring.
pub(super) fn point(at: Spot, radius: f64, paint: Paint, hollow: bool) -> Scene {
    let disc = |radius, paint| Shape::Disc { at, radius, paint };
    if hollow {
        // A disc has a rim of its own.
        vec![disc(radius + 0.4, paint), disc(1.3, Paint::Paper)]
    } else {
        vec![disc(radius, paint)]
    }
}

/// A straight stroke.
pub(super) fn rule(from: Spot, to: Spot, paint: Paint, width: f64) -> Shape {
    Shape::Stroke {
        points: vec![from, to],
        paint,
        width,
        dash: &[],
    }
}
