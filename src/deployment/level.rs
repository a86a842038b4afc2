//! A level over time, such as the number of usable users, as its integral over each minute.

use crate::quantity::Time;

/// Microseconds of a minute.
pub(super) const MINUTE: u64 = 60_000_000;

/// Levels over time without a walk over the bins at every change: a change touches its own bin and the next.
#[derive(Clone, Debug, Default)]
pub(super) struct LevelOverTime {
    partial: Vec<i64>,
    step: Vec<i64>,
}

impl LevelOverTime {
    pub(super) fn new(bins: usize) -> Self {
        Self {
            partial: vec![0; bins + 1],
            step: vec![0; bins + 2],
        }
    }

    pub(super) fn change(&mut self, at: Time, by: i64) {
        let bin = ((at.0 / MINUTE) as usize).min(self.partial.len() - 1);
        self.partial[bin] += by * ((bin as u64 + 1) * MINUTE - at.0) as i64;
        self.step[bin + 1] += by;
    }

    pub(super) fn areas(&self) -> impl Iterator<Item = u64> + '_ {
        let mut level = 0;
        self.partial
            .iter()
            .zip(&self.step)
            .map(move |(partial, step)| {
                level += step;
                (partial + level * MINUTE as i64) as u64
            })
    }
}
