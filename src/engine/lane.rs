//! Lanes: events that are filed in the order in which they come up, or nearly, because each is due the same time after
//! it is filed. A message on a path with a fixed delay is such, and a timeout. A lane is a queue: nothing is sorted.

use std::collections::VecDeque;

use super::agenda::Entry;
use super::key::Key;

/// Lanes of an agenda.
pub(super) const LANES: usize = 2;

/// An event goes into its lane before so many others at most; where that is not enough, it is not for the lane.
const REACH: usize = 16;

/// The lanes of an agenda, and which of them has the least key.
#[derive(Debug)]
pub(super) struct Lanes<P> {
    lanes: [VecDeque<Entry<P>>; LANES],
    /// The least key in any lane.
    first: Key,
    /// The lane that has it.
    of: usize,
}

impl<P: Copy> Lanes<P> {
    pub fn new() -> Lanes<P> {
        Lanes { lanes: std::array::from_fn(|_| VecDeque::new()), first: Key::NEVER, of: 0 }
    }

    /// The least key, [`Key::NEVER`] if there is none.
    #[inline]
    pub fn first(&self) -> Key {
        self.first
    }

    /// Adds an event; `false`: it comes too far before others.
    #[inline]
    pub fn push(&mut self, lane: usize, entry: Entry<P>) -> bool {
        let queue = &mut self.lanes[lane];
        if queue.back().is_none_or(|last| last.key < entry.key) {
            queue.push_back(entry);
        } else {
            let Some(after) = queue.iter().rev().take(REACH).position(|e| e.key < entry.key) else {
                return false;
            };
            queue.insert(queue.len() - after, entry);
        }
        if entry.key < self.first {
            self.first = entry.key;
            self.of = lane;
        }
        true
    }

    /// Takes the event with the least key; there is one.
    #[inline]
    pub fn pop(&mut self) -> Option<Entry<P>> {
        let entry = self.lanes[self.of].pop_front();
        self.first = Key::NEVER;
        for (lane, queue) in self.lanes.iter().enumerate() {
            if let Some(front) = queue.front()
                && front.key < self.first
            {
                self.first = front.key;
                self.of = lane;
            }
        }
        entry
    }
}
