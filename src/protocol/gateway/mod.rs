//! The gateway's side of one dialog. A gateway holds many; what it answers outside of any is [`answer_outside_dialog`].

mod refresh;

use smallvec::SmallVec;

use super::client::RefreshFailure;
use super::config::{GatewayConfig, OnRefreshFailure, Refresher, SessionTimer, UpdateBehaviour};
use super::message::{Message, Side, Status, Subject};
use super::transaction::{Deadline, Earliest, Pending, Timer, ack};
use crate::quantity::{MaybeTime, Span, Time};

/// What ended a dialog at the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayEnd {
    /// The client's BYE.
    Bye,
    /// The session timer ran out and the gateway forgot the dialog.
    TimerSilent,
    /// The session timer ran out and the gateway sent BYE.
    TimerBye,
    /// It disowned the dialog, answering 481.
    Disowned,
    /// The client answered 481.
    Answer481,
    /// Its own refresh stayed unanswered.
    GaveUp,
    /// Its own refresh was refused.
    Refused,
    /// Its 2xx to INVITE was never acknowledged.
    Unacknowledged,
    /// The gateway is taken down for maintenance.
    ShutDown,
}

/// What an observer of the gateway learns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayNote {
    /// The dialog is monitored: events flow.
    Monitored,
    /// The gateway no longer holds the dialog.
    Ended(GatewayEnd),
    /// MakeCall was accepted: this copy or an earlier one.
    CallMade(u32),
    /// AnswerCall was accepted: this copy or an earlier one.
    CallAnswered(u32),
    /// The gateway, being refresher, sent a refresh.
    RefreshBegan,
    /// Its refresh was answered by a 2xx.
    RefreshSucceeded,
    /// Its refresh failed or was put off by 491.
    RefreshFailed(RefreshFailure),
}

/// The gateway's way to the world.
pub trait GatewayPort {
    /// Sends a message towards the client.
    fn send(&mut self, message: Message);
    /// Tells an observer.
    fn note(&mut self, note: GatewayNote);
    /// A number uniform on [0, 1), for the wait after 491.
    fn draw_glare(&mut self) -> f64;
    /// A number uniform on [0, 1), the same for every copy of this refresh: whether it meets the behaviour that only a share
    /// of them meet.
    fn draw_share(&mut self, refresh: &Message) -> f64;
}

/// The answer to a request in a dialog that the gateway does not hold: 481 whatever the method ([rule](super#rules)), nothing to ACK.
pub fn answer_outside_dialog(message: &Message) -> Option<Message> {
    (message.is_request() && message.subject != Subject::Ack)
        .then(|| message.answer(Status::DoesNotExist481))
}

/// One dialog at the gateway. After every call, ask [`Dialog::deadline`] when to call [`Dialog::fire`].
#[derive(Clone, PartialEq, Debug)]
pub struct Dialog {
    number: u32,
    reliable: bool,
    monitored: bool,
    /// Over, or refused from the start: only its BYE still waits for an answer, or a refusal of an INVITE for its ACK.
    closing: bool,
    /// Its coming refresh waits for the ACK of the client's INVITE.
    awaits_ack: bool,
    /// Who refreshes, as its last 2xx said.
    refresher: Refresher,
    /// It has refreshed the session itself.
    has_refreshed: bool,
    cseq: u16,
    /// CSeq of the INVITE, or of the refresh last answered, to tell copies.
    last_refresh: u16,
    granted_s: u32,
    expires_at: MaybeTime,
    refresh_at: MaybeTime,
    /// The final response to INVITE, until its ACK.
    answer: Option<Pending>,
    requests: SmallVec<[Pending; 1]>,
}

impl Dialog {
    /// Answers the INVITE of a new session: a dialog; or 422, and what remains of that over UDP.
    pub fn accept(
        config: &GatewayConfig,
        now: Time,
        invite: &Message,
        reliable: bool,
        port: &mut impl GatewayPort,
    ) -> Option<Self> {
        if let Some(refusal) = too_small(config, invite) {
            return Self::refuse(now, &refusal, reliable, port);
        }
        let mut dialog = Self::new(invite, reliable);
        dialog.refresher = config.refresher;
        let answer = dialog.grant(config, now, invite, true);
        dialog.answer = Some(Pending::answer(now, &answer));
        port.send(answer);
        Some(dialog)
    }

