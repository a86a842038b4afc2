//! How often faults that are drawn at random are expected to come.

use super::plan::{FaultPlan, FaultTarget, GatewayPlan, Plan};
use crate::faults::{FaultKind, Schedule};
use crate::measure::Scope;
use crate::quantity::Span;

impl Plan {
    /// How many draw a fault of their own: users, gateways, or a leg.
    pub fn draws_of(&self, fault: &FaultPlan) -> f64 {
        let is_personal = fault.config.kind.is_personal();
        let instances = |gateway: &GatewayPlan| f64::from(gateway.count + gateway.spare);
        let clients = self.clients.iter().enumerate();
        let users = |hit: &dyn Fn(usize, usize) -> bool| -> f64 {
            clients
                .clone()
                .filter(|(i, c)| hit(*i, c.gateway))
                .map(|(_, c)| f64::from(c.count))
                .sum()
        };
        match fault.target {
            // All users share one OCS, and all whom a surge names share it.
            _ if matches!(fault.config.kind, FaultKind::OcsFailover | FaultKind::Surge) => 1.0,
            FaultTarget::Clients(index) if is_personal => users(&|i, _| i == index),
            FaultTarget::Gateway(index, _) if is_personal => users(&|_, gateway| gateway == index),
            FaultTarget::All if is_personal => users(&|_, _| true),
            FaultTarget::Gateway(index, None) => instances(&self.gateways[index]),
            FaultTarget::All => self.gateways.iter().map(instances).sum(),
            FaultTarget::Gateway(_, Some(_)) | FaultTarget::Clients(_) => 1.0,
        }
    }

    /// How often a fault is expected in one replication, and its mean time between failures; `None`: it is not drawn at
    /// random.
    pub fn expected_faults(&self, fault: &FaultPlan) -> Option<(f64, Span)> {
        match fault.config.schedule {
            Schedule::Recurrent { mtbf, .. } => {
                let times = self.horizon.0 as f64 / mtbf.0 as f64;
                Some((times * self.draws_of(fault), mtbf))
            }
            Schedule::Once { .. } => None,
        }
    }

    /// Of the faults that are drawn at random and can hit those whom a scope is about, how often the rarest is simulated in
    /// one replication; `None`: there is none.
    pub fn rarest_fault(&self, scope: &Scope) -> Option<f64> {
        let hitting = self.faults.iter().filter(|fault| self.hits(fault, scope));
        hitting
            .filter_map(|fault| self.simulated_faults(fault))
            .min_by(f64::total_cmp)
    }

    fn hits(&self, fault: &FaultPlan, scope: &Scope) -> bool {
        let gateway_of = |clients: usize| self.clients[clients].gateway;
        match (scope, fault.target) {
            (Scope::All, _) | (_, FaultTarget::All) => true,
            (Scope::Clients(name), target) => (self.clients.iter().enumerate())
                .any(|(index, c)| c.name == *name && target.hits(index, c)),
            (Scope::Gateway(name), FaultTarget::Clients(index)) => {
                self.gateways[gateway_of(index)].name == *name
            }
            (Scope::Gateway(name), FaultTarget::Gateway(index, _)) => {
                self.gateways[index].name == *name
            }
        }
    }
}
