//! `rccsim report`: the report of a results folder, as the command that made the folder wrote it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::complete::{bare, complete, predictions};
use super::fault::{Fault, print};
use crate::record::{Folder, Known, Manifest, Record, Results, VERSION};
use crate::report::page::{NAME, page};
use crate::report::plot;
use crate::theory::Prediction;

/// Write reports.
#[derive(Args)]
pub(super) struct Report {
    /// Results folders; each gets its own report (of several together: rccsim compare DIR DIR …)
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// No list of what was written, and no warnings
    #[arg(long, short)]
    quiet: bool,
}

impl Report {
    /// Runs the command.
    ///
    /// # Errors
    /// A folder without valid results, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        for path in &self.folders {
            report(path, self.quiet)?;
            if !self.quiet {
                print(&format!("{}\n", path.join(NAME).display()))?;
            }
        }
        Ok(Outcome::Pass)
    }
}

/// Publishes a folder, with plots and a report of the record and what else is known, of a run with the predictions of its plan, unless that is not wanted.
///
/// # Errors
/// The file system's refusal.
pub(super) fn publish(
    mut folder: Folder,
    manifest: Manifest,
    record: &Record,
    known: Known,
    predictions: Option<&[Prediction]>,
    no_report: bool,
    quiet: bool,
) -> Result<PathBuf, Fault> {
    if !no_report {
        let results = folder.results(&manifest, record, known);
        draw(&mut folder, &results, predictions, quiet)?;
    }
    Ok(folder.publish(manifest)?)
}

/// Writes plots and report of results into a folder.
fn draw(
    folder: &mut Folder,
    results: &Results,
    predictions: Option<&[Prediction]>,
    quiet: bool,
) -> Result<(), Fault> {
    let (plots, left_out) = (plot::plots(results)?, plot::left_out(results)?);
    let (drawings, page) = rayon::join(
        || plot::draw(&plots),
        || page(results, &plots, &left_out, predictions),
    );
    plot::write(folder, &drawings)?;
    if !quiet {
        left_out.iter().for_each(|why| eprintln!("warning: {why}"));
    }
    let page = page?;
    Ok(folder.put(NAME, |out| out.write_all(page.as_bytes()))?)
}

/// Writes plots and report of a published folder anew, and their digests into the manifest.
fn report(path: &Path, quiet: bool) -> Result<(), Fault> {
    let results = Results::read(path)?;
    if results.manifest.version != VERSION {
        return Err(Fault::Input(format!(
            "{}: made by version {}, this is {VERSION}: each version reports its own results; run it again",
            path.display(),
            results.manifest.version
        )));
    }
    let mut folder = Folder::open(path)?;
    if let Some(run) = bare(&results)
        && let Err(why) = complete(run, &results, &mut folder)?
        && !quiet
    {
        eprintln!(
            "warning: {}: the report lacks the ladder of a lost session and the trials behind assumptions ({why}); `{}` makes them",
            path.display(),
            results.record().head().command
        );
    }
    let results = folder.results_over(results)?;
    let predictions = predictions(&results)?;
    draw(&mut folder, &results, predictions.as_deref(), quiet)?;
    Ok(folder.amend(results.manifest)?)
}
