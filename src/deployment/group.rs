//! A group: one gateway and its users, simulated on its own.

use smallvec::SmallVec;

use super::call::{Call, CallPhase, Direction};
use super::path::Connection;
use super::plan::{ClientPlan, GatewayPlan, Plan};
use super::probe::{Probe, Record, UserState};
use super::simulate::Manner;
use super::witness::{Fate, Witness};
use crate::engine::{Agenda, Alarm, Fingerprint, Key, Ring, Stream, mix, name_key};
use crate::measure::{Counter, MissCause};
use crate::protocol::{
    Client, ClientConfig, ClientNote, ClientPort, Deadline, Dialog, Draw, GatewayConfig, GatewayEnd, GatewayNote,
    GatewayPort, Message, RefreshFailure, Side, Status, Subject, Timer, answer_outside_dialog,
};
use crate::quantity::Time;
use crate::workload::{CallDraws, CallProcess};

/// Events between two looks at the progress and at the wish to stop: some milliseconds.
const EVENTS_PER_REPORT: u64 = 1 << 15;

/// The classes of simultaneous events, in their order (model §1).
#[derive(Clone, Copy)]
#[repr(u8)]
enum Class {
    TransactionTimeout = 1,
    SessionExpiry = 2,
    Arrival = 3,
    ClientTimer = 4,
    Call = 5,
}

/// Purposes of a user's random streams. Numbers are never reused: they are part of what a seed means.
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
    CallAlarm(u32),
    SignIn,
    SignOut,
}

/// Whether a message crosses two plain legs in one event, or stops at OCS as it would on others. The results are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hops {
    /// One event where both legs are plain.
    Joined,
    /// Always two.
    Apart,
}

struct Draws {
    jitter: Stream,
    reestablish: Stream,
    glare: Stream,
    gateway_glare: Stream,
}

struct User {
    client: Client,
    alarm: Alarm,
    record: Record,
    connection: Connection,
    signed_in: bool,
    /// Index into [`Group::members`].
    member: u16,
    /// Number within the client group.
    number: u32,
    sends: u32,
    calls_made: u32,
    key: u64,
    /// The dialog and CSeq of the BYE that the gateway last answered, to answer its copies alike.
    last_bye: Option<(u32, u16)>,
    dialogs: SmallVec<[u32; 2]>,
    calls: SmallVec<[u32; 2]>,
    incoming: CallProcess,
    outgoing: CallProcess,
    draws: Draws,
    loss: Stream,
}

struct HeldDialog {
    user: u32,
    alarm: Alarm,
    dialog: Dialog,
}

/// About the memory that a user takes while the group is simulated, with a dialog, two calls and their pending events;
/// half as much again for vectors that grow.
pub fn bytes_per_user() -> u64 {
    let pending = 6 * (size_of::<Key>() + size_of::<Event>());
    (size_of::<User>() + size_of::<HeldDialog>() + 2 * size_of::<Call>() + pending) as u64 * 3 / 2
}

/// The users of one client group behind this gateway.
struct Member<'a> {
    plan: &'a ClientPlan,
    reliable: bool,
    joined: bool,
    probe: Probe,
}

enum Out {
    Send(Message),
    Client(ClientNote),
    Gateway(GatewayNote),
}

struct Port<'a> {
    out: &'a mut Vec<Out>,
    draws: &'a mut Draws,
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

fn due_of(deadline: Option<Deadline>) -> Option<(Time, u8)> {
    deadline.map(|(at, timer)| (at, class_of(timer)))
}

/// One replication of one group.
pub(super) struct Group<'a, W: Witness> {
    now: Time,
    horizon: Time,
    manner: Manner<'a>,
    agenda: Agenda<Event>,
    gateway: &'a GatewayPlan,
    gateway_connection: Connection,
    members: Vec<Member<'a>>,
    users: Vec<User>,
    dialogs: Vec<HeldDialog>,
    free_dialogs: Vec<u32>,
    calls: Vec<Call>,
    free_calls: Vec<u32>,
    /// Buffers of what machines say, one per depth of the conversation.
    spare: Vec<Vec<Out>>,
    fingerprint: Fingerprint,
    witness: W,
}

