//! Dialogs with real peers over UDP and TCP: blocking sockets, whose waits are the machines' next deadlines.
//!
//! The one room besides the command line that reads a clock.

#![allow(clippy::disallowed_methods)] // Peers live by the machine's clock, and so does this room.

mod gateway;
mod line;
mod probe;

use crate::quantity::Span;
use crate::wire::SipText;

pub use gateway::{GatewayOptions, serve};
pub use line::{Line, TcpLine, UdpLine};
pub use probe::{ProbeEnd, probe};

/// A message that was sent or received.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When, since the beginning.
    pub at: Span,
    /// Sent, not received.
    pub sent: bool,
    /// The message.
    pub text: SipText,
}
