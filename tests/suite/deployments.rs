//! Small deployments to test with: the defaults of every key, but no calls, and who is there from the start.

use std::sync::LazyLock;

use rccsim::deployment::{ClientPlan, GatewayPlan, PathConfig, Plan, Replication};
use rccsim::measure::DropRow;
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::scenario::Scenario;
use rccsim::workload::WorkloadConfig;

pub(crate) const HOUR: u64 = 3600;

static DEFAULTS: LazyLock<Plan> = LazyLock::new(|| {
    let text = r#"
        [scenario]
        name = "test"
        horizon = "1 h"
        [[gateway]]
        name = "gw"
        update = "accepted"
        enforces_session_timer = "no"
        [[clients]]
        name = "clients"
        gateway = "gw"
        count = 1
        incoming_calls = "0 /h"
        outgoing_calls = "0 /h"
        sign_in = "at start"
    "#;
    Scenario::from_toml(text).unwrap().plan
});

pub(crate) fn path() -> PathConfig {
    DEFAULTS.gateways[0].path.clone()
}

pub(crate) fn gateway(update: UpdateBehaviour, allow: Allow) -> GatewayConfig {
    GatewayConfig {
        update,
        allow,
        ..DEFAULTS.gateways[0].config.clone()
    }
}

pub(crate) fn r2() -> ClientConfig {
    DEFAULTS.clients[0].config.clone()
}

pub(crate) fn c2007() -> ClientConfig {
    ClientConfig {
        refresh_interval: Span::from_secs(600),
        refresh_method: RefreshMethod::ReInvite,
        ..r2()
    }
}

pub(crate) fn rfc4028() -> ClientConfig {
    ClientConfig {
        refresh_method: RefreshMethod::Rfc4028,
        on_rejection: OnRejection::FallBack,
        ..r2()
    }
}

pub(crate) fn no_calls() -> WorkloadConfig {
    DEFAULTS.clients[0].workload.clone()
}

pub(crate) fn calls(incoming_per_h: f64, outgoing_per_h: f64) -> WorkloadConfig {
    WorkloadConfig {
        incoming_per_s: incoming_per_h / 3600.0,
        outgoing_per_s: outgoing_per_h / 3600.0,
        ..no_calls()
    }
}

pub(crate) fn clients(name: &str, count: u32, config: ClientConfig) -> ClientPlan {
    ClientPlan {
        name: name.into(),
        count,
        config,
        ..DEFAULTS.clients[0].clone()
    }
}

pub(crate) fn plan(gateway: GatewayConfig, clients: Vec<ClientPlan>, horizon_s: u64) -> Plan {
    Plan {
        horizon: Time(horizon_s * 1_000_000),
        gateways: vec![gateway_plan(gateway)],
        clients,
        ..DEFAULTS.clone()
    }
}

/// A gateway that answers at once and never fails.
pub(crate) fn gateway_plan(config: GatewayConfig) -> GatewayPlan {
    GatewayPlan {
        config,
        ..DEFAULTS.gateways[0].clone()
    }
}

/// Every drop row of a replication.
pub(crate) fn drop_rows(replication: Replication) -> Vec<DropRow> {
    let mut rows = Vec::new();
    for log in replication.drops {
        log.drain(|row| {
            rows.push(row.clone());
            Ok(())
        })
        .unwrap();
    }
    rows
}