impl<'a, W: Witness> Group<'a, W> {
    /// The group of gateway number `instance` of `plan.gateways[gateway]`, in one replication.
    pub fn new(
        plan: &'a Plan,
        gateway: usize,
        instance: u32,
        replication: u32,
        manner: Manner<'a>,
        witness: W,
    ) -> Self {
        let mut group = Group {
            now: Time::ZERO,
            horizon: plan.horizon,
            manner,
            agenda: Agenda::new(plan.horizon),
            gateway: &plan.gateways[gateway],
            gateway_connection: Connection::default(),
            members: Vec::new(),
            users: Vec::new(),
            dialogs: Vec::new(),
            free_dialogs: Vec::new(),
            calls: Vec::new(),
            free_calls: Vec::new(),
            spare: Vec::new(),
            fingerprint: Fingerprint::default(),
            witness,
        };
        for (index, clients) in plan.clients.iter().enumerate().filter(|(_, c)| c.gateway == gateway) {
            group.join(plan, index as u32, clients, instance, replication);
        }
        group
    }

    fn join(&mut self, plan: &Plan, index: u32, clients: &'a ClientPlan, instance: u32, replication: u32) {
        let path = &self.gateway.path;
        let member = self.members.len() as u16;
        let mut probe = Probe::new(plan.horizon, index, instance, self.manner.drop_rows);
        let group_key = name_key(&clients.name);
        // Users go to the gateways in turn, so that one more user moves none of the others.
        for number in (instance..clients.count).step_by(self.gateway.count as usize) {
            probe.tally.users += 1;
            let key = mix(group_key, u64::from(number));
            let open = |purpose: Purpose| Stream::open(plan.seed, replication, key, purpose as u32);
            let sign_in = clients.sign_in.draw(plan.start, &mut open(Purpose::SignIn));
            let sign_out = clients.sign_out.map(|s| s.draw(plan.start, &mut open(Purpose::SignOut)));
            let user = self.users.len() as u32;
            self.agenda.file(Key::new(sign_in, Class::Call as u8, user, 0), Event::SignIn);
            if let Some(at) = sign_out.filter(|at| *at > sign_in) {
                self.agenda.file(Key::new(at, Class::Call as u8, user, u32::MAX), Event::SignOut);
            }
            let calls = &clients.workload;
            self.users.push(User {
                client: Client::new(path.is_reliable() && clients.path.is_reliable()),
                alarm: Alarm::IDLE,
                record: Record::new(),
                connection: Connection::default(),
                signed_in: false,
                member,
                number,
                sends: 0,
                calls_made: 0,
                key,
                last_bye: None,
                dialogs: SmallVec::new(),
                calls: SmallVec::new(),
                incoming: CallProcess::new(open(Purpose::Incoming), calls.incoming_per_s, sign_in),
                outgoing: CallProcess::new(open(Purpose::Outgoing), calls.outgoing_per_s, sign_in),
                draws: Draws {
                    jitter: open(Purpose::RefreshJitter),
                    reestablish: open(Purpose::Reestablish),
                    glare: open(Purpose::Glare),
                    gateway_glare: open(Purpose::GatewayGlare),
                },
                loss: open(Purpose::Loss),
            });
        }
        self.members.push(Member {
            plan: clients,
            reliable: path.is_reliable() && clients.path.is_reliable(),
            joined: self.manner.hops == Hops::Joined && path.is_plain() && clients.path.is_plain(),
            probe,
        });
    }

