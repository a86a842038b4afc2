//! Statistics of the simulator itself: coverage, warm-up, spread, and the interval of least cost.

use std::path::Path;

use rayon::prelude::*;
use rccsim::deployment::simulate;
use rccsim::measure::{Scope, Tally};
use rccsim::scenario::{Override, load, parse};
use rccsim::study::{
    Cost, CostPoint, Estimate, Observation, Samples, bonferroni, compare as compare_samples,
    mean_interval, optimum,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::study::{by_hand, rccsim, text};

/// Behind a gateway that ignores UPDATE there are 18 outages in 8 h, of D each: of calls that come at random,
/// 18·D/28,800 are missed, and 20 users with 6 calls an hour have 960 of them.
#[test]
#[ignore = "slow: 1,000 macro-replications of 10 days; its figures stand in the documentation of rccsim::study"]
fn coverage_of_a_model_with_a_known_answer() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "ignores-update",
        "metric = \"session_drops\"\nat_most = 0",
    );
    let [short, long] = [30, 60].map(|delay| {
        let overrides = [
            format!("clients.reestablish=fixed {delay} s"),
            "clients.incoming_calls=6 /h".into(),
        ];
        let overrides: Vec<Override> = overrides
            .iter()
            .map(|o| Override::parse(o).unwrap())
            .collect();
        load(Path::new(&file), &overrides)
            .unwrap_or_else(|e| panic!("{e}"))
            .plan
    });
    let macro_replications = 1000u32;
    let covered: Vec<[bool; 3]> = (0..macro_replications)
        .into_par_iter()
        .map(|m| {
            let [a, b] = [&short, &long].map(|plan| {
                let mut samples = Samples::new(vec![Scope::All], plan.horizon);
                (10 * m..10 * m + 10).for_each(|r| samples.push(r, &[&simulate(plan, r).total]));
                samples
            });
            let holds =
                |e: Estimate, truth: f64| e.lower.unwrap() <= truth && truth <= e.upper.unwrap();
            let (due, missed) = (
                a.figure("toasts_due").unwrap(),
                a.figure("missed_toast_fraction").unwrap(),
            );
            let paired = &compare_samples(&a, &b, &["missed_toast_fraction"], 0.95)[0]
                .paired
                .unwrap();
            [
                holds(due.estimate.unwrap(), 960.0),
                holds(missed.estimate.unwrap(), 540.0 / 28_800.0),
                holds(paired.difference, 540.0 / 28_800.0),
            ]
        })
        .collect();
    for (i, label) in [
        "calls, a mean",
        "missed of due, a ratio",
        "its paired difference",
    ]
    .into_iter()
    .enumerate()
    {
        let share = covered.iter().filter(|c| c[i]).count() as f64 / f64::from(macro_replications);
        println!("{label}: {:.1} %", 100.0 * share);
        assert!((0.93..=0.97).contains(&share), "{label}: {share}");
    }
}

/// Users sign in evenly over one cycle of 1532 s up and 30 s down, so that from the end of the first cycle on
/// 30/1562 of them are down at any time; over the whole day it is less, since the first cycle begins without an outage.
#[test]
fn the_steady_state_leaves_the_warm_up_out_and_says_when_the_run_is_too_short() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "ignores-update",
        "metric = \"down_fraction\"\nat_most = \"2 %\"",
    );
    let run = |horizon: &str| {
        let out = folder.path().join("out");
        let args = [
            "run",
            file.as_str(),
            "--set",
            "clients.sign_in=uniform over 1562 s",
            "--set",
            "clients.count=400",
            "--set",
            horizon,
            "--steady-state",
            "--no-report",
            "--format",
            "json",
            "--out",
            out.to_str().unwrap(),
        ];
        let output = rccsim(&args);
        let document: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}"));
        (document, text(&output.stderr))
    };
    let (day, warnings) = run("scenario.horizon=8 h");
    let steady_state_of = |document: &Value, metric: &str| {
        let mut metrics = document["steady_state"].as_array().unwrap().iter();
        metrics.find(|s| s["metric"] == metric).unwrap().clone()
    };
    let down = steady_state_of(&day, "down_fraction");
    // It settles at 26 min; where beyond that the least spread is left is chance.
    assert!(
        (25..=60).contains(&down["warm_up_min"].as_u64().unwrap()),
        "{down}"
    );
    let [mean, lower, upper] = ["mean", "lower", "upper"].map(|key| down[key].as_f64().unwrap());
    // 3 days of 400 users: the phases are what varies.
    assert!(
        (mean - 30.0 / 1562.0).abs() < 0.0003 && lower < mean && mean < upper,
        "{down}"
    );
    let mut rows = day["rows"].as_array().unwrap().iter();
    let deployment_row = rows.find(|r| r["metric"] == "down_fraction").unwrap();
    assert!(
        deployment_row["mean"].as_f64().unwrap() < 0.0188,
        "{deployment_row}"
    );
    assert!(!warnings.contains("too short"), "{warnings}");
    let (short, warnings) = run("scenario.horizon=45 min");
    assert!(
        steady_state_of(&short, "down_fraction")["mean"].is_null()
            && steady_state_of(&short, "down_fraction")["too_short"] == true
    );
    assert!(
        warnings.contains("the run is too short for a steady state of down_fraction"),
        "{warnings}"
    );
}

