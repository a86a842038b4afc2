//! Recorded rows, read while they happen: one row of each client group is in memory, besides a block of the recording.

use crate::workload::{RecordedRow, Replay};

/// The rows of one client group behind this gateway.
pub(super) struct Script<R> {
    pub(super) rows: Replay<R>,
    pub(super) next: Option<R>,
}

impl<R: RecordedRow> Script<R> {
    pub(super) fn new(rows: Replay<R>) -> Self {
        let mut script = Self { rows, next: None };
        script.advance();
        script
    }

    /// Returns the row that is due, and reads the one after it.
    pub(super) fn advance(&mut self) -> Option<R> {
        let due = self.next.take();
        // The scratch file has no name and no other user: this is a failure of the disk, after which there is no result.
        self.next = self
            .rows
            .advance()
            .unwrap_or_else(|e| panic!("the scratch space of recorded rows: {e}"));
        due
    }
}
