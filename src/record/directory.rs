//! Folders as the file system has them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What the name of a staging folder begins with. It lies in the results folder.
pub(super) const STAGING: &str = ".rccsim-new-";

/// Whether there is a folder, not a link to one.
pub(super) fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Removes a result, where it is there, and the folder of results that it leaves empty below `root`.
///
/// What has its name but is a folder is somebody else's, and stays.
///
/// # Errors
/// The file system's refusal.
pub(super) fn remove_result(file: &Path, root: &Path) -> io::Result<()> {
    if !is_folder(file) {
        absent(fs::remove_file(file))?;
    }
    match file.parent().filter(|below| *below != root) {
        Some(below) => match fs::remove_dir(below) {
            Err(cause) if cause.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            result => absent(result),
        },
        None => Ok(()),
    }
}

/// What is not there is removed already.
pub(super) fn absent(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(cause)
            if matches!(
                cause.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Sees that the names in a folder are on the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Sees that the names in a folder, and in those below, are on the disk.
pub(super) fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        }
    }
    sync(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_goes_with_the_folder_that_it_leaves_empty() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let plots = root.join("plots");
        fs::create_dir(&plots).unwrap();
        let [first, second] = ["a.svg", "b.svg"].map(|name| plots.join(name));
        for file in [&first, &second] {
            fs::write(file, "plot").unwrap();
        }
        remove_result(&first, root).unwrap();
        assert!(!first.exists() && second.exists());
        // Gone already, and its folder is not empty.
        remove_result(&first, root).unwrap();
        remove_result(&second, root).unwrap();
        assert!(!plots.exists() && root.exists());
        remove_result(&second, root).unwrap();
        remove_result(&root.join("summary.json"), root).unwrap();
        assert!(root.exists());
    }

    #[test]
    fn what_somebody_made_of_a_result_stays() {
        let root = tempfile::tempdir().unwrap();
        let foreign = root.path().join("runs.csv/notes.txt");
        fs::create_dir(root.path().join("runs.csv")).unwrap();
        fs::write(&foreign, "precious").unwrap();
        remove_result(&root.path().join("runs.csv"), root.path()).unwrap();
        assert!(foreign.exists());
        // Their file has the place of the folder of plots.
        fs::write(root.path().join("plots"), "precious").unwrap();
        remove_result(&root.path().join("plots/a.svg"), root.path()).unwrap();
        assert!(root.path().join("plots").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_result_that_cannot_be_removed_is_said() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let plots = root.path().join("plots");
        fs::create_dir(&plots).unwrap();
        fs::write(plots.join("a.svg"), "plot").unwrap();
        let rights = |mode| fs::set_permissions(&plots, fs::Permissions::from_mode(mode));
        rights(0o500).unwrap();
        let removed = remove_result(&plots.join("a.svg"), root.path());
        // The administrator may remove it all the same.
        assert!(removed.is_err() || !plots.exists());
        let _ = rights(0o700);
    }
}
