//! Our gateway as another program's gateway.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;

use super::{Running, material, messages, port, python};

#[test]
#[ignore = "needs PJSIP and tshark: .ci/run"]
fn pjsip_gives_up_32_s_after_its_refresh_was_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let port = port();
    let listen = format!("udp:127.0.0.1:{port}");
    let gateway = [
        "gateway",
        "ignores-update",
        "--update",
        "ignored",
        "--allow",
        "with-update",
        "--session-expires",
        "90 s",
        "--listen",
        &listen,
        "--pcap",
        "g.pcap",
    ];
    let _gateway = Running::start(env!("CARGO_BIN_EXE_rccsim"), &gateway, folder.path());
    let client = Command::new(python())
        .arg(material("pjsip/client.py"))
        .args([&port, "85", "90"])
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}; .ci/run installs it", python()));
    println!("{}", String::from_utf8_lossy(&client.stdout));
    println!("{}", String::from_utf8_lossy(&client.stderr));
    println!(
        "{}",
        fs::read_to_string(folder.path().join("rccsim.log")).unwrap()
    );
    thread::sleep(std::time::Duration::from_millis(500));
    let traffic = messages(&folder.path().join("g.pcap"));
    let answered = traffic
        .iter()
        .find(|(_, label)| label == "200 INVITE")
        .unwrap()
        .0;
    let bye = traffic.iter().find(|(_, label)| label == "BYE");
    let bye = bye.unwrap_or_else(|| panic!("{traffic:?}"));
    // Half of 90 s, and 64·T1 more.
    let after = bye.0 - answered;
    assert!((after - 77.0).abs() < 1.5, "BYE after {after} s");
    let updates = traffic
        .iter()
        .filter(|(_, label)| label == "UPDATE")
        .count();
    assert!((8..=11).contains(&updates), "{updates} copies of UPDATE");
}
