//! Both machines, as wired in a deployment.

use super::*;

#[test]
fn a_set_up_is_seven_messages_each_after_the_answer_to_the_one_before() {
    let p = near(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        r2(),
        100,
    );
    expect(
        conversation(&p, 0),
        &[
            (0, "client Invite"),
            (10, "gateway 200 to Invite"),
            (20, "client Ack"),
            (20, "client GetCstaFeatures"),
            (30, "gateway 200 to GetCstaFeatures"),
            (40, "client MonitorStart"),
            (50, "gateway 200 to MonitorStart"),
        ],
    );
    // Usable when the 200 to MonitorStart is received, at 60 ms.
    assert_eq!(simulate(&p, 0).total.setting_up_us, u128::from(60 * MS));
}

#[test]
fn a_session_too_short_is_offered_once_more() {
    let min_se = GatewayConfig {
        min_se_s: 2400,
        ..gateway(UpdateBehaviour::IntervalTooSmall422, Allow::Absent)
    };
    let p = near(min_se, r2(), 1502);
    let offers: Vec<u32> = wire(&p)
        .iter()
        .filter(|(_, _, m)| m.subject == Subject::Invite)
        .map(|m| m.2.value)
        .collect();
    // Offered 1800; 422; offered again with its Min-SE; granted 2400.
    assert_eq!(offers, [1800, 0, 2400, 2400]);
    expect(
        conversation(&p, 0)[..5].to_vec(),
        &[
            (0, "client Invite"),
            (10, "gateway 422 to Invite"),
            (20, "client Ack"),
            (20, "client Invite"),
            (30, "gateway 200 to Invite"),
        ],
    );
    // R runs from the receipt of the 2xx, at 40 ms; the refresh offers what was granted.
    let update = wire(&p)
        .into_iter()
        .find(|(_, _, m)| m.subject == Subject::Update)
        .unwrap();
    assert_eq!(
        (update.0, update.2.value, update.2.min_se),
        (1500 * S + 40 * MS, 2400, 2400)
    );
}

#[test]
fn fall_back_holds_for_the_rest_of_the_dialog() {
    // R = 900 under rfc4028: SE 1800 over 2. The 2xx to INVITE is received at 20 ms, that of the re-INVITE at 900.060 s.
    for refused in [UpdateBehaviour::Rejected501, UpdateBehaviour::Rejected405] {
        let p = near(gateway(refused, Allow::WithUpdate), rfc4028(), 2000);
        let code = if refused == UpdateBehaviour::Rejected405 {
            "gateway 405 to Update"
        } else {
            "gateway 501 to Update"
        };
        expect(
            conversation(&p, 800_000),
            &[
                (900_020, "client Update"),
                (900_030, code),
                (900_040, "client ReInvite"),
                (900_050, "gateway 200 to ReInvite"),
                (900_060, "client Ack"),
                (1_800_060, "client ReInvite"),
                (1_800_070, "gateway 200 to ReInvite"),
                (1_800_080, "client Ack"),
            ],
        );
    }
}

#[test]
fn tear_down_on_rejection_is_at_once() {
    let client = ClientConfig {
        on_rejection: OnRejection::TearDown,
        reestablish: Reestablish::Never,
        ..r2()
    };
    let p = near(
        gateway(UpdateBehaviour::Rejected405, Allow::Absent),
        client,
        HOUR,
    );
    expect(
        conversation(&p, 1_000_000),
        &[
            (1_500_020, "client Update"),
            (1_500_030, "gateway 405 to Update"),
            (1_500_040, "client Bye"),
            (1_500_050, "gateway 200 to Bye"),
        ],
    );
    let row = drop_rows(simulate(&p, 0))[0].clone();
    assert_eq!(
        (row.cause, row.ended_by),
        (DropCause::RefreshRejected, Some(EndedBy::ClientGiveUp))
    );
}

#[test]
fn hold_sends_no_further_refresh_and_waits_for_its_timer() {
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::Hold,
        reestablish: Reestablish::Never,
        ..r2()
    };
    let p = near(
        gateway(UpdateBehaviour::Ignored, Allow::Absent),
        client,
        HOUR,
    );
    // SE runs from the receipt of the 2xx, at 20 ms.
    expect(
        conversation(&p, 1_000_000),
        &[
            (1_500_020, "client Update"),
            (1_800_020, "client Bye"),
            (1_800_030, "gateway 200 to Bye"),
        ],
    );
}

#[test]
fn a_session_disowned_by_481_ends_without_bye_under_every_policy() {
    for on_no_answer in [
        OnNoAnswer::TearDown,
        OnNoAnswer::Hold,
        OnNoAnswer::KeepPolling,
    ] {
        for on_rejection in [
            OnRejection::FallBack,
            OnRejection::TearDown,
            OnRejection::Hold,
        ] {
            let client = ClientConfig {
                on_no_answer,
                on_rejection,
                reestablish: Reestablish::Never,
                ..r2()
            };
            let p = near(
                gateway(UpdateBehaviour::DialogLost481, Allow::Absent),
                client,
                HOUR,
            );
            expect(
                conversation(&p, 1_000_000),
                &[
                    (1_500_020, "client Update"),
                    (1_500_030, "gateway 481 to Update"),
                ],
            );
        }
    }
}

