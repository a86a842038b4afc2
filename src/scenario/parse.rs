//! From a text to a checked scenario: the order in which its parts are read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::build;
use super::catalogue::{Run, TABLES, header, is_single};
use super::document::{Document, RawValue, Section};
use super::error::{Errors, Place, ScenarioError, nearest};
use super::layers::Layers;
use super::names::{Names, shared_sections};
use super::objective::Stated;
use super::overrides::Override;
use super::plot::{self, DeclaredPlot};
use super::setting::Settings;
use super::source::Source;
use super::study::{self, Study};
use super::unread;
use super::warnings;
use crate::deployment::Plan;
use crate::measure::Objective;
use crate::quantity::Price;

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it was read from.
    pub source: Source,
    /// The file it came from, as the user named it.
    pub file: String,
    /// The comment that the file opens with: the question.
    pub question: String,
    /// What is simulated.
    pub plan: Plan,
    /// How often.
    pub replications: u32,
    /// What an hour of a user without a session costs.
    pub cost_per_user_hour: Option<Price>,
    /// What is wanted.
    pub objectives: Vec<Objective>,
    /// What is turned, where the file asks for a study.
    pub study: Option<Study>,
    /// The plots that the file asks for besides those that every results folder has.
    pub plots: Vec<DeclaredPlot>,
    /// Every value with its origin: `[scenario]`, the gateways, the client groups.
    pub settings: Vec<Settings>,
    /// The same of each `[[workload]]` and `[[path]]` of the file.
    pub shared_settings: Vec<Settings>,
    /// What is valid and yet unlikely to be meant.
    pub warnings: Vec<String>,
    /// The text as it was parsed, which every variant of the scenario shares.
    document: Arc<Document>,
}

impl Scenario {
    /// Reads a scenario from a text without a file; records and profiles of its own are looked for in the working folder,
    /// where the feature `files` is on.
    ///
    /// ```
    /// use rccsim::scenario::Scenario;
    ///
    /// let scenario = Scenario::from_toml(
    ///     r#"
    ///     [scenario]
    ///     name = "morning"
    ///     horizon = "4 h"
    ///
    ///     [[gateway]]
    ///     name = "pbx"
    ///     profile = "ignores-update"
    ///
    ///     [[clients]]
    ///     name = "office"
    ///     gateway = "pbx"
    ///     count = 200
    ///     "#,
    /// )?;
    /// assert_eq!(scenario.plan.clients[0].count, 200);
    /// let interval = scenario.section("clients", "office").unwrap().setting("refresh_interval");
    /// assert!(interval.provenance().contains("published: Communicator 2007 R2"));
    ///
    /// let error = Scenario::from_toml("[scenarios]").unwrap_err();
    /// assert!(error.to_string().starts_with("scenario:1:2: unknown table `scenarios`; did you mean `scenario`?"));
    /// # Ok::<(), rccsim::scenario::ScenarioError>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong, with its lines.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        Source::new("scenario", text, Path::new("")).scenario(&[])
    }

    /// The same scenario with overrides on top of those that it has.
    ///
    /// # Errors
    /// What is wrong.
    pub fn with(&self, overrides: &[Override]) -> Result<Self, ScenarioError> {
        let source = self.source.clone().under(overrides.iter().cloned());
        let scenario = read(source, Arc::clone(&self.document));
        scenario.map_err(|error| error.with_lines(&self.source.file, &self.source.text))
    }

    /// Whether a client group has several profiles: what each of them says holds for its users alone.
    pub(super) fn has_mix(&self) -> bool {
        self.settings.iter().any(|s| !s.parts.is_empty())
    }

    /// The settings of a section.
    pub fn section(&self, table: &str, name: &str) -> Option<&Settings> {
        self.settings
            .iter()
            .find(|s| s.table == table && (table == "scenario" || s.name == name))
    }
}

impl Source {
    /// The scenario, with further overrides on top.
    ///
    /// # Errors
    /// What is wrong.
    pub fn scenario(&self, overrides: &[Override]) -> Result<Scenario, ScenarioError> {
        let document = Document::parse(&self.file, &self.text);
        let document = document.map_err(|error| unread::with_hints(error, &self.text));
        let source = self.clone().under(overrides.iter().cloned());
        let scenario = document.and_then(|document| read(source, Arc::new(document)));
        scenario.map_err(|error| error.with_lines(&self.file, &self.text))
    }
}

