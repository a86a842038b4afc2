//! `--set table.name.key=value`: the command line's layer of values.

use super::catalogue::{Key, TABLES, keys_of};
use super::document::{Document, RawValue, Section};
use super::error::{Place, ScenarioError, nearest, unknown_key};
use super::profile::shipped_names;
use super::section::name_without_one;

/// One `--set`.
#[derive(Clone, PartialEq, Debug)]
pub struct Override {
    /// As given, for messages and for the canonical command.
    pub assignment: String,
    table: String,
    /// `None`: every section of the table.
    name: Option<String>,
    key: &'static Key,
    value: String,
    /// Where it stands, where that is not `--set`.
    stands: Option<Place>,
}

impl Override {
    /// Reads `table.key=value` or `table.name.key=value`; the value stands as in a file, or without
    /// its quotes.
    ///
    /// # Errors
    /// What the form is, and which tables and keys there are.
    pub fn parse(assignment: &str) -> Result<Self, ScenarioError> {
        let read = Self::parse_at(assignment, &Place::file_only("--set"))?;
        Ok(Self {
            stands: None,
            ..read
        })
    }

    /// As [`Override::parse`], of a value that a study gives at `place`.
    ///
    /// # Errors
    /// What the form is, and which tables and keys there are.
    pub fn parse_at(text: &str, place: &Place) -> Result<Self, ScenarioError> {
        let bad = |message: String| ScenarioError::input(place, message);
        let form = || {
            bad(format!(
                "found {text:?}, expected table.key=value or table.name.key=value, like clients.refresh_interval=\"10 min\""
            ))
        };
        let (path, value) = text.split_once('=').ok_or_else(form)?;
        let (table, rest) = path.trim().split_once('.').ok_or_else(form)?;
        let (name, key) = match rest.rsplit_once('.') {
            Some((name, key)) => (Some(name.to_string()), key),
            None => (None, rest),
        };
        let keys = keys_of(table).ok_or_else(|| {
            let tables = TABLES.iter().copied().filter(|t| keys_of(t).is_some());
            bad(format!(
                "unknown table `{table}`{}; there are: {}",
                nearest(table, tables.clone()),
                tables.collect::<Vec<_>>().join(", ")
            ))
        })?;
        if key == "name" {
            return Err(bad(format!(
                "{path}: a name cannot be set from the command line"
            )));
        }
        let Some(key) = keys.iter().copied().find(|k| k.name == key) else {
            let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
            return Err(bad(unknown_key(key, table, &names)));
        };
        let value = between_quotes(value);
        let (assignment, table) = (text.into(), table.into());
        Ok(Self {
            assignment,
            table,
            name,
            key,
            value,
            stands: Some(place.clone()),
        })
    }

    /// Sets a key of one section to a value that is known to be valid.
    pub fn for_key(table: &str, name: &str, key: &'static Key, value: &str) -> Self {
        let assignment = format!("{table}.{name}.{}={value}", key.name);
        let (table, name, value) = (table.into(), Some(name.into()), value.into());
        Self {
            assignment,
            table,
            name,
            key,
            value,
            stands: None,
        }
    }

    /// The table it addresses.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The key it sets.
    pub fn key(&self) -> &str {
        self.key.name
    }

    /// The same with all that is known of it.
    pub(super) fn catalogue_key(&self) -> &'static Key {
        self.key
    }

    /// The value it sets.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether another one sets the same value: that of all sections of a table, and that of one of them.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.table == other.table
            && self.key.name == other.key.name
            && self.name.is_none() != other.name.is_none()
    }

    /// Whether it sets this key of this section.
    pub fn applies(&self, table: &str, name: &str, key: &str) -> bool {
        self.table == table
            && self.key.name == key
            && self.name.as_deref().is_none_or(|n| n == name)
    }

    /// The value as it would be read from a file.
    pub fn form_for(&self, key: &Key) -> RawValue {
        key.kind.form_of(&self.value)
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.stands
            .clone()
            .unwrap_or_else(|| Place::file_only(&format!("--set {}", self.assignment)))
    }

    /// Checks that it addresses something.
    ///
    /// # Errors
    /// The names there are.
    pub fn check(&self, document: &Document) -> Result<(), ScenarioError> {
        let sections = document.sections.iter().filter(|s| s.table == self.table);
        let name_of = |s: &Section| match s.entry("name").map(|e| &e.form) {
            Some(RawValue::Text(name)) => Some(name.clone()),
            Some(_) => None,
            None => name_without_one(s),
        };
        let mut names: Vec<String> = sections.filter_map(name_of).collect();
        if matches!(self.table.as_str(), "path" | "workload") {
            names.extend(shipped_names(&self.table).map(String::from));
        }
        let hit = match &self.name {
            None => self.table == "scenario" || !names.is_empty(),
            Some(_) if self.table == "scenario" => false,
            Some(name) => names.contains(name),
        };
        if hit {
            return Ok(());
        }
        let name = self.name.as_deref().unwrap_or_default();
        let near = nearest(name, names.iter().map(String::as_str));
        let table = &self.table;
        names.retain(|name| !name.is_empty());
        let message = match names.is_empty() {
            true => {
                format!("no [[{table}]] has a name (name = \"...\"), by which its keys are set")
            }
            false => format!(
                "no [[{table}]] is named {name:?}{near}; there are: {}",
                names.join(", ")
            ),
        };
        Err(ScenarioError::input(&self.place(), message))
    }
}

/// A value as it stands between quotes; of a list or a table in braces, as a file has it, its parts one after the other.
pub(super) fn between_quotes(value: &str) -> String {
    let value = value.trim();
    if value.starts_with(['[', '{'])
        && let Ok(document) = Document::parse("", &format!("[table]\nkey = {value}"))
        && let [entry] = &document.sections[0].entries[..]
    {
        return entry.form.bare();
    }
    let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
    inner.unwrap_or(value).into()
}
