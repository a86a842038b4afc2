//! The kinds of value that keys take: how each is read from text, what is valid.

use super::document::Form;
use crate::deployment::ServiceTime;
use crate::protocol::Reestablish;
use crate::quantity::{
    Span, parse_capacity, parse_clock, parse_rate, parse_share, parse_span, print_span,
};
use crate::workload::{Lunch, SignIn};

/// The kind of a key's value, with its range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// The name of a thing: any text of 1 to 100 characters without control characters.
    Name,
    /// The name of a thing of this table, of a shipped profile, or a profile's file.
    Reference(&'static str),
    /// A whole number, written bare.
    Count(u64, u64),
    /// A duration.
    Span(Span, Span),
    /// A duration of whole seconds, as SIP headers carry it.
    Seconds(u64, u64),
    /// A time of day.
    Clock,
    /// Events per time.
    Rate {
        /// The highest rate that makes sense, per second.
        most_per_s: f64,
    },
    /// A share in percent, with its bounds in percent.
    Share(f64, f64),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// When users sign in.
    SignIn,
    /// When users sign out, or `never`.
    SignOut,
    /// When users are away for lunch, or `never`.
    Lunch,
    /// A re-establishment policy.
    Reestablish,
    /// A whole number, or this word for no limit.
    CountOr(&'static str, u64, u64),
    /// A duration, or this word for none.
    SpanOr(&'static str, Span, Span),
    /// From one duration to another, or `never`.
    Spans(Span, Span),
    /// `true` or `false`.
    Flag,
    /// The distribution of a service time, or `none`.
    Service,
    /// A capacity as vendors publish it.
    Capacity,
    /// Whom a fault hits.
    Target,
    /// Factors by time of day, or `flat`.
    Hours,
    /// A time difference to the scenario's clock.
    Offset,
    /// A file, relative to the scenario's folder.
    File,
}

/// A value that was read and is valid.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A name or a reference.
    Text(String),
    /// A whole number; of seconds for [`Kind::Seconds`].
    Count(u64),
    /// A duration or a time of day.
    Span(Span),
    /// Per second.
    Rate(f64),
    /// A fraction, 0 to 1.
    Share(f64),
    /// Index into the words of the choice.
    Choice(usize),
    /// When users sign in.
    SignIn(SignIn),
    /// When users sign out.
    SignOut(Option<SignIn>),
    /// When users are away for lunch.
    Lunch(Option<Lunch>),
    /// A re-establishment policy.
    Reestablish(Reestablish),
    /// A whole number, or no limit.
    MaybeCount(Option<u64>),
    /// A duration, or none.
    MaybeSpan(Option<Span>),
    /// From one duration to another, or never.
    Spans(Option<(Span, Span)>),
    /// Yes or no.
    Flag(bool),
    /// The distribution of a service time, or none.
    Service(Option<ServiceTime>),
    /// Jobs per second.
    Capacity(f64),
    /// Factors by time of day; empty: flat.
    Hours(Vec<(Span, f64)>),
    /// Microseconds ahead of the scenario's clock.
    Offset(i64),
}

const SPAN_UNITS: &str = "us, ms, s, min, h, d";
const RATE_UNITS: &str = "/s, /min, /h, /d";
const SIGN_IN_FORMS: &str =
    r#""at start", "at 09:00", "uniform over 30 min" or "normal 09:00 sd 25 min""#;
const SERVICE_FORMS: &str = r#""none", "4 ms", "exponential 4 ms", "log-normal 4 ms sd 2 ms" or "quantiles 50 % 3 ms, 90 % 8 ms, 100 % 20 ms""#;
const CAPACITY_FORMS: &str = r#""10000 calls/h", "22 messages/s" or "11 jobs/s""#;
const REESTABLISH_FORMS: &str =
    r#""never", "fixed 30 s", "uniform 0 s..600 s" or "backoff 5 s x2 max 300 s jitter 20 %""#;

impl Kind {
    /// What is valid, for messages and for the list of keys.
    pub fn expects(&self) -> String {
        match *self {
            Kind::Name => {
                "a name of 1 to 100 characters, without control characters, `/` or `\\`, not starting with a dot".into()
            }
            Kind::Reference("gateway") => "the name of a [[gateway]]".into(),
            Kind::Reference(table) => {
                format!(
                    "the name of a {table} profile (`rccsim profiles` lists them) or a profile's file, like \"mine.toml\""
                )
            }
            Kind::Count(least, most) => format!("a whole number from {least} to {most}"),
            Kind::Span(least, most) => {
                format!(
                    "a duration with its unit ({SPAN_UNITS}) from {} to {}, like \"{}\"",
                    print_span(least),
                    print_span(most),
                    print_span(Span::from_secs(1500).clamp(least, most))
                )
            }
            Kind::Seconds(least, most) => format!(
                "a duration of whole seconds with its unit ({SPAN_UNITS}) from {} to {}, like \"1800 s\"",
                print_span(Span::from_secs(least)),
                print_span(Span::from_secs(most))
            ),
            Kind::Clock => "a time of day from \"00:00\" to \"23:59:59\", like \"08:00\"".into(),
            Kind::Rate { most_per_s } => {
                format!("a rate with its unit ({RATE_UNITS}) from 0 to {most_per_s} /s, like \"1 /h\"")
            }
            Kind::Share(least, most) => format!("a share in percent from {least} % to {most} %, like \"50 %\""),
            Kind::Choice(words) => {
                format!("one of {}", words.iter().map(|w| format!("{w:?}")).collect::<Vec<_>>().join(", "))
            }
            Kind::SignIn => SIGN_IN_FORMS.into(),
            Kind::Lunch => r#""normal 12:15 sd 15 min for 45 min", "at 12:00 for 1 h" or "never""#.into(),
            Kind::SignOut => format!("\"never\", {SIGN_IN_FORMS}"),
            Kind::Reestablish => REESTABLISH_FORMS.into(),
            Kind::CountOr(word, least, most) => format!("a whole number from {least} to {most}, or {word:?}"),
            Kind::SpanOr(word, least, most) => {
                format!("{}, or {word:?}", Kind::Span(least, most).expects())
            }
            Kind::Spans(least, most) => {
                format!("\"12 h..24 h\", both from {} to {}, or \"never\"", print_span(least), print_span(most))
            }
            Kind::Flag => "true or false".into(),
            Kind::Service => SERVICE_FORMS.into(),
            Kind::Capacity => CAPACITY_FORMS.into(),
            Kind::Target => r#""gateway:NAME", "clients:NAME" or "all""#.into(),
            Kind::Hours => {
                r#"factors by time of day like "00:00 x0.1, 08:00 x1, 12:00 x0.5, 13:00 x1, 18:00 x0.1", or "flat""#
                    .into()
            }
            Kind::File => r#"a file, relative to the scenario's folder, like "calls.csv""#.into(),
            Kind::Offset => r#"a time difference like "+1 h" or "-30 min""#.into(),
        }
    }

    /// Reads a value as written in a file.
    ///
    /// # Errors
    /// What is valid.
    pub fn read(&self, form: &Form) -> Result<Value, String> {
        let value = match (self, form) {
            (Kind::Count(least, most), Form::Number(text)) => {
                let digits = text.replace('_', "");
                digits
                    .parse()
                    .ok()
                    .filter(|n| (least..=most).contains(&n))
                    .map(Value::Count)
            }
            (Kind::Count(..), _) => None,
            (Kind::CountOr(_, least, most), Form::Number(_)) => {
                match Kind::Count(*least, *most).read(form) {
                    Ok(Value::Count(n)) => Some(Value::MaybeCount(Some(n))),
                    _ => None,
                }
            }
            (Kind::CountOr(word, ..), Form::Text(text)) => {
                (text == word).then_some(Value::MaybeCount(None))
            }
            (Kind::Flag, Form::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Kind::Flag, _) => None,
            (_, Form::Text(text)) => self.read_text(text),
            _ => None,
        };
        value.ok_or_else(|| self.expects())
    }

    /// Reads a value as text: the part between the quotes.
    pub fn read_text(&self, text: &str) -> Option<Value> {
        match *self {
            Kind::Name => is_name(text).then(|| Value::Text(text.into())),
            Kind::Reference(_) => (!text.is_empty()).then(|| Value::Text(text.into())),
            Kind::Count(..) => self.read(&Form::Number(text.into())).ok(),
            Kind::Span(least, most) => parse_span(text)
                .filter(|s| (least..=most).contains(s))
                .map(Value::Span),
            Kind::Seconds(least, most) => parse_span(text)
                .filter(|s| s.0 % 1_000_000 == 0 && (least..=most).contains(&(s.0 / 1_000_000)))
                .map(|s| Value::Count(s.0 / 1_000_000)),
            Kind::Clock => parse_clock(text).map(Value::Span),
            Kind::Rate { most_per_s } => parse_rate(text)
                .filter(|r| *r <= most_per_s)
                .map(Value::Rate),
            Kind::Share(least, most) => parse_share(text)
                .filter(|p| (least..=most).contains(&(p * 100.0)))
                .map(Value::Share),
            Kind::Choice(words) => words.iter().position(|w| *w == text).map(Value::Choice),
            Kind::SignIn => read_sign_in(text).map(Value::SignIn),
            Kind::Lunch if text == "never" => Some(Value::Lunch(None)),
            Kind::Lunch => read_lunch(text).map(|lunch| Value::Lunch(Some(lunch))),
            Kind::SignOut if text == "never" => Some(Value::SignOut(None)),
            Kind::SignOut => read_sign_in(text).map(|s| Value::SignOut(Some(s))),
            Kind::Reestablish => read_reestablish(text).map(Value::Reestablish),
            Kind::CountOr(word, ..) if text == word => Some(Value::MaybeCount(None)),
            Kind::CountOr(..) => self.read(&Form::Number(text.into())).ok(),
            Kind::SpanOr(word, ..) if text == word => Some(Value::MaybeSpan(None)),
            Kind::SpanOr(_, least, most) => parse_span(text)
                .filter(|s| (least..=most).contains(s))
                .map(|s| Value::MaybeSpan(Some(s))),
            Kind::Spans(..) if text == "never" => Some(Value::Spans(None)),
            Kind::Spans(least, most) => {
                let (from, to) = text.split_once("..")?;
                let (from, to) = (parse_span(from)?, parse_span(to)?);
                (least <= from && from <= to && to <= most)
                    .then_some(Value::Spans(Some((from, to))))
            }
            Kind::Flag => text.parse().ok().map(Value::Flag),
            Kind::Service => read_service(text).map(Value::Service),
            Kind::Capacity => parse_capacity(text).map(Value::Capacity),
            Kind::Target | Kind::File => (!text.is_empty()).then(|| Value::Text(text.into())),
            Kind::Hours => read_hours(text).map(Value::Hours),
            Kind::Offset => {
                let ahead = text.strip_prefix('+');
                let span = day_span(ahead.or(text.strip_prefix('-')).unwrap_or(text))?;
                let us = span.0 as i64;
                Some(Value::Offset(if ahead.is_none() && text.starts_with('-') {
                    -us
                } else {
                    us
                }))
            }
        }
    }
}

/// Names become folders and parts of key paths.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=100).contains(&length)
        && !text.starts_with('.')
        && text.trim() == text
        && !text
            .chars()
            .any(|c| c.is_control() || c == '/' || c == '\\')
}

