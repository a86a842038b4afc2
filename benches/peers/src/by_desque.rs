//! The model in desque, as its manual shows: a type for each kind of event, which executes on the state and schedules
//! further events. desque takes no event back, so a deadline that has become void finds nothing to do when it comes.

use desque::SimState;
use desque::serial::{OkEvent, Simulation};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::figures::Counts;
use crate::message::{Kind, Message, Subject};
use crate::setting::Setting;

type Sim = Simulation<Deployment, u64>;

/// Simulates one event set.
pub fn simulate(setting: &Setting) -> Counts {
    let mut rng = setting.generator(0);
    let sign_ins: Vec<u64> =
        (0..setting.users).map(|_| (rng.random::<f64>() * setting.sign_in_over_us as f64) as u64).collect();
    let users = sign_ins.iter().map(|at| User::new(*at)).collect();
    let state = Deployment { setting: *setting, users, rng, counts: Counts::default(), is_over: false };
    let mut sim = Simulation::new(state, 0);
    schedule(&mut sim, setting.horizon_us, End);
    for (user, at) in sign_ins.iter().enumerate() {
        schedule(&mut sim, *at, SignIn { user: user as u32 });
    }
    sim.run().expect("no event fails");
    sim.state().counts
}

struct Deployment {
    setting: Setting,
    users: Vec<User>,
    rng: Xoshiro256PlusPlus,
    counts: Counts,
    is_over: bool,
}

impl SimState<u64> for Deployment {
    fn is_complete(&self, _: &u64) -> bool {
        self.is_over
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Resting,
    Inviting,
    Querying,
    Monitoring,
    Established,
}

/// A user: the client, what the gateway holds for it, and the calls in progress.
struct User {
    phase: Phase,
    dialog: u32,
    cseq: u32,
    /// Requests that wait for an answer.
    pending: Vec<u32>,
    sign_in_us: u64,
    /// Since when the user is down, if so.
    down_since: Option<u64>,
    /// The last 2xx to INVITE or UPDATE.
    refreshed_us: u64,
    /// The dialog that the gateway holds.
    held: Option<Held>,
    gateway_cseq: u32,
    /// Events that wait for an answer.
    gateway_pending: Vec<u32>,
    calls: Vec<Call>,
    calls_made: u32,
}

#[derive(Clone, Copy)]
struct Held {
    dialog: u32,
    acknowledged: bool,
    monitored: bool,
}

#[derive(Clone, Copy)]
struct Call {
    number: u32,
    incoming: bool,
    talking: bool,
    shown: bool,
    ring_us: u64,
    is_answered: bool,
    talk_us: u64,
    at_pc: bool,
}

impl User {
    fn new(sign_in_us: u64) -> User {
        User {
            phase: Phase::Resting,
            dialog: 0,
            cseq: 0,
            pending: Vec::new(),
            sign_in_us,
            down_since: None,
            refreshed_us: 0,
            held: None,
            gateway_cseq: 0,
            gateway_pending: Vec::new(),
            calls: Vec::new(),
            calls_made: 0,
        }
    }

    fn is_in_dialog(&self) -> bool {
        matches!(self.phase, Phase::Querying | Phase::Monitoring | Phase::Established)
    }
}

// --- events ---

fn schedule(sim: &mut Sim, at: u64, event: impl OkEvent<Deployment, u64> + 'static) {
    sim.schedule(event, at).expect("no event is scheduled in the past");
}

/// The horizon: what is still open is closed.
#[derive(Debug)]
struct End;

impl OkEvent<Deployment, u64> for End {
    fn execute(&mut self, sim: &mut Sim) {
        let now = *sim.current_time();
        let state = sim.state_mut();
        state.is_over = true;
        for user in state.users.iter().filter(|u| u.sign_in_us < now) {
            state.counts.signed_in_us += now - user.sign_in_us;
            state.counts.down_us += user.down_since.map_or(0, |since| now - since);
        }
    }
}

#[derive(Debug)]
struct SignIn {
    user: u32,
}

impl OkEvent<Deployment, u64> for SignIn {
    fn execute(&mut self, sim: &mut Sim) {
        let now = count_event(sim);
        user(sim, self.user).down_since = Some(now);
        invite(sim, self.user);
        NextCall::schedule(sim, self.user, true);
        NextCall::schedule(sim, self.user, false);
    }
}

/// A message reaches the other end.
#[derive(Debug)]
struct Arrival {
    user: u32,
    at_gateway: bool,
    message: Message,
}

impl OkEvent<Deployment, u64> for Arrival {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        if self.at_gateway {
            gateway_receives(sim, self.user, self.message);
        } else {
            client_receives(sim, self.user, self.message);
        }
    }
}

