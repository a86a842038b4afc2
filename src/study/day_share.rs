//! Objectives over days: a replication is a day, and on so many days of so many the day's figure is to stay on the right
//! side of its target. What decides is a quantile of the days, between two order statistics ([`quantile_interval`]).

use super::estimate::Estimate;
use super::quantile::{quantile_interval, quantile_replications};
use super::samples::{MetricRow, value};
use crate::measure::{Bound, DayShare, Sample};

/// The quantile of the days that decides, in the place of the mean over them; without an estimate where a day has no value.
pub(super) fn row(
    row: MetricRow,
    samples: impl Iterator<Item = Sample>,
    quantile: DayShare,
    bound: Bound,
    confidence: f64,
) -> MetricRow {
    let samples: Vec<Sample> = samples.collect();
    let p = quantile.quantile(bound);
    // What lies beyond the horizon is as bad as can be, and at least so much.
    let interval = |beyond: fn(f64) -> f64| {
        let day = |sample: &Sample| match *sample {
            Sample::Beyond(lower_bound) => Some(beyond(lower_bound)),
            other => value(other),
        };
        let days: Option<Vec<f64>> = samples.iter().map(day).collect();
        quantile_interval(&days?, p, confidence)
    };
    let finite = |x: &f64| x.is_finite();
    let estimate = interval(|lower_bound| lower_bound)
        .zip(interval(|_| f64::INFINITY))
        .map(|(low, high)| Estimate {
            mean: low.mean,
            lower: low.lower,
            upper: high.upper.filter(finite),
        });
    MetricRow {
        estimate,
        beyond: None,
        upper_if_none: None,
        // Its bounds are exact ones, not symmetric.
        is_rare: true,
        ..row
    }
}

/// About how many days would settle it; `None`: there is a day without a value, or just so many days hold it as are to.
pub(super) fn replications_to_settle(
    samples: impl Iterator<Item = Sample>,
    quantile: DayShare,
    bound: Bound,
    confidence: f64,
) -> Option<u32> {
    let holds = |sample: Sample| match (bound, sample) {
        (Bound::AtMost(_), Sample::Beyond(_)) => Some(false),
        (Bound::AtLeast(target), Sample::Beyond(lower_bound)) => Some(lower_bound >= target),
        (Bound::AtMost(target), other) => Some(value(other)? <= target),
        (Bound::AtLeast(target), other) => Some(value(other)? >= target),
    };
    let days: Vec<bool> = samples.map(holds).collect::<Option<_>>()?;
    let fewest = quantile_replications(quantile.quantile(bound), confidence);
    let n = days.len() as u32;
    if n < fewest {
        return Some(fewest);
    }
    // The share of days that hold it, against the one that is to: where the interval of the one excludes the other.
    let target_share = f64::from(quantile.days) / f64::from(quantile.total_days);
    let held_share = days.iter().filter(|is_held| **is_held).count() as f64 / f64::from(n);
    let distance = held_share - target_share;
    let sample_size =
        NORMAL_95 * NORMAL_95 * target_share * (1.0 - target_share) / (distance * distance);
    let is_bounded = sample_size < f64::from(u32::MAX);
    is_bounded.then(|| (sample_size.ceil() as u32).max(n + 1))
}

