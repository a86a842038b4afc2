//! `summary.json` of each kind of result: the record that `--format json` prints too.

use serde::{Deserialize, Serialize};

use super::comparison::Comparison;
use super::figure::{Figure, Objective, Point};
use super::head::Head;
use super::json;
use super::matrix::MatrixRecord;
use super::run::RunRecord;
use super::selection::Selection;
use super::sensitivity::Sensitivity;
use super::sizing::Sizing;
use super::study::StudyRecord;
use super::sweep::SweepRecord;

/// What a command answers, by its kind.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(untagged)]
pub enum Record {
    /// One scenario.
    Run(RunRecord),
    /// A scenario at many points.
    Sweep(SweepRecord),
    /// Alternatives against a baseline.
    Comparison(StudyRecord<Comparison>),
    /// The smallest or largest value that serves.
    Sizing(StudyRecord<Sizing>),
    /// The point of least cost.
    Selection(StudyRecord<Selection>),
    /// What hangs on each assumed value.
    Sensitivity(StudyRecord<Sensitivity>),
    /// Clients against gateways.
    Matrix(MatrixRecord),
}

/// The kinds of results, each with the command that makes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One scenario.
    Run,
    /// A scenario at many points.
    Sweep,
    /// Alternatives against a baseline.
    Comparison,
    /// The smallest or largest value that serves.
    Sizing,
    /// The point of least cost.
    Selection,
    /// What hangs on each assumed value.
    Sensitivity,
    /// Clients against gateways.
    Matrix,
}

impl Kind {
    /// The command that makes it.
    pub fn command(self) -> &'static str {
        match self {
            Kind::Run => "run",
            Kind::Sweep => "sweep",
            Kind::Comparison => "compare",
            Kind::Sizing => "size",
            Kind::Selection => "best",
            Kind::Sensitivity => "sensitivity",
            Kind::Matrix => "matrix",
        }
    }
}

/// A reading of the document that only tells its kind.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Shape {
    schema: String,
    points: Option<serde::de::IgnoredAny>,
}

impl Record {
    /// Reads `summary.json`.
    ///
    /// # Errors
    /// Why it is none of these.
    pub fn parse(text: &str) -> Result<Record, String> {
        fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
            serde_json::from_str(text).map_err(|e| e.to_string())
        }
        let shape: Shape = serde_json::from_str(text).map_err(|e| match e.classify() {
            serde_json::error::Category::Data => e.to_string(),
            _ => format!("not JSON: {e}"),
        })?;
        Ok(match shape.schema.as_str() {
            super::run::SCHEMA if shape.points.is_some() => Record::Sweep(read(text)?),
            super::run::SCHEMA => Record::Run(read(text)?),
            Comparison::SCHEMA => Record::Comparison(read(text)?),
            Sizing::SCHEMA => Record::Sizing(read(text)?),
            Selection::SCHEMA => Record::Selection(read(text)?),
            Sensitivity::SCHEMA => Record::Sensitivity(read(text)?),
            MatrixRecord::SCHEMA => Record::Matrix(read(text)?),
            "" => return Err("it has no schema: it is not a result".into()),
            other => {
                return Err(format!(
                    "its schema is {other}, which this version does not read"
                ));
            }
        })
    }

    /// `summary.json`.
    pub fn json(&self) -> String {
        json(self)
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Record::Run(_) => Kind::Run,
            Record::Sweep(_) => Kind::Sweep,
            Record::Comparison(_) => Kind::Comparison,
            Record::Sizing(_) => Kind::Sizing,
            Record::Selection(_) => Kind::Selection,
            Record::Sensitivity(_) => Kind::Sensitivity,
            Record::Matrix(_) => Kind::Matrix,
        }
    }

    /// What records of every kind say.
    pub fn head(&self) -> Head<'_> {
        match self {
            Record::Run(run) => run.head(),
            Record::Sweep(sweep) => sweep.head(),
            Record::Comparison(study) => study.head(None),
            Record::Sizing(study) => study.head(None),
            Record::Selection(study) => study.head(None),
            Record::Sensitivity(study) => study.head(Some(study.body.replications)),
            Record::Matrix(matrix) => matrix.head(),
        }
    }

    /// Every figure of every point.
    pub fn rows(&self) -> &[Figure] {
        self.head().rows
    }

    /// The run, if it is one.
    pub fn run(&self) -> Option<&RunRecord> {
        match self {
            Record::Run(run) => Some(run),
            _ => None,
        }
    }

    /// The sweep, if it is one.
    pub fn sweep(&self) -> Option<&SweepRecord> {
        match self {
            Record::Sweep(sweep) => Some(sweep),
            _ => None,
        }
    }

    /// The objectives of a run, and of the others those of their first point or trial.
    pub fn objectives(&self) -> Vec<Objective> {
        match self {
            Record::Run(run) => run.objectives.clone(),
            Record::Sweep(sweep) => sweep
                .points
                .first()
                .map_or_else(Vec::new, |point| point.objectives.clone()),
            Record::Sizing(study) => {
                let first = study.body.trials.first();
                first.map_or_else(Vec::new, |trial| {
                    trial.objectives.iter().map(|o| o.objective()).collect()
                })
            }
            _ => Vec::new(),
        }
    }
}

/// A figure over all causes; `point` is empty for a run.
pub fn figure<'a>(
    rows: &'a [Figure],
    point: &Point,
    scope: &str,
    metric: &str,
) -> Option<&'a Figure> {
    rows.iter()
        .find(|r| r.metric == metric && r.cause.is_none() && r.scope == scope && *r.point == *point)
}
