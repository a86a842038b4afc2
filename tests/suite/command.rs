//! The command as its users meet it: exit codes, files, the same bytes in whatever way they are made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs rccsim at the root of the project.
pub(crate) fn rccsim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output
        .status
        .code()
        .unwrap_or_else(|| panic!("ended by a signal: {}", text(&output.stderr)))
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let inner = files(&path).into_iter();
            contents.extend(inner.map(|(name, bytes)| {
                (
                    format!("{}/{name}", path.file_name().unwrap().display()),
                    bytes,
                )
            }));
        } else {
            contents.insert(
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            );
        }
    }
    contents
}

/// Runs into a folder of its own and returns what is in it.
fn results(model: &str, flags: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let output = rccsim(&[&["run", model, "--out", out.to_str().unwrap()], flags].concat());
    assert!(
        [0, 3, 4].contains(&code(&output)),
        "{}",
        text(&output.stderr)
    );
    files(&out)
}

#[test]
fn results_are_the_same_bytes_for_any_number_of_jobs_a_rerun_and_with_the_display_off() {
    for model in [
        "models/mixed-fleet.toml",
        "models/n-plus-one.toml",
        "models/large.toml",
    ] {
        let first = results(model, &["--jobs", "1"]);
        for name in [
            "manifest.json",
            "summary.json",
            "summary.csv",
            "runs.csv",
            "series.csv",
            "distribution.csv",
            "drops.csv",
            "scenario.toml",
        ] {
            assert!(
                first[name].len() > 50,
                "{model}: {name} is missing or empty"
            );
        }
        for flags in [
            &["--jobs", "2"][..],
            &["--jobs", "8", "--quiet"],
            &["--jobs", "1"],
        ] {
            let rerun = results(model, flags);
            assert_eq!(
                first.keys().collect::<Vec<_>>(),
                rerun.keys().collect::<Vec<_>>()
            );
            for (name, bytes) in &first {
                assert!(*bytes == rerun[name], "{model} {flags:?}: {name} differs");
            }
        }
    }
}

#[test]
fn a_crash_of_one_gateway_changes_not_one_byte_of_anothers_results() {
    let gateway = |name| {
        format!(
            "[[gateway]]\nname = \"{name}\"\nprofile = \"ignores-update\"\nservice_time = \"exponential 50 ms\"\n"
        )
    };
    let clients = |name| {
        format!(
            "[[clients]]\nname = \"{name}\"\ngateway = \"{name}\"\ncount = 300\npath = \"wan-tls\"\n"
        )
    };
    let calm = format!(
        "[scenario]\nname = \"two\"\nreplications = 3\n{}{}{}{}",
        gateway("north"),
        gateway("south"),
        clients("north"),
        clients("south")
    );
    let fault =
        "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:north\"\nat = \"10:30\"\nreset = true\n";
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("two.toml");
    let [calm, crashed] = [calm.clone(), calm + fault].map(|text| {
        fs::write(&file, text).unwrap();
        results(file.to_str().unwrap(), &[])
    });
    for name in ["summary.csv", "series.csv", "drops.csv", "runs.csv"] {
        // The fingerprint, third column of runs.csv, is of the whole run.
        let rows = |contents: &BTreeMap<String, Vec<u8>>, of: &str| -> Vec<String> {
            let table = text(&contents[name]);
            let own_rows = table.lines().filter(|row| {
                row.split(',')
                    .any(|cell| cell.split(':').next_back() == Some(of))
            });
            let masked = |row: &str| match name {
                "runs.csv" => row
                    .split(',')
                    .enumerate()
                    .filter(|(i, _)| *i != 2)
                    .map(|(_, c)| format!("{c},"))
                    .collect(),
                _ => row.to_string(),
            };
            own_rows.map(masked).collect()
        };
        assert!(rows(&calm, "south").len() > 60, "{name}");
        assert!(
            rows(&calm, "south") == rows(&crashed, "south"),
            "{name}: the other gateway's rows differ"
        );
        assert!(
            rows(&calm, "north") != rows(&crashed, "north"),
            "{name}: the crash left no trace"
        );
    }
}

