//! What being down comes to: minutes in which users had no session, all users together, in a day.

use super::estimate::{CONFIDENCE, Estimate, mean_interval};

const MINUTE_US: f64 = 6e7;
const DAY_S: f64 = 86_400.0;

/// Days in a run: one that is shorter than a day is a day of work.
pub fn days_in_run(horizon_s: f64) -> f64 {
    (horizon_s / DAY_S).max(1.0)
}

/// The minutes down of all users in a day, from the microseconds down and signed in of each replication (what
/// `down_fraction` is a ratio of) and from the bounds of that fraction, which know of rare faults and of none: the 95 %
/// interval of the mean over the replications, at least as wide as those bounds. Nobody is down for less than nothing.
/// `None`: nobody was ever signed in.
pub fn user_minutes(
    times_us: &[(f64, f64)],
    fraction: Option<Estimate>,
    horizon_s: f64,
) -> Option<Estimate> {
    let day = |us: f64| us / MINUTE_US / days_in_run(horizon_s);
    let minutes: Vec<f64> = times_us.iter().map(|(down, _)| day(*down)).collect();
    let interval = mean_interval(&minutes, CONFIDENCE)?;
    let signed_in = times_us.iter().map(|(_, us)| day(*us)).sum::<f64>() / minutes.len() as f64;
    let bound =
        |bound_of: fn(Estimate) -> Option<f64>| fraction.and_then(bound_of).map(|x| x * signed_in);
    let min_minutes = bound(|fraction| fraction.lower).unwrap_or(f64::INFINITY);
    let max_minutes = bound(|fraction| fraction.upper).unwrap_or(f64::NEG_INFINITY);
    Some(Estimate {
        lower: interval.lower.map(|lower| lower.min(min_minutes).max(0.0)),
        upper: interval.upper.map(|upper| upper.max(max_minutes)),
        ..interval
    })
}

/// The same amount of something else: minutes at a price of an hour.
pub fn at_price_of_an_hour(minutes: Estimate, price: f64) -> Estimate {
    let money = |minutes: f64| minutes / 60.0 * price;
    Estimate {
        mean: money(minutes.mean),
        lower: minutes.lower.map(money),
        upper: minutes.upper.map(money),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_down_are_those_of_all_users_in_a_day() {
        // 20 users down for 3 min each, and for 5 min each: 80 user-minutes ± 12.706 · 20 in a run of 8 h.
        let signed_in = 20.0 * 480.0 * 6e7;
        let runs = [20.0 * 3.0 * 6e7, 20.0 * 5.0 * 6e7].map(|down| (down, signed_in));
        let shift = user_minutes(&runs, None, 8.0 * 3600.0).unwrap();
        assert_eq!((shift.mean, shift.lower), (80.0, Some(0.0)));
        assert!((shift.upper.unwrap() - 334.124).abs() < 0.01);
        // The same in ten days is a tenth of it a day.
        let week = user_minutes(&runs, None, 10.0 * 86_400.0).unwrap();
        assert_eq!(week.mean, 8.0);
        // Nobody was down, and up to 1 % of the time somebody may be: 96 of 9,600 minutes.
        let fraction = Estimate {
            mean: 0.0,
            lower: Some(0.0),
            upper: Some(0.01),
        };
        let calm = user_minutes(&[(0.0, signed_in); 2], Some(fraction), 8.0 * 3600.0).unwrap();
        assert_eq!((calm.mean, calm.upper), (0.0, Some(96.0)));
        // At 30 an hour, 80 min cost 40.
        assert_eq!(at_price_of_an_hour(shift, 30.0).mean, 40.0);
        assert_eq!(user_minutes(&[], None, 1.0), None);
    }
}
