//! The kinds of value that keys take: how each is read from text, what is valid.

use super::document::{Entry, RawValue};
use super::record_kind::RecordKind;
use super::syntax::{
    Hours, day_span, is_name, read_columns, read_hours, read_lunch, read_mix, read_reestablish,
    read_service, read_sign_in, read_time_of_day, read_timing,
};
use super::words::Word;
use crate::deployment::ServiceTime;
use crate::protocol::{Reestablish, RefreshTiming};
use crate::quantity::{
    Every, Moment, Price, Span, Weekdays, parse_capacity, parse_every, parse_moment, parse_rate,
    parse_share, parse_span, print_span,
};
use crate::workload::{Lunch, SignIn};

/// The kinds of profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profiles {
    /// What clients do.
    Clients,
    /// What gateways do.
    Gateways,
    /// The calls of a user.
    Workloads,
    /// One leg of the way.
    Paths,
}

impl Profiles {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Clients, Self::Gateways, Self::Workloads, Self::Paths];

    /// The kind's name, and that of its folder under `models/profiles`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Gateways => "gateways",
            Self::Workloads => "workloads",
            Self::Paths => "paths",
        }
    }

    /// The table whose sections serve as profiles of this kind.
    pub(super) fn table(self) -> Option<&'static str> {
        match self {
            Self::Workloads => Some("workload"),
            Self::Paths => Some("path"),
            Self::Clients | Self::Gateways => None,
        }
    }
}

