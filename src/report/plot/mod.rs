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
use super::results::{Found, Results, ResultsError};
use crate::record::{Folder, FolderError};

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
        Plot {
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
