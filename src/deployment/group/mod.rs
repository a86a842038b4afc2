//! A group: gateways that can take each other's users, and all of their users, simulated on its own.

mod batch;
mod day;
mod observe;
mod replay;
mod trouble;
mod wire;

pub use batch::bytes_of_group;

use std::hint::black_box;

use super::call::{Call, CallPhase, Direction};
use super::observer::{Fate, Observer};
use super::path::Connection;
use super::plan::{ClientPlan, Forgets, GatewayPlan, Plan};
use super::probe::{Probe, Record, UserState};
use super::simulate::RunOptions;
use super::slab::{List, Slab};
use super::station::{Overload, ServiceStart, Station, Work};
use crate::engine::{Alarm, EventKey, Fingerprint, FutureEventList, Ring, Stream, mix, name_key};
use crate::measure::{Counter, DropCause, MissCause, Tally};
use crate::protocol::{
    Client, ClientConfig, ClientNote, ClientPort, Deadline, Dialog, Draw, GatewayConfig,
    GatewayEnd, GatewayNote, GatewayPort, Message, Phase, Reestablish, RefreshFailure, Side,
    Status, Subject, Timer, answer_outside_dialog,
};
use crate::quantity::{MaybeTime, Span, Time};
use crate::workload::{CallDraws, CallProcess, RecordedCall, RecordedSign, own_rate};
use replay::{Script, sign_in_class};
use trouble::{ClientLine, Site, Trouble};

/// The classes of simultaneous events, in their order (model §1).
#[derive(Clone, Copy)]
#[repr(u8)]
enum Class {
    Fault = 0,
    TransactionTimeout = 1,
    SessionExpiry = 2,
    Arrival = 3,
    ClientTimer = 4,
    Call = 5,
}

/// Entities that are no users: their events come after those of users at the same instant and class.
const SITES: u32 = 1 << 31;
/// The faults of the group.
const FAULTS: u32 = 3 << 30;

/// Purposes of random streams. Numbers are never reused: they are part of what a seed means.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Purpose {
    SignIn = 1,
    SignOut = 2,
    Incoming = 3,
    Outgoing = 4,
    RefreshJitter = 5,
    Reestablish = 6,
    Glare = 7,
    Loss = 8,
    GatewayGlare = 9,
    Service = 10,
    Fault = 11,
    RouteExpiry = 12,
    Attendance = 13,
    OwnRate = 14,
    Lunch = 15,
}

/// What is filed about in the order in which it comes up.
#[derive(Clone, Copy)]
enum Lane {
    Messages = 0,
    Timeouts = 1,
}

/// What the agenda holds.
#[derive(Clone, Copy, Debug)]
enum Event {
    Arrival(Message),
    /// A message at OCS, between its two legs.
    Relay(Message),
    ClientAlarm,
    DialogAlarm(u32),
    NextCall,
    /// The next recorded call of the user's client group.
    Recorded,
    /// The next recorded sign-in or sign-out of the user's client group.
    RecordedSign,
    CallAlarm(u32),
    SignIn,
    SignOut,
    /// A service ends at this place of the site's station.
    Served(u32),
    FaultBegins,
    FaultEnds,
    /// A user's fault begins: its index among the faults of the group.
    UserFaultBegins(u32),
    UserFaultEnds(u32),
    /// The users' faults of this instant have all begun.
    AllHit(u32),
    /// A middlebox may have forgotten a connection.
    Idle,
    /// A connection that was found dead is replaced.
    Replaced,
    /// OCS forgets the route of this dialog.
    RouteExpires(u32),
}

/// Optimisations that must not change results: a message crosses two plain legs in one event, without a stop at OCS, and
/// users that are independent of each other are simulated in batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FastPaths {
    /// Where the plan allows them.
    On,
    /// Never: each leg is an event, and all users of the group share the future event list.
    Off,
}

/// A user's state that events need, in lines of the cache: what an event needs together stands together.
#[repr(C, align(64))]
struct User {
    // Two lines: the key of the fingerprint, and the machine.
    key: u64,
    client: Client,
    // A line: deadline, numbers and dialogs.
    alarm: Alarm,
    /// Number within the client group.
    number: u32,
    sends: u32,
    dialogs: List,
    /// Index into [`Group::members`].
    member: u16,
    /// Index into [`Group::sites`] of the gateway that the user belongs to.
    home: u16,
    /// Of the gateway that serves the user now.
    site: u16,
    signed_in: bool,
    // A line and more: calls, and what the probes remember.
    calls: List,
    calls_made: u32,
    incoming: CallProcess,
    outgoing: CallProcess,
    record: Record,
}

