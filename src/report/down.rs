//! What being down comes to, for those who pay for it: minutes of users, and money where an hour has a price.

use super::value;
use crate::measure::Unit;
use crate::quantity::number::{duration, human};
use crate::record::{DayRecord, DownCost, ReplicatedFigure, RunRecord, Value};
use crate::study::{Estimate, at_price_of_an_hour, days_in_run, user_minutes};

/// "user-minutes in a day of 8 h".
fn unit(run: &RunRecord) -> String {
    if run.horizon_s <= DAY_S {
        return format!("user-minutes in a day of {}", duration(run.horizon_s));
    }
    let off = match days_off(run) {
        0 => String::new(),
        1 => ", 1 of them without anybody signed in".into(),
        n => format!(", {n} of them without anybody signed in"),
    };
    format!(
        "user-minutes a day, on average over all {} days of the run{off}",
        human(days_in_run(run.horizon_s))
    )
}

/// Whole days on which nobody was signed in.
fn days_off(run: &RunRecord) -> usize {
    let is_off = |day: &&DayRecord| {
        let down = day.figure("down_fraction");
        day.length_s >= DAY_S && down.is_some_and(|figure| figure.mean.is_none())
    };
    run.days.iter().filter(is_off).count()
}

const DAY_S: f64 = 86_400.0;

fn amount(estimate: &Estimate) -> String {
    let width = estimate.upper.zip(estimate.lower).map(|(u, l)| u - l);
    match width {
        // The same in each replication, but for what dividing leaves.
        Some(width) if width <= 1e-9 * estimate.mean => human(estimate.mean),
        _ => value::bounded(estimate, Unit::Count),
    }
}

fn money(cost: &DownCost, minutes: &Estimate) -> (String, Estimate) {
    let money = at_price_of_an_hour(*minutes, cost.price_per_user_hour);
    let word = match cost.currency.as_str() {
        "" => String::new(),
        word => format!(" {word}"),
    };
    (word, money)
}

/// The line of the terminal, with its newline; nothing where nobody was ever signed in.
pub(super) fn line(run: &RunRecord, minutes: Option<Estimate>) -> String {
    let Some(minutes) = minutes else {
        return String::new();
    };
    let cost = run.cost_of_down.as_ref().map(|cost| {
        let (word, money) = money(cost, &minutes);
        let price = human(cost.price_per_user_hour);
        format!(
            ": {}{word}, at {price}{word} an hour of a user",
            amount(&money)
        )
    });
    format!(
        "\nDown for {} {}{}\n",
        amount(&minutes),
        unit(run),
        cost.unwrap_or_default()
    )
}

/// What a row of the page says.
pub(super) struct DownRow {
    /// What it is.
    pub name: &'static str,
    /// How much.
    pub amount: Estimate,
    /// In what.
    pub unit: String,
    /// What it means.
    pub definition: String,
}

/// The rows of the page: minutes, and money where an hour has a price.
pub(super) fn rows(run: &RunRecord, runs: &[ReplicatedFigure]) -> Vec<DownRow> {
    let is_down = |f: &&ReplicatedFigure| {
        f.metric == "down_fraction" && f.scope == "all" && f.cause.is_empty()
    };
    let values = runs.iter().find(is_down).map_or(&[][..], |f| &f.values);
    let times_us = values.iter().filter_map(|(_, value)| match value {
        Value::Ratio(down, signed_in) => Some((*down, *signed_in)),
        _ => None,
    });
    let times_us: Vec<(f64, f64)> = times_us.collect();
    let fraction = run.figure("all", "down_fraction").and_then(|figure| {
        Some(Estimate {
            mean: figure.mean?,
            lower: figure.lower,
            upper: figure.upper,
        })
    });
    let Some(minutes) = user_minutes(&times_us, fraction, run.horizon_s) else {
        return Vec::new();
    };
    let mut rows = vec![DownRow {
        name: "Minutes down, all users together",
        amount: minutes,
        unit: "min".into(),
        definition: format!(
            "minutes in which a signed-in user had no usable session: {}",
            unit(run)
        ),
    }];
    rows.extend(run.cost_of_down.as_ref().map(|cost| {
        let (word, money) = money(cost, &minutes);
        DownRow {
            name: "Cost of being down",
            amount: money,
            unit: word.trim_start().into(),
            definition: format!(
                "these minutes at {}{word} an hour of a user, a day",
                human(cost.price_per_user_hour)
            ),
        }
    }));
    rows
}
