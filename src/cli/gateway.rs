//! `rccsim gateway`: plays a gateway of any class for a real client.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::live::what;
use crate::live::{Event, GatewayOptions, TcpLine, UdpLine, serve};
use crate::quantity::{Span, parse_span};
use crate::scenario::parse;

/// Play a gateway for a real client.
#[derive(Args)]
pub(super) struct Gateway {
    /// The gateway profile, shipped or a file
    profile: String,
    /// Where to listen: udp:ADDRESS:PORT or tcp:ADDRESS:PORT
    #[arg(long, default_value = "udp:127.0.0.1:5060")]
    listen: String,
    /// What it does with UPDATE, instead of the profile's
    #[arg(long, value_name = "CLASS")]
    update: Option<String>,
    /// Its Allow header, instead of the profile's
    #[arg(long, value_name = "WORD")]
    allow: Option<String>,
    /// How often a monitored line rings
    #[arg(long, value_name = "SPAN")]
    call_every: Option<String>,
    /// Ends after this time [default: never]
    #[arg(long, value_name = "SPAN")]
    r#for: Option<String>,
    /// Listen on an address outside of this machine too
    #[arg(long)]
    live: bool,
}

impl Gateway {
    /// Runs the command, until its time is over.
    ///
    /// # Errors
    /// A profile, an address or a time that is none; the system's refusal.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let (tcp, at) = self.address()?;
        let options = GatewayOptions {
            config: self.config()?,
            call_every: span(self.call_every.as_deref(), "--call-every")?,
            product: concat!("rccsim/", env!("CARGO_PKG_VERSION")).into(),
        };
        let ends = span(self.r#for.as_deref(), "--for")?;
        let stop = AtomicBool::new(false);
        let world = |cause| Fault::World {
            what: self.listen.clone(),
            cause,
        };
        let mut report = |event: Event| eprintln!("{}", what(&event));
        thread::scope(|scope| {
            if let Some(span) = ends {
                let stop = &stop;
                scope.spawn(move || {
                    thread::sleep(Duration::from_micros(span.0));
                    stop.store(true, Ordering::Relaxed);
                });
            }
            if !tcp {
                let mut line = UdpLine::bind(at).map_err(world)?;
                eprintln!("{} listens on {}", self.profile, self.listen);
                return serve(&mut line, &options, &stop, &mut report).map_err(world);
            }
            let listener = TcpListener::bind(at).map_err(world)?;
            listener.set_nonblocking(true).map_err(world)?;
            eprintln!("{} listens on {}", self.profile, self.listen);
            while !stop.load(Ordering::Relaxed) {
                let Ok((stream, peer)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(20));
                    continue;
                };
                let (options, stop) = (&options, &stop);
                scope.spawn(move || {
                    let served = stream
                        .set_nonblocking(false)
                        .and_then(|()| TcpLine::of_stream(stream))
                        .and_then(|mut line| {
                            serve(&mut line, options, stop, &mut |event| {
                                eprintln!("{}", what(&event))
                            })
                        });
                    if let Err(cause) = served {
                        eprintln!("warning: {peer}: {cause}");
                    }
                });
            }
            Ok(())
        })?;
        Ok(Outcome::Pass)
    }

    fn address(&self) -> Result<(bool, SocketAddr), Fault> {
        let wrong = |why: &str| {
            Fault::Input(format!(
                "--listen {}: {why}; expected udp:127.0.0.1:5060 or tcp:127.0.0.1:5060",
                self.listen
            ))
        };
        let (transport, at) = self
            .listen
            .split_once(':')
            .ok_or_else(|| wrong("no transport"))?;
        let tcp = match transport {
            "udp" => false,
            "tcp" => true,
            _ => return Err(wrong("this transport is not supported")),
        };
        let at: SocketAddr = at.parse().map_err(|_| wrong("no address with a port"))?;
        if !at.ip().is_loopback() && !self.live {
            return Err(wrong(
                "not only this machine could reach it: --live allows that",
            ));
        }
        Ok((tcp, at))
    }

    /// The protocol settings of the profile, as a scenario with this gateway has them.
    fn config(&self) -> Result<crate::protocol::GatewayConfig, Fault> {
        let quoted =
            |key: &str, value: &str| format!("{key} = {}\n", serde_json::Value::from(value));
        let mut text = String::from(
            "[scenario]\nname = \"gateway\"\nhorizon = \"1 h\"\n\n[[gateway]]\nname = \"gateway\"\n",
        );
        text += &quoted("profile", &self.profile);
        for (key, value) in [("update", &self.update), ("allow", &self.allow)] {
            text += &value
                .as_ref()
                .map_or(String::new(), |value| quoted(key, value));
        }
        text += "\n[[clients]]\nname = \"clients\"\nprofile = \"communicator-2007-r2\"\ncount = 1\ngateway = \"gateway\"\n\
            workload = \"light\"\npath = \"ideal\"\nsign_in = \"at start\"\n";
        let scenario = parse("the command line", &text, Path::new("."), &[])?;
        Ok(scenario.plan.gateways[0].config.clone())
    }
}

fn span(text: Option<&str>, flag: &str) -> Result<Option<Span>, Fault> {
    text.map(|text| {
        parse_span(text)
            .filter(|s| s.0 > 0)
            .ok_or_else(|| Fault::Input(format!("{flag} {text}: expected a time like \"30 s\"")))
    })
    .transpose()
}