/// The 0.975-quantile of the normal distribution.
const NORMAL_95: f64 = 1.959_963_984_540_054;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;
    use crate::measure::{METRICS, Metric, Objective, Scope};
    use crate::quantity::Time;
    use crate::study::{Column, Observation, Samples, Verdict, columns, judge_all};

    const DAYS: DayShare = DayShare {
        days: 19,
        total_days: 20,
    };

    /// The verdict on days with these shares of missed toasts, and how many would settle it.
    fn day_verdict(days: &[Sample], bound: Bound) -> (Verdict, Option<u32>) {
        let mut samples = Samples::new(vec![Scope::All], Time(1));
        for (number, sample) in (0..).zip(days) {
            let value_of = |c: &Column| match (c.metric.name, c.cause) {
                ("down_fraction", None) => *sample,
                _ => Sample::Absent,
            };
            samples.add(
                number,
                Observation {
                    values: vec![columns().iter().map(value_of).collect()],
                    fingerprint: 0,
                    events: 0,
                    is_random: true,
                    presence: Vec::new(),
                    rare: Vec::new(),
                },
            );
        }
        let objective = Objective {
            metric: Metric::by_name("down_fraction").unwrap_or(&METRICS[0]),
            cause: None,
            scope: Scope::All,
            bound,
            quantile: Some(DAYS),
            rarest_fault: None,
        };
        let judgement = judge_all(&[objective], &samples).swap_remove(0);
        (judgement.verdict, judgement.replications_needed)
    }

    fn days(good: usize, bad: usize) -> Vec<Sample> {
        let good = std::iter::repeat_n(Sample::Ratio(1.0, 100.0), good);
        good.chain(std::iter::repeat_n(Sample::Ratio(9.0, 100.0), bad))
            .collect()
    }

    #[test]
    fn nineteen_of_twenty_days_take_72_days_to_be_shown() {
        let at_most = Bound::AtMost(0.05);
        // 0.95^72 < 0.025 < 0.95^71: so many good days in a row are no chance.
        assert_eq!(day_verdict(&days(72, 0), at_most), (Verdict::Pass, None));
        assert_eq!(
            day_verdict(&days(71, 0), at_most),
            (Verdict::Inconclusive, Some(72))
        );
        // Of 5 days 4 bad ones: P(B ≥ 4) at 0.05 is 3e-5.
        assert_eq!(day_verdict(&days(1, 4), at_most).0, Verdict::Fail);
        // On the mean they would pass: a day is worse, and that is what counts.
        assert_eq!(day_verdict(&days(60, 12), at_most).0, Verdict::Fail);
        // The other way round: at least 5 % on 19 of 20 days.
        let at_least = Bound::AtLeast(0.05);
        assert_eq!(day_verdict(&days(0, 72), at_least).0, Verdict::Pass);
        assert_eq!(day_verdict(&days(40, 40), at_least).0, Verdict::Fail);
    }

    #[test]
    fn a_day_without_a_value_leaves_it_open_and_one_beyond_is_a_bad_one() {
        let at_most = Bound::AtMost(0.05);
        let mut sample_days = days(72, 0);
        sample_days.push(Sample::Absent);
        assert_eq!(
            day_verdict(&sample_days, at_most),
            (Verdict::Inconclusive, None)
        );
        let late = vec![Sample::Beyond(0.06); 5];
        assert_eq!(day_verdict(&late, at_most).0, Verdict::Fail);
        let maybe = vec![Sample::Beyond(0.01); 100];
        assert_eq!(day_verdict(&maybe, at_most).0, Verdict::Inconclusive);
    }

    /// On just 19 of 20 days it holds: a verdict that says otherwise comes in 2.5 % on either side at most.
    #[test]
    fn a_verdict_is_wrong_as_seldom_as_it_says() {
        let (mut passes, mut failed) = (0, 0);
        let studies = 1000;
        for study in 0..studies {
            let mut stream = Stream::open(5, study, 0, 0);
            let day = |_| Sample::Ratio(stream.uniform(), 1.0);
            let sample_days: Vec<Sample> = (0..200).map(day).collect();
            match day_verdict(&sample_days, Bound::AtMost(0.95)).0 {
                Verdict::Pass => passes += 1,
                Verdict::Fail => failed += 1,
                Verdict::Inconclusive => {}
            }
        }
        // 25 are expected at most; 3.5 standard errors above that.
        assert!(passes <= 42 && failed <= 42, "{passes} {failed}");
    }

    #[test]
    fn so_many_of_so_many_days() {
        let parse = DayShare::parse;
        assert_eq!(parse("19 of 20 days"), Some(DAYS));
        assert_eq!(DAYS.to_string(), "19 of 20 days");
        assert_eq!(DAYS.quantile(Bound::AtMost(1.0)), 0.95);
        assert_eq!(DAYS.quantile(Bound::AtLeast(1.0)), 0.05);
        let wrong = [
            "20 of 20 days",
            "0 of 20 days",
            "95 %",
            "19 of 20",
            "1.5 of 2 days",
        ];
        assert!(wrong.iter().all(|text| parse(text).is_none()));
    }
}
