//! What is told of a gateway and a client from captures and logs, and that no file, however broken, is worse than an error.
//!
//! `tests/captures` holds dialogs of real programs on loopback (SIPp, PJSIP, Sofia-SIP, pidgin-sipe, baresip, Kamailio) with
//! names of example.test and numbers of the range 555-01xx; `expected.jsonl` is what tshark's fields say of each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rccsim::capture::{CaptureError, Summary, read, read_from};
use rccsim::identify::{Identification, Identifier, Party, client_profile, gateway_profile};
use rccsim::scenario::Profile;
use rccsim::scenario::catalogue::Standing;
use serde_json::Value;

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures")
}

pub(crate) fn identify(files: &[&str]) -> Identification {
    let mut identifier = Identifier::default();
    for file in files {
        identifier.begin(file);
        let summary = read(&captures().join(file), &mut |o| identifier.observe(&o));
        identifier.end(summary.unwrap_or_else(|e| panic!("{e}")));
    }
    identifier.finish()
}

fn near(a: &Value, b: &Value, tolerance: f64) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance,
        _ => a.is_null() && (b.is_null() || b.as_array().is_some_and(Vec::is_empty)),
    }
}

/// Numbers as text and as numbers are the same, and so are nothing and the empty text.
fn normalised(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::String(text) => text.parse::<u32>().map_or(value.clone(), Value::from),
        Value::Array(items) => items.iter().map(normalised).collect(),
        other => other.clone(),
    }
}

/// Headers, copies and instants.
fn says_the_same(capture: &str, actual: &Value, expected: &Value) {
    for key in [
        "agent",
        "allow",
        "update",
        "offered_se",
        "granted_se",
        "refresher",
        "min_se",
        "retry_after",
        "refresh_by",
    ] {
        assert_eq!(
            normalised(&actual[key]),
            normalised(&expected[key]),
            "{capture}: {key}"
        );
    }
    // tshark counts the second leg through a proxy as copies.
    let legs = actual["legs"].as_u64().unwrap();
    assert_eq!(
        legs,
        if capture.starts_with("kamailio") {
            2
        } else {
            1
        },
        "{capture}"
    );
    let copies: Vec<u64> = actual["update_copies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_u64().unwrap() * legs)
        .collect();
    assert_eq!(Value::from(copies), expected["update_copies"], "{capture}");
    assert!(
        near(
            &actual["first_refresh_after_s"],
            &expected["first_refresh_after_s"],
            0.002
        ),
        "{capture}"
    );
    let byes = |v: &Value| v["bye"].as_array().unwrap().clone();
    assert_eq!(byes(actual).len(), byes(expected).len(), "{capture}");
    for (bye, target) in byes(actual).iter().zip(byes(expected)) {
        assert!(
            bye[0] == target[0] && near(&bye[1], &target[1], 0.002),
            "{capture}: {bye} {target}"
        );
    }
}

/// Response times and the frames that show it all.
fn shows_the_same(capture: &str, actual: &Value, expected: &Value) {
    let (times, target) = (&actual["response_ms"], &expected["response_ms"]);
    assert_eq!(times["n"], target["n"], "{capture}");
    for key in ["median", "max"] {
        assert!(
            near(&times[key], &target[key], 2.0),
            "{capture}: {key} {times} {target}"
        );
    }
    assert_eq!(
        actual["evidence"]["ok"], expected["evidence"]["ok"],
        "{capture}"
    );
    let updates: Vec<Value> = actual["evidence"]["update"]
        .as_array()
        .unwrap()
        .iter()
        .take(2)
        .cloned()
        .collect();
    assert_eq!(
        Value::from(updates),
        expected["evidence"]["update"],
        "{capture}"
    );
}

#[test]
fn every_capture_says_what_tshark_says() {
    let expected = fs::read_to_string(captures().join("expected.jsonl")).unwrap();
    let mut decoded_forms = BTreeSet::new();
    for line in expected.lines() {
        let expected: Value = serde_json::from_str(line).unwrap();
        let capture = expected["capture"].as_str().unwrap();
        decoded_forms.insert(capture.to_string());
        let identification = identify(&[capture]);
        let dialogs = serde_json::to_value(&identification.dialogs).unwrap();
        let actual = dialogs
            .as_array()
            .unwrap()
            .iter()
            .find(|d| d["evidence"]["invite"] == expected["evidence"]["invite"]);
        let actual = actual.unwrap_or_else(|| panic!("{capture}: no such dialog in {dialogs}"));
        says_the_same(capture, actual, &expected);
        shows_the_same(capture, actual, &expected);
    }
    let files = fs::read_dir(captures())
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|f| f.contains(".pcap")).collect();
    assert_eq!(files, decoded_forms);
}

