//! A results folder of somebody else: its manifest lists what its files are, whatever they are.

use std::fs;
use std::path::{Path, PathBuf};

use rccsim::record::{Manifest, Results, json};
use rccsim::report::{page::page, plot};

/// A whole results folder, in which one file at a time is another.
pub(crate) struct ForeignFolder {
    path: PathBuf,
    manifest: Manifest,
}

impl ForeignFolder {
    /// Of a folder that a run has written.
    pub(crate) fn new(path: &Path) -> Self {
        let manifest = fs::read(path.join("manifest.json")).expect("a results folder");
        Self {
            path: path.into(),
            manifest: serde_json::from_slice(&manifest).expect("a manifest"),
        }
    }

    /// The files that the manifest lists, but for plots.
    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.manifest.files.keys();
        names.filter(|name| !name.contains('/')).cloned().collect()
    }

    /// The manifest as it stands in the folder.
    pub(crate) fn manifest(&self) -> Vec<u8> {
        json(&self.manifest).into_bytes()
    }

    /// A file as it stands in the folder.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).expect("a file that the manifest lists")
    }

    /// Reads the folder with these bytes in the place of a file, and makes its page.
    pub(crate) fn with_file(&self, name: &str, bytes: &[u8]) {
        let text = self.file(name);
        let mut manifest = self.manifest.clone();
        let digest = blake3::hash(bytes).to_hex().to_string();
        manifest.files.insert(name.into(), digest);
        self.put(name, bytes);
        self.put("manifest.json", json(&manifest).as_bytes());
        let _ = Results::read(&self.path).and_then(|results| {
            let plots = plot::plots(&results)?;
            page(&results, &plots, &plot::unmet_requests(&results)?, None)
        });
        self.put(name, &text);
    }

    /// Reads the folder with another manifest.
    pub(crate) fn with_manifest(&self, bytes: &[u8]) {
        self.put("manifest.json", bytes);
        let _ = Results::read(&self.path);
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path.join(name), bytes).expect("a folder that can be written");
    }
}
