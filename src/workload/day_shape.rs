//! How a rate varies over the day.

use crate::quantity::{Span, Time};

const DAY_US: u64 = 86_400_000_000;

/// Factors by time of day, each valid until the next and round midnight; none: 1 at all times.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DayShape {
    /// Time since midnight and the factor from then on, in the order of time.
    pub steps: Vec<(Span, f64)>,
}

impl DayShape {
    /// The factor at a time of day, and how long it stays.
    fn at(&self, clock_us: u64) -> (f64, u64) {
        let (Some((first, _)), Some((_, last))) = (self.steps.first(), self.steps.last()) else {
            return (1.0, DAY_US);
        };
        let next = self.steps.iter().position(|(from, _)| from.0 > clock_us);
        match next {
            Some(0) => (*last, first.0 - clock_us),
            Some(next) => (self.steps[next - 1].1, self.steps[next].0.0 - clock_us),
            None => (*last, DAY_US + first.0 - clock_us),
        }
    }

    /// The factor at an instant of a run that begins at `start_us` since midnight, and for how many microseconds it stays.
    pub(super) fn factor_at(&self, now: Time, start_us: i64) -> (f64, u64) {
        let clock = (now.0 as i64)
            .wrapping_add(start_us)
            .rem_euclid(DAY_US as i64);
        self.at(clock as u64)
    }

    /// When so many microseconds at factor 1 have gone by after `from`, in a run that begins at `start_us` since midnight.
    pub fn after(&self, from: Time, start_us: i64, mut unit_us: f64) -> Time {
        if self.steps.is_empty() {
            return from + Span::from_micros_f64(unit_us);
        }
        let mut now = from;
        loop {
            let (factor, stays) = self.factor_at(now, start_us);
            let worth = factor * stays as f64;
            if worth > unit_us {
                return now + Span::from_micros_f64(unit_us / factor);
            }
            unit_us -= worth;
            now += Span(stays);
            // Beyond any run: a rate so low that it makes no difference.
            if now.0 > 1000 * 366 * DAY_US {
                return now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_faster_in_busy_hours() {
        let hour = |h: u64| Span::from_secs(3600 * h);
        let shape = DayShape {
            steps: vec![(hour(8), 2.0), (hour(12), 0.5)],
        };
        let start = hour(10).0 as i64;
        // 10:00 to 12:00 at factor 2 are 4 h worth, then 2 h more at 0.5 take 4 h.
        assert_eq!(shape.after(Time::ZERO, start, 6.0 * 3.6e9), Time(hour(6).0));
        // Before 08:00 the last factor of the day before holds: 07:00 + 2 h (1 h worth 0.5, the rest at 2).
        assert_eq!(
            shape.after(Time::ZERO, hour(7).0 as i64, 1.5 * 3.6e9),
            Time(hour(1).0 + hour(1).0 / 2)
        );
        assert_eq!(DayShape::default().after(Time(5), 7, 10.0), Time(15));
    }
}
