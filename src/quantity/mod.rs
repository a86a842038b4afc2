//! Quantities with their units: no bare number crosses a module's border.

mod capacity;
mod moment;
pub mod number;
mod parse;
mod price;
mod recurrence;
mod time;
mod unprintable;
mod weekdays;

pub(crate) use self::time::MaybeTime;
pub use self::time::{Span, Time};
pub(crate) use capacity::{JOBS_PER_CALL, MESSAGES_PER_JOB, parse_capacity};
pub use moment::{Day, DayUnknown, Moment, print_date, print_iso};
pub(crate) use moment::{parse_date, parse_moment, print_moment};
#[cfg(feature = "report")]
pub(crate) use parse::span_words;
pub(crate) use parse::{parse_clock, parse_rate, parse_share, parse_span, print_clock, print_span};
pub use price::Price;
pub use recurrence::Every;
pub(crate) use recurrence::{Recurrence, parse_every};
pub(crate) use unprintable::is_unprintable;
pub use weekdays::Weekdays;
