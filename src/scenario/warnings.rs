//! Values that are valid and yet unlikely to be meant, with their consequence.

mod groups;
mod load;
mod schedule;
mod untested;

use std::collections::BTreeSet;

use groups::Groups;

use super::record_kind::RecordKind;
use super::setting::Settings;
use crate::deployment::{ClientPlan, GatewayPlan, JobClass, Plan};
use crate::protocol::{
    ClientConfig, FLOOR_S, GIVE_UP, OnNoAnswer, OnTooSmall, Reestablish, RefreshClock,
    RefreshMethod, RefreshTiming, UpdateBehaviour, granted_s,
};
use crate::quantity::number::count_phrase;
use crate::quantity::{Span, print_clock, print_moment, print_span};
use crate::workload::SignIn;

/// Every warning, in the order of the settings.
pub(super) fn warnings(plan: &Plan, settings: &[Settings]) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut groups: Groups = vec![Vec::new(); plan.gateways.len()];
    for clients in &plan.clients {
        groups[clients.gateway].push(clients);
    }
    for (gateway, groups) in plan.gateways.iter().zip(&groups) {
        let users: u64 = groups.iter().map(|c| u64::from(c.count)).sum();
        if users == 0 {
            warnings.push(format!("gateway.{}: no client group uses it", gateway.name));
        } else if users < u64::from(gateway.count) {
            warnings.push(format!(
                "gateway.{}: {} for {}: some stay idle",
                gateway.name,
                count_phrase(gateway.count.into(), "gateway"),
                count_phrase(users, "user")
            ));
        }
    }
    // The plan has gateways and groups in the order of their settings.
    let of_table = |table| settings.iter().filter(move |s| s.table == table);
    let gateways = plan.gateways.iter().zip(&groups);
    for ((gateway, groups), settings) in gateways.zip(of_table("gateway")) {
        of_station(groups, gateway, &mut warnings);
        without_station(gateway, settings, &mut warnings);
    }
    untested::of_limits(plan, &groups, &mut warnings);
    schedule::of_schedules(plan, settings, &mut warnings);
    untested::of_faults(plan, &groups, &mut warnings);
    untested::of_rare_faults(plan, &mut warnings);
    load::of_calls(plan, &groups, &mut warnings);
    load::of_surges(plan, &groups, &mut warnings);
    load::of_throttles(settings, &mut warnings);
    for (clients, settings) in plan.clients.iter().zip(of_table("clients")) {
        let gateway = &plan.gateways[clients.gateway];
        warnings.extend(of_programs(plan, clients, gateway, settings));
        of_group(plan, clients, settings, &mut warnings);
    }
    // What is true of the gateway of several groups is said once.
    let mut unique = BTreeSet::new();
    warnings.retain(|warning| unique.insert(warning.clone()));
    warnings
}

const DAY_US: u64 = 86_400_000_000;

/// Jobs of a call: requests and events, each with its answer (domain: the table of messages per action).
const INCOMING_JOBS: f64 = 3.0;
const OUTGOING_JOBS: f64 = 5.0;

/// What is true of each program of a client group; of a mix, with the profile where it is not true of all.
fn of_programs(
    plan: &Plan,
    clients: &ClientPlan,
    gateway: &GatewayPlan,
    settings: &Settings,
) -> Vec<String> {
    let alike = |config: &ClientConfig, name: &str| {
        let alike = ClientPlan {
            name: name.into(),
            ..clients.with_program(config)
        };
        let mut warnings = Vec::new();
        of_clients(plan, &alike, gateway, &mut warnings);
        warnings
    };
    let each = clients.configs().map(|config| alike(config, &clients.name));
    let each: Vec<Vec<String>> = each.collect();
    let mut profiles = settings.profiles().map(|(profile, _)| profile);
    let mut all = Vec::new();
    for (config, own) in clients.configs().zip(&each) {
        let Some(profile) = profiles.next() else {
            return own.clone();
        };
        let named = alike(config, &format!("{} ({profile})", clients.name));
        for (plain, named) in own.iter().zip(named) {
            let is_of_all = each.iter().all(|others| others.contains(plain));
            all.push(if is_of_all { plain.clone() } else { named });
        }
    }
    all
}

/// R, or what a client that goes by the granted session makes of that.
fn refresh_interval(client: &ClientConfig, gateway: &GatewayPlan) -> Span {
    client.refresh_interval_in(granted(client, gateway))
}

