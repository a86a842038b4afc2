//! From the start of a command to its answer: `cargo bench --bench start`.
//!
//! What somebody waits for who asks one question: a replication of `models/nec-r2.toml`, a check of it, the matrix
//! with its picture and report.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock of the machine"
)]

mod rows;

use std::process::{Command, Stdio};
use std::time::Instant;

use rows::{Rows, median_and_best};

/// Runs of each command, in turn.
const ROUNDS: usize = 9;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_string_lossy();
    let run = [
        "run",
        "models/nec-r2.toml",
        "--reps",
        "1",
        "--no-report",
        "--quiet",
        "--out",
        &*out,
    ];
    let no_folder = [
        "run",
        "nec-r2",
        "--reps",
        "1",
        "--no-report",
        "--quiet",
        "--no-folder",
    ];
    let commands: [(&str, &[&str]); 4] = [
        ("run", &run),
        ("no_folder", &no_folder),
        ("check", &["check", "models/nec-r2.toml"]),
        ("matrix", &["matrix", "--out", &*out]),
    ];
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for ((_, args), times) in commands.iter().zip(&mut times) {
            let since = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_rccsim"))
                .args(*args)
                .stdout(Stdio::null())
                .status();
            times.push(since.elapsed().as_secs_f64() * 1e3);
            let code = status.expect("rccsim starts").code();
            assert!(
                code.is_some_and(|c| [0, 3, 4].contains(&c)),
                "{args:?} ended with {code:?}"
            );
        }
    }
    let mut rows = Rows::for_bench("start");
    println!("milliseconds from start to end, median (best) of {ROUNDS} alternated runs");
    for ((name, _), times) in commands.iter().zip(times) {
        let (median, best) = median_and_best(times);
        println!("{name:9} {median:>7.1} ({best:.1})");
        rows.add(name, 1, "wall_ms", median, "ms");
        rows.add(name, 1, "wall_ms_best", best, "ms");
    }
}
