//! What the replications of one point said, and the rows they become.

use std::collections::BTreeMap;

use super::day_sums::{DaySums, sums};
use super::estimate::{CONFIDENCE, Estimate, mean_interval, ratio_interval};
use super::observation::{Column, Observation, columns};
use super::paired::FigureSamples;
use super::rare::{rare_bounds, share_unseen, upper_if_none};
use crate::measure::{Histogram, Metric, MinuteBin, Presence, Sample, Scope, StationTally, Tally};
use crate::quantity::{Span, Time};

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
    /// Every replication is the same run ([`Samples::is_one_run`]): there is nothing between bounds.
    pub is_one_run: bool,
}

impl MetricRow {
    /// The figure, or what it lies beyond; `None`: nothing of the kind happened.
    pub fn value(&self) -> Option<f64> {
        self.estimate.map(|e| e.mean).or(self.beyond)
    }
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
    /// Whether chance decided anything in them.
    is_random: bool,
    /// Per replication, per scope: how many users the samples rest on.
    presences: Vec<Vec<Presence>>,
    /// Per replication, per scope, per column: the part that runs with a rare fault give; empty where there is none.
    rare: Vec<Vec<Vec<f64>>>,
    /// Events simulated in all.
    pub events: u64,
    /// How long a replication is.
    pub horizon: Time,
    /// Time of day at which it starts.
    pub start: Span,
    /// Per replication, per scope: the minutes of each day summed; of what was read back, none.
    each_day: Vec<DaySums>,
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
            is_random: false,
            presences: Vec::new(),
            rare: Vec::new(),
            events: 0,
            horizon,
            start: Span::ZERO,
            each_day: Vec::new(),
        }
    }

    /// The same of a run that starts at this time of day.
    pub fn starting_at(self, start: Span) -> Self {
        Self { start, ..self }
    }

    /// Days from midnight to midnight.
    pub fn days(&self) -> usize {
        let days = self.each_day.iter().flatten().map(Vec::len);
        days.max().unwrap_or(0)
    }

    pub(super) fn each_day(&self) -> &[DaySums] {
        &self.each_day
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
        self.add_minutes(tallies);
    }

    /// Adds the minutes, durations and stations of a replication that was [added](Self::add) before.
    pub fn add_minutes(&mut self, tallies: &[&Tally]) {
        for (sums, tally) in self.minutes.iter_mut().zip(tallies) {
            sums.resize(tally.minutes.len(), MinuteBin::default());
            sums.iter_mut()
                .zip(&tally.minutes)
                .for_each(|(sum, bin)| *sum += *bin);
        }
        // The last one may be cut by the horizon.
        let full_minutes = (self.horizon.0 / MINUTE_US) as usize;
        self.each_minute.extend(tallies.first().map(|deployment| {
            deployment.minutes[..full_minutes.min(deployment.minutes.len())].to_vec()
        }));
        let of_days = |tally: &&Tally| sums(&tally.minutes, self.start);
        self.each_day.push(tallies.iter().map(of_days).collect());
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
        self.is_random |= observation.is_random;
        self.presences.push(observation.presence);
        self.rare.push(observation.rare);
        self.events += observation.events;
    }

    /// Adds further replications of the same point, without their minutes.
    pub fn extend(&mut self, later: Self) {
        assert_eq!(
            later.scopes.len(),
            self.scopes.len(),
            "one list of samples per scope"
        );
        self.numbers.extend(later.numbers);
        self.values.extend(later.values);
        self.fingerprints.extend(later.fingerprints);
        self.is_random |= later.is_random;
        self.presences.extend(later.presences);
        self.rare.extend(later.rare);
        self.events += later.events;
    }

    /// Of these replications alone, without the minutes.
    pub fn restrict_to(&self, numbers: &[u32]) -> Self {
        let mut subset = Self::new(self.scopes.clone(), self.horizon);
        for (index, number) in self
            .numbers
            .iter()
            .enumerate()
            .filter(|(_, n)| numbers.contains(n))
        {
            subset.add(
                *number,
                Observation {
                    values: self.values[index].clone(),
                    fingerprint: self.fingerprints[index],
                    events: 0,
                    is_random: self.is_random,
                    presence: self.presences[index].clone(),
                    rare: self.rare[index].clone(),
                },
            );
        }
        subset
    }

    /// Whether nothing in them is random: every replication is the same run, whose figures are exact, and more of them add
    /// nothing.
    pub fn is_one_run(&self) -> bool {
        !self.is_random && !self.values.is_empty()
    }

    /// How many users the figures of a scope rest on, over all replications.
    pub fn presence(&self, scope: usize) -> Presence {
        let mut sum = Presence::default();
        (self.presences.iter())
            .filter_map(|scopes| scopes.get(scope))
            .for_each(|presence| sum.merge(presence));
        sum
    }

    /// The index of each scope.
    pub fn scope_numbers(&self) -> BTreeMap<&Scope, usize> {
        self.scopes.iter().zip(0..).collect()
    }

    /// The index of a metric's column, over all causes.
    pub fn column(&self, metric: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|c| c.metric.name == metric && c.cause.is_none())
    }

    /// The same, where a share of time that is 0 has no bound but its spread: of a trial, whose few users stand for many.
    pub(crate) fn without_users(mut self) -> Self {
        let presences = self.presences.iter_mut().flatten();
        presences.for_each(|presence| presence.signed_in = 0);
        self
    }

    /// What runs with a rare fault add to a figure, over all replications.
    fn rare_part(&self, scope: usize, column: usize) -> f64 {
        let parts = self.rare.iter().filter_map(|r| Some(r.get(scope)?[column]));
        parts.sum()
    }

    /// The samples of a metric over everything, per replication.
    pub fn deployment_samples(&self, metric: &str) -> Vec<Sample> {
        self.column(metric)
            .map_or_else(Vec::new, |column| self.column_samples(0, column).collect())
    }

    /// The same, with what rare faults add to it.
    pub fn deployment_figure(&self, metric: &str) -> FigureSamples {
        let column = self.column(metric);
        column.map_or_else(FigureSamples::default, |column| self.figure_samples(column))
    }

    /// The samples of a column over everything, with what rare faults add to them.
    pub(super) fn figure_samples(&self, column: usize) -> FigureSamples {
        let rare = |scopes: &Vec<Vec<f64>>| scopes.first().map_or(0.0, |columns| columns[column]);
        FigureSamples {
            samples: self.column_samples(0, column).collect(),
            rare: self.rare.iter().map(rare).collect(),
        }
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

    /// What each replication adds to the spread of a figure: the samples of a mean, of a ratio how far the numerators are from
    /// the ratio, over the mean denominator.
    pub(super) fn spread_of(&self, scope: usize, column: usize) -> Vec<f64> {
        let samples: Vec<Sample> = self.column_samples(scope, column).collect();
        let pairs = || {
            samples.iter().filter_map(|sample| match sample {
                Sample::Ratio(above, below) => Some((*above, *below)),
                _ => None,
            })
        };
        let (above, below) = pairs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        if below <= 0.0 {
            return samples.into_iter().filter_map(value).collect();
        }
        let (ratio, mean) = (above / below, below / pairs().count() as f64);
        pairs().map(|(x, y)| (x - ratio * y) / mean).collect()
    }

    /// Every figure of every scope.
    pub fn rows(&self) -> Vec<MetricRow> {
        let of_scope = |scope: usize| {
            // The users are the same in all of its figures.
            let users = self.presence(scope).signed_in;
            let columns = 0..self.columns.len();
            columns.map(move |column| self.row_of(scope, column, users, CONFIDENCE))
        };
        (0..self.scopes.len()).flat_map(of_scope).collect()
    }

    /// One figure, with its 95 % interval.
    pub fn row(&self, scope: usize, column: usize) -> MetricRow {
        self.row_at(scope, column, CONFIDENCE)
    }

    /// One figure, with an interval of that confidence.
    pub(super) fn row_at(&self, scope: usize, column: usize, confidence: f64) -> MetricRow {
        self.row_of(scope, column, self.presence(scope).signed_in, confidence)
    }

    /// The same, where so many users signed in.
    fn row_of(&self, scope: usize, column: usize, signed_in: u64, confidence: f64) -> MetricRow {
        let samples: Vec<Sample> = self.column_samples(scope, column).collect();
        let basis = Basis {
            signed_in,
            rare_part: self.rare_part(scope, column),
            is_one_run: self.is_one_run(),
            confidence,
        };
        row(&self.scopes[scope], self.columns[column], &samples, basis)
    }
}

