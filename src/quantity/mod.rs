//! Quantities with their units: no bare number crosses a module's border.

mod time;

pub use time::{Span, Time};
