//! Times of day, with or without the day: "08:00", "Monday 08:00", "2026-11-30 08:00".

use time::{Date, Month, Weekday};

use super::parse::{parse_clock, print_clock};
use super::time::Span;

/// A day.
const DAY_US: i64 = 86_400_000_000;

/// Which day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Day {
    /// A day of the week.
    Week(Weekday),
    /// A day of the calendar.
    Date(Date),
}

/// A time of day, on a certain day or on any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// The day, where it is given.
    pub day: Option<Day>,
    /// The time since midnight.
    pub clock: Span,
}

/// Why a moment has no place in a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayUnknown {
    /// It names a weekday, and nobody knows on which one the run starts.
    Weekday,
    /// It names a date, and nobody knows on which one the run starts.
    Date,
}

impl Day {
    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Week(weekday) => weekday,
            Self::Date(date) => date.weekday(),
        }
    }

    /// So many days later, or earlier.
    pub fn plus(self, days: i64) -> Self {
        match self {
            Self::Week(weekday) => Self::Week(weekday.nth_next(days.rem_euclid(7) as u8)),
            Self::Date(date) => Self::Date(date.saturating_add(time::Duration::days(days))),
        }
    }
}

impl From<Span> for Moment {
    fn from(clock: Span) -> Self {
        Self { day: None, clock }
    }
}

impl Moment {
    /// When it is, microseconds from the start of a run: a time of day is the next one, a weekday the next one; a date may
    /// lie before the start.
    ///
    /// # Errors
    /// The start does not say on which day it is.
    pub fn after(self, start: Self) -> Result<i64, DayUnknown> {
        let since = self.clock.0 as i64 - start.clock.0 as i64;
        match (self.day, start.day) {
            (None, _) if since < 0 => Ok(since + DAY_US),
            (None, _) => Ok(since),
            (Some(Day::Week(_)), None) => Err(DayUnknown::Weekday),
            (Some(Day::Week(weekday)), Some(day)) => {
                let ahead = days_between(day.weekday(), weekday);
                let ahead = if ahead == 0 && since < 0 { 7 } else { ahead };
                Ok(i64::from(ahead) * DAY_US + since)
            }
            (Some(Day::Date(date)), Some(Day::Date(first))) => {
                let days = date.to_julian_day() - first.to_julian_day();
                Ok(i64::from(days) * DAY_US + since)
            }
            (Some(Day::Date(_)), _) => Err(DayUnknown::Date),
        }
    }

    /// The moment so many microseconds later.
    pub fn plus(self, us: i64) -> Self {
        let since_midnight = self.clock.0 as i64 + us;
        Self {
            day: (self.day).map(|day| day.plus(since_midnight.div_euclid(DAY_US))),
            clock: Span(since_midnight.rem_euclid(DAY_US) as u64),
        }
    }
}

/// Days from one day of the week to the next other one, 0 to 6.
pub(super) fn days_between(from: Weekday, to: Weekday) -> u8 {
    let number = |day: Weekday| day.number_days_from_monday();
    (7 + number(to) - number(from)) % 7
}

/// Reads a day of the week in English, whole or its first three letters.
pub(super) fn parse_weekday(text: &str) -> Option<Weekday> {
    let monday = Weekday::Monday;
    let mut weekdays = (0..7).map(|n| monday.nth_next(n));
    weekdays.find(|day| {
        let name = day.to_string();
        text.eq_ignore_ascii_case(&name) || text.eq_ignore_ascii_case(&name[..3])
    })
}

/// Reads a date, year, month and day: "2026-11-30".
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| {
        let part = parts.next().filter(|p| p.len() == digits)?;
        let is_plain = part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_plain)
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let month = Month::try_from(month as u8).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, day as u8).ok()?;
    parts.next().is_none().then_some(date)
}

/// Reads a time of day that may have its day before it.
pub(crate) fn parse_moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let is_date = text.starts_with(|c: char| c.is_ascii_digit());
    let separator = |c: char| c == ' ' || (is_date && c == 'T');
    let Some((day, clock)) = text.split_once(separator) else {
        return parse_clock(text).map(Moment::from);
    };
    let week = || parse_weekday(day).map(Day::Week);
    let day = parse_date(day).map(Day::Date).or_else(week)?;
    Some(Moment {
        day: Some(day),
        clock: parse_clock(clock)?,
    })
}

