//! Instants and durations in whole microseconds, the resolution of the simulated clock.

use serde::{Deserialize, Serialize};

use std::fmt::{Debug, Formatter};
use std::ops::{Add, AddAssign, Mul, Sub};

/// An instant: microseconds since the start of the run.
#[derive(
    Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default,
)]
pub struct Time(pub u64);

/// An instant, or none: an `Option<Time>` in 8 bytes instead of 16, for timers that are kept by the million.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct MaybeTime(u64);

/// A duration in microseconds.
#[derive(
    Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default,
)]
pub struct Span(pub u64);

impl Time {
    /// The start of a run.
    pub const ZERO: Self = Self(0);

    /// Seconds since the start of the run, for display.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl MaybeTime {
    /// No instant.
    pub(crate) const NONE: Self = Self(u64::MAX);

    /// The instant, if there is one.
    #[inline]
    pub(crate) fn get(self) -> Option<Time> {
        (self != Self::NONE).then_some(Time(self.0))
    }

    /// Whether there is one.
    #[inline]
    pub(crate) fn is_some(self) -> bool {
        self != Self::NONE
    }

    /// Takes the instant out and leaves none.
    pub(crate) fn take(&mut self) -> Option<Time> {
        std::mem::replace(self, Self::NONE).get()
    }
}

impl From<Time> for MaybeTime {
    /// The end of time, which sums saturate at, is no instant that comes.
    #[inline]
    fn from(time: Time) -> Self {
        Self(time.0)
    }
}

impl From<Option<Time>> for MaybeTime {
    #[inline]
    fn from(time: Option<Time>) -> Self {
        time.map_or(Self::NONE, Self::from)
    }
}

impl Debug for MaybeTime {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// `n` milliseconds.
    pub const fn from_millis(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// `n` seconds.
    pub const fn from_secs(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    /// The duration in seconds, for display and for ratios.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The nearest whole microsecond to `us`; negative values become zero.
    pub fn from_micros_f64(us: f64) -> Self {
        // A float-to-integer cast saturates, so no draw can wrap round.
        Self((us + 0.5) as u64)
    }
}

impl Add<Span> for Time {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Self> for Time {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        debug_assert!(self >= earlier, "a duration cannot be negative");
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Self;
    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_may_be_missing_takes_no_more_room_than_one() {
        assert_eq!(size_of::<MaybeTime>(), size_of::<Time>());
        assert_eq!(MaybeTime::NONE.get(), None);
        assert_eq!(MaybeTime::from(None), MaybeTime::NONE);
        assert_eq!(MaybeTime::from(Time::ZERO).get(), Some(Time::ZERO));
        let mut timer = MaybeTime::from(Some(Time(7)));
        assert_eq!((timer.take(), timer.is_some()), (Some(Time(7)), false));
    }
}
