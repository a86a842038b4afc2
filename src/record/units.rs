//! Finished units of a study, each a file of its own, so that an interrupted study goes on where it stopped.
//!
//! A unit's file begins with a header that says of what it is (version, scenario, seed, replication, group, shape of the
//! figures) and ends in a BLAKE3 digest of all before. It is written under a temporary name and renamed; units are synced together, once a second. A file
//! whose header is not the one expected was made by another version or for another scenario, or was put in the place of
//! another; one whose digest is wrong is torn, cut or was edited. Both are as good as absent.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::directory::is_folder;
use super::folder_error::{FolderError, at};
use super::lock::Lock;
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
    /// Of a shard, which holds the folder's lock beside other shards: until it is done.
    _lock: Option<Lock>,
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
        let units = Self {
            path: path.into(),
            _lock: None,
        };
        let names = units.names()?;
        // A process that was killed may have left the marker under its temporary name.
        let is_foreign = |name: &String| !name.starts_with(PARTIAL);
        if !Self::is_at(path) && names.iter().any(is_foreign) {
            return refuse("it holds files that are no finished units");
        }
        // Units of another build are no use to this one, and each is told as such.
        units.mark()?;
        for name in names.iter().filter(|name| name.starts_with(PARTIAL)) {
            units.forget(name)?;
        }
        Ok(units)
    }

    /// Opens the folder to read it alone: nothing is made and nothing cleared away. `None`: there is none.
    pub fn look(path: &Path) -> Option<Self> {
        Self::is_at(path).then(|| Self {
            path: path.into(),
            _lock: None,
        })
    }

    /// Opens the folder beside other shards of the same study: nothing in it is cleared away.
    ///
    /// # Errors
    /// The file system's refusal, a process that writes there alone, or units of another build of the program.
    pub fn share(results: &Path, name: &str) -> Result<Self, FolderError> {
        fs::create_dir_all(results).map_err(at(results))?;
        let lock = Lock::share(results)?;
        let path = results.join(name);
        let is_new = match fs::create_dir(&path) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => false,
            Err(e) => return Err(at(&path)(e)),
        };
        let units = Self {
            path,
            _lock: Some(lock),
        };
        if is_new {
            units.mark()?;
        }
        let builder = units.builder()?;
        if builder != crate::version::IDENTITY {
            let why = format!(
                "its units are made by {builder:?}, this is {:?}: two builds do not mix; give another --out, or let the other build publish them",
                crate::version::IDENTITY
            );
            return Err(at(&units.path)(io::Error::new(
                io::ErrorKind::AlreadyExists,
                why,
            )));
        }
        Ok(units)
    }

    /// Marks the folder as ours, and as this build's.
    fn mark(&self) -> Result<(), FolderError> {
        let marker = self.path.join(MARKER);
        let partial = self
            .path
            .join(format!("{PARTIAL}{MARKER}-{}", std::process::id()));
        let result = fs::write(&partial, crate::version::IDENTITY);
        result
            .and_then(|()| fs::rename(&partial, &marker))
            .map_err(at(&marker))
    }

    /// Which build made the units; another shard may be about to say so.
    fn builder(&self) -> Result<String, FolderError> {
        let marker = self.path.join(MARKER);
        for _ in 0..500 {
            match fs::read_to_string(&marker) {
                Ok(builder) => return Ok(builder),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                }
                Err(e) => return Err(at(&marker)(e)),
            }
        }
        // Who made the folder was killed before it said so.
        if self.names()?.iter().all(|name| name.starts_with(PARTIAL)) {
            self.mark()?;
            return Ok(crate::version::IDENTITY.into());
        }
        let why = "it is no folder of finished units; move it, or give another --out";
        Err(at(&self.path)(io::Error::new(
            io::ErrorKind::AlreadyExists,
            why,
        )))
    }

    /// Whether there is a folder of units that we made.
    pub fn is_at(path: &Path) -> bool {
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

    /// Writes a unit. It outlives the process; a loss of power it outlives once it is [synced](Self::sync). One that is torn
    /// by that is noticed by its digest.
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
        let prefix = format!("{PARTIAL}{}-", *WRITER);
        let builder = builder.prefix(&prefix).suffix(file);
        let partial_file = builder.tempfile_in(&self.path).map_err(at(&path))?;
        let (mut file, partial) = partial_file.keep().map_err(|e| at(&path)(e.error))?;
        file.write_all(&bytes).map_err(at(&partial))?;
        fs::rename(&partial, &path).map_err(at(&path))?;
        Ok(())
    }

    /// Makes all units that were written outlive a loss of power: small ones together, since each call may wait for the disk.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn sync(&self) -> Result<(), FolderError> {
        let marker = self.path.join(MARKER);
        let synced = File::open(&marker).and_then(|file| sync_all(&file, &self.path));
        synced.map_err(at(&marker))
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

    /// Removes the units that are ours by their names, and the folder where nothing else is in it: their study is published.
    /// How many others stay, which another study may need.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn remove(&self, is_ours: impl Fn(&str) -> bool) -> Result<usize, FolderError> {
        let mut foreign = 0;
        for name in self.names()? {
            let is_unit = name.ends_with(UNIT);
            if name.starts_with(PARTIAL) || is_unit && is_ours(&name) {
                self.forget(&name)?;
            } else if is_unit {
                foreign += 1;
            }
        }
        if foreign > 0 {
            return Ok(foreign);
        }
        self.forget(MARKER)?;
        match fs::remove_dir(&self.path) {
            Err(e) if e.kind() != io::ErrorKind::DirectoryNotEmpty => Err(at(&self.path)(e)),
            _ => Ok(0),
        }
    }
}

