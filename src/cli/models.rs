//! `rccsim models`: the scenarios that are in the program, each with its question.

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::terminal::{print, print_text};
use crate::reference::rows;
use crate::scenario::{SHIPPED_SCENARIOS, ShippedScenario, nearest};

/// List shipped scenarios.
#[derive(Args)]
pub(super) struct ModelsArgs {
    /// Print this one as it stands in its file
    name: Option<String>,
}

/// The folders in a checkout, what they hold, and the command for it.
const KINDS: [(&str, &str, &str); 3] = [
    ("models/", "Models", "rccsim run NAME simulates one"),
    (
        "models/studies/",
        "Studies",
        "rccsim sweep NAME simulates its points",
    ),
    (
        "models/cases/",
        "Cases: one published behaviour each",
        "rccsim run NAME simulates one",
    ),
];

impl ModelsArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// There is none of that name.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let Some(name) = &self.name else {
            print_text(&list())?;
            return Ok(Outcome::Pass);
        };
        print(shipped(name)?.text)?;
        Ok(Outcome::Pass)
    }
}

/// The shipped scenario of that name.
///
/// # Errors
/// There is none; what may have been meant.
pub(super) fn shipped(name: &str) -> Result<&'static ShippedScenario, Fault> {
    ShippedScenario::by_name(name).ok_or_else(|| {
        let near = nearest(name, SHIPPED_SCENARIOS.iter().map(|s| s.name));
        Fault::Input(format!(
            "no shipped scenario is named {name:?}{near}; rccsim models lists them"
        ))
    })
}

fn list() -> String {
    let kind = |(folder, title, how): (&str, &str, &str)| {
        let is_of = |s: &&ShippedScenario| {
            s.path
                .rsplit_once('/')
                .is_some_and(|(f, _)| format!("{f}/") == folder)
        };
        let of_kind = SHIPPED_SCENARIOS.iter().filter(is_of);
        format!(
            "{title} ({how})\n{}",
            rows(of_kind.map(|s| (s.name, s.question())))
        )
    };
    let kinds = KINDS.map(kind).join("\n");
    format!("{kinds}\nrccsim init --from NAME writes one into a file of your own.\n")
}
