//! The manifest: what a results folder holds, and where it comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::kind::Record;
use super::regular::read_regular;

pub(super) const MANIFEST: &str = "manifest.json";
/// The version of the manifest's shape.
pub(super) const SCHEMA: &str = "rccsim.manifest/1";
/// Bytes that a manifest has at most: names and digests of 100,000 files.
pub(super) const LONGEST: u64 = 16 << 20;

/// What a results folder says of itself.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Manifest {
    /// The version of the manifest's shape.
    pub schema: String,
    /// The version of the program.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// The fingerprint of the run.
    pub fingerprint: String,
    /// The scenario file as the command named it; none where there is no one scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The BLAKE3 digest of every file.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Of a record, whose files are still to come; `file` is the scenario file as the command named it.
    pub fn new(record: &Record, file: Option<String>) -> Self {
        let head = record.head();
        let fingerprint = head.fingerprint.map_or_else(
            || blake3::hash(record.json().as_bytes()).to_hex()[..16].into(),
            String::from,
        );
        Self {
            schema: SCHEMA.into(),
            version: head.version.into(),
            scenario: head.scenario.into(),
            scenario_hash: head.scenario_hash.into(),
            seed: head.seed,
            fingerprint,
            file,
            files: BTreeMap::new(),
        }
    }
}

/// The manifest of a results folder, where it has a valid one.
pub fn read_manifest(folder: &Path) -> Option<Manifest> {
    read_manifest_file(&folder.join(MANIFEST))
}

/// A manifest, where the file is a valid one.
pub(super) fn read_manifest_file(path: &Path) -> Option<Manifest> {
    let text = read_regular(path, LONGEST).ok()?;
    serde_json::from_slice(&text)
        .ok()
        .filter(|m: &Manifest| m.schema == SCHEMA)
}

/// Where a file of a manifest is, unless that is outside the folder: anybody may have edited the manifest, or put a link
/// in the place of a folder.
pub(super) fn inside(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    let mut parts = Path::new(name).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(part) = part else {
            return None;
        };
        path.push(part);
        let is_folder = |path: &Path| fs::symlink_metadata(path).map(|m| m.is_dir());
        if parts.peek().is_some() && is_folder(&path).is_ok_and(|is| !is) {
            return None;
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("plots")).unwrap();
        let place = |name: &str| inside(root.path(), name);
        assert_eq!(place("a.csv"), Some(root.path().join("a.csv")));
        assert_eq!(place("plots/a.svg"), Some(root.path().join("plots/a.svg")));
        assert_eq!(place("new/a.svg"), Some(root.path().join("new/a.svg")));
        for name in ["../a", "/etc/passwd", "plots/../../a"] {
            assert_eq!(place(name), None, "{name}");
        }
        #[cfg(unix)]
        {
            let link = root.path().join("link");
            std::os::unix::fs::symlink(root.path().join("plots"), link).unwrap();
            assert_eq!(place("link/a.svg"), None);
            assert_eq!(place("link"), Some(root.path().join("link")));
        }
    }
}
