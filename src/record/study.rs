//! What comparisons, sizings, selections and sensitivities have in common: everything that was tried, with every figure,
//! and what their records begin and end with. Between the two stands the body, what each alone has to say.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Name};
use super::head::Head;
use super::{Assumption, LeverTrials};
use crate::study::{Samples, Verdict};

/// What a kind of study alone has to say.
pub trait Body {
    /// The kind and version of the document, "rccsim.size/1".
    const SCHEMA: &'static str;
}

/// Something that was tried, and what its replications said.
#[derive(Clone, Debug)]
pub struct StudyCase<'a> {
    /// What was set, and to which value: it identifies the figures in every file.
    pub values: Vec<(String, String)>,
    /// What its replications said.
    pub samples: &'a Samples,
}

impl StudyCase<'_> {
    /// "gateway.count=3, sample=search": the column `point` of the tables.
    pub fn label(&self) -> String {
        label(&self.values)
    }
}

/// "gateway.count=3, sample=search".
pub(super) fn label(values: &[(String, String)]) -> String {
    let pairs = values.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(", ")
}

/// What a study answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct StudyRecord<Body> {
    /// The kind and version of the document's shape.
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
    /// Of everything observable in all that was tried.
    pub fingerprint: String,
    /// As the exit code says it.
    pub verdict: Verdict,
    /// The answer, a line each.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    pub warnings: Vec<String>,
    /// What hangs on assumptions.
    pub assumptions: Vec<Assumption>,
    /// What was tried of them.
    pub assumptions_basis: String,
    /// What might help where the point that decides loses sessions or misses an objective.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levers: Vec<LeverTrials>,
    /// What its kind alone has to say.
    #[serde(flatten)]
    pub body: Body,
    /// Every figure of everything that was tried.
    pub rows: Vec<Figure>,
}

impl<B: Body + Default> StudyRecord<B> {
    /// Of everything that was tried; whose study it is, and what it answers, is left open.
    pub fn new(cases: &[StudyCase], body: B) -> Self {
        let mut rows = Vec::new();
        for case in cases {
            let point = Arc::new(case.values.iter().cloned().collect());
            let figures = case.samples.rows();
            rows.extend(figures.iter().map(|row| Figure::new(row, &point)));
        }
        Self {
            schema: B::SCHEMA.into(),
            version: super::VERSION.into(),
            fingerprint: fingerprint(cases.iter().map(|t| t.samples)),
            body,
            rows,
            ..Self::default()
        }
    }
}

impl<Body> StudyRecord<Body> {
    pub(super) fn head(&self, replications: Option<u32>) -> Head<'_> {
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
            horizon_s: None,
            replications,
            interrupted: false,
            warnings: &self.warnings,
            assumptions: &self.assumptions,
            levers: &self.levers,
            assumptions_basis: &self.assumptions_basis,
            rows: &self.rows,
        }
    }
}

/// The fingerprint of everything observable in many samples.
pub(super) fn fingerprint<'a>(samples: impl Iterator<Item = &'a Samples>) -> String {
    let mut hasher = blake3::Hasher::new();
    for samples in samples {
        for (number, print) in samples.numbers.iter().zip(&samples.fingerprints) {
            hasher.update(&number.to_le_bytes());
            hasher.update(&print.to_le_bytes());
        }
    }
    hasher.finalize().to_hex()[..16].into()
}
