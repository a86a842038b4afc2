//! Who wants what when: intents (sign in, call, hang up), never messages.
//!
//! - A call rings min(Exp(ring time), limit), is answered if the draw is below the limit, and talks Exp(talk time). Calls of
//!   one user may overlap. Published: 20 s of set-up and 180 s of talk (Avaya); 1, 2 or 3 call legs per user-hour for light,
//!   moderate and heavy use, half of them incoming; 80 % of the enabled users are signed in on a day.
//! - Not published, so assumptions: ring mean 10 s, no answer at 20 s, sign-in normal around 09:00 with a standard deviation
//!   of 25 min, a lunch dip, days of 8 to 9 h.
//! - All draws of a call are made when it is created, so that no reaction shifts a later draw.

mod calls;
mod config;
mod day_shape;
mod recording;
mod run_days;
mod scratch;
mod sign_in;
mod surge;

pub use calls::CallDraws;
pub(crate) use calls::{CallProcess, own_rate};
pub use config::WorkloadConfig;
pub use day_shape::DayShape;
pub(crate) use recording::RecordingWriter;
pub use recording::{FileExtent, RecordedCall, RecordedRow, RecordedSign, Recording, Replay};
pub use run_days::RunDays;
pub(crate) use scratch::Scratch;
pub use sign_in::{Lunch, SignIn};
pub(crate) use surge::CallRate;
pub use surge::Surge;
