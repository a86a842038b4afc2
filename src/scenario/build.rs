//! From settings to the plan of a deployment.

use std::path::Path;

use super::error::{ScenarioError, nearest};
use super::records::{Reading, Records};
use super::settings::Settings;
use crate::deployment::{
    ClientPlan, FaultPlan, FaultTarget, Forgets, GatewayPlan, IdleAction, Overload, PathConfig,
    Plan, ServiceTime, StationConfig, Transport,
};
use crate::faults::{FaultConfig, FaultKind, Schedule};
use crate::protocol::{
    Allow, ClientConfig, GatewayConfig, OnNoAnswer, OnRejection, RefreshClock, RefreshMethod,
    Refresher, SessionTimer, UpdateBehaviour,
};
use crate::quantity::{Span, Time, print_clock, print_span};
use crate::workload::{DayShape, SignIn, WorkloadConfig};

const DAY: Span = Span::from_secs(86_400);

fn path(s: &Settings) -> PathConfig {
    PathConfig {
        transport: [Transport::Tls, Transport::Tcp, Transport::Udp][s.choice("transport")],
        delay: s.span("delay"),
        loss: s.share("loss"),
        relay_allow: [
            None,
            Some(Allow::Absent),
            Some(Allow::WithUpdate),
            Some(Allow::WithoutUpdate),
        ][s.choice("relay_allow")],
        idle_timeout: s.maybe_span("idle_timeout"),
        idle_action: [IdleAction::Silent, IdleAction::Reset][s.choice("idle_action")],
        keep_alive: s.maybe_span("keep_alive"),
        route_expiry: s.spans("route_expiry"),
    }
}

/// The station, where a service time or a capacity is given.
fn station(s: &Settings) -> Result<Option<StationConfig>, ScenarioError> {
    let servers = s.number("servers") as u32;
    // Of the two the user's own goes before a profile's.
    let of_profile = |key: &str| {
        matches!(
            s.find(key).map(|k| &k.origin),
            Some(super::Origin::Profile { .. })
        )
    };
    let service = s
        .service("service_time")
        .filter(|_| !of_profile("service_time") || s.find("capacity").is_none());
    let capacity = s
        .find("capacity")
        .filter(|_| !of_profile("capacity") || service.is_none());
    let general = match (service, capacity) {
        (Some(_), Some(_)) => {
            let message = format!(
                "gateway.{}: give either `service_time` or `capacity`, not both",
                s.name
            );
            return Err(ScenarioError::input(s.place_of("capacity"), message));
        }
        (Some(service), None) => Some(service),
        (None, Some(_)) => {
            let each = f64::from(servers) / s.capacity("capacity") * 1e6;
            Some(ServiceTime::Fixed(Span::from_micros_f64(each)))
        }
        (None, None) => None,
    };
    let own = |key: &str| s.find(key).and_then(|_| s.service(key));
    let classes =
        ["setup", "refresh", "call", "teardown"].map(|class| own(&format!("service_time_{class}")));
    let (serial, response) = (s.span("setup_serial_time"), s.span("response_service"));
    let none = general.is_none() && classes.iter().all(Option::is_none);
    if none && serial == Span::ZERO && response == Span::ZERO {
        return Ok(None);
    }
    let fallback = general.unwrap_or(ServiceTime::Fixed(Span::ZERO));
    Ok(Some(StationConfig {
        servers,
        queue: s.maybe_count("queue").map(|n| n as u32),
        service: classes.map(|own| own.unwrap_or_else(|| fallback.clone())),
        response_service: response,
        setup_serial: serial,
        overload: [Overload::Drop, Overload::Refuse503][s.choice("overload")],
        calls_first: s.choice("priority") == 1,
    }))
}

/// Gateways of one group at most: what a user remembers of them has 16 bits.
const TIED_MOST: u32 = 1 << 16;

