//! `rccsim sweep`: a scenario at many points, and which of them serve.

use clap::Args;

use super::answer::shortfall;
use super::conduct::conduct;
use super::design::{PrecisionFlags, VaryFlags};
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags};
use super::sweep_answer::answer;
use super::terminal::say;
use super::{Outcome, memory};
use crate::experiment::{
    Answer, Campaign, Case, Replications, Robustness, SweepResult, cases, hash_of,
};
use crate::quantity::number::{count_phrase, rounded, small, whole};
use crate::record::{Assumptions, Record, SweepPoint, SweepRecord};
use crate::report::sweep::text;
use crate::report::text::skew;
use crate::scenario::{self, Scenario};
use crate::study::PrecisionTarget;

/// Simulate a scenario at many points.
#[derive(Args)]
pub(super) struct SweepArgs {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    vary: VaryFlags,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    pub study: StudyFlags,
}

impl SweepArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        let variation = self.vary.study(&base, &self.precision)?;
        let cases = cases(&base, &variation)?;
        for case in &cases {
            memory::check(&case.scenario, self.study.jobs.threads())?;
        }
        let points: Vec<&Scenario> = cases.iter().map(|case| &case.scenario).collect();
        memory::check_figures(&points, false)?;
        let warnings = warnings(&cases);
        if !self.study.quiet {
            warnings.iter().for_each(|w| say!("warning: {w}"));
        }
        conduct(Points {
            targets: self.precision.targets(Some(&variation))?,
            command: self,
            base,
            variation,
            cases,
            warnings,
        })
    }
}

/// A scenario at many points.
struct Points {
    command: SweepArgs,
    base: Scenario,
    variation: scenario::Study,
    /// The points that are still to be simulated.
    cases: Vec<Case>,
    targets: Vec<PrecisionTarget>,
    /// What is valid and yet unlikely to be meant, at which points.
    warnings: Vec<String>,
}

impl Points {
    fn replications(&self) -> Replications<'_> {
        Replications {
            first: 0,
            start: self.base.replications,
            targets: &self.targets,
            maximum: self.command.precision.most_reps,
        }
    }

    /// The answer, a line each: that figures are not as close as was asked for comes first.
    fn lines(&self, result: &SweepResult) -> Vec<String> {
        let objectives = &self.base.objectives;
        let short = |point: &Answer| {
            let samples = &point.assessment.samples;
            let sentence = shortfall(samples, objectives, &self.targets)?;
            Some((point.label(), sentence))
        };
        let rows: Vec<(String, String)> = result.answers.iter().filter_map(short).collect();
        let first = rows.first().map(|(label, sentence)| match rows.len() {
            1 => format!("At {label}: {}.", small(sentence)),
            n => format!(
                "At {} of {} points, {label} among them: {}.",
                whole(n as u64),
                whole(result.answers.len() as u64),
                small(sentence)
            ),
        });
        let mut lines = answer(&self.variation, objectives, result);
        lines.splice(0..0, first);
        lines
    }
}

impl Study for Points {
    const COMMAND: &'static str = "sweep";
    type Findings = SweepResult;

    fn flags(&self) -> &StudyFlags {
        &self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let SweepArgs {
            scenario,
            vary,
            precision,
            ..
        } = &self.command;
        let flags = vary.flags().into_iter().chain(precision.flags());
        scenario.repeated(Self::COMMAND, set, flags)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<SweepResult>, Fault> {
        let Some(samples) = campaign.replicate(&self.cases, self.replications())? else {
            return Ok(None);
        };
        let answers = std::mem::take(&mut self.cases).into_iter().zip(samples);
        let answers = answers.map(|(case, samples)| Answer::new(case, samples));
        Ok(Some(SweepResult::new(answers.collect())))
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        MaxEffort::for_points(self.replications(), self.cases.len())
    }

    fn robustness(
        &self,
        result: &SweepResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        Ok(result.robustness(campaign)?)
    }

    fn decisive<'a>(&'a self, result: &'a SweepResult) -> Result<Option<Decisive<'a>>, Fault> {
        let chosen = result.chosen_point();
        Ok(chosen.map(|a| Decisive::new(&a.case.scenario, &a.assessment.samples)))
    }

    fn publication<'a>(
        &'a self,
        result: &'a SweepResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let points: Vec<SweepPoint> = result.answers.iter().map(swept).collect();
        let skewed = || points.iter().filter_map(|p| Some((p, p.warnings.first()?)));
        if let (false, Some((point, warning))) = (self.command.study.quiet, skewed().next()) {
            let suffix = match skewed().count() {
                1 => String::new(),
                n => format!(
                    " (and {}: summary.json)",
                    count_phrase(n as u64 - 1, "more point")
                ),
            };
            say!("warning: {}: {warning}{suffix}", point.label());
        }
        let base = &self.base;
        let record = SweepRecord {
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(result.answers.iter().map(|a| a.case.hash.as_str())),
            question: base.question.clone(),
            seed: base.plan.seed,
            horizon_s: rounded(base.plan.horizon.0 as f64 / 1e6),
            verdict: (!base.objectives.is_empty()).then(|| result.verdict()),
            answer: self.answer_text(self.lines(result)),
            command: self.command(""),
            chosen: result
                .chosen_point()
                .map_or_else(String::new, Answer::label),
            warnings: self.warnings.clone(),
            assumptions: assumptions.assumptions,
            assumptions_basis: assumptions.basis,
            levers: assumptions.levers,
            ..SweepRecord::new(&points)
        };
        Publication {
            text: text(&record, &base.objectives, &points),
            points: (result.answers.iter())
                .map(|a| (a.label(), &a.assessment.samples))
                .collect(),
            record: Record::Sweep(record),
        }
    }

    fn variation(&self) -> Option<&scenario::Study> {
        Some(&self.variation)
    }
}

/// A point as its record and the table have it.
fn swept(answer: &Answer) -> SweepPoint<'_> {
    SweepPoint {
        values: &answer.case.point.values,
        scenario_hash: &answer.case.hash,
        assessment: &answer.assessment,
        warnings: answer.assessment.skewed.iter().map(skew).collect(),
    }
}

/// Each warning once, with the points that have it.
fn warnings(cases: &[Case]) -> Vec<String> {
    let mut points_by_warning: Vec<(&str, Vec<String>)> = Vec::new();
    for a in cases {
        for warning in &a.scenario.warnings {
            match points_by_warning.iter_mut().find(|(w, _)| w == warning) {
                Some((_, points)) => points.push(a.point.label()),
                None => points_by_warning.push((warning, vec![a.point.label()])),
            }
        }
    }
    let text = |(warning, points): (&str, Vec<String>)| match points.len() {
        n if n == cases.len() => warning.to_string(),
        1 => format!("{}: {warning}", points[0]),
        n => format!(
            "{} and {}: {warning}",
            points[0],
            count_phrase(n as u64 - 1, "more point")
        ),
    };
    points_by_warning.into_iter().map(text).collect()
}
