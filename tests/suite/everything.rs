//! Random deployments over every key: the laws, which each run asserts, hold in all of them, users alone end as together,
//! and every cell of behaviour, reactions, transport and refresher sees the answer to a refresh, or its silence.

use std::collections::BTreeMap;

use rccsim::deployment::{
    ConnectionEnd, FaultPlan, FaultTarget, Forgets, GatewayPlan, IdleAction, LossDirection,
    Observer, Overload, PathConfig, Plan, RelayEnd, RelayRestarts, ServiceTime, StationConfig,
    ThrottleConfig, Transport, observe, simulate,
};
use rccsim::engine::Stream;
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{DayShape, Lunch, SignIn};

use crate::deployments::*;
use crate::determinism::assert_ways_agree;
use crate::laws::{NO_ANSWER, TRANSPORTS, assert_bounds};

/// Random choices.
pub(crate) struct Dice(Stream);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Stream::open(seed, 0, 1, 1))
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.0.uniform() * n as f64) as u64
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    fn pick_from<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.0.uniform() < share
    }

    fn seconds(&mut self, from: u64, to: u64) -> Span {
        Span::from_secs(self.between(from, to))
    }

    /// A value in one of so many cases.
    fn rarely<T>(&mut self, one_of: u64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(one_of) == 0).then(|| value(self))
    }
}

fn client(d: &mut Dice) -> ClientConfig {
    let delay = d.seconds(0, 900);
    ClientConfig {
        refresh_interval: d.seconds(30, 3000),
        refresh_method: d.pick_from(&[
            RefreshMethod::ByAllow,
            RefreshMethod::Rfc4028,
            RefreshMethod::Update,
            RefreshMethod::ReInvite,
        ]),
        refresh_clock: d.pick_from(&[RefreshClock::SinceRefresh, RefreshClock::SinceTraffic]),
        refresh_jitter: d.rarely(3, |d| d.0.uniform()).unwrap_or(0.0),
        session_expires_s: d.between(10, 4000) as u32,
        min_se_s: d.between(10, 1000) as u16,
        reestablish: d.pick_from(&[
            Reestablish::Never,
            Reestablish::Fixed(delay),
            Reestablish::Fixed(Span::from_secs(30)),
            Reestablish::Uniform(Span::ZERO, delay),
            Reestablish::Backoff {
                first: delay,
                factor: 2.0,
                cap: Span::from_secs(600),
                jitter: 0.2,
            },
        ]),
        offers_timer: !d.chance(0.1),
        refresh_timing: d.pick_from(&[
            RefreshTiming::Interval,
            RefreshTiming::Interval,
            RefreshTiming::Part(2),
            RefreshTiming::Part(5),
            RefreshTiming::Before(Span::from_secs(60)),
        ]),
        refresh_tries: d.between(1, 4) as u32,
        retry_delay: d.seconds(1, 60),
        on_too_small: d.pick_from(&[OnTooSmall::Retry, OnTooSmall::EveryTime, OnTooSmall::Fail]),
        on_glare: d.pick_from(&[OnGlare::Retry, OnGlare::TearDown]),
        on_gateway_refresh: d.pick_from(&[
            OnGatewayRefresh::Accepted,
            OnGatewayRefresh::Accepted,
            OnGatewayRefresh::Ignored,
            OnGatewayRefresh::Rejected405,
            OnGatewayRefresh::Rejected488,
            OnGatewayRefresh::Rejected491,
            OnGatewayRefresh::Rejected500,
        ]),
        enforces_timer: !d.chance(0.1),
        sends_bye: !d.chance(0.2),
        answers_events: !d.chance(0.2),
        setup_pace: d.rarely(4, |d| Span::from_millis(d.between(1, 20_000))),
        ..r2()
    }
}

