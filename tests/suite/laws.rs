//! Conservation over random deployments. The laws themselves are asserted by every run, in release builds too.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rccsim::deployment::{
    FastPaths, FaultPlan, FaultTarget, Forgets, IdleAction, Observer, Overload, Plan, ServiceTime,
    StationConfig, Transport, observe, simulate, simulate_with_fast_paths,
};
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, Tally};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{Lunch, SignIn};

use crate::deployments::*;

/// The behaviour classes of the domain, each with the Allow headers that make it what it is.
pub(crate) const CLASSES: [(&str, UpdateBehaviour, &[Allow]); 12] = [
    (
        "healthy",
        UpdateBehaviour::Accepted,
        &[Allow::WithUpdate, Allow::Absent],
    ),
    ("ignores", UpdateBehaviour::Ignored, &[Allow::Absent]),
    ("405", UpdateBehaviour::Rejected405, &[Allow::Absent]),
    ("501", UpdateBehaviour::Rejected501, &[Allow::Absent]),
    ("481", UpdateBehaviour::DialogLost481, &ALLOWS),
    ("answer lost", UpdateBehaviour::AnswerLost, &ALLOWS),
    (
        "no Session-Expires",
        UpdateBehaviour::NoSessionExpires,
        &ALLOWS,
    ),
    (
        "lying Allow, ignores",
        UpdateBehaviour::Ignored,
        &[Allow::WithUpdate],
    ),
    (
        "lying Allow, 501",
        UpdateBehaviour::Rejected501,
        &[Allow::WithUpdate],
    ),
    ("422", UpdateBehaviour::IntervalTooSmall422, &ALLOWS),
    ("503", UpdateBehaviour::Unavailable503, &ALLOWS),
    ("the fix", UpdateBehaviour::Ignored, &[Allow::WithoutUpdate]),
];
const ALLOWS: [Allow; 3] = [Allow::Absent, Allow::WithUpdate, Allow::WithoutUpdate];
pub(crate) const NO_ANSWER: [OnNoAnswer; 3] = [
    OnNoAnswer::TearDown,
    OnNoAnswer::Hold,
    OnNoAnswer::KeepPolling,
];
pub(crate) const REJECTION: [OnRejection; 3] = [
    OnRejection::FallBack,
    OnRejection::TearDown,
    OnRejection::Hold,
];
pub(crate) const TRANSPORTS: [Transport; 3] = [Transport::Tls, Transport::Tcp, Transport::Udp];

prop_compose! {
    pub(crate) fn client()(
        interval in 60u64..4000, se in 90u32..4000, min_se in 90u16..2000, jitter in 0.0..1.0f64, method in 0usize..4,
        clock in any::<bool>(), rest in 0usize..4, delay in 0u64..900,
    ) -> ClientConfig {
        let delay = Span::from_secs(delay);
        ClientConfig {
            refresh_interval: Span::from_secs(interval),
            refresh_method: [RefreshMethod::ByAllow, RefreshMethod::Rfc4028, RefreshMethod::Update, RefreshMethod::ReInvite][method],
            refresh_clock: if clock { RefreshClock::SinceRefresh } else { RefreshClock::SinceTraffic },
            refresh_jitter: jitter,
            session_expires_s: se,
            min_se_s: min_se,
            reestablish: [
                Reestablish::Never,
                Reestablish::Fixed(delay),
                Reestablish::Uniform(Span::ZERO, delay),
                Reestablish::Backoff { first: delay, factor: 2.0, cap: Span::from_secs(600), jitter: 0.2 },
            ][rest],
            ..r2()
        }
    }
}

type Troubles = (
    Option<StationConfig>,
    Vec<FaultPlan>,
    Option<Span>,
    Option<(Span, Span)>,
);

prop_compose! {
    /// A station, up to two faults of any kind, middleboxes and forgotten routes; each may be missing.
    fn impairments()(
        has_station in any::<bool>(), ms in 1u64..4000, servers in 1u32..3, queue in 0u32..6, refuses in any::<bool>(),
        kinds in proptest::collection::vec((0usize..7, any::<bool>(), 0u64..10_000, 0u64..4000, any::<bool>()), 0..3),
        idle in 0u64..4000, route in 0u64..9000,
    ) -> Troubles {
        let station = has_station.then(|| StationConfig {
            servers,
            queue: Some(queue),
            service: std::array::from_fn(|_| ServiceTime::Exponential(Span::from_millis(ms))),
            response_service: Span::from_millis(ms / 1000),
            setup_serial: Span::from_millis(ms / 2),
            overload: if refuses { Overload::Refuse503 } else { Overload::Drop },
            calls_first: refuses,
            throttle: None,
        });
        let faults = kinds.into_iter().enumerate().map(|(number, (kind, again, at, lasts, reset))| {
            use FaultKind as K;
            let kinds = [K::Crash, K::Stall, K::Maintenance, K::LinkOutage, K::OcsFailover, K::Sleep, K::NetworkChange];
            let schedule = match again {
                true => Schedule::Recurrent { mtbf: Span::from_secs(at + 60), mttr: Span::from_secs(lasts) },
                false => Schedule::Once { at: Time(at * 1_000_000), duration: Span::from_secs(lasts) },
            };
            let config = FaultConfig { kind: kinds[kind], schedule, reset, call_rate: 1.0 };
            FaultPlan { name: format!("fault-{number}"), config, target: FaultTarget::All, number: number as u32, occurrence: 0 }
        });
        let spans = |s: u64| (s > 2000).then(|| Span::from_secs(s - 2000));
        (station, faults.collect(), spans(idle), spans(route).map(|from| (from, from + Span::from_secs(600))))
    }
}

