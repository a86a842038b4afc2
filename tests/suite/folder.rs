//! Whose a results folder is: one writer at a time, and nothing is touched that somebody else made.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use rccsim::record::Results;
use tempfile::TempDir;

use crate::study::{rccsim, text};

const MODEL: &str = "models/nec-r2.toml";

#[test]
fn a_second_writer_is_refused_and_told_who_is_at_work() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let path = out.to_str().unwrap();
    let long = ["run", MODEL, "--reps", "10000", "--no-report", "--out"];
    let mut first = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(long)
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lock = out.join(".rccsim-lock");
    let holder = first.id().to_string();
    while fs::read_to_string(&lock).ok().as_ref() != Some(&holder) {
        assert_eq!(first.try_wait().unwrap(), None, "it ended too soon");
        std::thread::sleep(Duration::from_millis(1));
    }
    let short = ["--set", "clients.count=20", "--reps", "1", "--no-report"];
    let run = [&["run", MODEL, "--seed", "9"], &short[..]].concat();
    let vary = ["--vary", "clients.count=5, 6"];
    let sweep = [&["sweep", MODEL], &vary[..], &short[..]].concat();
    let matrix = vec!["matrix", "--no-report"];
    for command in [&run, &sweep, &matrix] {
        let output = rccsim(&[&command[..], &["--out", path]].concat());
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {message}");
        let refusal = format!("another process ({holder}) writes into this folder");
        assert!(message.contains(&refusal), "{command:?}: {message}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // Who was killed holds nothing.
    let output = rccsim(&[&run[..], &["--out", path]].concat());
    assert!(
        matches!(output.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&output.stderr)
    );
    let manifest = fs::read_to_string(out.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["seed"], 9);
    assert!(!lock.exists());
}

/// As often as `RCCSIM_ROUNDS` says. The runs are long beside what starting a process takes: none is over before the others
/// have asked for the folder.
#[test]
fn of_three_at_once_one_is_whole_and_two_are_refused() {
    let rounds = std::env::var("RCCSIM_ROUNDS").ok();
    let rounds: u32 = rounds.map_or(2, |n| n.parse().expect("RCCSIM_ROUNDS is a number"));
    let root = TempDir::new().unwrap();
    let out = root.path().join("out");
    for round in 0..rounds {
        let seeds = [1, 2, 3].map(|i| 3 * round + i);
        let started = seeds.map(|seed| {
            Command::new(env!("CARGO_BIN_EXE_rccsim"))
                .args(["run", MODEL, "--reps", "2", "--set", "clients.count=20000"])
                .args(["--jobs", "1", "--quiet", "--no-report", "--seed"])
                .arg(seed.to_string())
                .arg("--out")
                .arg(&out)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        });
        let ids = started.each_ref().map(std::process::Child::id);
        let ended = started.map(|child| child.wait_with_output().unwrap());
        let codes = ended.each_ref().map(|output| output.status.code());
        let winner = codes.iter().position(|code| *code != Some(1));
        let winner = winner.unwrap_or_else(|| panic!("round {round}: {codes:?}"));
        assert!(
            matches!(codes[winner], Some(0 | 3 | 4)),
            "round {round}: {codes:?}"
        );
        let refusal = format!("another process ({}) writes into this folder", ids[winner]);
        for loser in (0..3).filter(|i| *i != winner) {
            let stderr = text(&ended[loser].stderr);
            assert_eq!(codes[loser], Some(1), "round {round}: {stderr}");
            assert!(stderr.contains(&refusal), "round {round}: {stderr}");
        }
        let results = Results::read(&out).unwrap();
        let seed = u64::from(seeds[winner]);
        assert_eq!(results.manifest.seed, seed, "round {round}");
        for file in results.manifest.files.keys() {
            results.bytes(file).unwrap();
        }
        // Nothing of the others is there: all that is there is listed.
        let file_count = results.manifest.files.len() + 1;
        assert_eq!(
            fs::read_dir(&out).unwrap().count(),
            file_count,
            "round {round}"
        );
    }
    println!("{rounds} rounds");
}

#[test]
fn a_folder_of_units_that_somebody_else_made_stays() {
    let folder = TempDir::new().unwrap();
    let units = folder.path().join("units");
    fs::create_dir_all(units.join("photos")).unwrap();
    fs::write(units.join("thesis.txt"), "precious").unwrap();
    let sweep = [
        "sweep",
        MODEL,
        "--vary",
        "clients.count=5, 6",
        "--reps",
        "1",
        "--no-report",
        "--out",
        folder.path().to_str().unwrap(),
    ];
    let output = rccsim(&sweep);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("no finished units"), "{message}");
    assert_eq!(
        fs::read_to_string(units.join("thesis.txt")).unwrap(),
        "precious"
    );
    assert!(units.join("photos").exists());
    assert!(!folder.path().join("summary.json").exists());
}

/// A folder that somebody else packed may hold links in the place of every file that is written there.
#[cfg(unix)]
#[test]
fn no_link_in_a_results_folder_is_followed() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().unwrap();
    let (victim, out) = (folder.path().join("victim"), folder.path().join("out"));
    let path = out.to_str().unwrap();
    let short = ["--set", "clients.count=20", "--reps", "1", "--quiet"];
    let sweep = [
        "sweep",
        MODEL,
        "--vary",
        "clients.count=5, 6",
        "--no-report",
    ];
    let sweep = [&sweep[..], &short[..], &["--out", path]].concat();
    for name in [
        ".partial-summary.json",
        ".rccsim-lock",
        "summary.json",
        "units/lock",
        "units/rccsim-units",
        "units",
    ] {
        fs::write(&victim, "secret").unwrap();
        fs::create_dir_all(out.join(name).parent().unwrap()).unwrap();
        symlink(&victim, out.join(name)).unwrap();
        rccsim(&sweep);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "secret", "{name}");
        fs::remove_dir_all(&out).unwrap();
    }
    // A report on a folder of somebody else replaces links, or refuses them.
    let run = [&["run", MODEL, "--out", path], &short[..]].concat();
    assert!(matches!(rccsim(&run).status.code(), Some(0 | 3 | 4)));
    for name in [".partial-report.html", "report.html"] {
        let _ = fs::remove_file(out.join(name));
        symlink(&victim, out.join(name)).unwrap();
        rccsim(&["report", path, "--quiet"]);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "secret", "{name}");
    }
}
