//! What gateways and clients of the field do besides the published classes. Every expected value is written by hand, with
//! its reason; SE is 1800 s unless said otherwise.

use rccsim::deployment::{Fate, Observer, Plan, Transport, observe, simulate};
use rccsim::measure::{Counter, DropCause, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::deployments::*;

/// Sent messages: seconds, and what.
#[derive(Default)]
pub(crate) struct Wire(pub(crate) Vec<(f64, Message)>);

impl Observer for Wire {
    fn message(&mut self, now: Time, _: u32, message: &Message, fate: Fate) {
        if fate == Fate::Sent {
            self.0.push((now.0 as f64 / 1e6, *message));
        }
    }
}

impl Wire {
    pub(crate) fn from_plan(plan: &Plan) -> Self {
        observe(plan, 0, 0, 0, Self::default()).unwrap()
    }

    /// When this side sent requests of this subject.
    pub(crate) fn requests(&self, from: Side, subject: Subject) -> Vec<f64> {
        let asks = |m: &Message| m.is_request() && m.from == from && m.subject == subject;
        let sent = self.0.iter().filter(|(_, m)| asks(m));
        sent.map(|(at, _)| *at).collect()
    }

    /// When a response with this status was sent to a request of this subject.
    pub(crate) fn answers(&self, subject: Subject, status: Status) -> Vec<f64> {
        let sent = self
            .0
            .iter()
            .filter(|(_, m)| (m.subject, m.status) == (subject, status));
        sent.map(|(at, _)| *at).collect()
    }
}

pub(crate) fn day(gateway: GatewayConfig, client: ClientConfig) -> Plan {
    plan(gateway, vec![clients("c", 1, client)], 24 * HOUR)
}

/// The first loss in whole seconds.
pub(crate) fn first_loss(gateway: GatewayConfig, client: ClientConfig) -> Option<u64> {
    let tally = simulate(&day(gateway, client), 0).total;
    assert!(tally.get(Counter::SessionsEstablished) > 0);
    tally.first_loss_us.map(|us| us / 1_000_000)
}

/// A gateway that hides UPDATE, so that everybody refreshes by re-INVITE.
pub(crate) fn by_reinvite(reinvite: ReInviteBehaviour) -> GatewayConfig {
    GatewayConfig {
        reinvite,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithoutUpdate)
    }
}

pub(crate) fn enforcing(
    enforces_session_timer: SessionTimer,
    gateway: GatewayConfig,
) -> GatewayConfig {
    GatewayConfig {
        enforces_session_timer,
        ..gateway
    }
}

/// A gateway that is the refresher.
pub(crate) fn uas() -> GatewayConfig {
    GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithUpdate)
    }
}

#[test]
fn first_losses_by_what_reinvite_gets_and_client() {
    use ReInviteBehaviour as R;
    let never = [None; 3];
    // R2 refreshes at 1500 s, 2007 at 600 s, a client by RFC 4028 at 900 s.
    let given_up = [Some(1532), Some(632), Some(932)]; // Timer B, 32 s
    let disowned = [Some(1500), Some(600), Some(900)]; // 481 ends the dialog at once
    // Refused: all three hold (a re-INVITE has nothing to fall back to), until their timer at 1800 s, or until the BYE of a
    // gateway that enforces its own at 1800 − 32 s. 491 and 503 are tried again until then.
    let (session_ends, bye) = ([Some(1800); 3], [Some(1768); 3]);
    for (behaviour, not_enforcing, enforcing_bye) in [
        (R::Accepted, never, never),
        (R::Ignored, given_up, given_up),
        (R::AnswerLost, given_up, given_up),
        // Answered, but the gateway's timer goes on: it alone ends the session.
        (R::NotCounted, never, bye),
        (R::Rejected405, session_ends, bye),
        (R::DialogLost481, disowned, disowned),
        (R::Rejected488, session_ends, bye),
        (R::Rejected491, session_ends, bye),
        (R::Rejected500, session_ends, bye),
        (R::Rejected501, session_ends, bye),
        (R::Unavailable503, session_ends, bye),
    ] {
        for (i, client) in [r2(), c2007(), rfc4028()].into_iter().enumerate() {
            let gateway = by_reinvite(behaviour);
            let loss = first_loss(gateway.clone(), client.clone());
            assert_eq!(loss, not_enforcing[i], "{behaviour:?}, client {i}");
            let loss = first_loss(enforcing(SessionTimer::Bye, gateway), client);
            assert_eq!(loss, enforcing_bye[i], "{behaviour:?} with BYE, client {i}");
        }
    }
}

