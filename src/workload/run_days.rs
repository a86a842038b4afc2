//! On which days of a run users work.

use time::Weekday;

use crate::quantity::Weekdays;

/// The working days of a run: which of its days they are depends on the weekday of the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunDays {
    /// The days of the week.
    pub working: Weekdays,
    /// The weekday of the run's first sign-in; `None`: nobody knows, and every day is a working day. Default none.
    pub first: Option<Weekday>,
}

impl RunDays {
    /// Whether users sign in on a day of the run, counted from 0.
    pub fn is_working(self, day: u16) -> bool {
        self.first
            .is_none_or(|first| self.working.contains(first.nth_next((day % 7) as u8)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_of_a_run_follow_the_first() {
        let run = |first| RunDays {
            working: Weekdays::WORKING,
            first,
        };
        let works = |days: RunDays| (0..9).map(|d| days.is_working(d)).collect::<Vec<_>>();
        let friday = [true, false, false, true, true, true, true, true, false];
        assert_eq!(works(run(Some(Weekday::Friday))), friday);
        assert_eq!(works(run(None)), [true; 9]);
    }
}
