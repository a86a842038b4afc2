//! How a metric is read on an axis: what people call it, in which unit, and by what its values are multiplied for that.

use super::super::chart::{Along, Axis, Scale, Threshold, Tone};
use crate::measure::{Metric, Unit};
use crate::quantity::number::{duration, human};
use crate::record::{Figure, Objective};

/// A metric on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Reading {
    /// What it is called.
    pub label: String,
    /// In what.
    pub unit: &'static str,
    /// What its values are multiplied by.
    pub factor: f64,
}

/// What people call the metrics that they ask for; the others go by their names.
const CALLED: [(&str, &str); 16] = [
    ("missed_toast_fraction", "Missed toasts"),
    ("missed_toasts_per_client_hour", "Missed toasts"),
    ("toasts_missed", "Missed toasts"),
    ("down_fraction", "Time without a usable session"),
    ("down_peak", "Most users without a session at once"),
    ("failed_origination_fraction", "Failed calls from the PC"),
    ("session_drops", "Lost sessions"),
    ("drops_per_client_hour", "Lost sessions"),
    ("dropped_session_fraction", "Sessions that were lost"),
    ("refresh_rate_per_s", "Refreshes"),
    ("message_rate_per_s", "Messages at the gateway"),
    (
        "message_rate_peak_per_s",
        "Messages at the gateway, busiest second",
    ),
    ("setup_p99_ms", "Set-up time, 99th percentile"),
    ("recovery_mean_s", "Mean time to be back"),
    ("gateway_utilisation", "Gateway busy"),
    (
        "gateway_response_p99_ms",
        "Gateway response, 99th percentile",
    ),
];

impl Reading {
    /// Of a metric; one that this version does not know is a plain number.
    pub(super) fn of(metric: &str) -> Self {
        let unit = Metric::named(metric).map_or(Unit::Count, |m| m.unit);
        let (unit, factor) = match unit {
            Unit::Count => ("", 1.0),
            Unit::Fraction => ("%", 100.0),
            Unit::PerClientHour => ("per client-hour", 1.0),
            Unit::PerSecond => ("1/s", 1.0),
            Unit::Milliseconds => ("ms", 1.0),
            Unit::Seconds => ("s", 1.0),
        };
        let called = CALLED.iter().find(|(name, _)| *name == metric);
        let label = called.map_or_else(|| spoken(metric), |(_, label)| (*label).into());
        Self {
            label,
            unit,
            factor,
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
        spaced(&human(value * self.factor), self.unit)
    }

    /// "1.89 ± 0.06 %".
    pub(super) fn with_interval(&self, figure: &Figure) -> String {
        let Some(mean) = figure.mean else {
            return figure
                .beyond
                .map_or_else(|| "–".into(), |b| format!("> {}", self.text(b)));
        };
        match (figure.lower, figure.upper) {
            (Some(_), Some(upper)) if mean == 0.0 => {
                spaced(&format!("0 (≤ {})", human(upper * self.factor)), self.unit)
            }
            (Some(lower), Some(upper)) => spaced(
                &around(mean * self.factor, (upper - lower) / 2.0 * self.factor),
                self.unit,
            ),
            _ => self.text(mean),
        }
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
            "{word} {}",
            self.text(objective.target().unwrap_or(f64::NAN))
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
            "objective {sign} {}",
            self.text(objective.target().unwrap_or(f64::NAN))
        )
    }
}

/// "290.8 ± 7.4": the half in two digits, the mean as far as the half goes, at least in three digits.
pub(super) fn around(mean: f64, half: f64) -> String {
    if half <= 0.0 || !half.is_finite() {
        return format!("{} ± 0", human(mean));
    }
    let rounded = format!("{half:.1e}").parse().unwrap_or(half);
    let size = |x: f64| libm::floor(libm::log10(x.abs()));
    let digits = (1.0 - size(half))
        .min(if mean == 0.0 { 6.0 } else { 3.0 - size(mean) })
        .clamp(0.0, 6.0) as usize;
    let mean = if digits == 0 || mean.abs() >= 1e4 {
        human(mean)
    } else {
        format!("{mean:.digits$}")
    };
    format!("{mean} ± {}", human(rounded))
}

fn spaced(number: &str, unit: &str) -> String {
    match unit {
        "" => number.into(),
        "1/s" => format!("{number}/s"),
        unit => format!("{number} {unit}"),
    }
}

/// "gateway_queue_peak" as "Gateway queue peak": the unit stands elsewhere.
fn spoken(metric: &str) -> String {
    let bare = ["_per_client_hour", "_fraction", "_per_s", "_ms", "_s"]
        .iter()
        .find_map(|end| metric.strip_suffix(end));
    capital(&bare.unwrap_or(metric).replace('_', " "))
}

/// Milliseconds for people, in three digits: "432 ms", "28 min 30 s".
pub(super) fn told(ms: f64) -> String {
    let rounded = format!("{ms:.2e}").parse().unwrap_or(ms);
    if ms < 1000.0 {
        format!("{} ms", human(rounded))
    } else {
        duration(rounded / 1000.0)
    }
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// With a small letter, unless it is an abbreviation.
pub(super) fn small(text: &str) -> String {
    let mut letters = text.chars();
    let second = text.chars().nth(1).is_some_and(char::is_uppercase);
    match letters.next() {
        Some(first) if !second => first.to_lowercase().collect::<String>() + letters.as_str(),
        _ => text.into(),
    }
}

/// By ratio where even steps would press most of the values onto the axis.
pub(super) fn scale_of(values: impl Iterator<Item = f64> + Clone) -> Scale {
    let there = values.filter(|v| v.is_finite());
    let (low, high) = there.fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(v), h.max(v)));
    if low > 0.0 && high / low >= 50.0 && high.is_finite() {
        Scale::Log
    } else {
        Scale::Linear
    }
}
