//! What the rules make of a session that nothing disturbs: how often it is refreshed, and whether it lives.

use super::client_group::{ClientGroup, TIMEOUT_S};
use super::precondition::{Violation, require};
use crate::deployment::{RelayEnd, RelayRestarts};
use crate::protocol::{
    Allow, FLOOR_S, OnNoAnswer, OnRejection, OnTooSmall, ReInviteBehaviour, RefreshClock,
    RefreshMethod, RefreshTiming, Refresher, RefresherOnRefresh, SessionTimer, UpdateBehaviour,
};

/// What becomes of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fate {
    /// It lasts.
    Kept,
    /// It is lost and set up again, cycle after cycle.
    Cycle {
        /// U: how long it is up, seconds.
        up_s: f64,
        /// W: how long it is down, seconds.
        down_s: f64,
    },
}

/// A session by the rules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Session {
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// SE: how long it lasts without a refresh, seconds.
    pub expires_s: f64,
    /// Refreshed by UPDATE, else by re-INVITE.
    pub by_update: bool,
    /// What becomes of it.
    pub fate: Fate,
}

impl Session {
    /// Precondition: it is kept.
    pub(super) fn require_kept(&self, group: &ClientGroup) -> Result<(), Violation> {
        let update = group.gateway.config.update;
        require(self.fate == Fate::Kept, || Violation::Update(update))
    }

    /// Precondition: a client whose refresh nobody answers ends it 32 s later, before it expires.
    pub(super) fn require_tear_down(&self, group: &ClientGroup) -> Result<(), Violation> {
        let client = &group.clients.config;
        require(client.on_no_answer == OnNoAnswer::TearDown, || {
            Violation::OnNoAnswer(client.on_no_answer)
        })?;
        require(self.refresh_s + TIMEOUT_S <= self.expires_s, || {
            Violation::SessionExpires(client.session_expires_s)
        })
    }
}

/// The session of a client group by the rules (RFC 4028; `protocol`).
///
/// # Errors
/// Which value they say nothing of here.
pub(super) fn session(group: &ClientGroup) -> Result<Session, Violation> {
    let (clients, gateway) = (&group.clients.config, &group.gateway.config);
    require(clients.refresh_clock == RefreshClock::SinceRefresh, || {
        Violation::RefreshClock(clients.refresh_clock)
    })?;
    require(gateway.refresher == Refresher::Uac, || {
        Violation::Refresher(gateway.refresher)
    })?;
    plain_behaviour(group)?;
    let granted = clients.session_expires_s.min(gateway.session_expires_s);
    let min_se = u32::from(clients.min_se_s.max(gateway.min_se_s));
    let expires_s = f64::from(granted.max(min_se));
    let refresh_s = match clients.refresh_method {
        RefreshMethod::Rfc4028 => expires_s / 2.0,
        _ => clients.refresh_interval.as_secs_f64(),
    };
    let jitter = clients.refresh_jitter;
    require(refresh_s * (1.0 + jitter) < expires_s, || {
        Violation::IntervalNotShorter
    })?;
    let relayed = group.legs().into_iter().find_map(|leg| leg.relay_allow);
    let allow = relayed.unwrap_or(gateway.allow);
    let by_update = match clients.refresh_method {
        RefreshMethod::Update => true,
        RefreshMethod::ReInvite => false,
        RefreshMethod::Rfc4028 => allow == Allow::WithUpdate,
        RefreshMethod::ByAllow => allow != Allow::WithoutUpdate,
    };
    let fate = if by_update {
        fate(group, refresh_s, expires_s)?
    } else {
        Fate::Kept
    };
    let fate = beside_relays(group, by_update, refresh_s * (1.0 + jitter), fate)?;
    require(fate == Fate::Kept || jitter == 0.0, || {
        Violation::RefreshJitter(jitter)
    })?;
    Ok(Session {
        refresh_s,
        expires_s,
        by_update,
        fate,
    })
}

