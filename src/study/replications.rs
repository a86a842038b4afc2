//! How many replications an answer needs, and when a study may look whether it has them.

use super::estimate::{CONFIDENCE, Estimate, student_t};

/// How narrow an interval is wanted: half of its width, at most.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Precision {
    /// In the unit of the metric.
    Absolute(f64),
    /// As a fraction of the estimate's absolute value: 0.05 for ± 5 %.
    Relative(f64),
}

impl Precision {
    /// The half-width that is wanted of this estimate, in its unit.
    pub fn target(self, estimate: &Estimate) -> f64 {
        match self {
            Self::Absolute(half_width) => half_width,
            Self::Relative(fraction) => fraction * estimate.mean.abs(),
        }
    }

    /// Whether this estimate is as narrow. Never without bounds; a relative one never of 0 ± more than 0.
    pub fn is_met(self, estimate: &Estimate) -> bool {
        estimate
            .half_width()
            .is_some_and(|half_width| half_width <= self.target(estimate))
    }
}

/// The least number of replications, in all, whose t-interval would have the wanted precision, were the spread what
/// `replications` of them showed. For means and linearised ratios alike, since both narrow as t(n − 1)/√n.
/// `None` where the estimate has no bounds, or where even a million would not do (a relative precision of 0).
///
/// Source: Law, Simulation Modeling and Analysis, section 9.4.1, equation 9.2, without ceasing at the n so far.
pub(super) fn replications_needed(
    estimate: &Estimate,
    replications: u32,
    precision: Precision,
    confidence: f64,
) -> Option<u32> {
    let (n, half_width, target) = (
        f64::from(replications),
        estimate.half_width()?,
        precision.target(estimate),
    );
    if half_width == 0.0 {
        return Some(2);
    }
    let t = |n: f64| student_t((1.0 + confidence) / 2.0, n - 1.0);
    let deviation = half_width * n.sqrt() / t(n);
    let suffices = |m: u32| t(f64::from(m)) * deviation / f64::from(m).sqrt() <= target;
    let mut enough = 2;
    while !suffices(enough) {
        enough *= 2;
        if enough > MOST {
            return None;
        }
    }
    let mut too_few = enough / 2;
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if suffices(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough.max(2))
}

/// Nobody waits for more.
const MOST: u32 = 1 << 20;

/// The numbers of replications at which a study may stop: `start`, then half as many again each time, rounded up, and at
/// last `most`. From 10 to 100: 10, 15, 23, 35, 53, 80, 100.
///
/// They depend on nothing that is measured, so that threads and machines cannot change the answer; and they are few,
/// since each look is a chance to stop too early, at an interval that is narrow by chance (measured: see
/// [`study`](super)). Growth by half wastes at most a third of the replications. Never fewer than 2: one has no interval.
pub fn checkpoints(start: u32, most: u32) -> impl Iterator<Item = u32> {
    let most = most.max(2);
    std::iter::successors(Some(start.clamp(2, most)), move |n| {
        (*n < most).then(|| n.saturating_add(n.div_ceil(2)).min(most))
    })
}

/// The confidence of each interval by which so many verdicts are judged, at each of so many numbers of replications, so
/// that all of them together err no more often than one with the confidence that is printed. A look that is not paid for
/// lets a truth at the target pass in up to 25 % of the cases instead of 2.5.
///
/// Source: Bonferroni's inequality; it asks nothing of how the looks depend on each other.
pub fn confidence_of_looks(looks: usize, verdicts: usize) -> f64 {
    1.0 - (1.0 - CONFIDENCE) / (looks.max(1) * verdicts.max(1)) as f64
}

#[cfg(test)]
mod tests {
    use super::super::estimate::mean_interval;
    use super::*;

    const SAMPLES: [f64; 10] = [2.1, 1.9, 2.4, 2.2, 2.0, 1.8, 2.3, 2.5, 1.7, 2.1];

    // Computed with scipy.stats.t from s = 0.2581988897471611.
    #[test]
    fn the_half_width_decides() {
        let e = mean_interval(&SAMPLES, 0.95).unwrap();
        for (half_width, n) in [
            (0.5, 4),
            (0.2, 9),
            (0.105, 26),
            (0.1, 29),
            (0.05, 105),
            (0.01, 2564),
        ] {
            assert_eq!(
                replications_needed(&e, 10, Precision::Absolute(half_width), 0.95),
                Some(n),
                "{half_width}"
            );
            let relative = Precision::Relative(half_width / 2.1);
            assert_eq!(
                replications_needed(&e, 10, relative, 0.95),
                Some(n),
                "{half_width}"
            );
        }
    }

    #[test]
    fn met_or_out_of_reach() {
        let e = mean_interval(&SAMPLES, 0.95).unwrap();
        assert!(Precision::Absolute(0.185).is_met(&e) && !Precision::Absolute(0.184).is_met(&e));
        assert!(Precision::Relative(0.09).is_met(&e) && !Precision::Relative(0.08).is_met(&e));
        let one = mean_interval(&[3.0], 0.95).unwrap();
        assert!(!Precision::Absolute(1e9).is_met(&one));
        assert_eq!(
            replications_needed(&one, 1, Precision::Absolute(1e9), 0.95),
            None
        );
        let around_zero = mean_interval(&[-1.0, 1.0], 0.95).unwrap();
        assert_eq!(
            replications_needed(&around_zero, 2, Precision::Relative(0.05), 0.95),
            None
        );
        let constant = mean_interval(&[0.0, 0.0], 0.95).unwrap();
        assert!(Precision::Relative(0.05).is_met(&constant));
        assert_eq!(
            replications_needed(&constant, 2, Precision::Relative(0.05), 0.95),
            Some(2)
        );
    }

    #[test]
    fn the_schedule_is_fixed() {
        let list = |start, most| checkpoints(start, most).collect::<Vec<_>>();
        assert_eq!(list(10, 100), [10, 15, 23, 35, 53, 80, 100]);
        assert_eq!(list(10, 10), [10]);
        assert_eq!(list(50, 10), [10]);
        assert_eq!(list(0, 5), [2, 3, 5]);
        assert_eq!(list(1, 1), [2]);
        assert_eq!(list(10, u32::MAX).last(), Some(&u32::MAX));
    }
}
