//! The way of a user alone: nothing happens to a message on it but a delay, so that what becomes of each is known, and
//! counted, when it is sent.

use super::super::probe::Probe;
use super::cohort::{Cohort, Legs};
use super::digest::digest;
use super::event::{Class, Event};
use super::pending::PendingEvents;
use crate::engine::{EventKey, Fingerprint};
use crate::measure::Counter;
use crate::protocol::{Message, Side, Status};
use crate::quantity::{Span, Time};

/// Where the machines of a user alone send their messages.
pub(super) struct PlainWire<'a, P> {
    /// The user's key of the fingerprint.
    key: u64,
    now: Time,
    legs: &'a Legs,
    probe: &'a mut Probe,
    fingerprint: &'a mut Fingerprint,
    events: &'a mut P,
}

impl<'a, P: PendingEvents> PlainWire<'a, P> {
    #[inline]
    pub(super) fn new(
        key: u64,
        now: Time,
        cohort: &'a mut Cohort,
        fingerprint: &'a mut Fingerprint,
        events: &'a mut P,
    ) -> Self {
        Self {
            key,
            now,
            legs: &cohort.legs,
            probe: &mut cohort.probe,
            fingerprint,
            events,
        }
    }

    /// Sends a message, which arrives once both legs are crossed.
    pub(super) fn send(&mut self, message: &Message) {
        let sent = digest(message);
        (self.fingerprint).observe(self.key ^ 1 << 56, self.now.0, sent);
        if message.unroutable {
            return self.lose(message);
        }
        let Some(arrival) = enter_both_legs(self.probe, self.legs, message.from, self.now) else {
            return;
        };
        let tally = &mut self.probe.tally;
        tally.count(Counter::ClientLegDelivered);
        tally.count(Counter::MessagesDelivered);
        // Rewritten elsewhere, so that what is not rewritten is copied as a whole, not field by field.
        let rewritten;
        let (message, received) = if is_rewritten(message) {
            rewritten = rewrite(message, self.legs);
            (&rewritten.0, rewritten.1)
        } else {
            (message, sent)
        };
        (self.fingerprint).observe(self.key ^ 2 << 56, arrival.0, received);
        let key = EventKey::new(arrival, Class::Arrival as u8, 0, 0);
        self.events.schedule_message(key, Event::Arrival(*message));
    }

    /// A message of the gateway that OCS cannot route: it is lost there.
    #[cold]
    fn lose(&mut self, message: &Message) {
        let at_ocs = self.now + self.legs.gateway;
        self.probe.gateway_leg_sent(self.now);
        let tally = &mut self.probe.tally;
        if at_ocs >= self.legs.horizon {
            return tally.count(Counter::MessagesInFlight);
        }
        tally.count(Counter::MessagesDelivered);
        tally.count(Counter::ClientLegSent);
        tally.count(Counter::ClientLegLost);
        let message_digest = digest(&relayed(*message, self.legs));
        (self.fingerprint).observe(self.key ^ 3 << 56, at_ocs.0, message_digest);
    }
}

/// A message sets out over both legs, on which nothing happens to it: when it arrives, `None` where the run ends before.
#[inline]
pub(super) fn enter_both_legs(
    probe: &mut Probe,
    legs: &Legs,
    from: Side,
    now: Time,
) -> Option<Time> {
    let arrival = now + legs.client + legs.gateway;
    if arrival >= legs.horizon {
        count_unfinished(probe, legs, from, now);
        return None;
    }
    probe.tally.count(Counter::ClientLegSent);
    probe.gateway_leg_sent(match from {
        Side::Client => now + legs.client,
        Side::Gateway => now,
    });
    Some(arrival)
}

/// A message is under way when the run ends.
#[cold]
fn count_unfinished(probe: &mut Probe, legs: &Legs, from: Side, now: Time) {
    match from {
        Side::Client => {
            probe.tally.count(Counter::ClientLegSent);
            let at_ocs = now + legs.client;
            if at_ocs >= legs.horizon {
                return probe.tally.count(Counter::ClientLegInFlight);
            }
            probe.gateway_leg_sent(at_ocs);
            probe.tally.count(Counter::ClientLegDelivered);
            probe.tally.count(Counter::MessagesInFlight);
        }
        Side::Gateway => {
            probe.gateway_leg_sent(now);
            if now + legs.gateway >= legs.horizon {
                return probe.tally.count(Counter::MessagesInFlight);
            }
            probe.tally.count(Counter::ClientLegSent);
            probe.tally.count(Counter::MessagesDelivered);
            probe.tally.count(Counter::ClientLegInFlight);
        }
    }
}

/// Whether a relay may rewrite this message.
#[inline]
fn is_rewritten(message: &Message) -> bool {
    match message.from {
        Side::Client => message.is_request() && message.min_se > 0,
        Side::Gateway => message.status == Status::Ok200 && message.subject.is_invite(),
    }
}

/// A message as a relay leaves it, and its digest.
#[inline(never)]
fn rewrite(message: &Message, legs: &Legs) -> (Message, u64) {
    let relayed = relayed(*message, legs);
    (relayed, digest(&relayed))
}

/// What a relay rewrites on either leg: the Allow header of the gateway, the session headers of the client.
pub(super) fn relayed(mut message: Message, legs: &Legs) -> Message {
    if !is_rewritten(&message) {
        return message;
    }
    let seconds = |span: Span| span.0 / 1_000_000;
    if message.from == Side::Gateway {
        message.allow = legs.relay_allow.unwrap_or(message.allow);
        return message;
    }
    if let Some(se) = legs.relay_session_expires {
        message.value = seconds(se) as u32;
    }
    if let Some(min_se) = legs.relay_min_se {
        message.min_se = seconds(min_se) as u16;
    }
    message
}
