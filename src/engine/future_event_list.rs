//! The future event list: pending events, popped in the order of their keys.
//!
//! Events due soon are kept sorted in the *run*. Two [wheels](super::wheel) and an overflow list hold the others, unsorted
//! within a bucket. When the run is empty, the next bucket of the fine wheel is sorted into it. When the fine wheel is
//! empty, it is rebuilt from the next bucket of the coarse wheel, and the coarse wheel from the overflow list. An entry is
//! thus moved a few times, each time next to its neighbours in memory, while a heap compares it some twenty times.
//!
//! Events that are scheduled nearly in the order of their keys go to a [lane](super::lane).
//!
//! Bucket widths are chosen at each rebuild, so that the list adapts to the load. If the load changes in between, entries
//! pile up in the run; once sorting them in has cost as much as a rebuild, the wheels are rebuilt. The order is always
//! that of the keys.

use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::entry::Entry;
use super::key::EventKey;
use super::lane::Lanes;
use super::pool::{Chain, Pool};
use super::wheel::Wheel;
use crate::quantity::Time;

/// The latest horizon, some eighteen thousand years: sums of bucket edges stay within 64 bits.
const LAST: Time = Time(1 << 59);

/// A bucket of the coarse wheel with at most this many entries becomes the run without a fine wheel.
const SHORT: usize = 24;

/// At most this many entries of the run are shifted to insert one; beyond that the heap is cheaper.
const SHIFTABLE: usize = 64;

/// A bucket of the coarse wheel with more entries than this, and than all others together, means that buckets are too wide.
const CROWDED: usize = 1 << 18;

/// The pending events of one group.
#[derive(Debug)]
pub struct FutureEventList<P> {
    /// The events due before `run_end`, the first one last.
    run: Vec<Entry<P>>,
    /// More events due before `run_end`: inserted late, and not near the front of the run.
    late: BinaryHeap<Entry<P>>,
    run_end: u64,
    /// Covers the first bucket of the coarse wheel, or the earlier part of it.
    fine: Wheel,
    coarse: Wheel,
    /// Overflow: events due after the end of the coarse wheel.
    beyond: Chain,
    pool: Pool<Entry<P>>,
    /// Events scheduled nearly in order.
    lanes: Lanes<P>,
    /// Inserts into `late` since the last rebuild.
    late_inserts: usize,
    len: usize,
    horizon: Time,
}

impl<P: Copy> FutureEventList<P> {
    /// An empty list. Events at or after the horizon are discarded.
    pub fn new(horizon: Time) -> Self {
        Self {
            run: Vec::with_capacity(2 * SHIFTABLE),
            late: BinaryHeap::new(),
            run_end: 0,
            fine: Wheel::new(),
            coarse: Wheel::new(),
            beyond: Chain::EMPTY,
            pool: Pool::new(),
            lanes: Lanes::new(),
            late_inserts: 0,
            len: 0,
            horizon: horizon.min(LAST),
        }
    }

    /// Schedules an event; one at or after the horizon is discarded.
    #[inline]
    pub fn schedule(&mut self, key: EventKey, payload: P) {
        if key.time() >= self.horizon {
            return;
        }
        self.len += 1;
        self.put(Entry { key, payload });
    }

    /// As [`FutureEventList::schedule`], through lane 0 or 1: for events that are due a fixed time after they are scheduled,
    /// so that they come nearly in order. The order in which events are popped is the same.
    #[inline]
    pub fn schedule_in_lane(&mut self, lane: usize, key: EventKey, payload: P) {
        if key.time() >= self.horizon {
            return;
        }
        self.len += 1;
        let entry = Entry { key, payload };
        if !self.lanes.push(lane, entry) {
            self.put(entry);
        }
    }

    #[inline]
    fn put(&mut self, entry: Entry<P>) {
        let key = entry.key;
        if key.due >= self.coarse.end() {
            self.pool.push(&mut self.beyond, entry);
        } else if key.due >= self.fine.end() {
            self.coarse.push(&mut self.pool, entry);
        } else if key.due >= self.run_end {
            self.fine.push(&mut self.pool, entry);
        } else {
            self.file_in_run(entry);
        }
    }

    /// Removes and returns the event with the least key.
    #[inline]
    pub fn pop(&mut self) -> Option<(EventKey, P)> {
        self.pop_with_lookahead(|_, _| {})
    }

