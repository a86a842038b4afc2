//! Whether anything in a replication is drawn at random. One in which nothing is says all: every other one is the same run.

use super::plan::{ClientPlan, GatewayPlan, PathConfig, Plan};
use super::station::{ServiceTime, StationConfig};
use crate::faults::Schedule;
use crate::protocol::Reestablish;
use crate::quantity::Span;
use crate::workload::SignIn;

impl Plan {
    /// Whether random numbers are drawn for the users of a gateway whatever happens to them. What a client draws only when
    /// something happens to it, for a refresh, a re-establishment or after 491, the group sees in its streams.
    pub(super) fn draws_for(&self, gateway: usize) -> bool {
        let recurs = |schedule: &Schedule| matches!(schedule, Schedule::Recurrent { .. });
        let at_gateway = |c: &&ClientPlan| c.gateway == gateway && c.count > 0;
        let mut clients = self.clients.iter().filter(at_gateway);
        self.faults.iter().any(|f| recurs(&f.config.schedule))
            || clients.any(|c| c.draws() || self.gateways[gateway].draws())
    }
}

impl GatewayPlan {
    fn draws(&self) -> bool {
        let is_part = |share: f64| share > 0.0 && share < 1.0;
        self.path.draws()
            || is_part(self.config.update_share)
            || is_part(self.config.reinvite_share)
            || self.station.as_ref().is_some_and(StationConfig::draws)
    }
}

impl ClientPlan {
    fn draws(&self) -> bool {
        let calls = self.recorded_calls.is_none()
            && (self.workload.incoming_per_s > 0.0 || self.workload.outgoing_per_s > 0.0);
        let days = self.recorded_signs.is_none()
            && (self.attendance < 1.0
                || self.sign_in.draws()
                || self.sign_out.is_some_and(|at| at.draws())
                || self.lunch.is_some_and(|lunch| lunch.at.draws()));
        calls || days || !self.mix.is_empty() || self.path.draws()
    }
}

impl PathConfig {
    fn draws(&self) -> bool {
        self.loss > 0.0
            || self.connection_lifetime.is_some()
            || self.route_expiry.is_some_and(|(from, to)| from < to)
    }
}

impl StationConfig {
    fn draws(&self) -> bool {
        (self.service.iter()).any(|service| !matches!(service, ServiceTime::Fixed(_)))
    }
}

impl SignIn {
    fn draws(self) -> bool {
        match self {
            Self::AtStart | Self::At(_) => false,
            Self::UniformOver(width) => width > Span::ZERO,
            Self::Normal { sd, .. } => sd > Span::ZERO,
        }
    }
}

/// Whether the delay before a client comes back hangs on the number that is drawn for it.
pub(super) fn varies(reestablish: Reestablish) -> bool {
    match reestablish {
        Reestablish::Never | Reestablish::Fixed(_) => false,
        Reestablish::Uniform(from, to) => from < to,
        Reestablish::Backoff { jitter, .. } => jitter > 0.0,
    }
}
