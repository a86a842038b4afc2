//! A failure of the file system, with its place.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the file system.
#[derive(thiserror::Error, Debug)]
#[error("{}: {}", path.display(), crate::refusal::refusal_text(cause))]
pub struct FolderError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

/// The failure at that place.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_path_buf();
    |cause| FolderError { path, cause }
}
