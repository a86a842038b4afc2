//! What a sweep answers: which points serve, where that changes, which is best at what load.

use crate::measure::Objective;
use crate::quantity::number::{human, whole};
use crate::report::sweep::Outcome;
use crate::report::text::{figure, objective};
use crate::scenario::{Axis, Study};
use crate::study::{CONFIDENCE, Verdict, bonferroni, paired_samples};

/// The answer, a line each.
pub(super) fn answer(study: &Study, objectives: &[Objective], points: &[Outcome]) -> Vec<String> {
    let mut lines = Vec::new();
    if !objectives.is_empty() {
        lines.push(count(objectives, points));
        lines.extend(series(study, points));
    }
    lines.extend(least_missed(points));
    lines
}

fn count(objectives: &[Objective], points: &[Outcome]) -> String {
    let of = |v: Verdict| points.iter().filter(|p| p.verdict() == v).count();
    let wanted: Vec<String> = objectives.iter().map(objective).collect();
    let (pass, open, all) = (of(Verdict::Pass), of(Verdict::Inconclusive), points.len());
    let who = match pass {
        0 if open == 0 => "No point meets".into(),
        n if n == all => format!("Every one of {} points meets", whole(n as u64)),
        n => format!("{} of {} points meet", whole(n as u64), whole(all as u64)),
    };
    let needed = points
        .iter()
        .flat_map(|p| p.judgements.iter().filter_map(|j| j.replications_needed))
        .max();
    let settled = needed.map_or(String::new(), |n| {
        format!(" (about {} replications would settle it)", whole(n.into()))
    });
    let rest = if open > 0 {
        format!("; of {} it remains open{settled}", whole(open as u64))
    } else {
        String::new()
    };
    format!("{who} {}{rest}.", wanted.join(" and "))
}

/// The first key that is turned through numbers.
fn numeric(study: &Study) -> Option<(usize, &Axis)> {
    let is_numeric = |axis: &&Axis| {
        let different = axis
            .values
            .windows(2)
            .any(|pair| pair[0].value() != pair[1].value());
        different && axis.values.iter().all(|o| axis.number(o.value()).is_some())
    };
    study
        .axes
        .iter()
        .enumerate()
        .find(|(_, axis)| is_numeric(axis))
}

/// The value as a number and as text, and what it came to.
type Step<'a> = (f64, &'a str, Verdict);

/// Where along a key the verdict changes, for each combination of the others.
fn series(study: &Study, points: &[Outcome]) -> Vec<String> {
    let Some((place, axis)) = numeric(study) else {
        return Vec::new();
    };
    let mut groups: Vec<(String, Vec<Step>)> = Vec::new();
    for p in points {
        let value = p.values[place].1.as_str();
        let others = p.values.iter().enumerate().filter(|(i, _)| *i != place);
        let name = others
            .map(|(_, (key, value))| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(", ");
        let entry = (axis.number(value).unwrap_or(0.0), value, p.verdict());
        match groups.iter_mut().find(|(n, _)| *n == name) {
            Some((_, series)) => series.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    let line = |(name, mut series): (String, Vec<Step>)| {
        series.sort_by(|a, b| a.0.total_cmp(&b.0));
        let with = if name.is_empty() {
            String::new()
        } else {
            format!(" with {name}")
        };
        let stretches: Vec<String> = series
            .chunk_by(|a, b| a.2 == b.2)
            .map(|same| match same {
                [one] => format!("{} at {}", one.2.name(), one.1),
                [first, .., last] => format!("{} from {} to {}", first.2.name(), first.1, last.1),
                [] => String::new(),
            })
            .collect();
        format!("  {}{with}: {}", axis.key, stretches.join(", "))
    };
    groups.into_iter().map(line).collect()
}

fn mean(point: &Outcome, metric: &str) -> Option<f64> {
    point.row(metric)?.estimate.map(|e| e.mean)
}

/// What points are ranked by: what users miss, else how long they are down.
fn ranked_by(points: &[Outcome]) -> Option<&'static str> {
    let known = |metric: &&str| points.iter().any(|p| mean(p, metric).is_some());
    ["missed_toast_fraction", "down_fraction"]
        .into_iter()
        .find(known)
}

/// What the points are ranked by and their order, the one that the answer is about first: those that meet the objectives
/// before the others, each by what users miss.
pub(super) fn ranking(points: &[Outcome]) -> (Option<&'static str>, Vec<usize>) {
    let metric = ranked_by(points);
    let figure = |i: usize| {
        metric
            .and_then(|m| mean(&points[i], m))
            .unwrap_or(f64::INFINITY)
    };
    let mut order: Vec<usize> = (0..points.len()).collect();
    let serves = |i: usize| points[i].verdict() == Verdict::Pass;
    order.sort_by(|a, b| {
        serves(*b)
            .cmp(&serves(*a))
            .then(figure(*a).total_cmp(&figure(*b)))
    });
    (metric, order)
}

/// Whether a point cannot be told from the best, of so many.
fn alike(best: &Outcome, other: &Outcome, metric: &str, comparisons: usize) -> bool {
    let (a, b) = (
        best.samples.deployment_samples(metric),
        other.samples.deployment_samples(metric),
    );
    let both = a.len().min(b.len());
    match paired_samples(&a[..both], &b[..both], bonferroni(CONFIDENCE, comparisons))
        .map(|p| p.difference)
    {
        Some(e) => e.lower.is_none_or(|lower| lower <= 0.0),
        None => false,
    }
}

fn described(point: &Outcome, metric: &str) -> String {
    let cell = |metric: &str| point.row(metric).map_or("–".into(), figure);
    format!(
        "{} ({metric} {} at {} messages)",
        point.label,
        cell(metric),
        cell("message_rate_per_s")
    )
}

/// The fewest missed toasts, and who does as well with less load: never the drop rate alone.
fn least_missed(points: &[Outcome]) -> Vec<String> {
    let Some(metric) = ranked_by(points) else {
        return vec!["No session was ever wanted: there is nothing to rank.".into()];
    };
    let candidates = || points.iter().filter_map(|p| Some((p, mean(p, metric)?)));
    let Some((best, _)) = candidates().min_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Vec::new();
    };
    let what = if metric == "missed_toast_fraction" {
        "Fewest missed toasts"
    } else {
        "Least time down"
    };
    let mut lines = vec![format!("{what}: {}.", described(best, metric))];
    let others: Vec<&Outcome> = candidates()
        .map(|(p, _)| p)
        .filter(|p| p.label != best.label)
        .collect();
    let close: Vec<&Outcome> = others
        .iter()
        .copied()
        .filter(|p| alike(best, p, metric, others.len()))
        .collect();
    let load = |p: &Outcome| mean(p, "message_rate_per_s").unwrap_or(f64::INFINITY);
    let Some(lightest) = close
        .iter()
        .copied()
        .min_by(|a, b| load(a).total_cmp(&load(b)))
    else {
        return lines;
    };
    let n = whole(close.len() as u64);
    if load(lightest) < load(best) {
        let saved = 100.0 * (1.0 - load(lightest) / load(best));
        lines.push(format!(
            "{n} other{} cannot be told from it by that figure; the least load of these, {} % less: {}.",
            if close.len() == 1 { "" } else { "s" },
            human((saved * 10.0).round() / 10.0),
            described(lightest, metric)
        ));
    } else {
        lines.push(format!(
            "{n} other{} cannot be told from it by that figure; none has less load.",
            if close.len() == 1 { "" } else { "s" }
        ));
    }
    lines
}
