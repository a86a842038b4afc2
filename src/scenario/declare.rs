//! How a key is declared: once, with its name, meaning, kind, default, standing, source and the field that it fills.

use std::marker::PhantomData;

use super::key::{Key, Standing};
use super::kind::{Kind, Profiles};
use super::record_kind::RecordKind;
use super::setting::{FromValue, Settings};
use super::words::Choice;
use crate::deployment::ServiceTime;
use crate::protocol::{Reestablish, RefreshTiming};
use crate::quantity::{Every, Moment, Price, Span, Weekdays};
use crate::workload::{DayShape, Lunch, SignIn};

/// A kind of value, and the type that it is read into.
pub(super) struct TypedKind<T> {
    kind: Kind,
    value: PhantomData<fn() -> T>,
}

/// A declared key that always has a value.
pub(super) struct DeclaredKey<T> {
    key: Key,
    value: PhantomData<fn() -> T>,
}

/// A declared key that may have none: nobody gave it, or a file of records takes its place.
pub(super) struct Optional<T> {
    key: Key,
    value: PhantomData<fn() -> T>,
}

const fn typed<T>(kind: Kind) -> TypedKind<T> {
    TypedKind {
        kind,
        value: PhantomData,
    }
}

impl<T> TypedKind<T> {
    const fn with(&self, default: Option<&'static str>) -> DeclaredKey<T> {
        let key = Key {
            name: "",
            kind: self.kind,
            default,
            standing: Standing::Choice,
            source: "the study's choice",
            meaning: "",
            alternatives: &[],
            example: "",
            companions: &[],
            unless: None,
            is_sampling: false,
            needs_station: false,
            is_listed_when_given: false,
        };
        DeclaredKey {
            key,
            value: PhantomData,
        }
    }

    /// It must be given.
    pub(super) const fn must(&self) -> DeclaredKey<T> {
        self.with(None)
    }

    /// Its default, as it would be written.
    pub(super) const fn or(&self, default: &'static str) -> DeclaredKey<T> {
        self.with(Some(default))
    }

    /// Without it there is no value.
    pub(super) const fn optional(&self) -> Optional<T> {
        self.with(Some("")).optional()
    }
}

impl<T> DeclaredKey<T> {
    const fn map(&self, key: Key) -> Self {
        Self {
            key,
            value: self.value,
        }
    }

    /// The standing of its default, and where that comes from.
    pub(super) const fn from(&self, standing: Standing, source: &'static str) -> Self {
        self.map(Key {
            standing,
            source,
            ..self.key
        })
    }

    /// What else is just as possible while nobody knows.
    pub(super) const fn alternatives(&self, alternatives: &'static [&'static str]) -> Self {
        self.map(Key {
            alternatives,
            ..self.key
        })
    }

    /// A value for examples, where its kind has none that fits, and the other keys that such a section takes.
    pub(super) const fn example(
        &self,
        example: &'static str,
        companions: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.map(Key {
            example,
            companions,
            ..self.key
        })
    }

    /// It has no value where there is such a file of records.
    pub(super) const fn unless(&self, records: RecordKind) -> Self {
        self.map(Key {
            unless: Some(records),
            ..self.key
        })
    }

    /// It decides how often and by which random numbers, or what people make of it, and not what happens: no part of the
    /// scenario's hash.
    pub(super) const fn sampling(&self) -> Self {
        self.map(Key {
            is_sampling: true,
            ..self.key
        })
    }

    /// It has an effect only at a gateway that has servers.
    pub(super) const fn of_station(&self) -> Self {
        self.map(Key {
            needs_station: true,
            ..self.key
        })
    }

    /// Its default is what every scenario had before there was such a key: it is listed, written, hashed and tried only
    /// where it is given.
    pub(super) const fn listed_when_given(&self) -> Self {
        self.map(Key {
            is_listed_when_given: true,
            ..self.key
        })
    }

    /// It may have no value.
    pub(super) const fn optional(&self) -> Optional<T> {
        Optional {
            key: Key { ..self.key },
            value: self.value,
        }
    }

    /// The key itself; the first and the last character of a doc comment's line are no part of its meaning.
    pub(super) const fn named(&self, name: &'static str, meaning: &'static str) -> Key {
        Key {
            name,
            meaning: meaning.trim_ascii(),
            ..self.key
        }
    }
}

