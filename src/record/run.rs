//! The record of a run.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Name, Objective, PointValues};
use super::head::Head;
use super::settled::{Quantile, SteadyState, quantiles};
use super::{Assumption, DayRecord, DownCost, FaultCount, LeverTrials};
use crate::quantity::number::rounded;
use crate::study::{Assessment, Spread, Steady, Verdict};

/// The version of the shape of runs and sweeps: readers check it before anything else.
pub(super) const SCHEMA: &str = "rccsim.summary/1";

/// What a run answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct RunRecord {
    /// The version of the document's shape.
    pub schema: Name,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The version of the program.
    pub version: Name,
    /// The seed.
    pub seed: u64,
    /// Time of day at which the run starts, seconds since midnight.
    pub start_s: f64,
    /// Its length in seconds.
    pub horizon_s: f64,
    /// Replications.
    pub replications: u32,
    /// Of everything observable.
    pub fingerprint: String,
    /// Of all objectives; none: there is none, and nothing is judged.
    pub verdict: Option<Verdict>,
    /// The answer, a line each.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// What to try next; none: not tried.
    pub advice: Option<Vec<String>>,
    /// What might help where sessions are lost or an objective is missed, gateway by gateway.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levers: Vec<LeverTrials>,
    /// Fewer replications than asked for.
    pub interrupted: bool,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// What hangs on assumptions; none: not tried.
    pub assumptions: Option<Vec<Assumption>>,
    /// How far the replications lie apart.
    pub quantiles: Vec<Quantile>,
    /// What the figures settle to, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steady_state: Vec<SteadyState>,
    /// What being down costs in a day, where the scenario has a price for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_of_down: Option<DownCost>,
    /// The faults that are drawn at random.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultCount>,
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    pub warnings: Vec<String>,
    /// Every figure.
    pub rows: Vec<Figure>,
    /// The figures of each day, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayRecord>,
}

impl RunRecord {
    /// Of what the samples of a run say; whose run it is, and what it answers, is left open.
    pub fn new(assessment: &Assessment, spread: &[Spread], steady: &[Steady]) -> Self {
        let point = Arc::new(PointValues::new());
        let (samples, rows) = (&assessment.samples, assessment.rows.iter());
        Self {
            schema: SCHEMA.into(),
            version: super::VERSION.into(),
            horizon_s: rounded(samples.horizon.0 as f64 / 1e6),
            replications: samples.replications(),
            fingerprint: super::study::fingerprint(std::iter::once(samples)),
            verdict: assessment.overall_verdict(),
            objectives: assessment.judgements.iter().map(Objective::new).collect(),
            quantiles: spread.iter().flat_map(quantiles).collect(),
            steady_state: steady.iter().map(SteadyState::new).collect(),
            rows: rows.map(|row| Figure::new(row, &point)).collect(),
            ..Self::default()
        }
    }

    pub(super) fn head(&self) -> Head<'_> {
        Head {
            scenario: &self.scenario,
            scenario_hash: &self.scenario_hash,
            question: &self.question,
            version: &self.version,
            seed: self.seed,
            fingerprint: Some(&self.fingerprint),
            verdict: self.verdict,
            answer: &self.answer,
            command: &self.command,
            horizon_s: Some(self.horizon_s),
            replications: Some(self.replications),
            interrupted: self.interrupted,
            warnings: &self.warnings,
            assumptions: self.assumptions.as_deref().unwrap_or_default(),
            levers: &self.levers,
            assumptions_basis: "",
            rows: &self.rows,
        }
    }

    /// A figure over all causes.
    pub fn figure(&self, scope: &str, metric: &str) -> Option<&Figure> {
        super::figure(&self.rows, &PointValues::new(), scope, metric)
    }
}
