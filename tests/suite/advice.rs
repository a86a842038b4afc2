//! What helps: levers are judged by what is missed, tried on what shows it, and turn those whom they are for.

use std::fs;

use serde_json::Value;

use crate::command::{rccsim, text};

/// All of 300 users set up at once after a restart, on a gateway that takes 900 jobs in 82 s.
const RESTART: &str = r#"
[scenario]
name = "restart"
horizon = "2 h"
replications = 3

[[gateway]]
name = "gw"
profile = "healthy"
capacity = "22 messages/s"

[[clients]]
name = "office"
count = 300
gateway = "gw"
sign_in = "uniform over 30 min"
setup_pace = "100 ms"

[[fault]]
kind = "crash"
target = "gateway:gw"
at = "09:00"
duration = "5 min"
reset = true
"#;

/// Sessions that a firewall forgets after 20 minutes: those of Communicator 2007 R2, which refreshes every 25.
const FIREWALL: &str = r#"
[scenario]
name = "firewall"
horizon = "4 h"
replications = 3

[[gateway]]
name = "gw"
profile = "healthy"
"#;

fn objective(metric: &str, at_most: &str) -> String {
    format!("[[objective]]\nmetric = \"{metric}\"\nat_most = \"{at_most}\"\n")
}

/// What a run prints of a scenario, as text or JSON.
fn printed(scenario: &str, format: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenario.toml");
    fs::write(&file, scenario).unwrap();
    let args = ["run", file.to_str().unwrap(), "--no-folder", "--quiet"];
    let output = rccsim(&[&args[..], &["--format", format]].concat());
    let printed = text(&output.stdout);
    assert!(!printed.is_empty(), "{}", text(&output.stderr));
    printed
}

