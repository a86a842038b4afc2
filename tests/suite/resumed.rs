//! What an earlier process left: which units are taken, and which are made again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::durable::{POINTS, Subject, UNITS, kill_when, unit_counts, units};
use crate::study::{by_hand, files, text};

#[test]
fn killed_between_write_and_rename_or_in_the_merge() {
    let subject = Subject::new();
    let (undisturbed, _) = subject.finish("undisturbed", &["--keep-units"].map(|_| "--quiet"));
    // What such a moment leaves behind, made by hand: a whole unit and half of one under temporary names, half a table
    // in a staging folder, one table fewer than the manifest lists.
    let out = subject.out("state");
    assert!(
        subject
            .command("state", &["--keep-units"])
            .status()
            .unwrap()
            .code()
            .is_some()
    );
    let names: Vec<String> = units(&out).into_iter().collect();
    assert_eq!(names.len(), UNITS);
    let unit = |name: &str| out.join("units").join(name);
    fs::rename(unit(&names[0]), unit(&format!(".partial-{}", names[0]))).unwrap();
    let half = fs::read(unit(&names[1])).unwrap();
    fs::write(
        unit(&format!(".partial-{}", names[1])),
        &half[..half.len() / 2],
    )
    .unwrap();
    fs::remove_file(unit(&names[1])).unwrap();
    let staging = out.join(".rccsim-new-Ab12Cd");
    fs::create_dir(&staging).unwrap();
    fs::rename(out.join("runs.csv"), staging.join("runs.csv")).unwrap();
    fs::write(staging.join("summary.json"), "{\"sch").unwrap();
    let (resumed, stderr) = subject.finish("state", &[]);
    assert_eq!(
        unit_counts(&stderr),
        Some([names.len() - 2, 0, 2]),
        "{stderr}"
    );
    assert!(resumed == undisturbed);
}

#[test]
fn units_that_are_torn_cut_swapped_edited_or_foreign_are_noticed_and_made_again() {
    let subject = Subject::new();
    let out = subject.out("out");
    let first_run = subject.command("out", &["--keep-units"]).output().unwrap();
    assert!(first_run.status.code().is_some());
    let undisturbed = files(&out);
    let names: Vec<String> = units(&out).into_iter().collect();
    let path = |i: usize| out.join("units").join(&names[i]);
    let bytes = |i: usize| fs::read(path(i)).unwrap();
    let (first, second) = (bytes(0), bytes(1));
    fs::write(path(0), &second).unwrap();
    fs::write(path(1), &first).unwrap();
    fs::write(path(2), &bytes(2)[..100]).unwrap();
    fs::write(path(3), "").unwrap();
    let mut torn_unit = bytes(4);
    let half = torn_unit.len() / 2;
    torn_unit[half..].fill(0);
    fs::write(path(4), torn_unit).unwrap();
    let mut edited = bytes(5);
    edited[300] ^= 4;
    fs::write(path(5), edited).unwrap();
    // Of another version, with a digest that fits.
    let old = bytes(6);
    let line_end = old.iter().position(|b| *b == b'\n').unwrap();
    let line = text(&old[..line_end]).replace(env!("CARGO_PKG_VERSION"), "0.0.9");
    let mut foreign = [line.as_bytes(), &old[line_end..old.len() - 32]].concat();
    let digest = *blake3::hash(&foreign).as_bytes();
    foreign.extend(digest);
    fs::write(path(6), foreign).unwrap();
    let (rerun, stderr) = subject.finish("out", &[]);
    assert_eq!(
        unit_counts(&stderr),
        Some([names.len() - 7, 7, 7]),
        "{stderr}"
    );
    for why in [
        "cut short",
        "torn or edited",
        "of another unit, scenario or version",
    ] {
        assert!(stderr.contains(why), "{why}: {stderr}");
    }
    assert!(rerun == undisturbed);
}

#[test]
fn another_scenario_or_seed_never_takes_the_units() {
    let subject = Subject::new();
    assert!(
        subject
            .command("out", &["--keep-units"])
            .status()
            .unwrap()
            .code()
            .is_some()
    );
    let unit_count = units(&subject.out("out")).len();
    for flags in [
        &["--seed", "2"][..],
        &["--set", "clients.reestablish=fixed 31 s"],
    ] {
        let args: Vec<&str> = [flags, &["--keep-units"]].concat();
        let stderr = text(&subject.command("out", &args).output().unwrap().stderr);
        assert_eq!(unit_counts(&stderr), None, "{stderr}");
    }
    assert_eq!(units(&subject.out("out")).len(), 3 * unit_count);
}

#[test]
fn more_replications_go_on_from_the_units_that_were_kept() {
    let mut subject = Subject::new();
    assert!(
        subject
            .command("out", &["--keep-units"])
            .status()
            .unwrap()
            .code()
            .is_some()
    );
    *subject.args.last_mut().unwrap() = "10".into();
    let (longer, stderr) = subject.finish("out", &[]);
    assert_eq!(
        unit_counts(&stderr),
        Some([UNITS, 0, POINTS * 2]),
        "{stderr}"
    );
    assert!(longer == subject.finish("afresh", &[]).0);
}

/// The units of a search are found again as those of a sweep are.
#[test]
fn a_search_that_was_killed_goes_on_where_it_stopped() {
    let folder = TempDir::new().unwrap();
    let objective = "metric = \"missed_toast_fraction\"\nat_most = \"1.8 %\"";
    let file = by_hand(folder.path(), "ignores-update", objective);
    let range = "clients.refresh_interval=20 min, 25 min, 28 min";
    let extra_flags = |command: &str| match command {
        "size" => vec!["--key", range, "--reps", "20", "--most-reps", "40"],
        "best" => vec!["--vary", range, "--most-reps", "40"],
        "compare" => vec!["models/nec-r2.toml", "--reps", "20"],
        _ => vec!["--reps", "20"],
    };
    for command in ["size", "best", "compare", "sensitivity"] {
        let args = |out: &Path, jobs: &str| -> Vec<String> {
            // What compares needs the same users: the model with itself, and no file of 20 users.
            let first = if command == "compare" {
                "models/nec-r2.toml"
            } else {
                file.as_str()
            };
            let commands = [
                &[
                    command,
                    first,
                    "--jobs",
                    jobs,
                    "--out",
                    out.to_str().unwrap(),
                ],
                &extra_flags(command)[..],
            ]
            .concat();
            commands.into_iter().map(String::from).collect()
        };
        let start = |out: &Path, jobs: &str| {
            let mut command_line = Command::new(env!("CARGO_BIN_EXE_rccsim"));
            command_line
                .args(args(out, jobs))
                .stdout(Stdio::null())
                .stderr(Stdio::piped());
            command_line
        };
        let (one, second) = (
            folder.path().join(format!("{command}-1")),
            folder.path().join(format!("{command}-2")),
        );
        assert!(start(&one, "1").status().unwrap().code().is_some());
        assert!(
            kill_when(start(&second, "2").spawn().unwrap(), || units(&second)
                .len()
                >= 5),
            "{command}"
        );
        let unit_count = units(&second).len();
        let stderr = text(&start(&second, "2").output().unwrap().stderr);
        assert_eq!(
            unit_counts(&stderr).map(|told| told[0]),
            Some(unit_count),
            "{command}: {stderr}"
        );
        assert_eq!(files(&one), files(&second), "{command}");
    }
}