/// The session that such a gateway grants to such a client, after a 422 where the offer is too small for it.
fn granted(client: &ClientConfig, gateway: &GatewayPlan) -> Span {
    let gateway = &gateway.config;
    let offered = client.session_expires_s.max(u32::from(gateway.min_se_s));
    let granted = granted_s(
        offered,
        gateway.session_expires_s,
        client.min_se_s,
        gateway.min_se_s,
    );
    Span::from_secs(u64::from(granted))
}

/// The load that the users bring once all are signed in, over what the servers can do.
fn of_station(groups: &[&ClientPlan], gateway: &GatewayPlan, warnings: &mut Vec<String>) {
    let Some(station) = &gateway.station else {
        return;
    };
    let service = |class: JobClass| station.service[class as usize].mean().as_secs_f64();
    let busy: f64 = groups
        .iter()
        .map(|c| {
            let calls = c.workload.incoming_per_s * INCOMING_JOBS
                + c.workload.outgoing_per_s * OUTGOING_JOBS;
            let refreshes: f64 = (c.shares())
                .map(|(share, config)| share / refresh_interval(config, gateway).as_secs_f64())
                .sum();
            c.attendance
                * f64::from(c.count)
                * (calls * service(JobClass::Call) + refreshes * service(JobClass::Refresh))
        })
        .sum();
    let utilisation = busy / (f64::from(gateway.count) * f64::from(station.servers));
    if utilisation > 1.0 {
        warnings.push(format!(
            "gateway.{}: calls and refreshes alone need {:.0} % of its servers: the queue grows without end, or jobs are refused",
            gateway.name,
            utilisation * 100.0
        ));
    }
}

/// Keys of a station where there is none.
fn without_station(gateway: &GatewayPlan, settings: &Settings, warnings: &mut Vec<String>) {
    if gateway.station.is_some() {
        return;
    }
    let of_station = settings.entries.iter().filter(|s| s.key.needs_station);
    for setting in of_station.filter(|s| s.key.default != Some(s.text.as_str())) {
        let key = setting.key.name;
        warnings.push(format!(
            "gateway.{}: {key} has no effect without a service_time or a capacity: the gateway answers at once",
            gateway.name
        ));
    }
}

/// Rows that lie outside the run, and files without any.
fn of_records(plan: &Plan, clients: &ClientPlan, settings: &Settings, warnings: &mut Vec<String>) {
    let key = |records| Some(settings.file(records)?.key.name);
    let calls = key(RecordKind::Calls).zip(clients.recorded_calls.as_ref());
    let calls = calls.map(|(key, r)| (key, r.rows(), r.outside()));
    let signs = key(RecordKind::SignIns).zip(clients.recorded_signs.as_ref());
    let signs = signs.map(|(key, r)| (key, r.rows(), r.outside()));
    for (key, rows, outside) in calls.into_iter().chain(signs) {
        let name = &clients.name;
        if outside > 0 {
            let run = format!(
                "{} from {}",
                print_span(Span(plan.horizon.0)),
                print_moment(plan.start_moment())
            );
            let what = match outside {
                1 => format!("1 row of {key} lies outside the run, {run}: it is not replayed"),
                n => format!("{n} rows of {key} lie outside the run, {run}: they are not replayed"),
            };
            warnings.push(format!("clients.{name}: {what}"));
        }
        if rows == 0 {
            warnings.push(format!(
                "clients.{name}: {key} has no row within the run: nothing is replayed"
            ));
        }
    }
}

