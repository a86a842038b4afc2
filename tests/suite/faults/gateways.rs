//! Crashes, stalls and maintenance of gateways, and spare ones.

use super::*;

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
                let tally = simulate(&p, rep).total;
                assert_eq!(
                    tally.all_drops(),
                    tally.drops[DropCause::GatewayDown as usize]
                );
                tally.detection.sum_us() as f64 / 1e6 / tally.detection.count() as f64
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
        single_schedule(2000, 60),
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
        single_schedule(2000, 100),
        every_gateway(),
        true,
    )];
    let tally = simulate(&p, 0).total;
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
    assert_eq!(
        (tally.get(Counter::SetupsFailed), tally.all_drops()),
        (9, 3)
    );
    assert_eq!(tally.visible_us, 3 * 120_000_000);
    assert_eq!(tally.all_back_us, Some(120_000_000));
}

#[test]
fn a_stall_heals_and_what_is_sent_into_it_times_out() {
    // Refresh at 1500 finds the stall of 1490 to 1500+20: unanswered, torn down at 1532.
    let mut p = plan(healthy(), vec![clients("c", 1, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::Stall,
        single_schedule(1490, 30),
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
        single_schedule(1000, 30),
        every_gateway(),
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!(
        (
            tally.all_drops(),
            tally.get(Counter::Interruptions),
            tally.silent_us
        ),
        (0, 1, 30_000_000)
    );
}

#[test]
fn maintenance_says_bye() {
    let mut p = plan(healthy(), vec![clients("c", 2, r2())], HOUR);
    p.faults = vec![fault(
        FaultKind::Maintenance,
        single_schedule(1000, 10),
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
    assert_eq!(simulate(&p, 0).total.visible_us, 2 * 30_000_000);
}

#[test]
fn what_a_restart_forgets() {
    let loss_after = |forgets: Forgets| {
        let mut p = plan(healthy(), vec![clients("c", 1, r2())], 2 * HOUR);
        p.gateways[0].forgets = forgets;
        p.faults = vec![fault(
            FaultKind::Crash,
            single_schedule(1000, 60),
            every_gateway(),
            false,
        )];
        let tally = simulate(&p, 0).total;
        (
            tally.all_drops(),
            tally.get(Counter::Interruptions),
            tally.silent_us / 1_000_000,
        )
    };
    assert_eq!(loss_after(Forgets::Sessions), (1, 0, 500), "found at 1500");
    assert_eq!(
        loss_after(Forgets::Nothing),
        (0, 1, 60),
        "back after the restart"
    );
    // Refreshes succeed, events do not flow, and nobody notices until the end.
    assert_eq!(
        loss_after(Forgets::Monitors),
        (0, 0, 2 * u128::from(HOUR) - 1000)
    );
}

#[test]
fn a_crash_of_one_gateway_is_nothing_to_another() {
    let two_gateways = |crash: bool| {
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
                single_schedule(3000, 300),
                every_gateway(),
                true,
            )];
        }
        simulate(&p, 0)
    };
    let (calm, crashed) = (two_gateways(false), two_gateways(true));
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
        single_schedule(3000, 3600),
        FaultTarget::Gateway(0, Some(1)),
        true,
    )];
    let single = simulate(&p, 0).total;
    p.gateways[0].spare = 1;
    p.gateways[0].rehome_after = Span::from_secs(45);
    let spare = simulate(&p, 0).total;
    // Ten users. Alone: refused every 30 s until the try at 6600, when the gateway is up. With a spare gateway: the second try, at 3060, goes there.
    assert_eq!(
        (single.all_drops(), single.visible_us),
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
            single_schedule(HOUR, 10),
            every_gateway(),
            true,
        )];
        let minutes = simulate(&p, 0).total.minutes;
        // Back at 3630, so the echo is at 3630 + k · 1500.
        [1, 2, 3].map(|k| minutes[((3630 + k * 1500) / 60) as usize].refreshes)
    };
    assert_eq!(echo(0.0), [600, 600, 600]);
    assert!(echo(0.2).iter().all(|n| *n < 200), "{:?}", echo(0.2));
}
