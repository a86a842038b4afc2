//! The record of a sweep.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Name, Objective, PointValues};
use super::head::Head;
use super::study::{fingerprint, label};
use super::{Assumption, LeverTrials};
use crate::study::{Assessment, Verdict};

/// What a sweep answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct SweepRecord {
    /// The version of the document's shape.
    pub schema: Name,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of the resolved scenario, seed excluded, over all points.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The version of the program.
    pub version: Name,
    /// The seed.
    pub seed: u64,
    /// The length of each run in seconds.
    pub horizon_s: f64,
    /// The fewest replications of a point.
    pub replications: u32,
    /// Of everything observable at all points.
    pub fingerprint: String,
    /// Whether there is a point that meets the objectives; none: there are none, and nothing is judged.
    pub verdict: Option<Verdict>,
    /// The answer, a line each.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// Always false: an interrupted sweep writes no record.
    pub interrupted: bool,
    /// The label of the point that the answer is about; empty: there is none.
    pub chosen: String,
    /// What is valid and yet unlikely to be meant, at which points.
    pub warnings: Vec<String>,
    /// What hangs on assumptions.
    pub assumptions: Vec<Assumption>,
    /// What was tried of them.
    pub assumptions_basis: String,
    /// What might help where the chosen point loses sessions, or none meets the objectives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levers: Vec<LeverTrials>,
    /// The points, in their order.
    pub points: Vec<PointRecord>,
    /// Every figure of every point.
    pub rows: Vec<Figure>,
}

/// A point of a sweep.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct PointRecord {
    /// Every varied key with its value.
    pub point: Arc<PointValues>,
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: String,
    /// Its replications.
    pub replications: u32,
    /// Of all its objectives; none: there is none.
    pub verdict: Option<Verdict>,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// Figures whose interval is too narrow.
    pub warnings: Vec<String>,
}

/// A point of a sweep, and what its samples say.
#[derive(Clone, Debug)]
pub struct SweepPoint<'a> {
    /// Every varied key with its value, in the order of the study.
    pub values: &'a [(String, String)],
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: &'a str,
    /// What its samples say.
    pub assessment: &'a Assessment,
    /// Figures whose interval is too narrow, in words.
    pub warnings: Vec<String>,
}

impl SweepPoint<'_> {
    /// "clients.refresh_interval=5 min, gateway.count=2".
    pub fn label(&self) -> String {
        label(self.values)
    }
}

impl SweepRecord {
    /// Of what the samples of its points say; whose sweep it is, and what it answers, is left open.
    pub fn new(swept: &[SweepPoint]) -> Self {
        let (mut points, mut rows) = (Vec::new(), Vec::new());
        for SweepPoint {
            values,
            scenario_hash,
            assessment,
            warnings,
        } in swept
        {
            let point = Arc::new(values.iter().cloned().collect());
            rows.extend(assessment.rows.iter().map(|row| Figure::new(row, &point)));
            points.push(PointRecord {
                point,
                scenario_hash: (*scenario_hash).into(),
                replications: assessment.samples.replications(),
                verdict: assessment.overall_verdict(),
                objectives: assessment.judgements.iter().map(Objective::new).collect(),
                warnings: warnings.clone(),
            });
        }
        let samples = swept.iter().map(|s| &s.assessment.samples);
        Self {
            schema: super::run::SCHEMA.into(),
            version: super::VERSION.into(),
            replications: points.iter().map(|p| p.replications).min().unwrap_or(0),
            fingerprint: fingerprint(samples),
            points,
            rows,
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
            assumptions: &self.assumptions,
            levers: &self.levers,
            assumptions_basis: &self.assumptions_basis,
            rows: &self.rows,
        }
    }
}
