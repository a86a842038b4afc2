//! What comparisons, sizings, selections and sensitivities have in common: everything that was tried, with every figure,
//! and what their records begin and end with. Between the two stands the body, what each alone has to say.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, Name};
use super::head::Head;
use super::{Assumption, Premises};
use crate::study::{Samples, Verdict};

/// Something that was tried, and what its replications said.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What was set, and to which value: it identifies the figures in every file.
    pub values: Vec<(String, String)>,
    /// What its replications said.
    pub samples: Samples,
}

impl Tried {
    /// "gateway.count=3, sample=search": the column `point` of the tables.
    pub fn label(&self) -> String {
        self.values
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A study and its results, but for what its kind alone has to say.
#[derive(Clone, Debug)]
pub struct Study {
    /// The kind and version of the document, "rccsim.size/1".
    pub schema: &'static str,
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The seed.
    pub seed: u64,
    /// As the exit code says it.
    pub verdict: Verdict,
    /// The answer, a line each.
    pub answer: Vec<String>,
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    pub warnings: Vec<String>,
    /// The command that repeats it.
    pub command: String,
    /// What the answer rests on.
    pub premises: Premises,
    /// Everything that was tried.
    pub tried: Vec<Tried>,
}

/// What a study answers.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct StudyRecord<Body> {
    /// The kind and version of the document's shape.
    pub schema: Name,
    /// The scenario's name.
    pub scenario: String,
    /// Of everything that decides the result but the seed.
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
    /// What its kind alone has to say.
    #[serde(flatten)]
    pub body: Body,
    /// Every figure of everything that was tried.
    pub rows: Vec<Figure>,
}

impl Study {
    /// The fingerprint of everything observable in all that was tried.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.tried.iter().map(|t| &t.samples))
    }

    /// The record; `body` is what the kind of study alone has to say.
    pub fn record<Body>(&self, body: Body) -> StudyRecord<Body> {
        let mut rows = Vec::new();
        for tried in &self.tried {
            let point = Arc::new(tried.values.iter().cloned().collect());
            let figures = tried.samples.rows();
            rows.extend(figures.iter().map(|row| Figure::new(row, &point)));
        }
        let assumptions = self.premises.assumptions.iter();
        StudyRecord {
            schema: self.schema.into(),
            scenario: self.scenario.clone(),
            scenario_hash: self.scenario_hash.clone(),
            question: self.question.clone(),
            version: super::VERSION.into(),
            seed: self.seed,
            fingerprint: self.fingerprint(),
            verdict: self.verdict,
            answer: self.answer.join("\n"),
            command: self.command.clone(),
            warnings: self.warnings.clone(),
            assumptions: assumptions.map(Assumption::rounded).collect(),
            assumptions_basis: self.premises.basis.clone(),
            body,
            rows,
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
            assumptions_basis: &self.assumptions_basis,
            rows: &self.rows,
        }
    }
}

/// The fingerprint of everything observable in many samples.
pub fn fingerprint<'a>(all: impl Iterator<Item = &'a Samples>) -> String {
    let mut hasher = blake3::Hasher::new();
    for samples in all {
        for (number, print) in samples.numbers.iter().zip(&samples.fingerprints) {
            hasher.update(&number.to_le_bytes());
            hasher.update(&print.to_le_bytes());
        }
    }
    hasher.finalize().to_hex()[..16].into()
}
