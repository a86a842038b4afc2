//! The only printer: results to stdout, progress and warnings to stderr, one file per subcommand.

mod advice;
mod answer;
mod best;
mod best_answer;
mod check;
mod client;
mod compare;
mod compare_side;
mod complete;
mod conduct;
mod design;
mod fault;
mod flags;
mod gateway;
mod identify;
mod init;
mod inputs;
mod live;
mod matrix;
mod memory;
mod outcome;
mod pcap;
mod peer;
mod probe;
mod profiles;
mod progress;
mod publish;
mod report;
mod results;
mod robustness;
mod run;
mod sensitivity;
mod share;
mod size;
mod size_answer;
mod store;
mod study;
mod submit;
mod sweep;
mod sweep_answer;
mod terminal;
mod trace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::Outcome;
use terminal::say;

/// Simulates Remote Call Control deployments: will the gateway keep the sessions, and what is missed if not?
#[derive(Parser)]
#[command(name = "rccsim", version, long_version = crate::version::IDENTITY, max_term_width = 100)]
#[command(
    after_help = "Exit code: 0 pass, 1 could not run, 2 bad input, 3 objective missed, 4 inconclusive, 130 interrupted.\n\
    Begin with: rccsim init my-question.toml, then rccsim run my-question.toml"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a commented scenario to start from
    Init(init::InitArgs),
    /// List the profiles, or show one with the provenance of each value
    Profiles(profiles::ProfilesArgs),
    /// Say what was understood of a scenario, each default with its source, without running it
    Check(check::CheckArgs),
    /// Simulate a scenario, judge its objectives and write its results folder
    Run(run::RunArgs),
    /// Simulate a scenario at many points: which of them serve, and at what load
    Sweep(sweep::SweepArgs),
    /// Which of several results or scenarios serves better, paired by replication
    Compare(compare::CompareArgs),
    /// The smallest or largest value of a key that meets every objective
    Size(size::SizeArgs),
    /// Print the script that has a study done by many machines, for Slurm, Kubernetes or GNU parallel
    Submit(submit::SubmitArgs),
    /// The point of least cost, or those within delta of each other
    Best(best::BestArgs),
    /// How far the answer moves with each value that nobody published, one at a time
    Sensitivity(sensitivity::SensitivityArgs),
    /// Every client profile against every gateway behaviour class, with what to change
    Matrix(matrix::MatrixArgs),
    /// The ladder of one session: every message, with the reason and its source
    Trace(trace::TraceArgs),
    /// Tell what a gateway and its client are from packet captures and logs, each value with its evidence
    Identify(identify::IdentifyArgs),
    /// Ask a live gateway what it is, with a session set up, refreshed in each way and left
    Probe(probe::ProbeArgs),
    /// Keep a session with a live gateway, refreshed for as long as asked
    Client(client::ClientArgs),
    /// Play a gateway of any class for a real client
    Gateway(gateway::GatewayArgs),
    /// Write the report.html of results folders anew
    Report(report::ReportArgs),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Init(command) => command.run(),
        Command::Profiles(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Sweep(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Size(command) => command.run(),
        Command::Submit(command) => command.run(),
        Command::Best(command) => command.run(),
        Command::Sensitivity(command) => command.run(),
        Command::Matrix(command) => command.run(),
        Command::Trace(command) => command.run(),
        Command::Identify(command) => command.run(),
        Command::Probe(command) => command.run(),
        Command::Client(command) => command.run(),
        Command::Gateway(command) => command.run(),
        Command::Report(command) => command.run(),
    };
    match done {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(fault) => {
            say!("error: {fault}");
            ExitCode::from(fault.code())
        }
    }
}
