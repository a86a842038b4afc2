//! Why refreshes fail, or are made and do not help: the setting of the gateway, the client or a relay that makes it.

use super::case::{Case, on_a_leg, with};
use crate::deployment::{ClientPlan, GatewayPlan};
use crate::measure::DropCause;
use crate::protocol::{
    Allow, ClientConfig, GatewayConfig, OnGatewayRefresh, OnGlare, OnTooSmall, OwnRefreshes,
    ReInviteBehaviour, RefreshClock, RefreshMethod, Refresher, RefresherOnRefresh, UpdateBehaviour,
};
use crate::quantity::Span;

/// Whether the client refreshes by UPDATE at this gateway, as its Allow header arrives.
fn uses_update(client: &ClientConfig, group: &ClientPlan, gateway: &GatewayPlan) -> bool {
    let relay = group.path.relay_allow.or(gateway.path.relay_allow);
    let allow = relay.unwrap_or(gateway.config.allow);
    match client.refresh_method {
        RefreshMethod::Update => true,
        RefreshMethod::ReInvite => false,
        RefreshMethod::ByAllow => allow != Allow::WithoutUpdate,
        RefreshMethod::Rfc4028 => allow == Allow::WithUpdate,
    }
}

/// What the gateway does with a method: as a clause, where it does not simply accept it.
fn of_update(behaviour: UpdateBehaviour, name: &str) -> Option<String> {
    use UpdateBehaviour as U;
    Some(match behaviour {
        U::Accepted | U::NoSessionExpires => return None,
        U::Ignored => format!("the gateway {name} does not answer UPDATE"),
        U::AnswerLost => format!("the answers of {name} to UPDATE never arrive"),
        U::NotCounted => format!("the gateway {name} accepts UPDATE and does not count it"),
        U::DialogLost481 => format!("the gateway {name} forgets the dialog at UPDATE"),
        _ => format!("the gateway {name} refuses UPDATE"),
    })
}

fn of_reinvite(behaviour: ReInviteBehaviour, name: &str) -> Option<String> {
    use ReInviteBehaviour as R;
    Some(match behaviour {
        R::Accepted => return None,
        R::Ignored => format!("the gateway {name} does not answer re-INVITE"),
        R::AnswerLost => format!("the answers of {name} to re-INVITE never arrive"),
        R::NotCounted => format!("the gateway {name} accepts re-INVITE and does not count it"),
        R::DialogLost481 => format!("the gateway {name} forgets the dialog at re-INVITE"),
        _ => format!("the gateway {name} refuses re-INVITE"),
    })
}

/// Whether the gateway takes the role of the refresher over from a client that had it.
fn takes_over(gateway: &GatewayConfig) -> bool {
    use RefresherOnRefresh as R;
    gateway.refresher == Refresher::Uac && matches!(gateway.refresher_on_refresh, R::Uas | R::Flips)
}

/// A gateway that has or takes the role of the refresher, and does not refresh.
fn silent_refresher(case: &Case, gateway: &GatewayPlan) -> Option<String> {
    let name = &gateway.name;
    let config = &gateway.config;
    let at_gateway = |clause: String, key: &str| with(case, "gateway", name, &clause, key);
    let how = match config.refreshes {
        OwnRefreshes::Always => return None,
        OwnRefreshes::Once => "refreshes once only",
        OwnRefreshes::Never => "does not refresh",
    };
    let becomes = match takes_over(config) {
        true => at_gateway(
            format!("{name} takes the refresher's role"),
            "refresher_on_refresh",
        ),
        false if config.refresher == Refresher::Uac => return None,
        false => format!("the gateway {name} is the refresher"),
    };
    Some(at_gateway(format!("{becomes} and {how}"), "refreshes"))
}

/// The clause for losses by refreshes that failed or did not come, with its key in brackets; none where no setting of
/// gateway, client or relay explains it.
pub(super) fn setting(case: &Case, cause: DropCause, hit: &[usize]) -> Option<String> {
    let group = &case.plan().clients[hit[0]];
    let mut programs = group.configs();
    programs.find_map(|client| of_program(case, cause, hit, client))
}

