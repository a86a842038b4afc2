//! `rccsim best`: the point of least cost, selected with no more replications than that takes.

use clap::Args;

use super::best_answer::{answer, body, text, verdict};
use super::conduct::conduct;
use super::design::{PrecisionFlags, VaryFlags};
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::joint::{self, SearchCommand};
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags, with_samples};
use super::{Outcome, front, memory};
use crate::experiment::{
    Campaign, Case, Delta, Robustness, SelectionResult, Selector, cases, hash_of,
};
use crate::measure::METRICS;
use crate::quantity::number::count_phrase;
use crate::record::{Assumptions, Record, StudyRecord};
use crate::scenario::{self, Scenario, nearest};
use crate::study::{Cost, CostError, checkpoints};

/// Select the best point.
#[derive(Args)]
pub(super) struct BestArgs {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    vary: VaryFlags,
    /// What is to be least: metrics and keys of the scenario, each at its price, like "0.02 * toasts_missed + 500 *
    /// gateway.count" (durations in seconds) [default: within the objectives message_rate_per_s, without objectives
    /// message_rate_per_s + 100 * missed_toasts_per_client_hour]
    #[arg(long)]
    cost: Option<String>,
    /// Figures that are wanted at once, instead of a cost: the points that nothing dominates in all of them
    /// ("missed_toast_fraction, message_rate_per_s"), among those that meet the objectives
    #[arg(long, value_name = "METRICS", conflicts_with_all = ["cost", "within_objectives", "delta", "alpha", "first_stage", "most_reps"])]
    objectives: Option<String>,
    /// Only among the points that meet every objective: so it is wherever there are objectives
    #[arg(long, conflicts_with = "ignore_objectives")]
    within_objectives: bool,
    /// Among all points, whether they meet the objectives or not
    #[arg(long)]
    ignore_objectives: bool,
    /// The least difference of cost that matters: a number, or a share ("5 %") of the least mean of the first stage that is
    /// not 0
    #[arg(long, default_value = "5 %")]
    delta: String,
    /// Probability of selecting another than the best, where that is better by more than delta
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Replications of every point before any is left out
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1000))]
    first_stage: u32,
    /// Replications of a point at most
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    most_reps: u32,
    /// Search the grid of every combination instead of simulating all of it: a pattern search with common random numbers,
    /// then the selection among the best that it found, within the objectives
    #[arg(long, conflicts_with_all = ["objectives", "zip", "points"])]
    search: bool,
    /// Replications of points that a search may take
    #[arg(long, value_name = "N", default_value_t = 300, requires = "search", value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    budget: u32,
    #[command(flatten)]
    pub study: StudyFlags,
}

const COST: &str = "message_rate_per_s + 100 * missed_toasts_per_client_hour";
const LOAD: &str = "message_rate_per_s";

