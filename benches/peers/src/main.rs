//! Runs rccsim and its peers in turn on the same scenario, checks that they agree, and prints how much faster rccsim is.

mod agreement;
mod prepare;
mod race;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rccsim_peers::figures::Counts;
use rccsim_peers::setting::{Scope, Setting};
use rccsim_peers::system::System;
use rccsim_peers::{by_desque, by_nexosim};

/// The same model in rccsim, SimPy, NeXosim and desque: do their figures agree, and how much faster is rccsim?
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    step: Option<Step>,
    /// The peers to run.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [System::Simpy, System::Nexosim, System::Desque])]
    peers: Vec<System>,
    /// Whole: one event set, of which the bars speak; groups: one per gateway; lean: one, without timers that stop nothing.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Scope::Whole, Scope::Groups, Scope::Lean])]
    scopes: Vec<Scope>,
    /// Alternated runs of each, every one with another seed.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(2..))]
    rounds: u32,
    /// Sets a key of the scenario, for another trial: the bars are not judged then.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Subcommand)]
enum Step {
    /// One run of one peer: settings come in as JSON, counts go out.
    #[command(hide = true)]
    One {
        /// Which.
        #[arg(value_enum)]
        system: System,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.step {
        Some(Step::One { system }) => one(system).map(|()| ExitCode::SUCCESS),
        None => compare(&args),
    };
    done.unwrap_or_else(|e| {
        eprintln!("error: {e}");
        ExitCode::FAILURE
    })
}

fn one(system: System) -> Result<(), String> {
    let settings: Vec<Setting> =
        serde_json::from_reader(std::io::stdin()).map_err(|e| e.to_string())?;
    let simulate = match system {
        System::Desque => by_desque::simulate,
        System::Nexosim => by_nexosim::simulate,
        System::Rccsim | System::Simpy => {
            return Err(format!("{} is not part of this program", system.name()));
        }
    };
    let counts: Counts = settings.iter().map(simulate).sum();
    println!(
        "{}",
        serde_json::to_string(&counts).map_err(|e| e.to_string())?
    );
    Ok(())
}

fn compare(args: &Args) -> Result<ExitCode, String> {
    let peers: Vec<System> = args
        .peers
        .iter()
        .copied()
        .filter(|p| *p != System::Rccsim)
        .collect();
    if peers.is_empty() || args.scopes.is_empty() {
        return Err("no peer is asked for: --peers takes simpy, nexosim and desque".into());
    }
    let programs = prepare::programs(peers.contains(&System::Simpy))?;
    for peer in &peers {
        prepare::check_exact_cases(&programs, *peer)?;
    }
    let lanes = race::lanes(&programs, &peers, &args.scopes, &args.set)?;
    let lanes = race::run(&programs, lanes, &args.set, args.rounds)?;
    let judged = agreement::judge(&lanes);
    let is_whole = args.set.is_empty();
    print!("{}", table::text(&lanes, &judged, is_whole));
    table::write_csv(&lanes, &prepare::results_file())?;
    let disagreements = judged.iter().filter(|j| !j.agrees()).count();
    let below = lanes.iter().filter(|l| is_whole && l.misses_bar()).count();
    Ok(match (disagreements, below) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(3),
        _ => ExitCode::FAILURE,
    })
}
