//! The accumulators that results are made of: integers only, so that merging is associative and the order of merging cannot show.

mod histogram;
mod tally;

pub use histogram::Histogram;
pub use tally::{Counter, DropCause, DropRow, EndedBy, MinuteBin, MissCause, Tally};
