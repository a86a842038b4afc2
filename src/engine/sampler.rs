//! Portable samplers: the same bits on every machine.
//!
//! `rand_distr`'s own call the platform's logarithm, whose last bits differ; these implement its trait with the pinned, pure-Rust `libm`.

use rand_distr::Distribution;

/// Exponential with mean 1, by inversion.
#[derive(Clone, Copy, Debug)]
pub struct Exponential;

/// Uniform on (0, 1], so that its logarithm is finite.
fn open_uniform<R: rand::Rng + ?Sized>(rng: &mut R) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}

impl Distribution<f64> for Exponential {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        -libm::log(open_uniform(rng))
    }
}

/// Standard normal, by Marsaglia's polar method.
#[derive(Clone, Copy, Debug)]
pub struct Normal;

impl Distribution<f64> for Normal {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let (u, v) = (2.0 * open_uniform(rng) - 1.0, 2.0 * open_uniform(rng) - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * libm::sqrt(-2.0 * libm::log(s) / s);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    fn moments(d: impl Distribution<f64>) -> (f64, f64) {
        let mut s = Stream::open(9, 8, 7, 6);
        let n = 200_000;
        let draws: Vec<f64> = (0..n).map(|_| d.sample(&mut s)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        (mean, draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n))
    }

    #[test]
    fn the_exponential_has_mean_and_variance_one() {
        let (mean, variance) = moments(Exponential);
        // sd of the mean 1/√n = 0.00224; of the variance √8/√n = 0.00632
        assert!((mean - 1.0).abs() < 4.0 * 0.00224 && (variance - 1.0).abs() < 4.0 * 0.00632, "{mean} {variance}");
    }

    #[test]
    fn the_normal_has_mean_zero_and_variance_one() {
        let (mean, variance) = moments(Normal);
        // sd of the variance √2/√n = 0.00316
        assert!(mean.abs() < 4.0 * 0.00224 && (variance - 1.0).abs() < 4.0 * 0.00316, "{mean} {variance}");
    }
}
