//! What a global sensitivity answers: which unknown is worth a phone call.

use crate::experiment::{GlobalResult, Unknown};
use crate::measure::Metric;
use crate::quantity::number::{capital, count_phrase, percent, rounded, small, whole};
use crate::record::{Combination, GlobalSensitivity, Interval, StudyRecord, UnknownShare};
use crate::report::text::{in_unit, table};
use crate::report::value;
use crate::report::words;
use crate::scenario::Scenario;
use crate::study::{Estimate, Verdict};

/// What the record says besides what every study says.
pub(super) fn body(
    base: &Scenario,
    metric: &Metric,
    unknowns: &[Unknown],
    result: &GlobalResult,
) -> GlobalSensitivity {
    // By their shares, then by their effects.
    let with_indices = result.indices.iter().map(|(i, _)| *i);
    let mut order: Vec<usize> = with_indices.collect();
    let screened = result.screening.iter().map(|(i, _)| *i);
    let without_indices: Vec<usize> = screened.filter(|i| !order.contains(i)).collect();
    order.extend(without_indices);
    let unknown = |i: &usize| {
        let is_same = |(index, _): &&(usize, _)| index == i;
        let effect = result
            .screening
            .iter()
            .find(is_same)
            .map(|(_, effect)| *effect);
        let indices = result.indices.iter().find(|(index, _)| index == i);
        UnknownShare {
            key: unknowns[*i].key.clone(),
            levels: unknowns[*i]
                .levels
                .iter()
                .map(|l| l.value.clone())
                .collect(),
            effect: effect.map_or_else(Interval::default, |e| Interval::new(&e.size)),
            deviation: effect.map_or(0.0, |e| rounded(e.deviation)),
            first: indices.map(|(_, indices)| Interval::new(&indices.first)),
            total: indices.map(|(_, indices)| Interval::new(&indices.total)),
        }
    };
    let answers = &result.answers;
    let mean = answers.iter().sum::<f64>() / answers.len() as f64;
    let passing = result.verdicts.iter().filter(|v| **v == Verdict::Pass);
    let is_judged = !base.objectives.is_empty() && !result.verdicts.is_empty();
    let share = passing.count() as f64 / result.verdicts.len() as f64;
    let base_estimate = result
        .base_samples
        .figure(metric.name)
        .and_then(|row| row.estimate);
    GlobalSensitivity {
        replications: result.base_samples.replications(),
        metric: metric.name.into(),
        unit: metric.unit.name().into(),
        base: base_estimate.map(|e| rounded(e.mean)),
        trajectories: result.trajectories,
        rows: result.rows,
        mean: (!answers.is_empty()).then(|| rounded(mean)),
        least: answers.first().copied().map(rounded),
        greatest: answers.last().copied().map(rounded),
        meeting: is_judged.then(|| rounded(share)),
        combinations: (result.points.iter())
            .map(|point| Combination {
                levels: order.iter().map(|i| point.levels[*i]).collect(),
                value: point.value.map(rounded),
                verdict: point.verdict,
            })
            .collect(),
        unknowns: order.iter().map(unknown).collect(),
    }
}

fn key(unknown: &UnknownShare) -> String {
    format!("{} ({})", small(&words::key(&unknown.key)), unknown.key)
}

fn share(interval: &Interval) -> String {
    let percentage = |x: f64| percent((x.clamp(0.0, 1.0) * 100.0).round() / 100.0);
    match interval.lower.zip(interval.upper) {
        Some((lower, upper)) => format!(
            "{} ({} to {})",
            percentage(interval.mean),
            percentage(lower),
            percentage(upper)
        ),
        None => percentage(interval.mean),
    }
}

