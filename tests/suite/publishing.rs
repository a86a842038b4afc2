//! Publishing: whenever the process ends, a results folder holds all of the old results or all of the new ones.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rccsim::record::{Folder, Manifest, Results, read_manifest};
use tempfile::TempDir;

use crate::durable::kill_before;
use crate::study::text;

const MODEL: &str = "models/nec-r2.toml";
/// What somebody else put into the folder, in one half of the tests.
const FOREIGN_FILES: [&str; 2] = ["notes.txt", "plots/mine.svg"];

/// A short run without a report.
fn run(out: &Path, seed: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    let short = ["--set", "clients.count=5", "--set", "scenario.horizon=1 h"];
    command.args(["run", MODEL, "--reps", "1", "--jobs", "1"]);
    command.args(["--quiet", "--no-report", "--seed", seed]);
    command.args(short).arg("--out").arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Results of seed 1 with a report and plots, which those of seed 9 have not.
fn old_results(out: &Path, has_others: bool) {
    assert!(matches!(
        run(out, "1").status().unwrap().code(),
        Some(0 | 3 | 4)
    ));
    let manifest = read_manifest(out).unwrap();
    let mut folder = Folder::open(out).unwrap();
    for name in ["report.html", "plots/a.svg", "plots/a.png"] {
        let old = |out: &mut rccsim::record::Part| std::io::Write::write_all(out, b"of seed 1");
        folder.put(name, old).unwrap();
    }
    folder.amend(manifest).unwrap();
    if has_others {
        for name in FOREIGN_FILES {
            fs::write(out.join(name), "mine").unwrap();
        }
    }
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

fn names(folder: &Path, below: &str) -> Vec<String> {
    let mut names_found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if name.starts_with(".rccsim-") {
            continue; // of a process that ended, hidden
        }
        if entry.file_type().unwrap().is_dir() {
            names_found.extend(names(&entry.path(), &format!("{name}/")));
        } else {
            names_found.push(name);
        }
    }
    names_found
}

/// The seed of the results, whose files are all there, whole, and no others; else what is wrong.
fn seed_if_whole(out: &Path) -> Result<u64, String> {
    let manifest: Manifest = read_manifest(out).ok_or("no manifest")?;
    for (name, digest) in &manifest.files {
        let bytes = fs::read(out.join(name)).map_err(|e| format!("{name}: {e}"))?;
        if blake3::hash(&bytes).to_hex().as_str() != digest {
            return Err(format!("{name} is of other results"));
        }
    }
    for name in names(out, "") {
        let is_known = name == "manifest.json" || FOREIGN_FILES.contains(&name.as_str());
        if !is_known && !manifest.files.contains_key(&name) {
            return Err(format!("{name} is not listed"));
        }
    }
    Ok(manifest.seed)
}

/// A run of seed 9 that ends before, or after, the n-th call that changes its folder; whether it ended so.
fn killed(library: &Path, out: &Path, n: usize, after: bool) -> bool {
    let mut command = run(out, "9");
    command.env("LD_PRELOAD", library);
    command.env("KILL_CALL", "").env("KILL_PATH", "out");
    command.env("KILL_NTH", n.to_string());
    if after {
        command.env("KILL_AFTER", "1");
    }
    command.output().unwrap().status.signal() == Some(9)
}

/// The calls of a run of seed 9 on its folder: all, and how many before the manifest of the new results is written.
fn calls(library: &Path, out: &Path, log: &Path) -> (usize, usize) {
    let mut command = run(out, "9");
    command.env("LD_PRELOAD", library).env("KILL_LOG", log);
    assert!(command.status().unwrap().code().is_some());
    let calls = fs::read_to_string(log).unwrap();
    let paths = calls.lines().filter_map(|line| line.split_once(' '));
    let paths: Vec<&str> = paths
        .map(|(_, path)| path)
        .filter(|path| path.contains("out"))
        .collect();
    let is_manifest = |path: &&str| path.ends_with("/manifest.json");
    (paths.len(), paths.iter().position(is_manifest).unwrap())
}

/// Kills a run at each of the calls with which it publishes, and at some of those before; how often the old results were
/// there and how often the new ones.
fn killed_at_every_call(has_others: bool) -> BTreeMap<u64, usize> {
    let folder = TempDir::new().unwrap();
    let library = kill_before(folder.path());
    let path = |name: &str| folder.path().join(name);
    let (old, out) = (path("old"), path("parent/out"));
    old_results(&old, has_others);
    fs::create_dir(path("parent")).unwrap();
    copy(&old, &out);
    let (calls_made, before) = calls(&library, &out, &path("calls"));
    assert_eq!(seed_if_whole(&out), Ok(9));
    assert!(calls_made - before > 20, "{before} of {calls_made}");
    let mut seeds = BTreeMap::new();
    let early = (1..=before).step_by((before / 6).max(1));
    for n in early.chain(before + 1..=calls_made) {
        for after in [false, true] {
            fs::remove_dir_all(path("parent")).unwrap();
            fs::create_dir(path("parent")).unwrap();
            copy(&old, &out);
            let moment = format!(
                "{} call {n} of {calls_made}",
                if after { "after" } else { "before" }
            );
            assert!(killed(&library, &out, n, after), "{moment}");
            let seed = match seed_if_whole(&out) {
                Ok(seed) => seed,
                // In a folder with files of others, the new results hold as soon as they are begun to be named.
                Err(_) if has_others && read_manifest(&out).is_none() => {
                    let results = Results::read(&out).unwrap_or_else(|e| panic!("{moment}: {e}"));
                    assert_eq!(results.manifest.seed, 9, "{moment}");
                    seed_if_whole(&out).unwrap_or_else(|e| panic!("{moment}: {e}"))
                }
                Err(why) => panic!("{moment}: {why}"),
            };
            *seeds.entry(seed).or_default() += 1;
            // The next command takes nothing for its own and leaves nothing behind. What was about to be named, is.
            drop(Folder::open(&out).unwrap());
            let next = seed_if_whole(&out).unwrap_or_else(|e| panic!("{moment}: {e}"));
            assert!(next == seed || has_others && next == 9, "{moment}: {next}");
            let siblings = fs::read_dir(path("parent")).unwrap().count();
            let dot_files = fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name());
            let dot_files: Vec<_> = dot_files
                .filter(|n| n.to_string_lossy().starts_with('.'))
                .collect();
            assert!(
                siblings == 1 && dot_files.is_empty(),
                "{moment}: {siblings}, {dot_files:?}"
            );
            if has_others {
                for name in FOREIGN_FILES {
                    assert_eq!(fs::read(out.join(name)).unwrap(), b"mine", "{moment}");
                }
            }
        }
    }
    seeds
}

