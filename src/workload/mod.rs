//! Who wants what when: intents (sign in, call, hang up), never messages.

mod calls;
mod day_shape;
mod recording;
mod scratch;
mod sign_in;

pub use calls::{CallDraws, CallProcess, own_rate};
pub use day_shape::DayShape;
pub use recording::{RecordedCall, RecordedRow, RecordedSign, Recording, RecordingWriter, Replay};
pub use scratch::Scratch;

use crate::quantity::Span;

/// When the users of a group sign in or out, from the start of the run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SignIn {
    /// All at the start of the run.
    AtStart,
    /// All at one time of day, since midnight; before the start means at the start.
    At(Span),
    /// Uniform over a time from the start of the run.
    UniformOver(Span),
    /// Normal around a time of day, truncated to the run.
    Normal {
        /// Mean, since midnight.
        mean: Span,
        /// Standard deviation.
        sd: Span,
    },
}

/// A break in the middle of the day: the user signs out, and in again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lunch {
    /// When it begins; only who is signed in then goes.
    pub at: SignIn,
    /// How long it lasts.
    pub lasts: Span,
}

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
}
