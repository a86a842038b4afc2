//! The engine: pending events in a total order, alarms, keyed random streams, samplers and the fingerprint. It has never heard of SIP.

mod agenda;
mod alarm;
mod fingerprint;
mod key;
mod lane;
mod pool;
mod sampler;
mod stream;
mod wheel;

pub use agenda::Agenda;
pub use alarm::{Alarm, Ring};
pub use fingerprint::Fingerprint;
pub use key::Key;
pub use sampler::{Exponential, Normal};
pub use stream::{Stream, mix, name_key};
