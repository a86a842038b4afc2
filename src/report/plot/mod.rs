//! The plots of a results folder: each file here answers one question with a chart, from the folder's files alone.

mod best;
mod cause;
mod compare;
mod day;
mod declared;
mod distribution;
mod fault;
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

use std::io::Write;

use rayon::prelude::*;

use super::chart::{Chart, Size, png, svg};
use crate::record::{Folder, FolderError, Record, Results, ResultsError};

/// A chart and what its files are called.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// The file's name without its ending.
    pub name: String,
    /// What is shown.
    pub chart: Chart,
}

impl Plot {
    fn new(name: &str, chart: Chart) -> Self {
        Self {
            name: name.into(),
            chart,
        }
    }
}

/// The folder of the plots within a results folder.
pub const FOLDER: &str = "plots";

/// Every plot of a results folder, the most telling first.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn plots(results: &Results) -> Result<Vec<Plot>, ResultsError> {
    let mut all = match results.record() {
        Record::Run(run) => {
            let day = day::plots(results, run)?;
            let distributions = distribution::plots(run, &results.distributions()?);
            [day, cause::plots(run), group::plots(run), distributions].concat()
        }
        Record::Sweep(sweep) => {
            let mut all = sweep::plots(sweep);
            all.extend(tradeoff::plot(&sweep.rows, Some(sweep), None));
            all
        }
        Record::Comparison(study) => compare::plots(&study.body, &results.runs()?),
        Record::Sizing(study) => size::plots(study),
        Record::Selection(study) => best::plots(study),
        Record::Sensitivity(study) => sensitivity::plots(study),
        Record::Matrix(matrix) => matrix::plots(matrix),
    };
    all.extend(declared::plots(results)?);
    Ok(all)
}

/// Of each plot that the scenario asks for and these results cannot show, a sentence that says what it takes.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn left_out(results: &Results) -> Result<Vec<String>, ResultsError> {
    declared::left_out(results)
}

/// A plot as files.
pub struct Drawing {
    /// Their name without its ending.
    name: String,
    svg: String,
    png: Vec<u8>,
}

/// Draws plots, on the current thread pool.
pub fn draw(plots: &[Plot]) -> Vec<Drawing> {
    let draw = |plot: &Plot| {
        let (svg, png) = (svg(&plot.chart, Size::WIDE), png(&plot.chart, Size::WIDE));
        Drawing {
            name: plot.name.clone(),
            svg,
            png,
        }
    };
    plots.par_iter().map(draw).collect()
}

/// Writes drawings into a results folder, each as SVG and as PNG.
///
/// # Errors
/// The file system's refusal.
pub fn write(folder: &mut Folder, drawings: &[Drawing]) -> Result<(), FolderError> {
    for Drawing { name, svg, png } in drawings {
        folder.put(&format!("{FOLDER}/{name}.svg"), |out| {
            out.write_all(svg.as_bytes())
        })?;
        folder.put(&format!("{FOLDER}/{name}.png"), |out| out.write_all(png))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
