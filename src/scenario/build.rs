//! From settings to the plan of a deployment.

use std::path::Path;

use super::catalogue::{
    Clients, Fault, Fleet, Limits, Priority, Run, Station, client_config, gateway_config,
    path_config, workload_config,
};
use super::error::{ScenarioError, nearest};
use super::kind::RecordKind;
use super::records::{Reading, Records};
use super::setting::{Setting, Settings};
use super::words::Choice;
use crate::deployment::{
    ClientPlan, FaultPlan, FaultTarget, GatewayPlan, JobClass, Plan, ServiceTime, StationConfig,
    ThrottleConfig,
};
use crate::faults::{FaultConfig, FaultKind, Schedule};
use crate::quantity::{Span, Time, print_clock, print_span};
use crate::workload::{DayShape, Lunch, SignIn, WorkloadConfig};

const DAY: Span = Span::from_secs(86_400);

/// The station, where a service time or a capacity is given.
fn station(s: &Settings) -> Result<Option<StationConfig>, ScenarioError> {
    let keys = Station::of(s);
    let servers = keys.servers;
    // Of the two the user's own goes before a profile's.
    let is_given = keys.capacity.is_some();
    let service = keys.service_time;
    let service = Some(service).filter(|s| !s.is_of_profile() || !is_given);
    let service = service.and_then(|s| s.value);
    let capacity = keys.capacity;
    let capacity = capacity.filter(|c| !c.is_of_profile() || service.is_none());
    let general = match (service, capacity) {
        (Some(_), Some(capacity)) => {
            let message = format!(
                "gateway.{}: give either `service_time` or `capacity`, not both",
                s.name
            );
            return Err(ScenarioError::input(s.place_of(&capacity.setting), message));
        }
        (Some(service), None) => Some(service),
        (None, Some(capacity)) => {
            let each = f64::from(servers) / capacity.value * 1e6;
            Some(ServiceTime::Fixed(Span::from_micros_f64(each)))
        }
        (None, None) => None,
    };
    let mut classes: [Option<ServiceTime>; 4] = Default::default();
    for (class, service) in [
        (JobClass::Setup, keys.service_time_setup),
        (JobClass::Refresh, keys.service_time_refresh),
        (JobClass::Call, keys.service_time_call),
        (JobClass::TearDown, keys.service_time_teardown),
    ] {
        classes[class as usize] = service.flatten();
    }
    let (serial, response) = (keys.setup_serial_time, keys.response_service);
    let none = general.is_none() && classes.iter().all(Option::is_none);
    if none && serial == Span::ZERO && response == Span::ZERO {
        return Ok(None);
    }
    let fallback = general.unwrap_or(ServiceTime::Fixed(Span::ZERO));
    Ok(Some(StationConfig {
        servers,
        queue: keys.queue,
        service: classes.map(|service| service.unwrap_or_else(|| fallback.clone())),
        response_service: response,
        setup_serial: serial,
        overload: keys.overload,
        calls_first: keys.priority == Priority::Calls,
        throttle: keys.throttle_at.map(|waiting| ThrottleConfig {
            waiting,
            period: keys.throttle_period,
            cut: keys.throttle_cut,
            recovery: keys.throttle_recovery,
        }),
    }))
}

/// Gateways of one group at most: what a user remembers of them has 16 bits.
const TIED_MOST: u32 = 1 << 16;

fn gateway(s: &Settings) -> Result<GatewayPlan, ScenarioError> {
    let Fleet {
        count,
        spare,
        rehome_after,
    } = Fleet::of(s);
    let limits = Limits::of(s);
    if spare.value > 0 && count + spare.value > TIED_MOST {
        let message = format!(
            "gateway.{}.spare: found {} for {count} gateways, expected {TIED_MOST} together at most: spare gateways tie all of them into one group",
            s.name, spare.value
        );
        return Err(ScenarioError::input(s.place_of(&spare.setting), message));
    }
    Ok(GatewayPlan {
        name: s.name.clone(),
        count,
        config: gateway_config(s),
        path: path_config(s),
        station: station(s)?,
        max_sessions: limits.max_sessions,
        max_sessions_per_line: limits.max_sessions_per_line,
        max_calls: limits.max_calls,
        forgets: limits.forgets,
        spare: spare.value,
        rehome_after,
    })
}

