//! Lanes: events that are filed in the order in which they come up, or nearly, because each is due the same time after
//! it is filed. A message on a path with a fixed delay is such, and a timeout. A lane is a queue: nothing is sorted.

use super::entry::Entry;
use super::key::EventKey;

/// Lanes of an agenda.
const LANES: usize = 2;

/// An event goes into its lane before so many others at most; where that is not enough, it is not for the lane.
const REACH: usize = 16;

/// So many places of a queue are left behind at least before the rest is moved to its beginning.
const LEFT_BEHIND: usize = 64;

/// The event shown ahead is so many places behind the one taken.
const AHEAD: usize = 4;

/// The lanes of an agenda, and which of them has the least key.
#[derive(Debug)]
pub(super) struct Lanes<P> {
    lanes: [Queue<P>; LANES],
    /// The least key in any lane.
    first: EventKey,
    /// The lane that has it.
    of: usize,
}

/// Events by their keys. Those before `head` have been taken.
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

    /// Adds an event before the last of others; `false`: it comes too far before them.
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
    pub fn new() -> Lanes<P> {
        let queue = || Queue {
            entries: Vec::new(),
            head: 0,
        };
        Lanes {
            lanes: [queue(), queue()],
            first: EventKey::NEVER,
            of: 0,
        }
    }

    /// The least key, [`EventKey::NEVER`] if there is none.
    #[inline]
    pub fn first(&self) -> EventKey {
        self.first
    }

    /// Adds an event; `false`: it is not for the lane.
    #[inline]
    pub fn push(&mut self, lane: usize, entry: Entry<P>) -> bool {
        let queue = &mut self.lanes[lane];
        if queue.entries.last().is_none_or(|last| last.key < entry.key) {
            queue.entries.push(entry);
        } else if !queue.push_before(entry) {
            return false;
        }
        if entry.key < self.first {
            self.first = entry.key;
            self.of = lane;
        }
        true
    }

    /// Takes the event with the least key, and shows `ahead` a later one of the same lane.
    #[inline]
    pub fn pop(&mut self, ahead: &impl Fn(EventKey, &P)) -> Option<Entry<P>> {
        let entry = self.lanes[self.of].pop(ahead);
        let fronts = self.lanes.each_ref().map(Queue::first);
        self.of = usize::from(fronts[1] < fronts[0]);
        self.first = fronts[self.of];
        entry
    }
}
