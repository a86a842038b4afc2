//! A results folder read back: what a command wrote, as plain typed data, checked against the digests of the manifest.
//!
//! A report and its plots are functions of this alone, so that `rccsim report` of an old folder and the end of the command
//! that made it say the same.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::quantity::parse_clock;

use super::folder::{MANIFEST, Manifest, PARTIAL, SCHEMA};
use super::{
    Distribution, Document, Dropped, Replicated, Scheduled, Series, distributions, drops, runs,
    scheduled, series,
};

const SCENARIO: &str = "scenario.toml";

/// A plot that the scenario asks for, in `[[plot]]`.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Wish {
    /// What goes along: `time`, a varied key, or a metric.
    pub x: String,
    /// What goes up: a metric; over time, a series.
    pub y: String,
    /// What tells curves apart: `clients`, `gateway`, or a varied key.
    pub by: Option<String>,
    /// The headline.
    pub title: Option<String>,
}

/// Why a folder is not read.
#[derive(thiserror::Error, Debug)]
pub enum ResultsError {
    /// The folder is not there, or the system refuses it.
    #[error("{}: {cause}", path.display())]
    World {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// There is no manifest.
    #[error("{}: {why}", path.display())]
    NoResults {
        /// The folder.
        path: PathBuf,
        /// What it seems to be instead.
        why: String,
    },
    /// A file is not what the manifest lists, or cannot be read.
    #[error("{}: {file}: {why}", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// The file in it.
        file: String,
        /// What is wrong.
        why: String,
    },
}

/// A results folder.
#[derive(Debug)]
pub struct Results {
    /// Where it is, for messages.
    path: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What was found.
    pub document: Document,
    /// Where each file of the manifest is.
    files: BTreeMap<String, PathBuf>,
}

impl Results {
    /// Reads a published folder.
    ///
    /// # Errors
    /// What is missing, foreign or damaged.
    pub fn read(path: &Path) -> Result<Results, ResultsError> {
        let manifest = manifest(path)?;
        let files = manifest
            .files
            .keys()
            .map(|name| (name.clone(), path.join(name)))
            .collect();
        Results::of(path, manifest, files)
    }

    /// Of files wherever they are; `manifest` lists them.
    ///
    /// # Errors
    /// What is missing or damaged.
    pub(super) fn of(
        path: &Path,
        manifest: Manifest,
        files: BTreeMap<String, PathBuf>,
    ) -> Result<Results, ResultsError> {
        let mut results = Results {
            path: path.into(),
            manifest,
            document: Document::default(),
            files,
        };
        let text = results.text("summary.json")?;
        results.document =
            Document::parse(&text).map_err(|why| results.damaged("summary.json", why))?;
        Ok(results)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How large a file is.
    ///
    /// # Errors
    /// It is missing.
    pub fn size(&self, file: &str) -> Result<u64, ResultsError> {
        let path = self
            .files
            .get(file)
            .ok_or_else(|| self.damaged(file, "the manifest lists no such file".into()))?;
        Ok(fs::metadata(path)
            .map_err(|cause| ResultsError::World {
                path: path.clone(),
                cause,
            })?
            .len())
    }

    /// A file that not every folder has, as text.
    ///
    /// # Errors
    /// It was changed, or is not UTF-8.
    pub fn maybe(&self, file: &str) -> Result<Option<String>, ResultsError> {
        self.has(file).then(|| self.text(file)).transpose()
    }

    /// Whether there is such a file.
    pub fn has(&self, file: &str) -> bool {
        self.files.contains_key(file)
    }

    /// A file's bytes, as the manifest lists them.
    ///
    /// # Errors
    /// It is missing or was changed.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>, ResultsError> {
        let place = self
            .files
            .get(file)
            .ok_or_else(|| self.damaged(file, "the manifest lists no such file".into()))?;
        let bytes = fs::read(place).map_err(|cause| match cause.kind() {
            io::ErrorKind::NotFound => {
                self.damaged(file, "the manifest lists it, but it is not there".into())
            }
            _ => ResultsError::World {
                path: place.clone(),
                cause,
            },
        })?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        if self.manifest.files.get(file) != Some(&digest) {
            return Err(self.damaged(
                file,
                "it is not the file that the manifest lists: it was changed since".into(),
            ));
        }
        Ok(bytes)
    }

    /// A file as text.
    ///
    /// # Errors
    /// It is missing, was changed, or is not UTF-8.
    pub fn text(&self, file: &str) -> Result<String, ResultsError> {
        String::from_utf8(self.bytes(file)?)
            .map_err(|_| self.damaged(file, "it is not UTF-8 text".into()))
    }

