//! A group: gateways that can take each other's users, and all of their users, simulated on its own.

mod admission;
mod alarms;
mod alone;
mod cohort;
mod coupling;
mod day;
mod digest;
mod event;
mod faults;
mod followed;
mod impairments;
mod instance;
mod laws;
mod links;
mod machine;
mod middlebox;
mod observe;
mod pacer;
mod pending;
mod plain_wire;
mod port;
mod refusals;
mod relay;
mod relay_dialog;
mod replay;
mod routing;
mod script;
mod stay;
mod surges;
mod together;
mod user;
mod user_events;
mod user_faults;
mod wire;

pub use coupling::bytes_of_group;
pub(super) use event::{fault_stream, instance_key, ocs_key};

use std::collections::BTreeMap;
use std::hint::black_box;

use super::call::{Call, CallPhase, Direction};
use super::list_pool::ListPool;
use super::observer::{Fate, Observer};
use super::path::Connection;
use super::plan::{ClientPlan, Forgets, GatewayPlan, Plan};
use super::probe::Probe;
use super::run_options::{FastPaths, RunOptions};
use super::station::{Overload, ServiceStart, Work};
use super::user_record::{UserRecord, UserState};
use crate::engine::{Alarm, EventKey, Expiry, Fingerprint, FutureEventList, Stream, mix, name_key};
use crate::measure::{Counter, DropCause, EndedBy, MissCause, Tally};
use crate::protocol::{
    Client, ClientConfig, ClientEnd, ClientNote, Dialog, GatewayConfig, GatewayEnd, GatewayNote,
    Message, Phase, Reestablish, RefreshFailure, Side, Status, Subject, Timer,
    answer_outside_dialog,
};
use crate::quantity::{MaybeTime, Span, Time};
use crate::workload::{CallDraws, CallProcess, own_rate};
use cohort::{Cohort, Legs};
use coupling::takes_users_alone;
use event::{Class, Event, FAULTS, INSTANCES, LINKS, Purpose};
use impairments::Impairments;
use instance::{ClientLine, GatewayInstance};
use pacer::Pacer;
use pending::PendingEvents;
use port::{KeyedDraws, Output, Port};
use refusals::Refusals;
use script::Script;
use stay::{Days, Stay, UserStreams};
use user::{ColdState, HeldDialog, User};
use user_events::UserEvents;

/// Events between two updates of the progress and checks for cancellation: some milliseconds.
const EVENTS_PER_REPORT: u64 = 1 << 15;

/// Simulates the group numbered `number` of `plan.gateways[gateway]` in one replication; `None` where it was stopped.
///
/// Users that share no queue, limit or fault are independent: each is simulated through the whole day alone, so that its
/// state stays in the cache whatever the size of the group. Results are equal to the bit to those of all users together:
/// what depends on the order of events is sorted at the end.
pub(super) fn simulate_group<W: Observer>(
    plan: &Plan,
    gateway: usize,
    number: u32,
    replication: u32,
    options: RunOptions,
    observer: W,
) -> Option<GroupResult<W>> {
    if !W::OBSERVES
        && options.fast_paths == FastPaths::On
        && takes_users_alone(plan, gateway, options.drop_rows)
    {
        let events = UserEvents::new();
        Group::new(
            plan,
            gateway,
            number,
            replication,
            options,
            observer,
            events,
        )
        .run_one_by_one()
    } else {
        let events = FutureEventList::new(plan.horizon);
        Group::new(
            plan,
            gateway,
            number,
            replication,
            options,
            observer,
            events,
        )
        .run_together()
    }
}

/// One replication of one group.
struct Group<'a, W: Observer, P: PendingEvents> {
    plan: &'a Plan,
    /// Of its gateway in the plan, and its own number among that gateway's groups.
    index: usize,
    number: u32,
    replication: u32,
    now: Time,
    /// The position of the current event ([`PendingEvents::order`]); it never decreases.
    order: u64,
    events: u64,
    horizon: Time,
    options: RunOptions<'a>,
    future_events: P,
    gateway: &'a GatewayPlan,
    instances: Vec<GatewayInstance<'a>>,
    cohorts: Vec<Cohort<'a>>,
    users: Vec<User>,
    /// One per user.
    cold: Vec<ColdState>,
    /// The client legs, one per user, where they are not plain; else empty.
    lines: Vec<ClientLine>,
    dialogs: ListPool<HeldDialog>,
    calls: ListPool<Call>,
    /// Outputs of machines to be passed on: a stack, since passing one on may cause others.
    outbox: Vec<Output>,
    impairments: Impairments<'a>,
    refusals: Refusals,
    /// The calls of users that have had an event, and the instance that follows each, where there is a limit on them.
    followed: BTreeMap<(u32, u32), Option<u16>>,
    /// Of every client group and instance, where one paces its set-ups; else empty.
    pacers: Vec<Pacer>,
    /// CSeq of the request that the client under way gives up.
    given_up: Option<u16>,
    /// What is counted for all gateways and users of the group together.
    tally: Tally,
    usable: u64,
    fingerprint: Fingerprint,
    observer: W,
}

