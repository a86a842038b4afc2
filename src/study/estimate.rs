//! Estimates with their 95 % intervals: the replication is the unit of independence, never the client ([statistics](super#statistics)).

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::tail;

/// The confidence of every interval that is printed.
pub const CONFIDENCE: f64 = 0.95;

/// A point estimate with its two-sided bounds; `None`: one sample says nothing of its own spread.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate.
    pub mean: f64,
    /// Lower bound.
    pub lower: Option<f64>,
    /// Upper bound.
    pub upper: Option<f64>,
}

impl Estimate {
    /// An estimate with symmetric bounds.
    pub(super) fn around(mean: f64, half_width: Option<f64>) -> Self {
        Self {
            mean,
            lower: half_width.map(|h| mean - h),
            upper: half_width.map(|h| mean + h),
        }
    }

    /// The same with bounds that lie so much further from it.
    pub(super) fn widened(self, by: f64) -> Self {
        Self {
            lower: self.lower.map(|lower| lower - by),
            upper: self.upper.map(|upper| upper + by),
            ..self
        }
    }

    /// The same with bounds that lie at least so far from it: what was measured in steps is not known more closely.
    pub(super) fn at_least(self, half_width: f64) -> Self {
        Self {
            lower: self.lower.map(|lower| lower.min(self.mean - half_width)),
            upper: self.upper.map(|upper| upper.max(self.mean + half_width)),
            ..self
        }
    }

    /// The same of the opposite sign.
    pub fn negated(self) -> Self {
        Self {
            mean: -self.mean,
            lower: self.upper.map(|upper| -upper),
            upper: self.lower.map(|lower| -lower),
        }
    }

    /// Half of the interval's width.
    pub fn half_width(&self) -> Option<f64> {
        Some((self.upper? - self.lower?) / 2.0)
    }
}