impl<T> Optional<T> {
    /// As [`DeclaredKey::example`].
    pub(super) const fn example(
        &self,
        example: &'static str,
        companions: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            key: Key {
                example,
                companions,
                ..self.key
            },
            value: self.value,
        }
    }

    /// As [`DeclaredKey::named`].
    pub(super) const fn named(&self, name: &'static str, meaning: &'static str) -> Key {
        Key {
            name,
            meaning: meaning.trim_ascii(),
            ..self.key
        }
    }
}

impl<T: FromValue> DeclaredKey<T> {
    /// Its value in a section that was resolved.
    pub(super) fn fill(&self, name: &str, settings: &Settings) -> T {
        let setting = settings.in_effect(name);
        let value = setting.and_then(|setting| T::from_setting(&setting));
        value.unwrap_or_else(|| mistyped(name, settings))
    }
}

impl<T: FromValue> Optional<T> {
    /// Its value in a section that was resolved, where it has one.
    pub(super) fn fill(&self, name: &str, settings: &Settings) -> Option<T> {
        let setting = settings.find(name)?;
        Some(T::from_setting(setting).unwrap_or_else(|| mistyped(name, settings)))
    }
}

/// The functions below pair each kind with the type of its values, and a test tries every key.
fn mistyped(name: &str, settings: &Settings) -> ! {
    unreachable!(
        "{}.{name}: its kind has values of another type",
        settings.table
    )
}

/// The same, with the place where the value stands.
pub(super) const fn stated<T>(kind: &TypedKind<T>) -> TypedKind<super::setting::SettingValue<T>> {
    typed(kind.kind)
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) -> $value:ty = $kind:expr;)*) => {
        $($(#[$doc])*
        pub(super) const fn $name($($argument: $type),*) -> TypedKind<$value> {
            typed($kind)
        })*
    };
}

