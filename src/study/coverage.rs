//! How often the intervals cover what is known, over 10,000 macro-replications each: measured, not assumed.
//!
//! So many, since the standard error of a coverage is then 0.22 %, of 1,000 only 0.69 %.
//! `cargo test --release coverage -- --ignored --nocapture` prints the figures that stand in the module's documentation.
#![cfg(test)]

use rand_distr::Distribution;

use super::*;
use crate::engine::{Exponential, Normal, Stream};

const MACRO_REPLICATIONS: u32 = 10_000;

/// The fraction of macro-replications whose interval covers `truth`, where each draws its samples from its own stream.
fn coverage(name: &str, truth: f64, interval: impl Fn(&mut Stream) -> (f64, f64)) -> f64 {
    let covers = |n: &u32| {
        let mut stream = Stream::open(95, *n, crate::engine::name_key(name), 0);
        let (lower, upper) = interval(&mut stream);
        lower <= truth && truth <= upper
    };
    let covered = (0..MACRO_REPLICATIONS).filter(covers).count();
    let fraction = covered as f64 / f64::from(MACRO_REPLICATIONS);
    println!("{name}: {:.1} %", 100.0 * fraction);
    fraction
}

fn bounds(estimate: Estimate) -> (f64, f64) {
    (
        estimate.lower.unwrap_or(f64::NEG_INFINITY),
        estimate.upper.unwrap_or(f64::INFINITY),
    )
}

fn draws(n: usize, stream: &mut Stream, mut draw: impl FnMut(&mut Stream) -> f64) -> Vec<f64> {
    (0..n).map(|_| draw(stream)).collect()
}

/// Poisson, as the number of unit exponentials that fit.
fn poisson(mean: f64, stream: &mut Stream) -> u32 {
    let mut remaining_time = mean;
    let mut events = 0;
    loop {
        remaining_time -= Exponential.sample(stream);
        if remaining_time < 0.0 {
            return events;
        }
        events += 1;
    }
}

/// Missed of due: 40 bursts of 1 to 5 toasts on average, and in each burst every toast is missed with probability 0.1, 0.3
/// or, in common random numbers with it, in `extra` more of the bursts. E[missed]/E[due] = 0.2 + 0.5·extra.
fn compound_poisson(stream: &mut Stream, extra: f64) -> [(f64, f64); 2] {
    let mut totals = [(0.0, 0.0); 2];
    for _ in 0..poisson(40.0, stream) {
        let size = 1 + (stream.uniform() * 5.0) as u32;
        let p = if stream.chance(0.5) { 0.1 } else { 0.3 };
        let worse = if stream.chance(extra) { p + 0.5 } else { p };
        for _ in 0..size {
            let draw = stream.uniform();
            for (total, p) in totals.iter_mut().zip([p, worse]) {
                total.0 += f64::from(u8::from(draw < p));
                total.1 += 1.0;
            }
        }
    }
    totals
}

/// At least 95 %, as far as the macro-replications can tell.
#[track_caller]
fn is_at_least_95(fraction: f64) {
    let error = (0.95 * 0.05 / f64::from(MACRO_REPLICATIONS)).sqrt();
    assert!(fraction >= 0.95 - 3.0 * error, "{fraction}");
}

#[track_caller]
fn is_near_95(fraction: f64) {
    assert!((0.93..=0.97).contains(&fraction), "{fraction}");
}

#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn t_intervals_of_means() {
    let normal = |n| move |s: &mut Stream| draws(n, s, |s| 5.0 + 2.0 * Normal.sample(s));
    let mean = |samples: Vec<f64>| bounds(mean_interval(&samples, 0.95).unwrap());
    is_near_95(coverage("mean of 5 normals", 5.0, |s| mean(normal(5)(s))));
    is_near_95(coverage("mean of 10 normals", 5.0, |s| mean(normal(10)(s))));
    let of_many =
        |s: &mut Stream| draws(100, s, |s| Exponential.sample(s)).iter().sum::<f64>() / 100.0;
    is_near_95(coverage("mean of 10 means of 100 exponentials", 1.0, |s| {
        mean(draws(10, s, of_many))
    }));
    is_near_95(coverage("mean of 200 exponentials", 1.0, |s| {
        mean(draws(200, s, |s| Exponential.sample(s)))
    }));
}

