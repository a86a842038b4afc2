//! The interval of a quantile over the replications, without any assumption about their distribution.
//!
//! Of n independent replications, B ~ Binomial(n, p) lie at or below the p-quantile, so that the l-th and u-th smallest
//! enclose it with probability P(l ≤ B < u) at least. Source: H. A. David, H. N. Nagaraja, Order Statistics, 3rd edition,
//! section 7.1; Law, Simulation Modeling and Analysis, section 9.4.

use super::estimate::Estimate;
use super::tail;

/// The p-quantile of what one replication gives (median day: ½; the day that is worse than 19 of 20: 0.95), in the unit
/// of the samples: the smallest sample with at least the fraction p of the samples at or below it, between two order
/// statistics that each err with at most half of 1 − `confidence`. A bound is `None` where the samples are too few to
/// have one (`quantile_replications` says how many have both); the whole is `None` without samples.
///
/// Panics unless 0 < p < 1, or where a sample is not a number.
pub fn quantile_interval(samples: &[f64], p: f64, confidence: f64) -> Option<Estimate> {
    assert!(p > 0.0 && p < 1.0, "a quantile of {p}");
    assert!(!samples.iter().any(|x| x.is_nan()), "samples are numbers");
    if samples.is_empty() {
        return None;
    }
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let (lower, upper) = ranks(n, p, confidence);
    let rank = ((n as f64 * p).ceil() as usize).clamp(1, n);
    let at = |rank: usize| sorted[rank - 1];
    Some(Estimate {
        mean: at(rank),
        lower: lower.map(at),
        upper: upper.map(at),
    })
}

/// The least number of replications whose smallest and largest enclose the p-quantile with the given confidence, erring
/// equally on both sides: 6 for a median at 95 %, 72 for the 0.95-quantile.
///
/// Panics unless 0 < p < 1 and 0 < confidence < 1.
pub(super) fn quantile_replications(p: f64, confidence: f64) -> u32 {
    assert!(
        p > 0.0 && p < 1.0 && confidence > 0.0 && confidence < 1.0,
        "a quantile of {p} at {confidence}"
    );
    // All n above it, or all n at or below it: the rarer of both fractions decides.
    let tail = (1.0 - confidence) / 2.0;
    (libm::log(tail) / libm::log(p.max(1.0 - p))).ceil() as u32
}

/// The ranks of both bounds, from 1: the largest l with P(B < l) ≤ tail, the smallest u with P(B ≥ u) ≤ tail.
fn ranks(n: usize, p: f64, confidence: f64) -> (Option<usize>, Option<usize>) {
    let error = (1.0 - confidence) / 2.0;
    // Of at least k of n; the complement of the other tail would lose its small digits.
    let at_least = |k: usize| {
        if k == 0 {
            1.0
        } else {
            tail::beta(k as f64, (n - k + 1) as f64, p)
        }
    };
    let lower = first(0, n, |k| tail::binomial(k as u64, n as u64, p) > error);
    let upper = first(1, n + 1, |k| k > n || at_least(k) <= error);
    ((lower > 0).then_some(lower), (upper <= n).then_some(upper))
}

/// The first number in [from, to) of which a monotone condition holds, or `to`.
fn first(mut from: usize, mut to: usize, holds: impl Fn(usize) -> bool) -> usize {
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    // Computed with scipy.stats.binom: the ranks, and None where they do not exist.
    #[test]
    fn ranks_of_the_bounds() {
        for (n, p, lower, upper) in [
            (10, 0.5, Some(2), Some(9)),
            (20, 0.5, Some(6), Some(15)),
            (100, 0.9, Some(84), Some(96)),
            (72, 0.95, Some(64), Some(72)),
            (80, 0.95, Some(72), Some(80)),
            (71, 0.95, Some(63), None),
            (1000, 0.99, Some(983), Some(997)),
            (5, 0.5, None, None),
            (6, 0.5, Some(1), Some(6)),
            (5, 0.05, None, Some(2)),
        ] {
            assert_eq!(ranks(n, p, 0.95), (lower, upper), "n {n}, p {p}");
        }
    }

    #[test]
    fn so_many_replications_have_both_bounds() {
        for (p, n) in [(0.5, 6), (0.95, 72), (0.05, 72), (0.99, 368), (0.9, 36)] {
            assert_eq!(quantile_replications(p, 0.95), n, "{p}");
            let has_bounds = |n: u32| matches!(ranks(n as usize, p, 0.95), (Some(_), Some(_)));
            assert!(has_bounds(n) && !has_bounds(n - 1), "{p}");
        }
    }

    #[test]
    fn the_bounds_are_samples() {
        let samples: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        let e = quantile_interval(&samples, 0.5, 0.95).unwrap();
        assert_eq!(
            e,
            Estimate {
                mean: 10.0,
                lower: Some(6.0),
                upper: Some(15.0)
            }
        );
        let e = quantile_interval(&samples, 0.95, 0.95).unwrap();
        assert_eq!(
            e,
            Estimate {
                mean: 19.0,
                lower: Some(17.0),
                upper: None
            },
            "the largest of 20 is no upper bound"
        );
        assert_eq!(quantile_interval(&[], 0.5, 0.95), None);
        assert_eq!(
            quantile_interval(&[7.0], 0.5, 0.95),
            Some(Estimate {
                mean: 7.0,
                lower: None,
                upper: None
            })
        );
    }
}
