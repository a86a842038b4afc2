//! The gateways of one name with the client groups that they serve and the faults that hit them.

use super::client_group::ClientGroup;
use super::precondition::Violation;
use crate::deployment::{FaultPlan, FaultTarget, GatewayPlan, Plan};
use crate::faults::Schedule;
use crate::measure::Scope;

/// The gateways of one `[[gateway]]`.
pub(super) struct Gateway<'a> {
    /// As figures name them.
    pub scope: Scope,
    /// Their plan.
    pub plan: &'a GatewayPlan,
    /// Whom they serve.
    pub groups: Vec<ClientGroup<'a>>,
    /// The faults that hit them.
    pub faults: Vec<&'a FaultPlan>,
    /// The length of the run [s].
    pub horizon_s: f64,
}

impl<'a> Gateway<'a> {
    /// The gateways of that index in the plan.
    pub(super) fn new(plan: &'a Plan, index: usize) -> Self {
        let gateway = &plan.gateways[index];
        let hits = |fault: &&FaultPlan| match fault.target {
            FaultTarget::All => true,
            FaultTarget::Gateway(gateway, _) => gateway == index,
            FaultTarget::Clients(_) => false,
        };
        let served = (0..plan.clients.len()).filter(|c| plan.clients[*c].gateway == index);
        Gateway {
            scope: Scope::Gateway(gateway.name.clone()),
            plan: gateway,
            groups: served.map(|c| ClientGroup::new(plan, c)).collect(),
            faults: plan.faults.iter().filter(hits).collect(),
            horizon_s: plan.horizon.as_secs_f64(),
        }
    }
}

/// When a fault comes, and for how long, from the start of the run [s].
///
/// Precondition: it comes once.
pub(super) fn single_occurrence(fault: &FaultPlan) -> Result<(f64, f64), Violation> {
    match fault.config.schedule {
        Schedule::Once { at, duration } => Ok((at.as_secs_f64(), duration.as_secs_f64())),
        Schedule::Recurrent { mtbf, .. } => Err(Violation::FaultAtRandom(mtbf)),
    }
}
