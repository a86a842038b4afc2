//! The only place where engine meets protocol: wiring, paths, probes and [`simulate`].

mod call;
mod drop_log;
mod group;
mod interleave;
mod level;
mod list_pool;
mod observer;
pub(crate) mod parallel;
mod partial_result;
mod path;
mod plan;
mod probe;
mod run_handle;
mod run_options;
mod simulate;
mod station;
mod user_record;

pub use call::Direction;
pub use drop_log::DropLog;
pub use group::bytes_of_group;
pub use observer::{Fate, Observer};
pub use partial_result::PartialResult;
pub use plan::{
    ClientPlan, FaultPlan, FaultTarget, Forgets, GatewayPlan, IdleAction, PathConfig, Plan,
    Transport,
};
pub use run_handle::RunHandle;
pub use run_options::{FastPaths, RunOptions};
pub use simulate::{
    Replication, ReplicationPart, observe, observe_with_tally, simulate, simulate_each,
    simulate_with_fast_paths, simulate_with_options,
};
pub use station::{JobClass, Overload, ServiceStart, ServiceTime, Station, StationConfig, Work};
