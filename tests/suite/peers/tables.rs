//! Tables and the notebook of the documentation, as polars reads and runs them.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::python;

/// Reads every table of the folders as a notebook does, in one line each: kinds by what stands there, and a join by the point.
/// polars looks at the first hundred rows alone unless it is told otherwise, and some columns are empty there.
const READ: &str = r#"
import sys, glob, polars as pl

FLOATS = {"mean", "lower", "upper", "beyond", "value", "numerator", "denominator", "start_s", "length_s", "from_ms",
          "to_ms", "established_s", "lost_s", "detected_s", "first_loss_s", "down_fraction", "missed_toasts_per_user_day"}
COUNTS = {"point_number", "replication", "replications", "user", "instance", "count", "day"}
for path in sorted(glob.glob("*/*.csv")):
    table = pl.read_csv(path, infer_schema_length=None)
    for name, kind in table.schema.items():
        if table[name].null_count() == len(table) or (path.endswith("inputs.csv") and name == "value"):
            continue
        expected = pl.Float64 if name in FLOATS else pl.Int64 if name in COUNTS else None
        assert expected is None or kind == expected, f"{path}: {name} is {kind}"
    print(path, len(table))
points = pl.read_csv("sweep/points.csv")
assert points["clients.refresh_interval_s"].to_list() == [300.0, 1500.0], points
assert points["clients.reestablish"].dtype == pl.String and "clients.reestablish_s" not in points.columns
for table in ["summary.csv", "runs.csv"]:
    rows = pl.read_csv(f"sweep/{table}", infer_schema_length=None)
    joined = rows.join(points, on=["point_number", "point"])
    assert len(joined) == len(rows) > 0, table
run = pl.read_csv("run/summary.csv", infer_schema_length=None).join(pl.read_csv("run/drops.csv"), on="point_number")
assert len(run) > 0
"#;

fn python_in(folder: &Path, program: &str) -> String {
    let binaries = Path::new(env!("CARGO_BIN_EXE_rccsim")).parent().unwrap();
    let rest = env::var("PATH").unwrap();
    let output = Command::new(python())
        .args(["-c", program])
        .current_dir(folder)
        .env("PATH", format!("{}:{rest}", binaries.display()))
        .env("MPLBACKEND", "Agg")
        .output()
        .unwrap_or_else(|e| panic!("{}: {e}; .ci/run installs it", python()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs polars: .ci/run"]
fn every_table_opens_typed_and_joins_by_its_point() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let intervals = "clients.refresh_interval=5 min, 25 min";
    let words = "clients.reestablish=fixed 30 s, never";
    let short = [
        "--reps",
        "2",
        "--set",
        "clients.count=20",
        "--no-report",
        "--quiet",
    ];
    let model = ["nec-r2"];
    let sweep = [
        "--vary", intervals, "--vary", words, "--zip", "--out", "sweep",
    ];
    for (command, flags) in [("sweep", &sweep[..]), ("run", &["--out", "run"])] {
        let arguments = [&[command], &model[..], flags, &short[..]].concat();
        let output = Command::new(env!("CARGO_BIN_EXE_rccsim"))
            .args(&arguments)
            .current_dir(folder)
            .output()
            .unwrap();
        // That an objective is missed, or not decided, is an answer.
        assert!(
            matches!(output.status.code(), Some(3 | 4)),
            "{arguments:?}: {output:?}"
        );
    }
    let read = python_in(folder, READ);
    for table in ["points", "summary", "runs", "inputs"] {
        assert!(read.contains(&format!("sweep/{table}.csv ")), "{read}");
    }
    for table in ["summary", "runs", "series", "drops", "distribution"] {
        assert!(read.contains(&format!("run/{table}.csv ")), "{read}");
    }
}

#[test]
#[ignore = "needs polars and matplotlib: .ci/run"]
fn the_notebook_of_the_documentation_draws_its_figure() {
    let page = include_str!("../../../src/data_out.md");
    let (_, notebook) = page.split_once("```python\n").unwrap();
    let (notebook, _) = notebook.split_once("```").unwrap();
    assert!(notebook.lines().count() <= 15, "fifteen lines");
    let folder = tempfile::tempdir().unwrap();
    python_in(folder.path(), notebook);
    let picture = fs::read(folder.path().join("missed.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000);
}