/// The time of a client's request is up.
#[derive(Debug)]
struct GiveUp {
    user: u32,
    dialog: u32,
    cseq: u32,
}

impl OkEvent<Deployment, u64> for GiveUp {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        let waits = user.pending.iter().position(|cseq| *cseq == self.cseq);
        if let Some(index) = waits.filter(|_| user.dialog == self.dialog) {
            user.pending.swap_remove(index);
            if user.phase != Phase::Resting {
                lose(sim, self.user, true);
            }
        }
    }
}

/// A session timer runs out that was started by a 2xx to INVITE or UPDATE: the client's.
#[derive(Debug)]
struct SessionExpires {
    user: u32,
    dialog: u32,
    since: u64,
}

impl OkEvent<Deployment, u64> for SessionExpires {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user.dialog == self.dialog && user.is_in_dialog() && user.refreshed_us == self.since {
            lose(sim, self.user, true);
        }
    }
}

/// The gateway's session timer, which no UPDATE has restarted: it forgets the dialog.
#[derive(Debug)]
struct DialogExpires {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for DialogExpires {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        user.held = user.held.filter(|held| held.dialog != self.dialog);
    }
}

/// The gateway has waited long enough for the ACK of its 200 to INVITE.
#[derive(Debug)]
struct AckIsDue {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for AckIsDue {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user.held.is_some_and(|held| held.dialog == self.dialog && !held.acknowledged) {
            user.held = None;
            let bye = next_event(user, self.dialog, Subject::Bye, 0);
            send(sim, self.user, false, bye);
        }
    }
}

/// The time of an event that the gateway sent is up: the dialog stands.
#[derive(Debug)]
struct EventGivenUp {
    user: u32,
    cseq: u32,
}

impl OkEvent<Deployment, u64> for EventGivenUp {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        user(sim, self.user).gateway_pending.retain(|cseq| *cseq != self.cseq);
    }
}

/// The refresh interval of a dialog is over.
#[derive(Debug)]
struct Refresh {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for Refresh {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user.dialog == self.dialog && user.is_in_dialog() {
            request(sim, self.user, Subject::Update, 0);
        }
    }
}

#[derive(Debug)]
struct Reestablish {
    user: u32,
}

impl OkEvent<Deployment, u64> for Reestablish {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        invite(sim, self.user);
    }
}

/// Somebody calls the user, or the user calls.
#[derive(Debug)]
struct NextCall {
    user: u32,
    incoming: bool,
}

impl NextCall {
    fn schedule(sim: &mut Sim, user: u32, incoming: bool) {
        let state = sim.state_mut();
        let rate = if incoming { state.setting.incoming_per_s } else { state.setting.outgoing_per_s };
        if rate > 0.0 {
            let gap = exponential(state, 1e6 / rate);
            let at = *sim.current_time() + gap;
            schedule(sim, at, NextCall { user, incoming });
        }
    }
}

impl OkEvent<Deployment, u64> for NextCall {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        NextCall::schedule(sim, self.user, self.incoming);
        let number = begin_call(sim, self.user, self.incoming);
        if self.incoming {
            report(sim, self.user, Subject::Delivered, number);
            ring(sim, self.user, number);
        } else if user(sim, self.user).phase == Phase::Established {
            request(sim, self.user, Subject::MakeCall, number);
        } else {
            user(sim, self.user).calls.retain(|c| c.number != number);
        }
    }
}

/// A call stops ringing, or is over.
#[derive(Debug)]
struct CallChanges {
    user: u32,
    call: u32,
}

impl OkEvent<Deployment, u64> for CallChanges {
    fn execute(&mut self, sim: &mut Sim) {
        let now = count_event(sim);
        let state = sim.state_mut();
        let user = &mut state.users[self.user as usize];
        let Some(index) = user.calls.iter().position(|c| c.number == self.call) else { return };
        let call = user.calls[index];
        if !call.talking && call.incoming {
            state.counts.toasts_due += 1;
            state.counts.toasts_missed += u64::from(!call.shown);
        }
        if call.talking || !call.is_answered {
            user.calls.swap_remove(index);
            return report(sim, self.user, Subject::ConnectionCleared, self.call);
        }
        user.calls[index].talking = true;
        let answers = call.at_pc && call.shown && user.phase == Phase::Established;
        schedule(sim, now + call.talk_us, CallChanges { user: self.user, call: self.call });
        if answers {
            request(sim, self.user, Subject::AnswerCall, self.call);
        } else {
            report(sim, self.user, Subject::Established, self.call);
        }
    }
}

fn count_event(sim: &mut Sim) -> u64 {
    sim.state_mut().counts.events += 1;
    *sim.current_time()
}