/// The answer, a line each.
pub(super) fn answer(
    metric: &Metric,
    unknowns: &[Unknown],
    result: &GlobalResult,
    body: &GlobalSensitivity,
) -> Vec<String> {
    let title = small(&words::metric_title(metric.name));
    if let Some(levels) = &result.no_value {
        let pairs = unknowns.iter().zip(levels);
        let label: Vec<String> = pairs
            .map(|(unknown, level)| format!("{}={}", unknown.key, unknown.levels[*level].value))
            .collect();
        return vec![format!(
            "Not ranked: {title} has no value with {}. Take another --metric, of which every combination has one.",
            label.join(", ")
        )];
    }
    let unknown_count = whole(unknowns.len() as u64);
    let trajectories = whole(result.trajectories as u64);
    let ranked: Vec<&UnknownShare> = body.unknowns.iter().filter(|u| u.total.is_some()).collect();
    let (Some(first), Some(minimum), Some(greatest), Some(mean)) =
        (ranked.first(), body.least, body.greatest, body.mean)
    else {
        return vec![format!(
            "Nothing that is assumed moves {title}: none of {unknown_count} unknowns has an effect in {trajectories} trajectories through all of them."
        )];
    };
    let figure = |x: f64| in_unit(x, metric.unit);
    let meeting = body.meeting.map_or(String::new(), |share| {
        format!(
            "; {} of the combinations are shown to meet the objectives",
            percent(share)
        )
    });
    let mut lines = vec![format!(
        "Over the combinations of what nobody published, {title} run from {} to {}, {} on average{meeting}.",
        figure(minimum),
        figure(greatest),
        figure(mean)
    )];
    lines.push(worth_a_call(first, &ranked));
    let ineffective = body.unknowns.iter().filter(|u| u.effect.mean == 0.0);
    let ineffective: Vec<String> = ineffective.map(|u| small(&words::key(&u.key))).collect();
    if !ineffective.is_empty() {
        lines.push(format!(
            "Without effect in {trajectories} trajectories: {}.",
            ineffective.join(", ")
        ));
    }
    lines
}

/// Which unknown is worth a phone call to the vendor.
fn worth_a_call(first: &UnknownShare, ranked: &[&UnknownShare]) -> String {
    let (first_share, total_share) = (
        first.first.unwrap_or_default(),
        first.total.unwrap_or_default(),
    );
    let mut line = format!(
        "Worth a phone call to the vendor: {}. It makes {} of that spread, {} of it alone.",
        key(first),
        share(&total_share),
        share(&first_share)
    );
    // Whose interval reaches into that of the first is not shown to matter less.
    let reaches = |rival: &&&UnknownShare| {
        rival.total.and_then(|total| total.upper) >= total_share.lower && rival.key != first.key
    };
    let rivals: Vec<String> = ranked.iter().filter(reaches).map(|u| key(u)).collect();
    if !rivals.is_empty() {
        line += &format!(
            " Not shown to matter less: {}; more --rows tell.",
            rivals.join(", ")
        );
    }
    line
}

/// For people: the answer first.
pub(super) fn text(metric: &Metric, record: &StudyRecord<GlobalSensitivity>) -> String {
    let body = &record.body;
    let header = [
        "key",
        "values",
        "share in all",
        "share alone",
        "mean effect",
        "deviation",
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for unknown in &body.unknowns {
        let share_cell = |interval: &Option<Interval>| interval.as_ref().map_or("–".into(), share);
        let Interval { mean, lower, upper } = unknown.effect;
        rows.push(vec![
            unknown.key.clone(),
            unknown.levels.join(", "),
            share_cell(&unknown.total),
            share_cell(&unknown.first),
            value::estimate(&Estimate { mean, lower, upper }, metric.unit),
            in_unit(unknown.deviation, metric.unit),
        ]);
    }
    format!(
        "{}\n\n{}: {} combinations, {} each (shares with 95 % intervals of the bootstrap)\n{}\n",
        record.answer,
        capital(&words::metric_title(metric.name)),
        whole(body.combinations.len() as u64),
        count_phrase(body.replications.into(), "replication"),
        table(&rows, true).trim_end()
    )
}
