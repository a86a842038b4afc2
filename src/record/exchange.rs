//! Publishing by one step of the file system: the folder of the new results and the one of the old ones change places.
//!
//! The new folder is first moved beside the old one, under a name of its own. After the exchange the old one has that name;
//! its results are removed, and what else came into it moves over. Whoever finds a folder of such a name later (its process
//! was killed) does the same: a new folder that was not exchanged lists all that it holds, and so goes as a whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::directory::{STAGING, absent, is_folder, remove_result, sync};
use super::folder_error::{FolderError, at};
use super::lock::LOCK;
use super::manifest::{MANIFEST, Manifest, inside, read_manifest};
use super::units::Units;

/// Characters of a random name.
const RANDOM: usize = 6;

/// Exchanges the staged folder and the results folder; `false`, and nothing is changed, where that cannot be: it holds files
/// of somebody else, or the user stands in it, or the system does not let us.
///
/// # Errors
/// The file system's refusal after the exchange.
pub(super) fn publish(
    staged: &Path,
    folder: &Path,
    manifest: &Manifest,
    earlier: Option<&Manifest>,
) -> Result<bool, FolderError> {
    let Ok(Some((folder, old))) = exchanged(staged, folder, manifest, earlier) else {
        return Ok(false);
    };
    let parent = folder.parent().unwrap_or(&folder);
    sync(parent).map_err(at(parent))?;
    // The new results are there; what stays of the old ones is hidden, and the next command tries again.
    let _ = settle(&old, &folder);
    Ok(true)
}

/// The folder that was exchanged, and where the old one is now.
fn exchanged(
    staged: &Path,
    folder: &Path,
    manifest: &Manifest,
    earlier: Option<&Manifest>,
) -> io::Result<Option<(PathBuf, PathBuf)>> {
    let staged = fs::canonicalize(staged)?;
    let folder = fs::canonicalize(folder)?;
    let Some((parent, prefix)) = sibling_prefix(&folder) else {
        return Ok(None);
    };
    // Where the user stands must stay the results folder.
    let user = fs::canonicalize(".");
    if user.is_ok_and(|user| user.starts_with(&folder)) || !is_ours(&folder, "", earlier)? {
        return Ok(None);
    }
    keep(&staged, &folder, manifest)?;
    if !is_alike(&staged, &folder)? {
        return Ok(None);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).rand_bytes(RANDOM);
    let aside = builder.make_in(parent, |path| fs::rename(&staged, path))?;
    let old = aside.into_temp_path().keep().map_err(|e| e.error)?;
    if let Err(cause) = swap(&old, &folder) {
        fs::rename(&old, &staged)?;
        return Err(cause);
    }
    Ok(Some((folder, old)))
}

/// Links what the new manifest lists and the new folder lacks, and the lock: it is held on both sides of the exchange.
fn keep(staged: &Path, folder: &Path, manifest: &Manifest) -> io::Result<()> {
    for name in manifest.files.keys().map(String::as_str).chain([LOCK]) {
        let to = staged.join(name);
        if fs::symlink_metadata(&to).is_ok() {
            continue;
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::hard_link(folder.join(name), &to)?;
    }
    sync(staged)
}

/// Whether all in a folder is ours.
fn is_ours(folder: &Path, below: &str, earlier: Option<&Manifest>) -> io::Result<bool> {
    let is_listed = |path: &str| earlier.is_some_and(|m| m.files.contains_key(path));
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            return Ok(false);
        };
        let path = format!("{below}{name}");
        let is_ours = match (entry.file_type()?.is_dir(), below.is_empty()) {
            (false, true) if name == LOCK => true,
            (false, true) if name == MANIFEST => earlier.is_some(),
            (false, _) => is_listed(&path),
            (true, true) if name.starts_with(STAGING) || Units::is_at(&entry.path()) => true,
            (true, _) => {
                let inside = format!("{path}/");
                let mut names = earlier.iter().flat_map(|m| m.files.keys());
                names.any(|name| name.starts_with(&inside))
                    && is_ours(&entry.path(), &inside, earlier)?
            }
        };
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives the new folder the rights of the old one; whether it has the same owners.
#[cfg(unix)]
fn is_alike(staged: &Path, folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (new, old) = (fs::metadata(staged)?, fs::metadata(folder)?);
    fs::set_permissions(staged, old.permissions())?;
    Ok((new.uid(), new.gid()) == (old.uid(), old.gid()))
}

#[cfg(not(unix))]
fn is_alike(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(first: &Path, second: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(
        CWD,
        first,
        CWD,
        second,
        RenameFlags::EXCHANGE,
    )?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Where folders lie beside a results folder, and what their names begin with.
fn sibling_prefix(folder: &Path) -> Option<(&Path, String)> {
    let name = folder.file_name()?.to_str()?;
    Some((folder.parent()?, format!(".{name}.rccsim-")))
}

/// Settles what killed processes have left beside a folder; the caller has its lock.
///
/// # Errors
/// The file system's refusal.
pub(super) fn settle_earlier(folder: &Path) -> Result<(), FolderError> {
    let folder = fs::canonicalize(folder).map_err(at(folder))?;
    let Some((parent, prefix)) = sibling_prefix(&folder) else {
        return Ok(());
    };
    let Ok(entries) = fs::read_dir(parent) else {
        return Ok(()); // in a folder that nobody may list, nothing was put beside
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let is_random =
            |rest: &str| rest.len() == RANDOM && rest.chars().all(|c| c.is_ascii_alphanumeric());
        let leftover = entry.path();
        if random.is_some_and(is_random) && is_folder(&leftover) && has_owner_of(&leftover, &folder)
        {
            settle(&leftover, &folder).map_err(at(&leftover))?;
        }
    }
    Ok(())
}

/// Whether two folders have the same owner: in a folder for all, as /tmp, others make folders too.
#[cfg(unix)]
fn has_owner_of(first: &Path, second: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| fs::symlink_metadata(path).map(|m| m.uid()).ok();
    owner(first).is_some() && owner(first) == owner(second)
}

#[cfg(not(unix))]
fn has_owner_of(_: &Path, _: &Path) -> bool {
    true
}

/// Removes the results of an old folder, whose manifest goes last, and moves over what else is in it.
fn settle(old: &Path, folder: &Path) -> io::Result<()> {
    let manifest = read_manifest(old).unwrap_or_default();
    let files = manifest.files.keys().filter_map(|name| inside(old, name));
    for file in files {
        remove_result(&file, old)?;
    }
    absent(fs::remove_file(old.join(LOCK)))?;
    for entry in fs::read_dir(old)? {
        let entry = entry?;
        if entry.file_name() != MANIFEST {
            move_over(&entry.path(), &folder.join(entry.file_name()))?;
        }
    }
    absent(fs::remove_file(old.join(MANIFEST)))?;
    fs::remove_dir(old)
}

/// Moves a file or folder to its place, if that is free; of two folders, what is in them.
fn move_over(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_err() {
        return fs::rename(from, to);
    }
    if is_folder(from) && is_folder(to) {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            move_over(&entry.path(), &to.join(entry.file_name()))?;
        }
        fs::remove_dir(from)?;
    }
    Ok(())
}
