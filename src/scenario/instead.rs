//! What somebody probably meant who wrote a value that is not valid: each guess is one that would be read.

use time::Weekday;

use super::document::RawValue;
use super::error::{nearest, nearest_name};
use super::kind::Kind;
use crate::quantity::{Span, parse_clock, parse_span, print_span};

/// "; write \"30 s\" or \"30 min\"" or "; did you mean `hold`?"; empty where nothing is near.
pub(super) fn instead(kind: &Kind, form: &RawValue) -> String {
    let mut valid: Vec<String> = Vec::new();
    for guess in guesses(kind, form) {
        let written = kind.form_of(&guess);
        if kind.read(&written).is_ok() && !valid.contains(&written.display()) {
            valid.push(written.display());
        }
    }
    if !valid.is_empty() {
        valid.truncate(2);
        return format!("; write {}", valid.join(" or "));
    }
    match (kind, form) {
        (Kind::Mix(_), _) => shares(&form.bare()),
        (Kind::Choice(words), RawValue::Text(text)) => nearest(text, words.iter().map(|w| w.word)),
        _ => String::new(),
    }
}

/// What may be meant, as it would stand between quotes.
fn guesses(kind: &Kind, form: &RawValue) -> Vec<String> {
    // No key takes text as long as a file.
    let text = form.bare();
    let text = text.trim();
    if text.is_empty()
        || text.len() > LONGEST
        || !matches!(
            form,
            RawValue::Text(_) | RawValue::Number(_) | RawValue::Boolean(_)
        )
    {
        return Vec::new();
    }
    let plain = plain(text);
    let mut all = vec![text.to_string(), plain.clone()];
    let bare: Option<f64> = plain.parse().ok();
    match kind {
        Kind::Count(..) | Kind::CountOr(..) if text.starts_with(|c: char| c.is_ascii_digit()) => {
            return vec![digits(text)];
        }
        Kind::Span(..) | Kind::SpanOr(..) | Kind::Seconds(..) if bare.is_some() => {
            all.extend([format!("{plain} s"), format!("{plain} min")]);
        }
        Kind::Span(..) | Kind::SpanOr(..) | Kind::Seconds(..) => all.extend(spans(text)),
        Kind::Share(..) => {
            if let Some(x) = bare {
                all.push(format!("{plain} %"));
                // 0.5 may be a fraction.
                all.extend((x > 0.0 && x <= 1.0).then(|| format!("{} %", x * 100.0)));
            }
        }
        Kind::Rate { .. } if bare.is_some() => {
            all.extend([format!("{plain} /h"), format!("{plain} /s")])
        }
        Kind::Capacity if bare.is_some() => {
            all.extend([format!("{plain} calls/h"), format!("{plain} messages/s")])
        }
        Kind::Moment | Kind::Moments | Kind::Every | Kind::Weekdays => {
            // "1 h" is no time of day.
            all.extend(clock(text).filter(|_| !text.contains(' ') || parse_span(text).is_none()));
            all.extend(dates(text));
            all.push(weekdays(text));
        }
        Kind::SignIn | Kind::SignOut => all.extend(clock(text).map(|at| format!("at {at}"))),
        Kind::Reestablish | Kind::Service => {
            all.extend([
                format!("fixed {plain}"),
                format!("fixed {plain} s"),
                format!("{plain} ms"),
            ]);
        }
        Kind::Offset => {
            let span = text.trim_start_matches(['+', '-']);
            let sign = &text[..text.len() - span.len()];
            all.push(format!("{plain} h"));
            all.extend(spans(span).take(1).map(|span| format!("{sign}{span}")));
        }
        Kind::Flag => match plain.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => all.push("true".into()),
            "false" | "no" | "off" | "0" => all.push("false".into()),
            _ => {}
        },
        _ => {}
    }
    all.push(text.to_lowercase());
    all.push(text.to_lowercase().replace(['_', ' '], "-"));
    all
}

/// Characters of a value that is worth a guess.
const LONGEST: usize = 200;

/// Units in words, as people write them.
const UNITS: [(&str, &str); 20] = [
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
    ("per hour", "/h"),
    ("per minute", "/min"),
    ("per second", "/s"),
];

