//! `rccsim matrix`: every client profile against every gateway behaviour class.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Outcome;
use super::advice::what;
use super::fault::Fault;
use super::flags::{JobsFlag, flag_text, results_folder};
use super::publish::publish;
use super::terminal::{print, print_text};
use crate::experiment::{self, CELL_USERS};
use crate::record::{Cell, MatrixRecord, tables};
use crate::record::{Folder, InMemory, Manifest, Record, VERSION};
use crate::report::matrix::{answer, text};
use crate::scenario::Override;

/// Client profiles against gateway behaviour classes.
#[derive(Args)]
pub(super) struct MatrixArgs {
    /// Set a key in every cell, like clients.reestablish="fixed 600 s"
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    jobs: JobsFlag,
    /// The results folder [default: results/matrix]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave no results folder: print only, with --format json the document that a notebook reads
    #[arg(long, conflicts_with = "out")]
    no_folder: bool,
    /// Neither plots nor report: the figures alone
    #[arg(long)]
    no_report: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = MatrixFormat::Text)]
    format: MatrixFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum MatrixFormat {
    /// For people
    Text,
    /// A line per cell
    Csv,
    /// For programs
    Json,
}

impl MatrixArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A key or value that there is not.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let pool = self.jobs.pool()?;
        // A folder that cannot be written says so before the work.
        let folder = match self.no_folder {
            true => None,
            false => Some(Folder::open(&self.folder())?),
        };
        let document = pool.install(|| matrix(&self.set, self.seed))?;
        let record = Record::Matrix(document.clone());
        let summary = record.json();
        let files = match folder {
            None => String::new(),
            Some(folder) => pool.install(|| self.publish(folder, &document, &record, &summary))?,
        };
        match self.format {
            MatrixFormat::Text => print_text(&(text(&document) + &files))?,
            MatrixFormat::Json => print(&summary)?,
            MatrixFormat::Csv => {
                let mut bytes = Vec::new();
                tables::matrix(&document, &mut bytes).map_err(|e| Fault::World {
                    action: "csv".into(),
                    cause: e.into(),
                })?;
                print(&String::from_utf8_lossy(&bytes))?;
            }
        }
        Ok(Outcome::Pass)
    }

    fn folder(&self) -> PathBuf {
        let out = self.out.clone();
        out.unwrap_or_else(|| results_folder("matrix", ""))
    }

    /// Writes the files; which there are, for people.
    fn publish(
        &self,
        mut folder: Folder,
        document: &MatrixRecord,
        record: &Record,
        summary: &str,
    ) -> Result<String, Fault> {
        folder.put("summary.json", |out| out.write_all(summary.as_bytes()))?;
        folder.put("summary.csv", |out| Ok(tables::matrix(document, out)?))?;
        let (manifest, results) = (Manifest::new(record, None), InMemory::default());
        let path = publish(
            &mut folder,
            manifest,
            record,
            results,
            None,
            self.no_report,
            true,
        )?;
        let (report, plots) = match self.no_report {
            true => ("", ""),
            false => ("report.html, ", ", plots/"),
        };
        Ok(format!(
            "Files: {} ({report}summary.json, summary.csv{plots}).\n",
            path.display()
        ))
    }
}

/// What helps most is shown of what helps.
const REMEDIES: usize = 3;

fn matrix(set: &[String], seed: u64) -> Result<MatrixRecord, Fault> {
    let is_profile = |s: &&String| {
        let key = s.split('=').next().unwrap_or_default().trim();
        key.rsplit('.').next() == Some("profile")
    };
    if let Some(profile) = set.iter().find(is_profile) {
        return Err(Fault::Input(format!(
            "--set {profile}: the rows and columns of the matrix are the profiles; set a single key of them instead"
        )));
    }
    let overrides: Vec<Override> = set
        .iter()
        .map(|s| Override::parse(s))
        .collect::<Result<_, _>>()?;
    let matrix = experiment::matrix(&overrides, seed)?;
    let cells: Vec<Cell> = matrix.cells.iter().map(cell).collect();
    let mut basis = format!(
        "Each cell: {CELL_USERS} users for 8 h, moderate use, no delay and no loss, seed {seed}. Sessions are set up again as the client profile says (rccsim profiles NAME)."
    );
    if !set.is_empty() {
        basis += &format!(" Changed: {}.", set.join(", "));
    }
    let mut command = "rccsim matrix".to_string();
    set.iter()
        .for_each(|set| command += &flag_text("--set", set));
    if seed != 1 {
        command += &flag_text("--seed", &seed.to_string());
    }
    Ok(MatrixRecord {
        schema: MatrixRecord::SCHEMA.into(),
        scenario: "matrix".into(),
        scenario_hash: matrix.hash,
        question: "Which client keeps its sessions behind which gateway?".into(),
        version: VERSION.into(),
        seed,
        answer: answer(&cells),
        command,
        basis,
        cells,
    })
}

/// The record of a cell.
fn cell(cell: &experiment::Cell) -> Cell {
    let method = match cell.methods[..] {
        [] => "none".into(),
        _ => cell.methods.join(", then "),
    };
    let remedy = |help: &experiment::Help| {
        let note = if help.after.drops == 0 {
            ""
        } else {
            " (helps, does not cure)"
        };
        format!("{}{note}", what(help))
    };
    Cell {
        gateway: cell.gateway.clone(),
        client: cell.client.clone(),
        method,
        first_loss_s: cell.first_loss_s,
        cause: cell.cause.map(|cause| cause.name().into()),
        down_fraction: cell.down_fraction,
        missed_toasts_per_user_day: cell.missed_toasts_per_user_day,
        remedy: cell.helps.iter().take(REMEDIES).map(remedy).collect(),
    }
}