#[test]
fn an_ignored_update_goes_out_eleven_times_over_udp_and_once_over_tls() {
    for (transport, copies) in [
        (
            Transport::Udp,
            &[
                0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
            ][..],
        ),
        (Transport::Tls, &[0][..]),
    ] {
        let client = ClientConfig {
            reestablish: Reestablish::Never,
            ..r2()
        };
        let mut p = near(
            gateway(UpdateBehaviour::Ignored, Allow::Absent),
            client,
            HOUR,
        );
        p.clients[0].path.transport = transport;
        let mut expected: Vec<(u64, &str)> = copies
            .iter()
            .map(|at| (1_500_020 + at, "client Update"))
            .collect();
        expected.extend([(1_532_020, "client Bye"), (1_532_030, "gateway 200 to Bye")]);
        expect(conversation(&p, 1_000_000), &expected);
    }
}

#[test]
fn the_gateways_bye_dates_the_drop_when_it_is_sent() {
    let client = ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    };
    let bye = GatewayConfig {
        enforces_session_timer: SessionTimer::Bye,
        ..gateway(UpdateBehaviour::Rejected405, Allow::Absent)
    };
    let p = near(bye, client, HOUR);
    // 1800 − 32 s from the sending of the 2xx, at 10 ms.
    expect(
        conversation(&p, 1_600_000),
        &[(1_768_010, "gateway Bye"), (1_768_020, "client 200 to Bye")],
    );
    let result = simulate(&p, 0);
    assert_eq!(
        result.total.silent_us,
        u128::from(10 * MS),
        "the client believes in it while the BYE is under way"
    );
    let row = drop_rows(result)[0].clone();
    assert_eq!(
        (row.lost_at, row.detected_at),
        (Time(1768 * S + 10 * MS), Some(Time(1768 * S + 20 * MS)))
    );
}

#[test]
fn a_silent_gateway_counts_from_the_refresh_that_arrived_though_its_2xx_was_lost() {
    // UPDATE arrives at 1500.030, its 200 never comes back; polled again at 3000.020, in time for the gateway (3300.030).
    let silent = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::AnswerLost, Allow::Absent)
    };
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        ..r2()
    };
    let tally = simulate(&near(silent, client, 8 * HOUR), 0).total;
    assert_eq!(tally.all_drops(), 0);
    assert_eq!(
        (
            tally.get(Counter::RefreshesAttempted),
            tally.get(Counter::RefreshesFailed)
        ),
        (19, 19)
    );
}

#[test]
fn polling_goes_on_after_half_of_the_granted_session_under_rfc4028() {
    // SE 2000: R = 1000 s after the unanswered UPDATE was sent, not the refresh_interval of 1500 s.
    let client = ClientConfig {
        session_expires_s: 2000,
        on_no_answer: OnNoAnswer::KeepPolling,
        ..rfc4028()
    };
    let p = near(
        gateway(UpdateBehaviour::Ignored, Allow::WithUpdate),
        client,
        3500,
    );
    expect(
        conversation(&p, 500_000),
        &[
            (1_000_020, "client Update"),
            (2_000_020, "client Update"),
            (3_000_020, "client Update"),
        ],
    );
}

#[test]
fn nobody_runs_a_timer_without_session_expires() {
    let no_timer = gateway(UpdateBehaviour::NoSessionExpires, Allow::WithUpdate);
    let refreshes = |client| {
        simulate(&near(no_timer.clone(), client, 8 * HOUR), 0)
            .total
            .get(Counter::RefreshesAttempted)
    };
    // R2 goes on every 1500 s: 28800/1500 = 19.2; the strict client stops.
    assert_eq!((refreshes(r2()), refreshes(rfc4028())), (19, 0));
}

#[test]
fn a_strict_client_leaves_refreshing_to_the_gateway_and_r2_does_not() {
    let uas = GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithUpdate)
    };
    // The gateway refreshes SE/2 = 900 s after it sent the 2xx, at 10 ms, and after it received that of its re-INVITE.
    expect(
        conversation(&near(uas.clone(), rfc4028(), 2000), 100_000),
        &[
            (900_010, "gateway ReInvite"),
            (900_020, "client 200 to ReInvite"),
            (900_030, "gateway Ack"),
            (1_800_030, "gateway ReInvite"),
            (1_800_040, "client 200 to ReInvite"),
            (1_800_050, "gateway Ack"),
        ],
    );
    let r2_asks = conversation(&near(uas, r2(), 1600), 1_000_000);
    expect(
        r2_asks,
        &[
            (1_500_020, "client Update"),
            (1_500_030, "gateway 200 to Update"),
        ],
    );
}

