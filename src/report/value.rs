//! Values as people read them: one way for terminal, page and plots. Two digits of uncertainty and the mean to match,
//! thousands apart, percent, and milliseconds, seconds, minutes or hours by size.

use crate::measure::Unit;
use crate::quantity::number::{duration, human, matched, plus_minus, rounded_text};
use crate::record::Figure;
use crate::study::{Estimate, MetricRow};

/// What values of that size are multiplied by, and what stands behind them.
pub(crate) fn scale(unit: Unit, size: f64) -> (f64, &'static str) {
    let size = size.abs();
    match unit {
        Unit::Fraction => (100.0, " %"),
        Unit::Milliseconds if size >= 1000.0 => {
            let (factor, suffix) = scale(Unit::Seconds, size / 1000.0);
            (factor / 1000.0, suffix)
        }
        Unit::Seconds if size > 0.0 && size < 1.0 => (1000.0, " ms"),
        Unit::Seconds if size >= 7200.0 => (1.0 / 3600.0, " h"),
        Unit::Seconds if size >= 120.0 => (1.0 / 60.0, " min"),
        _ => (1.0, unit.suffix()),
    }
}

/// Shares below this are not written out.
const LEAST_SHARE: f64 = 1e-5;

fn is_tiny(x: f64, unit: Unit) -> bool {
    unit == Unit::Fraction && x > 0.0 && x < LEAST_SHARE
}

/// A value that is exact, or of which no uncertainty is known: "0.5 %", "25 min 32 s", "432 ms".
pub(crate) fn value(x: f64, unit: Unit) -> String {
    let seconds = match unit {
        Unit::Seconds => x,
        Unit::Milliseconds => x / 1000.0,
        _ => 0.0,
    };
    if is_tiny(x, unit) {
        return "< 0.001 %".into();
    }
    if seconds >= 60.0 && seconds.is_finite() {
        return duration(seconds);
    }
    let (factor, suffix) = scale(unit, x);
    format!("{}{suffix}", human(x * factor))
}

/// A value in three digits, for a title: "432 ms", "28 min 30 s".
pub(crate) fn three_digits(x: f64, unit: Unit) -> String {
    value(format!("{x:.2e}").parse().unwrap_or(x), unit)
}

/// A mean with its half width: "1.891 ± 0.051 %", "24.2 ± 1.3 min".
pub(crate) fn with_interval(mean: f64, half: f64, unit: Unit) -> String {
    if is_tiny(mean + half, unit) {
        return "< 0.001 %".into();
    }
    let (factor, suffix) = scale(unit, mean);
    plus_minus(mean * factor, half * factor) + suffix
}

/// A mean in a sentence, as far as it is known: "1.89 %", "24 min".
pub fn in_sentence(estimate: &Estimate, unit: Unit) -> String {
    if is_tiny(estimate.mean, unit) {
        return "< 0.001 %".into();
    }
    let (factor, suffix) = scale(unit, estimate.mean);
    let half = estimate.half_width().map(|half| half * factor);
    let mean = rounded_text(estimate.mean * factor, half);
    match unit {
        Unit::PerClientHour | Unit::PerSecond => mean,
        _ => format!("{mean}{suffix}"),
    }
}

/// A figure with its interval, or what can be said instead.
struct FigureText {
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    beyond: Option<f64>,
    /// The bounds are exact ones, not symmetric.
    is_rare: bool,
}

impl FigureText {
    fn text(&self, unit: Unit) -> String {
        if let Some(beyond) = self.beyond {
            return format!("> {}", value(beyond, unit));
        }
        let Some(mean) = self.mean else {
            return "–".into();
        };
        match (self.lower, self.upper) {
            (_, Some(upper)) if mean == 0.0 && upper > 0.0 => {
                format!("0 (at most {})", three_digits(upper, unit))
            }
            (Some(lower), Some(upper)) if self.is_rare => {
                let half = (upper - lower) / 2.0;
                let (factor, suffix) = scale(unit, mean);
                let number = |x: f64| matched(x * factor, Some(half * factor));
                format!(
                    "{} ({} to {}){suffix}",
                    number(mean),
                    number(lower),
                    number(upper)
                )
            }
            (Some(lower), Some(upper)) => with_interval(mean, (upper - lower) / 2.0, unit),
            _ => value(mean, unit),
        }
    }
}

