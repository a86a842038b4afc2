//! Where values are: the field of a chart, and plotters' coordinates on it.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::LabelAreaPosition;

use super::scale::{Domain, Tick};
use super::scene::{Rect, Spot};
use super::sheet::{CORNER, EXTENT, Paper, Sheet, infallible, units};

/// Where values are drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct PlotArea {
    pub rect: Rect,
    pub x: Domain,
    pub y: Domain,
}

/// What plotters draws on.
pub(super) type Canvas = ChartContext<'static, Sheet, Cartesian2d<Ruler, Ruler>>;

impl PlotArea {
    /// Where a value is drawn.
    pub(super) fn spot(&self, x: f64, y: f64) -> Spot {
        let Rect {
            x: left,
            y: top,
            w,
            h,
        } = self.rect;
        (
            left + self.x.place(x) * w,
            top + (1.0 - self.y.place(y)) * h,
        )
    }

    /// Whether a place is inside, or on the edge.
    pub(super) fn holds(&self, at: Spot) -> bool {
        self.rect.holds(at)
    }

    /// plotters' chart for the axes, in that place of the paper, with these ticks.
    pub(super) fn mesh(&self, paper: &Paper, x: Vec<Tick>, y: Vec<Tick>) -> Canvas {
        let [left, top] = self.corner();
        // plotters leaves out the last unit of a range.
        let end = |at: f64| EXTENT - CORNER - units(at) - 1;
        let canvas = ChartBuilder::on(&paper.area())
            .margin_top(top)
            .margin_right(end(self.rect.right()))
            .set_label_area_size(LabelAreaPosition::Left, left)
            .set_label_area_size(LabelAreaPosition::Bottom, end(self.rect.bottom()))
            .build_cartesian_2d(self.across(x), self.upwards(y));
        infallible(canvas)
    }

    /// plotters' chart for what is drawn, on the whole sheet: within the plot's place alone plotters would move what lies
    /// beyond it to its edge.
    pub(super) fn canvas(&self, paper: &Paper) -> Canvas {
        let rulers = (self.across(Vec::new()), self.upwards(Vec::new()));
        infallible(ChartBuilder::on(&paper.area()).build_cartesian_2d(rulers.0, rulers.1))
    }

    /// The upper left corner on the sheet.
    fn corner(&self) -> [i32; 2] {
        [self.rect.x, self.rect.y].map(|v| CORNER + units(v))
    }

    fn across(&self, ticks: Vec<Tick>) -> Ruler {
        let [left, _] = self.corner();
        let to = CORNER + units(self.rect.right());
        let (domain, span) = (self.x, (left, to));
        Ruler {
            domain,
            span,
            ticks,
        }
    }

    fn upwards(&self, ticks: Vec<Tick>) -> Ruler {
        let [_, top] = self.corner();
        let foot = CORNER + units(self.rect.bottom());
        let (domain, span) = (self.y, (foot, top));
        Ruler {
            domain,
            span,
            ticks,
        }
    }
}

/// An axis for plotters: our stretch of values, where it lies, and ticks that were chosen for the room there is.
pub(super) struct Ruler {
    domain: Domain,
    /// On the sheet.
    span: (i32, i32),
    ticks: Vec<Tick>,
}

impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, _: (i32, i32)) -> i32 {
        let (from, to) = self.span;
        let place = f64::from(from) + self.domain.place(*value) * f64::from(to - from);
        place.round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // There are no lesser lines between the ticks.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|t| t.at).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.domain.from..self.domain.to
    }
}

impl ValueFormatter<f64> for Ruler {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|t| t.at == *value);
        tick.map_or(String::new(), |t| t.text.clone())
    }
}
