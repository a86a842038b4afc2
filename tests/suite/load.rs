//! Load: a limit on the calls followed at once, surges, set-ups in their turn, and overload control that outlives the load.

use std::path::Path;

use rccsim::deployment::{
    Fate, FaultPlan, FaultTarget, Observer, Plan, ServiceTime, StationConfig, ThrottleConfig,
    observe, simulate,
};
use rccsim::experiment::advise;
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, MissCause, Tally};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::scenario::{Override, Scenario, load};
use rccsim::workload::SignIn;

use crate::deployments::*;
use crate::determinism::assert_ways_agree;

fn case(name: &str) -> Scenario {
    let file = Path::new("models/cases").join(format!("{name}.toml"));
    load(&file, &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn healthy() -> GatewayConfig {
    gateway(UpdateBehaviour::Accepted, Allow::Absent)
}

fn surge(target: FaultTarget, schedule: Schedule, call_rate: f64) -> FaultPlan {
    FaultPlan {
        occurrence: 0,
        name: "surge".into(),
        config: FaultConfig {
            kind: FaultKind::Surge,
            schedule,
            reset: false,
            call_rate,
        },
        target,
        number: 0,
    }
}

fn single_schedule(at_s: u64, lasts_s: u64) -> Schedule {
    Schedule::Once {
        at: Time(at_s * 1_000_000),
        duration: Span::from_secs(lasts_s),
    }
}

/// When calls come.
#[derive(Default)]
struct Calls(Vec<f64>);

impl Observer for Calls {
    fn call(
        &mut self,
        now: Time,
        _: u32,
        _: u32,
        _: rccsim::deployment::Direction,
        _: &rccsim::workload::CallDraws,
    ) {
        self.0.push(now.as_secs_f64());
    }
}

fn calls_between(p: &Plan, from_s: f64, to_s: f64) -> f64 {
    let calls = observe(p, 0, 0, 0, Calls::default()).unwrap().0;
    calls
        .iter()
        .filter(|at| (from_s..to_s).contains(*at))
        .count() as f64
}

/// 200 users with 10 calls an hour in each direction, for 3 hours.
fn busy() -> Plan {
    let mut c = clients("c", 200, r2());
    c.workload = calls(10.0, 10.0);
    plan(healthy(), vec![c], 3 * HOUR)
}

/// Within four standard deviations of a Poisson count.
fn is_poisson(value: f64, mean: f64) -> bool {
    (value - mean).abs() < 4.0 * mean.sqrt()
}

#[test]
fn a_surge_multiplies_the_calls_of_its_time_and_no_others() {
    let mut p = busy();
    p.faults = vec![surge(FaultTarget::All, single_schedule(3600, 600), 5.0)];
    // 4,000 calls an hour: 667 in 10 min, five times as many in the surge.
    assert!(is_poisson(calls_between(&p, 0.0, 3600.0), 4000.0));
    assert!(is_poisson(calls_between(&p, 3600.0, 4200.0), 3333.3));
    assert!(is_poisson(calls_between(&p, 4200.0, 10_800.0), 7333.3));
    // Silence is a surge too.
    p.faults[0].config.call_rate = 0.0;
    assert_eq!(calls_between(&p, 3600.0, 4200.0), 0.0);
    assert!(is_poisson(calls_between(&p, 4200.0, 10_800.0), 7333.3));
    // What comes before it is what came without.
    let before = |p: &Plan| {
        let calls = observe(p, 0, 0, 0, Calls::default()).unwrap().0;
        calls
            .into_iter()
            .filter(|at| *at < 3600.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(before(&p), before(&busy()));
}

#[test]
fn a_surge_of_a_group_is_no_other_groups() {
    let mut p = busy();
    p.clients.push(p.clients[0].clone());
    p.clients[1].name = "d".into();
    p.faults = vec![surge(
        FaultTarget::Clients(1),
        single_schedule(3600, 3600),
        3.0,
    )];
    let due = |p: &Plan| {
        let tally = simulate(p, 0);
        [0, 1].map(|i| tally.clients[i].get(Counter::ToastsDue) as f64)
    };
    let [calm, surging] = due(&p);
    assert!(is_poisson(calm, 6000.0) && is_poisson(surging, 10_000.0));
    p.faults[0].target = FaultTarget::Gateway(0, None);
    let [first, second] = due(&p);
    assert!(is_poisson(first, 10_000.0) && is_poisson(second, 10_000.0));
}

#[test]
fn surges_drawn_at_random_are_the_same_for_everybody() {
    let mut p = busy();
    let rerun = Schedule::Recurrent {
        mtbf: Span::from_secs(1800),
        mttr: Span::from_secs(600),
    };
    p.faults = vec![surge(FaultTarget::All, rerun, 0.0)];
    // Silence for all at once: some minutes of 67 calls each have none.
    let calls = observe(&p, 0, 0, 0, Calls::default()).unwrap().0;
    let silent = (0..180).filter(|minute| {
        let minute = f64::from(*minute) * 60.0;
        !calls.iter().any(|at| (minute..minute + 60.0).contains(at))
    });
    let silent = silent.count();
    assert!((5..120).contains(&silent), "{silent} silent minutes");
}

#[test]
fn users_with_surges_end_alone_as_all_together() {
    let mut p = busy();
    p.clients[0].count = 20;
    p.clients[0].sign_in = SignIn::UniformOver(Span::from_secs(3000));
    p.faults = vec![
        surge(FaultTarget::All, single_schedule(3600, 600), 5.0),
        surge(FaultTarget::Clients(0), single_schedule(3900, 600), 0.3),
    ];
    assert_ways_agree(&p);
    let joint =
        rccsim::deployment::simulate_with_fast_paths(&p, 0, rccsim::deployment::FastPaths::Off);
    let separate = simulate(&p, 0).total.get(Counter::Events);
    assert!(
        separate < joint.total.get(Counter::Events),
        "users went together"
    );
}

/// Erlang's loss formula, by its recursion.
fn erlang_b(offered: f64, places: u32) -> f64 {
    (1..=places).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b))
}

#[test]
fn a_gateway_follows_so_many_calls_at_once() {
    // Calls that all ring for 100 s and that nobody answers: M/D/20/20, whose loss is Erlang's whatever the holding time is.
    let mut c = clients("c", 100, r2());
    c.workload = calls(9.0, 0.0);
    c.workload.ring_time = Span::from_secs(1_000_000);
    c.workload.no_answer = Span::from_secs(100);
    let mut p = plan(healthy(), vec![c], 40 * HOUR);
    p.gateways[0].max_calls = Some(20);
    let tally = simulate(&p, 0).total;
    let due = tally.get(Counter::ToastsDue) as f64;
    let missed = tally.missed[MissCause::Overload as usize] as f64;
    assert_eq!(due - missed, tally.get(Counter::ToastsShown) as f64);
    // 900 calls an hour of 100 s are 25 at once. Losses come in clusters: four times what single ones would vary by.
    let expected = erlang_b(25.0, 20);
    let error = 4.0 * (expected / due).sqrt() * 4.0;
    assert!(
        (missed / due - expected).abs() < error,
        "{} not {expected} ± {error}",
        missed / due
    );
    p.gateways[0].max_calls = Some(1000);
    let roomy = simulate(&p, 0).total;
    assert_eq!(roomy.missed[MissCause::Overload as usize], 0);
}

#[test]
fn a_call_from_the_pc_finds_no_place_either() {
    let mut p = busy();
    p.gateways[0].max_calls = Some(3);
    let tally = simulate(&p, 0).total;
    let failed = tally.get(Counter::OriginationsFailed) as f64;
    let attempted = tally.get(Counter::OriginationsAttempted) as f64;
    // Far more calls than places: 4,000 an hour of 164 s are 183 at once.
    assert!(failed / attempted > 0.9, "{failed} of {attempted}");
    assert_eq!(tally.all_drops(), 0);
    // A call that is never over keeps its place: one is followed, and none after it.
    p.gateways[0].max_calls = Some(1);
    p.clients[0].workload.talk_time = Span::from_secs(10_000 * HOUR);
    let tally = simulate(&p, 0).total;
    let calls_placed =
        tally.get(Counter::OriginationsAttempted) - tally.get(Counter::OriginationsFailed);
    assert!(tally.get(Counter::ToastsShown) + calls_placed < 10);
}

#[test]
fn set_ups_go_through_in_their_turn() {
    let mut c = clients("c", 10, r2());
    c.config.setup_pace = Some(Span::from_secs(7));
    let mut p = plan(healthy(), vec![c], HOUR);
    p.gateways[0].count = 2;
    // Five users at each gateway: up at 0, 7, 14, 21 and 28 s; twice 70 s without a session.
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.setting_up_us, 2 * 70_000_000);
    assert_eq!(tally.get(Counter::SetupsAttempted), 10);
    // Without a pace nobody waits.
    p.clients[0].config.setup_pace = None;
    assert_eq!(simulate(&p, 0).total.setting_up_us, 0);
}

/// 503s that gateways sent, by the instant.
#[derive(Default)]
struct Refusals(Vec<f64>);

impl Observer for Refusals {
    fn message(&mut self, now: Time, _: u32, message: &Message, fate: Fate) {
        if fate == Fate::Sent && message.status == Status::Unavailable503 {
            self.0.push(now.as_secs_f64());
        }
    }
}

#[test]
fn overload_control_lets_ends_and_events_through() {
    let mut p = busy();
    p.clients[0].sign_out = Some(SignIn::At(Span::from_secs(10 * HOUR)));
    p.gateways[0].station = Some(StationConfig {
        servers: 1,
        queue: None,
        service: std::array::from_fn(|_| ServiceTime::Fixed(Span::from_millis(100))),
        response_service: Span::ZERO,
        setup_serial: Span::ZERO,
        overload: rccsim::deployment::Overload::Drop,
        calls_first: false,
        throttle: Some(ThrottleConfig {
            waiting: 5,
            period: Span::from_secs(1),
            cut: 1.0,
            recovery: Span::from_secs(100 * HOUR),
        }),
    });
    // All sign in at once: from the first second on hardly anything is admitted, and sign-outs are.
    let refused = observe(&p, 0, 0, 0, Refusals::default()).unwrap().0;
    assert!(refused.iter().all(|at| *at >= 1.0) && refused.len() > 1000);
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.station.refused, refused.len() as u64);
}