fn leg(d: &mut Dice) -> PathConfig {
    let expiry = d.seconds(600, 9000);
    PathConfig {
        transport: d.pick_from(&TRANSPORTS),
        delay: d.pick_from(&[Span::ZERO, Span::from_millis(20), Span::from_millis(900)]),
        loss: d.rarely(3, |d| d.0.uniform() * 0.5).unwrap_or(0.0),
        relay_allow: d.rarely(4, |d| {
            d.pick_from(&[Allow::Absent, Allow::WithUpdate, Allow::WithoutUpdate])
        }),
        idle_timeout: d.rarely(5, |d| d.seconds(30, 4000)),
        idle_action: d.pick_from(&[IdleAction::Silent, IdleAction::Reset]),
        keep_alive: d.rarely(4, |d| d.seconds(10, 2000)),
        route_expiry: d.rarely(6, |_| (expiry, expiry + Span::from_secs(600))),
        relay_timer: d.rarely(5, |d| d.seconds(30, 4000)),
        relay_timer_restarts: d.pick_from(&[
            RelayRestarts::Both,
            RelayRestarts::ReInvite,
            RelayRestarts::Update,
            RelayRestarts::Nothing,
        ]),
        relay_timer_end: d.pick_from(&[RelayEnd::Bye, RelayEnd::Silent]),
        relay_probe: d.rarely(5, |d| d.seconds(20, 2000)),
        relay_probe_misses: d.between(1, 4) as u32,
        relay_session_expires: d.rarely(5, |d| d.seconds(10, 3000)),
        relay_min_se: d.rarely(5, |d| d.seconds(10, 2000)),
        loses_ack: d.chance(0.05),
        loss_direction: d.pick_from(&[
            LossDirection::Both,
            LossDirection::ToClient,
            LossDirection::ToGateway,
        ]),
        connection_lifetime: d.rarely(5, |d| d.seconds(300, 20_000)),
        connection_end: d.pick_from(&[ConnectionEnd::Silent, ConnectionEnd::ResetAtUse]),
    }
}

fn station(d: &mut Dice) -> StationConfig {
    let job = Span::from_millis(d.between(1, 2000));
    StationConfig {
        servers: d.between(1, 3) as u32,
        queue: d.rarely(2, |d| d.below(8) as u32),
        service: std::array::from_fn(|_| match d.chance(0.5) {
            true => ServiceTime::Fixed(job),
            false => ServiceTime::Exponential(job),
        }),
        response_service: d.pick_from(&[Span::ZERO, Span::ZERO, Span::from_millis(2)]),
        setup_serial: d.pick_from(&[Span::ZERO, Span::from_millis(700)]),
        overload: d.pick_from(&[Overload::Drop, Overload::Refuse503]),
        calls_first: d.chance(0.5),
        throttle: d.rarely(2, |d| ThrottleConfig {
            waiting: d.between(1, 6) as u32,
            period: Span::from_millis(d.between(100, 30_000)),
            cut: d.0.uniform(),
            recovery: d.seconds(1, 4000),
        }),
    }
}

fn gateway_of(d: &mut Dice) -> GatewayPlan {
    let config = GatewayConfig {
        session_expires_s: d.between(10, 4000) as u32,
        min_se_s: d.between(10, 1500) as u16,
        enforces_session_timer: d.pick_from(&[
            SessionTimer::No,
            SessionTimer::Silent,
            SessionTimer::Bye,
            SessionTimer::ByeAtExpiry,
        ]),
        retry_after_s: d.below(400) as u32,
        update_share: d.pick_from(&[1.0, 1.0, 0.5]),
        reinvite_share: d.pick_from(&[1.0, 1.0, 0.5]),
        refresher_on_refresh: d.pick_from(&[
            RefresherOnRefresh::Same,
            RefresherOnRefresh::Uac,
            RefresherOnRefresh::Uas,
            RefresherOnRefresh::Flips,
        ]),
        refreshes: d.pick_from(&[
            OwnRefreshes::Always,
            OwnRefreshes::Always,
            OwnRefreshes::Once,
            OwnRefreshes::Never,
        ]),
        on_no_answer: d.pick_from(&[OnRefreshFailure::TearDown, OnRefreshFailure::Hold]),
        on_rejection: d.pick_from(&[OnRefreshFailure::TearDown, OnRefreshFailure::Hold]),
        imposes_timer: d.chance(0.5),
        ..gateway(UpdateBehaviour::Accepted, Allow::Absent)
    };
    GatewayPlan {
        count: d.between(1, 3) as u32,
        spare: d.rarely(5, |d| d.between(1, 3) as u32).unwrap_or(0),
        rehome_after: d.seconds(0, 600),
        path: if d.chance(0.3) { leg(d) } else { path() },
        station: d.rarely(2, station),
        max_sessions: d.rarely(6, |d| d.between(1, 6) as u32),
        max_sessions_per_line: d.rarely(6, |d| d.between(1, 3) as u32),
        max_calls: d.rarely(4, |d| d.between(1, 4) as u32),
        forgets: d.pick_from(&[Forgets::Sessions, Forgets::Monitors, Forgets::Nothing]),
        ..gateway_plan(config)
    }
}