fn user(sim: &mut Sim, user: u32) -> &mut User {
    &mut sim.state_mut().users[user as usize]
}

// --- client ---

fn invite(sim: &mut Sim, u: u32) {
    let user = user(sim, u);
    user.phase = Phase::Inviting;
    user.dialog += 1;
    user.cseq = 0;
    request(sim, u, Subject::Invite, 0);
}

fn request(sim: &mut Sim, u: u32, subject: Subject, call: u32) {
    let message = next_request(sim, u, subject, call);
    user(sim, u).pending.push(message.cseq);
    let gives_up = *sim.current_time() + sim.state().setting.give_up_us;
    schedule(sim, gives_up, GiveUp { user: u, dialog: message.dialog, cseq: message.cseq });
    send(sim, u, true, message);
}

fn next_request(sim: &mut Sim, u: u32, subject: Subject, call: u32) -> Message {
    let user = user(sim, u);
    user.cseq += 1;
    Message { dialog: user.dialog, cseq: user.cseq, call, subject, kind: Kind::Request }
}

/// The session, or the set-up under way, is over.
fn lose(sim: &mut Sim, u: u32, bye: bool) {
    let now = *sim.current_time();
    let state = sim.state_mut();
    let user = &mut state.users[u as usize];
    let in_dialog = user.is_in_dialog();
    if user.phase == Phase::Established {
        state.counts.session_drops += 1;
        user.down_since = Some(now);
    }
    user.pending.clear();
    user.phase = Phase::Resting;
    let resumes = now + state.setting.reestablish_us;
    if bye && in_dialog {
        if state.setting.has_all_timers() {
            request(sim, u, Subject::Bye, 0);
        } else {
            let bye = next_request(sim, u, Subject::Bye, 0);
            send(sim, u, true, bye);
        }
    }
    schedule(sim, resumes, Reestablish { user: u });
}

fn client_receives(sim: &mut Sim, u: u32, message: Message) {
    let now = *sim.current_time();
    let user = user(sim, u);
    let ours = message.dialog == user.dialog;
    if message.kind == Kind::Request {
        let held = ours && user.is_in_dialog();
        if held && message.subject == Subject::Delivered {
            let ringing = user.calls.iter_mut().find(|c| c.number == message.call && !c.talking);
            ringing.into_iter().for_each(|call| call.shown = true);
        }
        let kind = if held { Kind::Ok200 } else { Kind::DoesNotExist481 };
        send(sim, u, true, message.answer(kind));
        if held && message.subject == Subject::Bye {
            lose(sim, u, false);
        }
        return;
    }
    let Some(index) = user.pending.iter().position(|cseq| ours && *cseq == message.cseq) else { return };
    user.pending.swap_remove(index);
    if user.phase == Phase::Resting {
        return; // the answer to BYE
    }
    if message.kind == Kind::DoesNotExist481 {
        return lose(sim, u, false);
    }
    match message.subject {
        Subject::Invite => {
            user.phase = Phase::Querying;
            send(sim, u, true, Message { subject: Subject::Ack, kind: Kind::Request, ..message });
            session_refreshed(sim, u);
            request(sim, u, Subject::GetCstaFeatures, 0);
        }
        Subject::GetCstaFeatures => {
            user.phase = Phase::Monitoring;
            request(sim, u, Subject::MonitorStart, 0);
        }
        Subject::MonitorStart => {
            user.phase = Phase::Established;
            let down = user.down_since.take().map_or(0, |since| now - since);
            sim.state_mut().counts.down_us += down;
        }
        Subject::Update => session_refreshed(sim, u),
        _ => {}
    }
}

/// A 2xx to INVITE or UPDATE came: both timers start anew.
fn session_refreshed(sim: &mut Sim, u: u32) {
    let now = *sim.current_time();
    let user = user(sim, u);
    user.refreshed_us = now;
    let dialog = user.dialog;
    let setting = &sim.state().setting;
    let (refresh, expiry, has_all) = (setting.refresh_us, setting.session_expires_us, setting.has_all_timers());
    schedule(sim, now + refresh, Refresh { user: u, dialog });
    if has_all {
        schedule(sim, now + expiry, SessionExpires { user: u, dialog, since: now });
    }
}

// --- gateway ---

