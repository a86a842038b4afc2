//! A gateway and the phones behind it.

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use rand::RngExt;

use super::*;
use crate::message::{Kind, Message, Subject};

/// A gateway and the phones behind it.
#[derive(Serialize, Deserialize)]
pub struct Gateway {
    /// Messages to each client -- output ports.
    to_client: Vec<Output<(Message, Option<Alert>)>>,
    /// What was counted, at the end -- output port.
    pub(super) report: Output<Report>,

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
    pub(super) lines: Vec<Line>,
    counted: Report,
}

/// What the gateway knows of one user.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
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
        self.expiry_key
            .take()
            .into_iter()
            .for_each(EventKey::cancel);
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
    pub(super) fn new(setting: &Setting, number: u32) -> Gateway {
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
    pub(super) fn add_line(&mut self, sign_in: Duration) -> &mut Output<(Message, Option<Alert>)> {
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
            cx.schedule_event(wait, schedulable!(Self::incoming_call), line)
                .unwrap();
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
        cx.schedule_event(until, schedulable!(Self::call_changes), (line, number))
            .unwrap();
        if !incoming {
            self.tell(line, Subject::Originated, number, None, cx).await;
        }
        let alert = incoming.then_some(Alert {
            until,
            at_pc: at_pc && is_answered,
        });
        self.tell(line, Subject::Delivered, number, alert, cx).await;
    }

    /// A call stops ringing, or is over.
    #[nexosim(schedulable)]
    async fn call_changes(&mut self, (line, number): (u32, u32), cx: &Context<Self>) {
        self.counted.counts.events += 1;
        let calls = &mut self.lines[line as usize].calls;
        let Some(index) = calls.iter().position(|c| c.number == number) else {
            return;
        };
        let call = &mut calls[index];
        self.counted.counts.toasts_due += u64::from(call.incoming && !call.talking);
        if call.talking || !call.is_answered {
            calls.swap_remove(index);
            return self
                .tell(line, Subject::ConnectionCleared, number, None, cx)
                .await;
        }
        call.talking = true;
        call.waits_for_pc = call.at_pc && call.confirmed;
        let waits = call.waits_for_pc;
        cx.schedule_event(call.talk, schedulable!(Self::call_changes), (line, number))
            .unwrap();
        if !waits {
            self.tell(line, Subject::Established, number, None, cx)
                .await;
        }
    }

    // --- messages ---

    /// Reports an event of a call, where the line is monitored.
    async fn tell(
        &mut self,
        line: u32,
        subject: Subject,
        call: u32,
        alert: Option<Alert>,
        cx: &Context<Self>,
    ) {
        let held = &mut self.lines[line as usize];
        if let Some(dialog) = held.dialog.filter(|_| held.monitored) {
            held.cseq += 1;
            let message = Message {
                dialog,
                cseq: held.cseq,
                call,
                subject,
                kind: Kind::Request,
            };
            if self.has_all_timers {
                let up = (line, message.cseq);
                let key =
                    cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::give_up), up);
                held.pending.push(Pending {
                    dialog,
                    cseq: message.cseq,
                    give_up_key: key.unwrap(),
                });
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
            let message = Message {
                dialog,
                cseq: held.cseq,
                call: 0,
                subject: Subject::Bye,
                kind: Kind::Request,
            };
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
            let key =
                cx.schedule_keyed_event(self.give_up_after, schedulable!(Self::miss_ack), line);
            held.ack_key = Some(key.unwrap());
            let key = cx.schedule_keyed_event(
                self.session_expires_after,
                schedulable!(Self::expire),
                line,
            );
            held.expiry_key = Some(key.unwrap());
        }
    }

    async fn send(
        &mut self,
        line: u32,
        message: Message,
        alert: Option<Alert>,
        cx: &Context<Self>,
    ) {
        self.counted.counts.messages_sent += 1;
        if self.delay.is_zero() {
            self.to_client[line as usize].send((message, alert)).await;
        } else {
            cx.schedule_event(
                self.delay,
                schedulable!(Self::arrive),
                (line, message, alert),
            )
            .unwrap();
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
            _ if !ours => {
                return self
                    .send(line, message.answer(Kind::DoesNotExist481), None, cx)
                    .await;
            }
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
                let waiting = calls
                    .iter_mut()
                    .find(|c| c.number == message.call && c.waits_for_pc);
                if waiting.is_some_and(|call| std::mem::take(&mut call.waits_for_pc)) {
                    self.tell(line, Subject::Established, message.call, None, cx)
                        .await;
                }
            }
            _ => {}
        }
    }
}