fn tally(scenario: &Scenario) -> Tally {
    simulate(&scenario.plan, 0).total
}

#[test]
fn calls_at_once_beyond_the_limit_of_a_gateway() {
    let counts = tally(&case("p20-calls-at-once"));
    let due = counts.get(Counter::ToastsDue) as f64;
    let missed = counts.missed[MissCause::Overload as usize] as f64;
    // A call rings 10 (1 − e⁻²) s on average, and e⁻² are not answered; the others talk for 180 s.
    let answered = 1.0 - libm::exp(-2.0);
    let offered = 1152.0 * 12.0 / 3600.0 * (10.0 * answered + 180.0 * answered);
    // The gateway is full nearly all the time, so that the calls that it misses vary as those that come: √due. The first
    // six minutes fill it, 359 s in which none is missed.
    let expected = erlang_b(offered, 560) * due;
    let error = 4.0 * due.sqrt() + erlang_b(offered, 560) * due * 359.0 / 28_800.0;
    assert!(
        (missed - expected).abs() < error,
        "{missed}, not {expected} ± {error}"
    );
    assert_eq!(counts.all_drops(), 0, "every line is monitored");
    let advice = advise(&case("p20-calls-at-once"), 0).unwrap();
    let helps = |key| advice.helps.iter().any(|h| h.turns[0].key == key);
    assert!(helps("max_calls"), "{:?}", advice.helps);
}