/// A time of day, moved by whole days.
fn on_day(at: SignIn, day: impl Fn(Span, Span) -> Span) -> SignIn {
    match at {
        SignIn::At(clock) => SignIn::At(day(clock, Span::ZERO)),
        SignIn::Normal { mean, sd } => SignIn::Normal {
            mean: day(mean, sd),
            sd,
        },
        other => other,
    }
}

/// A sign-in at a time of day before that of the start is one of the next day, where the run goes on until then; else it was
/// before the run. A normal one is before the start only if nearly all of its users are, within three standard deviations.
fn in_run(sign_in: SignIn, start_us: i64, horizon: Time) -> SignIn {
    on_day(sign_in, |clock, sd| {
        let is_before = ((clock + sd * 3).0 as i64) < start_us;
        let is_in_run = ((clock + DAY).0 as i64) < start_us + horizon.0 as i64;
        if is_before && is_in_run {
            clock + DAY
        } else {
            clock
        }
    })
}

/// A sign-out or lunch at a time of day that is not after the sign-in is one of the next day: so ends a night shift.
fn after(later: SignIn, sign_in: SignIn, start_us: i64) -> SignIn {
    let earliest = match sign_in {
        SignIn::At(clock) | SignIn::Normal { mean: clock, .. } => (clock.0 as i64).max(start_us),
        SignIn::AtStart | SignIn::UniformOver(_) => start_us,
    };
    on_day(later, |mut clock, _| {
        while clock.0 as i64 <= earliest {
            clock = clock + DAY;
        }
        clock
    })
}

fn clients(
    s: &Settings,
    gateways: &[GatewayPlan],
    (start, horizon): (Span, Time),
) -> Result<ClientPlan, ScenarioError> {
    let keys = Clients::of(s);
    let gateway_name = &keys.gateway.value;
    let gateway = gateways.iter().position(|g| g.name == *gateway_name);
    let gateway = gateway.ok_or_else(|| {
        let names: Vec<&str> = gateways.iter().map(|g| g.name.as_str()).collect();
        let message = format!(
            "clients.{}.gateway: no [[gateway]] is named {gateway_name:?}{}; there are: {}",
            s.name,
            nearest(gateway_name, names.iter().copied()),
            names.join(", ")
        );
        ScenarioError::input(s.place_of(&keys.gateway.setting), message)
    })?;
    let sign_in = keys.sign_in.unwrap_or(SignIn::AtStart);
    // On clocks that show the next day already, or still the day before, a time of day is one of that day.
    let start_us = (start.0 as i64 + keys.time_zone).rem_euclid(DAY.0 as i64);
    let sign_in = in_run(sign_in, start_us, horizon);
    let sign_out = keys.sign_out.flatten();
    Ok(ClientPlan {
        name: s.name.clone(),
        count: keys.count,
        gateway,
        config: client_config(s),
        workload: workload(s)?,
        path: path_config(s),
        sign_in,
        sign_out: sign_out.map(|out| after(out, sign_in, start_us)),
        lunch: keys.lunch.flatten().map(|lunch| Lunch {
            at: after(lunch.at, sign_in, start_us),
            ..lunch
        }),
        ahead_us: start_us - start.0 as i64,
        attendance: keys.attendance.unwrap_or(1.0),
        recorded_calls: None,
        recorded_signs: None,
    })
}

/// No user has more calls at once than this, on average: each of them is looked at by each event of another.
const CALLS_AT_ONCE_MOST: f64 = 1000.0;

/// The calls of a client group, that nobody could have where they are too many.
fn workload(s: &Settings) -> Result<WorkloadConfig, ScenarioError> {
    if s.file(RecordKind::Calls).is_some() {
        return Ok(replayed());
    }
    let workload = workload_config(s);
    let per_s = workload.incoming_per_s + workload.outgoing_per_s;
    let at_once = per_s * (workload.ring_time + workload.talk_time).as_secs_f64();
    if at_once > CALLS_AT_ONCE_MOST {
        let message = format!(
            "clients.{}: by incoming_calls, outgoing_calls, ring_time and talk_time a user has {at_once:.0} calls at once, expected {CALLS_AT_ONCE_MOST} at most",
            s.name
        );
        return Err(ScenarioError::input(&s.place, message));
    }
    Ok(workload)
}