/// The machine and the process that write, for whoever finds what one of them left.
static WRITER: LazyLock<String> = LazyLock::new(|| {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = (host.trim().chars())
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(40)
        .collect();
    format!("{host}-{}", std::process::id())
});

/// Makes everything that was written to the file system of that file outlive a loss of power.
#[cfg(target_os = "linux")]
fn sync_all(file: &File, _: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(file)?)
}

/// The same, file by file, where the system has no call for all of them.
#[cfg(not(target_os = "linux"))]
fn sync_all(_: &File, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::open(entry?.path())?.sync_all()?;
    }
    Ok(())
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
        let content = fs::read(folder.path().join(ONE.0)).unwrap();
        let reading = |bytes: &[u8]| {
            fs::write(folder.path().join(ONE.0), bytes).unwrap();
            units.read(ONE.0, ONE.1).unwrap()
        };
        for length in [0, 10, 31, 32, 40, content.len() - 1] {
            assert!(
                matches!(reading(&content[..length]), UnitState::Unusable(_)),
                "cut to {length}"
            );
        }
        for place in 0..content.len() {
            let mut edited = content.clone();
            edited[place] ^= 1;
            assert_eq!(
                reading(&edited),
                UnitState::Unusable("torn or edited"),
                "byte {place}"
            );
        }
        assert!(matches!(
            reading(&[&content[..], b"x"].concat()),
            UnitState::Unusable(_)
        ));
        let other_bytes = fs::read(folder.path().join(OTHER.0)).unwrap();
        assert_eq!(
            reading(&other_bytes),
            UnitState::Unusable("of another unit, scenario or version")
        );
        assert!(matches!(reading(&content), UnitState::Valid(_)));
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
        units.write(OTHER.0, OTHER.1, BODY).unwrap();
        assert_eq!(units.remove(|name| name == ONE.0).unwrap(), 1);
        assert_eq!(units.read(ONE.0, ONE.1).unwrap(), UnitState::Missing);
        assert_eq!(units.remove(|_| true).unwrap(), 0);
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
        assert_eq!(units.remove(|_| true).unwrap(), 0);
        let entries: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(entries.len(), 1);
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "precious");
    }
}
