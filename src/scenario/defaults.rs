//! The value of a key that no section lists.

use std::borrow::Cow;

use super::catalogue::keys_of;
use super::key::Key;
use super::setting::{Setting, Settings};

impl Settings {
    /// Every setting in the order of the catalogue: the listed ones, and the defaults that are only listed when given.
    pub fn with_defaults(&self) -> Vec<Cow<'_, Setting>> {
        let keys = keys_of(self.table).unwrap_or_default();
        let setting = |key: &'static Key| match self.find(key.name) {
            Some(setting) => Some(Cow::Borrowed(setting)),
            None if key.is_listed_when_given => Setting::by_default(key).map(Cow::Owned),
            None => None,
        };
        keys.into_iter().filter_map(setting).collect()
    }

    /// The setting of a key of the catalogue: the listed one, else its default.
    pub fn in_effect(&self, key: &str) -> Option<Cow<'_, Setting>> {
        if let Some(setting) = self.find(key) {
            return Some(Cow::Borrowed(setting));
        }
        let keys = keys_of(self.table)?;
        let key = keys.into_iter().find(|k| k.name == key)?;
        Setting::by_default(key).map(Cow::Owned)
    }
}
