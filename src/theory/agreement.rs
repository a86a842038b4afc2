//! A prediction beside the same figure by simulation, and whether they agree.

use std::fmt;

use super::chance::DEVIATIONS;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::Violation;
use crate::measure::{Metric, Scope};

/// A figure by a closed form and by simulation.
#[derive(Clone, PartialEq, Debug)]
pub struct Agreement {
    /// Whom it is about.
    pub scope: Scope,
    /// The figure.
    pub metric: &'static str,
    /// The closed form in words, with its parameters.
    pub formula: String,
    /// The figure by the closed form, in the unit of the metric.
    pub expected: f64,
    /// The closed form says that it is no less, not how much it is.
    pub is_lower_bound: bool,
    /// The mean over the replications, in the unit of the metric.
    pub simulated_mean: f64,
    /// The simulation says that it is more, not how much.
    pub is_open: bool,
    /// How much difference is no disagreement, and why.
    pub allowances: Vec<Allowance>,
}

/// So much difference is no disagreement.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Allowance {
    /// How much, in the unit of the metric.
    pub size: f64,
    /// Why.
    pub reason: Reason,
}

/// Why a simulation may differ from a closed form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The run ends within a cycle of each user.
    CutCycle,
    /// The run ends within an interval of each user.
    CutInterval,
    /// A sign-out or the end comes within a refresh interval.
    PartInterval,
    /// A sign-out or the end cuts calls and sends messages of its own.
    CutCalls,
    /// Phones ring at a sign-out or the end.
    RingingPhones,
    /// Refreshes are open at the end.
    OpenRefreshes,
    /// Jobs are in the station at the end, or when it stops.
    JobsInside,
    /// Messages take time.
    MessageDelays,
    /// A job and messages take time.
    JobAndDelays,
    /// Those who are back make calls.
    CallsOfOthers,
    /// Users came or left shortly before.
    Newcomers,
    /// A Poisson count.
    PoissonCount,
    /// A binomial count.
    BinomialCount,
    /// Until as many calls are under way as ever.
    FewCalls,
    /// Calls come at random.
    PoissonCalls,
    /// Messages come at random.
    MessageTimes,
    /// Refresh intervals are drawn.
    Jitter,
    /// Service times are drawn.
    ServiceTimes,
    /// Chance, by the spread of the replications.
    Spread,
}

impl Reason {
    /// Whether it is chance: four standard deviations are allowed then.
    pub(crate) fn is_chance(self) -> bool {
        matches!(
            self,
            Self::PoissonCount
                | Self::BinomialCount
                | Self::PoissonCalls
                | Self::MessageTimes
                | Self::Jitter
                | Self::ServiceTimes
                | Self::Spread
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CutCycle => "the end of the run cuts a cycle of each user",
            Self::CutInterval => "the end of the run cuts an interval of each user",
            Self::PartInterval => "the interval that a sign-out or the end cuts",
            Self::CutCalls => "what a sign-out or the end cuts or adds",
            Self::RingingPhones => "phones that ring at a sign-out or the end",
            Self::OpenRefreshes => "refreshes still open at the end",
            Self::JobsInside => "jobs inside at the end, or when it stops",
            Self::MessageDelays => "message delays",
            Self::JobAndDelays => "a job, message delays",
            Self::CallsOfOthers => "calls of those who are back",
            Self::Newcomers => "who came or left in the minute before",
            Self::PoissonCount => "chance of a Poisson count",
            Self::BinomialCount => "chance of a binomial count",
            Self::FewCalls => "the first minutes, before as many calls are under way as ever",
            Self::PoissonCalls => "chance of Poisson calls",
            Self::MessageTimes => "chance of when messages come",
            Self::Jitter => "chance of the jitter",
            Self::ServiceTimes => "chance of the service times",
            Self::Spread => "chance, from the spread of the replications",
        })
    }
}

impl Agreement {
    /// How late a loss is found, by a closed form, beside how late it was, with chance by the spread of the replications and
    /// the delays of two messages.
    ///
    /// # Errors
    /// That nothing was found, or that one replication has no spread.
    pub(super) fn of_detection(
        figures: &RunFigures,
        scope: &Scope,
        expected: ExpectedFigure,
        round_trip_s: f64,
    ) -> Result<Self, Violation> {
        let metric = expected.figure;
        let base = Self::new(figures, scope, metric, expected.value, expected.formula)
            .ok_or(Violation::NoDetection)?;
        let chance = figures
            .chance(scope, metric)
            .ok_or(Violation::OneReplication)?;
        Ok(base
            .tolerate(chance, Reason::Spread)
            .tolerate(2.0 * round_trip_s, Reason::MessageDelays))
    }