/// Keys and values that a profile sets.
pub(crate) fn sets(party: &Party) -> Vec<(&'static str, String)> {
    party
        .findings
        .iter()
        .filter_map(|f| f.sets.clone())
        .collect()
}

#[test]
fn every_form_of_one_dialog_gives_one_profile() {
    let forms = [
        "rejects-405-udp.pcap",
        "rejects-405-udp.pcapng",
        "rejects-405-udp-nsec.pcap",
        "rejects-405-udp-sll2.pcap",
        "rejects-405-udp-ipv6.pcap",
        "rejects-405-tcp.pcap",
    ];
    let identifications: Vec<Identification> = forms.iter().map(|f| identify(&[f])).collect();
    for (form, identification) in forms.iter().zip(&identifications) {
        assert_eq!(
            sets(&identification.gateways[0]),
            sets(&identifications[0].gateways[0]),
            "{form}"
        );
        assert_eq!(
            sets(&identification.clients[0]),
            sets(&identifications[0].clients[0]),
            "{form}"
        );
    }
    let capture = identify(&["ignores-with-call-udp.pcap"]);
    for log in ["snooper.log", "asterisk-chan_sip.log", "asterisk-pjsip.log"] {
        let identification = identify(&[&format!("text/{log}")]);
        assert_eq!(
            sets(&identification.gateways[0]),
            sets(&capture.gateways[0]),
            "{log}"
        );
        assert_eq!(
            identification.gateways[0].class.as_deref(),
            Some("ignores-update"),
            "{log}"
        );
    }
    for (log, capture) in [
        ("sng.txt", "ignores-update-udp.pcap"),
        ("tcpdump-A.txt", "ignores-update-udp.pcap"),
        // Messages that go on in the next segment or fragment, behind other headers.
        ("tcpdump-A-tcp.txt", "healthy-tcp-reordered.pcap"),
        ("tcpdump-A-S-tcp.txt", "ignores-update-tcp.pcap"),
        ("tcpdump-A-v-fragments.txt", "healthy-udp-mtu576.pcap"),
        ("tcpdump-A-ipv6.txt", "rejects-405-udp-ipv6.pcap"),
    ] {
        let (log, capture) = (identify(&[&format!("text/{log}")]), identify(&[capture]));
        assert_eq!(sets(&log.gateways[0]), sets(&capture.gateways[0]));
        assert_eq!(sets(&log.clients[0]), sets(&capture.clients[0]));
    }
}

#[test]
fn logs_are_recognised_by_their_content() {
    for (file, form, messages, times) in [
        ("sng.txt", "sngrep", 20, "fine"),
        ("tcpdump-A.txt", "tcpdump -A", 20, "fine"),
        ("tcpdump-A-tcp.txt", "tcpdump -A", 23, "fine"),
        ("tcpdump-A-S-tcp.txt", "tcpdump -A", 10, "fine"),
        ("tcpdump-A-v-fragments.txt", "tcpdump -A", 23, "fine"),
        ("tcpdump-A-ipv6.txt", "tcpdump -A", 13, "fine"),
        ("sipp-trace-msg.txt", "SIPp message trace", 10, "fine"),
        ("sofia-tport.txt", "Sofia-SIP", 9, "fine"),
        ("sipe-debug.txt", "SIPE debug", 25, "fine"),
        ("snooper.log", "OCS/Lync Snooper", 26, "fine"),
        ("asterisk-chan_sip.log", "Asterisk chan_sip", 26, "none"),
        ("asterisk-pjsip.log", "Asterisk PJSIP", 26, "seconds"),
    ] {
        let identification = identify(&[&format!("text/{file}")]);
        let facts = &identification.files[0];
        assert_eq!(
            (facts.forms.as_slice(), facts.messages, facts.times),
            (&[form][..], messages, times),
            "{file}"
        );
        assert_eq!(facts.warnings, [""; 0], "{file}");
    }
}

