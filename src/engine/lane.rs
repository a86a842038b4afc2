//! FIFO lanes for events due a fixed delay after they are scheduled, such as messages on a path with a fixed delay, and
//! timeouts. They come nearly in order, so that a lane needs no sorting.

use super::entry::Entry;
use super::key::EventKey;

/// Lanes of a future event list.
const LANES: usize = 2;

/// An event is inserted before at most this many others; one that belongs further forward is rejected by the lane.
const REACH: usize = 16;

/// Compact a queue once this many consumed slots have accumulated.
const LEFT_BEHIND: usize = 64;

/// Distance in the queue from the popped event to the one that is prefetched.
const AHEAD: usize = 4;

/// All lanes, and which of them has the least key.
#[derive(Debug)]
pub(super) struct Lanes<P> {
    lanes: [Queue<P>; LANES],
    /// The least key in any lane.
    first: EventKey,
    /// The lane that has it.
    lane: usize,
}

/// Events in the order of their keys. Those before `head` are consumed.
#[derive(Debug)]
struct Queue<P> {
    entries: Vec<Entry<P>>,
    head: usize,
}

impl<P: Copy> Queue<P> {
    #[inline]
    fn first(&self) -> EventKey {
        self.entries
            .get(self.head)
            .map_or(EventKey::NEVER, |e| e.key)
    }

    #[inline]
    fn pop(&mut self, ahead: &impl Fn(EventKey, &P)) -> Option<Entry<P>> {
        let entry = self.entries.get(self.head).copied()?;
        if let Some(later) = self.entries.get(self.head + AHEAD) {
            ahead(later.key, &later.payload);
        }
        self.head += 1;
        if self.head == self.entries.len() {
            self.entries.clear();
            self.head = 0;
        } else if self.head >= LEFT_BEHIND && 2 * self.head >= self.entries.len() {
            self.entries.copy_within(self.head.., 0);
            self.entries.truncate(self.entries.len() - self.head);
            self.head = 0;
        }
        Some(entry)
    }

    /// Inserts an event near the end of the queue; `false`: it belongs too far forward.
    #[cold]
    fn push_before(&mut self, entry: Entry<P>) -> bool {
        let waiting = &self.entries[self.head..];
        let after = waiting
            .iter()
            .rev()
            .take(REACH + 1)
            .take_while(|e| e.key > entry.key)
            .count();
        if after > REACH {
            return false;
        }
        self.entries.insert(self.entries.len() - after, entry);
        true
    }
}

impl<P: Copy> Lanes<P> {
    /// Without events.
    pub(super) fn new() -> Self {
        let queue = || Queue {
            entries: Vec::new(),
            head: 0,
        };
        Self {
            lanes: [queue(), queue()],
            first: EventKey::NEVER,
            lane: 0,
        }
    }

    /// The least key, [`EventKey::NEVER`] if there is none.
    #[inline]
    pub(super) fn first(&self) -> EventKey {
        self.first
    }

    /// Adds an event; `false`: the lane rejects it.
    #[inline]
    pub(super) fn push(&mut self, lane: usize, entry: Entry<P>) -> bool {
        let queue = &mut self.lanes[lane];
        if queue.entries.last().is_none_or(|last| last.key < entry.key) {
            queue.entries.push(entry);
        } else if !queue.push_before(entry) {
            return false;
        }
        if entry.key < self.first {
            self.first = entry.key;
            self.lane = lane;
        }
        true
    }

    /// Removes and returns the event with the least key, and prefetches a later one of the same lane.
    #[inline]
    pub(super) fn pop(&mut self, ahead: &impl Fn(EventKey, &P)) -> Option<Entry<P>> {
        let entry = self.lanes[self.lane].pop(ahead);
        let fronts = self.lanes.each_ref().map(Queue::first);
        self.lane = usize::from(fronts[1] < fronts[0]);
        self.first = fronts[self.lane];
        entry
    }
}
