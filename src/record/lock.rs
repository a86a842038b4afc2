//! One writer at a time: the lock of a results folder.

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
    /// Locked until it is closed, also by a kill.
    _file: File,
}

impl Lock {
    /// Takes the lock.
    ///
    /// # Errors
    /// The file system's refusal, or another process that has it.
    pub(super) fn take(folder: &Path) -> Result<Self, FolderError> {
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
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => {
                    hold(&mut file).map_err(at(folder))?;
                    return Ok(Self { path, _file: file });
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
        // While it is still locked: whoever opened it meanwhile sees that it is gone.
        let _ = fs::remove_file(&self.path);
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
fn hold(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())
}

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
        Ok(id) => format!("another process ({id})"),
        Err(_) => "another process".into(),
    };
    io::Error::new(
        io::ErrorKind::ResourceBusy,
        format!("{owner} writes into this folder; wait until it has ended, or give another --out"),
    )
}

/// Whether the file is the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let named = fs::symlink_metadata(path).map(|m| (m.dev(), m.ino()));
    let opened = file.metadata().map(|m| (m.dev(), m.ino()));
    matches!((named, opened), (Ok(named), Ok(opened)) if named == opened)
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
        let other = folder.path().join("precious");
        fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join(LOCK)).unwrap();
        assert!(Lock::take(folder.path()).is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
    }
}
