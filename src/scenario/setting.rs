//! A key with its value, and where that comes from.

use super::error::Place;
use super::key::{Key, Standing};
use super::kind::{Kind, Value};
use super::record_kind::RecordKind;
use super::syntax::Hours;
use crate::deployment::ServiceTime;
use crate::protocol::{Reestablish, RefreshTiming};
use crate::quantity::{Every, JOBS_PER_CALL, MESSAGES_PER_JOB, Moment, Price, Span, Weekdays};
use crate::workload::{DayShape, Lunch, SignIn};

/// Where a value comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Origin {
    /// The command line.
    Override,
    /// The scenario file.
    File(Place),
    /// A profile, or a `[[path]]` or `[[workload]]` of the file.
    Profile {
        /// Its name.
        profile: String,
        /// How far the value can be relied on.
        standing: Standing,
        /// Where the value comes from.
        source: String,
    },
    /// The catalogue.
    Default,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static Key,
    /// The value as written.
    pub text: String,
    /// The value as read.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

impl Setting {
    /// The default of a key, where it has one.
    pub(super) fn by_default(key: &'static Key) -> Option<Self> {
        let text = key.default.filter(|text| !text.is_empty())?;
        Some(Self {
            key,
            text: text.into(),
            value: key.kind.read(&key.kind.form_of(text)).ok()?,
            origin: Origin::Default,
        })
    }

    /// Whether it is among the settings of its section: an unlisted default is not.
    pub(super) fn is_listed(&self) -> bool {
        !(self.key.is_listed_when_given && self.origin == Origin::Default)
    }

    /// The standing of the value: the user's own values are choices.
    pub fn standing(&self) -> Standing {
        match &self.origin {
            Origin::Override | Origin::File(_) => Standing::Choice,
            Origin::Profile { standing, .. } => *standing,
            Origin::Default => self.key.standing,
        }
    }

    /// Where the value comes from, in words.
    pub fn provenance(&self) -> String {
        let from = match &self.origin {
            Origin::Override => "given on the command line".into(),
            Origin::File(place) => format!("given in line {}", place.line),
            Origin::Profile {
                profile,
                standing,
                source,
            } => format!("{profile}, {standing}: {source}"),
            Origin::Default => format!("default, {}: {}", self.key.standing, self.key.source),
        };
        from + &self.conversion()
    }

    /// The same for those who do not have the file before them: its line numbers say nothing to them.
    pub fn provenance_without_lines(&self) -> String {
        match &self.origin {
            Origin::File(_) => format!("given{}", self.conversion()),
            _ => self.provenance(),
        }
    }

    /// What a published capacity comes to, at the messages of each action (domain: the table of messages per action).
    pub fn conversion(&self) -> String {
        let Value::Capacity(jobs_per_s) = self.value else {
            return String::new();
        };
        let messages_per_s = jobs_per_s * MESSAGES_PER_JOB;
        let messages_per_call = JOBS_PER_CALL * MESSAGES_PER_JOB;
        format!(
            "; {messages_per_s:.4} messages/s, {jobs_per_s:.4} jobs/s, at {messages_per_call} messages a call and {MESSAGES_PER_JOB} a job"
        )
    }

    /// As it would stand in a file.
    pub fn to_toml(&self) -> String {
        match self.key.kind {
            Kind::Count(..) | Kind::Flag => self.text.clone(),
            Kind::CountOr(word, ..) if self.text != word => self.text.clone(),
            _ => toml::Value::String(self.text.clone()).to_string(),
        }
    }
}

/// The values of one section, all of its keys.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `scenario`, `gateway` or `clients`.
    pub table: &'static str,
    /// The section's name.
    pub name: String,
    /// Where the section stands.
    pub place: Place,
    /// In the order of the catalogue.
    pub entries: Vec<Setting>,
    /// Of a group with a mix of profiles: each of them with its share, and what holds for its users.
    pub parts: Vec<(f64, Self)>,
}

impl Settings {
    /// The setting of a key of the catalogue.
    pub fn setting(&self, key: &str) -> &Setting {
        self.find(key)
            .unwrap_or_else(|| unreachable!("{} has no key {key}", self.table))
    }