/// The same beside relays with a timer of their own: one that no refresh restarts ends the session, by BYE.
fn beside_relays(
    group: &ClientGroup,
    by_update: bool,
    longest_s: f64,
    fate: Fate,
) -> Result<Fate, Violation> {
    let mut fate = fate;
    for leg in group.legs() {
        let Some(timer) = leg.relay_timer else {
            continue;
        };
        let counts = match leg.relay_timer_restarts {
            RelayRestarts::Both => true,
            RelayRestarts::ReInvite => !by_update,
            RelayRestarts::Update => by_update,
            RelayRestarts::Nothing => false,
        };
        let timer_s = timer.as_secs_f64();
        let is_restarted = counts && fate == Fate::Kept && longest_s < timer_s;
        let is_known = is_restarted || (!counts && leg.relay_timer_end == RelayEnd::Bye);
        require(is_known, || Violation::Behaviour("relay_timer"))?;
        let up_s = match fate {
            Fate::Kept => f64::INFINITY,
            Fate::Cycle { up_s, .. } => up_s,
        };
        if !counts && timer_s < up_s {
            let down_s = group.reestablish_s()?;
            let up_s = timer_s;
            fate = Fate::Cycle { up_s, down_s };
        }
    }
    Ok(fate)
}

/// Precondition: both sides do as the table of behaviour classes has it, and nothing else.
fn plain_behaviour(group: &ClientGroup) -> Result<(), Violation> {
    let (clients, gateway) = (&group.clients.config, &group.gateway.config);
    let holds = [
        ("update_share", gateway.update_share == 1.0),
        ("reinvite", gateway.reinvite == ReInviteBehaviour::Accepted),
        (
            "refresher_on_refresh",
            gateway.refresher_on_refresh == RefresherOnRefresh::Same,
        ),
        ("imposes_timer", !gateway.imposes_timer),
        ("session_expires", gateway.session_expires_s >= FLOOR_S),
        ("mix", group.clients.mix.is_empty()),
        ("offers_session_expires", clients.offers_timer),
        ("enforces_session_timer", clients.enforces_timer),
        (
            "refresh_timing",
            clients.refresh_timing == RefreshTiming::Interval,
        ),
        ("refresh_tries", clients.refresh_tries == 1),
        ("on_422", clients.on_too_small == OnTooSmall::Retry),
        (
            "on_rejection",
            !matches!(
                clients.on_rejection,
                OnRejection::Retry | OnRejection::RetryOnce
            ),
        ),
    ];
    let unusual = group.legs().into_iter().find_map(|leg| leg.unusual());
    unusual.map_or(Ok(()), |key| Err(Violation::Behaviour(key)))?;
    holds
        .into_iter()
        .find(|(_, holds)| !holds)
        .map_or(Ok(()), |(key, _)| Err(Violation::Behaviour(key)))
}

/// Of a session that is refreshed by UPDATE every `r` seconds and lasts `se` without.
fn fate(group: &ClientGroup, r: f64, se: f64) -> Result<Fate, Violation> {
    use UpdateBehaviour as U;
    let (clients, gateway) = (&group.clients.config, &group.gateway.config);
    let gateway_timer_s = match gateway.enforces_session_timer {
        SessionTimer::Bye => se - f64::min(TIMEOUT_S, se / 3.0),
        SessionTimer::No | SessionTimer::Silent | SessionTimer::ByeAtExpiry => se,
    };
    let up_s = match (gateway.update, clients.on_no_answer, clients.on_rejection) {
        (U::Accepted | U::NoSessionExpires, ..)
        | (U::Rejected405 | U::Rejected501, _, OnRejection::FallBack) => return Ok(Fate::Kept),
        (U::Ignored, OnNoAnswer::TearDown, _) => gateway_timer_s.min(r + TIMEOUT_S),
        (U::AnswerLost, OnNoAnswer::TearDown, _) => se.min(r + TIMEOUT_S),
        (U::Ignored, OnNoAnswer::Hold, _)
        | (U::Rejected405 | U::Rejected501, _, OnRejection::Hold) => gateway_timer_s,
        (U::Rejected405 | U::Rejected501, _, OnRejection::TearDown) | (U::DialogLost481, ..) => r,
        (U::Ignored, OnNoAnswer::KeepPolling, _) if gateway_timer_s == se => {
            // The next poll after the gateway forgot the session is answered 481, if nothing else is before.
            group.sends_refreshes_only()?;
            let down_s = r * (se / r).ceil() - se + group.reestablish_s()?;
            return Ok(Fate::Cycle { up_s: se, down_s });
        }
        _ => {
            return Err(Violation::Update(gateway.update));
        }
    };
    let down_s = group.reestablish_s()?;
    Ok(Fate::Cycle { up_s, down_s })
}

#[cfg(test)]
mod tests {
    use super::super::example::plan;
    use super::*;
    use crate::deployment::Plan;
    use crate::protocol::Reestablish;
    use crate::quantity::Span;

