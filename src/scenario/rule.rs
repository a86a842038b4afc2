//! A key of a table that is read by rules of its own.

use super::document::Section;
use super::error::{Errors, ScenarioError, unknown_key};

/// A key of a table that is read by rules of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleKey {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What is valid.
    pub expects: &'static str,
    /// A value, as it stands in a file.
    pub example: &'static str,
}

/// Every key of the section must be one of the table's.
pub(super) fn check_rule_keys(section: &Section, keys: &[RuleKey]) -> Result<(), ScenarioError> {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    let mut errors = Errors::default();
    for entry in section
        .entries
        .iter()
        .filter(|e| !names.contains(&e.key.as_str()))
    {
        let message = unknown_key(&entry.key, &section.table, &names);
        errors.value::<()>(Err(ScenarioError::input(&entry.key_place, message)));
    }
    errors.none()
}
