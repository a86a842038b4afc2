//! The steady state of a run: its figures without the warm-up, which MSER-5 finds in their minutes.
//!
//! A run is a terminating day unless it is asked for otherwise: its figures are those of the whole day, the quiet minutes
//! before the first sign-in too. The steady state is what the minutes settle to, and only meant where nothing ends the day.
//! The truncation is that of the minutes averaged over the replications, which shows it more clearly than one of them
//! does; each metric has its own. Source: K. Hoad, S. Robinson, R. Davies, Automating warm-up length estimation,
//! J. Operational Research Society 61 (2010), section 3.

use super::estimate::{CONFIDENCE, Estimate, poisson_bounds, ratio_interval};
use super::mser::mser5;
use crate::measure::{Metric, MinuteBin};

/// One metric without its warm-up.
#[derive(Clone, Debug)]
pub struct Steady {
    /// What it is.
    pub metric: &'static Metric,
    /// Minutes that are left out.
    pub warm_up_min: usize,
    /// Minutes that are left.
    pub kept_min: usize,
    /// What it settles to; `None`: the run is too short to tell, or nothing was due.
    pub estimate: Option<Estimate>,
    /// Nothing was counted in the minutes that are left: the exact upper bound of the rate.
    pub upper_if_none: Option<f64>,
    /// The run is too short: it has not settled for long enough, or has fewer than 50 minutes.
    pub too_short: bool,
}

/// What of a minute makes a metric: numerator and denominator.
type Share = fn(&MinuteBin) -> (f64, f64);

fn signed_in_us(bin: &MinuteBin) -> f64 {
    (bin.usable_us + bin.setting_up_us + bin.silent_us + bin.visible_us) as f64
}

const HOUR_US: f64 = 3.6e9;
const METRICS: [(&str, Share); 5] = [
    ("down_fraction", |b| {
        (
            (b.setting_up_us + b.silent_us + b.visible_us) as f64,
            signed_in_us(b),
        )
    }),
    ("drops_per_client_hour", |b| {
        (b.drops as f64, signed_in_us(b) / HOUR_US)
    }),
    ("missed_toasts_per_client_hour", |b| {
        (b.toasts_missed as f64, signed_in_us(b) / HOUR_US)
    }),
    ("refresh_rate_per_s", |b| (b.refreshes as f64, 60.0)),
    ("message_rate_per_s", |b| (b.messages as f64, 60.0)),
];

/// The steady state of every metric that minutes make, from the whole minutes of each replication.
pub fn steady_state(replications: &[Vec<MinuteBin>]) -> Vec<Steady> {
    let minutes = replications.iter().map(Vec::len).min().unwrap_or(0);
    let estimate_of = |(name, share): (&str, Share)| {
        let total = |minute: usize| {
            let shares = replications.iter().map(|r| share(&r[minute]));
            shares.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y))
        };
        // Before anybody is signed in there is nothing to be down.
        let mean = |(above, below): (f64, f64)| if below > 0.0 { above / below } else { 0.0 };
        let truncation = mser5(
            &(0..minutes)
                .map(|minute| mean(total(minute)))
                .collect::<Vec<f64>>(),
        );
        let steady_sums = |r: &Vec<MinuteBin>| {
            let minute_values = r[truncation.deleted..minutes].iter().map(share);
            minute_values.fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y))
        };
        let pairs: Vec<(f64, f64)> = replications.iter().map(steady_sums).collect();
        let (above, below) = pairs
            .iter()
            .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        // Of a share of time there is none: a moment is no trial.
        let is_zero = !truncation.too_short
            && above == 0.0
            && below > 0.0
            && name.ends_with("_per_client_hour");
        Steady {
            metric: Metric::by_name(name).unwrap_or_else(|| unreachable!("{name} is a metric")),
            warm_up_min: truncation.deleted,
            kept_min: minutes - truncation.deleted,
            estimate: if truncation.too_short {
                None
            } else {
                ratio_interval(&pairs, CONFIDENCE)
            },
            upper_if_none: is_zero.then(|| poisson_bounds(0, CONFIDENCE).1 / below),
            too_short: truncation.too_short,
        }
    };
    METRICS.into_iter().map(estimate_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 100 users nobody is down for 20 minutes, while they set up, and one in ten from then on; in the first replication
    /// 50 messages a minute, in the second 70.
    fn day(minutes: usize, messages: u64) -> Vec<MinuteBin> {
        let down = |m: usize| if m < 20 { 60 } else { 10 };
        let bin = |m: usize| MinuteBin {
            usable_us: (100 - down(m)) * 60_000_000,
            silent_us: down(m) * 60_000_000,
            messages,
            ..MinuteBin::default()
        };
        (0..minutes).map(bin).collect()
    }

    #[test]
    fn what_it_settles_to_is_told_without_the_warm_up() {
        let steady = steady_state(&[day(200, 50), day(200, 70)]);
        let figure = |name: &str| steady.iter().find(|s| s.metric.name == name).unwrap();
        let down = figure("down_fraction");
        assert_eq!(
            (down.warm_up_min, down.kept_min, down.too_short),
            (20, 180, false)
        );
        let e = down.estimate.unwrap();
        assert!(
            (e.mean - 0.1).abs() < 1e-12 && e.half_width().unwrap() < 1e-12,
            "{e:?}"
        );
        // Nothing of the load is warm-up: 60 messages a minute.
        let load = figure("message_rate_per_s");
        assert_eq!(
            (load.warm_up_min, load.estimate.map(|e| e.mean)),
            (0, Some(1.0))
        );
        // ± t(0.975, 1) · √2/6 / √2 = 12.7062/6.
        assert!(
            (load.estimate.unwrap().half_width().unwrap() - 12.7062047361747 / 6.0).abs() < 1e-9
        );
    }

    #[test]
    fn none_has_its_upper_bound() {
        let drops = steady_state(&[day(200, 1), day(200, 1)]).swap_remove(1);
        assert_eq!(drops.metric.name, "drops_per_client_hour");
        // Of 200 minutes of 100 users on two days, 666.7 hours.
        assert!(
            (drops.upper_if_none.unwrap() - 3.688879454113936 / (100.0 * 400.0 / 60.0)).abs()
                < 1e-12
        );
    }

    #[test]
    fn a_short_run_is_told_and_has_no_figure() {
        let short = steady_state(&[day(45, 50)]);
        assert!(
            short.iter().all(|s| s.too_short && s.estimate.is_none()),
            "fewer than 50 minutes"
        );
        // It settles after 20 of 30 minutes: more than half.
        let down = |minutes| steady_state(&[day(minutes, 1), day(minutes, 1)]).swap_remove(0);
        assert!(steady_state(&[]).iter().all(|s| s.too_short));
        assert!(!down(50).too_short && down(50).estimate.is_some());
    }
}
