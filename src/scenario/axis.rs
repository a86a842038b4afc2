//! A key and the values it takes in a study: `clients.refresh_interval = 5 min..60 min step 5 min`.

use super::catalogue::Key;
use super::error::{Place, ScenarioError};
use super::kind::Kind;
use super::overrides::{Override, between_quotes};
use crate::quantity::{Span, parse_span, print_span};

/// A key and the values it takes, in their order.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// `table.key` or `table.name.key`.
    pub key: String,
    /// Each value as an override.
    pub values: Vec<Override>,
}

/// More values of one key are a slip of the pen.
const MOST_VALUES: usize = 10_000;

const FORMS: &str = "`table.key = a, b, c`, `table.key = a..b step s` or `table.key = a..b log n`, like \
    \"clients.refresh_interval = 5 min..60 min step 5 min\"; values that hold commas have `;` between them";

impl Axis {
    /// Reads one axis, which stands at `place`.
    ///
    /// # Errors
    /// What the form is, or what is wrong with the key or a value.
    pub fn parse(text: &str, place: &Place) -> Result<Self, ScenarioError> {
        let bad = |why: String| ScenarioError::input(place, why);
        let (path, list) = text
            .split_once('=')
            .ok_or_else(|| bad(format!("found {text:?}, expected {FORMS}")))?;
        let path = path.trim();
        let list = list.trim();
        let inner = list.strip_prefix('"').and_then(|l| l.strip_suffix('"'));
        let list = inner.unwrap_or(list);
        // The path is checked before any value is.
        let key = Override::parse_at(&format!("{path}=x"), place)?.catalogue_key();
        let mut values = Vec::new();
        for item in items(list, key.kind) {
            values.extend(expand(path, key, &between_quotes(item)).map_err(bad)?);
            if values.len() > MOST_VALUES {
                return Err(bad(format!("{path}: more than {MOST_VALUES} values")));
            }
        }
        let values = values
            .iter()
            .map(|value| Override::parse_at(&format!("{path}={value}"), place));
        Ok(Self {
            key: path.into(),
            values: values.collect::<Result<_, _>>()?,
        })
    }

    /// The key of the catalogue that it turns.
    pub fn catalogue_key(&self) -> Option<&'static Key> {
        self.values.first().map(Override::catalogue_key)
    }

    /// Whether another one turns the same value: that of all sections of a table, and that of one of them.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let first_value = |axis: &Self| axis.values.first().cloned();
        first_value(self)
            .zip(first_value(other))
            .is_some_and(|(a, b)| a.overlaps(&b))
    }

    /// A value of it as a number, where it is one: seconds, a count, per second, a fraction.
    pub fn number(&self, value: &str) -> Option<f64> {
        self.catalogue_key()?.kind.read_text(value)?.number()
    }
}

/// The items of a list: between semicolons where there are some, else between the commas outside of brackets. A value that
/// always has commas is one item.
fn items(list: &str, kind: Kind) -> Vec<&str> {
    let mut depth = 0;
    let is_one = matches!(kind, Kind::Mix(_) | Kind::Columns(_)) && !list.contains(['{', ';']);
    let separator = if list.contains(';') { ';' } else { ',' };
    let separates = |c: char| {
        depth += i32::from(matches!(c, '[' | '{')) - i32::from(matches!(c, ']' | '}'));
        c == separator && depth == 0 && !is_one
    };
    list.split(separates).map(str::trim).collect()
}

