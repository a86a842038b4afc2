//! What a selection says besides what every study says.

use serde::{Deserialize, Serialize};

use super::study::Body;
use crate::study::Verdict;

/// The point of least cost.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Selection {
    /// What is to be least.
    pub cost: String,
    /// Whether only points that meet the objectives were to be chosen from.
    pub within_objectives: bool,
    /// The least difference that matters; none: there was nothing to choose between.
    pub delta: Option<f64>,
    /// The probability of another selection.
    pub alpha: f64,
    /// Replications in all.
    pub observations: usize,
    /// The label of the best point; none: not decided.
    pub best: Option<String>,
    /// Those within delta of it.
    pub within_delta: Vec<String>,
    /// Every point.
    pub points: Vec<PointCost>,
    /// The search whose best points these are, where the grid was not simulated as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchEffort>,
}

/// What was searched.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct SearchEffort {
    /// Points of the grid.
    pub grid: usize,
    /// Replications on the way to the points that were selected from.
    pub runs: u32,
    /// Every point that was tried.
    pub tried: Vec<SearchedPoint>,
}

/// A point that was tried on the way.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct SearchedPoint {
    /// Its label.
    pub point: String,
    /// Its replications on the way.
    pub replications: u32,
    /// Its mean cost.
    pub cost: Option<f64>,
    /// Whether its means meet every objective.
    pub meets_objectives: bool,
}

/// A point and its cost.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct PointCost {
    /// Its label: "clients.refresh_interval=5 min, gateway.count=2".
    pub point: String,
    /// Its replications.
    pub replications: usize,
    /// Of its objectives, where only points that meet them were to be chosen from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Its cost.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

impl Body for Selection {
    const SCHEMA: &'static str = "rccsim.best/1";
}

impl Selection {
    /// The best point, or the one of the least mean cost where none is selected yet, and the next one by its mean.
    pub(crate) fn best_pair(&self) -> Option<(&str, &str)> {
        let serves = |p: &&PointCost| p.verdict.is_none_or(|v| v == Verdict::Pass);
        let is_best = |p: &PointCost| self.best.as_ref() == Some(&p.point);
        let mean = |p: &PointCost| p.mean.unwrap_or(f64::INFINITY);
        let mut order: Vec<&PointCost> = self.points.iter().filter(serves).collect();
        order.sort_by(|a, b| (is_best(b).cmp(&is_best(a))).then(mean(a).total_cmp(&mean(b))));
        let [best, second, ..] = order[..] else {
            return None;
        };
        Some((&best.point, &second.point))
    }
}