#[test]
fn profiles_are_taken_by_the_scenario_and_name_nobody() {
    for entry in fs::read_dir(captures()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if !file.contains(".pcap") {
            continue;
        }
        let identification = identify(&[&file]);
        let profiles = [
            (
                "gateways",
                gateway_profile(&identification, &identification.gateways[0]),
            ),
            (
                "clients",
                client_profile(&identification, &identification.clients[0]),
            ),
        ];
        for (kind, text) in profiles {
            let profile = Profile::parse(kind, "measured", "measured.toml", &text)
                .unwrap_or_else(|e| panic!("{file}: {e}\n{text}"));
            let is_measured = |s: Standing| s == Standing::Measured || s == Standing::Assumption;
            assert!(
                profile
                    .values
                    .iter()
                    .all(|g| is_measured(g.standing) && !g.source.is_empty()),
                "{file}"
            );
            for private in [
                "user1",
                "line1",
                "example.test",
                "127.0.0.1",
                "555",
                "sip:",
                "tel:",
            ] {
                assert!(!text.contains(private), "{file}: {private} in\n{text}");
            }
        }
    }
}

#[test]
fn several_dialogs_and_gateways_are_told_apart() {
    let identification = identify(&[
        "rejects-405-udp.pcap",
        "healthy-tcp.pcap",
        "kamailio-relay-udp.pcap",
    ]);
    let classes: Vec<_> = identification
        .gateways
        .iter()
        .map(|g| g.class.as_deref())
        .collect();
    assert_eq!(
        classes,
        [Some("rejects-405"), Some("healthy"), Some("healthy")]
    );
    assert_eq!(identification.dialogs.len(), 3);
    // Behind the proxy stands the gateway: it is where the last leg ends.
    assert_eq!(
        identification.gateways[2].address.as_deref(),
        Some("127.0.0.1:17600")
    );
}

