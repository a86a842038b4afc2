//! Lists of entries, in chunks out of one pool: what thousands of buckets need instead of an allocation each.
//!
//! A list grows in the chunk at its head and is emptied as a whole. A freed chunk is the next to be handed out, while it
//! is still in the cache. Once the pool has held the most that is ever pending, nothing is allocated any more.

/// Entries in a chunk: enough that following the list costs little, few enough that a half-filled chunk wastes little.
const CHUNK: usize = 32;

/// No chunk.
const NONE: u32 = u32::MAX;

/// A list of entries of one [`Pool`], in no particular order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// The chunk being filled; all behind it are full.
    head: u32,
    len: u32,
}

impl Chain {
    /// No entries.
    pub(super) const EMPTY: Self = Self { head: NONE, len: 0 };

    /// How many entries it has.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.len as usize
    }
}

/// The chunks of all lists.
#[derive(Debug)]
pub(super) struct Pool<T> {
    chunks: Vec<[T; CHUNK]>,
    /// For each chunk the next one, of its list or of the free ones.
    next: Vec<u32>,
    free: u32,
}

impl<T: Copy> Pool<T> {
    /// Without chunks.
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            next: Vec::new(),
            free: NONE,
        }
    }

    /// Adds an entry to a list.
    #[inline]
    pub(super) fn push(&mut self, chain: &mut Chain, entry: T) {
        let place = chain.len() % CHUNK;
        if place == 0 {
            chain.head = self.hand_out(chain.head, entry);
        }
        self.chunks[chain.head as usize][place] = entry;
        chain.len += 1;
    }

    /// A chunk to stand before the chunk `next`.
    fn hand_out(&mut self, next: u32, filling: T) -> u32 {
        let chunk = self.free;
        if chunk == NONE {
            self.chunks.push([filling; CHUNK]);
            self.next.push(next);
            return self.next.len() as u32 - 1;
        }
        self.free = std::mem::replace(&mut self.next[chunk as usize], next);
        chunk
    }

    /// Empties a list, entry by entry; `each` may push to others.
    #[inline]
    pub(super) fn drain(&mut self, chain: Chain, mut visit: impl FnMut(&mut Self, T)) {
        let mut chunk = chain.head;
        let mut remaining = chain.len();
        while remaining > 0 {
            let chunk_len = (remaining - 1) % CHUNK + 1;
            for place in 0..chunk_len {
                let entry = self.chunks[chunk as usize][place];
                visit(self, entry);
            }
            remaining -= chunk_len;
            let next = std::mem::replace(&mut self.next[chunk as usize], self.free);
            self.free = chunk;
            chunk = next;
        }
    }

    /// How many entries have room without allocating.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.chunks.capacity() * CHUNK
    }

    /// Looks at every `stride`-th entry of a list.
    pub(super) fn sample(&self, chain: Chain, stride: usize, mut visit: impl FnMut(&T)) {
        let mut chunk = chain.head;
        let mut remaining = chain.len();
        let mut place = 0;
        while remaining > 0 {
            let chunk_len = (remaining - 1) % CHUNK + 1;
            while place < chunk_len {
                visit(&self.chunks[chunk as usize][place]);
                place += stride;
            }
            place -= chunk_len;
            remaining -= chunk_len;
            chunk = self.next[chunk as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_back_what_it_got_and_its_chunks_are_used_again() {
        let mut pool = Pool::new();
        for n in [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK - 1] {
            for _ in 0..3 {
                let mut chain = Chain::EMPTY;
                (0..n).for_each(|i| pool.push(&mut chain, i));
                assert_eq!(chain.len(), n);
                let mut back = Vec::new();
                pool.drain(chain, |_, i| back.push(i));
                back.sort_unstable();
                assert_eq!(back, (0..n).collect::<Vec<_>>());
            }
        }
        assert_eq!(pool.chunks.len(), 5);
    }

    #[test]
    fn a_list_can_be_poured_into_others_while_it_is_emptied() {
        let mut pool = Pool::new();
        let mut chain = Chain::EMPTY;
        (0..1000).for_each(|i| pool.push(&mut chain, i));
        let mut parts = [Chain::EMPTY; 7];
        pool.drain(chain, |pool, i| pool.push(&mut parts[i % 7], i));
        for (r, part) in parts.into_iter().enumerate() {
            assert_eq!(part.len(), (0..1000).filter(|i| i % 7 == r).count());
            pool.drain(part, |_, i| assert_eq!(i % 7, r));
        }
    }

    #[test]
    fn a_sample_takes_every_so_many_th() {
        let mut pool = Pool::new();
        let mut chain = Chain::EMPTY;
        (0..100).for_each(|i| pool.push(&mut chain, i));
        for stride in [1, 3, CHUNK, 40] {
            let mut count = 0;
            pool.sample(chain, stride, |_| count += 1);
            assert_eq!(count, 100_usize.div_ceil(stride));
        }
    }
}
