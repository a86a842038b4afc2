//! The vocabulary of metrics, and the accumulators behind them: integers only, so that merging is associative and the order of merging cannot show.

mod catalogue;
mod histogram;
mod metric;
mod objective;
mod series;
mod tally;

pub use catalogue::METRICS;
pub use histogram::Histogram;
pub use metric::{Metric, Sample, Unit};
pub use objective::{Bound, Objective, Scope};
pub use series::SERIES;
pub use tally::{Counter, DropCause, DropRow, EndedBy, MinuteBin, MissCause, StationTally, Tally};
