//! `rccsim submit`: prints the script that has a study done by many machines. It runs nothing.

use clap::{Args, ValueEnum};

use super::Outcome;
use super::fault::Fault;
use super::flags::shell_quote;
use super::terminal::print;

/// Who hands the shards to machines.
#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// A job array, then a job that depends on it
    Slurm,
    /// An Indexed Job, then a Job
    Kubernetes,
    /// GNU parallel over ssh
    Parallel,
}

impl Engine {
    fn template(self) -> &'static str {
        match self {
            Self::Slurm => include_str!("submit/slurm.sh"),
            Self::Kubernetes => include_str!("submit/kubernetes.yaml"),
            Self::Parallel => include_str!("submit/parallel.sh"),
        }
    }
}

/// The commands whose units can be shared.
const STUDIES: [&str; 6] = ["run", "sweep", "compare", "size", "best", "sensitivity"];

/// Print the script that has a study done by many machines; it is yours to run.
#[derive(Args)]
pub(super) struct SubmitArgs {
    /// Who hands the shards to machines
    #[arg(long, value_enum)]
    engine: Engine,
    /// How many shards
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    shards: u32,
    /// How often the shards are started, one time after the other: for the units, then for the trials of what is assumed; what
    /// size, best and --precision decide between rounds takes more. Publishing does what is left [Slurm, GNU parallel]
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Cores of each shard
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=1024))]
    cores: u32,
    /// Time limit of each shard, in hours
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=999))]
    hours: u32,
    /// The study, as it would be typed: sweep models/studies/refresh-interval.toml --reps 50 --out DIR
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    study: Vec<String>,
}

impl SubmitArgs {
    /// Prints the script.
    ///
    /// # Errors
    /// A command that is no study, or lacks --out.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        print(&self.script()?)?;
        Ok(Outcome::Pass)
    }

    fn script(&self) -> Result<String, Fault> {
        let refuse = |why: String| Err(Fault::Input(format!("submit: {why}")));
        let command = &self.study[0];
        if !STUDIES.contains(&command.as_str()) {
            return refuse(format!(
                "found {command:?}, expected a study: {}",
                STUDIES.join(", ")
            ));
        }
        let has = |flag: &str| {
            let with_value = format!("{flag}=");
            self.study
                .iter()
                .any(|arg| arg == flag || arg.starts_with(&with_value))
        };
        for (flag, why) in [
            ("--shard", "the script gives each shard its own"),
            ("--jobs", "--cores says how many threads a shard has"),
            ("--no-folder", "the shards meet in a folder"),
        ] {
            if has(flag) {
                return refuse(format!("leave {flag} out of the study: {why}"));
            }
        }
        if !has("--out") {
            return refuse(
                "give the study an --out that all machines see: the shards meet there".into(),
            );
        }
        let words = std::iter::once("rccsim".to_string()).chain(self.study.iter().cloned());
        let line: Vec<String> = words.map(|word| shell_quote(&word)).collect();
        let line = line.join(" ");
        // The command as the beginning of a word in single quotes, which the template ends.
        let inner = format!("'{}", line.replace('\'', "'\\''"));
        let of_yaml = format!("'{}", line.replace('\'', "''"));
        let inner = match self.engine {
            Engine::Kubernetes => of_yaml,
            Engine::Slurm | Engine::Parallel => inner,
        };
        let rounds: Vec<String> = (1..=self.rounds).map(|n| n.to_string()).collect();
        Ok(self
            .engine
            .template()
            .replace("{{quoted}}", &inner)
            .replace("{{command}}", &line)
            .replace("{{shards}}", &self.shards.to_string())
            .replace("{{rounds}}", &rounds.join(" "))
            .replace("{{cores}}", &self.cores.to_string())
            .replace("{{hours}}", &self.hours.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(engine: Engine, study: &[&str]) -> Result<String, String> {
        let args = SubmitArgs {
            engine,
            shards: 10,
            rounds: 2,
            cores: 2,
            hours: 4,
            study: study.iter().map(|s| s.to_string()).collect(),
        };
        args.script().map_err(|e| e.to_string())
    }

    const STUDY: [&str; 6] = [
        "sweep",
        "s.toml",
        "--vary",
        "clients.refresh_interval=5 min, 60 min",
        "--out",
        "shared/it's",
    ];

    #[test]
    fn every_engine_has_every_word_of_the_study() {
        for engine in [Engine::Slurm, Engine::Kubernetes, Engine::Parallel] {
            let script = script(engine, &STUDY).unwrap();
            assert!(!script.contains("{{"), "{script}");
            assert!(
                script.contains("refresh_interval=5 min, 60 min"),
                "{script}"
            );
            assert!(script.contains("/10"), "{script}");
        }
        let slurm = script(Engine::Slurm, &STUDY).unwrap();
        for part in [
            "--array=1-10",
            "--requeue",
            "--signal=TERM@15",
            "--shard /10",
            "for round in 1 2; do",
            "afterok",
        ] {
            assert!(slurm.contains(part), "{part}: {slurm}");
        }
    }

    #[test]
    fn what_cannot_be_shared_is_refused() {
        for (study, why) in [
            (&["check", "s.toml", "--out", "d"][..], "expected a study"),
            (&["sweep", "s.toml"], "give the study an --out"),
            (
                &["sweep", "s.toml", "--out=d", "--shard", "1/2"],
                "leave --shard out",
            ),
            (
                &["sweep", "s.toml", "--out=d", "--jobs=3"],
                "leave --jobs out",
            ),
            (&["sweep", "s.toml", "--no-folder"], "leave --no-folder out"),
        ] {
            let refused = script(Engine::Slurm, study).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
