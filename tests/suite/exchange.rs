//! Out and in again: what is simulated is identified as what it is, what is measured behaves as it was measured, and the
//! same dialog is the same in whatever dress other stacks put it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use rccsim::capture::{Endpoints, Observation, PcapWriter, Transport, read, read_from};
use rccsim::experiment::Experiment;
use rccsim::identify::{Identification, Identifier, gateway_profile};
use rccsim::scenario::Scenario;

fn scenario(profile: &str, path: &str) -> String {
    format!(
        "[scenario]\nname = \"exchange\"\nhorizon = \"2 h\"\n[[gateway]]\nname = \"gateway\"\nprofile = \"{profile}\"\n\
        [[clients]]\nname = \"clients\"\nprofile = \"communicator-2007-r2\"\ncount = 1\ngateway = \"gateway\"\n\
        workload = \"light\"\npath = \"{path}\"\nsign_in = \"at start\"\n"
    )
}

fn rccsim(arguments: &[&str], folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    let output = command
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{errors}");
}

#[test]
fn every_class_comes_back_as_the_profile_that_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for class in [
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
    ] {
        for path in ["lan-udp", "lan-tls"] {
            let text = scenario(class, path);
            fs::write(folder.join("s.toml"), &text).unwrap();
            rccsim(&["trace", "s.toml", "--pcap", "s.pcap"], folder);
            rccsim(&["identify", "s.pcap", "--profile", "g.toml"], folder);
            let profile_path = folder.join("g.toml").display().to_string();
            let scenario_file = Scenario::from_toml(&text).unwrap();
            let parsed = Scenario::from_toml(&scenario(&profile_path, path)).unwrap();
            assert_eq!(
                parsed.plan.gateways[0].config, scenario_file.plan.gateways[0].config,
                "{class} over {path}"
            );
        }
    }
}

fn captures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures")
}

fn observations(capture: &str) -> Vec<Observation> {
    let mut messages = Vec::new();
    read(&captures().join(capture), &mut |o| messages.push(o)).unwrap();
    messages
}

fn identify(bytes: &[u8]) -> Identification {
    let mut identifier = Identifier::default();
    identifier.begin("x");
    let summary = read_from("x", bytes, &mut |o| identifier.observe(&o)).unwrap();
    identifier.end(summary);
    identifier.finish()
}

#[test]
fn a_profile_of_a_slow_gateway_gives_its_response_times_in_a_run() {
    let bytes = fs::read(captures().join("slow-gateway-udp.pcap")).unwrap();
    let identification = identify(&bytes);
    let median_ms = identification.dialogs[0].response_ms.median.unwrap();
    let max_ms = identification.dialogs[0].response_ms.max.unwrap();
    assert!(median_ms > 500.0);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slow.toml");
    let profile = gateway_profile(&identification, &identification.gateways[0]);
    fs::write(&file, profile).unwrap();
    let scenario = Scenario::from_toml(&scenario(&file.display().to_string(), "ideal")).unwrap();
    let answer = Experiment::new(scenario).replications(2).run().unwrap();
    // A quantile is the upper edge of its bucket, at most 0.8 % above.
    let max_quantile = max_ms.max(median_ms * 1.008);
    for metric in ["gateway_response_p50_ms", "gateway_response_mean_ms"] {
        let run_ms = answer.estimate(metric).unwrap().mean;
        assert!(
            (median_ms - 1.0..=max_quantile).contains(&run_ms),
            "{metric}: {run_ms} ms of {median_ms} to {max_ms} ms"
        );
    }
}

/// How a stack writes its headers.
#[derive(Clone, Copy, PartialEq)]
enum Dress {
    Compact,
    LowerCase,
    Folded,
    Reversed,
    LineFeeds,
}

const DRESSES: [Dress; 5] = [
    Dress::Compact,
    Dress::LowerCase,
    Dress::Folded,
    Dress::Reversed,
    Dress::LineFeeds,
];

const COMPACT: [(&str, &str); 10] = [
    ("Call-ID", "i"),
    ("Contact", "m"),
    ("Content-Length", "l"),
    ("Content-Type", "c"),
    ("From", "f"),
    ("Supported", "k"),
    ("To", "t"),
    ("Via", "v"),
    ("Session-Expires", "x"),
    ("Subject", "s"),
];

fn dress_up(bytes: &[u8], dress: Dress) -> Vec<u8> {
    let split = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
    let (start, headers) = head.split_once("\r\n").unwrap();
    let mut lines: Vec<String> = headers.split("\r\n").map(String::from).collect();
    for line in &mut lines {
        let (name, value) = line.split_once(": ").unwrap();
        *line = match dress {
            Dress::Compact => {
                let short = COMPACT.iter().find(|(long, _)| *long == name);
                format!("{}: {value}", short.map_or(name, |(_, short)| short))
            }
            Dress::LowerCase => format!("{}:{value}", name.to_lowercase()),
            // A line may go on in the next where there may be white space (RFC 3261 §7.3.1).
            Dress::Folded => format!("{name} :\r\n {}", value.replace(", ", ",\r\n\t")),
            Dress::Reversed | Dress::LineFeeds => line.clone(),
        };
    }
    if dress == Dress::Reversed {
        lines.reverse();
    }
    let head = format!("{start}\r\n{}\r\n\r\n", lines.join("\r\n"));
    let head = match dress {
        Dress::LineFeeds => head.replace("\r\n", "\n"),
        _ => head,
    };
    [head.as_bytes(), &bytes[split + 4..]].concat()
}

