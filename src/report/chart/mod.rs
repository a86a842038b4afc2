//! Charts: a description of our own, and two ways to draw it, as SVG for pages and as PNG for slides.
//!
//! A [`Chart`] says what is shown, never where: `layout` finds room for title, axes, names and notes; `draw`, `bars` and
//! `heat` turn the layers into a `scene` of strokes, fills and text; `svg` and `png` write the scene down. Both
//! pictures therefore agree, both are the same bytes on every run, and neither needs a font or a library of the system:
//! text is measured with the font in this folder. The pixels are plotters' work, which no other module hears of.

mod across;
mod axes;
mod bars;
mod clip;
mod colour;
mod content;
mod data;
mod draw;
mod flag;
mod glyph;
mod heat;
mod layer;
mod layout;
mod name;
mod place;
mod png;
mod scale;
mod scene;
mod script;
mod svg;
mod text;
mod thin;

#[cfg(test)]
mod samples;
#[cfg(test)]
pub(super) mod tests;

use serde::Serialize;

pub use colour::stylesheet;
pub use draw::MANY;
pub use layer::{
    Along, Band, Bar, Bars, HeatMap, Histogram, Key, Layer, Line, Marker, Point, Points, Region,
    Stack, Threshold, Tone,
};
pub use script::SCRIPT;

/// How an axis is divided.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Evenly.
    #[default]
    Linear,
    /// Evenly, with ticks at whole numbers alone: of things there are no halves.
    Whole,
    /// By ratio; what is not positive is drawn at its foot, and a note says so.
    Log,
    /// Evenly, values being seconds since midnight, shown as on a clock.
    TimeOfDay,
}

/// One axis.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// In what; nothing for plain numbers and clock time.
    pub unit: String,
    /// How it is divided.
    pub scale: Scale,
    /// From where to where; by the data if not said.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// An evenly divided axis, its range by the data.
    pub fn new(label: &str, unit: &str) -> Axis {
        Axis {
            label: label.into(),
            unit: unit.into(),
            ..Axis::default()
        }
    }

    /// The same axis, divided otherwise.
    pub fn on(self, scale: Scale) -> Axis {
        Axis { scale, ..self }
    }

    /// Label and unit as they stand at the axis.
    fn caption(&self) -> String {
        match (self.label.is_empty(), self.unit.is_empty()) {
            (_, true) => self.label.clone(),
            (true, false) => self.unit.clone(),
            (false, false) => format!("{} ({})", self.label, self.unit),
        }
    }
}

/// What is shown.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Chart {
    /// The headline.
    pub title: String,
    /// What one would tell somebody who cannot see it.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn.
    pub layers: Vec<Layer>,
    /// Small print below.
    pub notes: Vec<String>,
}

/// How large a chart is, in the pixels of a page.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
}

impl Size {
    /// For the width of a page or a slide.
    pub const WIDE: Size = Size {
        width: 760,
        height: 400,
    };
    /// For half of it.
    pub const HALF: Size = Size {
        width: 460,
        height: 320,
    };

    /// For a telephone, where a wide one would be too small to read.
    pub const NARROW: Size = Size {
        width: 340,
        height: 300,
    };

    /// The size within which there is room for a chart and memory for its pixels.
    fn bounded(self) -> Size {
        Size {
            width: self.width.clamp(240, 1600),
            height: self.height.clamp(180, 1200),
        }
    }
}

/// The chart as an SVG element: a complete file, and also fit to stand in a page (see [`stylesheet`]).
pub fn svg(chart: &Chart, size: Size) -> String {
    let size = size.bounded();
    svg::write(chart, size, &layout::scene(chart, size))
}

/// The chart for a page that is read on screens of any width: drawn for a wide one and for a telephone, of which
/// [`stylesheet`] shows one.
pub fn figure(chart: &Chart) -> String {
    let of = |class, size| format!("<div class=\"{class}\">\n{}</div>\n", svg(chart, size));
    // On a telephone notes take many lines, and a picture as high as ever would have none left for what it shows.
    let notes = layout::note_lines(chart, Size::NARROW).saturating_sub(2) as u32 * 15;
    // A row of a heat map takes the height of its name.
    let rows = chart.layers.iter().map(|l| {
        if let Layer::HeatMap(map) = l {
            map.rows.len() as u32
        } else {
            0
        }
    });
    let more = notes + (17 * rows.max().unwrap_or(0).min(40)).saturating_sub(40);
    of("rc-wide", Size::WIDE)
        + &of(
            "rc-narrow",
            Size {
                height: Size::NARROW.height + more,
                ..Size::NARROW
            },
        )
}

/// The chart as a PNG file of twice the size in pixels, on white.
pub fn png(chart: &Chart, size: Size) -> Vec<u8> {
    let size = size.bounded();
    png::write(size, &layout::scene(chart, size).0)
}

/// What a script needs to answer a pointer: the description, thinned as it is drawn. Where its values are in a picture,
/// the SVG says itself.
pub fn data(chart: &Chart, size: Size) -> serde_json::Value {
    let size = size.bounded();
    data::value(chart, &layout::scene(chart, size).1)
}
