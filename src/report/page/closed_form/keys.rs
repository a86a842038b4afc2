//! The values of one section of the inputs, and conditions on them.

use crate::quantity::{parse_rate, parse_share, parse_span};
use crate::report::inputs::Input;

/// The values of one section.
#[derive(Clone)]
pub struct Keys<'a>(Vec<&'a Input>);

impl<'a> Keys<'a> {
    /// Those of the section of that name.
    pub fn of(inputs: &'a [Input], table: &str, name: &str) -> Keys<'a> {
        Keys(
            inputs
                .iter()
                .filter(|i| i.table == table && i.name == name)
                .collect(),
        )
    }

    /// Every section of a table, in the order of the file.
    pub fn all(inputs: &'a [Input], table: &str) -> Vec<Keys<'a>> {
        let mut names: Vec<&str> = inputs
            .iter()
            .filter(|i| i.table == table)
            .map(|i| i.name.as_str())
            .collect();
        names.dedup();
        names
            .into_iter()
            .map(|name| Keys::of(inputs, table, name))
            .collect()
    }

    /// The section's name.
    pub fn name(&self) -> &'a str {
        self.0.first().map_or("", |i| i.name.as_str())
    }

    /// A value as it stands; empty: it is not given.
    pub fn get(&self, key: &str) -> &'a str {
        self.0
            .iter()
            .find(|i| i.key == key)
            .map_or("", |i| i.value.as_str())
    }

    /// A duration [s].
    pub fn seconds(&self, key: &str) -> Result<f64, String> {
        let span = parse_span(self.get(key)).map(|s| s.0 as f64 / 1e6);
        span.ok_or_else(|| self.shown(key))
    }

    /// A share, as a fraction.
    pub fn share(&self, key: &str) -> Result<f64, String> {
        parse_share(self.get(key)).ok_or_else(|| self.shown(key))
    }

    /// A rate [1/s].
    pub fn rate(&self, key: &str) -> Result<f64, String> {
        parse_rate(self.get(key)).ok_or_else(|| self.shown(key))
    }

    /// A number.
    pub fn number(&self, key: &str) -> Result<f64, String> {
        self.get(key).parse().map_err(|_| self.shown(key))
    }

    /// Each key has one of its values, or is not given.
    ///
    /// # Errors
    /// The first that has another.
    pub fn must(&self, wanted: &[(&str, &[&str])]) -> Result<(), String> {
        let other = wanted.iter().find(|(key, values)| {
            let value = self.get(key);
            !value.is_empty() && !values.contains(&value)
        });
        other.map_or(Ok(()), |(key, _)| Err(self.shown(key)))
    }

    /// A key with its value, as it stands in the way of a formula.
    pub fn shown(&self, key: &str) -> String {
        format!("{key} = {}", self.get(key))
    }
}
