//! A key as help shows it, whatever way its table is read: of the catalogue, or by rules.

use crate::scenario::catalogue::{Key, TABLES, keys_of};
use crate::scenario::{Kind, RuleKey, rules_of};

/// A key of a table.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// Of the catalogue.
    Key(&'static Key),
    /// Of a table that is read by rules of its own.
    Rule(&'static RuleKey),
}

impl Entry {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Key(key) => key.name,
            Self::Rule(rule) => rule.name,
        }
    }

    pub(super) fn meaning(&self) -> &'static str {
        match self {
            Self::Key(key) => key.meaning,
            Self::Rule(rule) => rule.meaning,
        }
    }

    pub(super) fn expects(&self) -> String {
        match self {
            Self::Key(key) => key.kind.expects(),
            Self::Rule(rule) => rule.expects.into(),
        }
    }

    /// Each word or form of its value, with its meaning.
    pub(super) fn forms(&self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Key(Key {
                kind: Kind::Choice(words),
                ..
            }) => words.iter().map(|w| (w.word, w.meaning)).collect(),
            Self::Key(key) => key.kind.forms().to_vec(),
            Self::Rule(_) => Vec::new(),
        }
    }

    /// What holds without it, in words.
    pub(super) fn default(&self) -> Option<String> {
        match self {
            Self::Key(key) => Some(match key.default {
                None => "none: it must be given, here or by the profile".into(),
                Some("") => "none".into(),
                Some(text) => text.into(),
            }),
            Self::Rule(_) => None,
        }
    }
}

/// The entries of a table; empty where there is no such table.
pub(super) fn entries(table: &str) -> Vec<Entry> {
    if let Some(rules) = rules_of(table) {
        return rules.iter().map(Entry::Rule).collect();
    }
    let keys = keys_of(table).unwrap_or_default();
    keys.into_iter().map(Entry::Key).collect()
}

/// The entries that a table does not share with another one: those of `[[path]]` and `[[workload]]` stand there.
pub(super) fn own_entries(table: &str) -> Vec<Entry> {
    let tables = ["path", "workload"]
        .into_iter()
        .filter(|name| *name != table);
    let shared_keys: Vec<&Key> = tables
        .flat_map(|name| keys_of(name).unwrap_or_default())
        .collect();
    let is_own = |entry: &Entry| match entry {
        Entry::Key(key) => !shared_keys
            .iter()
            .any(|shared_key| std::ptr::eq(*shared_key, *key)),
        Entry::Rule(_) => true,
    };
    entries(table).into_iter().filter(is_own).collect()
}

/// Every table with an entry of that name.
pub(super) fn tables_with(name: &str) -> Vec<(&'static str, Entry)> {
    let of_table = |table: &&'static str| {
        let entry = entries(table)
            .into_iter()
            .find(|entry| entry.name() == name)?;
        Some((*table, entry))
    };
    TABLES.iter().filter_map(of_table).collect()
}
