//! What the replications of one point said, and the rows they become.

use super::estimate::{
    CONFIDENCE, Estimate, binomial_bounds, mean_interval, poisson_bounds, ratio_interval,
};
use super::observation::{Column, Observation, columns};
use crate::measure::{Histogram, Metric, MinuteBin, Presence, Sample, Scope, StationTally, Tally};
use crate::quantity::Time;

/// One figure with its interval.
#[derive(Clone, PartialEq, Debug)]
pub struct MetricRow {
    /// Whom it is about.
    pub scope: Scope,
    /// What it is.
    pub column: Column,
    /// The figure; `None`: a ratio or quantile without samples, or one that lies beyond.
    pub estimate: Option<Estimate>,
    /// A quantile among what was open at the horizon: more than this.
    pub beyond: Option<f64>,
    /// In how many replications there was a sample at all.
    pub samples: u32,
    /// Out of so many.
    pub replications: u32,
    /// Nothing was counted in any replication: the exact upper bound of the figure (Poisson; Clopper–Pearson of a share).
    pub upper_if_none: Option<f64>,
    /// So few events were counted that the bounds are exact ones (Poisson; Clopper–Pearson of a share), not symmetric.
    pub is_rare: bool,
}

const MINUTE_US: u64 = 60_000_000;

/// The samples of all scopes over the replications so far.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Whom the figures are about.
    pub scopes: Vec<Scope>,
    /// The metrics and causes.
    pub columns: Vec<Column>,
    /// The number of each replication, counted from 0.
    pub numbers: Vec<u32>,
    /// Per replication, per scope, per column.
    pub values: Vec<Vec<Vec<Sample>>>,
    /// Per scope: the minutes, summed over the replications.
    pub minutes: Vec<Vec<MinuteBin>>,
    /// Per replication: the whole minutes over everything; of what was read back, none.
    pub each_minute: Vec<Vec<MinuteBin>>,
    /// Per scope: the time series of the stations, merged over the replications.
    pub stations: Vec<StationTally>,
    /// Per scope: how long set-up, detection and recovery took, in that order, over all replications.
    pub durations: Vec<[Histogram; 3]>,
    /// Per replication.
    pub fingerprints: Vec<u64>,
    /// Per replication, per scope: how many users the samples rest on.
    presences: Vec<Vec<Presence>>,
    /// Events simulated in all.
    pub events: u64,
    /// How long a replication is.
    pub horizon: Time,
}

impl Samples {
    /// No replication yet of a run of the given length.
    pub fn new(scopes: Vec<Scope>, horizon: Time) -> Self {
        let minutes = vec![Vec::new(); scopes.len()];
        let stations = vec![StationTally::default(); scopes.len()];
        let durations = vec![Default::default(); scopes.len()];
        Self {
            scopes,
            columns: columns(),
            numbers: Vec::new(),
            values: Vec::new(),
            minutes,
            each_minute: Vec::new(),
            stations,
            durations,
            fingerprints: Vec::new(),
            presences: Vec::new(),
            events: 0,
            horizon,
        }
    }

    /// The length of a run.
    pub fn horizon(&self) -> Time {
        self.horizon
    }

    /// Replications so far.
    pub fn replications(&self) -> u32 {
        self.values.len() as u32
    }

    /// Adds the next replication: one tally per scope, the first of them over everything.
    pub fn push(&mut self, number: u32, tallies: &[&Tally]) {
        self.add(number, Observation::from_tallies(tallies, self.horizon));
        for (sums, tally) in self.minutes.iter_mut().zip(tallies) {
            sums.resize(tally.minutes.len(), MinuteBin::default());
            sums.iter_mut()
                .zip(&tally.minutes)
                .for_each(|(sum, bin)| *sum += *bin);
        }
        // The last one may be cut by the horizon.
        let whole = (self.horizon.0 / MINUTE_US) as usize;
        self.each_minute.extend(
            tallies
                .first()
                .map(|all| all.minutes[..whole.min(all.minutes.len())].to_vec()),
        );
        for (sums, tally) in self.stations.iter_mut().zip(tallies) {
            sums.merge_minutes(&tally.station);
        }
        for (sums, tally) in self.durations.iter_mut().zip(tallies) {
            let histograms = [&tally.setup, &tally.detection, &tally.recovery];
            sums.iter_mut()
                .zip(histograms)
                .for_each(|(sum, histogram)| sum.merge(histogram));
        }
    }

