//! Faults and middleboxes, against closed forms (model §5) and hand-made instants.

use rccsim::deployment::*;
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, DropCause, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::SignIn;

use crate::deployments::*;

const DAY: u64 = 24 * HOUR;

fn healthy() -> GatewayConfig {
    gateway(UpdateBehaviour::Accepted, Allow::Absent)
}

fn fault(kind: FaultKind, schedule: Schedule, target: FaultTarget, reset: bool) -> FaultPlan {
    FaultPlan {
        config: FaultConfig {
            kind,
            schedule,
            reset,
        },
        target,
        number: 0,
    }
}

fn once(at_s: u64, duration_s: u64) -> Schedule {
    Schedule::Once {
        at: Time(at_s * 1_000_000),
        duration: Span::from_secs(duration_s),
    }
}

fn every_gateway() -> FaultTarget {
    FaultTarget::Gateway(0, None)
}

fn mean(runs: &[f64]) -> (f64, f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[test]
fn a_crash_is_found_at_the_next_refresh() {
    // Mean delay from crash to refresh: R / (1 − e^(−R/M)) − M.
    let delay = |r: f64, m: f64| r / (1.0 - libm::exp(-r / m)) - m;
    assert!(
        (delay(600.0, 604_800.0) - 300.05).abs() < 0.005
            && (delay(1500.0, 604_800.0) - 750.31).abs() < 0.005
    );
    for (r, m) in [(600, 5000), (1500, 5000), (900, 800)] {
        let client = ClientConfig {
            refresh_interval: Span::from_secs(r),
            ..r2()
        };
        let mut p = plan(healthy(), vec![clients("c", 60, client)], 20 * DAY);
        // One user to a gateway: independent samples.
        p.gateways[0].count = 60;
        let schedule = Schedule::Recurrent {
            mtbf: Span::from_secs(m),
            mttr: Span::ZERO,
        };
        p.faults = vec![fault(FaultKind::Crash, schedule, every_gateway(), false)];
        let runs: Vec<f64> = (0..8)
            .map(|rep| {
                let all = simulate(&p, rep).all;
                assert_eq!(all.all_drops(), all.drops[DropCause::GatewayDown as usize]);
                all.detection.sum_us() as f64 / 1e6 / all.detection.count() as f64
            })
            .collect();
        let (mean, error) = mean(&runs);
        let theory = delay(r as f64, m as f64);
        assert!(
            (mean - theory).abs() < 4.0 * error,
            "R {r}, M {m}: {mean} ± {error} instead of {theory}"
        );
    }
}

#[test]
fn a_crash_is_dated_at_the_crash_and_found_by_481() {
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], 2 * HOUR);
    p.faults = vec![fault(
        FaultKind::Crash,
        once(2000, 60),
        every_gateway(),
        false,
    )];
    let rows = drop_rows(simulate(&p, 0));
    let at = |s: u64| Time(s * 1_000_000);
    let row = &rows[0];
    // Refreshed at 1500, crashed at 2000, up at 2060, found at 3000.
    assert_eq!((row.lost_at, row.detected_at), (at(2000), Some(at(3000))));
    assert_eq!(
        (row.cause, row.ended_by),
        (DropCause::GatewayDown, Some(EndedBy::Answer481))
    );
    assert_eq!(rows.len(), 1);
}

