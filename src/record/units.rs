//! Finished units of a study, each a file of its own, so that an interrupted study goes on where it stopped.
//!
//! A unit is one replication of one point; where its groups are large, each group of it is a unit too, until the
//! replication is complete. Its file begins with a line that says of what it is (version, scenario, seed, replication,
//! group, shape of the figures), holds the samples bit for bit and ends in a BLAKE3 digest of all before. It is written
//! under a temporary name, synced and renamed. A file whose line is not the one expected was made by another version or
//! for another scenario, or was put in the place of another; one whose digest is wrong is torn, cut or was edited. Both
//! are as good as absent.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::folder::FolderError;
use crate::measure::Sample;
use crate::study::Observation;

/// The version of the file's shape.
const SCHEMA: &str = "rccsim.unit/1";
const PARTIAL: &str = ".partial-";
const LOCK: &str = "lock";
const DIGEST: usize = 32;

/// Which unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitName {
    /// Hash of everything that decides the point's result but the seed.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// The replication, counted from 0.
    pub replication: u32,
    /// Which of the plan's groups, counted from 0; `None`: the whole replication.
    pub group: Option<usize>,
}

impl UnitName {
    /// The name of its file.
    pub fn file(&self) -> String {
        let group = self
            .group
            .map_or(String::new(), |group| format!("-group-{}", group + 1));
        format!(
            "{}-{}-{}{group}.unit",
            self.scenario_hash,
            self.seed,
            self.replication + 1
        )
    }

    /// What the file begins with.
    fn line(&self, shape: &str) -> String {
        let UnitName {
            scenario_hash,
            seed,
            replication,
            group,
        } = self;
        let group = group.map_or(String::new(), |group| format!(" group {}", group + 1));
        format!(
            "{SCHEMA} version {} scenario {scenario_hash} seed {seed} replication {}{group} figures {shape}\n",
            super::VERSION,
            replication + 1
        )
    }
}

