//! Profiles: named sets of values with their provenance, shipped in the binary or in a file of the user's own.

use std::path::Path;

use super::catalogue::{Key, Standing, keys_of_profile};
use super::document::{Document, Entry, RawValue};
use super::error::{Place, ScenarioError, nearest};
use super::files::{Files, read_text_from};
use super::instead::instead;
use super::kind::Profiles;

/// The kinds of profile, as folders under `models/profiles`.
pub const KINDS: [&str; 4] = [
    Profiles::Clients.name(),
    Profiles::Gateways.name(),
    Profiles::Workloads.name(),
    Profiles::Paths.name(),
];

macro_rules! shipped {
    ($($kind:literal / $name:literal),* $(,)?) => {
        /// The shipped profiles: kind, name, text.
        pub const SHIPPED: &[(&str, &str, &str)] = &[
            $(($kind, $name, include_str!(concat!("../../models/profiles/", $kind, "/", $name, ".toml")))),*
        ];
    };
}

shipped![
    "clients" / "communicator-2007",
    "clients" / "communicator-2007-r2",
    "clients" / "rfc4028",
    "clients" / "pjsip-2.15",
    "clients" / "sofia-sip-1.12",
    "clients" / "pidgin-sipe-1.25",
    "gateways" / "healthy",
    "gateways" / "ignores-update",
    "gateways" / "rejects-405",
    "gateways" / "rejects-501",
    "gateways" / "disowns-481",
    "gateways" / "answer-lost",
    "gateways" / "no-session-expires",
    "gateways" / "lying-allow-ignores",
    "gateways" / "lying-allow-501",
    "gateways" / "min-se-422",
    "gateways" / "unavailable-503",
    "gateways" / "allow-fix",
    "gateways" / "nec-ow5000",
    "gateways" / "nortel-mcm",
    "gateways" / "avaya-aes",
    "gateways" / "cisco-cups",
    "gateways" / "estos-ecsta",
    "gateways" / "genesys-gets",
    "gateways" / "mitel",
    "gateways" / "unify",
    "gateways" / "alcatel-lucent",
    "gateways" / "dialogic",
    "gateways" / "ericsson-lg",
    "gateways" / "not-counted",
    "gateways" / "ignores-reinvite",
    "gateways" / "rejects-reinvite-488",
    "gateways" / "refresher-silent",
    "gateways" / "baresip-1.0",
    "gateways" / "pjsip-2.15",
    "workloads" / "light",
    "workloads" / "moderate",
    "workloads" / "heavy",
    "paths" / "ideal",
    "paths" / "lan-tls",
    "paths" / "lan-udp",
    "paths" / "wan-tls",
    "paths" / "behind-azure-lb",
    "paths" / "behind-aws-nlb",
    "paths" / "behind-home-nat",
    "paths" / "behind-huawei-usg",
    "paths" / "behind-junos",
    "paths" / "behind-cisco-asa",
    "paths" / "behind-nsx",
];

/// A value of a profile; `None`: nobody published it and the profile does not guess.
#[derive(Clone, PartialEq, Debug)]
pub struct ProfileValue {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub form: Option<RawValue>,
    /// Where it stands.
    pub place: Place,
    /// How far it can be relied on.
    pub standing: Standing,
    /// Where it comes from.
    pub source: String,
}

/// A profile.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// `clients`, `gateways`, `workloads` or `paths`.
    pub kind: String,
    /// Its name, as the scenario refers to it.
    pub name: String,
    /// What it describes.
    pub description: String,
    /// Facts that no key holds.
    pub notes: Vec<String>,
    /// Its values.
    pub values: Vec<ProfileValue>,
}

fn keys_of_kind(kind: &str) -> Vec<&'static Key> {
    let kind = Profiles::ALL.into_iter().find(|k| k.name() == kind);
    kind.map(keys_of_profile).unwrap_or_default()
}