/// Loads a scenario file, under the command line's overrides.
///
/// # Errors
/// What is wrong.
#[cfg(feature = "files")]
pub fn load(path: &Path, overrides: &[Override]) -> Result<Scenario, ScenarioError> {
    let text = super::files::read_text(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    parse(&path.display().to_string(), &text, folder, overrides)
}

/// Parses a scenario's text, which came from `file`; profiles and records are looked for in `folder`, where the feature
/// `files` is on.
///
/// # Errors
/// What is wrong.
pub fn parse(
    file: &str,
    text: &str,
    folder: &Path,
    overrides: &[Override],
) -> Result<Scenario, ScenarioError> {
    Source::new(file, text, folder).scenario(overrides)
}

/// Reads a parsed text under the overrides of its source.
fn read(source: Source, document: Arc<Document>) -> Result<Scenario, ScenarioError> {
    let Source {
        folder,
        overrides,
        records,
        ..
    } = &source;
    let mut errors = Errors::default();
    errors.value(check_tables(&document));
    for o in overrides {
        errors.value(o.check(&document));
    }
    let layers = Layers {
        names: Names::new(&document),
        paths: shared_sections(&document, "path"),
        workloads: shared_sections(&document, "workload"),
        files: records.files(),
        folder,
        overrides,
    };
    let mut settings: Vec<Settings> = Vec::new();
    for table in ["scenario", "gateway", "clients", "fault"] {
        let mut names = BTreeSet::new();
        for section in document.sections.iter().filter(|s| s.table == table) {
            if let Ok(name) = layers.name_of(table, section)
                && !names.insert(name.clone())
            {
                let message = format!("a second {table} named {name:?}: names must differ");
                errors.value::<()>(Err(ScenarioError::input(&section.place, message)));
            }
            settings.extend(errors.value(layers.resolve(table, section)));
        }
    }
    // Sections that nothing refers to are checked all the same.
    let mut shared_settings = Vec::new();
    for table in ["workload", "path"] {
        for section in document.sections.iter().filter(|s| s.table == table) {
            shared_settings.extend(errors.value(layers.resolve(table, section)));
        }
    }
    let objectives = errors.value(Stated::read(&document, &layers.names));
    let study = errors.value(study::read(&document, (records.files(), folder)));
    let variation = study.as_ref().map(Option::as_ref);
    let plots = variation.and_then(|study| errors.value(plot::read_all(&document, study)));
    errors.into_result()?;
    let run = Run::from_settings(&settings[0]);
    let plan = build::plan(&run, &settings, folder, records)?;
    let objectives = objectives
        .map(|stated| stated.for_plan(&plan))
        .transpose()?;
    let warnings = warnings::warnings(&plan, &settings);
    Ok(Scenario {
        file: source.file.clone(),
        question: document.opening.clone(),
        plan,
        replications: run.replications,
        cost_per_user_hour: run.cost_per_user_hour,
        objectives: objectives.unwrap_or_default(),
        plots: plots.unwrap_or_default(),
        study: study.flatten(),
        settings,
        shared_settings,
        warnings,
        source,
        document,
    })
}

fn check_tables(document: &Document) -> Result<(), ScenarioError> {
    let place = Place::file_only(&document.file);
    if let Some(entry) = document.top.entries.first() {
        let hint = if matches!(entry.form, RawValue::List(_)) {
            ""
        } else {
            "; keys belong into a table"
        };
        let message = format!(
            "unknown key `{}` before any table{hint}; tables: {}",
            entry.key,
            TABLES.join(", ")
        );
        return Err(ScenarioError::input(&entry.key_place, message));
    }
    let mut errors = Errors::default();
    for section in &document.sections {
        errors.value(check_table(section));
    }
    errors.into_result()?;
    for table in ["scenario", "gateway", "clients"] {
        if !document.sections.iter().any(|s| s.table == table) {
            let form = header(table);
            return Err(ScenarioError::input(
                &place,
                format!("no {form}: a scenario needs [scenario], [[gateway]] and [[clients]]"),
            ));
        }
    }
    Ok(())
}

/// The section must be one of those that a scenario has, in the form that it has there.
fn check_table(section: &Section) -> Result<(), ScenarioError> {
    let table = &section.table;
    if !TABLES.contains(&table.as_str()) {
        let near = nearest(table, TABLES.iter().copied());
        let message = format!(
            "unknown table `{table}`{near}; valid: {}",
            TABLES.join(", ")
        );
        return Err(ScenarioError::input(&section.place, message));
    }
    if section.repeated == is_single(table) {
        return Err(ScenarioError::input(
            &section.place,
            format!("write {}", header(table)),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_read_from_the_document_of_its_scenario() {
        let base = load(Path::new("models/nec-r2.toml"), &[]).unwrap();
        let set = Override::parse("clients.count=7").unwrap();
        let variant = base.with(&[set]).unwrap();
        assert!(Arc::ptr_eq(&base.document, &variant.document));
        assert_eq!(variant.plan.clients[0].count, 7);
        assert_ne!(base.plan.clients[0].count, 7);
    }
}
