//! Results as a report sees them: the record, the tables and the files behind them, as plain typed data.
//!
//! A report and its plots are functions of this alone. It comes from memory at the end of the command that made the
//! results, or from their folder, checked against the digests of the manifest: both say the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::digested::Digested;
use super::directory::STAGING;
use super::folder::Folder;
use super::inputs::{self, Input};
use super::kind::Shape;
use super::manifest::{LONGEST, MANIFEST, Manifest, SCHEMA};
use super::redo;
use super::regular::read_regular;
use super::runs::{ByFigure, ByReplication, PointRuns, RunRow};
use super::{
    Distribution, Ladder, LostSession, Record, ReplicatedFigure, ReportRequest, Series,
    distribution, drops, runs, series,
};
use crate::study::Samples;

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

/// What a command that is at its end still knows, and a report would otherwise read back from the files.
#[derive(Default)]
pub struct InMemory<'a> {
    /// Every input.
    pub inputs: Vec<Input>,
    /// `scenario.toml`; of several scenarios none.
    pub scenario: String,
    /// A label and what the replications said, as `runs.csv` lists them.
    pub points: Vec<(String, &'a Samples)>,
    /// The samples of a run, where it is one: its day and its durations.
    pub day: Option<&'a Samples>,
    /// The ladder of a lost session.
    pub ladder: Option<Ladder>,
}

/// Results.
pub struct Results<'a> {
    /// Where they are, for messages.
    path: PathBuf,
    /// What the folder says of itself.
    pub manifest: Manifest,
    /// What the command answers.
    record: Cow<'a, Record>,
    /// Where each file of the manifest is.
    files: BTreeMap<String, PathBuf>,
    in_memory: Option<InMemory<'a>>,
    requested: OnceLock<ReportRequest>,
    series: OnceLock<Vec<Series>>,
}

