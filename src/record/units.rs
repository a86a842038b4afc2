//! Finished units of a study, each a file of its own, so that an interrupted study goes on where it stopped.
//!
//! A unit's file begins with a header that says of what it is (version, scenario, seed, replication, group, shape of the
//! figures) and ends in a BLAKE3 digest of all before. It is written under a temporary name, synced and renamed. A file
//! whose header is not the one expected was made by another version or for another scenario, or was put in the place of
//! another; one whose digest is wrong is torn, cut or was edited. Both are as good as absent.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::directory::is_folder;
use super::folder_error::{FolderError, at};
use super::regular::read_regular;

const PARTIAL: &str = ".partial-";
/// What the name of a unit ends with.
const UNIT: &str = ".unit";
/// What says that the folder is ours.
const MARKER: &str = "rccsim-units";
const DIGEST: usize = 32;

/// What is found of a unit.
#[derive(Clone, PartialEq, Debug)]
pub enum UnitState<T> {
    /// It is there, whole and the right one.
    Valid(T),
    /// There is none.
    Missing,
    /// What is there is no use, and why.
    Unusable(&'static str),
}

/// The folder of the finished units. It lies in a results folder that is locked while it is open.
#[derive(Debug)]
pub struct Units {
    path: PathBuf,
}

impl Units {
    /// Opens the folder, or makes it, and clears away what was being written when an earlier process ended.
    ///
    /// # Errors
    /// The file system's refusal, or a folder of that name that somebody else made.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let refuse = |why: &str| {
            let why = format!("{why}; move it, or give another --out");
            Err(at(path)(io::Error::new(io::ErrorKind::AlreadyExists, why)))
        };
        if fs::symlink_metadata(path).is_err() {
            fs::create_dir_all(path).map_err(at(path))?;
        } else if !is_folder(path) {
            return refuse("it is no folder of finished units");
        }
        let units = Self { path: path.into() };
        let names = units.names()?;
        if !Self::is_at(path) {
            if !names.is_empty() {
                return refuse("it holds files that are no finished units");
            }
            let marker = path.join(MARKER);
            File::create_new(&marker).map_err(at(&marker))?;
        }
        for name in names.iter().filter(|name| name.starts_with(PARTIAL)) {
            units.forget(name)?;
        }
        Ok(units)
    }

    /// Whether there is a folder of units that we made.
    pub(super) fn is_at(path: &Path) -> bool {
        let marker = fs::symlink_metadata(path.join(MARKER));
        is_folder(path) && marker.is_ok_and(|marker| marker.is_file())
    }

    /// The names of what is there.
    fn names(&self) -> Result<Vec<String>, FolderError> {
        let entries = fs::read_dir(&self.path).map_err(at(&self.path))?;
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let names = entries.map(|entry| entry.map(name));
        names.collect::<Result<_, _>>().map_err(at(&self.path))
    }

    /// Looks for a unit, and what it holds.
    ///
    /// # Errors
    /// The file system refuses to read what is there.
    pub fn read(&self, file: &str, header: &str) -> Result<UnitState<Vec<u8>>, FolderError> {
        let path = self.path.join(file);
        let bytes = match read_regular(&path, u64::MAX) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(UnitState::Missing),
            Err(e) => return Err(at(&path)(e)),
        };
        let Some((content, digest)) = bytes.split_last_chunk::<DIGEST>() else {
            return Ok(UnitState::Unusable("cut short"));
        };
        if blake3::hash(content).as_bytes() != digest {
            return Ok(UnitState::Unusable("torn or edited"));
        }
        let Some(body) = content.strip_prefix(header.as_bytes()) else {
            return Ok(UnitState::Unusable("of another unit, scenario or version"));
        };
        Ok(UnitState::Valid(body.to_vec()))
    }

    /// Writes a unit.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn write(&self, file: &str, header: &str, body: &[u8]) -> Result<(), FolderError> {
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend_from_slice(body);
        let digest = *blake3::hash(&bytes).as_bytes();
        bytes.extend_from_slice(&digest);
        let path = self.path.join(file);
        // A random name that nothing has yet: no link is followed.
        let mut builder = tempfile::Builder::new();
        let builder = builder.prefix(PARTIAL).suffix(file);
        let made = builder.tempfile_in(&self.path).map_err(at(&path))?;
        let (mut file, partial) = made.keep().map_err(|e| at(&path)(e.error))?;
        let written = file.write_all(&bytes).and_then(|()| file.sync_all());
        written.map_err(at(&partial))?;
        fs::rename(&partial, &path).map_err(at(&path))
    }

    /// Removes a unit that is part of a greater one, where there is one.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn forget(&self, file: &str) -> Result<(), FolderError> {
        let path = self.path.join(file);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at(&path)(e)),
            _ => Ok(()),
        }
    }

    /// Removes every unit and then the folder, unless somebody put other files there: their study is published.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn remove(&self) -> Result<(), FolderError> {
        let names = self.names()?;
        let is_ours = |name: &&String| name.ends_with(UNIT) || name.starts_with(PARTIAL);
        names
            .iter()
            .filter(is_ours)
            .try_for_each(|name| self.forget(name))?;
        self.forget(MARKER)?;
        match fs::remove_dir(&self.path) {
            Err(e) if e.kind() != io::ErrorKind::DirectoryNotEmpty => Err(at(&self.path)(e)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: (&str, &str) = ("abc-1-1.unit", "scenario abc replication 1\n");
    const OTHER: (&str, &str) = ("abc-1-2.unit", "scenario abc replication 2\n");
    const BODY: &[u8] = b"counts";

    #[test]
    fn a_unit_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let units = Units::open(folder.path()).unwrap();
        assert_eq!(units.read(ONE.0, ONE.1).unwrap(), UnitState::Missing);
        units.write(ONE.0, ONE.1, BODY).unwrap();
        let read = units.read(ONE.0, ONE.1).unwrap();
        assert_eq!(read, UnitState::Valid(BODY.to_vec()));
        units.forget(ONE.0).unwrap();
        units.forget(ONE.0).unwrap();
        assert_eq!(units.read(ONE.0, ONE.1).unwrap(), UnitState::Missing);
    }

    #[test]
    fn torn_cut_swapped_and_edited_units_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let units = Units::open(folder.path()).unwrap();
        for (file, header) in [ONE, OTHER] {
            units.write(file, header, BODY).unwrap();
        }
        let whole = fs::read(folder.path().join(ONE.0)).unwrap();
        let reading = |bytes: &[u8]| {
            fs::write(folder.path().join(ONE.0), bytes).unwrap();
            units.read(ONE.0, ONE.1).unwrap()
        };
        for length in [0, 10, 31, 32, 40, whole.len() - 1] {
            assert!(
                matches!(reading(&whole[..length]), UnitState::Unusable(_)),
                "cut to {length}"
            );
        }
        for place in 0..whole.len() {
            let mut edited = whole.clone();
            edited[place] ^= 1;
            assert_eq!(
                reading(&edited),
                UnitState::Unusable("torn or edited"),
                "byte {place}"
            );
        }
        assert!(matches!(
            reading(&[&whole[..], b"x"].concat()),
            UnitState::Unusable(_)
        ));
        let other = fs::read(folder.path().join(OTHER.0)).unwrap();
        assert_eq!(
            reading(&other),
            UnitState::Unusable("of another unit, scenario or version")
        );
        assert!(matches!(reading(&whole), UnitState::Valid(_)));
    }

    #[test]
    fn nothing_half_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("units");
        Units::open(&path).unwrap();
        let partial = path.join(".partial-x.unit");
        fs::write(&partial, "half").unwrap();
        let units = Units::open(&path).unwrap();
        assert!(!partial.exists());
        units.write(ONE.0, ONE.1, BODY).unwrap();
        units.remove().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn what_somebody_else_made_stays() {
        let folder = tempfile::tempdir().unwrap();
        let thesis = folder.path().join("thesis.txt");
        fs::write(&thesis, "precious").unwrap();
        let refused = Units::open(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("no finished units"), "{refused}");
        fs::remove_file(&thesis).unwrap();
        let units = Units::open(folder.path()).unwrap();
        fs::write(&thesis, "precious").unwrap();
        units.write(ONE.0, ONE.1, BODY).unwrap();
        units.remove().unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "precious");
    }
}