/// What is found of a unit.
#[derive(Clone, PartialEq, Debug)]
pub enum Found<T> {
    /// It is there, whole and the right one.
    Valid(T),
    /// There is none.
    Missing,
    /// What is there is no use, and why.
    Unusable(&'static str),
}

/// The folder of the finished units. While it is open, no other process can open it.
#[derive(Debug)]
pub struct Units {
    path: PathBuf,
    shape: String,
    lock: File,
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_path_buf();
    |cause| FolderError { path, cause }
}

impl Units {
    /// Opens the folder, or makes it, and clears away what was being written when an earlier process ended.
    ///
    /// # Errors
    /// The file system's refusal, or another process that is at work there.
    pub fn open(path: &Path) -> Result<Units, FolderError> {
        fs::create_dir_all(path).map_err(at(path))?;
        let name = path.join(LOCK);
        let lock = File::create(&name).map_err(at(&name))?;
        lock.try_lock().map_err(|e| {
            at(path)(match e {
                TryLockError::WouldBlock => io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another process works on this study",
                ),
                TryLockError::Error(cause) => cause,
            })
        })?;
        for entry in fs::read_dir(path).map_err(at(path))? {
            let name = entry.map_err(at(path))?.path();
            if name
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with(PARTIAL))
            {
                fs::remove_file(&name).map_err(at(&name))?;
            }
        }
        Ok(Units {
            path: path.into(),
            shape: shape(),
            lock,
        })
    }

    /// Looks for the unit of a replication.
    ///
    /// # Errors
    /// The file system refuses to read what is there.
    pub fn read(&self, name: &UnitName) -> Result<Found<Observation>, FolderError> {
        Ok(match self.read_bytes(name)? {
            Found::Valid(body) => decode(&body).map_or(Found::Unusable("unreadable"), Found::Valid),
            Found::Missing => Found::Missing,
            Found::Unusable(why) => Found::Unusable(why),
        })
    }

    /// Looks for a unit, and what it holds.
    ///
    /// # Errors
    /// The file system refuses to read what is there.
    pub fn read_bytes(&self, name: &UnitName) -> Result<Found<Vec<u8>>, FolderError> {
        let path = self.path.join(name.file());
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
            Err(e) => return Err(at(&path)(e)),
        };
        let Some((content, digest)) = bytes.split_last_chunk::<DIGEST>() else {
            return Ok(Found::Unusable("cut short"));
        };
        if blake3::hash(content).as_bytes() != digest {
            return Ok(Found::Unusable("torn or edited"));
        }
        let Some(body) = content.strip_prefix(name.line(&self.shape).as_bytes()) else {
            return Ok(Found::Unusable("of another unit, scenario or version"));
        };
        Ok(Found::Valid(body.to_vec()))
    }

    /// Writes the unit of a replication.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn write(&self, name: &UnitName, observation: &Observation) -> Result<(), FolderError> {
        let mut body = Vec::new();
        encode(observation, &mut body);
        self.write_bytes(name, &body)
    }

    /// Writes a unit.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn write_bytes(&self, name: &UnitName, body: &[u8]) -> Result<(), FolderError> {
        let mut bytes = name.line(&self.shape).into_bytes();
        bytes.extend_from_slice(body);
        let digest = *blake3::hash(&bytes).as_bytes();
        bytes.extend_from_slice(&digest);
        let path = self.path.join(name.file());
        let partial = self.path.join(format!("{PARTIAL}{}", name.file()));
        let written = File::create(&partial).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written.map_err(at(&partial))?;
        fs::rename(&partial, &path).map_err(at(&path))
    }

    /// Removes a unit that is part of a greater one, where there is one.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn forget(&self, name: &UnitName) -> Result<(), FolderError> {
        let path = self.path.join(name.file());
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at(&path)(e)),
            _ => Ok(()),
        }
    }

    /// Removes the folder with every unit: their study is published.
    ///
    /// # Errors
    /// The file system's refusal.
    pub fn remove(self) -> Result<(), FolderError> {
        let removed = fs::remove_dir_all(&self.path).map_err(at(&self.path));
        drop(self.lock);
        removed
    }
}

/// A hash of the names of all figures: units of a program that measures something else do not fit.
fn shape() -> String {
    let mut hasher = blake3::Hasher::new();
    for column in crate::study::columns() {
        hasher.update(format!("{} {:?}\n", column.metric.name, column.cause).as_bytes());
    }
    hasher.finalize().to_hex()[..16].into()
}

fn encode(observation: &Observation, out: &mut Vec<u8>) {
    let mut word = |w: u64| out.extend_from_slice(&w.to_le_bytes());
    word(observation.fingerprint);
    word(observation.events);
    word(observation.values.len() as u64);
    for scope in &observation.values {
        word(scope.len() as u64);
        for sample in scope {
            let (tag, first, second) = match *sample {
                Sample::Absent => (0, 0, 0),
                Sample::Count(n) => (1, n, 0),
                Sample::Ratio(above, below) => (2, above.to_bits(), below.to_bits()),
                Sample::Value(x) => (3, x.to_bits(), 0),
                Sample::Beyond(x) => (4, x.to_bits(), 0),
            };
            [tag, first, second].into_iter().for_each(&mut word);
        }
    }
}