#[test]
fn what_update_gets_besides_the_published_classes() {
    use UpdateBehaviour as U;
    // 488 and 500 refuse as 405 does: R2 holds, a client by RFC 4028 falls back to re-INVITE.
    for update in [U::Rejected488, U::Rejected500] {
        let gateway = gateway(update, Allow::WithUpdate);
        assert_eq!(first_loss(gateway.clone(), r2()), Some(1800));
        assert_eq!(first_loss(gateway, rfc4028()), None);
    }
    // Answered and not counted: the gateway's timer from the 2xx to INVITE ends it, whenever the client refreshes.
    let gateway = gateway(U::NotCounted, Allow::WithUpdate);
    for (timer, at) in [
        (SessionTimer::No, None),
        (SessionTimer::Silent, Some(1800)),
        (SessionTimer::Bye, Some(1768)),
        (SessionTimer::ByeAtExpiry, Some(1800)),
    ] {
        let gateway = enforcing(timer, gateway.clone());
        assert_eq!(first_loss(gateway.clone(), r2()), at, "{timer:?}");
        assert_eq!(first_loss(gateway, rfc4028()), at, "{timer:?}");
    }
}

#[test]
fn first_losses_by_answer_to_the_gateways_refresh_and_what_it_makes_of_that() {
    use OnGatewayRefresh as A;
    use OnRefreshFailure::{Hold, TearDown};
    // The gateway refreshes at 900 s. The client leaves that to it, and as the side that does not refresh ends the session
    // at 1800 − 32 s when none succeeds.
    for (answer, failure, at) in [
        (A::Accepted, TearDown, None),
        (A::Ignored, TearDown, Some(932)), // the gateway's Timer B
        (A::Ignored, Hold, Some(1768)),
        (A::Rejected405, TearDown, Some(900)),
        (A::Rejected405, Hold, Some(1768)),
        (A::Rejected488, TearDown, Some(900)),
        (A::Rejected488, Hold, Some(1768)),
        (A::Rejected500, TearDown, Some(900)),
        (A::Rejected500, Hold, Some(1768)),
        // 491 is no refusal but a wait of 0 to 2 s, again and again.
        (A::Rejected491, TearDown, Some(1768)),
    ] {
        let gateway = GatewayConfig {
            on_no_answer: failure,
            on_rejection: failure,
            ..uas()
        };
        let client = ClientConfig {
            on_gateway_refresh: answer,
            ..rfc4028()
        };
        assert_eq!(first_loss(gateway, client), at, "{answer:?}, {failure:?}");
    }
}

#[test]
fn a_refresher_that_never_refreshes_or_once() {
    // Never: the client ends the session at 1768 s. Once: the refresh of 900 s carries it to 900 + 1768 s.
    for (refreshes, at) in [
        (OwnRefreshes::Always, None),
        (OwnRefreshes::Once, Some(2668)),
        (OwnRefreshes::Never, Some(1768)),
    ] {
        let gateway = GatewayConfig { refreshes, ..uas() };
        assert_eq!(first_loss(gateway, rfc4028()), at, "{refreshes:?}");
    }
}

#[test]
fn a_role_that_changes_in_the_2xx_to_a_refresh() {
    // The client refreshes at 900 s, and is told that the gateway refreshes from then on. That one never does, and sends
    // BYE 1768 s after its last 2xx.
    let gateway = GatewayConfig {
        refresher_on_refresh: RefresherOnRefresh::Uas,
        refreshes: OwnRefreshes::Never,
        ..enforcing(
            SessionTimer::Bye,
            gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        )
    };
    let p = day(gateway.clone(), rfc4028());
    assert_eq!(first_loss(gateway, rfc4028()), Some(900 + 1768));
    let wire = Wire::from_plan(&p);
    let first = wire.answers(Subject::Update, Status::Ok200)[0];
    let answer = wire
        .0
        .iter()
        .find(|(_, m)| m.subject == Subject::Update && !m.is_request());
    assert_eq!(
        (first, answer.unwrap().1.refresher),
        (900.0, Refresher::Uas)
    );
    // Where the gateway keeps its side of the bargain nothing is lost, and each side refreshes in turn.
    let flips = GatewayConfig {
        refresher_on_refresh: RefresherOnRefresh::Flips,
        ..gateway_of(Allow::WithUpdate)
    };
    assert_eq!(first_loss(flips, rfc4028()), None);
}

