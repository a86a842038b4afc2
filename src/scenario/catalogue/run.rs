//! `[scenario]`: how long, how often, with which random numbers.

use super::bound::MONTH;
use crate::quantity::{Moment, Price, Span};
use crate::scenario::declare::{keys, moment, name, price_or, span, whole, whole64};

keys! {
    /// `[scenario]`.
    RUN as struct Run {
        /// the scenario's name, and that of its results folder
        name = name().must();
        /// time of day at which the run starts
        start: Moment = moment().or("08:00");
        /// length of the run; nothing happens at the horizon itself
        horizon: Span = span(Span::from_secs(1), MONTH).or("8 h");
        /// independent repetitions, the unit of every interval
        replications: u32 = whole(1, 100_000).or("10").sampling();
        /// seed of every random stream
        seed: u64 = whole64(0, i64::MAX as u64).or("1").sampling();
        /// rows of drops.csv at most; the figures count every drop
        drops_limit: u64 = whole64(0, 1_000_000_000).or("100000");
        /// what an hour of a user without a session costs, with the word for the currency
        cost_per_user_hour: Option<Price> = price_or("none").or("none").sampling().listed_when_given();
    }
}