fn gateway(s: &Settings) -> Result<GatewayPlan, ScenarioError> {
    use UpdateBehaviour as U;
    let config = GatewayConfig {
        update: [
            U::Accepted,
            U::Ignored,
            U::Rejected405,
            U::Rejected501,
            U::DialogLost481,
            U::AnswerLost,
            U::NoSessionExpires,
            U::IntervalTooSmall422,
            U::Unavailable503,
        ][s.choice("update")],
        allow: [Allow::Absent, Allow::WithUpdate, Allow::WithoutUpdate][s.choice("allow")],
        session_expires_s: s.number("session_expires") as u32,
        min_se_s: s.number("min_se") as u16,
        refresher: [Refresher::Uac, Refresher::Uas][s.choice("refresher")],
        enforces_session_timer: [SessionTimer::No, SessionTimer::Silent, SessionTimer::Bye]
            [s.choice("enforces_session_timer")],
        retry_after_s: s.number("retry_after") as u32,
    };
    let (count, spare) = (s.number("count") as u32, s.number("spare") as u32);
    if spare > 0 && count + spare > TIED_MOST {
        let message = format!(
            "gateway.{}.spare: found {spare} for {count} gateways, expected {TIED_MOST} together at most: spare gateways tie all of them into one group",
            s.name
        );
        return Err(ScenarioError::input(s.place_of("spare"), message));
    }
    Ok(GatewayPlan {
        name: s.name.clone(),
        count,
        config,
        path: path(s),
        station: station(s)?,
        max_sessions: s.maybe_count("max_sessions").map(|n| n as u32),
        max_sessions_per_line: s.maybe_count("max_sessions_per_line").map(|n| n as u32),
        forgets: [Forgets::Sessions, Forgets::Monitors, Forgets::Nothing][s.choice("forgets")],
        spare,
        rehome_after: s.span("rehome_after"),
    })
}

fn client_config(s: &Settings) -> ClientConfig {
    use RefreshMethod as M;
    ClientConfig {
        refresh_interval: s.span("refresh_interval"),
        refresh_method: [M::ByAllow, M::Rfc4028, M::Update, M::ReInvite]
            [s.choice("refresh_method")],
        refresh_clock: [RefreshClock::SinceRefresh, RefreshClock::SinceTraffic]
            [s.choice("refresh_clock")],
        refresh_jitter: s.share("refresh_jitter"),
        session_expires_s: s.number("session_expires") as u32,
        min_se_s: s.number("min_se") as u16,
        on_no_answer: [
            OnNoAnswer::TearDown,
            OnNoAnswer::Hold,
            OnNoAnswer::KeepPolling,
        ][s.choice("on_no_answer")],
        on_rejection: [
            OnRejection::FallBack,
            OnRejection::TearDown,
            OnRejection::Hold,
        ][s.choice("on_rejection")],
        reestablish: s.reestablish("reestablish"),
    }
}

/// A sign-out at a time of day that is not after the sign-in is one of the next day: so ends a night shift.
fn after(sign_out: SignIn, sign_in: SignIn, start_us: i64) -> SignIn {
    let earliest = match sign_in {
        SignIn::At(clock) | SignIn::Normal { mean: clock, .. } => clock.0 as i64,
        SignIn::AtStart | SignIn::UniformOver(_) => start_us,
    };
    let late_enough = |clock: Span| {
        if clock.0 as i64 <= earliest {
            clock + DAY
        } else {
            clock
        }
    };
    match sign_out {
        SignIn::At(clock) => SignIn::At(late_enough(clock)),
        SignIn::Normal { mean, sd } => SignIn::Normal {
            mean: late_enough(mean),
            sd,
        },
        other => other,
    }
}

