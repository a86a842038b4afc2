//! `rccsim best`: the point of least cost, selected with no more replications than that takes.

use clap::Args;

use super::best_answer::{answer, body, text};
use super::design::{PrecisionFlags, VaryFlags};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Candidate, Case, Delta, Judged, Ranking, Robustness, RobustnessCheck, Selected,
    Selector, Tested, cases, hash_of, spent,
};
use crate::measure::Sample;
use crate::record::{Premises, Record, Study, Tried};
use crate::scenario::{Scenario, expanded_study};
use crate::study::{Cost, Verdict};

/// Select the best point.
#[derive(Args)]
pub(super) struct Best {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    vary: VaryFlags,
    /// What is to be least: metrics, each at its price [default: message_rate_per_s + 100 *
    /// missed_toasts_per_client_hour; within the objectives: message_rate_per_s]
    #[arg(long)]
    cost: Option<String>,
    /// Only among the points that meet every objective
    #[arg(long)]
    within_objectives: bool,
    /// The least difference of cost that matters: a number, or a share ("5 %") of the least mean of the first stage
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
    #[command(flatten)]
    results: ResultsFlags,
    #[command(flatten)]
    jobs: JobsFlag,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

const COST: &str = "message_rate_per_s + 100 * missed_toasts_per_client_hour";
const LOAD: &str = "message_rate_per_s";

impl Best {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let input = |flag: &str, why: String| Fault::Input(format!("{flag}: {why}"));
        let selector = self.selector()?;
        let base = self.scenario.read()?;
        let study = self.vary.study(&base, &PrecisionFlags::default())?;
        let all = cases(&base, &study)?;
        if !selector.is_possible(all.len()) {
            let why = format!(
                "{} points at an error of {}: a selection needs two points or more, and an error between 0 and what guessing has",
                all.len(),
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
        for case in &all {
            memory::check(&case.scenario, self.jobs.threads())?;
        }
        let results = self.results.open(&base.plan.name, "best", self.quiet)?;
        let pool = self.jobs.pool()?;
        let selected = pool.install(|| selector.select(&results.campaign, &all))?;
        let premises = selected.as_ref().and_then(|selected| {
            pool.install(|| {
                results.premises(
                    |campaign| self.robustness(&all, selected, &selector.cost, campaign),
                    |set| self.command(set),
                )
            })
        });
        results.tell(premises.is_none());
        let Some((selected, premises)) = selected.zip(premises) else {
            return Ok(Outcome::Interrupted);
        };
        let record = self.record(&base, &all, &selected, premises);
        let body = body(&all, &selected, self.cost(), self.alpha);
        let summary = Record::Selection(record.record(body));
        let files = Files::of(
            &record,
            &summary,
            &base.file,
            vec![("scenario.toml".into(), expanded_study(&base, &study))],
            inputs(&base, Some(&study)),
        );
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&all, &selected, &record.answer, &record.premises),
                files.told(&path)
            ))?,
            Format::Json => print(&summary.json())?,
        }
        Ok(match selected.verdict() {
            Verdict::Pass => Outcome::Pass,
            Verdict::Fail => Outcome::ObjectiveMissed,
            Verdict::Inconclusive => Outcome::Inconclusive,
        })
    }

    fn selector(&self) -> Result<Selector, Fault> {
        let cost =
            Cost::parse(self.cost()).map_err(|why| Fault::Input(format!("--cost: {why}")))?;
        let delta = Delta::parse(&self.delta).ok_or_else(|| {
            Fault::Input(format!(
                "--delta: found {:?}, expected a number above 0, in the unit of the cost, or a share like \"5 %\"",
                self.delta
            ))
        })?;
        Ok(Selector {
            cost,
            within_objectives: self.within_objectives,
            delta,
            alpha: self.alpha,
            first_stage: self.first_stage,
            most_replications: self.most_reps,
        })
    }

    fn cost(&self) -> &str {
        self.cost
            .as_deref()
            .unwrap_or(if self.within_objectives { LOAD } else { COST })
    }

    /// The command that repeats it, with more of `set`.
    fn command(&self, set: &str) -> String {
        let mut command = self.scenario.canonical("best") + set;
        let flags = [
            ("--cost", self.cost().to_string()),
            ("--delta", self.delta.clone()),
            ("--alpha", self.alpha.to_string()),
            ("--first-stage", self.first_stage.to_string()),
            ("--most-reps", self.most_reps.to_string()),
        ];
        let within = self
            .within_objectives
            .then(|| ("--within-objectives", String::new()));
        for (flag, value) in self.vary.given().into_iter().chain(flags).chain(within) {
            command += &written(flag, &value);
        }
        command
    }

    /// What hangs on assumptions, at the best point and at the next ones by their mean cost.
    fn robustness(
        &self,
        all: &[Case],
        selected: &Selected,
        cost: &Cost,
        campaign: &Campaign,
    ) -> Option<Robustness> {
        let order = selected.ranking();
        let verdict = |i: usize| {
            selected
                .verdicts
                .as_ref()
                .map_or(Verdict::Inconclusive, |v| v[i])
        };
        let objectives = |i: usize| {
            if self.within_objectives {
                &all[i].scenario.objectives[..]
            } else {
                &[]
            }
        };
        let label = |i: usize| all[i].point.label();
        let candidate = |i: &usize| Candidate {
            name: label(*i),
            case: &all[*i],
            known: &[],
        };
        let replications = selected.costs.iter().map(|costs| costs.len() as u32);
        let check = RobustnessCheck {
            candidates: order.iter().map(candidate).collect(),
            min_candidates: 1,
            spent: spent(all.iter().zip(replications)),
        };
        let costs = |tried: &Tested| {
            let of =
                |values: &Vec<Vec<Sample>>| cost.evaluate_values(values).ok().map(Sample::Value);
            let known = cost
                .terms
                .iter()
                .all(|(_, metric)| tried.trial.shows(metric));
            let all = known.then(|| {
                tried
                    .samples
                    .values
                    .iter()
                    .map(of)
                    .collect::<Option<Vec<Sample>>>()
            });
            all.flatten().unwrap_or_default()
        };
        let point = |i: &usize| Judged {
            name: label(*i),
            objectives: objectives(*i),
            verdict: verdict(*i),
        };
        let ranking = Ranking {
            points: order.iter().map(point).collect(),
            least: Some(Box::new(costs)),
        };
        check.run(
            campaign,
            |tried| ranking.answer(tried),
            |tested| ranking.judge(tested),
        )
    }

    fn record(
        &self,
        base: &Scenario,
        all: &[Case],
        selected: &Selected,
        premises: Premises,
    ) -> Study {
        let tried = all.iter().zip(&selected.samples);
        Study {
            schema: "rccsim.best/1",
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(all),
            question: base.question.clone(),
            seed: base.plan.seed,
            verdict: selected.verdict(),
            answer: answer(all, selected, self.alpha),
            warnings: base.warnings.clone(),
            command: self.command(""),
            premises,
            tried: tried
                .map(|(a, s)| Tried {
                    values: a.point.values.clone(),
                    samples: s.clone(),
                })
                .collect(),
        }
    }
}
