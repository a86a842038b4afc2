//! Returns by hand, and every reason why only a lower bound is known.

use super::super::example::{fault, gateways, plan, secs, single_schedule, station};
use super::super::figures::tests::{figures, minutes};
use super::*;
use crate::deployment::{FaultTarget, Plan, ServiceTime, StationConfig, Transport};
use crate::faults::FaultConfig;
use crate::measure::Sample;
use crate::protocol::Reestablish;
use crate::quantity::Span;
use crate::workload::SignIn;

const CRASH: FaultConfig = FaultConfig {
    kind: FaultKind::Crash,
    schedule: Schedule::Once {
        at: crate::quantity::Time(7_200_000_000),
        duration: Span::from_secs(100),
    },
    reset: true,
    call_rate: 1.0,
};

fn fixed_station(ms: u64) -> StationConfig {
    station(ServiceTime::Fixed(Span::from_millis(ms)))
}

/// 100 users of a gateway with 20 ms a job, which loses them at 10:00 for 100 s.
fn storm_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Storm>, Violation> {
    let mut plan = plan();
    plan.gateways[0].station = Some(fixed_station(20));
    plan.faults
        .push(fault("fault-1", FaultTarget::Gateway(0, None), CRASH));
    change(&mut plan);
    predict(&Gateway::new(&plan, 0))
}

fn beside(change: impl FnOnce(&mut Plan), usable: &[f64], back: Sample) -> Agreement {
    let mut figures = figures(&gateways(), &[(METRIC, &[back])]);
    figures.insert_usable(gateways(), minutes(usable));
    let storm = storm_with(change).unwrap().unwrap();
    storm.compare(&figures, &gateways()).remove(0)
}

/// The closed form, whether it is a lower bound only, and whether so many seconds agree.
fn back(change: impl FnOnce(&mut Plan), s: f64) -> (f64, bool, bool) {
    let agreement = beside(change, &[100.0; 200], Sample::Value(s));
    (
        agreement.expected,
        agreement.is_lower_bound,
        agreement.holds(),
    )
}

#[test]
fn all_at_once_are_back_after_their_jobs() {
    // 100 users, D 30 s: refused at 30, 60 and 90 s, all there at 120 s; 300 jobs of 20 ms are 6 s.
    assert_eq!(back(|_| (), 126.01), (126.0, false, true));
    assert_eq!(
        back(|_| (), 126.03),
        (126.0, false, false),
        "a job is allowed, no more"
    );
    assert_eq!(back(|_| (), 125.0), (126.0, false, false));
    let four = |p: &mut Plan| p.gateways[0].station.as_mut().unwrap().servers = 4;
    assert_eq!(back(four, 121.5), (121.5, false, true));
    let at_once = |p: &mut Plan| p.gateways[0].station = None;
    assert_eq!(back(at_once, 120.0), (120.0, false, true));
    // A delay of nothing: refused at once, then every half second: at 100 s.
    let no_delay = |p: &mut Plan| p.clients[0].config.reestablish = Reestablish::Fixed(Span::ZERO);
    assert_eq!(back(no_delay, 106.0), (106.0, false, true));
    // D 40 s: refused at 40 and 80 s, all there at 120 s; 1200 jobs of 10 ms are 12 s.
    let many_users = |p: &mut Plan| {
        p.clients[0].count = 400;
        p.clients[0].config.reestablish = Reestablish::Fixed(secs(40));
        p.gateways[0].station = Some(fixed_station(10));
    };
    let expected = storm_with(many_users).unwrap().unwrap().expected();
    assert_eq!(expected[0].value, 132.0);
    assert!(storm_with(|p| p.faults.clear()).unwrap().is_none());
}

type Change = fn(&mut Plan);

