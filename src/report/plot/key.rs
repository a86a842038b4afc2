//! A key that was turned: its values as places on an axis, where they are numbers.

use super::super::chart::{Axis, Scale};
pub(super) use super::super::words::key as called;
use crate::quantity::parse_span;

/// The values of a key on an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct AxisPlaces {
    /// The axis.
    pub axis: Axis,
    /// A place for each value, in their order.
    pub at: Vec<f64>,
}

/// The places of a key's values; `None` where they are not all numbers of one kind.
pub(super) fn places(key: &str, values: &[&str]) -> Option<AxisPlaces> {
    let (unit, at) = split_units(values).or_else(|| spans(values))?;
    let axis = Axis::new(&called(key), &unit);
    let is_integral = unit.is_empty() && at.iter().all(|v| v.fract() == 0.0);
    let scale = match spacing(&at) {
        Scale::Linear if is_integral => Scale::Whole,
        scale => scale,
    };
    Some(AxisPlaces {
        axis: axis.on(scale),
        at,
    })
}

/// A number and what stands behind it, the same for all.
fn split_units(values: &[&str]) -> Option<(String, Vec<f64>)> {
    let split = |text: &str| {
        let text = text.trim();
        let end = text
            .find(|c: char| !c.is_ascii_digit() && !"._".contains(c))
            .unwrap_or(text.len());
        let number = text[..end].replace('_', "").parse::<f64>().ok()?;
        Some((text[end..].trim().to_string(), number))
    };
    let parts: Vec<(String, f64)> = values.iter().map(|v| split(v)).collect::<Option<_>>()?;
    let unit = parts.first()?.0.clone();
    // "30 s jitter 20 %" is more than a number, and "0 s..600 s" is two.
    let is_common =
        parts.iter().all(|(u, _)| *u == unit) && !unit.chars().any(|c| c.is_ascii_digit());
    is_common.then(|| (unit, parts.into_iter().map(|(_, number)| number).collect()))
}

/// Durations in several units: in the largest that is below most of them.
fn spans(values: &[&str]) -> Option<(String, Vec<f64>)> {
    let us: Vec<u64> = values
        .iter()
        .map(|v| parse_span(v).map(|s| s.0))
        .collect::<Option<_>>()?;
    let mut sorted = us.clone();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2)?;
    let units = [
        ("h", 3_600_000_000),
        ("min", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
    ];
    let (unit, size) = units
        .into_iter()
        .find(|(_, size)| *middle >= 2 * size)
        .unwrap_or(("ms", 1_000));
    Some((
        unit.into(),
        us.into_iter().map(|us| us as f64 / size as f64).collect(),
    ))
}

/// By ratio where the values were chosen so.
fn spacing(at: &[f64]) -> Scale {
    let mut sorted = at.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
        return Scale::Linear;
    };
    let [low, high] = [
        sorted.get(1).map_or(0.0, |s| s - first),
        last - sorted.iter().rev().nth(1).unwrap_or(last),
    ];
    if *first > 0.0 && last / first >= 8.0 && high > 3.0 * low {
        Scale::Log
    } else {
        Scale::Linear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_places_and_words_have_none() {
        let unit_and_places = |values: &[&str]| {
            places("clients.refresh_interval", values).map(|p| (p.axis.unit, p.at))
        };
        assert_eq!(
            unit_and_places(&["5 min", "10 min"]),
            Some(("min".into(), vec![5.0, 10.0]))
        );
        assert_eq!(
            unit_and_places(&["90 s", "5 min", "1 h"]),
            Some(("min".into(), vec![1.5, 5.0, 60.0]))
        );
        assert_eq!(
            unit_and_places(&["500", "1_000"]),
            Some((String::new(), vec![500.0, 1000.0]))
        );
        assert_eq!(
            unit_and_places(&["0 %", "0.5 %"]),
            Some(("%".into(), vec![0.0, 0.5]))
        );
        assert_eq!(unit_and_places(&["10 min", "never"]), None);
        assert_eq!(unit_and_places(&["uniform 0 s..600 s"]), None);
        assert_eq!(unit_and_places(&["1 s", "2 /h"]), None);
    }

    #[test]
    fn ratios_are_seen() {
        let scale = |at: &[f64]| spacing(at);
        assert_eq!(scale(&[5.0, 10.0, 60.0, 55.0]), Scale::Linear);
        assert_eq!(scale(&[500.0, 1000.0, 2000.0, 4000.0, 8000.0]), Scale::Log);
        assert_eq!(scale(&[0.0, 1.0, 100.0]), Scale::Linear, "0 has no place");
        assert_eq!(scale(&[7.0]), Scale::Linear);
        let titles: Vec<String> = [
            "clients.refresh_interval",
            "gateway.count",
            "gateway.gw.count",
            "scenario.seed",
        ]
        .map(called)
        .into();
        assert_eq!(titles, ["Refresh interval", "Gateways", "Gateways", "Seed"]);
    }
}