/// The same for one of the programs of the first of the groups that are hit.
fn of_program(
    case: &Case,
    cause: DropCause,
    hit: &[usize],
    client: &ClientConfig,
) -> Option<String> {
    let group = &case.plan().clients[hit[0]];
    let gateway = &case.plan().gateways[group.gateway];
    let name = &gateway.name;
    let at_gateway = |what: String, key: &str| with(case, "gateway", name, &what, key);
    let at_client = |what: &str, key: &str| with(case, "clients", &group.name, what, key);
    let config = &gateway.config;
    let by_update = of_update(config.update, name).map(|what| at_gateway(what, "update"));
    let by_reinvite = of_reinvite(config.reinvite, name).map(|what| at_gateway(what, "reinvite"));
    // A refusal of UPDATE leads to re-INVITE, if the client falls back.
    let by_method = match uses_update(client, group, gateway) {
        true => by_update.or(by_reinvite),
        false => by_reinvite,
    };
    let gateway_refreshes = config.refresher == Refresher::Uas
        || config.refresher_on_refresh != RefresherOnRefresh::Same;
    let roles = || {
        (config.refresher_on_refresh != RefresherOnRefresh::Same).then(|| {
            at_gateway(
                format!("the gateway {name} changes who refreshes"),
                "refresher_on_refresh",
            )
        })
    };
    let refused = || {
        (gateway_refreshes && client.on_gateway_refresh != OnGatewayRefresh::Accepted).then(|| {
            at_client(
                "clients do not accept the gateway's refresh",
                "on_gateway_refresh",
            )
        })
    };
    let never = || silent_refresher(case, gateway);
    let glare = || {
        (gateway_refreshes && client.on_glare == OnGlare::TearDown)
            .then(|| at_client("refreshes of both sides collide", "on_glare"))
    };
    match cause {
        DropCause::RefreshUnanswered | DropCause::DialogLost => {
            by_method.or_else(refused).or_else(|| of_relay(case, hit))
        }
        DropCause::RefreshRejected => by_method.or_else(glare).or_else(refused),
        DropCause::SessionExpired => (of_relay(case, hit))
            .or_else(refused)
            .or_else(never)
            .or_else(roles)
            .or(by_method)
            .or_else(|| {
                (client.refresh_clock == RefreshClock::SinceTraffic).then(|| {
                    at_client(
                        "traffic puts the refresh off until the session expires",
                        "refresh_clock",
                    )
                })
            }),
        _ => None,
    }
}

/// A relay that ends dialogs by a timer or a probe of its own.
fn of_relay(case: &Case, hit: &[usize]) -> Option<String> {
    let timer = on_a_leg(case, hit, "relay_timer", |path| path.relay_timer.is_some());
    timer
        .map(|(name, key)| format!("a relay on the path of {name} ends dialogs by its timer{key}"))
        .or_else(|| of_probe(case, hit))
}

/// A relay that ends dialogs whose probe is not answered, be it only because of a stall.
pub(super) fn of_probe(case: &Case, hit: &[usize]) -> Option<String> {
    on_a_leg(case, hit, "relay_probe", |path| path.relay_probe.is_some()).map(|(name, key)| {
        format!("a relay on the path of {name} ends dialogs at an unanswered probe{key}")
    })
}

/// Why no session is set up at a gateway: its Min-SE is above what is offered, and the client fails or begins anew.
pub(super) fn of_session_timer(case: &Case, gateway: usize) -> Option<String> {
    let plan = case.plan();
    let min_se_s = u32::from(plan.gateways[gateway].config.min_se_s);
    let name = &plan.gateways[gateway].name;
    let mut groups = plan.clients.iter().enumerate();
    groups.find_map(|(index, group)| {
        let offers = group.configs().any(|config| config.offers_timer);
        if group.gateway != gateway || !offers {
            return None;
        }
        let relay_clause = on_a_leg(case, &[index], "relay_session_expires", |path| {
            let expires = path.relay_session_expires;
            expires.is_some_and(|span| span < Span::from_secs(min_se_s.into()))
        });
        if let Some((_, key)) = relay_clause {
            return Some(format!(
                "a relay writes a Session-Expires that {name} answers by 422{key}"
            ));
        }
        let fails = group.configs().any(|config| {
            config.offers_timer
                && config.on_too_small == OnTooSmall::Fail
                && config.session_expires_s < min_se_s
        });
        fails.then(|| {
            let clause = format!("{} give up at the 422 of {name}", group.name);
            with(case, "clients", &group.name, &clause, "on_422")
        })
    })
}
