//! Bounds of what happened never, or a few times: of so few events Student's t knows nothing.

use super::estimate::{Estimate, binomial_bounds, poisson_bounds, ratio_interval};
use super::tail;
use crate::measure::{Metric, Sample};

/// The upper bound of what never happened: of a count over the replications, of a rate over all of its hours, of a share
/// over everything that was due. A share of time may be all of a user's day: it has the bound of the users who lose theirs.
///
/// It is that of events that come one by one. What comes in bursts, from a fault that is drawn at random, is simulated on
/// condition that it comes where a run hardly ever has one (rare faults): it is not missed by chance.
pub(super) fn upper_if_none(
    metric: &Metric,
    samples: &[Sample],
    signed_in: u64,
    confidence: f64,
) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    if samples.iter().all(|s| *s == Sample::Count(0)) {
        return Some(poisson_bounds(0, confidence).1 / samples.len() as f64);
    }
    let never = samples
        .iter()
        .all(|s| matches!(s, Sample::Ratio(above, _) if *above == 0.0) || *s == Sample::Absent);
    let due: f64 = samples
        .iter()
        .map(|s| {
            if let Sample::Ratio(_, below) = s {
                *below
            } else {
                0.0
            }
        })
        .sum();
    match metric.name {
        _ if !never || due <= 0.0 => None,
        _ if metric.is_share_of_time() && signed_in > 0 => {
            Some((poisson_bounds(0, confidence).1 / signed_in as f64).min(1.0))
        }
        _ => exact_bounds(metric, 0.0, due, confidence).map(|(_, upper)| upper),
    }
}

/// So large a share of runs with a rare fault may go otherwise than all that were seen, at that confidence: of ten, 31 %.
///
/// What one fault does hangs on when it comes. Ten faults that did the same say nothing of the one in twenty that comes
/// before the first sign-in and does nothing, and their spread of 0 covered the truth in 34 of 100 cases. Therefore this
/// share of the part of a figure that comes from them is added to half of its interval. It is added, since the spread of
/// what was seen is uncertain too: the larger one of both covered missed toasts, whose number is skewed, in 87 of 100.
pub(super) fn share_unseen(replications: u32, confidence: f64) -> f64 {
    1.0 - libm::pow(
        (1.0 - confidence) / 2.0,
        1.0 / f64::from(replications.max(1)),
    )
}

/// More events than these, and Student's t does as well: the ratio of totals with the linearised interval begins here.
const RARE: f64 = 10.0;
/// Of two or three replications Student's t needs more: two counts of the same mean may well be equal, and would then have
/// an interval without width.
const RARE_OF_FEW: f64 = 50.0;
/// So few replications are few.
const FEW: usize = 3;

/// The exact bounds of what happened a few times in all replications, where it comes as independent events do: what
/// comes in bursts, or like clockwork, varies more or less than those from replication to replication, and there only
/// the spread of the replications says how far it may be off. The index of dispersion tells, Σ(x − e)²/e ~ χ²(n − 1),
/// within its middle 95 %. Of two or three replications it cannot tell clockwork from chance: they have exact bounds up to
/// some more events, then the wider ones of both kinds. Source: D. R. Cox, P. A. W. Lewis, The Statistical Analysis of Series of Events, section 6.3.
pub(super) fn rare_bounds(
    metric: &Metric,
    samples: &[Sample],
    confidence: f64,
) -> Option<(f64, f64)> {
    let pair = |s: &Sample| match *s {
        Sample::Count(n) => Some((n as f64, 1.0)),
        Sample::Ratio(above, below) if below > 0.0 => Some((above, below)),
        _ => None,
    };
    let pairs: Vec<(f64, f64)> = samples.iter().filter_map(pair).collect();
    let (k, due) = pairs
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    let is_few = pairs.len() <= FEW;
    let most = if is_few { RARE_OF_FEW } else { RARE };
    // What is weighted is no number of events.
    let is_counted = pairs.iter().all(|(x, _)| x.fract() == 0.0);
    if pairs.len() < 2 || k == 0.0 || k > most || !is_counted {
        return None;
    }
    let dispersion: f64 = pairs
        .iter()
        .map(|(x, y)| (x - k / due * y) * (x - k / due * y) / (k / due * y))
        .sum();
    let lower_tail = tail::gamma((pairs.len() - 1) as f64 / 2.0, dispersion / 2.0);
    let is_clockwork = lower_tail < 0.025 && !is_few;
    if is_clockwork || lower_tail > 0.975 {
        return None;
    }
    let (lower, upper) = exact_bounds(metric, k, due, confidence)?;
    let by_spread = (k > RARE)
        .then(|| ratio_interval(&pairs, confidence))
        .flatten();
    Some(match by_spread {
        Some(Estimate {
            lower: Some(low),
            upper: Some(high),
            ..
        }) => (lower.min(low).max(0.0), upper.max(high)),
        _ => (lower, upper),
    })
}

