//! What a ladder is made of.

use serde::{Deserialize, Serialize};

use crate::protocol::Side;
use crate::quantity::{Span, Time};

/// A message, or what a side did.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Rung {
    /// Since the run's start.
    pub at: Time,
    /// Who sent or did it.
    pub from: Side,
    /// The other side, where it is a message.
    pub to: Option<Side>,
    /// The message, or what happened.
    pub what: String,
    /// Microseconds on the way; `None`: it never arrived, or it is no message.
    pub transit_us: Option<u64>,
    /// Why, and what says so.
    pub reason: String,
}

/// A user's ladder through a replication.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Ladder {
    /// Whose session, in which replication.
    pub title: String,
    /// The time of day at which the run starts.
    pub start: Span,
    /// In the order of time.
    pub rungs: Vec<Rung>,
    /// Rungs left out after those.
    pub left_out: usize,
    /// How many rungs tell of the first session, its loss and what came next.
    pub(super) telling: usize,
}

impl Ladder {
    /// Leaves out what comes after the first session, its loss and what came next.
    pub fn shorten(&mut self) {
        let all = self.rungs.len() + self.left_out;
        self.rungs.truncate(self.telling);
        self.left_out = all - self.rungs.len();
    }
}
