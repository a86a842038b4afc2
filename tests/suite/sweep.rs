//! Sweeps: which points there are, and that each is the run of its scenario.

use std::fs;
use std::path::Path;

use rccsim::scenario::{hash, load};
use serde_json::Value;
use tempfile::TempDir;

use crate::study::{rccsim, text};

#[test]
fn what_is_wrong_at_any_point_is_told_before_anything_runs() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let sweep = |vary: &str| {
        let output = rccsim(&[
            "sweep",
            "models/large.toml",
            "--vary",
            vary,
            "--out",
            out.to_str().unwrap(),
        ]);
        (output.status.code(), text(&output.stderr))
    };
    let (code, message) = sweep("clients.refresh_interval=5 min, 10 parsecs");
    assert_eq!(code, Some(2));
    assert!(
        message.contains("--vary") && message.contains("expected a duration"),
        "{message}"
    );
    let (code, message) = sweep("gateway.profile=healthy, nortel-mcm");
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("nobody has published"), "{message}");
    let (code, message) = sweep("gateway.other.allow=absent");
    assert_eq!(code, Some(2));
    assert!(
        message.contains("no [[gateway]] is named \"other\""),
        "{message}"
    );
    assert!(!out.exists(), "something was begun");
}

/// The document of a sweep, whose expanded scenario holds the study and reads back to it.
fn summary(folder: &Path, args: &[&str]) -> Value {
    let out = folder.join("out");
    let output = rccsim(
        &[
            &["sweep"],
            args,
            &[
                "--reps",
                "4",
                "--format",
                "json",
                "--out",
                out.to_str().unwrap(),
            ],
        ]
        .concat(),
    );
    let value: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    let rerun = rccsim(&[
        "check",
        out.join("scenario.toml").to_str().unwrap(),
        "--format",
        "json",
    ]);
    let rerun: Value = serde_json::from_slice(&rerun.stdout).unwrap();
    let labels: Vec<Value> = value["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["point"].clone())
        .collect();
    assert_eq!(rerun["points"].as_array().unwrap(), &labels);
    value
}

#[test]
fn a_study_file_and_the_command_line_are_the_same_points() {
    let folder = TempDir::new().unwrap();
    let base = fs::read_to_string("models/nec-r2.toml")
        .unwrap()
        .replace("count = 2000", "count = 400");
    let points =
        "clients.refresh_interval, gateway.allow\n5 min, absent\n\n\"10 min\", without-update\n";
    fs::write(folder.path().join("points.csv"), points).unwrap();
    let study = |name: &str, table: &str| {
        let file = folder.path().join(name);
        fs::write(&file, format!("{base}\n[study]\n{table}")).unwrap();
        file.to_str().unwrap().to_string()
    };
    let table = study("table.toml", "points = \"points.csv\"\n");
    let zip = study(
        "zip.toml",
        "combine = \"zip\"\nvary = [\"clients.refresh_interval = 5 min, 10 min\", \"gateway.allow = absent, without-update\"]\n",
    );
    let summary = |args: &[&str]| summary(folder.path(), args);
    let by_table = summary(&[&table]);
    assert_eq!(
        by_table["points"][1]["point"]["clients.refresh_interval"],
        "10 min"
    );
    assert_eq!(by_table["points"][0]["verdict"], "fail");
    assert_eq!(by_table["points"][1]["verdict"], "pass");
    assert_eq!(by_table["fingerprint"], summary(&[&zip])["fingerprint"]);
    let vary = [
        "--vary",
        "clients.refresh_interval=5 min,10 min",
        "--vary",
        "gateway.allow=absent,without-update",
    ];
    assert_eq!(
        by_table["fingerprint"],
        summary(&[&[zip.as_str(), "--zip"], &vary[..]].concat())["fingerprint"]
    );
    let product = summary(&[&[zip.as_str()], &vary[..]].concat());
    assert_eq!(product["points"].as_array().unwrap().len(), 4);
    assert!(
        product["answer"]
            .as_str()
            .unwrap()
            .starts_with("2 of 4 points meet"),
        "{}",
        product["answer"]
    );
}

/// The luck of a point is that of the same scenario run alone: random streams know nothing of the sweep.
#[test]
fn a_point_of_a_sweep_is_the_run_of_its_scenario() {
    let folder = TempDir::new().unwrap();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let common = [
        "models/nec-r2.toml",
        "--set",
        "clients.count=50",
        "--reps",
        "3",
        "--format",
        "json",
    ];
    let vary = ["--vary", "clients.refresh_interval=10 min, 20 min", "--out"];
    let sweep = rccsim(&[&["sweep"], &common[..], &vary[..], &[&out("sweep")]].concat());
    let run = rccsim(
        &[
            &["run"],
            &common[..],
            &[
                "--set",
                "clients.refresh_interval=20 min",
                "--no-report",
                "--out",
                &out("run"),
            ],
        ]
        .concat(),
    );
    let [sweep, run]: [Value; 2] = [sweep, run].map(|o| serde_json::from_slice(&o.stdout).unwrap());
    let second: Vec<Value> = sweep["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["point"]["clients.refresh_interval"] == "20 min")
        .cloned()
        .map(|mut r| {
            r["point"] = serde_json::json!({});
            r
        })
        .collect();
    assert_eq!(&second, run["rows"].as_array().unwrap());
}

#[test]
fn a_precision_decides_at_checkpoints_alone() {
    let folder = TempDir::new().unwrap();
    let run = |command: &str, precision: &str, jobs: &str| -> Value {
        let out = folder.path().join("out");
        let args = [
            command,
            "models/nec-r2.toml",
            "--set",
            "clients.count=100",
            "--reps",
            "4",
            "--no-report",
            "--format",
            "json",
        ];
        let vary: &[&str] = if command == "sweep" {
            &["--vary", "gateway.allow=absent, without-update"]
        } else {
            &[]
        };
        let flags = [
            "--precision",
            precision,
            "--most-reps",
            "60",
            "--jobs",
            jobs,
            "--out",
            out.to_str().unwrap(),
        ];
        let output = rccsim(&[&args[..], vary, &flags[..]].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)))
    };
    // From 10, half as many again each time: 10, 15, 23, 35, 53, 60.
    let coarse = run("run", "20%", "1");
    let fine = run("run", "5 %", "1");
    let n = |v: &Value| v["replications"].as_u64().unwrap();
    assert!([10, 15, 23].contains(&n(&coarse)), "{}", n(&coarse));
    assert!([35, 53, 60].contains(&n(&fine)), "{}", n(&fine));
    assert_eq!(fine, run("run", "5 %", "2"));
    let sweep = run("sweep", "missed_toast_fraction = 0.3 %", "2");
    let counts: Vec<u64> = sweep["points"].as_array().unwrap().iter().map(n).collect();
    assert!(
        counts[0] > counts[1],
        "where more is missed more is needed: {counts:?}"
    );
}