    /// A figure beside what it is by a closed form, without any allowance; `None`: the simulation has none.
    pub(super) fn new(
        figures: &RunFigures,
        scope: &Scope,
        metric: &'static str,
        expected: f64,
        formula: impl Into<String>,
    ) -> Option<Self> {
        let (simulated_mean, is_open) = match figures.mean(scope, metric) {
            Some(mean) => (mean, false),
            None => (figures.at_least(scope, metric)?, true),
        };
        Some(Self {
            scope: scope.clone(),
            metric: Metric::by_name(metric)?.name,
            formula: formula.into(),
            expected,
            is_lower_bound: false,
            simulated_mean,
            is_open,
            allowances: Vec::new(),
        })
    }

    /// The closed form is a lower bound.
    pub(super) fn bounded_below(mut self) -> Self {
        self.is_lower_bound = true;
        self
    }

    /// Widens the tolerance and records why.
    pub(super) fn tolerate(mut self, size: f64, reason: Reason) -> Self {
        if size > 0.0 {
            self.allowances.push(Allowance { size, reason });
        }
        self
    }

    /// All that is allowed, in the unit of the metric.
    pub(crate) fn tolerance(&self) -> f64 {
        self.allowances.iter().map(|a| a.size).sum()
    }

    /// Simulated less expected, in the unit of the metric.
    pub fn difference(&self) -> f64 {
        self.simulated_mean - self.expected
    }

    /// The difference in standard deviations of what is put down to chance; `None`: nothing is.
    pub fn z(&self) -> Option<f64> {
        let chance = self.allowances.iter().filter(|a| a.reason.is_chance());
        let deviation = chance.map(|a| a.size).sum::<f64>() / DEVIATIONS;
        (deviation > 0.0).then(|| self.difference() / deviation)
    }

    /// Whether the simulation is where the closed form says.
    pub fn holds(&self) -> bool {
        // Sums of many numbers are rounded.
        let allowance = self.tolerance() + 1e-9 * self.expected.abs();
        let above = self.is_lower_bound || self.difference() <= allowance;
        let below = self.is_open && self.is_lower_bound || -self.difference() <= allowance;
        above && below && (self.is_lower_bound || !self.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::figures;
    use super::*;
    use crate::measure::Sample;

    #[test]
    fn a_figure_agrees_within_what_is_allowed_and_no_further() {
        let drops = [Sample::Count(10), Sample::Count(14)];
        let figures = figures(&Scope::All, &[("session_drops", &drops)]);
        let by = |x| Agreement::new(&figures, &Scope::All, "session_drops", x, "f").unwrap();
        assert!(
            by(12.0).holds() && !by(11.9).holds() && !by(12.1).holds(),
            "12 on average"
        );
        let delays = Reason::MessageDelays;
        assert!(by(13.0).tolerate(1.0, delays).holds());
        assert!(!by(13.1).tolerate(1.0, delays).holds());
        let agreement = by(10.5)
            .tolerate(1.0, delays)
            .tolerate(0.5, Reason::CutCycle);
        assert!(agreement.holds() && agreement.tolerance() == 1.5 && agreement.z().is_none());
        assert!(by(5.0).bounded_below().holds() && !by(13.0).bounded_below().holds());
        // Four standard deviations of 0.5 are allowed: a difference of 1 is two of them.
        assert_eq!(by(11.0).tolerate(2.0, Reason::PoissonCount).z(), Some(2.0));
        assert!(by(11.0).tolerate(0.0, delays).allowances.is_empty());
    }

    #[test]
    fn what_is_still_open_agrees_with_a_bound_only() {
        let open = [Sample::Beyond(9000.0)];
        let figures = figures(&Scope::All, &[("all_back_s", &open)]);
        let by = |x| Agreement::new(&figures, &Scope::All, "all_back_s", x, "f").unwrap();
        assert!(by(700.0).bounded_below().holds());
        assert!(!by(700.0).tolerate(1e9, Reason::MessageDelays).holds());
        let absent = Agreement::new(&figures, &Scope::All, "setup_mean_ms", 1.0, "f");
        assert!(absent.is_none());
    }
}
