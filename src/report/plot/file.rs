//! A plot and its files.

use std::io::Write;

use rayon::prelude::*;

use crate::record::{Folder, FolderError};
use crate::report::chart::{Chart, Size, png, svg};

/// A chart and what its files are called.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// The file's name without its ending.
    pub name: String,
    /// What is shown.
    pub chart: Chart,
}

impl Plot {
    pub(super) fn new(name: &str, chart: Chart) -> Self {
        Self {
            name: name.into(),
            chart,
        }
    }
}

/// The folder of the plots within a results folder.
pub const FOLDER: &str = "plots";

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
