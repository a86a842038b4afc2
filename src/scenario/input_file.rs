//! The files that a scenario reads besides its own text, as a results folder keeps them: each under the digest of what is
//! in it, so that the scenario that stands there runs from there, and is the same bytes wherever the files once lay.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::read_text_from;
use super::kind::Kind;
use super::parse::Scenario;
use super::record_kind::RecordKind;
use super::records::Records;
use super::setting::{Setting, Settings};
use super::study::Study;
use crate::workload::Recording;

/// The folder of a results folder that they lie in.
pub const INPUT_FILES: &str = "files";

/// Characters of a digest in a name: two files do not share them by chance.
const NAME: usize = 16;

/// A file that a scenario reads.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// Its name in a results folder.
    pub name: String,
    path: PathBuf,
    digest: String,
    records: Arc<Records>,
}

impl InputFile {
    /// Where it is read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Copies it, in little memory.
    ///
    /// # Errors
    /// That of a file or of the writer; it is another file than the one that the scenario was read from.
    pub fn copy(&self, mut to: impl Write) -> io::Result<()> {
        let mut from = self.records.files().open(&self.path)?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = match from.read(&mut buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            to.write_all(&buffer[..n])?;
        }
        if hasher.finalize().to_hex().as_str() != self.digest {
            let message = "it was changed since the scenario was read";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

/// Every file that a scenario reads, and that its study reads at some point, once. Each point must have been read.
pub fn input_files(scenario: &Scenario, study: Option<&Study>) -> Vec<InputFile> {
    let is_open = scenario.has_mix() || study.is_some_and(Study::turns_references);
    let sections = scenario.settings.iter().flat_map(|settings| {
        let entries = settings.entries.iter();
        entries.filter_map(move |setting| file_of(scenario, settings, setting, is_open))
    });
    let axes = study.into_iter().flat_map(|study| &study.axes);
    let values = axes.flat_map(|axis| &axis.values);
    let axis_files =
        values.filter_map(|o| file_of_value(scenario, &o.catalogue_key().kind, o.value(), true));
    let mut files: Vec<InputFile> = sections.chain(axis_files).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.dedup_by(|a, b| a.name == b.name);
    files
}

/// The file that a setting names; `open`: profiles count, since others are tried in their place.
pub(super) fn file_of(
    scenario: &Scenario,
    settings: &Settings,
    setting: &Setting,
    open: bool,
) -> Option<InputFile> {
    match digest(scenario, settings, setting) {
        Some(digest) => Some(file(scenario, &setting.text, digest.into(), "csv")),
        None => file_of_value(scenario, &setting.key.kind, &setting.text, open),
    }
}

/// The file that a value of a key names.
pub(super) fn file_of_value(
    scenario: &Scenario,
    kind: &Kind,
    text: &str,
    open: bool,
) -> Option<InputFile> {
    let source = &scenario.source;
    match kind {
        Kind::File(_) => {
            let digest = source.records.digest(&source.folder.join(text))?;
            Some(file(scenario, text, digest, "csv"))
        }
        Kind::Reference(_) | Kind::Shared(_) if open && text.ends_with(".toml") => {
            let is_section = scenario.shared_settings.iter().any(|s| s.name == text);
            let path = source.folder.join(text);
            let read = || read_text_from(source.records.files(), &path).ok();
            let text_of = if is_section { None } else { read() };
            let digest = blake3::hash(text_of?.as_bytes()).to_hex().to_string();
            Some(file(scenario, text, digest, "toml"))
        }
        _ => None,
    }
}

fn file(scenario: &Scenario, text: &str, digest: String, ending: &str) -> InputFile {
    InputFile {
        name: format!("{INPUT_FILES}/{}.{ending}", &digest[..NAME]),
        path: scenario.source.folder.join(text),
        digest,
        records: Arc::clone(&scenario.source.records),
    }
}

/// The digest of the file of records that a key names, where it names one that was read.
pub(super) fn digest<'a>(
    scenario: &'a Scenario,
    settings: &Settings,
    setting: &Setting,
) -> Option<&'a str> {
    let Kind::File(recorded) = setting.key.kind else {
        return None;
    };
    let clients = scenario
        .plan
        .clients
        .iter()
        .find(|c| settings.table == "clients" && c.name == settings.name)?;
    let digest = match recorded {
        RecordKind::Calls => clients.recorded_calls.as_ref().map(Recording::digest),
        RecordKind::SignIns => clients.recorded_signs.as_ref().map(Recording::digest),
    };
    digest.filter(|digest| !digest.is_empty())
}
