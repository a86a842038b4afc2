//! What a command that asks for many runs has of its own: the rest is [`conduct`](super::conduct::conduct)ed alike.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;

use super::answer::recorded_days;
use super::fault::Fault;
use super::flags::{Format, JobsFlag, results_folder};
use super::inputs::inputs;
use super::outcome::Outcome;
use crate::experiment::{Campaign, Case, Replications, Robustness};
use crate::quantity::number::capital;
use crate::record::inputs::Input;
use crate::record::{Assumptions, Body, Record, StudyCase, StudyRecord};
use crate::scenario::{self, InputFile, Scenario, expanded, expanded_study, input_files};
use crate::study::{Samples, Verdict};

/// How a study is simulated, where its results go, and in what form they are printed.
#[derive(Args)]
pub(super) struct StudyFlags {
    /// The results folder [default: results/<scenario name>-<command>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Leave no results folder: print only, with --format json the document that a notebook reads
    #[arg(long, conflicts_with_all = ["out", "keep_units", "shard", "open"])]
    pub no_folder: bool,
    /// Keep the finished units after the results are written: the same command with more replications then goes on from them
    #[arg(long)]
    pub keep_units: bool,
    /// Simulate the Kth of N shares only, and publish nothing: many processes, on many machines, fill one --out, and the same
    /// command without it publishes; in a job array "/N" takes K from the array
    #[arg(long, value_name = "K/N")]
    pub shard: Option<String>,
    /// What it takes is asked, among so many.
    #[arg(skip)]
    pub plan: Option<Division>,
    /// Neither plots nor report, nor the trials behind assumptions: the figures alone
    #[arg(long)]
    pub no_report: bool,
    /// Open the report in the browser
    #[arg(long, conflicts_with = "no_report")]
    pub open: bool,
    #[command(flatten)]
    pub jobs: JobsFlag,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// No warnings and no progress
    #[arg(long, short)]
    pub quiet: bool,
}

/// What a study publishes besides its scenarios and inputs.
pub(super) struct Publication<'a> {
    /// `summary.json`.
    pub record: Record,
    /// A label and what the replications said, for `summary.csv` and `runs.csv`.
    pub points: Vec<(String, &'a Samples)>,
    /// The answer for people.
    pub text: String,
}

/// Among whom the work of a study is divided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    pub shards: u32,
    /// Of each shard.
    pub cores: u32,
}

/// What a study takes at most whose rounds decide how much that is.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaxEffort {
    /// Rounds of it.
    pub rounds: u64,
    /// Replications of all its points.
    pub replications: u64,
}

impl MaxEffort {
    /// What replications of so many points take; `None`: no precision is wanted, and one round is all.
    pub(super) fn for_points(replications: Replications, points: usize) -> Option<Self> {
        let schedule = replications.schedule();
        let last = *schedule.last()?;
        (!replications.targets.is_empty()).then_some(Self {
            rounds: schedule.len() as u64,
            replications: points as u64 * u64::from(last),
        })
    }
}

/// The case that the answer of a study is about.
pub(super) struct Decisive<'a> {
    pub scenario: Cow<'a, Scenario>,
    pub samples: &'a Samples,
}

impl<'a> Decisive<'a> {
    pub(super) fn new(scenario: &'a Scenario, samples: &'a Samples) -> Self {
        Self {
            scenario: Cow::Borrowed(scenario),
            samples,
        }
    }
}

/// Each point with what its replications said.
pub(super) fn with_samples<'a>(
    cases: impl IntoIterator<Item = &'a Case>,
    samples: impl IntoIterator<Item = &'a Samples>,
) -> Vec<StudyCase<'a>> {
    let pairs = cases.into_iter().zip(samples);
    let study_case = |(case, samples): (&'a Case, &'a Samples)| StudyCase {
        values: case.point.values.clone(),
        samples,
    };
    pairs.map(study_case).collect()
}

/// A study, read and checked: nothing of it is simulated yet.
pub(super) trait Study: Send + Sync {
    /// The name of its command.
    const COMMAND: &'static str;
    /// What comes out.
    type Findings: Send + Sync;

    /// How it is simulated and published.
    fn flags(&self) -> &StudyFlags;

    /// The scenario that it is about; of several, the first.
    fn scenario(&self) -> &Scenario;

    /// Its results folder.
    fn folder(&self) -> PathBuf {
        let name = &self.scenario().plan.name;
        let default = || results_folder(name, &format!("-{}", Self::COMMAND));
        self.flags().out.clone().unwrap_or_else(default)
    }

    /// The command that repeats it, with more of `set`.
    fn command(&self, set: &str) -> String;

    /// Simulates it; `None`: interrupted.
    ///
    /// # Errors
    /// That of the store, or what the simulation shows to be wrong.
    fn answer(&mut self, campaign: &Campaign) -> Result<Option<Self::Findings>, Fault>;

    /// What it takes at most; `None`: its first round is all.
    fn max_effort(&self) -> Option<MaxEffort> {
        None
    }

    /// What the answer hangs on; `None`: interrupted.
    ///
    /// # Errors
    /// What is wrong with a scenario that is tried.
    fn robustness(
        &self,
        answer: &Self::Findings,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault>;

    /// The case that the answer is about, and its samples; `None`: there is none.
    ///
    /// # Errors
    /// What is wrong with its scenario.
    fn decisive<'a>(&'a self, answer: &'a Self::Findings) -> Result<Option<Decisive<'a>>, Fault>;

    /// What is published of it.
    fn publication<'a>(
        &'a self,
        answer: &'a Self::Findings,
        assumptions: Assumptions,
    ) -> Publication<'a>;

    /// The lines of the answer, and what they are limited to.
    fn answer_text(&self, mut lines: Vec<String>) -> String {
        let limit = recorded_days(&self.scenario().plan);
        lines.extend(limit.map(|limit| format!("{}.", capital(&limit))));
        lines.join("\n")
    }

    /// A record of it that says whose study it is and what its answer rests on; what it answers is left open.
    fn record<B: Body + Default>(
        &self,
        cases: &[StudyCase],
        body: B,
        assumptions: Assumptions,
    ) -> StudyRecord<B> {
        let base = self.scenario();
        StudyRecord {
            scenario: base.plan.name.clone(),
            question: base.question.clone(),
            seed: base.plan.seed,
            command: self.command(""),
            warnings: base.warnings.clone(),
            assumptions: assumptions.assumptions,
            assumptions_basis: assumptions.basis,
            levers: assumptions.levers,
            ..StudyRecord::new(cases, body)
        }
    }

    /// The keys that it varies, where its scenario is the same study again; `None`: it varies none, or its own.
    fn variation(&self) -> Option<&scenario::Study> {
        None
    }

    /// `scenario.toml`; of several alternatives each its own.
    fn scenarios(&self) -> Vec<(String, String)> {
        let expanded = match self.variation() {
            Some(variation) => expanded_study(self.scenario(), variation),
            None => expanded(self.scenario()),
        };
        vec![("scenario.toml".into(), expanded)]
    }

    /// The files that these scenarios read.
    fn files(&self) -> Vec<InputFile> {
        input_files(self.scenario(), self.variation())
    }

    /// `inputs.csv`.
    fn inputs(&self) -> Vec<Input> {
        inputs(self.scenario(), self.variation())
    }

    /// Whether the finished units stay, for a command that goes on from them.
    fn keeps_units(&self, _: &Self::Findings) -> bool {
        self.flags().keep_units
    }

    /// How the command ends, where the record has that verdict.
    fn outcome(&self, verdict: Verdict) -> Outcome {
        verdict.into()
    }
}
