//! A value of a scenario as a number, by its key: what a cost may count.

use super::error::nearest;
use super::kind::Value;
use super::parse::Scenario;
use super::setting::Settings;

impl Scenario {
    /// The value of a key as a number: `gateway.count`, or `gateway.NAME.count` of one section. Durations are in seconds,
    /// rates per second, shares from 0 to 1. Counts of several sections are added; other values must be the same in all.
    ///
    /// # Errors
    /// Why there is none, and what to write instead.
    pub fn number(&self, path: &str) -> Result<f64, String> {
        let parts: Vec<&str> = path.split('.').collect();
        let (table, name, key) = match parts[..] {
            [table, key] => (table, None, key),
            [table, name, key] => (table, Some(name), key),
            _ => {
                return Err(format!(
                    "{path:?} is no key; write \"gateway.count\" or \"gateway.NAME.count\""
                ));
            }
        };
        let sections: Vec<&Settings> = (self.settings.iter())
            .filter(|s| s.table == table && name.is_none_or(|name| s.name == name))
            .collect();
        let values: Vec<f64> = sections.iter().filter_map(|s| number_of(s, key)).collect();
        if values.is_empty() {
            let valid = self.numeric_keys();
            let near = nearest(path, valid.iter().map(String::as_str));
            return Err(format!(
                "no key {path:?} has a number here{near}; valid: {}",
                valid.join(", ")
            ));
        }
        if key == "count" {
            return Ok(values.iter().sum());
        }
        if values.iter().any(|v| *v != values[0]) {
            return Err(format!(
                "{path:?} has several values; name one section: \"{table}.{}.{key}\"",
                sections[0].name
            ));
        }
        Ok(values[0])
    }

    /// The keys that have a number in some section.
    fn numeric_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for settings in &self.settings {
            for setting in &settings.entries {
                let path = format!("{}.{}", settings.table, setting.key.name);
                if number_of(settings, setting.key.name).is_some() && !keys.contains(&path) {
                    keys.push(path);
                }
            }
        }
        keys
    }
}

fn number_of(settings: &Settings, key: &str) -> Option<f64> {
    let setting = settings.entries.iter().find(|s| s.key.name == key)?;
    match setting.value {
        Value::Capacity(jobs_per_s) => Some(jobs_per_s),
        ref value => value.number(),
    }
}
