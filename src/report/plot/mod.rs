//! The plots of a results folder: each file here answers one question with a chart, from the folder's files alone.

mod best;
mod cause;
mod compare;
mod day;
mod days;
mod declared;
mod distribution;
mod fault;
mod feasible;
mod file;
mod front;
mod global;
mod grid;
mod group;
mod heat;
mod key;
mod matrix;
mod reading;
mod sensitivity;
mod size;
mod sweep;
mod tradeoff;

pub use file::{FOLDER, Plot, draw, write};

use crate::record::{Record, Results, ResultsError};

/// Every plot of a results folder, the most telling first.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn plots(results: &Results) -> Result<Vec<Plot>, ResultsError> {
    let mut plots = match results.record() {
        Record::Run(run) => {
            let day = day::plots(results, run)?;
            let distributions = distribution::plots(run, &results.distributions()?);
            let days = days::plots(run);
            [
                day,
                days,
                cause::plots(run),
                group::plots(run),
                distributions,
            ]
            .concat()
        }
        Record::Sweep(sweep) => {
            let mut plots = sweep::plots(sweep);
            plots.extend(tradeoff::plot(&sweep.rows, Some(sweep), None));
            plots
        }
        Record::Comparison(study) => compare::plots(&study.body, &results.runs()?),
        Record::Sizing(study) => size::plots(study),
        Record::Selection(study) => best::plots(study),
        Record::Front(study) => front::plots(study),
        Record::Sensitivity(study) => sensitivity::plots(study),
        Record::Global(study) => global::plots(study),
        Record::Matrix(matrix) => matrix::plots(matrix),
    };
    plots.extend(declared::plots(results)?);
    Ok(plots)
}

/// Of each plot that the scenario asks for and these results cannot show, a sentence that says what it takes.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn unmet_requests(results: &Results) -> Result<Vec<String>, ResultsError> {
    declared::unmet_requests(results)
}

#[cfg(test)]
mod tests;
