//! The client: Communicator's side of the dialog, from set-up through refreshes to its end and back.

use smallvec::SmallVec;

use super::session_timer::non_refresher_bye;
use super::transaction::{Deadline, Earliest, Pending, T1, Timer, ack};
use super::{
    Allow, ClientConfig, Message, OnNoAnswer, OnRejection, Reestablish, RefreshClock,
    RefreshMethod, Refresher, Side, Status, Subject,
};
use crate::quantity::{MaybeTime, Span, Time};

/// Where the client stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// The user is not signed in.
    SignedOut,
    /// No dialog; waiting for the next attempt, if there is to be one.
    Idle,
    /// INVITE sent.
    Calling,
    /// GetCSTAFeatures sent.
    Querying,
    /// MonitorStart sent.
    Monitoring,
    /// The session is up, as far as the client knows.
    Established,
}

/// What ended an established session, as the client saw it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientEnd {
    /// A request stayed unanswered for 32 s and the client tore down.
    GaveUp,
    /// The refresh was refused and the client tore down.
    Refused,
    /// The client's own session timer ran out.
    Timer,
    /// The gateway sent BYE.
    Bye,
    /// A request was answered 481.
    Answer481,
    /// The connection was reset.
    Reset,
}

/// How a refresh failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshFailure {
    /// No answer within 32 s.
    Unanswered,
    /// An answer that refuses it.
    Rejected,
    /// 491, or 422 answered by a larger Session-Expires: it is sent again.
    Retried,
}

/// What an observer of the client learns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientNote {
    /// The INVITE of a new session was sent.
    SetupBegan,
    /// The set-up failed.
    SetupFailed,
    /// The 200 to MonitorStart came: the session is up.
    Established,
    /// A refresh was sent.
    RefreshBegan,
    /// A refresh was answered by a 2xx.
    RefreshSucceeded,
    /// A refresh failed.
    RefreshFailed(RefreshFailure),
    /// The established session is over.
    Ended(ClientEnd),
    /// MakeCall was answered by a 200.
    CallPlaced(u32),
    /// The origination failed.
    CallFailed(u32),
    /// DeliveredEvent of this call came.
    Delivered(u32),
}

/// What a random draw is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Draw {
    /// The jitter of a refresh interval.
    RefreshJitter,
    /// The re-establishment delay.
    Reestablish,
    /// The wait after 491.
    Glare,
}

/// The client's way to the world: messages and notes go out, draws come in.
pub trait ClientPort {
    /// Sends a message towards the gateway.
    fn send(&mut self, message: Message);
    /// Tells an observer.
    fn note(&mut self, note: ClientNote);
    /// A number uniform on [0, 1).
    fn draw(&mut self, purpose: Draw) -> f64;
}

/// The client machine. After every call, ask [`Client::deadline`] when to call [`Client::fire`].
#[derive(Clone, PartialEq, Debug)]
pub struct Client {
    phase: Phase,
    reliable: bool,
    /// Refreshes by re-INVITE in this dialog.
    by_reinvite: bool,
    /// Session-Expires has been raised after a 422 to the request now pending.
    raised: bool,
    gateway_refreshes: bool,
    /// The coming refresh is due already, and only put off.
    put_off: bool,
    cseq: u16,
    min_se_s: u16,
    dialog: u32,
    offered_s: u32,
    /// Session-Expires in force, 0: no session timer.
    granted_s: u32,
    failures: u32,
    /// When to refresh; while resting, when to set up again.
    proceeds_at: MaybeTime,
    /// The interval drawn for the coming refresh.
    interval: Span,
    expires_at: MaybeTime,
    requests: SmallVec<[Pending; 2]>,
    rare: Option<Box<Rare>>,
}

/// What few clients ever have anything of: kept apart from what every event needs.
#[derive(Clone, PartialEq, Debug, Default)]
struct Rare {
    /// The end of Retry-After.
    quiet_until: Option<Time>,
    /// The dialog and CSeq of the BYE last answered, to answer its copies alike.
    last_bye: Option<(u32, u16)>,
    /// A 2xx to the gateway's re-INVITE, until its ACK.
    answer: Option<Pending>,
}