fn gateway_of(allow: Allow) -> GatewayConfig {
    gateway(UpdateBehaviour::Accepted, allow)
}

#[test]
fn a_gateway_may_impose_a_timer_on_a_client_that_asked_for_none() {
    let sipe = ClientConfig {
        offers_timer: false,
        refresh_timing: RefreshTiming::Before(Span::from_secs(60)),
        refresh_method: RefreshMethod::ReInvite,
        ..r2()
    };
    let imposing = GatewayConfig {
        imposes_timer: true,
        session_expires_s: 1800,
        ..enforcing(SessionTimer::Bye, gateway_of(Allow::Absent))
    };
    // Every 1740 s a re-INVITE, 28 s before the gateway would send BYE.
    assert_eq!(first_loss(imposing.clone(), sipe.clone()), None);
    let sent = Wire::from_plan(&day(imposing.clone(), sipe.clone()))
        .requests(Side::Client, Subject::ReInvite);
    assert_eq!(sent[..3], [1740.0, 3480.0, 5220.0]);
    // Of a session of 90 s nothing is left at 30 s before its end: the gateway's BYE comes at 60 s, with the refresh; the
    // gateway's timer goes first.
    let short = GatewayConfig {
        session_expires_s: 90,
        ..imposing.clone()
    };
    let early = ClientConfig {
        refresh_timing: RefreshTiming::Before(Span::from_secs(30)),
        ..sipe.clone()
    };
    assert_eq!(first_loss(short, early), Some(60));
    // Nobody imposes: there is no timer, and nobody refreshes.
    let quiet = GatewayConfig {
        imposes_timer: false,
        ..imposing
    };
    assert_eq!(first_loss(quiet.clone(), sipe.clone()), None);
    assert!(
        Wire::from_plan(&day(quiet, sipe))
            .requests(Side::Client, Subject::ReInvite)
            .is_empty()
    );
}

#[test]
fn refreshes_by_a_part_of_the_session() {
    let client = ClientConfig {
        refresh_timing: RefreshTiming::Part(3),
        ..r2()
    };
    let sent = Wire::from_plan(&day(gateway_of(Allow::Absent), client))
        .requests(Side::Client, Subject::Update);
    assert_eq!(sent[..3], [600.0, 1200.0, 1800.0]);
}

#[test]
fn a_session_below_the_floor_of_rfc_4028() {
    // Granted 30 s: who refreshes every 25 min is dead at 30 s, or at 30 − 10 s by the gateway's BYE; SE/2 is in time.
    let carrier = GatewayConfig {
        session_expires_s: 30,
        ..gateway_of(Allow::WithUpdate)
    };
    assert_eq!(first_loss(carrier.clone(), r2()), Some(30));
    assert_eq!(
        first_loss(enforcing(SessionTimer::Bye, carrier.clone()), r2()),
        Some(20)
    );
    assert_eq!(first_loss(carrier, rfc4028()), None);
}

#[test]
fn a_422_may_be_taken_for_a_refusal_or_answered_without_end() {
    let gateway = GatewayConfig {
        min_se_s: 120,
        ..gateway_of(Allow::Absent)
    };
    let client = |on_too_small| ClientConfig {
        session_expires_s: 90,
        refresh_interval: Span::from_secs(60),
        on_too_small,
        ..r2()
    };
    let set_up = |client: ClientConfig| {
        let tally = simulate(
            &plan(gateway.clone(), vec![clients("c", 1, client)], 300),
            0,
        )
        .total;
        [Counter::SessionsEstablished, Counter::SetupsFailed].map(|c| tally.get(c))
    };
    // A failed set-up every 30 s from 0 s on: ten in 300 s.
    assert_eq!(set_up(client(OnTooSmall::Fail)), [0, 10]);
    assert_eq!(set_up(client(OnTooSmall::Retry)), [1, 0]);
    assert_eq!(set_up(client(OnTooSmall::EveryTime)), [1, 0]);
}

