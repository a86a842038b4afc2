//! `rccsim best`: the point of least cost, selected with no more replications than that takes.

use clap::Args;

use super::best_answer::{Selected, answer, body, text};
use super::design::{PrecisionFlags, VaryFlags};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Candidate, Case, Judged, Ranking, Robustness, RobustnessCheck, Tested, cases,
    hash_of, scopes, spent,
};
use crate::measure::Sample;
use crate::quantity::parse_share;
use crate::report::Premises;
use crate::report::study::{Study, Tried};
use crate::scenario::{Scenario, expanded_study};
use crate::study::{
    Cost, Samples, Selection, SelectionState, Verdict, checkpoints, judge_all, overall,
};

/// Select the best point.
#[derive(Args)]
pub struct Best {
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

/// Units simulated ahead of the procedure, so that no core waits; what it does not ask for is not counted.
const AHEAD: usize = 16;
const COST: &str = "message_rate_per_s + 100 * missed_toasts_per_client_hour";
const LOAD: &str = "message_rate_per_s";

impl Best {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub fn run(self) -> Result<Outcome, Fault> {
        let input = |flag: &str, why: String| Fault::Input(format!("{flag}: {why}"));
        let cost = Cost::parse(self.cost()).map_err(|why| input("--cost", why))?;
        let base = self.scenario.read()?;
        let study = self.vary.study(&base, &PrecisionFlags::default())?;
        let all = cases(&base, &study)?;
        // Within the objectives two may be left, of which guessing finds the better one half of the time.
        let fewest = if self.within_objectives {
            all.len().min(2)
        } else {
            all.len()
        };
        if Selection::new(fewest, self.first_stage as usize, self.alpha, 1.0).is_none() {
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
        let selected = pool.install(|| self.select(&results.campaign, &all, &cost))?;
        let premises = selected.as_ref().and_then(|selected| {
            pool.install(|| {
                results.premises(
                    |campaign| self.robustness(&all, selected, &cost, campaign),
                    |set| self.command(set),
                )
            })
        });
        results.tell(premises.is_none());
        let Some((selected, premises)) = selected.zip(premises) else {
            return Ok(Outcome::Interrupted);
        };
        let record = self.record(&base, &all, &selected, premises);
        let document = record.json(&body(&all, &selected, self.cost(), self.alpha));
        let files = Files::of(
            &record,
            &document,
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
            Format::Json => print(&document)?,
        }
        Ok(match selected.verdict() {
            Verdict::Pass => Outcome::Pass,
            Verdict::Fail => Outcome::ObjectiveMissed,
            Verdict::Inconclusive => Outcome::Inconclusive,
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
            verdict: selected.verdict().name(),
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

    /// The least difference that matters, once the first stage is known.
    fn delta(&self, least: f64) -> Result<f64, Fault> {
        let share = parse_share(&self.delta).map(|share| share * least.abs());
        let delta = share
            .or_else(|| self.delta.trim().parse().ok())
            .filter(|d: &f64| d.is_finite() && *d > 0.0);
        delta.ok_or_else(|| {
            let why = if share.is_some() {
                ": the least mean is 0, so a share of it says nothing; give a number"
            } else {
                ""
            };
            Fault::Input(format!(
                "--delta: found {:?}, expected a number above 0, in the unit of the cost, or a share like \"5 %\"{why}",
                self.delta
            ))
        })
    }

    fn select(
        &self,
        campaign: &Campaign,
        all: &[Case],
        cost: &Cost,
    ) -> Result<Option<Selected>, Fault> {
        let plans = all.iter().map(|a| &a.scenario.plan);
        let samples = plans.map(|p| Samples::new(scopes(p), p.horizon)).collect();
        let mut observed = Observed {
            costs: vec![Vec::new(); all.len()],
            samples,
        };
        let mut observe = |points: &[usize], until: usize, observed: &mut Observed| {
            observed.extend(campaign, all, cost, points, until)
        };
        let everything: Vec<usize> = (0..all.len()).collect();
        let mut verdicts = None;
        if self.within_objectives {
            let Some(judged) = self.judge(all, &everything, &mut observed, &mut observe)? else {
                return Ok(None);
            };
            verdicts = Some(judged);
        }
        let serves = |i: &usize| {
            verdicts
                .as_ref()
                .is_none_or(|v: &Vec<Verdict>| v[*i] == Verdict::Pass)
        };
        let candidates: Vec<usize> = everything.into_iter().filter(serves).collect();
        let mut spent: Vec<usize> = observed.costs.iter().map(Vec::len).collect();
        if !observe(&candidates, self.first_stage as usize, &mut observed)? {
            return Ok(None);
        }
        let mean =
            |i: &usize| observed.costs[*i].iter().sum::<f64>() / observed.costs[*i].len() as f64;
        let least = candidates.iter().map(mean).fold(f64::INFINITY, f64::min);
        let (mut delta, mut standing) = (None, None);
        if let [only] = candidates[..] {
            standing = Some(SelectionState::Selected {
                best: only,
                within_delta: Vec::new(),
            });
        } else if !candidates.is_empty() {
            let d = self.delta(least)?;
            delta = Some(d);
            let Some(mut selection) =
                Selection::new(candidates.len(), self.first_stage as usize, self.alpha, d)
            else {
                unreachable!("fewer alternatives than were checked before")
            };
            while let SelectionState::Open(survivors) = selection.state() {
                let survivors: Vec<usize> = survivors.into_iter().map(|i| candidates[i]).collect();
                let round = selection.rounds();
                if round >= self.most_reps as usize {
                    break;
                }
                if survivors.iter().any(|i| observed.costs[*i].len() <= round) {
                    let ahead = AHEAD.div_ceil(survivors.len());
                    if !observe(&survivors, round + ahead, &mut observed)? {
                        return Ok(None);
                    }
                }
                let costs: Vec<f64> = survivors
                    .iter()
                    .map(|i| observed.costs[*i][round])
                    .collect();
                selection.round(&costs);
            }
            for (i, n) in candidates.iter().zip(selection.observations_of()) {
                spent[*i] = spent[*i].max(n);
            }
            standing = Some(selection.state().of(&candidates));
        }
        // What was simulated ahead and never asked for depends on nothing that should be seen.
        observed
            .costs
            .iter_mut()
            .zip(&spent)
            .for_each(|(costs, n)| costs.truncate(*n));
        let samples = observed
            .samples
            .iter()
            .zip(&spent)
            .map(|(s, n)| s.only(&s.numbers[..*n]))
            .collect();
        Ok(Some(Selected {
            verdicts,
            delta,
            samples,
            costs: observed.costs,
            standing,
        }))
    }

    /// Judges every point, with more replications at fixed checkpoints where the verdict is not clear yet; `None`:
    /// interrupted.
    fn judge(
        &self,
        all: &[Case],
        points: &[usize],
        observed: &mut Observed,
        observe: &mut impl FnMut(&[usize], usize, &mut Observed) -> Result<bool, Fault>,
    ) -> Result<Option<Vec<Verdict>>, Fault> {
        let mut verdicts = vec![Verdict::Inconclusive; points.len()];
        for n in checkpoints(self.first_stage, self.most_reps) {
            let open: Vec<usize> = points
                .iter()
                .copied()
                .filter(|i| verdicts[*i] == Verdict::Inconclusive)
                .collect();
            if !observe(&open, n as usize, observed)? {
                return Ok(None);
            }
            for i in open {
                verdicts[i] = overall(&judge_all(
                    &all[i].scenario.objectives,
                    &observed.samples[i],
                ));
            }
        }
        Ok(Some(verdicts))
    }
}

/// What each point said, and what it cost, by replication.
struct Observed {
    costs: Vec<Vec<f64>>,
    samples: Vec<Samples>,
}

impl Observed {
    /// Observes points until each has so many replications; whether it was not interrupted.
    fn extend(
        &mut self,
        campaign: &Campaign,
        all: &[Case],
        cost: &Cost,
        points: &[usize],
        until: usize,
    ) -> Result<bool, Fault> {
        let missing = |i: &usize| (self.costs[*i].len()..until).map(|r| r as u32);
        let wanted: Vec<(usize, u32)> = points
            .iter()
            .flat_map(|i| missing(i).map(|r| (*i, r)))
            .collect();
        let Some(observed) = campaign.observe(all, &wanted)? else {
            return Ok(false);
        };
        for ((i, replication), observation) in wanted.into_iter().zip(observed) {
            self.costs[i].push(cost.evaluate(&observation).map_err(|metric| {
                Fault::Input(format!(
                    "--cost: {} has no value in replication {} of {}: nothing of that kind happened",
                    metric.name,
                    replication + 1,
                    all[i].point.label()
                ))
            })?);
            self.samples[i].add(replication, observation);
        }
        Ok(true)
    }
}
