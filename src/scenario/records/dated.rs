//! Times with a date, in the forms that programs write them.

use time::{Date, Month};

use super::field::read_time;
use crate::quantity::parse_date;

/// A time of day on a date, with its difference to universal time where that is given, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DatedTime {
    pub(super) date: Date,
    pub(super) clock_us: i64,
    pub(super) zone_us: Option<i64>,
}

/// Where the day stands in a date that ends with the year and has no points, like 11/30/2026.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum DayPlace {
    /// Before the month.
    First,
    /// After the month.
    Second,
}

/// A date that ends with the year and has no points, like 11/30/2026: its day may stand first or second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OpenDate<'a> {
    first: u8,
    second: u8,
    year: u16,
    /// What follows the date.
    rest: &'a str,
}

impl<'a> OpenDate<'a> {
    /// That with which a text begins.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        // Nearly no time has such a date, and a recording has millions of them.
        let separator = text.iter().find(|b| !b.is_ascii_digit())?;
        if !b"/-".contains(separator) {
            return None;
        }
        let (date, rest) = split(std::str::from_utf8(text).ok()?)?;
        let (numbers, separator) = numbers(date)?;
        let (first, second, year) = numbers;
        let is_open = separator != '.' && first < 1000;
        is_open.then_some(Self {
            first: first as u8,
            second: second as u8,
            year,
            rest,
        })
    }

    /// Where its day stands, if a number above 12 says so.
    pub(super) fn day_place(self) -> Option<DayPlace> {
        match (self.first > 12, self.second > 12) {
            (true, false) => Some(DayPlace::First),
            (false, true) => Some(DayPlace::Second),
            _ => None,
        }
    }

    /// The same time with the year first, for each place of the day that makes a date.
    pub(super) fn instead(self) -> String {
        let dated_text = |place: DayPlace| {
            let date = self.date(place)?;
            Some(format!("{date} {}", self.rest))
        };
        let forms = [DayPlace::Second, DayPlace::First].map(dated_text);
        let mut forms: Vec<String> = forms.into_iter().flatten().collect();
        forms.dedup();
        forms.join(" or ")
    }

    fn date(self, place: DayPlace) -> Option<Date> {
        let (day, month) = match place {
            DayPlace::First => (self.first, self.second),
            DayPlace::Second => (self.second, self.first),
        };
        date_of(self.year, month, day)
    }
}

/// A date and what follows it: "2026-11-30T09:00", "30.11.2026 09:00", "11/30/2026, 9:00 AM".
fn split(text: &str) -> Option<(&str, &str)> {
    let (date, rest) = text.split_once([' ', 'T'])?;
    // A comma may have been taken for a decimal one.
    Some((date.trim_end_matches([',', '.']), rest.trim()))
}

/// The three numbers of a date, and what separates them.
fn numbers(date: &str) -> Option<((u16, u16, u16), char)> {
    let separator = date.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = date.split(separator);
    let mut part = || {
        let part = parts.next().filter(|p| matches!(p.len(), 1 | 2 | 4))?;
        let is_plain = part.bytes().all(|b| b.is_ascii_digit());
        let number = part.parse::<u16>().ok().filter(|_| is_plain)?;
        // Only a year has four digits, and no year has fewer.
        ((part.len() == 4) == (number >= 1000)).then_some(number)
    };
    let (first, second, third) = (part()?, part()?, part()?);
    let has_year = (first >= 1000) != (third >= 1000) && second < 100;
    let is_date = has_year && parts.next().is_none() && "./-".contains(separator);
    is_date.then_some(((first, second, third), separator))
}

fn date_of(year: u16, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(i32::from(year), Month::try_from(month).ok()?, day).ok()
}

/// A date in any form: points have the day first.
fn read_date(date: &str, day_place: Option<DayPlace>) -> Option<Date> {
    if let Some(date) = parse_date(date) {
        return Some(date);
    }
    let ((first, second, third), separator) = numbers(date)?;
    match (first >= 1000, separator, day_place) {
        (true, ..) => date_of(first, second as u8, third as u8),
        (_, '.', _) | (.., Some(DayPlace::First)) => date_of(third, second as u8, first as u8),
        (.., Some(DayPlace::Second)) => date_of(third, first as u8, second as u8),
        (.., None) => None,
    }
}

