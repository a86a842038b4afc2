//! Results as plain data: a struct for each kind of result and each row of a table, the same for who writes and who reads
//! them; and the folder in which they are kept.

mod assumption;
mod comparison;
mod days;
mod digested;
mod directory;
mod distribution;
mod down;
mod drops;
mod exchange;
mod faults;
mod figure;
mod figures;
mod folder;
mod folder_error;
mod front;
mod global;
mod head;
pub mod inputs;
mod interned;
mod kind;
mod ladder;
mod levers;
mod lock;
mod manifest;
mod matrix;
mod points;
mod redo;
mod regular;
mod requested;
mod results;
mod run;
mod runs;
mod selection;
mod sensitivity;
mod series;
mod settled;
mod sizing;
mod staging;
mod study;
mod sweep;
mod table;
mod units;

pub use assumption::{Alternative, Assumption, Assumptions};
pub use comparison::{Comparison, Contrast, Difference};
pub use days::DayRecord;
pub use distribution::Distribution;
pub(crate) use down::minutes_down;
pub use down::{DownAmount, DownCost};
pub use drops::{Drops, LostSession};
pub use faults::FaultCount;
pub use figure::{Figure, Name, Objective, bounds};
pub(crate) use figure::{PointValues, is_label, labelled};
pub use folder::{Folder, Part};
pub use folder_error::FolderError;
pub use front::{Front, FrontFigure, FrontMetric, FrontPoint, FrontStanding};
pub use global::{Combination, GlobalSensitivity, Interval, UnknownShare};
pub use head::Head;
pub(crate) use kind::figure;
pub use kind::{Kind, Record};
pub use ladder::{Ladder, Rung};
pub use levers::{LeverFigure, LeverObjective, LeverOutcome, LeverTrial, LeverTrials};
pub use manifest::{Manifest, read_manifest};
pub use matrix::{Cell, MatrixRecord};
pub use requested::{PlotRequest, ReportRequest, ScheduledFault};
pub use results::{InMemory, Results, ResultsError, SUMMARY};
pub use run::RunRecord;
pub(crate) use runs::PointRuns;
pub use runs::{ReplicatedFigure, Value};
pub use selection::{PointCost, SearchEffort, SearchedPoint, Selection};
pub use sensitivity::{Factor, FactorPair, Level, Sensitivity};
pub use series::Series;
pub use settled::{Quantile, SteadyState};
pub use sizing::{Sizing, Trial, TrialObjective, Window};
pub use study::{Body, StudyCase, StudyRecord};
pub use sweep::{PointRecord, SweepPoint, SweepRecord};
pub use units::{UnitState, Units};

/// The tables as their files: one writer for each.
pub mod tables {
    pub use super::days::write as days;
    pub use super::distribution::write as distribution;
    pub use super::figures::csv as figures;
    pub use super::matrix::csv as matrix;
    pub use super::points::write as points;
    pub use super::runs::write as runs;
    pub use super::series::write as series;
}

/// A document as JSON, with a newline at its end.
pub fn json(document: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .unwrap_or_else(|e| unreachable!("plain data is JSON: {e}"));
    text.push('\n');
    text
}

/// The version that stands in every result.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