#[test]
fn killed_at_any_call_the_old_or_the_new_results_are_whole() {
    let seeds = killed_at_every_call(false);
    assert!(seeds[&1] > 10 && seeds[&9] > 20, "{seeds:?}");
}

#[test]
fn killed_at_any_call_beside_files_of_others_likewise() {
    let seeds = killed_at_every_call(true);
    assert!(seeds[&1] > 10 && seeds[&9] > 20, "{seeds:?}");
}

#[test]
fn a_user_who_stands_in_the_folder_stays_there() {
    let folder = TempDir::new().unwrap();
    let (model, out) = (
        PathBuf::from(MODEL).canonicalize().unwrap(),
        folder.path().join("out"),
    );
    fs::create_dir(&out).unwrap();
    for seed in ["1", "9"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        command
            .arg("run")
            .arg(&model)
            .args(["--seed", seed, "--reps", "1"]);
        command.args([
            "--set",
            "clients.count=5",
            "--no-report",
            "--quiet",
            "--out",
            ".",
        ]);
        let output = command.current_dir(&out).output().unwrap();
        assert!(
            matches!(output.status.code(), Some(0 | 3 | 4)),
            "{}",
            text(&output.stderr)
        );
    }
    assert_eq!(seed_if_whole(&out), Ok(9));
}

#[test]
fn an_interrupted_run_leaves_complete_results_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    assert!(matches!(
        run(&out, "1").status().unwrap().code(),
        Some(0 | 3 | 4)
    ));
    let mut long = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    long.args([
        "run",
        MODEL,
        "--reps",
        "20000",
        "--seed",
        "9",
        "--set",
        "clients.count=200",
    ]);
    long.args(["--quiet", "--no-report", "--out"]).arg(&out);
    let child = long
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert_eq!(seed_if_whole(&out), Ok(1), "{message}");
    assert_eq!(
        seed_if_whole(&folder.path().join("out-interrupted")),
        Ok(9),
        "{message}"
    );
    assert!(message.contains("out-interrupted"), "{message}");
}
