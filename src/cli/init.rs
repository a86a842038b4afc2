//! `rccsim init`: a scenario to start from that runs as it stands: a commented one, a shipped one, or one made of answers.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::ask::ask;
use super::fault::Fault;
use super::flags::shell_quote;
use super::terminal::print;
use super::{Outcome, models};
use crate::quantity::is_unprintable;
use crate::scenario::ShippedScenario;

/// What the file starts with; its name replaces `NAME`.
const START: &str = include_str!("init.toml");

/// Write a starting scenario.
#[derive(Args)]
pub(super) struct InitArgs {
    /// The file to write; an existing one is never overwritten [default: scenario.toml, or NAME.toml]
    file: Option<PathBuf>,
    /// Begin with this shipped scenario (rccsim models lists them)
    #[arg(long, value_name = "NAME", conflicts_with = "ask")]
    from: Option<String>,
    /// Answer five questions at the terminal: users, client, gateway, network, what must hold
    #[arg(long)]
    ask: bool,
}

impl InitArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The file is there already, or cannot be written; there is no such shipped scenario.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let shipped = self.from.as_deref().map(models::shipped).transpose()?;
        let usual = shipped.map_or("scenario", |shipped| shipped.name);
        let file = self.file.unwrap_or_else(|| format!("{usual}.toml").into());
        let stem = file
            .file_stem()
            .map_or_else(|| "scenario".into(), |s| s.to_string_lossy().into_owned());
        let name = name(&stem);
        let text = match shipped {
            Some(shipped) => renamed(shipped, &name),
            None => START.replace("NAME", &name),
        };
        let text = if self.ask {
            ask()?.scenario(&text)
        } else {
            text
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        for (name, text) in shipped.iter().flat_map(|shipped| shipped.files()) {
            write_beside(&folder.join(name), text)?;
        }
        write_new(&file, &text)?;
        let file_name = file.display().to_string();
        // A name that begins like a flag would be read as one.
        let path_text = match file_name.starts_with('-') {
            true => format!("./{file_name}"),
            false => file_name.clone(),
        };
        let path_text = shell_quote(&path_text);
        let command = if text.contains("[study]") {
            "sweep"
        } else {
            "run"
        };
        print(&format!(
            "Wrote {file_name}. Next: rccsim check {path_text}, then rccsim {command} {path_text}\n"
        ))?;
        Ok(Outcome::Pass)
    }
}

/// A shipped scenario under another name.
fn renamed(shipped: &ShippedScenario, name: &str) -> String {
    let line = |name: &str| format!("name = \"{name}\"\n");
    shipped.text.replacen(&line(shipped.name), &line(name), 1)
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> Result<(), Fault> {
    let file_name = path.display().to_string();
    let world = |cause| Fault::World {
        action: file_name.clone(),
        cause,
    };
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => {
            Fault::Input(format!("{file_name} is there already: give another name"))
        }
        _ => world(cause),
    })?;
    let result = file.write_all(text.as_bytes());
    result.and_then(|()| file.sync_all()).map_err(world)
}

/// Writes a file that the scenario reads; the same one may be there already.
fn write_beside(path: &Path, text: &str) -> Result<(), Fault> {
    if std::fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|cause| Fault::World {
            action: folder.display().to_string(),
            cause,
        })?;
    }
    write_new(path, text)
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
    use crate::scenario::{SHIPPED_SCENARIOS, Source};

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

    #[test]
    fn a_shipped_scenario_gets_the_name_of_its_new_file() {
        for shipped in SHIPPED_SCENARIOS {
            let text = renamed(shipped, "my own");
            let scenario = Source::new("a.toml", &text, "models".as_ref()).scenario(&[]);
            assert_eq!(scenario.unwrap().plan.name, "my own", "{}", shipped.name);
        }
    }
}
