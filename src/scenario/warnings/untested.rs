//! What a run will not show, or will show of fewer users than the scenario names.

use super::groups::{Groups, hit};
use crate::deployment::{ClientPlan, FaultPlan, Plan};
use crate::faults::Schedule;
use crate::quantity::number::percent;
use crate::quantity::{Span, Time, print_clock, print_moment, print_span};
use crate::scenario::setting::Settings;
use crate::workload::SignIn;

/// Nearly all users are within so many standard deviations of a normal sign-in.
const DEVIATIONS: f64 = 3.0;
const DAY_US: u64 = 86_400_000_000;
/// A run of more than one working day.
const LONG_US: u64 = 36 * 3_600_000_000;

/// More users than a gateway monitors.
pub(super) fn of_limits(plan: &Plan, groups: &Groups, warnings: &mut Vec<String>) {
    for (gateway, groups) in plan.gateways.iter().zip(groups) {
        let Some(most) = gateway.max_sessions else {
            continue;
        };
        let users: f64 = (groups.iter())
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

/// Long runs whose users never leave, and working days that come to nothing.
pub(super) fn of_days(
    plan: &Plan,
    clients: &ClientPlan,
    settings: &Settings,
    warnings: &mut Vec<String>,
) {
    let name = &clients.name;
    let is_drawn = clients.recorded_signs.is_none();
    if is_drawn && clients.sign_out.is_none() && plan.horizon.0 >= LONG_US {
        warnings.push(format!(
            "clients.{name}: sign_out is \"never\": its users stay signed in day and night for {}",
            print_span(Span(plan.horizon.0))
        ));
    }
    if plan.start_day.is_none() && settings.find("working_days").is_some() {
        warnings.push(format!(
            "clients.{name}: working_days has no effect: scenario.start has no weekday; write one like \"Monday {}\"",
            print_clock(plan.start)
        ));
    }
    if is_drawn && days(plan, clients).next().is_none() {
        warnings.push(format!(
            "clients.{name}: nobody signs in: no day of the run, {} from {}, is a working day (working_days)",
            print_span(Span(plan.horizon.0)),
            print_moment(plan.start_moment())
        ));
    }
}

/// The days on which users of a group may sign in, counted from 0.
fn days(plan: &Plan, clients: &ClientPlan) -> impl Iterator<Item = u16> {
    let start_us = plan.start.0 as i64 + clients.ahead_us;
    let last = clients.sign_in.last_day(start_us, plan.horizon);
    (0..=last).filter(|day| clients.days.is_working(*day))
}

/// Scheduled faults that only come while nobody whom they hit is signed in, on the users' own clocks.
pub(super) fn of_faults(plan: &Plan, groups: &Groups, warnings: &mut Vec<String>) {
    for section in plan.faults.chunk_by(|a, b| a.name == b.name) {
        let tests = |fault: &FaultPlan| tests_something(plan, groups, fault);
        if section.iter().any(tests) {
            continue;
        }
        let [Some(first), last] = [section.first(), section.last()].map(|f| f.and_then(instant))
        else {
            continue;
        };
        let clock = |at: Time| print_moment(plan.start_moment().plus(at.0 as i64));
        let when = match last.filter(|last| *last != first) {
            None => format!("at {}", clock(first)),
            Some(last) => format!(
                "at any of its times from {} to {}",
                clock(first),
                clock(last)
            ),
        };
        warnings.push(format!(
            "fault {:?}: nobody whom it hits is signed in {when}: it tests nothing",
            section[0].name
        ));
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

fn instant(fault: &FaultPlan) -> Option<Time> {
    match fault.config.schedule {
        Schedule::Once { at, .. } => Some(at),
        Schedule::Recurrent { .. } => None,
    }
}

/// Whether somebody whom a scheduled fault hits may be signed in then; of others nobody knows.
fn tests_something(plan: &Plan, groups: &Groups, fault: &FaultPlan) -> bool {
    let Some(at) = instant(fault) else {
        return true;
    };
    let mut hit = hit(plan, groups, fault.target).peekable();
    hit.peek().is_none() || at >= plan.horizon || hit.any(|clients| !is_away(plan, clients, at.0))
}

/// Whether nearly nobody of a group is signed in at an instant of the run.
fn is_away(plan: &Plan, clients: &ClientPlan, at_us: u64) -> bool {
    if clients.recorded_signs.is_some() {
        return false;
    }
    let begin = plan.start.0 as i64 + clients.ahead_us;
    let (first, _) = range(&clients.sign_in, begin);
    let last = clients.sign_out.as_ref().map(|out| range(out, begin).1);
    let is_in = |day: u16| {
        let at = at_us as f64 - f64::from(day) * DAY_US as f64;
        at >= first && last.is_none_or(|last| at <= last)
    };
    !days(plan, clients).any(is_in)
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
