//! The model in NeXosim, as its manual shows: a model for each client and each gateway, connected by ports. A port
//! delivers at once; what takes time is an event that a model schedules on itself, and a deadline has a key that
//! cancels it. One thread: the single-threaded executor.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, EventSource, Output, SinkState, event_queue};
use nexosim::simulation::{EventKey, Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use rand::RngExt;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use crate::figures::Counts;
use crate::message::{Kind, Message, Subject};
use crate::setting::Setting;

/// Simulates one event set.
///
/// # Panics
/// Where the simulator gives up, which would be a fault of this model.
pub fn simulate(setting: &Setting) -> Counts {
    assemble_and_run(setting).unwrap_or_else(|e| panic!("NeXosim: {e}"))
}

fn assemble_and_run(setting: &Setting) -> Result<Counts, SimulationError> {
    let (sink, mut reports) = event_queue(SinkState::Enabled);
    let mut gateways: Vec<(Gateway, Mailbox<Gateway>)> =
        (0..setting.gateways).map(|n| (Gateway::new(setting, n), Mailbox::new())).collect();
    let mut clients = Vec::new();
    let mut close = EventSource::new();
    for number in 0..setting.users {
        let (gateway, gateway_mailbox) = &mut gateways[(number % setting.gateways) as usize];
        let mut client = Client::new(setting, number);
        let mailbox = Mailbox::new();
        let line = gateway.lines.len() as u32;
        client.to_gateway.map_connect(move |message| (line, *message), Gateway::receive, &*gateway_mailbox);
        client.report.connect_sink(sink.clone());
        gateway.add_line(client.sign_in).connect(Client::receive, &mailbox);
        close = close.connect(Client::close, &mailbox);
        clients.push((client, mailbox));
    }
    for (gateway, mailbox) in &mut gateways {
        gateway.report.connect_sink(sink.clone());
        close = close.connect(Gateway::close, &*mailbox);
    }

    let mut bench = SimInit::with_num_threads(1);
    let close = close.register(&mut bench);
    for (number, (client, mailbox)) in clients.into_iter().enumerate() {
        bench = bench.add_model(client, mailbox, &format!("client {number}"));
    }
    for (number, (gateway, mailbox)) in gateways.into_iter().enumerate() {
        bench = bench.add_model(gateway, mailbox, &format!("gateway {number}"));
    }
    let mut simulation = bench.init(MonotonicTime::EPOCH)?;
    // Nothing happens at the horizon itself.
    simulation.step_until(Duration::from_micros(setting.horizon_us - 1))?;
    simulation.process_event(&close, MonotonicTime::EPOCH + Duration::from_micros(setting.horizon_us))?;

    let reports: Vec<Report> = std::iter::from_fn(|| reports.try_read()).collect();
    let mut counts: Counts = reports.iter().map(|r| r.counts).sum();
    counts.toasts_missed = counts.toasts_due - reports.iter().map(|r| r.toasts_shown).sum::<u64>();
    Ok(counts)
}

/// What a model counted.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Report {
    counts: Counts,
    toasts_shown: u64,
}

/// What a client must know of a ringing phone.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Alert {
    /// When it stops ringing.
    until: MonotonicTime,
    /// The user will answer at the PC then.
    at_pc: bool,
}

fn exponential(rng: &mut Xoshiro256PlusPlus, mean: Duration) -> Duration {
    let unit: f64 = Exp1.sample(rng);
    // A microsecond at least: NeXosim schedules nothing at the present instant.
    Duration::from_micros((unit * mean.as_micros() as f64 + 0.5) as u64).max(Duration::from_micros(1))
}

/// The mean time between the events of a process, `None` if there are none.
fn gap(rate_per_s: f64) -> Option<Duration> {
    (rate_per_s > 0.0).then(|| Duration::from_secs_f64(1.0 / rate_per_s))
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Resting,
    Inviting,
    Querying,
    Monitoring,
    Established,
}

/// A user and the client.
#[derive(Serialize, Deserialize)]
pub struct Client {
    /// Messages to the gateway -- output port.
    pub to_gateway: Output<Message>,
    /// What was counted, at the end -- output port.
    report: Output<Report>,

