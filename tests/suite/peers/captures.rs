//! What `trace --pcap` writes, as Wireshark and sngrep read it.

use std::fs;
use std::process::{Command, Stdio};

use crate::round_trip::CLASSES;

use super::{messages, rccsim, rungs, scenario, tshark};

#[test]
#[ignore = "needs tshark and sngrep: .ci/run"]
fn every_class_is_decoded_message_by_message_without_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for class in CLASSES {
        for path in ["lan-udp", "lan-tls"] {
            let name = format!("{class}-{path}");
            fs::write(folder.join("s.toml"), scenario(class, "", path)).unwrap();
            let (first, second) = (format!("{name}.pcap"), format!("{name}-2.pcap"));
            let json = rccsim(
                &["trace", "s.toml", "--format", "json", "--pcap", &first],
                folder,
            );
            rccsim(&["trace", "s.toml", "--pcap", &second], folder);
            let file = folder.join(&first);
            assert_eq!(
                fs::read(&file).unwrap(),
                fs::read(folder.join(&second)).unwrap()
            );
            let (messages_seen, ladder) = (messages(&file), rungs(&json.stdout));
            let kinds = |lines: &[(f64, String)]| -> Vec<String> {
                lines.iter().map(|(_, label)| label.clone()).collect()
            };
            assert_eq!(kinds(&messages_seen), kinds(&ladder), "{name}");
            let faults = "_ws.malformed or ip.checksum.status == 0 or udp.checksum.status == 0 or \
                tcp.checksum.status == 0 or tcp.analysis.flags";
            assert_eq!(
                tshark(&file, faults, &["frame.number"]),
                [[""; 0]; 0],
                "{name}"
            );
            if (class, path) == ("ignores-update", "lan-udp") {
                let copies = tshark(&file, "sip.resend == 1", &["sip.Method"]);
                assert_eq!(copies, vec![["UPDATE"]; 10]);
            }
            // CSTA is decoded where a body is.
            let bodies = tshark(
                &file,
                "xml.tag contains \"MonitorStart\"",
                &["frame.number"],
            );
            assert!(!bodies.is_empty(), "{name}");
            sngrep_takes_as_many(&file, messages_seen.len());
        }
    }
}

/// sngrep reads the file and writes what it took of it.
fn sngrep_takes_as_many(file: &std::path::Path, count: usize) {
    let copy = file.with_extension("sngrep.pcap");
    let status = Command::new("sngrep")
        .env("TERM", "xterm")
        .args(["-N", "-q", "-I", file.to_str().unwrap()])
        .args(["-O", copy.to_str().unwrap()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap_or_else(|e| panic!("sngrep: {e}; .ci/run installs it"));
    assert!(status.success());
    assert_eq!(messages(&copy).len(), count, "{}", file.display());
}

#[test]
#[ignore = "needs tshark: .ci/run"]
fn a_run_writes_the_first_users_each_at_an_address_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = scenario("healthy", "", "lan-udp").replace("count = 1", "count = 5");
    fs::write(folder.join("s.toml"), text).unwrap();
    let run = [
        "run",
        "s.toml",
        "--reps",
        "1",
        "--no-report",
        "--quiet",
        "--pcap",
        "r.pcap",
        "--users",
        "3",
    ];
    rccsim(&run, folder);
    let file = folder.join("r.pcap");
    let clients = tshark(&file, "sip.Method == \"INVITE\"", &["ip.src"]);
    assert_eq!(clients, [["192.0.2.1"], ["192.0.2.2"], ["192.0.2.3"]]);
    let trace = [
        "trace", "s.toml", "--all", "--user", "2", "--pcap", "t.pcap",
    ];
    rccsim(&trace, folder);
    let numbers = tshark(&file, "sip and ip.addr == 192.0.2.2", &["frame.number"]);
    assert_eq!(numbers.len(), messages(&folder.join("t.pcap")).len());
}