    fn session_with(change: impl FnOnce(&mut Plan)) -> Result<Session, Violation> {
        let mut plan = plan();
        change(&mut plan);
        session(&ClientGroup::new(&plan, 0))
    }

    fn fate_of(update: UpdateBehaviour, change: impl FnOnce(&mut Plan)) -> Fate {
        let session = session_with(|p| {
            p.gateways[0].config.update = update;
            change(p);
        });
        session.unwrap().fate
    }

    fn cycle(up_s: f64, down_s: f64) -> Fate {
        Fate::Cycle { up_s, down_s }
    }

    #[test]
    fn first_losses_are_those_of_the_table() {
        use UpdateBehaviour as U;
        // R 1500 s, SE 1800 s, D 30 s; the times by hand from RFC 3261 and RFC 4028.
        assert_eq!(fate_of(U::Accepted, |_| ()), Fate::Kept);
        assert_eq!(fate_of(U::NoSessionExpires, |_| ()), Fate::Kept);
        // 1500 + 32, not later than 1800.
        assert_eq!(fate_of(U::Ignored, |_| ()), cycle(1532.0, 30.0));
        assert_eq!(fate_of(U::AnswerLost, |_| ()), cycle(1532.0, 30.0));
        let late = |p: &mut Plan| p.clients[0].config.refresh_interval = Span::from_secs(1790);
        assert_eq!(fate_of(U::Ignored, late), cycle(1800.0, 30.0));
        let hold = |p: &mut Plan| p.clients[0].config.on_no_answer = OnNoAnswer::Hold;
        assert_eq!(fate_of(U::Ignored, hold), cycle(1800.0, 30.0));
        // 405 or 501 under `hold`: the client's own timer, or the gateway's BYE 32 s before it.
        for update in [U::Rejected405, U::Rejected501] {
            assert_eq!(fate_of(update, |_| ()), cycle(1800.0, 30.0));
            let bye = |p: &mut Plan| {
                p.gateways[0].config.enforces_session_timer = SessionTimer::Bye;
            };
            assert_eq!(fate_of(update, bye), cycle(1768.0, 30.0));
            let back = |p: &mut Plan| p.clients[0].config.on_rejection = OnRejection::FallBack;
            assert_eq!(fate_of(update, back), Fate::Kept);
            let tear = |p: &mut Plan| p.clients[0].config.on_rejection = OnRejection::TearDown;
            assert_eq!(fate_of(update, tear), cycle(1500.0, 30.0));
        }
        assert_eq!(fate_of(U::DialogLost481, |_| ()), cycle(1500.0, 30.0));
        // A session of 90 s: BYE at 90 − min(32, 30) = 60 s, before R + 32 = 82 s.
        let short = |p: &mut Plan| {
            p.gateways[0].config.enforces_session_timer = SessionTimer::Bye;
            p.clients[0].config.session_expires_s = 90;
            p.clients[0].config.refresh_interval = Span::from_secs(50);
        };
        assert_eq!(fate_of(U::Ignored, short), cycle(60.0, 30.0));
    }

    #[test]
    fn a_relay_ends_what_is_not_refreshed_for_it() {
        use UpdateBehaviour as U;
        let relay = |restarts| {
            move |p: &mut Plan| {
                p.gateways[0].path.relay_timer = Some(Span::from_secs(1600));
                p.gateways[0].path.relay_timer_restarts = restarts;
            }
        };
        // R 1500 s by UPDATE: a timer of 1600 s goes on where it is restarted.
        assert_eq!(fate_of(U::Accepted, relay(RelayRestarts::Both)), Fate::Kept);
        assert_eq!(
            fate_of(U::Accepted, relay(RelayRestarts::Update)),
            Fate::Kept
        );
        for restarts in [RelayRestarts::ReInvite, RelayRestarts::Nothing] {
            assert_eq!(fate_of(U::Accepted, relay(restarts)), cycle(1600.0, 30.0));
            // The client gives up sooner.
            assert_eq!(fate_of(U::Ignored, relay(restarts)), cycle(1532.0, 30.0));
        }
        let silent = session_with(|p| {
            relay(RelayRestarts::Nothing)(p);
            p.gateways[0].path.relay_timer_end = RelayEnd::Silent;
        });
        assert_eq!(silent.unwrap_err().to_string(), "the value of relay_timer");
    }

