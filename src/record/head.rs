//! What records of every kind have in common.

use serde::Serialize;

use super::LeverTrials;
use super::assumption::Assumption;
use super::figure::Figure;
use crate::study::Verdict;

/// What records of every kind say, as far as they do.
#[derive(Serialize, Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// Hash of the resolved scenario, seed excluded.
    pub scenario_hash: &'a str,
    /// The question that the scenario opens with.
    pub question: &'a str,
    /// The version of the program.
    pub version: &'a str,
    /// The seed.
    pub seed: u64,
    /// Of everything observable; none: a matrix.
    pub fingerprint: Option<&'a str>,
    /// Of all objectives; none: a matrix, which has none.
    pub verdict: Option<Verdict>,
    /// The answer, a line each.
    pub answer: &'a str,
    /// The command that repeats it.
    pub command: &'a str,
    /// The length of a run in seconds, where all have the same.
    pub horizon_s: Option<f64>,
    /// Replications, where one number says it.
    pub replications: Option<u32>,
    /// Fewer replications than asked for.
    pub interrupted: bool,
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    #[serde(skip)]
    pub warnings: &'a [String],
    /// What hangs on assumptions; of a run that tried nothing, none.
    #[serde(skip)]
    pub assumptions: &'a [Assumption],
    /// What might help where sessions are lost or an objective is missed.
    #[serde(skip)]
    pub levers: &'a [LeverTrials],
    /// What was tried of the assumptions of a study.
    #[serde(skip)]
    pub assumptions_basis: &'a str,
    /// Every figure of every point.
    #[serde(skip)]
    pub rows: &'a [Figure],
}
