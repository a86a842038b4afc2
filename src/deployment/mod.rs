//! The only place where engine meets protocol.

mod plan;

pub use plan::{ClientPlan, GatewayPlan, PathConfig, Plan, Transport};
