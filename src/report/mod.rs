//! Results to bytes: text, CSV, JSON, and the folder they go to.

pub mod chart;
mod folder;
pub mod number;
mod run;
pub mod summary;
pub mod tables;
pub mod text;

pub use folder::{Folder, FolderError, Manifest, Part, read_manifest};
pub use run::{Alternative, Assumption, Run};

/// The version that stands in every result.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