/// The workload of those whose calls are replayed: nothing is drawn.
fn replayed() -> WorkloadConfig {
    WorkloadConfig {
        incoming_per_s: 0.0,
        outgoing_per_s: 0.0,
        ring_time: Span::ZERO,
        no_answer: Span::ZERO,
        talk_time: Span::ZERO,
        answered_at_pc: 0.0,
        by_hour: DayShape::default(),
        spread: 0.0,
    }
}

/// Reads the files of a client group, where it has some.
fn replay(
    s: &Settings,
    clients: &mut ClientPlan,
    gateways: &[GatewayPlan],
    (start, horizon): (Span, Time),
    folder: &Path,
    records: &Records,
) -> Result<(), ScenarioError> {
    let (parts, _) = gateways[clients.gateway].groups();
    // The times of day in a file are those of one day. West of a start soon after midnight that is the day to come.
    let west_us = start.0 as i64 + Clients::of(s).time_zone;
    let records_start_us = west_us.min(start.0 as i64 + clients.ahead_us);
    let reading = |file: &Setting| Reading {
        path: folder.join(&file.text),
        clients: s.name.clone(),
        count: clients.count,
        parts,
        start_us: records_start_us,
        horizon,
    };
    let calls = s
        .file(RecordKind::Calls)
        .map(|file| records.calls(s, file, reading(file)))
        .transpose()?;
    let signs = s
        .file(RecordKind::SignIns)
        .map(|file| records.signs(s, file, reading(file)))
        .transpose()?;
    if let Some(calls) = &calls {
        let user_seconds = f64::from(clients.count) * horizon.as_secs_f64();
        clients.workload.incoming_per_s = calls.rows_in() as f64 / user_seconds;
        clients.workload.outgoing_per_s = (calls.rows() - calls.rows_in()) as f64 / user_seconds;
    }
    (clients.recorded_calls, clients.recorded_signs) = (calls, signs);
    Ok(())
}

/// Whom a fault hits, and whether a fault of that kind can.
fn target(s: &Settings, fault: &Fault, plan: &Plan) -> Result<FaultTarget, ScenarioError> {
    use FaultKind as K;
    let text = &fault.target.value;
    let bad = |message: String| {
        ScenarioError::input(
            s.place_of(&fault.target.setting),
            format!("fault.{}.target: {message}", s.name),
        )
    };
    let instance = fault.instance.value.map(|n| n - 1);
    let gateways = plan.gateways.iter().enumerate().map(|(i, g)| {
        let target = FaultTarget::Gateway(i, instance);
        (format!("gateway:{}", g.name), target)
    });
    let clients = plan.clients.iter().enumerate();
    let clients = clients.map(|(i, c)| (format!("clients:{}", c.name), FaultTarget::Clients(i)));
    let targets: Vec<(String, FaultTarget)> = gateways
        .chain(clients)
        .chain([("all".into(), FaultTarget::All)])
        .collect();
    let Some((_, target)) = targets.iter().find(|(name, _)| name == text) else {
        let names: Vec<&str> = targets.iter().map(|(name, _)| name.as_str()).collect();
        let near = nearest(text, names.iter().copied());
        let there_are = names.join(", ");
        return Err(bad(format!("found {text:?}{near}; there are: {there_are}")));
    };
    match (fault.kind, *target) {
        (K::Crash | K::Stall | K::Maintenance, FaultTarget::Clients(_)) => Err(bad(format!(
            "found {text:?}: this happens to a gateway, \"gateway:NAME\" or \"all\""
        ))),
        (_, FaultTarget::Gateway(index, Some(instance))) => {
            let there_are = plan.gateways[index].count + plan.gateways[index].spare;
            if instance < there_are {
                return Ok(*target);
            }
            let message = format!(
                "fault.{}.instance: found {}, {text} has 1 to {there_are}",
                s.name,
                instance + 1
            );
            let place = s.place_of(&fault.instance.setting);
            Err(ScenarioError::input(place, message))
        }
        _ => Ok(*target),
    }
}

