//! What a package installs beside the program: completions of shells and man pages, made of the flags themselves.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::fault::Fault;
use super::outcome::Outcome;
use super::terminal::print;

/// Print completions for a shell.
#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn run(self, mut cli: Command) -> Result<Outcome, Fault> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli, "rccsim", &mut script);
        print(&String::from_utf8_lossy(&script))?;
        Ok(Outcome::Pass)
    }
}

/// Write man pages.
#[derive(Args)]
pub(super) struct ManArgs {
    /// The folder that the pages are written into, one for each command
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl ManArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The folder or a page cannot be written.
    pub(super) fn run(self, cli: Command) -> Result<Outcome, Fault> {
        let world = |cause| Fault::World {
            action: self.folder.display().to_string(),
            cause,
        };
        std::fs::create_dir_all(&self.folder).map_err(world)?;
        clap_mangen::generate_to(cli, &self.folder).map_err(world)?;
        Ok(Outcome::Pass)
    }
}