/// The kind of a key's value, with its range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// The name of a thing: any text of 1 to 100 characters without control characters.
    Name,
    /// The name of a profile of this kind, or its file.
    Reference(Profiles),
    /// The same, or the name of a section of the file that serves as one.
    Shared(Profiles),
    /// The name of a `[[gateway]]`.
    GatewayName,
    /// A whole number, written bare.
    Count(u64, u64),
    /// A duration.
    Span(Span, Span),
    /// A duration of whole seconds, as SIP headers carry it.
    Seconds(u64, u64),
    /// A time of day, on a certain day or on any.
    Moment,
    /// Days of the week.
    Weekdays,
    /// Events per time.
    Rate {
        /// The highest rate that makes sense, per second.
        most_per_s: f64,
    },
    /// A price, or this word for none.
    PriceOr(&'static str),
    /// A share in percent, with its bounds in percent.
    Share(f64, f64),
    /// One of these words.
    Choice(&'static [Word]),
    /// When users sign in.
    SignIn,
    /// When users sign out, or `never`.
    SignOut,
    /// When users are away for lunch, or `never`.
    Lunch,
    /// A re-establishment policy.
    Reestablish,
    /// When a refresh is due.
    Timing,
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
    /// Whom a fault hits: one or several.
    Targets,
    /// Times of day, each on a certain day or on any: one or several.
    Moments,
    /// How often something happens.
    Every,
    /// Factors by time of day, or `flat`.
    Hours,
    /// A time difference to the scenario's clock.
    Offset,
    /// A file of records, relative to the scenario's folder.
    File(RecordKind),
    /// Profiles of this kind with their shares.
    Mix(Profiles),
    /// What a file of such records calls its columns.
    Columns(RecordKind),
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
    /// A time of day, on a certain day or on any.
    Moment(Moment),
    /// Days of the week.
    Weekdays(Weekdays),
    /// Several names.
    Texts(Vec<String>),
    /// Times of day.
    Moments(Vec<Moment>),
    /// How often something happens.
    Every(Every),
    /// Per second.
    Rate(f64),
    /// A price, or none.
    MaybePrice(Option<Price>),
    /// A fraction, 0 to 1.
    Share(f64),
    /// The word of the choice.
    Choice(&'static str),
    /// When users sign in.
    SignIn(SignIn),
    /// When users sign out.
    SignOut(Option<SignIn>),
    /// When users are away for lunch.
    Lunch(Option<Lunch>),
    /// A re-establishment policy.
    Reestablish(Reestablish),
    /// When a refresh is due.
    Timing(RefreshTiming),
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
    /// Calls by time of day.
    Hours(Hours),
    /// Microseconds ahead of the scenario's clock.
    Offset(i64),
    /// Profiles with their shares, which are 1 together.
    Mix(Vec<(String, f64)>),
    /// Our names of columns, each with what the file calls it.
    Columns(Vec<(String, String)>),
}

const SPAN_UNITS: &str = "us, ms, s, min, h, d";
const MOMENT_FORMS: &str = r#"a time of day from "00:00" to "23:59:59", like "08:00", on any day or on one like "Monday 08:00" or "2026-11-30 08:00""#;
const RATE_UNITS: &str = "/s, /min, /h, /d";
const SIGN_IN_FORMS: &str =
    r#""at start", "at 09:00", "uniform over 30 min" or "normal 09:00 sd 25 min""#;
const SERVICE_FORMS: &str = r#""none", "4 ms", "exponential 4 ms", "log-normal 4 ms sd 2 ms" or "quantiles 50 % 3 ms, 90 % 8 ms, 100 % 20 ms""#;
const CAPACITY_FORMS: &str = r#""10000 calls/h", "22 messages/s" or "11 jobs/s""#;
const REESTABLISH_FORMS: &str =
    r#""never", "fixed 30 s", "uniform 0 s..600 s" or "backoff 5 s x2 max 300 s jitter 20 %""#;

impl Value {
    /// As a number, where an axis can be ordered by it: seconds, a count, per second, a fraction.
    pub(super) fn number(&self) -> Option<f64> {
        match *self {
            Self::Count(n) | Self::MaybeCount(Some(n)) => Some(n as f64),
            Self::Span(span) | Self::MaybeSpan(Some(span)) => Some(span.0 as f64 / 1e6),
            Self::Moment(Moment { day: None, clock }) => Some(clock.0 as f64 / 1e6),
            Self::Rate(x) | Self::Share(x) => Some(x),
            _ => None,
        }
    }
}

impl Kind {
    /// Whether its value stands for many others.
    pub(super) fn is_reference(&self) -> bool {
        matches!(self, Self::Reference(_) | Self::Shared(_))
    }

    /// What is valid, for messages and for the list of keys.
    pub fn expects(&self) -> String {
        match *self {
            Self::Name => {
                "a name of 1 to 100 characters, without control characters, `/` or `\\`, not starting with a dot".into()
            }
            Self::GatewayName => "the name of a [[gateway]]".into(),
            Self::Reference(profiles) | Self::Shared(profiles) => {
                format!(
                    "the name of a {} profile (`rccsim profiles` lists them) or a profile's file, like \"mine.toml\"",
                    profiles.name()
                )
            }
            Self::Count(min, max) => format!("a whole number from {min} to {max}"),
            Self::Span(min, max) => {
                format!(
                    "a duration with its unit ({SPAN_UNITS}) from {} to {}, like \"{}\"",
                    print_span(min),
                    print_span(max),
                    print_span(Span::from_secs(1500).clamp(min, max))
                )
            }
            Self::Seconds(min, max) => format!(
                "a duration of whole seconds with its unit ({SPAN_UNITS}) from {} to {}, like \"1800 s\"",
                print_span(Span::from_secs(min)),
                print_span(Span::from_secs(max))
            ),
            Self::Moment => MOMENT_FORMS.into(),
            Self::Weekdays => r#"days of the week like "Monday..Friday" or "Sunday..Thursday, Saturday", or "every day""#.into(),
            Self::Rate { most_per_s } => {
                format!("a rate with its unit ({RATE_UNITS}) from 0 to {most_per_s} /s, like \"1 /h\"")
            }
            Self::PriceOr(word) => format!("a price like \"30 EUR\" or \"12.50\", or {word:?}"),
            Self::Share(min, max) => format!("a share in percent from {min} % to {max} %, like \"50 %\""),
            Self::Choice(words) => {
                format!("one of {}", words.iter().map(|w| format!("{:?}", w.word)).collect::<Vec<_>>().join(", "))
            }
            Self::SignIn => SIGN_IN_FORMS.into(),
            Self::Lunch => r#""normal 12:15 sd 15 min for 45 min", "at 12:00 for 1 h" or "never""#.into(),
            Self::SignOut => r#""never", "at 17:00" or "normal 17:30 sd 20 min""#.into(),
            Self::Reestablish => REESTABLISH_FORMS.into(),
            Self::Timing => r#""interval", "SE/2" (2 to 100) or "SE - 60 s""#.into(),
            Self::CountOr(word, min, max) => format!("a whole number from {min} to {max}, or {word:?}"),
            Self::SpanOr(word, min, max) => {
                format!("{}, or {word:?}", Self::Span(min, max).expects())
            }
            Self::Spans(min, max) => {
                format!("\"12 h..24 h\", both from {} to {}, or \"never\"", print_span(min), print_span(max))
            }
            Self::Flag => "true or false".into(),
            Self::Service => SERVICE_FORMS.into(),
            Self::Capacity => CAPACITY_FORMS.into(),
            Self::Targets => r#""gateway:NAME", "clients:NAME", "path:NAME" or "all", or a list of them"#.into(),
            Self::Moments => format!("{MOMENT_FORMS}, or a list of them"),
            Self::Every => r#"an interval like "1 h", or days and a time of day like "03:00", "Sunday 03:00" or "Monday..Friday 12:00""#.into(),
            Self::Columns(records) => format!(
                "what the file calls the columns {}, like {{ time = \"Start\", user = \"Ext\" }}",
                records.columns().join(", ")
            ),
            Self::Mix(_) => {
                r#"profiles with their shares, 100 % together, like { communicator-2007-r2 = "60 %", communicator-2007 = "40 %" }"#.into()
            }
            Self::Hours => {
                r#"factors by time of day like "00:00 x0.1, 08:00 x1, 12:00 x0.5, 13:00 x1, 18:00 x0.1", calls of a user like "08:00 2 /h, 12:00 1 /h", calls of the whole group like "08:00 1200 calls/h, 12:00 600 calls/h", or "flat""#
                    .into()
            }
            Self::File(_) => r#"a file, relative to the scenario's folder, like "calls.csv""#.into(),
            Self::Offset => r#"a time difference like "+1 h" or "-30 min""#.into(),
        }
    }

    /// A default or an override as it would be read from a file.
    pub fn form_of(&self, text: &str) -> RawValue {
        match *self {
            Self::Count(..) => RawValue::Number(text.into()),
            Self::CountOr(word, ..) if text != word => RawValue::Number(text.into()),
            Self::Flag if matches!(text, "true" | "false") => RawValue::Boolean(text == "true"),
            _ => RawValue::Text(text.into()),
        }
    }

    /// Reads a value as written in a file.
    ///
    /// # Errors
    /// What is valid.
    pub fn read(&self, form: &RawValue) -> Result<Value, String> {
        let value = match (self, form) {
            (Self::Count(min, max), RawValue::Number(text)) => {
                let digits = text.replace(['_', ' '], "");
                digits
                    .parse()
                    .ok()
                    .filter(|n| (min..=max).contains(&n))
                    .map(Value::Count)
            }
            (Self::Count(..), _) => None,
            (Self::CountOr(_, min, max), RawValue::Number(_)) => {
                match Self::Count(*min, *max).read(form) {
                    Ok(Value::Count(n)) => Some(Value::MaybeCount(Some(n))),
                    _ => None,
                }
            }
            (Self::CountOr(word, ..), RawValue::Text(text)) => {
                (text == word).then_some(Value::MaybeCount(None))
            }
            (Self::Flag, RawValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Self::Flag, _) => None,
            (Self::Targets | Self::Moments, RawValue::List(entries)) => self.read_list(entries),
            (Self::Mix(_) | Self::Columns(_), RawValue::Table(_)) => self.read_text(&form.bare()),
            (_, RawValue::Text(text)) => self.read_text(text),
            _ => None,
        };
        value.ok_or_else(|| self.expects())
    }

    /// Reads a list whose elements would do alone.
    fn read_list(&self, entries: &[Entry]) -> Option<Value> {
        let (mut texts, mut moments) = (Vec::new(), Vec::new());
        for entry in entries {
            match self.read(&entry.form).ok()? {
                Value::Texts(items) => texts.extend(items),
                Value::Moments(items) => moments.extend(items),
                _ => return None,
            }
        }
        match (texts.is_empty(), moments.is_empty()) {
            (false, true) => Some(Value::Texts(texts)),
            (true, false) => Some(Value::Moments(moments)),
            _ => None,
        }
    }

    /// Reads a value as text: the part between the quotes.
    pub fn read_text(&self, text: &str) -> Option<Value> {
        match *self {
            Self::Name => is_name(text).then(|| Value::Text(text.into())),
            Self::Reference(_) | Self::Shared(_) | Self::GatewayName | Self::File(_) => {
                (!text.is_empty()).then(|| Value::Text(text.into()))
            }
            Self::Count(..) => self.read(&RawValue::Number(text.into())).ok(),
            Self::Span(min, max) => parse_span(text)
                .filter(|s| (min..=max).contains(s))
                .map(Value::Span),
            Self::Seconds(min, max) => parse_span(text)
                .filter(|s| s.0 % 1_000_000 == 0 && (min..=max).contains(&(s.0 / 1_000_000)))
                .map(|s| Value::Count(s.0 / 1_000_000)),
            Self::Moment => parse_moment(text).map(Value::Moment),
            Self::Weekdays => Weekdays::parse(text).map(Value::Weekdays),
            Self::Rate { most_per_s } => parse_rate(text)
                .filter(|r| *r <= most_per_s)
                .map(Value::Rate),
            Self::PriceOr(word) if text == word => Some(Value::MaybePrice(None)),
            Self::PriceOr(_) => Price::parse(text).map(|p| Value::MaybePrice(Some(p))),
            Self::Share(min, max) => parse_share(text)
                .filter(|p| (min..=max).contains(&(p * 100.0)))
                .map(Value::Share),
            Self::Choice(words) => words
                .iter()
                .find(|w| w.word == text)
                .map(|w| Value::Choice(w.word)),
            Self::SignIn => read_sign_in(text).map(Value::SignIn),
            Self::Lunch if text == "never" => Some(Value::Lunch(None)),
            Self::Lunch => read_lunch(text).map(|lunch| Value::Lunch(Some(lunch))),
            Self::SignOut if text == "never" => Some(Value::SignOut(None)),
            Self::SignOut => read_time_of_day(text).map(|at| Value::SignOut(Some(at))),
            Self::Reestablish => read_reestablish(text).map(Value::Reestablish),
            Self::Timing => read_timing(text).map(Value::Timing),
            Self::CountOr(word, ..) if text == word => Some(Value::MaybeCount(None)),
            Self::CountOr(..) => self.read(&RawValue::Number(text.into())).ok(),
            Self::SpanOr(word, ..) if text == word => Some(Value::MaybeSpan(None)),
            Self::SpanOr(_, min, max) => parse_span(text)
                .filter(|s| (min..=max).contains(s))
                .map(|s| Value::MaybeSpan(Some(s))),
            Self::Spans(..) if text == "never" => Some(Value::Spans(None)),
            Self::Spans(min, max) => {
                let (from, to) = text.split_once("..")?;
                let (from, to) = (parse_span(from)?, parse_span(to)?);
                (min <= from && from <= to && to <= max).then_some(Value::Spans(Some((from, to))))
            }
            Self::Flag => text.parse().ok().map(Value::Flag),
            Self::Service => read_service(text).map(Value::Service),
            Self::Capacity => parse_capacity(text).map(Value::Capacity),
            Self::Targets => (!text.is_empty()).then(|| Value::Texts(vec![text.into()])),
            Self::Moments => {
                (text.split(',').map(parse_moment).collect::<Option<_>>()).map(Value::Moments)
            }
            Self::Every => parse_every(text).map(Value::Every),
            Self::Mix(_) => read_mix(text).map(Value::Mix),
            Self::Columns(records) => read_columns(text, records).map(Value::Columns),
            Self::Hours => read_hours(text).map(Value::Hours),
            Self::Offset => {
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
    fn a_bare_number_is_no_duration() {
        let kind = Kind::Span(Span::from_secs(1), Span::from_secs(60));
        assert!(kind.read(&RawValue::Number("30".into())).is_err());
        assert!(kind.read(&RawValue::Text("61 s".into())).is_err());
        assert!(kind.read(&RawValue::Text("30 s".into())).is_ok());
    }
}
