//! Numbers, units, times and days as people write them, turned into what is read.

use time::Weekday;

use crate::quantity::{Span, parse_clock, parse_span, print_span};
use crate::scenario::error::nearest_name;

/// Units in words, as people write them.
const UNITS: [(&str, &str); 24] = [
    ("hours", "h"),
    ("hour", "h"),
    ("hrs", "h"),
    ("hr", "h"),
    ("minutes", "min"),
    ("minute", "min"),
    ("mins", "min"),
    ("m", "min"),
    ("seconds", "s"),
    ("second", "s"),
    ("secs", "s"),
    ("sec", "s"),
    ("milliseconds", "ms"),
    ("msec", "ms"),
    ("days", "d"),
    ("day", "d"),
    ("percent", "%"),
    ("/hour", "/h"),
    ("/minute", "/min"),
    ("/second", "/s"),
    ("/day", "/d"),
    ("per hour", "/h"),
    ("per minute", "/min"),
    ("per second", "/s"),
];

/// The first of the units that are several words.
const PHRASES: usize = 21;

/// The same with units as they are read, a decimal point, two digits for each hour, digits without gaps and durations of one
/// unit.
pub(super) fn normalise(text: &str) -> String {
    let mut text = text.to_string();
    for (long, short) in &UNITS[PHRASES..] {
        text = text.replace(long, short);
    }
    let text: Vec<String> = separate_units(&text).split(' ').map(plain_word).collect();
    let text = text.join(" ");
    let words = join_digits(text.split(' '));
    summed(&words)
}

/// A word with its number and its unit as they are read.
fn plain_word(word: &str) -> String {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c));
    let number = &word[..word.len() - unit.len()];
    let unit = unit_of(unit).unwrap_or(unit);
    let number = match (number.matches(',').count(), is_grouped(number)) {
        (1, false) => number.replace(',', "."),
        (1.., true) => digits(number),
        _ => number.into(),
    };
    let is_clock = number.len() == 1 && unit.starts_with(':');
    let is_apart = !number.is_empty() && unit.starts_with(char::is_alphabetic);
    let (zero, gap) = (
        if is_clock { "0" } else { "" },
        if is_apart { " " } else { "" },
    );
    format!("{zero}{number}{gap}{unit}")
}

/// A unit as it is read, of one that people write.
fn unit_of(word: &str) -> Option<&'static str> {
    let is_it = |(long, short): &&(&str, &str)| word.eq_ignore_ascii_case(long) || word == *short;
    UNITS.iter().find(is_it).map(|(_, short)| *short)
}

/// The same with a gap after a unit that a number follows: "1h30m".
fn separate_units(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let before = out.trim_end_matches(char::is_alphabetic).len();
        if c.is_ascii_digit() && unit_of(&out[before..]).is_some() {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Words, with groups of three digits joined to the number that they belong to: "12 000".
fn join_digits<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let mut digits: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in words {
        let number = digits
            .last_mut()
            .filter(|_| is_open && word.len() == 3 && is_number(word));
        match number {
            Some(number) => *number += word,
            None => {
                is_open = is_number(word) && word.len() <= 3;
                digits.push(word.into());
            }
        }
    }
    digits
}

/// The text of words, with durations of several units in one: "1 h 30 min" as "90 min".
fn summed(words: &[String]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut rest = words;
    while let [word, after @ ..] = rest {
        let weeks = after.first().filter(|unit| unit.starts_with("week"));
        if let (Some(_), Ok(weeks)) = (weeks, word.parse::<u32>()) {
            out.push(format!("{} d", u64::from(weeks) * 7));
            rest = &after[1..];
            continue;
        }
        let spans = rest
            .chunks_exact(2)
            .map_while(|part| parse_span(&part.join(" ")));
        let spans: Vec<Span> = spans.collect();
        if spans.len() > 1 {
            let sum = spans.iter().fold(Span::ZERO, |sum, span| sum + *span);
            out.push(print_span(sum));
            rest = &rest[2 * spans.len()..];
        } else {
            out.push(word.clone());
            rest = after;
        }
    }
    out.join(" ")
}

/// Whether digits stand in groups of three, as in 12,000.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split([',', '.', ' ', '_', '\'', '’', '\u{a0}', '\u{202f}']);
    let is_digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let first = groups
        .next()
        .is_some_and(|group| is_digits(group) && group.len() <= 3);
    let rest: Vec<&str> = groups.collect();
    first
        && !rest.is_empty()
        && rest
            .iter()
            .all(|group| is_digits(group) && group.len() == 3)
}

/// A whole number without what groups its digits, `12 000`, `12,000`; a text that is none stays as it is.
pub(crate) fn digits(text: &str) -> String {
    match is_grouped(text) {
        true => text.chars().filter(char::is_ascii_digit).collect(),
        false => text.into(),
    }
}

