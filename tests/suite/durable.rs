//! Whenever a study is killed, the same command goes on from its finished units and ends with the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::study::{by_hand, files, text};

/// The names of the finished units below a results folder.
pub(crate) fn units(out: &Path) -> BTreeSet<String> {
    files(&out.join("units"))
        .into_keys()
        .filter(|name| name.ends_with(".unit") && !name.starts_with('.'))
        .collect()
}

/// A study of 6 points and 8 replications: 48 units, large enough to be killed in the middle of one.
pub(crate) struct Subject {
    folder: TempDir,
    pub args: Vec<String>,
}

pub(crate) const POINTS: usize = 6;
const REPLICATIONS: usize = 8;
pub(crate) const UNITS: usize = POINTS * REPLICATIONS;

impl Subject {
    pub(crate) fn new() -> Self {
        let args = [
            "sweep",
            "models/nec-r2.toml",
            "--set",
            "clients.count=60",
            "--vary",
            "clients.refresh_interval=5 min..15 min step 5 min",
            "--vary",
            "gateway.allow=absent, without-update",
            "--reps",
            "8",
        ];
        Self {
            folder: TempDir::new().unwrap(),
            args: args.map(String::from).to_vec(),
        }
    }

    pub(crate) fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, name: &str, flags: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        command
            .args(&self.args)
            .arg("--out")
            .arg(self.out(name))
            .args(flags);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end and returns the files and what was said of the units.
    pub(crate) fn finish(&self, name: &str, flags: &[&str]) -> (BTreeMap<String, Vec<u8>>, String) {
        let output = self.command(name, flags).output().unwrap();
        assert!(
            [0, 3, 4].contains(&output.status.code().unwrap()),
            "{}",
            text(&output.stderr)
        );
        assert!(
            !self.out(name).join("units").exists(),
            "units stay after the results are written"
        );
        (files(&self.out(name)), text(&output.stderr))
    }
}

/// "17 finished units found, 1 of no use, 30 simulated".
pub(crate) fn unit_counts(stderr: &str) -> Option<[usize; 3]> {
    let is_told = |l: &&str| l.contains("finished unit") && l.contains(" found, ");
    let line = stderr.lines().find(is_told)?;
    let numbers: Vec<usize> = line
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse().ok())
        .collect();
    numbers.try_into().ok()
}

#[test]
fn a_sweep_is_the_same_bytes_for_any_number_of_jobs() {
    let subject = Subject::new();
    let (first, _) = subject.finish("one", &["--jobs", "1"]);
    for name in [
        "manifest.json",
        "runs.csv",
        "scenario.toml",
        "summary.csv",
        "summary.json",
    ] {
        assert!(first[name].len() > 100, "{name}");
    }
    let (second, _) = subject.finish("two", &["--jobs", "2"]);
    let (eight, _) = subject.finish("eight", &["--jobs", "8", "--quiet"]);
    assert!(first == second && first == eight);
}

