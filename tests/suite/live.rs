//! `probe` and `gateway` against each other on loopback: the class that is played is the class that is found.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rccsim::capture::{Observation, Resolution, Summary, Unit};
use rccsim::identify::{Identified, Identifier};
use rccsim::live::{Event, GatewayOptions, Line, ProbeEnd, TcpLine, UdpLine, probe, serve};
use rccsim::protocol::{Allow, GatewayConfig, Refresher, SessionTimer, Side, UpdateBehaviour};
use rccsim::quantity::Span;
use rccsim::wire::Ends;

fn config(update: UpdateBehaviour, allow: Allow) -> GatewayConfig {
    GatewayConfig {
        update,
        allow,
        session_expires_s: 86_400,
        min_se_s: 90,
        refresher: Refresher::Uac,
        enforces_session_timer: SessionTimer::Silent,
        retry_after_s: 60,
    }
}

fn ends(local: SocketAddr, tcp: bool) -> Ends {
    Ends {
        side: Side::Client,
        local_uri: "sip:probe@example.test".into(),
        remote_uri: "sip:line1@gw.example.test".into(),
        local_host: local.to_string(),
        transport: if tcp { "TCP" } else { "UDP" },
        line: "tel:+12025550101".into(),
        product: "probe".into(),
    }
}

/// Plays a gateway, asks it, and tells what it is; and how the probe ended.
fn found(options: &GatewayOptions, tcp: bool) -> (Identified, ProbeEnd, Vec<Event>) {
    let stop = AtomicBool::new(false);
    let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
    thread::scope(|scope| {
        let peer = if tcp {
            let listener = TcpListener::bind(here).unwrap();
            let peer = listener.local_addr().unwrap();
            scope.spawn(|| {
                let (stream, _) = { listener }.accept().unwrap();
                serve(
                    &mut TcpLine::of_stream(stream).unwrap(),
                    options,
                    &stop,
                    &mut |_| {},
                )
                .unwrap();
            });
            peer
        } else {
            let mut line = UdpLine::bind(here).unwrap();
            let peer = line.local().unwrap();
            let stop = &stop;
            scope.spawn(move || serve(&mut line, options, stop, &mut |_| {}).unwrap());
            peer
        };
        let mut line: Box<dyn Line> = if tcp {
            Box::new(TcpLine::connect(peer, Duration::from_secs(5)).unwrap())
        } else {
            Box::new(UdpLine::bind(here).unwrap())
        };
        let ends = ends(line.local().unwrap(), tcp);
        let mut events = Vec::new();
        let end = probe(line.as_mut(), peer, ends, "p1", &mut |event| {
            events.push(event)
        })
        .unwrap();
        stop.store(true, Ordering::Relaxed);
        (identify(&events, peer), end, events)
    })
}

fn identify(events: &[Event], peer: SocketAddr) -> Identified {
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
            for tcp in [false, true] {
                scope.spawn(move || {
                    let options = GatewayOptions {
                        config: config(update, allow),
                        call_every: None,
                        product: "x".into(),
                    };
                    let (identified, end, _) = found(&options, tcp);
                    assert_eq!(
                        identified.gateways[0].class.as_deref(),
                        Some(class),
                        "tcp: {tcp}"
                    );
                    let lost = update == U::DialogLost481;
                    assert_eq!(
                        end,
                        if lost {
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
    let (identified, end, events) = found(&options, false);
    assert_eq!(end, ProbeEnd::Done);
    assert_eq!(identified.gateways[0].class.as_deref(), Some("min-se-422"));
    let codes: Vec<u16> = events
        .iter()
        .filter(|e| !e.sent)
        .filter_map(|e| e.text.code())
        .collect();
    assert!(codes.contains(&422));
}
