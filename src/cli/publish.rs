//! Plots and report of results, and the folder that they are published in.

use std::io::Write;
use std::path::PathBuf;

use super::fault::Fault;
use super::terminal::say;
use crate::record::{Folder, InMemory, Manifest, Record, Results};
use crate::report::page::{NAME, page};
use crate::report::plot;
use crate::scenario::InputFile;
use crate::theory::Prediction;

/// Publishes a folder, with plots and a report of the record and what else is known, of a run with the predictions of its plan, unless that is not wanted.
///
/// # Errors
/// The file system's refusal.
pub(super) fn publish(
    folder: &mut Folder,
    manifest: Manifest,
    record: &Record,
    known: InMemory,
    predictions: Option<&[Prediction]>,
    no_report: bool,
    quiet: bool,
) -> Result<PathBuf, Fault> {
    if !no_report {
        let results = folder.results(&manifest, record, known);
        draw(folder, &results, predictions, quiet)?;
    }
    Ok(folder.publish(manifest)?)
}

/// Copies the files that scenarios read into a folder, before anything is simulated: its own scenario runs from there.
///
/// # Errors
/// A refusal of the system, or a file that was changed meanwhile.
pub(super) fn keep(folder: &mut Folder, files: &[InputFile]) -> Result<(), Fault> {
    for file in files {
        let mut part = folder.begin(&file.name)?;
        file.copy(&mut part).map_err(|cause| Fault::World {
            what: file.path().display().to_string(),
            cause,
        })?;
        folder.complete(part)?;
    }
    Ok(())
}

/// Writes plots and report of results into a folder.
pub(super) fn draw(
    folder: &mut Folder,
    results: &Results,
    predictions: Option<&[Prediction]>,
    quiet: bool,
) -> Result<(), Fault> {
    let (plots, left_out) = (plot::plots(results)?, plot::left_out(results)?);
    let (drawings, page) = rayon::join(
        || plot::draw(&plots),
        || page(results, &plots, &left_out, predictions),
    );
    plot::write(folder, &drawings)?;
    if !quiet {
        left_out.iter().for_each(|why| say!("warning: {why}"));
    }
    let page = page?;
    Ok(folder.put(NAME, |out| out.write_all(page.as_bytes()))?)
}
