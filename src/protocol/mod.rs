//! Sans-IO machines of the protocol: time, messages and random draws go in, messages and notes come out.
//!
//! Nothing here reads a clock, draws a number or touches a queue; two machines and a list of instants make a test.

mod client;
mod config;
mod gateway;
mod message;
mod session_timer;
mod transaction;

pub use client::{Client, ClientEnd, ClientNote, ClientPort, Draw, Phase, RefreshFailure};
pub use config::{
    Allow, ClientConfig, GatewayConfig, OnNoAnswer, OnRejection, Reestablish, RefreshClock,
    RefreshMethod, Refresher, SessionTimer, UpdateBehaviour,
};
pub use gateway::{Dialog, GatewayEnd, GatewayNote, GatewayPort, answer_outside_dialog};
pub use message::{Message, Side, Status, Subject};
pub use session_timer::{FLOOR_S, granted_s, non_refresher_bye};
pub use transaction::{Deadline, GIVE_UP, Pending, RetransmissionSchedule, T1, T2, Timer};
