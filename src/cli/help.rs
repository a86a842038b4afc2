//! `rccsim help`: a table, a key, a metric, a profile or a command explained.

use clap::{Args, Command};

use super::fault::Fault;
use super::outcome::Outcome;
use super::terminal::print_text;
use crate::reference::{Topic, names, overview, topic};
use crate::scenario::nearest;

/// Explain something.
#[derive(Args)]
pub(super) struct HelpArgs {
    /// What: a table, a key (clients.reestablish or reestablish), a metric, a profile, a command
    #[arg(value_name = "TOPIC")]
    topics: Vec<String>,
}

impl HelpArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A topic that there is none of.
    pub(super) fn run(self, cli: Command) -> Result<Outcome, Fault> {
        if self.topics.is_empty() {
            let mut cli = cli.clone();
            print_text(&format!("{}\n{}", cli.render_help(), overview()))?;
        }
        for (i, word) in self.topics.iter().enumerate() {
            let gap = if i > 0 { "\n" } else { "" };
            print_text(&format!("{gap}{}", explained(word, cli.clone())?))?;
        }
        Ok(Outcome::Pass)
    }
}

/// What the commands are called.
pub(super) fn command_names(cli: &Command) -> Vec<String> {
    let names = cli.get_subcommands().map(Command::get_name);
    names.map(String::from).collect()
}

/// What is known of a topic; of a command that is called like one, that there is a command.
fn explained(word: &str, cli: Command) -> Result<String, Fault> {
    let mut cli = cli.bin_name("rccsim");
    cli.build();
    let commands = command_names(&cli);
    let last = word.rsplit('.').next().unwrap_or(word);
    let command = cli.find_subcommand_mut(word);
    match (topic(word), command) {
        (Topic::Known(text), None) => Ok(text),
        (Topic::Known(text), Some(_)) => Ok(format!(
            "{text}\nThere is a command too: rccsim {word} --help\n"
        )),
        (Topic::Unknown, Some(command)) => Ok(command.render_long_help().to_string()),
        (Topic::Unknown, None) => {
            let mut topics: Vec<&str> = names().collect();
            topics.extend(commands.iter().map(String::as_str));
            let near = match nearest(word, topics) {
                none if none.is_empty() => nearest(last, names()),
                near => near,
            };
            Err(Fault::Input(format!(
                "nothing is known of {word:?}{near}; rccsim help lists the topics"
            )))
        }
    }
}