/// The values of one item of the list.
fn expand(path: &str, key: &'static Key, item: &str) -> Result<Vec<String>, String> {
    let single = |value: &str| match key.kind.read_text(value) {
        Some(_) => Ok(vec![value.to_string()]),
        None => Err(format!(
            "{path}: found {value:?}, expected {}",
            key.kind.expects()
        )),
    };
    // A policy may hold two dots itself: "uniform 0 s..600 s".
    let scale = match (Scale::for_kind(key.kind), item.split_once("..")) {
        (Some(scale), Some(range)) => Some((scale, range)),
        _ => None,
    };
    let Some((scale, (from, rest))) = scale else {
        return single(item);
    };
    let how = |word: &str| {
        rest.split_once(&format!(" {word} "))
            .map(|(to, by)| (to.trim(), by.trim()))
    };
    let from = from.trim();
    let range = |to: &str| -> Result<(f64, f64), String> {
        single(from)?;
        single(to)?;
        match (scale.read(from), scale.read(to)) {
            (Some(a), Some(b)) if a <= b => Ok((a, b)),
            (Some(_), Some(_)) => Err(format!("{path}: {item:?} runs backwards")),
            _ => Err(format!("{path}: both ends of {item:?} need the same unit")),
        }
    };
    if let Some((to, step)) = how("step") {
        let (from, to) = range(to)?;
        let step = scale.read(step).filter(|s| *s > 0.0);
        let step = step.ok_or_else(|| {
            format!("{path}: the step of {item:?} must be above 0, in the unit of the range")
        })?;
        return scale
            .arithmetic(from, to, step)
            .ok_or_else(|| format!("{path}: {item:?} has more than {MOST_VALUES} values"));
    }
    if let Some((to, n)) = how("log") {
        let (from, to) = range(to)?;
        let n = n.parse().ok().filter(|n| (2..=MOST_VALUES).contains(n));
        let n = n.ok_or_else(|| {
            format!("{path}: {item:?} needs a number of values from 2 to {MOST_VALUES} after `log`")
        })?;
        if from <= 0.0 {
            return Err(format!("{path}: {item:?} cannot be log-spaced from 0"));
        }
        return Ok(scale.geometric(from, to, n));
    }
    if matches!(scale, Scale::Count) {
        let (from, to) = range(rest.trim())?;
        let values = scale.arithmetic(from, to, 1.0);
        return values
            .ok_or_else(|| format!("{path}: {item:?} has more than {MOST_VALUES} values"));
    }
    Err(format!(
        "{path}: {item:?} has no `step` and no `log`, like \"5 min..60 min step 5 min\" or \"1 min..1 h log 7\""
    ))
}

/// How values of a kind are counted through: exactly, as whole numbers where they are such.
enum Scale {
    Count,
    /// Whole microseconds; of [`Kind::Seconds`], whole seconds.
    Span,
    /// A decimal number with a unit: rates and shares.
    Decimal(std::cell::RefCell<String>),
}

