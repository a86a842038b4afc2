//! Whether an answer is robust: the values that it assumes, and what other values would make of it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::study::{by_hand, rccsim, text};

/// Runs a study into a folder; its exit code, document and what it prints.
pub(crate) fn study(out: &Path, args: &[&str]) -> (Option<i32>, Value, String) {
    let output = rccsim(&[args, &["--quiet", "--out", out.to_str().unwrap()]].concat());
    let summary = fs::read_to_string(out.join("summary.json"));
    let summary = summary.unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)));
    (
        output.status.code(),
        serde_json::from_str(&summary).unwrap(),
        text(&output.stdout),
    )
}

/// Whether the key decides, and the alternatives of its values.
fn assumption<'a>(summary: &'a Value, key: &str) -> (bool, &'a Vec<Value>) {
    let assumptions = summary["assumptions"].as_array().unwrap();
    let assumption = assumptions
        .iter()
        .find(|a| a["key"] == key)
        .unwrap_or_else(|| panic!("no {key} in {assumptions:#?}"));
    (
        assumption["decides"].as_bool().unwrap(),
        assumption["alternatives"].as_array().unwrap(),
    )
}

fn alternative<'a>(assumptions: &'a [Value], value: &str) -> &'a Value {
    assumptions
        .iter()
        .find(|o| o["value"] == value)
        .unwrap_or_else(|| panic!("no {value} in {assumptions:#?}"))
}

fn near(actual: &Value, expected: f64) {
    let down = actual["down_fraction"].as_f64().unwrap();
    assert!((down - expected).abs() < 1e-6, "{down}, not {expected}");
}

/// UPDATE ignored, set up again after 30 s, all on a path without delay, from 0 to 8 h = 28,800 s.
pub(crate) fn ignored(folder: &Path) -> String {
    by_hand(
        folder,
        "nec-ow5000",
        "metric = \"down_fraction\"\nat_most = \"1 %\"",
    )
}

#[test]
fn a_sweep_bounds_its_best_point_by_the_values_that_nobody_published() {
    let folder = TempDir::new().unwrap();
    let file = ignored(folder.path());
    let (_, result, output) = study(
        &folder.path().join("out"),
        &[
            "sweep",
            &file,
            "--vary",
            "clients.refresh_interval=25 min, 20 min",
        ],
    );
    // A session lives R + 32 s, so the longer interval loses fewer: 18 drops of 30 s are 540 s, against 23 of 30 s.
    assert_eq!(result["chosen"], "clients.refresh_interval=25 min");
    let (decides, update) = assumption(&result, "gateway.update");
    assert!(
        decides,
        "a gateway that knows UPDATE loses nothing: the objective is then met"
    );
    let accepted = alternative(update, "accepted");
    near(accepted, 0.0);
    assert_eq!(
        (accepted["verdict"].as_str(), accepted["answer"].as_str()),
        (Some("pass"), Some("clients.refresh_interval=20 min: pass"))
    );
    // Rejected, and held until Session-Expires: 15 cycles of 1800 s up and 30 s down.
    near(alternative(update, "405"), 450.0 / 28_800.0);
    let (decides, unanswered) = assumption(&result, "clients.on_no_answer");
    near(alternative(unanswered, "hold"), 450.0 / 28_800.0);
    // 1800 s up, then down until the poll after next and 30 s more: 2·1500 − 1800 + 30 = 1230 s, 9 times.
    near(
        alternative(unanswered, "keep-polling"),
        9.0 * 1230.0 / 28_800.0,
    );
    // With 20 min it is 2·1200 − 1800 + 30 = 630 s of 2430: which point is the better one turns.
    assert!(decides);
    assert_eq!(
        alternative(unanswered, "keep-polling")["answer"],
        "clients.refresh_interval=20 min is better"
    );
    let (decides, comes_back) = assumption(&result, "clients.reestablish");
    assert!(decides);
    near(alternative(comes_back, "fixed 0 s"), 0.0);
    // 13 whole cycles of 1532 s up and 600 s down.
    near(
        alternative(comes_back, "fixed 600 s"),
        13.0 * 600.0 / 28_800.0,
    );
    near(
        alternative(comes_back, "never"),
        (28_800.0 - 1532.0) / 28_800.0,
    );
    let basis = result["assumptions_basis"].as_str().unwrap();
    assert!(
        basis.contains("down 0 % to 94.68 % of the time with refresh interval 25 min"),
        "{basis}"
    );
    assert!(
        output.contains("An assumption decides the answer\n"),
        "{output}"
    );
}

