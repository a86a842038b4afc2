//! When a user signs in or out.

use rand_distr::Distribution;

use crate::engine::{Normal, Stream};
use crate::quantity::{Span, Time};

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

impl SignIn {
    /// The instant drawn for one user, for a run that starts at `start_us` (time of day on the user's clock). Instants before the start become the start.
    pub fn draw(&self, start_us: i64, stream: &mut Stream) -> Time {
        match *self {
            Self::AtStart => Time::ZERO,
            Self::At(clock) => Time((clock.0 as i64 - start_us).max(0) as u64),
            Self::UniformOver(width) => {
                Time::ZERO + Span::from_micros_f64(stream.uniform() * width.0 as f64)
            }
            Self::Normal { mean, sd } => {
                let z: f64 = Normal.sample(stream);
                let after = mean.0 as f64 - start_us as f64 + z * sd.0 as f64;
                Time::ZERO + Span::from_micros_f64(after)
            }
        }
    }
}