/// What one replication says on its own.
pub(super) fn value(sample: Sample) -> Option<f64> {
    match sample {
        Sample::Count(n) => Some(n as f64),
        Sample::Ratio(above, below) => Some(above / below),
        Sample::Value(x) => Some(x),
        Sample::Absent | Sample::Beyond(_) => None,
    }
}

/// What an interval rests on besides the samples.
pub(super) struct Basis {
    /// Users who signed in, over all replications.
    pub(super) signed_in: u64,
    /// The part of the samples that runs with a rare fault give.
    pub(super) rare_part: f64,
    /// Whether every replication is the same run ([`Samples::is_one_run`]).
    pub(super) is_one_run: bool,
    pub(super) confidence: f64,
}

/// The estimate of what every replication repeats: known as closely as it was measured.
pub(super) fn exact(metric: &Metric, mean: f64) -> Estimate {
    Estimate::around(mean, Some(metric.resolution() * mean.abs()))
}

/// What is averaged, and of ratios what is above and below.
fn values_and_pairs(samples: &[Sample]) -> (Vec<f64>, Vec<(f64, f64)>) {
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
    (values, pairs)
}

/// One figure of a scope, from a sample of each replication.
pub(super) fn row(scope: &Scope, column: Column, samples: &[Sample], basis: Basis) -> MetricRow {
    let mut row = MetricRow {
        scope: scope.clone(),
        column,
        estimate: None,
        beyond: None,
        samples: samples.iter().filter(|s| **s != Sample::Absent).count() as u32,
        replications: samples.len() as u32,
        upper_if_none: None,
        is_rare: false,
        is_one_run: basis.is_one_run,
    };
    // Every replication of one run repeats the first.
    let different = match basis.is_one_run {
        true => &samples[..samples.len().min(1)],
        false => samples,
    };
    let (values, pairs) = values_and_pairs(different);
    if samples.iter().any(|s| matches!(s, Sample::Beyond(_))) {
        row.beyond = mean_interval(&values, basis.confidence).map(|e| e.mean);
    } else if pairs.is_empty() {
        row.estimate = mean_interval(&values, basis.confidence);
    } else {
        row.estimate = ratio_interval(&pairs, basis.confidence);
    }
    if basis.is_one_run {
        if samples.len() > 1 {
            row.estimate = row.estimate.map(|e| exact(column.metric, e.mean));
        }
        return row;
    }
    let below = match &pairs[..] {
        [] => f64::from(row.replications),
        pairs => pairs.iter().map(|(_, below)| below).sum(),
    };
    let unseen = basis.rare_part / below * share_unseen(row.replications, basis.confidence);
    if unseen > 0.0 {
        row.estimate = row.estimate.map(|e| e.widened(unseen));
    }
    let resolution = column.metric.resolution();
    row.estimate = row.estimate.map(|e| e.at_least(resolution * e.mean));
    row.upper_if_none = upper_if_none(column.metric, samples, basis.signed_in, basis.confidence);
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
        rare_bounds(column.metric, samples, basis.confidence),
        &mut row.estimate,
    ) {
        (e.lower, e.upper, row.is_rare) = (Some(lower), Some(upper), true);
    }
    row
}
