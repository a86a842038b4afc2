//! Who uses which gateway, and whom a fault hits.

use crate::deployment::{ClientPlan, FaultTarget, Plan};

/// The client groups of each gateway.
pub(super) type Groups<'a> = Vec<Vec<&'a ClientPlan>>;

/// Whom a fault hits.
pub(super) fn hit<'a>(
    plan: &'a Plan,
    groups: &'a Groups<'a>,
    target: FaultTarget,
) -> Box<dyn Iterator<Item = &'a ClientPlan> + 'a> {
    match target {
        FaultTarget::Gateway(gateway, _) => Box::new(groups[gateway].iter().copied()),
        FaultTarget::Clients(index) => Box::new(plan.clients.get(index).into_iter()),
        FaultTarget::All => Box::new(plan.clients.iter()),
    }
}
