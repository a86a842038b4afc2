//! A results folder that is written: new files are made and synced in a staging folder, the manifest last, and then take the
//! place of the old ones in one step. A reader sees all of the old results or all of the new ones; see `staging`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::directory::is_folder;
use super::folder_error::{FolderError, at};
use super::lock::Lock;
use super::manifest::{MANIFEST, Manifest, SCHEMA, inside, read_manifest};
use super::staging::{Staging, recover};

/// Files that commands write at the top of a folder: a file of somebody else with such a name is refused before the work.
const NAMES: [&str; 15] = [
    "days.csv",
    "distribution.csv",
    "drops.csv",
    FILES,
    "inputs.csv",
    "ladder.json",
    MANIFEST,
    PLOTS,
    "points.csv",
    "report.html",
    "runs.csv",
    "scenario.toml",
    "series.csv",
    "summary.csv",
    "summary.json",
];

/// The names of folders: what somebody else has in them is in nobody's way.
const FOLDERS: [&str; 2] = [FILES, PLOTS];
/// What the scenario read.
const FILES: &str = "files";
const PLOTS: &str = "plots";

/// A results folder that is being written. While it is open, no other process can open it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    staging: Staging,
    finished: BTreeMap<String, String>,
    _lock: Lock,
}

/// A file that is being written: what goes in is digested on its way.
pub struct Part {
    name: String,
    path: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Folder {
    /// Makes the folder, where it is not there yet, and sees that it can be written. Results that it holds are not touched;
    /// what a killed process left of its own is finished or cleared away.
    ///
    /// # Errors
    /// The file system's refusal; another process that writes there; a file of somebody else with the name of a result.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(at(path))?;
        let lock = Lock::take(path)?;
        recover(path)?;
        let is_free = |name: &&str| !FOLDERS.contains(name) || !is_folder(&path.join(name));
        let names = NAMES.into_iter().filter(is_free);
        refuse_others(path, read_manifest(path).as_ref(), names)?;
        // A folder that cannot be written says so before hours of simulation, not after.
        let staging = Staging::make(path)?;
        Ok(Self {
            path: path.into(),
            staging,
            finished: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another folder, which takes over all that was completed here.
    ///
    /// # Errors
    /// As `open`; the other folder is on another file system.
    pub fn moved_to(self, path: &Path) -> Result<Self, FolderError> {
        let mut target = Self::open(path)?;
        target.staging.take_over(&self.staging)?;
        target.finished.clone_from(&self.finished);
        Ok(target)
    }

    /// Begins a file.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn begin(&mut self, name: &str) -> Result<Part, FolderError> {
        let path = self.staging.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        let file = BufWriter::new(File::create(&path).map_err(at(&path))?);
        Ok(Part {
            name: name.into(),
            path,
            file,
            hasher: blake3::Hasher::new(),
        })
    }

    /// Completes a file, which has still to be published.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(crate) fn complete(&mut self, part: Part) -> Result<(), FolderError> {
        let digest = part.hasher.finalize().to_hex().to_string();
        let file = part
            .file
            .into_inner()
            .map_err(|e| at(&part.path)(e.into_error()))?;
        file.sync_all().map_err(at(&part.path))?;
        self.finished.insert(part.name, digest);
        Ok(())
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn put(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Part) -> io::Result<()>,
    ) -> Result<(), FolderError> {
        let mut part = self.begin(name)?;
        write(&mut part).map_err(at(&part.path))?;
        self.complete(part)
    }

    /// The files that were completed so far and are not published yet: their digests, and where they are.
    pub(super) fn completed(&self) -> (BTreeMap<String, String>, BTreeMap<String, PathBuf>) {
        let place = |name: &String| (name.clone(), self.staging.path.join(name));
        (
            self.finished.clone(),
            self.finished.keys().map(place).collect(),
        )
    }

    /// Puts the files, and the manifest that lists them, in the place of the results that the folder holds. The folder stays
    /// locked.
    ///
    /// # Errors
    /// The file system's refusal, or a file of somebody else in the way.
    pub fn publish(&mut self, mut manifest: Manifest) -> Result<PathBuf, FolderError> {
        manifest.files = std::mem::take(&mut self.finished);
        self.replace(manifest)?;
        Ok(self.path.clone())
    }

    /// Adds the files to those that the folder's manifest lists; of the same name, instead of them.
    ///
    /// # Errors
    /// The file system's refusal, or a file of somebody else in the way.
    pub fn amend(mut self, mut manifest: Manifest) -> Result<(), FolderError> {
        manifest.files.append(&mut self.finished);
        self.replace(manifest)
    }

    /// Puts all that the manifest lists in the place of what the folder holds.
    fn replace(&mut self, mut manifest: Manifest) -> Result<(), FolderError> {
        manifest.schema = SCHEMA.into();
        let earlier = read_manifest(&self.path);
        let names = manifest.files.keys().map(String::as_str);
        refuse_others(&self.path, earlier.as_ref(), names.chain([MANIFEST]))?;
        let path = self.staging.path.join(MANIFEST);
        let result = File::create(&path).and_then(|mut file| {
            file.write_all(super::json(&manifest).as_bytes())?;
            file.sync_all()
        });
        result.map_err(at(&path))?;
        self.staging
            .publish(&self.path, &manifest, earlier.as_ref())
    }
}

/// Refuses to write over what rccsim did not write: a file of one of these names that no manifest lists, something that is
/// no folder where one has to be.
fn refuse_others<'a>(
    folder: &Path,
    earlier: Option<&Manifest>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), FolderError> {
    let is_listed =
        |name: &str| earlier.is_some_and(|m| name == MANIFEST || m.files.contains_key(name));
    for name in names {
        let path = folder.join(name);
        let metadata = fs::symlink_metadata(&path);
        let is_other = metadata.is_ok_and(|metadata| metadata.is_dir() || !is_listed(name));
        if is_other || inside(folder, name).is_none() {
            let message =
                "not of these results: no manifest lists it; move it away, or give another --out";
            let cause = io::Error::new(io::ErrorKind::AlreadyExists, message);
            return Err(at(&path)(cause));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
