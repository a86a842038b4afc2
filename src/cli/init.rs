//! `rccsim init`: a commented scenario that runs as it stands.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::flags::quoted;
use super::terminal::print;
use crate::quantity::is_unprintable;

/// What the file starts with; its name replaces `NAME`.
const START: &str = include_str!("init.toml");

/// Write a starting scenario.
#[derive(Args)]
pub(super) struct InitArgs {
    /// The file to write; an existing one is never overwritten
    #[arg(default_value = "scenario.toml")]
    file: PathBuf,
}

impl InitArgs {
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
        let name = name(&stem);
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
        // A name that begins like a flag would be read as one.
        let named = match shown.starts_with('-') {
            true => format!("./{shown}"),
            false => shown.clone(),
        };
        let named = quoted(&named);
        print(&format!(
            "Wrote {shown}. Next: rccsim check {named}, then rccsim run {named}\n"
        ))?;
        Ok(Outcome::Pass)
    }
}

/// The name of a scenario whose file has that name: what a name may not hold is left out.
fn name(stem: &str) -> String {
    let may_stand = |c: &char| !is_unprintable(*c) && !"\"\\/".contains(*c);
    let name: String = stem.chars().filter(may_stand).collect();
    let name = name.trim_start_matches('.').trim();
    match name.is_empty() {
        true => "scenario".into(),
        false => {
            let cut: String = name.chars().take(100).collect();
            cut.trim_end().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Source;

    #[test]
    fn whatever_the_file_is_called_its_scenario_is_valid() {
        let long = "ä".repeat(300);
        for stem in [
            "a",
            ".",
            "..",
            ".hidden",
            "-x",
            "a\"b",
            "a\nb",
            "\u{202e}a",
            " ",
            "a b",
            "$(id)",
            &long,
        ] {
            let text = START.replace("NAME", &name(stem));
            let source = Source::new("a.toml", &text, "".as_ref());
            assert!(source.scenario(&[]).is_ok(), "{stem:?}");
        }
        assert_eq!(name(".hidden"), "hidden");
    }
}
