//! An entry of the future event list.

use std::cmp::Ordering;

use super::key::EventKey;

/// An event with its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<P> {
    pub key: EventKey,
    pub payload: P,
}

// A max-heap pops the greatest entry, so the order is reversed.
impl<P> Ord for Entry<P> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}
impl<P> PartialOrd for Entry<P> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
    #[inline]
    fn lt(&self, other: &Self) -> bool {
        other.key < self.key
    }
}
impl<P> PartialEq for Entry<P> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl<P> Eq for Entry<P> {}
