//! `--no-folder`: what is printed is all that is left, and it is what the folder would have held.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::study::{by_hand, text};

/// Runs it in a folder of its own.
fn rccsim_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

/// Every command that has results.
fn commands<'a>(file: &'a str, other: &'a str) -> Vec<Vec<&'a str>> {
    let interval = "clients.refresh_interval=5 min, 25 min";
    let intervals = "clients.refresh_interval=5 min..25 min step 5 min";
    vec![
        vec!["run", file],
        vec!["sweep", file, "--vary", interval],
        vec!["compare", file, other],
        vec!["size", file, "--key", intervals],
        vec!["best", file, "--vary", interval],
        vec!["sensitivity", file],
        vec!["matrix"],
    ]
}

#[test]
fn what_is_printed_is_what_a_folder_would_hold() {
    let [empty, other_folder, second] = [(); 3].map(|()| TempDir::new().unwrap());
    let objective = "metric = \"missed_toast_fraction\"\nat_most = \"1 %\"";
    let file = by_hand(other_folder.path(), "ignores-update", objective);
    let healthy = by_hand(second.path(), "healthy", objective);
    for command in commands(&file, &healthy) {
        let with = |flags: &[&str]| {
            let arguments = [&command[..], flags].concat();
            rccsim_in(empty.path(), &arguments)
        };
        let out = other_folder.path().join(command[0]);
        let with_folder = with(&["--out", out.to_str().unwrap()]);
        let without_folder = with(&["--no-folder"]);
        let document = with(&["--no-folder", "--format", "json"]);
        let names = fs::read_dir(empty.path()).unwrap().count();
        assert_eq!(names, 0, "{command:?} left something");
        let code = with_folder.status.code();
        assert!(
            matches!(code, Some(0 | 3 | 4)),
            "{}",
            text(&with_folder.stderr)
        );
        assert_eq!(without_folder.status.code(), code, "{command:?}");
        assert_eq!(document.status.code(), code, "{command:?}");
        let summary = fs::read_to_string(out.join("summary.json")).unwrap();
        assert_eq!(text(&document.stdout), summary, "{command:?}");
        let with_folder = text(&with_folder.stdout);
        let (before, tail) = with_folder.split_once("Files: ").unwrap();
        let (_, after) = tail.split_once('\n').unwrap();
        assert_eq!(
            text(&without_folder.stdout),
            before.to_owned() + after,
            "{command:?}"
        );
    }
}

#[test]
fn a_capture_that_cannot_be_written_is_refused_before_the_run() {
    let empty = TempDir::new().unwrap();
    for path in ["missing/a.pcap", "."] {
        let arguments = ["run", "large", "--no-folder", "--pcap", path];
        let refused = rccsim_in(empty.path(), &arguments);
        let why = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{why}");
        assert!(why.contains("--pcap"), "{why}");
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn what_needs_a_folder_is_refused_without() {
    let empty = TempDir::new().unwrap();
    for flags in [&["--out", "x"][..], &["--open"], &["--shard", "1/2"]] {
        let arguments = [&["run", "nec-r2", "--no-folder"], flags].concat();
        let refused = rccsim_in(empty.path(), &arguments);
        let why = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{why}");
        assert!(why.contains("--no-folder"), "{why}");
        assert!(why.contains(flags[0]), "{why}");
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}