/// The same with units as they are read, a decimal point, and two digits for each hour.
fn plain(text: &str) -> String {
    let mut text = text.to_string();
    for (long, short) in &UNITS[17..] {
        text = text.replace(long, short);
    }
    let words = text.split(' ').map(|word| {
        let number = word.len()
            - word
                .trim_start_matches(|c: char| c.is_ascii_digit() || ".,".contains(c))
                .len();
        let (number, unit) = word.split_at(number);
        let unit = UNITS
            .iter()
            .find(|(long, _)| unit.eq_ignore_ascii_case(long))
            .map_or(unit, |(_, short)| short);
        let is_decimal = number.matches(',').count() == 1 && !is_grouped(number);
        let number = if is_decimal {
            number.replace(',', ".")
        } else {
            number.into()
        };
        let number = if is_grouped(&number) && number.contains(',') {
            digits(&number)
        } else {
            number
        };
        let is_clock = number.len() == 1 && unit.starts_with(':');
        let gap = if number.is_empty() || unit.is_empty() || !unit.starts_with(char::is_alphabetic)
        {
            ""
        } else {
            " "
        };
        format!("{}{number}{gap}{unit}", if is_clock { "0" } else { "" })
    });
    words.collect::<Vec<_>>().join(" ")
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
fn clock(text: &str) -> Option<String> {
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

/// What a duration of several units, "1 h 30 min" or "1h30m", is in one; one like a clock's, "1:30", may be of hours or of
/// minutes.
fn spans(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    for c in text.chars() {
        if spaced.ends_with(char::is_alphabetic) && c.is_ascii_digit() {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    let plain = plain(&spaced);
    let words: Vec<&str> = plain.split(' ').collect();
    let mut parts = words.chunks(2).map(|part| parse_span(&part.join(" ")));
    let sum = parts.try_fold(Span::ZERO, |sum, part| Some(sum + part?));
    let clock = parse_clock(text);
    let minutes = clock.filter(|_| text.matches(':').count() == 1);
    let sum = sum.filter(|_| words.len() > 2);
    let all = [sum, clock, minutes.map(|span| Span(span.0 / 60))];
    all.into_iter().flatten().map(print_span)
}

/// Dates as people write them, "30.11.2026 8:10" or "11/30/2026 8:10 AM", as they are read; of two that it can be, both.
fn dates(text: &str) -> Vec<String> {
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
    let written = |(y, m, d): (u32, u32, u32)| format!("{:04}-{m:02}-{d:02} {clock}", year(y));
    let all = match parts.as_deref() {
        Some(&[y, m, d]) if y > 31 => vec![(y, m, d)],
        Some(&[d, m, y]) if date.contains('.') => vec![(y, m, d)],
        Some(&[a, b, y]) => vec![(y, a, b), (y, b, a)],
        _ => Vec::new(),
    };
    all.into_iter().map(written).collect()
}

/// The same with the names of days that were meant.
fn weekdays(text: &str) -> String {
    let all: Vec<String> = (0..7)
        .map(|n| Weekday::Monday.nth_next(n).to_string())
        .collect();
    let meant = |word: &str| {
        let is_day = word.len() > 3 && word.chars().all(char::is_alphabetic);
        let day = nearest_name(word, all.iter().map(String::as_str)).filter(|_| is_day);
        day.unwrap_or(word).to_string()
    };
    text.split(' ').map(meant).collect::<Vec<_>>().join(" ")
}

/// What is wrong with the shares of a mix, where it is that.
fn shares(text: &str) -> String {
    let share = |part: &str| {
        let (_, share) = part.trim().split_once(' ')?;
        let number: f64 = share.trim().trim_end_matches('%').trim().parse().ok()?;
        Some((number, share.contains('%')))
    };
    let all: Option<Vec<(f64, bool)>> = text.split(',').map(share).collect();
    let Some(all) = all else {
        return String::new();
    };
    let sum: f64 = all.iter().map(|(share, _)| share).sum();
    match all.iter().find(|(_, is_percent)| !is_percent) {
        Some((share, _)) if (sum - 1.0).abs() < 1e-9 => {
            format!("; write \"{} %\" instead of {share}", share * 100.0)
        }
        Some((share, _)) => format!("; write \"{share} %\" instead of {share}"),
        None if (sum - 100.0).abs() > 1e-7 => format!("; these make {sum} %"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Span;
    use crate::scenario::Word;

    fn guess(kind: Kind, text: &str) -> String {
        instead(&kind, &RawValue::Text(text.into()))
    }

    #[test]
    fn numbers_are_offered_without_quotes_and_groups() {
        let count = Kind::Count(1, 1_000_000);
        for text in ["12000", "12,000", "12 000", "12.000", "12'000", "12_000"] {
            assert_eq!(guess(count, text), "; write 12000", "{text}");
        }
        assert_eq!(guess(count, "2.5"), "");
        assert_eq!(guess(count, "many"), "");
    }

    #[test]
    fn a_number_without_its_unit_is_offered_with_one() {
        let span = Kind::Span(Span::from_secs(1), Span::from_secs(86_400));
        let number = |kind: Kind, text: &str| instead(&kind, &RawValue::Number(text.into()));
        assert_eq!(number(span, "30"), "; write \"30 s\" or \"30 min\"");
        assert_eq!(guess(span, "1,5 min"), "; write \"1.5 min\"");
        assert_eq!(
            number(Kind::Share(0.0, 100.0), "0.5"),
            "; write \"0.5 %\" or \"50 %\""
        );
        assert_eq!(number(Kind::Share(0.0, 100.0), "5"), "; write \"5 %\"");
        assert_eq!(guess(Kind::Share(0.0, 100.0), "0,5 %"), "; write \"0.5 %\"");
        assert_eq!(
            guess(Kind::Rate { most_per_s: 1.0 }, "2 per hour"),
            "; write \"2 /h\""
        );
    }

    #[test]
    fn times_of_day_words_and_flags() {
        for text in ["8", "8 am", "08.00", "8h"] {
            assert_eq!(guess(Kind::Moment, text), "; write \"08:00\"", "{text}");
        }
        assert_eq!(guess(Kind::Moment, "5 pm"), "; write \"17:00\"");
        assert_eq!(guess(Kind::Moment, "12 am"), "; write \"00:00\"");
        assert_eq!(guess(Kind::Moment, "1 h"), "");
        assert_eq!(guess(Kind::SignIn, "9:00"), "; write \"at 09:00\"");
        assert_eq!(guess(Kind::Reestablish, "30 s"), "; write \"fixed 30 s\"");
        assert_eq!(guess(Kind::Flag, "yes"), "; write true");
        let words = Kind::Choice(&[Word {
            word: "tear-down",
            meaning: "",
        }]);
        assert_eq!(guess(words, "Tear_Down"), "; write \"tear-down\"");
        assert_eq!(guess(words, "teardwn"), "; did you mean `tear-down`?");
    }

    #[test]
    fn durations_of_several_units_are_offered_in_one() {
        let span = Kind::Span(Span::from_secs(1), Span::from_secs(86_400));
        assert_eq!(guess(span, "1 h 30 min"), "; write \"90 min\"");
        assert_eq!(guess(span, "1h30m"), "; write \"90 min\"");
        assert_eq!(guess(span, "2 minutes 5 seconds"), "; write \"125 s\"");
        assert_eq!(guess(span, "1:30"), "; write \"90 min\" or \"90 s\"");
        assert_eq!(guess(span, "0:01:30"), "; write \"90 s\"");
        assert_eq!(guess(Kind::Offset, "+5:30"), "; write \"+330 min\"");
        assert_eq!(guess(Kind::Offset, "-3 h 30 min"), "; write \"-210 min\"");
    }

    #[test]
    fn dates_and_days_are_offered_as_they_are_read() {
        let moment = |text: &str| guess(Kind::Moment, text);
        assert_eq!(moment("30.11.2026 8:10"), "; write \"2026-11-30 08:10\"");
        assert_eq!(moment("11/30/2026 8:10 PM"), "; write \"2026-11-30 20:10\"");
        assert_eq!(moment("2026/11/30 08:10"), "; write \"2026-11-30 08:10\"");
        assert_eq!(
            moment("2026-11-30T08:10:00Z"),
            "; write \"2026-11-30 08:10:00\""
        );
        let either = "; write \"2026-11-10 08:00\" or \"2026-10-11 08:00\"";
        assert_eq!(moment("11/10/2026"), either);
        assert_eq!(moment("31.02.2026 08:10"), "");
        assert_eq!(moment("Sundy 03:00"), "; write \"Sunday 03:00\"");
        assert_eq!(
            guess(Kind::Every, "Wendesday 3:00"),
            "; write \"Wednesday 3:00\""
        );
    }

    #[test]
    fn shares_that_make_no_whole_are_summed() {
        let mix = |text: &str| guess(Kind::Mix(crate::scenario::Profiles::Clients), text);
        assert_eq!(mix("a 60 %, b 30 %"), "; these make 90 %");
        assert_eq!(mix("a 0.6, b 0.4"), "; write \"60 %\" instead of 0.6");
        assert_eq!(mix("a 60, b 40"), "; write \"60 %\" instead of 60");
    }
}
