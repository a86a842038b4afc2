//! `rccsim gateway`: plays a gateway of any class for a real client.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::live::{CaptureFile, event_line, quoted_keys, span, stop_on_interrupt};
use super::peer::of_file;
use super::terminal::say;
use crate::live::{Event, GatewayOptions, Line, StreamLine, TlsIdentity, UdpLine, serve};
use crate::protocol::GatewayConfig;
use crate::scenario::parse;

/// Play a gateway for a real client.
#[derive(Args)]
pub(super) struct GatewayArgs {
    /// The gateway profile, shipped or a file
    profile: String,
    /// Where to listen: udp:ADDRESS:PORT, tcp:ADDRESS:PORT or tls:ADDRESS:PORT
    #[arg(long, default_value = "udp:127.0.0.1:5060")]
    listen: String,
    /// The certificate that it shows over TLS, and its private key
    #[arg(long, value_name = "FILE.pem", requires = "key")]
    cert: Option<PathBuf>,
    /// The private key of the certificate
    #[arg(long, value_name = "FILE.pem", requires = "cert")]
    key: Option<PathBuf>,
    /// What it does with UPDATE, instead of the profile's
    #[arg(long, value_name = "CLASS")]
    update: Option<String>,
    /// Its Allow header, instead of the profile's
    #[arg(long, value_name = "WORD")]
    allow: Option<String>,
    /// The longest session that it grants, instead of the profile's
    #[arg(long, value_name = "SPAN")]
    session_expires: Option<String>,
    /// How often a monitored line rings
    #[arg(long, value_name = "SPAN")]
    call_every: Option<String>,
    /// Ends after this time [default: when interrupted]
    #[arg(long, value_name = "SPAN")]
    r#for: Option<String>,
    /// Write what is sent and received as a packet capture
    #[arg(long, value_name = "FILE.pcap")]
    pcap: Option<PathBuf>,
    /// Listen on an address outside of this machine too
    #[arg(long)]
    live: bool,
}

/// How it is reached.
enum Way {
    Udp,
    Tcp,
    Tls(TlsIdentity),
}

/// What every connection shares.
struct SharedState<'a> {
    options: &'a GatewayOptions,
    stop: &'a AtomicBool,
    recording: &'a Mutex<CaptureFile>,
}

impl SharedState<'_> {
    fn serve(&self, line: &mut dyn Line) -> io::Result<()> {
        let local = line.local()?;
        serve(line, self.options, self.stop, &mut |event: Event| {
            say!("{}", event_line(&event));
            let mut recording = self
                .recording
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            recording.take(local, &event);
        })
    }

    /// Serves a connection; what goes wrong with one does not end the others.
    fn accept(&self, way: &Way, stream: TcpStream, peer: SocketAddr) {
        let served = stream.set_nonblocking(false).and_then(|()| {
            let mut line = match way {
                Way::Tls(identity) => StreamLine::of_tls_stream(stream, HANDSHAKE_MOST, identity),
                _ => StreamLine::of_stream(stream),
            }?;
            self.serve(&mut line)
        });
        if let Err(cause) = served {
            say!("warning: {peer}: {cause}");
        }
    }
}

const HANDSHAKE_MOST: Duration = Duration::from_secs(10);