impl User {
    /// Loads the lines that a message or a client's deadline needs into the cache.
    #[inline]
    fn touch(&self) {
        black_box((self.key, self.client.phase(), self.alarm));
    }

    /// Loads the lines that a call needs, too, into the cache.
    #[inline]
    fn touch_calls(&self) {
        self.touch();
        black_box((
            self.calls,
            self.incoming.next(),
            self.outgoing.next(),
            self.record.state(),
        ));
    }
}

/// What few events of a user need, kept apart.
struct Seldom {
    jitter: Stream,
    reestablish: Stream,
    glare: Stream,
    gateway_glare: Stream,
    loss: Stream,
    /// The dialog and CSeq of the BYE that the gateway last answered, to answer its copies alike.
    last_bye: Option<(u32, u16)>,
}

struct HeldDialog {
    user: u32,
    site: u16,
    /// Takes a place among the sessions of the site.
    counted: bool,
    alarm: Alarm,
    dialog: Dialog,
}

impl HeldDialog {
    /// Loads what its deadline needs into the cache.
    #[inline]
    fn touch(&self) {
        black_box((self.alarm, self.dialog.number(), self.dialog.is_over()));
    }
}

/// About the memory that a user takes while the group is simulated, with a dialog, two calls and their pending events;
/// half as much again for vectors that grow.
fn bytes_per_user() -> u64 {
    let pending = 6 * (size_of::<EventKey>() + size_of::<Event>());
    let user = size_of::<User>() + size_of::<Seldom>() + size_of::<ClientLine>();
    (user + Slab::<HeldDialog>::PLACE + 2 * Slab::<Call>::PLACE + pending) as u64 * 3 / 2
}

/// The users of one client group behind this gateway.
struct Member<'a> {
    /// Index into the client groups of the plan.
    index: usize,
    /// The run's start on their clocks, microseconds since midnight.
    start_us: i64,
    plan: &'a ClientPlan,
    reliable: bool,
    /// Whether nothing happens to messages on either leg but a delay.
    plain: bool,
    joined: bool,
    /// The index of its first user in the group.
    first: u32,
    /// How many they are.
    users: u32,
    /// Its calls, where they are replayed.
    calls: Option<Script<RecordedCall>>,
    /// Its sign-ins and sign-outs, where they are replayed.
    signs: Option<Script<RecordedSign>>,
    probe: Probe,
}

impl Member<'_> {
    /// Whether its users may sign in more than once: then their calls go on, unheard, while they are signed out.
    fn signs_in_again(&self) -> bool {
        self.signs.is_some() || self.plan.lunch.is_some()
    }
}

/// What a machine said.
#[derive(Clone, Copy)]
enum Out {
    Send(Message),
    Client(ClientNote),
    Gateway(GatewayNote),
}

struct Port<'a> {
    out: &'a mut Vec<Out>,
    draws: &'a mut Seldom,
}

impl ClientPort for Port<'_> {
    fn send(&mut self, message: Message) {
        self.out.push(Out::Send(message));
    }
    fn note(&mut self, note: ClientNote) {
        self.out.push(Out::Client(note));
    }
    fn draw(&mut self, purpose: Draw) -> f64 {
        match purpose {
            Draw::RefreshJitter => self.draws.jitter.uniform(),
            Draw::Reestablish => self.draws.reestablish.uniform(),
            Draw::Glare => self.draws.glare.uniform(),
        }
    }
}

impl GatewayPort for Port<'_> {
    fn send(&mut self, message: Message) {
        self.out.push(Out::Send(message));
    }
    fn note(&mut self, note: GatewayNote) {
        self.out.push(Out::Gateway(note));
    }
    fn draw_glare(&mut self) -> f64 {
        self.draws.gateway_glare.uniform()
    }
}

fn class_of(timer: Timer) -> u8 {
    match timer {
        Timer::TransactionTimeout => Class::TransactionTimeout as u8,
        Timer::SessionExpiry => Class::SessionExpiry as u8,
        Timer::Client => Class::ClientTimer as u8,
    }
}

