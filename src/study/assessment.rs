//! What samples say: every figure, how the objectives come out, and which figures are not to be trusted.

use super::focus::{SkewedFigure, skewed};
use super::samples::{MetricRow, Samples};
use super::verdict::{Judgement, Verdict, judge_all, overall};
use crate::measure::{Objective, Scope};

/// Samples with what they say.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// What the replications said.
    pub samples: Samples,
    /// Every figure.
    pub rows: Vec<MetricRow>,
    /// Of each objective.
    pub judgements: Vec<Judgement>,
    /// Figures whose interval is too narrow.
    pub skewed: Vec<SkewedFigure>,
}

impl Assessment {
    /// Of samples, by the objectives of their scenario.
    pub fn new(samples: Samples, objectives: &[Objective]) -> Self {
        Self {
            rows: samples.rows(),
            judgements: judge_all(objectives, &samples),
            skewed: skewed(&samples, objectives),
            samples,
        }
    }

    /// Of all objectives; where there is none, none is missed.
    pub fn verdict(&self) -> Verdict {
        overall(&self.judgements)
    }

    /// Of all objectives; `None`: there is none, and nothing is judged.
    pub fn overall_verdict(&self) -> Option<Verdict> {
        (!self.judgements.is_empty()).then(|| self.verdict())
    }

    /// A figure of the given scope, over all causes.
    pub fn row(&self, scope: &Scope, metric: &str) -> Option<&MetricRow> {
        self.rows.iter().find(|r| {
            r.scope == *scope && r.column.metric.name == metric && r.column.cause.is_none()
        })
    }
}
