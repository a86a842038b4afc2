//! What decides what is read from a file of records.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use time::Date;

use crate::quantity::Time;

/// All that decides what is read from a file.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) struct Reading {
    /// The file.
    pub path: PathBuf,
    /// The client group.
    pub clients: String,
    /// How many users it has.
    pub count: u32,
    /// Groups that are simulated on their own.
    pub parts: u32,
    /// The run's start on the users' clocks, microseconds since midnight.
    pub start_us: i64,
    /// The run's length.
    pub horizon: Time,
    /// The day on which `start_us` is, where it is known.
    pub date: Option<Date>,
    /// Our names of columns, each with what the file calls it.
    pub columns: Vec<(String, String)>,
    /// What the group's other file settles, which was read before.
    pub precedent: Arc<Precedent>,
}

/// What the rows of one file of a group settle for the other one.
#[derive(Clone, PartialEq, Debug, Default)]
pub(in crate::scenario) struct Precedent {
    /// The users whom it names.
    pub users: UserNames,
    /// The time zone of the users' clocks: that of its first row with one, microseconds ahead of universal time.
    pub zone_us: Option<i64>,
}

/// Users by their names, each with the number within the client group, from 0.
pub(super) type UserNames = BTreeMap<String, u32>;

impl Reading {
    /// Whether the file calls a column otherwise.
    pub(super) fn maps(&self, column: &str) -> bool {
        self.columns
            .iter()
            .any(|(column_name, _)| column_name == column)
    }
}