fn gateway_receives(sim: &mut Sim, u: u32, message: Message) {
    let user = user(sim, u);
    let held = user.held.as_mut().filter(|held| held.dialog == message.dialog);
    if message.kind != Kind::Request {
        user.gateway_pending.retain(|cseq| *cseq != message.cseq);
        if held.is_some() && message.kind == Kind::DoesNotExist481 {
            user.held = None;
        }
        return;
    }
    match (message.subject, held) {
        (Subject::Ack, held) => {
            held.into_iter().for_each(|held| held.acknowledged = true);
            return;
        }
        (Subject::Invite, _) => {
            user.held = Some(Held { dialog: message.dialog, acknowledged: false, monitored: false });
            start_dialog_timers(sim, u, message.dialog);
        }
        (_, None) => return send(sim, u, false, message.answer(Kind::DoesNotExist481)),
        (Subject::Update, _) => return, // the defect: it is ignored
        (Subject::Bye, _) => user.held = None,
        (Subject::MonitorStart, Some(held)) => held.monitored = true,
        _ => {}
    }
    send(sim, u, false, message.answer(Kind::Ok200));
    match message.subject {
        Subject::MakeCall => {
            report(sim, u, Subject::Originated, message.call);
            report(sim, u, Subject::Delivered, message.call);
            ring(sim, u, message.call);
        }
        Subject::AnswerCall => report(sim, u, Subject::Established, message.call),
        _ => {}
    }
}

fn start_dialog_timers(sim: &mut Sim, u: u32, dialog: u32) {
    let (now, setting) = (*sim.current_time(), &sim.state().setting);
    let (ack_due, expires) = (now + setting.give_up_us, now + setting.session_expires_us);
    if setting.has_all_timers() {
        schedule(sim, ack_due, AckIsDue { user: u, dialog });
        schedule(sim, expires, DialogExpires { user: u, dialog });
    }
}

/// Reports an event of a call, where the line is monitored.
fn report(sim: &mut Sim, u: u32, subject: Subject, call: u32) {
    let now = *sim.current_time();
    let state = sim.state_mut();
    let (gives_up, has_all_timers) = (now + state.setting.give_up_us, state.setting.has_all_timers());
    let user = &mut state.users[u as usize];
    if let Some(Held { dialog, monitored: true, .. }) = user.held {
        let message = next_event(user, dialog, subject, call);
        if has_all_timers {
            user.gateway_pending.push(message.cseq);
            schedule(sim, gives_up, EventGivenUp { user: u, cseq: message.cseq });
        }
        send(sim, u, false, message);
    }
}

fn next_event(user: &mut User, dialog: u32, subject: Subject, call: u32) -> Message {
    user.gateway_cseq += 1;
    Message { dialog, cseq: user.gateway_cseq, call, subject, kind: Kind::Request }
}

// --- calls and the way between ---

fn begin_call(sim: &mut Sim, u: u32, incoming: bool) -> u32 {
    let state = sim.state_mut();
    let Setting { ring_us, no_answer_us, talk_us, answered_at_pc, .. } = state.setting;
    let ring = exponential(state, ring_us as f64);
    let talk_us = exponential(state, talk_us as f64);
    let at_pc = incoming && state.rng.random::<f64>() < answered_at_pc;
    let user = &mut state.users[u as usize];
    user.calls_made += 1;
    user.calls.push(Call {
        number: user.calls_made,
        incoming,
        talking: false,
        shown: false,
        ring_us: ring.min(no_answer_us),
        is_answered: ring < no_answer_us,
        talk_us,
        at_pc,
    });
    user.calls_made
}

fn ring(sim: &mut Sim, u: u32, number: u32) {
    let now = *sim.current_time();
    let call = user(sim, u).calls.iter().find(|c| c.number == number).copied();
    if let Some(call) = call {
        schedule(sim, now + call.ring_us, CallChanges { user: u, call: number });
    }
}

fn send(sim: &mut Sim, user: u32, at_gateway: bool, message: Message) {
    let state = sim.state_mut();
    state.counts.messages_sent += 1;
    let arrives = state.setting.delay_us;
    let arrives = *sim.current_time() + arrives;
    schedule(sim, arrives, Arrival { user, at_gateway, message });
}

fn exponential(state: &mut Deployment, mean_us: f64) -> u64 {
    let unit: f64 = Exp1.sample(&mut state.rng);
    (unit * mean_us + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::simulate;
    use crate::setting::{Scope, Setting, exact_case};

    #[test]
    fn a_user_without_calls_loses_18_sessions_and_540_s_in_8_h() {
        for scope in [Scope::Whole, Scope::Lean] {
            // 1532 s up and 30 s down in turn: 18 losses in 28,800 s, the last at 28,086 s.
            let counts = simulate(&Setting { scope, ..exact_case() });
            assert_eq!((counts.session_drops, counts.down_us), (3 * 18, 3 * 540_000_000), "{scope:?}");
            // 19 set-ups of 7 messages, of which the last is still up; 18 refreshes without an answer; 18 BYE, answered.
            assert_eq!(counts.messages_sent, 3 * (19 * 7 + 18 + 18 * 2), "{scope:?}");
        }
    }
}
