//! How to execute a replication, as opposed to what to simulate.

use super::run_handle::RunHandle;

/// How to execute a replication. No option changes a figure; `drop_rows` limits the rows kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunOptions<'a> {
    /// Optimisations of plain deployments.
    pub fast_paths: FastPaths,
    /// Drop rows kept, over all replications of the call.
    pub drop_rows: u64,
    /// Progress and interruption.
    pub handle: &'a RunHandle,
}

/// Optimisations that must not change results: a message crosses two plain legs in one event, without a stop at OCS, and
/// users that are independent of each other are simulated one by one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FastPaths {
    /// Where the plan allows them.
    On,
    /// Never: each leg is an event, and all users of the group share the future event list.
    Off,
}
