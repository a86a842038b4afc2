//! What a scenario may read besides its own text: profiles, tables of points and rows of records. The reading of files is
//! handed in, so that scenarios can be parsed where there are none.

use std::io::{self, Read};
use std::path::Path;

use super::error::{Place, ScenarioError, nearest};

/// Where the files that a scenario names are read from.
pub trait Files: Send + Sync {
    /// Opens a file; a relative path starts at the folder of the scenario.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;

    /// The names of what lies in a folder, in any order; none where they are not known.
    fn names(&self, _folder: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// `; did you mean …` with the name in the folder of `path` that is nearest to that of `path`; empty where none is near.
/// Only names that `may_be` takes count.
pub(crate) fn near_name(files: &dyn Files, path: &Path, may_be: impl Fn(&str) -> bool) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut names = files.names(path.parent().unwrap_or(Path::new("")));
    names.retain(|name| may_be(name));
    names.sort();
    nearest(&name, names.iter().map(String::as_str))
}

/// No files: a scenario that names one is refused.
#[derive(Clone, Copy, Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn open(&self, _: &Path) -> io::Result<Box<dyn Read>> {
        let message = "no files can be read here";
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }
}

/// The file system.
#[cfg(feature = "files")]
#[derive(Clone, Copy, Debug)]
pub struct Disk;

#[cfg(feature = "files")]
impl Files for Disk {
    /// Only regular files: a pipe could wait for ever, a device never end.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        if !std::fs::metadata(path)?.is_file() {
            let message = "not a regular file: a folder, a pipe or a device cannot be read here";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Box::new(std::fs::File::open(path)?))
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let is_here = folder.as_os_str().is_empty();
        let folder = if is_here { Path::new(".") } else { folder };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.collect()
    }
}

/// A text is no longer than this: a scenario of 20,000 client groups has 1 MB.
const TEXT_MOST: u64 = 16 << 20;

/// Reads a scenario of the file system as text; it may be a pipe.
///
/// # Errors
/// The file system's refusal, more than 16 MB, or the place at which it stops being UTF-8.
#[cfg(feature = "files")]
pub(super) fn read_text(path: &Path) -> Result<String, ScenarioError> {
    let opened = std::fs::File::open(path);
    text_of(path, opened.map(|file| Box::new(file) as Box<dyn Read>))
}

/// The text of a file that a scenario names. Of one that is not there the message names the nearest of its kind.
pub(super) fn read_text_from(files: &dyn Files, path: &Path) -> Result<String, ScenarioError> {
    let opened = files.open(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => {
            let near = near_name(files, path, |name| {
                Path::new(name).extension() == path.extension()
            });
            let message = format!("there is no such file or folder{near}");
            io::Error::new(io::ErrorKind::NotFound, message)
        }
        _ => cause,
    });
    text_of(path, opened)
}

fn text_of(path: &Path, opened: io::Result<Box<dyn Read>>) -> Result<String, ScenarioError> {
    let mut bytes = Vec::new();
    let read = opened.and_then(|file| file.take(TEXT_MOST + 1).read_to_end(&mut bytes));
    read.map_err(|cause| ScenarioError::World {
        path: path.into(),
        cause,
    })?;
    if bytes.len() as u64 > TEXT_MOST {
        let place = Place::file_only(&path.display().to_string());
        let message = format!("longer than {} MB: this is no such text", TEXT_MOST >> 20);
        return Err(ScenarioError::input(&place, message));
    }
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&e.as_bytes()[..valid]).into_owned();
        let place = Place::at(&path.display().to_string(), &before, valid);
        ScenarioError::input(&place, "not UTF-8 text: save the file as UTF-8")
    })
}