fn of_clients(
    plan: &Plan,
    clients: &ClientPlan,
    gateway: &GatewayPlan,
    warnings: &mut Vec<String>,
) {
    let config = &clients.config;
    let name = &clients.name;
    of_floor(clients, gateway, warnings);
    let granted = granted(config, gateway);
    let interval = match config.refresh_timing {
        RefreshTiming::Interval => config.refresh_interval,
        _ => refresh_interval(config, gateway),
    };
    let latest = Span::from_micros_f64(interval.0 as f64 * (1.0 + config.refresh_jitter));
    let timers = gateway.config.update != UpdateBehaviour::NoSessionExpires;
    if config.refresh_method != RefreshMethod::Rfc4028 && timers && interval >= granted {
        let consequence = match config.on_no_answer {
            _ if !config.enforces_timer => {
                "a gateway that enforces it ends every session before its first refresh"
            }
            OnNoAnswer::KeepPolling => {
                "the gateway's timer ends every session before its first refresh"
            }
            _ => "every session expires before its first refresh",
        };
        warnings.push(format!(
            "clients.{name}: refresh_interval {} is not shorter than the granted Session-Expires {}: {consequence}",
            print_span(interval),
            print_span(granted)
        ));
    }
    if config.refresh_method != RefreshMethod::Rfc4028
        && timers
        && interval < granted
        && latest >= granted
    {
        warnings.push(format!(
            "clients.{name}: refresh_jitter lets a refresh come {} after the last one, when the granted Session-Expires {} is over: some healthy sessions expire",
            print_span(latest),
            print_span(granted)
        ));
    }
    if config.refresh_clock == RefreshClock::SinceTraffic && timers {
        warnings.push(format!(
            "clients.{name}: refresh_clock = \"since-traffic\": calls postpone the refresh but not the expiry, so a busy healthy session can run out after {}",
            print_span(granted)
        ));
    }
    if Span(plan.horizon.0) <= interval {
        warnings.push(format!(
            "clients.{name}: the horizon {} is not longer than refresh_interval {}: hardly any session is refreshed",
            print_span(Span(plan.horizon.0)),
            print_span(interval)
        ));
    }
    untested::of_idle(clients, refresh_interval(config, gateway), warnings);
    of_tries(clients, gateway, warnings);
    of_relay_timer(clients, gateway, warnings);
    of_small_offers(clients, gateway, warnings);
    if config.reestablish == Reestablish::Fixed(Span::ZERO) {
        warnings.push(format!("clients.{name}: reestablish = \"fixed 0 s\": a lost session is set up again at once; a failed set-up waits 500 ms (T1)"));
    }
}

/// What is true of a client group, whatever its programs are.
fn of_group(plan: &Plan, clients: &ClientPlan, settings: &Settings, warnings: &mut Vec<String>) {
    untested::of_days(plan, clients, settings, warnings);
    of_records(plan, clients, settings, warnings);
    of_presence(plan, clients, warnings);
}

/// Tries of a refresh that come when the session is over.
fn of_tries(clients: &ClientPlan, gateway: &GatewayPlan, warnings: &mut Vec<String>) {
    let config = &clients.config;
    let again = (GIVE_UP + config.retry_delay) * u64::from(config.refresh_tries - 1);
    let last = refresh_interval(config, gateway) + again;
    let granted = granted(config, gateway);
    let has_timer = config.enforces_timer
        && config.on_no_answer != OnNoAnswer::KeepPolling
        && gateway.config.update != UpdateBehaviour::NoSessionExpires;
    if config.refresh_tries > 1 && has_timer && last >= granted {
        warnings.push(format!(
            "clients.{}: refresh_tries {}: the last try of a refresh that nobody answers is due {} after the refresh before, when the granted Session-Expires {} is over: it is never sent",
            clients.name,
            config.refresh_tries,
            print_span(last),
            print_span(granted)
        ));
    }
}

/// A relay that is through with a dialog before its refresh comes by.
fn of_relay_timer(clients: &ClientPlan, gateway: &GatewayPlan, warnings: &mut Vec<String>) {
    let interval = refresh_interval(&clients.config, gateway);
    let legs = [
        ("clients", &clients.name, clients.path.relay_timer),
        ("gateway", &gateway.name, gateway.path.relay_timer),
    ];
    for (table, name, timer) in legs {
        let Some(timer) = timer.filter(|timer| *timer <= interval) else {
            continue;
        };
        warnings.push(format!(
            "{table}.{name}: relay_timer {} is not longer than the {} from one refresh of clients.{} to the next: the relay ends every dialog before",
            print_span(timer),
            print_span(interval),
            clients.name
        ));
    }
}

/// A Session-Expires that the gateway finds too small, from a client that then gives up.
fn of_small_offers(clients: &ClientPlan, gateway: &GatewayPlan, warnings: &mut Vec<String>) {
    let config = &clients.config;
    let is_small = config.session_expires_s < u32::from(gateway.config.min_se_s);
    if config.offers_timer && is_small && config.on_too_small == OnTooSmall::Fail {
        warnings.push(format!(
            "clients.{}: session_expires {} is below min_se {} of gateway.{}, and on_422 = \"fail\": no set-up succeeds",
            clients.name,
            print_span(Span::from_secs(config.session_expires_s.into())),
            print_span(Span::from_secs(gateway.config.min_se_s.into())),
            gateway.name
        ));
    }
}