fn clients(
    s: &Settings,
    gateways: &[GatewayPlan],
    start: Span,
) -> Result<ClientPlan, ScenarioError> {
    let wanted = s.text("gateway");
    let gateway = gateways
        .iter()
        .position(|g| g.name == wanted)
        .ok_or_else(|| {
            let names: Vec<&str> = gateways.iter().map(|g| g.name.as_str()).collect();
            let place = match &s.setting("gateway").origin {
                super::Origin::File(place) => place,
                _ => &s.place,
            };
            let message = format!(
                "clients.{}.gateway: no [[gateway]] is named {wanted:?}{}; there are: {}",
                s.name,
                nearest(&wanted, names.iter().copied()),
                names.join(", ")
            );
            ScenarioError::input(place, message)
        })?;
    let sign_in = s
        .find("sign_in")
        .map_or(SignIn::AtStart, |_| s.sign_in("sign_in"));
    // On clocks that show the next day already, a time of day is one of that day.
    let start_us = start.0 as i64 + s.offset("time_zone");
    let start_us = if start_us >= DAY.0 as i64 {
        start_us - DAY.0 as i64
    } else {
        start_us
    };
    Ok(ClientPlan {
        name: s.name.clone(),
        count: s.number("count") as u32,
        gateway,
        config: client_config(s),
        workload: if s.find("calls_file").is_some() {
            replayed()
        } else {
            workload(s)
        },
        path: path(s),
        sign_in,
        sign_out: s
            .find("sign_out")
            .and_then(|_| s.sign_out("sign_out"))
            .map(|out| after(out, sign_in, start_us)),
        lunch: s.find("lunch").and_then(|_| s.lunch("lunch")),
        ahead_us: start_us - start.0 as i64,
        attendance: s.find("attendance").map_or(1.0, |_| s.share("attendance")),
        recorded_calls: None,
        recorded_signs: None,
    })
}

