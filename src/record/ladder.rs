//! The ladder of one session: who said what to whom, when, and why.

use serde::{Deserialize, Serialize};

use super::figure::Name;

/// One rung.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rung {
    /// Microseconds since the run's start.
    pub at_us: u64,
    /// Time of day, to the millisecond.
    pub clock: String,
    /// `client` or `gateway`.
    pub from: Name,
    /// The other side, where it is a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Name>,
    /// The message, or what happened.
    pub what: String,
    /// Milliseconds on the way; none: it never arrived, or it is no message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_ms: Option<f64>,
    /// Why, and what says so.
    pub reason: String,
}

/// The ladder and whose it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ladder {
    /// The version of this document's shape.
    pub schema: Name,
    /// Whose session, in which replication.
    pub title: String,
    /// In the order of time.
    pub rungs: Vec<Rung>,
    /// Rungs after those shown.
    pub left_out: usize,
}
