//! Why users have no session or lose it, each cause with the key that makes it.

use super::case::{Case, key, kind, on_a_leg, whose, with};
use super::refresh;
use crate::deployment::{ClientPlan, FaultPlan, FaultTarget, Transport};
use crate::faults::FaultKind;
use crate::measure::{DropCause, Metric, MissCause, Scope};
use crate::protocol::{ClientConfig, RefreshMethod};
use crate::quantity::Span;

/// Servers busy for more than this share of the run are too few.
const OVERLOADED: f64 = 0.9;
/// A wait for the first session that is longer than this has its cause named, seconds.
const PATIENCE_S: f64 = 60.0;
/// Loss from which on a path is named as the cause.
const LOSSY: f64 = 0.02;

/// The gateway of most users without a session, or of most waiting.
fn worst_gateway(case: &Case) -> usize {
    let gateways = case.plan().gateways.iter().enumerate();
    let waiting = |name: &str| {
        let scope = Scope::Gateway(name.into());
        let index = case.samples.scopes.iter().position(|s| *s == scope);
        let never = index.map_or(0, |i| case.samples.presence(i).without_session);
        let share = case.row(&scope, "setting_up_fraction");
        (
            never,
            share.and_then(|r| r.estimate).map_or(0.0, |e| e.mean),
        )
    };
    gateways
        .max_by(|(_, a), (_, b)| {
            let (a, b) = (waiting(&a.name), waiting(&b.name));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
        .map_or(0, |(i, _)| i)
}

/// Why users wait for a session, or never get one.
pub(super) fn of_waiting(case: &Case) -> Option<String> {
    let index = worst_gateway(case);
    let gateway = &case.plan().gateways[index];
    let name = &gateway.name;
    let users: f64 = (case.plan().clients.iter())
        .filter(|c| c.gateway == index)
        .map(|c| f64::from(c.count) * c.attendance)
        .sum();
    let users_each = users / f64::from(gateway.count);
    if gateway
        .max_sessions
        .is_some_and(|limit| f64::from(limit) < users_each)
    {
        let clause = format!("the gateway {name} takes no more");
        return Some(with(case, "gateway", name, &clause, "max_sessions"));
    }
    if let Some(fault) = down_all_day(case, index) {
        return Some(format!("{fault} lasts until the end"));
    }
    if let Some(pace) = of_pace(case, index, PATIENCE_S) {
        return Some(pace);
    }
    if let Some(station) = &gateway.station {
        let serial_s = station.setup_serial.as_secs_f64();
        let busy = mean(case, &Scope::Gateway(name.clone()), "gateway_utilisation");
        if serial_s * users_each > PATIENCE_S {
            let clause = format!("the gateway {name} sets them up one at a time");
            return Some(with(case, "gateway", name, &clause, "setup_serial_time"));
        }
        let refused = mean(case, &Scope::Gateway(name.clone()), "jobs_refused");
        if busy > OVERLOADED || refused > 0.0 {
            return Some(overload(case, name));
        }
    }
    refresh::of_session_timer(case, index)
        .or_else(|| of_places(case, index))
        .or_else(|| of_path(case, index))
}

/// Set-ups that client groups let through one after the other, where the last user of one waits for longer than that.
fn of_pace(case: &Case, gateway: usize, longer_than_s: f64) -> Option<String> {
    let plan = case.plan();
    let instances = f64::from(plan.gateways[gateway].count);
    let waits = plan.clients.iter().filter_map(|c| {
        let pace_s = c.config.setup_pace.filter(|_| c.gateway == gateway)?;
        let users = f64::from(c.count) * c.attendance / instances;
        Some((pace_s.as_secs_f64() * users, &c.name))
    });
    let (wait_s, name) = waits.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let clause = format!("{name} are let in one at a time");
    (wait_s > longer_than_s).then(|| with(case, "clients", name, &clause, "setup_pace"))
}

/// What decides when those who lost their sessions are back, where more than half of that time is their turn.
pub(super) fn of_return(case: &Case) -> Option<String> {
    let back_s = case.mean("all_back_s").max(case.mean("recovery_p95_s"));
    let of_gateway = |index| of_pace(case, index, back_s / 2.0);
    let pace = (0..case.plan().gateways.len()).find_map(of_gateway)?;
    (back_s > 0.0).then(|| format!("it takes so long until all are back because {pace}"))
}

/// Places at the gateway that sessions hold which their clients gave up without a word.
fn of_places(case: &Case, gateway: usize) -> Option<String> {
    let plan = case.plan();
    let limits = &plan.gateways[gateway];
    let key = match (limits.max_sessions, limits.max_sessions_per_line) {
        (Some(_), _) => "max_sessions",
        (None, Some(_)) => "max_sessions_per_line",
        (None, None) => return None,
    };
    let mut groups = plan.clients.iter().filter(|c| c.gateway == gateway);
    let silent = groups.find(|c| c.configs().any(|config| !config.sends_bye))?;
    let what = format!("{} give sessions up without BYE", silent.name);
    let gives_up = with(case, "clients", &silent.name, &what, "sends_bye");
    let what = format!("{gives_up} and {} keeps their places", limits.name);
    Some(with(case, "gateway", &limits.name, &what, key))
}

fn mean(case: &Case, scope: &Scope, metric: &str) -> f64 {
    let estimate = case.row(scope, metric).and_then(|r| r.estimate);
    estimate.map_or(0.0, |e| e.mean)
}

fn overload(case: &Case, name: &str) -> String {
    let gateway = case.plan().gateways.iter().find(|g| g.name == name);
    let station = gateway.and_then(|g| g.station.as_ref());
    if station.is_some_and(|station| station.throttle.is_some()) {
        let keys = ["throttle_at", "throttle_recovery"];
        let keys: Vec<String> = (keys.iter())
            .filter_map(|k| key(case, "gateway", name, k))
            .collect();
        let keys = keys.join(", ");
        return format!("overload control at {name} refuses requests ({keys})");
    }
    let keys = ["capacity", "service_time", "service_time_setup"];
    let capacity =
        (keys.iter()).find_map(|k| key(case, "gateway", name, k).filter(|t| !t.ends_with("none")));
    let keys: Vec<String> = capacity
        .into_iter()
        .chain(key(case, "gateway", name, "queue"))
        .collect();
    format!(
        "the gateway {name} cannot take the load ({})",
        keys.join(", ")
    )
}

/// A scheduled fault of the gateway that is not over at the horizon.
fn down_all_day(case: &Case, index: usize) -> Option<String> {
    use crate::faults::Schedule;
    let hits = |f: &&FaultPlan| match f.target {
        FaultTarget::Gateway(gateway, None) => gateway == index,
        FaultTarget::Gateway(..) => false,
        FaultTarget::Clients(clients) => case.plan().clients[clients].gateway == index,
        FaultTarget::All => true,
    };
    let lasts = |f: &&FaultPlan| match f.config.schedule {
        Schedule::Once { at, duration } => at + duration >= case.plan().horizon,
        Schedule::Recurrent { .. } => false,
    };
    let fault = case.plan().faults.iter().filter(hits).find(lasts)?;
    Some(format!("the {}", kind(fault.config.kind)))
}

/// The leg that loses the most on the way to a gateway, where one loses much.
fn of_path(case: &Case, gateway: usize) -> Option<String> {
    let name = &case.plan().gateways[gateway].name;
    let gateway_path = [("gateway", name, &case.plan().gateways[gateway].path)];
    let groups = case.plan().clients.iter().enumerate();
    let groups = || groups.clone().filter(|(_, c)| c.gateway == gateway);
    let client_paths = groups().map(|(_, c)| ("clients", &c.name, &c.path));
    let (table, name, path) = gateway_path
        .into_iter()
        .chain(client_paths)
        .max_by(|a, b| a.2.loss.total_cmp(&b.2.loss))?;
    (path.loss >= LOSSY).then(|| {
        let clause = match path.transport {
            Transport::Udp => "messages are lost on",
            _ => "messages are delayed on",
        };
        let groups: Vec<usize> = groups().map(|(i, _)| i).collect();
        let (whose, key) = whose(case, &groups, (table, name), "loss");
        format!("{clause} the path of {whose}{key}")
    })
}

/// The root cause of most drops: of everything, in words with its key.
pub(super) fn of_losses(case: &Case) -> Option<String> {
    let drops = Metric::by_name("session_drops");
    let count = |scope: &Scope, cause: usize| {
        let is = |r: &&crate::study::MetricRow| {
            r.scope == *scope
                && Some(r.column.metric) == drops
                && r.column.cause.is_some_and(|(i, _)| i == cause)
        };
        let estimate = case.rows.iter().find(is).and_then(|r| r.estimate);
        estimate.map_or(0.0, |e| e.mean)
    };
    let (index, cause) = (DropCause::ALL.into_iter().enumerate())
        .max_by(|a, b| count(&Scope::All, a.0).total_cmp(&count(&Scope::All, b.0)))?;
    let drops = |(i, c): (usize, &ClientPlan)| (count(&Scope::Clients(c.name.clone()), index), i);
    let groups = case.plan().clients.iter().enumerate().map(drops);
    let (_, worst) = groups.clone().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let others = groups.filter(|(drops, i)| *drops > 0.0 && *i != worst);
    let hit: Vec<usize> = std::iter::once(worst)
        .chain(others.map(|(_, i)| i))
        .collect();
    Some(in_words(case, cause, &hit))
}

/// Why these client groups lose sessions, the first of them most.
fn in_words(case: &Case, cause: DropCause, hit: &[usize]) -> String {
    let plan = case.plan();
    let clients = hit[0];
    let group = &plan.clients[clients];
    let gateway = &plan.gateways[group.gateway];
    let of_clients =
        |clause: String, key_name: &str| with(case, "clients", &group.name, &clause, key_name);
    let name = &gateway.name;
    let fault = |kinds: &[FaultKind]| {
        let fault = plan.faults.iter().find(|f| kinds.contains(&f.config.kind));
        fault.map(|f| format!("the {} cuts them off", kind(f.config.kind)))
    };
    match cause {
        DropCause::RefreshUnanswered
        | DropCause::RefreshRejected
        | DropCause::SessionExpired
        | DropCause::DialogLost => refresh::setting(case, cause, hit)
            .or_else(|| of_path(case, group.gateway))
            .or_else(|| fault(&[FaultKind::Stall, FaultKind::Crash, FaultKind::LinkOutage]))
            .unwrap_or_else(|| match (cause, group.config.refresh_method) {
                (DropCause::SessionExpired, RefreshMethod::Rfc4028) => {
                    of_clients("the session timer runs out".into(), "session_expires")
                }
                (DropCause::SessionExpired, _) => shortened(case, clients).unwrap_or_else(|| {
                    let clause = "the session timer runs out before a refresh".into();
                    of_clients(clause, "refresh_interval")
                }),
                _ => cause.meaning().into(),
            }),
        DropCause::GatewayDown => refresh::of_probe(case, hit)
            .or_else(|| fault(&[FaultKind::Crash, FaultKind::Maintenance, FaultKind::Stall]))
            .unwrap_or_else(|| cause.meaning().into()),
        DropCause::PathLost => of_lost_path(case, hit)
            .or_else(|| of_connection(case, hit))
            .unwrap_or_else(|| {
                fault(&[
                    FaultKind::OcsFailover,
                    FaultKind::LinkOutage,
                    FaultKind::NetworkChange,
                    FaultKind::Sleep,
                ])
                .or_else(|| of_path(case, group.gateway))
                .unwrap_or_else(|| cause.meaning().into())
            }),
        DropCause::RouteExpired => {
            let leg = on_a_leg(case, hit, "route_expiry", |p| p.route_expiry.is_some());
            let relay = on_a_leg(case, hit, "relay_timer", |p| p.relay_timer.is_some());
            match (leg, relay) {
                (None, Some((_, key))) => format!("a relay forgets long dialogs{key}"),
                (leg, _) => format!(
                    "OCS ends long dialogs{}",
                    leg.map_or(String::new(), |(_, key)| key)
                ),
            }
        }
        DropCause::Overload => overload(case, name),
    }
}

/// The session that ends before its refresh, where a relay or the gateway makes it shorter than what is offered.
fn shortened(case: &Case, clients: usize) -> Option<String> {
    let group = &case.plan().clients[clients];
    let gateway = &case.plan().gateways[group.gateway];
    let offered_s = group
        .configs()
        .map(|config| config.session_expires_s)
        .max()?;
    let relay = on_a_leg(case, &[clients], "relay_session_expires", |path| {
        let written = path.relay_session_expires;
        written.is_some_and(|se| se.as_secs_f64() < f64::from(offered_s))
    });
    let of_relay = relay.map(|(_, key)| format!("the session that a relay writes{key}"));
    let of_gateway = || {
        let clause = format!("the session that {} grants", gateway.name);
        (gateway.config.session_expires_s < offered_s)
            .then(|| with(case, "gateway", &gateway.name, &clause, "session_expires"))
    };
    let session = of_relay.or_else(of_gateway)?;
    Some(format!("{session} ends before a refresh"))
}

/// Why most toasts are missed, where it is a limit on the calls that a gateway follows.
pub(super) fn of_misses(case: &Case) -> Option<String> {
    let missed = Metric::by_name("toasts_missed");
    let count = |cause: MissCause| {
        let is = |r: &&crate::study::MetricRow| {
            r.scope == Scope::All
                && Some(r.column.metric) == missed
                && r.column.cause.is_some_and(|(i, _)| i == cause as usize)
        };
        let estimate = case.rows.iter().find(is).and_then(|r| r.estimate);
        estimate.map_or(0.0, |e| e.mean)
    };
    let limited = case
        .plan()
        .gateways
        .iter()
        .find(|g| g.max_calls.is_some())?;
    let of_limit = count(MissCause::Overload);
    (of_limit > 0.5 * case.mean("toasts_missed")).then(|| {
        let clause = format!(
            "most of the missed toasts are of calls that the gateway {} does not follow",
            limited.name
        );
        with(case, "gateway", &limited.name, &clause, "max_calls")
    })
}

/// Why most calls from the PC fail, where nobody loses a session and a gateway refuses requests: being without a session
/// explains no more of them than the share of time that it lasts.
pub(super) fn of_failed_calls(case: &Case) -> Option<String> {
    let (failed, down) = (
        case.mean("failed_origination_fraction"),
        case.mean("down_fraction"),
    );
    if case.mean("session_drops") > 0.0 || failed <= 2.0 * down {
        return None;
    }
    let refused = |name: &str| mean(case, &Scope::Gateway(name.into()), "jobs_refused");
    let names = case.plan().gateways.iter().map(|g| g.name.as_str());
    let name = names.max_by(|a, b| refused(a).total_cmp(&refused(b)))?;
    (refused(name) > 0.0).then(|| {
        format!(
            "Calls from the PC fail mostly because {}",
            overload(case, name)
        )
    })
}

/// The middlebox that forgets an idle connection, where there is one: of two the quicker.
fn of_lost_path(case: &Case, groups: &[usize]) -> Option<String> {
    let timeouts = case.legs(groups[0]).into_iter();
    let timeouts =
        timeouts.filter_map(|(table, name, path)| Some((path.idle_timeout?, table, name)));
    let (timeout, table, name) = timeouts.min_by_key(|(timeout, ..)| *timeout)?;
    // A group that refreshes in time has lost its path otherwise.
    let is_late = |i: &usize| {
        let mut programs = case.plan().clients[*i].configs();
        // Where the gateway grants the session that is offered.
        let offered = |client: &ClientConfig| Span::from_secs(client.session_expires_s.into());
        programs.any(|client| client.refresh_interval_in(offered(client)) >= timeout)
    };
    let others = groups[1..].iter().copied().filter(is_late);
    let late: Vec<usize> = std::iter::once(groups[0]).chain(others).collect();
    let (whose, key) = whose(case, &late, (table, name), "idle_timeout");
    Some(format!(
        "a middlebox on the path of {whose} forgets idle connections{key}"
    ))
}

/// Connections that die at random, or an ACK that never arrives.
fn of_connection(case: &Case, groups: &[usize]) -> Option<String> {
    case.legs(groups[0])
        .into_iter()
        .find_map(|(table, name, path)| {
            let (clause, key) = match (path.loses_ack, path.connection_lifetime) {
                (true, _) => ("ACKs never arrive", "ack_lost"),
                (false, Some(_)) => ("connections die", "connection_lifetime"),
                (false, None) => return None,
            };
            let (whose, key) = whose(case, groups, (table, name), key);
            Some(format!("{clause} on the path of {whose}{key}"))
        })
}
