//! A run that leaves no folder.

use super::RunArgs;
use crate::cli::fault::Fault;
use crate::cli::flags::Format;
use crate::cli::outcome::Outcome;
use crate::cli::results::watched;
use crate::cli::store::run_fault;
use crate::cli::terminal::{print_answer, print_record, say};
use crate::experiment::{self, FirstLosses, NoStore};
use crate::record::Record;
use crate::report::run::text;
use crate::scenario::Scenario;

impl RunArgs {
    /// Simulates it in memory: what is printed is all that is left of it.
    pub(super) fn print_only(&self, scenario: &Scenario) -> Result<Outcome, Fault> {
        let (campaign, bar) = watched(NoStore, self.quiet);
        let pool = self.jobs.pool()?;
        let targets = self.precision.targets(scenario.study.as_ref())?;
        let replications = self.replications(scenario, &targets);
        // No row of a lost session is wanted.
        let mut losses = FirstLosses::new(0);
        let simulated =
            pool.install(|| experiment::run(scenario, replications, &campaign, &mut losses));
        bar.end();
        let samples = match simulated.map_err(|e| run_fault("scratch space", e))? {
            Some(samples) if samples.samples.replications() > 0 => samples,
            _ => {
                say!("interrupted before the first replication was finished");
                return Ok(Outcome::Interrupted);
            }
        };
        let run = pool.install(|| self.assess(scenario, samples));
        let record = pool.install(|| self.record(scenario, &run, &campaign))?;
        let text = text(&record, &run.assessment, &run.spread, &run.steady);
        self.print(&Record::Run(record), &text)?;
        self.capture(scenario)?;
        Ok(run.outcome())
    }

    /// Prints the answer, or the document.
    pub(super) fn print(&self, record: &Record, text: &str) -> Result<(), Fault> {
        match self.format {
            Format::Json => print_record(record),
            Format::Text => print_answer(text, record.head().verdict),
        }
    }
}
