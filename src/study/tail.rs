//! The distribution functions behind the intervals, on the pinned, pure-Rust `libm`.
//!
//! A statistics library has them, but takes the platform's logarithm as soon as any dependency asks for it, and then the
//! last bits of a result differ between machines. Its values check these in the tests.

/// Where a continued fraction or series has converged: one unit in the last place.
const PRECISION: f64 = f64::EPSILON;
const MOST_TERMS: u32 = 100_000;
/// Instead of zero in a denominator (Lentz's method).
const TINY: f64 = 1e-300;

/// The regularised lower incomplete gamma function P(a, x), the distribution function of the gamma distribution
/// (Abramowitz & Stegun 6.5.29 and 6.5.31).
pub(super) fn gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..MOST_TERMS {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * PRECISION {
                break;
            }
        }
        return front * sum;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut fraction = d;
    for i in 1..MOST_TERMS {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        (c, d) = (nonzero(b + an / c), 1.0 / nonzero(an * d + b));
        fraction *= c * d;
        if (c * d - 1.0).abs() < PRECISION {
            break;
        }
    }
    1.0 - front * fraction
}

fn nonzero(x: f64) -> f64 {
    if x.abs() < TINY { TINY } else { x }
}

/// The regularised incomplete beta function I_x(a, b), the distribution function of the beta distribution
/// (Abramowitz & Stegun 26.5.8).
pub(super) fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let front = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
        - libm::lgamma(a)
        - libm::lgamma(b);
    let front = libm::exp(front);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..MOST_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        (c, d) = (nonzero(1.0 + even / c), 1.0 / nonzero(1.0 + even * d));
        fraction *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        (c, d) = (nonzero(1.0 + odd / c), 1.0 / nonzero(1.0 + odd * d));
        fraction *= c * d;
        if (c * d - 1.0).abs() < PRECISION {
            break;
        }
    }
    fraction
}

/// The distribution function of Student's t with `df` degrees of freedom, for t of at least 0.
pub(super) fn student(t: f64, df: f64) -> f64 {
    1.0 - beta(df / 2.0, 0.5, df / (df + t * t)) / 2.0
}

/// The probability of at most `k` successes in `n` trials of probability `p`.
pub(super) fn binomial(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        1.0
    } else {
        1.0 - beta(k as f64 + 1.0, (n - k) as f64, p)
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, Gamma, StudentsT};

    use super::*;

    fn near(value: f64, expected: f64, label: &str) {
        assert!(
            (value - expected).abs() < 1e-12,
            "{label}: {value} is not {expected}"
        );
    }

    #[test]
    fn they_agree_with_a_statistics_library() {
        for a in [0.5, 1.0, 2.5, 18.0, 300.0] {
            for factor in [0.01, 0.5, 0.9, 1.0, 1.1, 2.0, 10.0] {
                let x = a * factor;
                near(
                    gamma(a, x),
                    Gamma::new(a, 1.0).unwrap().cdf(x),
                    &format!("gamma({a}, {x})"),
                );
            }
            for b in [0.5, 3.0, 997.0] {
                for x in [1e-4, 0.01, 0.3, 0.5, 0.8, 0.999] {
                    near(
                        beta(a, b, x),
                        Beta::new(a, b).unwrap().cdf(x),
                        &format!("beta({a}, {b}, {x})"),
                    );
                }
            }
        }
        for df in [1.0, 2.0, 9.0, 30.0, 999.0] {
            for t in [0.0, 0.1, 1.0, 2.262, 12.7] {
                near(
                    student(t, df),
                    StudentsT::new(0.0, 1.0, df).unwrap().cdf(t),
                    &format!("student({t}, {df})"),
                );
            }
        }
        for (k, n, p) in [(0, 10, 0.1), (3, 10, 0.5), (72, 72, 0.95), (40, 100, 0.3)] {
            near(
                binomial(k, n, p),
                Binomial::new(p, n).unwrap().cdf(k),
                &format!("binomial({k}, {n}, {p})"),
            );
        }
    }
}
