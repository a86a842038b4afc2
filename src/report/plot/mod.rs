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
use super::folder::{Folder, FolderError};
use super::results::{Found, Results, ResultsError};

/// A chart and what its files are called.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// The file's name without its ending.
    pub name: String,
    /// What is shown.
    pub chart: Chart,
}

impl Plot {
    fn new(name: &str, chart: Chart) -> Plot {
        Plot { name: name.into(), chart }
    }
}

/// The folder of the plots within a results folder.
pub const FOLDER: &str = "plots";

/// Every plot of a results folder, the most telling first.
///
/// # Errors
/// A file of the folder is missing or damaged.
pub fn plots(results: &Results) -> Result<Vec<Plot>, ResultsError> {
    let document = &results.document;
    let mut all = match &document.found {
        Found::Run(run) => {
            let day = day::plots(results, run)?;
            let causes = cause::plots(document);
            let distributions = distribution::plots(document, &results.distributions()?);
            [day, causes, group::plots(document, run), distributions].concat()
        }
        Found::Sweep(found) => {
            let mut all = sweep::plots(document, found);
            all.extend(tradeoff::plot(document, None));
            all
        }
        Found::Compare(found) => compare::plots(found, &results.runs()?),
        Found::Size(found) => size::plots(document, found),
        Found::Best(found) => best::plots(document, found),
        Found::Sensitivity(found) => sensitivity::plots(document, found),
        Found::Matrix(found) => matrix::plots(found),
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

/// Why plots could not be written.
#[derive(thiserror::Error, Debug)]
pub enum PlotError {
    /// What they show could not be read.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// They could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// Draws the plots of results into a folder, each as SVG and as PNG; says how many.
///
/// # Errors
/// The results cannot be read, or the file system refuses.
pub fn write(folder: &mut Folder, results: &Results) -> Result<usize, PlotError> {
    let plots = plots(results)?;
    let draw = |plot: &Plot| (svg(&plot.chart, Size::WIDE), png(&plot.chart, Size::WIDE));
    let drawn: Vec<(String, Vec<u8>)> = plots.par_iter().map(draw).collect();
    for (plot, (svg, png)) in plots.iter().zip(drawn) {
        folder.put(&format!("{FOLDER}/{}.svg", plot.name), |out| out.write_all(svg.as_bytes()))?;
        folder.put(&format!("{FOLDER}/{}.png", plot.name), |out| out.write_all(&png))?;
    }
    Ok(plots.len())
}

#[cfg(test)]
mod tests;
