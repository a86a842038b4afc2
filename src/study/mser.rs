//! Where the warm-up of a run ends: MSER-5, for a steady state estimated from one long series.
//!
//! The series becomes means of 5 observations. Deleting the first d of b batches leaves the standard error
//! √(Σ(Yⱼ − Ȳ)²)/(b − d): it falls as the bias goes and rises as observations are lost, and the d of its minimum is the
//! truncation. A run whose minimum lies in its last half has not settled for long enough to tell.
//! Sources: K. P. White Jr., An effective truncation heuristic for bias reduction in simulation output, Simulation 69
//! (1997); S. C. Spratt (1998) for the batches of 5; K. Hoad, S. Robinson, R. Davies, Automating warm-up length
//! estimation, J. Operational Research Society 61 (2010), for the guard at the end and the rejection of the last half.

/// What to leave out of the beginning of a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truncation {
    /// So many observations, a multiple of 5.
    pub deleted: usize,
    /// The run is too short: its minimum lies in the last half, or it has fewer than 50 observations. What is left after
    /// the deletion must then not be taken for the steady state.
    pub too_short: bool,
}

/// The truncation of a series of observations, evenly spaced or one per customer. An incomplete last batch is not looked
/// at. Of equal minima the first, so that a constant series loses nothing.
///
/// Panics where an observation is not finite.
pub fn mser5(series: &[f64]) -> Truncation {
    assert!(series.iter().all(|y| y.is_finite()), "finite observations");
    let batches: Vec<f64> = series
        .chunks_exact(BATCH)
        .map(|batch| batch.iter().sum::<f64>() / BATCH as f64)
        .collect();
    if batches.len() < LEAST_BATCHES {
        return Truncation {
            deleted: 0,
            too_short: true,
        };
    }
    // From the end, so that each step adds one batch to the mean and the sum of squares of those kept (Welford).
    let (mut mean, mut squares) = (0.0, 0.0);
    let (mut minimum, mut first_kept) = (f64::INFINITY, 0);
    for (count, (d, y)) in (1..).map(f64::from).zip(batches.iter().enumerate().rev()) {
        let delta = y - mean;
        mean += delta / count;
        squares += delta * (y - mean);
        let statistic = squares / (count * count);
        if d + GUARD < batches.len() && statistic <= minimum {
            (minimum, first_kept) = (statistic, d);
        }
    }
    Truncation {
        deleted: first_kept * BATCH,
        too_short: 2 * first_kept > batches.len(),
    }
}

/// Observations in a batch.
const BATCH: usize = 5;
/// The last batches are no candidates: among so few, two that happen to be alike have no spread.
const GUARD: usize = 5;
/// Fewer cannot show a settled half.
const LEAST_BATCHES: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, word for word, to check the incremental one against.
    fn by_definition(series: &[f64]) -> usize {
        let b: Vec<f64> = series
            .chunks_exact(5)
            .map(|c| c.iter().sum::<f64>() / 5.0)
            .collect();
        let statistic = |d: usize| {
            let tail = &b[d..];
            let n = tail.len() as f64;
            let mean = tail.iter().sum::<f64>() / n;
            tail.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (n * n)
        };
        5 * (0..b.len() - 5)
            .min_by(|c, d| statistic(*c).total_cmp(&statistic(*d)))
            .unwrap()
    }

    #[test]
    fn a_ramp_of_ten_then_noise() {
        let y: Vec<f64> = (0..200u32)
            .map(|i| 10.0 - f64::from(i.min(10)) + f64::from((7919 * i) % 13) / 13.0)
            .collect();
        assert_eq!(
            mser5(&y),
            Truncation {
                deleted: 10,
                too_short: false
            }
        );
        assert_eq!(by_definition(&y), 10);
    }

    #[test]
    fn the_incremental_sums_agree_with_the_definition() {
        use crate::engine::{Normal, Stream};
        use rand_distr::Distribution;
        for seed in 0..50 {
            let mut stream = Stream::open(seed, 0, 0, 0);
            let mut level = 20.0;
            let series: Vec<f64> = (0..60 + 7 * seed)
                .map(|_| {
                    level = 0.9 * level + Normal.sample(&mut stream);
                    level
                })
                .collect();
            assert_eq!(
                mser5(&series).deleted,
                by_definition(&series),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn a_run_that_never_settles_is_too_short() {
        let rising: Vec<f64> = (0..200).map(f64::from).collect();
        assert!(mser5(&rising).too_short);
        let late: Vec<f64> = (0..200u32)
            .map(|i| if i < 120 { 50.0 } else { f64::from(i % 5) })
            .collect();
        assert_eq!(
            mser5(&late),
            Truncation {
                deleted: 120,
                too_short: true
            }
        );
        assert_eq!(
            mser5(&[1.0; 49]),
            Truncation {
                deleted: 0,
                too_short: true
            }
        );
    }

    #[test]
    fn a_settled_run_loses_nothing() {
        assert_eq!(
            mser5(&[0.1; 203]),
            Truncation {
                deleted: 0,
                too_short: false
            }
        );
        let half: Vec<f64> = (0..200).map(|i| if i < 100 { 9.0 } else { 1.0 }).collect();
        assert_eq!(
            mser5(&half),
            Truncation {
                deleted: 100,
                too_short: false
            }
        );
    }
}
