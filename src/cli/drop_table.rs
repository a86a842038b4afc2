//! The table of lost sessions of a run, as it is written while the run goes on.

use crate::deployment::{DropLog, Plan};
use crate::experiment::{DropSink, FirstLosses};
use crate::record::{Drops, Part};

/// `drops.csv` with its limit.
pub(super) struct DropTable {
    /// The rows.
    pub rows: Drops<Part>,
    /// Of which one is told in full.
    pub losses: FirstLosses,
}

impl DropTable {
    pub(super) fn new(plan: &Plan, part: Part) -> std::io::Result<Self> {
        let clients = plan.clients.iter().map(|c| c.name.clone()).collect();
        let gateways = plan
            .clients
            .iter()
            .map(|c| plan.gateways[c.gateway].name.clone())
            .collect();
        let rows = Drops::new(part, clients, gateways)?;
        Ok(Self {
            rows,
            losses: FirstLosses::new(plan.drops_limit),
        })
    }
}

impl DropSink for DropTable {
    type Error = std::io::Error;

    fn rows_left(&self) -> u64 {
        self.losses.rows_left()
    }

    fn take(&mut self, replication: u32, rows: DropLog) -> std::io::Result<()> {
        rows.drain(|row| match self.losses.note(replication, row) {
            true => self.rows.write(replication, row),
            false => Ok(()),
        })
    }
}
