//! Comparisons: which of several serves better, and what cannot be compared.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::study::{rccsim, text};

/// Runs a comparison; its exit code, document and messages.
pub(crate) fn compare(args: &[&str]) -> (Option<i32>, Value, String) {
    let out = TempDir::new().unwrap();
    let common = [
        "compare",
        "--format",
        "json",
        "--out",
        out.path().to_str().unwrap(),
    ];
    let output = rccsim(&[&common, args].concat());
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap_or_default(),
        text(&output.stderr),
    )
}

#[test]
fn compare_says_better_worse_or_indistinguishable_from_folders_and_from_files() {
    let folder = TempDir::new().unwrap();
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    for (model, name) in [
        ("models/nec-r2.toml", "broken"),
        ("models/nec-r2-allow-fix.toml", "fixed"),
    ] {
        rccsim(&[
            "run",
            model,
            "--reps",
            "4",
            "--no-report",
            "--out",
            &out(name),
        ]);
    }
    let (code, folders, _) = compare(&[&out("broken"), &out("fixed")]);
    assert_eq!(code, Some(0));
    let figure_of = |v: &Value, metric: &str| {
        let figures = v["alternatives"][0]["figures"].as_array().unwrap();
        figures
            .iter()
            .find(|f| f["metric"] == metric)
            .unwrap()
            .clone()
    };
    assert_eq!(folders["alternatives"][0]["verdict"], "better");
    let missed = figure_of(&folders, "missed_toast_fraction");
    assert!(
        missed["upper"].as_f64().unwrap() < 0.0 && missed["decides"] == true,
        "{missed}"
    );
    assert_eq!(
        figure_of(&folders, "message_rate_per_s")["verdict"],
        "differs"
    );
    // From the files it is the same, to the digits of a table.
    let (_, files, _) = compare(&[
        "models/nec-r2.toml",
        "models/nec-r2-allow-fix.toml",
        "--reps",
        "4",
    ]);
    assert_eq!(
        files["alternatives"][0]["figures"],
        folders["alternatives"][0]["figures"]
    );
    // The other way round it is a regression.
    let (code, worse, _) = compare(&[&out("fixed"), &out("broken"), "--fail-on-regression"]);
    assert_eq!(
        (code, worse["alternatives"][0]["verdict"].as_str()),
        (Some(3), Some("worse"))
    );
    let (code, self_comparison, _) =
        compare(&[&out("fixed"), &out("fixed"), "--fail-on-regression"]);
    assert_eq!(
        (code, self_comparison["alternatives"][0]["verdict"].as_str()),
        (Some(0), Some("indistinguishable"))
    );
    fs::write(folder.path().join("fixed/runs.csv"), "edited").unwrap();
    let (code, _, message) = compare(&[&out("broken"), &out("fixed")]);
    assert_eq!(code, Some(2));
    assert!(message.contains("changed since"), "{message}");
}

/// Keep-polling has the lowest drop rate and by far the worst availability.
#[test]
fn nothing_is_called_better_for_its_drop_rate() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let vary = "clients.on_no_answer=tear-down, keep-polling";
    let flags = [
        "--set",
        "clients.count=100",
        "--reps",
        "4",
        "--out",
        out.to_str().unwrap(),
    ];
    rccsim(&[&["sweep", "models/nec-r2.toml", "--vary", vary], &flags[..]].concat());
    let (_, comparison, _) = compare(&[out.to_str().unwrap()]);
    let alternative = &comparison["alternatives"][0];
    assert_eq!(alternative["verdict"], "worse", "{alternative}");
    let drops = alternative["figures"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["metric"] == "session_drops")
        .unwrap();
    assert_eq!(
        (drops["verdict"].as_str(), drops["decides"].as_bool()),
        (Some("better"), Some(false))
    );
}

#[test]
fn what_met_other_luck_or_served_other_users_is_not_compared() {
    let file = "models/nec-r2.toml";
    let folder = TempDir::new().unwrap();
    let run = |name: &str, flags: &[&str]| {
        let out = folder.path().join(name).to_str().unwrap().to_string();
        let args = [
            "run",
            file,
            "--reps",
            "2",
            "--no-report",
            "--set",
            "clients.count=10",
            "--out",
            &out,
        ];
        rccsim(&[&args[..], flags].concat());
        out
    };
    let base = run("base", &[]);
    for (difference, flags) in [
        ("seed", &["--seed", "2"][..]),
        ("horizon", &["--set", "scenario.horizon=4 h"]),
        ("start", &["--set", "scenario.start=07:00"]),
    ] {
        let changed = run(difference, flags);
        let (code, _, message) = compare(&[&base, &changed]);
        assert_eq!(code, Some(2), "{difference}");
        assert!(
            message.contains("cannot be compared") && message.contains(difference),
            "{message}"
        );
    }
    let (code, _, message) = compare(&[&base, file, "--reps", "2"]);
    assert_eq!(code, Some(2));
    assert!(
        message.contains("client population 10 front-office against 2000 front-office"),
        "{message}"
    );
    let manifest = folder.path().join("base/manifest.json");
    let older = fs::read_to_string(&manifest)
        .unwrap()
        .replace(env!("CARGO_PKG_VERSION"), "0.0.9");
    fs::write(&manifest, older).unwrap();
    let (code, _, message) = compare(&[&base, &base]);
    assert_eq!(code, Some(2));
    assert!(message.contains("made by version 0.0.9"), "{message}");
}
