//! The difference of two alternatives, replication by replication, with common random numbers.
//!
//! Of two alternatives run on the same random streams the samples rise and fall together, so that the spread of their
//! difference, var a + var b − 2 cov(a, b), is less than the spread of either; that gain is seen in the correlation.
//! Source: A. M. Law, Simulation Modeling and Analysis, 5th edition, sections 10.2.1 (paired t), 10.2.3 (several systems)
//! and 11.2 (common random numbers).

use super::estimate::{Estimate, mean_interval, student_t};
use super::rare::share_unseen;
use crate::measure::Sample;

/// How far another alternative lies from the baseline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PairedDifference {
    /// The other less the baseline, in the unit of the samples; without bounds where there was one replication.
    pub difference: Estimate,
    /// Pearson's correlation over the replications, in [−1, 1]: above 0, pairing narrowed the interval. `None` where
    /// either does not vary, or there were fewer than 3 replications (of two, the correlation is always ±1).
    pub correlation: Option<f64>,
}

/// The confidence of each of `comparisons` intervals such that all hold at once with at least `confidence`, whatever their
/// dependence: 1 − (1 − confidence)/k. Source: Bonferroni's inequality; Law, section 9.7.
pub fn bonferroni(confidence: f64, comparisons: usize) -> f64 {
    1.0 - (1.0 - confidence) / comparisons.max(1) as f64
}

/// The difference of two means over the same replications, with its paired t-interval. `None` without replications.
///
/// Panics unless the n-th samples of both belong to the same replication, as far as their number can tell.
pub fn paired_difference(
    baseline: &[f64],
    alternative: &[f64],
    confidence: f64,
) -> Option<PairedDifference> {
    assert_eq!(baseline.len(), alternative.len(), "paired by replication");
    let differences: Vec<f64> = baseline
        .iter()
        .zip(alternative)
        .map(|(a, b)| b - a)
        .collect();
    let difference = mean_interval(&differences, confidence)?;
    Some(PairedDifference {
        difference,
        correlation: correlation(baseline, alternative),
    })
}

/// The difference of two ratios of totals, each over (numerator, denominator) pairs of the same replications, with the
/// linearised (delta-method) t-interval. `None` where the denominators of either sum to 0, or without replications.
///
/// Replication i adds to a ratio R = Σx/Σy the influence (xᵢ − R·yᵢ)/ȳ; the difference of the two influences is what
/// varies. The correlation is that of the influences. Source: W. G. Cochran, Sampling Techniques, 3rd edition, section 6.12.
///
/// Panics as [`paired_difference`] does.
pub fn paired_ratio(
    baseline: &[(f64, f64)],
    alternative: &[(f64, f64)],
    confidence: f64,
) -> Option<PairedDifference> {
    assert_eq!(baseline.len(), alternative.len(), "paired by replication");
    let (a, influences_a) = influences(baseline)?;
    let (b, influences_b) = influences(alternative)?;
    let n = baseline.len() as f64;
    let half_width = (baseline.len() > 1).then(|| {
        let squares: f64 = influences_a
            .iter()
            .zip(&influences_b)
            .map(|(a, b)| (b - a) * (b - a))
            .sum();
        student_t((1.0 + confidence) / 2.0, n - 1.0) * (squares / (n - 1.0) / n).sqrt()
    });
    let correlation = correlation(&influences_a, &influences_b);
    Some(PairedDifference {
        difference: Estimate::around(b - a, half_width),
        correlation,
    })
}

/// The difference of a figure over the same replications, by the kind of its samples: ratios as ratios of totals, others as
/// means over the replications in which both alternatives have one. `None` where there is nothing to compare, or where a
/// quantile lies beyond the horizon.
///
/// Panics as [`paired_difference`] does.
pub fn paired_samples(
    baseline: &[Sample],
    alternative: &[Sample],
    confidence: f64,
) -> Option<PairedDifference> {
    assert_eq!(baseline.len(), alternative.len(), "paired by replication");
    let pairs = || baseline.iter().zip(alternative);
    if pairs().any(|(a, b)| matches!(a, Sample::Beyond(_)) || matches!(b, Sample::Beyond(_))) {
        return None;
    }
    if pairs().any(|(a, b)| matches!(a, Sample::Ratio(..)) || matches!(b, Sample::Ratio(..))) {
        // A ratio without a denominator adds nothing to its totals.
        let pairs = |samples: &[Sample]| -> Vec<(f64, f64)> {
            samples
                .iter()
                .map(|s| {
                    if let Sample::Ratio(x, y) = s {
                        (*x, *y)
                    } else {
                        (0.0, 0.0)
                    }
                })
                .collect()
        };
        return paired_ratio(&pairs(baseline), &pairs(alternative), confidence);
    }
    let value = |s: &Sample| match *s {
        Sample::Count(n) => Some(n as f64),
        Sample::Value(x) => Some(x),
        _ => None,
    };
    let (a, b): (Vec<f64>, Vec<f64>) = pairs()
        .filter_map(|(a, b)| Some((value(a)?, value(b)?)))
        .unzip();
    paired_difference(&a, &b, confidence)
}

