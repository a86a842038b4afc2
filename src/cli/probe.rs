//! `rccsim probe`: what a live gateway is, asked of itself.

use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::live::{CaptureFile, MessageCollector, conclude, event_line, id};
use super::peer::PeerFlags;
use super::terminal::say;
use crate::live::{ProbeEnd, probe};

/// Ask a live gateway what it is.
#[derive(Args)]
pub(super) struct ProbeArgs {
    #[command(flatten)]
    peer: PeerFlags,
    /// Write the gateway's profile to this file
    #[arg(long, value_name = "OUT.toml")]
    profile: Option<PathBuf>,
}

impl ProbeArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// An address that is none, or outside of this machine without --live; no answer; the system's.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let peer = self.peer.peer()?;
        say!(
            "Sends to {} over {}: INVITE, GetCSTAFeatures, MonitorStart of {}, after 6 s UPDATE, re-INVITE, MonitorStop, BYE. \
            It places no call. At most 75 s.",
            peer.address,
            peer.transport,
            self.peer.line
        );
        let mut line = peer.connect().map_err(peer.world("connecting to"))?;
        let local = line
            .local()
            .map_err(peer.world("the address of the socket to"))?;
        let ends = self.peer.ends(&peer, local, "probe");
        let mut ladder = MessageCollector::new(local);
        let mut recording = CaptureFile::begin(self.peer.pcap.as_deref(), peer.transport)?;
        let end = probe(
            line.as_mut(),
            peer.address,
            ends,
            &id(local),
            &mut |event| {
                say!("{}", event_line(&event));
                recording.take(local, &event);
                ladder.take(event);
            },
        );
        recording.end()?;
        let address = peer.address;
        match end.map_err(peer.world("asking"))? {
            ProbeEnd::NoAnswer => {
                return Err(Fault::Input(format!(
                    "{address} did not answer INVITE within 32 s"
                )));
            }
            ProbeEnd::Refused(code) => {
                return Err(Fault::Input(format!("{address} refused INVITE: {code}")));
            }
            ProbeEnd::Done | ProbeEnd::Ended => {}
        }
        conclude(&ladder.finish("probe"), self.profile.as_deref())?;
        Ok(Outcome::Pass)
    }
}
