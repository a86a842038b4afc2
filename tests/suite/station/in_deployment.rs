//! The station in a deployment: storms, overload, limits of monitors.

use super::*;

#[test]
fn calls_first_and_a_serial_section() {
    let ms = Span::from_millis;
    let first = StationConfig {
        calls_first: true,
        throttle: None,
        ..config(1, None, ServiceTime::Fixed(ms(10)))
    };
    let mut station = Station::new(&first, Stream::open(1, 0, 0, 0), Time(1_000_000));
    let job_begun = station.offer(Time(0), 1, job()).unwrap().unwrap();
    station.offer(Time(1), 2, job()).unwrap();
    station
        .offer(Time(2), 3, Work::Originate(Subject::Delivered, 1))
        .unwrap();
    let (finish, next) = station.served(job_begun.ends, job_begun.slot, job_begun.number);
    assert_eq!(finish.unwrap().user, 1);
    let next = next[0].unwrap();
    assert_eq!(
        station
            .served(next.ends, next.slot, next.number)
            .0
            .unwrap()
            .user,
        3,
        "the call event overtakes"
    );

    let serial = StationConfig {
        setup_serial: ms(100),
        ..config(4, None, ServiceTime::Fixed(ms(10)))
    };
    let mut station = Station::new(&serial, Stream::open(1, 0, 0, 0), Time(1_000_000));
    let start = Work::Received(Message::request(Side::Client, 1, 3, Subject::MonitorStart));
    let starts: Vec<_> = (0..3)
        .map(|u| station.offer(Time(0), u, start).unwrap().unwrap())
        .collect();
    let mut pending: Vec<_> = starts
        .iter()
        .flat_map(|b| station.served(b.ends, b.slot, b.number).1)
        .flatten()
        .collect();
    let mut ends = Vec::new();
    while let Some(b) = pending.pop() {
        let (finish, next) = station.served(b.ends, b.slot, b.number);
        ends.push((finish.unwrap().user, b.ends));
        pending.extend(next.into_iter().flatten());
    }
    // Served in parallel until 10 ms, then one at a time.
    assert_eq!(
        ends,
        [(0, Time(110_000)), (1, Time(210_000)), (2, Time(310_000))]
    );
    let tally = station.finish(Time(1_000_000));
    // Two wait for the first, 100 ms, then one, 100 ms.
    assert_eq!(
        (tally.queue_peak, tally.queue_us_by_minute[0]),
        (2, 300_000)
    );
}

/// The last instant at which a session came up.
#[derive(Default)]
struct Last(Time);

impl rccsim::deployment::Observer for Last {
    fn client(&mut self, now: Time, _: u32, note: ClientNote) {
        if note == ClientNote::Established {
            self.0 = now;
        }
    }
}

#[test]
fn a_storm_of_sequential_set_ups() {
    // Set-up is m = 3 sequential jobs: all N at once at capacity C are back at N m / C; 32 s timeouts begin at N > 32 C.
    for (users, service_ms, servers) in [(200u64, 10u64, 1u64), (500, 30, 1), (300, 40, 4)] {
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![clients("c", users as u32, r2())],
            HOUR,
        );
        p.gateways[0].station = Some(config(
            servers as u32,
            None,
            ServiceTime::Fixed(Span::from_millis(service_ms)),
        ));
        let last = observe(&p, 0, 0, 0, Last::default()).unwrap().0;
        assert_eq!(
            last,
            Time(3 * users * service_ms * 1000 / servers),
            "{users} users"
        );
        let tally = simulate(&p, 0).total;
        assert_eq!(
            (
                tally.get(Counter::SetupsFailed),
                tally.station.queue_peak as u64
            ),
            (0, users - servers)
        );
    }
    for (users, fails) in [(319, false), (330, true)] {
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![clients("c", users, r2())],
            HOUR,
        );
        p.gateways[0].station = Some(config(1, None, ServiceTime::Fixed(Span::from_millis(100))));
        assert_eq!(
            simulate(&p, 0).total.get(Counter::SetupsFailed) > 0,
            fails,
            "{users} users at 10 jobs a second"
        );
    }
}

#[test]
fn overload_refuses_or_drops_and_toasts_are_missed_for_it() {
    for overload in [Overload::Drop, Overload::Refuse503] {
        let mut c = clients("c", 400, r2());
        c.workload = calls(30.0, 0.0);
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![c],
            2 * HOUR,
        );
        p.gateways[0].station = Some(StationConfig {
            overload,
            ..config(
                1,
                Some(20),
                ServiceTime::Exponential(Span::from_millis(110)),
            )
        });
        let tally = simulate(&p, 0).total;
        assert!(
            tally.station.refused > 0 && tally.station.queue_peak == 20,
            "{overload:?}"
        );
        assert!(
            tally.missed[MissCause::Overload as usize] > 0,
            "{overload:?}"
        );
        let drops = tally.drops[rccsim::measure::DropCause::Overload as usize];
        assert!(
            drops > 0,
            "{overload:?}: a refresh that finds no place ends in a drop by overload"
        );
    }
}

#[test]
fn who_finds_no_place_comes_back_after_retry_after_or_when_nobody_answered() {
    for (overload, back_s) in [(Overload::Refuse503, 60), (Overload::Drop, 32 + 30)] {
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![clients("c", 2, r2())],
            HOUR,
        );
        let station = config(1, Some(0), ServiceTime::Fixed(Span::from_millis(100)));
        p.gateways[0].station = Some(StationConfig {
            overload,
            ..station
        });
        // Both INVITEs come at 0 and one is refused: Retry-After is 60 s, Timer B 32 s, re-establishment 30 s after it.
        let last = observe(&p, 0, 0, 0, Last::default()).unwrap().0;
        assert_eq!(last, Time(back_s * 1_000_000 + 3 * 100_000), "{overload:?}");
        assert_eq!(
            simulate(&p, 0).total.get(Counter::SetupsFailed),
            1,
            "{overload:?}"
        );
    }
}

