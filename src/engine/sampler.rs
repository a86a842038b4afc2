//! Portable samplers: the same bits on every machine.
//!
//! `rand_distr`'s own call the platform's logarithm, whose last bits differ. These implement its trait with sums, products
//! and comparisons, which IEEE 754 fixes, and with the pinned, pure-Rust `libm` where that is not enough: for the tables at
//! the start, and for about one draw in a hundred.

use std::sync::LazyLock;

use rand_distr::Distribution;

/// Exponential with mean 1, by the ziggurat.
#[derive(Clone, Copy, Debug)]
pub struct Exponential;

impl Distribution<f64> for Exponential {
    #[inline]
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
            let edge = 7.697_117_470_131_05;
            Ziggurat::build(edge, libm::exp(-edge), |x| libm::exp(-x), |y| -libm::log(y))
        });
        let ziggurat = &*ZIGGURAT;
        loop {
            let bits = rng.next_u64();
            match ziggurat.throw(bits) {
                Throw::Inside(x) => return x,
                // Memoryless: the tail beyond `edge` is exponential again.
                Throw::Tail => return ziggurat.edge() - libm::log(open_uniform(rng)),
                Throw::Wedge { x, low, high }
                    if low + (high - low) * open_uniform(rng) < libm::exp(-x) =>
                {
                    return x;
                }
                Throw::Wedge { .. } => {}
            }
        }
    }
}

/// Standard normal, by the ziggurat.
#[derive(Clone, Copy, Debug)]
pub struct Normal;

impl Distribution<f64> for Normal {
    #[inline]
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
            let edge = 3.654_152_885_361_009;
            let tail = libm::sqrt(std::f64::consts::FRAC_PI_2)
                * libm::erfc(edge * std::f64::consts::FRAC_1_SQRT_2);
            Ziggurat::build(
                edge,
                tail,
                |x| libm::exp(-0.5 * x * x),
                |y| libm::sqrt(-2.0 * libm::log(y)),
            )
        });
        let ziggurat = &*ZIGGURAT;
        loop {
            let bits = rng.next_u64();
            // Without a branch, which would go wrong half the time.
            let signed = |x: f64| f64::from_bits(x.to_bits() | (bits & SIGN) << 55);
            match ziggurat.throw(bits) {
                Throw::Inside(x) => return signed(x),
                Throw::Tail => return signed(normal_tail(ziggurat.edge(), rng)),
                Throw::Wedge { x, low, high }
                    if low + (high - low) * open_uniform(rng) < libm::exp(-0.5 * x * x) =>
                {
                    return signed(x);
                }
                Throw::Wedge { .. } => {}
            }
        }
    }
}

/// A standard normal, given that it exceeds `edge` (Marsaglia 1964).
fn normal_tail<R: rand::Rng + ?Sized>(edge: f64, rng: &mut R) -> f64 {
    loop {
        let x = -libm::log(open_uniform(rng)) / edge;
        let y = -libm::log(open_uniform(rng));
        if 2.0 * y > x * x {
            return edge + x;
        }
    }
}

