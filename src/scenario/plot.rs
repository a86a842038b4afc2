//! `[[plot]]`: a plot besides those that every results folder has, checked before anything runs.

use std::fmt::Write;

use super::document::{Document, Entry, RawValue, Section};
use super::error::{Errors, ScenarioError, nearest};
use super::rule::{RuleKey, check_rule_keys};
use super::study::Study;
use crate::measure::{METRICS, SERIES};

/// A plot that the file asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct DeclaredPlot {
    /// What goes along: `time`, a key that the study varies, or a metric.
    pub x: String,
    /// What goes up: a metric; over time, a series.
    pub y: String,
    /// What tells curves apart: `clients`, `gateway`, or a key that the study varies.
    pub by: Option<String>,
    /// The headline; without one it is made of the names.
    pub title: Option<String>,
}

/// The keys of `[[plot]]`.
pub(super) const KEYS: [RuleKey; 4] = [
    RuleKey {
        name: "x",
        meaning: "what goes along; it must be given",
        expects: "\"time\", a key that [study] varies, or a metric",
        example: "\"time\"",
    },
    RuleKey {
        name: "y",
        meaning: "what goes up; it must be given",
        expects: "a metric; over time mean users in a state (usable, setting_up, silent, visible), what a minute has \
                  (message_rate_per_s, refresh_rate_per_s, session_drops, toasts_missed) or of a station \
                  gateway_queue_mean, gateway_response_p50_ms, gateway_response_p99_ms",
        example: "\"visible\"",
    },
    RuleKey {
        name: "by",
        meaning: "what tells curves apart; without it there is one",
        expects: "\"clients\", \"gateway\" or another key that [study] varies",
        example: "\"clients\"",
    },
    RuleKey {
        name: "title",
        meaning: "the headline; without it one is made of the names",
        expects: "text",
        example: "\"Users without a session\"",
    },
];
/// A curve for each client group, or for each gateway.
const GROUPS: [&str; 2] = ["clients", "gateway"];
const TIME: &str = "time";

fn text(entry: &Entry) -> Result<&str, ScenarioError> {
    match &entry.form {
        RawValue::Text(text) => Ok(text),
        other => Err(ScenarioError::input(
            &entry.place,
            format!(
                "plot.{}: found {}, expected text in quotes",
                entry.key,
                other.display()
            ),
        )),
    }
}

/// A text that must be one of these.
fn one_of(entry: &Entry, valid: &[&str], noun: &str) -> Result<String, ScenarioError> {
    let word = text(entry)?;
    if valid.contains(&word) {
        return Ok(word.into());
    }
    let near = nearest(word, valid.iter().copied());
    let message = format!(
        "plot.{}: found {word:?}{near}; {noun}: {}",
        entry.key,
        valid.join(", ")
    );
    Err(ScenarioError::input(&entry.place, message))
}

fn read(section: &Section, axis_keys: &[&str]) -> Result<DeclaredPlot, ScenarioError> {
    check_rule_keys(section, &KEYS)?;
    let require = |key: &str| {
        section
            .entry(key)
            .ok_or_else(|| ScenarioError::input(&section.place, format!("plot has no `{key}`")))
    };
    let (x, y) = (require("x")?, require("y")?);
    let metrics: Vec<&str> = METRICS.iter().map(|m| m.name).collect();
    let along = [&[TIME], axis_keys, &metrics].concat();
    let x = one_of(
        x,
        &along,
        "valid are time, the keys that [study] varies, and the metrics",
    )?;
    let y = match x.as_str() {
        TIME => one_of(y, &SERIES, "valid over time")?,
        _ => one_of(y, &metrics, "valid metrics")?,
    };
    let groups = match x.as_str() {
        TIME => GROUPS.to_vec(),
        x => GROUPS
            .into_iter()
            .chain(axis_keys.iter().copied().filter(|key| *key != x))
            .collect(),
    };
    Ok(DeclaredPlot {
        by: section
            .entry("by")
            .map(|e| one_of(e, &groups, "valid"))
            .transpose()?,
        title: section
            .entry("title")
            .map(|e| text(e).map(String::from))
            .transpose()?,
        x,
        y,
    })
}

/// Every plot of the file.
///
/// # Errors
/// What is wrong with one of them.
pub(super) fn read_all(
    document: &Document,
    study: Option<&Study>,
) -> Result<Vec<DeclaredPlot>, ScenarioError> {
    let axis_keys: Vec<&str> = study.map_or_else(Vec::new, |s| {
        s.axes.iter().map(|a| a.key.as_str()).collect()
    });
    let mut errors = Errors::default();
    let sections = document.sections.iter().filter(|s| s.table == "plot");
    let plots: Vec<_> = sections
        .filter_map(|s| errors.value(read(s, &axis_keys)))
        .collect();
    errors.into_result()?;
    Ok(plots)
}

impl DeclaredPlot {
    /// As it would stand in a file.
    pub fn to_toml(&self) -> String {
        let mut out = "\n[[plot]]\n".to_string();
        let keys = [
            ("x", Some(&self.x)),
            ("y", Some(&self.y)),
            ("by", self.by.as_ref()),
            ("title", self.title.as_ref()),
        ];
        for (key, value) in keys {
            if let Some(value) = value {
                writeln!(out, "{key} = {}", toml::Value::String(value.clone())).unwrap_or_default();
            }
        }
        out
    }

    /// "missed_toast_fraction over clients.refresh_interval, by clients.path".
    pub fn description(&self) -> String {
        let by = self
            .by
            .as_ref()
            .map_or(String::new(), |by| format!(", by {by}"));
        format!("{} over {}{by}", self.y, self.x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_all_that_can_be_drawn_over_time() {
        let y = KEYS.iter().find(|key| key.name == "y").unwrap();
        assert!(SERIES.iter().all(|name| y.expects.contains(name)));
    }
}