fn record(scenario: &str) -> Value {
    serde_json::from_str(&printed(scenario, "json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

/// The ends of the interval of a figure over everything.
fn interval(record: &Value, metric: &str) -> (f64, f64) {
    let rows = record["rows"].as_array().unwrap().iter();
    let of_all = |row: &&Value| row["scope"] == "all" && row["metric"] == metric;
    let row = rows
        .filter(of_all)
        .find(|row| row["cause"].is_null())
        .unwrap();
    (number(&row["lower"]), number(&row["upper"]))
}

/// What is set by each lever that helps, with what it costs, best first.
fn helps(record: &Value) -> Vec<(String, String)> {
    let helps = record["levers"][0]["helps"].as_array().unwrap().iter();
    let words = |help: &Value, key: &str| help[key].as_str().unwrap().to_string();
    helps.map(|h| (words(h, "set"), words(h, "cost"))).collect()
}

#[test]
fn levers_are_judged_by_the_objective_that_is_missed() {
    let scenario = RESTART.to_string() + &objective("setup_p99_ms", "5 s");
    let record = record(&scenario);
    let levers = &record["levers"][0];
    assert_eq!(levers["judged_by"][0]["metric"], "setup_p99_ms");
    let judged = |trial: &Value| number(&trial["judged"][0]["value"]);
    let before = judged(&levers["before"]);
    let helps = levers["helps"].as_array().unwrap();
    let after: Vec<f64> = helps.iter().map(|help| judged(&help["after"])).collect();
    // What makes set-ups slower is no help, whatever it does to the time down.
    assert!(
        !after.is_empty() && after.iter().all(|ms| *ms < before),
        "{after:?}"
    );
    assert!(after[0] <= 5000.0 && after.is_sorted(), "{after:?}");
    // Fewer refreshes in flight would shorten the time down, and leave set-ups as they are.
    let sets = levers["helps"].to_string();
    assert!(!sets.contains("refresh_interval"), "{sets}");

    let printed = printed(&scenario, "text");
    let head = printed.lines().find(|l| l.contains("what to change"));
    assert!(
        head.is_some_and(|l| l.trim().starts_with("set-up time, 99th percentile")),
        "{printed}"
    );
}

#[test]
fn a_trial_of_what_users_share_shows_what_the_run_shows() {
    let record = record(&(RESTART.to_string() + &objective("missed_toast_fraction", "0.5 %")));
    let before = &record["levers"][0]["before"];
    assert_eq!(record["levers"][0]["users"], 300);
    // It is one of the three replications, and they lie close together.
    for (metric, trial) in [
        ("down_fraction", &before["down_fraction"]),
        ("missed_toast_fraction", &before["judged"][0]["value"]),
    ] {
        let (lower, upper) = interval(&record, metric);
        let (share, width) = (number(trial), upper - lower);
        let wide = lower - width / 2.0..=upper + width / 2.0;
        assert!(wide.contains(&share), "{metric}: {share}, {lower}..{upper}");
    }
}

#[test]
fn a_small_trial_is_one_that_shows_what_the_run_shows() {
    let model = fs::read_to_string("models/nec-r2.toml").unwrap();
    let model = model
        .replace("count = 2000", "count = 400")
        .replace("replications = 10", "replications = 3");
    let record = record(&model);
    let levers = &record["levers"][0];
    let (lower, upper) = interval(&record, "missed_toast_fraction");
    let trial = number(&levers["before"]["judged"][0]["value"]);
    // Of five users, 4.8 % of toasts were missed.
    assert!(
        trial > lower / 1.25 && trial < upper * 1.25,
        "{trial}, {lower}..{upper}"
    );
    assert!(number(&levers["users"]) <= 400.0);
}

#[test]
fn where_all_objectives_hold_nothing_is_to_be_changed() {
    let scenario = RESTART.to_string() + &objective("setup_p99_ms", "2 min");
    let text = printed(&scenario, "text");
    assert!(text.contains(": pass"), "{text}");
    assert!(text.contains("300 sessions are lost"), "{text}");
    assert!(!text.contains("What helps"), "{text}");
    assert!(record(&scenario)["levers"].is_null());
}

#[test]
fn nobody_refreshes_more_rarely_for_those_whom_a_lever_is_for() {
    let mixed = "[[clients]]\nname = \"office\"\ncount = 60\ngateway = \"gw\"\nsign_in = \"at start\"\n\
                 mix = \"communicator-2007 40 %, communicator-2007-r2 60 %\"\npath = \"behind-huawei-usg\"\n";
    let record = record(&(FIREWALL.to_string() + mixed + &objective("down_fraction", "0.1 %")));
    let helps = helps(&record);
    let of = |key: &str| helps.iter().find(|(set, _)| set.contains(key));
    // 18 minutes would do for the 25 of Communicator 2007 R2, and slow those down who refresh every 10.
    let interval = of("refresh_interval").unwrap_or_else(|| panic!("{helps:?}"));
    assert!(
        interval.0.contains("refresh_interval=10 min"),
        "{interval:?}"
    );
    assert!(!interval.1.contains("communicator-2007"), "{interval:?}");
    // Two levers come to the same value: it is one to try.
    let sets: Vec<&String> = helps.iter().map(|(set, _)| set).collect();
    let several = sets.iter().filter(|set| set.contains("refresh_interval"));
    assert_eq!(several.count(), 1, "{sets:?}");
}

#[test]
fn groups_that_lose_nothing_are_left_as_they_are() {
    let group = |profile: &str| {
        format!(
            "[[clients]]\nname = \"{profile}-users\"\ncount = 20\ngateway = \"gw\"\nsign_in = \"at start\"\n\
             profile = \"{profile}\"\npath = \"behind-huawei-usg\"\n"
        )
    };
    let groups = group("communicator-2007") + &group("communicator-2007-r2");
    let record = record(&(FIREWALL.to_string() + &groups + &objective("down_fraction", "0.1 %")));
    let helps = helps(&record);
    assert!(
        helps
            .iter()
            .any(|(set, _)| set.contains("communicator-2007-r2-users.refresh_interval")),
        "{helps:?}"
    );
    let others = |set: &str| set.contains("communicator-2007-users.");
    assert!(!helps.iter().any(|(set, _)| others(set)), "{helps:?}");
}
