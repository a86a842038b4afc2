//! Which value serves, and what binds: how much of each objective every value that was tried uses up, and the search.

use std::collections::BTreeMap;

use super::super::chart::{
    Along, Axis, Chart, Layer, Line, Marker, Point, Points, Scale, Threshold, Tone,
};
use super::Plot;
use super::key::{called, places};
use super::reading::Reading;
use super::sweep::curve;
use crate::quantity::number::{count_phrase, small};
use crate::record::{Figure, Sizing, StudyRecord, Trial, TrialObjective};
use crate::study::Verdict;

/// The plots of a search.
pub(super) fn plots(study: &StudyRecord<Sizing>) -> Vec<Plot> {
    let size = &study.body;
    let places_on_axis = places(
        &size.key,
        &size
            .trials
            .iter()
            .map(|t| t.value.as_str())
            .collect::<Vec<_>>(),
    );
    let Some(placement) = places_on_axis else {
        return Vec::new();
    };
    vec![
        Plot::new("limits", limits(study, &placement.axis, &placement.at)),
        Plot::new("search", search(size, &placement.axis, &placement.at)),
    ]
}

/// Each objective's direction, told by how it came out: it is met where the whole interval lies on its good side.
fn wants_more(size: &Sizing, metric: &str, scope: &str) -> bool {
    let direction = |t: &TrialObjective| match (t.verdict, t.lower.or(t.mean)?, t.upper.or(t.mean)?)
    {
        (Verdict::Pass, lower, _) if lower > t.target => Some(true),
        (Verdict::Pass, ..) => Some(false),
        (Verdict::Fail, _, upper) => Some(upper < t.target),
        _ => None,
    };
    let objectives = size.trials.iter().flat_map(|t| &t.objectives);
    objectives
        .filter(|o| o.metric == metric && o.scope == scope)
        .find_map(direction)
        .unwrap_or(false)
}

/// How much of the objective is used up, in percent: above 100 it is missed.
fn objective_use(o: &TrialObjective, more_is_better: bool) -> Figure {
    let share = |v: f64| {
        if more_is_better {
            o.target / v * 100.0
        } else {
            v / o.target * 100.0
        }
    };
    let (low, high) = if more_is_better {
        (o.upper, o.lower)
    } else {
        (o.lower, o.upper)
    };
    Figure {
        mean: o.mean.map(share),
        lower: low.map(share),
        upper: high.map(share),
        ..Figure::default()
    }
}

/// The last word on each value: the confirmation where there is one.
fn last<'a>(size: &'a Sizing, at: &[f64]) -> Vec<(f64, &'a Trial)> {
    let mut trials: BTreeMap<String, (f64, &Trial)> = BTreeMap::new();
    for (trial, x) in size.trials.iter().zip(at) {
        trials.insert(trial.value.clone(), (*x, trial));
    }
    let mut trials: Vec<(f64, &Trial)> = trials.into_values().collect();
    trials.sort_by(|a, b| a.0.total_cmp(&b.0));
    trials
}

/// `what` is the objective that uses most of its limit at the value that was found.
fn limits_title(size: &Sizing, bound_text: Option<&str>) -> String {
    let key = called(&size.key);
    match (&size.value, bound_text) {
        (Some(value), Some(bound_text)) => {
            format!(
                "{key}: {value} is the {} that serves; what binds: {}",
                size.direction,
                small(bound_text)
            )
        }
        (Some(value), None) => format!("{key}: {value} is the {} that serves", size.direction),
        (None, _) => format!("{key}: no value that was tried serves"),
    }
}

/// The value that was found, at the share of the limit that it uses up.
fn marker(size: &Sizing, trials: &[(f64, &Trial)], share: f64) -> Option<Marker> {
    let value = size.value.as_ref()?;
    let trial = trials.iter().find(|(_, t)| t.value == *value);
    let word = if size.confirmed {
        "serves"
    } else {
        "is not confirmed"
    };
    Some(Marker {
        x: trial.map_or(f64::NAN, |(x, _)| *x),
        y: share,
        label: format!("{value} {word}"),
    })
}

