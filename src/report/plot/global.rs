//! Which unknown makes the spread of an answer: the share of each alone and in all, and how far each moves it.

use super::super::chart::{Axis, Bar, Bars, Chart, Layer, Tone};
use super::Plot;
use super::reading::Reading;
use super::sensitivity::key_title;
use crate::quantity::number::{percent, small};
use crate::record::{GlobalSensitivity, Interval, StudyRecord, UnknownShare};

/// Shares of the spread, then the screening.
pub(super) fn plots(study: &StudyRecord<GlobalSensitivity>) -> Vec<Plot> {
    let body = &study.body;
    let shares = shares(body).map(|chart| Plot::new("shares", chart));
    let screening = (!body.unknowns.is_empty()).then(|| Plot::new("screening", screening(body)));
    shares.into_iter().chain(screening).collect()
}

fn pair(interval: &Interval, factor: f64) -> Option<(f64, f64)> {
    Some((interval.lower? * factor, interval.upper? * factor))
}

/// The total index of each unknown, with what it makes alone at its end.
fn shares(body: &GlobalSensitivity) -> Option<Chart> {
    let bar = |unknown: &UnknownShare| {
        let (first, total) = (unknown.first?, unknown.total?);
        Some(Bar {
            label: key_title(&unknown.key),
            value: total.mean * 100.0,
            interval: pair(&total, 100.0),
            text: format!(
                "{}, alone {}",
                percent(total.mean),
                percent(first.mean.max(0.0))
            ),
            ..Bar::default()
        })
    };
    let bars: Vec<Bar> = body.unknowns.iter().filter_map(bar).collect();
    let first = body.unknowns.first().filter(|_| !bars.is_empty())?;
    let label = Reading::for_metric(&body.metric).label;
    let title = format!(
        "{} makes most of the spread of {}",
        key_title(&first.key),
        small(&label)
    );
    Some(Chart {
        description: format!(
            "The share of the variance of {} that each unknown makes in all (total Sobol index), over all combinations of their values. {title}.",
            small(&label)
        ),
        title,
        x: Axis::new("Share of the variance, in all", "%"),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars,
            base: 0.0,
            names: (String::new(), String::new()),
            tone: Tone::Auto,
        })],
        notes: vec![
            "Bars: 95 % intervals of the bootstrap. What unknowns do together counts for each of them, so that the shares may exceed 100 % in sum.".into(),
        ],
    })
}

/// The mean size of the effects of each unknown.
fn screening(body: &GlobalSensitivity) -> Chart {
    let effects = body.unknowns.iter().map(|u| u.effect.mean);
    let reading = Reading::for_metric(&body.metric).sized(effects);
    let mut order: Vec<&UnknownShare> = body.unknowns.iter().collect();
    order.sort_by(|a, b| b.effect.mean.total_cmp(&a.effect.mean));
    let has_effect = |unknown: &&&UnknownShare| unknown.effect.mean > 0.0;
    let ineffective: Vec<String> = (order.iter().filter(|u| !has_effect(u)))
        .map(|u| small(&key_title(&u.key)))
        .collect();
    let bar = |unknown: &&UnknownShare| Bar {
        label: key_title(&unknown.key),
        value: unknown.effect.mean * reading.factor,
        interval: pair(&unknown.effect, reading.factor).map(|(low, high)| (low.max(0.0), high)),
        text: reading.text(unknown.effect.mean),
        ..Bar::default()
    };
    let bars: Vec<Bar> = order.iter().filter(has_effect).map(bar).collect();
    let title = match bars.first() {
        Some(first) => format!("{} moves {} most", first.label, small(&reading.label)),
        None => format!("{} hangs on nothing that is assumed", reading.label),
    };
    let mut notes = vec![format!(
        "Mean size of the change when one unknown changes, from random combinations of the others (μ* of {} trajectories), with 95 % intervals.",
        body.trajectories
    )];
    if !ineffective.is_empty() {
        notes.push(format!("Without effect: {}.", ineffective.join(", ")));
    }
    Chart {
        description: format!(
            "How far each unknown moves {}, from random combinations of the others. {title}.",
            small(&reading.label)
        ),
        title,
        x: Axis::new("Mean size of the change", reading.unit),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars,
            base: 0.0,
            names: (String::new(), String::new()),
            tone: Tone::Auto,
        })],
        notes,
    }
}
