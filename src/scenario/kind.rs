//! The kinds of value that keys take: how each is read from text, what is valid.

use super::document::Form;
use crate::protocol::Reestablish;
use crate::quantity::{Span, parse_clock, parse_rate, parse_share, parse_span, print_span};
use crate::workload::SignIn;

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
    /// A re-establishment policy.
    Reestablish,
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
    /// A re-establishment policy.
    Reestablish(Reestablish),
}

const SPAN_UNITS: &str = "us, ms, s, min, h, d";
const RATE_UNITS: &str = "/s, /min, /h, /d";
const SIGN_IN_FORMS: &str = r#""at start", "at 09:00", "uniform over 30 min" or "normal 09:00 sd 25 min""#;
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
                    "a duration with its unit ({SPAN_UNITS}) from {} to {}, like \"25 min\"",
                    print_span(least),
                    print_span(most)
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
            Kind::SignOut => format!("\"never\", {SIGN_IN_FORMS}"),
            Kind::Reestablish => REESTABLISH_FORMS.into(),
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
                digits.parse().ok().filter(|n| (least..=most).contains(&n)).map(Value::Count)
            }
            (Kind::Count(..), _) => None,
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
            Kind::Span(least, most) => parse_span(text).filter(|s| (least..=most).contains(s)).map(Value::Span),
            Kind::Seconds(least, most) => parse_span(text)
                .filter(|s| s.0 % 1_000_000 == 0 && (least..=most).contains(&(s.0 / 1_000_000)))
                .map(|s| Value::Count(s.0 / 1_000_000)),
            Kind::Clock => parse_clock(text).map(Value::Span),
            Kind::Rate { most_per_s } => parse_rate(text).filter(|r| *r <= most_per_s).map(Value::Rate),
            Kind::Share(least, most) => {
                parse_share(text).filter(|p| (least..=most).contains(&(p * 100.0))).map(Value::Share)
            }
            Kind::Choice(words) => words.iter().position(|w| *w == text).map(Value::Choice),
            Kind::SignIn => read_sign_in(text).map(Value::SignIn),
            Kind::SignOut if text == "never" => Some(Value::SignOut(None)),
            Kind::SignOut => read_sign_in(text).map(|s| Value::SignOut(Some(s))),
            Kind::Reestablish => read_reestablish(text).map(Value::Reestablish),
        }
    }
}

/// Names become folders and parts of key paths.
fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=100).contains(&length)
        && !text.starts_with('.')
        && text.trim() == text
        && !text.chars().any(|c| c.is_control() || c == '/' || c == '\\')
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
    Some(SignIn::Normal { mean: parse_clock(mean)?, sd: day_span(sd)? })
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
    Some(Reestablish::Backoff { first: day_span(first)?, factor, cap: day_span(cap)?, jitter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_and_sign_ins_are_read() {
        let s = Span::from_secs;
        assert_eq!(read_reestablish("fixed 30 s"), Some(Reestablish::Fixed(s(30))));
        assert_eq!(read_reestablish("uniform 0 s..600 s"), Some(Reestablish::Uniform(s(0), s(600))));
        assert_eq!(
            read_reestablish("backoff 5 s x2 max 300 s jitter 20 %"),
            Some(Reestablish::Backoff { first: s(5), factor: 2.0, cap: s(300), jitter: 0.2 })
        );
        for bad in ["30 s", "fixed 30", "uniform 9 s..1 s", "backoff 5 s x0.5 max 300 s", "Never", "fixed -1 s"] {
            assert_eq!(read_reestablish(bad), None, "{bad}");
        }
        assert_eq!(read_sign_in("normal 09:00 sd 25 min"), Some(SignIn::Normal { mean: s(32_400), sd: s(1500) }));
        assert_eq!(read_sign_in("at 08:30"), Some(SignIn::At(s(30_600))));
        assert_eq!(read_sign_in("uniform over 30"), None);
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
