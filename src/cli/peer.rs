//! The gateway that `probe` and `client` talk to, and the way to it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::fault::Fault;
use crate::live::{Line, StreamLine, TlsError, TlsTrust, UdpLine};
use crate::protocol::Side;
use crate::wire::Ends;

/// Which gateway.
#[derive(Args)]
pub(super) struct PeerFlags {
    /// The gateway: sip:LINE@HOST:PORT, with ;transport=tcp for TCP, sips: or ;transport=tls for TLS
    #[arg(value_name = "sip:…")]
    pub(super) gateway: String,
    /// The line that MonitorStart names
    #[arg(long, default_value = "tel:+12025550101", value_name = "tel:…")]
    pub(super) line: String,
    /// Ask a gateway outside of this machine too
    #[arg(long)]
    live: bool,
    /// Certificates that vouch for a gateway over TLS, instead of those that this machine trusts
    #[arg(long, value_name = "FILE.pem")]
    ca: Option<PathBuf>,
    /// Write what is sent and received as a packet capture
    #[arg(long, value_name = "FILE.pcap")]
    pub(super) pcap: Option<PathBuf>,
}

/// A gateway's address.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    /// `UDP`, `TCP` or `TLS`.
    pub(super) transport: &'static str,
    /// Its host as it was given: what its certificate must name.
    host: String,
    /// Its URI without parameters.
    uri: String,
    trust: Option<TlsTrust>,
}

const CONNECT_MOST: Duration = Duration::from_secs(10);

impl PeerFlags {
    /// The gateway, if it may be asked.
    ///
    /// # Errors
    /// An address that is none, or outside of this machine without --live; certificates that cannot be read.
    pub(super) fn peer(&self) -> Result<Peer, Fault> {
        let mut peer = parse(&self.gateway)?;
        if !peer.address.ip().is_loopback() && !self.live {
            return Err(Fault::Input(format!(
                "{} is not this machine: --live asks a real gateway",
                peer.address
            )));
        }
        if !self.line.starts_with("tel:") || self.line.contains(['<', '>', '&', '"']) {
            return Err(Fault::Input(format!(
                "--line {}: expected a number like tel:+12025550101",
                self.line
            )));
        }
        if peer.transport == "TLS" {
            peer.trust = Some(self.trust()?);
        } else if self.ca.is_some() {
            return Err(Fault::Input(
                "--ca: only a sips: gateway has a certificate".into(),
            ));
        }
        Ok(peer)
    }

    fn trust(&self) -> Result<TlsTrust, Fault> {
        let Some(path) = &self.ca else {
            return TlsTrust::of_system().map_err(|error| Fault::Input(error.to_string()));
        };
        of_file(path, TlsTrust::of_pem)
    }

    /// Who the two ends are.
    pub(super) fn ends(&self, peer: &Peer, local: SocketAddr, user: &str) -> Ends {
        Ends {
            side: Side::Client,
            local_uri: format!("sip:{user}@{local}"),
            remote_uri: peer.uri.clone(),
            local_host: local.to_string(),
            transport: peer.transport,
            line: self.line.clone(),
            product: concat!("rccsim/", env!("CARGO_PKG_VERSION")).into(),
        }
    }
}

/// What a file in PEM form holds.
///
/// # Errors
/// It cannot be read, or does not hold it.
pub(super) fn of_file<T>(
    path: &std::path::Path,
    read: impl FnOnce(&[u8]) -> Result<T, TlsError>,
) -> Result<T, Fault> {
    let name = path.display().to_string();
    let pem = std::fs::read(path).map_err(|cause| Fault::World {
        action: name.clone(),
        cause,
    })?;
    read(&pem).map_err(|error| Fault::Input(format!("{name}: {error}")))
}

