//! How a command ended.

use crate::study::Verdict;

/// How a command ended, as its exit code. A [`Fault`](super::fault::Fault) has 1 or 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Outcome {
    Pass = 0,
    ObjectiveMissed = 3,
    Inconclusive = 4,
    Interrupted = 130,
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::ObjectiveMissed,
            Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}