    #[test]
    fn methods_are_chosen_by_allow() {
        use UpdateBehaviour as U;
        let strict = |allow| {
            move |p: &mut Plan| {
                p.clients[0].config.refresh_method = RefreshMethod::Rfc4028;
                p.gateways[0].config.allow = allow;
            }
        };
        // RFC 4028: UPDATE only where Allow lists it, every 900 s.
        assert_eq!(fate_of(U::Ignored, strict(Allow::Absent)), Fate::Kept);
        assert_eq!(
            fate_of(U::Ignored, strict(Allow::WithUpdate)),
            cycle(932.0, 30.0)
        );
        let without_update = |p: &mut Plan| p.gateways[0].config.allow = Allow::WithoutUpdate;
        assert_eq!(fate_of(U::Ignored, without_update), Fate::Kept);
        let relay = |p: &mut Plan| p.clients[0].path.relay_allow = Some(Allow::WithoutUpdate);
        assert_eq!(fate_of(U::Ignored, relay), Fate::Kept);
        let reinvite = |p: &mut Plan| p.clients[0].config.refresh_method = RefreshMethod::ReInvite;
        assert!(!session_with(reinvite).unwrap().by_update);
        let always = |p: &mut Plan| {
            p.clients[0].config.refresh_method = RefreshMethod::Update;
            p.gateways[0].config.allow = Allow::WithoutUpdate;
        };
        assert!(session_with(always).unwrap().by_update);
    }

    #[test]
    fn a_session_that_is_polled_is_down_until_the_poll_that_is_refused() {
        let poll = |p: &mut Plan| p.clients[0].config.on_no_answer = OnNoAnswer::KeepPolling;
        // Polls at 1500 s and 3000 s; the one at 3000 s is answered 481: 1200 s and the delay.
        assert_eq!(
            fate_of(UpdateBehaviour::Ignored, poll),
            cycle(1800.0, 1230.0)
        );
        // R 900, SE 2400: 900·⌈2400/900⌉ = 2700, 300 s and the delay.
        let often = |p: &mut Plan| {
            poll(p);
            p.clients[0].config.refresh_interval = Span::from_secs(900);
            p.clients[0].config.session_expires_s = 2400;
        };
        assert_eq!(
            fate_of(UpdateBehaviour::Ignored, often),
            cycle(2400.0, 330.0)
        );
        let dials = session_with(|p| {
            poll(p);
            p.gateways[0].config.update = UpdateBehaviour::Ignored;
            p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0;
        });
        assert_eq!(
            dials.unwrap_err().to_string(),
            "outgoing_calls = 1 /h",
            "a call finds out sooner"
        );
    }

    #[test]
    fn sessions_that_the_rules_leave_open_are_refused() {
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 9] = [
            (
                |p| p.clients[0].config.refresh_clock = RefreshClock::SinceTraffic,
                "refresh_clock = since-traffic",
            ),
            (
                |p| p.gateways[0].config.refresher = Refresher::Uas,
                "refresher = uas",
            ),
            (
                |p| p.gateways[0].config.session_expires_s = 1500,
                "a refresh interval that is no shorter than the session",
            ),
            // 1500 s and a fifth of it are the session.
            (
                |p| p.clients[0].config.refresh_jitter = 0.2,
                "a refresh interval that is no shorter than the session",
            ),
            (
                |p| {
                    p.clients[0].config.refresh_jitter = 0.15;
                    p.gateways[0].config.update = UpdateBehaviour::Ignored;
                },
                "refresh_jitter = 15 %",
            ),
            (
                |p| {
                    p.clients[0].config.reestablish = Reestablish::Never;
                    p.gateways[0].config.update = UpdateBehaviour::Ignored;
                },
                "reestablish = never",
            ),
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::Unavailable503,
                "update = 503",
            ),
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::IntervalTooSmall422,
                "update = 422",
            ),
            (
                |p| {
                    p.clients[0].config.on_no_answer = OnNoAnswer::KeepPolling;
                    p.gateways[0].config.update = UpdateBehaviour::AnswerLost;
                },
                "update = answer-lost",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(session_with(change).unwrap_err().to_string(), why);
        }
        let require_kept = session_with(|p| p.clients[0].config.refresh_jitter = 0.15);
        assert_eq!(require_kept.unwrap().fate, Fate::Kept);
        // Min-SE 3600 of the gateway: the larger of what is granted and of both Min-SE.
        let session = session_with(|p| p.gateways[0].config.min_se_s = 3600).unwrap();
        assert_eq!(session.expires_s, 3600.0);
    }
}
