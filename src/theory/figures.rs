//! What a simulation measured: the figures that predictions are checked against.

use super::chance::CONFIDENCE;
use crate::measure::{Sample, Scope};
use crate::study::{Estimate, Samples, mean_interval, ratio_interval};

/// The figures of a run: of each the samples of its replications, and how many users could use their sessions over time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunFigures {
    samples: Vec<(Scope, String, Vec<Sample>)>,
    usable: Vec<(Scope, Vec<Usable>)>,
}

/// The users of a scope who can use their sessions, on average over a stretch of time and over the replications.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Usable {
    /// The end of that stretch, seconds from the start of the run.
    pub until_s: f64,
    /// How many users.
    pub users: f64,
}

impl RunFigures {
    /// Adds the samples of a metric, one a replication; of causes there are none.
    pub fn insert(&mut self, scope: Scope, metric: &str, samples: Vec<Sample>) {
        self.samples.push((scope, metric.into(), samples));
    }

    /// Adds how many users of a scope are usable, in the order of time.
    pub(crate) fn insert_usable(&mut self, scope: Scope, usable: Vec<Usable>) {
        self.usable.push((scope, usable));
    }

    fn samples(&self, scope: &Scope, metric: &str) -> &[Sample] {
        let row = self
            .samples
            .iter()
            .find(|(s, m, _)| m == metric && s == scope);
        row.map_or(&[], |(.., samples)| samples)
    }

    fn ratios(&self, scope: &Scope, metric: &str) -> Vec<(f64, f64)> {
        let ratio = |sample: &Sample| match *sample {
            Sample::Ratio(above, below) => Some((above, below)),
            _ => None,
        };
        self.samples(scope, metric)
            .iter()
            .filter_map(ratio)
            .collect()
    }

    fn numbers(&self, scope: &Scope, metric: &str) -> Vec<f64> {
        let number = |sample: &Sample| match *sample {
            Sample::Count(n) => Some(n as f64),
            Sample::Value(x) => Some(x),
            _ => None,
        };
        self.samples(scope, metric)
            .iter()
            .filter_map(number)
            .collect()
    }

    /// The totals of a ratio; `None`: there is no such ratio.
    pub(super) fn totals(&self, scope: &Scope, metric: &str) -> Option<(f64, f64)> {
        let sum = self
            .ratios(scope, metric)
            .iter()
            .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        (sum.1 > 0.0).then_some(sum)
    }

    /// The mean with its interval: of a ratio that of the totals. `None`: there is nothing, or something is still open.
    fn estimate(&self, scope: &Scope, metric: &str) -> Option<Estimate> {
        let is_open = |sample: &Sample| matches!(sample, Sample::Beyond(_));
        if self.samples(scope, metric).iter().any(is_open) {
            return None;
        }
        let ratios = self.ratios(scope, metric);
        if !ratios.is_empty() {
            return ratio_interval(&ratios, CONFIDENCE);
        }
        mean_interval(&self.numbers(scope, metric), CONFIDENCE)
    }

    /// The mean over the replications.
    pub(super) fn mean(&self, scope: &Scope, metric: &str) -> Option<f64> {
        self.estimate(scope, metric).map(|e| e.mean)
    }

    /// What the mean is at least, where some replications only say that it is more.
    pub(super) fn at_least(&self, scope: &Scope, metric: &str) -> Option<f64> {
        let bound = |sample: &Sample| match *sample {
            Sample::Count(n) => Some(n as f64),
            Sample::Value(x) | Sample::Beyond(x) => Some(x),
            Sample::Ratio(..) | Sample::Absent => None,
        };
        let samples = self.samples(scope, metric);
        let bounds: Vec<f64> = samples.iter().filter_map(bound).collect();
        (!bounds.is_empty()).then(|| bounds.iter().sum::<f64>() / bounds.len() as f64)
    }

    /// How far the mean may be from the truth by chance; `None`: one replication does not tell.
    pub(super) fn chance(&self, scope: &Scope, metric: &str) -> Option<f64> {
        let estimate = self.estimate(scope, metric)?;
        Some((estimate.upper? - estimate.lower?) / 2.0)
    }

    /// A count over all replications.
    pub(super) fn total(&self, scope: &Scope, metric: &str) -> f64 {
        self.numbers(scope, metric).iter().sum()
    }

    /// Replications.
    pub(super) fn replications(&self) -> f64 {
        let first = self.samples.first();
        first.map_or(0.0, |(.., samples)| samples.len() as f64)
    }