/// Sessions shorter than the standard allows.
fn of_floor(clients: &ClientPlan, gateway: &GatewayPlan, warnings: &mut Vec<String>) {
    let (client, server) = (&clients.config, &gateway.config);
    let seconds = |span: Option<Span>| span.map(|span| (span.0 / 1_000_000) as u32);
    let of_client = [
        ("session_expires", Some(client.session_expires_s)),
        ("min_se", Some(client.min_se_s.into())),
        (
            "relay_session_expires",
            seconds(clients.path.relay_session_expires),
        ),
        ("relay_min_se", seconds(clients.path.relay_min_se)),
    ];
    let of_gateway = [
        ("session_expires", Some(server.session_expires_s)),
        ("min_se", Some(server.min_se_s.into())),
        (
            "relay_session_expires",
            seconds(gateway.path.relay_session_expires),
        ),
        ("relay_min_se", seconds(gateway.path.relay_min_se)),
    ];
    let of_client = of_client.map(|(key, value)| ("clients", &clients.name, key, value));
    let of_gateway = of_gateway.map(|(key, value)| ("gateway", &gateway.name, key, value));
    let values = of_client.into_iter().chain(of_gateway);
    let values = values.filter_map(|(table, name, key, value)| Some((table, name, key, value?)));
    for (table, name, key, seconds) in values {
        let section = if key.ends_with("min_se") { 5 } else { 4 };
        let warning = format!(
            "{table}.{name}: {key} {} is below the floor of {FLOOR_S} s that RFC 4028 §{section} sets",
            print_span(Span::from_secs(seconds.into()))
        );
        if seconds < FLOOR_S {
            warnings.push(warning);
        }
    }
}

/// Sign-ins and sign-outs that the run does not reach.
fn of_presence(plan: &Plan, clients: &ClientPlan, warnings: &mut Vec<String>) {
    let name = &clients.name;
    let start_us = plan.start.0 as i64 + clients.ahead_us;
    if let SignIn::Normal { mean, .. } = clients.sign_in
        && mean.0 as i64 - start_us >= plan.horizon.0 as i64
    {
        warnings.push(format!(
            "clients.{name}: sign_in is centred outside the run"
        ));
    }
    if let Some(SignIn::Normal { mean: out, .. } | SignIn::At(out)) = clients.sign_out
        && out.0 >= DAY_US
        && out.0 as i64 - clients.ahead_us >= (plan.start.0 + plan.horizon.0) as i64
    {
        warnings.push(format!(
            "clients.{name}: sign_out is not after sign_in, and so is one of the next day, {}, which the run does not reach",
            print_clock(Span(out.0 - DAY_US))
        ));
    } else {
        of_shift_before(plan, clients, warnings);
    }
    let (at, who) = match clients.sign_in {
        SignIn::At(clock) => (Some(clock), "they"),
        SignIn::Normal { mean, .. } => (Some(mean), "most of them"),
        SignIn::AtStart | SignIn::UniformOver(_) => (None, ""),
    };
    if let Some(clock) = at.filter(|clock| (clock.0 as i64) < start_us)
        && clients.recorded_signs.is_none()
    {
        warnings.push(format!(
            "clients.{name}: sign_in at {} is before the start of the run, {} on the users' clocks: {who} sign in at the start",
            print_clock(clock),
            print_clock(Span(start_us as u64 % DAY_US))
        ));
    }
}

/// A night shift that began on the day before the run, and of which nobody is there.
fn of_shift_before(plan: &Plan, clients: &ClientPlan, warnings: &mut Vec<String>) {
    let start_us = plan.start.0 as i64 + clients.ahead_us;
    let clock = |at: SignIn| match at {
        SignIn::At(clock) | SignIn::Normal { mean: clock, .. } => Some(clock),
        SignIn::AtStart | SignIn::UniformOver(_) => None,
    };
    let day_before = 6; // of a week from the first day
    let (Some(from), Some(to)) = (clock(clients.sign_in), clients.sign_out.and_then(clock)) else {
        return;
    };
    let is_on = (to.0 as i64) - (DAY_US as i64) > start_us && from.0 >= start_us as u64;
    if is_on && clients.recorded_signs.is_none() && clients.days.is_working(day_before) {
        let clocks = if clients.ahead_us % DAY_US as i64 == 0 {
            ""
        } else {
            " on the users' clocks"
        };
        warnings.push(format!(
            "clients.{}: the shift from {} to {} that began before the run is not simulated: until {}{clocks} nobody of it is signed in; \
             start the run before a shift begins",
            clients.name,
            print_clock(Span(from.0 % DAY_US)),
            print_clock(Span(to.0 % DAY_US)),
            print_clock(Span(to.0 % DAY_US)),
        ));
    }
}