    sign_in: Duration,
    delay: Duration,
    refresh_interval: Duration,
    give_up_after: Duration,
    session_expires_after: Duration,
    reestablish_after: Duration,
    has_all_timers: bool,
    outgoing_gap: Option<Duration>,
    horizon: MonotonicTime,

    rng: Xoshiro256PlusPlus,
    phase: Phase,
    dialog: u32,
    cseq: u32,
    pending: Vec<Pending>,
    refresh_key: Option<EventKey>,
    expiry_key: Option<EventKey>,
    down_since: Option<MonotonicTime>,
    counted: Report,
}

/// A request that waits for an answer, and its give-up.
#[derive(Serialize, Deserialize)]
struct Pending {
    dialog: u32,
    cseq: u32,
    give_up_key: EventKey,
}

#[Model]
impl Client {
    fn new(setting: &Setting, number: u32) -> Client {
        let mut rng = setting.generator(u64::from(number));
        let sign_in = Duration::from_micros((rng.random::<f64>() * setting.sign_in_over_us as f64) as u64);
        Client {
            to_gateway: Output::default(),
            report: Output::default(),
            sign_in,
            delay: Duration::from_micros(setting.delay_us),
            refresh_interval: Duration::from_micros(setting.refresh_us),
            give_up_after: Duration::from_micros(setting.give_up_us),
            session_expires_after: Duration::from_micros(setting.session_expires_us),
            reestablish_after: Duration::from_micros(setting.reestablish_us),
            has_all_timers: setting.has_all_timers(),
            outgoing_gap: gap(setting.outgoing_per_s),
            horizon: MonotonicTime::EPOCH + Duration::from_micros(setting.horizon_us),
            rng,
            phase: Phase::Resting,
            dialog: 0,
            cseq: 0,
            pending: Vec::new(),
            refresh_key: None,
            expiry_key: None,
            down_since: None,
            counted: Report::default(),
        }
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        if self.sign_in.is_zero() {
            self.sign_in((), cx).await;
        } else {
            cx.schedule_event(self.sign_in, schedulable!(Self::sign_in), ()).unwrap();
        }
    }

    #[nexosim(schedulable)]
    async fn sign_in(&mut self, _: (), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.down_since = Some(cx.time());
        self.schedule_call(cx);
        self.invite(cx).await;
    }

    /// Closes the books at the horizon -- input port.
    pub async fn close(&mut self, now: MonotonicTime) {
        let signed_in = MonotonicTime::EPOCH + self.sign_in;
        let counts = &mut self.counted.counts;
        counts.signed_in_us += micros(signed_in, now);
        counts.down_us += self.down_since.map_or(0, |since| micros(since, now));
        self.report.send(self.counted).await;
    }

    // --- session ---

    #[nexosim(schedulable)]
    async fn reestablish(&mut self, _: (), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.invite(cx).await;
    }

    async fn invite(&mut self, cx: &Context<Self>) {
        self.phase = Phase::Inviting;
        self.dialog += 1;
        self.cseq = 0;
        self.request(Subject::Invite, 0, cx).await;
    }

    #[nexosim(schedulable)]
    async fn refresh(&mut self, _: (), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.refresh_key = None;
        self.request(Subject::Update, 0, cx).await;
    }

    #[nexosim(schedulable)]
    async fn give_up(&mut self, _: (), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.lose(true, cx).await;
    }

    /// Nobody answered BYE.
    #[nexosim(schedulable)]
    async fn give_up_bye(&mut self) {
        self.counted.counts.events += 1;
        self.pending.retain(|p| p.dialog == self.dialog);
    }

