//! Retransmission and giving up: the timers of RFC 3261 §17.

use std::num::NonZeroU8;

use super::config::{Allow, Refresher};
use super::message::{Message, Side, Status, Subject};
use crate::quantity::{MaybeTime, Span, Time};

/// Estimate of the round-trip time (RFC 3261 §17.1.1.1).
pub const T1: Span = Span::from_millis(500);
/// The longest interval between copies of a non-INVITE request or of a response to INVITE (RFC 3261 §17.1.2.2).
pub const T2: Span = Span::from_secs(4);
/// When to give up: 64·T1, Timers B, F and H (RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1).
pub const GIVE_UP: Span = Span::from_secs(32);

/// How long an INVITE that was heard waits for its final answer: as long as a proxy does at least, Timer C (RFC 3261 §16.6).
const HEARD: Span = Span::from_secs(180);

/// How the interval between copies grows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RetransmissionSchedule {
    /// Doubling without a cap: an INVITE (Timer A, RFC 3261 §17.1.1.2).
    Doubling,
    /// Doubling, capped at T2: any other request (Timer E, §17.1.2.2), and a response to INVITE until its ACK (Timer G, §17.2.1; 2xx, §13.3.1.4).
    Capped,
}

impl RetransmissionSchedule {
    /// When to send copy number `n` (the first is 0), from the first; `None`: not before giving up.
    pub(super) fn copy_after(self, n: u8) -> Option<Span> {
        let mut after = Span::ZERO;
        let mut interval = T1;
        for _ in 0..n {
            after = after + interval;
            interval = interval * 2;
            if self == Self::Capped {
                interval = interval.min(T2);
            }
            if after >= GIVE_UP {
                return None;
            }
        }
        Some(after)
    }
}

/// A message that is sent again until something answers it: a request awaiting its response, or a final response to INVITE
/// awaiting its ACK. It holds of the message what its machine, whose it is, cannot know: 24 bytes, for there are millions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// When the first copy was sent.
    pub first_sent: Time,
    /// The dialog's number.
    pub dialog: u32,
    /// The value of the message: seconds, or the call's number.
    pub value: u32,
    /// CSeq number.
    pub cseq: u16,
    min_se: u16,
    /// What the request is for.
    pub subject: Subject,
    /// How many copies were sent; `None`: it is sent once only.
    copies: Option<NonZeroU8>,
    content: Content,
}

/// What a pending message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Content {
    Request,
    /// An INVITE to which a provisional answer came.
    Heard,
    /// A 2xx, with its headers.
    Success(Allow, Refresher),
    /// A 2xx that never arrives, nor any copy of it: its headers matter to nobody.
    Lost,
    /// Another final response.
    Refusal(Status),
}

impl Pending {
    /// A request just sent. On a reliable transport it is sent once only.
    pub fn request(now: Time, message: &Message, reliable: bool) -> Self {
        Self {
            first_sent: now,
            dialog: message.dialog,
            value: message.value,
            cseq: message.cseq,
            min_se: message.min_se,
            subject: message.subject,
            copies: (!reliable).then_some(NonZeroU8::MIN),
            content: Content::Request,
        }
    }

    /// A 2xx to INVITE just sent: retransmitted until its ACK on every transport (RFC 3261 §13.3.1.4).
    pub fn answer(now: Time, message: &Message) -> Self {
        Self {
            content: match message.unroutable {
                true => Content::Lost,
                false => Content::Success(message.allow, message.refresher),
            },
            ..Self::request(now, message, false)
        }
    }

    /// Another final response to INVITE just sent over an unreliable transport: retransmitted until its ACK by Timer G,
    /// and given up by Timer H without consequences (RFC 3261 §17.2.1).
    pub fn refusal(now: Time, message: &Message) -> Self {
        Self {
            content: Content::Refusal(message.status),
            ..Self::request(now, message, false)
        }
    }

    /// Whether it is a final response other than a 2xx.
    pub fn is_refusal(&self) -> bool {
        matches!(self.content, Content::Refusal(_))
    }

