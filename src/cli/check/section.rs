//! The settings of a section, each with its source; of a mix, with the profiles that have their own.

use std::borrow::Cow;

use crate::quantity::number::count_phrase;
use crate::reference::wrap_text;
use crate::report::text::table;
use crate::scenario::{Setting, Settings};

/// A setting, and of a mix the profile whose it is, where the profiles do not agree.
pub(super) type Listed<'a> = (Option<&'a str>, Cow<'a, Setting>);

/// Every setting in the order of the catalogue.
pub(super) fn listed(section: &Settings) -> Vec<Listed<'_>> {
    let parts: Vec<(&str, Vec<Cow<Setting>>)> = section
        .profiles()
        .map(|(profile, part)| (profile, part.with_defaults()))
        .collect();
    if parts.is_empty() {
        let settings = section.with_defaults().into_iter();
        return settings.map(|setting| (None, setting)).collect();
    }
    let mut keys: Vec<&str> = Vec::new();
    for setting in parts.iter().flat_map(|(_, part)| part) {
        if !keys.contains(&setting.key.name) {
            keys.push(setting.key.name);
        }
    }
    let mut all: Vec<Listed> = Vec::new();
    for key in keys {
        let each = parts.iter().filter_map(|(profile, part)| {
            let setting = part.iter().find(|s| s.key.name == key)?;
            Some((Some(*profile), setting.clone()))
        });
        let each: Vec<Listed> = each.collect();
        let agree = |a: &Listed, b: &Listed| a.1.text == b.1.text && a.1.origin == b.1.origin;
        let is_one = each.len() == parts.len() && each.windows(2).all(|w| agree(&w[0], &w[1]));
        match is_one {
            true => all.push((None, each[0].1.clone())),
            false => all.extend(each),
        }
    }
    all
}

/// The settings of a section; explained, those too that are listed only when given.
pub(super) fn text(section: &Settings, explain: bool) -> String {
    let mut settings = listed(section);
    settings.retain(|(_, s)| !s.text.is_empty());
    let given: Vec<&str> = settings
        .iter()
        .filter(|(_, s)| matches!(s, Cow::Borrowed(_)))
        .map(|(_, s)| s.key.name)
        .collect();
    let is_shown = |(_, s): &Listed| explain || given.contains(&s.key.name);
    let (shown, hidden): (Vec<Listed>, Vec<Listed>) = settings.iter().cloned().partition(is_shown);
    let rows = shown.iter().enumerate().map(|(i, (profile, s))| {
        let is_next = i > 0 && shown[i - 1].1.key.name == s.key.name;
        let key = if is_next { "" } else { s.key.name };
        vec![key.to_string(), s.text.clone(), source(*profile, s)]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let mut out = String::new();
    for (i, line) in table(&rows, false).lines().enumerate() {
        out += &format!("{line}\n");
        let key = shown[i].1.key;
        let is_last = shown.get(i + 1).is_none_or(|(_, s)| s.key.name != key.name);
        if explain && is_last {
            let meaning = format!("{}; {}", key.meaning, key.kind.expects());
            out += &format!("      {}\n", wrap_text(&meaning, 6));
        }
    }
    match hidden.len() as u64 {
        0 => out,
        n => {
            let (more, their, them) = match n {
                1 => ("1 more key".into(), "its default", "it"),
                _ => (count_phrase(n, "more key"), "their defaults", "them"),
            };
            out + &format!("  … {more} at {their}: --explain lists {them}\n")
        }
    }
}

/// Where a value comes from, and whose it is.
fn source(profile: Option<&str>, setting: &Setting) -> String {
    let provenance = setting.provenance();
    match profile {
        Some(profile) if !provenance.starts_with(&format!("{profile}, ")) => {
            format!("{profile}: {provenance}")
        }
        _ => provenance,
    }
}
