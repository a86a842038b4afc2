//! `rccsim init`: a commented scenario that runs as it stands.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::terminal::print;

/// What the file starts with; its name replaces `NAME`.
const START: &str = include_str!("init.toml");

/// Write a starting scenario.
#[derive(Args)]
pub(super) struct Init {
    /// The file to write; an existing one is never overwritten
    #[arg(default_value = "scenario.toml")]
    file: PathBuf,
}

impl Init {
    /// Runs the command.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let shown = self.file.display().to_string();
        let stem = self
            .file
            .file_stem()
            .map_or_else(|| "scenario".into(), |s| s.to_string_lossy().into_owned());
        let name: String = stem
            .chars()
            .filter(|c| !c.is_control() && !"\"\\".contains(*c))
            .take(100)
            .collect();
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&self.file)
            .map_err(|cause| match cause.kind() {
                ErrorKind::AlreadyExists => {
                    Fault::Input(format!("{shown} is there already: give another name"))
                }
                _ => Fault::World {
                    what: shown.clone(),
                    cause,
                },
            })?;
        let written = file
            .write_all(START.replace("NAME", &name).as_bytes())
            .and_then(|()| file.sync_all());
        written.map_err(|cause| Fault::World {
            what: shown.clone(),
            cause,
        })?;
        print(&format!(
            "Wrote {shown}. Next: rccsim check {shown}, then rccsim run {shown}\n"
        ))?;
        Ok(Outcome::Pass)
    }
}
