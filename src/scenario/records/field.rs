//! The fields of a row: numbers and times, read exactly.

use crate::quantity::parse_span;

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

/// Microseconds from the start of the run, which is at `start_us` on the users' clocks.
pub(super) fn read_time(text: &[u8], start_us: i64) -> Option<i64> {
    if let [clock @ .., half @ (b'a' | b'A' | b'p' | b'P'), b'm' | b'M'] = text {
        return read_half_day(clock.trim_ascii_end(), half.to_ascii_lowercase(), start_us);
    }
    let mut parts = text.split(|b| *b == b':');
    let (first, minutes) = (parts.next()?, parts.next());
    let Some(minutes) = minutes else {
        return decimal(first, 6).map(|us| us as i64);
    };
    let seconds = parts.next().unwrap_or(b"00");
    let is_two_digits = |part: &[u8]| part.len() == 2 || part.get(2) == Some(&b'.');
    if !(1..=3).contains(&first.len())
        || minutes.len() != 2
        || !is_two_digits(seconds)
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

/// "8:10" of the half of a day that is a.m. or p.m.
fn read_half_day(clock: &[u8], half: u8, start_us: i64) -> Option<i64> {
    let since_midnight = clock.contains(&b':').then(|| read_time(clock, 0))??;
    let hour = since_midnight / HOUR_US;
    if !(1..=12).contains(&hour) {
        return None;
    }
    // 12 a.m. is midnight, 12 p.m. noon.
    let hours = hour % 12 + if half == b'p' { 12 } else { 0 };
    Some((hours - hour) * HOUR_US + since_midnight - start_us)
}

const HOUR_US: i64 = 3_600_000_000;

/// A duration in microseconds: seconds, hours with minutes and seconds like 00:01:30, or with a unit like 1.5 min.
pub(super) fn read_duration(text: &[u8]) -> Option<u64> {
    let seconds = decimal(text, 6);
    // Nearly every duration is one, and a recording has millions of them.
    if seconds.is_some() {
        return seconds;
    }
    match text.iter().filter(|b| **b == b':').count() {
        0 => parse_span(std::str::from_utf8(text).ok()?).map(|span| span.0),
        2 => read_time(text, 0).and_then(|us| u64::try_from(us).ok()),
        _ => None,
    }
}

/// What to write instead of a duration that cannot be read, where that is known.
pub(super) fn duration_hint(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("; write 0 where there was none".into());
    }
    // Groups of digits, or a decimal comma between commas.
    let is_number = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b",. '".contains(&b));
    if let Some(decimals) = text
        .rfind([',', '.'])
        .filter(|_| is_number && text.contains(','))
    {
        let (whole, decimals) = text.split_at(decimals);
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        return Some(format!("; write {whole}.{}", &decimals[1..]));
    }
    let (first, second) = text.split_once(':')?;
    let (first, second): (u64, u64) = (first.parse().ok()?, second.parse().ok()?);
    (first < 60 && second < 60).then(|| {
        format!(
            "; write 00:{first:02}:{second:02} if these are minutes and seconds, {first:02}:{second:02}:00 if hours and minutes"
        )
    })
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
    fn durations_have_one_meaning_or_are_refused() {
        for (text, us) in [
            ("90", 90_000_000),
            ("00:01:30", 90_000_000),
            ("0:01:30.5", 90_500_000),
            ("1.5 min", 90_000_000),
            ("90s", 90_000_000),
        ] {
            assert_eq!(read_duration(text.as_bytes()), Some(us), "{text}");
        }
        for text in ["1:30", "", "-5", "1:2:3", "90 days ago", "00:01:30 pm"] {
            assert_eq!(read_duration(text.as_bytes()), None, "{text}");
        }
        let hint = duration_hint("1:30").unwrap();
        assert!(
            hint.contains("00:01:30") && hint.contains("01:30:00"),
            "{hint}"
        );
        assert_eq!(duration_hint("1:90"), None);
        assert_eq!(duration_hint("1.234,5").unwrap(), "; write 1234.5");
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
            ("8:30 AM", 1_800_000_000),
            ("12:00:01am", -eight + 1_000_000),
            ("12:00 PM", 4 * eight / 8),
            ("4:00:00 pm", eight),
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
            "13:00 PM",
            "0:10 AM",
            "9 am",
            "AM",
            "-1",
            ":",
            "",
        ] {
            assert_eq!(read_time(text.as_bytes(), eight), None, "{text}");
        }
    }
}