    /// The session, or the set-up under way, is over.
    async fn lose(&mut self, bye: bool, cx: &Context<Self>) {
        let in_dialog = self.is_in_dialog();
        if self.phase == Phase::Established {
            self.counted.counts.session_drops += 1;
            self.down_since = Some(cx.time());
        }
        self.phase = Phase::Resting;
        self.pending.drain(..).for_each(|p| p.give_up_key.cancel());
        self.refresh_key.take().into_iter().for_each(EventKey::cancel);
        self.expiry_key.take().into_iter().for_each(EventKey::cancel);
        if bye && in_dialog {
            let bye = self.next_request(Subject::Bye, 0);
            if self.has_all_timers {
                let key = cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::give_up_bye), ());
                self.pending.push(Pending { dialog: bye.dialog, cseq: bye.cseq, give_up_key: key.unwrap() });
            }
            self.send(bye, cx).await;
        }
        cx.schedule_event(self.reestablish_after, schedulable!(Self::reestablish), ()).unwrap();
    }

    fn is_in_dialog(&self) -> bool {
        matches!(self.phase, Phase::Querying | Phase::Monitoring | Phase::Established)
    }

    // --- calls ---

    fn schedule_call(&mut self, cx: &Context<Self>) {
        if let Some(gap) = self.outgoing_gap {
            let wait = exponential(&mut self.rng, gap);
            cx.schedule_event(wait, schedulable!(Self::call), ()).unwrap();
        }
    }

    #[nexosim(schedulable)]
    async fn call(&mut self, _: (), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.schedule_call(cx);
        if self.phase == Phase::Established {
            self.request(Subject::MakeCall, 0, cx).await;
        }
    }

    #[nexosim(schedulable)]
    async fn answer_at_pc(&mut self, call: u32, cx: &Context<Self>) {
        self.counted.counts.events += 1;
        if self.phase == Phase::Established {
            self.request(Subject::AnswerCall, call, cx).await;
        }
    }

    // --- messages ---

    fn next_request(&mut self, subject: Subject, call: u32) -> Message {
        self.cseq += 1;
        Message { dialog: self.dialog, cseq: self.cseq, call, subject, kind: Kind::Request }
    }

    async fn request(&mut self, subject: Subject, call: u32, cx: &Context<Self>) {
        let message = self.next_request(subject, call);
        let give_up_key = cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::give_up), ()).unwrap();
        self.pending.push(Pending { dialog: message.dialog, cseq: message.cseq, give_up_key });
        self.send(message, cx).await;
    }

    async fn send(&mut self, message: Message, cx: &Context<Self>) {
        self.counted.counts.messages_sent += 1;
        if self.delay.is_zero() {
            self.to_gateway.send(message).await;
        } else {
            cx.schedule_event(self.delay, schedulable!(Self::arrive), message).unwrap();
        }
    }

    /// A message has crossed the path.
    #[nexosim(schedulable)]
    async fn arrive(&mut self, message: Message) {
        self.counted.counts.events += 1;
        self.to_gateway.send(message).await;
    }

    /// A message from the gateway -- input port.
    pub async fn receive(&mut self, (message, alert): (Message, Option<Alert>), cx: &Context<Self>) {
        let ours = message.dialog == self.dialog;
        if message.kind != Kind::Request {
            let waits = |p: &Pending| (p.dialog, p.cseq) == (message.dialog, message.cseq);
            if let Some(index) = self.pending.iter().position(waits) {
                self.pending.swap_remove(index).give_up_key.cancel();
                if ours && self.phase != Phase::Resting {
                    self.receive_answer(message, cx).await;
                }
            }
            return;
        }
        let held = ours && self.is_in_dialog();
        if held && let Some(alert) = alert.filter(|a| cx.time() < a.until) {
            // What still rings at the horizon is not counted.
            self.counted.toasts_shown += u64::from(alert.until < self.horizon);
            if alert.at_pc {
                cx.schedule_event(alert.until, schedulable!(Self::answer_at_pc), message.call).unwrap();
            }
        }
        let kind = if held { Kind::Ok200 } else { Kind::DoesNotExist481 };
        self.send(message.answer(kind), cx).await;
        if held && message.subject == Subject::Bye {
            self.lose(false, cx).await;
        }
    }

    async fn receive_answer(&mut self, message: Message, cx: &Context<Self>) {
        if message.kind == Kind::DoesNotExist481 {
            return self.lose(false, cx).await;
        }
        match message.subject {
            Subject::Invite => {
                self.phase = Phase::Querying;
                self.send(Message { subject: Subject::Ack, kind: Kind::Request, ..message }, cx).await;
                self.session_refreshed(cx);
                self.request(Subject::GetCstaFeatures, 0, cx).await;
            }
            Subject::GetCstaFeatures => {
                self.phase = Phase::Monitoring;
                self.request(Subject::MonitorStart, 0, cx).await;
            }
            Subject::MonitorStart => {
                self.phase = Phase::Established;
                self.counted.counts.down_us += self.down_since.take().map_or(0, |since| micros(since, cx.time()));
            }
            Subject::Update => self.session_refreshed(cx),
            _ => {}
        }
    }

    /// A 2xx to INVITE or UPDATE came: both timers start anew.
    fn session_refreshed(&mut self, cx: &Context<Self>) {
        let key = cx.schedule_keyed_event(self.refresh_interval, schedulable!(Self::refresh), ());
        self.refresh_key = Some(key.unwrap());
        if self.has_all_timers {
            self.expiry_key.take().into_iter().for_each(EventKey::cancel);
            // Its end is that of a request without an answer.
            let key = cx.schedule_keyed_event(self.session_expires_after, schedulable!(Self::give_up), ());
            self.expiry_key = Some(key.unwrap());
        }
    }
}

