//! The only place where engine meets protocol: wiring, paths, probes and [`simulate`].

mod call;
mod control;
mod drop_log;
mod group;
mod interleave;
mod path;
mod plan;
mod portion;
mod probe;
mod simulate;
mod slab;
mod station;
mod witness;

pub use call::Direction;
pub use control::Control;
pub use drop_log::DropLog;
pub use group::{Shortcuts, bytes_of_group};
pub use plan::{
    ClientPlan, FaultPlan, FaultTarget, Forgets, GatewayPlan, IdleAction, PathConfig, Plan,
    Transport,
};
pub use portion::Portion;
pub use simulate::{
    Manner, Part, Replication, simulate, simulate_each, simulate_under, simulate_with, watch,
    watch_and_count,
};
pub use station::{Begun, JobClass, Overload, ServiceTime, Station, StationConfig, Work};
pub use witness::{Fate, Witness};
