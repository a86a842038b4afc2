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

/// A day.
const DAY: Span = Span::from_secs(86_400);
/// Nobody comes earlier than so many standard deviations before the mean: one of 10^18.
const DEVIATIONS: u64 = 9;

/// A break in the middle of the day: the user signs out, and in again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lunch {
    /// When it begins; only who is signed in then goes.
    pub at: SignIn,
    /// How long it lasts.
    pub lasts: Span,
}

impl SignIn {
    /// The instant drawn for one user on a day of the run, counted from 0, for a run that starts at `start_us` (time of day
    /// on the user's clock). Instants before the start become the start.
    pub fn draw(&self, day: u16, start_us: i64, stream: &mut Stream) -> Time {
        let days = DAY * u64::from(day);
        match *self {
            Self::AtStart => Time::ZERO + days,
            Self::At(clock) => Time((clock.0 as i64 - start_us + days.0 as i64).max(0) as u64),
            Self::UniformOver(width) => {
                Time::ZERO + days + Span::from_micros_f64(stream.uniform() * width.0 as f64)
            }
            Self::Normal { mean, sd } => {
                let z: f64 = Normal.sample(stream);
                let after = mean.0 as f64 - start_us as f64 + z * sd.0 as f64;
                Time::ZERO + Span::from_micros_f64(after + days.0 as f64)
            }
        }
    }

    /// The last day of a run, counted from 0, on which somebody comes before its end.
    pub fn last_day(&self, start_us: i64, horizon: Time) -> u16 {
        let earliest = match *self {
            Self::AtStart | Self::UniformOver(_) => 0,
            Self::At(clock) => clock.0 as i64 - start_us,
            Self::Normal { mean, sd } => (mean.0 as i64 - start_us) - (sd * DEVIATIONS).0 as i64,
        };
        let before_end = (horizon.0 as i64 - 1 - earliest).max(0);
        u16::try_from(before_end / DAY.0 as i64).unwrap_or(u16::MAX)
    }
}
