//! The engine: pending events in a total order, alarms, keyed random streams, samplers and the fingerprint. It has never
//! heard of SIP.
//!
//! # Order
//!
//! The clock counts whole microseconds. Simultaneous events go by time, class, entity and that entity's own count
//! ([`EventKey`]), never by the accident of a container: another event list gives the same order. Nothing happens at the
//! horizon itself.
//!
//! # Chance
//!
//! A random stream is keyed by seed, replication, entity and purpose ([`Stream`]), never by the point of a sweep: another
//! client, fault or sweep point shifts nobody else's draws, and two policies meet the same calls, crashes and sign-ins
//! (common random numbers). The generator and the samplers are fixed and portable: no platform logarithm or exponential.
//!
//! # Fingerprint
//!
//! The [`Fingerprint`] covers what an observer of a run could see (messages, state changes, results), never the book-keeping
//! of the engine.

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
pub(crate) use stream::name_key;
pub use stream::{Stream, mix};
