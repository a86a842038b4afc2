//! What a sweep answers: which points serve, where that changes, which is best at what load.

use crate::experiment::{Answer, SweepResult};
use crate::measure::{Objective, Scope};
use crate::quantity::number::{human, whole};
use crate::report::text::{figure, objective};
use crate::scenario::{Axis, Study};
use crate::study::Verdict;

/// The answer, a line each.
pub(super) fn answer(study: &Study, objectives: &[Objective], result: &SweepResult) -> Vec<String> {
    let points = &result.answers;
    let mut lines = Vec::new();
    if !objectives.is_empty() {
        lines.push(count(objectives, points));
        lines.extend(series(study, points));
    }
    lines.extend(least_missed(result));
    lines
}

fn count(objectives: &[Objective], points: &[Answer]) -> String {
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
        .flat_map(|p| {
            p.assessment
                .judgements
                .iter()
                .filter_map(|j| j.replications_needed)
        })
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
fn series(study: &Study, points: &[Answer]) -> Vec<String> {
    let Some((place, axis)) = numeric(study) else {
        return Vec::new();
    };
    let mut groups: Vec<(String, Vec<Step>)> = Vec::new();
    for p in points {
        let value = p.case.point.values[place].1.as_str();
        let others = p
            .case
            .point
            .values
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != place);
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

fn described(point: &Answer, metric: &str) -> String {
    let row = |metric: &str| point.assessment.row(&Scope::All, metric);
    let cell = |metric: &str| row(metric).map_or("–".into(), figure);
    format!(
        "{} ({metric} {} at {} messages)",
        point.label(),
        cell(metric),
        cell("message_rate_per_s")
    )
}

/// The fewest missed toasts, and who does as well with less load: never the drop rate alone.
fn least_missed(result: &SweepResult) -> Vec<String> {
    let Some(metric) = result.metric else {
        return vec!["No session was ever wanted: there is nothing to rank.".into()];
    };
    let Some((best, close)) = result.least() else {
        return Vec::new();
    };
    let what = if metric == "missed_toast_fraction" {
        "Fewest missed toasts"
    } else {
        "Least time down"
    };
    let mut lines = vec![format!("{what}: {}.", described(best, metric))];
    let load = |p: &Answer| (p.estimate("message_rate_per_s")).map_or(f64::INFINITY, |e| e.mean);
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
