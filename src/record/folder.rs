//! A results folder: every file under a temporary name, synced, renamed; the manifest last. A reader never sees half a file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::folder_error::{FolderError, at};
use super::kind::Record;
use super::lock::Lock;

/// What stands before the name of a file that is not complete.
pub(super) const PARTIAL: &str = ".partial-";
pub(super) const MANIFEST: &str = "manifest.json";
/// The version of the manifest's shape.
pub(super) const SCHEMA: &str = "rccsim.manifest/1";

/// What a results folder says of itself.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Manifest {
    /// The version of the manifest's shape.
    pub schema: String,
    /// The version of the program.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// The fingerprint of the run.
    pub fingerprint: String,
    /// The scenario file as the command named it; none where there is no one scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The BLAKE3 digest of every file.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Of a record, whose files are still to come; `file` is the scenario file as the command named it.
    pub fn new(record: &Record, file: Option<String>) -> Self {
        let head = record.head();
        let fingerprint = head.fingerprint.map_or_else(
            || blake3::hash(record.json().as_bytes()).to_hex()[..16].into(),
            String::from,
        );
        Self {
            schema: SCHEMA.into(),
            version: head.version.into(),
            scenario: head.scenario.into(),
            scenario_hash: head.scenario_hash.into(),
            seed: head.seed,
            fingerprint,
            file,
            files: BTreeMap::new(),
        }
    }
}

/// A results folder that is being written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    begun: Vec<PathBuf>,
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
    /// Makes the folder, where it is not there yet, and sees that it can be written. What it holds is not touched. While it
    /// is open, no other process can open it.
    ///
    /// # Errors
    /// The file system's refusal, or another process that writes there.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(at(path))?;
        // A folder that cannot be written should say so before hours of simulation, not after.
        tempfile::tempfile_in(path).map_err(at(path))?;
        Ok(Self {
            path: path.into(),
            begun: Vec::new(),
            finished: BTreeMap::new(),
            _lock: Lock::take(path)?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn partial(&self, name: &str) -> PathBuf {
        self.path
            .join(format!("{PARTIAL}{}", name.replace('/', "-")))
    }

    /// Begins a file.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn begin(&mut self, name: &str) -> Result<Part, FolderError> {
        let path = self.partial(name);
        self.begun.push(path.clone());
        let file = BufWriter::new(File::create(&path).map_err(at(&path))?);
        Ok(Part {
            name: name.into(),
            path,
            file,
            hasher: blake3::Hasher::new(),
        })
    }

    /// Completes a file, still under its temporary name.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn complete(&mut self, part: Part) -> Result<(), FolderError> {
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
        let place = |name: &String| (name.clone(), self.partial(name));
        (
            self.finished.clone(),
            self.finished.keys().map(place).collect(),
        )
    }

    /// Gives every file its name, removes those of an earlier run that this one did not write, and writes the manifest. The
    /// folder stays locked.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn publish(&mut self, mut manifest: Manifest) -> Result<PathBuf, FolderError> {
        let earlier = read_manifest(&self.path);
        let old = self.path.join(MANIFEST);
        if old.exists() {
            fs::remove_file(&old).map_err(at(&old))?;
        }
        self.name_all()?;
        for name in earlier
            .iter()
            .flat_map(|m| m.files.keys())
            .filter(|n| !self.finished.contains_key(*n))
        {
            // Names come from a file that anybody may have edited: nothing outside the folder is removed.
            let inside = Path::new(name)
                .components()
                .all(|c| matches!(c, std::path::Component::Normal(_)));
            if inside {
                let _ = fs::remove_file(self.path.join(name));
            }
        }
        manifest.schema = SCHEMA.into();
        manifest.files = std::mem::take(&mut self.finished);
        self.list(&manifest)?;
        Ok(self.path.clone())
    }

    /// Adds the files to those that the folder's manifest lists; of the same name, instead of them.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn amend(mut self, mut manifest: Manifest) -> Result<(), FolderError> {
        self.name_all()?;
        manifest.files.append(&mut self.finished);
        self.list(&manifest)
    }

    /// Gives every completed file its name.
    fn name_all(&self) -> Result<(), FolderError> {
        for name in self.finished.keys() {
            let partial = self.partial(name);
            let path = self.path.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            fs::rename(&partial, &path).map_err(at(&path))?;
        }
        Ok(())
    }

    /// Writes the manifest.
    fn list(&mut self, manifest: &Manifest) -> Result<(), FolderError> {
        let text = super::json(manifest);
        let (partial, path) = (self.partial(MANIFEST), self.path.join(MANIFEST));
        self.begun.push(partial.clone());
        let mut file = File::create(&partial).map_err(at(&partial))?;
        file.write_all(text.as_bytes()).map_err(at(&partial))?;
        file.sync_all().map_err(at(&partial))?;
        fs::rename(&partial, &path).map_err(at(&path))
    }
}

impl Drop for Folder {
    /// What was not published leaves no trace; what was has another name by now.
    fn drop(&mut self) {
        for partial in &self.begun {
            let _ = fs::remove_file(partial);
        }
    }
}

/// The manifest of a results folder, where it has a valid one.
pub fn read_manifest(folder: &Path) -> Option<Manifest> {
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    serde_json::from_str(&text)
        .ok()
        .filter(|m: &Manifest| m.schema == SCHEMA)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            schema: String::new(),
            version: "0".into(),
            scenario: "s".into(),
            scenario_hash: "h".into(),
            seed: 1,
            fingerprint: "f".into(),
            file: None,
            files: BTreeMap::new(),
        }
    }

    #[test]
    fn a_folder_is_replaced_file_by_file_and_other_files_stay() {
        let root = tempfile::tempdir().unwrap();
        let write = |names: &[&str]| {
            let mut folder = Folder::open(root.path()).unwrap();
            for name in names {
                folder
                    .put(name, |out| out.write_all(name.as_bytes()))
                    .unwrap();
            }
            folder.publish(manifest()).unwrap();
        };
        write(&["a.csv", "plots/b.svg"]);
        fs::write(root.path().join("notes.txt"), "mine").unwrap();
        write(&["a.csv"]);
        let names = |path: &Path| -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(path)
                .unwrap()
                .map(|f| f.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(
            names(root.path()),
            ["a.csv", "manifest.json", "notes.txt", "plots"]
        );
        assert!(names(&root.path().join("plots")).is_empty());
        let read = read_manifest(root.path()).unwrap();
        assert_eq!(
            read.files["a.csv"],
            blake3::hash(b"a.csv").to_hex().to_string()
        );
    }
}
