//! A sweep and its record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Name, Objective, Point};
use super::head::Head;
use super::study::fingerprint;
use super::{Assumption, Premises};
use crate::measure::{Objective as Target, Scope};
use crate::quantity::number::{human, rounded, whole};
use crate::study::{Judgement, Row, Samples, SkewedFigure, Verdict, overall};

/// What a sweep answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct SweepRecord {
    /// The version of the document's shape.
    pub schema: Name,
    /// The scenario's name.
    pub scenario: String,
    /// Of everything that decides the result but the seed, over all points.
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
    /// Whether there is a point that meets the objectives.
    pub verdict: Verdict,
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
    pub point: Arc<Point>,
    /// Of everything that decides its result but the seed.
    pub scenario_hash: String,
    /// Its replications.
    pub replications: u32,
    /// Of all its objectives.
    pub verdict: Verdict,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// Figures whose interval is too narrow.
    pub warnings: Vec<String>,
}

impl SweepRecord {
    pub(super) fn head(&self) -> Head<'_> {
        Head {
            scenario: &self.scenario,
            scenario_hash: &self.scenario_hash,
            question: &self.question,
            version: &self.version,
            seed: self.seed,
            fingerprint: Some(&self.fingerprint),
            verdict: Some(self.verdict),
            answer: &self.answer,
            command: &self.command,
            horizon_s: Some(self.horizon_s),
            replications: Some(self.replications),
            interrupted: self.interrupted,
            warnings: &self.warnings,
            assumptions: &self.assumptions,
            assumptions_basis: &self.assumptions_basis,
            rows: &self.rows,
        }
    }
}

/// One point and what came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Every varied key with its value.
    pub values: Vec<(String, String)>,
    /// The same in one text.
    pub label: String,
    /// Hash of everything that decides the point's result but the seed.
    pub scenario_hash: String,
    /// What the replications said.
    pub samples: Samples,
    /// Every figure.
    pub rows: Vec<Row>,
    /// The objectives.
    pub judgements: Vec<Judgement>,
    /// Figures whose interval is too narrow.
    pub skewed: Vec<SkewedFigure>,
}

impl Outcome {
    /// Of all objectives.
    pub fn verdict(&self) -> Verdict {
        overall(&self.judgements)
    }

    /// A figure over everything.
    pub fn row(&self, metric: &str) -> Option<&Row> {
        self.rows.iter().find(|r| {
            r.scope == Scope::All && r.column.metric.name == metric && r.column.cause.is_none()
        })
    }
}

/// A sweep and its results.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed, over all points.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The seed.
    pub seed: u64,
    /// The length of each run in seconds.
    pub horizon_s: f64,
    /// The answer, a line each.
    pub answer: Vec<String>,
    /// What is wanted.
    pub objectives: Vec<Target>,
    /// Every point.
    pub points: Vec<Outcome>,
    /// What is valid and yet unlikely to be meant, at which points.
    pub warnings: Vec<String>,
    /// The command that repeats it.
    pub command: String,
    /// The label of the point that the answer is about; empty: there is none.
    pub chosen: String,
    /// What the answer rests on.
    pub premises: Premises,
}

/// Of several verdicts: pass where one point passes, fail where all of them fail.
pub fn any(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    match () {
        () if verdicts.clone().any(|v| v == Verdict::Pass) => Verdict::Pass,
        () if verdicts.clone().all(|v| v == Verdict::Fail) => Verdict::Fail,
        () => Verdict::Inconclusive,
    }
}

impl Sweep {
    /// The record.
    pub fn record(&self) -> SweepRecord {
        let (mut points, mut rows) = (Vec::new(), Vec::new());
        for outcome in &self.points {
            let point = Arc::new(outcome.values.iter().cloned().collect());
            rows.extend(outcome.rows.iter().map(|row| Figure::new(row, &point)));
            points.push(PointRecord {
                point,
                scenario_hash: outcome.scenario_hash.clone(),
                replications: outcome.samples.replications(),
                verdict: outcome.verdict(),
                objectives: outcome.judgements.iter().map(Objective::new).collect(),
                warnings: outcome.skewed.iter().map(skew).collect(),
            });
        }
        let assumptions = self.premises.assumptions.iter();
        SweepRecord {
            schema: super::run::SCHEMA.into(),
            scenario: self.scenario.clone(),
            scenario_hash: self.scenario_hash.clone(),
            question: self.question.clone(),
            version: super::VERSION.into(),
            seed: self.seed,
            horizon_s: rounded(self.horizon_s),
            replications: self.replications().0,
            fingerprint: self.fingerprint(),
            verdict: self.verdict(),
            answer: self.answer.join("\n"),
            command: self.command.clone(),
            interrupted: false,
            chosen: self.chosen.clone(),
            warnings: self.warnings.clone(),
            assumptions: assumptions.map(Assumption::rounded).collect(),
            assumptions_basis: self.premises.basis.clone(),
            points,
            rows,
        }
    }

    /// Whether there is a point that meets the objectives.
    pub fn verdict(&self) -> Verdict {
        any(self.points.iter().map(Outcome::verdict))
    }

    /// The fingerprint of everything observable at all points.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.points.iter().map(|p| &p.samples))
    }

    /// The fewest and the most replications of a point.
    pub fn replications(&self) -> (u32, u32) {
        let all = || self.points.iter().map(|p| p.samples.replications());
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}

/// "missed_toast_fraction of all: the 10 samples are skewed …".
pub fn skew(skewed: &SkewedFigure) -> String {
    let cause = skewed
        .column
        .cause
        .map_or(String::new(), |(_, c)| format!(" by {c}"));
    format!(
        "{}{cause} of {}: the samples are skewed ({}), so its interval is narrower than 95 % deserve; about {} replications would make it good",
        skewed.column.metric.name,
        skewed.scope,
        human(skewed.skew.skewness),
        whole(skewed.skew.replications.into())
    )
}
