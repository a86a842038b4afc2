//! Results as plain data: a struct for each kind of result and each row of a table, the same for who writes and who reads
//! them; and the folder in which they are kept.

mod distribution;
pub(crate) mod document;
mod drops;
mod folder;
pub mod inputs;
mod ladder;
mod results;
mod run;
mod runs;
mod scheduled;
mod series;
pub mod settled;
pub mod study;
pub mod summary;
pub mod tables;
mod units;

pub use distribution::{Distribution, distributions};
pub use document::{
    Best, BestPoint, Cell, Changed, Compared, Comparison, Document, Figure, Found as Kind, Matrix,
    Objective, PointLine, Rival, Sensitivity, Size, Sweep, Tried, TriedKey, TriedObjective,
    TriedValue,
};
pub use drops::{Dropped, drops};
pub use folder::{Folder, FolderError, Manifest, Part, read_manifest};
pub use ladder::{Ladder, Rung};
pub use results::{Results, ResultsError, Wish};
pub use run::{Alternative, Assumption, Premises, Run};
pub use runs::{Replicated, Value, runs};
pub use scheduled::Scheduled;
pub use series::{Series, series};
pub use units::{Found, Units};

/// A document as JSON, with a newline at its end.
pub fn json(document: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .unwrap_or_else(|e| unreachable!("plain data is JSON: {e}"));
    text.push('\n');
    text
}

/// The version that stands in every result.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
