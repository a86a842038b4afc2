//! How long did it take: response, set-up and the way back, each as the share of cases by duration.

use super::super::chart::{Along, Axis, Chart, Histogram, Layer, Scale, Threshold, Tone};
use super::super::value::three_digits;
use super::Plot;
use crate::measure::Unit;
use crate::quantity::number::percent;
use crate::record::{Distribution, RunRecord};

/// The durations that are shown, by what is told of them.
const DURATIONS: [(&str, &str, &str, Option<&str>); 3] = [
    (
        "response-distribution",
        "gateway_response",
        "jobs leave the gateway",
        Some("gateway_response_p99_ms"),
    ),
    (
        "setup-distribution",
        "setup",
        "set-ups are done",
        Some("setup_p99_ms"),
    ),
    (
        "recovery-distribution",
        "recovery",
        "users are back after a loss",
        None,
    ),
];

/// Fewer stretches than this are no distribution: everything took the same time.
const MIN_STRETCHES: usize = 3;

/// From this share on, what takes no time at all would hide how long the others take.
const MOST_AT_ONCE: f64 = 0.9;

/// Those that vary.
pub(super) fn plots(run: &RunRecord, distributions: &[Distribution]) -> Vec<Plot> {
    let plot = |(name, duration, verb, tail): &(&str, &str, &str, Option<&str>)| {
        let d = distributions.iter().find(|d| {
            d.scope == "all" && d.duration == *duration && d.bins.len() >= MIN_STRETCHES
        })?;
        let tail = tail.and_then(|metric| run.figure("all", metric)?.mean);
        Some(Plot::new(name, chart(d, verb, tail)?))
    };
    DURATIONS.iter().filter_map(plot).collect()
}

/// The duration within which so many of the cases fall, milliseconds: as far into its stretch as its rank is.
fn quantile_ms(d: &Distribution, share: f64) -> f64 {
    let total: f64 = d.bins.iter().map(|b| b.2).sum();
    let mut cumulative = 0.0;
    for (from, to, n) in &d.bins {
        if cumulative + n >= share * total {
            return from + (to - from) * (share * total - cumulative) / n;
        }
        cumulative += n;
    }
    f64::NAN
}

/// The title, of those that were not done at once where many were: `at_once` is their share then.
fn title(action: &str, at_once: Option<f64>, p50: f64, p99: f64) -> String {
    match at_once {
        Some(at_once) => format!(
            "{} of the {action} at once; how long the others take",
            percent(at_once)
        ),
        None => format!(
            "Half of the {action} within about {}, 99 of 100 within {}",
            three_digits(p50, Unit::Milliseconds),
            three_digits(p99, Unit::Milliseconds)
        ),
    }
}

fn chart(distribution: &Distribution, action: &str, p99: Option<f64>) -> Option<Chart> {
    let total: f64 = distribution.bins.iter().map(|b| b.2).sum();
    let p99 = p99.unwrap_or_else(|| quantile_ms(distribution, 0.99));
    let p50 = quantile_ms(distribution, 0.5).min(p99);
    let at_once = distribution
        .bins
        .iter()
        .find(|b| b.0 <= 0.0)
        .map_or(0.0, |b| b.2 / total);
    let hides = at_once >= MOST_AT_ONCE;
    let bins: Vec<_> = distribution
        .bins
        .iter()
        .filter(|b| !hides || b.0 > 0.0)
        .collect();
    if bins.len() < MIN_STRETCHES {
        return None;
    }
    // The stretch that begins at 0 begins, on an axis of ratios, an octave before its end.
    let from = |b: &(f64, f64, f64)| if b.0 > 0.0 { b.0 } else { b.1 / 2.0 };
    let (first, last) = (
        bins.iter().map(|b| from(b)).fold(f64::INFINITY, f64::min),
        bins[bins.len() - 1].1,
    );
    let ratio = last / first >= 4.0;
    let (unit, size) = if last > 10_000.0 {
        ("s", 1000.0)
    } else {
        ("ms", 1.0)
    };
    let scaled_bin = |b: &&(f64, f64, f64)| {
        (
            if ratio { from(b) } else { b.0 } / size,
            b.1 / size,
            b.2 / total * 100.0,
        )
    };
    let quantile = |(value, label): (f64, &str)| {
        let label = label.into();
        Layer::Threshold(Threshold {
            along: Along::X,
            value: value / size,
            label,
            tone: Tone::Quiet,
        })
    };
    let histogram = Histogram {
        name: String::new(),
        bins: bins.iter().map(scaled_bin).collect(),
        tone: Tone::Auto,
    };
    let is_visible = |(value, _): &(f64, &str)| *value >= first || !hides;
    let quantiles = [(p50, "half"), (p99, "99 %")]
        .into_iter()
        .filter(is_visible)
        .map(quantile);
    let title = title(action, hides.then_some(at_once), p50, p99);
    let notes =
        ratio.then(|| "Each bar is a stretch of the same ratio, eight to a doubling.".to_string());
    Some(Chart {
        description: format!("How often each duration occurs, over all replications. {title}."),
        title,
        x: Axis::new("Duration", unit).on(if ratio { Scale::Log } else { Scale::Linear }),
        y: Axis::new("Share of all", "%"),
        layers: std::iter::once(Layer::Histogram(histogram))
            .chain(quantiles)
            .collect(),
        notes: notes.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Bin = (f64, f64, f64);

    fn bins_of(bins: &[Bin]) -> Option<(String, Vec<Bin>, usize)> {
        let d = Distribution {
            bins: bins.to_vec(),
            ..Distribution::default()
        };
        let chart = chart(&d, "set-ups are done", None)?;
        let lines = chart
            .layers
            .iter()
            .filter(|l| matches!(l, Layer::Threshold(_)))
            .count();
        let bins = chart.layers.iter().find_map(|l| {
            if let Layer::Histogram(h) = l {
                Some(h.bins.clone())
            } else {
                None
            }
        });
        Some((chart.title, bins?, lines))
    }

    #[test]
    fn what_takes_no_time_does_not_hide_how_long_the_others_take() {
        // Of a thousand 990 at once, the others within 8 to 64 ms.
        let at_once = (0.0, 0.015625, 990.0);
        let late = [(8.0, 16.0, 5.0), (16.0, 32.0, 4.0), (32.0, 64.0, 1.0)];
        let (title, bins, lines) = bins_of(&[&[at_once][..], &late].concat()).unwrap();
        assert_eq!(
            title,
            "99 % of the set-ups are done at once; how long the others take"
        );
        assert_eq!(
            (bins, lines),
            (
                vec![(8.0, 16.0, 0.5), (16.0, 32.0, 0.4), (32.0, 64.0, 0.1)],
                0
            )
        );
        assert_eq!(
            bins_of(&[at_once, late[0], late[1]]),
            None,
            "two others are no distribution"
        );
        // Of half of them the stretch at 0 is a bar, as wide as an octave.
        let (_, bins, lines) = bins_of(&[&[(0.0, 0.015625, 10.0)][..], &late].concat()).unwrap();
        assert_eq!((bins[0], lines), ((0.0078125, 0.015625, 50.0), 2));
    }
}