    /// Adds what the next replication said, without its minutes.
    pub fn add(&mut self, number: u32, observation: Observation) {
        assert_eq!(
            observation.values.len(),
            self.scopes.len(),
            "one list of samples per scope"
        );
        self.values.push(observation.values);
        self.numbers.push(number);
        self.fingerprints.push(observation.fingerprint);
        self.presences.push(observation.presence);
        self.events += observation.events;
    }

    /// Adds further replications of the same point, without their minutes.
    pub fn extend(&mut self, more: Self) {
        let Self {
            numbers,
            values,
            fingerprints,
            presences,
            events,
            ..
        } = more;
        let observed = values.into_iter().zip(fingerprints).zip(presences);
        for (number, ((values, fingerprint), presence)) in numbers.into_iter().zip(observed) {
            self.add(
                number,
                Observation {
                    values,
                    fingerprint,
                    events: 0,
                    presence,
                },
            );
        }
        self.events += events;
    }

    /// Of these replications alone, without the minutes.
    pub fn only(&self, numbers: &[u32]) -> Self {
        let mut some = Self::new(self.scopes.clone(), self.horizon);
        for (index, number) in self
            .numbers
            .iter()
            .enumerate()
            .filter(|(_, n)| numbers.contains(n))
        {
            some.add(
                *number,
                Observation {
                    values: self.values[index].clone(),
                    fingerprint: self.fingerprints[index],
                    events: 0,
                    presence: self.presences[index].clone(),
                },
            );
        }
        some
    }

    /// How many users the figures of a scope rest on, over all replications.
    pub fn presence(&self, scope: usize) -> Presence {
        let mut sum = Presence::default();
        (self.presences.iter())
            .filter_map(|scopes| scopes.get(scope))
            .for_each(|one| sum.merge(one));
        sum
    }

    /// The index of a metric's column, over all causes.
    pub fn column(&self, metric: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|c| c.metric.name == metric && c.cause.is_none())
    }

    /// The samples of a metric over everything, per replication.
    pub fn deployment_samples(&self, metric: &str) -> Vec<Sample> {
        self.column(metric)
            .map_or_else(Vec::new, |column| self.column_samples(0, column).collect())
    }

    /// The figure of a metric over everything.
    pub fn figure(&self, metric: &str) -> Option<MetricRow> {
        self.column(metric).map(|column| self.row(0, column))
    }

    /// The samples of one figure, per replication.
    pub fn column_samples(&self, scope: usize, column: usize) -> impl Iterator<Item = Sample> + '_ {
        self.values
            .iter()
            .map(move |replication| replication[scope][column])
    }

    /// Every figure of every scope.
    pub fn rows(&self) -> Vec<MetricRow> {
        let scopes = 0..self.scopes.len();
        scopes
            .flat_map(|s| (0..self.columns.len()).map(move |c| (s, c)))
            .map(|(s, c)| self.row(s, c))
            .collect()
    }

    /// One figure.
    pub fn row(&self, scope: usize, column: usize) -> MetricRow {
        let samples: Vec<Sample> = self.column_samples(scope, column).collect();
        let mut row = MetricRow {
            scope: self.scopes[scope].clone(),
            column: self.columns[column],
            estimate: None,
            beyond: None,
            samples: samples.iter().filter(|s| **s != Sample::Absent).count() as u32,
            replications: self.replications(),
            upper_if_none: None,
            is_rare: false,
        };
        let values: Vec<f64> = samples
            .iter()
            .filter_map(|s| match s {
                Sample::Count(n) => Some(*n as f64),
                Sample::Value(x) | Sample::Beyond(x) => Some(*x),
                Sample::Absent | Sample::Ratio(..) => None,
            })
            .collect();
        let pairs: Vec<(f64, f64)> = samples
            .iter()
            .filter_map(|s| match s {
                Sample::Ratio(above, below) => Some((*above, *below)),
                _ => None,
            })
            .collect();
        if samples.iter().any(|s| matches!(s, Sample::Beyond(_))) {
            row.beyond = mean_interval(&values, CONFIDENCE).map(|e| e.mean);
        } else if pairs.is_empty() {
            row.estimate = mean_interval(&values, CONFIDENCE);
        } else {
            row.estimate = ratio_interval(&pairs, CONFIDENCE);
        }
        row.upper_if_none = upper_if_none(self.columns[column].metric, &samples);
        if let (
            Some(upper),
            Some(Estimate {
                upper: Some(bound), ..
            }),
        ) = (row.upper_if_none, &mut row.estimate)
        {
            *bound = upper;
        }
        if let (Some((lower, upper)), Some(e)) = (
            rare_bounds(self.columns[column].metric, &samples),
            &mut row.estimate,
        ) {
            (e.lower, e.upper, row.is_rare) = (Some(lower), Some(upper), true);
        }
        row
    }
}