kinds! {
    /// The name of a thing.
    name() -> String = Kind::Name;
    /// The name of a `[[gateway]]`.
    gateway_name() -> String = Kind::GatewayName;
    /// The name of a profile of this kind.
    profile(kind: Profiles) -> String = Kind::Reference(kind);
    /// The same, or the name of a section of the file.
    shared(kind: Profiles) -> String = Kind::Shared(kind);
    /// A whole number.
    whole(least: u32, most: u32) -> u32 = Kind::Count(least as u64, most as u64);
    /// A large whole number.
    whole64(least: u64, most: u64) -> u64 = Kind::Count(least, most);
    /// A whole number, or this word for no limit.
    whole_or(word: &'static str, least: u32, most: u32) -> Option<u32> = Kind::CountOr(word, least as u64, most as u64);
    /// A duration.
    span(least: Span, most: Span) -> Span = Kind::Span(least, most);
    /// A duration, or this word for none.
    span_or(word: &'static str, least: Span, most: Span) -> Option<Span> = Kind::SpanOr(word, least, most);
    /// From one duration to another, or `never`.
    spans(least: Span, most: Span) -> Option<(Span, Span)> = Kind::Spans(least, most);
    /// Whole seconds, as SIP headers carry them.
    seconds(least: u32, most: u32) -> u32 = Kind::Seconds(least as u64, most as u64);
    /// The same where 16 bits hold them.
    seconds16(least: u16, most: u16) -> u16 = Kind::Seconds(least as u64, most as u64);
    /// A time of day, on a certain day or on any.
    moment() -> Moment = Kind::Moment;
    /// Days of the week.
    working_days() -> Weekdays = Kind::Weekdays;
    /// A time difference, microseconds.
    offset() -> i64 = Kind::Offset;
    /// Events per second.
    rate(most_per_s: f64) -> f64 = Kind::Rate { most_per_s };
    /// A price, or this word for none.
    price_or(word: &'static str) -> Option<Price> = Kind::PriceOr(word);
    /// A fraction, with its bounds in percent.
    share(least: f64, most: f64) -> f64 = Kind::Share(least, most);
    /// Jobs per second.
    capacity() -> f64 = Kind::Capacity;
    /// The distribution of a service time, or none.
    service() -> Option<ServiceTime> = Kind::Service;
    /// When users sign in.
    sign_in() -> SignIn = Kind::SignIn;
    /// When users sign out, or never.
    sign_out() -> Option<SignIn> = Kind::SignOut;
    /// When users are away for lunch, or never.
    lunch() -> Option<Lunch> = Kind::Lunch;
    /// A re-establishment policy.
    reestablish() -> Reestablish = Kind::Reestablish;
    /// When a refresh is due.
    timing() -> RefreshTiming = Kind::Timing;
    /// What a file of records calls its columns.
    columns(records: RecordKind) -> Vec<(String, String)> = Kind::Columns(records);
    /// Profiles with their shares.
    mix(kind: Profiles) -> Vec<(String, f64)> = Kind::Mix(kind);
    /// Factors by time of day.
    hours() -> DayShape = Kind::Hours;
    /// Yes or no.
    flag() -> bool = Kind::Flag;
    /// Whom a fault hits.
    targets() -> Vec<String> = Kind::Targets;
    /// Times of day.
    moments() -> Vec<Moment> = Kind::Moments;
    /// How often.
    every() -> Every = Kind::Every;
    /// A file of records.
    file(records: RecordKind) -> String = Kind::File(records);
}

/// One of the words of a type.
pub(super) const fn choice<T: Choice>() -> TypedKind<T> {
    typed(Kind::Choice(T::WORDS))
}

/// Declares the keys of a table, in the order in which they are listed, written and hashed. Each stands once:
///
/// ```text
/// /// its meaning
/// key => field: kind(range).or("default").from(Standing, "source").alternatives(&["other", "values"]);
/// ```
///
/// `LIST fills Type by function` fills the fields of a type of another room; every field must have its key.
/// `LIST as struct Type` declares the type too, its fields being named like their keys: `key: Type = kind…;`. There a key
/// that only the lookup of profiles needs has no field: `key = kind…;`. `LIST` alone has no type.
macro_rules! keys {
    (
        $(#[$of_list:meta])*
        $list:ident fills $target:ident by $fill:ident {
            $(#[doc = $meaning:literal] $key:ident => $field:ident: $declared:expr;)+
        }
    ) => {
        $(#[$of_list])*
        pub(in crate::scenario) const $list: &[$crate::scenario::key::Key] =
            &[$($declared.named(stringify!($key), $meaning)),+];

        /// The values of a section.
        pub(in crate::scenario) fn $fill(settings: &$crate::scenario::setting::Settings) -> $target {
            $target { $($field: $declared.fill(stringify!($key), settings)),+ }
        }
    };
    (
        $(#[$of_list:meta])*
        $list:ident {
            $(#[doc = $meaning:literal] $key:ident = $declared:expr;)+
        }
    ) => {
        $(#[$of_list])*
        pub(in crate::scenario) const $list: &[$crate::scenario::key::Key] =
            &[$($declared.named(stringify!($key), $meaning)),+];
    };
    (
        $(#[$of_list:meta])*
        $list:ident as struct $target:ident {
            $(#[doc = $meaning:literal] $key:ident $(: $type:ty)? = $declared:expr;)+
        }
    ) => {
        $(#[$of_list])*
        pub(in crate::scenario) const $list: &[$crate::scenario::key::Key] =
            &[$($declared.named(stringify!($key), $meaning)),+];

        $(#[$of_list])*
        pub(in crate::scenario) struct $target {
            $($(#[doc = $meaning] pub $key: $type,)?)+
        }

        impl $target {
            /// The values of a section.
            pub(in crate::scenario) fn from_settings(settings: &$crate::scenario::setting::Settings) -> Self {
                $target {
                    $($($key: {
                        let value: $type = $declared.fill(stringify!($key), settings);
                        value
                    },)?)+
                }
            }
        }
    };
}

/// Declares the words of a type, each with its variant and meaning: a variant without a word, or with two of them, does
/// not compile.
macro_rules! words {
    ($type:ty { $($word:literal => $variant:ident $( ( $inner:ident :: $of:ident ) )?, $meaning:literal;)+ }) => {
        impl $crate::scenario::words::Choice for $type {
            const WORDS: &'static [$crate::scenario::words::Word] =
                &[$($crate::scenario::words::Word { word: $word, meaning: $meaning }),+];

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant $( ($inner::$of) )?),)+
                    _ => None,
                }
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant $( ($inner::$of) )? => $word,)+
                }
            }
        }

        impl $crate::scenario::setting::FromValue for $type {
            fn from_value(value: &$crate::scenario::kind::Value) -> Option<Self> {
                match value {
                    $crate::scenario::kind::Value::Choice(word) => {
                        <Self as $crate::scenario::words::Choice>::from_word(word)
                    }
                    _ => None,
                }
            }
        }
    };
}
pub(super) use {keys, words};
