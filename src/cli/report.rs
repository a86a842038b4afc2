//! `rccsim report`: the report of a results folder, as the command that made the folder wrote it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::fault::{Fault, print};
use super::flags::results_folder;
use crate::report::inputs::{self, Input};
use crate::report::page::{Files, NAME, page};
use crate::report::{About, Folder, Manifest, VERSION, read_manifest};

/// Write reports.
#[derive(Args)]
pub struct Report {
    /// Results folders; each gets its own report (of several together: rccsim compare DIR DIR …)
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// No list of what was written
    #[arg(long, short)]
    quiet: bool,
}

impl Report {
    /// Runs the command.
    ///
    /// # Errors
    /// A folder without valid results, or a refusal of the system.
    pub fn run(self) -> Result<Outcome, Fault> {
        for path in &self.folders {
            report(path)?;
            if !self.quiet {
                print(&format!("{}\n", path.join(NAME).display()))?;
            }
        }
        Ok(Outcome::Pass)
    }
}

/// Where a study's results go, and what of them.
#[derive(Args)]
pub struct OutFlags {
    /// The results folder [default: under results, by the scenario's name and the command]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Neither plots nor report: the figures alone
    #[arg(long)]
    pub no_report: bool,
}

impl OutFlags {
    /// Opens the folder of a study of that scenario.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn open(&self, scenario: &str, command: &str) -> Result<Folder, Fault> {
        self.open_named(&format!("{scenario}-{command}"))
    }

    /// Opens a folder of that name.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn open_named(&self, name: &str) -> Result<Folder, Fault> {
        let path = self.out.clone().unwrap_or_else(|| results_folder(name, ""));
        Ok(Folder::open(&path)?)
    }

    /// Writes what a study found and says where.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn write(&self, mut folder: Folder, found: &Found) -> Result<String, Fault> {
        let mut names = vec!["summary.json"];
        folder.put("summary.json", |out| out.write_all(found.summary.as_bytes()))?;
        if !found.scenario.is_empty() {
            names.push("scenario.toml");
            folder.put("scenario.toml", |out| out.write_all(found.scenario.as_bytes()))?;
            folder.put("inputs.csv", |out| inputs::write(&found.inputs, out))?;
        }
        let about = found.about;
        let manifest = Manifest {
            schema: String::new(),
            version: VERSION.into(),
            scenario: about.scenario.clone(),
            scenario_hash: about.scenario_hash.clone(),
            seed: about.seed,
            fingerprint: blake3::hash(found.summary.as_bytes()).to_hex()[..16].into(),
            files: BTreeMap::new(),
        };
        let path = publish(folder, manifest, self.no_report)?;
        if !self.no_report {
            names.insert(0, NAME);
        }
        Ok(format!("Files: {} ({}).\n", path.display(), names.join(", ")))
    }
}

/// What a study found, for its folder.
pub struct Found<'a> {
    /// Of what it is.
    pub about: &'a About,
    /// Its document.
    pub summary: String,
    /// The expanded scenario; empty where there is none.
    pub scenario: String,
    /// Every input.
    pub inputs: Vec<Input>,
}

/// Publishes a folder, with a report of its files unless that is not wanted.
///
/// # Errors
/// The file system's refusal.
pub fn publish(mut folder: Folder, manifest: Manifest, no_report: bool) -> Result<PathBuf, Fault> {
    if !no_report {
        let page = of_files(&folder.completed(), folder.path())?;
        folder.put(NAME, |out| out.write_all(page.as_bytes()))?;
    }
    Ok(folder.publish(manifest)?)
}

/// The report of files that are on disk, by their names.
fn of_files(files: &BTreeMap<String, PathBuf>, folder: &Path) -> Result<String, Fault> {
    let bad = |why: String| Fault::Input(format!("{}: {why}", folder.display()));
    let mut sizes = BTreeMap::new();
    for (name, path) in files {
        let size = fs::metadata(path).map_err(|cause| Fault::World { what: path.display().to_string(), cause })?.len();
        sizes.insert(name.clone(), size);
    }
    let read = |name: &str| {
        let path = files.get(name).ok_or_else(|| format!("there is no {name}"))?;
        fs::read_to_string(path).map_err(|cause| format!("{name}: {cause}"))
    };
    page(&Files { sizes: &sizes, read: &read }).map_err(bad)
}

/// Writes the report of a published folder anew, and its digest into the manifest.
fn report(path: &Path) -> Result<(), Fault> {
    let bad = |why: String| Fault::Input(format!("{}: {why}", path.display()));
    let manifest = read_manifest(path)
        .ok_or_else(|| bad("no results: there is no valid manifest.json, or the run was not finished".into()))?;
    let mut files = BTreeMap::new();
    for (name, digest) in manifest.files.iter().filter(|(name, _)| *name != NAME) {
        let file = path.join(name);
        let bytes = fs::read(&file).map_err(|cause| Fault::World { what: file.display().to_string(), cause })?;
        if blake3::hash(&bytes).to_hex().to_string() != *digest {
            return Err(bad(format!("{name} is not the file that the manifest lists: it was changed since")));
        }
        files.insert(name.clone(), file);
    }
    if manifest.version != VERSION {
        return Err(bad(format!(
            "made by version {}, this is {VERSION}: each version reports its own results; run it again",
            manifest.version
        )));
    }
    let page = of_files(&files, path)?;
    Ok(Folder::open(path)?.amend(manifest, NAME, page.as_bytes())?)
}
