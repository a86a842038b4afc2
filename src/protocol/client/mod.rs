//! The client: Communicator's side of the dialog, from set-up through refreshes to its end and back.

mod ending;
mod exchange;
mod refresh;
mod setup;

use smallvec::SmallVec;

use super::config::{ClientConfig, OnNoAnswer, RefreshClock};
use super::message::{Message, Side, Subject};
use super::transaction::{Deadline, Earliest, Pending, Timer};
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
    /// Its 2xx to the gateway's re-INVITE was not acknowledged for 32 s and the client tore down.
    Unacknowledged,
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
    /// The session ended while it was pending.
    Abandoned,
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
    /// When it is the turn of a set-up that is due now, where others come so long after each other: now, if nobody waits.
    fn setup_turn(&mut self, now: Time, _gap: Span) -> Time {
        now
    }
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
    /// The coming refresh waits for the ACK of the gateway's re-INVITE.
    awaits_ack: bool,
    /// Its set-up has waited for its turn.
    has_turn: bool,
    /// Keeps polling: its session timer ends nothing meanwhile.
    polls: bool,
    /// How often the refresh under way has failed and was sent again.
    tries: u8,
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
    /// When the next request of a set-up goes out that Retry-After put off.
    step_at: Option<Time>,
    /// Dialog and CSeq of the BYEs lately answered, and when, to answer their copies alike.
    byes: Vec<(u32, u16, Time)>,
    /// The final response to the gateway's re-INVITE, until its ACK.
    answer: Option<Pending>,
    /// What was received in this dialog, to tell copies: requests, ACKs and responses, each by CSeq.
    received: [CseqWindow; 3],
}

/// CSeq numbers received: the highest, and which of the 64 up to it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct CseqWindow {
    highest: u16,
    bitmap: u64,
}

impl CseqWindow {
    /// Notes a number; `false`: it was there before.
    fn is_first(&mut self, cseq: u16) -> bool {
        let ahead = cseq.wrapping_sub(self.highest) as i16;
        if ahead > 0 {
            self.bitmap = self.bitmap.checked_shl(ahead as u32).unwrap_or(0) | 1;
            self.highest = cseq;
            return true;
        }
        let bit = 1u64
            .checked_shl(u32::from(ahead.unsigned_abs()))
            .unwrap_or(0);
        let first = self.bitmap & bit == 0;
        self.bitmap |= bit;
        first
    }
}

impl Client {
    /// A client of a user who is not signed in. `reliable`: no leg of its path is UDP.
    pub fn new(reliable: bool) -> Self {
        Self {
            phase: Phase::SignedOut,
            reliable,
            by_reinvite: false,
            raised: false,
            gateway_refreshes: false,
            put_off: false,
            awaits_ack: false,
            has_turn: false,
            polls: false,
            tries: 0,
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

    /// Whether the final response to this request, an INVITE or its ACK, awaits that ACK.
    fn answers(&self, message: &Message) -> bool {
        self.answer()
            .is_some_and(|a| (a.dialog, a.cseq) == (message.dialog, message.cseq))
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
        self.earliest(Earliest::NONE)
    }

    /// The same for a machine that wakes at an instant: what was due before is due then, and goes by kind.
    pub fn deadline_from(&self, wakes: Time) -> Option<Deadline> {
        self.earliest(Earliest::from(wakes))
    }

    #[inline]
    fn earliest(&self, initial: Earliest) -> Option<Deadline> {
        let mut earliest = initial.or_some(self.proceeds_at, Timer::Client);
        if !self.polls {
            earliest = earliest.or_some(self.expires_at, Timer::SessionExpiry);
        }
        for pending in &self.requests {
            earliest = earliest.or_pending(pending);
        }
        if let Some(rare) = &self.rare {
            earliest = earliest.or_some(rare.step_at.into(), Timer::Client);
            if let Some(answer) = &rare.answer {
                earliest = earliest.or_pending(answer);
            }
        }
        earliest.get()
    }

    /// The timer, due by now, that will end the established session whatever comes: that of a machine that slept.
    pub fn overdue_end(&self, config: &ClientConfig, now: Time) -> Option<Timer> {
        let tears_down = |r: &Pending| {
            config.on_no_answer == OnNoAnswer::TearDown
                && match r.subject {
                    Subject::Bye | Subject::MonitorStop => false,
                    Subject::Update | Subject::ReInvite => !self.has_tries_left(config),
                    _ => true,
                }
        };
        let unanswered = self.requests.iter().filter(|r| tears_down(r));
        let unacknowledged = self.answer().filter(|a| !a.is_refusal());
        if !self.is_established() {
            None
        } else if unanswered
            .chain(unacknowledged)
            .any(|p| p.gives_up() <= now)
        {
            Some(Timer::TransactionTimeout)
        } else {
            let expiry = self.expires_at.get().filter(|at| *at <= now && !self.polls);
            expiry.map(|_| Timer::SessionExpiry)
        }
    }

    /// The CSeq of the request that it gives up now.
    pub fn unanswered(&self, now: Time) -> Option<u16> {
        let request = self.requests.iter().find(|r| r.gives_up() <= now)?;
        Some(request.cseq)
    }

    /// Whether it waits for the answer to this request.
    pub fn awaits(&self, dialog: u32, cseq: u16) -> bool {
        (self.requests.iter()).any(|r| (r.dialog, r.cseq) == (dialog, cseq))
    }

    /// The user signs in: the first set-up begins.
    pub fn sign_in(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        (self.failures, self.has_turn) = (0, false);
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

    /// The user calls from the PC; an attempt without a session fails at once and sends nothing ([rule](super#rules)).
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
        if config.refresh_clock == RefreshClock::SinceTraffic
            && message.dialog == self.dialog
            && self.is_first_copy(&message)
            && self.in_dialog()
        {
            self.traffic(config, now);
        }
        if message.is_request() {
            self.receive_request(config, now, message, port);
        } else {
            self.receive_answer(config, now, message, port);
        }
    }

    /// A provisional answer to this request came.
    pub fn provisional(&mut self, request: &Message) {
        let mut requests = self.requests.iter_mut();
        if let Some(pending) = requests.find(|r| r.is_answered_by(request)) {
            pending.receive_provisional();
        }
    }

    fn is_first_copy(&mut self, message: &Message) -> bool {
        let kind = match message.subject {
            Subject::Ack => 1,
            _ if message.is_request() => 0,
            _ => 2,
        };
        self.rare().received[kind].is_first(message.cseq)
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
        self.forget_answer();
    }

    /// The deadline of [`Client::deadline`] has come.
    pub fn fire(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let Some((at, timer)) = self.deadline_from(now) else {
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
            if !self.is_quiet(now) {
                port.send(copy);
            }
        } else if let Some(answer) = self
            .rare
            .as_mut()
            .and_then(|r| r.answer.as_mut())
            .filter(|a| is_due(a.next_copy()))
        {
            let copy = answer.copy(Side::Client);
            port.send(copy);
        } else if is_due(self.rare.as_ref().and_then(|r| r.step_at)) {
            self.proceed_setup(config, now, port);
        } else if is_due(self.proceeds_at.get()) {
            match self.phase {
                Phase::Idle => self.begin_setup(config, now, port),
                Phase::Calling => self.invite_again(config, now, port),
                _ => self.refresh(config, now, port),
            }
        }
    }
}