fn decode(bytes: &[u8]) -> Option<Observation> {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut words = words.iter().map(|w| u64::from_le_bytes(*w));
    let mut word = || words.next();
    let (fingerprint, events, scopes) = (word()?, word()?, word()?);
    let mut values = Vec::new();
    for _ in 0..scopes {
        let columns = word()?;
        let mut scope = Vec::new();
        for _ in 0..columns {
            let (tag, first, second) = (word()?, word()?, word()?);
            scope.push(match tag {
                0 => Sample::Absent,
                1 => Sample::Count(first),
                2 => Sample::Ratio(f64::from_bits(first), f64::from_bits(second)),
                3 => Sample::Value(f64::from_bits(first)),
                4 => Sample::Beyond(f64::from_bits(first)),
                _ => return None,
            });
        }
        values.push(scope);
    }
    (rest.is_empty() && word().is_none()).then_some(Observation {
        values,
        fingerprint,
        events,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(replication: u32) -> UnitName {
        UnitName {
            scenario_hash: "abc".into(),
            seed: 1,
            replication,
            group: None,
        }
    }

    fn observation() -> Observation {
        let all = vec![
            Sample::Absent,
            Sample::Count(u64::MAX),
            Sample::Ratio(0.1 + 0.2, 1e-300),
        ];
        let group = vec![Sample::Value(-0.0), Sample::Beyond(f64::MAX)];
        Observation {
            values: vec![all, group],
            fingerprint: 0x0123_4567_89ab_cdef,
            events: 7,
        }
    }

    #[test]
    fn a_unit_comes_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let units = Units::open(folder.path()).unwrap();
        assert_eq!(units.read(&name(0)).unwrap(), Found::Missing);
        units.write(&name(0), &observation()).unwrap();
        let Found::Valid(read) = units.read(&name(0)).unwrap() else {
            panic!("not valid")
        };
        assert_eq!(
            format!("{read:?}"),
            format!("{:?}", observation()),
            "the sign of zero too"
        );
    }

    #[test]
    fn torn_cut_swapped_and_edited_units_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let units = Units::open(folder.path()).unwrap();
        [0, 1]
            .into_iter()
            .for_each(|n| units.write(&name(n), &observation()).unwrap());
        let path = |n| folder.path().join(name(n).file());
        let whole = fs::read(path(0)).unwrap();
        let found = |bytes: &[u8]| {
            fs::write(path(0), bytes).unwrap();
            units.read(&name(0)).unwrap()
        };
        for length in [0, 10, 31, 32, 100, whole.len() - 1] {
            assert!(
                matches!(found(&whole[..length]), Found::Unusable(_)),
                "cut to {length}"
            );
        }
        for place in 0..whole.len() {
            let mut edited = whole.clone();
            edited[place] ^= 1;
            assert_eq!(
                found(&edited),
                Found::Unusable("torn or edited"),
                "byte {place}"
            );
        }
        assert!(matches!(
            found(&[&whole[..], b"x"].concat()),
            Found::Unusable(_)
        ));
        let other = fs::read(path(1)).unwrap();
        assert_eq!(
            found(&other),
            Found::Unusable("of another unit, scenario or version")
        );
        assert!(matches!(found(&whole), Found::Valid(_)));
    }

    #[test]
    fn a_group_is_not_its_replication_nor_another_group() {
        let folder = tempfile::tempdir().unwrap();
        let units = Units::open(folder.path()).unwrap();
        let group = |group| UnitName {
            group: Some(group),
            ..name(0)
        };
        units.write_bytes(&group(0), b"counts").unwrap();
        assert_eq!(
            units.read_bytes(&group(0)).unwrap(),
            Found::Valid(b"counts".to_vec())
        );
        assert_eq!(units.read(&name(0)).unwrap(), Found::Missing);
        for other in [group(1), name(0)] {
            fs::copy(
                folder.path().join(group(0).file()),
                folder.path().join(other.file()),
            )
            .unwrap();
            let found = units.read_bytes(&other).unwrap();
            assert_eq!(
                found,
                Found::Unusable("of another unit, scenario or version")
            );
        }
        units.forget(&group(0)).unwrap();
        units.forget(&group(0)).unwrap();
        assert_eq!(units.read_bytes(&group(0)).unwrap(), Found::Missing);
    }

    #[test]
    fn one_process_at_a_time_and_nothing_half_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let partial = folder.path().join(".partial-x.unit");
        fs::write(&partial, "half").unwrap();
        let units = Units::open(folder.path()).unwrap();
        assert!(!partial.exists());
        assert!(
            Units::open(folder.path())
                .unwrap_err()
                .to_string()
                .contains("another process")
        );
        units.remove().unwrap();
        assert!(!folder.path().exists());
    }
}
