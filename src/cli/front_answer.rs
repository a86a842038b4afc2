//! What several figures at once answer: the points that nothing dominates.

use super::answer::weaknesses;
use crate::experiment::{Case, FrontResult, PointStanding};
use crate::quantity::number::{count_phrase, small, whole};
use crate::record::{
    Front, FrontFigure, FrontMetric, FrontPoint, FrontStanding, StudyRecord, bounds,
};
use crate::report::text::{deciding_assumptions, figure, table};
use crate::report::words;
use crate::study::{FrontMetrics, Standing, Verdict, less_is_better};

/// Points of the front that a sentence names.
const MAX_POINTS: usize = 6;

/// What the record says besides what every study says.
pub(super) fn body(cases: &[Case], result: &FrontResult, metrics: &FrontMetrics) -> Front {
    let label = |i: usize| cases[i].point.label();
    let has_objectives = cases
        .iter()
        .any(|case| !case.scenario.objectives.is_empty());
    let metric = |m: &&'static crate::measure::Metric| FrontMetric {
        metric: m.name.into(),
        unit: m.unit.name().into(),
        less_is_better: less_is_better(m) != Some(false),
    };
    let point = |(i, p): (usize, &PointStanding)| {
        let figure = |m: &&'static crate::measure::Metric| {
            let row = result.samples[i].figure(m.name);
            let [mean, lower, upper] = bounds(row.and_then(|row| row.estimate));
            FrontFigure { mean, lower, upper }
        };
        FrontPoint {
            point: label(i),
            verdict: has_objectives.then_some(p.verdict),
            standing: standing(p),
            dominated_by: by(p).map(label),
            figures: metrics.metrics.iter().map(figure).collect(),
        }
    };
    Front {
        replications: result.samples.first().map_or(0, |s| s.replications()),
        has_objectives,
        metrics: metrics.metrics.iter().map(metric).collect(),
        front: result.front_members().into_iter().map(label).collect(),
        points: result.points.iter().enumerate().map(point).collect(),
    }
}

fn standing(point: &PointStanding) -> FrontStanding {
    match (point.standing, point.verdict) {
        (Some(Standing::Front), _) => FrontStanding::Front,
        (Some(Standing::Open { .. }), _) => FrontStanding::NotShown,
        (Some(Standing::Dominated { .. }), _) => FrontStanding::Dominated,
        (None, Verdict::Fail) => FrontStanding::Misses,
        (None, Verdict::Inconclusive) => FrontStanding::Inconclusive,
        (None, Verdict::Pass) => FrontStanding::NoValue,
    }
}

fn by(point: &PointStanding) -> Option<usize> {
    match point.standing? {
        Standing::Front => None,
        Standing::Open { by } | Standing::Dominated { by } => Some(by),
    }
}

/// "missed toasts and messages per second".
fn aims(metrics: &FrontMetrics) -> String {
    let names: Vec<String> = (metrics.metrics.iter())
        .map(|m| small(&words::metric_title(m.name)))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn count(n: usize) -> String {
    whole(n as u64)
}

/// The answer, a line each.
pub(super) fn answer(cases: &[Case], result: &FrontResult, metrics: &FrontMetrics) -> Vec<String> {
    let count_with = |is: FrontStanding| result.points.iter().filter(|p| standing(p) == is).count();
    let front = result.places(|s| s == Standing::Front);
    let open = count_with(FrontStanding::NotShown);
    let mut lines = vec![first(cases, &front, metrics)];
    if open > 0 {
        lines.push(format!(
            "{} more {} worse by the means alone: that is not shown, so {} too; more replications (--reps) tell.",
            count(open),
            if open == 1 { "is" } else { "are" },
            if open == 1 { "it stays" } else { "they stay" },
        ));
    }
    match count_with(FrontStanding::Dominated) {
        0 => {}
        1 => lines.push("One point is dominated, shown with 95 %.".into()),
        n => lines.push(format!(
            "{} points are dominated; all of these statements hold at once with 95 %.",
            count(n)
        )),
    }
    let aside = [
        (
            FrontStanding::Misses,
            "misses an objective",
            "miss an objective",
        ),
        (
            FrontStanding::Inconclusive,
            "is not shown to meet the objectives",
            "are not shown to meet the objectives",
        ),
        (
            FrontStanding::NoValue,
            "has no value of a figure",
            "have no value of a figure",
        ),
    ];
    for (standing, singular, plural) in aside {
        match count_with(standing) {
            0 => {}
            1 => lines.push(format!("One point {singular} and is left aside.")),
            n => lines.push(format!("{} points {plural} and are left aside.", count(n))),
        }
    }
    lines.extend(misgivings(cases, result, &front));
    lines
}

fn first(cases: &[Case], front: &[usize], metrics: &FrontMetrics) -> String {
    let (aims, total) = (aims(metrics), count(cases.len()));
    let name = |i: &usize| words::point(&cases[*i].point.values);
    match front {
        [] => format!(
            "There is nothing to choose from by {aims}: none of {total} points is shown to meet the objectives."
        ),
        [point] => format!("{} is best in {aims}, of {total} points.", name(point)),
        points => {
            let names: Vec<String> = points.iter().take(MAX_POINTS).map(name).collect();
            let suffix = match points.len() - names.len() {
                0 => String::new(),
                n => format!("; and {} more", count(n)),
            };
            format!(
                "{} of {total} points trade {aims} against each other, and no other point is better in all: {}{suffix}.",
                count(points.len()),
                names.join("; ")
            )
        }
    }
}

/// What speaks against points of the front: sessions are lost there.
fn misgivings(cases: &[Case], result: &FrontResult, front: &[usize]) -> Option<String> {
    let weak: Vec<(usize, Vec<String>)> = (front.iter())
        .map(|i| (*i, weaknesses(&result.samples[*i])))
        .filter(|(_, weak)| !weak.is_empty())
        .collect();
    let (i, why) = weak.first()?;
    let name = words::point(&cases[*i].point.values);
    let suffix = match weak.len() {
        1 => String::new(),
        n => format!(" So do {} more of them.", count(n - 1)),
    };
    Some(format!("With {name} {}.{suffix}", why.join(", and ")))
}

/// For people: the answer first.
pub(super) fn text(
    cases: &[Case],
    result: &FrontResult,
    metrics: &FrontMetrics,
    record: &StudyRecord<Front>,
) -> String {
    let mut header = vec!["point".to_string(), "standing".into()];
    header.extend(metrics.metrics.iter().map(|m| m.name.to_string()));
    let mut rows = vec![header];
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|i| !standing(&result.points[*i]).is_kept());
    for i in order {
        let point = &result.points[i];
        let mut standing = standing(point).name().to_string();
        if let Some(Standing::Dominated { by }) = point.standing {
            standing = format!("dominated by {}", cases[by].point.label());
        }
        let mut row = vec![cases[i].point.label(), standing];
        row.extend(metrics.metrics.iter().map(|m| {
            let value = result.samples[i].figure(m.name);
            value.map_or("–".into(), |row| figure(&row))
        }));
        rows.push(row);
    }
    format!(
        "{}\n{}\nPoints ({} each, paired, with 95 % intervals)\n{}\n",
        record.answer,
        deciding_assumptions(&record.assumptions),
        count_phrase(record.body.replications.into(), "replication"),
        table(&rows, true).trim_end()
    )
}
