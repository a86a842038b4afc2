//! Who wants what when: intents (sign in, call, hang up), never messages.

mod calls;
mod config;
mod day_shape;
mod recording;
mod scratch;
mod sign_in;

pub use calls::{CallDraws, CallProcess, own_rate};
pub use config::WorkloadConfig;
pub use day_shape::DayShape;
pub use recording::{RecordedCall, RecordedRow, RecordedSign, Recording, RecordingWriter, Replay};
pub use scratch::Scratch;
pub use sign_in::{Lunch, SignIn};
