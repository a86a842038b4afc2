//! Results to bytes: text, CSV, JSON, and the folder they go to; and back from the folder.

pub mod chart;
pub mod compare;
mod folder;
pub mod inputs;
pub mod ladder;
pub mod matrix;
pub mod number;
pub mod page;
pub mod plot;
pub mod results;
mod run;
pub mod settled;
pub mod study;
pub mod summary;
pub mod sweep;
pub mod tables;
pub mod text;
mod units;

pub use folder::{Folder, FolderError, Manifest, Part, read_manifest};
pub use run::{Alternative, Assumption, Premises, Run};
pub use units::{Found, UnitName, Units};

/// A document as JSON, with a newline at its end.
pub fn json(document: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .unwrap_or_else(|e| unreachable!("plain data is JSON: {e}"));
    text.push('\n');
    text
}

/// The version that stands in every result.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