    /// Runs to the horizon. Returns the probes, one per client group, and the witness; `None` where it was stopped.
    pub fn run(mut self) -> Option<(Vec<Probe>, W)> {
        let mut events: u64 = 0;
        let mut reported = Time::ZERO;
        while let Some((key, event)) = self.agenda.take() {
            debug_assert!(key.time() >= self.now, "time went backwards");
            self.now = key.time();
            events += 1;
            if events.is_multiple_of(EVENTS_PER_REPORT) {
                self.manner.control.advance((self.now - reported).0);
                reported = self.now;
                if self.manner.control.is_stopped() {
                    return None;
                }
            }
            self.handle(key, event);
        }
        self.manner.control.advance((self.horizon - reported).0);
        for user in &mut self.users {
            if user.signed_in {
                let probe = &mut self.members[user.member as usize].probe;
                probe.close(&mut user.record, user.number, self.horizon);
            }
        }
        if let Some(member) = self.members.first_mut() {
            member.probe.tally.fingerprint = self.fingerprint.value();
            member.probe.tally.add(Counter::Events, events);
        }
        let mut probes: Vec<Probe> = self.members.into_iter().map(|m| m.probe).collect();
        for probe in &mut probes {
            probe.finish();
            check_laws(&probe.tally);
        }
        Some((probes, self.witness))
    }