/// The result of a group.
pub(super) struct GroupResult<W> {
    /// One per client group.
    pub probes: Vec<Probe>,
    /// Counts of the gateways, not of a client group.
    pub gateways: Tally,
    /// The observer.
    pub observer: W,
}

impl<'a, W: Observer, P: PendingEvents> Group<'a, W, P> {
    /// The group numbered `number` of `plan.gateways[gateway]`, in one replication.
    pub(super) fn new(
        plan: &'a Plan,
        gateway: usize,
        number: u32,
        replication: u32,
        options: RunOptions<'a>,
        observer: W,
        future_events: P,
    ) -> Self {
        let gateway_plan = &plan.gateways[gateway];
        let (groups, size) = gateway_plan.groups();
        let instances = (0..size)
            .map(|i| GatewayInstance::new(plan, gateway_plan, number + i * groups, replication));
        let mut group = Group {
            plan,
            index: gateway,
            number,
            replication,
            now: Time::ZERO,
            order: 0,
            events: 0,
            horizon: plan.horizon,
            options,
            future_events,
            gateway: gateway_plan,
            instances: instances.collect(),
            cohorts: Vec::new(),
            users: Vec::new(),
            cold: Vec::new(),
            lines: Vec::new(),
            dialogs: ListPool::new(),
            calls: ListPool::new(),
            outbox: Vec::new(),
            impairments: Impairments::new(plan, gateway),
            refusals: Refusals::default(),
            followed: BTreeMap::new(),
            pacers: Vec::new(),
            given_up: None,
            tally: Tally::default(),
            usable: 0,
            fingerprint: Fingerprint::default(),
            observer,
        };
        for (index, clients) in plan
            .clients
            .iter()
            .enumerate()
            .filter(|(_, c)| c.gateway == gateway)
        {
            group.add_cohort(index, clients);
        }
        group.tally.is_random = plan.draws_for(gateway);
        let mut cohorts = group.cohorts.iter();
        if cohorts.any(|cohort| cohort.plan.config.setup_pace.is_some()) {
            let pacers = group.cohorts.len() * group.instances.len();
            group.pacers = vec![Pacer::default(); pacers];
        }
        group
    }

    fn add_cohort(&mut self, index: usize, clients: &'a ClientPlan) {
        let path = &self.gateway.path;
        let (groups, _) = self.gateway.groups();
        let number = self.number;
        let first = self.cohorts.last().map_or(0, |m| m.first + m.users);
        self.cohorts.push(Cohort {
            index,
            days: Days::new(
                clients,
                self.plan.start.0 as i64 + clients.ahead_us,
                self.plan.horizon,
            ),
            plan: clients,
            reliable: path.is_reliable() && clients.path.is_reliable(),
            delay_only: path.is_plain()
                && clients.path.is_plain()
                && !self.impairments.touches_paths(),
            single_hop: false,
            first,
            users: clients.count.saturating_sub(number).div_ceil(groups),
            calls: clients
                .recorded_calls
                .as_ref()
                .map(|calls| Script::new(calls.replay(number, groups, clients.count))),
            signs: clients
                .recorded_signs
                .as_ref()
                .map(|signs| Script::new(signs.replay(number, groups, clients.count))),
            surges: surges::of_clients(self.plan, index, self.replication),
            probe: Probe::new(self.plan.horizon, index as u32, self.options.drop_rows),
            legs: Legs {
                client: clients.path.delay,
                gateway: path.delay,
                relay_allow: clients.path.relay_allow.or(path.relay_allow),
                relay_session_expires: (path.relay_session_expires)
                    .or(clients.path.relay_session_expires),
                relay_min_se: path.relay_min_se.or(clients.path.relay_min_se),
                horizon: self.plan.horizon,
            },
        });
        let cohort = self.cohorts.last_mut().expect("it was added just now");
        cohort.single_hop = self.options.fast_paths == FastPaths::On && cohort.delay_only;
    }

    fn into_result(mut self) -> GroupResult<W> {
        let mut gateways = std::mem::take(&mut self.tally);
        gateways.fingerprint = self.fingerprint.value();
        gateways.add(Counter::Events, self.events);
        self.impairments.close(&mut gateways, self.horizon);
        for instance in self.instances {
            let Some(station) = instance.station else {
                continue;
            };
            let station = station.finish(self.horizon);
            assert_eq!(
                station.area_us, station.sojourn_us,
                "Little's law: the integral of the jobs inside is not the sum of their times"
            );
            gateways.station.merge(&station);
        }
        let mut probes: Vec<Probe> = self.cohorts.into_iter().map(|m| m.probe).collect();
        for probe in &mut probes {
            probe.finish();
            laws::check_laws(&probe.tally);
        }
        GroupResult {
            probes,
            gateways,
            observer: self.observer,
        }
    }
}
