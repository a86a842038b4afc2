//! From settings to the plan of a deployment.

mod fault;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::catalogue::{
    Clients, Fleet, Limits, Priority, Run, Station, client_config, gateway_config, path_config,
    workload_config,
};
use super::error::{Errors, ScenarioError};
use super::record_kind::RecordKind;
use super::records::{Reading, Records};
use super::setting::{FromValue, Setting, Settings};
use super::syntax::{HourUnit, Hours};
use crate::deployment::{
    ClientPlan, GatewayPlan, JobClass, MixPart, Plan, ServiceTime, StationConfig, ThrottleConfig,
};
use crate::quantity::number::{count_phrase, whole};
use crate::quantity::{Day, Moment, Span, Time};
use crate::workload::{DayShape, Lunch, RunDays, SignIn, WorkloadConfig};

const DAY: Span = Span::from_secs(86_400);

/// The station, where a service time or a capacity is given.
fn station(s: &Settings) -> Result<Option<StationConfig>, ScenarioError> {
    let keys = Station::from_settings(s);
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
            let server_rate = f64::from(servers) / capacity.value * 1e6;
            Some(ServiceTime::Fixed(Span::from_micros_f64(server_rate)))
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
    let is_unset = general.is_none() && classes.iter().all(Option::is_none);
    if is_unset && serial == Span::ZERO && response == Span::ZERO {
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
    } = Fleet::from_settings(s);
    let limits = Limits::from_settings(s);
    if spare.value > 0 && count + spare.value > TIED_MOST {
        let message = format!(
            "gateway.{}.spare: found {} for {}, expected {} together at most: spare gateways tie all of them into one group",
            s.name,
            spare.value,
            count_phrase(count.into(), "gateway"),
            whole(TIED_MOST.into())
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

/// Whole days of a time of day.
fn days_of(at: SignIn) -> i64 {
    match at {
        SignIn::At(clock) | SignIn::Normal { mean: clock, .. } => (clock.0 / DAY.0) as i64,
        SignIn::AtStart | SignIn::UniformOver(_) => 0,
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
    numbers: &BTreeMap<&str, usize>,
    (start, horizon): (Moment, Time),
) -> Result<ClientPlan, ScenarioError> {
    let keys = Clients::from_settings(s);
    let gateway = numbers[keys.gateway.value.as_str()];
    let sign_in = keys.sign_in.unwrap_or(SignIn::AtStart);
    // On clocks that show the next day already, or still the day before, a time of day is one of that day.
    let local_us = start.clock.0 as i64 + keys.time_zone;
    let start_us = local_us.rem_euclid(DAY.0 as i64);
    let sign_in = in_run(sign_in, start_us, horizon);
    let count = count(s, &keys, &gateways[gateway])?;
    let workload = workload(s, count)?;
    let days = RunDays {
        working: workload.working_days,
        first: (start.day).map(|day| {
            let days = local_us.div_euclid(DAY.0 as i64) + days_of(sign_in);
            day.plus(days).weekday()
        }),
    };
    let sign_out = keys.sign_out.flatten();
    Ok(ClientPlan {
        name: s.name.clone(),
        count,
        gateway,
        config: client_config(s),
        mix: mix(s),
        workload,
        path: path_config(s),
        sign_in,
        sign_out: sign_out.map(|out| after(out, sign_in, start_us)),
        lunch: keys.lunch.flatten().map(|lunch| Lunch {
            at: after(lunch.at, sign_in, start_us),
            ..lunch
        }),
        ahead_us: start_us - start.clock.0 as i64,
        attendance: keys.attendance.unwrap_or(1.0),
        days,
        recorded_calls: None,
        recorded_signs: None,
    })
}

/// The users of a group: so many in all, or so many of each gateway.
fn count(s: &Settings, keys: &Clients, gateway: &GatewayPlan) -> Result<u32, ScenarioError> {
    match (keys.count, &keys.count_per_gateway) {
        (Some(count), None) => Ok(count),
        (None, Some(per_gateway)) => {
            let total = u64::from(per_gateway.value) * u64::from(gateway.count);
            let fits = u32::try_from(total).ok().filter(|n| *n <= USERS_MOST);
            fits.ok_or_else(|| {
                let message = format!(
                    "clients.{}.count_per_gateway: found {}, which makes {} of {}, expected {USERS_MOST} at most",
                    s.name,
                    per_gateway.value,
                    count_phrase(total, "user"),
                    count_phrase(gateway.count.into(), "gateway")
                );
                ScenarioError::input(s.place_of(&per_gateway.setting), message)
            })
        }
        (Some(_), Some(per_gateway)) => {
            let message = format!(
                "clients.{}.count_per_gateway: give either `count`, of all gateways together, or `count_per_gateway`, not both",
                s.name
            );
            Err(ScenarioError::input(
                s.place_of(&per_gateway.setting),
                message,
            ))
        }
        (None, None) => {
            let message = format!(
                "clients.{} has no `count` (users, over all gateways of that name); expected a whole number from 1 to {USERS_MOST}",
                s.name
            );
            Err(ScenarioError::input(&s.place, message))
        }
    }
}

/// Users of a group at most.
const USERS_MOST: u32 = 1_000_000_000;

/// The programs after the first.
fn mix(s: &Settings) -> Vec<MixPart> {
    let mut from = 0.0;
    let part = |(share, settings): &(f64, Settings)| {
        let begins = from;
        from += share;
        MixPart {
            from: begins,
            config: client_config(settings),
        }
    };
    s.parts.iter().map(part).skip(1).collect()
}

/// No user has more calls at once than this, on average: each of them is looked at by each event of another.
const CALLS_AT_ONCE_MOST: f64 = 1000.0;

/// The calls of a client group, that nobody could have where they are too many.
fn workload(s: &Settings, count: u32) -> Result<WorkloadConfig, ScenarioError> {
    if s.file(RecordKind::Calls).is_some() {
        return Ok(replayed(s));
    }
    let mut workload = workload_config(s);
    let per_s = workload.incoming_per_s + workload.outgoing_per_s;
    workload.by_hour = by_hour(s, per_s, count)?;
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

/// Factors on the rates of a user's calls, `per_s` in all, by time of day.
fn by_hour(s: &Settings, per_s: f64, count: u32) -> Result<DayShape, ScenarioError> {
    let Some(setting) = s.in_effect("calls_by_hour") else {
        return Ok(DayShape::default());
    };
    let Some(hours) = Hours::from_setting(&setting) else {
        return Ok(DayShape::default());
    };
    let of_one = match hours.unit {
        HourUnit::Factor => return Ok(DayShape { steps: hours.steps }),
        HourUnit::PerUser => per_s,
        HourUnit::OfGroup => per_s * f64::from(count),
    };
    let factor = |(at, rate): (Span, f64)| (at, rate / of_one);
    let steps: Vec<(Span, f64)> = hours.steps.into_iter().map(factor).collect();
    if per_s > 0.0 && steps.iter().all(|(_, factor)| *factor <= FACTOR_MOST) {
        return Ok(DayShape { steps });
    }
    let why = if per_s > 0.0 {
        format!("at most {FACTOR_MOST} times incoming_calls and outgoing_calls together")
    } else {
        "incoming_calls or outgoing_calls above 0: they say how the calls divide into the two directions".into()
    };
    let message = format!(
        "clients.{}.calls_by_hour: found {}, expected {why}",
        s.name, setting.text
    );
    Err(ScenarioError::input(s.place_of(&setting), message))
}

/// How far the rate of a time of day may be above the mean rate.
const FACTOR_MOST: f64 = 1000.0;

/// The workload of those whose calls are replayed: nothing is drawn.
fn replayed(s: &Settings) -> WorkloadConfig {
    WorkloadConfig {
        incoming_per_s: 0.0,
        outgoing_per_s: 0.0,
        ring_time: Span::ZERO,
        no_answer: Span::ZERO,
        talk_time: Span::ZERO,
        answered_at_pc: 0.0,
        by_hour: DayShape::default(),
        spread: 0.0,
        working_days: workload_config(s).working_days,
    }
}

/// Reads the files of a client group, where it has some.
fn replay(
    s: &Settings,
    clients: &mut ClientPlan,
    gateways: &[GatewayPlan],
    (start, horizon): (Moment, Time),
    folder: &Path,
    records: &Records,
) -> Result<(), ScenarioError> {
    let (parts, _) = gateways[clients.gateway].groups();
    // The times of day in a file are those of one day. West of a start soon after midnight that is the day to come.
    let start_us = start.clock.0 as i64;
    let west_us = start_us + Clients::from_settings(s).time_zone;
    let records_start_us = west_us.min(start_us + clients.ahead_us);
    let keys = Clients::from_settings(s);
    let days = (west_us - records_start_us) / DAY.0 as i64;
    let date = start.day.and_then(|day| match day.plus(days) {
        Day::Date(date) => Some(date),
        Day::Week(_) => None,
    });
    let reading = |file: &Setting, columns: Option<Vec<(String, String)>>, precedent| Reading {
        path: folder.join(&file.text),
        clients: s.name.clone(),
        count: clients.count,
        parts,
        start_us: records_start_us,
        horizon,
        date,
        columns: columns.unwrap_or_default(),
        precedent,
    };
    let calls_file = s.file(RecordKind::Calls).map(|file| {
        let reading = reading(file, keys.calls_columns, Arc::default());
        records.calls(s, file, reading)
    });
    let (calls, precedent) = calls_file.transpose()?.unzip();
    let sign_ins_file = s.file(RecordKind::SignIns).map(|file| {
        let reading = reading(file, keys.sign_in_columns, precedent.unwrap_or_default());
        records.signs(s, file, reading)
    });
    let (signs, _) = sign_ins_file.transpose()?.unzip();
    if let Some(calls) = &calls {
        let user_seconds = f64::from(clients.count) * horizon.as_secs_f64();
        clients.workload.incoming_per_s = calls.rows_in() as f64 / user_seconds;
        clients.workload.outgoing_per_s = (calls.rows() - calls.rows_in()) as f64 / user_seconds;
    }
    (clients.recorded_calls, clients.recorded_signs) = (calls, signs);
    Ok(())
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
    let mut errors = Errors::default();
    let gateways = of_table("gateway").filter_map(|s| errors.value(gateway(s)));
    let gateways: Vec<GatewayPlan> = gateways.collect();
    errors.into_result()?;
    let numbers = gateways.iter().map(|g| g.name.as_str()).zip(0..).collect();
    let times = (start, horizon);
    let group = |s| {
        let mut clients = clients(s, &gateways, &numbers, times)?;
        replay(s, &mut clients, &gateways, times, folder, records)?;
        Ok(clients)
    };
    let mut errors = Errors::default();
    let clients = of_table("clients").filter_map(|s| errors.value(group(s)));
    let clients = clients.collect();
    errors.into_result()?;
    let mut plan = Plan {
        name: settings[0].name.clone(),
        seed: run.seed,
        start: start.clock,
        start_day: start.day,
        horizon,
        clients,
        gateways,
        faults: Vec::new(),
        drops_limit: run.drops_limit,
        foreknown: None,
    };
    let targets = fault::Targets::new(settings, &plan);
    let mut numbers = BTreeMap::new();
    let mut errors = Errors::default();
    for section in of_table("fault") {
        let faults = errors.value(fault::read(section, &targets, &mut numbers, &plan));
        plan.faults.extend(faults.into_iter().flatten());
    }
    errors.into_result()?;
    Ok(plan)
}