fn micros(from: MonotonicTime, to: MonotonicTime) -> u64 {
    to.duration_since(from).as_micros() as u64
}

/// A gateway and the phones behind it.
#[derive(Serialize, Deserialize)]
pub struct Gateway {
    /// Messages to each client -- output ports.
    to_client: Vec<Output<(Message, Option<Alert>)>>,
    /// What was counted, at the end -- output port.
    report: Output<Report>,

    delay: Duration,
    give_up_after: Duration,
    session_expires_after: Duration,
    has_all_timers: bool,
    incoming_gap: Option<Duration>,
    ring_mean: Duration,
    no_answer: Duration,
    talk_mean: Duration,
    answered_at_pc: f64,

    rng: Xoshiro256PlusPlus,
    lines: Vec<Line>,
    counted: Report,
}

/// What the gateway knows of one user.
#[derive(Serialize, Deserialize)]
struct Line {
    sign_in: Duration,
    dialog: Option<u32>,
    monitored: bool,
    ack_key: Option<EventKey>,
    expiry_key: Option<EventKey>,
    cseq: u32,
    pending: Vec<Pending>,
    calls: Vec<Call>,
    calls_made: u32,
}

impl Line {
    /// The dialog is over.
    fn forget(&mut self) {
        (self.dialog, self.monitored) = (None, false);
        self.ack_key.take().into_iter().for_each(EventKey::cancel);
        self.expiry_key.take().into_iter().for_each(EventKey::cancel);
        self.pending.drain(..).for_each(|p| p.give_up_key.cancel());
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Call {
    number: u32,
    incoming: bool,
    talking: bool,
    /// The client has confirmed the DeliveredEvent.
    confirmed: bool,
    is_answered: bool,
    talk: Duration,
    at_pc: bool,
    /// The user answers at the PC: the EstablishedEvent follows AnswerCall.
    waits_for_pc: bool,
}

#[Model]
impl Gateway {
    fn new(setting: &Setting, number: u32) -> Gateway {
        Gateway {
            to_client: Vec::new(),
            report: Output::default(),
            delay: Duration::from_micros(setting.delay_us),
            give_up_after: Duration::from_micros(setting.give_up_us),
            session_expires_after: Duration::from_micros(setting.session_expires_us),
            has_all_timers: setting.has_all_timers(),
            incoming_gap: gap(setting.incoming_per_s),
            ring_mean: Duration::from_micros(setting.ring_us),
            no_answer: Duration::from_micros(setting.no_answer_us),
            talk_mean: Duration::from_micros(setting.talk_us),
            answered_at_pc: setting.answered_at_pc,
            // Numbers above those of the clients.
            rng: setting.generator(1 << 40 | u64::from(number)),
            lines: Vec::new(),
            counted: Report::default(),
        }
    }

    /// A line for a user who signs in then; its port is to be connected to the client.
    fn add_line(&mut self, sign_in: Duration) -> &mut Output<(Message, Option<Alert>)> {
        self.lines.push(Line {
            sign_in,
            dialog: None,
            monitored: false,
            ack_key: None,
            expiry_key: None,
            cseq: 0,
            pending: Vec::new(),
            calls: Vec::new(),
            calls_made: 0,
        });
        self.to_client.push(Output::default());
        self.to_client.last_mut().expect("just pushed")
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for line in 0..self.lines.len() {
            self.schedule_call(line as u32, self.lines[line].sign_in, cx);
        }
    }

    /// Closes the books at the horizon -- input port.
    pub async fn close(&mut self, _: MonotonicTime) {
        self.report.send(self.counted).await;
    }

    // --- calls ---

    fn schedule_call(&mut self, line: u32, from: Duration, cx: &Context<Self>) {
        if let Some(gap) = self.incoming_gap {
            let wait = from + exponential(&mut self.rng, gap);
            cx.schedule_event(wait, schedulable!(Self::incoming_call), line).unwrap();
        }
    }

    #[nexosim(schedulable)]
    async fn incoming_call(&mut self, line: u32, cx: &Context<Self>) {
        self.counted.counts.events += 1;
        self.schedule_call(line, Duration::ZERO, cx);
        let at_pc = self.rng.random::<f64>() < self.answered_at_pc;
        self.ring(line, true, at_pc, cx).await;
    }

    /// A call rings: its client is alerted, if it can be.
    async fn ring(&mut self, line: u32, incoming: bool, at_pc: bool, cx: &Context<Self>) {
        let ring = exponential(&mut self.rng, self.ring_mean);
        let is_answered = ring < self.no_answer;
        let talk = exponential(&mut self.rng, self.talk_mean);
        let until = cx.time() + ring.min(self.no_answer);
        let held = &mut self.lines[line as usize];
        held.calls_made += 1;
        let number = held.calls_made;
        held.calls.push(Call {
            number,
            incoming,
            talking: false,
            confirmed: false,
            is_answered,
            talk,
            at_pc,
            waits_for_pc: false,
        });
        cx.schedule_event(until, schedulable!(Self::call_changes), (line, number)).unwrap();
        if !incoming {
            self.tell(line, Subject::Originated, number, None, cx).await;
        }
        let alert = incoming.then_some(Alert { until, at_pc: at_pc && is_answered });
        self.tell(line, Subject::Delivered, number, alert, cx).await;
    }

    /// A call stops ringing, or is over.
    #[nexosim(schedulable)]
    async fn call_changes(&mut self, (line, number): (u32, u32), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        let calls = &mut self.lines[line as usize].calls;
        let Some(index) = calls.iter().position(|c| c.number == number) else { return };
        let call = &mut calls[index];
        self.counted.counts.toasts_due += u64::from(call.incoming && !call.talking);
        if call.talking || !call.is_answered {
            calls.swap_remove(index);
            return self.tell(line, Subject::ConnectionCleared, number, None, cx).await;
        }
        call.talking = true;
        call.waits_for_pc = call.at_pc && call.confirmed;
        let waits = call.waits_for_pc;
        cx.schedule_event(call.talk, schedulable!(Self::call_changes), (line, number)).unwrap();
        if !waits {
            self.tell(line, Subject::Established, number, None, cx).await;
        }
    }

    // --- messages ---

    /// Reports an event of a call, where the line is monitored.
    async fn tell(&mut self, line: u32, subject: Subject, call: u32, alert: Option<Alert>, cx: &Context<Self>) {
        let held = &mut self.lines[line as usize];
        if let Some(dialog) = held.dialog.filter(|_| held.monitored) {
            held.cseq += 1;
            let message = Message { dialog, cseq: held.cseq, call, subject, kind: Kind::Request };
            if self.has_all_timers {
                let up = (line, message.cseq);
                let key = cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::give_up), up);
                held.pending.push(Pending { dialog, cseq: message.cseq, give_up_key: key.unwrap() });
            }
            self.send(line, message, alert, cx).await;
        }
    }

