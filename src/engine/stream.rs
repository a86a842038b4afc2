//! Random streams, keyed by (seed, replication, entity, purpose): opening one disturbs no other ([chance](super#chance)).

use std::convert::Infallible;

use rand::rand_core::{Rng, SeedableRng, TryRng};
use rand_xoshiro::SplitMix64;

/// Mixes two words into one: the finaliser of MurmurHash3 over their combination (Stafford's variant 13).
#[inline]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ b.rotate_left(32).wrapping_add(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The key of a name: FNV-1a, 64 bits.
pub(crate) fn name_key(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// A random stream of 8 bytes: SplitMix64 from a keyed start. Its algorithm is fixed, so a seed means the same for ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream(SplitMix64);

impl Stream {
    /// The stream of one entity for one purpose in one replication.
    #[inline]
    pub fn open(seed: u64, replication: u32, entity: u64, purpose: u32) -> Self {
        let key = mix(
            mix(seed, u64::from(replication)),
            mix(entity, u64::from(purpose)),
        );
        Self(SplitMix64::seed_from_u64(key))
    }

    /// Uniform on [0, 1), 53 bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with probability `p`. Draws exactly one number.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }
}

impl TryRng for Stream {
    type Error = Infallible;
    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next_u64() >> 32) as u32)
    }
    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }
    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(dst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_key_opens_another_stream() {
        let mut firsts: Vec<u64> = [
            (1, 0, 0, 0),
            (0, 1, 0, 0),
            (0, 0, 1, 0),
            (0, 0, 0, 1),
            (0, 0, 0, 0),
        ]
        .into_iter()
        .map(|(s, r, e, p)| Stream::open(s, r, e, p).next_u64())
        .collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 5);
    }

    #[test]
    fn the_uniform_has_the_mean_and_variance_of_a_uniform() {
        let mut s = Stream::open(1, 2, 3, 4);
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|_| s.uniform()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        // sd of the mean is √(1/12/n) = 9.1e-4
        assert!((mean - 0.5).abs() < 4.0 * 9.1e-4, "{mean}");
        let square = draws.iter().map(|u| u * u).sum::<f64>() / f64::from(n);
        // sd of u² is √(4/45) = 0.298
        assert!(
            (square - 1.0 / 3.0).abs() < 4.0 * 0.298 / f64::from(n).sqrt(),
            "{square}"
        );
    }
}