impl GatewayArgs {
    /// Runs the command, until its time is over.
    ///
    /// # Errors
    /// A profile, an address or a time that is none; the system's refusal.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let (way, at) = self.address()?;
        let options = GatewayOptions {
            config: self.config()?,
            call_every: span(self.call_every.as_deref(), "--call-every")?,
            product: concat!("rccsim/", env!("CARGO_PKG_VERSION")).into(),
        };
        let ends = span(self.r#for.as_deref(), "--for")?;
        let stop = Arc::new(AtomicBool::new(false));
        stop_on_interrupt(&stop);
        if let Some(span) = ends {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                thread::sleep(Duration::from_micros(span.0));
                stop.store(true, Ordering::Relaxed);
            });
        }
        let transport = match way {
            Way::Udp => "UDP",
            Way::Tcp => "TCP",
            Way::Tls(_) => "TLS",
        };
        let recording = Mutex::new(CaptureFile::begin(self.pcap.as_deref(), transport)?);
        let service = SharedState {
            options: &options,
            stop: &stop,
            recording: &recording,
        };
        let served = self.listen(&way, at, &service);
        let recording = recording.into_inner();
        recording.unwrap_or_else(PoisonError::into_inner).end()?;
        served.map_err(|cause| Fault::World {
            action: self.listen.clone(),
            cause,
        })?;
        Ok(Outcome::Pass)
    }

    fn listen(&self, way: &Way, at: SocketAddr, service: &SharedState) -> io::Result<()> {
        if let Way::Udp = way {
            let mut line = UdpLine::bind(at)?;
            self.say_where("udp", line.local()?);
            return service.serve(&mut line);
        }
        let listener = TcpListener::bind(at)?;
        listener.set_nonblocking(true)?;
        let transport = self.listen.split(':').next().unwrap_or_default();
        self.say_where(transport, listener.local_addr()?);
        thread::scope(|scope| {
            while !service.stop.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, peer)) => {
                        scope.spawn(move || service.accept(way, stream, peer));
                    }
                    Err(_) => thread::sleep(Duration::from_millis(20)),
                }
            }
        });
        Ok(())
    }

    /// Says the port that the system chose, where port 0 was asked for.
    fn say_where(&self, transport: &str, at: SocketAddr) {
        say!("{} listens on {transport}:{at}", self.profile);
    }

    fn address(&self) -> Result<(Way, SocketAddr), Fault> {
        let wrong = |why: &str| {
            Fault::Input(format!(
                "--listen {}: {why}; expected udp:127.0.0.1:5060, tcp:127.0.0.1:5060 or tls:127.0.0.1:5061",
                self.listen
            ))
        };
        let (transport, at) = self
            .listen
            .split_once(':')
            .ok_or_else(|| wrong("no transport"))?;
        let way = match (transport, &self.cert, &self.key) {
            ("udp", None, _) => Way::Udp,
            ("tcp", None, _) => Way::Tcp,
            ("tls", Some(cert), Some(key)) => {
                let read = |path: &Path| of_file(path, |pem| Ok(pem.to_vec()));
                let (cert, key) = (read(cert)?, read(key)?);
                let identity = TlsIdentity::of_pem(&cert, &key);
                Way::Tls(identity.map_err(|e| Fault::Input(format!("--cert, --key: {e}")))?)
            }
            ("tls", ..) => return Err(wrong("TLS needs --cert and --key")),
            ("udp" | "tcp", ..) => return Err(wrong("--cert is for TLS")),
            _ => return Err(wrong("this transport is not supported")),
        };
        let at: SocketAddr = at.parse().map_err(|_| wrong("no address with a port"))?;
        if !at.ip().is_loopback() && !self.live {
            return Err(wrong(
                "not only this machine could reach it: --live allows that",
            ));
        }
        Ok((way, at))
    }

    /// The protocol settings of the profile, as a scenario with this gateway has them.
    fn config(&self) -> Result<GatewayConfig, Fault> {
        let mut text = String::from(
            "[scenario]\nname = \"gateway\"\nhorizon = \"1 h\"\n\n[[gateway]]\nname = \"gateway\"\n",
        );
        text += &quoted_keys(&[
            ("profile", Some(&self.profile)),
            ("update", self.update.as_deref()),
            ("allow", self.allow.as_deref()),
            ("session_expires", self.session_expires.as_deref()),
        ]);
        text += "\n[[clients]]\nname = \"clients\"\nprofile = \"communicator-2007-r2\"\ncount = 1\ngateway = \"gateway\"\n\
            workload = \"light\"\npath = \"ideal\"\nsign_in = \"at start\"\n";
        let scenario = parse("the command line", &text, Path::new("."), &[])?;
        Ok(scenario.plan.gateways[0].config.clone())
    }
}
