//! What sections refer to by name: known before any value is read, so that a wrong name is said with all else that is wrong.

use std::collections::BTreeMap;

use super::document::{Document, RawValue, Section};
use super::error::nearest;
use super::kind::{Kind, Value};
use super::words::Choice;
use crate::faults::FaultKind;
use crate::measure::Scope;

/// The sections of a table that others refer to, by name: the first of those of one name.
pub(super) type SharedSections<'a> = BTreeMap<&'a str, &'a Section>;

/// The sections of one table.
pub(super) fn shared_sections<'a>(document: &'a Document, table: &str) -> SharedSections<'a> {
    let mut sections = SharedSections::new();
    for section in document.sections.iter().filter(|s| s.table == table) {
        if let Some(RawValue::Text(name)) = section.entry("name").map(|e| &e.form) {
            sections.entry(name).or_insert(section);
        }
    }
    sections
}

/// The gateways and client groups of a file.
pub(super) struct Names<'a> {
    gateways: SharedSections<'a>,
    clients: SharedSections<'a>,
}

/// `TABLE:NAME` of each section, in the order of the file.
fn section_labels<'a>(
    sections: &'a SharedSections,
    table: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let names = in_order(sections).into_iter();
    names.map(move |name| format!("{table}:{name}"))
}

/// The names of sections, in the order of the file.
pub(super) fn in_order<'a>(sections: &SharedSections<'a>) -> Vec<&'a str> {
    let mut sections: Vec<_> = sections.iter().collect();
    sections.sort_by_key(|(_, section)| section.number);
    sections.into_iter().map(|(name, _)| *name).collect()
}

impl<'a> Names<'a> {
    /// Those of a file.
    pub(super) fn new(document: &'a Document) -> Self {
        Self {
            gateways: shared_sections(document, "gateway"),
            clients: shared_sections(document, "clients"),
        }
    }

    /// Whether `TABLE:NAME` is there.
    fn has(&self, name: &str) -> bool {
        match name.split_once(':') {
            None => name == "all",
            Some(("gateway", name)) => self.gateways.contains_key(name),
            Some(("clients", name)) => self.clients.contains_key(name),
            Some(_) => false,
        }
    }

    /// Of whom an objective is.
    ///
    /// # Errors
    /// That nobody has that name, and who there is.
    pub(super) fn scope(&self, text: &str) -> Result<Scope, String> {
        if !self.has(text) {
            let mut names = vec!["all".to_string()];
            names.extend(section_labels(&self.clients, "clients"));
            names.extend(section_labels(&self.gateways, "gateway"));
            let near = nearest(text, names.iter().map(String::as_str));
            return Err(format!("found {text:?}{near}; valid: {}", names.join(", ")));
        }
        Ok(match text.split_once(':') {
            Some(("clients", name)) => Scope::Clients(name.into()),
            Some((_, name)) => Scope::Gateway(name.into()),
            None => Scope::All,
        })
    }

    /// That a value of a section names what is there.
    ///
    /// # Errors
    /// What is not there, and what is.
    pub(super) fn check(
        &self,
        section: &Section,
        kind: &Kind,
        value: &Value,
    ) -> Result<(), String> {
        match (kind, value) {
            (Kind::GatewayName, Value::Text(name)) => self.check_gateway(name),
            // Paths come from profiles too: what an outage hits is found when those are read.
            (Kind::Targets, Value::Texts(texts)) if !is_outage(section) => texts
                .iter()
                .try_for_each(|text| self.check_target(text, is_of_gateway(section))),
            _ => Ok(()),
        }
    }

    fn check_gateway(&self, name: &str) -> Result<(), String> {
        if self.gateways.contains_key(name) {
            return Ok(());
        }
        let names = in_order(&self.gateways);
        let near = nearest(name, names.iter().copied());
        let there_are = names.join(", ");
        Err(format!(
            "no [[gateway]] is named {name:?}{near}; there are: {there_are}"
        ))
    }

    fn check_target(&self, text: &str, is_of_gateway: bool) -> Result<(), String> {
        // A text may be a name with a comma in it, or several.
        if self.has(text) {
            return Ok(());
        }
        let is_missing = |part: &&str| !self.has(part) && !part.starts_with("path:");
        let Some(part) = text.split(',').map(str::trim).find(is_missing) else {
            return Ok(());
        };
        let mut names: Vec<String> = section_labels(&self.gateways, "gateway").collect();
        let clients = section_labels(&self.clients, "clients");
        names.extend(clients.filter(|_| !is_of_gateway));
        names.push("all".into());
        let near = nearest(part, names.iter().map(String::as_str));
        Err(format!(
            "found {part:?}{near}; there are: {}",
            names.join(", ")
        ))
    }
}

fn kind_of(section: &Section) -> &str {
    match section.entry("kind").map(|entry| &entry.form) {
        Some(RawValue::Text(kind)) => kind,
        _ => "",
    }
}

fn is_outage(section: &Section) -> bool {
    kind_of(section) == FaultKind::LinkOutage.word()
}

/// Whether that happens to gateways alone.
fn is_of_gateway(section: &Section) -> bool {
    let mut kinds = FaultKind::OF_GATEWAYS.into_iter();
    kinds.any(|kind| kind.word() == kind_of(section))
}