#[test]
fn three_hundred_lines_one_after_the_other() {
    let scenario = case("p21-paced-lines");
    let counts = tally(&scenario);
    // The last of 300 at 500 ms is up after 149.5 s; after the crash all notice at once and wait 30 s, and it is 179.5 s.
    assert_eq!(counts.all_back_us, Some(179_500_000));
    // The n-th line of the morning waits n − 1 half seconds.
    assert_eq!(
        counts.setting_up_us,
        (0..300).map(|n| n * 500_000).sum::<u128>()
    );
    let at_once = Override::parse("clients.setup_pace=unlimited").unwrap();
    let at_once = scenario.with(&[at_once]).unwrap();
    assert_eq!(tally(&at_once).all_back_us, Some(30_000_000));
}

#[test]
fn a_throttle_outlives_a_minute_of_double_load() {
    let scenario = case("p22-throttle-outlives");
    let refused = observe(&scenario.plan, 0, 0, 0, Refusals::default())
        .unwrap()
        .0;
    let between = |from_min: f64, to_min: f64| {
        let minutes = |at: &&f64| (from_min..to_min).contains(&(**at / 60.0));
        refused.iter().filter(minutes).count() as f64
    };
    assert_eq!(between(0.0, 30.0), 0.0, "60 % load by itself");
    // 7.5 calls a second, 15 in the step. At 30:10 the queue is long, and nothing is admitted; then by the fluid limit 12.5 a
    // second (a quarter of 50 jobs) in 50 min, so that until 60:10 half of 7.5 · 30 min are refused, and of the step 7.5 · 50
    // more. What was served in ten seconds is a count of 125, and may be 10 % off.
    let after = between(30.0, 120.0);
    let fluid = 0.5 * 7.5 * 1800.0 + 7.5 * 50.0;
    assert!((after / fluid - 1.0).abs() < 0.15, "{after}, not {fluid}");
    // Of these 375 + 7.5 · 950 − 12.5 · 950²/6000 = 5,620 by 46:00: 79 %; none once more is admitted than ever comes in 10 s.
    let first = between(30.0, 46.0);
    // With 10 % more or less served in the first ten seconds 72 to 85 %, and near the end a few are refused by chance.
    assert!(
        (0.68..0.87).contains(&(first / after)),
        "{first} of {after}"
    );
    assert!(between(50.0, 58.0) > 0.0 && between(85.0, 120.0) == 0.0);
    // Without overload control the queue is gone minutes after: 1.2 − 1 of a minute, at 0.4.
    let open = Override::parse("gateway.throttle_at=never").unwrap();
    let open = scenario.with(&[open]).unwrap();
    // But for calls while a session is being set up.
    assert!(tally(&open).get(Counter::OriginationsFailed) < 10);
}

