//! `drops.csv`: a row per lost session.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};

use super::table::{self, Rows, Table, maybe_seconds, seconds, word};
use crate::measure::{DropCause, DropRow};
use crate::quantity::Time;

/// A lost session.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Debug, Default)]
pub struct LostSession<'a> {
    /// The label of the point; empty: a run.
    pub point: &'a str,
    /// In which replication, counted from 1.
    pub replication: u32,
    /// The client group.
    #[serde(borrow, with = "word")]
    pub clients: &'a str,
    /// The user, counted from 1.
    pub user: u32,
    /// The gateway.
    #[serde(borrow, with = "word")]
    pub gateway: &'a str,
    /// Which of that name, counted from 1.
    pub instance: u32,
    /// When the session had been established.
    #[serde(with = "seconds")]
    pub established_s: Time,
    /// When it was lost.
    #[serde(with = "seconds")]
    pub lost_s: Time,
    /// When the client knew.
    #[serde(with = "maybe_seconds")]
    pub detected_s: Option<Time>,
    /// Root cause.
    pub cause: &'a str,
    /// Proximate event; empty: still to come.
    pub ended_by: &'a str,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    pub point_number: u32,
}

impl LostSession<'_> {
    /// The loss as the simulation told it, of one of these client groups; `None`: it is of another, or says what no
    /// simulation does. What ended it is left open.
    pub fn row(&self, clients: &[&str]) -> Option<DropRow> {
        Some(DropRow {
            user: self.user.checked_sub(1)?,
            clients: clients.iter().position(|name| *name == self.clients)? as u32,
            gateway: self.instance.checked_sub(1)?,
            lost_at: self.lost_s,
            established_at: self.established_s,
            detected_at: self.detected_s,
            cause: (DropCause::ALL.into_iter()).find(|c| c.name() == self.cause)?,
            ended_by: None,
        })
    }
}

/// The table.
struct DropTable;

impl Table for DropTable {
    type Row<'r> = LostSession<'r>;
}

/// Writes drop rows as they come.
pub struct Drops<W: Write> {
    rows: Rows<W>,
    clients: Vec<String>,
    gateways: Vec<String>,
}

impl<W: Write> Drops<W> {
    /// A table with the names of the client groups, and of the gateway of each.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(out: W, clients: Vec<String>, gateways: Vec<String>) -> io::Result<Self> {
        Ok(Self {
            rows: Rows::new::<DropTable>(out)?,
            clients,
            gateways,
        })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, replication: u32, row: &DropRow) -> io::Result<()> {
        let clients = row.clients as usize;
        self.rows.write(&LostSession {
            point: "",
            point_number: 1,
            replication: replication + 1,
            clients: &self.clients[clients],
            user: row.user + 1,
            gateway: &self.gateways[clients],
            instance: row.gateway + 1,
            established_s: row.established_at,
            lost_s: row.lost_at,
            detected_s: row.detected_at,
            cause: row.cause.name(),
            ended_by: row.ended_by.map_or("", |e| e.name()),
        })?;
        Ok(())
    }

    /// Writes what is still buffered and returns the writer.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

/// Reads `drops.csv` row by row.
///
/// # Errors
/// What is wrong, and in which line.
pub(super) fn each_drop(from: impl Read, mut take: impl FnMut(&LostSession)) -> Result<(), String> {
    table::read::<DropTable>(from, |row| {
        take(&row);
        Ok(())
    })
}