prop_compose! {
    fn deployment()(
        client in client(), seed in any::<u64>(), loss in 0.0..0.6f64, delay in 0u64..400,
        enforces in 0usize..3, uas in any::<bool>(), min_se in 90u16..3000, at_pc in 0.0..1.0f64, leaves in any::<bool>(),
        retry in 0u32..400, impairments in impairments(),
    ) -> Plan {
        let mut c = clients("c", 3, client);
        c.workload = calls(12.0, 12.0);
        c.workload.answered_at_pc = at_pc;
        c.path.loss = loss;
        c.path.delay = Span::from_millis(delay);
        c.sign_in = SignIn::UniformOver(Span::from_secs(900));
        c.sign_out = leaves.then_some(SignIn::UniformOver(Span::from_secs(3 * HOUR)));
        let gw = GatewayConfig {
            enforces_session_timer: [SessionTimer::No, SessionTimer::Silent, SessionTimer::Bye][enforces],
            refresher: if uas { Refresher::Uas } else { Refresher::Uac },
            min_se_s: min_se,
            retry_after_s: retry,
            ..gateway(UpdateBehaviour::Accepted, Allow::Absent)
        };
        let (station, faults, idle, route) = impairments;
        c.path.idle_timeout = idle;
        c.path.route_expiry = route;
        let mut p = Plan { seed, faults, ..plan(gw, vec![c], 3 * HOUR) };
        p.gateways[0].station = station;
        p
    }
}

/// Whether a user was set up, sent a refresh, and met the gateway's answer to it or its silence: a cell of which nothing
/// of this was seen is empty.
#[derive(Default)]
struct Exercised {
    refreshes: u64,
    decided: u64,
}

impl Observer for Exercised {
    fn client(&mut self, _: Time, _: u32, note: ClientNote) {
        match note {
            ClientNote::RefreshBegan => self.refreshes += 1,
            ClientNote::RefreshSucceeded | ClientNote::RefreshFailed(_) => self.decided += 1,
            _ => {}
        }
    }
}

/// Deployments of every cell.
const RUNS: u32 = 2;
/// Further ones where no refresh was decided yet: sessions may be too short, or gateways down.
const FURTHER: u32 = 20;

/// No more of anything ended or failed than was begun.
pub(crate) fn assert_bounds(p: &Plan, tally: &Tally) {
    assert!(
        tally.all_drops() <= tally.get(Counter::SessionsEstablished),
        "more drops than sessions: {p:?}"
    );
    assert!(
        tally.get(Counter::SetupsAttempted)
            >= tally.get(Counter::SessionsEstablished) + tally.get(Counter::SetupsFailed),
        "more set-ups ended than begun: {p:?}"
    );
    assert!(tally.get(Counter::RefreshesAttempted) >= tally.get(Counter::RefreshesFailed));
    assert!(tally.get(Counter::OriginationsAttempted) >= tally.get(Counter::OriginationsFailed));
}

/// Refreshes decided, by gateway class, two reactions and transport.
type Decided = BTreeMap<(&'static str, String, String, &'static str), u64>;

fn print_decided(table: &Decided) {
    for (class, ..) in CLASSES {
        let count_of = |name| {
            table
                .iter()
                .filter(|(c, _)| c.0 == class && c.3 == name)
                .map(|(_, n)| *n)
                .collect::<Vec<_>>()
        };
        println!(
            "{class}: refreshes decided per reaction: TLS {:?}, TCP {:?}, UDP {:?}",
            count_of("TLS"),
            count_of("TCP"),
            count_of("UDP")
        );
    }
}

