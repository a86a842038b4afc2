//! The fingerprint of a run: a sum over what an observer could see, whatever the engine did to get there.

use super::stream::mix;

/// A sum of hashes: it does not depend on the order in which simultaneous or independent observations were made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Adds one observation: who or what, when, and the detail.
    #[inline]
    pub fn observe(&mut self, value: u64, when: u64, detail: u64) {
        self.0 = self.0.wrapping_add(mix(mix(value, when), detail));
    }

    /// The sum so far.
    pub fn value(self) -> u64 {
        self.0
    }
}
