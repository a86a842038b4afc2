//! What happens at several times of day, or again and again.

use super::moment::{DayUnknown, Moment};
use super::parse::{parse_clock, parse_span};
use super::time::{Span, Time};
use super::weekdays::Weekdays;

const DAY_US: i64 = 86_400_000_000;

/// How often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Every {
    /// After so long again.
    Interval(Span),
    /// On these days at this time.
    Day(Weekdays, Span),
}

/// When something happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Recurrence {
    /// At these moments.
    At(Vec<Moment>),
    /// Again and again. Two times of day bound each day, anything else bounds the whole.
    Every {
        /// How often.
        every: Every,
        /// From when on; `None`: one interval after the start.
        from: Option<Moment>,
        /// Until when; `None`: to the end.
        until: Option<Moment>,
    },
}

/// Reads "1 h", "03:00", "Sunday 03:00" or "Monday..Friday 12:00".
pub(crate) fn parse_every(text: &str) -> Option<Every> {
    let text = text.trim();
    if let Some(span) = parse_span(text).filter(|span| *span > Span::ZERO) {
        return Some(Every::Interval(span));
    }
    match text.rsplit_once(' ') {
        None => Some(Every::Day(Weekdays::EVERY, parse_clock(text)?)),
        Some((days, clock)) => Some(Every::Day(
            Weekdays::parse(days.trim())?,
            parse_clock(clock)?,
        )),
    }
}

impl Recurrence {
    /// The instants within a run, in order, one more than `most` at most.
    ///
    /// # Errors
    /// The start does not say on which day it is.
    pub(crate) fn instants(
        &self,
        start: Moment,
        horizon: Time,
        limit: usize,
    ) -> Result<Vec<Time>, DayUnknown> {
        let end = horizon.0 as i64;
        let in_run = |at: &i64| (0..end).contains(at);
        let mut instants: Vec<i64> = match self {
            Self::At(moments) => {
                let offsets = moments.iter().map(|moment| moment.after(start));
                offsets
                    .filter(|at| at.as_ref().map_or(true, in_run))
                    .collect::<Result<_, _>>()?
            }
            Self::Every { every, from, until } => {
                let bounds = (*from, *until);
                match *every {
                    Every::Day(days, clock) => {
                        let (first, last) = bounds_of(bounds, 0, start, end)?;
                        let at = |day: i64| day * DAY_US + clock.0 as i64 - start.clock.0 as i64;
                        let is_one = |day: &i64| match start.day {
                            Some(first) => Ok(days.contains(first.plus(*day).weekday())),
                            None if days == Weekdays::EVERY => Ok(true),
                            None => Err(DayUnknown::Weekday),
                        };
                        let mut offsets = Vec::new();
                        for day in (0..).take_while(|day| at(*day) <= last) {
                            if is_one(&day)? && at(day) >= first {
                                offsets.push(at(day));
                            }
                        }
                        offsets
                    }
                    Every::Interval(step) => {
                        let step = step.0 as i64;
                        let stretches = stretches(bounds, step, start, end)?;
                        let repeats = |(from, to): (i64, i64)| {
                            (0..)
                                .map(move |i| from + i * step)
                                .take_while(move |at| *at <= to)
                        };
                        let offsets = stretches.into_iter().flat_map(repeats).filter(in_run);
                        offsets.take(limit + 1).collect()
                    }
                }
            }
        };
        instants.retain(in_run);
        instants.sort_unstable();
        instants.dedup();
        instants.truncate(limit + 1);
        Ok(instants.into_iter().map(|at| Time(at as u64)).collect())
    }
}

/// The first and last instant that bounds allow.
fn bounds_of(
    (from, until): (Option<Moment>, Option<Moment>),
    default: i64,
    start: Moment,
    end: i64,
) -> Result<(i64, i64), DayUnknown> {
    let first = from.map_or(Ok(default), |from| from.after(start))?;
    let last = match until {
        None => end - 1,
        Some(until) if until.day.is_none() => first + until.after(start.plus(first))?,
        Some(until) => until.after(start)?,
    };
    Ok((first, last))
}

