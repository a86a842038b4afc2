//! The simulators, each run as a process of its own, and the processor time that it took.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::Value;

use crate::figures::{Counts, FIGURES};
use crate::setting::Setting;

/// A simulator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub enum System {
    /// rccsim, the program.
    Rccsim,
    /// SimPy, in Python.
    Simpy,
    /// NeXosim.
    Nexosim,
    /// desque.
    Desque,
}

impl System {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            System::Rccsim => "rccsim",
            System::Simpy => "SimPy",
            System::Nexosim => "NeXosim",
            System::Desque => "desque",
        }
    }

    /// How many times rccsim's processor time it must take with the whole deployment in one event set.
    pub fn bar(self) -> Option<f64> {
        match self {
            System::Rccsim => None,
            System::Simpy => Some(60.0),
            System::Nexosim => Some(15.0),
            System::Desque => Some(5.0),
        }
    }
}

/// What one process gave.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The figures of [`FIGURES`].
    pub figures: [f64; FIGURES.len()],
    /// Events processed, where the system says so.
    pub events: Option<u64>,
    /// Processor time from start to answer, user and system.
    pub cpu_s: f64,
}

/// The programs, built and installed.
#[derive(Clone, Debug)]
pub struct Programs {
    /// rccsim's.
    pub rccsim: PathBuf,
    /// The scenario.
    pub scenario: PathBuf,
    /// Where rccsim may write its results.
    pub scratch: PathBuf,
    /// This one, which holds the peers in Rust.
    pub peers: PathBuf,
    /// A Python that has SimPy, if wanted.
    pub python: Option<PathBuf>,
    /// The model in SimPy.
    pub simpy_model: PathBuf,
}

impl Programs {
    /// Runs rccsim on the scenario, on one thread.
    ///
    /// # Errors
    /// It cannot be run, or says something else than its summary.
    pub fn run_rccsim(&self, set: &[String], seed: u64) -> Result<Run, String> {
        let mut command = Command::new(&self.rccsim);
        command
            .arg("run")
            .arg(&self.scenario)
            .args(["--seed", &seed.to_string()]);
        command.args([
            "--reps",
            "1",
            "--jobs",
            "1",
            "--no-report",
            "--quiet",
            "--format",
            "json",
            "--out",
        ]);
        command.arg(&self.scratch);
        command.args(set.iter().flat_map(|s| ["--set", s]));
        let (text, cpu_s) = timed(command, "")?;
        std::fs::remove_dir_all(&self.scratch)
            .map_err(|e| format!("{}: {e}", self.scratch.display()))?;
        let summary: Value = serde_json::from_str(&text).map_err(|e| format!("rccsim: {e}"))?;
        let figure = |metric: &str| {
            let rows = summary["rows"].as_array().into_iter().flatten();
            let mut of_all = rows.filter(|r| {
                r["scope"] == "all" && r["metric"] == metric && r.get("cause").is_none()
            });
            of_all
                .next()
                .and_then(|r| r["mean"].as_f64())
                .ok_or_else(|| format!("rccsim says nothing of {metric}"))
        };
        let mut figures = [0.0; FIGURES.len()];
        for (value, (metric, _)) in figures.iter_mut().zip(FIGURES) {
            *value = figure(metric)?;
        }
        Ok(Run {
            figures,
            events: None,
            cpu_s,
        })
    }

    /// Runs a peer.
    ///
    /// # Errors
    /// It cannot be run, or says something else than its counts.
    pub fn run_peer(&self, system: System, setting: &Setting) -> Result<(Run, Counts), String> {
        let mut command = match (system, &self.python) {
            (System::Simpy, Some(python)) => {
                let mut command = Command::new(python);
                command.arg(&self.simpy_model);
                command
            }
            (System::Simpy, None) => return Err("SimPy is not installed".into()),
            (System::Nexosim | System::Desque | System::Rccsim, _) => {
                let mut command = Command::new(&self.peers);
                command.args(["one", &system.name().to_lowercase()]);
                command
            }
        };
        command.stderr(Stdio::inherit());
        let asked = serde_json::to_string(&setting.parts()).map_err(|e| e.to_string())?;
        let (text, cpu_s) = timed(command, &asked)?;
        let counts: Counts =
            serde_json::from_str(&text).map_err(|e| format!("{}: {e}", system.name()))?;
        Ok((
            Run {
                figures: counts.figures(setting),
                events: Some(counts.events),
                cpu_s,
            },
            counts,
        ))
    }
}

/// Runs a command to its end: what it printed, and the processor time that it took.
fn timed(mut command: Command, input: &str) -> Result<(String, f64), String> {
    let name = Path::new(command.get_program()).display().to_string();
    let before = children_s()?;
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|e| format!("{name}: {e}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input.as_bytes())
            .map_err(|e| format!("{name}: {e}"))?;
    }
    let output = child
        .wait_with_output()
        .map_err(|e| format!("{name}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{name} ended with {}", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|e| format!("{name}: {e}"))?;
    Ok((text, children_s()? - before))
}

/// Processor time of all processes that were started and have ended.
fn children_s() -> Result<f64, String> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|e| e.to_string())?;
    Ok(
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64
            / 1e6,
    )
}