/// A time of day as it is read: "8", "8:00", "8 am", "5 pm", "08.00".
pub(super) fn clock(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let (morning, evening) = (lower.strip_suffix("am"), lower.strip_suffix("pm"));
    let number = morning.or(evening).unwrap_or(&lower).trim_end();
    let (hour, minute) = number.split_once([':', '.', 'h']).unwrap_or((number, "00"));
    let hour: u32 = hour.trim().parse().ok()?;
    let hour = match (hour, morning, evening) {
        (12, Some(_), _) => 0,
        (1..12, _, Some(_)) => hour + 12,
        _ => hour,
    };
    let minute = if minute.is_empty() { "00" } else { minute };
    Some(format!("{hour:02}:{minute}"))
}

/// What a duration like a clock's, "1:30", may be: of hours or of minutes.
pub(super) fn spans(text: &str) -> impl Iterator<Item = String> {
    let clock = parse_clock(text);
    let minutes = clock.filter(|_| text.matches(':').count() == 1);
    let spans = [clock, minutes.map(|span| Span(span.0 / 60))];
    spans.into_iter().flatten().map(print_span)
}

/// A range with the unit of its end at its beginning too: "0..600 s".
pub(super) fn with_both_units(text: &str) -> Option<String> {
    let (from, to) = text.split_once("..")?;
    let unit = to.trim_start_matches(|c: char| c.is_ascii_digit() || ". ".contains(c));
    let unit = unit.split(' ').next().filter(|unit| !unit.is_empty())?;
    from.ends_with(|c: char| c.is_ascii_digit())
        .then(|| format!("{from} {unit}..{to}"))
}

/// Dates as people write them, "30.11.2026 8:10" or "11/30/2026 8:10 AM", as they are read; of two that it can be, both.
pub(super) fn dates(text: &str) -> Vec<String> {
    let (date, clock_text) = text.split_once([' ', 'T', ',']).unwrap_or((text, "08:00"));
    let parts: Option<Vec<u32>> = date
        .split(['.', '/', '-'])
        .map(|p| p.parse().ok())
        .collect();
    let clock_text = clock_text.trim().trim_end_matches('Z');
    let Some(clock) = clock(clock_text).filter(|_| clock_text.len() < 12) else {
        return Vec::new();
    };
    let year = |y: u32| if y < 100 { 2000 + y } else { y };
    let print_date = |(y, m, d): (u32, u32, u32)| format!("{:04}-{m:02}-{d:02} {clock}", year(y));
    let dates = match parts.as_deref() {
        Some(&[y, m, d]) if y > 31 => vec![(y, m, d)],
        Some(&[d, m, y]) if date.contains('.') => vec![(y, m, d)],
        Some(&[a, b, y]) => vec![(y, a, b), (y, b, a)],
        _ => Vec::new(),
    };
    dates.into_iter().map(print_date).collect()
}

/// The same with the names of days that were meant.
pub(super) fn weekdays(text: &str) -> String {
    let names: Vec<String> = (0..7)
        .map(|n| Weekday::Monday.nth_next(n).to_string())
        .collect();
    let text = text.replace("weekends", "Saturday..Sunday");
    let to_days = |word: &str| {
        if let Some((from, to)) = word.split_once('-').or_else(|| word.split_once("..")) {
            return format!("{}..{}", day(from, &names), day(to, &names));
        }
        day(word, &names)
    };
    text.split(' ').map(to_days).collect::<Vec<_>>().join(" ")
}

/// The day that a word was meant to be, in full; else the word.
fn day(word: &str, names: &[String]) -> String {
    let short = SHORT_DAYS.iter().position(|short| short.contains(&word));
    short.map_or_else(
        || {
            let is_day = word.len() > 3 && word.chars().all(char::is_alphabetic);
            let day = nearest_name(word, names.iter().map(String::as_str)).filter(|_| is_day);
            day.unwrap_or(word).to_string()
        },
        |n| names[n].clone(),
    )
}

/// How days are cut short, in English and in German.
const SHORT_DAYS: [[&str; 3]; 7] = [
    ["Mo", "Mon", "Montag"],
    ["Tu", "Di", "Dienstag"],
    ["We", "Mi", "Mittwoch"],
    ["Th", "Do", "Donnerstag"],
    ["Fr", "Fri", "Freitag"],
    ["Sa", "Sat", "Samstag"],
    ["Su", "So", "Sonntag"],
];

/// How long a time of day to another one is: "12:00-13:00".
pub(super) fn stretch(text: &str) -> Option<(String, String)> {
    let (from, to) = text.split_once(['-', '–'])?;
    let (from, to) = (clock(from)?, clock(to)?);
    // Over midnight it goes on.
    let long = DAY_US + parse_clock(&to)?.0 - parse_clock(&from)?.0;
    Some((from, print_span(Span(long % DAY_US))))
}

const DAY_US: u64 = 86_400_000_000;
