//! What holds of a section as a whole, before and after its values are read.

use super::catalogue::keys_of;
use super::document::{Entry, Section};
use super::error::{Errors, Place, ScenarioError, unknown_key};
use super::record_kind::RecordKind;
use super::setting::{Origin, Setting, Settings};

/// A file of records takes the place of some keys: they must not be given, and have no value.
pub(super) fn give_way_to_files(settings: &mut Settings) -> Result<(), ScenarioError> {
    let file_of = |setting: &Setting| settings.file(setting.key.unless?);
    for setting in &settings.entries {
        let Some(file) = file_of(setting) else {
            continue;
        };
        let place = match &setting.origin {
            Origin::File(place) => place.clone(),
            Origin::Override => Place::file_only("--set"),
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

/// What a section without a name is called, where it need not have one.
pub(super) fn name_without_one(section: &Section) -> Option<String> {
    (section.table == "fault").then(|| format!("fault-{}", section.number))
}

/// Every key of the section must be one of the table's.
pub(super) fn check_keys(table: &str, section: &Section) -> Result<(), ScenarioError> {
    let keys = keys_of(table).unwrap_or_default();
    let names: Vec<&str> = keys.iter().map(|k| k.name).collect();
    check_names(section, &names)
}

/// Every key of the section must be one of these.
pub(super) fn check_names(section: &Section, names: &[&str]) -> Result<(), ScenarioError> {
    let mut errors = Errors::default();
    let is_unknown = |e: &&Entry| !names.contains(&e.key.as_str());
    for entry in section.entries.iter().filter(is_unknown) {
        let message = unknown_key(&entry.key, &section.table, names);
        errors.value::<()>(Err(ScenarioError::input(&entry.key_place, message)));
    }
    errors.into_result()
}