impl Client {
    /// A client of a user who is not signed in. `reliable`: no leg of its path is UDP.
    pub fn new(reliable: bool) -> Client {
        Client {
            phase: Phase::SignedOut,
            reliable,
            by_reinvite: false,
            raised: false,
            gateway_refreshes: false,
            put_off: false,
            cseq: 0,
            min_se_s: 0,
            dialog: 0,
            offered_s: 0,
            granted_s: 0,
            failures: 0,
            proceeds_at: MaybeTime::NONE,
            interval: Span::ZERO,
            expires_at: MaybeTime::NONE,
            requests: SmallVec::new(),
            rare: None,
        }
    }

    /// Where it stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The number of its present or last dialog.
    pub fn dialog(&self) -> u32 {
        self.dialog
    }

    /// Whether it believes its session is up.
    pub fn is_established(&self) -> bool {
        self.phase == Phase::Established
    }

    fn in_dialog(&self) -> bool {
        matches!(
            self.phase,
            Phase::Querying | Phase::Monitoring | Phase::Established
        )
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn answer(&self) -> Option<&Pending> {
        self.rare.as_ref()?.answer.as_ref()
    }

    fn forget_answer(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.answer = None;
        }
    }

    /// The end of Retry-After, where that is still to come.
    fn quiet_until(&self, now: Time) -> Option<Time> {
        self.rare.as_ref()?.quiet_until.filter(|until| now < *until)
    }

    fn is_quiet(&self, now: Time) -> bool {
        self.quiet_until(now).is_some()
    }

    /// When to call [`Client::fire`] next.
    pub fn deadline(&self) -> Option<Deadline> {
        let mut earliest = Earliest::NONE
            .or_some(self.proceeds_at, Timer::Client)
            .or_some(self.expires_at, Timer::SessionExpiry);
        for pending in &self.requests {
            earliest = earliest.or_pending(pending);
        }
        if let Some(answer) = self.answer() {
            earliest = earliest.or_pending(answer);
        }
        earliest.get()
    }

    /// The user signs in: the first set-up begins.
    pub fn sign_in(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        self.failures = 0;
        self.begin_setup(config, now, port);
    }

    /// The user signs out: MonitorStop and BYE where a session is up, BYE where a dialog is.
    pub fn sign_out(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let (was_established, had_dialog) = (self.is_established(), self.in_dialog());
        self.requests.retain(|r| r.subject == Subject::Bye);
        self.clear_timers();
        if !self.is_quiet(now) {
            if was_established {
                self.request(config, now, Subject::MonitorStop, 0, port);
            }
            if had_dialog {
                self.request(config, now, Subject::Bye, 0, port);
            }
        }
        self.clear_timers();
        self.phase = Phase::SignedOut;
    }

    /// The user calls from the PC; an attempt without a session fails at once and sends nothing (model §3).
    pub fn make_call(
        &mut self,
        config: &ClientConfig,
        now: Time,
        call: u32,
        port: &mut impl ClientPort,
    ) {
        if self.is_established() && !self.is_quiet(now) {
            self.request(config, now, Subject::MakeCall, call, port);
        } else {
            port.note(ClientNote::CallFailed(call));
        }
    }

    /// The user answers at the PC; `false`: there is no session to answer with.
    pub fn answer_call(
        &mut self,
        config: &ClientConfig,
        now: Time,
        call: u32,
        port: &mut impl ClientPort,
    ) -> bool {
        let can = self.is_established() && !self.is_quiet(now);
        if can {
            self.request(config, now, Subject::AnswerCall, call, port);
        }
        can
    }

    /// A message from the gateway.
    pub fn receive(
        &mut self,
        config: &ClientConfig,
        now: Time,
        message: Message,
        port: &mut impl ClientPort,
    ) {
        if self.in_dialog() && message.dialog == self.dialog {
            self.traffic(config, now);
        }
        if message.is_request() {
            self.receive_request(config, now, message, port);
        } else {
            self.receive_answer(config, now, message, port);
        }
    }

    /// The connection to OCS, or from there to the gateway, was reset: what was under way is lost, and noticed at once.
    pub fn connection_reset(
        &mut self,
        config: &ClientConfig,
        now: Time,
        port: &mut impl ClientPort,
    ) {
        if matches!(
            self.phase,
            Phase::Calling | Phase::Querying | Phase::Monitoring | Phase::Established
        ) {
            self.end(config, now, ClientEnd::Reset, port);
        }
        self.requests.clear();
    }

    /// The deadline of [`Client::deadline`] has come.
    pub fn fire(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let Some((at, timer)) = self.deadline() else {
            return;
        };
        debug_assert!(at <= now, "a deadline was fired early");
        match timer {
            Timer::TransactionTimeout => self.give_up(config, now, port),
            Timer::SessionExpiry => self.end(config, now, ClientEnd::Timer, port),
            Timer::Client => self.fire_client_timer(config, now, port),
        }
    }

