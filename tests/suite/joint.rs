//! A search over several keys at once, against grids that are small enough to be simulated whole.

use std::sync::Arc;

use rccsim::deployment::RunHandle;
use rccsim::experiment::{
    Campaign, Delta, JointResult, JointSearch, NoStore, Replications, Selector, cases,
};
use rccsim::scenario::{Axis, Combine, Place, Scenario, Study};
use rccsim::study::{Cost, SelectionState, Verdict, judge_all, overall};
use tempfile::TempDir;

use crate::study::{by_hand, rccsim, text};

const CRASH: &str = "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:g\"\nat = \"10:00\"\nduration = \"1 min\"\nreset = false\n";

fn model(gateway: &str, users: u32, extra: &str) -> Scenario {
    let text = format!(
        "[scenario]\nname = \"small\"\nhorizon = \"4 h\"\n[[gateway]]\nname = \"g\"\nprofile = \"healthy\"\n{gateway}\n\
         [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = {users}\ngateway = \"g\"\nsign_in = \"uniform over 10 min\"\n{extra}"
    );
    Scenario::from_toml(&text).unwrap()
}

fn axes(lines: &[&str]) -> Vec<Axis> {
    let place = Place::file_only("vary");
    lines
        .iter()
        .map(|text| Axis::parse(text, &place).unwrap())
        .collect()
}

fn campaign() -> Campaign {
    Campaign::new(NoStore, Arc::new(RunHandle::default()), ())
}

const BUDGET: u32 = 300;

/// The point that the search selects, and what it took.
fn search_result(base: &Scenario, axes: &[Axis], cost: &str) -> (String, JointResult) {
    let selector = Selector {
        costs: Vec::new(),
        within_objectives: !base.objectives.is_empty(),
        delta: Delta::Share(0.05),
        alpha: 0.05,
        first_stage: 10,
        most_replications: 1000,
    };
    let cost = Cost::parse(cost).unwrap();
    let search = JointSearch {
        base,
        axes,
        cost: &cost,
        selector,
        budget: BUDGET,
    };
    let result = search.run(&campaign()).unwrap().unwrap();
    let Some(SelectionState::Selected { best, .. }) = &result.selection.state else {
        panic!("not decided: {:?}", result.selection.state)
    };
    (result.finalists[*best].point.label(), result)
}

/// Every point of the grid with its mean cost, and whether it meets the objectives.
fn simulated_grid(base: &Scenario, axes: &[Axis], cost: &str) -> Vec<(String, f64, bool)> {
    let cost = Cost::parse(cost).unwrap();
    let study = Study::new(axes.to_vec(), Combine::Product, &Place::file_only("vary")).unwrap();
    let cases = cases(base, &study).unwrap();
    let results = campaign()
        .replicate(&cases, Replications::fixed(10))
        .unwrap()
        .unwrap();
    let point = |(case, samples): (&rccsim::experiment::Case, &rccsim::study::Samples)| {
        let cost = cost.priced_by(|key| case.scenario.number(key)).unwrap();
        let values = samples.values.iter();
        let costs = values.map(|v| cost.evaluate_values(v).unwrap());
        let verdict = overall(&judge_all(&base.objectives, samples));
        (
            case.point.label(),
            costs.sum::<f64>() / 10.0,
            verdict == Verdict::Pass,
        )
    };
    cases.iter().zip(&results).map(point).collect()
}

fn finds_the_optimum(base: &Scenario, vary: &[&str], cost: &str) {
    let axes = axes(vary);
    let grid = simulated_grid(base, &axes, cost);
    let feasible = grid.iter().filter(|(.., meets)| *meets);
    let (least_at, minimum, _) = feasible.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let (label, result) = search_result(base, &axes, cost);
    let (_, cost_found, meets) = grid.iter().find(|(l, ..)| *l == label).unwrap();
    let runs = result.runs + result.selection.observations() as u32;
    println!(
        "{} points: {label} at {cost_found}, the least is {least_at} at {minimum}; {} tried in {runs} runs",
        grid.len(),
        result.tried_points.len()
    );
    assert_eq!(result.grid, grid.len());
    assert!(*meets, "{label}");
    assert!(
        cost_found - minimum <= 0.05 * minimum.abs(),
        "{label}: {cost_found}, {least_at}: {minimum}"
    );
    assert!(runs <= BUDGET + 60, "{runs}");
    assert!(
        result.tried_points.len() < grid.len(),
        "the grid was not simulated whole"
    );
    let rerun = search_result(base, &axes, cost);
    assert_eq!(
        (label, result.tried_points),
        (rerun.0, rerun.1.tried_points)
    );
}

#[test]
fn a_cost_with_an_optimum_inside_is_found() {
    let base = model("", 40, CRASH);
    let vary = [
        "clients.refresh_interval=1 min..29 min step 1 min",
        "clients.reestablish=fixed 10 s, fixed 60 s, fixed 300 s",
        "clients.refresh_jitter=0 %, 20 %, 40 %",
    ];
    finds_the_optimum(&base, &vary, "message_rate_per_s + 20 * down_fraction");
}

#[test]
fn the_least_load_within_an_objective_is_found() {
    let objective = "[[objective]]\nmetric = \"down_fraction\"\nat_most = \"2 %\"\n";
    let base = model("", 40, &format!("{CRASH}{objective}"));
    let vary = [
        "clients.refresh_interval=1 min..29 min step 1 min",
        "clients.reestablish=fixed 10 s, fixed 60 s, fixed 300 s, fixed 1200 s",
        "clients.refresh_jitter=0 %, 20 %, 40 %",
    ];
    finds_the_optimum(&base, &vary, "message_rate_per_s");
}

#[test]
fn gateways_interval_and_jitter_are_found_together() {
    let objective = "[[objective]]\nmetric = \"gateway_response_p99_ms\"\nat_most = \"10 s\"\n";
    let base = model("capacity = \"1 messages/s\"", 60, objective);
    // As few gateways as will do: they are well used.
    let vary = [
        "gateway.count=1..6",
        "clients.refresh_interval=2 min..28 min step 2 min",
        "clients.refresh_jitter=0 %..40 % step 10 %",
    ];
    finds_the_optimum(&base, &vary, "2 * message_rate_per_s + 0.5 * gateway.count");
}

#[test]
fn the_command_says_what_was_searched_and_found() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "healthy",
        "metric = \"down_fraction\"\nat_most = \"1 %\"",
    );
    let out = folder.path().join("out");
    let best = |flags: &[&str]| {
        let args = ["best", &file, "--search", "--out", out.to_str().unwrap()];
        rccsim(&[&args[..], flags].concat())
    };
    let vary = [
        "--vary",
        "clients.refresh_interval=1 min..20 min step 1 min",
        "--vary",
        "clients.refresh_jitter=0 %..50 % step 10 %",
        "--no-report",
        "--format",
        "json",
    ];
    let output = best(&vary);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Nothing is ever lost: the longest interval without jitter, or one that is as good, sends least.
    let point = result["best"].as_str().unwrap();
    assert!(
        point.contains("refresh_interval=20 min") || point.contains("=19 min"),
        "{point}"
    );
    assert_eq!(result["search"]["grid"], 120);
    assert!(result["search"]["tried"].as_array().unwrap().len() < 120);
    assert!(
        result["answer"]
            .as_str()
            .unwrap()
            .contains("Searched a grid of 120 points")
    );
    let command = result["command"].as_str().unwrap();
    assert!(command.contains("--search --budget 300"), "{command}");
    let refused = best(&["--vary", "clients.refresh_interval=1 min"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("one point alone"));
}
