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
    /// How often the rarest of the random faults that can hit those whom it is about is expected in one replication; `None`:
    /// none is drawn at random.
    pub rarest_fault: Option<f64>,
}
