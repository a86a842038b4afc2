//! The plots of each command, from a scenario of a few users: which there are, that they are pictures, that they can be left out.

use std::fs;
use std::path::Path;
use std::process::Command;

use rccsim::record::{Results, Value};
use tempfile::TempDir;

/// Twelve users on a gateway that ignores UPDATE: each loses its session after 1,532 s, again and again.
const SCENARIO: &str = r#"# Are there plots?
[scenario]
name = "plots"
horizon = "2 h"
replications = 3

[[gateway]]
name = "gw"
profile = "ignores-update"
capacity = "10000 calls/h"

[[clients]]
name = "office"
profile = "communicator-2007-r2"
count = 12
gateway = "gw"
workload = "heavy"
path = "lan-tls"
sign_in = "at start"

[[objective]]
metric = "missed_toast_fraction"
at_most = "1 %"

[study]
vary = ["clients.refresh_interval = 5 min, 10 min, 25 min"]

[[plot]]
x = "time"
y = "visible"
by = "clients"

[[plot]]
x = "clients.refresh_interval"
y = "drops_per_client_hour"
title = "The shorter, the more losses"
"#;

fn rccsim(folder: &TempDir, args: &[&str]) -> Results<'static> {
    let file = folder.path().join("plots.toml");
    fs::write(&file, SCENARIO).unwrap();
    let out = folder.path().join(args[0]);
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let args: Vec<&str> = args
        .iter()
        .map(|a| if *a == "FILE" { file } else { a })
        .chain(["--quiet", "--out", out])
        .collect();
    let output = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(&args)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!(
        [0, 3, 4].contains(&code),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let results = Results::read(Path::new(out)).unwrap();
    assert_eq!(results.record().kind().command(), args[0]);
    results
}

/// The names of the plots, each there as SVG and as PNG, in the manifest and on disk.
fn names(results: &Results) -> Vec<String> {
    let plots = results
        .manifest
        .files
        .keys()
        .filter_map(|name| name.strip_prefix("plots/"));
    let names: Vec<String> = plots
        .filter_map(|name| name.strip_suffix(".svg"))
        .map(String::from)
        .collect();
    for name in &names {
        let svg = results.text(&format!("plots/{name}.svg")).unwrap();
        assert_eq!(
            roxmltree::Document::parse(&svg)
                .unwrap()
                .root_element()
                .tag_name()
                .name(),
            "svg",
            "{name}"
        );
        let png = results.bytes(&format!("plots/{name}.png")).unwrap();
        assert!(
            png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() < 400_000,
            "{name}"
        );
    }
    names
}

fn has(results: &Results, expected: &[&str]) {
    let names = names(results);
    for name in expected {
        assert!(names.iter().any(|n| n == name), "no {name} among {names:?}");
    }
}

#[test]
fn a_run_has_the_plots_of_its_day_and_those_it_asks_for() {
    let folder = TempDir::new().unwrap();
    let results = rccsim(&folder, &["run", "FILE"]);
    let day = [
        "sessions",
        "load",
        "drops",
        "drops-over-day",
        "response",
        "setup-distribution",
    ];
    has(&results, &day);
    has(&results, &["plot-1-visible"]);
    let sessions = results.text("plots/sessions.svg").unwrap();
    assert!(
        sessions.contains("12 users are without a usable session at once"),
        "{sessions}"
    );
    // All twelve signed in together: 1,532 s after that all are lost together, four times in two hours.
    let drops = results.runs().unwrap();
    let total = drops
        .iter()
        .find(|r| r.metric == "session_drops" && r.scope == "all" && r.cause.is_empty())
        .unwrap();
    assert_eq!(total.values, [1, 2, 3].map(|n| (n, Value::Of(48.0))));
    let mut losses = 0;
    results.each_drop(|_| losses += 1).unwrap();
    assert_eq!(losses, 3 * 48);
    assert_eq!(results.requested().unwrap().start_s, Some(28_800.0));
}

#[test]
fn nothing_is_drawn_where_no_report_is_wanted() {
    let folder = TempDir::new().unwrap();
    for command in ["run", "sweep"] {
        let results = rccsim(&folder, &[command, "FILE", "--no-report"]);
        assert_eq!(names(&results), Vec::<String>::new());
        assert!(!folder.path().join(command).join("plots").exists());
    }
}

#[test]
fn each_study_has_the_plots_of_its_answer() {
    let folder = TempDir::new().unwrap();
    let sweep = rccsim(&folder, &["sweep", "FILE"]);
    has(
        &sweep,
        &[
            "sweep-missed-toast-fraction",
            "sweep-message-rate-per-s",
            "tradeoff",
            "plot-2-drops-per-client-hour",
        ],
    );
    let plot = sweep
        .text("plots/plot-2-drops-per-client-hour.svg")
        .unwrap();
    assert!(
        plot.contains("The shorter, the more losses") && plot.contains("Refresh interval (min)")
    );
    has(
        &rccsim(&folder, &["size", "FILE", "--key", "gateway.count=1..2"]),
        &["limits", "search"],
    );
    has(
        &rccsim(&folder, &["best", "FILE", "--most-reps", "12"]),
        &["cost", "tradeoff"],
    );
    has(&rccsim(&folder, &["sensitivity", "FILE"]), &["tornado"]);
    has(
        &rccsim(&folder, &["compare", "FILE"]),
        &["differences-missed-toast-fraction", "pairs"],
    );
}
