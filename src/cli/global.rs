//! `rccsim sensitivity --global`: which of the values that nobody published makes the spread of the answer.

use super::conduct::conduct;
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::global_answer::{answer, body, text};
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Basis, Campaign, Case, GlobalAnalysis, GlobalResult, Robustness, Unknown, hash_of, unknowns,
};
use crate::measure::Metric;
use crate::record::{Assumptions, Record, StudyCase, StudyRecord};
use crate::scenario::{Axis, Scenario};
use crate::study::{Verdict, judge_all, overall};

/// How much is simulated for it.
#[derive(Clone, Copy)]
pub(super) struct Effort {
    /// Trajectories of the screening.
    pub trajectories: u32,
    /// Rows of the design.
    pub rows: u32,
}

/// Keys that are unknowns because the user says so.
pub(super) struct VariedKeys<'f> {
    /// As they were given.
    pub vary: &'f [String],
    /// As they were read.
    pub axes: &'f [Axis],
}

/// Runs the command.
///
/// # Errors
/// Bad input, or a refusal of the system.
pub(super) fn run(
    scenario: &ScenarioFlags,
    vary: &VariedKeys,
    base: Scenario,
    metric: &'static Metric,
    effort: Effort,
    study: &StudyFlags,
) -> Result<Outcome, Fault> {
    let unknowns = unknowns(&base, vary.axes);
    if unknowns.is_empty() {
        return Err(Fault::Input(format!(
            "{}: nothing is assumed; --vary \"KEY=VALUES\" makes an unknown of a key",
            base.file
        )));
    }
    memory::check(&base, study.jobs.threads())?;
    conduct(Unknowns {
        scenario,
        vary: vary.vary,
        base,
        metric,
        effort,
        study,
        unknowns,
    })
}

/// The unknowns of a scenario.
struct Unknowns<'f> {
    scenario: &'f ScenarioFlags,
    vary: &'f [String],
    base: Scenario,
    metric: &'static Metric,
    effort: Effort,
    study: &'f StudyFlags,
    unknowns: Vec<Unknown>,
}

impl Unknowns<'_> {
    fn analysis(&self) -> GlobalAnalysis<'_> {
        GlobalAnalysis {
            base: &self.base,
            unknowns: &self.unknowns,
            metric: self.metric,
            trajectories: self.effort.trajectories,
            rows: self.effort.rows,
        }
    }
}

impl Study for Unknowns<'_> {
    const COMMAND: &'static str = "sensitivity";
    type Findings = GlobalResult;

    fn flags(&self) -> &StudyFlags {
        self.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let vary = self.vary.iter().map(|vary| ("--vary", vary.clone()));
        let flags = [
            ("--global", String::new()),
            ("--metric", self.metric.name.into()),
            ("--trajectories", self.effort.trajectories.to_string()),
            ("--rows", self.effort.rows.to_string()),
        ];
        let arguments = flags.into_iter().chain(vary);
        self.scenario.repeated(Self::COMMAND, set, arguments)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<GlobalResult>, Fault> {
        Ok(self.analysis().run(campaign)?)
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let (points, rounds) = self.analysis().limits();
        Some(MaxEffort {
            rounds,
            replications: points * u64::from(self.base.replications),
        })
    }

    /// The whole of it is about them.
    fn robustness(&self, _: &GlobalResult, _: &Campaign) -> Result<Option<Robustness>, Fault> {
        Ok(Some(Robustness {
            assumptions: Vec::new(),
            basis: Basis::Nothing,
        }))
    }

    fn decisive<'a>(&'a self, result: &'a GlobalResult) -> Result<Option<Decisive<'a>>, Fault> {
        Ok(Some(Decisive::new(&self.base, &result.base_samples)))
    }

    fn publication<'a>(
        &'a self,
        result: &'a GlobalResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let study_cases = [StudyCase {
            values: Vec::new(),
            samples: &result.base_samples,
        }];
        let body = body(&self.base, self.metric, &self.unknowns, result);
        let record = StudyRecord {
            scenario_hash: hash_of([Case::new(self.base.clone()).hash.as_str()]),
            verdict: overall(&judge_all(&self.base.objectives, &result.base_samples)),
            answer: self.answer_text(answer(self.metric, &self.unknowns, result, &body)),
            ..self.record(&study_cases, body, assumptions)
        };
        Publication {
            text: text(self.metric, &record),
            points: vec![(String::new(), &result.base_samples)],
            record: Record::Global(record),
        }
    }

    fn outcome(&self, _: Verdict) -> Outcome {
        Outcome::Pass
    }
}
