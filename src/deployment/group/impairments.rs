//! The faults and middleboxes that concern a group.

use super::super::path::OutageEnd;
use super::super::plan::{FaultPlan, FaultTarget, Plan};
use super::super::rare_faults::FirstOccurrence;
use super::instance::Waiting;
use crate::engine::Stream;
use crate::faults::{FaultKind, Occurrence};
use crate::measure::Tally;
use crate::quantity::Time;

/// The target of a fault process in the group.
#[derive(Clone, Copy)]
pub(super) enum Victim {
    Instance(usize),
    Cohort(usize),
    Everyone,
}

/// A fault that hits many users at once.
pub(super) struct Process<'a> {
    pub(super) plan: &'a FaultPlan,
    pub(super) victim: Victim,
    pub(super) stream: Stream,
    /// What is known of the first occurrence, until it is scheduled.
    pub(super) first: Option<FirstOccurrence>,
    pub(super) occurrence: Option<Occurrence>,
    pub(super) count: u32,
}

/// The faults and middleboxes that concern the group.
pub(super) struct Impairments<'a> {
    pub(super) processes: Vec<Process<'a>>,
    /// Whether there will be processes: known before they are scheduled.
    pub(super) any_process: bool,
    /// Faults that hit each user alone.
    pub(super) personal: Vec<&'a FaultPlan>,
    /// Usable users before each personal fault, while the fault hits one user after another at its scheduled time.
    pub(super) usable_before: Vec<Option<u64>>,
    /// The instant of the last faults, and how many users were usable before them.
    pub(super) before_faults: Option<(Time, u64)>,
    pub(super) middleboxes: bool,
    pub(super) paths: bool,
    pub(super) client_leg_down_until: Vec<OutageEnd>,
    /// Messages that wait for the end of an outage of the client leg, by client group.
    pub(super) client_leg_waiting: Vec<Vec<Waiting>>,
    pub(super) ocs_down_until: OutageEnd,
    /// Scheduled faults with the usable users before each, until as many are usable again.
    pub(super) waiting: Vec<(Time, u64)>,
}

impl<'a> Impairments<'a> {
    /// The impairments of the groups of this gateway.
    pub(super) fn new(plan: &'a Plan, gateway: usize) -> Self {
        let cohorts: Vec<usize> = (0..plan.clients.len())
            .filter(|c| plan.clients[*c].gateway == gateway)
            .collect();
        let concerns_group = |fault: &&FaultPlan| match fault.target {
            FaultTarget::Gateway(index, _) => index == gateway,
            FaultTarget::Clients(index) => cohorts.contains(&index),
            FaultTarget::All => true,
        };
        let mut paths = cohorts
            .iter()
            .map(|c| &plan.clients[*c].path)
            .chain([&plan.gateways[gateway].path]);
        let fails = |fault: &&FaultPlan| fault.config.kind.is_failure();
        let faults: Vec<&FaultPlan> = plan
            .faults
            .iter()
            .filter(concerns_group)
            .filter(fails)
            .collect();
        let on_paths = |f: &&&FaultPlan| {
            matches!(
                f.config.kind,
                FaultKind::LinkOutage | FaultKind::OcsFailover
            )
        };
        Impairments {
            any_process: faults.iter().any(|f| !f.config.kind.is_personal()),
            processes: Vec::new(),
            paths: faults.iter().any(|f| on_paths(&f)),
            usable_before: vec![None; faults.len()],
            before_faults: None,
            personal: faults
                .into_iter()
                .filter(|f| f.config.kind.is_personal())
                .collect(),
            middleboxes: paths
                .any(|p| p.idle_timeout.is_some() || p.route_expiry.is_some() || p.holds_state()),
            client_leg_down_until: vec![None; cohorts.len()],
            client_leg_waiting: cohorts.iter().map(|_| Vec::new()).collect(),
            ocs_down_until: None,
            waiting: Vec::new(),
        }
    }

    /// Whether there are no impairments.
    pub(super) fn is_none(&self) -> bool {
        !self.any_process && self.personal.is_empty() && !self.middleboxes
    }

    /// Whether messages can be held up or lost on their way because of a fault.
    pub(super) fn touches_paths(&self) -> bool {
        self.paths
    }

    /// Until when the leg of these clients is interrupted.
    pub(super) fn client_leg_outage(&self, cohort: u16) -> OutageEnd {
        self.client_leg_down_until
            .get(cohort as usize)
            .copied()
            .flatten()
    }

    /// One more user is usable.
    pub(super) fn usable_again(&mut self, usable: u64, now: Time, tally: &mut Tally) {
        self.waiting.retain(|(began, before)| {
            if usable >= *before {
                tally.all_back_us = tally.all_back_us.max(Some((now - *began).0));
            }
            usable < *before
        });
    }

    /// The run ends.
    pub(super) fn close(&self, tally: &mut Tally, horizon: Time) {
        for (began, _) in &self.waiting {
            tally.all_back_open_us = tally.all_back_open_us.max(Some((horizon - *began).0));
        }
    }
}
