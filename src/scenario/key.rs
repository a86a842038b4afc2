//! A key of the catalogue: what it means, the kind and range of its value, its default and where that comes from.

use std::fmt;

use super::kind::Kind;
use super::record_kind::RecordKind;

/// How far a value can be relied on (domain: the standing of the facts).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Published by a vendor or an administrator.
    Published,
    /// Seen in real source code or an issue thread.
    Seen,
    /// Required or recommended by a standard.
    Standard,
    /// Assumed, because nobody published it.
    Assumption,
    /// A choice of the study: not a fact about the world.
    Choice,
    /// Measured: told from a capture, a log or a live gateway.
    Measured,
}

impl Standing {
    /// All, with the words that profiles use.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Published, Self::Published.word()),
        (Self::Seen, Self::Seen.word()),
        (Self::Standard, Self::Standard.word()),
        (Self::Assumption, Self::Assumption.word()),
        (Self::Choice, Self::Choice.word()),
        (Self::Measured, Self::Measured.word()),
    ];

    /// The word that profiles use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Seen => "seen",
            Self::Standard => "standard",
            Self::Assumption => "assumption",
            Self::Choice => "choice",
            Self::Measured => "measured",
        }
    }

    /// What it says of a value.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Published => "published by a vendor or an administrator",
            Self::Seen => "seen in real source code or an issue thread",
            Self::Standard => "required or recommended by a standard",
            Self::Assumption => "assumed, because nobody published it",
            Self::Choice => "a choice of the study, no fact about the world",
            Self::Measured => "told from a capture, a log or a live gateway",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A key of a scenario or profile.
#[derive(PartialEq, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Its default as it would be written; `None`: it must be given; empty: without it the key has no value.
    pub default: Option<&'static str>,
    /// The standing of the default.
    pub standing: Standing,
    /// Where the default comes from.
    pub source: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Other values that are just as possible while the truth is unknown: what `run` tries to see whether the assumption decides.
    pub alternatives: &'static [&'static str],
    /// A value for examples; empty: [`Kind::example`] has one.
    pub(super) example: &'static str,
    /// Other keys of the section, with their values, that the example takes.
    pub(super) companions: &'static [(&'static str, &'static str)],
    /// The file of records that takes its place, where one does.
    pub(super) unless: Option<RecordKind>,
    /// Whether it decides how often and by which random numbers, and not what: no part of the scenario's hash.
    pub(super) is_sampling: bool,
    /// Whether it has an effect only at a gateway that has servers.
    pub(super) needs_station: bool,
    /// Whether it is listed only where it is given: its default is what every scenario had before there was such a key, and
    /// so no part of the scenario's hash, of the expanded scenario or of `inputs.csv`.
    pub(super) is_listed_when_given: bool,
}

impl Key {
    /// A valid value, other than the default where the kind has another, as it would stand between quotes.
    pub fn example(&self) -> String {
        match self.example {
            "" => self.kind.example(self.default.unwrap_or_default()),
            example => example.into(),
        }
    }

    /// The other keys of the section that the example takes, with their values.
    pub fn beside_example(&self) -> &'static [(&'static str, &'static str)] {
        self.companions
    }

    /// Whether it must be given, in a section or by its profile.
    pub fn is_needed(&self) -> bool {
        self.default.is_none()
    }
}
