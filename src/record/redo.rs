//! Publishing in place, file by file: from a log that whoever comes next finishes.
//!
//! The new files and their manifest lie in a folder of the results folder. One rename makes it the log: from then on the new
//! results hold. The old manifest goes into the log, old files are removed, the new ones get their names, and the new
//! manifest comes last; so a folder with files of both has no manifest, and the next command that reads or writes it
//! finishes the log first.

use std::fs;
use std::io;
use std::path::Path;

use super::directory::{is_folder, remove_result, sync};
use super::folder_error::{FolderError, at};
use super::lock::Lock;
use super::manifest::{MANIFEST, inside, read_manifest, read_manifest_file};

/// The folder that is the log.
pub(super) const LOG: &str = ".rccsim-publish";
/// The manifest of the old results, in the log.
const EARLIER: &str = ".earlier.json";

/// Makes a staged folder the log, and finishes it.
///
/// # Errors
/// The file system's refusal.
pub(super) fn publish(staged: &Path, folder: &Path) -> Result<(), FolderError> {
    let log = folder.join(LOG);
    fs::rename(staged, &log).map_err(at(&log))?;
    sync(folder).map_err(at(folder))?;
    finish(folder)
}

/// Finishes the log of a folder that nobody writes, where there is one.
///
/// # Errors
/// The file system's refusal, or another process that writes there.
pub(super) fn finish_locked(folder: &Path) -> Result<(), FolderError> {
    if !is_folder(&folder.join(LOG)) {
        return Ok(());
    }
    let _lock = Lock::take(folder)?;
    finish(folder)
}

/// Finishes the log of a folder, where there is one; the caller has the lock.
///
/// # Errors
/// The file system's refusal.
pub(super) fn finish(folder: &Path) -> Result<(), FolderError> {
    let log = folder.join(LOG);
    if !is_folder(&log) {
        return Ok(());
    }
    name_all(&log, folder).map_err(at(folder))?;
    clear(&log).map_err(at(&log))
}

/// Gives every file of the log its name. Begun again, it goes on.
fn name_all(log: &Path, folder: &Path) -> io::Result<()> {
    let Some(manifest) = read_manifest(log) else {
        return Ok(()); // it has its name already, as the last of all
    };
    let listed = folder.join(MANIFEST);
    if fs::symlink_metadata(&listed).is_ok() {
        fs::rename(&listed, log.join(EARLIER))?;
        sync(folder)?;
    }
    let earlier = read_manifest_file(&log.join(EARLIER)).unwrap_or_default();
    let stale = earlier.files.keys();
    for name in stale.filter(|name| !manifest.files.contains_key(*name)) {
        if let Some(path) = inside(folder, name) {
            remove_result(&path, folder)?;
        }
    }
    for name in manifest.files.keys() {
        let (Some(from), Some(to)) = (inside(log, name), inside(folder, name)) else {
            continue;
        };
        if fs::symlink_metadata(&from).is_err() {
            continue; // an earlier process named it, or it stays as it is
        }
        let parent = to.parent().unwrap_or(folder);
        fs::create_dir_all(parent)?;
        fs::rename(&from, &to)?;
        // Two names of one file stay two.
        let _ = fs::remove_file(&from);
        if parent != folder {
            sync(parent)?;
        }
    }
    sync(folder)?;
    fs::rename(log.join(MANIFEST), &listed)?;
    sync(folder)
}

/// Removes the log, in which only empty folders, the old manifest and the link of a lock are left.
fn clear(log: &Path) -> io::Result<()> {
    for entry in fs::read_dir(log)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if is_folder(&path) {
            fs::remove_dir(&path)?;
        } else if name == EARLIER || name == super::lock::LOCK {
            fs::remove_file(&path)?;
        }
    }
    fs::remove_dir(log)
}
