//! Quantities as people write them: a number and its unit, exactly.

use super::time::Span;

const SPAN_UNITS: [(&str, u64); 6] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];
const RATE_UNITS: [(&str, f64); 4] = [
    ("/s", 1.0),
    ("/min", 60.0),
    ("/h", 3600.0),
    ("/d", 86_400.0),
];

/// What else people write for the units.
const SPAN_WORDS: [(&[&str], &str); 5] = [
    (&["day", "days"], "d"),
    (&["hour", "hours", "hr", "hrs"], "h"),
    (&["minute", "minutes", "mins"], "min"),
    (&["second", "seconds", "sec", "secs"], "s"),
    (&["millisecond", "milliseconds"], "ms"),
];

/// Every word for a unit of a duration.
#[cfg(feature = "report")]
pub(crate) fn span_words() -> Vec<&'static str> {
    let others = SPAN_WORDS.iter().flat_map(|(words, _)| *words);
    let units = SPAN_UNITS.iter().map(|(unit, _)| unit);
    units.chain(others).copied().collect()
}

/// Splits "25 min" into number and unit.
fn split(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

/// A decimal number times a whole unit, where the result is whole.
fn scale(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 12 {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10u128.pow(fraction.len() as u32);
    let product = digits.checked_mul(u128::from(unit))?;
    if product % scale != 0 {
        return None;
    }
    u64::try_from(product / scale).ok()
}

/// Reads a duration: "25 min", "1.5 s", "500 ms". `None` where it is none, or no whole number of microseconds.
pub(crate) fn parse_span(text: &str) -> Option<Span> {
    let (number, unit) = split(text.trim());
    let word = || SPAN_WORDS.iter().find(|(words, _)| words.contains(&unit));
    let unit = word().map_or(unit, |(_, unit)| unit);
    let (_, us) = SPAN_UNITS.iter().find(|(name, _)| *name == unit)?;
    scale(number, *us).map(Span)
}

/// Writes a duration in the largest unit that keeps it whole.
pub(crate) fn print_span(span: Span) -> String {
    if span == Span::ZERO {
        return "0 s".into();
    }
    let (unit, us) = SPAN_UNITS
        .iter()
        .find(|(_, us)| span.0.is_multiple_of(*us))
        .unwrap_or(&("us", 1));
    format!("{} {unit}", span.0 / us)
}

/// Reads a time of day, "08:00", "8:00" or "08:00:30", since midnight.
pub(crate) fn parse_clock(text: &str) -> Option<Span> {
    let text = text.trim();
    let hours = text.find(':').unwrap_or(0);
    let is_part = |p: &str| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit());
    // Only the hours may have one digit.
    let mut parts = text.split(':').enumerate().map(|(index, p)| {
        let is_hour = index == 0 && hours == 1 && p.bytes().all(|b| b.is_ascii_digit());
        p.parse::<u64>().ok().filter(|_| is_hour || is_part(p))
    });
    let (h, m) = (parts.next()??, parts.next()??);
    let s = match parts.next() {
        Some(s) => s?,
        None => 0,
    };
    (parts.next().is_none() && h < 24 && m < 60 && s < 60)
        .then(|| Span::from_secs(h * 3600 + m * 60 + s))
}

/// Writes a time of day.
pub(crate) fn print_clock(span: Span) -> String {
    let s = span.0 / 1_000_000;
    let (h, m, s) = (s / 3600, s / 60 % 60, s % 60);
    if s == 0 {
        format!("{h:02}:{m:02}")
    } else {
        format!("{h:02}:{m:02}:{s:02}")
    }
}

/// Reads a rate, "1 /h" or "12 /s", per second.
pub(crate) fn parse_rate(text: &str) -> Option<f64> {
    let (number, unit) = split(text.trim());
    let (_, seconds) = RATE_UNITS.iter().find(|(name, _)| *name == unit)?;
    number
        .parse::<f64>()
        .ok()
        .filter(|n| n.is_finite())
        .map(|n| n / seconds)
}

/// Reads a share, "0.5 %", as a fraction.
pub(crate) fn parse_share(text: &str) -> Option<f64> {
    let number = text.trim().strip_suffix('%')?.trim();
    let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    number
        .parse::<f64>()
        .ok()
        .filter(|_| is_plain)
        .map(|n| n / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        for (text, us) in [
            ("25 min", 1_500_000_000),
            ("25min", 1_500_000_000),
            ("1.5 s", 1_500_000),
            ("0.1 ms", 100),
            ("0 s", 0),
            ("8 h", 28_800_000_000),
            ("1 d", 86_400_000_000),
            ("8 hours", 28_800_000_000),
            ("30 seconds", 30_000_000),
        ] {
            assert_eq!(parse_span(text), Some(Span(us)), "{text}");
        }
        for text in [
            "25",
            "min",
            "-1 s",
            "1 fortnight",
            "1.5 us",
            "1e3 s",
            "",
            "99999999999999 d",
        ] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }

    #[test]
    fn a_printed_duration_is_read_back() {
        for us in [
            0,
            1,
            999,
            1000,
            1_532_000_000,
            1_500_000_000,
            86_400_000_000,
            123_456_789,
        ] {
            assert_eq!(parse_span(&print_span(Span(us))), Some(Span(us)));
        }
        assert_eq!(print_span(Span::from_secs(1532)), "1532 s");
        assert_eq!(print_span(Span::from_secs(1500)), "25 min");
    }

    #[test]
    fn clocks_rates_and_shares() {
        assert_eq!(parse_clock("09:05:30"), Some(Span::from_secs(32_730)));
        assert_eq!(parse_clock("9:05:30"), Some(Span::from_secs(32_730)));
        assert_eq!(print_clock(Span::from_secs(32_730)), "09:05:30");
        assert_eq!(
            [
                parse_clock("24:00"),
                parse_clock("9:0"),
                parse_clock("09:60")
            ],
            [None; 3]
        );
        assert_eq!(parse_rate("36 /h"), Some(0.01));
        assert_eq!(
            [parse_rate("36"), parse_rate("-1 /h"), parse_rate("x /s")],
            [None; 3]
        );
        assert_eq!(parse_share("50 %"), Some(0.5));
        assert_eq!(
            [parse_share("50"), parse_share("-5 %"), parse_share("inf %")],
            [None; 3]
        );
    }
}