fn positive(span: &Span) -> bool {
    *span > Span::ZERO && *span <= Span::from_secs(3600)
}

fn read_service(text: &str) -> Option<Option<ServiceTime>> {
    if text == "none" {
        return Some(None);
    }
    let service = if let Some(mean) = text.strip_prefix("exponential ") {
        ServiceTime::Exponential(parse_span(mean).filter(positive)?)
    } else if let Some(rest) = text.strip_prefix("log-normal ") {
        let (mean, sd) = rest.split_once(" sd ")?;
        ServiceTime::LogNormal {
            mean: parse_span(mean).filter(positive)?,
            sd: parse_span(sd).filter(positive)?,
        }
    } else if let Some(points) = text.strip_prefix("quantiles ") {
        ServiceTime::Quantiles(read_quantiles(points)?)
    } else {
        ServiceTime::Fixed(parse_span(text).filter(|s| *s <= Span::from_secs(3600))?)
    };
    Some(Some(service))
}

/// Shares and times that both grow, up to 100 %.
fn read_quantiles(text: &str) -> Option<Vec<(f64, Span)>> {
    let mut points: Vec<(f64, Span)> = Vec::new();
    for point in text.split(',') {
        let (share, span) = point.split_once('%')?;
        let share = parse_share(&format!("{}%", share.trim_start())).filter(|s| *s <= 1.0)?;
        let span = parse_span(span.trim()).filter(|s| *s <= Span::from_secs(3600))?;
        if points.last().is_some_and(|(s, t)| share <= *s || span < *t) {
            return None;
        }
        points.push((share, span));
    }
    points.last().filter(|(share, _)| *share == 1.0)?;
    Some(points)
}

