//! The objectives with target, value, interval and margin.

use serde_json::Value as Json;

use super::table::{Table, items, text};
use super::{cell, unit_name};
use crate::measure::Metric;

/// The objectives of a run with how they came out; of a study their targets alone; `None`: there are none.
pub fn table(summary: &Json) -> Option<Table> {
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
    table.rows = items(summary, "objectives")
        .map(|o| row(summary, o))
        .collect();
    if table.rows.is_empty() {
        let first = items(summary, "points")
            .chain(items(summary, "trials"))
            .next();
        table.rows = first
            .into_iter()
            .flat_map(|p| items(p, "objectives"))
            .map(wanted)
            .collect();
        table.head.truncate(4);
        table.note = "How each point came out stands below.".into();
    } else {
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
        table.note = "The margin is how far the whole 95 % interval stays on the right side of the target; negative: on the wrong side; 0: the target lies within the interval.".into();
    }
    table.hides_title = true;
    table.if_any()
}

/// The metric of an objective, its cause and its scope.
pub fn subject(objective: &Json) -> String {
    let mut subject = text(objective, "metric").to_string();
    if let Some(cause) = objective["cause"].as_str() {
        subject += &format!(" by {cause}");
    }
    match text(objective, "scope") {
        "all" | "" => {}
        scope => subject += &format!(" of {scope}"),
    }
    subject
}

/// Objective, bound, target and unit.
fn wanted(objective: &Json) -> Vec<String> {
    let metric = Metric::named(text(objective, "metric"));
    let unit = metric.map_or("", |m| m.unit.name());
    let (at_most, at_least) = (
        objective["at_most"].as_f64(),
        objective["at_least"].as_f64(),
    );
    let bound = match (at_most, at_least) {
        (Some(_), _) => "at most",
        (_, Some(_)) => "at least",
        _ => "",
    };
    let target = at_most.or(at_least).or(objective["target"].as_f64());
    vec![
        subject(objective),
        bound.into(),
        cell(target, unit),
        unit_name(unit).into(),
    ]
}

fn row(summary: &Json, objective: &Json) -> Vec<String> {
    let unit = text(objective, "unit");
    let mut row = wanted(objective);
    row.extend(["mean", "lower", "upper"].map(|key| cell(objective[key].as_f64(), unit)));
    // A quantile that falls among what was still open at the horizon has no value, but a bound.
    let same = |r: &&Json| {
        ["metric", "scope", "cause"]
            .iter()
            .all(|key| r.get(*key) == objective.get(*key))
    };
    if let Some(beyond) = items(summary, "rows")
        .find(same)
        .and_then(|r| r.get("beyond")?.as_f64())
    {
        row[4] = format!("> {}", cell(Some(beyond), unit));
    }
    row.push(cell(margin(objective), unit));
    row.push(text(objective, "verdict").into());
    let needed = objective["replications_needed"].as_u64();
    row.push(needed.map_or(String::new(), |n| format!("about {n} replications")));
    row
}

/// How far the interval stays on the right side of the target, negative on the wrong one, 0 while it holds the target.
pub fn margin(objective: &Json) -> Option<f64> {
    let number = |key: &str| objective[key].as_f64();
    let [mean, lower, upper] = ["mean", "lower", "upper"].map(number);
    let at_most = number("at_most");
    let target = at_most.or(number("at_least"))?;
    let near = match (text(objective, "verdict"), at_most.is_some()) {
        ("pass", true) | ("fail", false) => upper.or(mean)?,
        ("pass", false) | ("fail", true) => lower.or(mean)?,
        _ => return mean.map(|_| 0.0),
    };
    Some(if at_most.is_some() {
        target - near
    } else {
        near - target
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_margin_is_that_of_the_interval_not_of_the_mean() {
        let of = |verdict: &str, bound: &str, target: f64| {
            let bounds = json!({ "verdict": verdict, bound: target, "mean": 3.0, "lower": 2.0, "upper": 4.0 });
            margin(&bounds)
        };
        // At most 5: the interval from 2 to 4 leaves 1. At most 1: its lower end misses by 1. The other way round alike.
        assert_eq!(of("pass", "at_most", 5.0), Some(1.0));
        assert_eq!(of("fail", "at_most", 1.0), Some(-1.0));
        assert_eq!(of("pass", "at_least", 1.0), Some(1.0));
        assert_eq!(of("fail", "at_least", 5.0), Some(-1.0));
        assert_eq!(of("inconclusive", "at_most", 3.5), Some(0.0));
        let one =
            json!({ "verdict": "pass", "at_most": 5.0, "mean": 3.0, "lower": null, "upper": null });
        assert_eq!(
            margin(&one),
            Some(2.0),
            "of one replication there is the mean alone"
        );
        assert_eq!(
            margin(&json!({ "verdict": "inconclusive", "at_most": 5.0, "mean": null })),
            None
        );
    }
}