/// 18 outages of 30 s in every replication: their number has no spread, the missed toasts have.
#[test]
fn the_middle_day_and_the_bad_one_are_told_between_order_statistics() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "ignores-update",
        "metric = \"missed_toast_fraction\"\nat_most = \"2 %\"",
    );
    let run = |reps: &str, format: &str| {
        let out = folder.path().join("out");
        let args = [
            "run",
            &file,
            "--reps",
            reps,
            "--no-report",
            "--format",
            format,
            "--out",
            out.to_str().unwrap(),
        ];
        text(&rccsim(&args).stdout)
    };
    let document: Value = serde_json::from_str(&run("80", "json")).unwrap();
    let mut days: Vec<f64> = Vec::new();
    let mut table = csv::Reader::from_path(folder.path().join("out/runs.csv")).unwrap();
    for row in table.records().map(|row| row.unwrap()) {
        if &row[3] == "all" && &row[4] == "missed_toast_fraction" && row[5].is_empty() {
            days.push(row[6].parse().unwrap());
        }
    }
    days.sort_by(f64::total_cmp);
    assert_eq!(days.len(), 80);
    // Of 80 (scipy.stats.binom): the 31st and the 50th around the median, the 72nd and the last around the 0.95-quantile.
    let quantiles = document["quantiles"].as_array().unwrap();
    for (quantile, ranks) in quantiles.iter().zip([[40, 31, 50], [76, 72, 80]]) {
        let values = ["value", "lower", "upper"].map(|key| quantile[key].as_f64().unwrap());
        for (value, rank) in values.into_iter().zip(ranks) {
            assert!(
                (value - days[rank - 1]).abs() < 1e-8,
                "{quantile}: {}",
                days[rank - 1]
            );
        }
    }
    let output = run("10", "text");
    assert!(
        output.contains("half at most")
            && output.contains("an upper one of the latter takes 72 replications"),
        "{output}"
    );
    assert!(
        !run("5", "text").contains("half at most"),
        "even the median of 5 has no bounds"
    );
}

/// The refresh interval of least cost against √(a/b): N clients refresh N/R times a second, and a silent crash is
/// found at the next refresh, on average R/(1 − e^(−R/M)) − M after it if there was one: that is 1 − (M/R)(1 − e^(−R/M)) ≈
/// R/2M of the time. At a price of K for the time down the cost is N/R + K·R/2M, least at √(2MN/K): 20 min of N = 100,
/// M = 4 h, K = 2; there it is 1/6.
#[test]
fn the_refresh_interval_of_least_cost_is_that_of_the_closed_form() {
    let text = "[scenario]\nname = \"crashes\"\nhorizon = \"24 h\"\nstart = \"00:00\"\n\
        [[gateway]]\nname = \"g\"\nprofile = \"healthy\"\ncount = 20\n\
        [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 100\ngateway = \"g\"\n\
        sign_in = \"uniform over 30 min\"\noutgoing_calls = \"0 /h\"\nincoming_calls = \"0 /h\"\n\
        session_expires = \"4 h\"\nreestablish = \"fixed 0 s\"\n\
        [[fault]]\nkind = \"crash\"\ntarget = \"gateway:g\"\nmtbf = \"4 h\"\nmttr = \"0 s\"\n";
    let cost = Cost::parse("refresh_rate_per_s + 2 * down_fraction").unwrap();
    let intervals = [6, 8, 11, 15, 20, 27, 36, 48, 64];
    let points: Vec<CostPoint> = intervals
        .iter()
        .map(|minutes| {
            let o = Override::parse(&format!("clients.refresh_interval={minutes} min")).unwrap();
            let plan = parse("crashes", text, Path::new("."), &[o])
                .unwrap_or_else(|e| panic!("{e}"))
                .plan;
            let costs: Vec<f64> = (0..20)
                .map(|r| {
                    let run = simulate(&plan, r);
                    let tallies: Vec<&Tally> = vec![&run.total];
                    cost.evaluate(&Observation::from_tallies(&tallies, plan.horizon))
                        .unwrap()
                })
                .collect();
            CostPoint {
                x: f64::from(*minutes),
                cost: mean_interval(&costs, bonferroni(0.95, intervals.len())).unwrap(),
            }
        })
        .collect();
    let (n, m, k) = (100.0, 14_400.0, 2.0);
    for p in &points {
        let r = p.x * 60.0;
        let expected = n / r + k * (1.0 - m / r * (1.0 - libm::exp(-r / m)));
        // A session that is down does not refresh, and the day begins with nobody signed in: some per cent.
        assert!(
            (p.cost.mean / expected - 1.0).abs() < 0.04,
            "{} min: {:?} against {expected}",
            p.x,
            p.cost
        );
        println!(
            "{} min: {:.4} ± {:.4}, {expected:.4}",
            p.x,
            p.cost.mean,
            p.cost.half_width().unwrap()
        );
    }
    let best = optimum(&points).unwrap();
    println!("{best:?}");
    assert!(
        best.flat.0 <= 20.0 && 20.0 <= best.flat.1 && !best.at_edge,
        "{best:?}"
    );
    assert!(
        best.flat.1 - best.flat.0 < 45.0,
        "flat, but not everywhere: {best:?}"
    );
    assert!(
        (points[best.best].cost.mean * 6.0 - 1.0).abs() < 0.06,
        "{best:?}"
    );
}
