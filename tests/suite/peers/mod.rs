//! Real programs and ours: what we write they read, what they are we find out, and they take ours for what it plays.
//!
//! `.ci/run` installs the programs and runs these tests; where one is missing they fail. They mostly wait, a minute or so,
//! so many of them run at once: `cargo test --test suite peers:: -- --ignored --test-threads 64`.

mod captures;
mod clients;
mod gateways;
mod tables;

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;

/// A program that runs in the background and ends with the test.
struct Running(Child);

impl Running {
    fn start(program: &str, arguments: &[&str], folder: &Path) -> Self {
        let path = folder.join(format!("{}.log", base(program)));
        let log = fs::File::create(&path).unwrap();
        let child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let mut child = child.unwrap_or_else(|e| panic!("{program}: {e}; .ci/run installs it"));
        // Programs do not say when they listen; a datagram that came too early comes again.
        std::thread::sleep(Duration::from_secs(2));
        if let Some(status) = child.try_wait().unwrap() {
            let log = fs::read_to_string(&path).unwrap();
            panic!("{program} {arguments:?}: {status}\n{log}");
        }
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap()
}

/// A port at which nobody listens, and which nobody else is given: below those that systems hand out.
///
/// So is the next one, which baresip takes for TLS.
fn port() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(21_000);
    let free = |port| {
        let at = ("127.0.0.1", port);
        UdpSocket::bind(at).is_ok() && TcpListener::bind(at).is_ok()
    };
    loop {
        let port = NEXT.fetch_add(2, Ordering::Relaxed);
        assert!(port < 32_000, "no port is free");
        if free(port) && free(port + 1) {
            return port.to_string();
        }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the peers.
fn material(name: &str) -> PathBuf {
    repository().join("tests/peers").join(name)
}

/// Python with PJSIP, as `.ci/run` makes it.
fn python() -> String {
    let python = repository().join("target/peers/bin/python");
    python.display().to_string()
}

/// Our program, which must succeed.
fn rccsim(arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}\n{errors}");
    output
}

/// The rows that tshark prints of the packets that a filter lets through, with these fields, separated by `|`.
fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command.args(["-r", file.to_str().unwrap()]);
    command.args(["--enable-heuristic", "xml_sip", "-Y", filter]);
    // A port of our choice may be another protocol's by the book.
    for transport in ["udp", "tcp"] {
        command.args(["-d", &format!("{transport}.port==1-65535,sip")]);
    }
    for protocol in ["ip", "udp", "tcp"] {
        command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
    }
    command.args(["-T", "fields", "-E", "separator=|"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("tshark: {e}; .ci/run installs it"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let rows = String::from_utf8(output.stdout).unwrap();
    rows.lines()
        .map(|row| row.split('|').map(String::from).collect())
        .collect()
}

/// The messages of a capture: seconds since the first, and `METHOD` or `code METHOD`.
fn messages(file: &Path) -> Vec<(f64, String)> {
    let fields = [
        "frame.time_epoch",
        "sip.Method",
        "sip.Status-Code",
        "sip.CSeq.method",
    ];
    let rows = tshark(file, "sip", &fields);
    assert!(!rows.is_empty(), "no SIP in {}", file.display());
    let first: f64 = rows[0][0].parse().unwrap();
    rows.iter()
        .map(|row| {
            let at = row[0].parse::<f64>().unwrap() - first;
            let label = match row[1].as_str() {
                "" => format!("{} {}", row[2], row[3]),
                method => method.into(),
            };
            (at, label)
        })
        .collect()
}

/// The messages of a ladder that `trace` wrote as JSON, in the same form.
fn rungs(json: &[u8]) -> Vec<(f64, String)> {
    let ladder: Value = serde_json::from_slice(json).unwrap();
    let mut rungs = Vec::new();
    for rung in ladder["rungs"].as_array().unwrap() {
        if rung.get("to").is_none() {
            continue;
        }
        let label = rung["what"].as_str().unwrap();
        let mut words = label.split([' ', ',']);
        let first = words.next().unwrap();
        let label = match first.parse::<u16>() {
            Ok(code) => {
                let (_, rest) = label.split_once('(').unwrap();
                let (method, _) = rest.split_once(')').unwrap();
                format!("{code} {method}")
            }
            Err(_) => first.to_string(),
        };
        rungs.push((rung["at_us"].as_f64().unwrap() / 1e6, label));
    }
    let first = rungs[0].0;
    rungs.iter_mut().for_each(|(at, _)| *at -= first);
    rungs
}

/// A scenario of one user.
fn scenario(gateway: &str, client: &str, path: &str) -> String {
    format!(
        "[scenario]\nname = \"peers\"\nhorizon = \"2 h\"\n[[gateway]]\nname = \"gateway\"\nprofile = \"{gateway}\"\n\
        [[clients]]\nname = \"clients\"\nprofile = \"communicator-2007-r2\"\ncount = 1\ngateway = \"gateway\"\n\
        workload = \"light\"\npath = \"{path}\"\nsign_in = \"at start\"\n{client}\n"
    )
}