#[test]
fn what_a_study_turns_is_not_assumed_in_it() {
    let folder = TempDir::new().unwrap();
    let file = ignored(folder.path());
    let vary = "clients.reestablish=fixed 30 s, fixed 60 s";
    let (_, result, _) = study(
        &folder.path().join("out"),
        &["sweep", &file, "--vary", vary],
    );
    let keys: Vec<&str> = result["assumptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["key"].as_str().unwrap())
        .collect();
    assert!(
        keys.contains(&"gateway.update") && !keys.contains(&"clients.reestablish"),
        "{keys:?}"
    );
}

#[test]
fn a_comparison_says_under_which_value_there_is_nothing_between_the_two() {
    let folder = TempDir::new().unwrap();
    let file = ignored(folder.path());
    let fixed_file = folder.path().join("fixed.toml");
    let profile = "profile = \"nec-ow5000\"";
    let allow = format!("{profile}\nallow = \"without-update\"");
    fs::write(
        &fixed_file,
        fs::read_to_string(&file).unwrap().replace(profile, &allow),
    )
    .unwrap();
    let fixed_file = fixed_file.to_str().unwrap();
    let (_, result, output) = study(&folder.path().join("out"), &["compare", &file, fixed_file]);
    assert_eq!(result["alternatives"][0]["verdict"], "better");
    let (decides, update) = assumption(&result, "gateway.update");
    assert!(decides, "where UPDATE is accepted the fix mends nothing");
    assert_eq!(
        alternative(update, "accepted")["answer"],
        "indistinguishable"
    );
    // What is held until Session-Expires is down for 450 s of 28,800 s, and with the fix not at all.
    let answer = alternative(update, "405")["answer"].as_str().unwrap();
    assert!(
        answer.starts_with("better") && answer.contains("time without a session -1.562 points"),
        "{answer}"
    );
    // However long a session stays away: who loses none is better, and by more.
    let (decides, comes_back) = assumption(&result, "clients.reestablish");
    assert!(
        alternative(comes_back, "never")["answer"]
            .as_str()
            .unwrap()
            .starts_with("better")
    );
    assert!(
        decides,
        "set up again at once nothing is lost: {comes_back:#?}"
    );
    assert!(
        output.contains("An assumption decides the answer\n"),
        "{output}"
    );

    // Of results folders the same: their inputs.csv says what was assumed.
    let [first, second] = ["one", "other"].map(|name| folder.path().join(name));
    study(&first, &["run", &file]);
    study(&second, &["run", fixed_file]);
    let folders = [first.to_str().unwrap(), second.to_str().unwrap()];
    let (_, rerun, _) = study(
        &folder.path().join("of-folders"),
        &["compare", folders[0], folders[1]],
    );
    assert_eq!(rerun["assumptions"], result["assumptions"]);
}

#[test]
fn a_selection_is_overtaken_under_another_value() {
    let folder = TempDir::new().unwrap();
    let file = ignored(folder.path());
    let vary = "clients.refresh_interval=25 min, 10 min";
    let args = [
        "best",
        &file,
        "--vary",
        vary,
        "--ignore-objectives",
        "--cost",
        "down_fraction",
        "--delta",
        "0.001",
    ];
    let (code, result, _) = study(&folder.path().join("out"), &args);
    // 30 s of 1562 against 30 s of 662; both miss the objective, and that decides the exit code.
    assert_eq!(
        (code, result["best"].as_str()),
        (Some(3), Some("clients.refresh_interval=25 min"))
    );
    // Polling on, the session is gone at 1800 s: found at once by the poll of every 10 min, after 1200 s by that of 25.
    let (decides, unanswered) = assumption(&result, "clients.on_no_answer");
    assert!(decides);
    assert_eq!(
        alternative(unanswered, "keep-polling")["answer"],
        "clients.refresh_interval=10 min is better"
    );
    assert_eq!(
        alternative(unanswered, "hold")["answer"],
        "",
        "both are then down for 30 s of 1830"
    );
}

#[test]
fn a_size_says_under_which_value_its_neighbour_serves() {
    let folder = TempDir::new().unwrap();
    // A session lives R + 32 s and is back 30 s later, so that 8 h hold (28,800 + 30)/(R + 62) drops of each of 20 users: 19
    // at R = 24 min, 18 at 25 min, and thus 380 and 360 in all.
    let file = by_hand(
        folder.path(),
        "nec-ow5000",
        "metric = \"session_drops\"\nat_most = 370",
    );
    let range = "clients.refresh_interval=20 min..28 min step 1 min";
    let (code, result, _) = study(&folder.path().join("out"), &["size", &file, "--key", range]);
    assert_eq!((code, result["value"].as_str()), (Some(0), Some("25 min")));
    let (decides, update) = assumption(&result, "gateway.update");
    assert!(
        decides,
        "with a gateway that knows UPDATE a shorter one serves too"
    );
    assert_eq!(
        alternative(update, "accepted")["answer"],
        "clients.refresh_interval=24 min: pass"
    );
    assert_eq!(alternative(update, "accepted")["verdict"], "pass");
}

#[test]
fn what_would_take_too_long_is_not_tried_and_the_page_says_how_to() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let args = [
        "size",
        "models/studies/monday-sizing.toml",
        "--key",
        "gateway.count=1..3",
        "--reps",
        "2",
    ];
    let (_, result, output) = study(&out, &args);
    assert_eq!(result["assumptions"], Value::Array(Vec::new()));
    let basis = result["assumptions_basis"].as_str().unwrap();
    let (_, command) = basis.split_once("one at a time: ").unwrap();
    assert!(
        command
            .starts_with("rccsim size models/studies/monday-sizing.toml --reps 2 --set gateway."),
        "{command}"
    );
    assert!(command.ends_with(" --key gateway.count=1..3"), "{command}");
    assert!(!output.contains("assumption"), "{output}");
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<section id=\"assumptions\">") && page.contains("was not tried"));
}