/// A capture of the same messages between these two ends, in this dress; the Call-ID ends with `mark`.
fn capture(messages: &[Observation], ends: Endpoints, dress: Option<Dress>, mark: &str) -> Vec<u8> {
    let mut writer = PcapWriter::new();
    let client = messages[0].from.clone();
    for observation in messages {
        let mut message = observation.message.clone();
        for (name, value) in &mut message.headers {
            if name.eq_ignore_ascii_case("Call-ID") {
                value.push_str(mark);
            }
        }
        let bytes = message.print();
        let bytes = dress.map_or(bytes.clone(), |dress| dress_up(&bytes, dress));
        let back = Endpoints {
            from: ends.to,
            to: ends.from,
        };
        let ends = if observation.from == client {
            ends
        } else {
            back
        };
        let at_us = observation.at_us.unwrap();
        if observation.transport == Some(Transport::Tcp) {
            writer.tcp(at_us, ends, &bytes);
        } else {
            writer.udp(at_us, ends, &bytes);
        }
    }
    writer.into_bytes()
}

/// The class of a gateway or client, and its keys with their values.
type Profile = (Option<String>, Vec<(&'static str, String)>);

/// Of every gateway and client.
fn profiles_of(identification: &Identification) -> Vec<Profile> {
    let parties = identification
        .gateways
        .iter()
        .chain(&identification.clients);
    parties
        .map(|party| {
            let sets = party.findings.iter().filter_map(|f| f.sets.clone());
            (party.class.clone(), sets.collect())
        })
        .collect()
}

fn ends(client: &str, gateway: &str) -> Endpoints {
    Endpoints {
        from: client.parse::<SocketAddr>().unwrap(),
        to: gateway.parse().unwrap(),
    }
}

const BASES: [&str; 12] = [
    "healthy-udp.pcap",
    "ignores-update-udp.pcap",
    "ignores-update-tcp.pcap",
    "rejects-405-udp.pcap",
    "rejects-501-udp.pcap",
    "disowns-481-udp.pcap",
    "min-se-422-udp.pcap",
    "no-session-expires-udp.pcap",
    "unavailable-503-udp.pcap",
    "allow-fix-tcp.pcap",
    "sofia-405-u1-udp.pcap",
    "baresip-uas-udp.pcap",
];

#[test]
fn the_dress_of_headers_ports_and_addresses_changes_nothing() {
    for base in BASES {
        let messages = observations(base);
        let baseline = profiles_of(&identify(&fs::read(captures().join(base)).unwrap()));
        let near = ends("192.0.2.7:40000", "192.0.2.9:15070");
        for dress in DRESSES {
            assert_eq!(
                profiles_of(&identify(&capture(&messages, near, Some(dress), ""))),
                baseline,
                "{base}"
            );
        }
        let far = ends("[2001:db8::7]:5060", "[2001:db8::9]:5080");
        assert_eq!(
            profiles_of(&identify(&capture(&messages, far, None, ""))),
            baseline,
            "{base}"
        );
    }
}

/// The records of a capture, each with its head of 16 bytes.
fn records(pcap: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut packets = Vec::new();
    let mut tail = &pcap[24..];
    while tail.len() >= 16 {
        let length = u32::from_le_bytes(tail[8..12].try_into().unwrap()) as usize;
        packets.push((&tail[..16], &tail[16..16 + length]));
        tail = &tail[16 + length..];
    }
    packets
}

#[test]
fn a_capture_with_vlan_tags_says_the_same() {
    for base in BASES {
        let baseline = capture(
            &observations(base),
            ends("192.0.2.7:5060", "192.0.2.9:5060"),
            None,
            "",
        );
        let mut tagged = baseline[..24].to_vec();
        for (head, packet) in records(&baseline) {
            let length = (packet.len() as u32 + 8).to_le_bytes();
            tagged.extend_from_slice(&head[..8]);
            tagged.extend_from_slice(&[length, length].concat());
            tagged.extend_from_slice(&packet[..12]);
            // A provider's tag (IEEE 802.1ad) around a customer's (802.1Q).
            tagged.extend_from_slice(&[0x88, 0xa8, 0, 7, 0x81, 0, 0, 42]);
            tagged.extend_from_slice(&packet[12..]);
        }
        assert_eq!(
            profiles_of(&identify(&tagged)),
            profiles_of(&identify(&baseline)),
            "{base}"
        );
    }
}

#[test]
fn dialogs_of_several_users_in_one_capture_are_one_gateway() {
    for base in BASES {
        let messages = observations(base);
        let gateway = "192.0.2.9:5060";
        let one = capture(&messages, ends("192.0.2.7:5060", gateway), None, "");
        let two = capture(&messages, ends("192.0.2.8:5060", gateway), None, "-2");
        let (first, second) = (records(&one), records(&two));
        let mut merged = one[..24].to_vec();
        for ((a, b), (c, d)) in first.iter().zip(&second) {
            merged.extend_from_slice(&[*a, *b, *c, *d].concat());
        }
        let (single, joint) = (identify(&one), identify(&merged));
        assert_eq!(joint.dialogs.len(), 2 * single.dialogs.len(), "{base}");
        assert_eq!(joint.gateways.len(), 1, "{base}");
        assert_eq!(profiles_of(&joint)[0], profiles_of(&single)[0], "{base}");
    }
}