const LOWER_BOUNDS: [(Change, f64, &str); 14] = [
    (
        |p| p.clients[0].config.reestablish = Reestablish::Uniform(Span::ZERO, secs(60)),
        106.0,
        "reestablish = uniform 0 s..1 min",
    ),
    // 5 s of serial section for each of 100.
    (
        |p| p.gateways[0].station.as_mut().unwrap().setup_serial = secs(5),
        600.0,
        "setup_serial_time = 5 s",
    ),
    // 100 users at half a job a second give up: 32 C is 16; 300 jobs of 2 s.
    (
        |p| p.gateways[0].station = Some(fixed_station(2000)),
        700.0,
        "N > 32 C",
    ),
    (
        |p| p.gateways[0].station.as_mut().unwrap().queue = Some(50),
        106.0,
        "queue = 50",
    ),
    (
        |p| {
            let service_time = ServiceTime::Exponential(Span::from_millis(20));
            p.gateways[0].station = Some(station(service_time));
        },
        106.0,
        "service_time = exponential 20 ms",
    ),
    (|p| p.faults[0].config.reset = false, 106.0, "reset = false"),
    (
        |p| {
            let later = FaultConfig {
                schedule: single_schedule(14_400, secs(10)),
                ..CRASH
            };
            p.faults
                .push(fault("second", FaultTarget::Gateway(0, None), later));
        },
        106.0,
        "more than one fault",
    ),
    (
        |p| {
            let sleep = FaultConfig {
                kind: FaultKind::Sleep,
                ..CRASH
            };
            p.faults
                .push(fault("sleep", FaultTarget::Clients(0), sleep));
        },
        106.0,
        "faults of clients",
    ),
    (
        |p| {
            let mut second_group = p.clients[0].clone();
            second_group.name = "y".into();
            second_group.config.reestablish = Reestablish::Fixed(secs(31));
            p.clients.push(second_group);
        },
        106.0,
        "delays of several lengths",
    ),
    (
        |p| p.clients[0].path.transport = Transport::Udp,
        106.0,
        "transport = udp",
    ),
    (|p| p.clients[0].path.loss = 0.01, 106.0, "loss = 1 %"),
    (
        |p| p.clients[0].path.idle_timeout = Some(secs(86_400)),
        106.0,
        "idle_timeout = 1 d",
    ),
    (
        |p| p.clients[0].sign_out = Some(SignIn::At(secs(61_200))),
        106.0,
        "sign_out = at 17:00",
    ),
    (
        |p| p.gateways[0].max_sessions = Some(99),
        106.0,
        "max_sessions = 99",
    ),
];

#[test]
fn otherwise_a_lower_bound_is_left_and_why_is_said() {
    // Down for 100 s and 6 s of work, whenever they come.
    for (change, lower_bound, why) in LOWER_BOUNDS {
        assert_eq!(
            back(change, lower_bound + 1.0),
            (lower_bound, true, true),
            "{why}"
        );
        let open = beside(change, &[100.0; 200], Sample::Beyond(9000.0));
        assert!(open.holds(), "{why}");
        let suffix = format!("(no more is known with {why})");
        assert!(
            open.formula.ends_with(&suffix),
            "{}: {suffix}",
            open.formula
        );
    }
    let spread = |p: &mut Plan| {
        p.clients[0].config.reestablish = Reestablish::Uniform(Span::ZERO, secs(60));
    };
    assert_eq!(back(spread, 105.9), (106.0, true, false));
}

#[test]
fn who_was_not_there_yet_is_counted_as_far_as_known() {
    // 90 of 100 users in the last minute before 10:00, 80 before: 270 jobs of 20 ms, and those of ten more or fewer.
    let mut usable = [80.0; 200];
    usable[119] = 90.0;
    let agreement = beside(|_| (), &usable, Sample::Value(105.0));
    assert!(
        (agreement.expected - 105.4).abs() < 1e-9 && agreement.is_lower_bound && agreement.holds()
    );
    assert!((agreement.tolerance() - 0.6).abs() < 1e-9);
    assert!(agreement.formula.contains("users who have yet to sign in"));
}

#[test]
fn what_takes_no_session_has_no_storm() {
    let forgets = storm_with(|p| p.gateways[0].forgets = Forgets::Nothing);
    assert_eq!(forgets.unwrap_err().to_string(), "forgets = nothing");
    let spare = storm_with(|p| p.gateways[0].spare = 2);
    assert_eq!(spare.unwrap_err().to_string(), "spare = 2");
    let quantiles = storm_with(|p| {
        let service_time = ServiceTime::Quantiles(vec![(1.0, Span(20_000))]);
        p.gateways[0].station = Some(station(service_time));
    });
    let why = quantiles.unwrap_err().to_string();
    assert_eq!(why, "service_time = quantiles 100 % 20 ms");
}
