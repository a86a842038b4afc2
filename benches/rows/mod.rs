//! What the benches leave behind: `results/bench/<bench>.csv`, a row for each figure, which `--bench picture` gathers.

#![allow(dead_code, reason = "each bench uses its part of this")]

use std::fs::File;
use std::path::Path;

/// Where the rows of all benches are.
pub(crate) const FOLDER: &str = "results/bench";

/// The file of one bench.
pub(crate) struct Rows {
    bench: &'static str,
    csv: csv::Writer<File>,
}

impl Rows {
    /// Begins the file of a bench anew.
    pub(crate) fn for_bench(bench: &'static str) -> Self {
        let path = Path::new(FOLDER).join(bench).with_extension("csv");
        let outcome = std::fs::create_dir_all(FOLDER)
            .map_err(csv::Error::from)
            .and_then(|()| {
                let mut csv = csv::Writer::from_path(&path)?;
                csv.write_record(["bench", "case", "size", "metric", "value", "unit"])?;
                Ok(csv)
            });
        Self {
            bench,
            csv: outcome.unwrap_or_else(|e| panic!("{}: {e}", path.display())),
        }
    }

    /// Adds a figure of a case, which has a size: its users, or what is pending.
    pub(crate) fn add(&mut self, case: &str, size: u64, metric: &str, value: f64, unit: &str) {
        let row = [
            self.bench,
            case,
            &size.to_string(),
            metric,
            &value.to_string(),
            unit,
        ];
        self.csv
            .write_record(row)
            .and_then(|()| Ok(self.csv.flush()?))
            .unwrap_or_else(|e| panic!("{FOLDER}: {e}"));
    }
}

/// The median and the least of some times.
pub(crate) fn median_and_best(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[0])
}
