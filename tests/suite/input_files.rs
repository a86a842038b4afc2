//! What a results folder keeps is enough: its own scenario runs from there when everything else is gone.

use std::fs;
use std::path::Path;

use rccsim::scenario::{input_files, load};
use tempfile::TempDir;

use crate::study::{rccsim, text};

const REPLAY: &str = r#"# Were the toasts there?
[scenario]
name = "kept"
horizon = "1 h"
replications = 2
[[gateway]]
name = "pbx"
profile = "ignores-update"
[[clients]]
name = "office"
gateway = "pbx"
count = 2
calls_file = "of/calls.csv"
sign_in_file = "signs.csv"
"#;
const CALLS: &str = "time,user,direction,ring_s,talk_s\n60,1,incoming,5,10\n2000,2,incoming,5,10\n";
const SIGNS: &str = "time,user,action\n0,1,in\n30,2,in\n";

/// The scenario with its files of records.
fn write(folder: &Path, scenario: &str) -> String {
    fs::create_dir_all(folder.join("of")).unwrap();
    fs::write(folder.join("of/calls.csv"), CALLS).unwrap();
    fs::write(folder.join("signs.csv"), SIGNS).unwrap();
    let file = folder.join("kept.toml");
    fs::write(&file, scenario).unwrap();
    file.display().to_string()
}

fn run_quietly(args: &[&str], out: &Path) -> String {
    let output = rccsim(&[args, &["--quiet", "--out", out.to_str().unwrap()]].concat());
    let stderr = text(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 3 | 4)),
        "{args:?}: {stderr}"
    );
    text(&output.stdout)
}

#[test]
fn a_replay_runs_from_its_results_folder() {
    let root = TempDir::new().unwrap();
    let from = root.path().join("from");
    let file = write(&from, REPLAY);
    let [out, rerun] = ["out", "again"].map(|name| root.path().join(name));
    let message = run_quietly(&["run", &file, "--no-report"], &out);
    assert!(message.contains("scenario.toml, files/"), "{message}");
    fs::remove_dir_all(&from).unwrap();
    let scenario = out.join("scenario.toml");
    run_quietly(&["run", scenario.to_str().unwrap(), "--no-report"], &rerun);
    for name in ["summary.csv", "runs.csv", "drops.csv", "series.csv"] {
        let [first, second] = [&out, &rerun].map(|folder| fs::read(folder.join(name)).unwrap());
        assert!(first == second, "{name} differs");
    }
    let values = |folder: &Path| {
        let text = fs::read_to_string(folder.join("scenario.toml")).unwrap();
        let values = text.lines().filter(|l| !l.starts_with("# "));
        let lines = values.map(|l| l.split("  #").next().unwrap().to_string());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(values(&out), values(&rerun));
    assert!(
        values(&out).contains("calls_file = \"files/"),
        "{}",
        values(&out)
    );
    // A report of it lacks nothing.
    let report = rccsim(&["report", out.to_str().unwrap()]);
    assert_eq!(report.status.code(), Some(0));
    assert_eq!(text(&report.stderr), "");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(
        page.replace("&#x2f;", "/").contains("of/calls.csv"),
        "the input's own name is shown"
    );
}

#[test]
fn a_study_that_turns_files_runs_from_its_results_folder() {
    let root = TempDir::new().unwrap();
    let from = root.path().join("from");
    let file = write(&from, REPLAY);
    fs::write(
        from.join("more.csv"),
        format!("{CALLS}2100,2,incoming,5,10\n"),
    )
    .unwrap();
    fs::write(from.join("short.toml"), "refresh_interval = \"5 min\"\n").unwrap();
    fs::write(from.join("long.toml"), "refresh_interval = \"20 min\"\n").unwrap();
    let [out, rerun, both] = ["out", "again", "both"].map(|name| root.path().join(name));
    let vary = [
        "--vary",
        "clients.calls_file=of/calls.csv, more.csv",
        "--vary",
        "clients.profile=short.toml, long.toml",
        "--no-report",
    ];
    run_quietly(&[&["sweep", &file], &vary[..]].concat(), &out);
    // Records of two kinds, calls of two files, two profiles.
    assert_eq!(fs::read_dir(out.join("files")).unwrap().count(), 5);
    fs::remove_dir_all(&from).unwrap();
    let scenario = out.join("scenario.toml");
    run_quietly(
        &["sweep", scenario.to_str().unwrap(), "--no-report"],
        &rerun,
    );
    let figures = |folder: &Path| -> Vec<String> {
        let text = fs::read_to_string(folder.join("summary.csv")).unwrap();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let figures = rows.records().map(|row| {
            let row = row.unwrap();
            row.iter().skip(1).collect::<Vec<_>>().join(",")
        });
        figures.collect()
    };
    assert_eq!(figures(&out), figures(&rerun));
    let points = [out.to_str().unwrap(), rerun.to_str().unwrap()];
    run_quietly(
        &[&["compare"], &points[..], &["--no-report"]].concat(),
        &both,
    );
}

#[test]
fn what_changed_since_it_was_read_is_not_kept() {
    let root = TempDir::new().unwrap();
    let file = write(root.path(), REPLAY);
    let scenario = load(Path::new(&file), &[]).unwrap();
    let files = input_files(&scenario, None);
    assert_eq!(files.len(), 2);
    let mut copy = Vec::new();
    let calls = files
        .iter()
        .find(|f| f.path().ends_with("calls.csv"))
        .unwrap();
    calls.copy(&mut copy).unwrap();
    assert_eq!(copy, CALLS.as_bytes());
    fs::write(root.path().join("of/calls.csv"), format!("{CALLS}\n")).unwrap();
    let refused = calls.copy(&mut Vec::new()).unwrap_err().to_string();
    assert_eq!(refused, "it was changed since the scenario was read");
}

#[test]
fn a_file_in_the_place_of_the_kept_ones_is_refused() {
    let root = TempDir::new().unwrap();
    let file = write(root.path(), REPLAY);
    let out = root.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("files"), "precious").unwrap();
    let output = rccsim(&["run", &file, "--quiet", "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("out/files: not of these results"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(out.join("files")).unwrap(), "precious");
}

/// A spreadsheet writes fields with a separator, and decimal commas, in quotes.
#[test]
fn separators_between_quotes_are_text() {
    let root = TempDir::new().unwrap();
    let columns = "calls_columns = \"user user\"";
    let scenario = REPLAY.replace("sign_in_file = \"signs.csv\"", columns);
    assert!(scenario.contains(columns), "{scenario}");
    let file = write(root.path(), &scenario);
    let calls = |text: &str| fs::write(root.path().join("of/calls.csv"), text).unwrap();
    for (header, first, second) in [
        (
            "time,user,direction,ring_s,talk_s",
            r#"60,"Doe, John",incoming,5,"10""#,
            r#"2000, "Roe; ""J""" ,incoming,5,10"#,
        ),
        (
            "time;user;direction;ring_s;talk_s",
            r#""60";"Doe; John";incoming;"5,5";10"#,
            r#"2000;Roe "J";incoming;5;10"#,
        ),
    ] {
        calls(&format!("{header}\n{first}\n{second}\n"));
        let output = rccsim(&["check", &file]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    calls("time,user,direction,ring_s,talk_s\n60,\"Doe, John,incoming,5,10\n");
    let output = rccsim(&["check", &file]);
    assert_eq!(output.status.code(), Some(2));
}
