//! `probe` and `gateway` against each other on loopback: the class that is played is the class that is found.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rccsim::capture::{Observation, Resolution, Summary, Unit};
use rccsim::identify::{Identification, Identifier};
use rccsim::live::{
    ClientOptions, Event, GatewayOptions, Happening, Line, ProbeEnd, StreamLine, TlsIdentity,
    TlsTrust, UdpLine, attend, probe, serve,
};
use rccsim::protocol::{
    Allow, ClientConfig, GatewayConfig, Reestablish, SessionTimer, Side, UpdateBehaviour,
};
use rccsim::quantity::Span;
use rccsim::wire::Ends;

use crate::deployments::{gateway, r2};

/// As the test deployments have it, with a timer whose end is silent.
fn config(update: UpdateBehaviour, allow: Allow) -> GatewayConfig {
    GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(update, allow)
    }
}

fn ends(local: SocketAddr, transport: &'static str) -> Ends {
    Ends {
        side: Side::Client,
        local_uri: "sip:probe@example.test".into(),
        remote_uri: "sip:line1@gw.example.test".into(),
        local_host: local.to_string(),
        transport,
        line: "tel:+12025550101".into(),
        product: "probe".into(),
    }
}

/// A certificate for 127.0.0.1 that vouches for itself, and its key.
fn certificate() -> (String, String) {
    let key_pair = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_string()]).unwrap();
    (key_pair.cert.pem(), key_pair.signing_key.serialize_pem())
}

const WAIT: Duration = Duration::from_secs(5);

/// Plays a gateway while `talk` talks to it, given a way to it and its address.
fn with_gateway<T>(
    options: &GatewayOptions,
    transport: &'static str,
    talk: impl FnOnce(Box<dyn Line>, SocketAddr) -> T,
) -> T {
    let stop = AtomicBool::new(false);
    let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let (cert, key) = certificate();
    thread::scope(|scope| {
        let stop = &stop;
        let (peer, line): (_, Box<dyn Line>) = if transport == "UDP" {
            let mut line = UdpLine::bind(here).unwrap();
            let peer = line.local().unwrap();
            scope.spawn(move || serve(&mut line, options, stop, &mut |_| {}).unwrap());
            (peer, Box::new(UdpLine::bind(here).unwrap()))
        } else {
            let listener = TcpListener::bind(here).unwrap();
            let peer = listener.local_addr().unwrap();
            let identity = TlsIdentity::of_pem(cert.as_bytes(), key.as_bytes()).unwrap();
            scope.spawn(move || {
                let (stream, _) = listener.accept().unwrap();
                let mut line = match transport {
                    "TLS" => StreamLine::of_tls_stream(stream, WAIT, &identity).unwrap(),
                    _ => StreamLine::of_stream(stream).unwrap(),
                };
                serve(&mut line, options, stop, &mut |_| {}).unwrap();
            });
            let trust = TlsTrust::of_pem(cert.as_bytes()).unwrap();
            let line = match transport {
                "TLS" => StreamLine::connect_tls(peer, WAIT, "127.0.0.1", &trust),
                _ => StreamLine::connect(peer, WAIT),
            };
            (peer, Box::new(line.unwrap()))
        };
        let transcript = talk(line, peer);
        stop.store(true, Ordering::Relaxed);
        transcript
    })
}

/// Plays a gateway, asks it, and says what it is; and how the probe ended.
fn probed(
    options: &GatewayOptions,
    transport: &'static str,
) -> (Identification, ProbeEnd, Vec<Event>) {
    with_gateway(options, transport, |mut line, peer| {
        let ends = ends(line.local().unwrap(), transport);
        let mut events = Vec::new();
        let mut report = |event| events.push(event);
        let end = probe(line.as_mut(), peer, ends, "p1", &mut report).unwrap();
        (identify(&events, peer), end, events)
    })
}

fn identify(events: &[Event], peer: SocketAddr) -> Identification {
    let mut identifier = Identifier::default();
    identifier.begin("probe");
    for (index, event) in events.iter().enumerate() {
        let (us, there) = (Some("192.0.2.1:5060".to_string()), Some(peer.to_string()));
        let (from, to) = if event.sent { (us, there) } else { (there, us) };
        identifier.observe(&Observation {
            place: index as u64 + 1,
            at_us: Some(event.at.0),
            from,
            to,
            transport: None,
            message: event.text.clone(),
        });
    }
    identifier.end(Summary {
        forms: vec!["probe"],
        unit: Unit::Frame,
        places: events.len() as u64,
        messages: events.len() as u64,
        resolution: Resolution::Fine,
        warnings: Vec::new(),
    });
    identifier.finish()
}

