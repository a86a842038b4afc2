//! Exact instants. Every expected value is written by hand, with its reason.

use rccsim::deployment::simulate;
use rccsim::measure::{Counter, DropCause, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::deployments::*;

/// First loss in seconds, over a day of 24 h.
fn first_loss(gateway: GatewayConfig, client: ClientConfig) -> Option<u64> {
    let result = simulate(&plan(gateway, vec![clients("c", 1, client)], 24 * HOUR), 0);
    assert!(
        result.total.get(Counter::SessionsEstablished) >= 1,
        "no session at all"
    );
    result.total.first_loss_us.map(|us| {
        assert_eq!(
            us % 1_000_000,
            0,
            "on an ideal path every instant is a whole second"
        );
        us / 1_000_000
    })
}

/// Seconds to the first loss of R2, 2007 and a client by RFC 4028.
type FirstLosses = [Option<u64>; 3];

/// Gateways with the first losses where they do not enforce the session timer, and where they enforce it by BYE.
fn first_loss_table() -> Vec<(GatewayConfig, FirstLosses, FirstLosses)> {
    use Allow::*;
    use UpdateBehaviour::*;
    let min_se = GatewayConfig {
        min_se_s: 3600,
        ..gateway(IntervalTooSmall422, Absent)
    };
    // 1532 = 1500 + 32: the refresh, then Timer F. 1800: the session timer of a held session; 1768 = 1800 − 32.
    // 932 = 1800/2 + 32. None: never.
    let never = [None, None, None];
    vec![
        (gateway(Accepted, WithUpdate), never, never),
        (gateway(Accepted, Absent), never, never),
        (gateway(Ignored, WithoutUpdate), never, never),
        (gateway(NoSessionExpires, Absent), never, never),
        (gateway(NoSessionExpires, WithUpdate), never, never),
        (min_se, never, never),
        (
            gateway(Ignored, Absent),
            [Some(1532), None, None],
            [Some(1532), None, None],
        ),
        (
            gateway(AnswerLost, Absent),
            [Some(1532), None, None],
            [Some(1532), None, None],
        ),
        (
            gateway(Rejected405, Absent),
            [Some(1800), None, None],
            [Some(1768), None, None],
        ),
        (
            gateway(Rejected501, Absent),
            [Some(1800), None, None],
            [Some(1768), None, None],
        ),
        (
            gateway(Unavailable503, Absent),
            [Some(1800), None, None],
            [Some(1768), None, None],
        ),
        (
            gateway(DialogLost481, Absent),
            [Some(1500), None, None],
            [Some(1500), None, None],
        ),
        (
            gateway(Ignored, WithUpdate),
            [Some(1532), None, Some(932)],
            [Some(1532), None, Some(932)],
        ),
        (
            gateway(Rejected501, WithUpdate),
            [Some(1800), None, None],
            [Some(1768), None, None],
        ),
    ]
}

#[test]
fn the_first_loss_table_of_the_model() {
    for (gateway, not_enforcing, bye) in first_loss_table() {
        for (i, client) in [r2(), c2007(), rfc4028()].into_iter().enumerate() {
            assert_eq!(
                first_loss(gateway.clone(), client.clone()),
                not_enforcing[i],
                "{gateway:?} {client:?}"
            );
            let enforcing = GatewayConfig {
                enforces_session_timer: SessionTimer::Bye,
                ..gateway.clone()
            };
            assert_eq!(
                first_loss(enforcing, client),
                bye[i],
                "bye, {gateway:?}, client {i}"
            );
        }
    }
}

#[test]
fn other_values_than_the_printed_ones() {
    let ignores = gateway(UpdateBehaviour::Ignored, Allow::Absent);
    let with = |r: u64, se| ClientConfig {
        refresh_interval: Span::from_secs(r),
        session_expires_s: se,
        ..r2()
    };
    // Refresh + 32 s, but the session timer comes first where it is shorter.
    assert_eq!(first_loss(ignores.clone(), with(700, 1800)), Some(732));
    assert_eq!(first_loss(ignores.clone(), with(1790, 1800)), Some(1800));
    assert_eq!(first_loss(ignores.clone(), with(1500, 3000)), Some(1532));
    // H2 of the domain: held, SE 3000: the timer at 3000, or the gateway's BYE at 2968.
    let hold = ClientConfig {
        on_no_answer: OnNoAnswer::Hold,
        ..with(1500, 3000)
    };
    assert_eq!(first_loss(ignores.clone(), hold.clone()), Some(3000));
    let bye = GatewayConfig {
        enforces_session_timer: SessionTimer::Bye,
        ..ignores
    };
    assert_eq!(first_loss(bye, hold), Some(2968));
}

#[test]
fn eighteen_drops_and_540_s_down_in_eight_hours() {
    // Cycle 1532 + 30 s: 28800 = 18 · 1562 + 684, so 18 whole cycles, each 30 s down.
    let ignores = gateway(UpdateBehaviour::Ignored, Allow::Absent);
    let tally = simulate(&plan(ignores, vec![clients("c", 3, r2())], 8 * HOUR), 0).total;
    assert_eq!(tally.all_drops(), 3 * 18);
    assert_eq!(tally.drops[DropCause::RefreshUnanswered as usize], 3 * 18);
    assert_eq!(tally.visible_us, 3 * 540_000_000);
    assert_eq!((tally.silent_us, tally.setting_up_us), (0, 0));
    assert_eq!(tally.signed_in_us, 3 * 28_800_000_000);
    assert_eq!(tally.down_per_second.iter().max(), Some(&3));
}

#[test]
fn a_healthy_refresh_costs_two_messages_by_update_and_three_by_reinvite() {
    // 8 h = 28800 s: refreshes at 1500, …, 28500: 19. By re-INVITE every 600 s: at 600, …, 28200: 47. Set-up 7.
    let healthy = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let sent = |client| {
        let tally = simulate(
            &plan(healthy.clone(), vec![clients("c", 1, client)], 8 * HOUR),
            0,
        )
        .total;
        (
            tally.get(Counter::RefreshesAttempted),
            tally.get(Counter::MessagesSent),
        )
    };
    assert_eq!(sent(r2()), (19, 7 + 19 * 2));
    assert_eq!(sent(c2007()), (47, 7 + 47 * 3));
}

#[test]
fn a_sign_out_costs_four_messages_and_is_no_drop() {
    let mut c = clients("c", 1, r2());
    c.sign_out = Some(rccsim::workload::SignIn::At(Span::from_secs(
        8 * HOUR + 1000,
    )));
    let tally = simulate(
        &plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![c],
            HOUR,
        ),
        0,
    )
    .total;
    assert_eq!(
        (tally.get(Counter::MessagesSent), tally.all_drops()),
        (7 + 4, 0)
    );
    assert_eq!(tally.signed_in_us, 1_000_000_000);
}

