//! New results in a folder of their own, until one step puts them in the place of the old ones.
//!
//! A folder that holds nothing but our results is exchanged for the new one, which the system does at once (`exchange`).
//! One that holds files of somebody else, or that cannot be exchanged, keeps its place: its files are replaced one by one,
//! from a log that the next command finishes (`redo`).

use std::fs;
use std::path::{Path, PathBuf};

use super::directory::{STAGING, is_folder, sync_all};
use super::folder_error::{FolderError, at};
use super::manifest::Manifest;
use super::{exchange, redo};

/// The folder in which new files are made; it goes with what was not published.
#[derive(Debug)]
pub(super) struct Staging {
    /// Where it is.
    pub path: PathBuf,
}

impl Staging {
    /// Makes a folder whose name nobody can have guessed, for its owner alone.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn make(folder: &Path) -> Result<Self, FolderError> {
        let mut builder = tempfile::Builder::new();
        let tempdir = builder.prefix(STAGING).tempdir_in(folder);
        let path = tempdir.map_err(at(folder))?.keep();
        Ok(Self { path })
    }

    /// Takes over the files of another one.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn take_over(&mut self, other: &Self) -> Result<(), FolderError> {
        fs::remove_dir(&self.path).map_err(at(&self.path))?;
        fs::rename(&other.path, &self.path).map_err(at(&self.path))
    }

    /// Puts what was made, and what the manifest lists besides, in the place of what the folder holds.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn publish(
        &self,
        folder: &Path,
        manifest: &Manifest,
        earlier: Option<&Manifest>,
    ) -> Result<(), FolderError> {
        sync_all(&self.path).map_err(at(&self.path))?;
        if exchange::publish(&self.path, folder, manifest, earlier)? {
            return Ok(());
        }
        redo::publish(&self.path, folder)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Finishes or clears away what a process that was killed has left; the caller has the lock of the folder.
///
/// # Errors
/// The file system's refusal.
pub(super) fn recover(folder: &Path) -> Result<(), FolderError> {
    redo::finish(folder)?;
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(STAGING);
        let path = entry.path();
        if is_ours && is_folder(&path) {
            fs::remove_dir_all(&path).map_err(at(&path))?;
        }
    }
    exchange::settle_earlier(folder)
}