fn read_hours(text: &str) -> Option<Vec<(Span, f64)>> {
    if text == "flat" {
        return Some(Vec::new());
    }
    let mut hours: Vec<(Span, f64)> = Vec::new();
    for step in text.split(',') {
        let (clock, factor) = step.trim().split_once(" x")?;
        let at = parse_clock(clock)?;
        let factor: f64 = factor.parse().ok().filter(|f| (0.0..=1000.0).contains(f))?;
        if hours.last().is_some_and(|(last, _)| at <= *last) {
            return None;
        }
        hours.push((at, factor));
    }
    hours.iter().any(|(_, f)| *f > 0.0).then_some(hours)
}

fn day_span(text: &str) -> Option<Span> {
    parse_span(text).filter(|s| *s <= Span::from_secs(30 * 86_400))
}

fn read_sign_in(text: &str) -> Option<SignIn> {
    if text == "at start" {
        return Some(SignIn::AtStart);
    }
    if let Some(clock) = text.strip_prefix("at ") {
        return parse_clock(clock).map(SignIn::At);
    }
    if let Some(width) = text.strip_prefix("uniform over ") {
        return day_span(width).map(SignIn::UniformOver);
    }
    let (mean, sd) = text.strip_prefix("normal ")?.split_once(" sd ")?;
    Some(SignIn::Normal {
        mean: parse_clock(mean)?,
        sd: day_span(sd)?,
    })
}