/// Refines a quantile by bisection between two bounds that enclose it: inverses of distribution functions are only as
/// good as their stopping rule, the functions themselves are good to the last digits.
pub(super) fn quantile(p: f64, mut low: f64, mut high: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// Upper bound of a distribution's quantile, doubling from `start`.
fn enclose(p: f64, start: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let mut high = start;
    while cdf(high) < p {
        high *= 2.0;
    }
    high
}

/// The quantile of Student's t with `df` degrees of freedom, for p of at least ½.
pub fn student_t(p: f64, df: f64) -> f64 {
    // A study asks for the same few quantiles at every figure of every point.
    STUDENT_T.with_borrow_mut(|known| {
        *known.entry((p.to_bits(), df.to_bits())).or_insert_with(|| {
            let cdf = |x: f64| tail::student(x, df);
            quantile(p, 0.0, enclose(p, 1.0, cdf), cdf)
        })
    })
}

thread_local! {
    /// Quantiles of Student's t once computed, by the bits of p and df: a bisection costs some thousand times a look-up.
    static STUDENT_T: RefCell<BTreeMap<(u64, u64), f64>> = const { RefCell::new(BTreeMap::new()) };
}

/// The mean of the samples with its t-interval. `None` without samples.
pub fn mean_interval(samples: &[f64], confidence: f64) -> Option<Estimate> {
    let n = samples.len() as f64;
    if samples.is_empty() {
        return None;
    }
    let mean = samples.iter().sum::<f64>() / n;
    if samples.len() == 1 {
        return Some(Estimate::around(mean, None));
    }
    let squares: f64 = samples.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = (squares / (n - 1.0)).sqrt();
    Some(Estimate::around(
        mean,
        Some(student_t((1.0 + confidence) / 2.0, n - 1.0) * deviation / n.sqrt()),
    ))
}

/// A ratio of totals over (numerator, denominator) pairs, with the linearised (delta-method) t-interval. `None` where the denominators sum to 0.
pub fn ratio_interval(pairs: &[(f64, f64)], confidence: f64) -> Option<Estimate> {
    let n = pairs.len() as f64;
    let (above, below) = pairs
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    if below <= 0.0 {
        return None;
    }
    let ratio = above / below;
    if pairs.len() == 1 {
        return Some(Estimate::around(ratio, None));
    }
    let squares: f64 = pairs
        .iter()
        .map(|(x, y)| (x - ratio * y) * (x - ratio * y))
        .sum();
    let deviation = (squares / (n - 1.0)).sqrt() / (below / n);
    Some(Estimate::around(
        ratio,
        Some(student_t((1.0 + confidence) / 2.0, n - 1.0) * deviation / n.sqrt()),
    ))
}

/// Exact bounds of a Poisson mean after `k` events (Garwood).
pub fn poisson_bounds(k: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let bound = |p: f64, shape: f64| {
        let cdf = |x: f64| tail::gamma(shape, x);
        quantile(p, 0.0, enclose(p, shape + 1.0, cdf), cdf)
    };
    let lower = if k == 0 { 0.0 } else { bound(tail, k as f64) };
    (lower, bound(1.0 - tail, k as f64 + 1.0))
}

/// Exact bounds of a probability after `k` successes in `n` trials (Clopper–Pearson).
pub fn binomial_bounds(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let bound = |p: f64, a: f64, b: f64| quantile(p, 0.0, 1.0, |x| tail::beta(a, b, x));
    let lower = if k == 0 {
        0.0
    } else {
        bound(tail, k as f64, (n - k) as f64 + 1.0)
    };
    let upper = if k >= n {
        1.0
    } else {
        bound(1.0 - tail, k as f64 + 1.0, (n - k) as f64)
    };
    (lower, upper)
}

/// Equal to 12 digits.
#[cfg(test)]
#[track_caller]
pub(super) fn near(value: f64, expected: f64) {
    assert!(
        (value - expected).abs() <= 1e-12 * expected.abs(),
        "{value} is not {expected}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected values were computed independently of this program, with mpmath at 40 digits and with scipy.
    #[test]
    fn a_t_interval() {
        let e = mean_interval(&[2.1, 1.9, 2.4, 2.2, 2.0, 1.8, 2.3, 2.5, 1.7, 2.1], 0.95).unwrap();
        near(e.mean, 2.1);
        near(e.half_width().unwrap(), 0.18470435889459);
        assert_eq!(
            mean_interval(&[3.0], 0.95),
            Some(Estimate {
                mean: 3.0,
                lower: None,
                upper: None
            })
        );
        assert_eq!(mean_interval(&[], 0.95), None);
    }

    #[test]
    fn quantiles_of_students_t() {
        for (p, df, t) in [
            (0.975, 1.0, 12.7062047361747),
            (0.975, 2.0, 4.302652729749464),
            (0.975, 9.0, 2.262157162798206),
            (0.995, 30.0, 2.749995653567225),
            (0.975, 1000.0, 1.962339080826408),
            (0.9995, 4.0, 8.610301581379275),
        ] {
            near(student_t(p, df), t);
        }
    }

    #[test]
    fn a_ratio_is_a_ratio_of_totals() {
        let pairs = [
            (2.0, 100.0),
            (1.0, 120.0),
            (3.0, 90.0),
            (2.0, 110.0),
            (4.0, 105.0),
        ];
        let e = ratio_interval(&pairs, 0.95).unwrap();
        near(e.mean, 0.022857142857142857);
        near(e.half_width().unwrap(), 0.015455372578120213);
        assert_eq!(ratio_interval(&[(0.0, 0.0)], 0.95), None);
    }

    #[test]
    fn exact_bounds_of_rare_counts() {
        for (k, lower, upper) in [
            (0, 0.0, 3.688879454113936),
            (1, 0.02531780798428988, 5.571643390938899),
            (3, 0.6186721228956013, 8.767273069742326),
            (18, 10.66794078039953, 28.44776026752799),
            (100, 81.36399125092314, 121.6267937924264),
            (1000, 938.9730184076952, 1063.952136016302),
        ] {
            let bounds = poisson_bounds(k, 0.95);
            near(bounds.0, lower);
            near(bounds.1, upper);
        }
        for (k, n, lower, upper) in [
            (3, 1000, 0.0006190999316495713, 0.008742023238478304),
            (0, 20, 0.0, 0.1684334709830853),
            (7, 10, 0.3475471499400027, 0.9332604888222655),
            (250, 1000, 0.2234304062646804, 0.2780500062237555),
        ] {
            let bounds = binomial_bounds(k, n, 0.95);
            near(bounds.0, lower);
            near(bounds.1, upper);
        }
        assert_eq!(binomial_bounds(5, 5, 0.95).1, 1.0);
        assert_eq!(binomial_bounds(0, 5, 0.95).0, 0.0);
    }
}
