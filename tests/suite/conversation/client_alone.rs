//! The client alone with its clock.

use super::*;

#[test]
fn traffic_restarts_the_clock_where_it_may_and_never_the_expiry() {
    let since = |refresh_clock| ClientConfig {
        refresh_clock,
        ..r2()
    };
    let mut harness = LoneClient::established(since(RefreshClock::SinceTraffic));
    harness.event(200.0, 1);
    harness.run_to(1700.0);
    // 1500 s after the event, though the session ends at 1800.
    assert_eq!(harness.sent("client Update"), [1_700_000]);
    let mut harness = LoneClient::established(since(RefreshClock::SinceRefresh));
    harness.event(200.0, 1);
    harness.run_to(1700.0);
    assert_eq!(harness.sent("client Update"), [1_500_000]);
    // A healthy session runs out: the events at 700 and 1400 postpone the refresh to 2900, SE ends it at 1800.
    let mut harness = LoneClient::established(since(RefreshClock::SinceTraffic));
    harness.event(700.0, 1);
    harness.event(1400.0, 2);
    harness.run_to(1801.0);
    assert_eq!(
        (harness.sent("client Update"), harness.sent("client Bye")),
        (vec![], vec![1_800_000])
    );
}

#[test]
fn traffic_rescues_no_refresh_that_is_pending() {
    let client = ClientConfig {
        refresh_clock: RefreshClock::SinceTraffic,
        ..c2007()
    };
    // Unanswered since 600: the event at 610 changes nothing, BYE at 632.
    let mut harness = LoneClient::established(client.clone());
    harness.event(610.0, 1);
    harness.run_to(640.0);
    assert_eq!(
        (harness.sent("client ReInvite"), harness.sent("client Bye")),
        (vec![600_000], vec![632_000])
    );
    // Put off by 491: draw 0.5 of 191 steps is 2.1 + 0.95 s; the event on the way postpones it no further.
    let mut harness = LoneClient::established(client.clone());
    harness.answers(600.1, Subject::ReInvite, 4, Status::Pending491, 0);
    harness.event(601.0, 1);
    harness.run_to(640.0);
    assert_eq!(harness.sent("client ReInvite"), [600_000, 603_150]);
    // Put off by Retry-After, 20 s from 600.1.
    let mut harness = LoneClient::established(client);
    harness.answers(600.1, Subject::ReInvite, 4, Status::Unavailable503, 20);
    harness.event(610.0, 1);
    harness.run_to(640.0);
    assert_eq!(harness.sent("client ReInvite"), [600_000, 620_100]);
}

#[test]
fn jitter_is_drawn_once_per_refresh() {
    let client = ClientConfig {
        refresh_jitter: 0.2,
        refresh_clock: RefreshClock::SinceTraffic,
        ..r2()
    };
    let mut harness = LoneClient::new(client);
    // R·(0.8 + 0.4·u): u = 0.25 makes 0.9 · 1500 = 1350 s, u = 0.75 makes 1650 s.
    harness.desk.draws = VecDeque::from([0.25, 0.75]);
    harness.sign_in();
    harness.accepts(0.0, Subject::Invite, 1);
    harness.accepts(0.0, Subject::GetCstaFeatures, 2);
    harness.accepts(0.0, Subject::MonitorStart, 3);
    harness.event(100.0, 1);
    harness.run_to(1450.0);
    assert_eq!(harness.sent("client Update"), [1_450_000]);
    harness.accepts(1450.0, Subject::Update, 4);
    assert_eq!(
        harness.desk.draw_count, 2,
        "one draw per refresh, however often traffic restarts the clock"
    );
    harness.run_to(3150.0);
    assert_eq!(harness.sent("client Update"), [1_450_000, 3_100_000]);
}

#[test]
fn a_503_changes_no_dialog_and_nothing_is_sent_for_retry_after() {
    let mut harness = LoneClient::established(r2());
    harness.call(10.0, 1);
    harness.answers(10.0, Subject::MakeCall, 4, Status::Unavailable503, 60);
    // A call within the minute fails at once and sends nothing; one after it is sent.
    harness.call(30.0, 2);
    harness.call(70.0, 3);
    assert_eq!(harness.sent("client MakeCall"), [10_000, 70_000]);
    assert_eq!(harness.desk.notes, ["CallFailed(1)", "CallFailed(2)"]);
    assert!(harness.client.is_established());
    // Refused at 1500 for 400 s: at 1800 the timer ends the session, without the BYE that may not be sent; set up again at 1900.
    let mut harness = LoneClient::established(r2());
    harness.answers(1500.0, Subject::Update, 4, Status::Unavailable503, 400);
    harness.run_to(1950.0);
    assert_eq!(
        harness.desk.sent[1..],
        [(1_900_000, "client Invite".to_string())]
    );
}

#[test]
fn an_origination_without_a_session_sends_nothing() {
    let mut harness = LoneClient::new(r2());
    harness.sign_in();
    harness.call(1.0, 1);
    assert_eq!(harness.desk.sent, [(0, "client Invite".to_string())]);
    assert_eq!(harness.desk.notes, ["SetupBegan", "CallFailed(1)"]);
}

