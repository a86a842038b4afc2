//! Scenarios: TOML in, checked and typed values out. After this module no value can be bad.
//!
//! A value comes from the command line, else the file, else a profile, else the catalogue's default, and remembers
//! which. Every error names the file, line, column and key, and says what is valid.

mod axis;
mod build;
pub mod catalogue;
mod document;
mod error;
mod expand;
mod kind;
mod objective;
mod overrides;
mod plot;
mod profile;
mod records;
mod settings;
mod source;
mod study;
mod warnings;

use std::path::Path;

pub use axis::Axis;
pub use document::Form;
pub use error::{Place, ScenarioError, nearest};
pub use expand::{expanded, expanded_study, hash};
pub use kind::{Kind, Value};
pub use overrides::Override;
pub use plot::Plot;
pub use profile::{Given, KINDS, Profile, SHIPPED};
pub use records::Records;
pub use settings::{Origin, Setting, Settings};
pub use source::Source;
pub use study::{Combine, HalfWidth, Point, Study};

use crate::deployment::Plan;
use crate::measure::Objective;
use catalogue::TABLES;
use document::Document;
use settings::Layers;

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
    /// What is wanted.
    pub objectives: Vec<Objective>,
    /// What is turned, where the file asks for a study.
    pub study: Option<Study>,
    /// The plots that the file asks for besides those that every results folder has.
    pub plots: Vec<Plot>,
    /// Every value with its origin: `[scenario]`, the gateways, the client groups.
    pub settings: Vec<Settings>,
    /// The same of each `[[workload]]` and `[[path]]` of the file.
    pub shared: Vec<Settings>,
    /// What is valid and yet unlikely to be meant.
    pub warnings: Vec<String>,
}

impl Scenario {
    /// Reads a scenario from a text without a file; records and profiles of its own are looked for in the working folder.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    pub fn from_toml(text: &str) -> Result<Scenario, ScenarioError> {
        Source::new("scenario", text, Path::new("")).scenario(&[])
    }

    /// The same scenario with overrides on top of those that it has.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn with(&self, overrides: &[Override]) -> Result<Scenario, ScenarioError> {
        self.source.scenario(overrides)
    }

    /// The settings of a section.
    pub fn section(&self, table: &str, name: &str) -> Option<&Settings> {
        self.settings
            .iter()
            .find(|s| s.table == table && (table == "scenario" || s.name == name))
    }
}

/// Reads a file as text.
///
/// # Errors
/// The file system's refusal, or the offset at which it stops being UTF-8.
pub fn read_text(path: &Path) -> Result<String, ScenarioError> {
    let bytes = std::fs::read(path).map_err(|cause| ScenarioError::World {
        path: path.into(),
        cause,
    })?;
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&e.as_bytes()[..valid]).into_owned();
        let place = Place::at(&path.display().to_string(), &before, valid);
        ScenarioError::input(&place, "not UTF-8 text: save the file as UTF-8")
    })
}

/// Loads a scenario file, under the command line's overrides.
///
/// # Errors
/// The first thing that is wrong.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Scenario, ScenarioError> {
    let text = read_text(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    parse(&path.display().to_string(), &text, folder, overrides)
}

/// Parses a scenario's text, which came from `file`; profiles and records are looked for in `folder`.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(
    file: &str,
    text: &str,
    folder: &Path,
    overrides: &[Override],
) -> Result<Scenario, ScenarioError> {
    Source::new(file, text, folder).scenario(overrides)
}

fn read_scenario(source: &Source) -> Result<Scenario, ScenarioError> {
    let Source {
        file,
        text,
        folder,
        overrides,
        records,
    } = source;
    let document = Document::parse(file, text)?;
    check_tables(&document)?;
    for o in overrides {
        o.check(&document)?;
    }
    let layers = Layers {
        document: &document,
        folder,
        overrides,
    };
    let mut settings = Vec::new();
    for table in ["scenario", "gateway", "clients", "fault"] {
        for section in document.sections.iter().filter(|s| s.table == table) {
            let resolved: Settings = layers.resolve(table, section)?;
            if settings
                .iter()
                .any(|s: &Settings| s.table == table && s.name == resolved.name)
            {
                let message = format!(
                    "a second {table} named {:?}: names must differ",
                    resolved.name
                );
                return Err(ScenarioError::input(&section.place, message));
            }
            settings.push(resolved);
        }
    }
    // Sections that nothing refers to are checked all the same.
    let mut shared = Vec::new();
    for table in ["workload", "path"] {
        for section in document.sections.iter().filter(|s| s.table == table) {
            shared.push(layers.resolve(table, section)?);
        }
    }
    let plan = build::plan(&settings, folder, records)?;
    let objectives = objective::read_all(&document, &plan)?;
    let replications = settings[0].number("replications") as u32;
    let warnings = warnings::of(&plan, &settings);
    let study = study::read(&document, folder)?;
    Ok(Scenario {
        source: source.clone(),
        file: file.clone(),
        question: document.opening.clone(),
        plan,
        replications,
        objectives,
        plots: plot::read_all(&document, study.as_ref())?,
        study,
        settings,
        shared,
        warnings,
    })
}

fn check_tables(document: &Document) -> Result<(), ScenarioError> {
    let whole = Place::whole(&document.file);
    if let Some(entry) = document.top.entries.first() {
        let hint = if matches!(entry.form, Form::List(_)) {
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
    for section in &document.sections {
        if !TABLES.contains(&section.table.as_str()) {
            let near = nearest(&section.table, TABLES.iter().copied());
            let message = format!(
                "unknown table `{}`{near}; valid: {}",
                section.table,
                TABLES.join(", ")
            );
            return Err(ScenarioError::input(&section.place, message));
        }
        if section.repeated == matches!(section.table.as_str(), "scenario" | "study") {
            let table = &section.table;
            let form = if section.repeated {
                format!("[{table}]")
            } else {
                format!("[[{table}]]")
            };
            return Err(ScenarioError::input(
                &section.place,
                format!("write {form}"),
            ));
        }
    }
    for table in ["scenario", "gateway", "clients"] {
        if !document.sections.iter().any(|s| s.table == table) {
            let form = if table == "scenario" {
                "[scenario]".into()
            } else {
                format!("[[{table}]]")
            };
            return Err(ScenarioError::input(
                &whole,
                format!("no {form}: a scenario needs [scenario], [[gateway]] and [[clients]]"),
            ));
        }
    }
    Ok(())
}
