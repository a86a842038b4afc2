//! Layers: a value comes from the command line, else the file, else a profile, else the catalogue's default.

use std::path::Path;

use super::catalogue::{Key, keys_of};
use super::document::{Document, Entry, RawValue, Section};
use super::error::{Errors, Place, ScenarioError, unknown_key};
use super::files::Files;
use super::instead::instead;
use super::kind::{Kind, Profiles, RecordKind, Value};
use super::overrides::Override;
use super::profile::Profile;
use super::setting::{Origin, Setting, Settings};

/// What a profile, or a section that serves as one, says.
struct Layer {
    name: String,
    values: Vec<(LayerValue, Origin)>,
}

struct LayerValue {
    key: &'static str,
    /// `None`: nobody knows.
    form: Option<RawValue>,
    place: Place,
}

/// Everything values are looked up in.
pub(super) struct Layers<'a> {
    /// The scenario.
    pub document: &'a Document,
    /// What profile files are read from.
    pub files: &'a dyn Files,
    /// The folder that profile files are looked for in.
    pub folder: &'a Path,
    /// The command line.
    pub overrides: &'a [Override],
}

fn from_profile(profile: Profile) -> Layer {
    let values = profile.values.into_iter().map(|g| {
        let origin = Origin::Profile {
            profile: profile.name.clone(),
            standing: g.standing,
            source: g.source,
        };
        (
            LayerValue {
                key: g.key,
                form: g.form,
                place: g.place,
            },
            origin,
        )
    });
    Layer {
        name: profile.name.clone(),
        values: values.collect(),
    }
}

