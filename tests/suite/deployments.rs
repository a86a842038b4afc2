//! Small deployments to test with, built from the default settings.

use rccsim::deployment::{
    ClientPlan, ConnectionEnd, Forgets, GatewayPlan, IdleAction, LossDirection, PathConfig, Plan,
    RelayEnd, RelayRestarts, Replication, Transport,
};
use rccsim::measure::DropRow;
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{DayShape, SignIn, WorkloadConfig};

pub(crate) const HOUR: u64 = 3600;

pub(crate) fn path() -> PathConfig {
    PathConfig {
        transport: Transport::Tls,
        delay: Span::ZERO,
        loss: 0.0,
        relay_allow: None,
        idle_timeout: None,
        idle_action: IdleAction::Silent,
        keep_alive: None,
        route_expiry: None,
        relay_timer: None,
        relay_timer_restarts: RelayRestarts::Both,
        relay_timer_end: RelayEnd::Bye,
        relay_probe: None,
        relay_probe_misses: 1,
        relay_session_expires: None,
        relay_min_se: None,
        loses_ack: false,
        loss_direction: LossDirection::Both,
        connection_lifetime: None,
        connection_end: ConnectionEnd::Silent,
    }
}

pub(crate) fn gateway(update: UpdateBehaviour, allow: Allow) -> GatewayConfig {
    GatewayConfig {
        update,
        allow,
        session_expires_s: 86_400,
        min_se_s: 90,
        refresher: Refresher::Uac,
        enforces_session_timer: SessionTimer::No,
        retry_after_s: 60,
        update_share: 1.0,
        reinvite: ReInviteBehaviour::Accepted,
        reinvite_share: 1.0,
        refresher_on_refresh: RefresherOnRefresh::Same,
        refreshes: OwnRefreshes::Always,
        on_no_answer: OnRefreshFailure::TearDown,
        on_rejection: OnRefreshFailure::Hold,
        imposes_timer: false,
    }
}

pub(crate) fn r2() -> ClientConfig {
    ClientConfig {
        refresh_interval: Span::from_secs(1500),
        refresh_method: RefreshMethod::ByAllow,
        refresh_clock: RefreshClock::SinceRefresh,
        refresh_jitter: 0.0,
        session_expires_s: 1800,
        min_se_s: 90,
        on_no_answer: OnNoAnswer::TearDown,
        on_rejection: OnRejection::Hold,
        reestablish: Reestablish::Fixed(Span::from_secs(30)),
        offers_timer: true,
        refresh_timing: RefreshTiming::Interval,
        refresh_tries: 1,
        retry_delay: Span::from_secs(1),
        on_too_small: OnTooSmall::Retry,
        on_glare: OnGlare::Retry,
        on_gateway_refresh: OnGatewayRefresh::Accepted,
        sends_bye: true,
        answers_events: true,
    }
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
    WorkloadConfig {
        incoming_per_s: 0.0,
        outgoing_per_s: 0.0,
        ring_time: Span::from_secs(10),
        no_answer: Span::from_secs(20),
        talk_time: Span::from_secs(180),
        answered_at_pc: 0.0,
        by_hour: DayShape::default(),
        spread: 0.0,
    }
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
        gateway: 0,
        config,
        workload: no_calls(),
        path: path(),
        sign_in: SignIn::AtStart,
        sign_out: None,
        lunch: None,
        ahead_us: 0,
        attendance: 1.0,
        recorded_calls: None,
        recorded_signs: None,
    }
}

pub(crate) fn plan(gateway: GatewayConfig, clients: Vec<ClientPlan>, horizon_s: u64) -> Plan {
    Plan {
        name: "test".into(),
        seed: 1,
        start: Span::from_secs(8 * HOUR),
        horizon: Time(horizon_s * 1_000_000),
        gateways: vec![gateway_plan(gateway)],
        clients,
        faults: Vec::new(),
        drops_limit: 100_000,
    }
}

/// A gateway that answers at once and never fails.
pub(crate) fn gateway_plan(config: GatewayConfig) -> GatewayPlan {
    GatewayPlan {
        name: "gw".into(),
        count: 1,
        config,
        path: path(),
        station: None,
        max_sessions: None,
        max_sessions_per_line: None,
        forgets: Forgets::Sessions,
        spare: 0,
        rehome_after: Span::from_secs(60),
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
