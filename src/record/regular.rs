//! Files that end: a folder of somebody else may hold a pipe, a device or a folder in the place of a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Opens a file to read it.
///
/// # Errors
/// The file system's refusal; it is no regular file.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        let why = "not a regular file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    File::open(path)
}

/// Reads a file of so many bytes at most.
///
/// # Errors
/// The file system's refusal; it is no regular file, or longer.
pub(super) fn read_regular(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let why = format!("longer than {limit} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(bytes)
}