#[test]
fn a_client_that_answers_no_event_sees_its_toasts_all_the_same() {
    let client = ClientConfig {
        answers_events: false,
        ..r2()
    };
    let mut c = clients("c", 20, client);
    c.workload = calls(6.0, 0.0);
    c.path.transport = Transport::Udp;
    let p = plan(gateway_of(Allow::Absent), vec![c], 8 * HOUR);
    let tally = simulate(&p, 0).total;
    assert!(tally.get(Counter::ToastsShown) > 500);
    assert_eq!(
        tally.get(Counter::ToastsShown),
        tally.get(Counter::ToastsDue)
    );
    assert_eq!(
        tally.all_drops(),
        0,
        "an event that nobody answers ends nothing"
    );
    // Each event goes out 11 times over UDP (Timer E), but for those that the end cuts.
    let sent = Wire::from_plan(&p)
        .requests(Side::Gateway, Subject::Delivered)
        .len() as f64;
    let per_event = sent / tally.get(Counter::ToastsDue) as f64;
    assert!((10.8..=11.05).contains(&per_event), "{per_event}");
}

/// Two re-INVITEs cross: the client's clock is a little fast, so that its refresh and the gateway's are both under way.
fn crossing(on_glare: OnGlare) -> Plan {
    let gateway = GatewayConfig {
        refresher_on_refresh: RefresherOnRefresh::Flips,
        ..gateway_of(Allow::WithoutUpdate)
    };
    let client = ClientConfig {
        refresh_interval: Span::from_millis(899_980),
        on_glare,
        ..r2()
    };
    let mut p = day(gateway, client);
    p.clients[0].path.delay = Span::from_millis(20);
    p
}

#[test]
fn flipped_roles_collide_and_glare_may_end_the_session() {
    // Refreshed at 899.98 s, the gateway takes the role and refreshes at 1800 s; so does the client at 1799.98 + its way.
    let result = simulate(&crossing(OnGlare::TearDown), 0).total;
    // 2·899.98 s and 8 crossings of 20 ms after the 2xx to INVITE the 491 is there, and the session was up 8 crossings after it.
    let first = result.first_loss_us.map(|us| us / 1_000_000);
    assert_eq!(first, Some(1799));
    assert!(result.drops[DropCause::RefreshRejected as usize] > 0);
    assert_eq!(simulate(&crossing(OnGlare::Retry), 0).total.all_drops(), 0);
}

#[test]
fn a_gateway_that_keeps_the_dialog_after_its_own_refresh_failed() {
    // The call is never ended: the gateway holds on, and a client without a timer of its own that waits for nothing, too.
    let gateway = GatewayConfig {
        on_no_answer: OnRefreshFailure::Hold,
        session_expires_s: 300,
        ..uas()
    };
    let client = ClientConfig {
        on_gateway_refresh: OnGatewayRefresh::Ignored,
        on_no_answer: OnNoAnswer::KeepPolling,
        refresh_interval: Span::from_secs(100_000),
        ..r2()
    };
    assert_eq!(first_loss(gateway.clone(), client.clone()), None);
    // The standard asks for BYE when the refresh at 150 s is given up.
    let standard = GatewayConfig {
        on_no_answer: OnRefreshFailure::TearDown,
        ..gateway
    };
    assert_eq!(first_loss(standard, client), Some(182));
}

/// The causes of the drops and how they ended.
fn endings(p: &Plan) -> Vec<(DropCause, Option<EndedBy>)> {
    let rows = drop_rows(simulate(p, 0));
    rows.iter().map(|row| (row.cause, row.ended_by)).collect()
}

#[test]
fn the_cause_is_that_of_the_refresh() {
    let refusing = ClientConfig {
        on_gateway_refresh: OnGatewayRefresh::Rejected488,
        ..rfc4028()
    };
    let tears_down = GatewayConfig {
        on_rejection: OnRefreshFailure::TearDown,
        ..uas()
    };
    let mut p = day(tears_down, refusing);
    p.horizon = Time(905_000_000);
    assert_eq!(
        endings(&p),
        [(DropCause::RefreshRejected, Some(EndedBy::Bye))]
    );
    // Not counted: no refresh failed, so the session expired.
    let not_counted = enforcing(
        SessionTimer::Bye,
        gateway(UpdateBehaviour::NotCounted, Allow::Absent),
    );
    let mut p = day(not_counted, r2());
    p.horizon = Time(1_770_000_000);
    assert_eq!(
        endings(&p),
        [(DropCause::SessionExpired, Some(EndedBy::GatewayTimer))]
    );
}