fn schedule(s: &Settings, fault: &Fault, plan: &Plan) -> Result<Schedule, ScenarioError> {
    match (&fault.at, fault.mtbf) {
        (Some(stated), None) => {
            let clock = stated.value;
            // A time of day before that of the start is one of the next day.
            let at = if clock < plan.start {
                clock + DAY
            } else {
                clock
            };
            let end = Span(plan.start.0 + plan.horizon.0);
            if at >= end {
                let message = format!(
                    "fault.{}.at: found {}, the run goes from {} for {}: nothing happens outside it",
                    s.name,
                    print_clock(clock),
                    print_clock(plan.start),
                    print_span(Span(plan.horizon.0))
                );
                return Err(ScenarioError::input(s.place_of(&stated.setting), message));
            }
            Ok(Schedule::Once {
                at: Time(at.0 - plan.start.0),
                duration: fault.duration,
            })
        }
        (None, Some(mtbf)) => Ok(Schedule::Recurrent {
            mtbf,
            mttr: fault.mttr,
        }),
        _ => {
            let message = format!(
                "fault.{}: give either `at` (with `duration`) or `mtbf` (with `mttr`)",
                s.name
            );
            Err(ScenarioError::input(&s.place, message))
        }
    }
}

/// What only a surge has, and what it has not.
fn of_surge(s: &Settings, keys: &Fault) -> Result<(), ScenarioError> {
    let is_surge = keys.kind == FaultKind::Surge;
    let is_rate_given = s.find("call_rate").is_some();
    let (setting, message) = if is_surge && keys.instance.value.is_some() {
        let message = format!(
            "fault.{}.instance: found {}, but a surge is of the users of every gateway of that name",
            s.name, keys.instance.setting.text
        );
        (&keys.instance.setting, message)
    } else if !is_surge && is_rate_given {
        let message = format!(
            "fault.{}.call_rate: found {}, but a {} changes no calls: only a surge does",
            s.name,
            keys.call_rate.setting.text,
            keys.kind.word()
        );
        (&keys.call_rate.setting, message)
    } else {
        return Ok(());
    };
    Err(ScenarioError::input(s.place_of(setting), message))
}

fn fault(s: &Settings, plan: &Plan) -> Result<FaultPlan, ScenarioError> {
    let keys = Fault::of(s);
    let kind = keys.kind;
    let target = target(s, &keys, plan)?;
    let number = plan
        .faults
        .iter()
        .filter(|f| f.config.kind == kind && f.target == target)
        .count() as u32;
    let config = FaultConfig {
        kind,
        schedule: schedule(s, &keys, plan)?,
        reset: keys.reset.value,
        call_rate: keys.call_rate.value,
    };
    of_surge(s, &keys)?;
    if config.reset
        && matches!(
            kind,
            FaultKind::LinkOutage | FaultKind::Sleep | FaultKind::Surge
        )
    {
        let message = format!(
            "fault.{}.reset: found true, but a {} resets no connection{}",
            s.name,
            kind.word(),
            match kind {
                FaultKind::Surge => "",
                _ => ": messages wait for its end or are lost",
            }
        );
        return Err(ScenarioError::input(
            s.place_of(&keys.reset.setting),
            message,
        ));
    }
    if keys.instance.value.is_some() && !matches!(target, FaultTarget::Gateway(..)) {
        let message = format!(
            "fault.{}.instance: found {}, but the target is {:?}: only a \"gateway:NAME\" has instances",
            s.name, keys.instance.setting.text, keys.target.value
        );
        return Err(ScenarioError::input(
            s.place_of(&keys.instance.setting),
            message,
        ));
    }
    Ok(FaultPlan {
        name: s.name.clone(),
        config,
        target,
        number,
    })
}

/// The plan of a scenario's settings, `[scenario]` first, whose values are `run`.
pub(super) fn plan(
    run: &Run,
    settings: &[Settings],
    folder: &Path,
    records: &Records,
) -> Result<Plan, ScenarioError> {
    let (start, horizon) = (run.start, Time(run.horizon.0));
    let of_table = |table| settings.iter().filter(move |s| s.table == table);
    let gateways: Vec<GatewayPlan> = of_table("gateway").map(gateway).collect::<Result<_, _>>()?;
    let clients = of_table("clients").map(|s| {
        let mut clients = clients(s, &gateways, (start, horizon))?;
        replay(
            s,
            &mut clients,
            &gateways,
            (start, horizon),
            folder,
            records,
        )?;
        Ok(clients)
    });
    let mut plan = Plan {
        name: settings[0].name.clone(),
        seed: run.seed,
        start,
        horizon,
        clients: clients.collect::<Result<_, _>>()?,
        gateways,
        faults: Vec::new(),
        drops_limit: run.drops_limit,
        foreknown: None,
    };
    for settings in of_table("fault") {
        let fault = fault(settings, &plan)?;
        plan.faults.push(fault);
    }
    Ok(plan)
}