#[test]
fn a_reset_is_noticed_at_once_and_refused_until_the_gateway_is_up() {
    let mut p = plan(healthy(), vec![clients("c", 3, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::Crash,
        once(2000, 100),
        every_gateway(),
        true,
    )];
    let all = simulate(&p, 0).all;
    let rows = drop_rows(simulate(&p, 0));
    assert!(
        rows.iter()
            .all(|r| r.lost_at == Time(2_000_000_000) && r.detected_at == Some(r.lost_at))
    );
    assert!(
        rows.iter()
            .all(|r| (r.cause, r.ended_by) == (DropCause::GatewayDown, Some(EndedBy::Reset)))
    );
    // Tries at 2030, 2060, 2090 are refused, the one at 2120 succeeds.
    assert_eq!((all.get(Counter::SetupsFailed), all.all_drops()), (9, 3));
    assert_eq!(all.visible_us, 3 * 120_000_000);
    assert_eq!(all.all_back_us, Some(120_000_000));
}

#[test]
fn a_stall_heals_and_what_is_sent_into_it_times_out() {
    // Refresh at 1500 finds the stall of 1490 to 1500+20: unanswered, torn down at 1532.
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::Stall,
        once(1490, 30),
        every_gateway(),
        false,
    )];
    let row = &drop_rows(simulate(&p, 0))[0];
    // Usable again at 1520, lost for good at 1532 by the unanswered refresh.
    assert_eq!(
        (row.lost_at, row.cause),
        (Time(1_532_000_000), DropCause::RefreshUnanswered)
    );
    // A stall between refreshes is an interruption.
    p.faults = vec![fault(
        FaultKind::Stall,
        once(1000, 30),
        every_gateway(),
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!(
        (
            all.all_drops(),
            all.get(Counter::Interruptions),
            all.silent_us
        ),
        (0, 1, 30_000_000)
    );
}

#[test]
fn maintenance_says_bye() {
    let mut p = plan(healthy(), vec![clients("c", 2, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::Maintenance,
        once(1000, 10),
        every_gateway(),
        false,
    )];
    let rows = drop_rows(simulate(&p, 0));
    assert!(
        rows.iter()
            .all(|r| (r.cause, r.ended_by) == (DropCause::GatewayDown, Some(EndedBy::Bye)))
    );
    assert!(
        rows.iter()
            .all(|r| r.lost_at == Time(1_000_000_000) && r.detected_at == Some(r.lost_at))
    );
    assert_eq!(simulate(&p, 0).all.visible_us, 2 * 30_000_000);
}

#[test]
fn what_a_restart_forgets() {
    let lost = |forgets: Forgets| {
        let mut p = plan(healthy(), vec![clients("c", 1, r2())], 2 * HOUR);
        p.gateways[0].forgets = forgets;
        p.faults = vec![fault(
            FaultKind::Crash,
            once(1000, 60),
            every_gateway(),
            false,
        )];
        let all = simulate(&p, 0).all;
        (
            all.all_drops(),
            all.get(Counter::Interruptions),
            all.silent_us / 1_000_000,
        )
    };
    assert_eq!(lost(Forgets::Sessions), (1, 0, 500), "found at 1500");
    assert_eq!(lost(Forgets::Nothing), (0, 1, 60), "back after the restart");
    // Refreshes succeed, events do not flow, and nobody notices until the end.
    assert_eq!(lost(Forgets::Monitors), (0, 0, 2 * u128::from(HOUR) - 1000));
}

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
        let all = simulate(&p, 0).all;
        let fails = ((outage - 31.5).max(0.0) / r as f64).min(1.0);
        let expected = fails * f64::from(users);
        let error = (expected * (1.0 - fails)).sqrt();
        let drops = all.all_drops() as f64;
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
        once(1495, 20),
        FaultTarget::Clients(0),
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!(
        (
            all.all_drops(),
            all.get(Counter::MessagesLost),
            all.get(Counter::RefreshesFailed)
        ),
        (0, 0, 0)
    );
    // Longer than the refresh can wait: torn down at 1532.
    p.faults = vec![fault(
        FaultKind::LinkOutage,
        once(1495, 60),
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

/// The share of time down behind a middlebox, by model §5. λ: single messages that reset its clock, per second.
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
                    let all = simulate(&p, rep).all;
                    (all.silent_us + all.visible_us) as f64 / all.signed_in_us as f64
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
        let all = simulate(&p, 0).all;
        (all.silent_us + all.visible_us > 0, all.all_drops())
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
        once(1000, 20),
        FaultTarget::All,
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!(
        (
            all.drops[DropCause::PathLost as usize],
            all.visible_us,
            all.all_back_us
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
    let of = |clients: u32| {
        rows.iter()
            .filter(move |r| r.clients == clients)
            .map(|r| r.lost_at)
    };
    assert!(of(0).count() > 5 && of(0).all(|at| of(1).all(|other| at != other)));
}

#[test]
fn a_sleeping_pc_wakes_to_a_lost_session() {
    let mut gw = healthy();
    gw.enforces_session_timer = SessionTimer::Silent;
    let mut p = plan(gw, vec![clients("c", 1, r2())], 3 * HOUR);
    p.faults = vec![fault(
        FaultKind::Sleep,
        once(1000, 3000),
        FaultTarget::Clients(0),
        false,
    )];
    let rows = drop_rows(simulate(&p, 0));
    // Usability ended with the sleep at 1000; at 4000 its timers fire: its own session timer, due at 1800, comes first.
    assert_eq!(
        (rows[0].lost_at, rows[0].detected_at),
        (Time(1_000_000_000), Some(Time(4_000_000_000)))
    );
    assert_eq!(rows[0].cause, DropCause::PathLost);
    // A short sleep is an interruption.
    p.faults = vec![fault(
        FaultKind::Sleep,
        once(1000, 60),
        FaultTarget::Clients(0),
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!(
        (
            all.all_drops(),
            all.get(Counter::Interruptions),
            all.silent_us
        ),
        (0, 1, 60_000_000)
    );
    p.faults = vec![fault(
        FaultKind::NetworkChange,
        once(1000, 0),
        FaultTarget::Clients(0),
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!((all.all_drops(), all.visible_us), (1, 30_000_000));
}

#[test]
fn who_signs_in_has_woken_the_pc() {
    let mut c = clients("c", 1, r2());
    (c.sign_in, c.sign_out) = (
        SignIn::At(Span::from_secs(9 * HOUR)),
        Some(SignIn::At(Span::from_secs(11 * HOUR))),
    );
    let mut p = plan(healthy(), vec![c], 8 * HOUR);
    // Asleep from 08:30 to 10:30, signed in from 09:00 to 11:00.
    p.faults = vec![fault(
        FaultKind::Sleep,
        once(1800, 2 * HOUR),
        FaultTarget::All,
        false,
    )];
    let all = simulate(&p, 0).all;
    assert_eq!(
        (all.usable_us, all.signed_in_us),
        (2 * 3_600_000_000, 2 * 3_600_000_000)
    );
}

#[test]
fn a_call_asked_for_at_sign_out_is_not_left_waiting() {
    // MakeCall takes 10 s to be served: of 60 calls an hour one in six is under way when its user leaves.
    let mut c = clients("c", 200, r2());
    c.workload = calls(0.0, 60.0);
    c.sign_out = Some(SignIn::UniformOver(Span::from_secs(HOUR)));
    let mut p = plan(healthy(), vec![c], HOUR);
    p.gateways[0].count = 200;
    p.gateways[0].station = Some(StationConfig {
        servers: 50,
        queue: None,
        service: std::array::from_fn(|_| ServiceTime::Fixed(Span::from_secs(10))),
        response_service: Span::ZERO,
        setup_serial: Span::ZERO,
        overload: Overload::Drop,
        calls_first: false,
    });
    // The law is asserted at the end of the run.
    let all = simulate(&p, 0).all;
    assert!(all.get(Counter::OriginationsAttempted) > 1000);
}

#[test]
fn all_are_back_after_a_scheduled_fault_of_the_clients_too() {
    let all_back = |kind, lasts| {
        let mut p = plan(
            healthy(),
            vec![clients("c", 30, r2()), clients("others", 10, r2())],
            HOUR,
        );
        p.faults = vec![fault(
            kind,
            once(1000, lasts),
            FaultTarget::Clients(0),
            false,
        )];
        let all = simulate(&p, 0).all;
        (all.all_back_us, all.all_back_open_us)
    };
    // Reset at once, set up again 30 s later; a PC that slept for less than its timers is back when it wakes.
    assert_eq!(
        all_back(FaultKind::NetworkChange, 0),
        (Some(30_000_000), None)
    );
    assert_eq!(all_back(FaultKind::Sleep, 200), (Some(200_000_000), None));
    // From 1000 to the horizon.
    assert_eq!(
        all_back(FaultKind::Sleep, 2 * HOUR),
        (None, Some(2_600_000_000))
    );
}

#[test]
fn a_crash_of_one_gateway_is_nothing_to_another() {
    let two = |crash: bool| {
        let mut p = plan(
            healthy(),
            vec![clients("a", 50, r2()), clients("b", 50, r2())],
            4 * HOUR,
        );
        p.gateways.push(GatewayPlan {
            name: "other".into(),
            ..p.gateways[0].clone()
        });
        p.clients[1].gateway = 1;
        p.clients
            .iter_mut()
            .for_each(|c| c.workload = calls(5.0, 5.0));
        if crash {
            p.faults = vec![fault(
                FaultKind::Crash,
                once(3000, 300),
                every_gateway(),
                true,
            )];
        }
        simulate(&p, 0)
    };
    let (calm, crashed) = (two(false), two(true));
    assert_eq!(calm.clients[1], crashed.clients[1]);
    assert_eq!(calm.gateways[1], crashed.gateways[1]);
    assert!(calm.clients[0] != crashed.clients[0]);
}

#[test]
fn a_spare_gateway_takes_the_users_of_one_that_is_down() {
    let mut p = plan(healthy(), vec![clients("c", 30, r2())], 4 * HOUR);
    p.gateways[0].count = 3;
    p.faults = vec![fault(
        FaultKind::Crash,
        once(3000, 3600),
        FaultTarget::Gateway(0, Some(1)),
        true,
    )];
    let alone = simulate(&p, 0).all;
    p.gateways[0].spare = 1;
    p.gateways[0].rehome_after = Span::from_secs(45);
    let spare = simulate(&p, 0).all;
    // Ten users. Alone: refused every 30 s until the try at 6600, when the gateway is up. With a spare gateway: the second try, at 3060, goes there.
    assert_eq!(
        (alone.all_drops(), alone.visible_us),
        (10, 10 * 3_600_000_000)
    );
    assert_eq!((spare.all_drops(), spare.visible_us), (10, 10 * 60_000_000));
}

#[test]
fn after_a_storm_refreshes_come_together_unless_they_are_jittered() {
    let echo = |jitter: f64| {
        let mut c = clients(
            "c",
            600,
            ClientConfig {
                refresh_jitter: jitter,
                ..r2()
            },
        );
        c.sign_in = SignIn::UniformOver(Span::from_secs(1500));
        let mut p = plan(healthy(), vec![c], 4 * HOUR);
        p.faults = vec![fault(
            FaultKind::Crash,
            once(HOUR, 10),
            every_gateway(),
            true,
        )];
        let minutes = simulate(&p, 0).all.minutes;
        // Back at 3630, so the echo is at 3630 + k · 1500.
        [1, 2, 3].map(|k| minutes[((3630 + k * 1500) / 60) as usize].refreshes)
    };
    assert_eq!(echo(0.0), [600, 600, 600]);
    assert!(echo(0.2).iter().all(|n| *n < 200), "{:?}", echo(0.2));
}