fn error(bytes: &[u8]) -> String {
    match read_from("x", bytes, &mut |_| {}) {
        Err(error @ CaptureError::Content { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_that_are_of_no_use_say_why() {
    let mut zeros = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    zeros.extend([0; 4096]);
    let mut strange = zeros.clone();
    strange[20] = 147;
    for (bytes, says) in [
        (&b""[..], "x: the file is empty"),
        (
            &[0; 5000],
            "x: neither a packet capture (pcap, pcapng) nor a text",
        ),
        (b"nothing of SIP\nin here\n", "x: no SIP message in 2 lines"),
        (&zeros, "x: no SIP message in 256 frames"),
        (&strange, "x: frame 1: link type 147 is not supported"),
        (
            &[0x1f, 0x8b, 8, 0],
            "x: compressed by gzip: unpack it first",
        ),
        (&[0xff, 0xfe, b'S', 0], "x: no SIP message in 1 lines"),
        (
            &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4],
            "x: pcapng: after frame 0: a section without its byte order mark",
        ),
    ] {
        let error = error(bytes);
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn a_capture_that_was_cut_gives_what_is_there_and_says_where_it_ends() {
    for file in [
        "ignores-update-udp.pcap",
        "rejects-405-udp.pcapng",
        "healthy-tcp.pcap",
    ] {
        let bytes = fs::read(captures().join(file)).unwrap();
        let mut count = 0;
        let summary = read_from(file, &bytes[..bytes.len() - 300], &mut |_| count += 1).unwrap();
        assert!(
            count > 5
                && summary
                    .warnings
                    .iter()
                    .any(|w| w.contains("frame") && w.contains("ends within")),
            "{file}: {summary:?}"
        );
    }
}

/// The beginnings of files of every form.
fn bases() -> Vec<Vec<u8>> {
    let files = [
        "rejects-405-udp.pcap",
        "rejects-405-udp.pcapng",
        "healthy-tcp-reordered.pcap",
        "healthy-udp-mtu576.pcap",
        "rejects-405-udp-sll2.pcap",
        "rejects-405-udp-ipv6.pcap",
        "text/snooper.log",
        "text/asterisk-chan_sip.log",
        "text/asterisk-pjsip.log",
        "text/sng.txt",
        "text/tcpdump-A.txt",
        "text/sipp-trace-msg.txt",
        "text/sofia-tport.txt",
        "text/11-cisco-ccsip.txt",
        "text/07-ngrep-byline.txt",
        "text/09-wireshark-tree.txt",
        "text/05-pjsua.txt",
    ];
    files
        .iter()
        .map(|f| fs::read(captures().join(f)).unwrap())
        .map(|mut b| {
            b.truncate(9000);
            b
        })
        .collect()
}

/// A change of a file: where (a fraction), how, with which bytes.
type Change = (f64, u8, Vec<u8>);

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (at, how, with) in changes {
        let at = ((bytes.len() as f64 * at) as usize).min(bytes.len().saturating_sub(1));
        let end = (at + with.len()).min(bytes.len());
        match how % 4 {
            0 => bytes.splice(at..end, with.iter().copied()).for_each(drop),
            1 => bytes.splice(at..at, with.iter().copied()).for_each(drop),
            2 => bytes.drain(at..end).for_each(drop),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn survives(bytes: &[u8]) -> Option<Summary> {
    let mut identifier = Identifier::default();
    identifier.begin("x");
    let summary = read_from("x", bytes, &mut |o| identifier.observe(&o)).ok()?;
    identifier.end(summary.clone());
    let identification = identifier.finish();
    for gateway in &identification.gateways {
        let text = gateway_profile(&identification, gateway);
        Profile::parse("gateways", "x", "x", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    }
    for client in &identification.clients {
        let text = client_profile(&identification, client);
        Profile::parse("clients", "x", "x", &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    }
    Some(summary)
}

/// Inputs of each test: a bounded number; RCCSIM_FUZZ asks for more.
fn cases() -> u32 {
    let count = std::env::var("RCCSIM_FUZZ").ok();
    count.map_or(3000, |n| n.parse().unwrap())
}

#[test]
fn a_log_in_utf_16_says_what_it_says_in_utf_8() {
    let text = fs::read_to_string(captures().join("text/snooper.log")).unwrap();
    let messages = |bytes: &[u8]| {
        let mut all = Vec::new();
        let summary = read_from("x", bytes, &mut |o| all.push(o)).unwrap();
        (all, summary)
    };
    let baseline = messages(text.as_bytes());
    assert_eq!(baseline.0.len(), 26);
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let units = [0xfeff].into_iter().chain(text.encode_utf16());
        let bytes: Vec<u8> = units.flat_map(to_bytes).collect();
        assert_eq!(messages(&bytes), baseline);
    }
}

#[test]
fn a_long_capture_of_zeros_is_read_in_bounded_memory_and_has_no_sip() {
    let head = [
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    // 16 bytes a record.
    let zeros = std::io::Read::take(std::io::repeat(0), 16 << 20);
    let read = read_from("x", std::io::Read::chain(&head[..], zeros), &mut |_| {});
    let error = read.unwrap_err().to_string();
    assert!(
        error.starts_with("x: no SIP message in 1048576 frames"),
        "{error}"
    );
    assert!(error.len() < 2000, "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_however_broken_makes_a_reader_panic(
        base in 0..17_usize,
        changes in prop::collection::vec((0.0..1.0, any::<u8>(), prop::collection::vec(any::<u8>(), 0..24)), 1..6),
    ) {
        let bases = bases();
        survives(&changed(bases[base].clone(), &changes));
    }

    #[test]
    fn no_words_of_sip_in_any_order_make_a_reader_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "INVITE ", "UPDATE ", "sip:a@b ", "SIP/2.0", " 200 OK", "\r\n", "\n", "CSeq: 1 UPDATE", "Content-Length: 99999999999",
            "l: 5", "Call-ID: x", "From: <sip:a>;tag=1", "To: \"", ";tag=2", "$$begin_record", "Start-Line: ", "Message-Body: ",
            "22:28:32", "2026-11-27 ", "<--- SIP read from ", "UDP:1.2.3.4:5", " --->", "Sent:", "ccsipDisplayMsg", "U ", " -> ",
            "1.2.3.4:5", " > ", "IP ", ".", "   ", "MESSAGE START >>>", "send ", " bytes to ", " at ", "#012", "é", "\0", "Session-Expires: ",
        ]), 0..60),
    ) {
        survives(words.concat().as_bytes());
    }
}