fn limits(study: &StudyRecord<Sizing>, x: &Axis, at: &[f64]) -> Chart {
    let size = &study.body;
    let trials = last(size, at);
    let xs: Vec<f64> = trials.iter().map(|(x, _)| *x).collect();
    let first = trials.first().map_or(&[][..], |(_, t)| &t.objectives);
    let mut layers = Vec::new();
    let mut values = Vec::new();
    let mut binding: Option<(f64, String)> = None;
    for (i, o) in first.iter().enumerate() {
        let more_is_better = wants_more(size, &o.metric, &o.scope);
        let figures: Vec<Option<Figure>> = trials
            .iter()
            .map(|(_, t)| {
                t.objectives
                    .get(i)
                    .map(|o| objective_use(o, more_is_better))
            })
            .collect();
        let reading = Reading::for_metric(&o.metric);
        let sign = if more_is_better { "≥" } else { "≤" };
        let name = format!("{} {sign} {}", reading.label, reading.text(o.target));
        let best_value = trials
            .iter()
            .position(|(_, t)| Some(&t.value) == size.value.as_ref());
        let upper = best_value
            .and_then(|c| figures[c].as_ref())
            .and_then(|f| f.upper.or(f.mean));
        if let Some(share) = upper.filter(|s| binding.as_ref().is_none_or(|(b, _)| s > b)) {
            binding = Some((share, reading.label.clone()));
        }
        values.extend(
            figures
                .iter()
                .flatten()
                .flat_map(|f| [f.mean, f.lower])
                .flatten(),
        );
        layers.extend(curve(
            &figures.iter().map(Option::as_ref).collect::<Vec<_>>(),
            &xs,
            &name,
            1.0,
        ));
    }
    layers.push(Layer::Threshold(Threshold {
        along: Along::Y,
        value: 100.0,
        label: "limit".into(),
        tone: Tone::Bad,
    }));
    let title = limits_title(
        size,
        binding.as_ref().map(|(_, bound_text)| bound_text.as_str()),
    );
    layers
        .extend(binding.and_then(|(share, _)| Some(Layer::Marker(marker(size, &trials, share)?))));
    let logarithmic = super::reading::scale_of(values.iter().copied());
    Chart {
        description: format!(
            "How much of each objective's limit is used up at every value that was tried. {title}. {}",
            study.answer.replace('\n', " ")
        ),
        title,
        x: x.clone(),
        y: Axis::new("Used of the limit", "%").on(logarithmic),
        layers,
        notes: vec!["An objective is met where its whole interval lies below 100 %.".into()],
    }
}

/// A trial at its place among the steps of the search; a confirmation that serves is called so.
fn step(trial: &Trial, x: f64, y: f64) -> Point {
    let confirmed = trial.verdict == Verdict::Pass && trial.sample != Trial::SEARCH;
    Point {
        x,
        y,
        label: if confirmed {
            "confirmation".into()
        } else {
            String::new()
        },
        ..Point::default()
    }
}

fn search(size: &Sizing, axis: &Axis, at: &[f64]) -> Chart {
    // Each step is as wide as one, its number in the middle.
    let place = |i: usize| i as f64 + 0.5;
    let steps = at
        .iter()
        .enumerate()
        .map(|(i, y)| (place(i), *y))
        .chain(at.last().map(|y| (place(at.len()), *y)));
    let mut layers = vec![Layer::Steps(Line {
        name: String::new(),
        points: steps.collect(),
        tone: Tone::Quiet,
    })];
    let verdicts = [
        (Verdict::Pass, "serves", Tone::Good),
        (Verdict::Inconclusive, "not shown to serve", Tone::Series(4)),
        (Verdict::Fail, "does not serve", Tone::Bad),
    ];
    for (verdict, name, tone) in verdicts {
        let points: Vec<Point> = size
            .trials
            .iter()
            .zip(at)
            .enumerate()
            .filter(|(_, (trial, _))| trial.verdict == verdict)
            .map(|(i, (trial, y))| step(trial, place(i) + 0.5, *y))
            .collect();
        if !points.is_empty() {
            layers.push(Layer::Points(Points {
                name: name.into(),
                points,
                tone,
            }));
        }
    }
    let key = called(&size.key);
    let title = match &size.value {
        Some(value) => format!(
            "{key}: the search came to {value} in {}",
            count_phrase(size.trials.len() as u64, "step")
        ),
        None => format!(
            "{key}: the search found nothing in {}",
            count_phrase(size.trials.len() as u64, "step")
        ),
    };
    Chart {
        description: format!("The values in the order in which they were tried. {title}."),
        title,
        x: Axis {
            range: Some((place(0), place(at.len()))),
            ..Axis::new("Step of the search", "").on(Scale::Whole)
        },
        y: axis.clone(),
        layers,
        notes: Vec::new(),
    }
}