#[test]
fn the_manifest_has_the_digest_of_every_file() {
    let contents = results("models/nec-r2.toml", &["--reps", "2"]);
    let manifest: Value = serde_json::from_slice(&contents["manifest.json"]).unwrap();
    let digests = manifest["files"].as_object().unwrap();
    assert_eq!(digests.len(), contents.len() - 1);
    for (name, digest) in digests {
        assert_eq!(
            digest.as_str().unwrap(),
            blake3::hash(&contents[name]).to_hex().as_str(),
            "{name}"
        );
    }
}

#[test]
fn exit_codes_tell_the_verdict() {
    let folder = TempDir::new().unwrap();
    let run = |model: &str, flags: &[&str]| {
        let out = folder.path().join("out");
        rccsim(
            &[
                &["run", model, "--quiet", "--out", out.to_str().unwrap()],
                flags,
            ]
            .concat(),
        )
    };
    assert_eq!(
        code(&run("models/nec-r2-allow-fix.toml", &["--reps", "3"])),
        0
    );
    assert_eq!(code(&run("models/nec-r2.toml", &["--reps", "3"])), 3);
    assert_eq!(
        code(&run("models/nec-r2.toml", &["--reps", "1"])),
        4,
        "one replication has no interval"
    );
    assert_eq!(code(&run("models/nowhere.toml", &[])), 1);
    assert_eq!(code(&run("tests/rejected/key_unknown.toml", &[])), 2);
    assert_eq!(
        code(&run("models/nec-r2.toml", &["--set", "clients.colour=red"])),
        2
    );
    assert_eq!(code(&run("models/nec-r2.toml", &["--jobs", "0"])), 2);
    assert_eq!(code(&run("models/nec-r2.toml", &["--reps", "0"])), 2);
}

#[test]
fn json_on_standard_output_is_the_summary() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let output = rccsim(&[
        "run",
        "models/mixed-fleet.toml",
        "--reps",
        "2",
        "--format",
        "json",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.stdout, fs::read(out.join("summary.json")).unwrap());
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["schema"], "rccsim.summary/1");
    assert_eq!(
        (summary["scenario"].as_str(), summary["seed"].as_u64()),
        (Some("mixed-fleet"), Some(1))
    );
    let rows = summary["rows"].as_array().unwrap();
    let row = |scope: &str, metric: &str| {
        rows.iter()
            .find(|r| r["scope"] == scope && r["metric"] == metric && r.get("cause").is_none())
            .unwrap()
    };
    for scope in [
        "all",
        "clients:communicator-2007",
        "clients:communicator-2007-r2",
        "gateway:cstagw",
    ] {
        let drops = row(scope, "session_drops");
        assert_eq!(
            (drops["unit"].as_str(), drops["replications"].as_u64()),
            (Some("count"), Some(2))
        );
    }
    assert_eq!(
        row("clients:communicator-2007", "session_drops")["mean"],
        0.0
    );
    assert!(
        row("clients:communicator-2007", "session_drops")["upper"]
            .as_f64()
            .unwrap()
            > 0.0,
        "0 has its upper bound"
    );
    assert!(
        row("clients:communicator-2007-r2", "session_drops")["mean"]
            .as_f64()
            .unwrap()
            > 1400.0
    );
    // A quantile without samples is null.
    assert!(row("clients:communicator-2007", "recovery_mean_s")["mean"].is_null());
}

