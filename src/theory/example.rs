//! A plain plan for tests: 100 users of one gateway that accepts UPDATE, 8 hours from 08:00, no calls and no faults; the
//! defaults of every key else.
#![cfg(test)]

use crate::deployment::{FaultPlan, FaultTarget, Overload, Plan, ServiceTime, StationConfig};
use crate::faults::{FaultConfig, FaultKind, Schedule};
use crate::measure::Scope;
use crate::quantity::{Span, Time};
use crate::scenario::Scenario;
use crate::workload::{
    CallDraws, FileExtent, RecordedCall, RecordedSign, Recording, RecordingWriter,
};

pub(super) fn secs(n: u64) -> Span {
    Span::from_secs(n)
}

pub(super) fn plan() -> Plan {
    let text = r#"
        [scenario]
        name = "example"
        horizon = "8 h"
        [[gateway]]
        name = "x"
        update = "accepted"
        [[clients]]
        name = "x"
        gateway = "x"
        count = 100
        incoming_calls = "0 /h"
        outgoing_calls = "0 /h"
        sign_in = "at start"
    "#;
    Scenario::from_toml(text).unwrap().plan
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
        throttle: None,
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
    call_rate: 1.0,
};

pub(super) fn fault(name: &str, target: FaultTarget, config: FaultConfig) -> FaultPlan {
    FaultPlan {
        occurrence: 0,
        name: name.into(),
        config,
        target,
        number: 0,
    }
}

/// So long after the start of the run, for so long [s].
pub(super) fn single_schedule(at_s: u64, duration: Span) -> Schedule {
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
    writer
        .finish(String::new(), 0, FileExtent::default())
        .unwrap()
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
    writer
        .finish(String::new(), 0, FileExtent::default())
        .unwrap()
}
