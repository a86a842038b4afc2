//! What a second thread is worth to a study: one process with two jobs against two independent processes with one each,
//! on the same points. `cargo bench --bench study`, on a machine with two idle cores.
//!
//! Two processes do the study twice in the time T₁; two jobs do it once in T₂. The share T₁/2T₂ should be 0.95 or more.
#![allow(clippy::disallowed_methods)] // it times the program

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

fn study(out: &Path, jobs: &str) -> Child {
    let vary = "clients.refresh_interval=5 min..25 min step 1 min";
    let args = ["sweep", "models/nec-r2.toml", "--vary", vary, "--reps", "10", "--jobs", jobs, "--quiet", "--out"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command.args(args).arg(out).stdout(Stdio::null()).spawn().expect("rccsim starts")
}

fn seconds(mut children: Vec<Child>, since: Instant) -> f64 {
    for child in &mut children {
        assert!(child.wait().expect("rccsim ends").code().is_some_and(|c| [0, 3, 4].contains(&c)));
    }
    since.elapsed().as_secs_f64()
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = |name: &str| folder.path().join(name);
    let mut shares: Vec<f64> = (0..3)
        .map(|_| {
            let since = Instant::now();
            let both = seconds(vec![study(&out("a"), "1"), study(&out("b"), "1")], since);
            let since = Instant::now();
            let one = seconds(vec![study(&out("c"), "2")], since);
            for name in ["runs.csv", "summary.json", "manifest.json"] {
                let bytes = |folder: &str| std::fs::read(out(folder).join(name)).expect("results");
                assert!(bytes("a") == bytes("b") && bytes("a") == bytes("c"), "{name}: other bytes");
            }
            println!("two processes {both:.2} s for two studies, two jobs {one:.2} s for one: {:.3}", both / 2.0 / one);
            both / 2.0 / one
        })
        .collect();
    shares.sort_by(f64::total_cmp);
    println!("median {:.3}", shares[1]);
}