/// Also where a study turns profiles and paths, which stand for many keys.
#[test]
fn the_scenario_in_the_results_is_the_same_study() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let vary = |text: &'static str| ["--vary", text];
    for (model, axes) in [
        ("models/studies/refresh-interval.toml", vec![]),
        (
            "models/nec-r2.toml",
            vec![
                vary("path.lan-tls.delay=1 ms, 20 ms"),
                vary("clients.workload=light, heavy"),
            ],
        ),
        (
            "models/mixed-fleet.toml",
            vec![vary(
                "clients.communicator-2007.profile=rfc4028, communicator-2007-r2",
            )],
        ),
    ] {
        let common = [
            "sweep",
            model,
            "--reps",
            "1",
            "--set",
            "clients.count=2",
            "--format",
            "json",
            "--out",
        ];
        let args = [&common[..], &[out.to_str().unwrap()], &axes.concat()].concat();
        let output = rccsim(&args);
        let summary: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
        let file = out.join("scenario.toml");
        let rerun = load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
        let points = rerun.study.unwrap().points();
        let recorded_points = summary["points"].as_array().unwrap();
        assert_eq!(points.len(), recorded_points.len());
        for (point, entry) in points.iter().zip(recorded_points) {
            let scenario = load(&file, &point.overrides).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(hash(&scenario), entry["scenario_hash"], "{}", point.label());
        }
    }
}
