//! The station alone, against queueing theory; expected values by the formulas of the literature.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_distr::Distribution;
use rccsim::deployment::{
    FaultPlan, FaultTarget, JobClass, Overload, ServiceTime, Station, StationConfig, Transport,
    Work, observe, simulate,
};
use rccsim::engine::{Exponential, Stream};
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, MissCause, StationTally};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::deployments::*;

fn config(servers: u32, queue: Option<u32>, service: ServiceTime) -> StationConfig {
    StationConfig {
        servers,
        queue,
        service: std::array::from_fn(|_| service.clone()),
        response_service: Span::ZERO,
        setup_serial: Span::ZERO,
        overload: Overload::Drop,
        calls_first: false,
    }
}

fn job() -> Work {
    Work::Received(Message::request(Side::Client, 1, 1, Subject::Update))
}

/// Drives a station with jobs that arrive at the given times, in order.
fn drive(
    config: &StationConfig,
    arrivals: impl IntoIterator<Item = Time>,
    horizon: Time,
    seed: u64,
) -> StationTally {
    let mut station = Station::new(config, Stream::open(seed, 0, 7, 10), horizon);
    let mut services: BinaryHeap<Reverse<(Time, u32, u32)>> = BinaryHeap::new();
    let mut arrivals = arrivals
        .into_iter()
        .take_while(|at| *at < horizon)
        .peekable();
    loop {
        let next_end = services.peek().map(|Reverse((at, ..))| *at);
        match (arrivals.peek().copied(), next_end) {
            (Some(at), end) if end.is_none_or(|end| at < end) => {
                arrivals.next();
                if let Ok(Some(begun)) = station.offer(at, 0, job()) {
                    services.push(Reverse((begun.ends, begun.slot, begun.number)));
                }
            }
            (_, Some(end)) if end < horizon => {
                let Some(Reverse((_, place, number))) = services.pop() else {
                    unreachable!()
                };
                let (_, begun) = station.served(end, place, number);
                services.extend(
                    begun
                        .into_iter()
                        .flatten()
                        .map(|b| Reverse((b.ends, b.slot, b.number))),
                );
            }
            _ => break,
        }
    }
    let tally = station.finish(horizon);
    assert_eq!(tally.area_us, tally.sojourn_us, "Little's law");
    tally
}

fn poisson(rate_per_s: f64, seed: u64) -> impl Iterator<Item = Time> {
    let mut stream = Stream::open(seed, 0, 3, 1);
    let mut now = 0.0;
    std::iter::repeat_with(move || {
        let unit: f64 = Exponential.sample(&mut stream);
        now += unit * 1e6 / rate_per_s;
        Time(now as u64)
    })
}

/// The mean over independent runs is within 4 standard errors of theory.
fn agrees(what: &str, runs: &[f64], theory: f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let z = (mean - theory) / (variance / n).sqrt();
    assert!(
        z.abs() < 4.0,
        "{what}: {mean} instead of {theory}, z = {z:.1}"
    );
}

const RUNS: u64 = 20;
/// Seconds of a run: thousands of busy periods.
const LENGTH: u64 = 600;

fn mean_ms(tally: &StationTally) -> f64 {
    tally.response.sum_us() as f64 / tally.response.count() as f64 / 1e3
}

/// M/M/c/K: probability of loss and mean time in the system of those who enter, ms.
fn mmck(rate_per_s: f64, service_s: f64, servers: u32, places: u32) -> (f64, f64) {
    let offered = rate_per_s * service_s;
    let mut weights = vec![1.0];
    for n in 1..=places {
        let last = weights[n as usize - 1];
        weights.push(last * offered / f64::from(n.min(servers)));
    }
    let total: f64 = weights.iter().sum();
    let loss = weights[places as usize] / total;
    let inside: f64 = weights
        .iter()
        .enumerate()
        .map(|(n, w)| n as f64 * w)
        .sum::<f64>()
        / total;
    (loss, inside / (rate_per_s * (1.0 - loss)) * 1e3)
}

#[test]
fn the_formula_gives_the_printed_values() {
    let (loss, ms) = mmck(416.667, 0.004, 2, 10);
    assert!(
        (loss - 0.034418).abs() < 5e-7 && (ms - 9.0468).abs() < 5e-5,
        "{loss} {ms}"
    );
}