    fn new(request: &Message, reliable: bool) -> Self {
        Self {
            number: request.dialog,
            reliable,
            monitored: false,
            closing: false,
            awaits_ack: false,
            refresher: Refresher::Uac,
            has_refreshed: false,
            cseq: 0,
            last_refresh: request.cseq,
            granted_s: 0,
            expires_at: MaybeTime::NONE,
            refresh_at: MaybeTime::NONE,
            answer: None,
            requests: SmallVec::new(),
        }
    }

    /// Sends a final response other than a 2xx to a request in no dialog. To an INVITE over UDP it is sent again until its
    /// ACK (Timer G, RFC 3261 §17.2.1): that remains, as a dialog that is over but for it.
    pub fn refuse(
        now: Time,
        refusal: &Message,
        reliable: bool,
        port: &mut impl GatewayPort,
    ) -> Option<Self> {
        port.send(*refusal);
        (refusal.subject.is_invite() && !reliable).then(|| Self {
            closing: true,
            answer: Some(Pending::refusal(now, refusal)),
            ..Self::new(refusal, reliable)
        })
    }

    /// A provisional answer to this request of the gateway came.
    pub fn provisional(&mut self, request: &Message) {
        let mut requests = self.requests.iter_mut();
        if let Some(pending) = requests.find(|r| r.is_answered_by(request)) {
            pending.receive_provisional();
        }
    }

    /// Whether it is for this message from the client: one of its dialog, or of the INVITE that was refused.
    pub fn takes(&self, message: &Message) -> bool {
        let is_refused_invite = self.closing && self.answer.is_some() && self.requests.is_empty();
        self.number == message.dialog && (!is_refused_invite || self.answers(message))
    }

    /// Whether its final response to this INVITE, a request or its ACK, awaits the ACK.
    fn answers(&self, message: &Message) -> bool {
        let of_invite = message.subject == Subject::Ack || message.subject.is_invite();
        of_invite
            && message.is_request()
            && self.answer.as_ref().is_some_and(|a| a.cseq == message.cseq)
    }

    /// Whether its own refresh is unanswered.
    pub fn refresh_pending(&self) -> bool {
        (self.requests.iter()).any(|r| r.subject == Subject::ReInvite)
    }

    /// The timer, due by now, that will end the dialog whatever comes: that of a gateway that was down.
    pub fn overdue_end(&self, config: &GatewayConfig, now: Time) -> Option<Timer> {
        let tears_down = config.on_no_answer == OnRefreshFailure::TearDown;
        let refreshes = (self.requests.iter())
            .filter(|r| r.subject == Subject::ReInvite)
            .filter(|_| tears_down);
        let success = self.answer.iter().filter(|a| !a.is_refusal());
        if self.closing {
            None
        } else if refreshes.chain(success).any(|p| p.gives_up() <= now) {
            Some(Timer::TransactionTimeout)
        } else {
            let expiry = self.expires_at.get().filter(|at| *at <= now);
            expiry.map(|_| Timer::SessionExpiry)
        }
    }

    /// Its number, given by the client.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether events flow.
    pub fn is_monitored(&self) -> bool {
        self.monitored && !self.closing
    }

    /// Whether the gateway still holds the dialog.
    pub fn is_held(&self) -> bool {
        !self.closing
    }

    /// Whether nothing more is to come: it can be forgotten.
    pub fn is_over(&self) -> bool {
        self.closing && self.requests.is_empty() && self.answer.is_none()
    }

    /// When to call [`Dialog::fire`] next.
    pub fn deadline(&self) -> Option<Deadline> {
        self.earliest(Earliest::NONE)
    }

    /// The same for a gateway that is up again at an instant: what was due before is due then, and goes by kind.
    pub fn deadline_from(&self, up: Time) -> Option<Deadline> {
        self.earliest(Earliest::from(up))
    }

    #[inline]
    fn earliest(&self, initial: Earliest) -> Option<Deadline> {
        let mut earliest = initial
            .or_some(self.expires_at, Timer::SessionExpiry)
            .or_some(self.refresh_at, Timer::Client);
        for pending in &self.requests {
            earliest = earliest.or_pending(pending);
        }
        if let Some(answer) = &self.answer {
            earliest = earliest.or_pending(answer);
        }
        earliest.get()
    }