    fn fire_client_timer(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let is_due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        if let Some(i) = self.requests.iter().position(|r| is_due(r.next_copy())) {
            let copy = self.requests[i].copy(Side::Client);
            port.send(copy);
        } else if let Some(answer) = self
            .rare
            .as_mut()
            .and_then(|r| r.answer.as_mut())
            .filter(|a| is_due(a.next_copy()))
        {
            let copy = answer.copy(Side::Client);
            port.send(copy);
        } else if is_due(self.proceeds_at.get()) {
            if self.phase == Phase::Idle {
                self.begin_setup(config, now, port);
            } else {
                self.refresh(config, now, port);
            }
        }
    }

    // --- set-up ---

    fn begin_setup(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        self.clear_timers();
        if let Some(until) = self.quiet_until(now) {
            // RFC 3261 §21.5.4: nothing is sent before Retry-After has passed.
            self.phase = Phase::Idle;
            self.proceeds_at = until.into();
            return;
        }
        self.phase = Phase::Calling;
        self.dialog += 1;
        self.cseq = 0;
        self.offered_s = config.session_expires_s.max(u32::from(config.min_se_s));
        self.min_se_s = config.min_se_s;
        self.raised = false;
        self.granted_s = 0;
        port.note(ClientNote::SetupBegan);
        self.request(config, now, Subject::Invite, self.offered_s, port);
    }

    fn setup_answered(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        match answer.status {
            Status::Ok200 => {
                self.phase = Phase::Querying;
                self.raised = false;
                self.by_reinvite = match (config.refresh_method, answer.allow) {
                    (RefreshMethod::ReInvite, _) => true,
                    (RefreshMethod::Update, _) => false,
                    (RefreshMethod::ByAllow, allow) => allow == Allow::WithoutUpdate,
                    // RFC 4028 §7.4: UPDATE only if the peer is known to support it.
                    (RefreshMethod::Rfc4028, allow) => allow != Allow::WithUpdate,
                };
                self.session_refreshed(config, now, answer, port);
                self.request(config, now, Subject::GetCstaFeatures, 0, port);
            }
            Status::IntervalTooSmall422 if !self.raised => {
                self.raise(answer);
                self.request(config, now, Subject::Invite, self.offered_s, port);
            }
            _ => self.fail_setup(config, now, false, port),
        }
    }

    /// RFC 4028 §7.3: the request is sent again with the Min-SE of the 422.
    fn raise(&mut self, answer: &Message) {
        self.raised = true;
        self.min_se_s = self.min_se_s.max(answer.min_se);
        self.offered_s = self.offered_s.max(u32::from(self.min_se_s));
    }

    fn fail_setup(
        &mut self,
        config: &ClientConfig,
        now: Time,
        bye: bool,
        port: &mut impl ClientPort,
    ) {
        port.note(ClientNote::SetupFailed);
        self.leave_dialog(config, now, bye, port);
        self.rest(config, now, true, port);
    }

    // --- refresh ---

    /// A 2xx to INVITE or UPDATE came, or to the gateway's own refresh: both timers start anew.
    fn session_refreshed(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        self.granted_s = answer.value;
        self.gateway_refreshes = self.granted_s > 0 && answer.refresher == Refresher::Uas;
        self.restart_expiry(config, now);
        self.restart_clock(config, now, port);
    }

    fn restart_expiry(&mut self, config: &ClientConfig, now: Time) {
        let keep_polling = config.on_no_answer == OnNoAnswer::KeepPolling;
        self.expires_at = if self.granted_s == 0 || keep_polling {
            MaybeTime::NONE
        } else if self.waits_for_gateway(config) {
            (now + non_refresher_bye(self.granted_s)).into()
        } else {
            (now + Span::from_secs(u64::from(self.granted_s))).into()
        };
    }

    /// A strict client leaves refreshing to the gateway where the 2xx says so; Communicator's refresh is a heartbeat of its own (assumption).
    fn waits_for_gateway(&self, config: &ClientConfig) -> bool {
        config.refresh_method == RefreshMethod::Rfc4028 && self.gateway_refreshes
    }

