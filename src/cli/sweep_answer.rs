//! What a sweep answers: which points serve, where that changes, which is best at what load.

use super::answer::weaknesses;
use crate::experiment::{Answer, SweepResult};
use crate::measure::{Objective, Scope};
use crate::quantity::number::{capital, count_phrase, rounded_text, small, whole};
use crate::report::words;
use crate::scenario::{Axis, Study};
use crate::study::Verdict;

/// The answer, a line each: whether any point meets the objectives, then where that changes, then the best of those that do.
pub(super) fn answer(study: &Study, objectives: &[Objective], result: &SweepResult) -> Vec<String> {
    let points = &result.answers;
    let mut lines = Vec::new();
    if !objectives.is_empty() {
        lines.push(count(objectives, points));
        lines.extend(series(study, points));
    }
    lines.extend(best(objectives, result));
    // What is wrong with the best point stands beside what is said first.
    let weak = (result.chosen_point()).map(|best| weaknesses(&best.assessment.samples));
    if let Some(weak) = weak.filter(|weak| !weak.is_empty()) {
        lines[0] += &format!(" At the best point {}.", weak.join(", and "));
    }
    lines
}

fn count(objectives: &[Objective], points: &[Answer]) -> String {
    let count = |v: Verdict| points.iter().filter(|p| p.verdict() == v).count();
    let limits: Vec<String> = objectives
        .iter()
        .map(|o| format!("{} {}", small(&words::subject(o)), words::target(o)))
        .collect();
    let (pass, open, total) = (
        count(Verdict::Pass),
        count(Verdict::Inconclusive),
        points.len(),
    );
    let objective = if objectives.len() == 1 {
        "the objective"
    } else {
        "the objectives"
    };
    let opening = match pass {
        0 if open == 0 => format!("No point meets {objective}"),
        0 => format!("No point is shown to meet {objective}"),
        1 if total == 1 => format!("The only point meets {objective}"),
        n if n == total => format!("Every one of {} points meets {objective}", whole(n as u64)),
        1 => format!("1 of {} points meets {objective}", whole(total as u64)),
        n => format!(
            "{} of {} points meet {objective}",
            whole(n as u64),
            whole(total as u64)
        ),
    };
    let first = format!("{opening}: {}.", limits.join("; "));
    let needed = (points.iter())
        .flat_map(|p| {
            p.assessment
                .judgements
                .iter()
                .filter_map(|j| j.replications_needed)
        })
        .max();
    let settled = needed.map_or(String::new(), |n| {
        format!(
            "; about {} would settle it",
            count_phrase(n.into(), "replication")
        )
    });
    match open {
        0 => first,
        1 => format!("{first} One point is inconclusive{settled}."),
        n => format!(
            "{first} {} points are inconclusive{settled}.",
            whole(n as u64)
        ),
    }
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
        let other_keys = p
            .case
            .point
            .values
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != place);
        let other_keys: Vec<(String, String)> =
            other_keys.map(|(_, key_value)| key_value.clone()).collect();
        let name = words::point(&other_keys);
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
            .map(|group| match group {
                [point] => format!("{} at {}", point.2.name(), point.1),
                [first, .., last] => format!("{} from {} to {}", first.2.name(), first.1, last.1),
                [] => String::new(),
            })
            .collect();
        format!(
            "  {}{with}: {}",
            words::key(&axis.key),
            stretches.join(", ")
        )
    };
    groups.into_iter().map(line).collect()
}

fn described(point: &Answer, metric: &str) -> String {
    let clause = |metric: &str| {
        let row = point.assessment.row(&Scope::All, metric);
        row.and_then(words::figure_clause)
    };
    let clauses: Vec<String> = clause(metric)
        .into_iter()
        .chain(clause("message_rate_per_s"))
        .collect();
    format!(
        "{}. There {}",
        words::point(&point.case.point.values),
        clauses.join("; ")
    )
}

/// The best point of those that meet the objectives, and who does as well with less load. Where none meets them, the one
/// that is least bad, called that.
fn best(objectives: &[Objective], result: &SweepResult) -> Vec<String> {
    let Some(metric) = result.metric else {
        return vec!["Nobody ever signs in: there is nothing to rank.".into()];
    };
    let Some(best) = result.chosen_point() else {
        return Vec::new();
    };
    let serves = objectives.is_empty() || best.verdict() == Verdict::Pass;
    let superlative = match metric {
        "missed_toast_fraction" => "fewest missed toasts",
        _ => "least time without a session",
    };
    let point = described(best, metric);
    let mut lines = vec![match serves {
        true if objectives.is_empty() => format!("{}: {point}.", capital(superlative)),
        true => format!("{} among these: {point}.", capital(superlative)),
        false => format!("None is recommended; {superlative} without meeting them: {point}."),
    }];
    if serves {
        lines.extend(as_good(best, &result.as_good()));
    }
    lines
}

/// So many percent less load are worth telling.
const LESS_LOAD: f64 = 5.0;

/// Points of which no difference to the best is shown, and the one of least load among them.
fn as_good(best: &Answer, close: &[&Answer]) -> Option<String> {
    let load = |p: &Answer| (p.estimate("message_rate_per_s")).map_or(f64::INFINITY, |e| e.mean);
    let lightest = (close.iter().copied()).min_by(|a, b| load(a).total_cmp(&load(b)))?;
    let n = match close.len() {
        1 => "One other point is not shown to be worse (95 % interval of the paired difference)"
            .into(),
        n => format!(
            "{} other points are not shown to be worse (95 % intervals of the paired differences)",
            whole(n as u64)
        ),
    };
    let saved = 100.0 * (1.0 - load(lightest) / load(best));
    if saved < LESS_LOAD {
        return Some(format!("{n}; none has clearly less load."));
    }
    Some(format!(
        "{n}. The least load of these, {} % less, has {}.",
        rounded_text(saved, None),
        words::point(&lightest.case.point.values)
    ))
}
