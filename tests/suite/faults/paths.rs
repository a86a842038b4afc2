//! Outages of links, middleboxes and OCS.

use super::*;

#[test]
fn an_outage_fails_refreshes_over_udp() {
    // Copies go out over 31.5 s: a refresh fails with min(1, (B − 31.5)⁺ / R).
    for (outage, r) in [(100.0, 1500u64), (31.0, 600), (400.0, 300)] {
        let client = ClientConfig {
            refresh_interval: Span::from_secs(r),
            ..r2()
        };
        let users = 8000;
        let mut c = clients("c", users, client);
        c.path.transport = Transport::Udp;
        c.sign_in = SignIn::UniformOver(Span::from_secs(r));
        let mut p = plan(healthy(), vec![c], 3 * r + 500);
        let schedule = Schedule::Once {
            at: Time(2 * r * 1_000_000),
            duration: Span::from_micros_f64(outage * 1e6),
        };
        p.faults = vec![fault(
            FaultKind::LinkOutage,
            schedule,
            FaultTarget::Clients(0),
            false,
        )];
        let tally = simulate(&p, 0).total;
        let fails = ((outage - 31.5).max(0.0) / r as f64).min(1.0);
        let expected = fails * f64::from(users);
        let error = (expected * (1.0 - fails)).sqrt();
        let drops = tally.all_drops() as f64;
        assert!(
            (drops - expected).abs() <= 4.0 * error,
            "B {outage}, R {r}: {drops} drops instead of {expected} ± {error}"
        );
    }
}

#[test]
fn messages_wait_for_the_end_of_an_outage_on_tcp() {
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::LinkOutage,
        single_schedule(1495, 20),
        FaultTarget::Clients(0),
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!(
        (
            tally.all_drops(),
            tally.get(Counter::MessagesLost),
            tally.get(Counter::RefreshesFailed)
        ),
        (0, 0, 0)
    );
    // Longer than the refresh can wait: torn down at 1532.
    p.faults = vec![fault(
        FaultKind::LinkOutage,
        single_schedule(1495, 60),
        FaultTarget::Gateway(0, None),
        false,
    )];
    let row = &drop_rows(simulate(&p, 0))[0];
    assert_eq!(
        (row.lost_at, row.cause),
        (Time(1_495_000_000), DropCause::PathLost)
    );
    assert_eq!(
        (row.detected_at, row.ended_by),
        (Some(Time(1_532_000_000)), Some(EndedBy::ClientGiveUp))
    );
}

/// The share of time down behind a middlebox, by the closed form. λ: single messages that reset its clock, per second.
fn idle_theory(r: f64, f: f64, lambda: f64, d: Option<f64>) -> f64 {
    let alive = |x: f64| libm::exp(-lambda * x);
    let b = alive(f) * ((r - f) + lambda * (r - f) * (r - f) / 2.0);
    // G(R): some message reset the clock so that it runs out after R: alive at R (F < R ≤ 2F).
    let g = 1.0 - alive(f) * (1.0 + lambda * (r - f));
    match d {
        None => b / r,
        Some(d) => (b + (1.0 - g) * (32.0 + d)) / (r + (1.0 - g) * (32.0 + d)),
    }
}

#[test]
fn an_idle_timeout_below_the_refresh_interval() {
    assert!((idle_theory(1500.0, 1200.0, 1.0 / 600.0, None) - 0.033834).abs() < 5e-7);
    assert!((idle_theory(1500.0, 1200.0, 1.0 / 600.0, Some(30.0)) - 0.041873).abs() < 5e-7);
    for (r, f, per_h, d) in [
        (1500u64, 1200u64, 6.0, 30u64),
        (1000, 700, 3.0, 100),
        (1500, 1200, 0.0, 30),
    ] {
        for transport in [Transport::Udp, Transport::Tls] {
            let client = ClientConfig {
                refresh_interval: Span::from_secs(r),
                reestablish: Reestablish::Fixed(Span::from_secs(d)),
                ..r2()
            };
            let mut c = clients("c", 40, client);
            // Unanswered after 1 ms: DeliveredEvent and ConnectionClearedEvent are as good as a single message.
            c.workload = calls(per_h, 0.0);
            c.workload.no_answer = Span::from_millis(1);
            c.path.transport = transport;
            c.path.idle_timeout = Some(Span::from_secs(f));
            let p = plan(healthy(), vec![c], 20 * DAY);
            let runs: Vec<f64> = (0..6)
                .map(|rep| {
                    let tally = simulate(&p, rep).total;
                    (tally.silent_us + tally.visible_us) as f64 / tally.signed_in_us as f64
                })
                .collect();
            let (mean, error) = mean(&runs);
            let theory = idle_theory(
                r as f64,
                f as f64,
                per_h / 3600.0,
                (transport == Transport::Tls).then_some(d as f64),
            );
            // Without calls every user is alike: the run's last, unfinished interval is all the error.
            let margin = (4.0 * error).max(2e-3 * theory);
            assert!(
                (mean - theory).abs() < margin,
                "{transport:?} R {r} F {f}: {mean} ± {error} instead of {theory}"
            );
        }
    }
}

