//! Where a study keeps its finished units and writes its results: the same for every command that asks for many runs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::Args;

use super::fault::Fault;
use super::flags::results_folder;
use super::progress::{Bar, interruptible};
use super::publish::publish;
use super::robustness::premises;
use crate::experiment::{Campaign, Monitor, Robustness, ShardName};
use crate::record::Study;
use crate::record::inputs::{self, Input};
use crate::record::{Folder, Known, Manifest, Premises, Record, Units, read_manifest, tables};
use crate::report::page::NAME;
use crate::report::plot;
use crate::study::{Row, Samples};

/// Where the results go, and what is left of the work.
#[derive(Args)]
pub(super) struct ResultsFlags {
    /// The results folder [default: results/<scenario name>-<command>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Keep the finished units after the results are written: the same command with more replications then goes on from them
    #[arg(long)]
    keep_units: bool,
    /// Neither plots nor report, nor the trials behind assumptions: the figures alone
    #[arg(long)]
    no_report: bool,
}

/// Where the finished units are, within the results folder.
const UNITS: &str = "units";

/// A results folder in the making, and the campaign whose results it will hold.
pub(super) struct Results {
    folder: Folder,
    path: PathBuf,
    keep_units: bool,
    no_report: bool,
    quiet: bool,
    bar: SharedBar,
    /// The work.
    pub campaign: Campaign,
}

type SharedBar = Arc<Mutex<Option<Bar>>>;

fn lock(bar: &SharedBar) -> MutexGuard<'_, Option<Bar>> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A campaign before the eyes of somebody at a terminal.
struct Terminal {
    bar: SharedBar,
    quiet: bool,
}

impl Monitor for Terminal {
    fn expect(&self, total_us: u64) {
        if let Some(bar) = lock(&self.bar).as_ref() {
            bar.until(total_us);
        }
    }

    fn unusable(&self, shard: &ShardName, why: &str) {
        if !self.quiet {
            let file = shard.file();
            eprintln!("warning: a finished unit is {why} and is simulated again: {file}");
        }
    }
}

/// What the files of a study hold.
pub(super) struct Files<'a> {
    /// `scenario.toml`; of several alternatives each its own.
    pub scenarios: Vec<(String, String)>,
    /// `inputs.csv`.
    pub inputs: Vec<Input>,
    /// `summary.json`.
    pub record: &'a Record,
    /// The scenario file as the command named it.
    pub file: String,
    /// A label and what the replications said, for `summary.csv` and `runs.csv`.
    pub points: Vec<(String, &'a Samples)>,
}

impl ResultsFlags {
    /// Opens the folder and the units in it.
    ///
    /// # Errors
    /// The file system's refusal, or another process that is at work there.
    pub(super) fn open(
        &self,
        scenario: &str,
        command: &str,
        quiet: bool,
    ) -> Result<Results, Fault> {
        let path = self
            .out
            .clone()
            .unwrap_or_else(|| results_folder(scenario, &format!("-{command}")));
        let folder = Folder::open(&path)?;
        let units = Units::open(&path.join(UNITS))?;
        let handle = interruptible();
        let bar = Arc::new(Mutex::new(Some(Bar::watch(&handle, !quiet))));
        let terminal = Terminal {
            bar: Arc::clone(&bar),
            quiet,
        };
        let campaign = Campaign::new(units, handle, terminal);
        Ok(Results {
            folder,
            path,
            keep_units: self.keep_units,
            no_report: self.no_report,
            quiet,
            bar,
            campaign,
        })
    }
}

impl Results {
    /// Says how much was found of an earlier process and, where this one was interrupted, how to go on.
    pub(super) fn tell(&self, interrupted: bool) {
        drop(lock(&self.bar).take());
        let shards = self.campaign.shards();
        if !self.quiet && (interrupted || shards.is_resumed()) {
            eprintln!(
                "{} finished units found, {} of no use, {} simulated",
                shards.reused, shards.unusable, shards.simulated
            );
        }
        if interrupted {
            let units = self.path.join(UNITS);
            eprintln!(
                "interrupted: the finished units are in {}; the same command goes on from there",
                units.display()
            );
        }
    }

    /// What the answer depends on, as far as a report is asked for; `None`: interrupted. `command` repeats the study with a
    /// further flag.
    pub(super) fn premises(
        &self,
        check: impl FnOnce(&Campaign) -> Option<Robustness>,
        command: impl Fn(&str) -> String,
    ) -> Option<Premises> {
        if self.no_report {
            Some(Premises::default())
        } else {
            check(&self.campaign).map(|robustness| premises(robustness, command))
        }
    }

    /// Writes the files, the manifest last, and removes the units; where they are.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn publish(mut self, files: &Files) -> Result<PathBuf, Fault> {
        for (name, text) in &files.scenarios {
            self.folder
                .put(name, |out| out.write_all(text.as_bytes()))?;
        }
        self.folder
            .put("inputs.csv", |out| inputs::write(&files.inputs, out))?;
        self.folder.put("summary.json", |out| {
            out.write_all(files.record.json().as_bytes())
        })?;
        let rows: Vec<(&str, Vec<Row>)> = files
            .points
            .iter()
            .map(|(label, s)| (label.as_str(), s.rows()))
            .collect();
        let rows = rows.iter().map(|(label, rows)| (*label, &rows[..]));
        self.folder
            .put("summary.csv", |out| Ok(tables::figures(rows, out)?))?;
        let runs = files
            .points
            .iter()
            .map(|(label, samples)| (label.as_str(), *samples));
        self.folder
            .put("runs.csv", |out| Ok(tables::runs(runs, out)?))?;
        let manifest = Manifest::new(files.record, Some(files.file.clone()));
        let path = publish(
            self.folder,
            manifest,
            files.record,
            files.known(),
            None,
            self.no_report,
            self.quiet,
        )?;
        if !self.keep_units {
            self.campaign.publish()?;
        }
        Ok(path)
    }
}

impl<'a> Files<'a> {
    /// Those of a study with its record, its scenarios and its inputs.
    pub(super) fn of(
        study: &'a Study,
        record: &'a Record,
        file: &str,
        scenarios: Vec<(String, String)>,
        inputs: Vec<Input>,
    ) -> Self {
        Files {
            scenarios,
            inputs,
            record,
            file: file.into(),
            points: study
                .tried
                .iter()
                .map(|t| (t.label(), &t.samples))
                .collect(),
        }
    }

    /// What a report need not read back.
    fn known(&self) -> Known<'a> {
        let scenario = self.scenarios.first().map(|(_, text)| text.clone());
        Known {
            inputs: self.inputs.clone(),
            scenario: scenario.unwrap_or_default(),
            points: self.points.clone(),
            run: None,
            ladder: None,
        }
    }

    /// "Files: results/x (…)." for people.
    pub(super) fn told(&self, path: &Path) -> String {
        let listed = |name: &str| {
            read_manifest(path).is_some_and(|m| m.files.keys().any(|file| file.starts_with(name)))
        };
        let report = if listed(NAME) { "report.html, " } else { "" };
        let plots = listed(plot::FOLDER).then(|| format!("{}/", plot::FOLDER));
        let scenarios: Vec<&str> = self
            .scenarios
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(plots.as_deref())
            .collect();
        format!(
            "Files: {} ({report}summary.json, summary.csv, runs.csv, {}).\n",
            path.display(),
            scenarios.join(", ")
        )
    }
}
