//! The two legs between client and gateway: delay, loss, order.

use super::plan::{PathConfig, Transport};
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
    }

    /// Whether SIP need not retransmit on it.
    pub fn is_reliable(&self) -> bool {
        self.transport != Transport::Udp
    }
}

/// The latest arrival in each direction of a connection: TCP keeps the order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connection {
    latest: [Time; 2],
}

impl Connection {
    /// When a message sent now arrives at the other end of the leg; `None`: it is lost.
    pub fn cross(&mut self, path: &PathConfig, from: Side, now: Time, stream: &mut Stream) -> Option<Time> {
        let mut arrival = now + path.delay;
        if path.loss == 0.0 {
            return Some(arrival);
        }
        if !path.is_reliable() {
            return (!stream.chance(path.loss)).then_some(arrival);
        }
        let mut wait = TCP_RETRANSMIT;
        for _ in 0..TCP_RETRIES {
            if !stream.chance(path.loss) {
                break;
            }
            arrival += wait;
            wait = wait * 2;
        }
        let latest = &mut self.latest[from as usize];
        *latest = arrival.max(*latest);
        Some(*latest)
    }
}