/// A figure of one alternative, replication by replication, and what rare faults add to it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FigureSamples {
    /// What each replication says.
    pub samples: Vec<Sample>,
    /// The part of each (of a ratio, of what is above) that runs with a rare fault give; empty: there are none.
    pub rare: Vec<f64>,
}

impl FigureSamples {
    /// The same of the first replications alone.
    pub fn first(&self, replications: usize) -> Self {
        Self {
            samples: self.samples.iter().take(replications).copied().collect(),
            rare: self.rare.iter().take(replications).copied().collect(),
        }
    }

    /// The part of the figure that runs with a rare fault give.
    pub(super) fn rare_part(&self) -> f64 {
        let below = |sample: &Sample| match *sample {
            Sample::Ratio(_, below) => below,
            _ => 1.0,
        };
        let below: f64 = self.samples.iter().map(below).sum();
        match below > 0.0 {
            true => self.rare.iter().sum::<f64>().abs() / below,
            false => 0.0,
        }
    }
}

/// The difference of a figure over the replications that both have, which are their first ones, by the kind of its samples
/// ([`paired_samples`]), with an allowance for rare faults.
///
/// Common random numbers give both the same faults, and where the few that were seen did the same, the differences hardly
/// vary. Yet the next fault may do in one alternative what it always did and nothing in the other: as in the interval of a
/// single figure, up to a share of the faults may go otherwise than all that were seen, here with the larger of the two
/// effects.
pub(crate) fn paired_figures(
    baseline: &FigureSamples,
    alternative: &FigureSamples,
    confidence: f64,
) -> Option<PairedDifference> {
    let common = baseline.samples.len().min(alternative.samples.len());
    let [a, b] = [baseline, alternative].map(|figure| figure.first(common));
    let paired = paired_samples(&a.samples, &b.samples, confidence)?;
    let unseen = a.rare_part().max(b.rare_part()) * share_unseen(common as u32, confidence);
    Some(PairedDifference {
        difference: paired.difference.widened(unseen),
        ..paired
    })
}

/// A ratio of totals, and what each replication adds to it: these sum to 0.
pub(super) fn influences(pairs: &[(f64, f64)]) -> Option<(f64, Vec<f64>)> {
    let (above, below) = pairs
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    if below <= 0.0 {
        return None;
    }
    let (ratio, mean_below) = (above / below, below / pairs.len() as f64);
    Some((
        ratio,
        pairs
            .iter()
            .map(|(x, y)| (x - ratio * y) / mean_below)
            .collect(),
    ))
}

fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b).map(|(x, y)| (x - mean_a, y - mean_b)) {
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    let varies = |samples: &[f64]| samples.iter().any(|x| *x != samples[0]);
    (a.len() > 2 && varies(a) && varies(b) && aa > 0.0 && bb > 0.0)
        .then(|| (ab / (aa.sqrt() * bb.sqrt())).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::estimate::near;
    use super::*;

    const A: [f64; 10] = [2.1, 1.9, 2.4, 2.2, 2.0, 1.8, 2.3, 2.5, 1.7, 2.1];
    const B: [f64; 10] = [2.3, 2.0, 2.5, 2.5, 2.1, 2.1, 2.4, 2.6, 1.9, 2.2];

    // Computed with scipy: ttest_rel(B, A).confidence_interval, numpy.corrcoef.
    #[test]
    fn the_paired_interval_is_narrower_than_the_intervals_of_either() {
        let p = paired_difference(&A, &B, 0.95).unwrap();
        near(p.difference.mean, 0.16);
        near(p.difference.half_width().unwrap(), 0.06032419100795207);
        near(p.correlation.unwrap(), 0.9456108576893005);
        assert!(p.difference.half_width() < mean_interval(&A, 0.95).unwrap().half_width());
        let one_of_three = paired_difference(&A, &B, bonferroni(0.95, 3)).unwrap();
        near(
            one_of_three.difference.half_width().unwrap(),
            0.07822197568997294,
        );
    }

    #[test]
    fn the_other_less_the_baseline() {
        let (forward, backward) = (
            paired_difference(&A, &B, 0.95).unwrap(),
            paired_difference(&B, &A, 0.95).unwrap(),
        );
        near(forward.difference.mean, -backward.difference.mean);
        assert_eq!(forward.correlation, backward.correlation);
        near(
            forward.difference.upper.unwrap(),
            -backward.difference.lower.unwrap(),
        );
    }

    #[test]
    fn ratios_of_totals() {
        let a = [
            (2.0, 100.0),
            (1.0, 120.0),
            (3.0, 90.0),
            (2.0, 110.0),
            (4.0, 105.0),
        ];
        let b = [
            (4.0, 101.0),
            (2.0, 118.0),
            (4.0, 92.0),
            (5.0, 111.0),
            (7.0, 103.0),
        ];
        let p = paired_ratio(&a, &b, 0.95).unwrap();
        near(p.difference.mean, 0.019047619047619046);
        near(p.difference.half_width().unwrap(), 0.011830604522260089);
        near(p.correlation.unwrap(), 0.9018149787686116);
        let ratio = paired_ratio(&a, &a, 0.95).unwrap();
        assert_eq!(
            ratio.difference,
            Estimate {
                mean: 0.0,
                lower: Some(0.0),
                upper: Some(0.0)
            }
        );
        near(ratio.correlation.unwrap(), 1.0);
        assert_eq!(
            paired_ratio(&a[..1], &[(1.0, 0.0)], 0.95),
            None,
            "nothing was due"
        );
    }

    #[test]
    fn too_little_says_nothing_of_its_spread() {
        assert_eq!(paired_difference(&[], &[], 0.95), None);
        assert_eq!(paired_ratio(&[], &[], 0.95), None);
        let single = paired_difference(&[1.0], &[3.0], 0.95).unwrap();
        assert_eq!(
            single,
            PairedDifference {
                difference: Estimate {
                    mean: 2.0,
                    lower: None,
                    upper: None
                },
                correlation: None
            }
        );
        assert_eq!(
            paired_difference(&[1.0, 2.0], &[1.0, 3.0], 0.95)
                .unwrap()
                .correlation,
            None
        );
        assert_eq!(
            paired_difference(&[0.1; 3], &[1.0, 3.0, 2.0], 0.95)
                .unwrap()
                .correlation,
            None
        );
    }

    #[test]
    fn samples_are_compared_by_their_kind() {
        let ratios = |xs: &[f64]| {
            xs.iter()
                .map(|x| Sample::Ratio(*x, 10.0))
                .collect::<Vec<_>>()
        };
        let p = paired_samples(&ratios(&[1.0, 2.0, 3.0]), &ratios(&[2.0, 4.0, 3.0]), 0.95).unwrap();
        near(p.difference.mean, 0.1);
        let counts = [Sample::Count(1), Sample::Count(4), Sample::Absent];
        let larger = [Sample::Count(2), Sample::Count(6), Sample::Count(9)];
        near(
            paired_samples(&counts, &larger, 0.95)
                .unwrap()
                .difference
                .mean,
            1.5,
        );
        assert_eq!(
            paired_samples(&[Sample::Absent], &[Sample::Absent], 0.95),
            None
        );
        assert_eq!(
            paired_samples(&[Sample::Beyond(1.0)], &[Sample::Value(1.0)], 0.95),
            None
        );
    }

    #[test]
    fn a_difference_allows_for_what_rare_faults_did_not_show_yet() {
        let figure = |drops: f64, rare: f64| FigureSamples {
            samples: vec![Sample::Value(drops); 10],
            rare: vec![rare; 10],
        };
        // Ten faults that all cost 4 and 1 drops: 3 fewer, and 1 − 0.025^(1/10) = 0.3085 of the faults may cost 4 or nothing.
        let unseen = 0.308_497_107_818_760_8;
        let difference = |a: &FigureSamples, b: &FigureSamples| {
            let difference = paired_figures(a, b, 0.95).unwrap().difference;
            (difference.mean, difference.half_width().unwrap())
        };
        let (mean, half) = difference(&figure(5.0, 4.0), &figure(2.0, 1.0));
        near(mean, -3.0);
        near(half, 4.0 * unseen);
        // Alike so far: not known to be alike.
        near(
            difference(&figure(5.0, 4.0), &figure(5.0, 4.0)).1,
            4.0 * unseen,
        );
        let complete = FigureSamples {
            rare: Vec::new(),
            ..figure(5.0, 0.0)
        };
        assert_eq!(difference(&complete, &complete), (0.0, 0.0));
        // Of a ratio the part is one of the total: 10 of 100 in ten replications of 20.
        let ratio = FigureSamples {
            samples: vec![Sample::Ratio(3.0, 20.0); 10],
            rare: vec![1.0; 10],
        };
        near(difference(&ratio, &ratio).1, 0.05 * unseen);
        // Of an alternative with more replications only the common ones count.
        let mut alternative = figure(2.0, 1.0);
        alternative.samples.push(Sample::Value(1e9));
        alternative.rare.push(1e9);
        near(difference(&figure(5.0, 4.0), &alternative).0, -3.0);
    }

    #[test]
    fn bonferroni_shares_the_error() {
        near(bonferroni(0.95, 5), 0.99);
        assert_eq!(bonferroni(0.95, 1), 0.95);
        assert_eq!(bonferroni(0.95, 0), 0.95, "nothing to share");
    }
}
