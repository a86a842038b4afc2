//! The users of one client group behind one gateway of the group.

use super::super::plan::ClientPlan;
use super::super::probe::Probe;
use super::script::Script;
use super::stay::Days;
use crate::protocol::Allow;
use crate::quantity::{Span, Time};
use crate::workload::{CallRate, RecordedCall, RecordedSign, Surge};

/// A cohort: the users of one client group behind this gateway.
pub(super) struct Cohort<'a> {
    /// Index into the client groups of the plan.
    pub(super) index: usize,
    pub(super) days: Days<'a>,
    pub(super) plan: &'a ClientPlan,
    pub(super) reliable: bool,
    /// Whether nothing happens to messages on either leg but a delay.
    pub(super) delay_only: bool,
    pub(super) single_hop: bool,
    /// The index of its first user in the group.
    pub(super) first: u32,
    /// How many they are.
    pub(super) users: u32,
    /// Its calls, where they are replayed.
    pub(super) calls: Option<Script<RecordedCall>>,
    /// Its sign-ins and sign-outs, where they are replayed.
    pub(super) signs: Option<Script<RecordedSign>>,
    /// Surges of its calls, in the order of time.
    pub(super) surges: Vec<Surge>,
    pub(super) probe: Probe,
    pub(super) legs: Legs,
}

/// What both legs do to a message where nothing else happens on them.
pub(super) struct Legs {
    /// How long a message takes between client and OCS.
    pub(super) client: Span,
    /// Between OCS and gateway.
    pub(super) gateway: Span,
    /// The Allow header that OCS puts in place of the gateway's.
    pub(super) relay_allow: Option<Allow>,
    /// What it writes in place of the client's Session-Expires and Min-SE.
    pub(super) relay_session_expires: Option<Span>,
    pub(super) relay_min_se: Option<Span>,
    pub(super) horizon: Time,
}

impl Cohort<'_> {
    /// How the rate of their calls varies.
    pub(super) fn call_rate(&self) -> CallRate<'_> {
        CallRate {
            shape: &self.plan.workload.by_hour,
            start_us: self.days.start_us,
            surges: &self.surges,
        }
    }

    /// Whether its users may sign in more than once on a day: then their calls go on, unheard, while they are signed out.
    pub(super) fn signs_in_again(&self) -> bool {
        self.signs.is_some() || self.plan.lunch.is_some()
    }
}
