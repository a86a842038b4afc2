//! What somebody probably meant who wrote a value that is not valid: each guess is one that would be read.

mod written;

use super::document::RawValue;
use super::error::nearest;
use super::kind::Kind;
use crate::quantity::{Span, parse_clock, parse_span, print_clock};

pub(crate) use written::digits;
use written::{clock, dates, normalise, spans, stretch, weekdays, with_both_units};

/// "; write \"30 s\" or \"30 min\"" or "; did you mean `hold`?"; empty where nothing is near.
pub(super) fn instead(kind: &Kind, form: &RawValue) -> String {
    let mut valid: Vec<String> = Vec::new();
    for guess in guesses(kind, form) {
        let rewrite = kind.form_of(&guess);
        if kind.read(&rewrite).is_ok() && !valid.contains(&rewrite.display()) {
            valid.push(rewrite.display());
        }
    }
    if !valid.is_empty() {
        valid.truncate(2);
        return format!("; write {}", valid.join(" or "));
    }
    match (kind, form) {
        (Kind::Mix(_), _) => shares(&form.bare()),
        (Kind::Columns(records), _) => unknown_columns(&form.bare(), records.columns()),
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
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    if matches!(kind, Kind::Count(..) | Kind::CountOr(..)) && number {
        return vec![digits(text)];
    }
    let mut candidates = vec![text.to_string(), normalise(text)];
    candidates.extend(of_kind(kind, text));
    candidates.push(text.to_lowercase());
    candidates.push(text.to_lowercase().replace(['_', ' '], "-"));
    candidates
}

/// What may be meant by a text where a value of that kind is wanted.
fn of_kind(kind: &Kind, text: &str) -> Vec<String> {
    let normal = normalise(text);
    let bare: Option<f64> = normal.parse().ok();
    let with = |units: [&str; 2]| units.map(|unit| format!("{normal} {unit}")).to_vec();
    match kind {
        Kind::Span(..) | Kind::SpanOr(..) | Kind::Seconds(..) => match bare {
            Some(_) => with(["s", "min"]),
            None => spans(text).collect(),
        },
        // 0.5 may be a fraction.
        Kind::Share(..) => match bare {
            Some(x) if x > 0.0 && x <= 1.0 => {
                vec![format!("{normal} %"), format!("{} %", x * 100.0)]
            }
            _ => vec![format!("{normal} %")],
        },
        Kind::Rate { .. } => match bare {
            Some(_) => with(["/h", "/s"]),
            None => vec![without_calls(text)],
        },
        Kind::Capacity => with(["calls/h", "messages/s"]),
        Kind::Moment | Kind::Moments | Kind::Every | Kind::Weekdays => {
            // "1 h" is no time of day.
            let clock = clock(text).filter(|_| !text.contains(' ') || parse_span(text).is_none());
            let dates = dates(text).into_iter();
            clock
                .into_iter()
                .chain(dates)
                .chain([weekdays(text)])
                .collect()
        }
        Kind::Hours => {
            let ordered = vec![in_order(text), in_order(&text.replace(';', ","))];
            ordered.into_iter().chain(windows(text)).collect()
        }
        Kind::Lunch => {
            let lunch = stretch(text).map(|(from, long)| format!("at {from} for {long}"));
            lunch.into_iter().collect()
        }
        Kind::SignIn | Kind::SignOut => clock(text)
            .map(|at| format!("at {at}"))
            .into_iter()
            .collect(),
        Kind::Reestablish | Kind::Service => {
            let fixed = format!("fixed {normal}");
            let candidates = [fixed.clone(), format!("{fixed} s"), format!("{normal} ms")];
            candidates
                .into_iter()
                .chain(with_both_units(&normal))
                .collect()
        }
        Kind::Spans(..) => with_both_units(&normal).into_iter().collect(),
        Kind::Offset => offsets(text),
        Kind::Flag => match normal.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => vec!["true".into()],
            "false" | "no" | "off" | "0" => vec!["false".into()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// "+5:30", "UTC+2" and the like in units.
fn offsets(text: &str) -> Vec<String> {
    let text = text.trim_start_matches("UTC").trim_start_matches("GMT");
    let span = text.trim_start_matches(['+', '-']);
    let sign = &text[..text.len() - span.len()];
    let signed = |span: String| format!("{sign}{span}");
    let clock = spans(span).take(1).map(signed);
    let plain_span = signed(written::normalise(span));
    let candidates = [format!("{text} h"), plain_span];
    candidates.into_iter().chain(clock).collect()
}

/// A rate without the word that says of what it is: "2 calls per hour".
fn without_calls(text: &str) -> String {
    let text = normalise(text).replace("calls", " ").replace("call", " ");
    normalise(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Characters of a value that is worth a guess.
const LONGEST: usize = 200;

/// Times of day with what holds from then on, in the order of the day.
fn in_order(text: &str) -> String {
    let mut parts: Vec<&str> = text.split(',').map(str::trim).collect();
    parts.sort_by_key(|part| part.split(' ').next().and_then(parse_clock));
    parts.join(", ")
}

/// Hours from one time of day to another, over midnight too, as the steps that they come to: of factors with what they
/// are as a rule in between, and with none; of calls with none.
fn windows(text: &str) -> Vec<String> {
    let text = text.replace(['–', '—'], "-").replace("..", "-");
    let text = text.replace(" - ", "-").replace(" to ", "-");
    let time = |text: &str| match text.trim() {
        "24" | "24:00" => Some(Span::ZERO),
        text => parse_clock(&clock(text)?),
    };
    let window = |part: &str| {
        let (range, rate) = part.trim().split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        Some((time(from)?, time(to)?, rate.trim().to_string()))
    };
    let windows: Option<Vec<_>> = text.split([',', ';']).map(window).collect();
    let Some(windows) = windows else {
        return Vec::new();
    };
    let is_factor = windows.iter().all(|(.., rate)| rate.starts_with('x'));
    let is_of_group = windows.iter().all(|(.., rate)| rate.ends_with("calls/h"));
    let between = match (is_factor, is_of_group) {
        (true, _) => &["x1", "x0"][..],
        (_, true) => &["0 calls/h"],
        _ => &["0 /h"],
    };
    let with = |between: &&str| {
        let mut steps: Vec<(Span, &str)> = Vec::new();
        steps.extend(windows.iter().map(|(from, _, rate)| (*from, rate.as_str())));
        for (_, to, _) in &windows {
            if !steps.iter().any(|(at, _)| at == to) {
                steps.push((*to, between));
            }
        }
        steps.sort_by_key(|(at, _)| *at);
        let step = |(at, rate): &(Span, &str)| format!("{} {rate}", print_clock(*at));
        steps.iter().map(step).collect::<Vec<_>>().join(", ")
    };
    between.iter().map(with).collect()
}

/// The columns of a map that there are none of, each with the one that was meant.
fn unknown_columns(text: &str, columns: &[&str]) -> String {
    let names = text
        .split(',')
        .filter_map(|pair| pair.trim().split(' ').next());
    let unknown = names.filter(|name| !columns.contains(name));
    let hint_for = |name: &str| {
        format!(
            "; `{name}` is none{}",
            nearest(name, columns.iter().copied())
        )
    };
    unknown.map(hint_for).collect()
}

/// What is wrong with the shares of a mix, where it is that.
fn shares(text: &str) -> String {
    let share = |part: &str| {
        let (_, share) = part.trim().split_once(' ')?;
        let number: f64 = share.trim().trim_end_matches('%').trim().parse().ok()?;
        Some((number, share.contains('%')))
    };
    let shares: Option<Vec<(f64, bool)>> = text.split(',').map(share).collect();
    let Some(shares) = shares else {
        return String::new();
    };
    let sum: f64 = shares.iter().map(|(share, _)| share).sum();
    match shares.iter().find(|(_, is_percent)| !is_percent) {
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
    fn hours_from_one_time_to_another_are_offered_as_steps() {
        let hours = |text: &str| guess(Kind::Hours, text);
        // Two hours to either side of midnight; what holds in between nobody said.
        assert_eq!(
            hours("22:00-02:00 x2"),
            "; write \"02:00 x1, 22:00 x2\" or \"02:00 x0, 22:00 x2\""
        );
        assert_eq!(hours("22 - 2 3 /h"), "; write \"02:00 0 /h, 22:00 3 /h\"");
        // The second begins where the first ends.
        assert_eq!(
            hours("20:00..24:00 90 calls/h, 00:00..06:00 30 calls/h"),
            "; write \"00:00 30 calls/h, 06:00 0 calls/h, 20:00 90 calls/h\""
        );
        assert_eq!(
            guess(Kind::Lunch, "23:30-00:30"),
            "; write \"at 23:30 for 1 h\""
        );
    }

    #[test]
    fn durations_of_several_units_are_offered_in_one() {
        let span = Kind::Span(Span::from_secs(1), Span::from_secs(86_400));
        assert_eq!(guess(span, "1 h 30 min"), "; write \"90 min\"");
        assert_eq!(guess(span, "1h30m"), "; write \"90 min\"");
        assert_eq!(guess(span, "2 minutes 5 seconds"), "; write \"125 s\"");
        assert_eq!(guess(span, "1:30"), "; write \"90 min\" or \"90 s\"");
        assert_eq!(guess(span, "0:01:30"), "; write \"90 s\"");
        assert_eq!(
            guess(Kind::SignIn, "uniform over 1 h 30 min"),
            "; write \"uniform over 90 min\""
        );
        assert_eq!(
            guess(Kind::Reestablish, "uniform 0..600 s"),
            "; write \"uniform 0 s..600 s\""
        );
        assert_eq!(
            guess(Kind::Capacity, "12 000 calls/h"),
            "; write \"12000 calls/h\""
        );
        let rate = Kind::Rate { most_per_s: 1.0 };
        for text in ["2 calls per hour", "2 calls/h", "2 /hour"] {
            assert_eq!(guess(rate, text), "; write \"2 /h\"", "{text}");
        }
        assert_eq!(guess(rate, "2/hour"), "; write \"2/h\"");
        assert_eq!(guess(span, "2 weeks"), "");
        let month = Kind::Span(Span::from_secs(1), Span::from_secs(31 * 86_400));
        assert_eq!(guess(month, "2 weeks"), "; write \"14 d\"");
        assert_eq!(
            guess(Kind::Lunch, "12:00-13:00"),
            "; write \"at 12:00 for 1 h\""
        );
        assert_eq!(
            guess(Kind::Hours, "12:00 x1, 08:00 x2"),
            "; write \"08:00 x2, 12:00 x1\""
        );
        assert_eq!(
            guess(Kind::Hours, "08:00 x2; 12:00 x1"),
            "; write \"08:00 x2, 12:00 x1\""
        );
        assert_eq!(guess(Kind::Weekdays, "Mo-Fr"), "; write \"Monday..Friday\"");
        assert_eq!(guess(Kind::Offset, "UTC+2"), "; write \"+2 h\"");
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
        let hint = "; write \"2026-11-10 08:00\" or \"2026-10-11 08:00\"";
        assert_eq!(moment("11/10/2026"), hint);
        assert_eq!(moment("31.02.2026 08:10"), "");
        assert_eq!(moment("Sundy 03:00"), "; write \"Sunday 03:00\"");
        assert_eq!(
            guess(Kind::Every, "Wendesday 3:00"),
            "; write \"Wednesday 3:00\""
        );
    }

    #[test]
    fn columns_that_there_are_none_of_are_named() {
        let columns = Kind::Columns(crate::scenario::RecordKind::Calls);
        assert_eq!(
            guess(columns, "time Start, ring Dauer"),
            "; `ring` is none; did you mean `ring_s`?"
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