fn workload(s: &Settings) -> WorkloadConfig {
    WorkloadConfig {
        incoming_per_s: s.rate("incoming_calls"),
        outgoing_per_s: s.rate("outgoing_calls"),
        ring_time: s.span("ring_time"),
        no_answer: s.span("no_answer"),
        talk_time: s.span("talk_time"),
        answered_at_pc: s.share("answered_at_pc"),
        by_hour: DayShape {
            steps: s.hours("calls_by_hour"),
        },
        spread: s.share("call_spread"),
    }
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
    let reading = |key| Reading {
        path: folder.join(s.text(key)),
        clients: s.name.clone(),
        count: clients.count,
        parts,
        start_us: start.0 as i64 + clients.ahead_us,
        horizon,
    };
    let calls = s
        .find("calls_file")
        .map(|_| records.calls(s, reading("calls_file")))
        .transpose()?;
    let signs = s
        .find("sign_in_file")
        .map(|_| records.signs(s, reading("sign_in_file")))
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
fn target(s: &Settings, plan: &Plan, kind: FaultKind) -> Result<FaultTarget, ScenarioError> {
    use FaultKind as K;
    let text = match s.setting("target").value {
        super::Value::Text(ref text) => text.clone(),
        ref other => unreachable!("a target is text: {other:?}"),
    };
    let bad = |message: String| {
        ScenarioError::input(
            s.place_of("target"),
            format!("fault.{}.target: {message}", s.name),
        )
    };
    let gateways = plan.gateways.iter().map(|g| format!("gateway:{}", g.name));
    let names: Vec<String> = gateways
        .chain(plan.clients.iter().map(|c| format!("clients:{}", c.name)))
        .chain(["all".into()])
        .collect();
    let Some(index) = names.iter().position(|n| *n == text) else {
        let near = nearest(&text, names.iter().map(String::as_str));
        return Err(bad(format!(
            "found {text:?}{near}; there are: {}",
            names.join(", ")
        )));
    };
    let instance = s.maybe_count("instance").map(|n| n as u32 - 1);
    let target = if index < plan.gateways.len() {
        FaultTarget::Gateway(index, instance)
    } else if index + 1 < names.len() {
        FaultTarget::Clients(index - plan.gateways.len())
    } else {
        FaultTarget::All
    };
    match (kind, target) {
        (K::Crash | K::Stall | K::Maintenance, FaultTarget::Clients(_)) => Err(bad(format!(
            "found {text:?}: this happens to a gateway, \"gateway:NAME\" or \"all\""
        ))),
        (_, FaultTarget::Gateway(index, Some(instance))) => {
            let there_are = plan.gateways[index].count + plan.gateways[index].spare;
            match instance < there_are {
                true => Ok(target),
                false => {
                    let message = format!(
                        "fault.{}.instance: found {}, {text} has 1 to {there_are}",
                        s.name,
                        instance + 1
                    );
                    Err(ScenarioError::input(s.place_of("instance"), message))
                }
            }
        }
        _ => Ok(target),
    }
}

fn schedule(s: &Settings, plan: &Plan) -> Result<Schedule, ScenarioError> {
    let (at, mtbf) = (
        s.find("at").map(|_| s.span("at")),
        s.find("mtbf").map(|_| s.span("mtbf")),
    );
    match (at, mtbf) {
        (Some(clock), None) => {
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
                return Err(ScenarioError::input(s.place_of("at"), message));
            }
            Ok(Schedule::Once {
                at: Time(at.0 - plan.start.0),
                duration: s.span("duration"),
            })
        }
        (None, Some(mtbf)) => Ok(Schedule::Recurrent {
            mtbf,
            mttr: s.span("mttr"),
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

fn fault(s: &Settings, plan: &Plan) -> Result<FaultPlan, ScenarioError> {
    use FaultKind as K;
    let kind = [
        K::Crash,
        K::Stall,
        K::Maintenance,
        K::LinkOutage,
        K::OcsFailover,
        K::Sleep,
        K::NetworkChange,
    ][s.choice("kind")];
    let target = target(s, plan, kind)?;
    let number = plan
        .faults
        .iter()
        .filter(|f| f.config.kind == kind && f.target == target)
        .count() as u32;
    let config = FaultConfig {
        kind,
        schedule: schedule(s, plan)?,
        reset: s.flag("reset"),
    };
    if config.reset && matches!(kind, K::LinkOutage | K::Sleep) {
        let message = format!(
            "fault.{}.reset: found true, but a {} resets no connection: messages wait for its end or are lost",
            s.name,
            s.setting("kind").text
        );
        return Err(ScenarioError::input(s.place_of("reset"), message));
    }
    if s.maybe_count("instance").is_some() && !matches!(target, FaultTarget::Gateway(..)) {
        let message = format!(
            "fault.{}.instance: found {}, but the target is {:?}: only a \"gateway:NAME\" has instances",
            s.name,
            s.setting("instance").text,
            s.text("target")
        );
        return Err(ScenarioError::input(s.place_of("instance"), message));
    }
    Ok(FaultPlan {
        config,
        target,
        number,
    })
}

/// The plan of a scenario's settings, `[scenario]` first.
pub fn plan(
    settings: &[Settings],
    folder: &Path,
    records: &Records,
) -> Result<Plan, ScenarioError> {
    let scenario = &settings[0];
    let gateways = settings
        .iter()
        .filter(|s| s.table == "gateway")
        .map(gateway);
    let gateways: Vec<GatewayPlan> = gateways.collect::<Result<_, _>>()?;
    let run = (scenario.span("start"), Time(scenario.span("horizon").0));
    let clients = settings.iter().filter(|s| s.table == "clients").map(|s| {
        let mut clients = clients(s, &gateways, run.0)?;
        replay(s, &mut clients, &gateways, run, folder, records)?;
        Ok(clients)
    });
    let mut plan = Plan {
        name: scenario.name.clone(),
        seed: scenario.number("seed"),
        start: scenario.span("start"),
        horizon: Time(scenario.span("horizon").0),
        clients: clients.collect::<Result<_, _>>()?,
        gateways,
        faults: Vec::new(),
        drops_limit: scenario.number("drops_limit"),
    };
    for settings in settings.iter().filter(|s| s.table == "fault") {
        let fault = fault(settings, &plan)?;
        plan.faults.push(fault);
    }
    Ok(plan)
}
