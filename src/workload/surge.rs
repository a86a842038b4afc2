//! Surges: times at which people call more, or less, than they usually do.

use super::day_shape::DayShape;
use crate::quantity::{Span, Time};

/// A factor on the rate of calls for some time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Surge {
    /// From when.
    pub begins: Time,
    /// Until when.
    pub ends: Time,
    /// The rate meanwhile, of the usual one.
    pub factor: f64,
}

impl Surge {
    /// Surges that may overlap, their factors multiplied, as others in the order of time that do not.
    pub fn disjoint(surges: &[Self]) -> Vec<Self> {
        let mut bounds: Vec<Time> = surges.iter().flat_map(|s| [s.begins, s.ends]).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let between = |pair: &[Time]| Self {
            begins: pair[0],
            ends: pair[1],
            factor: (surges.iter())
                .filter(|s| s.begins <= pair[0] && pair[1] <= s.ends)
                .map(|s| s.factor)
                .product(),
        };
        let parts = bounds.windows(2).map(between);
        parts.filter(|s| s.factor != 1.0).collect()
    }
}

/// How the rate of a user's calls varies: over the day, and in surges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallRate<'a> {
    /// Over the day.
    pub shape: &'a DayShape,
    /// The run's start on the user's clock, microseconds since midnight.
    pub start_us: i64,
    /// In the order of time; none overlaps another.
    pub surges: &'a [Surge],
}

impl CallRate<'_> {
    /// When so many microseconds at factor 1 have gone by after `from`.
    pub(crate) fn after(&self, from: Time, mut unit_us: f64) -> Time {
        let mut now = from;
        for surge in self.surges.iter().filter(|s| s.ends > from) {
            for (until, factor) in [(surge.begins, 1.0), (surge.ends, surge.factor)] {
                if until <= now {
                    continue;
                }
                let worth = factor * self.shape.worth(now, until, self.start_us);
                if worth > unit_us {
                    return self.shape.after(now, self.start_us, unit_us / factor);
                }
                unit_us -= worth;
                now = until;
            }
        }
        self.shape.after(now, self.start_us, unit_us)
    }
}

impl DayShape {
    /// What the time between two instants is worth at the factors of the day, microseconds at factor 1.
    fn worth(&self, from: Time, to: Time, start_us: i64) -> f64 {
        let (mut now, mut worth) = (from, 0.0);
        while now < to {
            let (factor, stays) = self.factor_at(now, start_us);
            let until = (now + Span(stays)).min(to);
            worth += factor * (until - now).0 as f64;
            now = until;
        }
        worth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000_000;

    fn surge(from_h: u64, to_h: u64, factor: f64) -> Surge {
        Surge {
            begins: Time(from_h * HOUR),
            ends: Time(to_h * HOUR),
            factor,
        }
    }

    #[test]
    fn time_runs_faster_in_a_surge_and_stands_in_silence() {
        let shape = DayShape::default();
        let surges = [surge(1, 2, 3.0), surge(4, 5, 0.0)];
        let rate = CallRate {
            shape: &shape,
            start_us: 0,
            surges: &surges,
        };
        let after = |from_h: u64, hours: f64| {
            rate.after(Time(from_h * HOUR), hours * HOUR as f64).0 as f64 / HOUR as f64
        };
        assert_eq!(after(0, 0.5), 0.5);
        // 1 h at factor 1, then half an hour's worth takes a sixth of an hour.
        assert!((after(0, 1.5) - (1.0 + 1.0 / 6.0)).abs() < 1e-9);
        // 1 + 3 h worth by 2:00, 2 more by 4:00, nothing until 5:00.
        assert_eq!(after(0, 6.5), 5.5);
        assert_eq!(after(5, 1.0), 6.0);
        assert_eq!(after(1, 3.0), 2.0);
    }

    #[test]
    fn a_surge_multiplies_what_the_day_makes_of_the_rate() {
        let shape = DayShape {
            steps: vec![(Span::from_secs(3600), 2.0), (Span::from_secs(7200), 0.5)],
        };
        let surges = [surge(0, 3, 2.0)];
        let rate = CallRate {
            shape: &shape,
            start_us: HOUR as i64,
            surges: &surges,
        };
        // On the clock 01:00 to 02:00 at 2·2, then 2 h at 0.5·2, then 0.5: 4 + 2 h worth, and one more takes 2 h.
        assert_eq!(rate.after(Time::ZERO, 7.0 * HOUR as f64), Time(5 * HOUR));
    }

    #[test]
    fn surges_that_overlap_multiply() {
        let parts = Surge::disjoint(&[surge(1, 4, 2.0), surge(2, 3, 3.0), surge(3, 4, 0.5)]);
        assert_eq!(parts, [surge(1, 2, 2.0), surge(2, 3, 6.0)]);
        assert!(Surge::disjoint(&[]).is_empty());
    }
}
