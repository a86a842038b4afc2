//! `rccsim best --search`: the point of least cost of a grid that is too large to be simulated.

use super::best_answer::{answer, body, text, verdict};
use super::conduct::conduct;
use super::design::VaryFlags;
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags, with_samples};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, JointResult, JointSearch, JointSearchError, Robustness, Selector, TriedPoint, hash_of,
};
use crate::quantity::number::{count_phrase, rounded, whole};
use crate::record::{Assumptions, Record, SearchEffort, SearchedPoint, StudyRecord};
use crate::scenario::{self, Combine, Scenario};
use crate::study::Cost;

/// A search as the command line has it.
pub(super) struct SearchCommand<'f> {
    /// The scenario.
    pub scenario: &'f ScenarioFlags,
    /// What is varied.
    pub vary: &'f VaryFlags,
    /// How it is simulated and published.
    pub study: &'f StudyFlags,
    /// What is to be least, as it was written.
    pub cost_text: String,
    /// The same.
    pub cost: Cost,
    /// Replications of points in all.
    pub budget: u32,
    /// The flags of the selection, for the command that repeats it.
    pub selection: Vec<(&'static str, String)>,
}

/// Runs the command.
///
/// # Errors
/// Bad input, or a refusal of the system.
pub(super) fn run(
    command: SearchCommand,
    base: Scenario,
    variation: scenario::Study,
    selector: Selector,
) -> Result<Outcome, Fault> {
    let refused = |why: &str| Fault::Input(format!("--search: {why}"));
    if variation.combine != Combine::Product {
        return Err(refused(
            "it goes over every combination of the values of --vary; --zip and --points leave no grid",
        ));
    }
    let grid: usize = variation
        .axes
        .iter()
        .map(|axis| axis.values.len())
        .product();
    if grid < 2 {
        return Err(refused("there is one point alone"));
    }
    let search = Search {
        command,
        base,
        variation,
        selector,
    };
    let outcome = search.joint().check().map_err(|why| match why {
        JointSearchError::Scenario(why) => Fault::from(why),
        JointSearchError::Cost(why) => Fault::Input(format!("--cost: {why}")),
    })?;
    for case in outcome {
        memory::check(&case.scenario, search.command.study.jobs.threads())?;
    }
    conduct(search)
}

/// A grid that is searched.
struct Search<'f> {
    command: SearchCommand<'f>,
    base: Scenario,
    variation: scenario::Study,
    selector: Selector,
}

impl Search<'_> {
    fn joint(&self) -> JointSearch<'_> {
        JointSearch {
            base: &self.base,
            axes: &self.variation.axes,
            cost: &self.command.cost,
            selector: self.selector.clone(),
            budget: self.command.budget,
        }
    }

    /// What was searched, a sentence each.
    fn effort(&self, result: &JointResult) -> Vec<String> {
        let effort = result.selection.observations() as u64;
        let runs = u64::from(result.runs) + effort;
        let mut lines = vec![format!(
            "Searched a grid of {}: {} tried, in {}. That no other point costs less is likely, and not shown.",
            count_phrase(result.grid as u64, "point"),
            match result.tried_points.len() {
                1 => "1 was".into(),
                n => format!("{} were", whole(n as u64)),
            },
            count_phrase(runs, "replication")
        )];
        if result.invalid > 0 {
            lines.push(format!(
                "{} combinations that were met make no valid scenario.",
                whole(result.invalid as u64)
            ));
        }
        lines
    }

    fn body(&self, result: &JointResult) -> crate::record::Selection {
        let point = |candidate: &TriedPoint| SearchedPoint {
            point: candidate.label.clone(),
            replications: candidate.replications,
            cost: candidate.cost.map(rounded),
            meets_objectives: candidate.is_feasible,
        };
        crate::record::Selection {
            search: Some(SearchEffort {
                grid: result.grid,
                runs: result.runs,
                tried: result.tried_points.iter().map(point).collect(),
            }),
            ..body(
                &result.finalists,
                &result.selection,
                &self.command.cost_text,
                self.selector.alpha,
            )
        }
    }
}

impl Study for Search<'_> {
    const COMMAND: &'static str = "best";
    type Findings = JointResult;

    fn flags(&self) -> &StudyFlags {
        self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let flags = [
            ("--search", String::new()),
            ("--budget", self.command.budget.to_string()),
            ("--cost", self.command.cost_text.clone()),
        ];
        let vary = self.command.vary.flags().into_iter();
        let arguments = vary.chain(flags).chain(self.command.selection.clone());
        self.command
            .scenario
            .repeated(Self::COMMAND, set, arguments)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<JointResult>, Fault> {
        Ok(self.joint().run(campaign)?)
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let replications = self.joint().most_replications();
        Some(MaxEffort {
            rounds: replications,
            replications,
        })
    }

    fn robustness(
        &self,
        result: &JointResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        let JointResult {
            finalists,
            selection,
            ..
        } = result;
        let selector = self.joint().selector_of(finalists);
        Ok(selector.robustness(finalists, selection, campaign)?)
    }

    fn decisive<'a>(&'a self, result: &'a JointResult) -> Result<Option<Decisive<'a>>, Fault> {
        let case = result.selection.decisive();
        Ok(case.map(|i| {
            let (case, samples) = (&result.finalists[i], &result.selection.samples[i]);
            Decisive::new(&case.scenario, samples)
        }))
    }

    fn publication<'a>(
        &'a self,
        result: &'a JointResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let (cases, selection) = (&result.finalists, &result.selection);
        let study_cases = with_samples(cases, &selection.samples);
        let mut lines = answer(cases, selection, self.selector.alpha);
        lines.extend(self.effort(result));
        let record = StudyRecord {
            scenario_hash: hash_of(cases.iter().map(|case| case.hash.as_str())),
            verdict: verdict(cases, selection),
            answer: self.answer_text(lines),
            ..self.record(&study_cases, self.body(result), assumptions)
        };
        Publication {
            text: text(cases, selection, &record.answer, &record.assumptions),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Selection(record),
        }
    }

    fn variation(&self) -> Option<&scenario::Study> {
        Some(&self.variation)
    }
}