#[test]
fn the_laws_hold_in_every_cell_of_gateway_reaction_and_transport() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let mut table = Decided::new();
    let mut runs = 0;
    for (class, update, allows) in CLASSES {
        for on_no_answer in NO_ANSWER {
            for on_rejection in REJECTION {
                for (transport, name) in TRANSPORTS.into_iter().zip(["TLS", "TCP", "UDP"]) {
                    let cell = (
                        class,
                        format!("{on_no_answer:?}"),
                        format!("{on_rejection:?}"),
                        name,
                    );
                    let decided = table.entry(cell).or_default();
                    for run in 0..RUNS + FURTHER {
                        if run >= RUNS && *decided > 0 {
                            break;
                        }
                        let mut p = deployment().new_tree(&mut runner).unwrap().current();
                        p.gateways[0].config.update = update;
                        p.gateways[0].config.allow = allows[run as usize % allows.len()];
                        p.clients[0].config.on_no_answer = on_no_answer;
                        p.clients[0].config.on_rejection = on_rejection;
                        p.clients[0].path.transport = transport;
                        let tally = simulate(&p, 0).total;
                        assert_bounds(&p, &tally);
                        let tracer = observe(&p, 0, 0, 0, Exercised::default()).unwrap();
                        assert!(
                            tracer.refreshes >= tracer.decided,
                            "a refresh that nobody sent was decided: {p:?}"
                        );
                        *decided += tracer.decided;
                        runs += 1;
                    }
                }
            }
        }
    }
    print_decided(&table);
    let cells = CLASSES.len() * NO_ANSWER.len() * REJECTION.len() * TRANSPORTS.len();
    println!(
        "{runs} deployments, {} of {cells} cells covered",
        table.values().filter(|n| **n > 0).count()
    );
    assert!(runs >= 500);
    assert_eq!(table.len(), cells);
    for (cell, decided) in &table {
        assert!(
            *decided > 0,
            "{cell:?} is empty: no refresh was decided in it"
        );
    }
}

prop_compose! {
    /// What couples users and gateways to each other, and what makes a day of it.
    fn company()(
        p in deployment(), count in 1u32..4, spare in 0u32..3, rehome_s in 0u64..600, forgets in 0usize..3,
        most in 1u32..8, of_line in 1u32..3, limited in any::<bool>(), idle in 0u64..4000, resets in any::<bool>(),
        keep_alive in 0u64..3000, lunch in any::<bool>(), attendance in 0.5..1.0f64, plain in any::<bool>(), udp in any::<bool>(),
    ) -> Plan {
        let mut p = p;
        let gateway = &mut p.gateways[0];
        (gateway.count, gateway.spare, gateway.rehome_after) = (count, spare, Span::from_secs(rehome_s));
        gateway.forgets = [Forgets::Sessions, Forgets::Monitors, Forgets::Nothing][forgets];
        if limited {
            (gateway.max_sessions, gateway.max_sessions_per_line) = (Some(most), Some(of_line));
        }
        let c = &mut p.clients[0];
        c.count = 9;
        c.attendance = attendance;
        c.lunch = lunch.then_some(Lunch { at: SignIn::At(Span::from_secs(9 * HOUR)), lasts: Span::from_secs(2400) });
        c.path.transport = if udp { Transport::Udp } else { Transport::Tls };
        if plain {
            // Both legs in one event, where nothing but faults happens on them.
            (c.path.loss, c.path.idle_timeout, c.path.route_expiry) = (0.0, None, None);
        } else {
            gateway.path.idle_timeout = (idle > 1000).then(|| Span::from_secs(idle - 1000));
            gateway.path.idle_action = if resets { IdleAction::Reset } else { IdleAction::Silent };
            c.path.keep_alive = (keep_alive > 1000).then(|| Span::from_secs(keep_alive - 1000));
        }
        p
    }
}

#[test]
fn the_laws_hold_among_spare_gateways_limits_and_lunches_however_paths_are_crossed() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let (mut established, mut drops, mut joined_runs) = (0, 0, 0);
    for _ in 0..400 {
        let p = company().new_tree(&mut runner).unwrap().current();
        let [fast, slow] = [FastPaths::On, FastPaths::Off].map(|shortcuts| {
            let mut all = simulate_with_fast_paths(&p, 0, shortcuts).total;
            let events = all.get(Counter::Events);
            all.forget_events();
            (all, events)
        });
        assert!(
            fast.0 == slow.0,
            "crossing both legs in one event changes the result: {p:?}"
        );
        joined_runs += u32::from(fast.1 < slow.1);
        established += fast.0.get(Counter::SessionsEstablished);
        drops += fast.0.all_drops();
        assert!(
            fast.0.all_drops() <= fast.0.get(Counter::SessionsEstablished),
            "more drops than sessions: {p:?}"
        );
    }
    // Sessions come and go in them, and in many both legs are crossed at once.
    assert!(
        established > 4000 && drops > 2000 && joined_runs > 80,
        "{established} {drops} {joined_runs}"
    );
}
