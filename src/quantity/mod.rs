//! Quantities with their units: no bare number crosses a module's border.

mod parse;
mod time;

pub use parse::{parse_clock, parse_rate, parse_share, parse_span, print_clock, print_span};
pub use time::{MaybeTime, Span, Time};
