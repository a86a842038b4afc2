//! A key of a table that is read by rules of its own.

use super::document::Section;
use super::error::ScenarioError;
use super::section::check_names;

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
    check_names(section, &names)
}