/// From when to when, once or on each day.
fn stretches(
    bounds: (Option<Moment>, Option<Moment>),
    step: i64,
    start: Moment,
    end: i64,
) -> Result<Vec<(i64, i64)>, DayUnknown> {
    let (Some(from), Some(until)) = bounds else {
        return Ok(vec![bounds_of(bounds, step, start, end)?]);
    };
    if from.day.is_some() || until.day.is_some() {
        return Ok(vec![bounds_of(bounds, step, start, end)?]);
    }
    let length = (until.clock.0 as i64 - from.clock.0 as i64).rem_euclid(DAY_US);
    let first = from.clock.0 as i64 - start.clock.0 as i64;
    let days = (-1..).map(|day| first + day * DAY_US);
    let days = days.take_while(|at| *at < end);
    Ok(days.map(|at| (at, at + length)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::moment::{parse_moment, print_moment};
    use super::*;

    /// What comes within a run of so many days, on the clock.
    fn clock_times(
        recurrence: &Recurrence,
        start: &str,
        days: u64,
    ) -> Result<Vec<String>, DayUnknown> {
        let start = parse_moment(start).unwrap();
        let horizon = Time(days * DAY_US as u64);
        let instants = recurrence.instants(start, horizon, 1000)?;
        Ok(instants
            .into_iter()
            .map(|at| print_moment(start.plus(at.0 as i64)))
            .collect())
    }

    fn every(text: &str, from: Option<&str>, until: Option<&str>) -> Recurrence {
        let moment = |text: &str| parse_moment(text).unwrap();
        Recurrence::Every {
            every: parse_every(text).unwrap(),
            from: from.map(moment),
            until: until.map(moment),
        }
    }

    #[test]
    fn every_sunday_is_every_sunday() {
        let sundays = every("Sunday 03:00", None, None);
        let expected = ["2026-12-06 03:00", "2026-12-13 03:00"];
        assert_eq!(
            clock_times(&sundays, "2026-11-30 06:00", 14).unwrap(),
            expected
        );
        assert_eq!(clock_times(&sundays, "06:00", 14), Err(DayUnknown::Weekday));
        let nightly = clock_times(&every("03:00", None, None), "06:00", 3).unwrap();
        assert_eq!(nightly, ["03:00"; 3]);
        let working = every("Monday..Friday 12:00", None, None);
        assert_eq!(
            clock_times(&working, "Friday 06:00", 4).unwrap(),
            ["Friday 12:00", "Monday 12:00"]
        );
    }

    #[test]
    fn an_interval_goes_on_until_the_end() {
        let six = every("6 h", None, None);
        assert_eq!(
            clock_times(&six, "08:00", 1).unwrap(),
            ["14:00", "20:00", "02:00"]
        );
        let from = every("10 min", Some("09:00:30"), Some("09:25"));
        assert_eq!(
            clock_times(&from, "08:00", 1).unwrap(),
            ["09:00:30", "09:10:30", "09:20:30"]
        );
        let interval = every("1 d", Some("Tuesday 09:00"), Some("Thursday 09:00"));
        assert_eq!(
            clock_times(&interval, "Monday 08:00", 7).unwrap(),
            ["Tuesday 09:00", "Wednesday 09:00", "Thursday 09:00"]
        );
    }

    #[test]
    fn two_times_of_day_bound_each_day() {
        let hours = every("3 h", Some("09:00"), Some("15:00"));
        let two_days = clock_times(&hours, "Monday 10:00", 2).unwrap();
        assert_eq!(
            two_days,
            [
                "Monday 12:00",
                "Monday 15:00",
                "Tuesday 09:00",
                "Tuesday 12:00",
                "Tuesday 15:00",
                "Wednesday 09:00"
            ]
        );
        let night = every("2 h", Some("23:00"), Some("03:00"));
        assert_eq!(
            clock_times(&night, "00:00", 1).unwrap(),
            ["01:00", "03:00", "23:00"]
        );
    }

    #[test]
    fn moments_outside_the_run_are_left_out() {
        let at = Recurrence::At(["09:00", "12:00"].map(|t| parse_moment(t).unwrap()).into());
        assert_eq!(clock_times(&at, "10:00", 1).unwrap(), ["12:00", "09:00"]);
        for bad in ["0 s", "Someday 03:00", "Sunday", "hourly", ""] {
            assert_eq!(parse_every(bad), None, "{bad}");
        }
    }
}