    /// The time series, in the order of the file; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn series(&self) -> Result<Vec<Series>, ResultsError> {
        self.table("series.csv", series)
    }

    /// Every figure of every replication, in the order of the file; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn runs(&self) -> Result<Vec<Replicated>, ResultsError> {
        self.table("runs.csv", runs)
    }

    /// The first so many drops; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn drops(&self, most: usize) -> Result<Vec<Dropped>, ResultsError> {
        self.table("drops.csv", |text| drops(text, most))
    }

    /// How durations are distributed; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn distributions(&self) -> Result<Vec<Distribution>, ResultsError> {
        self.table("distribution.csv", distributions)
    }

    /// The time of day at which the run begins, seconds since midnight; none where there is no one scenario.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn start_s(&self) -> Result<Option<f64>, ResultsError> {
        let scenario = self.scenario()?;
        let start = scenario
            .get("scenario")
            .and_then(|s| s.get("start"))
            .and_then(|s| s.as_str());
        Ok(start
            .and_then(parse_clock)
            .map(|clock| clock.0 as f64 / 1e6))
    }

    /// The plots that the scenario asks for.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn wishes(&self) -> Result<Vec<Wish>, ResultsError> {
        let scenario = self.scenario()?;
        let all = scenario
            .get("plot")
            .and_then(|p| p.as_array())
            .cloned()
            .unwrap_or_default();
        let read = |wish: toml::Value| {
            wish.try_into()
                .map_err(|e| self.damaged(SCENARIO, e.to_string()))
        };
        all.into_iter().map(read).collect()
    }

    /// The faults that the scenario puts at a time of day, in its order; those that come by chance are not among them.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn scheduled_faults(&self) -> Result<Vec<Scheduled>, ResultsError> {
        let scenario = self.scenario()?;
        let start_s = self.start_s()?.unwrap_or(0.0);
        let all = scenario
            .get("fault")
            .and_then(|f| f.as_array())
            .cloned()
            .unwrap_or_default();
        let read = |fault: toml::Value| {
            fault
                .try_into()
                .map_err(|e| self.damaged(SCENARIO, e.to_string()))
        };
        let written: Result<Vec<scheduled::Written>, _> = all.into_iter().map(read).collect();
        Ok(written?
            .into_iter()
            .filter_map(|f| scheduled::scheduled(f, start_s))
            .collect())
    }

    /// The scenario as a table; empty where there is no one scenario.
    fn scenario(&self) -> Result<toml::Table, ResultsError> {
        if !self.has(SCENARIO) {
            return Ok(toml::Table::new());
        }
        let parsed: Result<toml::Table, _> = self.text(SCENARIO)?.parse();
        parsed.map_err(|e| self.damaged(SCENARIO, format!("not TOML: {}", e.message())))
    }

    fn table<T>(
        &self,
        file: &str,
        read: impl FnOnce(&str) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>, ResultsError> {
        if !self.has(file) {
            return Ok(Vec::new());
        }
        read(&self.text(file)?).map_err(|why| self.damaged(file, why))
    }

    /// The complaint that a file is not what it should be.
    pub fn damaged(&self, file: &str, why: String) -> ResultsError {
        ResultsError::Damaged {
            path: self.path.clone(),
            file: file.into(),
            why,
        }
    }
}

/// The manifest of a folder.
fn manifest(path: &Path) -> Result<Manifest, ResultsError> {
    let no = |why: String| ResultsError::NoResults {
        path: path.into(),
        why,
    };
    let entries = fs::read_dir(path).map_err(|cause| ResultsError::World {
        path: path.into(),
        cause,
    })?;
    let names: Vec<String> = entries
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    if !names.iter().any(|n| n == MANIFEST) {
        let begun = names.iter().any(|n| n.starts_with(PARTIAL) || n == "units");
        return Err(no(if begun {
            "not finished: there is no manifest.json yet; the command that writes it may still run, or was interrupted and goes on when it is given again".into()
        } else {
            "no results: there is no manifest.json; expected the folder of a run, sweep, compare, size, best, sensitivity or matrix".into()
        }));
    }
    let file = path.join(MANIFEST);
    let text =
        fs::read_to_string(&file).map_err(|cause| ResultsError::World { path: file, cause })?;
    let damaged = |why: String| ResultsError::Damaged {
        path: path.into(),
        file: MANIFEST.into(),
        why,
    };
    let schema = |v: &serde_json::Value| v.get("schema").and_then(|s| s.as_str()).map(String::from);
    let value: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| damaged(format!("not JSON: {e}")))?;
    match schema(&value) {
        Some(found) if found == SCHEMA => {}
        Some(found) => {
            return Err(damaged(format!(
                "its schema is {found}, this version reads {SCHEMA}"
            )));
        }
        None => {
            return Err(damaged(
                "it has no schema: it is the manifest of something else".into(),
            ));
        }
    }
    serde_json::from_value(value).map_err(|e| damaged(e.to_string()))
}

/// The rows of a CSV file whose first line names its columns; a message names the line.
pub(super) fn rows<'t>(
    text: &'t str,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<(u64, csv::StringRecord), String>> + use<'t>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| e.to_string())?;
    if header.iter().ne(columns.iter().copied()) {
        return Err(format!(
            "its columns are {}, this version reads {}",
            header.iter().collect::<Vec<_>>().join(", "),
            columns.join(", ")
        ));
    }
    Ok(reader.into_records().map(|record| {
        let record = record.map_err(|e| e.to_string())?;
        Ok((record.position().map_or(0, csv::Position::line), record))
    }))
}

/// A cell as a number; `None` where it is empty.
pub(super) fn number(
    record: &csv::StringRecord,
    column: usize,
    line: u64,
) -> Result<Option<f64>, String> {
    let cell = record.get(column).unwrap_or_default();
    if cell.is_empty() {
        return Ok(None);
    }
    let number = cell.parse().ok().filter(|x: &f64| x.is_finite());
    number
        .map(Some)
        .ok_or_else(|| format!("line {line}: found {cell:?}, expected a number"))
}

/// A cell that must be a number.
pub(super) fn needed(record: &csv::StringRecord, column: usize, line: u64) -> Result<f64, String> {
    number(record, column, line)?.ok_or_else(|| format!("line {line}: a number is missing"))
}

#[cfg(test)]
mod tests;