    /// Sends an event of a call, if the dialog is monitored.
    pub fn event(&mut self, now: Time, subject: Subject, call: u32, port: &mut impl GatewayPort) {
        if self.is_monitored() {
            self.request(now, subject, call, port);
        }
    }

    /// A message of this dialog from the client.
    pub fn receive(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        message: &Message,
        port: &mut impl GatewayPort,
    ) {
        if !message.is_request() {
            return self.receive_answer(config, now, message, port);
        }
        if message.subject == Subject::Ack {
            if self.answers(message) {
                self.answer_completed(now, port);
            }
            return;
        }
        if self.answers(message) {
            // A copy of an INVITE whose 2xx is being retransmitted is absorbed (RFC 6026 §7.1), another final response goes
            // out again (RFC 3261 §17.2.1).
            if let Some(refusal) = self.answer.filter(Pending::is_refusal) {
                port.send(refusal.message(Side::Gateway));
            }
            return;
        }
        if self.closing {
            if let Some(answer) = answer_outside_dialog(message) {
                self.refuse_request(now, answer, port);
            }
            return;
        }
        match message.subject {
            Subject::Ack | Subject::Invite => {} // a copy of the INVITE: its 2xx was acknowledged
            Subject::ReInvite => self.receive_reinvite(config, now, message, port),
            Subject::Update => self.receive_update(config, now, message, port),
            Subject::Bye => {
                port.send(message.answer(Status::Ok200));
                self.end(GatewayEnd::Bye, port);
            }
            _ => self.receive_info(message, port),
        }
    }

    fn receive_info(&mut self, message: &Message, port: &mut impl GatewayPort) {
        port.send(message.answer(Status::Ok200));
        match message.subject {
            Subject::MonitorStart if !self.monitored => {
                self.monitored = true;
                port.note(GatewayNote::Monitored);
            }
            Subject::MonitorStop => self.monitored = false,
            Subject::MakeCall => port.note(GatewayNote::CallMade(message.value)),
            Subject::AnswerCall => port.note(GatewayNote::CallAnswered(message.value)),
            _ => {}
        }
    }

    fn receive_answer(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        answer: &Message,
        port: &mut impl GatewayPort,
    ) {
        let position = self.requests.iter().position(|r| r.is_answered_by(answer));
        if answer.subject == Subject::ReInvite {
            port.send(ack(answer));
        }
        let Some(index) = position else { return };
        let request = self.requests.remove(index);
        if self.closing {
            return;
        }
        let refreshing = request.subject == Subject::ReInvite;
        match answer.status {
            Status::Ok200 if refreshing => {
                port.note(GatewayNote::RefreshSucceeded);
                self.has_refreshed = true;
                self.restart_timer(config, now);
            }
            Status::Pending491 if refreshing => {
                port.note(GatewayNote::RefreshFailed(RefreshFailure::Retried));
                // RFC 3261 §14.1: the side that does not own the Call-ID waits 0 to 2.0 s, in units of 10 ms.
                let steps = (port.draw_glare() * 201.0) as u64;
                self.refresh_at = (now + Span::from_millis(10 * steps)).into();
            }
            Status::DoesNotExist481 => {
                if refreshing {
                    port.note(GatewayNote::RefreshFailed(RefreshFailure::Rejected));
                }
                self.end(GatewayEnd::Answer481, port);
            }
            _ if refreshing => {
                // RFC 4028 §10: a refusal other than 408 and 481 leaves the session as it is.
                port.note(GatewayNote::RefreshFailed(RefreshFailure::Rejected));
                if config.on_rejection == OnRefreshFailure::TearDown {
                    self.end_with_bye(now, GatewayEnd::Refused, port);
                }
            }
            _ => {}
        }
    }

    /// The deadline of [`Dialog::deadline`] has come.
    pub fn fire(&mut self, config: &GatewayConfig, now: Time, port: &mut impl GatewayPort) {
        let Some((at, timer)) = self.deadline_from(now) else {
            return;
        };
        debug_assert!(at <= now, "a deadline was fired early");
        match timer {
            Timer::TransactionTimeout => self.give_up(config, now, port),
            Timer::SessionExpiry => match config.enforces_session_timer {
                SessionTimer::Bye | SessionTimer::ByeAtExpiry => {
                    self.end_with_bye(now, GatewayEnd::TimerBye, port);
                }
                SessionTimer::Silent | SessionTimer::No => self.end(GatewayEnd::TimerSilent, port),
            },
            Timer::Client => self.fire_timer(now, port),
        }
    }