#[test]
fn keep_alives_and_traffic_of_others_keep_a_connection() {
    let down = |change: &dyn Fn(&mut Plan)| {
        let mut p = plan(healthy(), vec![clients("c", 20, r2())], 8 * HOUR);
        change(&mut p);
        let tally = simulate(&p, 0).total;
        (tally.silent_us + tally.visible_us > 0, tally.all_drops())
    };
    let idle = Some(Span::from_secs(1200));
    assert!(down(&|p| p.clients[0].path.idle_timeout = idle).0);
    assert_eq!(
        down(&|p| {
            p.clients[0].path.idle_timeout = idle;
            p.clients[0].path.keep_alive = Some(Span::from_secs(600));
        }),
        (false, 0)
    );
    // The connection between OCS and gateway is shared: all 20 refresh together here, so it idles.
    assert!(down(&|p| p.gateways[0].path.idle_timeout = idle).0);
    // Spread over the interval they keep it for each other.
    assert_eq!(
        down(&|p| {
            p.gateways[0].path.idle_timeout = idle;
            p.clients[0].sign_in = SignIn::UniformOver(Span::from_secs(1500));
        }),
        (false, 0)
    );
    // A reset is noticed at once: down for the 30 s of re-establishment.
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], 1300);
    p.clients[0].path.idle_timeout = idle;
    p.clients[0].path.idle_action = IdleAction::Reset;
    let row = &drop_rows(simulate(&p, 0))[0];
    assert_eq!(
        (row.lost_at, row.detected_at),
        (Time(1_200_000_000), Some(Time(1_200_000_000)))
    );
    assert_eq!(
        (row.cause, row.ended_by),
        (DropCause::PathLost, Some(EndedBy::Reset))
    );
}

#[test]
fn ocs_fails_over_and_forgets_routes() {
    let mut p = plan(healthy(), vec![clients("c", 5, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::OcsFailover,
        single_schedule(1000, 20),
        FaultTarget::All,
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!(
        (
            tally.drops[DropCause::PathLost as usize],
            tally.visible_us,
            tally.all_back_us
        ),
        (5, 5 * 30_000_000, Some(30_000_000))
    );
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], 20 * HOUR);
    p.clients[0].path.route_expiry = Some((Span::from_secs(13 * HOUR), Span::from_secs(13 * HOUR)));
    let rows = drop_rows(simulate(&p, 0));
    // 13 h = 46800 s; the next refresh, at 32 · 1500 = 48000 s, is answered 481 by OCS.
    assert_eq!(
        (rows[0].lost_at, rows[0].detected_at),
        (Time(46_800_000_000), Some(Time(48_000_000_000)))
    );
    assert_eq!(
        (rows[0].cause, rows[0].ended_by),
        (DropCause::RouteExpired, Some(EndedBy::Answer481))
    );
}

#[test]
fn everybody_has_the_same_ocs() {
    // Two gateways, and OCS fails over again and again: each time everybody is thrown out at the same instant.
    let mut p = plan(
        healthy(),
        vec![clients("a", 3, r2()), clients("b", 2, r2())],
        100 * HOUR,
    );
    p.gateways.push(GatewayPlan {
        name: "other".into(),
        ..p.gateways[0].clone()
    });
    p.clients[1].gateway = 1;
    let schedule = Schedule::Recurrent {
        mtbf: Span::from_secs(5 * HOUR),
        mttr: Span::from_secs(20),
    };
    p.faults = vec![fault(
        FaultKind::OcsFailover,
        schedule,
        FaultTarget::All,
        false,
    )];
    let rows = drop_rows(simulate(&p, 0));
    let instants = |clients: u32| -> Vec<Time> {
        let mut at: Vec<Time> = rows
            .iter()
            .filter(|r| r.clients == clients)
            .map(|r| r.lost_at)
            .collect();
        at.sort_unstable();
        at.dedup();
        at
    };
    assert!(instants(0).len() > 5, "{:?}", instants(0));
    assert_eq!(instants(0), instants(1));
    assert_eq!(rows.len(), 5 * instants(0).len());
    // A gateway's crashes are its own.
    p.faults = vec![fault(FaultKind::Crash, schedule, FaultTarget::All, true)];
    let rows = drop_rows(simulate(&p, 0));
    let losses_of = |clients: u32| {
        rows.iter()
            .filter(move |r| r.clients == clients)
            .map(|r| r.lost_at)
    };
    assert!(
        losses_of(0).count() > 5 && losses_of(0).all(|at| losses_of(1).all(|other| at != other))
    );
}
