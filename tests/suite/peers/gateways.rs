//! `probe` and `client` at gateways that are other people's programs.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant;

use super::{Running, material, messages, port, python, rccsim, rungs, scenario, tshark};

/// What a probe of the gateway at a port prints, within 75 s.
fn probe(port: &str, transport: &str, folder: &Path) -> String {
    let uri = format!("sip:line1@127.0.0.1:{port};transport={transport}");
    #[expect(
        clippy::disallowed_methods,
        reason = "a real program is given a real time"
    )]
    let start = Instant::now();
    let output = rccsim(&["probe", &uri, "--pcap", "probe.pcap"], folder);
    assert!(start.elapsed().as_secs() <= 75, "{:?}", start.elapsed());
    String::from_utf8(output.stdout).unwrap()
}

/// A line of what it prints, by how it begins.
fn line<'a>(text: &'a str, begins: &str) -> &'a str {
    text.lines()
        .find_map(|line| line.trim_start().strip_prefix(begins))
        .unwrap_or_else(|| panic!("no {begins:?} in\n{text}"))
        .trim()
}

fn sipp(scenario: &Path, port: &str, transport: &str, folder: &Path) -> Running {
    let mode = if transport == "udp" { "u1" } else { "t1" };
    let file = scenario.display().to_string();
    let arguments = [
        "-sf",
        &file,
        "-i",
        "127.0.0.1",
        "-p",
        port,
        "-t",
        mode,
        "-nostdin",
    ];
    Running::start("sipp", &arguments, folder)
}

#[test]
#[ignore = "needs SIPp: .ci/run"]
fn every_class_that_sipp_plays_is_found() {
    let cases = [
        ("allow-fix", "allow-fix"),
        ("disowns-481", "disowns-481"),
        ("healthy", "healthy"),
        ("ignores-update", "ignores-update"),
        ("ignores-with-call", "ignores-update"),
        ("lying-allow-501", "lying-allow-501"),
        ("lying-allow-ignores", "lying-allow-ignores"),
        ("min-se-422", "min-se-422"),
        ("no-session-expires", "no-session-expires"),
        ("rejects-405", "rejects-405"),
        ("rejects-501", "rejects-501"),
        ("slow-gateway", "healthy"),
        ("unavailable-503", "unavailable-503"),
        ("update-422", "min-se-422"),
    ];
    let files = fs::read_dir(material("sipp")).unwrap().count();
    assert_eq!(files, cases.len(), "every scenario is played");
    thread::scope(|scope| {
        for (name, class) in cases {
            for transport in ["udp", "tcp"] {
                scope.spawn(move || {
                    let folder = tempfile::tempdir().unwrap();
                    let port = port();
                    let scenario = material(&format!("sipp/{name}.uas.xml"));
                    let _gateway = sipp(&scenario, &port, transport, folder.path());
                    let text = probe(&port, transport, folder.path());
                    assert_eq!(
                        line(&text, "behaves like"),
                        class,
                        "{name} {transport}\n{text}"
                    );
                });
            }
        }
    });
}

#[test]
#[ignore = "needs baresip: .ci/run"]
fn baresip_says_honestly_that_it_knows_no_update() {
    let folder = tempfile::tempdir().unwrap();
    let port = port();
    for file in ["config", "accounts"] {
        let text = fs::read_to_string(material(&format!("baresip/{file}"))).unwrap();
        fs::write(folder.path().join(file), text.replace("PORT", &port)).unwrap();
    }
    fs::write(folder.path().join("contacts"), "").unwrap();
    let _gateway = Running::start("baresip", &["-f", "."], folder.path());
    let text = probe(&port, "udp", folder.path());
    assert!(line(&text, "Allow in the 2xx to INVITE").starts_with("leaves UPDATE out"));
    assert!(line(&text, "UPDATE gets").starts_with("501"), "{text}");
    let granted = line(&text, "Session-Expires granted");
    assert!(
        granted.starts_with("none: it runs no session timer"),
        "{text}"
    );
}