#[test]
fn mmck_from_a_poisson_source() {
    for (rate, service_ms, servers, places) in [
        (416.667, 4, 2, 10),
        (90.0, 10, 1, 5),
        (250.0, 20, 8, 12),
        (500.0, 4, 1, 3),
    ] {
        let service = ServiceTime::Exponential(Span::from_millis(service_ms));
        let config = config(servers, Some(places - servers), service);
        let runs: Vec<StationTally> = (0..RUNS)
            .map(|seed| drive(&config, poisson(rate, seed), Time(LENGTH * 1_000_000), seed))
            .collect();
        let (loss, ms) = mmck(rate, service_ms as f64 / 1e3, servers, places);
        let losses: Vec<f64> = runs
            .iter()
            .map(|t| t.refused as f64 / t.offered as f64)
            .collect();
        agrees(&format!("loss of M/M/{servers}/{places}"), &losses, loss);
        let means: Vec<f64> = runs.iter().map(mean_ms).collect();
        agrees(&format!("time in M/M/{servers}/{places}"), &means, ms);
        assert!(
            runs.iter().all(|t| t.queue_peak == places - servers),
            "the queue never was full"
        );
    }
}

#[test]
fn mmc_without_a_bound() {
    for (rate, service_ms, servers) in [(70.0, 10, 1), (300.0, 8, 3), (200.0, 20, 6)] {
        let config = config(
            servers,
            None,
            ServiceTime::Exponential(Span::from_millis(service_ms)),
        );
        let runs: Vec<StationTally> = (0..RUNS)
            .map(|seed| drive(&config, poisson(rate, seed), Time(LENGTH * 1_000_000), seed))
            .collect();
        // With so many places that nobody is ever lost, M/M/c/K is M/M/c.
        let (_, ms) = mmck(rate, service_ms as f64 / 1e3, servers, 2000);
        agrees(
            &format!("time in M/M/{servers}"),
            &runs.iter().map(mean_ms).collect::<Vec<_>>(),
            ms,
        );
        if servers == 1 {
            // The time in M/M/1 is exponential: its median is its mean times ln 2, its 99th percentile times ln 100.
            for (p, factor) in [(0.5, std::f64::consts::LN_2), (0.99, libm::log(100.0))] {
                let found = runs
                    .iter()
                    .map(|t| t.response.quantile(p).unwrap().as_secs_f64() * 1e3)
                    .sum::<f64>();
                let error = found / RUNS as f64 / (ms * factor) - 1.0;
                assert!(
                    (-0.02..0.028).contains(&error),
                    "percentile {p} of M/M/1: off by {error}"
                );
            }
        }
        let busy: Vec<f64> = runs
            .iter()
            .map(|t| t.busy_us as f64 / t.server_us as f64)
            .collect();
        agrees(
            "utilisation",
            &busy,
            rate * service_ms as f64 / 1e3 / f64::from(servers),
        );
    }
}

#[test]
fn md1_and_general_service() {
    // Pollaczek–Khinchine: W = s (1 + ρ (1 + c²) / (2 (1 − ρ))), c the coefficient of variation of the service.
    let ms = Span::from_millis;
    let uniform = ServiceTime::Quantiles(vec![(1.0, ms(20))]);
    for (service, mean_s, squared_variation) in [
        (ServiceTime::Fixed(ms(10)), 0.010, 0.0),
        (
            ServiceTime::LogNormal {
                mean: ms(10),
                sd: ms(5),
            },
            0.010,
            0.25,
        ),
        (uniform, 0.010, 1.0 / 3.0),
    ] {
        assert!((service.mean().as_secs_f64() - mean_s).abs() < 1e-9);
        for rate in [40.0, 80.0] {
            let config = config(1, None, service.clone());
            let runs: Vec<f64> = (0..RUNS)
                .map(|seed| {
                    mean_ms(&drive(
                        &config,
                        poisson(rate, seed),
                        Time(LENGTH * 1_000_000),
                        seed,
                    ))
                })
                .collect();
            let load = rate * mean_s;
            let theory = mean_s * (1.0 + load * (1.0 + squared_variation) / (2.0 * (1.0 - load)));
            agrees(&format!("{service:?} at {load}"), &runs, theory * 1e3);
        }
    }
}

/// Mean wait in nD/D/1 in units of the service time, n sources of period `period` (Roberts & Virtamo): an arrival
/// sees the work of the other n − 1 sources.
fn ndd1_wait(sources: u32, period: f64) -> f64 {
    let n = sources - 1;
    let beyond = |x: f64| -> f64 {
        ((x.floor() as u32 + 1)..=n)
            .map(|k| {
                let (kf, nf) = (f64::from(k), f64::from(n));
                let choose: f64 = (0..k)
                    .map(|i| f64::from(n - i) / f64::from(k - i))
                    .product();
                let p = (kf - x) / period;
                choose * libm::pow(p, kf) * libm::pow(1.0 - p, nf - kf) * (period - nf + x)
                    / (period - kf + x)
            })
            .sum()
    };
    // Midpoints: the function has steps in its derivative at whole numbers only.
    let steps = 200;
    (0..n * steps)
        .map(|i| beyond((f64::from(i) + 0.5) / f64::from(steps)) / f64::from(steps))
        .sum()
}