#[test]
fn an_unwritable_folder_is_told_before_anything_is_simulated() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let output = rccsim(&[
        "run",
        "models/large.toml",
        "--out",
        file.join("out").to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 1);
    assert!(
        text(&output.stderr).contains("file/out"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_fails_leaves_earlier_results_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    assert_eq!(
        code(&rccsim(&[
            "run",
            "models/nec-2007.toml",
            "--reps",
            "2",
            "--out",
            out
        ])),
        0
    );
    let before = files(folder.path());
    let huge = [
        "run",
        "models/nec-2007.toml",
        "--out",
        out,
        "--set",
        "clients.count=1000000000",
    ];
    let output = rccsim(&huge);
    assert_eq!(code(&output), 2);
    let message = text(&output.stderr);
    assert!(
        message.contains("clients.front-office") && message.contains("GB"),
        "{message}"
    );
    // The same in a file: told where it stands.
    let file = folder.path().with_extension("toml");
    fs::write(
        &file,
        fs::read_to_string("models/nec-2007.toml")
            .unwrap()
            .replace("count = 2000", "count = 900000000"),
    )
    .unwrap();
    let output = rccsim(&["run", file.to_str().unwrap(), "--out", out]);
    let message = text(&output.stderr);
    assert_eq!(code(&output), 2);
    let error_line = format!(
        "error: {}:16:9: clients.front-office.count: found 900000000, expected fewer",
        file.display()
    );
    assert!(message.starts_with(&error_line), "{message}");
    fs::remove_file(file).unwrap();
    assert_eq!(
        code(&rccsim(&[
            "run",
            "tests/rejected/count_zero.toml",
            "--out",
            out
        ])),
        2
    );
    assert!(
        files(folder.path()) == before,
        "earlier results were touched"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_what_is_finished() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let args = [
        "run",
        "models/nec-2007.toml",
        "--reps",
        "10000",
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ];
    let child = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for some replications on any machine, far too short for all.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    if out.join("manifest.json").exists() {
        let summary: Value =
            serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
        assert_eq!(summary["interrupted"], true);
        let n = summary["replications"].as_u64().unwrap();
        assert!((1..10_000).contains(&n), "{n}");
        let runs = fs::read_to_string(out.join("runs.csv")).unwrap();
        let replications: std::collections::BTreeSet<&str> = runs
            .lines()
            .skip(1)
            .map(|l| l.split(',').nth(1).unwrap())
            .collect();
        assert_eq!(replications.len() as u64, n);
    } else {
        assert!(text(&output.stdout).is_empty());
    }
    let partial = files(&out).into_keys().find(|name| name.starts_with('.'));
    assert_eq!(partial, None);
}

#[test]
fn the_starting_scenario_runs_as_it_stands_and_is_never_overwritten() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("my-question.toml");
    let file = file.to_str().unwrap();
    assert_eq!(code(&rccsim(&["init", file])), 0);
    assert_eq!(code(&rccsim(&["check", file])), 0);
    let text = fs::read_to_string(file).unwrap();
    let out = folder.path().join("out");
    assert_eq!(
        code(&rccsim(&[
            "run",
            file,
            "--reps",
            "3",
            "--out",
            out.to_str().unwrap()
        ])),
        3
    );
    assert_eq!(code(&rccsim(&["init", file])), 2);
    assert_eq!(fs::read_to_string(file).unwrap(), text);
}

#[test]
fn a_trace_marks_where_usability_ended_and_names_the_right_section() {
    let ladder = |file: &str, flags: &[&str]| {
        let args = [&["trace", file], flags].concat();
        text(&rccsim(&args).stdout)
    };
    let lost_session = ladder("tests/repro/w4-trace-481.toml", &[]);
    let place = |mark: &str| {
        lost_session
            .find(mark)
            .unwrap_or_else(|| panic!("{mark} in\n{lost_session}"))
    };
    // The route goes first, then a request meets the 481 of OCS, then the client knows.
    assert!(place("USABILITY ENDS") < place("481"));
    assert!(place("481") < place("SESSION LOST, the client notices"));
    assert!(
        lost_session.contains("route_expiry = 1800 s..1801 s"),
        "{lost_session}"
    );
    let idle = ladder("tests/repro/w5-idle-below-refresh.toml", &[]);
    assert!(
        idle.contains("a middlebox forgot the idle connection: idle_timeout = 33 s"),
        "{idle}"
    );
    let ack_trace = ladder("tests/repro/d13-ack-label.toml", &["--all"]);
    let repeated: Vec<&str> = (ack_trace.lines())
        .filter(|l| l.contains("gateway  ACK") && l.contains("again"))
        .collect();
    assert!(!repeated.is_empty(), "{ack_trace}");
    assert!(
        repeated.iter().all(|l| l.contains("§13.2.2.4")),
        "{repeated:?}"
    );
}

#[test]
fn a_matrix_names_what_is_changed_in_its_rows_and_refuses_other_profiles() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let matrix = |set: &str| {
        let out = out.to_str().unwrap();
        rccsim(&["matrix", "--no-report", "--set", set, "--out", out])
    };
    let changed = text(&matrix("gateway.update=accepted").stdout);
    assert!(
        changed.contains("ignores-update, update = accepted"),
        "{changed}"
    );
    assert!(
        !changed.contains("healthy, update"),
        "as its profile has it"
    );
    let refused = matrix("gateway.profile=healthy");
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("are the profiles"));
}
