//! The figures of each day of a run.

use super::day_sums::{DAY_US, DaySums};
use super::estimate::CONFIDENCE;
use super::observation::Column;
use super::samples::{Basis, MetricRow, Samples, row};
use crate::measure::{Metric, Sample};
use crate::quantity::{Span, Time};

/// What minutes say of a day.
const METRICS: [&str; 10] = [
    "down_fraction",
    "session_drops",
    "drops_per_client_hour",
    "toasts_due",
    "toasts_missed",
    "missed_toast_fraction",
    "missed_toasts_per_client_hour",
    "refreshes_attempted",
    "message_rate_per_s",
    "refresh_rate_per_s",
];

/// One day: from midnight to midnight on the scenario's clock, as far as the run goes. A minute belongs to the day in which
/// it begins.
#[derive(Clone, PartialEq, Debug)]
pub struct DayFigures {
    /// Counted from 0.
    pub number: u32,
    /// Where it begins.
    pub begins: Time,
    /// How long it is.
    pub length: Span,
    /// The figures of every scope.
    pub rows: Vec<MetricRow>,
}

/// The figures of each day; none where there is but one.
pub fn days(samples: &Samples) -> Vec<DayFigures> {
    let count = samples.days();
    if count < 2 {
        return Vec::new();
    }
    (0..count).map(|number| day(samples, number)).collect()
}

fn day(samples: &Samples, number: usize) -> DayFigures {
    let start = samples.start.0 % DAY_US;
    let begins = Time((number as u64 * DAY_US).saturating_sub(start));
    let ends = Time((number as u64 + 1) * DAY_US - start).min(samples.horizon);
    let length = ends - begins;
    let figure = |scope: usize, metric: &'static Metric| {
        let sample = |replication: &DaySums| {
            let sum = replication[scope].get(number).copied();
            metric.sample(&sum.unwrap_or_default().tally(), Time(length.0))
        };
        let column = Column {
            metric,
            cause: None,
        };
        let of_day: Vec<Sample> = samples.each_day().iter().map(sample).collect();
        let basis = Basis {
            signed_in: samples.presence(scope).signed_in,
            rare_part: 0.0,
            is_one_run: samples.is_one_run(),
            confidence: CONFIDENCE,
        };
        row(&samples.scopes[scope], column, &of_day, basis)
    };
    let metrics = || METRICS.iter().filter_map(|name| Metric::by_name(name));
    DayFigures {
        number: number as u32,
        begins,
        length,
        rows: (0..samples.scopes.len())
            .flat_map(|scope| metrics().map(move |metric| (scope, metric)))
            .map(|(scope, metric)| figure(scope, metric))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{MinuteBin, Scope, Tally};

    fn run(start_h: u64, hours: usize, drops_in_hour: &[u64]) -> Vec<DayFigures> {
        let horizon = Time(hours as u64 * 3_600_000_000);
        let start = Span::from_secs(start_h * 3600);
        let mut samples = Samples::new(vec![Scope::All], horizon).starting_at(start);
        for extra in [0, 2] {
            let mut tally = Tally::default();
            tally.is_random = true;
            tally.minutes = vec![MinuteBin::default(); hours * 60];
            for (hour, drops) in drops_in_hour.iter().enumerate() {
                let minute = &mut tally.minutes[hour * 60];
                minute.drops = drops + extra;
                (minute.usable_us, minute.visible_us) = (3_000_000, 1_000_000);
            }
            samples.push(extra as u32, &[&tally]);
        }
        days(&samples)
    }

    #[test]
    fn days_go_from_midnight_to_midnight() {
        // From 22:00 for 27 h: two hours, a day, one hour.
        let days = run(22, 27, &[1, 0, 5]);
        let ends: Vec<(u64, u64)> = (days.iter())
            .map(|d| (d.begins.0 / 3_600_000_000, d.length.0 / 3_600_000_000))
            .collect();
        assert_eq!(ends, [(0, 2), (2, 24), (26, 1)]);
        let mean = |day: &DayFigures, metric: &str| {
            let row = day.rows.iter().find(|r| r.column.metric.name == metric);
            row.and_then(|r| r.estimate).map(|e| e.mean)
        };
        // Two hours with 1 and 0 drops, and two more in the other replication: 1 and 5 on average.
        assert_eq!(mean(&days[0], "session_drops"), Some(3.0));
        assert_eq!(mean(&days[1], "session_drops"), Some(6.0));
        assert_eq!(mean(&days[2], "session_drops"), Some(0.0));
        assert_eq!(mean(&days[0], "down_fraction"), Some(0.25));
        assert_eq!(
            mean(&days[2], "down_fraction"),
            None,
            "nobody was signed in"
        );
    }

    #[test]
    fn a_run_within_one_day_has_no_days() {
        assert_eq!(run(8, 16, &[1]), []);
        assert_eq!(run(8, 17, &[1]).len(), 2);
    }
}
