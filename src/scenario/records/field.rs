//! The fields of a row: numbers and times, read exactly.

use time::Date;

use crate::quantity::parse_date;

/// The bounds of a field without the spaces and quotes round it.
pub(super) fn trimmed(line: &[u8], mut begin: usize, mut end: usize) -> (usize, usize) {
    let space = |byte: u8| byte == b' ' || byte == b'\t';
    while begin < end && space(line[begin]) {
        begin += 1;
    }
    while begin < end && space(line[end - 1]) {
        end -= 1;
    }
    if end - begin >= 2 && line[begin] == b'"' && line[end - 1] == b'"' {
        (begin, end) = (begin + 1, end - 1);
    }
    (begin, end)
}

/// A number with so many decimals at most, in units of the last of them; `None` where it is none, or too large for any use.
pub(super) fn decimal(text: &[u8], decimals: u32) -> Option<u64> {
    let point = text.iter().position(|b| *b == b'.');
    let (whole, fraction) = point.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let digits = |bytes: &[u8], from: u64| {
        bytes.iter().try_fold(from, |n, b| {
            b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0'))
        })
    };
    let fraction = fraction.unwrap_or(b"");
    if !(1..=10).contains(&whole.len())
        || fraction.len() > decimals as usize
        || (point.is_some() && fraction.is_empty())
    {
        return None;
    }
    let number = digits(fraction, digits(whole, 0)?)?;
    Some(number * 10u64.pow(decimals - fraction.len() as u32))
}

/// A time of day on a date, with its difference to universal time where that is given, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DatedTime {
    pub(super) date: Date,
    pub(super) clock_us: i64,
    pub(super) zone_us: Option<i64>,
}

/// Reads "2026-11-30 09:00:00", "2026-11-30T09:00:00.25Z" or "2026-11-30 09:00:00+01:00".
pub(super) fn read_dated(text: &[u8]) -> Option<DatedTime> {
    let text = std::str::from_utf8(text).ok()?;
    let (date, rest) = text.split_once([' ', 'T'])?;
    let date = parse_date(date)?;
    let rest = rest.trim();
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = (rest[..zone].trim_end(), &rest[zone..]);
    let minutes = |text: &str| {
        let (hours, minutes) = text
            .split_once(':')
            .unwrap_or((text.get(..2)?, text.get(2..)?));
        let minutes = if minutes.is_empty() { "0" } else { minutes };
        Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    let zone_us = match zone.as_bytes().first() {
        None => None,
        Some(b'Z') if zone.len() == 1 => Some(0),
        Some(b'+') => Some(minutes(&zone[1..])? * 60_000_000),
        Some(b'-') => Some(-minutes(&zone[1..])? * 60_000_000),
        Some(_) => return None,
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

/// Microseconds from the start of the run, which is at `start_us` on the users' clocks.
pub(super) fn read_time(text: &[u8], start_us: i64) -> Option<i64> {
    let mut parts = text.split(|b| *b == b':');
    let (first, minutes) = (parts.next()?, parts.next());
    let Some(minutes) = minutes else {
        return decimal(first, 6).map(|us| us as i64);
    };
    let seconds = parts.next().unwrap_or(b"00");
    let two = |part: &[u8]| part.len() == 2 || part.get(2) == Some(&b'.');
    if !(1..=3).contains(&first.len())
        || minutes.len() != 2
        || !two(seconds)
        || parts.next().is_some()
    {
        return None;
    }
    let (hours, minutes, seconds) = (
        decimal(first, 0)?,
        decimal(minutes, 0)?,
        decimal(seconds, 6)?,
    );
    let clock = (hours * 60 + minutes) * 60_000_000 + seconds;
    (minutes < 60 && seconds < 60_000_000).then_some(clock as i64 - start_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, us) in [
            ("0", 0),
            ("7.25", 7_250_000),
            ("0.000001", 1),
            ("86400.000000", 86_400_000_000),
        ] {
            assert_eq!(decimal(text.as_bytes(), 6), Some(us), "{text}");
        }
        for text in [
            "",
            ".5",
            "5.",
            "-1",
            "+1",
            "1e3",
            "0.0000001",
            "99999999999",
            "1.2.3",
            "1 2",
            "NaN",
        ] {
            assert_eq!(decimal(text.as_bytes(), 6), None, "{text}");
        }
    }

    #[test]
    fn dates_and_zones_are_read() {
        let read = |text: &str| read_dated(text.as_bytes());
        let plain = read("2026-11-30 09:00:00.5").unwrap();
        assert_eq!((plain.clock_us, plain.zone_us), (32_400_500_000, None));
        let zones = [
            ("2026-11-30T09:00:00Z", 0),
            ("2026-11-30 09:00+01:00", 3_600_000_000),
            ("2026-11-30 09:00:00 -0530", -19_800_000_000),
            ("2026-11-30T09:00:00+02", 7_200_000_000),
        ];
        for (text, zone) in zones {
            assert_eq!(read(text).unwrap().zone_us, Some(zone), "{text}");
        }
        for bad in [
            "2026-11-31 09:00",
            "30.11.2026 09:00",
            "2026-11-30",
            "2026-11-30 9",
            "09:00",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn times_of_day_count_from_the_start() {
        let eight = 8 * 3_600_000_000;
        for (text, us) in [
            ("08:00", 0),
            ("08:00:00.5", 500_000),
            ("07:59:59", -1_000_000),
            ("24:00:00", 2 * eight),
            ("12.5", 12_500_000),
            ("8:30", 1_800_000_000),
        ] {
            assert_eq!(read_time(text.as_bytes(), eight), Some(us), "{text}");
        }
        for text in [
            "08:60",
            "08:00:60",
            "08:0",
            "08:00:0",
            "08:00:00:00",
            "08:00:00.",
            "0800:00",
            "-1",
            ":",
            "",
        ] {
            assert_eq!(read_time(text.as_bytes(), eight), None, "{text}");
        }
    }
}