/// Timers that came due while their machine was asleep or down fire at once.
fn due_of(deadline: Option<Deadline>, now: Time) -> Option<(Time, u8)> {
    deadline.map(|(at, timer)| (at.max(now), class_of(timer)))
}

/// One replication of one group.
pub(super) struct Group<'a, W: Observer> {
    plan: &'a Plan,
    /// Of its gateway in the plan, and its own number among that gateway's groups.
    index: usize,
    number: u32,
    replication: u32,
    now: Time,
    /// The place of the event under way among all, as time·8 + class: it never falls.
    order: u64,
    events: u64,
    horizon: Time,
    options: RunOptions<'a>,
    future_events: FutureEventList<Event>,
    gateway: &'a GatewayPlan,
    sites: Vec<Site<'a>>,
    members: Vec<Member<'a>>,
    users: Vec<User>,
    /// One per user.
    seldom: Vec<Seldom>,
    /// The client legs, one per user, where there is anything to know of them; else empty.
    lines: Vec<ClientLine>,
    dialogs: Slab<HeldDialog>,
    calls: Slab<Call>,
    /// What machines said and is not passed on yet: a stack, for one may speak while another's words are passed on.
    said: Vec<Out>,
    trouble: Trouble<'a>,
    /// What is counted for all gateways and users of the group together.
    tally: Tally,
    usable: u64,
    fingerprint: Fingerprint,
    observer: W,
}

/// What a group gave.
pub(super) struct Harvest<W> {
    /// One per client group.
    pub probes: Vec<Probe>,
    /// What belongs to the gateways, not to a client group.
    pub gateways: Tally,
    /// The observer.
    pub observer: W,
}