#[test]
#[ignore = "needs Kamailio, SIPp and tshark: .ci/run"]
fn through_kamailio_the_422_is_seen_and_the_route_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (relay, gateway) = (port(), port());
    let config = fs::read_to_string(material("kamailio/relay.cfg")).unwrap();
    let config = config.replace("PORT", &relay).replace("GATEWAY", &gateway);
    fs::write(folder.path().join("relay.cfg"), config).unwrap();
    let scenario = material("kamailio/gateway.uas.xml");
    let _gateway = sipp(&scenario, &gateway, "udp", folder.path());
    let arguments = ["-f", "relay.cfg", "-DD", "-E", "-m", "32", "-M", "8"];
    let _relay = Running::start("kamailio", &arguments, folder.path());
    let text = probe(&relay, "udp", folder.path());
    assert!(line(&text, "UPDATE gets").starts_with("200"), "{text}");
    assert!(line(&text, "Min-SE (422)").starts_with("300 s"), "{text}");
    let file = folder.path().join("probe.pcap");
    let filter = "sip.Method == \"UPDATE\" or sip.Method == \"BYE\"";
    let routes = tshark(&file, filter, &["sip.Route"]);
    let route = format!("<sip:127.0.0.1:{relay};lr");
    assert!(
        routes.len() >= 2 && routes.iter().all(|r| r[0].starts_with(&route)),
        "{routes:?}"
    );
    assert!(messages(&file).iter().any(|(_, what)| what == "100 INVITE"));
}

#[test]
#[ignore = "needs PJSIP: .ci/run"]
fn pjsip_takes_no_csta_body_and_is_healthy_without() {
    let folder = tempfile::tempdir().unwrap();
    let port = port();
    let script = material("pjsip/gateway.py").display().to_string();
    let _gateway = Running::start(&python(), &[&script, &port, "100"], folder.path());
    let text = probe(&port, "udp", folder.path());
    assert_eq!(line(&text, "behaves like"), "healthy", "{text}");
    let traffic = messages(&folder.path().join("probe.pcap"));
    assert!(
        traffic.iter().any(|(_, what)| what == "415 INVITE"),
        "{traffic:?}"
    );
}

/// Gaps on an idle machine are within 50 ms; where everything runs at once, programs are stalled by more.
const GAP_MOST_S: f64 = 1.5;

#[test]
#[ignore = "needs SIPp and tshark: .ci/run"]
fn our_client_at_sipps_gateway_says_what_trace_says_when_trace_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (port, keys) = (
        port(),
        "refresh_interval = \"5 s\"\nreestablish = \"never\"",
    );
    fs::write(
        folder.join("s.toml"),
        scenario("ignores-update", keys, "lan-udp"),
    )
    .unwrap();
    let set = "clients.reestablish=never";
    let trace = rccsim(
        &["trace", "s.toml", "--set", set, "--format", "json", "--all"],
        folder,
    );
    let scenario = material("sipp/ignores-update.uas.xml");
    let _gateway = sipp(&scenario, &port, "udp", folder);
    let uri = format!("sip:line1@127.0.0.1:{port}");
    let client = [
        "client",
        &uri,
        "--refresh-interval",
        "5 s",
        "--reestablish",
        "never",
        "--for",
        "45 s",
        "--pcap",
        "c.pcap",
    ];
    rccsim(&client, folder);
    let (messages_seen, expected) = (messages(&folder.join("c.pcap")), rungs(&trace.stdout));
    let mut worst: f64 = 0.0;
    for ((at, label), (at_trace, what_trace)) in messages_seen.iter().zip(&expected) {
        assert_eq!(label, what_trace, "{messages_seen:?}\n{expected:?}");
        worst = worst.max((at - at_trace).abs());
    }
    assert_eq!(
        messages_seen.len(),
        expected.len(),
        "{messages_seen:?}\n{expected:?}"
    );
    assert!(worst <= GAP_MOST_S, "{worst} s");
    println!("largest difference {:.1} ms", worst * 1e3);
}