/// Reads "2026-11-30 09:00:00", "2026-11-30T09:00:00.25Z", "2026-11-30 09:00:00+01:00" or "30.11.2026 9:00"; where it is
/// known where the day stands, "11/30/2026 9:00 AM" too.
pub(super) fn read_dated(text: &[u8], day_place: Option<DayPlace>) -> Option<DatedTime> {
    let (date, rest) = split(std::str::from_utf8(text).ok()?)?;
    let date = read_date(date, day_place)?;
    let zone = rest.find(['Z', '+', '-', 'U', 'G']).unwrap_or(rest.len());
    let (clock, zone) = (rest[..zone].trim_end(), &rest[zone..]);
    let minutes = |text: &str| {
        let (hours, minutes) = text
            .split_once(':')
            .unwrap_or((text.get(..2)?, text.get(2..)?));
        let minutes = if minutes.is_empty() { "0" } else { minutes };
        Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    let zone_us = match zone.as_bytes() {
        [] => None,
        b"Z" | b"UTC" | b"GMT" => Some(0),
        [b'+', ..] => Some(minutes(&zone[1..])? * 60_000_000),
        [b'-', ..] => Some(-minutes(&zone[1..])? * 60_000_000),
        _ => return None,
    };
    let clock_us = clock
        .contains(':')
        .then(|| read_time(clock.as_bytes(), 0))??;
    Some(DatedTime {
        date,
        clock_us,
        zone_us,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<DatedTime> {
        read_dated(text.as_bytes(), None)
    }

    #[test]
    fn dates_and_zones_are_read() {
        let date = read("2026-11-30 09:00:00.5").unwrap();
        assert_eq!((date.clock_us, date.zone_us), (32_400_500_000, None));
        let zones = [
            ("2026-11-30T09:00:00Z", 0),
            ("2026-11-30 09:00:00 UTC", 0),
            ("2026-11-30 09:00+01:00", 3_600_000_000),
            ("2026-11-30 09:00:00 -0530", -19_800_000_000),
            ("2026-11-30T09:00:00+02", 7_200_000_000),
        ];
        for (text, zone) in zones {
            assert_eq!(read(text).unwrap().zone_us, Some(zone), "{text}");
        }
        for bad in [
            "2026-11-31 09:00",
            "31.11.2026 09:00",
            "30.11.26 09:00",
            "30.11/2026 09:00",
            "11/30/2026 09:00",
            "2026-11-30",
            "2026-11-30 9",
            "2026-11-30 09:00 UT",
            "09:00",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_read_in_the_forms_of_spreadsheets() {
        let date = read("2026-11-30 16:05:00");
        for text in [
            "30.11.2026 16:05",
            "30.11.2026, 16:05:00",
            "2026/11/30 16:05",
            "2026.11.30 4:05 PM",
        ] {
            assert_eq!(read(text), date, "{text}");
        }
        assert_eq!(read("1.2.2026 16:05"), read("2026-02-01 16:05"));
        let as_of = |text: &str, place| read_dated(text.as_bytes(), Some(place));
        let first = ["30/11/2026 16:05", "30-11-2026 4:05:00 pm"];
        assert!(first.iter().all(|t| as_of(t, DayPlace::First) == date));
        let second = ["11/30/2026 4:05 PM", "11/30/2026, 4:05:00 PM"];
        assert!(second.iter().all(|t| as_of(t, DayPlace::Second) == date));
        assert_eq!(as_of("30/11/2026 16:05", DayPlace::Second), None);
    }

    #[test]
    fn a_number_above_12_says_where_the_day_stands() {
        let place = |text: &str| OpenDate::parse(text.as_bytes()).unwrap().day_place();
        assert_eq!(place("11/30/2026 8:10 AM"), Some(DayPlace::Second));
        assert_eq!(place("30/11/2026 08:10"), Some(DayPlace::First));
        assert_eq!(place("05/06/2026 08:10"), None);
        let instead = |text: &str| OpenDate::parse(text.as_bytes()).unwrap().instead();
        assert_eq!(
            instead("5/6/2026 8:10 AM"),
            "2026-05-06 8:10 AM or 2026-06-05 8:10 AM"
        );
        assert_eq!(instead("30/11/2026 08:10"), "2026-11-30 08:10");
        for text in [
            "30.11.2026 08:10",
            "2026/11/30 08:10",
            "2026-11-30 08:10",
            "08:10",
            "",
        ] {
            assert_eq!(OpenDate::parse(text.as_bytes()), None, "{text}");
        }
    }
}
