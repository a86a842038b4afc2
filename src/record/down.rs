//! What being down costs, where the scenario has a price for an hour without a session.

use serde::{Deserialize, Serialize};

use super::figure::bounds;
use crate::measure::Sample;
use crate::quantity::Price;
use crate::quantity::number::rounded;
use crate::study::{Estimate, Samples, at_price_of_an_hour, user_minutes};

/// Minutes and money of a day.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct DownCost {
    /// The price of an hour of a user without a session.
    pub price_per_user_hour: f64,
    /// Its currency, as the scenario writes it; empty: no word.
    pub currency: String,
    /// Minutes without a session of all users, in a day.
    pub user_minutes: DownAmount,
    /// What they cost.
    pub cost: DownAmount,
}

/// An amount of a day, with its 95 % interval.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct DownAmount {
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

impl DownAmount {
    fn new(estimate: Estimate) -> Self {
        let [mean, lower, upper] = bounds(Some(estimate));
        Self { mean, lower, upper }
    }
}

impl DownCost {
    /// At a price of the hour; `None`: nobody was ever signed in.
    pub fn new(samples: &Samples, price: &Price) -> Option<Self> {
        let minutes = minutes_down(samples)?;
        Some(Self {
            price_per_user_hour: rounded(price.amount),
            currency: price.currency.clone(),
            user_minutes: DownAmount::new(minutes),
            cost: DownAmount::new(at_price_of_an_hour(minutes, price.amount)),
        })
    }
}

/// Minutes without a session of all users in a day; `None`: nobody was ever signed in.
pub(crate) fn minutes_down(samples: &Samples) -> Option<Estimate> {
    let times = samples.deployment_samples("down_fraction").into_iter();
    let times_us = times.filter_map(|sample| match sample {
        Sample::Ratio(down, signed_in) => Some((down, signed_in)),
        _ => None,
    });
    let fraction = samples.figure("down_fraction").and_then(|row| row.estimate);
    let horizon_s = samples.horizon.0 as f64 / 1e6;
    user_minutes(&times_us.collect::<Vec<_>>(), fraction, horizon_s)
}
