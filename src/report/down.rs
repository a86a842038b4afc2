//! What being down comes to, for those who pay for it: minutes of users, and money where an hour has a price.

use super::value;
use crate::measure::Unit;
use crate::quantity::number::{duration, human};
use crate::record::{DownCost, ReplicatedFigure, RunRecord, Value};
use crate::study::{Estimate, at_price_of_an_hour, days_in_run, user_minutes};

/// "user-minutes in a day of 8 h".
fn unit(horizon_s: f64) -> String {
    match horizon_s <= 86_400.0 {
        true => format!("user-minutes in a day of {}", duration(horizon_s)),
        false => format!(
            "user-minutes a day, over {} days",
            human(days_in_run(horizon_s))
        ),
    }
}

fn amount(estimate: &Estimate) -> String {
    value::bounded(estimate, Unit::Count)
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
        unit(run.horizon_s),
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
            "{} in which a signed-in user had no usable session",
            unit(run.horizon_s)
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
