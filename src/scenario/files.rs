//! What a scenario may read besides its own text: profiles, tables of points and rows of records. The reading of files is
//! handed in, so that scenarios can be parsed where there are none.

use std::io::{self, Read};
use std::path::Path;

use super::error::{Place, ScenarioError};

/// Where the files that a scenario names are read from.
pub trait Files: Send + Sync {
    /// Opens a file; a relative path starts at the folder of the scenario.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;
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
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(std::fs::File::open(path)?))
    }
}

/// Reads a file of the file system as text.
///
/// # Errors
/// The file system's refusal, or the offset at which it stops being UTF-8.
#[cfg(feature = "files")]
pub fn read_text(path: &Path) -> Result<String, ScenarioError> {
    read_text_from(&Disk, path)
}

/// As `read_text`, from other files.
pub(super) fn read_text_from(files: &dyn Files, path: &Path) -> Result<String, ScenarioError> {
    let mut bytes = Vec::new();
    let read = files.open(path).and_then(|mut f| f.read_to_end(&mut bytes));
    read.map_err(|cause| ScenarioError::World {
        path: path.into(),
        cause,
    })?;
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&e.as_bytes()[..valid]).into_owned();
        let place = Place::at(&path.display().to_string(), &before, valid);
        ScenarioError::input(&place, "not UTF-8 text: save the file as UTF-8")
    })
}