impl<'a> Results<'a> {
    /// Reads a published folder.
    ///
    /// # Errors
    /// What is missing, foreign or damaged.
    pub fn read(path: &Path) -> Result<Results<'static>, ResultsError> {
        let manifest = manifest(path)?;
        let files = manifest
            .files
            .keys()
            .map(|name| (name.clone(), path.join(name)))
            .collect();
        Results::of_files(path, manifest, files)
    }

    /// Reads the record among files, wherever they are; `manifest` lists them.
    ///
    /// # Errors
    /// What is missing or damaged.
    fn of_files(
        path: &Path,
        manifest: Manifest,
        files: BTreeMap<String, PathBuf>,
    ) -> Result<Results<'static>, ResultsError> {
        let unread = Record::Matrix(Default::default());
        let mut results = Results::new(path, manifest, Cow::Owned(unread), files, None);
        let shape = results.stream(SUMMARY, |from| Shape::read(from))?;
        let record = results.stream(SUMMARY, |from| Record::read(from, shape))?;
        results.record = Cow::Owned(record);
        Ok(results)
    }

    /// Of files wherever they are, which `manifest` lists.
    fn new(
        path: &Path,
        manifest: Manifest,
        record: Cow<'a, Record>,
        files: BTreeMap<String, PathBuf>,
        in_memory: Option<InMemory<'a>>,
    ) -> Self {
        Results {
            path: path.into(),
            manifest,
            record,
            files,
            in_memory,
            requested: OnceLock::new(),
            series: OnceLock::new(),
        }
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the command answers.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The scenario file, as the command named it; none where there is none.
    pub fn file(&self) -> Option<&str> {
        self.manifest.file.as_deref()
    }

    /// How large a file is.
    ///
    /// # Errors
    /// It is missing.
    pub fn size(&self, file: &str) -> Result<u64, ResultsError> {
        let metadata = fs::metadata(self.place(file)?);
        Ok(metadata.map_err(|cause| self.unread(file, cause))?.len())
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
        let bytes = read_regular(self.place(file)?, u64::MAX);
        let bytes = bytes.map_err(|cause| self.unread(file, cause))?;
        self.check(file, &blake3::hash(&bytes).to_hex())?;
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

    /// Every input; none where the command lists none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn inputs(&self) -> Result<Cow<'_, [Input]>, ResultsError> {
        match &self.in_memory {
            Some(in_memory) => Ok(Cow::Borrowed(&in_memory.inputs)),
            None => Ok(Cow::Owned(
                self.table("inputs.csv", |from| inputs::read(from))?,
            )),
        }
    }

    /// The ladder of a lost session; none where no session was lost, or nobody looked.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn ladder(&self) -> Result<Option<Cow<'_, Ladder>>, ResultsError> {
        if let Some(in_memory) = &self.in_memory {
            return Ok(in_memory.ladder.as_ref().map(Cow::Borrowed));
        }
        if !self.has(LADDER) {
            return Ok(None);
        }
        let ladder = serde_json::from_str(&self.text(LADDER)?);
        let ladder = ladder.map_err(|e| self.damaged(LADDER, e.to_string()))?;
        Ok(Some(Cow::Owned(ladder)))
    }

    /// What the scenario asks of a report.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn requested(&self) -> Result<&ReportRequest, ResultsError> {
        if let Some(requested) = self.requested.get() {
            return Ok(requested);
        }
        let text = match &self.in_memory {
            Some(in_memory) => Cow::Borrowed(in_memory.scenario.as_str()),
            None if self.has(SCENARIO) => Cow::Owned(self.text(SCENARIO)?),
            None => Cow::Borrowed(""),
        };
        let requested = ReportRequest::parse(&text).map_err(|why| self.damaged(SCENARIO, why))?;
        Ok(self.requested.get_or_init(|| requested))
    }

    /// The time series, in the order of the file; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn series(&self) -> Result<&[Series], ResultsError> {
        if let Some(series) = self.series.get() {
            return Ok(series);
        }
        let rows = match &self.in_memory {
            Some(in_memory) => in_memory.day.map_or_else(Vec::new, series::from_samples),
            None => self.table("series.csv", |from| series::series(from))?,
        };
        Ok(self.series.get_or_init(|| rows))
    }

    /// Every figure of every replication, in the order of the file; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn runs(&self) -> Result<Vec<ReplicatedFigure>, ResultsError> {
        let mut figures = ByFigure::default();
        self.each_run(|row| {
            figures.add(row);
            Ok(())
        })?;
        Ok(figures.finish())
    }

    /// The replications of some points, figures over everything alone: a sweep of thousands of points is not taken to
    /// pieces for one of them.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn replications(&self, points: &[String]) -> Result<Vec<PointRuns>, ResultsError> {
        const ALL: &str = "all";
        let mut deployment = ByReplication::new(|_| vec![ALL.into()]);
        self.each_run(|row| {
            if row.scope == ALL && points.iter().any(|p| p == row.point) {
                deployment.add(row)?;
            }
            Ok(())
        })?;
        Ok(deployment.finish())
    }

    /// The replications of every point; figures of those scopes that a point of that label has.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn all_replications(
        &self,
        scopes: impl Fn(&str) -> Vec<String>,
    ) -> Result<Vec<PointRuns>, ResultsError> {
        let mut by_replication = ByReplication::new(scopes);
        self.each_run(|row| by_replication.add(row))?;
        Ok(by_replication.finish())
    }

    /// Goes through `runs.csv`, or through what it was written from.
    fn each_run(
        &self,
        mut take: impl FnMut(&RunRow) -> Result<(), String>,
    ) -> Result<(), ResultsError> {
        match &self.in_memory {
            Some(in_memory) => (1..)
                .zip(&in_memory.points)
                .try_for_each(|(number, (label, samples))| {
                    runs::for_each_row((number, label), samples, &mut take)
                })
                .map_err(|why| self.damaged(RUNS, why)),
            None if self.has(RUNS) => self.stream(RUNS, |from| runs::read_rows(from, take)),
            None => Ok(()),
        }
    }

    /// Goes through the lost sessions; there are none where the command lists none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn each_drop(&self, take: impl FnMut(&LostSession)) -> Result<(), ResultsError> {
        if !self.has(DROPS) {
            return Ok(());
        }
        self.stream(DROPS, |from| drops::each_drop(from, take))
    }

    /// How durations are distributed; none where the command writes none.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn distributions(&self) -> Result<Vec<Distribution>, ResultsError> {
        match &self.in_memory {
            Some(in_memory) => Ok(in_memory
                .day
                .map_or_else(Vec::new, distribution::from_samples)),
            None => self.table("distribution.csv", |from| distribution::distributions(from)),
        }
    }

    fn table<T>(
        &self,
        file: &str,
        read: impl FnOnce(&mut Digested) -> Result<Vec<T>, String>,
    ) -> Result<Vec<T>, ResultsError> {
        if !self.has(file) {
            return Ok(Vec::new());
        }
        self.stream(file, read)
    }

    /// Reads a file piece by piece; only its end says whether it is the one that the manifest lists.
    fn stream<T>(
        &self,
        file: &str,
        read: impl FnOnce(&mut Digested) -> Result<T, String>,
    ) -> Result<T, ResultsError> {
        let place = self.place(file)?;
        let mut from = Digested::open(place).map_err(|cause| self.unread(file, cause))?;
        let outcome = read(&mut from);
        let digest = from.finish().map_err(|cause| self.unread(file, cause))?;
        self.check(file, &digest)?;
        outcome.map_err(|why| self.damaged(file, why))
    }

    /// Where a file is.
    fn place(&self, file: &str) -> Result<&Path, ResultsError> {
        let place = self.files.get(file).map(PathBuf::as_path);
        place.ok_or_else(|| self.damaged(file, "the manifest lists no such file".into()))
    }

    /// The complaint that a file cannot be read.
    fn unread(&self, file: &str, cause: io::Error) -> ResultsError {
        match (cause.kind(), self.files.get(file)) {
            (io::ErrorKind::NotFound, _) | (_, None) => {
                self.damaged(file, "the manifest lists it, but it is not there".into())
            }
            (_, Some(path)) => ResultsError::World {
                path: path.clone(),
                cause,
            },
        }
    }

    /// Refuses another file than the manifest lists.
    fn check(&self, file: &str, digest: &str) -> Result<(), ResultsError> {
        if self.manifest.files.get(file).map(String::as_str) == Some(digest) {
            return Ok(());
        }
        let why = "it is not the file that the manifest lists: it was changed since";
        Err(self.damaged(file, why.into()))
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

impl Folder {
    /// What was completed so far, with what the command still knows of it: a report on it goes into the same folder.
    pub fn results<'a>(
        &self,
        manifest: &Manifest,
        record: &'a Record,
        in_memory: InMemory<'a>,
    ) -> Results<'a> {
        let (digests, files) = self.completed();
        let manifest = Manifest {
            files: digests,
            ..manifest.clone()
        };
        Results::new(
            self.path(),
            manifest,
            Cow::Borrowed(record),
            files,
            Some(in_memory),
        )
    }

    /// Results that were read back, with the files that were completed since instead of the published ones.
    ///
    /// # Errors
    /// A new `summary.json` is damaged.
    pub fn results_over(&self, published: Results) -> Result<Results<'static>, ResultsError> {
        let (digests, places) = self.completed();
        let (mut manifest, mut files) = (published.manifest, published.files);
        manifest.files.extend(digests);
        files.extend(places);
        Results::of_files(self.path(), manifest, files)
    }
}