/// A time of day and how long from then on.
fn read_lunch(text: &str) -> Option<Lunch> {
    let (at, lasts) = text.split_once(" for ")?;
    let at = read_sign_in(at).filter(|at| matches!(at, SignIn::At(_) | SignIn::Normal { .. }))?;
    let lasts = parse_span(lasts).filter(|s| *s > Span::ZERO && *s < Span::from_secs(86_400))?;
    Some(Lunch { at, lasts })
}

fn read_reestablish(text: &str) -> Option<Reestablish> {
    if text == "never" {
        return Some(Reestablish::Never);
    }
    if let Some(delay) = text.strip_prefix("fixed ") {
        return day_span(delay).map(Reestablish::Fixed);
    }
    if let Some(bounds) = text.strip_prefix("uniform ") {
        let (from, to) = bounds.split_once("..")?;
        let (from, to) = (day_span(from)?, day_span(to)?);
        return (from <= to).then_some(Reestablish::Uniform(from, to));
    }
    let (first, rest) = text.strip_prefix("backoff ")?.split_once(" x")?;
    let (factor, rest) = rest.split_once(" max ")?;
    let (cap, jitter) = rest.split_once(" jitter ").unwrap_or((rest, "0 %"));
    let factor: f64 = factor.parse().ok().filter(|f| (1.0..=100.0).contains(f))?;
    let jitter = parse_share(jitter).filter(|j| *j <= 1.0)?;
    Some(Reestablish::Backoff {
        first: day_span(first)?,
        factor,
        cap: day_span(cap)?,
        jitter,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_itself_valid() {
        let (minute, hour) = (Span::from_secs(60), Span::from_secs(3600));
        assert!(
            Kind::Span(Span::ZERO, minute)
                .expects()
                .ends_with("from 0 s to 1 min, like \"1 min\"")
        );
        assert!(
            Kind::Span(Span::ZERO, hour)
                .expects()
                .ends_with("from 0 s to 1 h, like \"25 min\"")
        );
    }

    #[test]
    fn policies_and_sign_ins_are_read() {
        let s = Span::from_secs;
        assert_eq!(
            read_reestablish("fixed 30 s"),
            Some(Reestablish::Fixed(s(30)))
        );
        assert_eq!(
            read_reestablish("uniform 0 s..600 s"),
            Some(Reestablish::Uniform(s(0), s(600)))
        );
        assert_eq!(
            read_reestablish("backoff 5 s x2 max 300 s jitter 20 %"),
            Some(Reestablish::Backoff {
                first: s(5),
                factor: 2.0,
                cap: s(300),
                jitter: 0.2
            })
        );
        for bad in [
            "30 s",
            "fixed 30",
            "uniform 9 s..1 s",
            "backoff 5 s x0.5 max 300 s",
            "Never",
            "fixed -1 s",
        ] {
            assert_eq!(read_reestablish(bad), None, "{bad}");
        }
        assert_eq!(
            read_sign_in("normal 09:00 sd 25 min"),
            Some(SignIn::Normal {
                mean: s(32_400),
                sd: s(1500)
            })
        );
        assert_eq!(read_sign_in("at 08:30"), Some(SignIn::At(s(30_600))));
        assert_eq!(read_sign_in("uniform over 30"), None);
        assert_eq!(
            read_lunch("at 12:00 for 1 h"),
            Some(Lunch {
                at: SignIn::At(s(43_200)),
                lasts: s(3600)
            })
        );
        for bad in [
            "at 12:00",
            "at 12:00 for 0 s",
            "uniform over 1 h for 1 h",
            "normal 12:00 for 1 h",
            "at start for 1 h",
        ] {
            assert_eq!(read_lunch(bad), None, "{bad}");
        }
    }

    #[test]
    fn stations_and_days_are_read() {
        let ms = Span::from_millis;
        assert_eq!(read_service("none"), Some(None));
        assert_eq!(read_service("4 ms"), Some(Some(ServiceTime::Fixed(ms(4)))));
        assert_eq!(
            read_service("quantiles 50 % 3 ms, 90% 8 ms, 100 % 20 ms"),
            Some(Some(ServiceTime::Quantiles(vec![
                (0.5, ms(3)),
                (0.9, ms(8)),
                (1.0, ms(20))
            ])))
        );
        for bad in [
            "quantiles 50 % 3 ms",
            "quantiles 50 % 3 ms, 40 % 8 ms, 100 % 9 ms",
            "4",
            "exponential 0 ms",
            "log-normal 4 ms",
        ] {
            assert_eq!(read_service(bad), None, "{bad}");
        }
        assert_eq!(
            read_hours("08:00 x1, 12:00 x0.4").unwrap(),
            [
                (Span::from_secs(28_800), 1.0),
                (Span::from_secs(43_200), 0.4)
            ]
        );
        for bad in ["08:00 x1, 07:00 x1", "08:00", "08:00 x-1", "08:00 x0", ""] {
            assert_eq!(read_hours(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_can_be_a_folder() {
        for bad in ["", ".", "..", ".x", "a/b", "a\\b", " a", "a\n"] {
            assert!(!is_name(bad), "{bad:?}");
        }
        assert!(is_name("<script>alert(1)"));
        assert!(is_name("Zürich front-office"));
    }

    #[test]
    fn a_bare_number_is_no_duration() {
        let kind = Kind::Span(Span::from_secs(1), Span::from_secs(60));
        assert!(kind.read(&Form::Number("30".into())).is_err());
        assert!(kind.read(&Form::Text("61 s".into())).is_err());
        assert!(kind.read(&Form::Text("30 s".into())).is_ok());
    }
}
