//! `rccsim trace`: the ladder of one user's sessions, each message with the reason and its source.

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::flags::{Format, ScenarioFlags};
use super::pcap::{ClientUser, write};
use super::terminal::{print, print_text};
use crate::experiment::{self, ladder};
use crate::protocol::Side;
use crate::record::{Ladder, Rung, json};
use crate::report::ladder::text;
use crate::scenario::{Scenario, nearest};

/// Show the ladder of one session.
#[derive(Args)]
pub(super) struct TraceArgs {
    #[command(flatten)]
    scenario: ScenarioFlags,
    /// The client group [default: the first]
    #[arg(long, value_name = "NAME")]
    clients: Option<String>,
    /// The user, counted from 1
    #[arg(long, default_value_t = 1, value_name = "N")]
    user: u32,
    /// The replication, counted from 1
    #[arg(long, default_value_t = 1, value_name = "N")]
    replication: u32,
    /// The whole run, not only until the first lost session is set up again
    #[arg(long)]
    all: bool,
    /// Write the messages as a packet capture, for Wireshark and `identify`
    #[arg(long, value_name = "FILE.pcap")]
    pcap: Option<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl TraceArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let scenario = self.scenario.read()?;
        let (ladder, clients) = self.ladder(&scenario)?;
        if let Some(path) = &self.pcap {
            let subject = ClientUser {
                clients,
                user: self.user - 1,
            };
            let messages = ladder.rungs.iter().filter(|r| r.to.is_some()).count();
            write(path, &scenario, &[subject], self.replication - 1, messages)?;
        }
        match self.format {
            Format::Text => print_text(&text(&ladder))?,
            Format::Json => print(&json(&ladder))?,
        }
        Ok(Outcome::Pass)
    }

    /// The ladder, and the client group that it is of.
    fn ladder(&self, scenario: &Scenario) -> Result<(Ladder, usize), Fault> {
        let plan = &scenario.plan;
        let names = || plan.clients.iter().map(|c| c.name.as_str());
        let group = self.clients.as_deref().unwrap_or(&plan.clients[0].name);
        let index = plan
            .clients
            .iter()
            .position(|c| c.name == group)
            .ok_or_else(|| {
                let near = nearest(group, names());
                Fault::Input(format!(
                    "--clients {group:?}: no such group{near}; there are: {}",
                    names().collect::<Vec<_>>().join(", ")
                ))
            })?;
        let clients = &plan.clients[index];
        if self.user == 0 || self.user > clients.count {
            return Err(Fault::Input(format!(
                "--user {}: {group} has the users 1 to {}",
                self.user, clients.count
            )));
        }
        if self.replication == 0 {
            return Err(Fault::Input(
                "--replication 0: they are counted from 1".into(),
            ));
        }
        let mut ladder = ladder(scenario, index, self.user - 1, self.replication - 1);
        if !self.all {
            ladder.shorten();
        }
        Ok((record(&ladder), index))
    }
}

/// The record of a ladder.
pub(super) fn record(ladder: &experiment::Ladder) -> Ladder {
    let rung = |rung: &experiment::Rung| {
        let at = ladder.start.0 + rung.at.0;
        let (s, ms) = (at / 1_000_000, at / 1000 % 1000);
        let (h, min, s) = (s / 3600 % 24, s / 60 % 60, s % 60);
        Rung {
            at_us: rung.at.0,
            clock: format!("{h:02}:{min:02}:{s:02}.{ms:03}"),
            from: name(rung.from).into(),
            to: rung.to.map(|to| name(to).into()),
            what: rung.what.clone(),
            transit_ms: rung.transit_us.map(|us| us as f64 / 1e3),
            reason: rung.reason.clone(),
        }
    };
    Ladder {
        schema: "rccsim.trace/1".into(),
        title: ladder.title.clone(),
        rungs: ladder.rungs.iter().map(rung).collect(),
        left_out: ladder.left_out,
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Gateway => "gateway",
    }
}