impl Layers<'_> {
    /// The values of one section.
    ///
    /// # Errors
    /// Every key that is unknown, missing or wrong.
    pub(super) fn resolve(
        &self,
        table: &'static str,
        section: &Section,
    ) -> Result<Settings, ScenarioError> {
        let mut errors = Errors::default();
        errors.value(check_keys(table, section));
        let name = errors
            .value(self.name_of(table, section))
            .unwrap_or_default();
        let mut settings = Settings {
            table,
            name,
            place: section.place.clone(),
            entries: Vec::new(),
        };
        let layers = errors.value(self.layers_of(table, section, &settings.name));
        let mut unknown = Vec::new();
        for key in keys_of(table).unwrap_or_default() {
            // Without its profile, nobody knows what a section has but what it gives itself.
            if key.name == "name" && settings.name.is_empty()
                || layers.is_none()
                    && (key.kind.is_reference() || section.entry(key.name).is_none())
            {
                continue;
            }
            let layers = layers.as_deref().unwrap_or_default();
            let setting = self.setting(table, section, &settings.name, key, layers, &mut unknown);
            if let Some(Some(setting)) = errors.value(setting)
                && setting.is_listed()
            {
                settings.entries.push(setting);
            }
        }
        errors.none()?;
        let layers = layers.unwrap_or_default();
        if !unknown.is_empty() {
            return Err(ask_for(&settings, &layers, &unknown));
        }
        give_way_to_files(&mut settings)?;
        Ok(settings)
    }

    fn name_of(&self, table: &str, section: &Section) -> Result<String, ScenarioError> {
        if table == "fault" && section.entry("name").is_none() {
            let faults = self.document.sections.iter().filter(|s| s.table == "fault");
            let number = faults.take_while(|s| !std::ptr::eq(*s, section)).count() + 1;
            return Ok(format!("fault-{number}"));
        }
        let Some(entry) = section.entry("name") else {
            return Err(ScenarioError::input(
                &section.place,
                format!(
                    "[[{table}]] has no `name`; expected {}",
                    Kind::Name.expects()
                ),
            ));
        };
        match Kind::Name.read(&entry.form) {
            Ok(Value::Text(name)) => Ok(name),
            _ => Err(wrong(table, "", "name", entry, &Kind::Name.expects())),
        }
    }

    /// What the section's profile, workload and path say.
    fn layers_of(
        &self,
        table: &str,
        section: &Section,
        name: &str,
    ) -> Result<Vec<Layer>, ScenarioError> {
        let mut layers = Vec::new();
        for key in keys_of(table).unwrap_or_default() {
            let (kind, shared_table) = match key.kind {
                Kind::Reference(kind) => (kind, None),
                Kind::Shared(kind) => (kind, kind.table()),
                _ => continue,
            };
            let setting = self.setting(table, section, name, key, &[], &mut Vec::new())?;
            let Some(Setting {
                value: Value::Text(profile),
                ..
            }) = setting
            else {
                continue;
            };
            let place = self.place_of(table, section, name, key);
            layers.push(self.layer(kind, shared_table, &profile, &place)?);
        }
        Ok(layers)
    }

    fn place_of(&self, table: &str, section: &Section, name: &str, key: &Key) -> Place {
        if let Some(o) = self.override_of(table, name, key) {
            return o.place();
        }
        section
            .entry(key.name)
            .map_or_else(|| section.place.clone(), |e| e.place.clone())
    }

    fn layer(
        &self,
        kind: Profiles,
        shared_table: Option<&'static str>,
        section_name: &str,
        place: &Place,
    ) -> Result<Layer, ScenarioError> {
        let named = |s: &&Section| {
            s.entry("name")
                .is_some_and(|e| e.form == RawValue::Text(section_name.into()))
        };
        let section = shared_table.and_then(|table| {
            self.document
                .sections
                .iter()
                .filter(|s| s.table == table)
                .find(named)
        });
        let table = shared_table.unwrap_or_default();
        let mut layer = match section {
            Some(section) => {
                self.section_as_layer(shared_table.unwrap_or_default(), section, section_name)?
            }
            None => {
                let known: Vec<&str> = self
                    .document
                    .sections
                    .iter()
                    .filter(|s| Some(s.table.as_str()) == shared_table)
                    .filter_map(|s| match s.entry("name").map(|e| &e.form) {
                        Some(RawValue::Text(name)) => Some(name.as_str()),
                        _ => None,
                    })
                    .collect();
                from_profile(Profile::find_among(
                    kind.name(),
                    section_name,
                    (self.files, self.folder),
                    place,
                    &known,
                )?)
            }
        };
        for o in self.overrides.iter().filter(|_| shared_table.is_some()) {
            for key in keys_of(table)
                .unwrap_or_default()
                .iter()
                .filter(|k| o.applies(table, section_name, k.name))
            {
                let given = LayerValue {
                    key: key.name,
                    form: Some(o.form_for(key)),
                    place: o.place(),
                };
                layer.values.insert(0, (given, Origin::Override));
            }
        }
        Ok(layer)
    }

    fn section_as_layer(
        &self,
        table: &'static str,
        section: &Section,
        section_name: &str,
    ) -> Result<Layer, ScenarioError> {
        check_keys(table, section)?;
        let keys = keys_of(table).unwrap_or_default();
        let mut values: Vec<(LayerValue, Origin)> = section
            .entries
            .iter()
            .filter_map(|entry| {
                keys.iter()
                    .find(|k| k.name == entry.key)
                    .map(|k| (k, entry))
            })
            .map(|(key, entry)| {
                let given = LayerValue {
                    key: key.name,
                    form: Some(entry.form.clone()),
                    place: entry.place.clone(),
                };
                (given, Origin::File(entry.place.clone()))
            })
            .collect();
        for layer in self.layers_of(table, section, section_name)? {
            values.extend(layer.values);
        }
        Ok(Layer {
            name: section_name.into(),
            values,
        })
    }

    fn setting(
        &self,
        table: &str,
        section: &Section,
        name: &str,
        key: &'static Key,
        layers: &[Layer],
        unknown: &mut Vec<&'static str>,
    ) -> Result<Option<Setting>, ScenarioError> {
        let Some(choice) = self.choose(table, section, name, key, layers, unknown)? else {
            return Ok(None);
        };
        let (form, place, origin) = choice;
        let entry = Entry {
            key: key.name.into(),
            key_place: place.clone(),
            form,
            place,
        };
        let value = key.kind.read(&entry.form).map_err(|valid| {
            let default = default_below(key, &entry, layers);
            let instead = instead(&key.kind, &entry.form);
            let valid = format!("{valid}{default}{instead}");
            wrong(table, name, key.name, &entry, &valid)
        })?;
        let text = entry.form.bare();
        Ok(Some(Setting {
            key,
            text,
            value,
            origin,
        }))
    }

    /// The value of a key as written, of the highest layer that gives it.
    fn choose(
        &self,
        table: &str,
        section: &Section,
        name: &str,
        key: &'static Key,
        layers: &[Layer],
        unknown: &mut Vec<&'static str>,
    ) -> Result<Option<(RawValue, Place, Origin)>, ScenarioError> {
        if let Some(o) = self.override_of(table, name, key) {
            return Ok(Some((o.form_for(key), o.place(), Origin::Override)));
        }
        if let Some(entry) = section.entry(key.name) {
            let origin = Origin::File(entry.place.clone());
            return Ok(Some((entry.form.clone(), entry.place.clone(), origin)));
        }
        let mut given = layers.iter().flat_map(|l| &l.values);
        if let Some((given, origin)) = given.find(|(given, _)| given.key == key.name) {
            let Some(form) = &given.form else {
                unknown.push(key.name);
                return Ok(None);
            };
            return Ok(Some((form.clone(), given.place.clone(), origin.clone())));
        }
        match key.default {
            Some("") => Ok(None),
            Some(text) => Ok(Some((
                key.kind.form_of(text),
                section.place.clone(),
                Origin::Default,
            ))),
            None => Err(missing(table, name, key, &section.place)),
        }
    }

    /// The last override of a key.
    fn override_of(&self, table: &str, name: &str, key: &Key) -> Option<&Override> {
        let applies = |o: &&Override| o.applies(table, name, key.name);
        self.overrides.iter().rev().find(applies)
    }
}

