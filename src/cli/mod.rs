//! The only printer: results to stdout, progress and warnings to stderr, one file per subcommand.

mod advice;
mod answer;
mod ask;
mod best;
mod best_answer;
mod check;
mod client;
mod columns;
mod compare;
mod compare_side;
mod complaint;
mod complete;
mod conduct;
mod design;
mod drop_table;
mod fault;
mod fit;
mod flags;
mod front;
mod front_answer;
mod gateway;
mod global;
mod global_answer;
mod help;
mod identify;
mod init;
mod inputs;
mod joint;
mod live;
mod markdown;
mod matrix;
mod memory;
mod models;
mod outcome;
mod outlook;
mod pcap;
mod peer;
mod plan;
mod probe;
mod profiles;
mod progress;
mod publish;
mod report;
mod results;
mod robustness;
mod run;
mod scenario_source;
mod schema;
mod sensitivity;
mod share;
mod shell;
mod signal;
mod size;
mod size_answer;
mod store;
mod study;
mod submit;
mod sweep;
mod sweep_answer;
mod terminal;
mod trace;
mod trials;
mod wrap;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};

use outcome::Outcome;
use terminal::say;

use crate::scenario::{ShippedScenario, nearest_name};

/// Simulates Remote Call Control deployments: will the gateway keep the sessions, and what is missed if not?
#[derive(Parser)]
#[command(disable_help_subcommand = true, name = "rccsim", version, long_version = crate::version::IDENTITY, term_width = terminal::help_width())]
#[command(
    after_help = "Exit code: 0 pass, 1 could not run, 2 bad input, 3 objective missed, 4 inconclusive, 130 interrupted.\n\
    Begin with: rccsim models, then rccsim run nec-r2; or rccsim init my-question.toml, then rccsim run my-question.toml"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    manner: terminal::Manner,
}

#[derive(Subcommand)]
enum Command {
    /// Explain a table, a key, a metric, a profile or a command: rccsim help clients.reestablish
    Help(help::HelpArgs),
    /// Write a commented scenario to start from
    Init(init::InitArgs),
    /// List the shipped scenarios with their questions, or print one
    Models(models::ModelsArgs),
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
    /// Say the rounds of a study and what they cost in core-hours, without doing it
    Plan(plan::PlanArgs),
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
    /// Print the JSON Schema of scenarios or profiles, for editors
    Schema(schema::SchemaArgs),
    /// Print completions for a shell: rccsim completions bash > /etc/bash_completion.d/rccsim
    Completions(shell::CompletionsArgs),
    /// Write man pages into a folder
    #[command(hide = true)]
    Man(shell::ManArgs),
}

/// The error, which names the command that was meant where it is about that: a near one, or `run` before a scenario.
fn unknown_command(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let names = help::command_names(&Cli::command());
    let near = match ShippedScenario::by_name(word) {
        _ if word.ends_with(".toml") => Some(format!("run {word}")),
        Some(model) => Some(format!("run {}", model.name)),
        None => nearest_name(word, names.iter().map(String::as_str)).map(String::from),
    };
    if let Some(near) = near {
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(vec![near]),
        );
    }
    error
}

/// Shows what clap has to say, help and the version too, and is the exit code of that.
fn clap_exit_code(error: &clap::Error) -> ExitCode {
    let code = if error.use_stderr() { 2 } else { 0 };
    match terminal::ignore_closed_reader(error.print()) {
        Ok(()) => ExitCode::from(code),
        Err(fault) => {
            say!("{}", complaint::complaint(&fault));
            ExitCode::from(fault.code())
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    signal::listen();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return clap_exit_code(&unknown_command(error)),
    };
    cli.manner.hold();
    let result = match cli.command {
        Command::Help(command) => command.run(Cli::command()),
        Command::Init(command) => command.run(),
        Command::Models(command) => command.run(),
        Command::Profiles(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Sweep(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Size(command) => command.run(),
        Command::Plan(command) => command.run(),
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
        Command::Schema(command) => command.run(),
        Command::Completions(command) => command.run(Cli::command()),
        Command::Man(command) => command.run(Cli::command()),
    };
    match result {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(fault) => {
            say!("{}", complaint::complaint(&fault));
            ExitCode::from(fault.code())
        }
    }
}
