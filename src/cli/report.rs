//! `rccsim report`: the report of a results folder, as the command that made the folder wrote it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::complete::{bare, complete, predictions};
use super::fault::Fault;
use super::memory;
use super::publish::draw;
use super::terminal::{print, say};
use crate::record::{Folder, Results, VERSION};
use crate::report::page::NAME;

/// Write reports.
#[derive(Args)]
pub(super) struct ReportArgs {
    /// Results folders; each gets its own report (of several together: rccsim compare DIR DIR …)
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// No list of what was written, and no warnings
    #[arg(long, short)]
    quiet: bool,
}

impl ReportArgs {
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

/// Writes plots and report of a published folder anew, and their digests into the manifest.
fn report(path: &Path, quiet: bool) -> Result<(), Fault> {
    memory::check_record(path)?;
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
        say!(
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
