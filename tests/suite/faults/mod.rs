//! Faults and middleboxes, against closed forms and hand-made instants.

use rccsim::deployment::*;
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, DropCause, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::SignIn;

use crate::deployments::*;

mod gateways;
mod paths;
mod users;

const DAY: u64 = 24 * HOUR;

fn healthy() -> GatewayConfig {
    gateway(UpdateBehaviour::Accepted, Allow::Absent)
}

fn fault(kind: FaultKind, schedule: Schedule, target: FaultTarget, reset: bool) -> FaultPlan {
    FaultPlan {
        occurrence: 0,
        name: "fault-1".into(),
        config: FaultConfig {
            kind,
            schedule,
            reset,
            call_rate: 1.0,
        },
        target,
        number: 0,
    }
}

fn single_schedule(at_s: u64, duration_s: u64) -> Schedule {
    Schedule::Once {
        at: Time(at_s * 1_000_000),
        duration: Span::from_secs(duration_s),
    }
}

fn every_gateway() -> FaultTarget {
    FaultTarget::Gateway(0, None)
}

fn mean(runs: &[f64]) -> (f64, f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