    /// The setting of a key, where it has one.
    pub fn find(&self, key: &str) -> Option<&Setting> {
        self.entries.iter().find(|s| s.key.name == key)
    }

    /// The setting that names a file of records, where the section has one.
    pub(super) fn file(&self, records: RecordKind) -> Option<&Setting> {
        let is_file = |s: &&Setting| s.key.kind == Kind::File(records);
        self.entries.iter().find(is_file)
    }

    /// Each profile of a mix with what holds for its users; none of a section without a mix.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &Self)> {
        let mix = self.entries.iter().find_map(|s| match &s.value {
            Value::Mix(mix) => Some(&mix[..]),
            _ => None,
        });
        let names = mix
            .unwrap_or_default()
            .iter()
            .map(|(name, _)| name.as_str());
        names.zip(self.parts())
    }

    /// What holds for the users of each profile of a mix.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().map(|(_, part)| part)
    }

    /// Where a setting stands, or the section without it.
    pub(super) fn place_of<'a>(&'a self, setting: &'a Setting) -> &'a Place {
        match &setting.origin {
            Origin::File(place) => place,
            _ => &self.place,
        }
    }
}

/// A type that a key's value is read into.
pub(super) trait FromValue: Sized {
    /// `None`: the value is of another kind.
    fn from_value(value: &Value) -> Option<Self>;

    /// The same from a setting, for those who ask where the value stands.
    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::from_value(&setting.value)
    }
}

/// A value with its setting: for errors that are found when several keys are seen together.
pub(super) struct SettingValue<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub setting: Setting,
}

impl<T: FromValue> FromValue for SettingValue<T> {
    fn from_value(_: &Value) -> Option<Self> {
        None
    }

    fn from_setting(setting: &Setting) -> Option<Self> {
        let value = T::from_setting(setting)?;
        let setting = setting.clone();
        Some(Self { value, setting })
    }
}

impl<T> SettingValue<T> {
    /// Whether a profile gave it.
    pub(super) fn is_of_profile(&self) -> bool {
        matches!(self.setting.origin, Origin::Profile { .. })
    }
}

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $value:expr;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: &Value) -> Option<$type> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        })*
    };
}

from_value! {
    String: Value::Text(text) => Some(text.clone());
    u64: Value::Count(n) => Some(*n);
    u32: Value::Count(n) => u32::try_from(*n).ok();
    u16: Value::Count(n) => u16::try_from(*n).ok();
    f64: Value::Rate(x) | Value::Share(x) | Value::Capacity(x) => Some(*x);
    Vec<String>: Value::Texts(texts) => Some(texts.clone());
    Vec<Moment>: Value::Moments(moments) => Some(moments.clone());
    Every: Value::Every(every) => Some(*every);
    Moment: Value::Moment(moment) => Some(*moment);
    Weekdays: Value::Weekdays(days) => Some(*days);
    Span: Value::Span(span) => Some(*span);
    bool: Value::Flag(flag) => Some(*flag);
    i64: Value::Offset(us) => Some(*us);
    SignIn: Value::SignIn(at) => Some(*at);
    Option<SignIn>: Value::SignOut(at) => Some(*at);
    Option<Lunch>: Value::Lunch(lunch) => Some(*lunch);
    Reestablish: Value::Reestablish(policy) => Some(*policy);
    RefreshTiming: Value::Timing(timing) => Some(*timing);
    Option<u32>: Value::MaybeCount(count) => count.map(u32::try_from).transpose().ok();
    Option<Span>: Value::MaybeSpan(span) => Some(*span);
    Option<Price>: Value::MaybePrice(price) => Some(price.clone());
    Option<(Span, Span)>: Value::Spans(spans) => Some(*spans);
    Option<ServiceTime>: Value::Service(service) => Some(service.clone());
    Vec<(String, String)>: Value::Columns(columns) => Some(columns.clone());
    Vec<(String, f64)>: Value::Mix(parts) => Some(parts.clone());
    Hours: Value::Hours(hours) => Some(hours.clone());
    DayShape: Value::Hours(hours) => Some(DayShape { steps: hours.steps.clone() });
}