    /// An event stays unanswered: the dialog stands.
    #[nexosim(schedulable)]
    async fn give_up(&mut self, (line, cseq): (u32, u32)) {
        self.counted.counts.events += 1;
        self.lines[line as usize].pending.retain(|p| p.cseq != cseq);
    }

    /// The 200 to INVITE was never acknowledged.
    #[nexosim(schedulable)]
    async fn miss_ack(&mut self, line: u32, cx: &Context<Self>) {
        self.counted.counts.events += 1;
        let held = &mut self.lines[line as usize];
        if let Some(dialog) = held.dialog {
            held.cseq += 1;
            let message = Message { dialog, cseq: held.cseq, call: 0, subject: Subject::Bye, kind: Kind::Request };
            held.forget();
            self.send(line, message, None, cx).await;
        }
    }

    /// The session timer runs out: the dialog is forgotten.
    #[nexosim(schedulable)]
    async fn expire(&mut self, line: u32) {
        self.counted.counts.events += 1;
        self.lines[line as usize].forget();
    }

    fn start_dialog_timers(&mut self, line: u32, cx: &Context<Self>) {
        if self.has_all_timers {
            let held = &mut self.lines[line as usize];
            let key = cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::miss_ack), line);
            held.ack_key = Some(key.unwrap());
            let key = cx.schedule_keyed_event(self.session_expires_after, schedulable!(Self::expire), line);
            held.expiry_key = Some(key.unwrap());
        }
    }

    async fn send(&mut self, line: u32, message: Message, alert: Option<Alert>, cx: &Context<Self>) {
        self.counted.counts.messages_sent += 1;
        if self.delay.is_zero() {
            self.to_client[line as usize].send((message, alert)).await;
        } else {
            cx.schedule_event(self.delay, schedulable!(Self::arrive), (line, message, alert)).unwrap();
        }
    }

    /// A message has crossed the path.
    #[nexosim(schedulable)]
    async fn arrive(&mut self, (line, message, alert): (u32, Message, Option<Alert>)) {
        self.counted.counts.events += 1;
        self.to_client[line as usize].send((message, alert)).await;
    }

    /// A message from a client -- input port.
    pub async fn receive(&mut self, (line, message): (u32, Message), cx: &Context<Self>) {
        let held = &mut self.lines[line as usize];
        let ours = held.dialog == Some(message.dialog);
        if message.kind != Kind::Request {
            if let Some(index) = held.pending.iter().position(|p| p.cseq == message.cseq) {
                held.pending.swap_remove(index).give_up_key.cancel();
            }
            if ours && message.kind == Kind::DoesNotExist481 {
                held.forget();
            } else if message.subject == Subject::Delivered
                && let Some(call) = held.calls.iter_mut().find(|c| c.number == message.call)
            {
                call.confirmed = true;
            }
            return;
        }
        match message.subject {
            Subject::Ack => return held.ack_key.take().into_iter().for_each(EventKey::cancel),
            Subject::Invite => {
                held.forget();
                held.dialog = Some(message.dialog);
                self.start_dialog_timers(line, cx);
            }
            _ if !ours => return self.send(line, message.answer(Kind::DoesNotExist481), None, cx).await,
            Subject::Update => return, // the defect: it is ignored
            Subject::Bye => held.forget(),
            Subject::MonitorStart => held.monitored = true,
            _ => {}
        }
        self.send(line, message.answer(Kind::Ok200), None, cx).await;
        match message.subject {
            Subject::MakeCall => self.ring(line, false, false, cx).await,
            Subject::AnswerCall => {
                let calls = &mut self.lines[line as usize].calls;
                let waiting = calls.iter_mut().find(|c| c.number == message.call && c.waits_for_pc);
                if waiting.is_some_and(|call| std::mem::take(&mut call.waits_for_pc)) {
                    self.tell(line, Subject::Established, message.call, None, cx).await;
                }
            }
            _ => {}
        }
    }
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
