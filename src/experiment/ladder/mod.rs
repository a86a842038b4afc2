//! The ladder of one user's sessions: every message, with the reason and its source.

mod reason;
mod rung;
mod tracer;

pub use rung::{Ladder, Rung};
pub use tracer::ladder;