/// The reason for the warning: skewed samples, and few of them.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn too_few_skewed_samples_do_not_cover() {
    let mean = |samples: Vec<f64>| bounds(mean_interval(&samples, 0.95).unwrap());
    let small_samples = coverage("mean of 10 exponentials", 1.0, |s| {
        mean(draws(10, s, |s| Exponential.sample(s)))
    });
    assert!(small_samples < 0.93, "{small_samples}");
}

#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn ratios_of_totals() {
    let ratio = |n: usize| {
        move |s: &mut Stream| {
            let pairs: Vec<(f64, f64)> = (0..n).map(|_| compound_poisson(s, 0.0)[0]).collect();
            bounds(ratio_interval(&pairs, 0.95).unwrap())
        }
    };
    is_near_95(coverage(
        "ratio of 10 compound Poisson pairs",
        0.2,
        ratio(10),
    ));
    is_near_95(coverage(
        "ratio of 30 compound Poisson pairs",
        0.2,
        ratio(30),
    ));
}

#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn paired_differences() {
    is_near_95(coverage(
        "paired difference of 10, correlation 0.9",
        0.3,
        |s| {
            let common_part = draws(10, s, |s| 3.0 * Normal.sample(s));
            let [a, b] = [0.0, 0.3].map(|mean| {
                common_part
                    .iter()
                    .map(|x| x + mean + Normal.sample(s))
                    .collect::<Vec<f64>>()
            });
            bounds(paired_difference(&a, &b, 0.95).unwrap().difference)
        },
    ));
    is_near_95(coverage("paired difference of ratios of 10", 0.05, |s| {
        let totals: Vec<[(f64, f64); 2]> = (0..10).map(|_| compound_poisson(s, 0.1)).collect();
        let column = |side: usize| {
            totals
                .iter()
                .map(|pair| pair[side])
                .collect::<Vec<(f64, f64)>>()
        };
        bounds(
            paired_ratio(&column(0), &column(1), 0.95)
                .unwrap()
                .difference,
        )
    }));
    let joint = coverage("all of 4 paired differences of 10, Bonferroni", 0.0, |s| {
        let common_part = draws(10, s, |s| Normal.sample(s));
        let rival = |s: &mut Stream| {
            common_part
                .iter()
                .map(|x| x + Normal.sample(s))
                .collect::<Vec<f64>>()
        };
        let baseline = rival(s);
        let intervals = (0..4).map(|_| {
            paired_difference(&baseline, &rival(s), bonferroni(0.95, 4))
                .unwrap()
                .difference
        });
        intervals
            .map(bounds)
            .fold((f64::MIN, f64::MAX), |extremes, interval| {
                (extremes.0.max(interval.0), extremes.1.min(interval.1))
            })
    });
    is_at_least_95(joint);
}

/// These promise at least 95 %, and of discrete samples they cannot promise exactly as much.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn exact_intervals_cover_at_least_as_promised() {
    for mean in [0.5, 5.0, 50.0] {
        let c = coverage(&format!("Garwood, mean {mean}"), mean, |s| {
            poisson_bounds(u64::from(poisson(mean, s)), 0.95)
        });
        is_at_least_95(c);
    }
    for (p, n) in [(0.003, 1000), (0.3, 100)] {
        let c = coverage(&format!("Clopper–Pearson, {p} of {n}"), p, |s| {
            binomial_bounds((0..n).filter(|_| s.chance(p)).count() as u64, n, 0.95)
        });
        is_at_least_95(c);
    }
    for (p, n) in [(0.5, 10), (0.5, 30), (0.9, 50)] {
        let truth = -libm::log(1.0 - p);
        let c = coverage(&format!("{p}-quantile of {n} exponentials"), truth, |s| {
            bounds(quantile_interval(&draws(n, s, |s| Exponential.sample(s)), p, 0.95).unwrap())
        });
        is_at_least_95(c);
    }
}

