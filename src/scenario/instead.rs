//! What somebody probably meant who wrote a value that is not valid: each guess is one that would be read.

use super::document::RawValue;
use super::error::nearest;
use super::kind::Kind;

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
        Kind::Moment | Kind::Moments => all.extend(clock(text)),
        Kind::SignIn | Kind::SignOut => all.extend(clock(text).map(|at| format!("at {at}"))),
        Kind::Reestablish | Kind::Service => {
            all.extend([
                format!("fixed {plain}"),
                format!("fixed {plain} s"),
                format!("{plain} ms"),
            ]);
        }
        Kind::Offset => all.extend([format!("{plain} h")]),
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
    let lower = text.to_lowercase();
    let (number, half) = match lower.trim_end().strip_suffix("pm") {
        Some(before) => (before.trim_end(), 12),
        None => (lower.trim_end().trim_end_matches("am").trim_end(), 0),
    };
    let (hour, minute) = number.split_once([':', '.', 'h']).unwrap_or((number, "00"));
    let hour: u32 = hour.trim().parse().ok()?;
    let hour = if half == 12 && hour < 12 {
        hour + 12
    } else {
        hour
    };
    let minute = if minute.is_empty() { "00" } else { minute };
    Some(format!("{hour:02}:{minute}"))
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
}
