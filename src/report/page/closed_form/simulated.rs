//! What the simulation found, over all replications.

use crate::report::results::{Replicated, Series, Value};
use crate::study::{Estimate, mean_interval, ratio_interval};

/// Of the intervals that say whether a difference can be chance: as rare as four standard deviations, so that of the
/// thousands of rows in a year's reports hardly one is off by chance alone.
const CONFIDENCE: f64 = 0.9999;
/// Standard deviations that are put down to chance (model §5: tests fail at |z| > 4).
const DEVIATIONS: f64 = 4.0;

/// The figures of a run.
#[derive(Default)]
pub struct Simulated {
    figures: Vec<Replicated>,
    series: Vec<Series>,
}

impl Simulated {
    /// Of every figure of every replication, and of the series.
    pub fn new(mut figures: Vec<Replicated>, series: Vec<Series>) -> Simulated {
        figures.retain(|f| f.cause.is_empty());
        Simulated { figures, series }
    }

    fn values(&self, scope: &str, metric: &str) -> impl Iterator<Item = Value> + '_ {
        let found = self
            .figures
            .iter()
            .find(|f| f.scope == scope && f.metric == metric);
        found
            .into_iter()
            .flat_map(|f| f.values.iter().map(|(_, value)| *value))
    }

    /// The totals of a ratio.
    pub fn totals(&self, scope: &str, metric: &str) -> Option<(f64, f64)> {
        let pairs = self.pairs(scope, metric);
        let sum = pairs
            .iter()
            .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        (sum.1 > 0.0).then_some(sum)
    }

    fn pairs(&self, scope: &str, metric: &str) -> Vec<(f64, f64)> {
        let pair = |value| {
            if let Value::Ratio(above, below) = value {
                Some((above, below))
            } else {
                None
            }
        };
        self.values(scope, metric).filter_map(pair).collect()
    }

    /// The mean with its interval: of a ratio that of the totals. `None`: there is nothing, or something is still open.
    fn estimate(&self, scope: &str, metric: &str) -> Option<Estimate> {
        if self
            .values(scope, metric)
            .any(|v| matches!(v, Value::Beyond(_)))
        {
            return None;
        }
        let pairs = self.pairs(scope, metric);
        if !pairs.is_empty() {
            return ratio_interval(&pairs, CONFIDENCE);
        }
        let number = |value| {
            if let Value::Of(x) = value {
                Some(x)
            } else {
                None
            }
        };
        mean_interval(
            &self
                .values(scope, metric)
                .filter_map(number)
                .collect::<Vec<_>>(),
            CONFIDENCE,
        )
    }

    /// The mean over the replications.
    pub fn mean(&self, scope: &str, metric: &str) -> Option<f64> {
        self.estimate(scope, metric).map(|e| e.mean)
    }

    /// What the mean is at least, where some replications only say that it is more.
    pub fn at_least(&self, scope: &str, metric: &str) -> Option<f64> {
        let known = |value| match value {
            Value::Of(x) | Value::Beyond(x) => Some(x),
            Value::Ratio(..) | Value::Absent => None,
        };
        let known: Vec<f64> = self.values(scope, metric).filter_map(known).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// How far the mean may be from the truth by chance; `None`: one replication does not tell.
    pub fn chance(&self, scope: &str, metric: &str) -> Option<f64> {
        let estimate = self.estimate(scope, metric)?;
        Some((estimate.upper? - estimate.lower?) / 2.0)
    }

    /// A count over all replications.
    pub fn total(&self, scope: &str, metric: &str) -> f64 {
        let number = |value| {
            if let Value::Of(x) = value {
                Some(x)
            } else {
                None
            }
        };
        self.values(scope, metric).filter_map(number).sum()
    }

    /// Replications.
    pub fn replications(&self) -> f64 {
        self.figures.first().map_or(0.0, |f| f.values.len() as f64)
    }

    /// Time signed in over all users and replications [s].
    pub fn signed_in_s(&self, scope: &str) -> f64 {
        self.totals(scope, "down_fraction")
            .map_or(0.0, |(_, us)| us / 1e6)
    }

    /// Users who could use their sessions in the last whole minute before that instant [s from the start], and how many
    /// more or fewer that were than in the minute before.
    pub fn usable_before(&self, scope: &str, at_s: f64) -> Option<[f64; 2]> {
        let usable = self
            .series
            .iter()
            .find(|s| s.scope == scope && s.name == "usable")?;
        let ends = usable
            .start_s
            .iter()
            .zip(&usable.length_s)
            .map(|(start, length)| start + length);
        let before: Vec<f64> = ends
            .zip(&usable.values)
            .take_while(|(end, _)| *end <= at_s)
            .map(|(_, n)| *n)
            .collect();
        let last = *before.last()?;
        let change = before
            .iter()
            .rev()
            .nth(1)
            .map_or(last, |earlier| (last - earlier).abs());
        Some([last, change])
    }
}