fn fault(d: &mut Dice, number: u32) -> FaultPlan {
    use FaultKind as K;
    let (at, lasts) = (d.below(10_000), d.below(3000));
    let schedule = match d.chance(0.4) {
        true => Schedule::Recurrent {
            mtbf: Span::from_secs(at + 60),
            mttr: Span::from_secs(lasts),
        },
        false => Schedule::Once {
            at: Time(at * 1_000_000),
            duration: Span::from_secs(lasts),
        },
    };
    let kind = d.pick_from(&[
        K::Crash,
        K::Stall,
        K::Maintenance,
        K::LinkOutage,
        K::OcsFailover,
        K::Sleep,
        K::NetworkChange,
        K::Surge,
        K::Surge,
    ]);
    FaultPlan {
        occurrence: 0,
        name: format!("fault-{number}"),
        config: FaultConfig {
            kind,
            schedule,
            reset: d.chance(0.5) && !matches!(kind, K::LinkOutage | K::Sleep | K::Surge),
            call_rate: d.pick_from(&[0.0, 0.5, 3.0, 10.0]),
        },
        target: FaultTarget::All,
        number,
    }
}

/// A deployment of a few users for three hours, every key at random.
pub(crate) fn deployment(d: &mut Dice) -> Plan {
    let mut c = clients("c", d.between(2, 7) as u32, client(d));
    c.workload = calls(d.between(1, 30) as f64, d.between(1, 30) as f64);
    c.workload.answered_at_pc = d.0.uniform();
    c.workload.spread = d.pick_from(&[0.0, 0.5]);
    c.workload.by_hour = d.pick_from(&[
        DayShape::default(),
        DayShape {
            steps: vec![
                (Span::from_secs(8 * HOUR), 2.0),
                (Span::from_secs(9 * HOUR), 0.25),
            ],
        },
    ]);
    c.sign_in = d.pick_from(&[
        SignIn::AtStart,
        SignIn::UniformOver(Span::from_secs(900)),
        SignIn::At(Span::from_secs(8 * HOUR + 100)),
    ]);
    c.sign_out = d.rarely(3, |_| SignIn::UniformOver(Span::from_secs(3 * HOUR)));
    c.lunch = d.rarely(4, |_| Lunch {
        at: SignIn::At(Span::from_secs(9 * HOUR)),
        lasts: Span::from_secs(2000),
    });
    c.attendance = d.pick_from(&[1.0, 0.8]);
    if d.chance(0.5) {
        c.path = leg(d);
    }
    let mut p = plan(gateway_of(d).config, vec![c], 3 * HOUR);
    p.gateways = vec![gateway_of(d)];
    p.seed = d.below(1 << 40);
    p.faults = (0..d.below(3))
        .map(|number| fault(d, number as u32))
        .collect();
    p
}

/// What a refresh meets: UPDATE, with the Allow headers that let the client send one, or re-INVITE.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Behaviour {
    Update(u8),
    ReInvite(u8),
}

/// What a gateway makes of UPDATE: all that there is.
pub(crate) const UPDATES: [UpdateBehaviour; 12] = [
    UpdateBehaviour::Accepted,
    UpdateBehaviour::Ignored,
    UpdateBehaviour::Rejected405,
    UpdateBehaviour::Rejected501,
    UpdateBehaviour::DialogLost481,
    UpdateBehaviour::AnswerLost,
    UpdateBehaviour::NoSessionExpires,
    UpdateBehaviour::IntervalTooSmall422,
    UpdateBehaviour::Unavailable503,
    UpdateBehaviour::NotCounted,
    UpdateBehaviour::Rejected488,
    UpdateBehaviour::Rejected500,
];
const REINVITES: [ReInviteBehaviour; 11] = [
    ReInviteBehaviour::Accepted,
    ReInviteBehaviour::Ignored,
    ReInviteBehaviour::AnswerLost,
    ReInviteBehaviour::NotCounted,
    ReInviteBehaviour::Rejected405,
    ReInviteBehaviour::DialogLost481,
    ReInviteBehaviour::Rejected488,
    ReInviteBehaviour::Rejected491,
    ReInviteBehaviour::Rejected500,
    ReInviteBehaviour::Rejected501,
    ReInviteBehaviour::Unavailable503,
];
const REJECTIONS: [OnRejection; 5] = [
    OnRejection::FallBack,
    OnRejection::TearDown,
    OnRejection::Hold,
    OnRejection::RetryOnce,
    OnRejection::Retry,
];

