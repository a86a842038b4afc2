//! Charts: a description of our own, drawn through plotters, as SVG for pages and as PNG for slides.
//!
//! A [`Chart`] says what is shown, never where: `layout` finds room for title, axes, names and notes; `draw`, `bars` and
//! `heat` draw the layers with plotters' coordinates, meshes, series and elements on a `sheet`, a drawing backend whose
//! grid is a tenth of a pixel and which keeps what is drawn as a `scene` of strokes, fills and text; `svg` and `png` write
//! the scene down. Both pictures therefore agree, both are the same bytes on every run, and neither needs a font or a
//! library of the system: text is measured with the font in this folder.

mod across;
mod axes;
mod bars;
mod clip;
mod colour;
mod content;
mod data;
mod description;
mod draw;
mod flag;
mod frame;
mod glyph;
mod heat;
mod layer;
mod layout;
mod legend;
mod name;
mod place;
mod plot;
mod png;
mod scale;
mod scene;
mod script;
mod sheet;
mod svg;
mod text;
mod thin;

#[cfg(test)]
mod samples;
#[cfg(test)]
pub(super) mod tests;

pub(crate) use colour::stylesheet;
pub(crate) use content::MANY_POINTS;
pub use description::{Axis, Chart, Scale, Size};
pub use layer::{
    Along, Band, Bar, Bars, HeatMap, Histogram, Key, Layer, Line, Marker, Point, Points, Region,
    Stack, Threshold, Tone,
};
pub(crate) use script::SCRIPT;

/// The chart as an SVG element: a complete file, and also fit to stand in a page (see `stylesheet`).
pub fn svg(chart: &Chart, size: Size) -> String {
    let size = layout::fit_size(chart, size.bounded());
    svg::write(chart, size, &layout::scene(chart, size))
}

/// The chart for a page that is read on screens of any width: drawn for a wide one and for a telephone, of which
/// `stylesheet` shows one.
pub fn figure(chart: &Chart) -> String {
    let division = |class, size| format!("<div class=\"{class}\">\n{}</div>\n", svg(chart, size));
    division("rc-wide", Size::WIDE) + &division("rc-narrow", Size::NARROW)
}

/// The chart as a PNG file of twice the size in pixels, on white.
pub fn png(chart: &Chart, size: Size) -> Vec<u8> {
    let size = layout::fit_size(chart, size.bounded());
    png::write(size, &layout::scene(chart, size).0)
}

/// What a script needs to answer a pointer: the description, thinned as it is drawn. Where its values are in a picture,
/// the SVG says itself.
pub fn data(chart: &Chart, size: Size) -> serde_json::Value {
    let size = layout::fit_size(chart, size.bounded());
    data::value(chart, &layout::scene(chart, size).1)
}
