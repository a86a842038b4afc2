//! How a metric is read on an axis: what people call it, in which unit, and by what its values are multiplied for that.

use super::super::chart::{Along, Axis, Layer, Scale, Threshold, Tone};
use super::super::{value, words};
use crate::measure::{Metric, Unit};
use crate::record::{Figure, Objective};

/// The colour of what is lost, warm in every picture.
pub(super) const LOSS_TONE: Tone = Tone::Series(1);

/// Words in the names of metrics that count what is lost, missed or refused.
const LOSSES: [&str; 7] = [
    "drop", "missed", "failed", "down", "silent", "visible", "refused",
];

/// A metric on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Reading {
    /// What it is called.
    pub label: String,
    /// In what.
    pub unit: &'static str,
    /// What its values are multiplied by.
    pub factor: f64,
    /// The unit of its values before that.
    pub source_unit: Unit,
    /// Whether it counts what is lost, missed or refused.
    pub is_loss: bool,
}

impl Reading {
    /// Of a metric; one that this version does not know is a plain number.
    pub(super) fn for_metric(metric: &str) -> Self {
        let source_unit = Metric::by_name(metric).map_or(Unit::Count, |m| m.unit);
        let (unit, factor) = match source_unit {
            Unit::Count => ("", 1.0),
            Unit::Fraction => ("%", 100.0),
            Unit::PerClientHour => ("per client-hour", 1.0),
            Unit::PerSecond => ("1/s", 1.0),
            Unit::Milliseconds => ("ms", 1.0),
            Unit::Seconds => ("s", 1.0),
        };
        Self {
            label: words::metric_title(metric),
            unit,
            factor,
            source_unit,
            is_loss: LOSSES.iter().any(|word| metric.contains(word)),
        }
    }

    /// Times as people read values of this size: in ms, s, min or h, the same for all that is drawn.
    pub(super) fn sized(self, values: impl Iterator<Item = f64>) -> Self {
        if !matches!(self.source_unit, Unit::Milliseconds | Unit::Seconds) {
            return self;
        }
        let (low, high) = extremes(values);
        let size = match is_wide(low, high) {
            true => libm::sqrt(low * high),
            false => high,
        };
        let (factor, suffix) = value::scale(self.source_unit, size);
        Self {
            unit: suffix.trim_start(),
            factor,
            ..self
        }
    }

    /// Paints what is drawn alone: losses in a warm colour, anything else as the palette has it. Of several, colours tell
    /// them apart.
    pub(super) fn tint(&self, layers: &mut [Layer]) {
        if !self.is_loss {
            return;
        }
        for layer in layers {
            let tone = match layer {
                Layer::Line(line) | Layer::Steps(line) => &mut line.tone,
                Layer::Band(band) => &mut band.tone,
                Layer::Points(points) => &mut points.tone,
                Layer::Bars(bars) => &mut bars.tone,
                _ => continue,
            };
            if *tone == Tone::Auto {
                *tone = LOSS_TONE;
            }
        }
    }

    /// The axis of it.
    pub(super) fn axis(&self) -> Axis {
        Axis::new(&self.label, self.unit)
    }

    /// The axis of it, divided so that these values can be told apart.
    pub(super) fn axis_for(&self, values: impl Iterator<Item = f64> + Clone) -> Axis {
        self.axis().on(scale_of(values))
    }

    /// A value as it stands in a sentence: "1.89 %".
    pub(super) fn text(&self, value: f64) -> String {
        value::value(value, self.source_unit)
    }

    /// "1.891 ± 0.057 %".
    pub(super) fn with_interval(&self, figure: &Figure) -> String {
        value::figure(figure)
    }

    /// The interval of a figure as it is drawn: no metric is below 0, whatever a symmetric interval says.
    pub(super) fn interval(&self, figure: &Figure) -> Option<(f64, f64)> {
        figure
            .lower
            .zip(figure.upper)
            .map(|(l, u)| (l.max(0.0) * self.factor, u * self.factor))
    }

    /// "at most 0.5 %".
    pub(super) fn target(&self, objective: &Objective) -> String {
        let word = if objective.at_most.is_some() {
            "at most"
        } else {
            "at least"
        };
        format!(
            "{word} {}{}",
            self.text(objective.target().unwrap_or(f64::NAN)),
            objective.on_days()
        )
    }

    /// The line of an objective across the axis along which the figure is drawn.
    pub(super) fn limit(&self, objective: &Objective, along: Along) -> Threshold {
        Threshold {
            along,
            value: objective.target().unwrap_or(f64::NAN) * self.factor,
            label: self.line(objective),
            tone: Tone::Bad,
        }
    }

    /// "objective: ≤ 0.5 %".
    pub(super) fn line(&self, objective: &Objective) -> String {
        let sign = if objective.at_most.is_some() {
            "≤"
        } else {
            "≥"
        };
        format!(
            "objective {sign} {}{}",
            self.text(objective.target().unwrap_or(f64::NAN)),
            objective.on_days()
        )
    }
}

/// By ratio where even steps would press most of the values onto the axis.
pub(super) fn scale_of(values: impl Iterator<Item = f64> + Clone) -> Scale {
    let (low, high) = extremes(values);
    match is_wide(low, high) {
        true => Scale::Log,
        false => Scale::Linear,
    }
}

/// The least and the greatest of those that are numbers.
fn extremes(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(v), h.max(v)))
}

fn is_wide(low: f64, high: f64) -> bool {
    low > 0.0 && high / low >= 50.0
}
