//! Folders as the file system has them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What the name of a staging folder begins with. It lies in the results folder.
pub(super) const STAGING: &str = ".rccsim-new-";

/// Whether there is a folder, not a link to one.
pub(super) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.is_dir())
}

/// Sees that the names in a folder are on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Sees that the names in a folder, and in those below, are on the disk.
pub(super) fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        }
    }
    sync(folder)
}
