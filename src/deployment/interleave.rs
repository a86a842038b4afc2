//! Rows and changes that depend on the order of the events of all users: buffered where users go
//! one by one, sorted at the end.

use crate::measure::DropRow;
use crate::quantity::Time;

/// All users go together with a higher limit of drop rows: the buffered rows would fill memory.
pub(super) const MAX_ROWS: u64 = 1 << 18;

/// Changes and rows of the users so far.
#[derive(Debug)]
pub(super) struct Interleave {
    /// Users that go down or come up: time·2, plus one for coming up.
    changes: Vec<u64>,
    /// Drop rows, each with the place of its event. Events of one place follow each other as the users do.
    rows: Vec<(u64, DropRow)>,
    /// How many rows are kept, the first ones.
    limit: usize,
}

impl Interleave {
    /// Nothing yet.
    pub(super) fn new(limit: u64) -> Self {
        debug_assert!(limit <= MAX_ROWS, "these rows are not for the memory");
        Self {
            changes: Vec::new(),
            rows: Vec::new(),
            limit: limit as usize,
        }
    }

    /// The number of users down changes by one at most.
    pub(super) fn count_down(&mut self, now: Time, by: i64) {
        if by != 0 {
            self.changes.push(now.0 << 1 | u64::from(by < 0));
        }
    }

    /// Adds a row; `order` never falls within a user's day.
    pub(super) fn drop_row(&mut self, order: u64, row: DropRow) {
        self.rows.push((order, row));
        if self.rows.len() > 2 * self.limit {
            self.sort_rows();
        }
    }

    /// Stable, so that rows of one place stay in the order of the users. The keys are sorted apart: they are a quarter of what
    /// would be moved.
    fn sort_rows(&mut self) {
        self.rows.sort_by_cached_key(|(order, _)| *order);
        self.rows.truncate(self.limit);
    }

    /// The changes and the rows in the order of all events.
    pub(super) fn in_order(
        mut self,
    ) -> (
        impl Iterator<Item = (Time, i64)>,
        impl Iterator<Item = DropRow>,
    ) {
        self.changes.sort_unstable();
        self.sort_rows();
        let changes = self
            .changes
            .into_iter()
            .map(|c| (Time(c >> 1), 1 - 2 * (c & 1) as i64));
        (changes, self.rows.into_iter().map(|(_, row)| row))
    }
}