    fn fire_timer(&mut self, now: Time, port: &mut impl GatewayPort) {
        if let Some(pending) = self
            .requests
            .iter_mut()
            .chain(self.answer.as_mut())
            .find(|p| p.next_copy().is_some_and(|at| at <= now))
        {
            let copy = pending.copy(Side::Gateway);
            port.send(copy);
        } else if self.refresh_at.get().is_some_and(|at| at <= now) {
            self.refresh_at = MaybeTime::NONE;
            // RFC 3261 §14.1: no new INVITE while one of the other side is in progress.
            self.awaits_ack = self.answer.is_some();
            if !self.awaits_ack {
                self.refresh(now, port);
            }
        }
    }

    fn refresh(&mut self, now: Time, port: &mut impl GatewayPort) {
        port.note(GatewayNote::RefreshBegan);
        self.request(now, Subject::ReInvite, self.granted_s, port);
    }

    /// The client's INVITE transaction is over: a refresh that waited for that may go.
    fn answer_completed(&mut self, now: Time, port: &mut impl GatewayPort) {
        self.answer = None;
        if std::mem::take(&mut self.awaits_ack) {
            self.refresh(now, port);
        }
    }

    fn give_up(&mut self, config: &GatewayConfig, now: Time, port: &mut impl GatewayPort) {
        let Some(i) = self.requests.iter().position(|r| r.gives_up() <= now) else {
            if self.answer.is_some_and(|a| a.is_refusal()) {
                return self.answer_completed(now, port); // Timer H (RFC 3261 §17.2.1)
            }
            // RFC 3261 §13.3.1.4: no ACK for the 2xx, so the session is ended by BYE.
            return self.end_with_bye(now, GatewayEnd::Unacknowledged, port);
        };
        let request = self.requests.remove(i);
        if request.subject == Subject::ReInvite && !self.closing {
            port.note(GatewayNote::RefreshFailed(RefreshFailure::Unanswered));
            if config.on_no_answer == OnRefreshFailure::TearDown {
                self.end_with_bye(now, GatewayEnd::GaveUp, port);
            }
        }
        // An event that stays unanswered ends nothing (rule "unanswered event" of this room).
    }

    /// The gateway is taken down: BYE.
    pub fn shut_down(&mut self, now: Time, port: &mut impl GatewayPort) {
        if self.is_held() {
            self.end_with_bye(now, GatewayEnd::ShutDown, port);
        }
    }

    /// The gateway forgets that it monitors the line.
    pub fn forget_monitor(&mut self) {
        self.monitored = false;
    }

    fn end_with_bye(&mut self, now: Time, end: GatewayEnd, port: &mut impl GatewayPort) {
        self.end(end, port);
        self.request(now, Subject::Bye, 0, port);
        if self.reliable {
            self.requests.clear(); // its answer changes nothing, and nothing is sent twice
        }
    }

    fn end(&mut self, end: GatewayEnd, port: &mut impl GatewayPort) {
        self.closing = true;
        self.expires_at = MaybeTime::NONE;
        self.refresh_at = MaybeTime::NONE;
        self.answer = None;
        self.awaits_ack = false;
        let refreshing = self.refresh_pending();
        self.requests.clear();
        port.note(GatewayNote::Ended(end));
        if refreshing {
            port.note(GatewayNote::RefreshFailed(RefreshFailure::Abandoned));
        }
    }

    fn request(&mut self, now: Time, subject: Subject, value: u32, port: &mut impl GatewayPort) {
        self.cseq = self.cseq.wrapping_add(1);
        let mut message = Message::request(Side::Gateway, self.number, self.cseq, subject);
        message.value = value;
        self.requests
            .push(Pending::request(now, &message, self.reliable));
        port.send(message);
    }
}

/// RFC 4028 §9: 422 with Min-SE where the offered session is too short.
fn too_small(config: &GatewayConfig, request: &Message) -> Option<Message> {
    let knows_timers = config.update != UpdateBehaviour::NoSessionExpires;
    (knows_timers && request.value > 0 && request.value < u32::from(config.min_se_s)).then(|| {
        Message {
            min_se: config.min_se_s,
            ..request.answer(Status::IntervalTooSmall422)
        }
    })
}
