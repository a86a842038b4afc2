//! Plots and report of results, and the folder that they are published in.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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
    in_memory: InMemory,
    predictions: Option<&[Prediction]>,
    no_report: bool,
    quiet: bool,
) -> Result<PathBuf, Fault> {
    if !no_report {
        let results = folder.results(&manifest, record, in_memory);
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
            action: file.path().display().to_string(),
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
    let (plots, unmet) = (plot::plots(results)?, plot::unmet_requests(results)?);
    let (drawings, page) = rayon::join(
        || plot::draw(&plots),
        || page(results, &plots, &unmet, predictions),
    );
    plot::write(folder, &drawings)?;
    if !quiet {
        unmet.iter().for_each(|why| say!("warning: {why}"));
    }
    let page = page?;
    Ok(folder.put(NAME, |out| out.write_all(page.as_bytes()))?)
}

/// Says where the report is, as a link, to somebody at a terminal, and opens it where that is asked for and there is a program
/// that opens pages.
pub(super) fn show(folder: &Path, opens: bool) {
    let report = folder.join(NAME);
    let absolute = report.canonicalize().unwrap_or(report);
    if std::io::stderr().is_terminal() {
        say!("Report: {}", link(&absolute));
    }
    if !opens {
        return;
    }
    let (program, first) = OPENER;
    let mut command = Command::new(program);
    command.args(first).arg(&absolute).stdin(Stdio::null());
    let opened = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    // The results are there, and what they say does not hang on a browser.
    if let Err(cause) = opened {
        let (why, page) = (crate::refusal::refusal_text(&cause), link(&absolute));
        say!("warning: {program}, which opens pages: {why}; the report is {page}");
    }
}

/// What opens a page in the browser of whoever is at the machine.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    ("explorer", &[])
} else {
    ("xdg-open", &[])
};

/// The address of a file, as terminals and browsers take it.
fn link(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/:".contains(&b);
    let byte = |b: u8| match is_plain(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    let address: String = path.trim_start_matches('/').bytes().map(byte).collect();
    format!("file:///{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_only_what_an_address_may() {
        let address = |path: &str| link(Path::new(path));
        assert_eq!(address("/home/a/report.html"), "file:///home/a/report.html");
        assert_eq!(
            address("/tmp/a b/ü#.html"),
            "file:///tmp/a%20b/%C3%BC%23.html"
        );
    }
}