#[test]
fn the_class_that_is_played_is_the_class_that_is_found() {
    use UpdateBehaviour as U;
    let cases = [
        (U::Accepted, Allow::WithUpdate, "healthy"),
        (U::Rejected405, Allow::Absent, "rejects-405"),
        (U::Rejected501, Allow::Absent, "rejects-501"),
        (U::Rejected501, Allow::WithUpdate, "lying-allow-501"),
        (U::DialogLost481, Allow::Absent, "disowns-481"),
        (U::NoSessionExpires, Allow::Absent, "no-session-expires"),
        (U::Unavailable503, Allow::Absent, "unavailable-503"),
        (U::Ignored, Allow::Absent, "ignores-update"),
        (U::Ignored, Allow::WithUpdate, "lying-allow-ignores"),
        (U::Ignored, Allow::WithoutUpdate, "allow-fix"),
    ];
    thread::scope(|scope| {
        for (update, allow, class) in cases {
            for transport in ["UDP", "TCP"] {
                scope.spawn(move || {
                    let options = GatewayOptions {
                        config: config(update, allow),
                        call_every: None,
                        product: "x".into(),
                    };
                    let (identification, end, _) = probed(&options, transport);
                    assert_eq!(
                        identification.gateways[0].class.as_deref(),
                        Some(class),
                        "{transport}"
                    );
                    let is_lost = update == U::DialogLost481;
                    assert_eq!(
                        end,
                        if is_lost {
                            ProbeEnd::Ended
                        } else {
                            ProbeEnd::Done
                        },
                        "{class}"
                    );
                });
            }
        }
    });
}

#[test]
fn a_larger_min_se_is_met_and_calls_of_the_gateway_are_answered() {
    let config = GatewayConfig {
        min_se_s: 3600,
        ..config(UpdateBehaviour::IntervalTooSmall422, Allow::WithUpdate)
    };
    let options = GatewayOptions {
        config,
        call_every: Some(Span::from_millis(1)),
        product: "x".into(),
    };
    let (identification, end, events) = probed(&options, "UDP");
    assert_eq!(end, ProbeEnd::Done);
    assert_eq!(
        identification.gateways[0].class.as_deref(),
        Some("min-se-422")
    );
    let codes: Vec<u16> = events
        .iter()
        .filter(|e| !e.sent)
        .filter_map(|e| e.text.code())
        .collect();
    assert!(codes.contains(&422));
}

fn healthy() -> GatewayOptions {
    GatewayOptions {
        config: config(UpdateBehaviour::Accepted, Allow::WithUpdate),
        call_every: None,
        product: "x".into(),
    }
}

#[test]
fn a_gateway_over_tls_is_asked_as_any_other_and_must_prove_who_it_is() {
    let (identification, end, events) = probed(&healthy(), "TLS");
    assert_eq!(end, ProbeEnd::Done);
    assert_eq!(identification.gateways[0].class.as_deref(), Some("healthy"));
    let via = events[0].text.header("Via").unwrap();
    assert!(via.starts_with("SIP/2.0/TLS "), "{via}");

    let (cert, key) = certificate();
    let (stranger, _) = certificate();
    let identity = TlsIdentity::of_pem(cert.as_bytes(), key.as_bytes()).unwrap();
    for (trusted, name) in [(&stranger, "127.0.0.1"), (&cert, "gw.example.test")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = listener.local_addr().unwrap();
        let trust = TlsTrust::of_pem(trusted.as_bytes()).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let (stream, _) = listener.accept().unwrap();
                assert!(StreamLine::of_tls_stream(stream, WAIT, &identity).is_err());
            });
            assert!(StreamLine::connect_tls(peer, WAIT, name, &trust).is_err());
        });
    }
}

#[test]
fn a_client_that_stays_refreshes_in_its_rhythm_and_signs_out() {
    let options = ClientOptions {
        config: ClientConfig {
            refresh_interval: Span::from_millis(700),
            reestablish: Reestablish::Never,
            ..r2()
        },
        stays: Some(Span::from_millis(1700)),
    };
    for transport in ["UDP", "TCP", "TLS"] {
        let mut sent: Vec<(String, f64)> = Vec::new();
        with_gateway(&healthy(), transport, |line, peer| {
            let mut line = Some(line);
            let stop = AtomicBool::new(false);
            attend(
                &mut || Ok(line.take().unwrap()),
                peer,
                &|local| ends(local, transport),
                &options,
                "c1",
                &stop,
                &mut |happening| {
                    if let Happening::Message(event) = happening
                        && event.sent
                    {
                        let method = event.text.method().unwrap_or_default().to_string();
                        sent.push((method, event.at.as_secs_f64()));
                    }
                },
            )
            .unwrap();
        });
        let methods: Vec<&str> = sent.iter().map(|(method, _)| method.as_str()).collect();
        assert_eq!(
            methods,
            [
                "INVITE", "ACK", "INFO", "INFO", "UPDATE", "UPDATE", "INFO", "BYE"
            ],
            "{transport}"
        );
        let gap = sent[5].1 - sent[4].1;
        assert!((0.69..1.2).contains(&gap), "{transport}: {gap} s");
    }
}
