//! Where each value comes from: command line over file over profile over default.

use std::path::Path;

use super::catalogue::{FILES, Key, Standing, keys_of};
use super::document::{Document, Entry, Form, Section};
use super::error::{Place, ScenarioError, nearest};
use super::kind::{Kind, Value};
use super::overrides::Override;
use super::profile::{Profile, SHIPPED};
use crate::deployment::ServiceTime;
use crate::protocol::Reestablish;
use crate::quantity::{JOBS_PER_CALL, MESSAGES_PER_JOB, Span};
use crate::workload::{Lunch, SignIn};

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

    /// The same for those who do not have the file before them: its lines say nothing to them.
    pub fn origin_told(&self) -> String {
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
    pub fn written(&self) -> String {
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
}

macro_rules! typed {
    ($($(#[$doc:meta])* $name:ident: $variant:ident => $type:ty),* $(,)?) => {
        $($(#[$doc])*
        pub fn $name(&self, key: &str) -> $type {
            match &self.setting(key).value {
                Value::$variant(value) => value.clone(),
                other => unreachable!("{}.{key} is no {}: {other:?}", self.table, stringify!($name)),
            }
        })*
    };
}

impl Settings {
    /// The setting of a key of the catalogue.
    pub fn setting(&self, key: &str) -> &Setting {
        self.find(key)
            .unwrap_or_else(|| unreachable!("{} has no key {key}", self.table))
    }

    /// Where the value of a key stands, or the section without it.
    pub fn place_of(&self, key: &str) -> &Place {
        match self.find(key).map(|s| &s.origin) {
            Some(Origin::File(place)) => place,
            _ => &self.place,
        }
    }

    /// The setting of a key, where it has one.
    pub fn find(&self, key: &str) -> Option<&Setting> {
        self.entries.iter().find(|s| s.key.name == key)
    }

    typed! {
        /// A name.
        text: Text => String,
        /// A whole number.
        number: Count => u64,
        /// A duration.
        span: Span => Span,
        /// Per second.
        rate: Rate => f64,
        /// A fraction.
        share: Share => f64,
        /// Index of the chosen word.
        choice: Choice => usize,
        /// When users sign in.
        sign_in: SignIn => SignIn,
        /// When users sign out.
        sign_out: SignOut => Option<SignIn>,
        /// A break, or none.
        lunch: Lunch => Option<Lunch>,
        /// A re-establishment policy.
        reestablish: Reestablish => Reestablish,
        /// A whole number, or no limit.
        maybe_count: MaybeCount => Option<u64>,
        /// A duration, or none.
        maybe_span: MaybeSpan => Option<Span>,
        /// From one duration to another, or never.
        spans: Spans => Option<(Span, Span)>,
        /// Yes or no.
        flag: Flag => bool,
        /// The distribution of a service time, or none.
        service: Service => Option<ServiceTime>,
        /// Jobs per second.
        capacity: Capacity => f64,
        /// Factors by time of day.
        hours: Hours => Vec<(Span, f64)>,
        /// Microseconds ahead of the scenario's clock.
        offset: Offset => i64,
    }
}

/// What a profile, or a section that serves as one, says.
struct Layer {
    name: String,
    values: Vec<(Given, Origin)>,
}

struct Given {
    key: &'static str,
    /// `None`: nobody knows.
    form: Option<Form>,
    place: Place,
}

/// Everything values are looked up in.
pub struct Layers<'a> {
    /// The scenario.
    pub document: &'a Document,
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
            Given {
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

/// The kind of profile behind a key that refers to one, and the table whose sections serve as one.
fn profile_kind(table: &str, key: &str) -> Option<(&'static str, Option<&'static str>)> {
    match (table, key) {
        ("clients", "profile") => Some(("clients", None)),
        ("gateway", "profile") => Some(("gateways", None)),
        ("clients", "workload") => Some(("workloads", Some("workload"))),
        ("clients" | "gateway", "path") => Some(("paths", Some("path"))),
        ("workload", "profile") => Some(("workloads", None)),
        ("path", "profile") => Some(("paths", None)),
        _ => None,
    }
}

impl Layers<'_> {
    /// The values of one section.
    ///
    /// # Errors
    /// The first key that is unknown, missing or wrong.
    pub fn resolve(
        &self,
        table: &'static str,
        section: &Section,
    ) -> Result<Settings, ScenarioError> {
        check_keys(table, section)?;
        let name = self.name_of(table, section)?;
        let mut settings = Settings {
            table,
            name,
            place: section.place.clone(),
            entries: Vec::new(),
        };
        let layers = self.layers_of(table, section, &settings.name)?;
        let mut unknown = Vec::new();
        for key in keys_of(table).unwrap_or_default() {
            if let Some(setting) =
                self.setting(table, section, &settings.name, key, &layers, &mut unknown)?
            {
                settings.entries.push(setting);
            }
        }
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
            let Some((kind, own)) = profile_kind(table, key.name) else {
                continue;
            };
            let setting = self.setting(table, section, name, key, &[], &mut Vec::new())?;
            let Some(Setting {
                value: Value::Text(wanted),
                ..
            }) = setting
            else {
                continue;
            };
            let place = self.place_of(table, section, name, key);
            layers.push(self.layer(kind, own, &wanted, &place)?);
        }
        Ok(layers)
    }

    fn place_of(&self, table: &str, section: &Section, name: &str, key: &Key) -> Place {
        if let Some(o) = self
            .overrides
            .iter()
            .rev()
            .find(|o| o.applies(table, name, key.name))
        {
            return o.place();
        }
        section
            .entry(key.name)
            .map_or_else(|| section.place.clone(), |e| e.place.clone())
    }

    fn layer(
        &self,
        kind: &str,
        own: Option<&'static str>,
        wanted: &str,
        place: &Place,
    ) -> Result<Layer, ScenarioError> {
        let named = |s: &&Section| {
            s.entry("name")
                .is_some_and(|e| e.form == Form::Text(wanted.into()))
        };
        let section = own.and_then(|own| {
            self.document
                .sections
                .iter()
                .filter(|s| s.table == own)
                .find(named)
        });
        let table = own.unwrap_or(kind);
        let mut layer = match section {
            Some(section) => self.section_as_layer(own.unwrap_or_default(), section, wanted)?,
            None => {
                let known: Vec<&str> = self
                    .document
                    .sections
                    .iter()
                    .filter(|s| Some(s.table.as_str()) == own)
                    .filter_map(|s| match s.entry("name").map(|e| &e.form) {
                        Some(Form::Text(name)) => Some(name.as_str()),
                        _ => None,
                    })
                    .collect();
                from_profile(Profile::find(kind, wanted, self.folder, place, &known)?)
            }
        };
        for o in self.overrides.iter().filter(|_| own.is_some()) {
            for key in keys_of(table)
                .unwrap_or_default()
                .iter()
                .filter(|k| o.applies(table, wanted, k.name))
            {
                let given = Given {
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
        wanted: &str,
    ) -> Result<Layer, ScenarioError> {
        check_keys(table, section)?;
        let keys = keys_of(table).unwrap_or_default();
        let mut values: Vec<(Given, Origin)> = section
            .entries
            .iter()
            .filter_map(|entry| {
                keys.iter()
                    .find(|k| k.name == entry.key)
                    .map(|k| (k, entry))
            })
            .map(|(key, entry)| {
                let given = Given {
                    key: key.name,
                    form: Some(entry.form.clone()),
                    place: entry.place.clone(),
                };
                (given, Origin::File(entry.place.clone()))
            })
            .collect();
        for layer in self.layers_of(table, section, wanted)? {
            values.extend(layer.values);
        }
        Ok(Layer {
            name: wanted.into(),
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
        let over = self
            .overrides
            .iter()
            .rev()
            .find(|o| o.applies(table, name, key.name));
        let below = layers
            .iter()
            .flat_map(|l| &l.values)
            .find(|(given, _)| given.key == key.name);
        let (form, place, origin) = match (over, section.entry(key.name), below) {
            (Some(o), ..) => (o.form_for(key), o.place(), Origin::Override),
            (_, Some(entry), _) => (
                entry.form.clone(),
                entry.place.clone(),
                Origin::File(entry.place.clone()),
            ),
            (.., Some((Given { form: None, .. }, _))) => {
                unknown.push(key.name);
                return Ok(None);
            }
            (
                ..,
                Some((
                    Given {
                        form: Some(form),
                        place,
                        ..
                    },
                    origin,
                )),
            ) => (form.clone(), place.clone(), origin.clone()),
            _ => match key.default {
                Some("") => return Ok(None),
                Some(text) => (as_form(key, text), section.place.clone(), Origin::Default),
                None => return Err(missing(table, name, key, &section.place)),
            },
        };
        let entry = Entry {
            key: key.name.into(),
            key_place: place.clone(),
            form,
            place,
        };
        let value = key.kind.read(&entry.form).map_err(|valid| {
            // A wrong value is not its own default: what would hold without it may stand in the next layer.
            let mut others = layers
                .iter()
                .flat_map(|l| &l.values)
                .filter(|(given, _)| given.key == key.name);
            let below = others.find(|(given, _)| given.place != entry.place);
            let below = match below.and_then(|(given, _)| given.form.as_ref()) {
                Some(form) => format!("; default {}", form.shown()),
                None => key
                    .default
                    .filter(|d| !d.is_empty())
                    .map(|d| format!("; default {}", as_form(key, d).shown()))
                    .unwrap_or_default(),
            };
            wrong(table, name, key.name, &entry, &format!("{valid}{below}"))
        })?;
        let text = match &entry.form {
            Form::Text(text) | Form::Number(text) => text.clone(),
            other => other.shown(),
        };
        Ok(Some(Setting {
            key,
            text,
            value,
            origin,
        }))
    }
}

/// A default or an override as it would be read from a file.
pub fn as_form(key: &Key, text: &str) -> Form {
    match key.kind {
        Kind::Count(..) => Form::Number(text.into()),
        Kind::CountOr(word, ..) if text != word => Form::Number(text.into()),
        Kind::Flag if matches!(text, "true" | "false") => Form::Boolean(text == "true"),
        _ => Form::Text(text.into()),
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
    let wanted: Vec<String> = keys_of(settings.table)
        .unwrap_or_default()
        .iter()
        .filter(|k| unknown.contains(&k.name))
        .map(|k| format!("`{}` ({}: {})", k.name, k.meaning, k.kind.expects()))
        .collect();
    let message = format!(
        "{}.{}: nobody has published what {profile:?} does, and nothing is invented: assume a behaviour and set {}",
        settings.table,
        settings.name,
        wanted.join(" and ")
    );
    ScenarioError::input(&settings.place, message)
}

/// A file takes the place of some keys: they must not be given, and have no value.
fn give_way_to_files(settings: &mut Settings) -> Result<(), ScenarioError> {
    for (file, replaced) in FILES
        .iter()
        .filter(|(file, _)| settings.find(file).is_some())
        .collect::<Vec<_>>()
    {
        for setting in settings
            .entries
            .iter()
            .filter(|s| replaced.contains(&s.key.name))
        {
            let place = match &setting.origin {
                Origin::File(place) => place.clone(),
                Origin::Override => Place::whole("--set"),
                Origin::Profile { .. } | Origin::Default => continue,
            };
            let message = format!(
                "clients.{}: `{file}` takes the place of `{}`: give one of them, not both",
                settings.name, setting.key.name
            );
            return Err(ScenarioError::input(&place, message));
        }
        settings.entries.retain(|s| !replaced.contains(&s.key.name));
    }
    Ok(())
}

/// Every key of the section must be one of the table's.
fn check_keys(table: &str, section: &Section) -> Result<(), ScenarioError> {
    let keys = keys_of(table).unwrap_or_default();
    for entry in &section.entries {
        if !keys.iter().any(|k| k.name == entry.key) {
            let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
            let message = format!(
                "unknown key `{}` in {table}{}; valid: {}",
                entry.key,
                nearest(&entry.key, names.iter().copied()),
                names.join(", ")
            );
            return Err(ScenarioError::input(&entry.key_place, message));
        }
    }
    Ok(())
}

/// The names that a `[[path]]` or `[[workload]]` override may address besides those of the file.
pub fn shipped_names(table: &str) -> impl Iterator<Item = &'static str> {
    let kind = if table == "path" {
        "paths"
    } else {
        "workloads"
    };
    SHIPPED
        .iter()
        .filter(move |(k, ..)| *k == kind)
        .map(|(_, name, _)| *name)
}
