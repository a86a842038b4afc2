//! Flags that several commands share.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::fault::Fault;
use crate::scenario::{Override, Scenario, Source};

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Which scenario, and what is changed in it.
#[derive(Args)]
pub(super) struct ScenarioFlags {
    /// The scenario file
    pub file: PathBuf,
    /// Set a key: clients.refresh_interval="10 min" for every group, clients.NAME.refresh_interval for one
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of every random stream, instead of the scenario's
    #[arg(long)]
    pub seed: Option<u64>,
    /// Number of replications, instead of the scenario's
    #[arg(long, value_name = "N")]
    pub reps: Option<u64>,
}

impl ScenarioFlags {
    /// The overrides in their order; `--seed` and `--reps` come last.
    fn overrides(&self) -> Result<Vec<Override>, Fault> {
        let seed = self.seed.map(|n| format!("scenario.seed={n}"));
        let reps = self.reps.map(|n| format!("scenario.replications={n}"));
        let all = self.set.iter().chain(&seed).chain(&reps);
        all.map(|text| Ok(Override::parse(text)?)).collect()
    }

    /// Reads the scenario; its file is read once, since it may be a pipe.
    ///
    /// # Errors
    /// The file system's refusal, or what is wrong with the scenario or an override.
    pub(super) fn read(&self) -> Result<Scenario, Fault> {
        let overrides = self.overrides()?;
        Ok(Source::read(&self.file)?.under(overrides).scenario(&[])?)
    }

    /// The command that repeats a study of it, with more of `set` and these flags.
    pub(super) fn repeated(
        &self,
        command: &str,
        set: &str,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> String {
        let flags = flags.into_iter().map(|(flag, value)| written(flag, &value));
        self.canonical(command) + set + &flags.collect::<String>()
    }

    /// The command that repeats it, without what does not change the result.
    pub(super) fn canonical(&self, command: &str) -> String {
        let mut line = format!(
            "rccsim {command} {}",
            quoted(&self.file.display().to_string())
        );
        self.set
            .iter()
            .for_each(|set| line += &format!(" --set {}", quoted(set)));
        self.seed
            .iter()
            .for_each(|seed| line += &format!(" --seed {seed}"));
        self.reps
            .iter()
            .for_each(|reps| line += &format!(" --reps {reps}"));
        line
    }
}

/// As a shell would read it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=:".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A flag as it continues a command line; without a value where that is empty.
pub(super) fn written(flag: &str, value: &str) -> String {
    if value.is_empty() {
        format!(" {flag}")
    } else {
        format!(" {flag} {}", quoted(value))
    }
}

/// The results folder of a scenario: a name is any text, a folder of it lies under `results`, nowhere else.
pub(super) fn results_folder(name: &str, suffix: &str) -> PathBuf {
    let name = name.replace(['/', '\\', ':'], "-");
    Path::new("results").join(format!("{}{suffix}", name.trim_start_matches('.')))
}

/// On how many threads.
#[derive(Args)]
pub(super) struct JobsFlag {
    /// Threads; the result does not depend on them [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

impl JobsFlag {
    /// How many threads are used.
    pub(super) fn threads(&self) -> usize {
        self.jobs.map_or_else(
            || std::thread::available_parallelism().map_or(1, Into::into),
            usize::from,
        )
    }

    /// A pool of that many threads.
    ///
    /// # Errors
    /// The system refuses the threads.
    pub(super) fn pool(&self) -> Result<rayon::ThreadPool, Fault> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads())
            .build();
        pool.map_err(|e| Fault::World {
            what: "threads".into(),
            cause: std::io::Error::other(e),
        })
    }
}