impl Scale {
    fn for_kind(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Count(..) | Kind::CountOr(..) => Some(Self::Count),
            Kind::Span(..) | Kind::SpanOr(..) | Kind::Seconds(..) => Some(Self::Span),
            Kind::Rate { .. } | Kind::Share(..) => {
                Some(Self::Decimal(std::cell::RefCell::default()))
            }
            _ => None,
        }
    }

    /// The number behind a value; all of one range have the same unit.
    fn read(&self, text: &str) -> Option<f64> {
        match self {
            Self::Count => text.replace('_', "").parse::<u32>().ok().map(f64::from),
            Self::Span => parse_span(text).map(|s| s.0 as f64),
            Self::Decimal(unit) => {
                let end = text
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(text.len());
                let (number, suffix) = (text[..end].parse().ok()?, text[end..].trim());
                let mut unit = unit.borrow_mut();
                if unit.is_empty() {
                    *unit = suffix.into();
                }
                (*unit == suffix).then_some(number)
            }
        }
    }

    fn write(&self, x: f64) -> String {
        match self {
            Self::Count => format!("{}", x.round()),
            // Where a range begins and ends in whole seconds, so does all within.
            Self::Span if x >= 1e6 => print_span(Span((x / 1e6).round() as u64 * 1_000_000)),
            Self::Span => print_span(Span(x.round() as u64)),
            Self::Decimal(unit) => {
                let digits = format!("{x:.9}");
                format!(
                    "{} {}",
                    digits.trim_end_matches('0').trim_end_matches('.'),
                    unit.borrow()
                )
            }
        }
    }

    fn arithmetic(&self, from: f64, to: f64, step: f64) -> Option<Vec<String>> {
        let steps = ((to - from) / step + 1e-9).floor();
        if steps >= MOST_VALUES as f64 {
            return None;
        }
        let exact = |x: f64| match self {
            Self::Span => print_span(Span(x.round() as u64)),
            _ => self.write(x),
        };
        Some(
            (0..=steps as u32)
                .map(|i| exact(from + f64::from(i) * step))
                .collect(),
        )
    }

    fn geometric(&self, from: f64, to: f64, n: usize) -> Vec<String> {
        let ratio = libm::log(to / from) / (n - 1) as f64;
        let mut values: Vec<String> = (0..n)
            .map(|i| {
                if i + 1 == n {
                    self.write(to)
                } else {
                    self.write(from * libm::exp(ratio * i as f64))
                }
            })
            .collect();
        values.dedup();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let axis = Axis::parse(text, &Place::file_only("--vary")).unwrap_or_else(|e| panic!("{e}"));
        axis.values.iter().map(|o| o.value().to_string()).collect()
    }

    #[test]
    fn lists_ranges_and_log_spaced_values() {
        assert_eq!(
            values("gateway.allow = absent, without-update"),
            ["absent", "without-update"]
        );
        assert_eq!(
            values("clients.refresh_interval=5 min..20 min step 5 min"),
            ["5 min", "10 min", "15 min", "20 min"]
        );
        assert_eq!(
            values("clients.refresh_interval=\"90 s..4 min step 1 min\""),
            ["90 s", "150 s", "210 s"]
        );
        assert_eq!(
            values("clients.refresh_interval=1 min, 5 min..7 min step 1 min"),
            ["1 min", "5 min", "6 min", "7 min"]
        );
        assert_eq!(values("gateway.count=2..4"), ["2", "3", "4"]);
        assert_eq!(values("clients.count=1..100 log 3"), ["1", "10", "100"]);
        assert_eq!(
            values("clients.count=1..3 log 6"),
            ["1", "2", "3"],
            "whole numbers come once"
        );
        assert_eq!(
            values("clients.refresh_interval=1 min..1 h log 3"),
            ["1 min", "465 s", "1 h"]
        );
        assert_eq!(
            values("path.loss = 0 %..0.3 % step 0.1 %"),
            ["0 %", "0.1 %", "0.2 %", "0.3 %"]
        );
        assert_eq!(
            values("clients.incoming_calls = 1 /h..3 /h step 1 /h"),
            ["1 /h", "2 /h", "3 /h"]
        );
        assert_eq!(
            values("clients.reestablish = never, uniform 0 s..600 s"),
            ["never", "uniform 0 s..600 s"]
        );
        assert_eq!(
            values("gateway.max_sessions = unlimited, 10..30 step 10"),
            ["unlimited", "10", "20", "30"]
        );
        assert_eq!(
            values("clients.idle_timeout = 5 min..15 min step 5 min, never"),
            ["5 min", "10 min", "15 min", "never"]
        );
    }

    #[test]
    fn values_with_commas_are_told_apart() {
        let mixes = ["rfc4028 60 %, communicator-2007 40 %", "rfc4028 100 %"];
        assert_eq!(
            values(&format!("clients.mix = {}", mixes.join("; "))),
            mixes
        );
        assert_eq!(values(&format!("clients.mix = {}", mixes[0])), mixes[..1]);
        let table_text =
            "{ rfc4028 = \"60 %\", communicator-2007 = \"40 %\" }, { rfc4028 = \"100 %\" }";
        assert_eq!(values(&format!("clients.mix = {table_text}")), mixes);
        let times = ["08:00, Sunday 09:00", "10:00"];
        assert_eq!(
            values("fault.at = [\"08:00\", \"Sunday 09:00\"]; 10:00"),
            times
        );
        assert_eq!(values("fault.at = 08:00, Sunday 09:00; 10:00"), times);
        // Without a semicolon each is a value.
        assert_eq!(values("fault.at = 08:00, 10:00"), ["08:00", "10:00"]);
        assert_eq!(
            values("fault.at = [\"08:00\", \"Sunday 09:00\"], \"10:00\""),
            times
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, expected) in [
            ("clients.refresh_interval", "expected `table.key = a, b, c`"),
            (
                "clients.refresh_intervall = 5 min",
                "did you mean `refresh_interval`?",
            ),
            ("clients.refresh_interval = 5", "expected a duration"),
            ("clients.refresh_interval = 5 min..60 min", "has no `step`"),
            (
                "clients.refresh_interval = 60 min..5 min step 1 min",
                "runs backwards",
            ),
            (
                "clients.refresh_interval = 5 min..60 min step 0 s",
                "must be above 0",
            ),
            (
                "clients.refresh_interval = 1 s..1 d step 1 ms",
                "more than 10000 values",
            ),
            (
                "clients.incoming_calls = 1 /h..3 /min step 1 /h",
                "the same unit",
            ),
            ("path.loss = 0 %..1 % log 3", "cannot be log-spaced from 0"),
            ("clients.count = 1..9 log 1", "from 2 to"),
        ] {
            let error = Axis::parse(text, &Place::file_only("--vary"))
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("--vary: ") && error.contains(expected),
                "{text}: {error}"
            );
        }
    }
}