#[test]
fn retransmissions_load_the_station() {
    // Service 1 s. On TLS three jobs, 3 s. On UDP: INVITE at 0 and 0.5, answered at 1; GetCSTAFeatures at 1, 1.5, 2.5,
    // behind the second INVITE answered at 3; MonitorStart at 3, 3.5, 4.5, behind two copies answered at 6.
    for (transport, jobs, up_s) in [(Transport::Tls, 3, 3), (Transport::Udp, 2 + 3 + 3, 6)] {
        let mut c = clients("c", 1, r2());
        c.path.transport = transport;
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![c],
            100,
        );
        p.gateways[0].station = Some(config(1, None, ServiceTime::Fixed(Span::from_secs(1))));
        assert_eq!(
            observe(&p, 0, 0, 0, Last::default()).unwrap().0,
            Time(up_s * 1_000_000),
            "{transport:?}"
        );
        assert_eq!(simulate(&p, 0).total.station.offered, jobs, "{transport:?}");
    }
}

#[test]
fn an_event_that_takes_longer_than_the_phone_rings_is_late() {
    // A call rings min(Exp(10 s), 20 s), and DeliveredEvent takes s: late with 1 − e^(−s/10).
    for service_s in [5u64, 12] {
        let mut c = clients("c", 300, r2());
        c.workload = calls(1.0, 0.0);
        let mut p = plan(
            gateway(UpdateBehaviour::Accepted, Allow::Absent),
            vec![c],
            24 * HOUR,
        );
        p.gateways[0].count = 300;
        let mut station = config(20, None, ServiceTime::Fixed(Span::ZERO));
        station.service[JobClass::Call as usize] = ServiceTime::Fixed(Span::from_secs(service_s));
        p.gateways[0].station = Some(station);
        let tally = simulate(&p, 0).total;
        let (due, late) = (
            tally.get(Counter::ToastsDue) as f64,
            tally.missed[MissCause::Late as usize] as f64,
        );
        let share = 1.0 - libm::exp(-(service_s as f64) / 10.0);
        let z = (late - due * share) / (due * share * (1.0 - share)).sqrt();
        assert!(
            due > 6000.0 && z.abs() < 4.0,
            "{late} of {due}, expected {share}, z = {z:.1}"
        );
        assert_eq!(tally.all_missed(), tally.missed[MissCause::Late as usize]);
    }
}

#[test]
fn a_monitor_left_behind_holds_its_line_until_the_gateways_timer() {
    let back = |limit, timer| {
        let gw = GatewayConfig {
            enforces_session_timer: timer,
            ..gateway(UpdateBehaviour::Accepted, Allow::Absent)
        };
        let mut p = plan(gw, vec![clients("c", 1, r2())], HOUR);
        p.gateways[0].max_sessions_per_line = limit;
        let schedule = Schedule::Once {
            at: Time(1_000_000_000),
            duration: Span::ZERO,
        };
        let config = FaultConfig {
            kind: FaultKind::NetworkChange,
            schedule,
            reset: false,
            call_rate: 1.0,
        };
        p.faults = vec![FaultPlan {
            occurrence: 0,
            name: "fault-1".into(),
            config,
            target: FaultTarget::Clients(0),
            number: 0,
        }];
        let tally = simulate(&p, 0).total;
        (
            tally.get(Counter::SessionsEstablished),
            tally.get(Counter::SetupsFailed),
            tally.visible_us / 1_000_000,
        )
    };
    // The dialog of before 1000 is still there: tries at 1030, 1060, … until the gateway's timer ends it at 1800.
    assert_eq!(back(None, SessionTimer::No), (2, 0, 30));
    assert_eq!(back(Some(2), SessionTimer::No), (2, 0, 30));
    assert_eq!(back(Some(1), SessionTimer::Silent), (2, 26, 810));
    assert_eq!(back(Some(1), SessionTimer::No), (1, 86, 2600));
}

#[test]
fn limits_of_monitors() {
    let mut p = plan(
        gateway(UpdateBehaviour::Accepted, Allow::Absent),
        vec![clients("c", 10, r2())],
        HOUR,
    );
    p.gateways[0].max_sessions = Some(7);
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.get(Counter::SessionsEstablished), 7);
    // The three others try every 30 s and send BYE each time.
    assert!(
        tally.get(Counter::SetupsFailed) >= 3 * 119,
        "{}",
        tally.get(Counter::SetupsFailed)
    );
}

#[test]
fn service_classes_have_their_own_times() {
    let mut station = config(1, None, ServiceTime::Fixed(Span::ZERO));
    station.service[JobClass::Refresh as usize] = ServiceTime::Fixed(Span::from_millis(250));
    let mut p = plan(
        gateway(UpdateBehaviour::Accepted, Allow::Absent),
        vec![clients("c", 1, r2())],
        1501,
    );
    p.gateways[0].station = Some(station);
    let tally = simulate(&p, 0).total.station;
    // Three jobs of set-up at no time, one refresh of 250 ms.
    assert_eq!(
        (tally.offered, tally.busy_us, tally.response.sum_us()),
        (4, 250_000, 250_000)
    );
}
