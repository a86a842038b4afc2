//! A mergeable histogram of durations, relative error at most 1/128 (0.8 %).

use serde::{Deserialize, Serialize};

use super::buckets::Buckets;
use crate::quantity::Span;

/// Sub-buckets per power of two: the relative width of a bucket is 1/SUB.
const SUB: u64 = 128;

/// Counts of durations in log-linear buckets, with exact count and sum. Censored samples (still open at the horizon) are counted apart.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Histogram {
    buckets: Buckets,
    count: u64,
    sum_us: u128,
    /// The longest sample, finished or open: no quantile lies beyond it.
    longest: Span,
    censored: u64,
    /// How long the censored ones had been open, in the same buckets.
    open: Buckets,
}

/// How far the true quantile of a histogram may lie from the one that it tells, as a share of that.
pub(super) const RESOLUTION: f64 = 1.0 / SUB as f64;

fn bucket_of(us: u64) -> usize {
    if us < SUB {
        return us as usize;
    }
    let shift = us.ilog2() - SUB.ilog2();
    (u64::from(shift) * SUB + (us >> shift)) as usize
}

fn upper_edge(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * SUB {
        return bucket;
    }
    let shift = bucket / SUB - 1;
    let mantissa = bucket % SUB + SUB;
    (((u128::from(mantissa) + 1) << shift) - 1).min(u128::from(u64::MAX)) as u64
}

impl Histogram {
    /// Counts one finished duration.
    pub fn record(&mut self, span: Span) {
        self.buckets.bump(bucket_of(span.0));
        self.longest = self.longest.max(span);
        self.count += 1;
        self.sum_us += u128::from(span.0);
    }

    /// Counts a duration that was still open, after `least`, when nobody looked any longer.
    pub fn record_censored(&mut self, lower_bound: Span) {
        self.open.bump(bucket_of(lower_bound.0));
        self.longest = self.longest.max(lower_bound);
        self.censored += 1;
    }

    /// Adds another histogram's counts.
    pub fn merge(&mut self, other: &Self) {
        self.buckets.merge(&other.buckets);
        self.open.merge(&other.open);
        self.count += other.count;
        self.sum_us += other.sum_us;
        self.longest = self.longest.max(other.longest);
        self.censored += other.censored;
    }

    /// Finished samples.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Samples still open at the horizon.
    pub fn censored(&self) -> u64 {
        self.censored
    }

    /// Exact sum of the finished samples, microseconds.
    pub fn sum_us(&self) -> u128 {
        self.sum_us
    }

    /// The nearest-rank quantile (rank ⌈p·n⌉ of all samples, censored ones last): the upper edge of its bucket, or the
    /// longest sample where that is less, so that samples that are all alike have exactly that quantile.
    /// `None` without samples or where the rank falls among the censored.
    pub fn quantile(&self, p: f64) -> Option<Span> {
        self.ranked(p, self.buckets.entries())
    }

    /// What the quantile is at least: every censored sample taken as the time for which it had been open. `None` without samples.
    pub fn least_quantile(&self, p: f64) -> Option<Span> {
        let mut buckets = self.buckets.clone();
        buckets.merge(&self.open);
        self.ranked(p, buckets.entries())
    }

    /// Where the finished samples fall, eight stretches per power of two: from, to (microseconds, the end left out), how
    /// many. Empty stretches are left out.
    pub fn stretches(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        const WIDTH: usize = (SUB / 8) as usize;
        let from = |stretch: usize| {
            if stretch == 0 {
                0
            } else {
                upper_edge(stretch * WIDTH - 1).saturating_add(1)
            }
        };
        let mut entries = self.buckets.entries().peekable();
        std::iter::from_fn(move || {
            let (bucket, mut n) = entries.next()?;
            let stretch = bucket / WIDTH;
            while let Some((_, count)) = entries.next_if(|(b, _)| b / WIDTH == stretch) {
                n += count;
            }
            Some((from(stretch), from(stretch + 1), n))
        })
    }