#[test]
fn a_few_users_do_not_judge_what_only_all_of_them_show() {
    let folder = TempDir::new().unwrap();
    let base = fs::read_to_string(ignored(folder.path()))
        .unwrap()
        .replace("count = 20", "count = 400");
    let run = |metric: &str, objective: &str| {
        let file = folder.path().join(metric);
        let (before, _) = base.split_once("[[objective]]").unwrap();
        fs::write(
            &file,
            format!("{before}[[objective]]\nmetric = \"{metric}\"\n{objective}\n"),
        )
        .unwrap();
        study(
            &folder.path().join("out"),
            &["run", file.to_str().unwrap(), "--reps", "2"],
        )
        .1
    };
    // All set up in the first second: 7 messages of each of 400 users, whatever is assumed. Of 20 users they would be 140.
    let answer = run("message_rate_peak_per_s", "at_most = \"1000 /s\"");
    assert_eq!(answer["verdict"], "fail");
    let assumptions = answer["assumptions"].as_array().unwrap();
    assert!(
        !assumptions.is_empty() && assumptions.iter().all(|a| a["decides"] == false),
        "{assumptions:#?}"
    );
    assert!(
        assumptions
            .iter()
            .all(|a| a["alternatives"][0].get("verdict").is_none()),
        "{assumptions:#?}"
    );
    // 18 drops of each of 400 users are 7200; of 20 users they would be 360, and all would seem well.
    let answer = run("session_drops", "at_most = 6500");
    let (decides, update) = assumption(&answer, "gateway.update");
    assert_eq!(
        (decides, alternative(update, "accepted")["verdict"].as_str()),
        (true, Some("pass"))
    );
    assert_eq!(
        alternative(update, "405")["verdict"],
        "pass",
        "15 of each are 6000"
    );
    let (decides, comes_back) = assumption(&answer, "clients.reestablish");
    assert_eq!(
        alternative(comes_back, "fixed 0 s")["verdict"],
        "fail",
        "18 of each, as before"
    );
    assert!(decides, "never: one of each");
}
