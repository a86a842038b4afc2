//! A wheel: buckets of equal width, a power of two, over a period that begins with the next entry.
//!
//! Each rebuild chooses the width from a sample of the entries: wide enough that the wheel covers most of them, narrow
//! enough that the earlier entries are a few per bucket.

use super::entry::Entry;
use super::pool::{Chain, Pool};

/// The buckets of a wheel.
pub(super) const BUCKETS: usize = 2048;

/// Target number of entries per bucket.
const CROWD: usize = 4;

/// The wheel reaches at least this many times as far as the greater part of the list.
const REACH: u64 = 4;

/// Entries sampled for a rebuild.
const SAMPLE: usize = 32;

/// No bucket is wider than two to this power: a whole wheel then reaches over any time, and no sum overflows.
const WIDEST: u32 = 51;

/// Buckets of entries, in the order of their due.
#[derive(Debug)]
pub(super) struct Wheel {
    chains: Box<[Chain; BUCKETS]>,
    /// One bit a bucket: whether it has entries.
    occupied: [u64; BUCKETS / 64],
    /// No word of `occupied` before this one has a bit.
    word: usize,
    /// Where the first bucket begins; it holds earlier entries too.
    origin: u64,
    /// The width of a bucket is two to this power.
    shift: u32,
    end: u64,
    len: usize,
}

impl Wheel {
    /// A wheel that reaches nowhere.
    pub(super) fn new() -> Self {
        Self {
            chains: Box::new([Chain::EMPTY; BUCKETS]),
            occupied: [0; BUCKETS / 64],
            word: 0,
            origin: 0,
            shift: 0,
            end: 0,
            len: 0,
        }
    }

    /// Where it ends: what is due there or later has no place in it.
    #[inline]
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// How many entries it has.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether its buckets can be narrower.
    pub(super) fn is_divisible(&self) -> bool {
        self.shift > 0
    }

    /// Adds an entry due before the end.
    #[inline]
    pub(super) fn push<P: Copy>(&mut self, pool: &mut Pool<Entry<P>>, entry: Entry<P>) {
        let bucket = (entry.key.due.saturating_sub(self.origin) >> self.shift) as usize % BUCKETS;
        let word = bucket / 64;
        self.occupied[word] |= 1 << (bucket % 64);
        self.word = self.word.min(word);
        self.len += 1;
        pool.push(&mut self.chains[bucket], entry);
    }

    /// The first bucket with entries: its number and how many they are.
    #[inline]
    pub(super) fn first(&mut self) -> Option<(usize, usize)> {
        while self.word < self.occupied.len() {
            let bits = self.occupied[self.word];
            if bits != 0 {
                let bucket = self.word * 64 + bits.trailing_zeros() as usize;
                return Some((bucket, self.chains[bucket].len()));
            }
            self.word += 1;
        }
        None
    }

    /// Where a bucket ends.
    #[inline]
    pub(super) fn end_of(&self, bucket: usize) -> u64 {
        (self.origin + ((bucket as u64 + 1) << self.shift)).min(self.end)
    }

    /// Takes the entries out of a bucket.
    #[inline]
    pub(super) fn remove(&mut self, bucket: usize) -> Chain {
        self.occupied[bucket / 64] &= !(1 << (bucket % 64));
        let chain = std::mem::replace(&mut self.chains[bucket], Chain::EMPTY);
        self.len -= chain.len();
        chain
    }

    /// Closes the empty wheel: it ends at `end` and takes no entry before that.
    pub(super) fn close(&mut self, end: u64) {
        debug_assert!(self.len == 0, "a wheel is closed with entries in it");
        self.end = end;
    }

    /// Rebuilds the empty wheel over the earlier part of a list, up to `limit` at most; later entries go to `rest`.
    pub(super) fn lay<P: Copy>(
        &mut self,
        pool: &mut Pool<Entry<P>>,
        list: Chain,
        limit: u64,
        overflow: impl FnMut(&mut Pool<Entry<P>>, Entry<P>),
    ) {
        debug_assert!(self.len == 0, "a wheel is laid anew with entries in it");
        let mut overflow = overflow;
        let (low, high) = spread(pool, list);
        let parts = (list.len() as u64 / CROWD as u64).clamp(1, BUCKETS as u64 / REACH);
        self.origin = low;
        self.shift = ((high - low) / parts + 1)
            .next_power_of_two()
            .trailing_zeros()
            .min(WIDEST);
        self.end = limit.min(low.saturating_add((BUCKETS as u64) << self.shift));
        self.word = BUCKETS / 64;
        pool.drain(list, |pool, entry| {
            if entry.key.due < self.end {
                self.push(pool, entry)
            } else {
                overflow(pool, entry)
            }
        });
    }
}

/// About the least due of a list, and one that about seven eighths of it do not exceed.
fn spread<P: Copy>(pool: &Pool<Entry<P>>, list: Chain) -> (u64, u64) {
    let mut dues = [0; SAMPLE];
    let mut count = 0;
    pool.sample(list, list.len().div_ceil(SAMPLE), |entry| {
        dues[count] = entry.key.due;
        count += 1;
    });
    let dues = &mut dues[..count];
    let low = dues
        .iter()
        .copied()
        .min()
        .expect("a wheel is laid over something");
    (low, *dues.select_nth_unstable(count * 7 / 8).1)
}
