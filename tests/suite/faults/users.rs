//! Faults of single users, and the recovery of all.

use super::*;

#[test]
fn a_sleeping_pc_wakes_to_a_lost_session() {
    let mut gw = healthy();
    gw.enforces_session_timer = SessionTimer::Silent;
    let mut p = plan(gw, vec![clients("c", 1, r2())], 3 * HOUR);
    p.faults = vec![fault(
        FaultKind::Sleep,
        single_schedule(1000, 3000),
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
        single_schedule(1000, 60),
        FaultTarget::Clients(0),
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!(
        (
            tally.all_drops(),
            tally.get(Counter::Interruptions),
            tally.silent_us
        ),
        (0, 1, 60_000_000)
    );
    p.faults = vec![fault(
        FaultKind::NetworkChange,
        single_schedule(1000, 0),
        FaultTarget::Clients(0),
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!((tally.all_drops(), tally.visible_us), (1, 30_000_000));
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
        single_schedule(1800, 2 * HOUR),
        FaultTarget::All,
        false,
    )];
    let tally = simulate(&p, 0).total;
    assert_eq!(
        (tally.usable_us, tally.signed_in_us),
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
        throttle: None,
    });
    // The law is asserted at the end of the run.
    let tally = simulate(&p, 0).total;
    assert!(tally.get(Counter::OriginationsAttempted) > 1000);
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
            single_schedule(1000, lasts),
            FaultTarget::Clients(0),
            false,
        )];
        let tally = simulate(&p, 0).total;
        (tally.all_back_us, tally.all_back_open_us)
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

/// A fault of several targets is as many faults at one instant.
#[test]
fn faults_of_one_instant_are_counted_from_before_the_first() {
    for kind in [FaultKind::LinkOutage, FaultKind::Sleep] {
        let groups = vec![clients("a", 6, r2()), clients("b", 4, r2())];
        let mut p = plan(healthy(), groups, 3 * HOUR);
        let group_fault = |group| {
            fault(
                kind,
                single_schedule(1000, 60),
                FaultTarget::Clients(group),
                false,
            )
        };
        p.faults = vec![group_fault(0), group_fault(1)];
        let presence = simulate(&p, 0).total.presence;
        assert_eq!(
            (presence.at_faults, presence.usable_at_faults),
            (20, 20),
            "{kind:?}"
        );
    }
}
