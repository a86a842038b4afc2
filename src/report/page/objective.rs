//! The objectives with target, value, interval and margin.

use serde_json::Value as Json;

use super::table::{Table, items, text};
use super::{cell, unit_name};

/// The objectives of a run, in their order; `None`: there are none.
pub fn table(summary: &Json) -> Option<Table> {
    let columns = [
        "objective",
        "unit",
        "bound",
        "#target",
        "#value",
        "#lower",
        "#upper",
        "#margin",
        "verdict",
        "what would settle it",
    ];
    let mut table = Table::new("Objectives", &columns);
    table.rows = items(summary, "objectives").map(row).collect();
    if table.rows.iter().all(|row| row.last().is_some_and(String::is_empty)) {
        table.head.pop();
        table.rows.iter_mut().for_each(|row| {
            row.pop();
        });
    }
    table.note = "The margin is how far the whole 95 % interval stays on the right side of the target; negative: on the wrong side; 0: the target lies within the interval.".into();
    table.hides_title = true;
    table.if_any()
}

fn row(objective: &Json) -> Vec<String> {
    let unit = text(objective, "unit");
    let number = |key: &str| objective[key].as_f64();
    let at_most = number("at_most");
    let target = at_most.or(number("at_least"));
    let verdict = text(objective, "verdict");
    let [mean, lower, upper] = ["mean", "lower", "upper"].map(number);
    let mut subject = text(objective, "metric").to_string();
    if let Some(cause) = objective["cause"].as_str() {
        subject += &format!(" by {cause}");
    }
    match text(objective, "scope") {
        "all" | "" => {}
        scope => subject += &format!(" of {scope}"),
    }
    let bound = if at_most.is_some() { "at most" } else { "at least" };
    let margin = target.and_then(|t| margin(t, at_most.is_some(), verdict, mean, lower, upper));
    let mut row = vec![subject, unit_name(unit).into(), bound.into()];
    row.extend([target, mean, lower, upper, margin].map(|x| cell(x, unit)));
    row.push(verdict.into());
    let needed = objective["replications_needed"].as_u64();
    row.push(needed.map_or(String::new(), |n| format!("about {n} replications")));
    row
}

/// How far the interval stays on the right side of the target, negative on the wrong one, 0 while it holds the target.
fn margin(
    target: f64,
    at_most: bool,
    verdict: &str,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
) -> Option<f64> {
    let near = match (verdict, at_most) {
        ("pass", true) | ("fail", false) => upper.or(mean)?,
        ("pass", false) | ("fail", true) => lower.or(mean)?,
        _ => return mean.map(|_| 0.0),
    };
    Some(if at_most { target - near } else { near - target })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_that_of_the_interval_not_of_the_mean() {
        let of = |verdict, at_most| margin(5.0, at_most, verdict, Some(3.0), Some(2.0), Some(4.0));
        // At most 5: the interval 2 to 4 leaves 1. At least 5: its upper end misses by 1.
        assert_eq!(of("pass", true), Some(1.0));
        assert_eq!(of("fail", false), Some(-1.0));
        let missed = |at_most| margin(1.0, at_most, "fail", Some(3.0), Some(2.0), Some(4.0));
        assert_eq!(missed(true), Some(-1.0));
        assert_eq!(margin(1.0, false, "pass", Some(3.0), Some(2.0), Some(4.0)), Some(1.0));
        assert_eq!(margin(3.0, true, "inconclusive", Some(3.0), None, None), Some(0.0));
        assert_eq!(margin(3.0, true, "inconclusive", None, None, None), None);
    }
}