#[test]
fn re_invites_that_cross_are_refused_and_wait_out_their_windows() {
    // The gateway's goes out 900 s after 10 ms; the client's, R = 899.995 s after 20 ms, 5 ms later: they cross.
    let uas = GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithoutUpdate)
    };
    let client = ClientConfig {
        refresh_interval: Span::from_millis(899_995),
        ..c2007()
    };
    let mut p = near(uas, client, 1000);
    p.clients[0].count = 500;
    let all = wire(&p);
    let times_of = |user: u32, line: &str| -> Vec<u64> {
        all.iter()
            .filter(|(_, u, m)| *u == user && text_of(m) == line)
            .map(|(at, ..)| *at / MS)
            .collect()
    };
    let (mut clients, mut gateways) = (Vec::new(), Vec::new());
    for user in 0..500 {
        assert_eq!(times_of(user, "client 491 to ReInvite"), [900_020]);
        assert_eq!(times_of(user, "gateway 491 to ReInvite"), [900_025]);
        let (client, gateway) = (
            times_of(user, "client ReInvite"),
            times_of(user, "gateway ReInvite"),
        );
        assert_eq!((client[0], gateway[0]), (900_015, 900_010));
        // From the receipt of 491 on, in steps of 10 ms: 2.1 to 4.0 s for the owner of the Call-ID, 0 to 2.0 s for the other.
        clients.push(client[1] - 900_035);
        gateways.push(gateway[1] - 900_030);
    }
    for (waits, min, max) in [(&clients, 2100, 4000), (&gateways, 0, 2000)] {
        assert!(
            waits.iter().all(|w| w % 10 == 0 && (min..=max).contains(w)),
            "{waits:?}"
        );
        let n = waits.len() as f64;
        let mean = waits.iter().sum::<u64>() as f64 / n;
        // Uniform on (most − least)/10 + 1 steps of 10 ms: variance (k² − 1)/12 of them.
        let k = (max - min) as f64 / 10.0 + 1.0;
        let error = 10.0 * ((k * k - 1.0) / 12.0 / n).sqrt();
        let z = (mean - (min + max) as f64 / 2.0) / error;
        assert!(z.abs() < 4.0, "mean {mean}, z {z}");
    }
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.all_drops(), 0);
    // Per user: both refused, both again; the client's second is a second transaction.
    assert_eq!(tally.get(Counter::RefreshesFailed), 2 * 500);
}

#[test]
fn a_sign_out_says_monitor_stop_and_bye_and_during_set_up_bye_alone() {
    let healthy = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let leaves = |after_ms: u64| {
        let mut p = near(healthy.clone(), r2(), 100);
        p.clients[0].sign_out = Some(SignIn::At(p.start + Span::from_millis(after_ms)));
        p
    };
    expect(
        conversation(&leaves(50_000), 1000),
        &[
            (50_000, "client MonitorStop"),
            (50_000, "client Bye"),
            (50_010, "gateway 200 to MonitorStop"),
            (50_010, "gateway 200 to Bye"),
        ],
    );
    expect(
        conversation(&leaves(35), 35),
        &[(35, "client Bye"), (45, "gateway 200 to Bye")],
    );
    // Before the 200 to INVITE there is no dialog; the one it opens is acknowledged and ended (RFC 3261 §13.2.2.4).
    expect(
        conversation(&leaves(5), 5),
        &[
            (10, "gateway 200 to Invite"),
            (20, "client Ack"),
            (20, "client Bye"),
            (30, "gateway 200 to Bye"),
        ],
    );
}

#[test]
fn a_copy_of_make_call_makes_no_second_call() {
    let mut c = clients(
        "c",
        40,
        ClientConfig {
            on_no_answer: OnNoAnswer::Hold,
            ..r2()
        },
    );
    c.workload = calls(0.0, 60.0);
    (c.path.transport, c.path.loss) = (Transport::Udp, 0.4);
    let p = plan(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        vec![c],
        2 * HOUR,
    );
    let mut requests = std::collections::BTreeSet::new();
    let mut accepted = std::collections::BTreeSet::new();
    for (_, user, m) in wire(&p) {
        match m.subject {
            Subject::Originated if m.is_request() => {
                requests.insert((user, m.dialog, m.cseq, m.value));
            }
            // The answer does not name the call; the request with its CSeq did.
            Subject::MakeCall if !m.is_request() && m.status == Status::Ok200 => {
                accepted.insert((user, m.dialog, m.cseq));
            }
            _ => {}
        }
    }
    assert!(accepted.len() > 2000, "{}", accepted.len());
    // One OriginatedEvent per MakeCall accepted, whichever copy came first and whatever call overtook it.
    assert_eq!(requests.len(), accepted.len());
}
