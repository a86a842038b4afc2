//! `distribution.csv`: how often a duration fell between two others.

use super::results::{needed, rows};
use super::tables::DISTRIBUTION;

/// How one duration is distributed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Distribution {
    /// The point of a sweep; empty: a run.
    pub point: String,
    /// Whom it is about.
    pub scope: String,
    /// Which duration: `gateway_response`, `setup`, `detection`, `recovery`.
    pub duration: String,
    /// From, to (milliseconds), how many; gaps are left out.
    pub bins: Vec<(f64, f64, f64)>,
}

/// Reads `distribution.csv`.
///
/// # Errors
/// What is wrong, and in which line.
pub fn distributions(text: &str) -> Result<Vec<Distribution>, String> {
    let mut all: Vec<Distribution> = Vec::new();
    for row in rows(text, &DISTRIBUTION)? {
        let (line, record) = row?;
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let is =
            |d: &Distribution| d.point == cell(0) && d.scope == cell(1) && d.duration == cell(2);
        if !all.last().is_some_and(is) {
            let [point, scope, duration] = [0, 1, 2].map(|i| cell(i).to_string());
            all.push(Distribution {
                point,
                scope,
                duration,
                bins: Vec::new(),
            });
        }
        let bin = (
            needed(&record, 3, line)?,
            needed(&record, 4, line)?,
            needed(&record, 5, line)?,
        );
        all.last_mut().into_iter().for_each(|d| d.bins.push(bin));
    }
    Ok(all)
}
