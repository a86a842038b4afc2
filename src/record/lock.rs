//! One writer at a time, or several shards of a study: the lock of a results folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::folder_error::{FolderError, at};

/// The file that is locked; it holds the number of the process.
pub(super) const LOCK: &str = ".rccsim-lock";

/// Held while a process writes into a folder.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Locked until it is closed, also by a kill. Opened for reading and writing, which file systems of several machines ask
    /// for.
    file: File,
    mode: Mode,
}

/// Whether others may hold a lock at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// Nobody.
    Exclusive,
    /// Shards of a study, which add units and remove nothing.
    Shared,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// The file system's refusal, or another process that has it.
    pub(super) fn take(folder: &Path) -> Result<Self, FolderError> {
        Self::take_as(folder, Mode::Exclusive)
    }

    /// Takes the lock beside other shards.
    ///
    /// # Errors
    /// The file system's refusal, or another process that has it alone.
    pub(super) fn share(folder: &Path) -> Result<Self, FolderError> {
        Self::take_as(folder, Mode::Shared)
    }

    fn take_as(folder: &Path, mode: Mode) -> Result<Self, FolderError> {
        let path = folder.join(LOCK);
        loop {
            if path.is_symlink() {
                let why = format!("{LOCK} is a link to another file");
                return Err(at(folder)(io::Error::new(io::ErrorKind::InvalidInput, why)));
            }
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            follow_no_link(&mut options);
            let mut file = options.open(&path).map_err(at(folder))?;
            let outcome = match mode {
                Mode::Exclusive => file.try_lock(),
                Mode::Shared => file.try_lock_shared(),
            };
            match outcome {
                Ok(()) if is_at(&file, &path) => {
                    hold(&mut file, mode).map_err(at(folder))?;
                    return Ok(Self { path, file, mode });
                }
                // The last holder took the file away in between.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(at(folder)(busy(&mut file))),
                Err(TryLockError::Error(cause)) => return Err(at(folder)(cause)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still locked: whoever opened it meanwhile sees that it is gone. Where other shards have it, it stays.
        let is_last = self.mode == Mode::Exclusive
            || (self.file.unlock().is_ok() && self.file.try_lock().is_ok());
        if is_last && is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Between the look and the opening, somebody may put a link there.
#[cfg(unix)]
fn follow_no_link(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
}

#[cfg(not(unix))]
fn follow_no_link(_: &mut OpenOptions) {}

/// Writes down who holds the lock.
fn hold(file: &mut File, mode: Mode) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    match mode {
        Mode::Exclusive => write!(file, "{}", std::process::id()),
        Mode::Shared => write!(file, "{SHARDS}"),
    }
}

/// Whoever holds the lock where several do.
const SHARDS: &str = "shards";

/// Who holds the lock.
fn busy(file: &mut File) -> io::Error {
    let mut holder = String::new();
    // Who has just taken it may not have said so yet.
    for _ in 0..50 {
        let read = file
            .rewind()
            .and_then(|()| file.read_to_string(&mut holder));
        if read.is_err() || !holder.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let owner = match holder.parse::<u32>() {
        Ok(id) => format!("another process ({id}) writes"),
        Err(_) if holder == SHARDS => "shards of a study (--shard) write".into(),
        Err(_) => "another process writes".into(),
    };
    io::Error::new(
        io::ErrorKind::ResourceBusy,
        format!("{owner} into this folder; wait until it has ended, or give another --out"),
    )
}

/// Whether the file is the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = fs::symlink_metadata(path).map(|m| (m.dev(), m.ino()));
    let opened = file.metadata().map(|m| (m.dev(), m.ino()));
    matches!((identity, opened), (Ok(named), Ok(opened)) if named == opened)
}

/// Where a file that is open keeps its name.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        let holder = format!("another process ({}) writes into", std::process::id());
        assert!(refused.contains(&holder), "{refused}");
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn shards_share_a_folder_and_nobody_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::share(folder.path()).unwrap();
        let second = Lock::share(folder.path()).unwrap();
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("shards of a study"), "{refused}");
        drop(first);
        assert!(
            Lock::take(folder.path()).is_err(),
            "the second one is there"
        );
        drop(second);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let lock = Lock::take(folder.path()).unwrap();
        assert!(Lock::share(folder.path()).is_err());
        drop(lock);
    }

    #[test]
    fn what_a_killed_process_left_does_not_hold() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LOCK), "123456789").unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let holder = fs::read_to_string(&lock.path).unwrap();
        assert_eq!(holder, std::process::id().to_string());
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("precious");
        fs::write(&file, "mine").unwrap();
        std::os::unix::fs::symlink(&file, folder.path().join(LOCK)).unwrap();
        assert!(Lock::take(folder.path()).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }
}
