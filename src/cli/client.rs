//! `rccsim client`: a client of any kind at a live gateway, for as long as asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::live::{
    CaptureFile, MessageCollector, conclude, event_line, id, note, quoted_keys, span,
    stop_on_interrupt,
};
use super::peer::PeerFlags;
use super::terminal::say;
use crate::live::{ClientOptions, Happening, attend};
use crate::protocol::ClientConfig;
use crate::scenario::parse;

/// Keep a session with a live gateway, and refresh it.
#[derive(Args)]
pub(super) struct ClientArgs {
    #[command(flatten)]
    peer: PeerFlags,
    /// The client profile, shipped or a file
    #[arg(long, default_value = "communicator-2007-r2", value_name = "PROFILE")]
    r#as: String,
    /// How often it refreshes, instead of the profile's
    #[arg(long, value_name = "SPAN")]
    refresh_interval: Option<String>,
    /// The method of its refreshes, instead of the profile's
    #[arg(long, value_name = "METHOD")]
    refresh_method: Option<String>,
    /// The Session-Expires that it offers, instead of the profile's
    #[arg(long, value_name = "SPAN")]
    session_expires: Option<String>,
    /// When it sets up again after a lost session, instead of the profile's
    #[arg(long, value_name = "RULE")]
    reestablish: Option<String>,
    /// Signs out after this time [default: when interrupted]
    #[arg(long, value_name = "SPAN")]
    r#for: Option<String>,
    /// Write the gateway's profile to this file
    #[arg(long, value_name = "OUT.toml")]
    profile: Option<PathBuf>,
}

impl ClientArgs {
    /// Runs the command, until its time is over.
    ///
    /// # Errors
    /// A profile, an address or a time that is none; the system's refusal.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let options = ClientOptions {
            config: self.config()?,
            stays: span(self.r#for.as_deref(), "--for")?,
        };
        let peer = self.peer.peer()?;
        let until = self.r#for.as_deref().map_or_else(
            || "Stays until it is interrupted".into(),
            |span| format!("Stays for {span}"),
        );
        say!(
            "Sends to {} over {}: INVITE, GetCSTAFeatures, MonitorStart of {}, and refreshes as {}. It places no call. {until}.",
            peer.address,
            peer.transport,
            self.peer.line,
            self.r#as
        );
        let stop = Arc::new(AtomicBool::new(false));
        stop_on_interrupt(&stop);
        let first = peer.connect().map_err(peer.world("connecting to"))?;
        let local = first
            .local()
            .map_err(peer.world("the address of the socket to"))?;
        let mut first = Some(first);
        let mut ladder = MessageCollector::new(local);
        let mut recording = CaptureFile::begin(self.peer.pcap.as_deref(), peer.transport)?;
        let ended = attend(
            &mut || first.take().map_or_else(|| peer.connect(), Ok),
            peer.address,
            &|local| self.peer.ends(&peer, local, "client"),
            &options,
            &id(local),
            &stop,
            &mut |happening| match happening {
                Happening::Message(event) => {
                    say!("{}", event_line(&event));
                    recording.take(local, &event);
                    ladder.take(event);
                }
                Happening::Note(at, remark) => {
                    if let Some(text) = note(remark) {
                        say!("{:>9.3} s  {text}", at.as_secs_f64());
                    }
                }
                Happening::Disconnected(at, why) => {
                    say!("{:>9.3} s  no connection: {why}", at.as_secs_f64());
                }
            },
        );
        recording.end()?;
        ended.map_err(peer.world("talking to"))?;
        conclude(&ladder.finish("client"), self.profile.as_deref())?;
        Ok(Outcome::Pass)
    }

    /// The protocol settings of the profile, as a scenario with this client has them.
    fn config(&self) -> Result<ClientConfig, Fault> {
        let mut text = String::from(
            "[scenario]\nname = \"client\"\nhorizon = \"1 h\"\n\n[[gateway]]\nname = \"gateway\"\nprofile = \"healthy\"\n\n\
            [[clients]]\nname = \"clients\"\ncount = 1\ngateway = \"gateway\"\nworkload = \"light\"\npath = \"ideal\"\n\
            sign_in = \"at start\"\n",
        );
        text += &quoted_keys(&[
            ("profile", Some(&self.r#as)),
            ("refresh_interval", self.refresh_interval.as_deref()),
            ("refresh_method", self.refresh_method.as_deref()),
            ("session_expires", self.session_expires.as_deref()),
            ("reestablish", self.reestablish.as_deref()),
        ]);
        let scenario = parse("the command line", &text, Path::new("."), &[])?;
        Ok(scenario.plan.clients[0].config.clone())
    }
}
