//! The minutes of each day, summed.

use crate::measure::MinuteBin;
use crate::quantity::Span;

/// A day.
pub(super) const DAY_US: u64 = 86_400_000_000;
const MINUTE_US: u64 = 60_000_000;

/// The sums over each day of a replication: per scope, per day.
pub(super) type DaySums = Vec<Vec<MinuteBin>>;

/// Sums the minutes of each day of a run that begins so long after midnight.
pub(super) fn sums(minutes: &[MinuteBin], start: Span) -> Vec<MinuteBin> {
    let mut days: Vec<MinuteBin> = Vec::new();
    for (index, minute) in minutes.iter().enumerate() {
        let day = (index as u64 * MINUTE_US + start.0 % DAY_US) / DAY_US;
        days.resize(days.len().max(day as usize + 1), MinuteBin::default());
        days[day as usize] += *minute;
    }
    days
}
