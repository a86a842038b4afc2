//! What a chart can show: plain data, in the units of the axes. `NaN` is a gap.

use serde::Serialize;

/// Which colour, and with it which dash pattern: two cues for one difference.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// The next one of the palette; a band takes that of the layer after it with the same name.
    #[default]
    Auto,
    /// That one of the palette, from 0.
    Series(u8),
    /// What is wanted.
    Good,
    /// What is not.
    Bad,
    /// What stands behind.
    Quiet,
}

/// Which axis a value lies on.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// The horizontal one.
    X,
    /// The vertical one.
    Y,
}

/// A curve.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// Its points, by x.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub tone: Tone,
}

/// An interval around a curve.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Band {
    /// The name of its curve; a band with a name of its own stands in the legend.
    pub name: String,
    /// x, lower end, upper end; by x.
    pub points: Vec<(f64, f64, f64)>,
    /// Its colour.
    pub tone: Tone,
}

/// One measured point.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Point {
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// Its interval, if any.
    pub interval: Option<(f64, f64)>,
    /// What stands beside it; nothing for nothing.
    pub label: String,
    /// A ring instead of a disc: [`Key`] says what that tells.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hollow: bool,
}

/// What it tells of a point that it is filled, or hollow; what no point is has no text.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Key {
    /// What filled points are.
    pub filled: String,
    /// What hollow points are.
    pub hollow: String,
}

/// Points that are not a curve, or the measured ones of a curve.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Points {
    /// What they are called.
    pub name: String,
    /// The points.
    pub points: Vec<Point>,
    /// Their colour.
    pub tone: Tone,
}

/// Areas on each other, the first one lowest.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Stack {
    /// Where the values are, ascending.
    pub xs: Vec<f64>,
    /// Each part's name and its thickness at every x.
    pub parts: Vec<(String, Vec<f64>)>,
    /// The colour of each part; the next ones of the palette where none are given.
    pub tones: Vec<Tone>,
}

/// One horizontal bar.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// How far it goes from the base.
    pub value: f64,
    /// How far its other half goes, as in a tornado.
    pub other: Option<f64>,
    /// The interval of the value.
    pub interval: Option<(f64, f64)>,
    /// What stands at its end.
    pub text: String,
    /// What stands at the end of the other half.
    pub other_text: String,
}

/// Horizontal bars with a name each; they give the chart its vertical axis.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Bars {
    /// The bars, from above.
    pub bars: Vec<Bar>,
    /// Where they begin.
    pub base: f64,
    /// What the values are, and what the other halves; named only where there are both.
    pub names: (String, String),
    /// Their colour.
    pub tone: Tone,
}

/// An objective, or another value worth a line across.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Threshold {
    /// On which axis.
    pub along: Along,
    /// Where.
    pub value: f64,
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
}

/// A stretch of an axis that is set apart, for example what is feasible.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct Region {
    /// On which axis.
    pub along: Along,
    /// Where it begins; may be infinite.
    pub from: f64,
    /// Where it ends; may be infinite.
    pub to: f64,
    /// What it is.
    pub label: String,
    /// Its colour.
    pub tone: Tone,
    /// Half as dense: it holds in part.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub faint: bool,
}

/// One point that matters.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Marker {
    /// Where.
    pub x: f64,
    /// Where.
    pub y: f64,
    /// What it is.
    pub label: String,
}

/// How often a value fell between two others.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct Histogram {
    /// What it is of.
    pub name: String,
    /// From, to, how many (or what share).
    pub bins: Vec<(f64, f64, f64)>,
    /// Its colour.
    pub tone: Tone,
}

/// A table of colours; it gives the chart both axes.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
pub struct HeatMap {
    /// The names across.
    pub columns: Vec<String>,
    /// The names down.
    pub rows: Vec<String>,
    /// The values, row by row.
    pub values: Vec<Vec<f64>>,
    /// What stands in each cell, row by row; empty for nothing.
    pub cells: Vec<Vec<String>>,
    /// The cell that matters: row, column.
    pub marked: Option<(usize, usize)>,
}

/// One thing that is drawn, in the order of the list but for thresholds and markers, which come last.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Layer {
    /// A curve.
    Line(Line),
    /// A staircase: each value holds until the next point.
    Steps(Line),
    /// An interval around a curve.
    Band(Band),
    /// Points with intervals.
    Points(Points),
    /// Areas on each other.
    Stack(Stack),
    /// Horizontal bars.
    Bars(Bars),
    /// A line across.
    Threshold(Threshold),
    /// A stretch of an axis.
    Region(Region),
    /// The chosen point.
    Marker(Marker),
    /// Counts by value.
    Histogram(Histogram),
    /// A table of colours.
    HeatMap(HeatMap),
    /// What filled and hollow points tell, above the plot.
    Key(Key),
}
