//! Flags that several commands share.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::fault::Fault;
use super::scenario_source::source;
use crate::scenario::{Override, Scenario};

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
    /// The scenario: a file, - for standard input, or the name of a shipped one (rccsim models), where no such file is
    pub file: PathBuf,
    /// Set a key: clients.refresh_interval="10 min" for every group, clients.NAME.refresh_interval for one
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of every random stream, instead of the scenario's
    #[arg(long)]
    pub seed: Option<u64>,
    /// Number of replications, instead of the scenario's
    #[arg(long, value_name = "N", visible_alias = "replications")]
    pub reps: Option<u64>,
}

impl ScenarioFlags {
    /// The overrides in their order; `--seed` and `--reps` come last.
    fn overrides(&self) -> Result<Vec<Override>, Fault> {
        let seed = self.seed.map(|n| format!("scenario.seed={n}"));
        let reps = self.reps.map(|n| format!("scenario.replications={n}"));
        let texts = self.set.iter().chain(&seed).chain(&reps);
        texts.map(|text| Ok(Override::parse(text)?)).collect()
    }

    /// Reads the scenario; its file is read once, since it may be a pipe.
    ///
    /// # Errors
    /// The file system's refusal, or what is wrong with the scenario or an override.
    pub(super) fn read(&self) -> Result<Scenario, Fault> {
        let overrides = self.overrides()?;
        Ok(source(&self.file)?.under(overrides).scenario(&[])?)
    }

    /// The command that repeats a study of it, with more of `set` and these flags.
    pub(super) fn repeated(
        &self,
        command: &str,
        set: &str,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> String {
        let flags = flags
            .into_iter()
            .map(|(flag, value)| flag_text(flag, &value));
        self.canonical(command) + set + &flags.collect::<String>()
    }

    /// The command that repeats it, without what does not change the result.
    pub(super) fn canonical(&self, command: &str) -> String {
        let mut line = format!(
            "rccsim {command} {}",
            shell_quote(&portable_name(&self.file))
        );
        self.set
            .iter()
            .for_each(|set| line += &format!(" --set {}", shell_quote(set)));
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
pub(super) fn shell_quote(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/=:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A file as results name it: as the command does, but by no absolute path. A result is the same on every machine.
pub(super) fn portable_name(path: &Path) -> String {
    named_by(path, 1)
}

/// Files as results name them, each differently.
pub(super) fn named_all(paths: &[PathBuf]) -> Vec<String> {
    let longest = paths.iter().map(|path| path.components().count()).max();
    let by = |parts: usize| -> Vec<String> { paths.iter().map(|p| named_by(p, parts)).collect() };
    let differ = |names: &Vec<String>| {
        let differing: BTreeSet<&String> = names.iter().collect();
        differing.len() == names.len()
    };
    let mut candidates = (1..=longest.unwrap_or(1)).map(by);
    candidates.find(differ).unwrap_or_else(|| by(1))
}

/// Of an absolute path what is below the folder of the command, else its last parts.
fn named_by(path: &Path, parts: usize) -> String {
    if !path.is_absolute() {
        return path.display().to_string();
    }
    let folder = std::env::current_dir().unwrap_or_default();
    let name = match path.strip_prefix(folder) {
        Ok(below) if below.file_name().is_some() => below.to_path_buf(),
        _ => {
            let components: Vec<_> = path.components().skip(1).collect();
            components[components.len().saturating_sub(parts)..]
                .iter()
                .collect()
        }
    };
    name.display().to_string()
}

/// A flag as it continues a command line; without a value where that is empty.
pub(super) fn flag_text(flag: &str, value: &str) -> String {
    if value.is_empty() {
        format!(" {flag}")
    } else {
        format!(" {flag} {}", shell_quote(value))
    }
}

/// The results folder of a scenario: a name is any text, a folder of it lies under `results`, nowhere else.
pub(super) fn results_folder(name: &str, suffix: &str) -> PathBuf {
    let stem = name.replace(['/', '\\', ':'], "-");
    let mut stem = stem.trim_start_matches('.');
    let mut rest = String::new();
    if stem.len() > FOLDER_LONGEST {
        // Of two long names that begin alike, each has a folder of its own.
        stem = &stem[..stem.floor_char_boundary(FOLDER_LONGEST)];
        rest = format!("-{}", &blake3::hash(name.as_bytes()).to_hex()[..8]);
    }
    if stem.is_empty() {
        stem = "unnamed";
    }
    Path::new("results").join(format!("{stem}{rest}{suffix}"))
}

/// Bytes of a name in that of a folder: file systems take 255, of which a part is for what stands before and after it.
const FOLDER_LONGEST: usize = 180;

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
            action: "threads".into(),
            cause: std::io::Error::other(e),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_folder_that_a_file_system_takes() {
        let folder = |name: &str| results_folder(name, "-sweep").display().to_string();
        assert_eq!(folder("a/b"), "results/a-b-sweep");
        assert_eq!(folder("...a"), "results/a-sweep");
        assert_eq!(folder("..."), "results/unnamed-sweep");
        let long = |last: &str| folder(&("ä€𝄞".repeat(33) + last));
        assert!((190..220).contains(&long("a").len()), "{}", long("a"));
        assert_ne!(long("a"), long("b"));
    }

    #[test]
    fn no_absolute_path_names_a_file() {
        let folder = std::env::current_dir().unwrap();
        assert_eq!(portable_name(Path::new("models/a.toml")), "models/a.toml");
        assert_eq!(portable_name(Path::new("../a.toml")), "../a.toml");
        assert_eq!(
            portable_name(&folder.join("models/a.toml")),
            "models/a.toml"
        );
        assert_eq!(portable_name(Path::new("/home/somebody/a.toml")), "a.toml");
        let paths = ["/x/a/out", "/x/b/out", "c/out"].map(PathBuf::from);
        assert_eq!(named_all(&paths), ["a/out", "b/out", "c/out"]);
        assert_eq!(named_all(&paths[..1]), ["out"]);
    }
}