impl Peer {
    /// A way to it.
    ///
    /// # Errors
    /// The system's; a certificate that does not convince.
    pub(super) fn connect(&self) -> io::Result<Box<dyn Line>> {
        Ok(match (self.transport, &self.trust) {
            ("TLS", Some(trust)) => Box::new(StreamLine::connect_tls(
                self.address,
                CONNECT_MOST,
                &self.host,
                trust,
            )?),
            ("TCP", _) => Box::new(StreamLine::connect(self.address, CONNECT_MOST)?),
            _ => Box::new(UdpLine::bind(self.local_address()?)?),
        })
    }

    /// The address of this machine from which it is reached.
    fn local_address(&self) -> io::Result<SocketAddr> {
        let any_address: SocketAddr = if self.address.is_ipv4() {
            ([0, 0, 0, 0], 0).into()
        } else {
            ([0_u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any_address)?;
        socket.connect(self.address)?;
        Ok(SocketAddr::new(socket.local_addr()?.ip(), 0))
    }

    /// A refusal of the system on the way to it.
    pub(super) fn world(&self, action: &str) -> impl Fn(io::Error) -> Fault + use<> {
        let action = format!("{action} {}", self.address);
        move |cause| Fault::World {
            action: action.clone(),
            cause,
        }
    }
}

/// Reads `sip:user@host:port;transport=tcp`.
fn parse(uri: &str) -> Result<Peer, Fault> {
    let wrong = |why: &str| {
        Fault::Input(format!(
            "{uri}: {why}; expected sip:LINE@HOST:PORT, with ;transport=tcp for TCP, or sips:LINE@HOST:PORT for TLS"
        ))
    };
    let (bare, parameters) = uri.split_once(';').unwrap_or((uri, ""));
    let (scheme, place) = bare
        .split_once(':')
        .filter(|(scheme, _)| ["sip", "sips"].contains(scheme))
        .ok_or_else(|| wrong("no sip: URI"))?;
    let transport = match (scheme, parameters.to_ascii_lowercase().as_str()) {
        ("sips", "" | "transport=tcp" | "transport=tls") | (_, "transport=tls") => "TLS",
        (_, "" | "transport=udp") => "UDP",
        (_, "transport=tcp") => "TCP",
        _ => {
            return Err(wrong(
                "only ;transport=udp, ;transport=tcp and ;transport=tls are supported",
            ));
        }
    };
    let host = place.rsplit('@').next().unwrap_or_default();
    let with_port = host
        .rsplit_once(':')
        .filter(|(h, p)| p.parse::<u16>().is_ok() && (!h.contains(':') || h.ends_with(']')));
    let (name, full) = match with_port {
        Some((name, _)) => (name, host.to_string()),
        None if transport == "TLS" => (host, format!("{host}:5061")),
        None => (host, format!("{host}:5060")),
    };
    let mut addresses = full.to_socket_addrs().map_err(|e| wrong(&e.to_string()))?;
    let address = addresses.next().ok_or_else(|| wrong("no such host"))?;
    Ok(Peer {
        address,
        transport,
        host: name.into(),
        uri: bare.into(),
        trust: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_and_how() {
        for (uri, address, transport, host) in [
            ("sip:line1@127.0.0.1", "127.0.0.1:5060", "UDP", "127.0.0.1"),
            ("sip:127.0.0.1:70", "127.0.0.1:70", "UDP", "127.0.0.1"),
            ("sip:a@[::1]:70;transport=TCP", "[::1]:70", "TCP", "[::1]"),
            ("sips:a@127.0.0.1", "127.0.0.1:5061", "TLS", "127.0.0.1"),
            (
                "sip:a@127.0.0.1:1;transport=tls",
                "127.0.0.1:1",
                "TLS",
                "127.0.0.1",
            ),
        ] {
            let peer = parse(uri).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(
                (
                    peer.address.to_string().as_str(),
                    peer.transport,
                    peer.host.as_str()
                ),
                (address, transport, host),
                "{uri}"
            );
        }
        for uri in ["tel:1", "127.0.0.1", "sip:a@127.0.0.1;transport=sctp"] {
            assert!(parse(uri).is_err(), "{uri}");
        }
    }
}