/// The names that a `[[path]]` or `[[workload]]` override may address besides those of the file.
pub(super) fn shipped_names(table: &str) -> impl Iterator<Item = &'static str> {
    let serves = |kind: &&Profiles| kind.table() == Some(table);
    let kind = Profiles::ALL.iter().find(serves).map(|kind| kind.name());
    SHIPPED
        .iter()
        .filter(move |(k, ..)| Some(*k) == kind)
        .map(|(_, name, _)| *name)
}

fn text_of(entry: &Entry) -> Result<&str, ScenarioError> {
    match &entry.form {
        RawValue::Text(text) => Ok(text),
        other => Err(ScenarioError::input(
            &entry.place,
            format!(
                "{}: found {}, expected text in quotes",
                entry.key,
                other.display()
            ),
        )),
    }
}

impl Profile {
    /// Parses a profile of the given kind.
    ///
    /// # Errors
    /// The place of what is wrong, and what is valid.
    pub fn parse(kind: &str, name: &str, file: &str, text: &str) -> Result<Self, ScenarioError> {
        let profile = Self::read(kind, name, file, text);
        profile.map_err(|error| error.with_lines(file, text))
    }

    fn read(kind: &str, name: &str, file: &str, text: &str) -> Result<Self, ScenarioError> {
        let document = Document::parse(file, text)?;
        let mut profile = Self {
            kind: kind.into(),
            name: name.into(),
            description: document.opening.clone(),
            notes: Vec::new(),
            values: Vec::new(),
        };
        // Inline tables at the top of the file parse as sections, a value with its provenance being one.
        for entry in &document.top.entries {
            match (entry.key.as_str(), &entry.form) {
                ("notes", RawValue::List(notes)) => {
                    for note in notes {
                        profile.notes.push(text_of(note)?.into());
                    }
                }
                _ => profile.values.push(choice_value(kind, entry, file)?),
            }
        }
        for section in &document.sections {
            let key = find_key(kind, &section.table, &section.place)?;
            profile
                .values
                .push(provenanced(key, &section.entries, &section.place)?);
        }
        Ok(profile)
    }

    /// Finds the profile of a kind by its name or its file, which is looked for beside `from`.
    ///
    /// # Errors
    /// The unknown name at `place` with the nearest known one, or the file's own error.
    #[cfg(feature = "files")]
    pub fn find(
        kind: &str,
        name: &str,
        from: &Path,
        place: &Place,
        catalogue_names: &[&str],
    ) -> Result<Self, ScenarioError> {
        let names = || catalogue_names.to_vec();
        Self::find_among(kind, name, (&super::files::Disk, from), place, names)
    }

    /// As `find`, among other files.
    pub(super) fn find_among<'a>(
        kind: &str,
        name: &str,
        (files, from): (&dyn Files, &Path),
        place: &Place,
        catalogue_names: impl FnOnce() -> Vec<&'a str>,
    ) -> Result<Self, ScenarioError> {
        if let Some((_, _, text)) = SHIPPED.iter().find(|(k, n, _)| *k == kind && *n == name) {
            return Self::parse(
                kind,
                name,
                &format!("models/profiles/{kind}/{name}.toml"),
                text,
            );
        }
        if name.ends_with(".toml") {
            let path = from.join(name);
            let file_name = path.display().to_string();
            let text = read_text_from(files, &path).map_err(|e| match e {
                ScenarioError::World { cause, .. } => {
                    let why = crate::refusal::refusal_text(&cause);
                    ScenarioError::input(place, format!("profile {file_name}: {why}"))
                }
                input => input,
            })?;
            // Where the file lies is for messages: a result is the same bytes from any folder.
            let mut profile = Self::parse(kind, name, &file_name, &text)?;
            let values = profile.values.iter_mut();
            for value in values.filter(|value| value.source == file_name) {
                value.source = name.into();
            }
            return Ok(profile);
        }
        let names: Vec<&str> = SHIPPED
            .iter()
            .filter(|(k, ..)| *k == kind)
            .map(|(_, n, _)| *n)
            .chain(catalogue_names())
            .collect();
        Err(ScenarioError::input(
            place,
            format!(
                "unknown {kind} profile {name:?}{}; there are: {}",
                nearest(name, names.iter().copied()),
                names.join(", ")
            ),
        ))
    }

    /// The profile's value of a key.
    pub fn value(&self, key: &str) -> Option<&ProfileValue> {
        self.values.iter().find(|g| g.key == key)
    }
}