    /// Time signed in over all users and replications [s].
    pub(super) fn signed_in_s(&self, scope: &Scope) -> f64 {
        self.totals(scope, "down_fraction")
            .map_or(0.0, |(_, us)| us / 1e6)
    }

    /// Users who could use their sessions in the last whole stretch before an instant [s from the start], and how many
    /// more or fewer that were than in the one before.
    pub(super) fn usable_before(&self, scope: &Scope, at_s: f64) -> Option<(f64, f64)> {
        let (_, usable) = self.usable.iter().find(|(s, _)| s == scope)?;
        let before: Vec<f64> = usable
            .iter()
            .take_while(|stretch| stretch.until_s <= at_s)
            .map(|stretch| stretch.users)
            .collect();
        let last = *before.last()?;
        let earlier = before.iter().rev().nth(1);
        Some((last, earlier.map_or(last, |earlier| (last - earlier).abs())))
    }
}

const MINUTE_S: f64 = 60.0;

impl From<&Samples> for RunFigures {
    /// Every figure of a run's replications but those by cause, and its minutes.
    fn from(samples: &Samples) -> Self {
        let mut figures = Self::default();
        let horizon_s = samples.horizon().as_secs_f64();
        for (place, scope) in samples.scopes.iter().enumerate() {
            for (column, definition) in samples.columns.iter().enumerate() {
                if definition.cause.is_none() {
                    let values = samples.values.iter().map(|run| run[place][column]);
                    figures.insert(scope.clone(), definition.metric.name, values.collect());
                }
            }
            let minutes = samples.minutes[place].iter().enumerate();
            let usable = minutes.map(|(index, minute)| {
                let start_s = index as f64 * MINUTE_S;
                let length_s = f64::min(horizon_s - start_s, MINUTE_S);
                let runs = f64::from(samples.replications());
                Usable {
                    until_s: start_s + length_s,
                    users: minute.usable_us as f64 / 1e6 / length_s / runs,
                }
            });
            figures.insert_usable(scope.clone(), usable.collect());
        }
        figures
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Figures of one scope, each with a sample a replication.
    pub(crate) fn figures(scope: &Scope, table: &[(&str, &[Sample])]) -> RunFigures {
        let mut figures = RunFigures::default();
        for (metric, samples) in table {
            figures.insert(scope.clone(), metric, samples.to_vec());
        }
        figures
    }

    /// So many users in each minute.
    pub(crate) fn minutes(users: &[f64]) -> Vec<Usable> {
        let minute = |(index, users): (usize, &f64)| Usable {
            until_s: (index + 1) as f64 * MINUTE_S,
            users: *users,
        };
        users.iter().enumerate().map(minute).collect()
    }

    #[test]
    fn usable_are_those_of_the_last_whole_minute() {
        let mut figures = RunFigures::default();
        figures.insert_usable(Scope::All, minutes(&[5.0, 8.0, 7.0, 0.0]));
        let before = |at_s| figures.usable_before(&Scope::All, at_s);
        assert_eq!(before(180.0), Some((7.0, 1.0)));
        assert_eq!(before(179.0), Some((8.0, 3.0)));
        assert_eq!((before(60.0), before(59.0)), (Some((5.0, 5.0)), None));
    }

    #[test]
    fn means_are_of_totals_and_what_is_open_is_at_least() {
        let deployment = Scope::All;
        let figures = figures(
            &deployment,
            &[
                (
                    "down_fraction",
                    &[Sample::Ratio(1e6, 10e6), Sample::Ratio(2e6, 30e6)],
                ),
                ("all_back_s", &[Sample::Value(100.0), Sample::Beyond(300.0)]),
                ("session_drops", &[Sample::Count(3), Sample::Count(5)]),
            ],
        );
        assert_eq!(
            (
                figures.mean(&deployment, "down_fraction"),
                figures.signed_in_s(&deployment)
            ),
            (Some(0.075), 40.0)
        );
        assert_eq!(
            (
                figures.mean(&deployment, "all_back_s"),
                figures.at_least(&deployment, "all_back_s")
            ),
            (None, Some(200.0))
        );
        assert_eq!(
            (
                figures.total(&deployment, "session_drops"),
                figures.replications()
            ),
            (8.0, 2.0)
        );
        // Two values 3 and 5: mean 4 ± t·√2/√2, t of one degree of freedom at 99.99 %: tan(0.49995 π) = 6366.2.
        assert!((figures.chance(&deployment, "session_drops").unwrap() - 6366.2).abs() < 0.1);
        let gateway = Scope::Gateway("x".into());
        assert_eq!(figures.mean(&gateway, "session_drops"), None);
    }
}