    fn schedule(&self) -> RetransmissionSchedule {
        if self.content == Content::Request && self.subject.is_invite() {
            RetransmissionSchedule::Doubling
        } else {
            RetransmissionSchedule::Capped
        }
    }

    /// When to send the next copy, if there is to be one.
    pub fn next_copy(&self) -> Option<Time> {
        self.schedule()
            .copy_after(self.copies?.get())
            .map(|after| self.first_sent + after)
    }

    /// When to give up.
    pub fn gives_up(&self) -> Time {
        let patience = if self.content == Content::Heard {
            HEARD
        } else {
            GIVE_UP
        };
        self.first_sent + patience
    }

    /// A provisional answer came: an INVITE is not sent again, and Timer B is off (RFC 3261 §17.1.1.2). Copies of other
    /// requests go on at T2 (§17.1.2.2), at which they are already: no such answer comes before (RFC 4320 §4.1).
    pub fn receive_provisional(&mut self) {
        if self.content == Content::Request && self.subject.is_invite() {
            self.content = Content::Heard;
            self.copies = None;
        }
    }

    /// Counts a copy sent, and returns it; `from` is the side whose message it is.
    pub fn copy(&mut self, from: Side) -> Message {
        self.copies = self.copies.map(|n| n.saturating_add(1));
        self.message(from)
    }

    /// The message as it was sent; `from` is the side whose message it is.
    pub fn message(&self, from: Side) -> Message {
        let mut message = Message::request(from, self.dialog, self.cseq, self.subject);
        (message.value, message.min_se) = (self.value, self.min_se);
        match self.content {
            Content::Request | Content::Heard => {}
            Content::Success(allow, refresher) => {
                (message.status, message.allow, message.refresher) =
                    (Status::Ok200, allow, refresher);
            }
            Content::Lost => (message.status, message.unroutable) = (Status::Ok200, true),
            Content::Refusal(status) => message.status = status,
        }
        message
    }

    /// Whether `answer` is the response to this request.
    pub fn is_answered_by(&self, answer: &Message) -> bool {
        self.dialog == answer.dialog && self.cseq == answer.cseq && self.subject == answer.subject
    }
}

/// The kinds of deadline of a machine, in their order at one instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timer {
    /// When to give up a transaction (B, F, H).
    TransactionTimeout,
    /// When the session timer runs out.
    SessionExpiry,
    /// When to retransmit, refresh, or set up again.
    Client,
}

/// A deadline with its reason.
pub(crate) type Deadline = (Time, Timer);

/// The earliest of several deadlines, as one number: this is asked after every event, so it compares words, not options.
#[derive(Clone, Copy)]
pub(super) struct Earliest {
    earliest: u64,
    /// What was due before is due now.
    now: Time,
}

impl Earliest {
    /// None yet.
    pub(super) const NONE: Self = Self::from(Time::ZERO);

    /// None yet. Deadlines that passed while the machine was asleep or down are all due now: simultaneous, they go by kind.
    pub(super) const fn from(now: Time) -> Self {
        Self {
            earliest: u64::MAX,
            now,
        }
    }

    /// One more deadline.
    #[inline]
    pub(super) fn or(self, at: Time, timer: Timer) -> Self {
        Self {
            earliest: self.earliest.min(at.max(self.now).0 << 2 | timer as u64),
            ..self
        }
    }

    /// One more deadline, if it is set.
    #[inline]
    pub(super) fn or_some(self, at: MaybeTime, timer: Timer) -> Self {
        match at.get() {
            Some(at) => self.or(at, timer),
            None => self,
        }
    }

    /// Those of a message that waits for its answer.
    #[inline]
    pub(super) fn or_pending(self, pending: &Pending) -> Self {
        let waits = self.or(pending.gives_up(), Timer::TransactionTimeout);
        if pending.copies.is_some() {
            waits.or_some(pending.next_copy().into(), Timer::Client)
        } else {
            waits
        }
    }

