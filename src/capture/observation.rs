//! A message that a file shows.

use crate::wire::SipText;

/// How a message travelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS, in logs: a capture shows nothing of it.
    Tls,
}

/// A SIP message, where and when it was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Observation {
    /// The number of its frame or line, counted from 1.
    pub place: u64,
    /// Microseconds since an instant that is the same for the whole file; `None` where the log has no times.
    pub at_us: Option<u64>,
    /// The sender's address and port, as far as it is known.
    pub from: Option<String>,
    /// The receiver's.
    pub to: Option<String>,
    /// How it travelled, where that is known.
    pub transport: Option<Transport>,
    /// The message.
    pub message: SipText,
}
