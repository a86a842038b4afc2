//! Drop rows of one work item: a few in memory, the rest in scratch space, so that memory does not grow with the drops.

use std::io;

use crate::measure::{DropCause, DropRow, EndedBy};
use crate::quantity::Time;
use crate::workload::Scratch;

/// Rows kept in memory before they are spilled together.
const IN_MEMORY: usize = 4096;
/// Bytes of a row that is spilled, or kept.
pub(crate) const ROW: usize = 40;
/// Encodes "never" in a spilled row; no run is that long.
const NEVER: u64 = u64::MAX;

/// Encodes "no event" in a spilled row.
const UNKNOWN: u8 = u8::MAX;

/// Rows in the order of detection, at most the limit.
#[derive(Debug, Default)]
pub struct DropLog {
    limit: u64,
    logged: u64,
    recent: Vec<DropRow>,
    spill: Option<Scratch>,
    /// The first failure of the scratch space, reported by [`DropLog::drain`]: a simulation does not stop for it.
    failure: Option<io::Error>,
}

impl DropLog {
    /// A log of at most `limit` rows.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Adds a row while there is room.
    pub fn push(&mut self, row: DropRow) {
        if self.logged == self.limit || self.failure.is_some() {
            return;
        }
        self.logged += 1;
        self.recent.push(row);
        if self.recent.len() == IN_MEMORY
            && let Err(failure) = self.flush()
        {
            self.failure = Some(failure);
        }
    }

    /// The most rows that it takes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Rows logged.
    pub fn len(&self) -> u64 {
        self.logged
    }

    /// Whether nothing was logged.
    pub fn is_empty(&self) -> bool {
        self.logged == 0
    }

    fn flush(&mut self) -> io::Result<()> {
        let offset = (self.logged - self.recent.len() as u64) * ROW as u64;
        let scratch = match &mut self.spill {
            Some(scratch) => scratch,
            slot => slot.insert(Scratch::new()?),
        };
        let bytes: Vec<u8> = self
            .recent
            .drain(..)
            .flat_map(|row| row_bytes(&row))
            .collect();
        scratch.write_at(&bytes, offset)
    }

    /// Hands over every row in order.
    ///
    /// # Errors
    /// A failure of the scratch space, or of `take`.
    pub fn drain(mut self, mut take: impl FnMut(&DropRow) -> io::Result<()>) -> io::Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if let Some(scratch) = self.spill.take() {
            let spilled = self.logged - self.recent.len() as u64;
            let mut bytes = vec![[0; ROW]; IN_MEMORY];
            // Rows are spilled in whole chunks of `IN_MEMORY`.
            for start in (0..spilled).step_by(IN_MEMORY) {
                scratch.read_at(bytes.as_flattened_mut(), start * ROW as u64)?;
                let mut rows = bytes.iter().filter_map(row_of_bytes);
                rows.try_for_each(|row| take(&row))?;
            }
        }
        self.recent.iter().try_for_each(take)
    }
}

impl From<Vec<DropRow>> for DropLog {
    fn from(rows: Vec<DropRow>) -> Self {
        let logged = rows.len() as u64;
        Self {
            limit: logged,
            logged,
            recent: rows,
            ..Self::default()
        }
    }
}

/// A row as bytes.
pub(crate) fn row_bytes(row: &DropRow) -> [u8; ROW] {
    let mut bytes = [0; ROW];
    bytes[..4].copy_from_slice(&row.user.to_le_bytes());
    bytes[4..8].copy_from_slice(&row.clients.to_le_bytes());
    bytes[8..12].copy_from_slice(&row.gateway.to_le_bytes());
    bytes[12] = row.cause as u8;
    bytes[13] = row.ended_by.map_or(UNKNOWN, |e| e as u8);
    let detected = row.detected_at.map_or(NEVER, |t| t.0);
    for (i, at) in [row.established_at.0, row.lost_at.0, detected]
        .into_iter()
        .enumerate()
    {
        bytes[16 + 8 * i..24 + 8 * i].copy_from_slice(&at.to_le_bytes());
    }
    bytes
}

/// Reads a row; `None`: the bytes are something else.
pub(crate) fn row_of_bytes(bytes: &[u8; ROW]) -> Option<DropRow> {
    let word = |at: usize| u32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
    let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
    Some(DropRow {
        user: word(0),
        clients: word(4),
        gateway: word(8),
        cause: *DropCause::ALL.get(usize::from(bytes[12]))?,
        ended_by: EndedBy::ALL.get(usize::from(bytes[13])).copied(),
        established_at: Time(long(16)),
        lost_at: Time(long(24)),
        detected_at: Some(long(32)).filter(|at| *at != NEVER).map(Time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_from_disk_and_memory() {
        let row = |n: u32| DropRow {
            user: n,
            clients: n / 7,
            gateway: n % 3,
            lost_at: Time(u64::from(n) * 1_000_003),
            established_at: Time(u64::from(n)),
            detected_at: n.is_multiple_of(2).then_some(Time(u64::from(n) << 33)),
            cause: DropCause::ALL[n as usize % 8],
            ended_by: EndedBy::ALL
                .get(n as usize % (EndedBy::ALL.len() + 1))
                .copied(),
        };
        let mut log = DropLog::new(10_000);
        (0..20_000).for_each(|n| log.push(row(n)));
        assert_eq!(log.len(), 10_000);
        let mut rows = 0;
        log.drain(|r| {
            assert_eq!(*r, row(rows));
            rows += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(rows, 10_000);
    }
}