    fn handle(&mut self, key: Key, event: Event) {
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
        }
    }

    pub(super) fn probe(&mut self, u: u32) -> (&mut Probe, &mut Record) {
        let user = &mut self.users[u as usize];
        (&mut self.members[user.member as usize].probe, &mut user.record)
    }

    pub(super) fn observe(&mut self, u: u32, what: u64, detail: u64) {
        let key = self.users[u as usize].key;
        self.fingerprint.observe(key ^ what << 56, self.now.0, detail);
    }

    // --- machines ---

    fn with_client(&mut self, u: u32, act: impl FnOnce(&mut Client, &ClientConfig, Time, &mut Port)) {
        let mut out = self.spare.pop().unwrap_or_default();
        let user = &mut self.users[u as usize];
        let config = &self.members[user.member as usize].plan.config;
        act(&mut user.client, config, self.now, &mut Port { out: &mut out, draws: &mut user.draws });
        if let Some(due) = user.alarm.set(due_of(user.client.deadline())) {
            self.agenda.file(Key { due, tie: u64::from(u) << 32 }, Event::ClientAlarm);
        }
        for said in out.drain(..) {
            match said {
                Out::Send(message) => self.transmit(u, message),
                Out::Client(note) => self.client_note(u, note),
                Out::Gateway(_) => unreachable!("a client speaks as a client"),
            }
        }
        self.spare.push(out);
    }

    fn ring_client(&mut self, u: u32, key: Key) {
        match self.users[u as usize].alarm.rang(key.due) {
            Ring::Stale => {}
            Ring::Again(due) => self.agenda.file(Key { due, tie: u64::from(u) << 32 }, Event::ClientAlarm),
            Ring::Now => self.with_client(u, |client, config, now, port| client.fire(config, now, port)),
        }
    }

    fn with_dialog(&mut self, index: u32, act: impl FnOnce(&mut Dialog, &GatewayConfig, Time, &mut Port)) {
        let mut out = self.spare.pop().unwrap_or_default();
        let held = &mut self.dialogs[index as usize];
        let (u, number) = (held.user, held.dialog.number());
        let draws = &mut self.users[u as usize].draws;
        act(&mut held.dialog, &self.gateway.config, self.now, &mut Port { out: &mut out, draws });
        self.set_dialog_alarm(index);
        self.spread(u, number, out);
        let held = &self.dialogs[index as usize];
        if held.dialog.is_over() && self.users[u as usize].dialogs.contains(&index) {
            self.users[u as usize].dialogs.retain(|i| *i != index);
            self.free_dialogs.push(index);
        }
    }

    /// Passes on what a dialog said.
    fn spread(&mut self, u: u32, number: u32, mut out: Vec<Out>) {
        for said in out.drain(..) {
            match said {
                Out::Send(message) => self.transmit(u, message),
                Out::Gateway(note) => self.gateway_note(u, number, note),
                Out::Client(_) => unreachable!("a gateway speaks as a gateway"),
            }
        }
        self.spare.push(out);
    }

    fn set_dialog_alarm(&mut self, index: u32) {
        let held = &mut self.dialogs[index as usize];
        if let Some(due) = held.alarm.set(due_of(held.dialog.deadline())) {
            let tie = u64::from(held.user) << 32 | u64::from(held.dialog.number());
            self.agenda.file(Key { due, tie }, Event::DialogAlarm(index));
        }
    }

    fn ring_dialog(&mut self, index: u32, key: Key) {
        let held = &mut self.dialogs[index as usize];
        // The place may have passed to another dialog since the entry was filed.
        if held.user != key.entity() || held.dialog.number() != key.count() {
            return;
        }
        match held.alarm.rang(key.due) {
            Ring::Stale => {}
            Ring::Again(due) => self.agenda.file(Key { due, ..key }, Event::DialogAlarm(index)),
            Ring::Now => self.with_dialog(index, |dialog, config, now, port| dialog.fire(config, now, port)),
        }
    }

    fn hold(&mut self, u: u32, dialog: Dialog) {
        let held = HeldDialog { user: u, alarm: Alarm::IDLE, dialog };
        let index = match self.free_dialogs.pop() {
            Some(index) => {
                self.dialogs[index as usize] = held;
                index
            }
            None => {
                self.dialogs.push(held);
                self.dialogs.len() as u32 - 1
            }
        };
        self.users[u as usize].dialogs.push(index);
        self.set_dialog_alarm(index);
    }

    // --- messages ---

    fn arrive(&mut self, u: u32, message: Message) {
        self.delivered(u, message.from, 2);
        self.receive(u, message);
    }

    /// Counts a copy that crossed: `legs` says whether both legs were crossed in one event.
    fn delivered(&mut self, u: u32, from: Side, leg: u8) {
        let user = &self.users[u as usize];
        let member = &mut self.members[user.member as usize];
        let tally = &mut member.probe.tally;
        let last_leg_is_gateways = from == Side::Client;
        if leg == 1 || member.joined {
            tally.count(if last_leg_is_gateways { Counter::ClientLegDelivered } else { Counter::MessagesDelivered });
        }
        if leg == 2 {
            tally.count(if last_leg_is_gateways { Counter::MessagesDelivered } else { Counter::ClientLegDelivered });
        }
    }

    fn receive(&mut self, u: u32, message: Message) {
        self.witness.message(self.now, u, &message, Fate::Received);
        self.observe(u, 2, digest(&message));
        match message.from {
            Side::Gateway => {
                self.with_client(u, |client, config, now, port| client.receive(config, now, message, port));
            }
            Side::Client => self.receive_at_gateway(u, message),
        }
    }

    fn receive_at_gateway(&mut self, u: u32, message: Message) {
        let held = self.users[u as usize]
            .dialogs
            .iter()
            .copied()
            .find(|i| self.dialogs[*i as usize].dialog.number() == message.dialog);
        if let Some(index) = held {
            if message.subject == Subject::Bye && message.is_request() {
                self.users[u as usize].last_bye = Some((message.dialog, message.cseq));
            }
            return self.with_dialog(index, |dialog, config, now, port| dialog.receive(config, now, &message, port));
        }
        if message.subject == Subject::Invite && message.is_request() {
            return self.accept(u, message);
        }
        let user = &self.users[u as usize];
        if message.subject == Subject::Bye && user.last_bye == Some((message.dialog, message.cseq)) {
            return self.transmit(u, message.answer(Status::Ok200)); // a copy of a BYE is answered alike (RFC 3261 §17.2.2)
        }
        if let Some(answer) = answer_outside_dialog(&message) {
            self.transmit(u, answer);
        }
    }

    fn accept(&mut self, u: u32, invite: Message) {
        let mut out = self.spare.pop().unwrap_or_default();
        let user = &mut self.users[u as usize];
        let reliable = self.members[user.member as usize].reliable;
        let mut port = Port { out: &mut out, draws: &mut user.draws };
        if let Some(dialog) = Dialog::accept(&self.gateway.config, self.now, &invite, reliable, &mut port) {
            self.hold(u, dialog);
        }
        self.spread(u, invite.dialog, out);
    }

    /// Sends one copy on its first leg.
    fn transmit(&mut self, u: u32, message: Message) {
        self.witness.message(self.now, u, &message, Fate::Sent);
        self.observe(u, 1, digest(&message));
        let user = &mut self.users[u as usize];
        let member = &mut self.members[user.member as usize];
        if member.joined && !message.unroutable {
            return self.cross_both(u, message);
        }
        let arrival = match message.from {
            Side::Client => {
                member.probe.tally.count(Counter::ClientLegSent);
                user.connection.cross(&member.plan.path, Side::Client, self.now, &mut user.loss)
            }
            Side::Gateway => {
                member.probe.gateway_leg_sent(self.now);
                self.gateway_connection.cross(&self.gateway.path, Side::Gateway, self.now, &mut user.loss)
            }
        };
        self.under_way(u, message, arrival, message.from == Side::Gateway, Event::Relay);
    }

    /// Both legs of a plain path at once: the same instants, one event.
    fn cross_both(&mut self, u: u32, message: Message) {
        let member = &mut self.members[self.users[u as usize].member as usize];
        let (client_leg, gateway_leg) = (member.plan.path.delay, self.gateway.path.delay);
        let tally = &mut member.probe.tally;
        let middle = self.now + if message.from == Side::Client { client_leg } else { gateway_leg };
        let arrival = self.now + client_leg + gateway_leg;
        match message.from {
            Side::Client => {
                tally.count(Counter::ClientLegSent);
                if middle >= self.horizon {
                    return tally.count(Counter::ClientLegInFlight);
                }
                member.probe.gateway_leg_sent(middle);
                if arrival >= self.horizon {
                    member.probe.tally.count(Counter::ClientLegDelivered);
                    return member.probe.tally.count(Counter::MessagesInFlight);
                }
            }
            Side::Gateway => {
                member.probe.gateway_leg_sent(self.now);
                let tally = &mut member.probe.tally;
                if middle >= self.horizon {
                    return tally.count(Counter::MessagesInFlight);
                }
                tally.count(Counter::ClientLegSent);
                if arrival >= self.horizon {
                    tally.count(Counter::MessagesDelivered);
                    return tally.count(Counter::ClientLegInFlight);
                }
            }
        }
        self.file_message(u, arrival, Event::Arrival(self.relayed(u, message)));
    }

    /// At OCS, after the first leg.
    fn relay(&mut self, u: u32, message: Message) {
        self.delivered(u, message.from, 1);
        let message = self.relayed(u, message);
        let user = &mut self.users[u as usize];
        let member = &mut self.members[user.member as usize];
        let arrival = match message.from {
            Side::Client => {
                member.probe.gateway_leg_sent(self.now);
                self.gateway_connection.cross(&self.gateway.path, Side::Client, self.now, &mut user.loss)
            }
            Side::Gateway => {
                member.probe.tally.count(Counter::ClientLegSent);
                let crossed = user.connection.cross(&member.plan.path, Side::Gateway, self.now, &mut user.loss);
                crossed.filter(|_| !message.unroutable)
            }
        };
        self.under_way(u, message, arrival, message.from == Side::Client, Event::Arrival);
    }

    /// The relay's one liberty: an Allow header rewritten on either leg.
    fn relayed(&self, u: u32, mut message: Message) -> Message {
        if message.from == Side::Gateway && message.subject.is_invite() && message.status == Status::Ok200 {
            let member = &self.members[self.users[u as usize].member as usize];
            let rewritten = member.plan.path.relay_allow.or(self.gateway.path.relay_allow);
            message.allow = rewritten.unwrap_or(message.allow);
        }
        message
    }

    fn under_way(
        &mut self,
        u: u32,
        message: Message,
        arrival: Option<Time>,
        on_gateway_leg: bool,
        event: impl FnOnce(Message) -> Event,
    ) {
        let fate = match arrival {
            Some(at) if at < self.horizon => return self.file_message(u, at, event(message)),
            Some(_) if on_gateway_leg => Counter::MessagesInFlight,
            Some(_) => Counter::ClientLegInFlight,
            None if on_gateway_leg => Counter::MessagesLost,
            None => Counter::ClientLegLost,
        };
        if arrival.is_none() {
            self.witness.message(self.now, u, &message, Fate::Lost);
            self.observe(u, 3, digest(&message));
        }
        self.probe(u).0.tally.count(fate);
    }

    fn file_message(&mut self, u: u32, at: Time, event: Event) {
        let user = &mut self.users[u as usize];
        user.sends = user.sends.wrapping_add(1);
        self.agenda.file(Key::new(at, Class::Arrival as u8, u, user.sends), event);
    }

    // --- observations ---

    /// Works out where the user stands now.
    fn settle(&mut self, u: u32) {
        let user = &mut self.users[u as usize];
        let believes = user.client.is_established();
        let usable = believes
            && user.dialogs.iter().any(|i| {
                let dialog = &self.dialogs[*i as usize].dialog;
                dialog.number() == user.client.dialog() && dialog.is_monitored()
            });
        let before = user.record.state();
        let probe = &mut self.members[user.member as usize].probe;
        probe.settle(&mut user.record, self.now, user.signed_in, usable, believes);
        let after = user.record.state();
        if after != before {
            self.observe(u, 4, after as u64);
        }
    }

    fn client_note(&mut self, u: u32, note: ClientNote) {
        self.witness.client(self.now, u, note);
        let now = self.now;
        let number = self.users[u as usize].number;
        let (probe, record) = self.probe(u);
        match note {
            ClientNote::SetupBegan => probe.setup_began(record, now),
            ClientNote::SetupFailed => probe.tally.count(Counter::SetupsFailed),
            ClientNote::Established => {
                probe.established(record, now);
                self.settle(u);
            }
            ClientNote::RefreshBegan => probe.refresh_began(record, now),
            ClientNote::RefreshSucceeded => probe.refresh_succeeded(record),
            ClientNote::RefreshFailed(how) => probe.refresh_failed(record, how),
            ClientNote::Ended(end) => {
                probe.client_ended(record, number, now, end);
                self.settle(u);
            }
            ClientNote::CallPlaced(call) => self.origination_decided(u, call, true),
            ClientNote::CallFailed(call) => self.origination_decided(u, call, false),
            ClientNote::Delivered(call) => self.toast(u, call),
        }
    }

    fn gateway_note(&mut self, u: u32, dialog: u32, note: GatewayNote) {
        self.witness.gateway(self.now, u, dialog, note);
        let now = self.now;
        match note {
            GatewayNote::Monitored => {}
            GatewayNote::Ended(end) => {
                let current = self.users[u as usize].client.dialog() == dialog;
                if current && end != GatewayEnd::Bye {
                    let (probe, record) = self.probe(u);
                    probe.gateway_ended(record, now, end);
                    self.settle(u);
                }
            }
            GatewayNote::CallMade(call) => self.call_accepted(u, call),
            GatewayNote::CallAnswered(call) => self.call_answered(u, call),
            GatewayNote::RefreshBegan => {
                let (probe, record) = self.probe(u);
                probe.refresh_began(record, now);
            }
            GatewayNote::RefreshSucceeded => {
                let (probe, record) = self.probe(u);
                probe.refresh_succeeded(record);
            }
            GatewayNote::RefreshFailed => {
                let (probe, record) = self.probe(u);
                probe.refresh_failed(record, RefreshFailure::Retried);
            }
        }
    }

    // --- the user's day ---

    fn sign_in(&mut self, u: u32) {
        self.users[u as usize].signed_in = true;
        self.settle(u);
        self.with_client(u, |client, config, now, port| client.sign_in(config, now, port));
        self.file_next_call(u);
    }

    fn sign_out(&mut self, u: u32) {
        let now = self.now;
        let number = self.users[u as usize].number;
        self.users[u as usize].signed_in = false;
        let (probe, record) = self.probe(u);
        probe.close(record, number, now);
        self.observe(u, 4, UserState::Out as u64);
        self.with_client(u, |client, config, now, port| client.sign_out(config, now, port));
    }

    fn file_next_call(&mut self, u: u32) {
        let user = &self.users[u as usize];
        let next = [user.incoming.next(), user.outgoing.next()].into_iter().flatten().min();
        if let Some(at) = next {
            self.agenda.file(Key::new(at, Class::Call as u8, u, 0), Event::NextCall);
        }
    }

    fn next_call(&mut self, u: u32) {
        let now = self.now;
        let user = &mut self.users[u as usize];
        if !user.signed_in {
            return; // the calls of the day end with the sign-out
        }
        let workload = &self.members[user.member as usize].plan.workload;
        let (direction, draws) = if user.incoming.next() == Some(now) {
            (Direction::Incoming, user.incoming.take(workload))
        } else {
            (Direction::Outgoing, user.outgoing.take(workload))
        };
        user.calls_made += 1;
        let number = user.calls_made;
        self.file_next_call(u);
        self.witness.call(now, u, number, direction, &draws);
        self.observe(u, 5 + direction as u64, draws.ring.0 << 32 ^ draws.talk.0 << 1 ^ u64::from(draws.at_pc));
        let index = self.begin_call(u, number, direction, draws);
        match direction {
            Direction::Incoming => {
                self.event(u, Subject::Delivered, number);
                self.ring(index);
            }
            Direction::Outgoing => {
                self.with_client(u, |client, config, now, port| client.make_call(config, now, number, port));
            }
        }
    }

    fn begin_call(&mut self, u: u32, number: u32, direction: Direction, draws: CallDraws) -> u32 {
        let user = &mut self.users[u as usize];
        let call = Call {
            user: u,
            number,
            direction,
            phase: if direction == Direction::Incoming { CallPhase::Ringing } else { CallPhase::Requested },
            state_at_arrival: user.record.state(),
            ring: draws.ring,
            answered: draws.answered,
            talk: draws.talk,
            at_pc: draws.at_pc,
            shown: false,
            answering: false,
            next: None,
        };
        let index = match self.free_calls.pop() {
            Some(index) => {
                self.calls[index as usize] = call;
                index
            }
            None => {
                self.calls.push(call);
                self.calls.len() as u32 - 1
            }
        };
        user.calls.push(index);
        index
    }

    fn end_call(&mut self, index: u32) {
        let u = self.calls[index as usize].user;
        self.users[u as usize].calls.retain(|i| *i != index);
        self.free_calls.push(index);
    }

    fn find_call(&self, u: u32, number: u32) -> Option<u32> {
        self.users[u as usize].calls.iter().copied().find(|i| self.calls[*i as usize].number == number)
    }

    /// The gateway reports an event of a call on every dialog in which it monitors the line.
    fn event(&mut self, u: u32, subject: Subject, call: u32) {
        let dialogs = self.users[u as usize].dialogs.clone();
        for index in dialogs {
            self.with_dialog(index, |dialog, _, now, port| dialog.event(now, subject, call, port));
        }
    }

    fn ring(&mut self, index: u32) {
        let ring = self.calls[index as usize].ring;
        self.calls[index as usize].phase = CallPhase::Ringing;
        self.file_call(index, self.now + ring);
    }

    fn file_call(&mut self, index: u32, at: Time) {
        let call = &mut self.calls[index as usize];
        call.next = Some(at);
        self.agenda.file(Key::new(at, Class::Call as u8, call.user, call.number), Event::CallAlarm(index));
    }

    fn ring_call(&mut self, index: u32, key: Key) {
        let call = self.calls[index as usize];
        // The place may have passed to another call since the entry was filed.
        if call.user != key.entity() || call.number != key.count() || call.next != Some(self.now) {
            return;
        }
        let u = call.user;
        if call.phase == CallPhase::Talking || !call.answered {
            self.event(u, Subject::ConnectionCleared, call.number);
            if call.phase == CallPhase::Ringing {
                self.decide_toast(&call);
            }
            return self.end_call(index);
        }
        self.calls[index as usize].phase = CallPhase::Talking;
        self.file_call(index, self.now + call.talk);
        self.decide_toast(&call);
        if call.direction == Direction::Incoming && call.at_pc && call.shown {
            let mut sent = false;
            self.with_client(u, |client, config, now, port| {
                sent = client.answer_call(config, now, call.number, port);
            });
            if sent {
                self.calls[index as usize].answering = true;
                return;
            }
        }
        self.event(u, Subject::Established, call.number);
    }

    /// The call stops ringing: its toast was shown by now or is missed. What is undecided at sign-out is not counted.
    fn decide_toast(&mut self, call: &Call) {
        if call.direction != Direction::Incoming || !self.users[call.user as usize].signed_in {
            return;
        }
        let now = self.now;
        let (probe, _) = self.probe(call.user);
        probe.tally.count(Counter::ToastsDue);
        if call.shown {
            probe.tally.count(Counter::ToastsShown);
            return;
        }
        let cause = match call.state_at_arrival {
            UserState::SettingUp => MissCause::SettingUp,
            UserState::Silent => MissCause::Silent,
            UserState::Visible => MissCause::Visible,
            UserState::Usable | UserState::Out => MissCause::Late,
        };
        probe.toast_missed(now, cause);
    }

    fn toast(&mut self, u: u32, number: u32) {
        if let Some(index) = self.find_call(u, number) {
            let call = &mut self.calls[index as usize];
            call.shown |= call.phase == CallPhase::Ringing;
        }
    }

    fn origination_decided(&mut self, u: u32, number: u32, placed: bool) {
        if !self.users[u as usize].signed_in {
            return;
        }
        let tally = &mut self.probe(u).0.tally;
        tally.count(Counter::OriginationsAttempted);
        if !placed {
            tally.count(Counter::OriginationsFailed);
            if let Some(index) = self.find_call(u, number)
                && self.calls[index as usize].phase == CallPhase::Requested
            {
                self.end_call(index);
            }
        }
    }

    fn call_accepted(&mut self, u: u32, number: u32) {
        let Some(index) = self.find_call(u, number) else { return };
        self.event(u, Subject::Originated, number);
        self.event(u, Subject::Delivered, number);
        self.ring(index);
    }

    fn call_answered(&mut self, u: u32, number: u32) {
        let Some(index) = self.find_call(u, number) else { return };
        let call = &mut self.calls[index as usize];
        if std::mem::take(&mut call.answering) {
            self.event(u, Subject::Established, number);
        }
    }
}