    /// As [`FutureEventList::pop`]. `ahead` is called with most events once, some pops before their own, to prefetch the
    /// state that they will need.
    #[inline]
    pub fn pop_with_lookahead(&mut self, ahead: impl Fn(EventKey, &P)) -> Option<(EventKey, P)> {
        if !self.late.is_empty() {
            return self.take_with_late();
        }
        if self.run.is_empty() && self.load_run() {
            self.run.iter().for_each(|e| ahead(e.key, &e.payload));
        }
        let from_lane = self
            .run
            .last()
            .is_none_or(|next| self.lanes.first() < next.key);
        let entry = if from_lane {
            self.lanes.pop(&ahead)
        } else {
            self.run.pop()
        };
        entry.map(|e| {
            self.len -= 1;
            (e.key, e.payload)
        })
    }

    /// Resets the empty list, so that the next event may have any time.
    pub fn reset(&mut self) {
        assert!(
            self.is_empty(),
            "a future event list is reset with events in it"
        );
        self.fine.close(0);
        self.coarse.close(0);
        self.run_end = 0;
        self.late_inserts = 0;
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no event is pending.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn file_in_run(&mut self, entry: Entry<P>) {
        let shiftable = self.run.len().saturating_sub(SHIFTABLE);
        let place = self.run[shiftable..]
            .iter()
            .rposition(|e| e.key > entry.key)
            .map_or(0, |i| i + 1);
        if place > 0 || shiftable == 0 {
            self.run.insert(shiftable + place, entry);
            return;
        }
        self.late.push(entry);
        self.late_inserts += 1;
        if 2 * self.late_inserts > self.run.len() + self.late.len() + self.fine.len() {
            self.dissolve_run();
        }
    }

    #[cold]
    fn take_with_late(&mut self) -> Option<(EventKey, P)> {
        // The heap peeks at the greatest entry, which has the least key.
        let late = self.late.peek_mut()?;
        self.len -= 1;
        let in_lane = self.lanes.first();
        let entry = match self.run.last() {
            Some(first) if first.key < late.key && first.key < in_lane => self.run.pop()?,
            _ if in_lane < late.key => self.lanes.pop(&|_, _| {})?,
            _ => PeekMut::pop(late),
        };
        Some((entry.key, entry.payload))
    }

    /// Makes the first bucket the run; `false`: no event is pending.
    #[inline(never)]
    fn load_run(&mut self) -> bool {
        loop {
            if let Some((bucket, _)) = self.fine.first() {
                self.run_end = self.fine.end_of(bucket);
                let chain = self.fine.remove(bucket);
                self.sort_run(chain);
                return true;
            }
            if let Some((bucket, len)) = self.coarse.first() {
                let end = self.coarse.end_of(bucket);
                let chain = self.coarse.remove(bucket);
                if len <= SHORT {
                    self.run_end = end;
                    self.fine.close(end);
                    self.sort_run(chain);
                    return true;
                }
                let coarse = &mut self.coarse;
                if len > CROWDED && len > coarse.len() && coarse.is_divisible() {
                    self.dissolve_coarse(chain, end);
                } else {
                    self.fine.lay(&mut self.pool, chain, end, |pool, entry| {
                        coarse.push(pool, entry)
                    });
                }
            } else if self.beyond.len() > 0 {
                let list = std::mem::replace(&mut self.beyond, Chain::EMPTY);
                let beyond = &mut self.beyond;
                self.coarse
                    .lay(&mut self.pool, list, u64::MAX, |pool, entry| {
                        pool.push(beyond, entry)
                    });
            } else {
                return false;
            }
        }
    }

    fn sort_run(&mut self, chain: Chain) {
        let run = &mut self.run;
        self.pool.drain(chain, |_, entry| run.push(entry));
        run.sort_unstable();
    }

    /// Rebuilds the wheels after too many inserts into the sorted run.
    #[cold]
    fn dissolve_run(&mut self) {
        self.late_inserts = 0;
        for entry in self.run.drain(..).chain(self.late.drain()) {
            self.coarse.push(&mut self.pool, entry);
        }
        while let Some((bucket, _)) = self.fine.first() {
            let chain = self.fine.remove(bucket);
            let coarse = &mut self.coarse;
            self.pool
                .drain(chain, |pool, entry| coarse.push(pool, entry));
        }
        self.fine.close(0);
        self.run_end = 0;
    }

    /// Rebuilds the coarse wheel from its first bucket, with narrower buckets; later entries go to the overflow list.
    #[cold]
    fn dissolve_coarse(&mut self, chain: Chain, end: u64) {
        let beyond = &mut self.beyond;
        while let Some((bucket, _)) = self.coarse.first() {
            let rest = self.coarse.remove(bucket);
            self.pool
                .drain(rest, |pool, entry| pool.push(beyond, entry));
        }
        self.coarse.lay(&mut self.pool, chain, end, |pool, entry| {
            pool.push(beyond, entry)
        });
    }
}

#[cfg(test)]
mod tests;