/// A figure of a run.
pub(crate) fn row(row: &MetricRow) -> String {
    let figure_text = FigureText {
        mean: row.estimate.map(|e| e.mean),
        lower: row.estimate.and_then(|e| e.lower),
        upper: row.upper_if_none.or(row.estimate.and_then(|e| e.upper)),
        beyond: row.beyond,
        is_rare: row.is_rare,
    };
    figure_text.text(row.column.metric.unit)
}

/// An estimate whose bounds need not be symmetric: 0 with its upper bound, or both bounds where they are uneven.
pub(super) fn bounded(estimate: &Estimate, unit: Unit) -> String {
    let Estimate { mean, lower, upper } = *estimate;
    let known = FigureText {
        mean: Some(mean),
        lower,
        upper,
        beyond: None,
        is_rare: is_uneven(mean, lower, upper),
    };
    known.text(unit)
}

fn is_uneven(mean: f64, lower: Option<f64>, upper: Option<f64>) -> bool {
    let even = lower.zip(upper).map(|(lower, upper)| {
        let (above, below) = (upper - mean, mean - lower);
        (above - below).abs() <= 1e-3 * (above + below)
    });
    even == Some(false)
}

/// A figure of a record.
pub(crate) fn figure(figure: &Figure) -> String {
    let unit = crate::measure::Metric::by_name(&figure.metric).map_or(Unit::Count, |m| m.unit);
    let half = figure.upper.zip(figure.mean).map(|(u, m)| u - m);
    let half_width = figure.mean.zip(figure.lower).map(|(m, l)| m - l);
    let is_even = half
        .zip(half_width)
        .is_some_and(|(a, b)| (a - b).abs() <= 1e-3 * (a + b));
    let figure_text = FigureText {
        mean: figure.mean,
        lower: figure.lower,
        upper: figure.upper,
        beyond: figure.beyond,
        is_rare: !is_even,
    };
    figure_text.text(unit)
}

/// An estimate without more to say of it.
pub(crate) fn estimate(estimate: &Estimate, unit: Unit) -> String {
    match estimate.half_width() {
        Some(half) => with_interval(estimate.mean, half, unit),
        None => value(estimate.mean, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shown_in_the_unit_of_its_size() {
        let texts = [0.25, 59.5, 90.0, 1532.0, 28_800.0].map(|s| value(s, Unit::Seconds));
        assert_eq!(
            texts,
            ["250 ms", "59.5 s", "1 min 30 s", "25 min 32 s", "8 h"]
        );
        assert_eq!(value(5000.0, Unit::Milliseconds), "5 s");
        assert_eq!(value(600_000.0, Unit::Milliseconds), "10 min");
        assert_eq!(with_interval(1432.1, 77.0, Unit::Seconds), "23.9 ± 1.3 min");
        assert_eq!(with_interval(0.25, 0.012, Unit::Seconds), "250 ± 12 ms");
    }

    #[test]
    fn shares_are_in_percent_and_never_zero_when_they_are_not() {
        assert_eq!(value(0.005, Unit::Fraction), "0.5 %");
        assert_eq!(value(0.000_001, Unit::Fraction), "< 0.001 %");
        assert_eq!(
            with_interval(0.018_912, 0.000_513, Unit::Fraction),
            "1.891 ± 0.051 %"
        );
        let empty = Figure {
            metric: "missed_toast_fraction".into(),
            mean: Some(0.0),
            lower: Some(0.0),
            upper: Some(0.000_23),
            ..Figure::default()
        };
        assert_eq!(figure(&empty), "0 (at most 0.023 %)");
        let rare = Figure {
            mean: Some(0.001),
            lower: Some(0.0005),
            upper: Some(0.0025),
            ..empty
        };
        assert_eq!(figure(&rare), "0.10 (0.05 to 0.25) %");
    }
}
