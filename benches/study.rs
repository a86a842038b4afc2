//! What a second thread is worth: one process with two jobs against two independent processes with one each, at the same
//! work. `cargo bench --bench study`, on a machine with two idle cores.
//!
//! Two processes do the work twice in the time T₁; two jobs do it once in T₂. The share T₁/2T₂ should be 0.95 or more.
//! The work is a sweep of `models/nec-r2.toml`, and a replication of the day in `models/large.toml`.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock of the machine"
)]

mod rows;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rows::Rows;

/// Alternations of the two ways.
const ROUNDS: usize = 5;

const VARY: &str = "clients.refresh_interval=5 min..25 min step 1 min";
const SWEEP: &[&str] = &[
    "sweep",
    "models/nec-r2.toml",
    "--vary",
    VARY,
    "--reps",
    "10",
];
const DAY: &[&str] = &["run", "models/large.toml", "--no-report"];

fn start(work: &[&str], out: &Path, jobs: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command
        .args(work)
        .args(["--jobs", jobs, "--quiet", "--out"])
        .arg(out);
    command
        .stdout(Stdio::null())
        .spawn()
        .expect("rccsim starts")
}

fn seconds(mut children: Vec<Child>, since: Instant) -> f64 {
    for child in &mut children {
        assert!(
            child
                .wait()
                .expect("rccsim ends")
                .code()
                .is_some_and(|c| [0, 3, 4].contains(&c))
        );
    }
    since.elapsed().as_secs_f64()
}

/// The share that two jobs reach, in each round.
fn shares(name: &str, work: &[&str]) -> Vec<f64> {
    let folder = tempfile::tempdir().expect("a folder");
    let out = |name: &str| folder.path().join(name);
    let round = |_| {
        let since = Instant::now();
        let shards_s = seconds(
            vec![start(work, &out("a"), "1"), start(work, &out("b"), "1")],
            since,
        );
        let since = Instant::now();
        let whole_s = seconds(vec![start(work, &out("c"), "2")], since);
        for name in ["runs.csv", "summary.json", "manifest.json"] {
            let bytes = |folder: &str| std::fs::read(out(folder).join(name)).expect("results");
            assert!(
                bytes("a") == bytes("b") && bytes("a") == bytes("c"),
                "{name}: other bytes"
            );
        }
        println!(
            "{name}: two processes {shards_s:.2} s for twice the work, two jobs {whole_s:.2} s: {:.3}",
            shards_s / 2.0 / whole_s
        );
        shards_s / 2.0 / whole_s
    };
    (0..ROUNDS).map(round).collect()
}

fn main() {
    let mut rows = Rows::for_bench("study");
    for (name, work) in [("sweep", SWEEP), ("day", DAY)] {
        let mut shares = shares(name, work);
        shares.sort_by(f64::total_cmp);
        println!("{name}: median {:.3}", shares[ROUNDS / 2]);
        rows.add(name, 2, "two_jobs_to_two_processes", shares[ROUNDS / 2], "");
        rows.add(
            name,
            2,
            "two_jobs_to_two_processes_best",
            shares[ROUNDS - 1],
            "",
        );
    }
}
