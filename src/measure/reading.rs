//! How a metric is read from a tally: counts, ratios, means and quantiles.

use super::histogram::Histogram;
use super::metric::Sample;
use super::tally::{Counter, Tally};

/// Microseconds of a millisecond.
pub(super) const MS: f64 = 1e3;
/// Microseconds of a second.
pub(super) const S: f64 = 1e6;

pub(super) fn count(tally: &Tally, counter: Counter) -> Sample {
    Sample::Count(tally.get(counter))
}

pub(super) fn ratio(numerator: f64, denominator: f64) -> Sample {
    if denominator > 0.0 {
        Sample::Ratio(numerator, denominator)
    } else {
        Sample::Absent
    }
}

pub(super) fn signed_in_hours(tally: &Tally) -> f64 {
    tally.signed_in_us as f64 / 3.6e9
}

pub(super) fn share_of_time(tally: &Tally, us: u128) -> Sample {
    ratio(us as f64, tally.signed_in_us as f64)
}

/// The mean of the finished samples, in units of `us` microseconds.
pub(super) fn mean(histogram: &Histogram, us: f64) -> Sample {
    ratio(histogram.sum_us() as f64 / us, histogram.count() as f64)
}

pub(super) fn quantile(histogram: &Histogram, p: f64, us: f64) -> Sample {
    match (histogram.quantile(p), histogram.least_quantile(p)) {
        (Some(span), _) => Sample::Value(span.0 as f64 / us),
        (None, Some(lower_bound)) => Sample::Beyond(lower_bound.0 as f64 / us),
        (None, None) => Sample::Absent,
    }
}

pub(super) fn peak(per_second: &[u32]) -> Sample {
    Sample::Count(u64::from(per_second.iter().copied().max().unwrap_or(0)))
}

/// A count that exists only where there is a station.
pub(super) fn station_count(tally: &Tally, n: u64) -> Sample {
    if tally.station.server_us > 0 {
        Sample::Count(n)
    } else {
        Sample::Absent
    }
}
