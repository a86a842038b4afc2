//! `rccsim plan`: the rounds of a study, and what they cost by a short trial. Nothing is kept, nothing published.

use clap::{Args, Subcommand};

use super::Outcome;
use super::best::BestArgs;
use super::compare::CompareArgs;
use super::fault::Fault;
use super::run::RunArgs;
use super::sensitivity::SensitivityArgs;
use super::size::SizeArgs;
use super::study::Division;
use super::sweep::SweepArgs;

/// Say what a study takes.
#[derive(Args)]
pub(super) struct PlanArgs {
    /// Among how many shards the study is divided
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,
    /// Cores of each shard
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    cores: u32,
    #[command(subcommand)]
    study: PlannedStudy,
}

#[derive(Subcommand)]
enum PlannedStudy {
    /// The replications of a run
    Run(RunArgs),
    /// A sweep
    Sweep(SweepArgs),
    /// A comparison
    Compare(CompareArgs),
    /// A search for a size
    Size(SizeArgs),
    /// A selection
    Best(BestArgs),
    /// An analysis of what is assumed
    Sensitivity(SensitivityArgs),
}

impl PlanArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Those that the study itself would begin with.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let plan = Some(Division {
            shards: self.shards,
            cores: self.cores,
        });
        match self.study {
            PlannedStudy::Run(mut run) => {
                run.plan = plan;
                run.run()
            }
            PlannedStudy::Sweep(mut sweep) => {
                sweep.study.plan = plan;
                sweep.run()
            }
            PlannedStudy::Compare(mut compare) => {
                compare.study.plan = plan;
                compare.run()
            }
            PlannedStudy::Size(mut size) => {
                size.study.plan = plan;
                size.run()
            }
            PlannedStudy::Best(mut best) => {
                best.study.plan = plan;
                best.run()
            }
            PlannedStudy::Sensitivity(mut sensitivity) => {
                sensitivity.study.plan = plan;
                sensitivity.run()
            }
        }
    }
}