/// Uniform on (0, 1], so that its logarithm is finite.
fn open_uniform<R: rand::Rng + ?Sized>(rng: &mut R) -> f64 {
    ((rng.next_u64() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Layers of a ziggurat.
const LAYERS: usize = 256;

/// The bit of a draw that is neither in the number of the layer nor in the place in it.
const SIGN: u64 = 1 << 8;

/// Layers of equal area that cover what lies below a falling density (Marsaglia and Tsang 2000).
///
/// Layer 0 is the lowest, and has the tail. Layer `i` is as wide as `width[i]`; the density is `height[i]` there.
struct Ziggurat {
    width: [f64; LAYERS + 1],
    height: [f64; LAYERS + 1],
}

/// Where a uniform point of the ziggurat fell.
enum Throw {
    /// Below the density, surely.
    Inside(f64),
    /// In the tail, anywhere.
    Tail,
    /// Where a second draw between `low` and `high` has to decide.
    Wedge { x: f64, low: f64, high: f64 },
}

impl Ziggurat {
    /// The layers for a density with its inverse, of which `tail` lies beyond `edge`.
    fn build(
        edge: f64,
        tail: f64,
        density: impl Fn(f64) -> f64,
        inverse: impl Fn(f64) -> f64,
    ) -> Self {
        let area = edge * density(edge) + tail;
        let mut z = Self {
            width: [0.0; LAYERS + 1],
            height: [1.0; LAYERS + 1],
        };
        // As wide as it would be without the tail.
        z.width[0] = area / density(edge);
        z.height[0] = 0.0;
        z.width[1] = edge;
        z.height[1] = density(edge);
        for i in 1..LAYERS - 1 {
            z.height[i + 1] = z.height[i] + area / z.width[i];
            z.width[i + 1] = inverse(z.height[i + 1]);
        }
        // The last layer ends at the top, 1 at 0, but for rounding.
        z
    }

    #[inline]
    fn throw(&self, bits: u64) -> Throw {
        let layer = bits as usize % LAYERS;
        let x = (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * self.width[layer];
        if x < self.width[layer + 1] {
            Throw::Inside(x)
        } else if layer == 0 {
            Throw::Tail
        } else {
            Throw::Wedge {
                x,
                low: self.height[layer],
                high: self.height[layer + 1],
            }
        }
    }

    fn edge(&self) -> f64 {
        self.width[1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    fn draws(d: impl Distribution<f64>, n: usize) -> Vec<f64> {
        let mut stream = Stream::open(9, 8, 7, 6);
        (0..n).map(|_| d.sample(&mut stream)).collect()
    }

    fn moments(d: impl Distribution<f64>) -> (f64, f64) {
        let n = 200_000;
        let draws = draws(d, n);
        let mean = draws.iter().sum::<f64>() / n as f64;
        (
            mean,
            draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64,
        )
    }

    #[test]
    fn the_exponential_has_mean_and_variance_one() {
        let (mean, variance) = moments(Exponential);
        // sd of the mean 1/√n = 0.00224; of the variance √8/√n = 0.00632
        assert!(
            (mean - 1.0).abs() < 4.0 * 0.00224 && (variance - 1.0).abs() < 4.0 * 0.00632,
            "{mean} {variance}"
        );
    }

    #[test]
    fn the_normal_has_mean_zero_and_variance_one() {
        let (mean, variance) = moments(Normal);
        // sd of the variance √2/√n = 0.00316
        assert!(
            mean.abs() < 4.0 * 0.00224 && (variance - 1.0).abs() < 4.0 * 0.00316,
            "{mean} {variance}"
        );
    }

    /// Checks draws against the chance `above` to exceed a value: the largest gap to the distribution function, the counts
    /// in cells of equal chance, and those further and further out.
    fn check(name: &str, mut draws: Vec<f64>, above: impl Fn(f64) -> f64, tails: &[f64]) {
        let n = draws.len() as f64;
        draws.sort_by(f64::total_cmp);
        let chances: Vec<f64> = draws.iter().map(|x| above(*x)).collect();
        let gap = chances
            .iter()
            .rev()
            .enumerate()
            .map(|(i, p)| (p - (i as f64 + 0.5) / n).abs())
            .fold(0.0, f64::max);
        // Kolmogorov: P(√n·D > 2.2) = 1.2e-4
        assert!(gap * libm::sqrt(n) < 2.2, "{name}: a gap of {gap}");
        let cells = 4096_i32;
        let mut counts = vec![0_i32; cells as usize];
        chances
            .iter()
            .for_each(|p| counts[(p * f64::from(cells)) as usize % cells as usize] += 1);
        let expected = n / f64::from(cells);
        let square: f64 = counts
            .iter()
            .map(|c| (f64::from(*c) - expected) * (f64::from(*c) - expected) / expected)
            .sum();
        let freedom = f64::from(cells - 1);
        let z = (square - freedom) / libm::sqrt(2.0 * freedom);
        assert!(z.abs() < 4.0, "{name}: χ² is {z} standard deviations off");
        for &tail in tails {
            let expected = n * above(tail);
            let z = ((draws.len() - draws.partition_point(|x| *x <= tail)) as f64 - expected)
                / libm::sqrt(expected);
            assert!(
                z.abs() < 4.0,
                "{name}: beyond {tail}, {z} standard deviations off"
            );
        }
    }

    #[test]
    fn the_exponential_is_one_everywhere_and_in_its_tail() {
        let tails = [5.0, 7.0, 7.697, 8.0, 9.0, 10.0, 11.0];
        check(
            "exponential",
            draws(Exponential, 2_000_000),
            |x| libm::exp(-x),
            &tails,
        );
    }

    #[test]
    fn the_normal_is_one_everywhere_and_in_both_tails() {
        let above = |x: f64| 0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2);
        let tails = [2.0, 3.0, 3.5, 3.654, 3.8, 4.0, 4.3];
        let draws = draws(Normal, 2_000_000);
        check("normal", draws.iter().map(|x| -x).collect(), above, &tails);
        check("normal", draws, above, &tails);
    }

    #[test]
    fn the_layers_end_at_the_top() {
        let edge = 7.697_117_470_131_05;
        let z = Ziggurat::build(edge, libm::exp(-edge), |x| libm::exp(-x), |y| -libm::log(y));
        let area = z.width[0] * z.height[1];
        let top = z.height[LAYERS - 1] + area / z.width[LAYERS - 1];
        assert!((top - 1.0).abs() < 1e-12, "{top}");
        assert!(z.width.is_sorted_by(|a, b| a > b) && z.height.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_draw_is_the_same_bits_for_ever() {
        let sum = |draws: Vec<f64>| {
            draws
                .iter()
                .fold(0, |h, x| crate::engine::mix(h, x.to_bits()))
        };
        assert_eq!(
            (sum(draws(Exponential, 10_000)), sum(draws(Normal, 10_000))),
            (0xE50E_EC0F_3031_5263, 0x3CFC_1066_5C5A_7796)
        );
    }
}
