//! The only place where engine meets protocol: wiring, paths, probes and [`simulate`].

mod call;
mod group;
mod path;
mod plan;
mod probe;
mod simulate;
mod witness;

pub use call::Direction;
pub use group::Hops;
pub use plan::{ClientPlan, GatewayPlan, PathConfig, Plan, Transport};
pub use simulate::{Replication, simulate, simulate_with, watch};
pub use witness::{Fate, Witness};
