//! Which of the values that nobody published makes the spread of an answer.

use serde_json::Value;
use tempfile::TempDir;

use crate::study::{by_hand, rccsim, text};

#[test]
fn the_answer_of_the_gateway_to_update_is_worth_a_call() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "ignores-update",
        "metric = \"down_fraction\"\nat_most = \"1 %\"",
    );
    let global = |arguments: &[&str]| -> (Option<i32>, Value) {
        let out = folder.path().join("out");
        let args = [
            "sensitivity",
            &file,
            "--global",
            "--out",
            out.to_str().unwrap(),
        ];
        let flags = [
            "--reps",
            "2",
            "--rows",
            "32",
            "--trajectories",
            "6",
            "--format",
            "json",
        ];
        let output = rccsim(&[&args[..], &flags, arguments].concat());
        let result = serde_json::from_slice(&output.stdout);
        let result = result.unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
        (output.status.code(), result)
    };
    let (code, result) = global(&[]);
    assert_eq!(code, Some(0));
    assert_eq!(result["schema"], "rccsim.global-sensitivity/1");
    let unknowns = result["unknowns"].as_array().unwrap();
    let share = |u: &Value, order: &str| u[order]["mean"].as_f64();
    // Sorted by their share in all; together they make all of it.
    let totals: Vec<f64> = unknowns.iter().filter_map(|u| share(u, "total")).collect();
    assert!(
        totals.len() >= 2 && totals.windows(2).all(|p| p[0] >= p[1]),
        "{totals:?}"
    );
    assert!(totals.iter().sum::<f64>() > 0.9, "{totals:?}");
    // A client that never comes back, or a session that is never lost: these two decide how long users are down.
    let first: Vec<&str> = unknowns[..2]
        .iter()
        .map(|u| u["key"].as_str().unwrap())
        .collect();
    assert!(first.contains(&"clients.reestablish"), "{first:?}");
    assert!(
        result["answer"]
            .as_str()
            .unwrap()
            .contains("Worth a phone call to the vendor")
    );
    let (minimum, greatest) = (result["least"].as_f64(), result["greatest"].as_f64());
    assert!(
        minimum < result["base"].as_f64() && greatest > Some(0.5),
        "{minimum:?} {greatest:?}"
    );
    // The same for any number of threads, and when it is done again.
    assert_eq!(result, global(&["--jobs", "1"]).1);
}

#[test]
fn what_nothing_moves_is_said() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "healthy",
        "metric = \"session_drops\"\nat_most = 3",
    );
    let out = folder.path().join("out");
    let args = [
        "sensitivity",
        &file,
        "--global",
        "--metric",
        "users",
        "--reps",
        "2",
        "--trajectories",
        "2",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = rccsim(&args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("Nothing that is assumed moves users"));
}
