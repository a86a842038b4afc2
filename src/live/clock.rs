//! The time since a dialog with a peer began, as its machines take it.

use std::time::Instant;

use crate::quantity::Time;

/// A clock that began at its making.
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(&self) -> Time {
        Time(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}
