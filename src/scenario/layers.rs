//! Layers: a value comes from the command line, else the file, else a profile, else the catalogue's default.

use std::path::Path;

use super::catalogue::{Key, header, keys_of};
use super::document::{Entry, RawValue, Section};
use super::error::{Errors, Place, ScenarioError};
use super::files::Files;
use super::instead::instead;
use super::kind::{Kind, Profiles, Value};
use super::names::{Names, SharedSections, in_order};
use super::overrides::Override;
use super::profile::Profile;
use super::section::{check_keys, give_way_to_files, name_without_one};
use super::setting::{Origin, Setting, Settings};

/// Profiles with their shares.
type Mix = Vec<(String, f64)>;

/// The key that names a profile.
const PROFILE: &str = "profile";

/// The key that names several.
const MIX: &str = "mix";

/// A profile of clients, whichever.
const SOME_CLIENT: &str = "communicator-2007";

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
    /// The gateways and client groups of the scenario.
    pub names: Names<'a>,
    /// Each `[[path]]` of the scenario.
    pub paths: SharedSections<'a>,
    /// Each `[[workload]]` of the scenario.
    pub workloads: SharedSections<'a>,
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

/// A section with a profile.
fn with_profile(section: &Section, profile: &str, place: &Place) -> Section {
    let mut section = section.clone();
    section.entries.retain(|entry| entry.key != PROFILE);
    section.entries.push(Entry {
        key: PROFILE.into(),
        key_place: place.clone(),
        form: RawValue::Text(profile.into()),
        place: place.clone(),
    });
    section
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
        let (mix, place) = match self.mix_of(table, section) {
            Ok(Some(mix)) => mix,
            Ok(None) => return self.resolve_alike(table, section),
            Err(error) => {
                // With some profile in its place, what else is wrong is said too.
                let mut errors = Errors::default();
                errors.value::<()>(Err(error));
                let mut template = with_profile(section, SOME_CLIENT, &section.place);
                template.entries.retain(|entry| entry.key != MIX);
                errors.value(self.resolve_alike(table, &template));
                errors.into_result()?;
                return self.resolve_alike(table, &template);
            }
        };
        let with = |profile: &str| {
            let mut settings =
                self.resolve_alike(table, &with_profile(section, profile, &place))?;
            settings.entries.retain(|s| s.key.name != PROFILE);
            Ok(settings)
        };
        let parts = mix
            .iter()
            .map(|(profile, share)| Ok((*share, with(profile)?)));
        let parts: Vec<(f64, Settings)> = parts.collect::<Result<_, ScenarioError>>()?;
        let mut settings = parts[0].1.clone();
        settings.parts = parts;
        Ok(settings)
    }

    /// The profiles of a client group that has several, with their shares, and where they stand.
    fn mix_of(
        &self,
        table: &'static str,
        section: &Section,
    ) -> Result<Option<(Mix, Place)>, ScenarioError> {
        let keys = keys_of(table).unwrap_or_default();
        let Some(key) = keys.into_iter().find(|k| matches!(k.kind, Kind::Mix(_))) else {
            return Ok(None);
        };
        // Who has no name is told so with all else that is wrong.
        let Ok(name) = self.name_of(table, section) else {
            return Ok(None);
        };
        let setting = self.setting(table, section, &name, key, &[], &mut Vec::new())?;
        let Some(Setting {
            value: Value::Mix(mix),
            ..
        }) = setting
        else {
            return Ok(None);
        };
        let place = self.place_of(table, section, &name, key);
        let refuse = |message: String| {
            let message = format!("{table}.{name}.{}: {message}", key.name);
            Err(ScenarioError::input(&place, message))
        };
        if section.entry(PROFILE).is_some() {
            return refuse("it takes the place of `profile`: give one of them, not both".into());
        }
        if let Some((file, _)) = mix.iter().find(|(name, _)| name.ends_with(".toml")) {
            return refuse(format!(
                "found {file}, expected shipped profiles: a profile's file can only be a group's `profile`"
            ));
        }
        Ok(Some((mix, place)))
    }

    /// The values of one section whose users are alike.
    fn resolve_alike(
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
            parts: Vec::new(),
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
        errors.into_result()?;
        let layers = layers.unwrap_or_default();
        if !unknown.is_empty() {
            return Err(ask_for(&settings, &layers, &unknown));
        }
        give_way_to_files(&mut settings)?;
        Ok(settings)
    }

    pub(super) fn name_of(&self, table: &str, section: &Section) -> Result<String, ScenarioError> {
        let Some(entry) = section.entry("name") else {
            let bare_name = name_without_one(section);
            let expects = Kind::Name.expects();
            let message = format!("{} has no `name`; expected {expects}", header(table));
            return bare_name.ok_or_else(|| ScenarioError::input(&section.place, message));
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
        let sections = match shared_table {
            Some("path") => Some(&self.paths),
            Some("workload") => Some(&self.workloads),
            _ => None,
        };
        let section = sections.and_then(|sections| sections.get(section_name));
        let table = shared_table.unwrap_or_default();
        let mut layer = match section {
            Some(section) => {
                self.section_as_layer(shared_table.unwrap_or_default(), section, section_name)?
            }
            None => {
                let section_names = || sections.map(in_order).unwrap_or_default();
                from_profile(Profile::find_among(
                    kind.name(),
                    section_name,
                    (self.files, self.folder),
                    place,
                    section_names,
                )?)
            }
        };
        for o in self.overrides.iter().filter(|_| shared_table.is_some()) {
            for key in keys_of(table)
                .unwrap_or_default()
                .iter()
                .filter(|k| o.applies(table, section_name, k.name))
            {
                let layer_value = LayerValue {
                    key: key.name,
                    form: Some(o.form_for(key)),
                    place: o.place(),
                };
                layer.values.insert(0, (layer_value, Origin::Override));
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
                let layer_value = LayerValue {
                    key: key.name,
                    form: Some(entry.form.clone()),
                    place: entry.place.clone(),
                };
                (layer_value, Origin::File(entry.place.clone()))
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
            // Of a list, the first part that is wrong by itself.
            let parts = match (&entry.form, key.kind) {
                (RawValue::List(parts), Kind::Moments | Kind::Targets) => &parts[..],
                _ => &[],
            };
            let part = parts.iter().find(|part| key.kind.read(&part.form).is_err());
            let entry = part.unwrap_or(&entry);
            let default = default_below(key, entry, layers);
            let instead = instead(&key.kind, &entry.form);
            let valid = format!("{valid}{default}{instead}");
            wrong(table, name, key.name, entry, &valid)
        })?;
        self.names
            .check(section, &key.kind, &value)
            .map_err(|detail| {
                let message = format!("{table}.{name}.{}: {detail}", key.name);
                ScenarioError::input(&entry.place, message)
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
        let mut layer_values = layers.iter().flat_map(|l| &l.values);
        if let Some((layer_value, origin)) =
            layer_values.find(|(layer_value, _)| layer_value.key == key.name)
        {
            let Some(form) = &layer_value.form else {
                unknown.push(key.name);
                return Ok(None);
            };
            return Ok(Some((
                form.clone(),
                layer_value.place.clone(),
                origin.clone(),
            )));
        }
        match key.default {
            Some("") => Ok(None),
            Some(text) => Ok(Some((
                key.kind.form_of(text),
                section.place.clone(),
                Origin::Default,
            ))),
            None => Err(missing_key(table, name, key, &section.place)),
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
    let mut lower_layers = layers
        .iter()
        .flat_map(|l| &l.values)
        .filter(|(entry, _)| entry.key == key.name);
    let below = lower_layers.find(|(entry, _)| entry.place != wrong.place);
    match below.and_then(|(entry, _)| entry.form.as_ref()) {
        Some(form) => format!("; default {}", form.display()),
        None => key
            .default
            .filter(|d| !d.is_empty())
            .map(|d| format!("; default {}", key.kind.form_of(d).display()))
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
        format!("{path}: found {}, expected {valid}", entry.form.display()),
    )
}

fn missing_key(table: &str, name: &str, key: &Key, place: &Place) -> ScenarioError {
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