/// The upper bound of what never happened: of a count over the replications, of a rate over all of its hours, of a share
/// over everything that was due. Of shares of time there is none: a moment is no trial.
fn upper_if_none(metric: &Metric, samples: &[Sample]) -> Option<f64> {
    if samples.is_empty() {
        return None;
    }
    if samples.iter().all(|s| *s == Sample::Count(0)) {
        return Some(poisson_bounds(0, CONFIDENCE).1 / samples.len() as f64);
    }
    let never = samples
        .iter()
        .all(|s| matches!(s, Sample::Ratio(above, _) if *above == 0.0) || *s == Sample::Absent);
    let due: f64 = samples
        .iter()
        .map(|s| {
            if let Sample::Ratio(_, below) = s {
                *below
            } else {
                0.0
            }
        })
        .sum();
    match metric.name {
        _ if !never || due <= 0.0 => None,
        "missed_toast_fraction" | "failed_origination_fraction" | "dropped_session_fraction" => {
            Some(binomial_bounds(0, due as u64, CONFIDENCE).1)
        }
        "drops_per_client_hour" | "missed_toasts_per_client_hour" => {
            Some(poisson_bounds(0, CONFIDENCE).1 / due)
        }
        _ => None,
    }
}

/// More events than these, and Student's t does as well: the ratio of totals with the linearised interval begins here.
const RARE: f64 = 10.0;

