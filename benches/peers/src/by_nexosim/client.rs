//! A user and the client.

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use rand::RngExt;

use super::*;
use crate::message::{Kind, Message, Subject};

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
    pub(super) report: Output<Report>,

    pub(super) sign_in: Duration,
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

#[Model]
impl Client {
    pub(super) fn new(setting: &Setting, number: u32) -> Client {
        let mut rng = setting.generator(u64::from(number));
        let sign_in =
            Duration::from_micros((rng.random::<f64>() * setting.sign_in_over_us as f64) as u64);
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
            cx.schedule_event(self.sign_in, schedulable!(Self::sign_in), ())
                .unwrap();
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
        self.refresh_key
            .take()
            .into_iter()
            .for_each(EventKey::cancel);
        self.expiry_key
            .take()
            .into_iter()
            .for_each(EventKey::cancel);
        if bye && in_dialog {
            let bye = self.next_request(Subject::Bye, 0);
            if self.has_all_timers {
                let key = cx.schedule_keyed_event(
                    self.give_up_after,
                    schedulable!(Self::give_up_bye),
                    (),
                );
                self.pending.push(Pending {
                    dialog: bye.dialog,
                    cseq: bye.cseq,
                    give_up_key: key.unwrap(),
                });
            }
            self.send(bye, cx).await;
        }
        cx.schedule_event(self.reestablish_after, schedulable!(Self::reestablish), ())
            .unwrap();
    }

    fn is_in_dialog(&self) -> bool {
        matches!(
            self.phase,
            Phase::Querying | Phase::Monitoring | Phase::Established
        )
    }

    // --- calls ---

    fn schedule_call(&mut self, cx: &Context<Self>) {
        if let Some(gap) = self.outgoing_gap {
            let wait = exponential(&mut self.rng, gap);
            cx.schedule_event(wait, schedulable!(Self::call), ())
                .unwrap();
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
        Message {
            dialog: self.dialog,
            cseq: self.cseq,
            call,
            subject,
            kind: Kind::Request,
        }
    }

    async fn request(&mut self, subject: Subject, call: u32, cx: &Context<Self>) {
        let message = self.next_request(subject, call);
        let give_up_key = cx
            .schedule_keyed_event(self.give_up_after, schedulable!(Self::give_up), ())
            .unwrap();
        self.pending.push(Pending {
            dialog: message.dialog,
            cseq: message.cseq,
            give_up_key,
        });
        self.send(message, cx).await;
    }

    async fn send(&mut self, message: Message, cx: &Context<Self>) {
        self.counted.counts.messages_sent += 1;
        if self.delay.is_zero() {
            self.to_gateway.send(message).await;
        } else {
            cx.schedule_event(self.delay, schedulable!(Self::arrive), message)
                .unwrap();
        }
    }

    /// A message has crossed the path.
    #[nexosim(schedulable)]
    async fn arrive(&mut self, message: Message) {
        self.counted.counts.events += 1;
        self.to_gateway.send(message).await;
    }

    /// A message from the gateway -- input port.
    pub async fn receive(
        &mut self,
        (message, alert): (Message, Option<Alert>),
        cx: &Context<Self>,
    ) {
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
                cx.schedule_event(alert.until, schedulable!(Self::answer_at_pc), message.call)
                    .unwrap();
            }
        }
        let kind = if held {
            Kind::Ok200
        } else {
            Kind::DoesNotExist481
        };
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
                self.send(
                    Message {
                        subject: Subject::Ack,
                        kind: Kind::Request,
                        ..message
                    },
                    cx,
                )
                .await;
                self.session_refreshed(cx);
                self.request(Subject::GetCstaFeatures, 0, cx).await;
            }
            Subject::GetCstaFeatures => {
                self.phase = Phase::Monitoring;
                self.request(Subject::MonitorStart, 0, cx).await;
            }
            Subject::MonitorStart => {
                self.phase = Phase::Established;
                self.counted.counts.down_us += self
                    .down_since
                    .take()
                    .map_or(0, |since| micros(since, cx.time()));
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
            self.expiry_key
                .take()
                .into_iter()
                .for_each(EventKey::cancel);
            // Its end is that of a request without an answer.
            let key = cx.schedule_keyed_event(
                self.session_expires_after,
                schedulable!(Self::give_up),
                (),
            );
            self.expiry_key = Some(key.unwrap());
        }
    }
}