/// How far a count of independent events may be from what is expected of it by chance.
pub fn poisson_chance(expected: f64) -> f64 {
    let deviation = DEVIATIONS * expected.sqrt();
    if expected > 100.0 {
        return deviation;
    }
    // Rare events are no bell curve: the least number that is exceeded as rarely as four deviations are.
    let mut term = libm::exp(-expected);
    let mut beyond = 1.0 - term;
    let mut most = 0.0;
    while beyond > (1.0 - CONFIDENCE) / 2.0 {
        most += 1.0;
        term *= expected / most;
        beyond -= term;
    }
    deviation.max(most - expected)
}

/// How far a sum may be from what is expected of it by chance, from its variance.
pub fn normal_chance(variance: f64) -> f64 {
    DEVIATIONS * variance.max(0.0).sqrt()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Figures of one scope, each a value per replication.
    pub fn simulated(scope: &str, figures: &[(&str, &[Value])]) -> Simulated {
        let figure = |(metric, values): &(&str, &[Value])| Replicated {
            scope: scope.into(),
            metric: (*metric).into(),
            values: (1..).zip(values.iter().copied()).collect(),
            ..Replicated::default()
        };
        Simulated {
            figures: figures.iter().map(figure).collect(),
            series: Vec::new(),
        }
    }

    /// The same, and how many are usable in each minute.
    pub fn with_usable(found: Simulated, scope: &str, users: &[f64]) -> Simulated {
        let usable = Series {
            scope: scope.into(),
            name: "usable".into(),
            start_s: (0..users.len())
                .map(|minute| minute as f64 * 60.0)
                .collect(),
            length_s: vec![60.0; users.len()],
            values: users.to_vec(),
            ..Series::default()
        };
        Simulated {
            series: vec![usable],
            ..found
        }
    }

    #[test]
    fn usable_are_those_of_the_last_whole_minute() {
        let found = with_usable(Simulated::default(), "all", &[5.0, 8.0, 7.0, 0.0]);
        assert_eq!(found.usable_before("all", 180.0), Some([7.0, 1.0]));
        assert_eq!(found.usable_before("all", 179.0), Some([8.0, 3.0]));
        assert_eq!(
            (
                found.usable_before("all", 60.0),
                found.usable_before("all", 59.0)
            ),
            (Some([5.0, 5.0]), None)
        );
    }

    #[test]
    fn means_are_of_totals_and_what_is_open_is_at_least() {
        let found = simulated(
            "all",
            &[
                (
                    "down_fraction",
                    &[Value::Ratio(1e6, 10e6), Value::Ratio(2e6, 30e6)],
                ),
                ("all_back_s", &[Value::Of(100.0), Value::Beyond(300.0)]),
                ("session_drops", &[Value::Of(3.0), Value::Of(5.0)]),
            ],
        );
        assert_eq!(
            (found.mean("all", "down_fraction"), found.signed_in_s("all")),
            (Some(0.075), 40.0)
        );
        assert_eq!(
            (
                found.mean("all", "all_back_s"),
                found.at_least("all", "all_back_s")
            ),
            (None, Some(200.0))
        );
        assert_eq!(
            (found.total("all", "session_drops"), found.replications()),
            (8.0, 2.0)
        );
        // Two values 3 and 5: mean 4 ± t·√2/√2, t of one degree of freedom at 99.99 %: tan(0.49995 π) = 6366.2.
        assert!((found.chance("all", "session_drops").unwrap() - 6366.2).abs() < 0.1);
        assert_eq!(found.mean("gateway:x", "session_drops"), None);
    }

    #[test]
    fn chance_of_rare_events_is_by_their_own_law() {
        // P(N > 0) at 10⁻⁶ is below 5·10⁻⁵: one event is none too many only from there on; at 0.001 P(N > 1) = 5·10⁻⁷.
        assert_eq!(poisson_chance(1e-6), 4e-3);
        assert!((poisson_chance(0.001) - 0.999).abs() < 1e-9);
        // Poisson 1: P(N > 5) = 5.94·10⁻⁴, P(N > 6) = 8.3·10⁻⁵, P(N > 7) = 1.02·10⁻⁵ (tables).
        assert!((poisson_chance(1.0) - 6.0).abs() < 1e-9);
        assert_eq!((poisson_chance(400.0), normal_chance(25.0)), (80.0, 20.0));
    }
}
