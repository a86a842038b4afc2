//! `drops.csv`: a row per lost session.

use super::results::{needed, number, rows};
use super::tables::DROP_COLUMNS;

/// A lost session.
#[derive(Clone, PartialEq, Debug)]
pub struct Dropped {
    /// In which replication, counted from 1.
    pub replication: u32,
    /// The client group.
    pub clients: String,
    /// The user, counted from 1.
    pub user: u32,
    /// The gateway.
    pub gateway: String,
    /// Which of that name, counted from 1.
    pub instance: u32,
    /// When the session had been established, seconds from the start.
    pub established_s: f64,
    /// When it was lost.
    pub lost_s: f64,
    /// When the client knew.
    pub detected_s: Option<f64>,
    /// Root cause.
    pub cause: String,
    /// Proximate event; empty: still to come.
    pub ended_by: String,
}

/// Reads the first so many rows of `drops.csv`.
///
/// # Errors
/// What is wrong, and in which line.
pub fn drops(text: &str, most: usize) -> Result<Vec<Dropped>, String> {
    let one = |row: Result<(u64, csv::StringRecord), String>| {
        let (line, record) = row?;
        let cell = |i: usize| record.get(i).unwrap_or_default().to_string();
        Ok(Dropped {
            replication: needed(&record, 1, line)? as u32,
            clients: cell(2),
            user: needed(&record, 3, line)? as u32,
            gateway: cell(4),
            instance: needed(&record, 5, line)? as u32,
            established_s: needed(&record, 6, line)?,
            lost_s: needed(&record, 7, line)?,
            detected_s: number(&record, 8, line)?,
            cause: cell(9),
            ended_by: cell(10),
        })
    };
    rows(text, &DROP_COLUMNS)?.take(most).map(one).collect()
}
