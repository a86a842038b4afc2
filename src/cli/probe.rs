//! `rccsim probe`: what a live gateway is, asked of itself.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Outcome;
use super::fault::{Fault, print};
use super::identify::write;
use super::live::{Ladder, what};
use crate::identify::{gateway_profile, text};
use crate::live::{Line, ProbeEnd, TcpLine, UdpLine, probe};
use crate::protocol::Side;
use crate::wire::Ends;

/// Ask a live gateway what it is.
#[derive(Args)]
pub(super) struct Probe {
    /// The gateway: sip:LINE@HOST:PORT, with ;transport=tcp for TCP
    #[arg(value_name = "sip:…")]
    gateway: String,
    /// The line that MonitorStart names
    #[arg(long, default_value = "tel:+12025550101", value_name = "tel:…")]
    line: String,
    /// Ask a gateway outside of this machine too
    #[arg(long)]
    live: bool,
    /// Write the gateway's profile to this file
    #[arg(long, value_name = "OUT.toml")]
    profile: Option<PathBuf>,
}

impl Probe {
    /// Runs the command.
    ///
    /// # Errors
    /// An address that is none, or outside of this machine without --live; no answer; the system's.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let (peer, tcp) = target(&self.gateway)?;
        if !peer.ip().is_loopback() && !self.live {
            return Err(Fault::Input(format!(
                "{peer} is not this machine: --live asks a real gateway"
            )));
        }
        if !self.line.starts_with("tel:") || self.line.contains(['<', '>', '&', '"']) {
            return Err(Fault::Input(format!(
                "--line {}: expected a number like tel:+12025550101",
                self.line
            )));
        }
        eprintln!(
            "Sends to {peer}: INVITE, GetCSTAFeatures, MonitorStart of {}, UPDATE, re-INVITE, MonitorStop, BYE. It places no call. \
            At most 75 s.",
            self.line
        );
        let mut line = connect(peer, tcp)?;
        let local = line
            .local()
            .map_err(world("the address of the socket to", peer))?;
        let uri = self
            .gateway
            .split(';')
            .next()
            .unwrap_or_default()
            .to_string();
        let ends = Ends {
            side: Side::Client,
            local_uri: format!("sip:probe@{local}"),
            remote_uri: uri,
            local_host: local.to_string(),
            transport: if tcp { "TCP" } else { "UDP" },
            line: self.line.clone(),
            product: concat!("rccsim/", env!("CARGO_PKG_VERSION")).into(),
        };
        let id = format!("{:x}{:x}", std::process::id(), local.port());
        let mut ladder = Ladder::new(local, peer);
        let end = probe(line.as_mut(), peer, ends, &id, &mut |event| {
            eprintln!("{}", what(&event));
            ladder.take(event);
        });
        let end = end.map_err(world("asking", peer))?;
        match end {
            ProbeEnd::NoAnswer => {
                return Err(Fault::Input(format!(
                    "{peer} did not answer INVITE within 32 s"
                )));
            }
            ProbeEnd::Refused(code) => {
                return Err(Fault::Input(format!("{peer} refused INVITE: {code}")));
            }
            ProbeEnd::Done | ProbeEnd::Ended => {}
        }
        let identified = ladder.finish();
        if let (Some(path), Some(gateway)) = (&self.profile, identified.gateways.first()) {
            write(path, "gateways", &gateway_profile(&identified, gateway))?;
        }
        print(&text(&identified))?;
        Ok(Outcome::Pass)
    }
}

fn world(what: &str, peer: SocketAddr) -> impl Fn(io::Error) -> Fault {
    let what = format!("{what} {peer}");
    move |cause| Fault::World {
        what: what.clone(),
        cause,
    }
}

/// A way to the gateway.
fn connect(peer: SocketAddr, tcp: bool) -> Result<Box<dyn Line>, Fault> {
    if tcp {
        let line = TcpLine::connect(peer, Duration::from_secs(10));
        return Ok(Box::new(line.map_err(world("connecting to", peer))?));
    }
    let local = if peer.ip().is_loopback() {
        SocketAddr::new(peer.ip(), 0)
    } else {
        here(peer).map_err(world("a way to", peer))?
    };
    let line = UdpLine::bind(local).map_err(world("a socket to", peer))?;
    Ok(Box::new(line))
}

/// The address of this machine from which the peer is reached.
fn here(peer: SocketAddr) -> io::Result<SocketAddr> {
    let any: SocketAddr = if peer.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        ([0_u16; 8], 0).into()
    };
    let socket = std::net::UdpSocket::bind(any)?;
    socket.connect(peer)?;
    Ok(SocketAddr::new(socket.local_addr()?.ip(), 0))
}

/// Address and whether TCP, of `sip:user@host:port;transport=tcp`.
fn target(uri: &str) -> Result<(SocketAddr, bool), Fault> {
    let wrong = |why: &str| {
        Fault::Input(format!(
            "{uri}: {why}; expected sip:LINE@HOST:PORT, with ;transport=tcp for TCP"
        ))
    };
    let rest = uri
        .strip_prefix("sip:")
        .ok_or_else(|| wrong("no sip: URI (TLS is not supported yet)"))?;
    let (place, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let tcp = match parameters.to_ascii_lowercase().as_str() {
        "" | "transport=udp" => false,
        "transport=tcp" => true,
        _ => {
            return Err(wrong(
                "only ;transport=udp and ;transport=tcp are supported",
            ));
        }
    };
    let host = place.rsplit('@').next().unwrap_or_default();
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(h, p)| p.parse::<u16>().is_ok() && (!h.contains(':') || h.ends_with(']')));
    let host = if has_port {
        host.to_string()
    } else {
        format!("{host}:5060")
    };
    let mut all = host.to_socket_addrs().map_err(|e| wrong(&e.to_string()))?;
    all.next()
        .map(|address| (address, tcp))
        .ok_or_else(|| wrong("no such host"))
}