impl<'a, W: Observer> Group<'a, W> {
    /// The group numbered `number` of `plan.gateways[gateway]`, in one replication.
    pub fn new(
        plan: &'a Plan,
        gateway: usize,
        number: u32,
        replication: u32,
        options: RunOptions<'a>,
        observer: W,
    ) -> Self {
        let own = &plan.gateways[gateway];
        let (groups, size) = own.groups();
        let sites = (0..size).map(|i| Site::new(plan, own, number + i * groups, replication));
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
            future_events: FutureEventList::new(plan.horizon),
            gateway: own,
            sites: sites.collect(),
            members: Vec::new(),
            users: Vec::new(),
            seldom: Vec::new(),
            lines: Vec::new(),
            dialogs: Slab::new(),
            calls: Slab::new(),
            said: Vec::new(),
            trouble: Trouble::of(plan, gateway),
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
            group.join(index, clients);
        }
        group
    }

    fn join(&mut self, index: usize, clients: &'a ClientPlan) {
        let path = &self.gateway.path;
        let (groups, _) = self.gateway.groups();
        let number = self.number;
        let first = self.members.last().map_or(0, |m| m.first + m.users);
        self.members.push(Member {
            index,
            start_us: self.plan.start.0 as i64 + clients.ahead_us,
            plan: clients,
            reliable: path.is_reliable() && clients.path.is_reliable(),
            plain: path.is_plain() && clients.path.is_plain() && !self.trouble.touches_paths(),
            joined: false,
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
            probe: Probe::new(self.plan.horizon, index as u32, self.options.drop_rows),
        });
        let member = self.members.last_mut().expect("it was added just now");
        member.joined = self.options.fast_paths == FastPaths::On && member.plain;
    }

    /// Takes the next event; what a later one needs is fetched meanwhile.
    fn take(&mut self) -> Option<(EventKey, Event)> {
        let (users, dialogs, calls) = (&self.users, &self.dialogs, &self.calls);
        self.future_events.pop_with_lookahead(|key, event| {
            if let Event::Arrival(_) | Event::Relay(_) = event {
                return; // whoever sent it was at it a moment ago
            }
            let Some(user) = users.get(key.entity() as usize) else {
                return;
            };
            let touch_dialog = || {
                user.dialogs
                    .first()
                    .into_iter()
                    .for_each(|index| dialogs[index].touch())
            };
            match event {
                // Mostly it finds that an answer came.
                Event::ClientAlarm if key.class() == Class::TransactionTimeout as u8 => {
                    black_box(user.alarm);
                }
                Event::ClientAlarm => {
                    user.touch();
                    touch_dialog();
                }
                Event::DialogAlarm(index) => dialogs[*index].touch(),
                Event::CallAlarm(index) => {
                    black_box(calls[*index].next);
                    user.touch_calls();
                    touch_dialog();
                }
                _ => {
                    user.touch_calls();
                    touch_dialog();
                }
            }
        })
    }

    fn harvest(mut self) -> Harvest<W> {
        let mut gateways = std::mem::take(&mut self.tally);
        gateways.fingerprint = self.fingerprint.value();
        gateways.add(Counter::Events, self.events);
        self.trouble.close(&mut gateways, self.horizon);
        for site in self.sites {
            let Some(station) = site.station else {
                continue;
            };
            let station = station.finish(self.horizon);
            assert_eq!(
                station.area_us, station.sojourn_us,
                "Little's law: the integral of the jobs inside is not the sum of their times"
            );
            gateways.station.merge(&station);
        }
        let mut probes: Vec<Probe> = self.members.into_iter().map(|m| m.probe).collect();
        for probe in &mut probes {
            probe.finish();
            observe::check_laws(&probe.tally);
        }
        Harvest {
            probes,
            gateways,
            observer: self.observer,
        }
    }

    fn handle(&mut self, key: EventKey, event: Event) {
        let u = key.entity();
        match event {
            Event::Arrival(message) => self.arrive(u, message),
            Event::Relay(message) => self.relay(u, message),
            Event::ClientAlarm => self.ring_client(u, key),
            Event::DialogAlarm(index) => self.ring_dialog(index, key),
            Event::NextCall => self.next_call(u),
            Event::CallAlarm(index) => self.ring_call(index, key),
            Event::SignIn => self.sign_in(u),
            Event::SignOut => self.sign_out(u),
            Event::Recorded => self.recorded_call(u),
            Event::RecordedSign => self.recorded_sign(u),
            Event::Served(place) => self.served((u - SITES) as usize, place, key.count()),
            Event::FaultBegins => self.fault_begins((u - FAULTS) as usize, key.count()),
            Event::FaultEnds => self.fault_ends((u - FAULTS) as usize, key.count()),
            Event::UserFaultBegins(fault) => self.user_fault_begins(u, fault as usize),
            Event::UserFaultEnds(fault) => self.user_fault_ends(u, fault as usize),
            Event::AllHit(fault) => self.all_hit(fault as usize),
            Event::Idle => self.idle(u),
            Event::Replaced => self.replaced(u),
            Event::RouteExpires(dialog) => self.route_expires(u, dialog),
        }
    }

    // --- machines ---

    fn with_client(
        &mut self,
        u: u32,
        act: impl FnOnce(&mut Client, &ClientConfig, Time, &mut Port),
    ) {
        let before = self.said.len();
        let user = &mut self.users[u as usize];
        let config = &self.members[user.member as usize].plan.config;
        act(
            &mut user.client,
            config,
            self.now,
            &mut Port {
                out: &mut self.said,
                draws: &mut self.seldom[u as usize],
            },
        );
        if let Some(due) = user.alarm.set(due_of(user.client.deadline(), self.now)) {
            self.file_alarm(
                EventKey {
                    due,
                    tie: u64::from(u) << 32,
                },
                Event::ClientAlarm,
            );
        }
        self.pass_on(u, 0, before);
    }

    /// Timeouts are due 32 s after they are set, so they come up in the order in which they are filed.
    fn file_alarm(&mut self, key: EventKey, event: Event) {
        if key.class() == Class::TransactionTimeout as u8 {
            self.future_events
                .schedule_in_lane(Lane::Timeouts as usize, key, event);
        } else {
            self.future_events.schedule(key, event);
        }
    }

    fn ring_client(&mut self, u: u32, key: EventKey) {
        match self.users[u as usize].alarm.rang(key.due) {
            Ring::Stale => {}
            Ring::Again(due) => self.file_alarm(
                EventKey {
                    due,
                    tie: u64::from(u) << 32,
                },
                Event::ClientAlarm,
            ),
            Ring::Now => {
                if let Some(wakes) = self
                    .lines
                    .get(u as usize)
                    .and_then(|line| line.asleep_until)
                {
                    // The timers of a sleeping PC wait for its waking.
                    let alarm = &mut self.users[u as usize].alarm;
                    if let Some(due) = alarm.set(Some((wakes, Class::ClientTimer as u8))) {
                        self.file_alarm(
                            EventKey {
                                due,
                                tie: u64::from(u) << 32,
                            },
                            Event::ClientAlarm,
                        );
                    }
                    return;
                }
                self.with_client(u, |client, config, now, port| {
                    client.fire(config, now, port)
                });
            }
        }
    }

    fn with_dialog(
        &mut self,
        index: u32,
        act: impl FnOnce(&mut Dialog, &GatewayConfig, Time, &mut Port),
    ) {
        let before = self.said.len();
        let held = &mut self.dialogs[index];
        let (u, number) = (held.user, held.dialog.number());
        let draws = &mut self.seldom[u as usize];
        act(
            &mut held.dialog,
            &self.gateway.config,
            self.now,
            &mut Port {
                out: &mut self.said,
                draws,
            },
        );
        self.set_dialog_alarm(index);
        self.count_session(index);
        self.pass_on(u, number, before);
        let held = &self.dialogs[index];
        if held.dialog.is_over() {
            self.dialogs
                .remove(&mut self.users[u as usize].dialogs, index);
        }
    }

    /// Keeps the number of monitored dialogs of the site.
    fn count_session(&mut self, index: u32) {
        let held = &mut self.dialogs[index];
        let monitored = held.dialog.is_monitored();
        if monitored != held.counted {
            held.counted = monitored;
            let sessions = &mut self.sites[held.site as usize].sessions;
            *sessions = if monitored {
                *sessions + 1
            } else {
                *sessions - 1
            };
        }
    }

    /// Passes on what the user's client, or the dialog of that number, said after what there was before.
    fn pass_on(&mut self, u: u32, number: u32, before: usize) {
        let mut next = before;
        while let Some(said) = self.said.get(next).copied() {
            next += 1;
            match said {
                Out::Send(message) => self.transmit(u, message),
                Out::Client(note) => self.client_note(u, note),
                Out::Gateway(note) => self.gateway_note(u, number, note),
            }
        }
        self.said.truncate(before);
    }

    fn set_dialog_alarm(&mut self, index: u32) {
        let held = &mut self.dialogs[index];
        if let Some(due) = held.alarm.set(due_of(held.dialog.deadline(), self.now)) {
            let tie = u64::from(held.user) << 32 | u64::from(held.dialog.number());
            self.file_alarm(EventKey { due, tie }, Event::DialogAlarm(index));
        }
    }

    fn ring_dialog(&mut self, index: u32, key: EventKey) {
        let held = &mut self.dialogs[index];
        // The place may have passed to another dialog since the entry was filed.
        if held.user != key.entity() || held.dialog.number() != key.count() {
            return;
        }
        match held.alarm.rang(key.due) {
            Ring::Stale => {}
            Ring::Again(due) => self.file_alarm(EventKey { due, ..key }, Event::DialogAlarm(index)),
            Ring::Now => {
                if let Some(up) = self.sites[held.site as usize].down_until {
                    // A gateway that is down looks at its timers when it is up again.
                    if let Some(due) = held.alarm.set(Some((up, key.class()))) {
                        self.file_alarm(EventKey { due, ..key }, Event::DialogAlarm(index));
                    }
                    return;
                }
                self.with_dialog(index, |dialog, config, now, port| {
                    dialog.fire(config, now, port)
                });
            }
        }
    }

    fn hold(&mut self, u: u32, dialog: Dialog) {
        let site = self.users[u as usize].site;
        let held = HeldDialog {
            user: u,
            site,
            counted: false,
            alarm: Alarm::IDLE,
            dialog,
        };
        let index = self.dialogs.add(&mut self.users[u as usize].dialogs, held);
        self.set_dialog_alarm(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_user_is_as_large_as_the_crate_documentation_says() {
        assert_eq!([size_of::<User>(), size_of::<Seldom>()], [320, 56]);
        assert_eq!(
            [
                size_of::<Client>(),
                2 * size_of::<CallProcess>(),
                size_of::<Record>()
            ],
            [120, 48, 56]
        );
        assert_eq!([Slab::<HeldDialog>::PLACE, Slab::<Call>::PLACE], [128, 48]);
        assert_eq!(size_of::<EventKey>() + size_of::<Event>(), 40);
    }
}
