//! What `compare`, `size`, `best` and `sensitivity` have in common: everything that was tried, with every figure, and what
//! their documents begin and end with. Between the two stands what each alone has to say.

use std::collections::BTreeMap;

use serde::Serialize;

use super::run::Premises;
use super::summary::{Bounds, Line, assumptions, line};
use crate::study::{Row, Samples};

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
    /// pass, fail or inconclusive, as the exit code says it.
    pub verdict: &'static str,
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

#[derive(Serialize)]
struct Document<'a, B> {
    schema: &'a str,
    scenario: &'a str,
    scenario_hash: &'a str,
    question: &'a str,
    version: &'a str,
    seed: u64,
    fingerprint: String,
    verdict: &'a str,
    answer: String,
    command: &'a str,
    warnings: &'a [String],
    assumptions: Vec<Bounds<'a>>,
    assumptions_basis: &'a str,
    #[serde(flatten)]
    body: &'a B,
    rows: Vec<Line<'a>>,
}

impl Study {
    /// The fingerprint of everything observable in all that was tried.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.tried.iter().map(|t| &t.samples))
    }

    /// The document, as text with a newline at its end; `body` is what the kind of study alone has to say.
    pub fn json(&self, body: &impl Serialize) -> String {
        let points: Vec<BTreeMap<String, String>> = self
            .tried
            .iter()
            .map(|t| t.values.iter().cloned().collect())
            .collect();
        let rows: Vec<Vec<Row>> = self.tried.iter().map(|t| t.samples.rows()).collect();
        let lines = rows
            .iter()
            .zip(&points)
            .flat_map(|(rows, point)| rows.iter().map(move |row| line(row, point)));
        super::json(&Document {
            schema: self.schema,
            scenario: &self.scenario,
            scenario_hash: &self.scenario_hash,
            question: &self.question,
            version: super::VERSION,
            seed: self.seed,
            fingerprint: self.fingerprint(),
            verdict: self.verdict,
            answer: self.answer.join("\n"),
            command: &self.command,
            warnings: &self.warnings,
            assumptions: assumptions(&self.premises.assumptions),
            assumptions_basis: &self.premises.basis,
            body,
            rows: lines.collect(),
        })
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