/// Writes a time of day, after its day where that is known.
pub(crate) fn print_moment(moment: Moment) -> String {
    let clock = print_clock(moment.clock);
    match moment.day {
        None => clock,
        Some(Day::Week(weekday)) => format!("{weekday} {clock}"),
        Some(Day::Date(date)) => format!("{} {clock}", print_date(date)),
    }
}

/// Writes a moment in ISO 8601, "2026-11-30T08:00:00"; where no date is known, the time of day.
pub fn print_iso(moment: Moment) -> String {
    let s = moment.clock.0 / 1_000_000;
    let clock = format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    match moment.day {
        Some(Day::Date(date)) => format!("{}T{clock}", print_date(date)),
        _ => clock,
    }
}

/// Writes a date, year first.
pub fn print_date(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_iso_8601_have_all_their_parts() {
        let iso = |text: &str, us: i64| print_iso(parse_moment(text).unwrap().plus(us));
        assert_eq!(iso("2026-11-30 08:00", 0), "2026-11-30T08:00:00");
        assert_eq!(iso("2026-11-30 23:59", 90_000_000), "2026-12-01T00:00:30");
        assert_eq!(iso("Monday 08:00", 60_000_000), "08:01:00");
        assert_eq!(iso("08:00", 0), "08:00:00");
    }

    fn after(moment: &str, start: &str) -> Result<i64, DayUnknown> {
        let read = |text| parse_moment(text).unwrap_or_else(|| panic!("{text}"));
        read(moment).after(read(start)).map(|us| us / 60_000_000)
    }

    #[test]
    fn a_moment_is_the_next_one_after_the_start() {
        let day = 24 * 60;
        assert_eq!(after("08:00", "08:00"), Ok(0));
        assert_eq!(after("07:59", "08:00"), Ok(day - 1));
        assert_eq!(after("Sunday 03:00", "Monday 06:00"), Ok(6 * day - 180));
        assert_eq!(after("Mon 07:00", "Monday 06:00"), Ok(60));
        assert_eq!(after("Monday 05:00", "Monday 06:00"), Ok(7 * day - 60));
        // 2026-11-30 is a Monday.
        assert_eq!(after("Sunday 03:00", "2026-11-30 06:00"), Ok(6 * day - 180));
        assert_eq!(after("2026-12-01 06:00", "2026-11-30 06:00"), Ok(day));
        assert_eq!(after("2026-11-29 06:00", "2026-11-30 06:00"), Ok(-day));
        assert_eq!(after("Sunday 03:00", "06:00"), Err(DayUnknown::Weekday));
        assert_eq!(
            after("2026-12-01 06:00", "Monday 06:00"),
            Err(DayUnknown::Date)
        );
    }

    #[test]
    fn moments_are_read_and_printed() {
        for text in [
            "08:00",
            "Monday 08:00:30",
            "Thursday 12:00",
            "2028-02-29 23:59",
        ] {
            assert_eq!(parse_moment(text).map(print_moment).as_deref(), Some(text));
        }
        let forms = ["2026-11-30T06:00", "2026-11-30 06:00"].map(parse_moment);
        assert_eq!(forms[0], forms[1]);
        for bad in [
            "Someday 08:00",
            "2026-02-29 08:00",
            "2026-1-1 08:00",
            "Monday",
            "Monday 24:00",
            "",
        ] {
            assert_eq!(parse_moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn later_moments_are_on_later_days() {
        let later = |text: &str, hours: i64| {
            print_moment(parse_moment(text).unwrap().plus(hours * 3_600_000_000))
        };
        assert_eq!(later("2026-11-30 06:00", 24), "2026-12-01 06:00");
        assert_eq!(later("Sunday 22:00", 3), "Monday 01:00");
        assert_eq!(later("Monday 01:00", -2), "Sunday 23:00");
        assert_eq!(later("22:00", 3), "01:00");
    }
}
