//! Conservation over random deployments. The laws themselves are asserted by every run, in release builds too.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rccsim::deployment::{FaultPlan, FaultTarget, Overload, Plan, ServiceTime, StationConfig, Transport, simulate};
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::Counter;
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::SignIn;

use crate::deployments::*;

const UPDATES: [UpdateBehaviour; 9] = [
    UpdateBehaviour::Accepted,
    UpdateBehaviour::Ignored,
    UpdateBehaviour::Rejected405,
    UpdateBehaviour::Rejected501,
    UpdateBehaviour::DialogLost481,
    UpdateBehaviour::AnswerLost,
    UpdateBehaviour::NoSessionExpires,
    UpdateBehaviour::IntervalTooSmall422,
    UpdateBehaviour::Unavailable503,
];
const NO_ANSWER: [OnNoAnswer; 3] = [OnNoAnswer::TearDown, OnNoAnswer::Hold, OnNoAnswer::KeepPolling];
const REJECTION: [OnRejection; 3] = [OnRejection::FallBack, OnRejection::TearDown, OnRejection::Hold];
const TRANSPORTS: [Transport; 3] = [Transport::Tls, Transport::Tcp, Transport::Udp];

prop_compose! {
    fn client()(
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

type Troubles = (Option<StationConfig>, Vec<FaultPlan>, Option<Span>, Option<(Span, Span)>);

prop_compose! {
    /// A station, up to two faults of any kind, middleboxes and forgotten routes; each may be missing.
    fn trouble()(
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
        });
        let faults = kinds.into_iter().enumerate().map(|(number, (kind, again, at, lasts, reset))| {
            use FaultKind as K;
            let kinds = [K::Crash, K::Stall, K::Maintenance, K::LinkOutage, K::OcsFailover, K::Sleep, K::NetworkChange];
            let schedule = match again {
                true => Schedule::Recurrent { mtbf: Span::from_secs(at + 60), mttr: Span::from_secs(lasts) },
                false => Schedule::Once { at: Time(at * 1_000_000), duration: Span::from_secs(lasts) },
            };
            let config = FaultConfig { kind: kinds[kind], schedule, reset };
            FaultPlan { config, target: FaultTarget::All, number: number as u32 }
        });
        let spans = |s: u64| (s > 2000).then(|| Span::from_secs(s - 2000));
        (station, faults.collect(), spans(idle), spans(route).map(|from| (from, from + Span::from_secs(600))))
    }
}

prop_compose! {
    fn deployment()(
        client in client(), seed in any::<u64>(), loss in 0.0..0.6f64, delay in 0u64..400, allow in 0usize..3,
        enforces in 0usize..3, uas in any::<bool>(), min_se in 90u16..3000, at_pc in 0.0..1.0f64, leaves in any::<bool>(),
        retry in 0u32..400, trouble in trouble(),
    ) -> Plan {
        let mut c = clients("c", 3, client);
        c.workload = calls(12.0, 12.0);
        c.workload.answered_at_pc = at_pc;
        c.path.loss = loss;
        c.path.delay = Span::from_millis(delay);
        c.sign_in = SignIn::UniformOver(Span::from_secs(900));
        c.sign_out = leaves.then_some(SignIn::UniformOver(Span::from_secs(3 * HOUR)));
        let gw = GatewayConfig {
            allow: [Allow::Absent, Allow::WithUpdate, Allow::WithoutUpdate][allow],
            enforces_session_timer: [SessionTimer::No, SessionTimer::Silent, SessionTimer::Bye][enforces],
            refresher: if uas { Refresher::Uas } else { Refresher::Uac },
            min_se_s: min_se,
            retry_after_s: retry,
            ..gateway(UpdateBehaviour::Accepted, Allow::Absent)
        };
        let (station, faults, idle, route) = trouble;
        c.path.idle_timeout = idle;
        c.path.route_expiry = route;
        let mut p = Plan { seed, faults, ..plan(gw, vec![c], 3 * HOUR) };
        p.gateways[0].station = station;
        p
    }
}

#[test]
fn the_laws_hold_in_every_cell_of_gateway_reaction_and_transport() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let mut covered = BTreeSet::new();
    let mut runs = 0;
    for (g, update) in UPDATES.into_iter().enumerate() {
        for (n, on_no_answer) in NO_ANSWER.into_iter().enumerate() {
            for (r, on_rejection) in REJECTION.into_iter().enumerate() {
                for (t, transport) in TRANSPORTS.into_iter().enumerate() {
                    for _ in 0..3 {
                        let mut p = deployment().new_tree(&mut runner).unwrap().current();
                        p.gateways[0].config.update = update;
                        p.clients[0].config.on_no_answer = on_no_answer;
                        p.clients[0].config.on_rejection = on_rejection;
                        p.clients[0].path.transport = transport;
                        let all = simulate(&p, 0).all;
                        assert!(
                            all.all_drops() <= all.get(Counter::SessionsEstablished),
                            "more drops than sessions: {p:?}"
                        );
                        assert!(all.get(Counter::SetupsAttempted) >= all.get(Counter::SessionsEstablished));
                        assert!(all.get(Counter::RefreshesAttempted) >= all.get(Counter::RefreshesFailed));
                        runs += 1;
                        if all.get(Counter::SetupsAttempted) > 0 {
                            covered.insert((g, n, r, t));
                        }
                    }
                }
            }
        }
    }
    let cells = UPDATES.len() * NO_ANSWER.len() * REJECTION.len() * TRANSPORTS.len();
    println!("{runs} deployments, {} of {cells} cells covered", covered.len());
    assert!(runs >= 500);
    assert_eq!(covered.len(), cells, "a cell of gateway × reaction × transport is empty");
}
