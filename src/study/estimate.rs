//! Estimates with their 95 % intervals: the replication is the unit of independence, never the client (model §4).

use statrs::distribution::{Beta, ContinuousCDF, Gamma, StudentsT};

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
    fn around(mean: f64, half_width: Option<f64>) -> Estimate {
        Estimate { mean, lower: half_width.map(|h| mean - h), upper: half_width.map(|h| mean + h) }
    }

    /// Half of the interval's width.
    pub fn half_width(&self) -> Option<f64> {
        Some((self.upper? - self.lower?) / 2.0)
    }
}

/// Refines a quantile by bisection between two bounds that enclose it: inverses of distribution functions are only as
/// good as their stopping rule, the functions themselves are good to the last digits.
fn quantile(p: f64, mut low: f64, mut high: f64, cdf: impl Fn(f64) -> f64) -> f64 {
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
    let Ok(t) = StudentsT::new(0.0, 1.0, df) else { return f64::NAN };
    let cdf = |x: f64| t.cdf(x);
    quantile(p, 0.0, enclose(p, 1.0, cdf), cdf)
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
    Some(Estimate::around(mean, Some(student_t((1.0 + confidence) / 2.0, n - 1.0) * deviation / n.sqrt())))
}

/// A ratio of totals over (numerator, denominator) pairs, with the linearised (delta-method) t-interval. `None` where the denominators sum to 0.
pub fn ratio_interval(pairs: &[(f64, f64)], confidence: f64) -> Option<Estimate> {
    let n = pairs.len() as f64;
    let (above, below) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    if below <= 0.0 {
        return None;
    }
    let ratio = above / below;
    if pairs.len() == 1 {
        return Some(Estimate::around(ratio, None));
    }
    let squares: f64 = pairs.iter().map(|(x, y)| (x - ratio * y) * (x - ratio * y)).sum();
    let deviation = (squares / (n - 1.0)).sqrt() / (below / n);
    Some(Estimate::around(ratio, Some(student_t((1.0 + confidence) / 2.0, n - 1.0) * deviation / n.sqrt())))
}

/// Exact bounds of a Poisson mean after `k` events (Garwood).
pub fn poisson_bounds(k: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let bound = |p: f64, shape: f64| {
        let Ok(gamma) = Gamma::new(shape, 1.0) else { return f64::NAN };
        let cdf = |x: f64| gamma.cdf(x);
        quantile(p, 0.0, enclose(p, shape + 1.0, cdf), cdf)
    };
    let lower = if k == 0 { 0.0 } else { bound(tail, k as f64) };
    (lower, bound(1.0 - tail, k as f64 + 1.0))
}

/// Exact bounds of a probability after `k` successes in `n` trials (Clopper–Pearson).
pub fn binomial_bounds(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let bound = |p: f64, a: f64, b: f64| {
        let Ok(beta) = Beta::new(a, b) else { return f64::NAN };
        quantile(p, 0.0, 1.0, |x| beta.cdf(x))
    };
    let lower = if k == 0 { 0.0 } else { bound(tail, k as f64, (n - k) as f64 + 1.0) };
    let upper = if k >= n { 1.0 } else { bound(1.0 - tail, k as f64 + 1.0, (n - k) as f64) };
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "{a} is not {b}");
    }

    // The expected values come with the definition of the estimators, computed independently of this program.
    #[test]
    fn a_t_interval() {
        let e = mean_interval(&[2.1, 1.9, 2.4, 2.2, 2.0, 1.8, 2.3, 2.5, 1.7, 2.1], 0.95).unwrap();
        near(e.mean, 2.1);
        near(e.half_width().unwrap(), 0.184704358895);
        assert_eq!(mean_interval(&[3.0], 0.95), Some(Estimate { mean: 3.0, lower: None, upper: None }));
        assert_eq!(mean_interval(&[], 0.95), None);
    }

    #[test]
    fn a_ratio_is_a_ratio_of_totals() {
        let pairs = [(2.0, 100.0), (1.0, 120.0), (3.0, 90.0), (2.0, 110.0), (4.0, 105.0)];
        let e = ratio_interval(&pairs, 0.95).unwrap();
        assert!((e.mean - 0.022857).abs() < 5e-7 && (e.half_width().unwrap() - 0.015455).abs() < 5e-7, "{e:?}");
        assert_eq!(ratio_interval(&[(0.0, 0.0)], 0.95), None);
    }

    #[test]
    fn exact_bounds_of_rare_counts() {
        let (lower, upper) = poisson_bounds(0, 0.95);
        near(lower, 0.0);
        near(upper, 3.688879454114);
        let (lower, upper) = poisson_bounds(18, 0.95);
        near(lower, 10.667940780400);
        near(upper, 28.447760267528);
        let (lower, upper) = binomial_bounds(3, 1000, 0.95);
        near(lower, 0.000619099932);
        near(upper, 0.008742023238);
        assert_eq!(binomial_bounds(5, 5, 0.95).1, 1.0);
        assert_eq!(binomial_bounds(0, 5, 0.95).0, 0.0);
    }
}
