//! What live dialogs show on the terminal, and what is told from them.

use std::net::SocketAddr;

use crate::capture::{Observation, Resolution, Summary, Transport, Unit};
use crate::identify::{Identified, Identifier};
use crate::live::Event;
use crate::wire::Start;

/// A message as one line: when, which way, what.
pub(super) fn what(event: &Event) -> String {
    let arrow = if event.sent { "──▶" } else { "◀──" };
    let start = match &event.text.start {
        Start::Request { method, .. } => method.clone(),
        Start::Response { code, reason } => {
            format!("{code} {reason} ({})", event.text.method().unwrap_or("?"))
        }
    };
    format!("{:>9.3} s  {arrow}  {start}", event.at.as_secs_f64())
}

/// Collects the messages of a probe.
pub(super) struct Ladder {
    local: SocketAddr,
    peer: SocketAddr,
    identifier: Identifier,
    count: u64,
}

impl Ladder {
    /// Between two addresses.
    pub(super) fn new(local: SocketAddr, peer: SocketAddr) -> Self {
        let mut identifier = Identifier::default();
        identifier.begin("probe");
        Self {
            local,
            peer,
            identifier,
            count: 0,
        }
    }

    /// Takes a message.
    pub(super) fn take(&mut self, event: Event) {
        self.count += 1;
        let (local, peer) = (Some(self.local.to_string()), Some(self.peer.to_string()));
        let (from, to) = if event.sent {
            (local, peer)
        } else {
            (peer, local)
        };
        self.identifier.observe(&Observation {
            place: self.count,
            at_us: Some(event.at.0),
            from,
            to,
            transport: None::<Transport>,
            message: event.text,
        });
    }

    /// What they show.
    pub(super) fn finish(mut self) -> Identified {
        self.identifier.end(Summary {
            forms: vec!["live"],
            unit: Unit::Frame,
            places: self.count,
            messages: self.count,
            resolution: Resolution::Fine,
            warnings: Vec::new(),
        });
        self.identifier.finish()
    }
}
