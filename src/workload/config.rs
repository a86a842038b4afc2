//! The settings of a user's calls.

use super::day_shape::DayShape;
use crate::quantity::{Span, Weekdays};

/// The calls of a user.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkloadConfig {
    /// Incoming calls per second. Default 0.
    pub incoming_per_s: f64,
    /// Outgoing calls from the PC per second. Default 0.
    pub outgoing_per_s: f64,
    /// Mean of the exponential ring time. Default 10 s (assumption).
    pub ring_time: Span,
    /// A call rings no longer than this. Default 20 s (assumption).
    pub no_answer: Span,
    /// Mean of the exponential talk time. Default 180 s (published, Avaya).
    pub talk_time: Span,
    /// Share of answered incoming calls that the user answers at the PC, 0 to 1. Default 0.
    pub answered_at_pc: f64,
    /// Factors on both rates by the users' time of day. Default flat.
    pub by_hour: DayShape,
    /// Standard deviation over mean of the users' own rates, log-normal. Default 0: all alike.
    pub spread: f64,
    /// Days of the week on which users sign in, in a run whose start has a weekday. Default Monday to Friday.
    pub working_days: Weekdays,
}