/// A farm whose next turn is at this instant.
#[derive(Default)]
struct Farm {
    next: Time,
    asks: u32,
    sent: Vec<Subject>,
}

impl ClientPort for Farm {
    fn send(&mut self, message: Message) {
        self.sent.push(message.subject);
    }
    fn note(&mut self, _: ClientNote) {}
    fn draw(&mut self, _: Draw) -> f64 {
        0.5
    }
    fn setup_turn(&mut self, now: Time, gap: Span) -> Time {
        assert_eq!(gap, Span::from_secs(7));
        self.asks += 1;
        self.next.max(now)
    }
}

#[test]
fn a_client_waits_for_its_turn_and_asks_once() {
    let config = ClientConfig {
        setup_pace: Some(Span::from_secs(7)),
        ..r2()
    };
    let (mut client, mut farm) = (Client::new(true), Farm::default());
    farm.next = Time(20_000_000);
    client.sign_in(&config, Time(1_000_000), &mut farm);
    assert!(farm.sent.is_empty() && client.phase() == Phase::Idle);
    assert_eq!(client.deadline(), Some((Time(20_000_000), Timer::Client)));
    // Who leaves meanwhile has no turn any more.
    client.sign_out(&config, Time(2_000_000), &mut farm);
    assert_eq!(client.deadline(), None);
    farm.next = Time(30_000_000);
    client.sign_in(&config, Time(3_000_000), &mut farm);
    client.fire(&config, Time(30_000_000), &mut farm);
    assert_eq!(
        (farm.sent.as_slice(), farm.asks),
        (&[Subject::Invite][..], 2)
    );
    // Given up after 32 s, and set up again 30 s later: in a new turn, which is now.
    client.fire(&config, Time(62_000_000), &mut farm);
    client.fire(&config, Time(92_000_000), &mut farm);
    assert_eq!((farm.sent.len(), farm.asks), (2, 3));
}
