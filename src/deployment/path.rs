//! The two legs between client and gateway: delay, loss, order.

use super::plan::{LossDirection, PathConfig, Transport};
use crate::engine::Stream;
use crate::protocol::Side;
use crate::quantity::{Span, Time};

/// The first retransmission of TCP; the next ones double (assumption: between the 200 ms of common stacks and the 1 s of RFC 6298).
const TCP_RETRANSMIT: Span = Span::from_millis(300);
/// TCP retransmits no more than this often (RFC 9293 leaves it to the stack; 15 is common).
const TCP_RETRIES: u32 = 15;

impl PathConfig {
    /// Whether messages cross it in a fixed time, all of them and in order.
    pub fn is_plain(&self) -> bool {
        self.loss == 0.0
            && self.idle_timeout.is_none()
            && self.route_expiry.is_none()
            && !self.loses_ack
            && !self.holds_state()
    }

    /// Whether something on it remembers dialogs or connections: a relay with a timer or probes, connections that die.
    pub fn holds_state(&self) -> bool {
        self.relay_timer.is_some()
            || self.relay_probe.is_some()
            || self.connection_lifetime.is_some()
    }

    /// Whether it forgets connections, idle or dying ones.
    pub fn forgets_connections(&self) -> bool {
        self.idle_timeout.is_some() || self.connection_lifetime.is_some()
    }

    /// A key, set, whose effect no closed form knows.
    pub fn unusual(&self) -> Option<&'static str> {
        [
            ("relay_probe", self.relay_probe.is_some()),
            (
                "relay_session_expires",
                self.relay_session_expires.is_some(),
            ),
            ("relay_min_se", self.relay_min_se.is_some()),
            ("ack_lost", self.loses_ack),
            (
                "loss_direction",
                self.loss > 0.0 && self.loss_direction != LossDirection::Both,
            ),
            ("connection_lifetime", self.connection_lifetime.is_some()),
        ]
        .into_iter()
        .find_map(|(key, is_set)| is_set.then_some(key))
    }

    fn loses_from(&self, from: Side) -> bool {
        match self.loss_direction {
            LossDirection::Both => true,
            LossDirection::ToClient => from == Side::Gateway,
            LossDirection::ToGateway => from == Side::Client,
        }
    }

    /// After how long without traffic a middlebox forgets the connection: keep-alives that come sooner keep it.
    pub fn idles_after(&self) -> Option<Span> {
        self.idle_timeout
            .filter(|idle| self.keep_alive.is_none_or(|k| k >= *idle))
    }

    /// Whether SIP need not retransmit on it.
    pub fn is_reliable(&self) -> bool {
        self.transport != Transport::Udp
    }
}

/// A connection on a leg: the order that TCP keeps, and whether anything gets through.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Connection {
    /// The latest arrival in each direction.
    latest: [Time; 2],
    /// The last traffic in either direction.
    pub last_traffic: Time,
    /// A middlebox has forgotten it, and drops what comes.
    pub forgotten: bool,
    /// What is sent on it is answered by a reset.
    pub resets: bool,
    /// Something from the client's side was sent into the hole: the connection is given up and replaced in time.
    pub replacing: bool,
}

/// The state of a link under a leg: carrying, or interrupted until then.
pub(super) type OutageEnd = Option<Time>;

/// What becomes of a message that is put onto a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Crossing {
    /// It arrives at the other end then.
    Arrives(Time),
    /// It is lost.
    Lost,
    /// It waits for the link, and takes so long from then on.
    Waits(Span),
}

impl Connection {
    /// A message is sent now.
    pub(super) fn cross(
        &mut self,
        path: &PathConfig,
        outage: OutageEnd,
        from: Side,
        now: Time,
        stream: &mut Stream,
    ) -> Crossing {
        if self.forgotten {
            // Behind a NAT a datagram from inside opens the way again; a TCP connection stays a hole.
            if path.is_reliable() || from == Side::Gateway {
                return Crossing::Lost;
            }
            self.forgotten = false;
        }
        self.last_traffic = now;
        let is_down = outage.is_some_and(|ends| ends > now);
        if is_down && !path.is_reliable() {
            return Crossing::Lost;
        }
        let mut takes = path.delay;
        let loss = if path.loses_from(from) {
            path.loss
        } else {
            0.0
        };
        if loss > 0.0 && !path.is_reliable() {
            return match stream.chance(loss) {
                true => Crossing::Lost,
                false => Crossing::Arrives(now + takes),
            };
        }
        if loss > 0.0 {
            let mut wait = TCP_RETRANSMIT;
            for _ in 0..TCP_RETRIES {
                if !stream.chance(loss) {
                    break;
                }
                takes = takes + wait;
                wait = wait * 2;
            }
        }
        match is_down {
            true => Crossing::Waits(takes),
            false => Crossing::Arrives(self.in_order(from, now + takes)),
        }
    }

    /// When a message arrives that would at that time, were there none before it.
    pub(super) fn in_order(&mut self, from: Side, arrival: Time) -> Time {
        let latest = &mut self.latest[from as usize];
        *latest = arrival.max(*latest);
        *latest
    }
}
