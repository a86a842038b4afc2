//! `summary.csv` of runs and studies: every figure of every point.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::figure::bounds;
use super::table::{Rows, Table, maybe_number, word};
use crate::quantity::number::rounded;
use crate::study::MetricRow;

/// One figure with its interval.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct FigureRow<'a> {
    /// The label of the point; empty: a run.
    #[serde(borrow, with = "word")]
    pub point: &'a str,
    /// Whom it is about.
    pub scope: &'a str,
    /// What it is.
    pub metric: &'a str,
    /// Its cause; empty: all of them.
    pub cause: &'a str,
    /// The mean over the replications.
    #[serde(with = "maybe_number")]
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    #[serde(with = "maybe_number")]
    pub lower: Option<f64>,
    /// Upper end.
    #[serde(with = "maybe_number")]
    pub upper: Option<f64>,
    /// It lies among what was still open at the horizon: more than this.
    #[serde(with = "maybe_number")]
    pub beyond: Option<f64>,
    /// In what.
    pub unit: &'a str,
    /// Over so many.
    pub replications: u32,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    pub point_number: u32,
}

/// The table.
struct FigureTable;

impl Table for FigureTable {
    type Row<'r> = FigureRow<'r>;
}

/// Writes the table: the rows of each point, with its label.
///
/// # Errors
/// Those of the writer.
pub fn csv<'a>(
    points: impl Iterator<Item = (&'a str, impl AsRef<[MetricRow]>)>,
    out: impl Write,
) -> csv::Result<()> {
    let mut table = Rows::new::<FigureTable>(out)?;
    for (point_number, (point, rows)) in (1..).zip(points) {
        for row in rows.as_ref() {
            let [mean, lower, upper] = bounds(row.estimate);
            table.write(&FigureRow {
                point,
                point_number,
                scope: &row.scope.to_string(),
                metric: row.column.metric.name,
                cause: row.column.cause.map_or("", |(_, name)| name),
                mean,
                lower,
                upper,
                beyond: row.beyond.map(rounded),
                unit: row.column.metric.unit.name(),
                replications: row.replications,
            })?;
        }
    }
    table.finish()?;
    Ok(())
}