/// Ends a process as `kill -9` does, as soon as the condition holds; whether it was still running.
pub(crate) fn kill_when(mut child: Child, holds: impl Fn() -> bool) -> bool {
    while child.try_wait().unwrap().is_none() {
        if holds() {
            child.kill().unwrap();
            return child.wait().unwrap().code().is_none();
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    false
}

/// The library that ends a process just before a chosen call, see there; without it, the moments would be met by luck.
#[cfg(target_os = "linux")]
pub(crate) fn kill_before(folder: &Path) -> PathBuf {
    let library = folder.join("kill_before.so");
    let args = [
        "-shared",
        "-fPIC",
        "-O1",
        "-Wall",
        "-Werror",
        "tests/suite/kill_before.c",
        "-ldl",
        "-o",
    ];
    let cc = Command::new("cc")
        .args(args)
        .arg(&library)
        .output()
        .unwrap();
    assert!(cc.status.success(), "{}", text(&cc.stderr));
    library
}

/// The n-th call of a kind on a path that holds a text.
#[cfg(target_os = "linux")]
type Moment = (&'static str, &'static str, usize);

/// More than 60 moments: while a unit is written, synced and renamed, from the first of 48 to the last; while each table and
/// the manifest is written and synced; while the units are cleared away. Those of publishing: `publishing`.
#[cfg(target_os = "linux")]
fn moments() -> Vec<Moment> {
    let spread = |call, path, first: usize, step| {
        (first..=UNITS).step_by(step).map(move |n| (call, path, n))
    };
    let units = spread("write", ".partial-", 1, 2);
    let units =
        units
            .chain(spread("rename", ".partial-", 1, 3))
            .chain([("rename", ".partial-", UNITS)]);
    let tables = [
        "scenario.toml",
        "summary.json",
        "summary.csv",
        "runs.csv",
        "manifest.json",
    ];
    let merge = tables
        .into_iter()
        .flat_map(|table| ["write", "fsync"].map(|call| (call, table, 1)));
    let halfway = [
        ("write", "runs.csv", 5),
        ("write", "runs.csv", 20),
        ("write", "runs.csv", 40),
        ("write", "runs.csv", 60),
        ("write", "summary.csv", 5),
        ("write", "report.html", 1),
        ("fsync", "report.html", 1),
        ("rename", ".rccsim-new-", 1),
    ];
    let clearing = [1, 12, 24, 36, 48].map(|n| ("unlink", ".unit", n));
    units.chain(merge).chain(halfway).chain(clearing).collect()
}

/// Whether new results were begun.
#[cfg(target_os = "linux")]
fn is_staged(out: &Path) -> bool {
    let entries = fs::read_dir(out).unwrap();
    let mut names = entries.map(|entry| entry.unwrap().file_name());
    names.any(|name| name.to_string_lossy().starts_with(".rccsim-new-"))
}

/// At each of the moments the process ends as by `kill -9`. What was finished is found again, the rest is made, and nothing
/// else: the numbers say so, and the bytes are those of an undisturbed run.
#[cfg(target_os = "linux")]
#[test]
fn kill_9_at_sixty_moments_loses_at_most_the_units_in_flight() {
    use std::os::unix::process::ExitStatusExt;
    let subject = Subject::new();
    let (undisturbed, _) = subject.finish("undisturbed", &[]);
    let library = kill_before(subject.folder.path());
    let moments = moments();
    assert!(moments.len() >= 60, "{}", moments.len());
    for (call, path, n) in moments {
        let moment = format!("before {call} {n} of {path}");
        let out = subject.out("killed");
        let mut command = subject.command("killed", &["--jobs", "2"]);
        command
            .env("LD_PRELOAD", &library)
            .env("KILL_CALL", call)
            .env("KILL_PATH", path);
        let killed = command.env("KILL_NTH", n.to_string()).output().unwrap();
        assert_eq!(
            killed.status.signal(),
            Some(9),
            "{moment}: {}",
            text(&killed.stderr)
        );
        // Two threads: one unit each in flight.
        let (unit_count, is_published) = (units(&out).len(), out.join("manifest.json").exists());
        let half_written = |folder: &Path| {
            files(folder)
                .into_keys()
                .any(|name| name.starts_with(".partial-"))
        };
        match (call, path) {
            (_, ".partial-") => {
                assert!(
                    // The marker of the units was written before them.
                    (n.saturating_sub(3)..n).contains(&unit_count),
                    "{moment}: {unit_count} finished"
                );
                assert!(
                    half_written(&out.join("units")) && !is_published,
                    "{moment}"
                );
            }
            ("unlink", _) => assert!(
                is_published && unit_count == UNITS + 1 - n,
                "{moment}: {unit_count} left"
            ),
            _ => assert!(
                unit_count == UNITS && is_staged(&out) && !is_published,
                "{moment}: {unit_count} finished"
            ),
        }
        let (resumed, stderr) = subject.finish("killed", &[]);
        let counts = (unit_count > 0).then_some([unit_count, 0, UNITS - unit_count]);
        assert_eq!(unit_counts(&stderr), counts, "{moment}: {stderr}");
        assert!(resumed == undisturbed, "{moment}: other bytes");
        fs::remove_dir_all(&out).unwrap();
    }
}

/// The sweep of the test below.
#[cfg(target_os = "linux")]
fn sweep_of_groups(file: &str, out: &Path, jobs: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    let vary = "clients.refresh_interval=20 min, 25 min";
    command.args(["sweep", file, "--vary", vary, "--reps", "2"]);
    for set in [
        "gateway.count=4",
        "clients.count=10000",
        "clients.incoming_calls=0 /h",
        "clients.sign_in=uniform over 30 min",
    ] {
        command.args(["--set", set]);
    }
    command.args(["--jobs", jobs, "--out"]).arg(out);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Two points × two replications × four groups of 2,500 users, each large enough to be kept on its own: a kill within a
/// replication loses the groups in flight, not the replication. The groups of the finished ones are cleared away.
#[cfg(target_os = "linux")]
#[test]
fn a_replication_of_large_groups_goes_on_from_its_groups() {
    use std::os::unix::process::ExitStatusExt;
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "healthy",
        "metric = \"session_drops\"\nat_most = 3",
    );
    let library = kill_before(folder.path());
    let sweep = |name: &str, jobs: &str| sweep_of_groups(&file, &folder.path().join(name), jobs);
    assert!(sweep("undisturbed", "1").status().unwrap().code().is_some());
    let undisturbed = files(&folder.path().join("undisturbed"));
    let out = folder.path().join("killed");
    for (n, damage) in [(3, false), (7, true), (14, false)] {
        let mut command = sweep("killed", "2");
        command
            .env("LD_PRELOAD", &library)
            .env("KILL_CALL", "rename")
            .env("KILL_PATH", "-group-");
        assert_eq!(
            command
                .env("KILL_NTH", n.to_string())
                .status()
                .unwrap()
                .signal(),
            Some(9),
            "{n}"
        );
        let unit_names = units(&out);
        let (groups, whole_runs): (Vec<&String>, Vec<&String>) =
            unit_names.iter().partition(|name| name.contains("-group-"));
        // A replication that has just been finished may not have cleared its groups away yet.
        let stands_for = |group: &str| {
            let (replication, _) = group.split_once("-group-").unwrap();
            whole_runs.contains(&&format!("{replication}.unit"))
        };
        let groups: Vec<&String> = groups.into_iter().filter(|g| !stands_for(g)).collect();
        // Each whole replication stands for its four groups; at most two were in flight.
        let finished = groups.len() + 4 * whole_runs.len();
        assert!(
            !groups.is_empty() && finished + 2 >= n,
            "{n}: {unit_names:?}"
        );
        if damage {
            let damaged_unit = out.join("units").join(groups[0]);
            let bytes = fs::read(&damaged_unit).unwrap();
            fs::write(&damaged_unit, &bytes[..bytes.len() / 2]).unwrap();
        }
        let stderr = text(&sweep("killed", "2").output().unwrap().stderr);
        let damaged_count = usize::from(damage);
        assert_eq!(
            unit_counts(&stderr),
            Some([
                groups.len() + whole_runs.len() - damaged_count,
                damaged_count,
                4 - whole_runs.len()
            ]),
            "{n}: {stderr}"
        );
        assert!(files(&out) == undisturbed, "{n}: other bytes");
        assert!(!out.join("units").exists());
        fs::remove_dir_all(&out).unwrap();
    }
}

/// A file has its name only when its bytes are on the disk: a power cut finds it whole, or not at all.
#[cfg(target_os = "linux")]
#[test]
fn every_file_is_synced_before_it_gets_its_name() {
    let subject = Subject::new();
    let log = subject.folder.path().join("calls");
    let mut command = subject.command("out", &["--jobs", "2"]);
    command
        .env("LD_PRELOAD", kill_before(subject.folder.path()))
        .env("KILL_LOG", &log);
    assert!(command.status().unwrap().code().is_some());
    let calls = fs::read_to_string(&log).unwrap();
    let (mut writes, mut synced) = (BTreeSet::new(), BTreeSet::new());
    let mut renamed = BTreeSet::new();
    for (call, path) in calls.lines().filter_map(|line| line.split_once(' ')) {
        match call {
            "write" => drop(writes.insert(path)),
            "fsync" => {
                writes.remove(path);
                synced.insert(path);
            }
            "rename" => {
                let inside = format!("{path}/");
                let early = writes
                    .iter()
                    .find(|w| **w == path || w.starts_with(&inside));
                // A unit that a loss of power tears is noticed by its digest; units are synced together.
                let is_unit = path.contains("/units/");
                assert!(is_unit || early.is_none(), "{path} has its name too early");
                assert!(renamed.insert(path), "{path}");
            }
            _ => {}
        }
    }
    // Each unit, every file that the manifest lists (tables, inputs, plots, the report) and the manifest.
    let manifest = fs::read_to_string(subject.out("out").join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let digests = manifest["files"].as_object().unwrap();
    assert!(
        [
            "summary.json",
            "runs.csv",
            "plots/sweep-missed-toast-fraction.png"
        ]
        .iter()
        .all(|f| digests.contains_key(*f))
    );
    // The new results get their name as a whole; the folder of the units moves over to them.
    assert_eq!(renamed.len(), UNITS + 3, "and the marker of the units");
    let ends_with = |end: &str| synced.iter().any(|path| path.ends_with(end));
    for name in digests.keys().map(String::as_str).chain(["manifest.json"]) {
        assert!(ends_with(&format!("/{name}")), "{name}");
    }
    // The names are on the disk too: of the plots, of the results, and of the folder that holds them.
    let parent = subject.folder.path().canonicalize().unwrap();
    assert!(synced.contains(parent.to_str().unwrap()), "{synced:?}");
    assert!(ends_with("/plots"));
    assert!(
        renamed
            .iter()
            .any(|path| synced.contains(path) && path.contains("/.rccsim-new-"))
    );
}

/// The interrupt key stops a study within the unit that it is at.
#[cfg(unix)]
#[test]
fn the_interrupt_key_keeps_what_is_finished() {
    let subject = Subject::new();
    let (undisturbed, _) = subject.finish("undisturbed", &[]);
    let out = subject.out("interrupted");
    let mut child = subject
        .command("interrupted", &["--jobs", "2"])
        .spawn()
        .unwrap();
    while units(&out).len() < 7 {
        assert_eq!(
            child.try_wait().unwrap(),
            None,
            "over before it was interrupted"
        );
        std::thread::sleep(Duration::from_micros(200));
    }
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let unit_count = units(&out).len();
    assert!(
        unit_count < UNITS && !out.join("manifest.json").exists(),
        "{unit_count}"
    );
    assert!(
        text(&output.stderr).contains("the same command goes on from there"),
        "{}",
        text(&output.stderr)
    );
    let (resumed, stderr) = subject.finish("interrupted", &[]);
    assert_eq!(
        unit_counts(&stderr),
        Some([unit_count, 0, UNITS - unit_count])
    );
    assert!(resumed == undisturbed);
}