fn find_key(kind: &str, name: &str, place: &Place) -> Result<&'static Key, ScenarioError> {
    let keys = keys_of_kind(kind);
    let key = keys.iter().find(|k| k.name == name);
    key.copied().ok_or_else(|| {
        let names = keys.iter().map(|k| k.name);
        ScenarioError::input(
            place,
            format!(
                "unknown key `{name}` in a {kind} profile{}; valid: {}",
                nearest(name, names.clone()),
                names.collect::<Vec<_>>().join(", ")
            ),
        )
    })
}

fn check_value(key: &'static Key, entry: &Entry) -> Result<RawValue, ScenarioError> {
    key.kind.read(&entry.form).map_err(|valid| {
        ScenarioError::input(
            &entry.place,
            format!(
                "{}: found {}, expected {valid}{}",
                key.name,
                entry.form.display(),
                instead(&key.kind, &entry.form)
            ),
        )
    })?;
    Ok(entry.form.clone())
}

fn choice_value(kind: &str, entry: &Entry, file: &str) -> Result<ProfileValue, ScenarioError> {
    let key = find_key(kind, &entry.key, &entry.key_place)?;
    let form = Some(check_value(key, entry)?);
    Ok(ProfileValue {
        key: key.name,
        form,
        place: entry.place.clone(),
        standing: Standing::Choice,
        source: file.into(),
    })
}

fn provenanced(
    key: &'static Key,
    entries: &[Entry],
    place: &Place,
) -> Result<ProfileValue, ScenarioError> {
    let mut profile_value = ProfileValue {
        key: key.name,
        form: None,
        place: place.clone(),
        standing: Standing::Choice,
        source: String::new(),
    };
    let mut unknown = false;
    for entry in entries {
        match entry.key.as_str() {
            "value" => {
                profile_value.form = Some(check_value(
                    key,
                    &Entry {
                        key: key.name.into(),
                        ..entry.clone()
                    },
                )?)
            }
            "unknown" => unknown = entry.form == RawValue::Boolean(true),
            "source" => profile_value.source = text_of(entry)?.into(),
            "standing" => {
                let text = text_of(entry)?;
                let words = || Standing::ALL.iter().map(|(_, name)| *name);
                profile_value.standing = Standing::ALL
                    .iter()
                    .find(|(_, name)| *name == text)
                    .map(|(s, _)| *s)
                    .ok_or_else(|| {
                        let valid = words().collect::<Vec<_>>().join(", ");
                        ScenarioError::input(
                            &entry.place,
                            format!("standing: found {text:?}, expected one of {valid}"),
                        )
                    })?;
            }
            other => {
                let message = format!(
                    "unknown key `{other}`; a value of a profile has: value or unknown, standing, source"
                );
                return Err(ScenarioError::input(&entry.key_place, message));
            }
        }
    }
    if profile_value.form.is_none() && !unknown {
        return Err(ScenarioError::input(
            place,
            format!("{}: give `value`, or `unknown = true`", key.name),
        ));
    }
    Ok(profile_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_profile_is_valid_and_every_value_has_its_source() {
        for (kind, name, text) in SHIPPED {
            let profile = Profile::parse(kind, name, name, text).unwrap_or_else(|e| panic!("{e}"));
            assert!(
                !profile.description.is_empty(),
                "{name} does not say what it describes"
            );
            for value in &profile.values {
                assert!(
                    !value.source.is_empty(),
                    "{name}.{} has no source",
                    value.key
                );
            }
        }
    }

    #[test]
    fn every_profile_file_is_shipped() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/profiles");
        for kind in KINDS {
            for file in std::fs::read_dir(root.join(kind)).unwrap() {
                let name = file
                    .unwrap()
                    .path()
                    .file_stem()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                assert!(
                    SHIPPED.iter().any(|(k, n, _)| *k == kind && **n == name),
                    "{kind}/{name} is not in the binary"
                );
            }
        }
    }
}