impl BestArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        if let Some(metrics) = &self.objectives {
            return front::run(&self.scenario, &self.vary, &self.study, metrics);
        }
        let input = |flag: &str, why: String| Fault::Input(format!("{flag}: {why}"));
        let base = self.scenario.read()?;
        let cost = self.cost(&base)?;
        let variation = self.vary.study(&base, &PrecisionFlags::default())?;
        if self.search {
            return self.search(base, variation, cost);
        }
        let cases = cases(&base, &variation)?;
        let selector = self.selector(&base, &cost, &cases)?;
        if !selector.is_possible(cases.len()) {
            let why = format!(
                "{} at an error of {}: a selection needs two points or more, and an error between 0 and what guessing has",
                count_phrase(cases.len() as u64, "point"),
                self.alpha
            );
            return Err(input("--alpha", why));
        }
        if self.within_objectives && base.objectives.is_empty() {
            return Err(input(
                "--within-objectives",
                format!("{} has no [[objective]]", base.file),
            ));
        }
        for case in &cases {
            memory::check(&case.scenario, self.study.jobs.threads())?;
        }
        let points: Vec<&Scenario> = cases.iter().map(|case| &case.scenario).collect();
        memory::check_figures(&points, false)?;
        conduct(Candidates {
            command: self,
            base,
            variation,
            cases,
            selector,
        })
    }

    /// Searches the grid.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    fn search(
        &self,
        base: Scenario,
        variation: scenario::Study,
        cost: Cost,
    ) -> Result<Outcome, Fault> {
        let selector = self.selector(&base, &cost, &[])?;
        let command = SearchCommand {
            scenario: &self.scenario,
            vary: &self.vary,
            study: &self.study,
            cost_text: self.cost_text(&base).to_string(),
            cost,
            budget: self.budget,
            selection: self.selection(),
        };
        joint::run(command, base, variation, selector)
    }

    /// The flags of the selection, as they are repeated.
    fn selection(&self) -> Vec<(&'static str, String)> {
        let switches = [
            (self.within_objectives, "--within-objectives"),
            (self.ignore_objectives, "--ignore-objectives"),
        ];
        let active_switches = switches.into_iter().filter(|(is_asked, _)| *is_asked);
        let objective_flag = active_switches.map(|(_, flag)| (flag, String::new()));
        let flags = [
            ("--delta", self.delta.clone()),
            ("--alpha", self.alpha.to_string()),
            ("--first-stage", self.first_stage.to_string()),
            ("--most-reps", self.most_reps.to_string()),
        ];
        flags.into_iter().chain(objective_flag).collect()
    }

    /// Whether only points that meet the objectives are chosen from: where there are any.
    fn is_within(&self, base: &Scenario) -> bool {
        self.within_objectives || !(base.objectives.is_empty() || self.ignore_objectives)
    }

    /// What is to be least.
    fn cost(&self, base: &Scenario) -> Result<Cost, Fault> {
        Cost::parse(self.cost_text(base)).map_err(|why| {
            let names = || METRICS.iter().map(|m| m.name);
            let valid = match &why {
                CostError::UnknownMetric(name) => {
                    let names: Vec<&str> = names().collect();
                    let near = nearest(name, names.iter().copied());
                    format!(
                        "{near}; valid: {}, or a key of the scenario like gateway.count",
                        names.join(", ")
                    )
                }
                _ => String::new(),
            };
            Fault::Input(format!("--cost: {why}{valid}"))
        })
    }

    fn selector(&self, base: &Scenario, cost: &Cost, cases: &[Case]) -> Result<Selector, Fault> {
        let price = |case: &Case| cost.priced_by(|key| case.scenario.number(key));
        let costs = cases.iter().map(price).collect::<Result<_, _>>();
        let costs = costs.map_err(|why| Fault::Input(format!("--cost: {why}")))?;
        let delta = Delta::parse(&self.delta).ok_or_else(|| {
            Fault::Input(format!(
                "--delta: found {:?}, expected a number above 0, in the unit of the cost, or a share like \"5 %\"",
                self.delta
            ))
        })?;
        Ok(Selector {
            costs,
            within_objectives: self.is_within(base),
            delta,
            alpha: self.alpha,
            first_stage: self.first_stage,
            most_replications: self.most_reps,
        })
    }

    fn cost_text(&self, base: &Scenario) -> &str {
        let default = if self.is_within(base) { LOAD } else { COST };
        self.cost.as_deref().unwrap_or(default)
    }
}

/// The points that are selected from.
struct Candidates {
    command: BestArgs,
    base: Scenario,
    variation: scenario::Study,
    cases: Vec<Case>,
    selector: Selector,
}

impl Study for Candidates {
    const COMMAND: &'static str = "best";
    type Findings = SelectionResult;

    fn flags(&self) -> &StudyFlags {
        &self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let command = &self.command;
        let cost = ("--cost", command.cost_text(&self.base).to_string());
        let vary = command.vary.flags().into_iter();
        let flags = vary.chain([cost]).chain(command.selection());
        command.scenario.repeated(Self::COMMAND, set, flags)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<SelectionResult>, Fault> {
        Ok(self.selector.select(campaign, &self.cases)?)
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let (first, maximum) = (self.selector.first_stage, self.selector.most_replications);
        let judgements = match self.selector.within_objectives {
            true => checkpoints(first, maximum).count() as u64,
            false => 0,
        };
        Some(MaxEffort {
            // Two of the first stage, then one or more replications each.
            rounds: judgements + 2 + u64::from(maximum.saturating_sub(first)),
            replications: self.cases.len() as u64 * u64::from(maximum.max(first)),
        })
    }

    fn robustness(
        &self,
        selection: &SelectionResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        Ok(self.selector.robustness(&self.cases, selection, campaign)?)
    }

    fn decisive<'a>(
        &'a self,
        selection: &'a SelectionResult,
    ) -> Result<Option<Decisive<'a>>, Fault> {
        let case = selection.decisive();
        Ok(case.map(|i| Decisive::new(&self.cases[i].scenario, &selection.samples[i])))
    }

    fn publication<'a>(
        &'a self,
        selection: &'a SelectionResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let Self { command, cases, .. } = self;
        let study_cases = with_samples(cases, &selection.samples);
        let body = body(
            cases,
            selection,
            command.cost_text(&self.base),
            command.alpha,
        );
        let record = StudyRecord {
            scenario_hash: hash_of(cases.iter().map(|case| case.hash.as_str())),
            verdict: verdict(cases, selection),
            answer: self.answer_text(answer(cases, selection, command.alpha)),
            ..self.record(&study_cases, body, assumptions)
        };
        Publication {
            text: text(cases, selection, &record.answer, &record.assumptions),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Selection(record),
        }
    }

    fn keeps_units(&self, selection: &SelectionResult) -> bool {
        // Another cost of the same replications is another question.
        self.flags().keep_units || selection.no_cost.is_some()
    }

    fn variation(&self) -> Option<&scenario::Study> {
        Some(&self.variation)
    }
}
