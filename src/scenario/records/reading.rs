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
    /// The users whom another file of the group names.
    pub users: Arc<UserNames>,
}

/// Users by their names, each with the number within the client group, from 0.
pub(in crate::scenario) type UserNames = BTreeMap<String, u32>;

impl Reading {
    /// Whether the file calls a column otherwise.
    pub(super) fn maps(&self, column: &str) -> bool {
        self.columns.iter().any(|(ours, _)| ours == column)
    }
}
