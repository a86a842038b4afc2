//! The pending events, taken in the order of their keys.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::quantity::Time;

/// The place of an event in the total order: time, class, entity, the entity's own count (model §1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Time in microseconds times 8, plus the class.
    pub due: u64,
    /// Entity times 2³², plus its own count.
    pub tie: u64,
}

impl Key {
    /// A key; `class` is below 8.
    #[inline]
    pub fn new(time: Time, class: u8, entity: u32, count: u32) -> Key {
        debug_assert!(class < 8, "a class has three bits");
        Key { due: time.0 << 3 | u64::from(class), tie: u64::from(entity) << 32 | u64::from(count) }
    }

    /// When.
    #[inline]
    pub fn time(self) -> Time {
        Time(self.due >> 3)
    }

    /// The class, lower first.
    pub fn class(self) -> u8 {
        (self.due & 7) as u8
    }

    /// Whose event.
    #[inline]
    pub fn entity(self) -> u32 {
        (self.tie >> 32) as u32
    }

    /// The entity's own count.
    pub fn count(self) -> u32 {
        self.tie as u32
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry<P> {
    key: Key,
    payload: P,
}

// A heap takes the greatest first, so the order is turned round.
impl<P> Ord for Entry<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key)
    }
}
impl<P> PartialOrd for Entry<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<P> PartialEq for Entry<P> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl<P> Eq for Entry<P> {}

/// The pending events of one group.
#[derive(Debug)]
pub struct Agenda<P> {
    heap: BinaryHeap<Entry<P>>,
    horizon: Time,
}

impl<P: Copy> Agenda<P> {
    /// An empty agenda. Nothing happens at the horizon itself or later.
    pub fn new(horizon: Time) -> Agenda<P> {
        Agenda { heap: BinaryHeap::new(), horizon }
    }

    /// Files an event; one at or after the horizon never comes up.
    #[inline]
    pub fn file(&mut self, key: Key, payload: P) {
        if key.time() < self.horizon {
            self.heap.push(Entry { key, payload });
        }
    }

    /// Takes the event with the least key.
    #[inline]
    pub fn take(&mut self) -> Option<(Key, P)> {
        self.heap.pop().map(|e| (e.key, e.payload))
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_class_entity_count_and_never_at_the_horizon() {
        let mut agenda = Agenda::new(Time(100));
        let keys = [(50, 3, 1, 1), (50, 1, 9, 9), (50, 3, 0, 7), (50, 3, 1, 0), (7, 5, 2, 2), (100, 0, 0, 0)];
        for (t, class, entity, count) in keys {
            agenda.file(Key::new(Time(t), class, entity, count), t);
        }
        let order: Vec<_> =
            std::iter::from_fn(|| agenda.take()).map(|(k, _)| (k.time().0, k.class(), k.entity(), k.count())).collect();
        assert_eq!(order, [(7, 5, 2, 2), (50, 1, 9, 9), (50, 3, 0, 7), (50, 3, 1, 0), (50, 3, 1, 1)]);
    }
}