fn behaviours() -> impl Iterator<Item = Behaviour> {
    let updates = (0..UPDATES.len()).map(|i| Behaviour::Update(i as u8));
    updates.chain((0..REINVITES.len()).map(|i| Behaviour::ReInvite(i as u8)))
}

/// Refreshes that clients sent, and those whose answer, or silence, they met.
#[derive(Default)]
struct Refreshes {
    began: u64,
    decided: u64,
}

impl Observer for Refreshes {
    fn client(&mut self, _: Time, _: u32, note: ClientNote) {
        match note {
            ClientNote::RefreshBegan => self.began += 1,
            ClientNote::RefreshFailed(RefreshFailure::Abandoned) => {}
            ClientNote::RefreshSucceeded | ClientNote::RefreshFailed(_) => self.decided += 1,
            _ => {}
        }
    }
}

struct Cell {
    behaviour: Behaviour,
    on_no_answer: OnNoAnswer,
    on_rejection: OnRejection,
    transport: Transport,
    refresher: Refresher,
}

impl Cell {
    /// Makes a random deployment one of this cell.
    fn put_into(&self, p: &mut Plan, d: &mut Dice) {
        let (gateway, client) = (&mut p.gateways[0], &mut p.clients[0]);
        let config = &mut client.config;
        match self.behaviour {
            Behaviour::Update(i) => {
                gateway.config.update = UPDATES[usize::from(i)];
                gateway.config.allow = d.pick_from(&[Allow::Absent, Allow::WithUpdate]);
                config.refresh_method =
                    d.pick_from(&[RefreshMethod::ByAllow, RefreshMethod::Update]);
                (client.path.relay_allow, gateway.path.relay_allow) = (None, None);
            }
            Behaviour::ReInvite(i) => {
                gateway.config.reinvite = REINVITES[usize::from(i)];
                config.refresh_method = RefreshMethod::ReInvite;
            }
        }
        config.on_no_answer = self.on_no_answer;
        config.on_rejection = self.on_rejection;
        client.path.transport = self.transport;
        gateway.config.refresher = self.refresher;
    }
}

/// Deployments of a cell at most, until a refresh is decided in it: sessions may be too short, gateways down, ACKs lost.
const RUNS_MOST: u32 = 40;

#[test]
fn the_laws_hold_in_every_cell_of_behaviour_reaction_transport_and_refresher() {
    let mut d = Dice::new(16);
    let (mut runs, mut ways, mut cells) = (0u32, 0u32, 0u32);
    let mut decided = BTreeMap::<Behaviour, u64>::new();
    for behaviour in behaviours() {
        for on_no_answer in NO_ANSWER {
            for on_rejection in REJECTIONS {
                for transport in TRANSPORTS {
                    for refresher in [Refresher::Uac, Refresher::Uas] {
                        let cell = Cell {
                            behaviour,
                            on_no_answer,
                            on_rejection,
                            transport,
                            refresher,
                        };
                        let mut of_cell = 0;
                        for run in 0.. {
                            if of_cell > 0 {
                                break;
                            }
                            assert!(
                                run < RUNS_MOST,
                                "no refresh is decided: {behaviour:?} {on_no_answer:?} {on_rejection:?} {transport:?} {refresher:?}"
                            );
                            let mut p = deployment(&mut d);
                            cell.put_into(&mut p, &mut d);
                            assert_bounds(&p, &simulate(&p, 0).total);
                            let tracer = observe(&p, 0, 0, 0, Refreshes::default()).unwrap();
                            assert!(tracer.began >= tracer.decided, "{p:?}");
                            of_cell += tracer.decided;
                            runs += 1;
                            if runs.is_multiple_of(8) {
                                assert_ways_agree(&p);
                                ways += 1;
                            }
                        }
                        *decided.entry(behaviour).or_default() += of_cell;
                        cells += 1;
                    }
                }
            }
        }
    }
    println!("{runs} deployments in {cells} cells; refreshes decided: {decided:?}");
    assert_eq!(cells, 23 * 3 * 5 * 3 * 2);
    assert!(runs >= 2000 && ways >= 250, "{runs} {ways}");
}
