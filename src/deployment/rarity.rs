//! How often faults that are drawn at random are expected to come.

use std::collections::BTreeMap;

use super::plan::{FaultPlan, FaultTarget, GatewayPlan, Plan};
use crate::faults::{FaultKind, Schedule};
use crate::measure::Scope;
use crate::quantity::Span;

impl Plan {
    /// How many draw a fault of their own: users, gateways, or a leg.
    pub fn draws_of(&self, fault: &FaultPlan) -> f64 {
        let is_personal = fault.config.kind.is_personal();
        let instances = |gateway: &GatewayPlan| f64::from(gateway.count + gateway.spare);
        let users = |hit: &dyn Fn(usize) -> bool| -> f64 {
            let hit = self.clients.iter().filter(|c| hit(c.gateway));
            hit.map(|c| f64::from(c.count)).sum()
        };
        match fault.target {
            // All users share one OCS, and all whom a surge names share it.
            _ if matches!(fault.config.kind, FaultKind::OcsFailover | FaultKind::Surge) => 1.0,
            FaultTarget::Clients(index) if is_personal => f64::from(self.clients[index].count),
            FaultTarget::Gateway(index, _) if is_personal => users(&|gateway| gateway == index),
            FaultTarget::All if is_personal => users(&|_| true),
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

    /// Of the faults that are drawn at random, how often the rarest is simulated in one replication, by whom it can hit.
    pub fn rarest_faults(&self) -> RarestFaults<'_> {
        let mut rarest = RarestFaults {
            plan: self,
            clients: self
                .clients
                .iter()
                .map(|c| c.name.as_str())
                .zip(0..)
                .collect(),
            gateways: self
                .gateways
                .iter()
                .map(|g| g.name.as_str())
                .zip(0..)
                .collect(),
            overall: None,
            of_all: None,
            of_clients: vec![None; self.clients.len()],
            of_gateway: vec![None; self.gateways.len()],
            of_users: vec![None; self.gateways.len()],
        };
        for (fault, times) in self.faults.iter().zip(self.simulated_faults()) {
            rarest.overall = rarer(rarest.overall, times);
            match fault.target {
                FaultTarget::All => rarest.of_all = rarer(rarest.of_all, times),
                FaultTarget::Clients(index) => {
                    let users = &mut rarest.of_users[self.clients[index].gateway];
                    *users = rarer(*users, times);
                    rarest.of_clients[index] = rarer(rarest.of_clients[index], times);
                }
                FaultTarget::Gateway(index, _) => {
                    rarest.of_gateway[index] = rarer(rarest.of_gateway[index], times);
                }
            }
        }
        rarest
    }
}

/// How often the rarest of the faults that are drawn at random is simulated in one replication, by whom it can hit; `None`:
/// there is no such fault.
#[derive(Debug)]
pub struct RarestFaults<'a> {
    plan: &'a Plan,
    clients: BTreeMap<&'a str, usize>,
    gateways: BTreeMap<&'a str, usize>,
    overall: Option<f64>,
    /// Of those that hit everybody.
    of_all: Option<f64>,
    /// Of those that hit the users of a client group alone.
    of_clients: Vec<Option<f64>>,
    /// Of those that hit a gateway.
    of_gateway: Vec<Option<f64>>,
    /// Of those that hit some client group of a gateway.
    of_users: Vec<Option<f64>>,
}

impl RarestFaults<'_> {
    /// The rarest that can hit those whom a scope is about.
    pub fn for_scope(&self, scope: &Scope) -> Option<f64> {
        let rarest = match scope {
            Scope::All => return self.overall,
            Scope::Clients(name) => self.clients.get(name.as_str()).and_then(|i| {
                let gateway = self.plan.clients[*i].gateway;
                rarer(self.of_clients[*i], self.of_gateway[gateway])
            }),
            Scope::Gateway(name) => (self.gateways.get(name.as_str()))
                .and_then(|i| rarer(self.of_gateway[*i], self.of_users[*i])),
        };
        rarer(self.of_all, rarest)
    }
}

/// The lesser of two, where there are any.
fn rarer(first: Option<f64>, second: Option<f64>) -> Option<f64> {
    first.into_iter().chain(second).min_by(f64::total_cmp)
}