/// The file with the record of the results.
pub const SUMMARY: &str = "summary.json";
const SCENARIO: &str = "scenario.toml";
const LADDER: &str = "ladder.json";
const RUNS: &str = "runs.csv";
const DROPS: &str = "drops.csv";

/// The manifest of a folder.
fn manifest(path: &Path) -> Result<Manifest, ResultsError> {
    let no = |why: String| ResultsError::NoResults {
        path: path.into(),
        why,
    };
    redo::finish_locked(path).map_err(|e| ResultsError::World {
        path: e.path,
        cause: e.cause,
    })?;
    let entries = fs::read_dir(path).map_err(|cause| ResultsError::World {
        path: path.into(),
        cause,
    })?;
    let names: Vec<String> = entries
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    if !names.iter().any(|n| n == MANIFEST) {
        let is_partial = names.iter().any(|n| n.starts_with(STAGING) || n == "units");
        return Err(no(if is_partial {
            "not finished: there is no manifest.json yet; the command that writes it may still run, or was interrupted and goes on when it is given again".into()
        } else {
            "no results: there is no manifest.json; expected the folder of a run, sweep, compare, size, best, sensitivity or matrix".into()
        }));
    }
    let file = path.join(MANIFEST);
    let text =
        read_regular(&file, LONGEST).map_err(|cause| ResultsError::World { path: file, cause })?;
    let damaged = |why: String| ResultsError::Damaged {
        path: path.into(),
        file: MANIFEST.into(),
        why,
    };
    let schema = |v: &serde_json::Value| v.get("schema").and_then(|s| s.as_str()).map(String::from);
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|e| damaged(format!("not JSON: {e}")))?;
    match schema(&value) {
        Some(name) if name == SCHEMA => {}
        Some(name) => {
            return Err(damaged(format!(
                "its schema is {name}, this version reads {SCHEMA}"
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

#[cfg(test)]
mod tests;
