//! What an observer can tell of a message, for the fingerprint.

use crate::engine::mix;
use crate::protocol::Message;

/// What an observer can tell of a message, in 64 bits.
pub(super) fn digest(m: &Message) -> u64 {
    let headers = (m.allow as u64) << 2 | (m.refresher as u64) << 1 | m.unroutable as u64;
    let kind = (m.subject as u64) << 8 | (m.status as u64) << 4 | (m.from as u64);
    mix(
        u64::from(m.dialog) << 32 | u64::from(m.value),
        headers << 48 | kind << 32 | u64::from(m.cseq) << 16,
    ) ^ u64::from(m.min_se)
}
