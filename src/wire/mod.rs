//! SIP text and CSTA bodies for every message of the model, both ways; no sockets, no clock.
//!
//! The reader is lenient, because it also reads what people post: logs whose addresses were blotted out, `tel:` URIs,
//! headers in other orders and cases. What is missing is `None`, never a guess.

mod csta;
mod dialog;
mod frame;
mod header;
mod sdp;
mod session;
mod text;

pub(crate) use csta::Csta;
pub use dialog::{Dialog, Endpoint, Identity};
pub(crate) use frame::Framer;
pub use header::SessionExpires;
pub use session::{Ends, Reading, Session};
pub(crate) use text::is_start_line;
pub use text::{SipError, SipText, Start};