/// What would hold without a wrong value, for its message.
fn default_below(key: &Key, wrong: &Entry, layers: &[Layer]) -> String {
    // A wrong value is not its own default: what would hold without it may stand in the next layer.
    let mut others = layers
        .iter()
        .flat_map(|l| &l.values)
        .filter(|(given, _)| given.key == key.name);
    let below = others.find(|(given, _)| given.place != wrong.place);
    match below.and_then(|(given, _)| given.form.as_ref()) {
        Some(form) => format!("; default {}", form.shown()),
        None => key
            .default
            .filter(|d| !d.is_empty())
            .map(|d| format!("; default {}", key.kind.form_of(d).shown()))
            .unwrap_or_default(),
    }
}

fn wrong(table: &str, name: &str, key: &str, entry: &Entry, valid: &str) -> ScenarioError {
    let path = if name.is_empty() || table == "scenario" {
        format!("{table}.{key}")
    } else {
        format!("{table}.{name}.{key}")
    };
    ScenarioError::input(
        &entry.place,
        format!("{path}: found {}, expected {valid}", entry.form.shown()),
    )
}

fn missing(table: &str, name: &str, key: &Key, place: &Place) -> ScenarioError {
    ScenarioError::input(
        place,
        format!(
            "{table}.{name} has no `{}` ({}); expected {}",
            key.name,
            key.meaning,
            key.kind.expects()
        ),
    )
}

fn ask_for(settings: &Settings, layers: &[Layer], unknown: &[&str]) -> ScenarioError {
    let profile = layers.first().map_or("", |l| l.name.as_str());
    let keys: Vec<String> = keys_of(settings.table)
        .unwrap_or_default()
        .iter()
        .filter(|k| unknown.contains(&k.name))
        .map(|k| format!("`{}` ({}: {})", k.name, k.meaning, k.kind.expects()))
        .collect();
    let message = format!(
        "{}.{}: nobody has published what {profile:?} does, and nothing is invented: assume a behaviour and set {}",
        settings.table,
        settings.name,
        keys.join(" and ")
    );
    ScenarioError::input(&settings.place, message)
}

/// A file of records takes the place of some keys: they must not be given, and have no value.
fn give_way_to_files(settings: &mut Settings) -> Result<(), ScenarioError> {
    let file_of = |setting: &Setting| settings.file(setting.key.unless?);
    for setting in &settings.entries {
        let Some(file) = file_of(setting) else {
            continue;
        };
        let place = match &setting.origin {
            Origin::File(place) => place.clone(),
            Origin::Override => Place::whole("--set"),
            Origin::Profile { .. } | Origin::Default => continue,
        };
        let message = format!(
            "clients.{}: `{}` takes the place of `{}`: give one of them, not both",
            settings.name, file.key.name, setting.key.name
        );
        return Err(ScenarioError::input(&place, message));
    }
    let files = [RecordKind::Calls, RecordKind::SignIns].map(|r| settings.file(r).map(|_| r));
    let gives_way = |s: &Setting| s.key.unless.is_some_and(|r| files.contains(&Some(r)));
    settings.entries.retain(|s| !gives_way(s));
    Ok(())
}

/// Every key of the section must be one of the table's.
fn check_keys(table: &str, section: &Section) -> Result<(), ScenarioError> {
    let keys = keys_of(table).unwrap_or_default();
    let mut errors = Errors::default();
    for entry in &section.entries {
        if !keys.iter().any(|k| k.name == entry.key) {
            let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
            let message = unknown_key(&entry.key, table, &names);
            errors.value::<()>(Err(ScenarioError::input(&entry.key_place, message)));
        }
    }
    errors.none()
}
