//! How long did it take: response, set-up and the way back, each as the share of cases by duration.

use std::collections::BTreeMap;

use super::super::chart::{Along, Axis, Chart, Histogram, Layer, Scale, Threshold, Tone};
use super::super::results::{Distribution, Document};
use super::Plot;
use super::reading::told;

/// The durations that are shown, by what is told of them.
const SHOWN: [(&str, &str, &str, Option<&str>); 3] = [
    ("response-distribution", "gateway_response", "jobs leave the gateway", Some("gateway_response_p99_ms")),
    ("setup-distribution", "setup", "set-ups are done", Some("setup_p99_ms")),
    ("recovery-distribution", "recovery", "users are back after a loss", None),
];

/// Fewer stretches than this are no distribution: everything took the same time.
const LEAST: usize = 3;

/// Those that vary.
pub fn plots(document: &Document, all: &[Distribution]) -> Vec<Plot> {
    let found = |(name, of, done, tail): &(&str, &str, &str, Option<&str>)| {
        let d = all.iter().find(|d| d.scope == "all" && d.duration == *of && d.bins.len() >= LEAST)?;
        let tail = tail.and_then(|metric| document.figure(&BTreeMap::new(), "all", metric)?.mean);
        Some(Plot::new(name, chart(d, done, tail)))
    };
    SHOWN.iter().filter_map(found).collect()
}

/// The duration within which so many of the cases fall, milliseconds: as far into its stretch as its rank is.
fn within(d: &Distribution, share: f64) -> f64 {
    let all: f64 = d.bins.iter().map(|b| b.2).sum();
    let mut seen = 0.0;
    for (from, to, n) in &d.bins {
        if seen + n >= share * all {
            return from + (to - from) * (share * all - seen) / n;
        }
        seen += n;
    }
    f64::NAN
}

fn chart(d: &Distribution, done: &str, p99: Option<f64>) -> Chart {
    let all: f64 = d.bins.iter().map(|b| b.2).sum();
    let p99 = p99.unwrap_or_else(|| within(d, 0.99));
    let p50 = within(d, 0.5).min(p99);
    let first = d.bins.iter().map(|b| b.0).find(|from| *from > 0.0).unwrap_or(1.0);
    let last = d.bins.last().map_or(1.0, |b| b.1);
    let ratio = last / first >= 4.0;
    let long = last > 10_000.0;
    let (unit, size) = if long { ("s", 1000.0) } else { ("ms", 1.0) };
    // On an axis of ratios the stretch that begins at 0 begins where the picture does.
    let from = |from: f64| if ratio && from <= 0.0 { first / 2.0 } else { from };
    let bins = d.bins.iter().map(|(f, to, n)| (from(*f) / size, to / size, n / all * 100.0)).collect();
    let quantile = |value: f64, label: &str| {
        Layer::Threshold(Threshold { along: Along::X, value: value / size, label: label.into(), tone: Tone::Quiet })
    };
    let title = format!("Half of the {done} within about {}, 99 of 100 within {}", told(p50), told(p99));
    Chart {
        description: format!("How often each duration occurs, over all replications. {title}."),
        title,
        x: Axis::new("Duration", unit).on(if ratio { Scale::Log } else { Scale::Linear }),
        y: Axis::new("Share of all", "%"),
        layers: vec![
            Layer::Histogram(Histogram { name: String::new(), bins, tone: Tone::Auto }),
            quantile(p50, "half"),
            quantile(p99, "99 %"),
        ],
        notes: if ratio {
            vec!["Each bar is a stretch of the same ratio, eight to a doubling.".into()]
        } else {
            Vec::new()
        },
    }
}