    /// The next refresh is due an interval after `start`, if there is to be one.
    fn restart_clock(&mut self, config: &ClientConfig, start: Time, port: &mut impl ClientPort) {
        let interval = self.next_interval(config, port);
        self.put_off = false;
        self.interval = interval.unwrap_or_default();
        self.proceeds_at = interval.map(|interval| start + interval).into();
    }

    /// The interval to the next refresh, with its jitter (model §3: drawn per refresh); `None`: there is to be none.
    fn next_interval(&self, config: &ClientConfig, port: &mut impl ClientPort) -> Option<Span> {
        let interval = match config.refresh_method {
            // RFC 4028 §7.2: half the session interval; without one, nobody refreshes.
            RefreshMethod::Rfc4028 if self.granted_s == 0 || self.gateway_refreshes => return None,
            RefreshMethod::Rfc4028 => Span(u64::from(self.granted_s) * 500_000),
            _ => config.refresh_interval,
        };
        if config.refresh_jitter == 0.0 {
            return Some(interval);
        }
        let u = port.draw(Draw::RefreshJitter);
        Some(Span::from_micros_f64(
            interval.0 as f64 * (1.0 + config.refresh_jitter * (2.0 * u - 1.0)),
        ))
    }

    /// Under `since-traffic` any message of the dialog restarts a running refresh clock; a refresh that is due and only put
    /// off, after 491 or for Retry-After, is not rescued (model §3).
    fn traffic(&mut self, config: &ClientConfig, now: Time) {
        if config.refresh_clock == RefreshClock::SinceTraffic
            && self.proceeds_at.is_some()
            && !self.put_off
        {
            self.proceeds_at = (now + self.interval).into();
        }
    }

    fn refresh(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        self.put_off = true;
        if let Some(until) = self.quiet_until(now) {
            self.proceeds_at = until.into();
            return;
        }
        self.proceeds_at = MaybeTime::NONE;
        port.note(ClientNote::RefreshBegan);
        let subject = if self.by_reinvite {
            Subject::ReInvite
        } else {
            Subject::Update
        };
        self.request(config, now, subject, self.offered_s, port);
    }

    fn refresh_answered(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        let failed = |how| ClientNote::RefreshFailed(how);
        match answer.status {
            Status::Ok200 => {
                self.raised = false;
                port.note(ClientNote::RefreshSucceeded);
                self.session_refreshed(config, now, answer, port);
            }
            Status::IntervalTooSmall422 if !self.raised => {
                port.note(failed(RefreshFailure::Retried));
                self.raise(answer);
                self.refresh(config, now, port);
            }
            Status::Pending491 => {
                port.note(failed(RefreshFailure::Retried));
                // RFC 3261 §14.1: the owner of the Call-ID waits 2.1 to 4.0 s, in units of 10 ms.
                let steps = 210 + (port.draw(Draw::Glare) * 191.0) as u64;
                self.proceeds_at = (now + Span::from_millis(10 * steps)).into();
            }
            Status::Unavailable503 => {
                port.note(failed(RefreshFailure::Rejected));
                match self.quiet_until(now) {
                    Some(until) => self.proceeds_at = until.into(),
                    None => self.restart_clock(config, now, port),
                }
            }
            _ => {
                port.note(failed(RefreshFailure::Rejected));
                match config.on_rejection {
                    OnRejection::FallBack if !self.by_reinvite => {
                        self.by_reinvite = true;
                        self.refresh(config, now, port);
                    }
                    OnRejection::TearDown => self.end(config, now, ClientEnd::Refused, port),
                    OnRejection::FallBack | OnRejection::Hold => {}
                }
            }
        }
    }

    // --- the end ---

    /// The established session is over; a set-up under way fails.
    fn end(
        &mut self,
        config: &ClientConfig,
        now: Time,
        end: ClientEnd,
        port: &mut impl ClientPort,
    ) {
        let bye = matches!(
            end,
            ClientEnd::GaveUp | ClientEnd::Refused | ClientEnd::Timer
        );
        if self.phase != Phase::Established {
            return self.fail_setup(config, now, bye, port);
        }
        port.note(ClientNote::Ended(end));
        self.leave_dialog(config, now, bye, port);
        self.rest(config, now, false, port);
    }

    fn leave_dialog(
        &mut self,
        config: &ClientConfig,
        now: Time,
        bye: bool,
        port: &mut impl ClientPort,
    ) {
        let failed: SmallVec<[Pending; 2]> = self
            .requests
            .iter()
            .filter(|r| r.subject == Subject::MakeCall)
            .copied()
            .collect();
        self.requests.retain(|r| r.subject == Subject::Bye);
        for call in failed {
            port.note(ClientNote::CallFailed(call.value));
        }
        if bye && !self.is_quiet(now) {
            self.request(config, now, Subject::Bye, 0, port);
        }
        self.clear_timers();
    }

