//! Dialogs with real peers over UDP, TCP and TLS: blocking sockets, whose waits are the machines' next deadlines.
//!
//! The one room besides the command line that reads a clock.

#![allow(clippy::disallowed_methods)] // Peers live by the machine's clock, and so does this room.

mod client;
mod clock;
mod gateway;
mod line;
mod probe;
mod tls;

use std::net::SocketAddr;

use crate::quantity::Span;
use crate::wire::SipText;

pub use client::{ClientOptions, Happening, attend};
pub use gateway::{GatewayOptions, serve};
pub use line::{Line, StreamLine, UdpLine};
pub use probe::{ProbeEnd, probe};
pub use tls::{TlsError, TlsIdentity, TlsTrust};

/// A message that was sent or received.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When, since the beginning.
    pub at: Span,
    /// Sent, not received.
    pub sent: bool,
    /// The other end.
    pub peer: SocketAddr,
    /// The message.
    pub text: SipText,
}

/// The longest wait, so that a wish to stop is heard.
const WAIT_MOST: Span = Span::from_millis(200);