#[test]
fn another_request_unanswered_ends_the_session_under_tear_down_alone() {
    for (on_no_answer, byes) in [
        (OnNoAnswer::TearDown, vec![132_000]),
        (OnNoAnswer::Hold, vec![]),
        (OnNoAnswer::KeepPolling, vec![]),
    ] {
        let mut harness = LoneClient::established(ClientConfig {
            on_no_answer,
            ..r2()
        });
        harness.call(100.0, 7);
        harness.run_to(140.0);
        assert_eq!(harness.sent("client Bye"), byes, "{on_no_answer:?}");
        assert!(harness.desk.notes.contains(&"CallFailed(7)".to_string()));
        assert_eq!(harness.client.is_established(), byes.is_empty());
    }
}

#[test]
fn a_481_to_any_request_ends_the_dialog_without_bye() {
    for on_no_answer in [
        OnNoAnswer::TearDown,
        OnNoAnswer::Hold,
        OnNoAnswer::KeepPolling,
    ] {
        let mut harness = LoneClient::established(ClientConfig {
            on_no_answer,
            ..r2()
        });
        harness.call(100.0, 7);
        harness.answers(100.5, Subject::MakeCall, 4, Status::DoesNotExist481, 0);
        harness.run_to(130.0);
        assert_eq!(
            harness.desk.sent,
            [(100_000, "client MakeCall".to_string())]
        );
        assert_eq!(harness.desk.notes, ["CallFailed(7)", "Ended(Answer481)"]);
        // Set up again 30 s after the end.
        harness.run_to(131.0);
        assert_eq!(harness.sent("client Invite"), [130_500]);
    }
}

/// The instants of the INVITEs of a client whose set-ups all stay unanswered for 32 s, ms.
fn attempts(reestablish: Reestablish, draws: &[f64], until_s: f64) -> Vec<u64> {
    let mut harness = LoneClient::new(ClientConfig {
        reestablish,
        ..r2()
    });
    harness.desk.draws = draws.iter().copied().collect();
    harness.sign_in();
    harness.run_to(until_s);
    harness.sent("client Invite")
}

#[test]
fn a_failed_first_set_up_follows_the_policy_too() {
    let s = Span::from_secs;
    assert_eq!(attempts(Reestablish::Never, &[], 9999.0), [0]);
    // 32 s to give up, then the delay.
    assert_eq!(
        attempts(Reestablish::Fixed(s(28)), &[], 130.0),
        [0, 60_000, 120_000]
    );
    // Drawn anew: 10 + 0.25·40 = 20 s, 10 + 0.75·40 = 40 s.
    assert_eq!(
        attempts(Reestablish::Uniform(s(10), s(50)), &[0.25, 0.75], 130.0),
        [0, 52_000, 124_000]
    );
    // min(8·3ᵏ, 50)·U: 8, 24, 50, 50; U = 0.8 + 0.4·u: 1, 0.9, 1.1, 1.
    let backoff = Reestablish::Backoff {
        first: s(8),
        factor: 3.0,
        cap: s(50),
        jitter: 0.2,
    };
    assert_eq!(
        attempts(backoff, &[0.5, 0.25, 0.75, 0.5], 300.0),
        [0, 40_000, 93_600, 180_600, 262_600],
        "32 + 8; 32 + 21.6; 32 + 55; 32 + 50"
    );
}

#[test]
fn an_unanswered_invite_goes_out_seven_times_over_udp() {
    let mut harness = LoneClient::new(ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    });
    harness.client = Client::new(false);
    harness.sign_in();
    harness.run_to(1000.0);
    assert_eq!(
        harness.sent("client Invite"),
        [0, 500, 1500, 3500, 7500, 15_500, 31_500]
    );
    assert_eq!(
        (
            harness.desk.notes.last().map(String::as_str),
            harness.desk.now
        ),
        (Some("SetupFailed"), 32 * S)
    );
}

#[test]
fn a_completed_set_up_resets_the_back_off() {
    let backoff = Reestablish::Backoff {
        first: Span::from_secs(8),
        factor: 3.0,
        cap: Span::from_secs(500),
        jitter: 0.0,
    };
    let mut harness = LoneClient::new(ClientConfig {
        reestablish: backoff,
        ..r2()
    });
    harness.sign_in();
    // Fails at 32 and, begun at 40, at 72; the third, at 72 + 24, succeeds at 100.
    harness.accepts(100.0, Subject::Invite, 1);
    harness.accepts(100.0, Subject::GetCstaFeatures, 2);
    harness.accepts(100.0, Subject::MonitorStart, 3);
    // The refresh of 1600 is disowned: 8 s, not 72.
    harness.answers(1600.0, Subject::Update, 4, Status::DoesNotExist481, 0);
    harness.run_to(1700.0);
    assert_eq!(
        harness.sent("client Invite"),
        [0, 40_000, 96_000, 1_608_000, 1_664_000]
    );
}

#[test]
fn a_late_200_to_an_invite_given_up_is_acknowledged_and_ended() {
    let mut harness = LoneClient::new(ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    });
    harness.sign_in();
    harness.accepts(33.0, Subject::Invite, 1);
    let expected = [
        (0, "client Invite"),
        (33_000, "client Ack"),
        (33_000, "client Bye"),
    ];
    assert_eq!(
        harness.desk.sent,
        expected.map(|(at, what)| (at, what.to_string()))
    );
}