/// A few events in ten replications: exact bounds, else those of Student's t, as every figure has them.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn rare_counts_of_ten_replications() {
    use crate::measure::{Metric, Sample};
    let drops = Metric::by_name("session_drops").unwrap();
    for mean in [0.3, 1.0, 2.0] {
        let c = coverage(&format!("10 Poisson counts of mean {mean}"), mean, |s| {
            let counts: Vec<u32> = (0..10).map(|_| poisson(mean, s)).collect();
            let samples: Vec<Sample> = counts
                .iter()
                .map(|n| Sample::Count(u64::from(*n)))
                .collect();
            let t = || {
                bounds(
                    mean_interval(
                        &counts.iter().map(|n| f64::from(*n)).collect::<Vec<_>>(),
                        0.95,
                    )
                    .unwrap(),
                )
            };
            match counts.iter().sum::<u32>() {
                0 => (0.0, poisson_bounds(0, 0.95).1 / 10.0),
                _ => rare::rare_bounds(drops, &samples, CONFIDENCE).unwrap_or_else(t),
            }
        });
        assert!((0.93..=0.99).contains(&c), "{c}");
    }
}

/// The same of two or three replications, where two counts are often equal.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn counts_of_two_and_three_replications() {
    use crate::measure::{Metric, Sample, Scope};
    let drops = Metric::by_name("session_drops").unwrap();
    let column = columns()
        .iter()
        .position(|c| c.metric == drops && c.cause.is_none())
        .unwrap();
    for n in [2, 3, 5] {
        for mean in [0.3, 1.0, 3.0, 8.0, 30.0] {
            let name = format!("{n} Poisson counts of mean {mean}");
            let c = coverage(&name, mean, |s| {
                let mut samples = Samples::new(vec![Scope::All], crate::quantity::Time(1));
                for number in 0..n {
                    let mut values = vec![Sample::Absent; columns().len()];
                    values[column] = Sample::Count(u64::from(poisson(mean, s)));
                    samples.add(
                        number,
                        Observation {
                            values: vec![values],
                            fingerprint: 0,
                            events: 0,
                            is_random: true,
                            presence: Vec::new(),
                            rare: Vec::new(),
                        },
                    );
                }
                bounds(samples.row(0, column).estimate.unwrap())
            });
            assert!(c >= 0.93, "{name}: {c}");
        }
    }
}

/// Stopping when the interval happens to be narrow costs some coverage; few checkpoints keep that small.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn stopping_at_a_precision() {
    for precision in [
        Precision::Absolute(0.5),
        Precision::Absolute(0.2),
        Precision::Relative(0.05),
    ] {
        let c = coverage(&format!("mean of normals until {precision:?}"), 2.0, |s| {
            let mut samples: Vec<f64> = Vec::new();
            for n in checkpoints(10, 1000) {
                let extra = draws(n as usize - samples.len(), s, |s| 2.0 + Normal.sample(s));
                samples.extend(extra);
                if precision.is_met(&mean_interval(&samples, 0.95).unwrap()) {
                    break;
                }
            }
            bounds(mean_interval(&samples, 0.95).unwrap())
        });
        is_near_95(c);
    }
}

/// A truth at the target passes in at most its nominal share, 2.5 %, however often a verdict is looked at.
#[test]
#[ignore = "slow: 10,000 macro-replications of each"]
fn looks_are_paid_for() {
    for start in [5, 10] {
        let confidence = confidence_of_looks(checkpoints(start, 1000).count(), 1);
        for (name, confidence) in [("paid for", confidence), ("not paid for", CONFIDENCE)] {
            let mut passes = 0;
            for macro_replication in 0..MACRO_REPLICATIONS {
                let mut s = Stream::open(31, macro_replication, u64::from(start), 0);
                let mut samples: Vec<f64> = Vec::new();
                for n in checkpoints(start, 1000) {
                    let extra = draws(n as usize - samples.len(), &mut s, |s| Normal.sample(s));
                    samples.extend(extra);
                    let (lower, upper) = bounds(mean_interval(&samples, confidence).unwrap());
                    passes += u32::from(upper <= 0.0);
                    if upper <= 0.0 || lower > 0.0 {
                        break;
                    }
                }
            }
            let share = f64::from(passes) / f64::from(MACRO_REPLICATIONS);
            println!(
                "a truth at the target passes, looks from {start} on {name}: {:.1} %",
                100.0 * share
            );
            assert_eq!(share <= 0.025, confidence > CONFIDENCE, "{share}");
        }
    }
}