/// The exact bounds of what happened a few times in all replications, where it comes as independent events do: what
/// comes in bursts, or like clockwork, varies more or less than those from replication to replication, and there only
/// the spread of the replications says how far it may be off. The index of dispersion tells, Σ(x − e)²/e ~ χ²(n − 1),
/// within its middle 95 %. Source: D. R. Cox, P. A. W. Lewis, The Statistical Analysis of Series of Events, section 6.3.
pub(super) fn rare_bounds(metric: &Metric, samples: &[Sample]) -> Option<(f64, f64)> {
    let pair = |s: &Sample| match *s {
        Sample::Count(n) => Some((n as f64, 1.0)),
        Sample::Ratio(above, below) if below > 0.0 => Some((above, below)),
        _ => None,
    };
    let pairs: Vec<(f64, f64)> = samples.iter().filter_map(pair).collect();
    let (k, due) = pairs
        .iter()
        .fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    if pairs.len() < 2 || k == 0.0 || k > RARE {
        return None;
    }
    let dispersion: f64 = pairs
        .iter()
        .map(|(x, y)| (x - k / due * y) * (x - k / due * y) / (k / due * y))
        .sum();
    let lower_tail = super::tail::gamma((pairs.len() - 1) as f64 / 2.0, dispersion / 2.0);
    if !(0.025..=0.975).contains(&lower_tail) {
        return None;
    }
    match metric.name {
        "missed_toast_fraction" | "failed_origination_fraction" => {
            Some(binomial_bounds(k as u64, due as u64, CONFIDENCE))
        }
        "session_drops"
        | "interruptions"
        | "setups_failed"
        | "toasts_missed"
        | "originations_failed"
        | "refreshes_failed"
        | "messages_lost"
        | "jobs_refused"
        | "drops_per_client_hour"
        | "missed_toasts_per_client_hour" => {
            let (lower, upper) = poisson_bounds(k as u64, CONFIDENCE);
            Some((lower / due, upper / due))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::near;
    use super::*;

    #[test]
    fn what_happened_a_few_times_has_exact_bounds() {
        let bounds =
            |name: &str, samples: &[Sample]| rare_bounds(Metric::named(name).unwrap(), samples);
        let counts = |all: &[u64]| all.iter().map(|n| Sample::Count(*n)).collect::<Vec<_>>();
        // 3 events in 4 replications: Garwood's bounds of 3, over 4. Student's t would begin below 0.
        let (lower, upper) = bounds("session_drops", &counts(&[1, 0, 2, 0])).unwrap();
        near(lower, 0.6186721228956013 / 4.0);
        near(upper, 8.767273069742326 / 4.0);
        // 3 of 1000: Clopper–Pearson.
        let missed = [(1.0, 300.0), (0.0, 300.0), (2.0, 400.0)].map(|(x, y)| Sample::Ratio(x, y));
        let (lower, upper) = bounds("missed_toast_fraction", &missed).unwrap();
        near(lower, 0.0006190999316495713);
        near(upper, 0.008742023238478304);
        assert_eq!(
            bounds("session_drops", &counts(&[2, 2, 2, 2])),
            None,
            "like clockwork: no spread at all"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[0, 0, 0, 12])),
            None,
            "a burst: one replication says it all"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[4, 2, 3, 2])),
            None,
            "not rare"
        );
        let some = [
            (2.0, 100.0),
            (1.0, 120.0),
            (3.0, 90.0),
            (2.0, 110.0),
            (4.0, 105.0),
        ];
        let some = some.map(|(x, y)| Sample::Ratio(x, y));
        assert_eq!(
            bounds("missed_toast_fraction", &some),
            None,
            "a ratio of totals, 0.022857 ± 0.015455"
        );
        assert_eq!(
            bounds("session_drops", &counts(&[3])),
            None,
            "of one replication nothing is known"
        );
        assert_eq!(
            bounds("down_peak", &counts(&[1, 0, 2, 0])),
            None,
            "a peak is no number of events"
        );
    }

    #[test]
    fn what_never_happened_has_an_upper_bound() {
        let bounds =
            |name: &str, samples: &[Sample]| upper_if_none(Metric::named(name).unwrap(), samples);
        let none_of = |n| Sample::Ratio(0.0, n);
        // 1 − 0.025^(1/1000) and −ln 0.025 over 8 hours; a share of time is no trial.
        near(
            bounds("missed_toast_fraction", &[none_of(400.0), none_of(600.0)]).unwrap(),
            0.003682083896865672,
        );
        near(
            bounds("drops_per_client_hour", &[none_of(8.0)]).unwrap(),
            3.688879454113936 / 8.0,
        );
        near(
            bounds("session_drops", &[Sample::Count(0); 4]).unwrap(),
            3.688879454113936 / 4.0,
        );
        assert_eq!(bounds("down_fraction", &[none_of(8.0)]), None);
        assert_eq!(
            bounds(
                "missed_toast_fraction",
                &[Sample::Ratio(1.0, 400.0), none_of(600.0)]
            ),
            None
        );
        assert_eq!(bounds("missed_toast_fraction", &[Sample::Absent]), None);
    }
}
