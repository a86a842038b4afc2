//! The engine: pending events in a total order, alarms, keyed random streams, samplers and the fingerprint. It has never heard of SIP.

mod alarm;
mod entry;
mod fingerprint;
mod future_event_list;
mod key;
mod lane;
mod pool;
mod sampler;
mod stream;
mod wheel;

pub use alarm::{Alarm, Expiry};
pub use fingerprint::Fingerprint;
pub use future_event_list::FutureEventList;
pub use key::EventKey;
pub use sampler::{Exponential, Normal};
pub use stream::{Stream, mix, name_key};