#[test]
fn the_drop_names_its_cause_and_what_ended_it() {
    use UpdateBehaviour::*;
    let drop = |gw: GatewayConfig, client| {
        let result = simulate(&plan(gw, vec![clients("c", 1, client)], HOUR), 0);
        let row = drop_rows(result)[0].clone();
        (row.cause, row.ended_by, row.lost_at, row.detected_at)
    };
    let at = |s: u64| Time(s * 1_000_000);
    let hold = ClientConfig {
        on_no_answer: OnNoAnswer::Hold,
        ..r2()
    };
    let silent = |g| GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(g, Allow::Absent)
    };
    let poll = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        ..r2()
    };
    assert_eq!(
        drop(gateway(Ignored, Allow::Absent), r2()),
        (
            DropCause::RefreshUnanswered,
            Some(EndedBy::ClientGiveUp),
            at(1532),
            Some(at(1532))
        )
    );
    assert_eq!(
        drop(gateway(Ignored, Allow::Absent), hold),
        (
            DropCause::RefreshUnanswered,
            Some(EndedBy::ClientTimer),
            at(1800),
            Some(at(1800))
        )
    );
    assert_eq!(
        drop(gateway(Rejected405, Allow::Absent), r2()),
        (
            DropCause::RefreshRejected,
            Some(EndedBy::ClientTimer),
            at(1800),
            Some(at(1800))
        )
    );
    assert_eq!(
        drop(gateway(DialogLost481, Allow::Absent), r2()),
        (
            DropCause::DialogLost,
            Some(EndedBy::Answer481),
            at(1500),
            Some(at(1500))
        )
    );
    // The gateway forgets at 1800; the second poll, at 3000, is answered 481.
    assert_eq!(
        drop(silent(Ignored), poll),
        (
            DropCause::RefreshUnanswered,
            Some(EndedBy::GatewayTimer),
            at(1800),
            Some(at(3000))
        )
    );
}

#[test]
fn a_call_costs_the_messages_of_the_domain_table() {
    // One call in each direction and kind; the users' numbers of calls give the total.
    // Answered on the desk phone 6, at the PC 8, unanswered 4; outgoing answered 10, unanswered 8.
    let healthy = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let messages = |incoming, outgoing, no_answer_s, at_pc| {
        let mut c = clients("c", 50, r2());
        c.workload = calls(incoming, outgoing);
        c.workload.no_answer = Span::from_secs(no_answer_s);
        c.workload.ring_time = Span::from_secs(1);
        c.workload.talk_time = Span::from_secs(1);
        c.workload.answered_at_pc = at_pc;
        let tally = simulate(&plan(healthy.clone(), vec![c], HOUR), 0).total;
        let calls = tally.get(Counter::ToastsDue) + tally.get(Counter::OriginationsAttempted);
        // Set-up 7 and two refreshes of 2 messages each per user; calls cut by the horizon make the rest inexact.
        let rest = tally.get(Counter::MessagesSent) - 50 * (7 + 2 * 2);
        assert!(calls > 100);
        (rest as f64 / calls as f64, 12.0 / calls as f64)
    };
    let near = |(figure, slack): (f64, f64), expected: f64| {
        assert!((figure - expected).abs() <= slack, "{figure} {expected}")
    };
    near(messages(6.0, 0.0, 3600, 0.0), 6.0);
    near(messages(6.0, 0.0, 3600, 1.0), 8.0);
    near(messages(6.0, 0.0, 0, 0.0), 4.0);
    near(messages(0.0, 6.0, 3600, 0.0), 10.0);
    near(messages(0.0, 6.0, 0, 0.0), 8.0);
}
