//! What a run will not show, or will show of fewer users than the scenario names.

use crate::deployment::{ClientPlan, FaultTarget, Plan};
use crate::faults::Schedule;
use crate::quantity::number::percent;
use crate::quantity::{Span, print_clock, print_span};
use crate::workload::SignIn;

/// Nearly all users are within so many standard deviations of a normal sign-in.
const DEVIATIONS: f64 = 3.0;
const DAY_US: u64 = 86_400_000_000;
/// A run of more than one working day.
const LONG_US: u64 = 36 * 3_600_000_000;

/// More users than a gateway monitors.
pub(super) fn of_limits(plan: &Plan, warnings: &mut Vec<String>) {
    for (index, gateway) in plan.gateways.iter().enumerate() {
        let Some(most) = gateway.max_sessions else {
            continue;
        };
        let users: f64 = (plan.clients.iter())
            .filter(|c| c.gateway == index)
            .map(|c| f64::from(c.count) * c.attendance)
            .sum();
        let room = u64::from(most) * u64::from(gateway.count);
        if users > room as f64 {
            warnings.push(format!(
                "gateway.{}: max_sessions {most} leaves room for {room} of about {users:.0} users: the others get no session",
                gateway.name
            ));
        }
    }
}

/// A middlebox that forgets a connection before it is used again.
pub(super) fn of_idle(clients: &ClientPlan, interval: Span, warnings: &mut Vec<String>) {
    let path = &clients.path;
    let Some(idle) = path.idle_timeout else {
        return;
    };
    let latest = Span::from_micros_f64(interval.0 as f64 * (1.0 + clients.config.refresh_jitter));
    let is_kept = path.keep_alive.is_some_and(|every| every < idle);
    if idle < latest && !is_kept {
        warnings.push(format!(
            "clients.{}: idle_timeout {} of its path is shorter than the refresh interval {}: a connection without calls is forgotten before the refresh",
            clients.name,
            print_span(idle),
            print_span(latest)
        ));
    }
}

/// Days after the first, on which nobody signs in.
pub(super) fn of_days(plan: &Plan, clients: &ClientPlan, warnings: &mut Vec<String>) {
    let leaves = clients.sign_out.is_some() && clients.recorded_signs.is_none();
    if leaves && plan.horizon.0 >= LONG_US {
        warnings.push(format!(
            "clients.{}: its users sign in on the first day only, but the run lasts {} and rates are over all of it (sign_in_file holds every day)",
            clients.name,
            print_span(Span(plan.horizon.0))
        ));
    }
}

/// Scheduled faults that come while nobody whom they hit is signed in, on the users' own clocks.
pub(super) fn of_faults(plan: &Plan, warnings: &mut Vec<String>) {
    for fault in &plan.faults {
        let Schedule::Once { at, .. } = fault.config.schedule else {
            continue;
        };
        let is_hit = |(index, clients): &(usize, &ClientPlan)| match fault.target {
            FaultTarget::Gateway(gateway, _) => clients.gateway == gateway,
            FaultTarget::Clients(hit) => *index == hit,
            FaultTarget::All => true,
        };
        let mut hit = plan.clients.iter().enumerate().filter(is_hit).peekable();
        if hit.peek().is_none() || at >= plan.horizon {
            continue;
        }
        if hit.all(|(_, clients)| is_away(plan, clients, at.0)) {
            let clock = print_clock(Span((plan.start.0 + at.0) % DAY_US));
            warnings.push(format!(
                "fault {:?}: nobody whom it hits is signed in at {clock}: it tests nothing",
                fault.name
            ));
        }
    }
}

/// Faults that hardly any run has: how they are simulated.
pub(super) fn of_rare_faults(plan: &Plan, warnings: &mut Vec<String>) {
    for (index, expected) in plan.rare_faults() {
        let fault = &plan.faults[index];
        let Schedule::Recurrent { mtbf, .. } = fault.config.schedule else {
            continue;
        };
        warnings.push(format!(
            "fault {:?}: it comes in {} of runs (mtbf = {}): a replication is a run without it and one with it, each with its weight; plots over time and drops.csv show runs with it",
            fault.name,
            percent(-libm::expm1(-expected)),
            print_span(mtbf)
        ));
    }
}

/// Whether nearly nobody of a group is signed in at an instant of the run.
fn is_away(plan: &Plan, clients: &ClientPlan, at_us: u64) -> bool {
    if clients.recorded_signs.is_some() {
        return false;
    }
    let begin = plan.start.0 as i64 + clients.ahead_us;
    let (first, _) = range(&clients.sign_in, begin);
    let last = clients.sign_out.as_ref().map(|out| range(out, begin).1);
    let at = at_us as f64;
    at < first || last.is_some_and(|last| at > last)
}

/// The first and last instant of a sign-in or sign-out, from the start of the run; `begin_us` is that on the user's clock.
fn range(sign: &SignIn, begin_us: i64) -> (f64, f64) {
    match *sign {
        SignIn::AtStart => (0.0, 0.0),
        SignIn::At(clock) => {
            let at = (clock.0 as i64 - begin_us) as f64;
            (at, at)
        }
        SignIn::UniformOver(width) => (0.0, width.0 as f64),
        SignIn::Normal { mean, sd } => {
            let middle = (mean.0 as i64 - begin_us) as f64;
            let reach = DEVIATIONS * sd.0 as f64;
            (middle - reach, middle + reach)
        }
    }
}
