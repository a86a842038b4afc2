//! Several figures at once: the points that nothing dominates, and what may not be recommended.

use serde_json::Value;
use tempfile::TempDir;

use crate::study::{by_hand, rccsim, text};

const AIMS: &str = "missed_toast_fraction, message_rate_per_s";

/// 20 users behind a gateway that forgets them once, 4 h in: a longer refresh interval saves messages and leaves users down
/// for longer, so that every interval is a trade; what comes back later is worse in what is missed and sends no less.
fn crashing(folder: &TempDir, objective: &str) -> String {
    let file = by_hand(folder.path(), "healthy", objective);
    let crash_fault = "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:g\"\nat = \"12:00\"\nduration = \"1 s\"\nreset = false\n";
    let forgets = std::fs::read_to_string(&file).unwrap();
    let forgets = forgets.replace(
        "profile = \"healthy\"",
        "profile = \"healthy\"\nforgets = \"sessions\"",
    );
    std::fs::write(&file, format!("{forgets}{crash_fault}")).unwrap();
    file
}

fn front(file: &str, flags: &[&str]) -> (Option<i32>, Value) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let args = [
        "best",
        file,
        "--objectives",
        AIMS,
        "--out",
        out.to_str().unwrap(),
    ];
    let output = rccsim(&[&args[..], &["--format", "json"], flags].concat());
    let result = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    (output.status.code(), result)
}

fn standings(result: &Value) -> Vec<(String, String)> {
    let points = result["points"].as_array().unwrap().iter();
    let label_and_standing = |p: &Value| {
        let [point, standing] = ["point", "standing"].map(|key| p[key].as_str().unwrap().into());
        (point, standing)
    };
    points.map(label_and_standing).collect()
}

#[test]
fn a_shorter_interval_is_a_trade_and_so_is_coming_back_later() {
    let folder = TempDir::new().unwrap();
    let file = crashing(&folder, "metric = \"down_fraction\"\nat_most = \"50 %\"");
    let vary = [
        "--vary",
        "clients.refresh_interval=5 min, 25 min",
        "--vary",
        "clients.reestablish=fixed 30 s, fixed 20 min",
        "--reps",
        "12",
    ];
    let (code, result) = front(&file, &vary);
    assert_eq!(code, Some(0), "{result}");
    assert_eq!(result["schema"], "rccsim.front/1");
    let standings = standings(&result);
    assert_eq!(standings.len(), 4, "the product of two keys");
    for (point, standing) in &standings {
        if point.ends_with("fixed 30 s") {
            assert_eq!(standing, "front", "{point}");
        }
    }
    // 20 min down instead of half a minute, once in 8 h and for everybody: who is down sends less.
    let late = standings
        .iter()
        .find(|(p, _)| p.contains("25 min") && p.contains("20 min"));
    assert_eq!(late.unwrap().1, "front");
    assert!(
        result["answer"]
            .as_str()
            .unwrap()
            .contains("trade missed toasts and"),
        "{result}"
    );
    let (_, rerun) = front(&file, &[&vary[..], &["--jobs", "1"]].concat());
    assert_eq!(result, rerun, "for any number of threads");
}

#[test]
fn what_misses_an_objective_is_not_recommended() {
    let folder = TempDir::new().unwrap();
    let file = crashing(
        &folder,
        "metric = \"message_rate_per_s\"\nat_most = \"0.1 /s\"",
    );
    // 20 users send 2 · 20/60 messages a second where they refresh every minute.
    let vary = ["--vary", "clients.refresh_interval=1 min, 25 min"];
    let (code, result) = front(&file, &vary);
    assert_eq!(code, Some(0), "{result}");
    let standing = standings(&result);
    assert_eq!(
        (standing[0].1.as_str(), standing[1].1.as_str()),
        ("misses", "front")
    );
    let file = crashing(
        &folder,
        "metric = \"message_rate_per_s\"\nat_most = \"0.001 /s\"",
    );
    let (code, result) = front(&file, &vary);
    assert_eq!(
        (code, result["front"].as_array().unwrap().len()),
        (Some(3), 0)
    );
}

#[test]
fn what_is_wrong_with_the_aims_is_said_before_anything_runs() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "healthy",
        "metric = \"session_drops\"\nat_most = 3",
    );
    let vary = "clients.refresh_interval=5 min, 25 min";
    let error = |aims: &str, flags: &[&str]| {
        let args = ["best", &file, "--vary", vary, "--objectives", aims];
        let output = rccsim(&[&args[..], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{aims}");
        text(&output.stderr)
    };
    let near = error("missed_toast_fractoin, down_fraction", &[]);
    assert!(
        near.contains("did you mean") && near.contains("missed_toast_fraction"),
        "{near}"
    );
    assert!(error("users, down_fraction", &[]).contains("neither better nor worse"));
    assert!(error("down_fraction", &[]).contains("two metrics or more"));
    assert!(error(AIMS, &["--cost", "down_fraction"]).contains("--cost"));
    assert!(error(AIMS, &["--reps", "1"]).contains("--reps 10"));
}
