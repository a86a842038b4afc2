//! Counts by bucket: only the buckets that hold something while these are few, all of them once they are many. A minute of
//! a month has a histogram of its own, and mostly falls into a few buckets of thousands.

use serde::{Deserialize, Serialize};

/// Counts by bucket. Two are equal where they count the same, however they are kept.
#[derive(Serialize, Deserialize, Clone, Debug)]
#[serde(from = "Vec<u64>", into = "Vec<u64>")]
pub(super) enum Buckets {
    /// The buckets that hold something, ascending.
    Sparse(Vec<(u32, u32)>),
    /// Every bucket up to the last one that holds something.
    Dense(Vec<u64>),
}

/// Sparse counts turn dense once they would take more than a quarter of that as such, so that counting stays fast.
const DENSE_FROM: usize = 4;

impl Buckets {
    /// One more.
    pub(super) fn bump(&mut self, bucket: usize) {
        self.add(bucket, 1);
    }

    /// So many more.
    fn add(&mut self, bucket: usize, n: u64) {
        match self {
            Self::Dense(counts) => {
                if bucket >= counts.len() {
                    counts.resize(bucket + 1, 0);
                }
                counts[bucket] += n;
            }
            Self::Sparse(entries) => {
                let place = entries.binary_search_by_key(&(bucket as u32), |(b, _)| *b);
                let had = place.map_or(0, |i| entries[i].1);
                let sum = u64::from(had) + n;
                match (u32::try_from(sum), place) {
                    (Ok(sum), Ok(i)) => entries[i].1 = sum,
                    (Ok(sum), Err(i)) => {
                        entries.insert(i, (bucket as u32, sum));
                        self.settle();
                    }
                    (Err(_), _) => {
                        *self = Self::Dense(self.dense());
                        self.add(bucket, n);
                    }
                }
            }
        }
    }

    /// Turns dense where that is due.
    fn settle(&mut self) {
        if let Self::Sparse(entries) = self
            && let Some((last, _)) = entries.last()
            && entries.len() * DENSE_FROM > *last as usize + 1
        {
            *self = Self::Dense(self.dense());
        }
    }

    /// Adds the counts of another.
    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Dense(left), Self::Dense(right)) => {
                if right.len() > left.len() {
                    left.resize(right.len(), 0);
                }
                for (a, b) in left.iter_mut().zip(right) {
                    *a += b;
                }
            }
            (left @ Self::Sparse(_), right) if left.is_empty() => left.clone_from(right),
            _ => other.entries().for_each(|(bucket, n)| self.add(bucket, n)),
        }
    }

    fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Each bucket that holds something, with how many; ascending.
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let (sparse, dense) = match self {
            Self::Sparse(entries) => (&entries[..], &[][..]),
            Self::Dense(counts) => (&[][..], &counts[..]),
        };
        let sparse = sparse.iter().map(|(b, n)| (*b as usize, u64::from(*n)));
        let dense = dense.iter().copied().enumerate();
        sparse.chain(dense).filter(|(_, n)| *n > 0)
    }

    fn dense(&self) -> Vec<u64> {
        let mut counts = Vec::new();
        for (bucket, n) in self.entries() {
            counts.resize(bucket + 1, 0);
            counts[bucket] = n;
        }
        counts
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl PartialEq for Buckets {
    fn eq(&self, other: &Self) -> bool {
        self.entries().eq(other.entries())
    }
}

impl Eq for Buckets {}

impl From<Vec<u64>> for Buckets {
    fn from(counts: Vec<u64>) -> Self {
        let mut buckets = Self::default();
        for (bucket, n) in counts.into_iter().enumerate().filter(|(_, n)| *n > 0) {
            buckets.add(bucket, n);
        }
        buckets
    }
}

impl From<Buckets> for Vec<u64> {
    fn from(buckets: Buckets) -> Self {
        buckets.dense()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets_with(entries: &[(usize, u64)]) -> Buckets {
        let mut buckets = Buckets::default();
        entries.iter().for_each(|(b, n)| buckets.add(*b, *n));
        buckets
    }

    #[test]
    fn counts_are_the_same_however_they_are_kept() {
        // Three of 761 stay sparse, 100 of them do not; at first one of four is dense.
        let sparse = buckets_with(&[(760, 2), (3, 1), (500, 7), (3, 1)]);
        assert!(matches!(&sparse, Buckets::Sparse(e) if e[..] == [(3, 2), (500, 7), (760, 2)]));
        let early = buckets_with(&[(3, 2), (500, 7), (760, 2)]);
        assert!(matches!(&early, Buckets::Sparse(_)));
        let first = buckets_with(&[(0, 1)]);
        assert!(matches!(&first, Buckets::Dense(_)));
        let entries: Vec<(usize, u64)> = (0..200).map(|b| (b, b as u64 + 1)).collect();
        let reversed: Vec<_> = entries.iter().rev().copied().collect();
        let (up, down) = (buckets_with(&entries), buckets_with(&reversed));
        assert!(matches!(&down, Buckets::Dense(_)));
        assert_eq!(up, down);
        assert_eq!(down.entries().collect::<Vec<_>>(), entries);
        assert_ne!(up, sparse);
    }

    #[test]
    fn merging_adds_whatever_is_sparse() {
        let dense_entries: Vec<(usize, u64)> = (0..300).map(|b| (b, 1)).collect();
        let (sparse, dense) = (
            buckets_with(&[(7, 1), (4000, 5)]),
            buckets_with(&dense_entries),
        );
        let mut sum = sparse.clone();
        sum.merge(&dense);
        let mut other = dense.clone();
        other.merge(&sparse);
        assert_eq!(sum, other);
        let counts: Vec<u64> = sum.clone().into();
        assert_eq!((counts[7], counts[8], counts[4000]), (2, 1, 5));
        assert_eq!(counts.len(), 4001);
        let mut empty = Buckets::default();
        empty.merge(&sum);
        assert_eq!(empty, sum);
        assert_eq!(Buckets::from(counts), sum);
    }

    #[test]
    fn a_count_beyond_32_bits_is_kept() {
        let max = u64::from(u32::MAX);
        let mut buckets = buckets_with(&[(900, max)]);
        assert!(matches!(&buckets, Buckets::Sparse(_)));
        buckets.bump(900);
        assert_eq!(buckets.entries().collect::<Vec<_>>(), [(900, max + 1)]);
        assert_eq!(buckets_with(&[(900, max + 1)]), buckets);
    }

    #[test]
    fn a_month_of_minutes_is_small() {
        // 60 jobs a minute of some 4 ms: 64 buckets of 32 µs at most. Dense, every minute had 770 counts of 8 bytes.
        let mut minute = Buckets::default();
        (0..60).for_each(|i| minute.bump(700 + (i * 37) % 64));
        let Buckets::Sparse(entries) = &minute else {
            panic!("{minute:?}");
        };
        assert!(entries.capacity() * size_of::<(u32, u32)>() <= 512);
    }
}
