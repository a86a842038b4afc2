//! `rccsim best --objectives`: the points that nothing dominates in several figures at once.

use super::conduct::conduct;
use super::design::{PrecisionFlags, VaryFlags};
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::front_answer::{answer, body, text};
use super::study::{Decisive, Publication, Study, StudyFlags, with_samples};
use super::{Outcome, memory};
use crate::experiment::{Campaign, Case, FrontResult, Replications, Robustness, cases, hash_of};
use crate::measure::METRICS;
use crate::record::{Assumptions, Record, StudyRecord};
use crate::scenario::{self, Scenario, nearest};
use crate::study::{FrontMetrics, FrontMetricsError, less_is_better};

/// Runs the command.
///
/// # Errors
/// Bad input, or a refusal of the system.
pub(super) fn run(
    scenario: &ScenarioFlags,
    vary: &VaryFlags,
    study: &StudyFlags,
    text: &str,
) -> Result<Outcome, Fault> {
    let metrics = metrics(text)?;
    let base = scenario.read()?;
    if base.replications < 2 {
        return Err(Fault::Input(
            "--objectives: one replication shows nothing of a difference; --reps 10 gives intervals"
                .into(),
        ));
    }
    let variation = vary.study(&base, &PrecisionFlags::default())?;
    let cases = cases(&base, &variation)?;
    if cases.len() < 2 {
        return Err(Fault::Input(
            "--objectives: there is one point alone, and nothing to choose from".into(),
        ));
    }
    for case in &cases {
        memory::check(&case.scenario, study.jobs.threads())?;
    }
    let points: Vec<&Scenario> = cases.iter().map(|case| &case.scenario).collect();
    memory::check_figures(&points, false)?;
    conduct(Trade {
        scenario,
        vary,
        study,
        text,
        base,
        variation,
        cases,
        metrics,
    })
}

fn metrics(text: &str) -> Result<FrontMetrics, Fault> {
    FrontMetrics::parse(text).map_err(|why| {
        let names = || {
            METRICS
                .iter()
                .filter(|m| less_is_better(m).is_some())
                .map(|m| m.name)
        };
        let valid = match &why {
            FrontMetricsError::UnknownMetric(name) => {
                let valid: Vec<&str> = names().collect();
                format!("{}; valid: {}", nearest(name, names()), valid.join(", "))
            }
            _ => String::new(),
        };
        Fault::Input(format!("--objectives: {why}{valid}"))
    })
}

/// The points among which nothing dominates some.
struct Trade<'f> {
    scenario: &'f ScenarioFlags,
    vary: &'f VaryFlags,
    study: &'f StudyFlags,
    text: &'f str,
    base: Scenario,
    variation: scenario::Study,
    cases: Vec<Case>,
    metrics: FrontMetrics,
}

impl Study for Trade<'_> {
    const COMMAND: &'static str = "best";
    type Findings = FrontResult;

    fn flags(&self) -> &StudyFlags {
        self.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let aims = ("--objectives", self.text.to_string());
        let flags = self.vary.flags().into_iter().chain([aims]);
        self.scenario.repeated(Self::COMMAND, set, flags)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<FrontResult>, Fault> {
        let replications = Replications::fixed(self.base.replications);
        let samples = campaign.replicate(&self.cases, replications)?;
        Ok(samples.map(|samples| FrontResult::new(&self.cases, samples, &self.metrics)))
    }

    fn robustness(
        &self,
        result: &FrontResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        Ok(result.robustness(&self.cases, campaign)?)
    }

    fn decisive<'a>(&'a self, result: &'a FrontResult) -> Result<Option<Decisive<'a>>, Fault> {
        let case = result.front_members().first().copied();
        Ok(case.map(|i| Decisive::new(&self.cases[i].scenario, &result.samples[i])))
    }

    fn publication<'a>(
        &'a self,
        result: &'a FrontResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let cases = &self.cases;
        let study_cases = with_samples(cases, &result.samples);
        let body = body(cases, result, &self.metrics);
        let record = StudyRecord {
            scenario_hash: hash_of(cases.iter().map(|case| case.hash.as_str())),
            verdict: result.verdict(),
            answer: self.answer_text(answer(cases, result, &self.metrics)),
            ..self.record(&study_cases, body, assumptions)
        };
        Publication {
            text: text(cases, result, &self.metrics, &record),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Front(record),
        }
    }

    fn variation(&self) -> Option<&scenario::Study> {
        Some(&self.variation)
    }
}
