//! What does the answer hang on: a bar for each assumed key, from the least to the greatest figure that its values give.

use super::super::chart::{Along, Axis, Bar, Bars, Chart, Layer, Threshold, Tone};
use super::Plot;
use super::reading::Reading;
use crate::quantity::number::small;
use crate::record::{Factor, Level, Sensitivity, StudyRecord};
use crate::report::words;

/// "clients.office.reestablish" as "Re-establishment of office".
pub(super) fn key_title(key: &str) -> String {
    match key.split('.').collect::<Vec<_>>()[..] {
        [_, section, _] => format!("{} of {section}", words::key(key)),
        _ => words::key(key),
    }
}

/// "Missed toasts hang most on re-establishment".
fn title(sensitivity: &Sensitivity, reading: &Reading) -> String {
    let hang = if reading.label.ends_with('s') {
        "hang"
    } else {
        "hangs"
    };
    match sensitivity.keys.first().filter(|key| key.swing > 0.0) {
        Some(first) => format!(
            "{} {hang} most on {}",
            reading.label,
            small(&key_title(&first.key))
        ),
        None => format!("{} {hang} on nothing that is assumed", reading.label),
    }
}

/// The tornado.
pub(super) fn plots(study: &StudyRecord<Sensitivity>) -> Vec<Plot> {
    let sensitivity = &study.body;
    let Some(base) = sensitivity.base else {
        return Vec::new();
    };
    let levels = sensitivity.keys.iter().flat_map(|k| &k.alternatives);
    let reading =
        Reading::for_metric(&sensitivity.metric).sized(levels.filter_map(|v| v.mean).chain([base]));
    let base = base * reading.factor;
    let moves = |key: &&Factor| key.swing > 0.0;
    let ineffective: Vec<String> = sensitivity
        .keys
        .iter()
        .filter(|k| !moves(k))
        .map(|k| small(&key_title(&k.key)))
        .collect();
    let bars: Vec<Bar> = sensitivity
        .keys
        .iter()
        .filter(moves)
        .filter_map(|key| bar(key, &reading, base))
        .collect();
    let has_pairs = bars.iter().any(|b| b.other.is_some());
    let names = if has_pairs {
        ("lower".into(), "higher".into())
    } else {
        (String::new(), String::new())
    };
    let title = title(sensitivity, &reading);
    let now = format!("as it stands: {}", reading.text(base / reading.factor));
    let how = "One key at a time, all others as in the scenario; each bar ends at the value that stands there.";
    let mut notes = vec![how.to_string()];
    if !ineffective.is_empty() {
        notes.push(format!("Without effect: {}.", ineffective.join(", ")));
    }
    let layers = vec![
        Layer::Bars(Bars {
            bars,
            base,
            names,
            tone: Tone::Auto,
        }),
        Layer::Threshold(Threshold {
            along: Along::X,
            value: base,
            label: now,
            tone: Tone::Quiet,
        }),
    ];
    let chart = Chart {
        description: format!(
            "How far {} move with each value that nobody published, one at a time. {title}. {}",
            small(&reading.label),
            study.answer.replace('\n', " ")
        ),
        title,
        x: reading.axis(),
        y: Axis::default(),
        layers,
        notes,
    };
    vec![Plot::new("tornado", chart)]
}

/// From the least to the greatest; only one half where all values lie on one side.
fn bar(key: &Factor, reading: &Reading, base: f64) -> Option<Bar> {
    let mut levels: Vec<(f64, &Level)> = key
        .alternatives
        .iter()
        .filter_map(|v| Some((v.mean? * reading.factor, v)))
        .collect();
    levels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (first, last) = (levels.first()?, levels.last()?);
    let label = if key.value.is_empty() {
        key_title(&key.key)
    } else {
        format!("{} = {}", key_title(&key.key), key.value)
    };
    let draw_level = |(value, v): &(f64, &Level)| Bar {
        label: label.clone(),
        value: *value,
        text: v.value.clone(),
        ..Bar::default()
    };
    Some(match (first.0 < base, last.0 > base) {
        (true, true) => Bar {
            other: Some(last.0),
            other_text: last.1.value.clone(),
            ..draw_level(first)
        },
        (false, true) => Bar {
            value: base,
            text: String::new(),
            other: Some(last.0),
            other_text: last.1.value.clone(),
            ..draw_level(first)
        },
        _ => draw_level(first),
    })
}