    /// The quantile of these counts, behind which the others come.
    fn ranked(&self, p: f64, counts: impl Iterator<Item = (usize, u64)>) -> Option<Span> {
        let total = self.count + self.censored;
        if total == 0 {
            return None;
        }
        let rank = ((p * total as f64).ceil() as u64).clamp(1, total);
        let mut cumulative = 0;
        for (bucket, n) in counts {
            cumulative += n;
            if cumulative >= rank {
                return Some(Span(upper_edge(bucket)).min(self.longest));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_nearest_rank_within_one_part_in_128() {
        let mut h = Histogram::default();
        for us in 1..=100_000u64 {
            h.record(Span(us));
        }
        for (p, exact) in [
            (0.5, 50_000.0),
            (0.95, 95_000.0),
            (0.99, 99_000.0),
            (1.0, 100_000.0),
        ] {
            let q = h.quantile(p).unwrap().0 as f64;
            assert!(q >= exact && q <= exact * (1.0 + 1.0 / 128.0), "{p}: {q}");
        }
        assert_eq!(h.sum_us(), 5_000_050_000);
    }

    #[test]
    fn samples_that_are_all_alike_have_exactly_that_quantile() {
        // 30 s lies within a bucket of 131 ms.
        let mut h = Histogram::default();
        h.record(Span(30_000_000));
        let mut other = Histogram::default();
        other.record(Span(30_000_000));
        h.merge(&other);
        assert_eq!(h.quantile(0.5), Some(Span(30_000_000)));
        assert_eq!(h.quantile(1.0), Some(Span(30_000_000)));
    }

    #[test]
    fn merging_is_recording_all_in_one_and_loses_less_than_one_percent() {
        // From microseconds to days: xorshift, each sample scaled down by a power of two of its own.
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        let mut samples: Vec<u64> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) >> (state % 40)
        })
        .take(30_000)
        .collect();
        let (mut total, mut parts) = (
            Histogram::default(),
            [0, 1, 2].map(|_| Histogram::default()),
        );
        for (i, us) in samples.iter().enumerate() {
            total.record(Span(*us));
            parts[i % 3].record(Span(*us));
        }
        let [a, b, c] = parts;
        let (mut left, mut right) = (c.clone(), b.clone());
        left.merge(&a);
        left.merge(&b);
        right.merge(&c);
        right.merge(&a);
        assert!(left == total && right == total, "in whatever order");
        samples.sort_unstable();
        for percent in 1..=100 {
            let exact = samples[samples.len() * percent / 100 - 1] as f64;
            let estimate = total.quantile(percent as f64 / 100.0).unwrap().0 as f64;
            assert!(
                estimate >= exact && estimate <= exact * (1.0 + 1.0 / 128.0),
                "{percent} %: {estimate} for {exact}"
            );
        }
    }

    #[test]
    fn every_bucket_edge_belongs_to_its_bucket() {
        for us in (0..1000).chain([1 << 20, (1 << 40) + 12345, u64::MAX]) {
            let b = bucket_of(us);
            assert!(upper_edge(b) >= us);
            assert_eq!(bucket_of(upper_edge(b)), b);
        }
    }

    #[test]
    fn stretches_hold_every_sample_once() {
        let mut h = Histogram::default();
        // 1000 µs lie in the stretch 960–1023: 512 µs to 1023 µs in eight, each 64 µs wide.
        [3, 3, 1000, 1023, 1024]
            .into_iter()
            .for_each(|us| h.record(Span(us)));
        assert_eq!(
            h.stretches().collect::<Vec<_>>(),
            [(0, 16, 2), (960, 1024, 2), (1024, 1152, 1)]
        );
        assert_eq!(Histogram::default().stretches().count(), 0);
    }

    #[test]
    fn censored_samples_rank_last() {
        let mut h = Histogram::default();
        h.record(Span(10));
        h.record_censored(Span(7));
        assert_eq!(h.quantile(0.5), Some(Span(10)));
        assert_eq!(h.quantile(0.95), None);
        assert_eq!(h.least_quantile(0.95), Some(Span(10)));
        assert_eq!(h.least_quantile(0.5), Some(Span(7)));
    }
}
