//! A client farm or proxy that lets the set-ups of its users through one after another.

use crate::quantity::{Span, Time};

/// Whose turn it is: that of the users of one client group at one gateway.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pacer {
    /// The next turn that nobody has.
    next: Time,
}

impl Pacer {
    /// The turn of one more set-up, this long before the one after it. A turn that is not used, since its user left, is lost.
    pub(super) fn turn(&mut self, now: Time, gap: Span) -> Time {
        let at = self.next.max(now);
        self.next = at + gap;
        at
    }
}
