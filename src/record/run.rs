//! A run and its record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Assumption;
use super::figure::{Figure, Name, Objective, Point};
use super::head::Head;
use super::settled::{Quantile, SteadyState, quantiles};
use crate::measure::{Metric, Scope};
use crate::quantity::number::rounded;
use crate::study::{Judgement, Row, Samples, Spread, Steady, Verdict, overall};

/// A run and its results.
#[derive(Clone, Debug)]
pub struct Run {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The seed.
    pub seed: u64,
    /// Time of day at which the run starts, seconds since midnight.
    pub start_s: f64,
    /// The run's length in seconds.
    pub horizon_s: f64,
    /// What the replications said.
    pub samples: Samples,
    /// Every figure.
    pub rows: Vec<Row>,
    /// The objectives.
    pub judgements: Vec<Judgement>,
    /// Unknown facts and what hangs on them; none: not tried.
    pub assumptions: Option<Vec<Assumption>>,
    /// What is valid and yet unlikely to be meant.
    pub warnings: Vec<String>,
    /// How far the replications lie apart.
    pub spread: Vec<Spread>,
    /// The steady state, where it was asked for.
    pub steady: Vec<Steady>,
    /// The answer in one sentence.
    pub answer: String,
    /// What to try next; none: not tried.
    pub advice: Option<Vec<String>>,
    /// Fewer replications than asked for, because the run was interrupted.
    pub interrupted: bool,
    /// The command that repeats it.
    pub command: String,
}

impl Run {
    /// Of all objectives.
    pub fn verdict(&self) -> Verdict {
        overall(&self.judgements)
    }

    /// A figure of the given scope.
    pub fn row(&self, scope: &Scope, metric: &str) -> Option<&Row> {
        let metric = Metric::named(metric)?;
        self.rows
            .iter()
            .find(|r| r.scope == *scope && r.column.metric == metric && r.column.cause.is_none())
    }

    /// The fingerprint of everything observable in all replications.
    pub fn fingerprint(&self) -> String {
        super::study::fingerprint(std::iter::once(&self.samples))
    }
}

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
    /// Of everything that decides the result but the seed.
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
    /// Of all objectives.
    pub verdict: Verdict,
    /// The answer, a line each.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// What to try next; none: not tried.
    pub advice: Option<Vec<String>>,
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
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    pub warnings: Vec<String>,
    /// Every figure.
    pub rows: Vec<Figure>,
}

impl RunRecord {
    /// Of a run and its results.
    pub fn new(run: &Run) -> Self {
        let point = Arc::new(Point::new());
        let assumptions = run.assumptions.as_ref();
        Self {
            schema: SCHEMA.into(),
            scenario: run.scenario.clone(),
            scenario_hash: run.scenario_hash.clone(),
            question: run.question.clone(),
            version: super::VERSION.into(),
            seed: run.seed,
            start_s: rounded(run.start_s),
            horizon_s: rounded(run.horizon_s),
            replications: run.samples.replications(),
            fingerprint: run.fingerprint(),
            verdict: run.verdict(),
            answer: run.answer.clone(),
            command: run.command.clone(),
            advice: run.advice.clone(),
            interrupted: run.interrupted,
            objectives: run.judgements.iter().map(Objective::new).collect(),
            assumptions: assumptions.map(|all| all.iter().map(Assumption::rounded).collect()),
            quantiles: run.spread.iter().flat_map(quantiles).collect(),
            steady_state: run.steady.iter().map(SteadyState::new).collect(),
            warnings: run.warnings.clone(),
            rows: run
                .rows
                .iter()
                .map(|row| Figure::new(row, &point))
                .collect(),
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
            verdict: Some(self.verdict),
            answer: &self.answer,
            command: &self.command,
            horizon_s: Some(self.horizon_s),
            replications: Some(self.replications),
            interrupted: self.interrupted,
            warnings: &self.warnings,
            assumptions: self.assumptions.as_deref().unwrap_or_default(),
            assumptions_basis: "",
            rows: &self.rows,
        }
    }

    /// A figure over all causes.
    pub fn figure(&self, scope: &str, metric: &str) -> Option<&Figure> {
        super::figure(&self.rows, &Point::new(), scope, metric)
    }
}
