//! One figure with its interval, and one objective with its verdict: the rows of every result.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::interned;
use crate::measure::Bound;
use crate::quantity::number::rounded;
use crate::study::{Estimate, Judgement, MetricRow, Verdict};

/// A name that the program mostly knows beforehand: of a metric, a unit, a cause.
pub type Name = Cow<'static, str>;

/// Every varied key with its value; empty: nothing is varied.
pub(crate) type PointValues = BTreeMap<String, String>;

/// The keys and values of a point in the order in which its label has them, that in which they were varied; the point has
/// them in the order of the alphabet. `None`: it is the label of another point.
pub(crate) fn labelled<'p>(label: &str, point: &'p PointValues) -> Option<Vec<(&'p str, &'p str)>> {
    let mut pairs = Vec::new();
    let mut rest = label;
    while pairs.len() < point.len() {
        let after = |(key, value): (&'p String, &'p String)| {
            let rest = rest.strip_prefix(key.as_str())?.strip_prefix('=')?;
            let rest = rest.strip_prefix(value.as_str())?;
            let rest = (rest.strip_prefix(", ")).or(rest.is_empty().then_some(rest))?;
            let pair = (key.as_str(), value.as_str());
            (!pairs.contains(&pair)).then_some((pair, rest))
        };
        let (pair, after) = point.iter().find_map(after)?;
        pairs.push(pair);
        rest = after;
    }
    rest.is_empty().then_some(pairs)
}

/// Whether a label is that of a point.
pub(crate) fn is_label(label: &str, point: &PointValues) -> bool {
    labelled(label, point).is_some()
}

/// Mean and ends of an interval, as files hold them.
pub fn bounds(estimate: Option<Estimate>) -> [Option<f64>; 3] {
    [
        estimate.map(|e| e.mean),
        estimate.and_then(|e| e.lower),
        estimate.and_then(|e| e.upper),
    ]
    .map(|x| x.map(rounded))
}

/// One figure with its interval.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Figure {
    /// Where it was measured.
    #[serde(deserialize_with = "interned::point")]
    pub point: Arc<PointValues>,
    /// Whom it is about.
    pub scope: String,
    /// What it is.
    #[serde(deserialize_with = "interned::name")]
    pub metric: Name,
    /// Its cause, where it is of one.
    #[serde(
        deserialize_with = "interned::maybe_name",
        skip_serializing_if = "Option::is_none"
    )]
    pub cause: Option<Name>,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// It lies among what was still open at the horizon: more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<f64>,
    /// In what.
    #[serde(deserialize_with = "interned::name")]
    pub unit: Name,
    /// Over so many.
    pub replications: u32,
}

impl Figure {
    /// A row at a point.
    pub fn new(row: &MetricRow, point: &Arc<PointValues>) -> Self {
        let [mean, lower, upper] = bounds(row.estimate);
        Self {
            point: point.clone(),
            scope: row.scope.to_string(),
            metric: row.column.metric.name.into(),
            cause: row.column.cause.map(|(_, name)| name.into()),
            mean,
            lower,
            upper,
            beyond: row.beyond.map(rounded),
            unit: row.column.metric.unit.name().into(),
            replications: row.replications,
        }
    }

    /// Whether it is that metric over everything, whatever its cause.
    pub(crate) fn is_of_all(&self, metric: &str) -> bool {
        self.scope == "all" && self.metric == metric && self.cause.is_none()
    }
}

/// An objective and how it came out.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Objective {
    /// The metric.
    pub metric: Name,
    /// Its cause, where it is of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Name>,
    /// Whom it is about.
    pub scope: String,
    /// The target, where less is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The target, where more is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// "19 of 20 days", where it is to hold on so many days: the figure is the quantile of the days that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantile: Option<String>,
    /// In what.
    pub unit: Name,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// How it came out.
    pub verdict: Verdict,
    /// How many replications would settle it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replications_needed: Option<u32>,
}

/// The target as an upper and a lower bound, of which one is there.
pub(super) fn targets(bound: Bound) -> (Option<f64>, Option<f64>) {
    match bound {
        Bound::AtMost(target) => (Some(rounded(target)), None),
        Bound::AtLeast(target) => (None, Some(rounded(target))),
    }
}

impl Objective {
    /// A judgement.
    pub fn new(judgement: &Judgement) -> Self {
        let [mean, lower, upper] = bounds(judgement.row.estimate);
        let objective = &judgement.objective;
        let (at_most, at_least) = targets(objective.bound);
        Self {
            metric: objective.metric.name.into(),
            cause: judgement.row.column.cause.map(|(_, name)| name.into()),
            scope: objective.scope.to_string(),
            at_most,
            at_least,
            quantile: objective.quantile.map(|days| days.to_string()),
            unit: objective.metric.unit.name().into(),
            mean,
            lower,
            upper,
            verdict: judgement.verdict,
            replications_needed: judgement.replications_needed,
        }
    }

    /// The target.
    pub fn target(&self) -> Option<f64> {
        self.at_most.or(self.at_least)
    }

    /// " on 19 of 20 days", where it is to hold on so many.
    pub(crate) fn on_days(&self) -> String {
        let days = self.quantile.as_ref();
        days.map_or_else(String::new, |days| format!(" on {days}"))
    }

    /// Whether it is about everything and about no one cause.
    pub(crate) fn is_of_all(&self) -> bool {
        self.scope == "all" && self.cause.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_that_of_its_point_in_any_order_of_the_keys() {
        let pairs = [("a.count", "5"), ("b.allow", "absent"), ("c.title", "x, y")];
        let point: PointValues = pairs.map(|(k, v)| (k.into(), v.into())).into();
        for label in [
            "a.count=5, b.allow=absent, c.title=x, y",
            "c.title=x, y, a.count=5, b.allow=absent",
        ] {
            assert!(is_label(label, &point), "{label}");
        }
        for label in [
            "",
            "a.count=5, b.allow=absent",
            "a.count=50, b.allow=absent, c.title=x, y",
            "a.count=5, b.allow=absent, c.title=x, y, d.more=1",
            "a.count=5, a.count=5, b.allow=absent, c.title=x, y",
        ] {
            assert!(!is_label(label, &point), "{label}");
        }
        assert!(is_label("", &PointValues::new()));
    }
}
