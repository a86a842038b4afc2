//! What live dialogs show on the terminal, what is kept of them, and what is told from them.

#![allow(clippy::disallowed_methods)] // Packets bear the time of this machine's clock.

use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::fault::Fault;
use super::identify::write;
use super::signal;
use super::terminal::{print_text, say};
use crate::capture::{Endpoints, Observation, PcapWriter, Resolution, Summary, Transport, Unit};
use crate::identify::{Identification, Identifier, gateway_profile, text};
use crate::live::Event;
use crate::protocol::ClientNote;
use crate::quantity::{Span, parse_span};
use crate::wire::Start;

/// A message as one line: when, which way, what.
pub(super) fn event_line(event: &Event) -> String {
    let arrow = if event.sent { "──▶" } else { "◀──" };
    let start = match &event.text.start {
        Start::Request { method, .. } => method.clone(),
        Start::Response { code, reason } => {
            format!("{code} {reason} ({})", event.text.method().unwrap_or("?"))
        }
    };
    format!("{:>9.3} s  {arrow}  {start}", event.at.as_secs_f64())
}

/// A note of the client machine in words, where it says more than the messages.
pub(super) fn note(note: ClientNote) -> Option<String> {
    Some(match note {
        ClientNote::Established => "the session is up".into(),
        ClientNote::SetupFailed => "the set-up failed".into(),
        ClientNote::RefreshFailed(how) => {
            format!("the refresh failed: {}", format!("{how:?}").to_lowercase())
        }
        ClientNote::Ended(why) => format!("the session is over: {why:?}"),
        _ => return None,
    })
}

/// What no other session of this machine has: its process and port.
pub(super) fn id(local: SocketAddr) -> String {
    format!("{:x}{:x}", std::process::id(), local.port())
}

/// Keys and their values as lines of TOML, those that have one.
pub(super) fn quoted_keys(keys: &[(&str, Option<&str>)]) -> String {
    let line = |(key, value): &(&str, Option<&str>)| {
        Some(format!("{key} = {}\n", serde_json::Value::from((*value)?)))
    };
    keys.iter().filter_map(line).collect()
}

/// The time of a flag.
///
/// # Errors
/// It is none.
pub(super) fn span(text: Option<&str>, flag: &str) -> Result<Option<Span>, Fault> {
    text.map(|text| {
        parse_span(text)
            .filter(|s| s.0 > 0)
            .ok_or_else(|| Fault::Input(format!("{flag} {text}: expected a time like \"30 s\"")))
    })
    .transpose()
}

/// The first signal sets `stop`; the second one ends the process.
pub(super) fn stop_on_interrupt(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    signal::stop_by(move || stop.swap(true, Ordering::Relaxed));
}

/// Keeps messages in a capture file, if one is asked for; written as they come, so that a stop loses nothing.
pub(super) struct CaptureFile {
    file: Option<(PathBuf, File)>,
    writer: PcapWriter,
    is_udp: bool,
    connections: Vec<Endpoints>,
    start: Instant,
    begun_us: u64,
    failed: Option<std::io::Error>,
}

/// SIP over TLS is written in the clear, at the port of SIP without TLS: at 5061 programs expect TLS.
const PORT_TLS: u16 = 5061;
const PORT: u16 = 5060;

impl CaptureFile {
    /// Begins a file.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) fn begin(path: Option<&Path>, transport: &str) -> Result<Self, Fault> {
        let file = path.map(|path| {
            let creation = File::create(path).map_err(|cause| Fault::World {
                action: path.display().to_string(),
                cause,
            });
            creation.map(|file| (path.to_path_buf(), file))
        });
        if path.is_some() && transport == "TLS" {
            say!(
                "note: the connection is TLS; the capture shows the messages over TCP, in the clear"
            );
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Ok(Self {
            file: file.transpose()?,
            writer: PcapWriter::new(),
            is_udp: transport == "UDP",
            connections: Vec::new(),
            start: Instant::now(),
            begun_us: now.map_or(0, |now| now.as_micros() as u64),
            failed: None,
        })
    }

    fn now_us(&self) -> u64 {
        self.begun_us + self.start.elapsed().as_micros() as u64
    }

    /// Keeps a message of the end `local`.
    pub(super) fn take(&mut self, local: SocketAddr, event: &Event) {
        if self.file.is_none() {
            return;
        }
        let clear = |mut address: SocketAddr| {
            if address.port() == PORT_TLS && !self.is_udp {
                address.set_port(PORT);
            }
            address
        };
        let (local, peer) = (clear(local), clear(event.peer));
        let outbound = Endpoints {
            from: local,
            to: peer,
        };
        let inbound = Endpoints {
            from: peer,
            to: local,
        };
        let ends = if event.sent { outbound } else { inbound };
        let (now, bytes) = (self.now_us(), event.text.print());
        if self.is_udp {
            self.writer.udp(now, ends, &bytes);
        } else {
            if !self.connections.contains(&outbound) {
                self.connections.push(outbound);
            }
            self.writer.tcp(now, ends, &bytes);
        }
        self.flush();
    }

    fn flush(&mut self) {
        let bytes = self.writer.drain();
        if let Some((_, file)) = &mut self.file
            && let Err(error) = file.write_all(&bytes)
        {
            self.failed.get_or_insert(error);
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Something could not be written.
    pub(super) fn end(mut self) -> Result<(), Fault> {
        let now = self.now_us();
        for ends in std::mem::take(&mut self.connections) {
            self.writer.close(now, ends);
        }
        self.flush();
        match (self.file, self.failed) {
            (Some((path, _)), Some(cause)) => Err(Fault::World {
                action: path.display().to_string(),
                cause,
            }),
            _ => Ok(()),
        }
    }
}

/// Says what a live gateway is, and writes its profile where that is asked for.
///
/// # Errors
/// The profile cannot be written; the output is full.
pub(super) fn conclude(
    identification: &Identification,
    profile: Option<&Path>,
) -> Result<(), Fault> {
    if let (Some(path), Some(gateway)) = (profile, identification.gateways.first()) {
        write(path, "gateways", &gateway_profile(identification, gateway))?;
    }
    print_text(&text(identification))
}

/// Collects the messages of one end, and says what they show.
pub(super) struct MessageCollector {
    local: SocketAddr,
    identifier: Identifier,
    count: u64,
}

impl MessageCollector {
    /// Of the end at this address.
    pub(super) fn new(local: SocketAddr) -> Self {
        let mut identifier = Identifier::default();
        identifier.begin("live");
        Self {
            local,
            identifier,
            count: 0,
        }
    }

    /// Takes a message.
    pub(super) fn take(&mut self, event: Event) {
        self.count += 1;
        let (local, peer) = (Some(self.local.to_string()), Some(event.peer.to_string()));
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

    /// What they show; the form is named after the command.
    pub(super) fn finish(mut self, command: &'static str) -> Identification {
        self.identifier.end(Summary {
            forms: vec![command],
            unit: Unit::Message,
            places: self.count,
            messages: self.count,
            resolution: Resolution::Fine,
            warnings: Vec::new(),
        });
        self.identifier.finish()
    }
}
