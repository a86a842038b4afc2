//! A profile played by `trace --pcap` and read by `identify` is the same profile; and the capture is what the ladder says.

use std::fs;
use std::path::Path;
use std::process::Command;

use rccsim::capture::{Observation, read};
use rccsim::identify::{Identification, Identifier, Party};
use rccsim::scenario::{Profile, RawValue, SHIPPED};

/// The generic classes: every shipped gateway that is not a product.
pub(crate) const CLASSES: [&str; 12] = [
    "healthy",
    "ignores-update",
    "rejects-405",
    "rejects-501",
    "disowns-481",
    "answer-lost",
    "no-session-expires",
    "lying-allow-ignores",
    "lying-allow-501",
    "min-se-422",
    "unavailable-503",
    "allow-fix",
];

fn scenario(folder: &Path, gateway: &str, transport: &str) -> String {
    let text = format!(
        "[scenario]\nname = \"x\"\nstart = \"08:00\"\nhorizon = \"4 h\"\nreplications = 1\nseed = 1\n\n\
        [[path]]\nname = \"p\"\ntransport = \"{transport}\"\ndelay = \"1 ms\"\n\n\
        [[gateway]]\nname = \"g\"\nprofile = \"{gateway}\"\npath = \"p\"\n\n\
        [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 1\ngateway = \"g\"\nworkload = \"light\"\n\
        path = \"p\"\nsign_in = \"at start\"\n"
    );
    let file = folder.join("x.toml");
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

/// Runs `trace --pcap`; the bytes of the capture, and how many messages the ladder has.
fn trace(folder: &Path, gateway: &str, transport: &str, flags: &[&str]) -> (Vec<u8>, usize) {
    let capture = folder.join("x.pcap");
    let run = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args([
            "trace",
            &scenario(folder, gateway, transport),
            "--format",
            "json",
            "--pcap",
        ])
        .arg(&capture)
        .args(flags)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let ladder: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let rungs = ladder["rungs"].as_array().unwrap();
    let messages = rungs.iter().filter(|r| !r["to"].is_null()).count();
    (fs::read(capture).unwrap(), messages)
}

fn identify(folder: &Path) -> (Identification, Vec<Observation>) {
    let mut identifier = Identifier::default();
    let mut events = Vec::new();
    identifier.begin("x.pcap");
    let summary = read(&folder.join("x.pcap"), &mut |observation| {
        identifier.observe(&observation);
        events.push(observation);
    });
    identifier.end(summary.unwrap());
    (identifier.finish(), events)
}

fn set(party: &Party, key: &str) -> Option<String> {
    party
        .findings
        .iter()
        .find_map(|f| f.sets.clone().filter(|(k, _)| *k == key))
        .map(|(_, v)| v)
}

fn shipped(kind: &str, name: &str) -> Profile {
    let (_, _, text) = SHIPPED
        .iter()
        .find(|(k, n, _)| *k == kind && *n == name)
        .unwrap();
    Profile::parse(kind, name, name, text).unwrap()
}

fn value(profile: &Profile, key: &str) -> String {
    match profile.value(key).and_then(|entry| entry.form.clone()) {
        Some(RawValue::Text(text)) => text,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn every_generic_class_comes_back_over_udp_and_tcp() {
    let folder = tempfile::tempdir().unwrap();
    for class in CLASSES {
        for transport in ["udp", "tcp"] {
            let (_, messages) = trace(folder.path(), class, transport, &[]);
            let (identification, events) = identify(folder.path());
            let case = format!("{class} over {transport}");
            assert_eq!(
                events.len(),
                messages,
                "{case}: the capture has the messages of the ladder"
            );
            assert_eq!(identification.files[0].warnings, [""; 0], "{case}");
            let gateway = &identification.gateways[0];
            assert_eq!(gateway.class.as_deref(), Some(class), "{case}");
            let profile = shipped("gateways", class);
            assert_eq!(
                set(gateway, "allow"),
                Some(value(&profile, "allow")),
                "{case}"
            );
            let profile_text = rccsim::identify::gateway_profile(&identification, gateway);
            let copy = Profile::parse("gateways", "x", "x.toml", &profile_text).unwrap();
            assert_eq!(
                value(&copy, "update"),
                value(&profile, "update"),
                "{case}\n{profile_text}"
            );
            // What the class does not say is left to the defaults, or measured to be them.
            let min_se = (class == "min-se-422").then(|| "3600 s".to_string());
            assert_eq!(set(gateway, "min_se"), min_se, "{case}");
            assert_eq!(set(gateway, "session_expires"), None, "{case}");
            assert_eq!(set(gateway, "service_time"), None, "{case}");
            assert!(
                set(gateway, "refresher").is_none_or(|r| r == "uac"),
                "{case}"
            );
            assert!(
                set(gateway, "retry_after").is_none_or(|r| r == "60 s"),
                "{case}"
            );
        }
    }
}

#[test]
fn the_client_comes_back_too() {
    let folder = tempfile::tempdir().unwrap();
    for transport in ["udp", "tcp"] {
        trace(folder.path(), "ignores-update", transport, &["--all"]);
        let (identification, _) = identify(folder.path());
        let client = &identification.clients[0];
        for (key, expected) in [
            ("session_expires", "1800 s"),
            ("min_se", "90 s"),
            ("refresh_method", "by-allow"),
            ("refresh_interval", "1500 s"),
            ("on_no_answer", "tear-down"),
            ("reestablish", "fixed 30 s"),
        ] {
            assert_eq!(
                set(client, key).as_deref(),
                Some(expected),
                "{transport}: {key}"
            );
        }
        assert!(
            identification.dialogs.len() > 5,
            "a session is lost every 1532 s"
        );
    }
}

#[test]
fn the_capture_is_the_same_each_time_and_has_the_instants_of_the_model() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = trace(folder.path(), "ignores-update", "udp", &[]);
    let (second, _) = trace(folder.path(), "ignores-update", "udp", &[]);
    assert!(first == second);
    let (identification, events) = identify(folder.path());
    let start = 8 * 3600 * 1_000_000;
    assert_eq!(
        events[0].at_us,
        Some(start),
        "the simulated clock, on the first day of 1970"
    );
    // Timer E: 0, 0.5, 1.5, 3.5, then every 4 s up to 31.5 s (RFC 3261 §17.1.2.2).
    let updates: Vec<u64> = events
        .iter()
        .filter(|o| o.message.method() == Some("UPDATE"))
        .filter_map(|o| o.at_us)
        .collect();
    let since: Vec<u64> = updates.iter().map(|at| (at - updates[0]) / 1000).collect();
    assert_eq!(
        since,
        [
            0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500
        ]
    );
    let copies: Vec<Vec<u8>> = events
        .iter()
        .filter(|o| o.message.method() == Some("UPDATE"))
        .map(|o| o.message.print())
        .collect();
    assert!(
        copies.iter().all(|c| *c == copies[0]),
        "copies are the same to the byte"
    );
    assert_eq!(identification.dialogs[0].update_copies, [11]);
}
