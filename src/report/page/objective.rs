//! The objectives with target, value, interval and margin.

use std::collections::BTreeMap;

use super::table::{Table, cell, cell_within, interval, unit_name};
use crate::measure::Metric;
use crate::quantity::number::count_phrase;
use crate::record::{Figure, Objective, Record};
use crate::report::words::metric_title;
use crate::study::Verdict;

/// The objectives of a run with how they came out; of a study their targets alone; `None`: there are none.
pub(super) fn table(record: &Record) -> Option<Table> {
    let columns = [
        "objective",
        "bound",
        "#target",
        "unit",
        "#value",
        "#lower",
        "#upper",
        "#margin",
        "verdict",
        "to settle it",
    ];
    let mut table = Table::new("Objectives", &columns);
    let run_record = record.run().filter(|run| !run.objectives.is_empty());
    if let Some(run) = run_record {
        let open = open(&run.rows);
        table.rows = (run.objectives.iter()).map(|o| row(&open, o)).collect();
        // Most verdicts are settled.
        if table
            .rows
            .iter()
            .all(|row| row.last().is_some_and(String::is_empty))
        {
            table.head.pop();
            table
                .rows
                .iter_mut()
                .for_each(|row| row.truncate(row.len() - 1));
        }
        table.note = "The margin is how far the whole 95 % interval stays on the right side of the target. It is negative on the wrong side, and 0 where the target lies within the interval.".into();
    } else {
        table.rows = record.objectives().iter().map(target).collect();
        table.head.truncate(4);
        table.note = "How each point came out stands below.".into();
    }
    table.hides_title = true;
    table.if_any()
}

/// The metric of an objective, its cause and its scope.
pub(super) fn subject(objective: &Objective) -> String {
    if objective.is_of_all() {
        // The template gives it its words and a link to its definition.
        return objective.metric.to_string();
    }
    let mut subject = metric_title(&objective.metric);
    if let Some(cause) = &objective.cause {
        subject += &format!(" by {}", cause.replace('_', " "));
    }
    match objective.scope.as_str() {
        "all" | "" => {}
        scope => subject += &format!(" of {scope}"),
    }
    subject
}

/// Objective, bound, target and unit.
fn target(objective: &Objective) -> Vec<String> {
    let unit = Metric::by_name(&objective.metric).map_or("", |m| m.unit.name());
    let bound = match (objective.at_most, objective.at_least) {
        (Some(_), _) => "at most",
        (_, Some(_)) => "at least",
        _ => "",
    };
    vec![
        subject(objective),
        format!("{bound}{}", objective.on_days()),
        cell(objective.target(), unit),
        unit_name(unit).into(),
    ]
}

/// Whom a figure is about: its metric, cause and scope.
type Key<'a> = (&'a str, Option<&'a str>, &'a str);

/// The bounds of quantiles that fall among what was still open at the horizon.
fn open(rows: &[Figure]) -> BTreeMap<Key<'_>, f64> {
    let mut open = BTreeMap::new();
    for row in rows {
        if let Some(bound) = row.beyond {
            let key = (&*row.metric, row.cause.as_deref(), &*row.scope);
            open.insert(key, bound);
        }
    }
    open
}

fn row(open: &BTreeMap<Key, f64>, objective: &Objective) -> Vec<String> {
    let unit = &objective.unit;
    let mut row = target(objective);
    row.extend(interval(
        objective.mean,
        objective.lower,
        objective.upper,
        unit,
    ));
    let key = (
        &*objective.metric,
        objective.cause.as_deref(),
        &*objective.scope,
    );
    // A target of so many days is not one of the mean, which has no value where it lies beyond the horizon.
    let beyond = open.get(&key).filter(|_| objective.quantile.is_none());
    if let Some(beyond) = beyond {
        row[4] = format!("> {}", cell(Some(*beyond), unit));
    }
    let half = objective
        .lower
        .zip(objective.upper)
        .map(|(l, u)| (u - l) / 2.0);
    row.push(cell_within(margin(objective), half, unit));
    row.push(objective.verdict.name().into());
    let needed = objective.replications_needed;
    row.push(needed.map_or(String::new(), |n| {
        format!("about {}", count_phrase(n.into(), "replication"))
    }));
    row
}

/// How far the interval stays on the right side of the target, negative on the wrong one, 0 while it holds the target.
pub(super) fn margin(objective: &Objective) -> Option<f64> {
    let Objective {
        mean, lower, upper, ..
    } = *objective;
    let at_most = objective.at_most.is_some();
    let target = objective.target()?;
    let near = match (objective.verdict, at_most) {
        (Verdict::Pass, true) | (Verdict::Fail, false) => upper.or(mean)?,
        (Verdict::Pass, false) | (Verdict::Fail, true) => lower.or(mean)?,
        (Verdict::Inconclusive, _) => return mean.map(|_| 0.0),
    };
    Some(if at_most {
        target - near
    } else {
        near - target
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_that_of_the_interval_not_of_the_mean() {
        let bounded = |verdict, at_most, at_least| Objective {
            verdict,
            at_most,
            at_least,
            mean: Some(3.0),
            lower: Some(2.0),
            upper: Some(4.0),
            ..Objective::default()
        };
        let upper_margin = |verdict, target| margin(&bounded(verdict, Some(target), None));
        let lower_margin = |verdict, target| margin(&bounded(verdict, None, Some(target)));
        // At most 5: the interval from 2 to 4 leaves 1. At most 1: its lower end misses by 1. The other way round alike.
        assert_eq!(upper_margin(Verdict::Pass, 5.0), Some(1.0));
        assert_eq!(upper_margin(Verdict::Fail, 1.0), Some(-1.0));
        assert_eq!(lower_margin(Verdict::Pass, 1.0), Some(1.0));
        assert_eq!(lower_margin(Verdict::Fail, 5.0), Some(-1.0));
        assert_eq!(upper_margin(Verdict::Inconclusive, 3.5), Some(0.0));
        let objective = Objective {
            lower: None,
            upper: None,
            ..bounded(Verdict::Pass, Some(5.0), None)
        };
        assert_eq!(
            margin(&objective),
            Some(2.0),
            "of one replication there is the mean alone"
        );
        let no_mean = Objective {
            mean: None,
            ..bounded(Verdict::Inconclusive, Some(5.0), None)
        };
        assert_eq!(margin(&no_mean), None);
    }
}
