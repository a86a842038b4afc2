//! The value of a key that no section lists.

use std::borrow::Cow;

use super::catalogue::keys_of;
use super::setting::{Setting, Settings};

impl Settings {
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