    fn clear_timers(&mut self) {
        self.proceeds_at = MaybeTime::NONE;
        self.expires_at = MaybeTime::NONE;
        self.forget_answer();
    }

    /// Re-establishment runs from the tear-down, not from BYE's answer (model §3).
    fn rest(&mut self, config: &ClientConfig, now: Time, failed: bool, port: &mut impl ClientPort) {
        self.phase = Phase::Idle;
        let delay = match config.reestablish {
            Reestablish::Never => return,
            Reestablish::Fixed(delay) => delay,
            Reestablish::Uniform(from, to) => {
                from + Span::from_micros_f64((to - from).0 as f64 * port.draw(Draw::Reestablish))
            }
            Reestablish::Backoff {
                first,
                factor,
                cap,
                jitter,
            } => {
                let mut delay = first.0 as f64;
                for _ in 0..self.failures {
                    delay = (delay * factor).min(cap.0 as f64);
                }
                let u = port.draw(Draw::Reestablish);
                Span::from_micros_f64(delay.min(cap.0 as f64) * (1.0 + jitter * (2.0 * u - 1.0)))
            }
        };
        self.failures = self.failures.saturating_add(1);
        // A refused set-up repeated without any pause would never let time pass: T1 is the least (assumption).
        let delay = if failed { delay.max(T1) } else { delay };
        self.proceeds_at = (now + delay)
            .max(self.quiet_until(now).unwrap_or_default())
            .into();
    }

    /// The 32 s of a request, or of an unacknowledged 2xx, are over.
    fn give_up(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let Some(i) = self.requests.iter().position(|r| r.gives_up() <= now) else {
            // RFC 3261 §13.3.1.4: a 2xx that is never acknowledged ends the session.
            self.forget_answer();
            return self.end(config, now, ClientEnd::GaveUp, port);
        };
        let request = self.requests.remove(i);
        let subject = request.subject;
        match subject {
            Subject::Bye | Subject::MonitorStop => {}
            Subject::Invite => self.fail_setup(config, now, false, port),
            Subject::GetCstaFeatures | Subject::MonitorStart => {
                self.fail_setup(config, now, true, port)
            }
            Subject::Update | Subject::ReInvite => {
                port.note(ClientNote::RefreshFailed(RefreshFailure::Unanswered));
                match config.on_no_answer {
                    OnNoAnswer::TearDown => self.end(config, now, ClientEnd::GaveUp, port),
                    OnNoAnswer::Hold => {}
                    OnNoAnswer::KeepPolling => {
                        self.restart_clock(config, request.first_sent, port);
                        self.proceeds_at = self.proceeds_at.get().map(|at| at.max(now)).into();
                    }
                }
            }
            _ => {
                if subject == Subject::MakeCall {
                    port.note(ClientNote::CallFailed(request.value));
                }
                if config.on_no_answer == OnNoAnswer::TearDown {
                    self.end(config, now, ClientEnd::GaveUp, port);
                }
            }
        }
    }

    // --- messages ---

    fn request(
        &mut self,
        config: &ClientConfig,
        now: Time,
        subject: Subject,
        value: u32,
        port: &mut impl ClientPort,
    ) {
        self.cseq = self.cseq.wrapping_add(1);
        let mut message = Message::request(Side::Client, self.dialog, self.cseq, subject);
        message.value = value;
        if matches!(
            subject,
            Subject::Invite | Subject::ReInvite | Subject::Update
        ) {
            message.min_se = self.min_se_s;
        }
        self.requests
            .push(Pending::request(now, &message, self.reliable));
        port.send(message);
        if self.in_dialog() {
            self.traffic(config, now);
        }
    }

