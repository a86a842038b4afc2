//! The matrix of client profiles against gateway behaviour classes, and its rows as `summary.csv`.

use serde::{Deserialize, Serialize};

use super::figure::Name;
use super::head::Head;
use super::table::{Rows, Table, maybe_number};
use crate::quantity::number::rounded;

/// What the matrix answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct MatrixRecord {
    /// The version of the document's shape.
    pub schema: Name,
    /// `matrix`: there is no scenario file.
    pub scenario: Name,
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: String,
    /// The question.
    pub question: Name,
    /// The version of the program.
    pub version: Name,
    /// The seed.
    pub seed: u64,
    /// The answer in one sentence.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// What was simulated for each cell.
    pub basis: String,
    /// The cells, by gateway and then client.
    pub cells: Vec<Cell>,
}

/// One client profile against one gateway behaviour class.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Cell {
    /// The gateway profile.
    pub gateway: String,
    /// The client profile.
    pub client: String,
    /// The refresh methods used, in their order.
    pub method: String,
    /// From the first establishment to the first loss, seconds; none: no session is lost.
    pub first_loss_s: Option<f64>,
    /// The root cause of the first loss.
    pub cause: Option<Name>,
    /// Share of the time down.
    pub down_fraction: Option<f64>,
    /// Toasts missed per user and day.
    pub missed_toasts_per_user_day: Option<f64>,
    /// What to change and where, best first, three at most.
    pub remedy: Vec<String>,
}

impl MatrixRecord {
    /// The version of the document's shape.
    pub(crate) const SCHEMA: &str = "rccsim.matrix/1";

    pub(super) fn head(&self) -> Head<'_> {
        Head {
            scenario: &self.scenario,
            scenario_hash: &self.scenario_hash,
            question: &self.question,
            version: &self.version,
            seed: self.seed,
            fingerprint: None,
            verdict: None,
            answer: &self.answer,
            command: &self.command,
            horizon_s: None,
            replications: None,
            interrupted: false,
            warnings: &[],
            assumptions: &[],
            levers: &[],
            assumptions_basis: "",
            rows: &[],
        }
    }
}

/// A cell as a row.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
struct CellRow<'a> {
    gateway: &'a str,
    client: &'a str,
    method: &'a str,
    #[serde(with = "maybe_number")]
    first_loss_s: Option<f64>,
    cause: &'a str,
    #[serde(with = "maybe_number")]
    down_fraction: Option<f64>,
    #[serde(with = "maybe_number")]
    missed_toasts_per_user_day: Option<f64>,
    remedy: String,
}

/// The table.
struct Cells;

impl Table for Cells {
    type Row<'r> = CellRow<'r>;
}

/// Writes `summary.csv`: a row a cell.
///
/// # Errors
/// Those of the writer.
pub fn csv(matrix: &MatrixRecord, out: impl std::io::Write) -> csv::Result<()> {
    let mut table = Rows::new::<Cells>(out)?;
    for cell in &matrix.cells {
        table.write(&CellRow {
            gateway: &cell.gateway,
            client: &cell.client,
            method: &cell.method,
            first_loss_s: cell.first_loss_s.map(rounded),
            cause: cell.cause.as_deref().unwrap_or_default(),
            down_fraction: cell.down_fraction.map(rounded),
            missed_toasts_per_user_day: cell.missed_toasts_per_user_day.map(rounded),
            remedy: cell.remedy.join("; "),
        })?;
    }
    table.finish()?;
    Ok(())
}