    /// The earliest.
    #[inline]
    pub(super) fn get(self) -> Option<Deadline> {
        let timer = match self.earliest & 3 {
            0 => Timer::TransactionTimeout,
            1 => Timer::SessionExpiry,
            _ => Timer::Client,
        };
        (self.earliest != u64::MAX).then_some((Time(self.earliest >> 2), timer))
    }
}

/// ACK for a final response to INVITE.
pub(super) fn ack(answer: &Message) -> Message {
    Message::request(
        answer.answer(answer.status).from,
        answer.dialog,
        answer.cseq,
        Subject::Ack,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instants_ms(subject: Subject, reliable: bool) -> Vec<u64> {
        let mut p = Pending::request(
            Time::ZERO,
            &Message::request(Side::Client, 1, 1, subject),
            reliable,
        );
        let mut sent = vec![0];
        while let Some(at) = p.next_copy() {
            sent.push(at.0 / 1000);
            p.copy(Side::Client);
        }
        sent
    }

    #[test]
    fn timer_a_doubles_without_a_cap_seven_sends() {
        // 0.5·(2ⁿ−1) s while below 32 s: the eighth would come at 63.5 s.
        assert_eq!(
            instants_ms(Subject::Invite, false),
            [0, 500, 1500, 3500, 7500, 15500, 31500]
        );
    }

    #[test]
    fn timer_e_is_capped_at_t2_eleven_sends() {
        // Intervals 0.5, 1, 2, then 4 s each; the twelfth would come at 35.5 s.
        assert_eq!(
            instants_ms(Subject::Update, false),
            [
                0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500
            ]
        );
    }

    #[test]
    fn a_reliable_transport_sends_once_and_still_gives_up_at_32_s() {
        assert_eq!(instants_ms(Subject::Update, true), [0]);
        assert_eq!(instants_ms(Subject::Invite, true), [0]);
        let p = Pending::request(
            Time(7),
            &Message::request(Side::Client, 1, 1, Subject::Update),
            true,
        );
        assert_eq!(p.gives_up(), Time(32_000_007));
    }

    #[test]
    fn a_provisional_answer_ends_the_copies_of_an_invite_and_its_timer_b() {
        let proceeding = |subject| {
            let request = Message::request(Side::Client, 1, 1, subject);
            let mut pending = Pending::request(Time::ZERO, &request, false);
            pending.receive_provisional();
            pending
        };
        let invite = proceeding(Subject::Invite);
        assert_eq!(invite.next_copy(), None);
        assert_eq!(invite.gives_up(), Time(180_000_000));
        assert_eq!(invite.message(Side::Client).subject, Subject::Invite);
        let update = proceeding(Subject::Update);
        assert_eq!(update.next_copy(), Some(Time(500_000)));
        assert_eq!(update.gives_up(), Time(32_000_000));
    }

    #[test]
    fn a_2xx_to_invite_is_retransmitted_on_every_transport() {
        let invite = Message::request(Side::Client, 1, 1, Subject::Invite);
        let p = Pending::answer(Time::ZERO, &invite.answer(Status::Ok200));
        assert_eq!(p.next_copy(), Some(Time(500_000)));
    }
    #[test]
    fn a_copy_is_the_message_that_was_sent() {
        let request = Message {
            value: 1800,
            min_se: 90,
            ..Message::request(Side::Client, 3, 5, Subject::ReInvite)
        };
        assert_eq!(
            Pending::request(Time::ZERO, &request, false).copy(Side::Client),
            request
        );
        let answer = Message {
            value: 1800,
            allow: Allow::WithUpdate,
            refresher: Refresher::Uas,
            ..request.answer(Status::Ok200)
        };
        assert_eq!(
            Pending::answer(Time::ZERO, &answer).copy(Side::Gateway),
            answer
        );
        let refusal = Message {
            min_se: 3600,
            ..request.answer(Status::IntervalTooSmall422)
        };
        assert_eq!(
            Pending::refusal(Time::ZERO, &refusal).copy(Side::Gateway),
            refusal
        );
        assert_eq!(size_of::<Pending>(), 24);
    }
}
