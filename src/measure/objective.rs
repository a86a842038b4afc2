//! What a study wants of a metric.

use std::fmt;

use super::metric::Metric;

/// Whom a figure is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// The whole deployment.
    All,
    /// A client group.
    Clients(String),
    /// A gateway, over all of its instances.
    Gateway(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.pad("all"),
            Self::Clients(name) => f.pad(&format!("clients:{name}")),
            Self::Gateway(name) => f.pad(&format!("gateway:{name}")),
        }
    }
}

/// A bound on a metric.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// The metric must not exceed this.
    AtMost(f64),
    /// The metric must reach this.
    AtLeast(f64),
}

impl Bound {
    /// The target itself.
    pub fn target(self) -> f64 {
        match self {
            Self::AtMost(target) | Self::AtLeast(target) => target,
        }
    }
}

/// On how many days of how many an objective is to hold; a replication is a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayShare {
    /// Days on which it holds at least.
    pub days: u32,
    /// Out of so many.
    pub total_days: u32,
}

impl DayShare {
    /// Reads "19 of 20 days"; `None`: it is something else, or not some of all days.
    pub fn parse(text: &str) -> Option<Self> {
        let (days, total_days) = text
            .trim()
            .strip_suffix("days")?
            .trim_end()
            .split_once(" of ")?;
        let (days, total_days) = (days.trim().parse().ok()?, total_days.trim().parse().ok()?);
        (0 < days && days < total_days && total_days <= Self::MOST_DAYS)
            .then_some(Self { days, total_days })
    }

    /// More days than these nobody simulates.
    const MOST_DAYS: u32 = 10_000;

    /// The quantile of a day's figure that decides: at most the target on 19 of 20 days is the 0.95-quantile, at least the
    /// target the 0.05-quantile.
    pub fn quantile(self, bound: Bound) -> f64 {
        let others = match bound {
            Bound::AtMost(_) => self.days,
            Bound::AtLeast(_) => self.total_days - self.days,
        };
        f64::from(others) / f64::from(self.total_days)
    }
}

impl fmt::Display for DayShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.total_days == 1 { "" } else { "s" };
        write!(f, "{} of {} day{s}", self.days, self.total_days)
    }
}

/// An `[[objective]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Objective {
    /// The metric.
    pub metric: &'static Metric,
    /// One of its causes, as an index; `None`: all.
    pub cause: Option<usize>,
    /// Whom it is about.
    pub scope: Scope,
    /// The target, in the metric's unit (fractions as fractions).
    pub bound: Bound,
    /// It holds on so many days, each on its own; `None`: the mean over all days holds it.
    pub quantile: Option<DayShare>,
    /// How often the rarest of the random faults that can hit those whom it is about is expected in one replication; `None`:
    /// none is drawn at random.
    pub rarest_fault: Option<f64>,
}
