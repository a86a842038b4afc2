//! From settings to the plan of a deployment.

use super::error::{ScenarioError, nearest};
use super::settings::Settings;
use crate::deployment::{ClientPlan, GatewayPlan, PathConfig, Plan, Transport};
use crate::protocol::{
    Allow, ClientConfig, GatewayConfig, OnNoAnswer, OnRejection, RefreshClock, RefreshMethod, Refresher, SessionTimer,
    UpdateBehaviour,
};
use crate::quantity::Time;
use crate::workload::WorkloadConfig;

fn path(s: &Settings) -> PathConfig {
    PathConfig {
        transport: [Transport::Tls, Transport::Tcp, Transport::Udp][s.choice("transport")],
        delay: s.span("delay"),
        loss: s.share("loss"),
        relay_allow: [None, Some(Allow::Absent), Some(Allow::WithUpdate), Some(Allow::WithoutUpdate)]
            [s.choice("relay_allow")],
        idle_timeout: None,
        idle_action: crate::deployment::IdleAction::Silent,
        keep_alive: None,
        route_expiry: None,
    }
}

fn gateway(s: &Settings) -> GatewayPlan {
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
    GatewayPlan {
        name: s.name.clone(),
        count: s.number("count") as u32,
        config,
        path: path(s),
        station: None,
        max_sessions: None,
        max_sessions_per_line: None,
        forgets: crate::deployment::Forgets::Sessions,
        spare: 0,
        rehome_after: crate::quantity::Span::from_secs(60),
    }
}

fn client_config(s: &Settings) -> ClientConfig {
    use RefreshMethod as M;
    ClientConfig {
        refresh_interval: s.span("refresh_interval"),
        refresh_method: [M::ByAllow, M::Rfc4028, M::Update, M::ReInvite][s.choice("refresh_method")],
        refresh_clock: [RefreshClock::SinceRefresh, RefreshClock::SinceTraffic][s.choice("refresh_clock")],
        refresh_jitter: s.share("refresh_jitter"),
        session_expires_s: s.number("session_expires") as u32,
        min_se_s: s.number("min_se") as u16,
        on_no_answer: [OnNoAnswer::TearDown, OnNoAnswer::Hold, OnNoAnswer::KeepPolling][s.choice("on_no_answer")],
        on_rejection: [OnRejection::FallBack, OnRejection::TearDown, OnRejection::Hold][s.choice("on_rejection")],
        reestablish: s.reestablish("reestablish"),
    }
}

fn clients(s: &Settings, gateways: &[GatewayPlan]) -> Result<ClientPlan, ScenarioError> {
    let wanted = s.text("gateway");
    let gateway = gateways.iter().position(|g| g.name == wanted).ok_or_else(|| {
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
    let workload = WorkloadConfig {
        incoming_per_s: s.rate("incoming_calls"),
        outgoing_per_s: s.rate("outgoing_calls"),
        ring_time: s.span("ring_time"),
        no_answer: s.span("no_answer"),
        talk_time: s.span("talk_time"),
        answered_at_pc: s.share("answered_at_pc"),
    };
    Ok(ClientPlan {
        name: s.name.clone(),
        count: s.number("count") as u32,
        gateway,
        config: client_config(s),
        workload,
        path: path(s),
        sign_in: s.sign_in("sign_in"),
        sign_out: s.sign_out("sign_out"),
    })
}

/// The plan of a scenario's settings, `[scenario]` first.
pub fn plan(settings: &[Settings]) -> Result<Plan, ScenarioError> {
    let scenario = &settings[0];
    let gateways: Vec<GatewayPlan> = settings.iter().filter(|s| s.table == "gateway").map(gateway).collect();
    let clients = settings.iter().filter(|s| s.table == "clients").map(|s| clients(s, &gateways));
    Ok(Plan {
        name: scenario.name.clone(),
        seed: scenario.number("seed"),
        start: scenario.span("start"),
        horizon: Time(scenario.span("horizon").0),
        clients: clients.collect::<Result<_, _>>()?,
        gateways,
        faults: Vec::new(),
        drops_limit: scenario.number("drops_limit"),
    })
}
