//! `series.csv`: values over time.

use super::results::{needed, number, rows};

/// The columns of `series.csv`.
const COLUMNS: [&str; 8] = [
    "point",
    "scope",
    "start_s",
    "length_s",
    "series",
    "mean",
    "unit",
    "replications",
];

/// One series: a value per stretch of time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Series {
    /// The point of a sweep; empty: a run.
    pub point: String,
    /// Whom it is about: `all`, `clients:NAME`, `gateway:NAME`.
    pub scope: String,
    /// What it is.
    pub name: String,
    /// In what.
    pub unit: String,
    /// Where each stretch begins, seconds from the start of the run.
    pub start_s: Vec<f64>,
    /// How long it is, seconds.
    pub length_s: Vec<f64>,
    /// The mean over the replications; `NaN`: there was nothing to measure.
    pub values: Vec<f64>,
    /// Over so many.
    pub replications: u32,
}

/// Reads `series.csv`.
///
/// # Errors
/// What is wrong, and in which line.
pub fn series(text: &str) -> Result<Vec<Series>, String> {
    let mut all: Vec<Series> = Vec::new();
    let mut last = 0;
    for row in rows(text, &COLUMNS)? {
        let (line, record) = row?;
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let is = |s: &Series| s.name == cell(4) && s.scope == cell(1) && s.point == cell(0);
        // Rows of one minute stand together: the next series is mostly the one after the last.
        let place = [last + 1, last]
            .into_iter()
            .find(|i| all.get(*i).is_some_and(is));
        last = match place.or_else(|| all.iter().position(is)) {
            Some(place) => place,
            None => {
                let replications = needed(&record, 7, line)? as u32;
                let [point, scope, name, unit] = [0, 1, 4, 6].map(|i| cell(i).to_string());
                all.push(Series {
                    point,
                    scope,
                    name,
                    unit,
                    replications,
                    ..Series::default()
                });
                all.len() - 1
            }
        };
        all[last].start_s.push(needed(&record, 2, line)?);
        all[last].length_s.push(needed(&record, 3, line)?);
        all[last]
            .values
            .push(number(&record, 5, line)?.unwrap_or(f64::NAN));
    }
    Ok(all)
}