/// The exact bounds of `k` events of so many that were due, or in so much time; `None`: the metric counts no events.
fn exact_bounds(metric: &Metric, k: f64, due: f64, confidence: f64) -> Option<(f64, f64)> {
    match metric.name {
        "missed_toast_fraction" | "failed_origination_fraction" | "dropped_session_fraction" => {
            Some(binomial_bounds(
                k as u64,
                (due as u64).max(k as u64),
                confidence,
            ))
        }
        "session_drops"
        | "interruptions"
        | "setups_failed"
        | "toasts_missed"
        | "originations_failed"
        | "refreshes_failed"
        | "messages_lost"
        | "jobs_refused"
        | "drops_per_client_hour"
        | "missed_toasts_per_client_hour" => {
            let (lower, upper) = poisson_bounds(k as u64, confidence);
            Some((lower / due, upper / due))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::{CONFIDENCE, near};
    use super::*;

    #[test]
    fn what_happened_a_few_times_has_exact_bounds() {
        let bounds = |name: &str, samples: &[Sample]| {
            rare_bounds(Metric::by_name(name).unwrap(), samples, CONFIDENCE)
        };
        let counts = |all: &[u64]| all.iter().map(|n| Sample::Count(*n)).collect::<Vec<_>>();
        // 3 events in 4 replications: Garwood's bounds of 3, over 4. Student's t would begin below 0.
        let (lower, upper) = bounds("session_drops", &counts(&[1, 0, 2, 0])).unwrap();
        near(lower, 0.6186721228956013 / 4.0);
        near(upper, 8.767273069742326 / 4.0);
        // 3 of 1000: Clopper–Pearson.
        let missed = [(1.0, 300.0), (0.0, 300.0), (2.0, 400.0)].map(|(x, y)| Sample::Ratio(x, y));
        let (lower, upper) = bounds("missed_toast_fraction", &missed).unwrap();
        near(lower, 0.0006190999316495713);
        near(upper, 0.008742023238478304);
        assert_eq!(
            bounds("session_drops", &counts(&[2, 2, 2, 2])),
            None,
            "like clockwork: no spread at all"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[0, 0, 0, 12])),
            None,
            "a burst: one replication says it all"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[4, 2, 3, 2])),
            None,
            "not rare"
        );
        let some = [
            (2.0, 100.0),
            (1.0, 120.0),
            (3.0, 90.0),
            (2.0, 110.0),
            (4.0, 105.0),
        ];
        let some = some.map(|(x, y)| Sample::Ratio(x, y));
        assert_eq!(
            bounds("missed_toast_fraction", &some),
            None,
            "a ratio of totals, 0.022857 ± 0.015455"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[3])),
            None,
            "of one replication nothing is known"
        );
        // Garwood's bounds of 16, over 2; Student's t has no width.
        let (lower, upper) = bounds("session_drops", &counts(&[8, 8])).unwrap();
        near(lower, 9.145382453641524 / 2.0);
        near(upper, 25.98299759756094 / 2.0);
        let (lower, _) = bounds("session_drops", &counts(&[5, 15])).unwrap();
        near(lower, 0.0);
        assert_eq!(
            bounds("down_peak", &counts(&[1, 0, 2, 0])),
            None,
            "a peak is no number of events"
        );
    }

    #[test]
    fn what_never_happened_has_an_upper_bound() {
        let bounds = |name: &str, samples: &[Sample]| {
            upper_if_none(Metric::by_name(name).unwrap(), samples, 0, CONFIDENCE)
        };
        let none_of = |n| Sample::Ratio(0.0, n);
        // 1 − 0.025^(1/1000) and −ln 0.025 over 8 hours; of a share of time the users count.
        near(
            bounds("missed_toast_fraction", &[none_of(400.0), none_of(600.0)]).unwrap(),
            0.003682083896865672,
        );
        near(
            bounds("drops_per_client_hour", &[none_of(8.0)]).unwrap(),
            3.688879454113936 / 8.0,
        );
        near(
            bounds("session_drops", &[Sample::Count(0); 4]).unwrap(),
            3.688879454113936 / 4.0,
        );
        assert_eq!(bounds("down_fraction", &[none_of(8.0)]), None, "of nobody");
        for name in ["down_fraction", "setting_up_fraction"] {
            let metric = Metric::by_name(name).unwrap();
            near(
                upper_if_none(metric, &[none_of(8.0)], 400, CONFIDENCE).unwrap(),
                3.688879454113936 / 400.0,
            );
        }
        assert_eq!(
            bounds(
                "missed_toast_fraction",
                &[Sample::Ratio(1.0, 400.0), none_of(600.0)]
            ),
            None
        );
        assert_eq!(bounds("missed_toast_fraction", &[Sample::Absent]), None);
    }
}
