//! How the figure of an answer settles over the replications, as the page shows it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::robustness::{ignored, study};
use crate::study::{by_hand, files, rccsim, text};

/// The charts of how the figure settles, as the page holds them.
fn convergence(out: &Path) -> Vec<Value> {
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    let charts = page.split("data-chart=\"convergence").skip(1);
    let json = charts.map(|c| {
        c.split_once("application/json\">")
            .unwrap()
            .1
            .split_once("</script>")
            .unwrap()
            .0
    });
    json.map(|json| serde_json::from_str(json).unwrap())
        .collect()
}

/// The last point of the first layer of a kind.
fn last(chart: &Value, kind: &str) -> Vec<f64> {
    let layer = chart["layers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["kind"] == kind)
        .unwrap();
    layer["points"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

fn close(actual: &[f64], expected: &[f64]) {
    let is_close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-6 * b.abs().max(1e-3);
    assert!(
        actual.len() == expected.len() && actual.iter().zip(expected).all(is_close),
        "{actual:?}, not {expected:?}"
    );
}

const SMALL_RUN: [&str; 4] = ["--set", "clients.count=60", "--reps", "5"];
const VARY: [&str; 2] = ["--vary", "clients.refresh_interval=20 min, 25 min"];

#[test]
fn the_curve_of_a_sweep_ends_at_the_figure_of_the_answer() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("sweep");
    let (_, result, _) = study(
        &out,
        &[&["sweep", "models/nec-r2.toml"], &SMALL_RUN[..], &VARY].concat(),
    );
    let chosen_point = result["chosen"]
        .as_str()
        .unwrap()
        .strip_prefix("clients.refresh_interval=")
        .unwrap();
    let is_point = |p: &&Value| p["point"]["clients.refresh_interval"] == chosen_point;
    let point = result["points"]
        .as_array()
        .unwrap()
        .iter()
        .find(is_point)
        .unwrap();
    let objective = &point["objectives"][0];
    assert_eq!(objective["metric"], "missed_toast_fraction");
    let percentage = |key: &str| objective[key].as_f64().unwrap() * 100.0;
    let [chart] = &convergence(&out)[..] else {
        panic!("one chart")
    };
    close(&last(chart, "line"), &[5.0, percentage("mean")]);
    close(
        &last(chart, "band"),
        &[5.0, percentage("lower"), percentage("upper")],
    );
}

#[test]
fn the_curve_of_a_comparison_ends_at_the_figure_of_the_answer() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("compare");
    let (_, result, _) = study(
        &out,
        &[
            "compare",
            "models/nec-r2.toml",
            "models/nec-r2-allow-fix.toml",
            "--reps",
            "3",
        ],
    );
    let figure = &result["alternatives"][0]["figures"][0];
    assert_eq!(
        (figure["metric"].as_str(), figure["verdict"].as_str()),
        (Some("missed_toast_fraction"), Some("better"))
    );
    let percentage = |key: &str| figure[key].as_f64().unwrap() * 100.0;
    let [chart] = &convergence(&out)[..] else {
        panic!("one chart")
    };
    close(&last(chart, "line"), &[3.0, percentage("difference")]);
    close(
        &last(chart, "band"),
        &[3.0, percentage("lower"), percentage("upper")],
    );
}

#[test]
fn the_curve_of_a_selection_ends_at_the_figure_of_the_answer() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("best");
    let cost = ["--ignore-objectives", "--cost", "message_rate_per_s"];
    let best = [&["best", "models/nec-r2.toml"][..], &cost].concat();
    let (_, result, _) = study(&out, &[&best[..], &SMALL_RUN[..2], &VARY].concat());
    let points = result["points"].as_array().unwrap();
    let (a, b) = (
        points[0]["mean"].as_f64().unwrap(),
        points[1]["mean"].as_f64().unwrap(),
    );
    assert_eq!(
        points[0]["replications"], points[1]["replications"],
        "of two, both stay to the end"
    );
    let [chart] = &convergence(&out)[..] else {
        panic!("one chart")
    };
    close(
        &last(chart, "line"),
        &[points[0]["replications"].as_f64().unwrap(), (a - b).abs()],
    );
}

#[test]
fn the_curve_of_a_sizing_ends_at_the_figure_of_the_answer() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("size");
    let file = by_hand(
        folder.path(),
        "nec-ow5000",
        "metric = \"missed_toasts_per_client_hour\"\nat_most = \"0.2 /h\"",
    );
    let range = "clients.refresh_interval=5 min..45 min step 5 min";
    let (_, result, _) = study(&out, &["size", &file, "--key", range]);
    let trials = result["trials"].as_array().unwrap();
    let is_found = |t: &&Value| t["sample"] == "confirmation" && t["value"] == result["value"];
    let trial = trials
        .iter()
        .find(is_found)
        .unwrap_or_else(|| trials.last().unwrap());
    let (n, mean) = (
        trial["replications"].as_f64().unwrap(),
        trial["objectives"][0]["mean"].as_f64().unwrap(),
    );
    close(&last(&convergence(&out)[0], "line"), &[n, mean]);
}

#[test]
fn one_replication_has_no_curve_and_the_page_says_so() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let vary = "clients.refresh_interval=20 min, 25 min";
    study(
        &out,
        &[
            "sweep",
            &ignored(folder.path()),
            "--reps",
            "1",
            "--vary",
            vary,
        ],
    );
    assert!(convergence(&out).is_empty());
    let page = fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("so nothing shows how it settles"));
}

#[test]
fn premises_and_curves_are_the_same_bytes_for_any_threads_and_made_anew() {
    let folder = TempDir::new().unwrap();
    let file = ignored(folder.path());
    let vary = "clients.refresh_interval=10 min, 25 min";
    let models = ["models/nec-r2.toml", "models/nec-r2-allow-fix.toml"];
    for args in [
        &["sweep", &file, "--vary", vary][..],
        &["best", &file, "--vary", vary, "--cost", "down_fraction"],
        &[
            "size",
            &file,
            "--key",
            "clients.refresh_interval=20 min..28 min step 4 min",
        ],
        &["compare", models[0], models[1], "--reps", "2"],
    ] {
        let [first, second] = ["1", "2"].map(|jobs| {
            let out = folder.path().join(format!("{}-{jobs}", args[0]));
            study(&out, &[args, &["--jobs", jobs]].concat());
            out
        });
        let results = files(&first);
        assert_eq!(results, files(&second), "{args:?}");
        fs::remove_file(first.join("report.html")).unwrap();
        let output = rccsim(&["report", first.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(results, files(&first), "{args:?} made anew");
        // The figures alone: without the trials, and the rest as it was.
        let out = folder.path().join("alone");
        let (_, report_free, _) = study(&out, &[args, &["--no-report"]].concat());
        let summary: Value = serde_json::from_slice(&results["summary.json"]).unwrap();
        assert!(
            report_free["assumptions"].as_array().unwrap().is_empty()
                && report_free["assumptions_basis"] == ""
        );
        assert_eq!(
            (&report_free["rows"], &report_free["answer"]),
            (&summary["rows"], &summary["answer"])
        );
        fs::remove_dir_all(&out).unwrap();
    }
}
