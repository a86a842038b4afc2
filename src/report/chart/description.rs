//! What a chart is: axes, layers and words; how it is drawn is for other files to say.

use serde::Serialize;

use super::layer::Layer;

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
    pub fn new(label: &str, unit: &str) -> Self {
        Self {
            label: label.into(),
            unit: unit.into(),
            ..Self::default()
        }
    }

    /// The same axis, divided otherwise.
    pub fn on(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// Label and unit as they stand at the axis.
    pub fn caption(&self) -> String {
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
    pub const WIDE: Self = Self {
        width: 680,
        height: 380,
    };
    /// Half of it: small enough for labels to meet.
    #[cfg(test)]
    pub(crate) const HALF: Self = Self {
        width: 460,
        height: 320,
    };

    /// For a telephone, where a wide one would be too small to read.
    pub(crate) const NARROW: Self = Self {
        width: 340,
        height: 300,
    };

    /// The size within which there is room for a chart and memory for its pixels.
    pub fn bounded(self) -> Self {
        Self {
            width: self.width.clamp(240, 1600),
            height: self.height.clamp(180, 1200),
        }
    }
}
