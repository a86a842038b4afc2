//! Quantities with their units: no bare number crosses a module's border.

mod capacity;
pub mod number;
mod parse;
mod time;
mod unprintable;

pub use capacity::{JOBS_PER_CALL, MESSAGES_PER_JOB, parse_capacity};
pub use parse::{parse_clock, parse_rate, parse_share, parse_span, print_clock, print_span};
pub use time::{MaybeTime, Span, Time};
pub use unprintable::is_unprintable;
