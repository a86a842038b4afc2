//! The ladder of one user's sessions: every message, with the reason and its source.

mod reason;
mod tracer;

use crate::deployment::observe;
use crate::protocol::Side;
use crate::quantity::{Span, Time};
use crate::scenario::Scenario;
use tracer::Tracer;

/// Rungs kept of a session that is never lost.
const WITHOUT_A_LOSS: usize = 60;
/// Rungs kept after a loss where the session never comes back.
const AFTER_A_LOSS: usize = 5;

/// A message, or what a side did.
#[derive(Clone, PartialEq, Debug)]
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
#[derive(Clone, PartialEq, Debug)]
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
    telling: usize,
}

impl Ladder {
    /// Leaves out what comes after the first session, its loss and what came next.
    pub fn shorten(&mut self) {
        let all = self.rungs.len() + self.left_out;
        self.rungs.truncate(self.telling);
        self.left_out = all - self.rungs.len();
    }
}

/// The ladder of a user (counted from 0) of a client group through a replication (likewise).
pub fn ladder(scenario: &Scenario, clients: usize, user: u32, replication: u32) -> Ladder {
    let plan = &scenario.plan;
    let group = &plan.clients[clients];
    let (place, within) = plan.place_of(clients, user);
    let tracer = Tracer::new(scenario, clients, within);
    let tracer = observe(plan, group.gateway, place, replication, tracer)
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let telling = tracer
        .recovered_rung
        .or(tracer.lost_rung.map(|rung| rung + AFTER_A_LOSS));
    Ladder {
        title: format!(
            "User {} of {}, gateway {}, replication {}",
            user + 1,
            group.name,
            plan.gateways[group.gateway].name,
            replication + 1
        ),
        start: plan.start,
        rungs: tracer.rungs,
        left_out: 0,
        telling: telling.unwrap_or(WITHOUT_A_LOSS),
    }
}