    fn receive_request(
        &mut self,
        config: &ClientConfig,
        now: Time,
        message: Message,
        port: &mut impl ClientPort,
    ) {
        if message.subject == Subject::Ack {
            if self
                .answer()
                .is_some_and(|a| a.cseq == message.cseq && message.dialog == self.dialog)
            {
                self.forget_answer();
            }
            return;
        }
        if !(self.in_dialog() && message.dialog == self.dialog) {
            let last_bye = self.rare.as_ref().and_then(|rare| rare.last_bye);
            let repeated =
                message.subject == Subject::Bye && last_bye == Some((message.dialog, message.cseq));
            // RFC 3261 §12.2.2: no such dialog.
            port.send(message.answer(if repeated {
                Status::Ok200
            } else {
                Status::DoesNotExist481
            }));
            return;
        }
        match message.subject {
            Subject::Bye => {
                self.rare().last_bye = Some((message.dialog, message.cseq));
                port.send(message.answer(Status::Ok200));
                self.end(config, now, ClientEnd::Bye, port);
            }
            Subject::ReInvite => self.receive_reinvite(config, now, message, port),
            subject => {
                port.send(message.answer(Status::Ok200));
                if subject == Subject::Delivered {
                    port.note(ClientNote::Delivered(message.value));
                }
            }
        }
    }

    fn receive_reinvite(
        &mut self,
        config: &ClientConfig,
        now: Time,
        message: Message,
        port: &mut impl ClientPort,
    ) {
        if self.answer().is_some_and(|a| a.cseq == message.cseq) {
            return; // a copy of the INVITE whose 2xx is being retransmitted is absorbed (RFC 6026 §7.1)
        }
        if self.requests.iter().any(|r| r.subject.is_invite()) {
            // RFC 3261 §14.2: both sides have an INVITE under way.
            port.send(message.answer(Status::Pending491));
            return;
        }
        let mut answer = message.answer(Status::Ok200);
        answer.value = message.value;
        answer.refresher = Refresher::Uas;
        self.rare().answer = Some(Pending::answer(now, &answer));
        port.send(answer);
        self.granted_s = message.value;
        self.restart_expiry(config, now);
    }

    fn receive_answer(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: Message,
        port: &mut impl ClientPort,
    ) {
        let found = self.requests.iter().position(|r| r.is_answered_by(&answer));
        if answer.subject.is_invite() {
            port.send(ack(&answer));
            if found.is_none()
                && answer.subject == Subject::Invite
                && answer.status == Status::Ok200
            {
                self.refuse_late_session(now, &answer, port);
            }
        }
        let Some(found) = found else { return };
        let request = self.requests.remove(found);
        if answer.status == Status::Unavailable503 && answer.value > 0 {
            self.rare().quiet_until = Some(now + Span::from_secs(u64::from(answer.value)));
        }
        if request.dialog != self.dialog
            || matches!(request.subject, Subject::Bye | Subject::MonitorStop)
        {
            return;
        }
        if request.subject == Subject::Invite {
            return self.setup_answered(config, now, &answer, port);
        }
        if answer.status == Status::DoesNotExist481 {
            match request.subject {
                Subject::Update | Subject::ReInvite => {
                    port.note(ClientNote::RefreshFailed(RefreshFailure::Rejected));
                }
                Subject::MakeCall => port.note(ClientNote::CallFailed(request.value)),
                _ => {}
            }
            return self.end(config, now, ClientEnd::Answer481, port);
        }
        let ok = answer.status == Status::Ok200;
        match request.subject {
            Subject::Update | Subject::ReInvite => {
                self.refresh_answered(config, now, &answer, port)
            }
            Subject::GetCstaFeatures if ok => {
                self.phase = Phase::Monitoring;
                self.request(config, now, Subject::MonitorStart, 0, port);
            }
            Subject::MonitorStart if ok => {
                self.phase = Phase::Established;
                self.failures = 0;
                port.note(ClientNote::Established);
            }
            Subject::GetCstaFeatures | Subject::MonitorStart => {
                self.fail_setup(config, now, true, port)
            }
            Subject::MakeCall if ok => port.note(ClientNote::CallPlaced(request.value)),
            Subject::MakeCall => port.note(ClientNote::CallFailed(request.value)),
            _ => {}
        }
    }

    /// A 200 to an INVITE that was given up: its dialog is ended at once (model §3).
    fn refuse_late_session(&mut self, now: Time, answer: &Message, port: &mut impl ClientPort) {
        let open = self.in_dialog() && answer.dialog == self.dialog;
        let refused = self
            .requests
            .iter()
            .any(|r| r.subject == Subject::Bye && r.dialog == answer.dialog);
        if open || refused {
            return; // a copy of a 200 already dealt with
        }
        let bye = Message::request(
            Side::Client,
            answer.dialog,
            answer.cseq.wrapping_add(1),
            Subject::Bye,
        );
        self.requests
            .push(Pending::request(now, &bye, self.reliable));
        port.send(bye);
    }
}
