//! `summary.json` of each kind of result: the record that `--format json` prints too.

use std::io::{self, BufReader, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::comparison::Comparison;
use super::figure::{Figure, Objective, PointValues};
use super::front::Front;
use super::global::GlobalSensitivity;
use super::head::Head;
use super::json;
use super::matrix::MatrixRecord;
use super::run::RunRecord;
use super::selection::Selection;
use super::sensitivity::Sensitivity;
use super::sizing::Sizing;
use super::study::{Body, StudyRecord};
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
    /// The points that nothing dominates in several figures.
    Front(StudyRecord<Front>),
    /// What hangs on each assumed value.
    Sensitivity(StudyRecord<Sensitivity>),
    /// Which unknowns make the spread of an answer.
    Global(StudyRecord<GlobalSensitivity>),
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
    /// The points that nothing dominates in several figures.
    Front,
    /// What hangs on each assumed value.
    Sensitivity,
    /// Which unknowns make the spread of an answer.
    Global,
    /// Clients against gateways.
    Matrix,
}

impl Kind {
    /// The command that makes it.
    pub fn command(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Sweep => "sweep",
            Self::Comparison => "compare",
            Self::Sizing => "size",
            Self::Selection | Self::Front => "best",
            Self::Sensitivity | Self::Global => "sensitivity",
            Self::Matrix => "matrix",
        }
    }
}

/// A reading of the document that only tells its kind.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shape {
    schema: String,
    points: Option<serde::de::IgnoredAny>,
}

impl Shape {
    /// Reads it.
    ///
    /// # Errors
    /// It is no such document.
    pub(super) fn read(from: impl Read) -> Result<Self, String> {
        serde_json::from_reader(BufReader::new(from)).map_err(|e| match e.classify() {
            serde_json::error::Category::Data => e.to_string(),
            _ => format!("not JSON: {e}"),
        })
    }
}

impl Record {
    /// Reads `summary.json`.
    ///
    /// # Errors
    /// Why it is none of these.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text.as_bytes(), Shape::read(text.as_bytes())?)
    }

    /// Reads a document whose shape was read before.
    ///
    /// # Errors
    /// Why it is none of these.
    pub(super) fn read(from: impl Read, shape: Shape) -> Result<Self, String> {
        fn read<T: DeserializeOwned>(from: impl Read) -> Result<T, String> {
            serde_json::from_reader(BufReader::new(from)).map_err(|e| e.to_string())
        }
        Ok(match shape.schema.as_str() {
            super::run::SCHEMA if shape.points.is_some() => Self::Sweep(read(from)?),
            super::run::SCHEMA => Self::Run(read(from)?),
            Comparison::SCHEMA => Self::Comparison(read(from)?),
            Sizing::SCHEMA => Self::Sizing(read(from)?),
            Selection::SCHEMA => Self::Selection(read(from)?),
            Front::SCHEMA => Self::Front(read(from)?),
            Sensitivity::SCHEMA => Self::Sensitivity(read(from)?),
            GlobalSensitivity::SCHEMA => Self::Global(read(from)?),
            MatrixRecord::SCHEMA => Self::Matrix(read(from)?),
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

    /// Writes `summary.json` piece by piece: that of a sweep of thousands of points is never in memory as a whole.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Run(_) => Kind::Run,
            Self::Sweep(_) => Kind::Sweep,
            Self::Comparison(_) => Kind::Comparison,
            Self::Sizing(_) => Kind::Sizing,
            Self::Selection(_) => Kind::Selection,
            Self::Front(_) => Kind::Front,
            Self::Sensitivity(_) => Kind::Sensitivity,
            Self::Global(_) => Kind::Global,
            Self::Matrix(_) => Kind::Matrix,
        }
    }

    /// What records of every kind say.
    pub fn head(&self) -> Head<'_> {
        match self {
            Self::Run(run) => run.head(),
            Self::Sweep(sweep) => sweep.head(),
            Self::Comparison(study) => study.head(None),
            Self::Sizing(study) => study.head(None),
            Self::Selection(study) => study.head(None),
            Self::Front(study) => study.head(Some(study.body.replications)),
            Self::Sensitivity(study) => study.head(Some(study.body.replications)),
            Self::Global(study) => study.head(Some(study.body.replications)),
            Self::Matrix(matrix) => matrix.head(),
        }
    }

    /// Every figure of every point.
    pub fn rows(&self) -> &[Figure] {
        self.head().rows
    }

    /// The run, if it is one.
    pub fn run(&self) -> Option<&RunRecord> {
        match self {
            Self::Run(run) => Some(run),
            _ => None,
        }
    }

    /// The sweep, if it is one.
    pub fn sweep(&self) -> Option<&SweepRecord> {
        match self {
            Self::Sweep(sweep) => Some(sweep),
            _ => None,
        }
    }

    /// The objectives of a run, and of the others those of their first point or trial.
    pub fn objectives(&self) -> Vec<Objective> {
        match self {
            Self::Run(run) => run.objectives.clone(),
            Self::Sweep(sweep) => sweep
                .points
                .first()
                .map_or_else(Vec::new, |point| point.objectives.clone()),
            Self::Sizing(study) => {
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
pub(crate) fn figure<'a>(
    rows: &'a [Figure],
    point: &PointValues,
    scope: &str,
    metric: &str,
) -> Option<&'a Figure> {
    rows.iter()
        .find(|r| r.metric == metric && r.cause.is_none() && r.scope == scope && *r.point == *point)
}