#[test]
fn periodic_sources_are_ndd1_and_not_md1() {
    for (sources, period_ms) in [(20u32, 25.0), (50, 60.0), (8, 16.0)] {
        let service = Span::from_millis(1);
        let config = config(1, None, ServiceTime::Fixed(service));
        let period_us = (period_ms * 1000.0) as u64;
        let mut stream = Stream::open(5, u32::from(sources as u16), 1, 1);
        let waits: Vec<f64> = (0..3000)
            .map(|seed| {
                let mut phases: Vec<u64> = (0..sources)
                    .map(|_| (stream.uniform() * period_us as f64) as u64)
                    .collect();
                phases.sort_unstable();
                // The pattern repeats from the second period on.
                let run = |periods: u64| {
                    let arrivals = (0..periods)
                        .flat_map(|p| phases.iter().map(move |at| Time(p * period_us + at)));
                    let tally = drive(
                        &config,
                        arrivals.collect::<Vec<_>>(),
                        Time(100 * period_us),
                        seed,
                    );
                    (tally.response.sum_us(), tally.response.count())
                };
                let ((short, a), (long, b)) = (run(2), run(3));
                ((long - short) as f64 / (b - a) as f64 - service.0 as f64) / service.0 as f64
            })
            .collect();
        let theory = ndd1_wait(sources, period_ms);
        agrees(&format!("{sources}D/D/1"), &waits, theory);
        let load = f64::from(sources) / period_ms;
        let md1 = load / (2.0 * (1.0 - load));
        assert!(
            theory < 0.8 * md1,
            "periodic sources wait less: {theory} and {md1}"
        );
    }
}

#[test]
fn calls_first_and_a_serial_section() {
    let ms = Span::from_millis;
    let first = StationConfig {
        calls_first: true,
        ..config(1, None, ServiceTime::Fixed(ms(10)))
    };
    let mut station = Station::new(&first, Stream::open(1, 0, 0, 0), Time(1_000_000));
    let begun = station.offer(Time(0), 1, job()).unwrap().unwrap();
    station.offer(Time(1), 2, job()).unwrap();
    station
        .offer(Time(2), 3, Work::Originate(Subject::Delivered, 1))
        .unwrap();
    let (done, next) = station.served(begun.ends, begun.slot, begun.number);
    assert_eq!(done.unwrap().user, 1);
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
    let begun: Vec<_> = (0..3)
        .map(|u| station.offer(Time(0), u, start).unwrap().unwrap())
        .collect();
    let mut pending: Vec<_> = begun
        .iter()
        .flat_map(|b| station.served(b.ends, b.slot, b.number).1)
        .flatten()
        .collect();
    let mut ends = Vec::new();
    while let Some(b) = pending.pop() {
        let (done, next) = station.served(b.ends, b.slot, b.number);
        ends.push((done.unwrap().user, b.ends));
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
        let all = simulate(&p, 0).all;
        assert_eq!(
            (
                all.get(Counter::SetupsFailed),
                all.station.queue_peak as u64
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
            simulate(&p, 0).all.get(Counter::SetupsFailed) > 0,
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
        let all = simulate(&p, 0).all;
        assert!(
            all.station.refused > 0 && all.station.queue_peak == 20,
            "{overload:?}"
        );
        assert!(all.missed[MissCause::Overload as usize] > 0, "{overload:?}");
        let drops = all.drops[rccsim::measure::DropCause::Overload as usize];
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
            simulate(&p, 0).all.get(Counter::SetupsFailed),
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
        assert_eq!(simulate(&p, 0).all.station.offered, jobs, "{transport:?}");
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
        let all = simulate(&p, 0).all;
        let (due, late) = (
            all.get(Counter::ToastsDue) as f64,
            all.missed[MissCause::Late as usize] as f64,
        );
        let share = 1.0 - libm::exp(-(service_s as f64) / 10.0);
        let z = (late - due * share) / (due * share * (1.0 - share)).sqrt();
        assert!(
            due > 6000.0 && z.abs() < 4.0,
            "{late} of {due}, expected {share}, z = {z:.1}"
        );
        assert_eq!(all.all_missed(), all.missed[MissCause::Late as usize]);
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
        };
        p.faults = vec![FaultPlan {
            config,
            target: FaultTarget::Clients(0),
            number: 0,
        }];
        let all = simulate(&p, 0).all;
        (
            all.get(Counter::SessionsEstablished),
            all.get(Counter::SetupsFailed),
            all.visible_us / 1_000_000,
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
    let all = simulate(&p, 0).all;
    assert_eq!(all.get(Counter::SessionsEstablished), 7);
    // The three others try every 30 s and send BYE each time.
    assert!(
        all.get(Counter::SetupsFailed) >= 3 * 119,
        "{}",
        all.get(Counter::SetupsFailed)
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
    let tally = simulate(&p, 0).all.station;
    // Three jobs of set-up at no time, one refresh of 250 ms.
    assert_eq!(
        (tally.offered, tally.busy_us, tally.response.sum_us()),
        (4, 250_000, 250_000)
    );
}