/// What an observer can tell of a message, in 64 bits.
fn digest(m: &Message) -> u64 {
    let headers = (m.allow as u64) << 2 | (m.refresher as u64) << 1 | m.unroutable as u64;
    let kind = (m.subject as u64) << 8 | (m.status as u64) << 4 | (m.from as u64);
    mix(u64::from(m.dialog) << 32 | u64::from(m.value), headers << 48 | kind << 32 | u64::from(m.cseq) << 16)
        ^ u64::from(m.min_se)
}

/// The laws of conservation, in release builds too (model §3): a broken one is our fault, never the user's.
fn check_laws(t: &crate::measure::Tally) {
    let states = t.usable_us + t.setting_up_us + t.silent_us + t.visible_us;
    assert_eq!(states, t.signed_in_us, "the states of a user do not add up to the signed-in time");
    let minutes: u128 = t
        .minutes
        .iter()
        .map(|m| {
            u128::from(m.usable_us) + u128::from(m.setting_up_us) + u128::from(m.silent_us) + u128::from(m.visible_us)
        })
        .sum();
    assert_eq!(minutes, t.signed_in_us, "the time series does not add up to the signed-in time");
    assert_eq!(
        t.get(Counter::ToastsDue),
        t.get(Counter::ToastsShown) + t.all_missed(),
        "toasts due are neither shown nor missed"
    );
    let crossed = |sent, delivered, lost, in_flight| {
        assert_eq!(
            t.get(sent),
            t.get(delivered) + t.get(lost) + t.get(in_flight),
            "messages sent are neither delivered nor lost nor in flight"
        );
    };
    crossed(Counter::MessagesSent, Counter::MessagesDelivered, Counter::MessagesLost, Counter::MessagesInFlight);
    crossed(Counter::ClientLegSent, Counter::ClientLegDelivered, Counter::ClientLegLost, Counter::ClientLegInFlight);
}
