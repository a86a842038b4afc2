//! A plain plan for tests: 100 users of one gateway that accepts UPDATE, 8 hours from 08:00, no calls and no faults.

use crate::deployment::{
    ClientPlan, ConnectionEnd, FaultPlan, FaultTarget, Forgets, GatewayPlan, IdleAction,
    LossDirection, Overload, PathConfig, Plan, RelayEnd, RelayRestarts, ServiceTime, StationConfig,
    Transport,
};
use crate::faults::{FaultConfig, FaultKind, Schedule};
use crate::measure::Scope;
use crate::protocol::{
    Allow, ClientConfig, GatewayConfig, OnGatewayRefresh, OnGlare, OnNoAnswer, OnRefreshFailure,
    OnRejection, OnTooSmall, OwnRefreshes, ReInviteBehaviour, Reestablish, RefreshClock,
    RefreshMethod, RefreshTiming, Refresher, RefresherOnRefresh, SessionTimer, UpdateBehaviour,
};
use crate::quantity::{Span, Time};
use crate::workload::{
    CallDraws, DayShape, RecordedCall, RecordedSign, Recording, RecordingWriter, SignIn,
    WorkloadConfig,
};

pub(super) fn secs(n: u64) -> Span {
    Span::from_secs(n)
}

fn path() -> PathConfig {
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

fn client_config() -> ClientConfig {
    ClientConfig {
        refresh_interval: secs(1500),
        refresh_method: RefreshMethod::ByAllow,
        refresh_clock: RefreshClock::SinceRefresh,
        refresh_jitter: 0.0,
        session_expires_s: 1800,
        min_se_s: 90,
        on_no_answer: OnNoAnswer::TearDown,
        on_rejection: OnRejection::Hold,
        reestablish: Reestablish::Fixed(secs(30)),
        offers_timer: true,
        refresh_timing: RefreshTiming::Interval,
        refresh_tries: 1,
        retry_delay: secs(1),
        on_too_small: OnTooSmall::Retry,
        on_glare: OnGlare::Retry,
        on_gateway_refresh: OnGatewayRefresh::Accepted,
        sends_bye: true,
        answers_events: true,
    }
}

fn gateway() -> GatewayPlan {
    GatewayPlan {
        name: "x".into(),
        count: 1,
        config: GatewayConfig {
            update: UpdateBehaviour::Accepted,
            allow: Allow::Absent,
            session_expires_s: 86_400,
            min_se_s: 90,
            refresher: Refresher::Uac,
            enforces_session_timer: SessionTimer::Silent,
            retry_after_s: 60,
            update_share: 1.0,
            reinvite: ReInviteBehaviour::Accepted,
            reinvite_share: 1.0,
            refresher_on_refresh: RefresherOnRefresh::Same,
            refreshes: OwnRefreshes::Always,
            on_no_answer: OnRefreshFailure::TearDown,
            on_rejection: OnRefreshFailure::Hold,
            imposes_timer: false,
        },
        path: path(),
        station: None,
        max_sessions: None,
        max_sessions_per_line: None,
        forgets: Forgets::Sessions,
        spare: 0,
        rehome_after: secs(60),
    }
}

pub(super) fn plan() -> Plan {
    let workload = WorkloadConfig {
        incoming_per_s: 0.0,
        outgoing_per_s: 0.0,
        ring_time: secs(10),
        no_answer: secs(20),
        talk_time: secs(180),
        answered_at_pc: 0.0,
        by_hour: DayShape::default(),
        spread: 0.0,
    };
    let clients = ClientPlan {
        name: "x".into(),
        count: 100,
        gateway: 0,
        config: client_config(),
        workload,
        path: path(),
        sign_in: SignIn::AtStart,
        sign_out: None,
        lunch: None,
        ahead_us: 0,
        attendance: 1.0,
        recorded_calls: None,
        recorded_signs: None,
    };
    Plan {
        name: "example".into(),
        seed: 1,
        start: secs(28_800),
        horizon: Time(28_800_000_000),
        gateways: vec![gateway()],
        clients: vec![clients],
        faults: Vec::new(),
        drops_limit: 100_000,
    }
}

pub(super) fn clients() -> Scope {
    Scope::Clients("x".into())
}

pub(super) fn gateways() -> Scope {
    Scope::Gateway("x".into())
}

/// A station with this service time for every job and one server.
pub(super) fn station(service: ServiceTime) -> StationConfig {
    StationConfig {
        servers: 1,
        queue: None,
        service: std::array::from_fn(|_| service.clone()),
        response_service: Span::ZERO,
        setup_serial: Span::ZERO,
        overload: Overload::Drop,
        calls_first: false,
    }
}

/// A silent crash, every 4 h on average, for 2 min on average.
pub(super) const CRASH: FaultConfig = FaultConfig {
    kind: FaultKind::Crash,
    schedule: Schedule::Recurrent {
        mtbf: Span::from_secs(14_400),
        mttr: Span::from_secs(120),
    },
    reset: false,
};

pub(super) fn fault(name: &str, target: FaultTarget, config: FaultConfig) -> FaultPlan {
    FaultPlan {
        name: name.into(),
        config,
        target,
        number: 0,
    }
}

/// So long after the start of the run, for so long [s].
pub(super) fn once(at_s: u64, duration: Span) -> Schedule {
    Schedule::Once {
        at: Time(at_s * 1_000_000),
        duration,
    }
}

/// A recording of one call.
pub(super) fn recorded_calls() -> Recording<RecordedCall> {
    let draws = CallDraws {
        ring: secs(5),
        answered: true,
        talk: secs(60),
        at_pc: false,
    };
    let call = RecordedCall {
        at: Time(1),
        user: 0,
        incoming: true,
        draws,
    };
    let mut writer = RecordingWriter::new(1).unwrap();
    writer.push(&call).unwrap();
    writer.finish(String::new(), 0).unwrap()
}

/// A recording of one sign-in.
pub(super) fn recorded_signs() -> Recording<RecordedSign> {
    let sign = RecordedSign {
        at: Time(1),
        user: 0,
        signs_in: true,
    };
    let mut writer = RecordingWriter::new(1).unwrap();
    writer.push(&sign).unwrap();
    writer.finish(String::new(), 0).unwrap()
}
