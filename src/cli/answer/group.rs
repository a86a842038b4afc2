//! Which client group has it worst, by the objective's own metric; said only where the intervals lie apart.

use super::case::Case;
use crate::measure::{Bound, Scope, Unit};
use crate::report::value;
use crate::study::{Estimate, Judgement, MetricRow};

/// What groups are compared by where nothing is judged.
const OTHERWISE: &str = "missed_toast_fraction";

/// "abroad has the most of these, 0.95 %, and office the least, 0.51 %".
pub(super) fn sentence(case: &Case, judgements: &[Judgement]) -> Option<String> {
    let judged = judgements
        .iter()
        .map(|j| &j.objective)
        .find(|o| o.scope == Scope::All && o.cause.is_none() && is_comparable(o.metric.unit));
    let metric = judged.map_or(OTHERWISE, |o| o.metric.name);
    let more_is_better = judged.is_some_and(|o| matches!(o.bound, Bound::AtLeast(_)));
    let of_metric = |r: &&MetricRow| r.column.metric.name == metric && r.column.cause.is_none();
    let rows = case.rows.iter().filter(of_metric);
    let mut groups: Vec<(&str, Estimate)> = rows
        .filter_map(|row| match &row.scope {
            Scope::Clients(name) => Some((name.as_str(), row.estimate?)),
            _ => None,
        })
        .collect();
    groups.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
    if more_is_better {
        groups.reverse();
    }
    let [(worst, bad), .., (best, good)] = groups[..] else {
        return None;
    };
    let (high, low) = if more_is_better {
        (good, bad)
    } else {
        (bad, good)
    };
    // One replication has no interval, and says nothing of a difference.
    if low.upper? >= high.lower? {
        return None;
    }
    let unit = case.row(&Scope::All, metric)?.column.metric.unit;
    let text = |e: &Estimate| match unit {
        Unit::PerClientHour => format!("{} an hour", value::in_sentence(e, unit)),
        _ => value::in_sentence(e, unit),
    };
    let label = match metric {
        OTHERWISE => "missed toasts: ".into(),
        _ => format!(
            "{}: ",
            crate::quantity::number::small(&crate::report::words::metric_title(metric))
        ),
    };
    Some(format!(
        "{label}worst is {worst} with {}, best {best} with {}",
        text(&bad),
        text(&good)
    ))
}

/// Counts and rates grow with a group: they say who is large, not who has it bad.
fn is_comparable(unit: Unit) -> bool {
    !matches!(unit, Unit::Count | Unit::PerSecond)
}
