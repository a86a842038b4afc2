//! `rccsim best`: the point of least cost, selected with no more replications than that takes.

use clap::Args;
use serde::Serialize;

use super::campaign::Campaign;
use super::design::{Alternative, PrecisionFlags, VaryFlags, alternatives};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::replicate::scopes;
use super::results::{Files, ResultsFlags};
use super::sweep::hash_of;
use super::{Outcome, memory};
use crate::quantity::parse_share;
use crate::report::number::{human, rounded, whole};
use crate::report::study::{Study, Tried};
use crate::report::text::table;
use crate::scenario::{Scenario, expanded_study};
use crate::study::{CONFIDENCE, Cost, Estimate, Samples, Selection, Standing, Verdict, mean_interval};

/// Select the best point.
#[derive(Args)]
pub struct Best {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    vary: VaryFlags,
    /// What is to be least: metrics, each at its price
    #[arg(long, default_value = "message_rate_per_s + 100 * missed_toasts_per_client_hour")]
    cost: String,
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

/// What each point said, what it cost by replication, and where the selection stands.
struct Selected {
    delta: f64,
    samples: Vec<Samples>,
    costs: Vec<Vec<f64>>,
    standing: Standing,
    observations: usize,
}

/// What `summary.json` says besides what every study says.
#[derive(Serialize)]
struct Body<'a> {
    cost: &'a str,
    delta: f64,
    alpha: f64,
    observations: usize,
    best: Option<String>,
    within_delta: Vec<String>,
    points: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    point: String,
    replications: usize,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
}

impl Best {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub fn run(self) -> Result<Outcome, Fault> {
        let input = |flag: &str, why: String| Fault::Input(format!("{flag}: {why}"));
        let cost = Cost::parse(&self.cost).map_err(|why| input("--cost", why))?;
        let source = self.scenario.read()?;
        let base = source.scenario(&[])?;
        let study = self.vary.study(&base, &PrecisionFlags::default())?;
        let all = alternatives(&source, &study)?;
        if Selection::new(all.len(), self.first_stage as usize, self.alpha, 1.0).is_none() {
            let why = format!(
                "{} points at an error of {}: a selection needs two points or more, and an error between 0 and what guessing has",
                all.len(),
                self.alpha
            );
            return Err(input("--alpha", why));
        }
        for alternative in &all {
            memory::check(&alternative.scenario, self.jobs.threads())?;
        }
        let results = self.results.open(&base.plan.name, "best", self.quiet)?;
        let selected = self.jobs.pool()?.install(|| self.select(&results.campaign, &all, &cost))?;
        results.tell(selected.is_none());
        let Some(selected) = selected else { return Ok(Outcome::Interrupted) };
        let record = self.record(&base, &all, &selected);
        let document = record.json(&self.body(&all, &selected));
        let files = Files::of(
            &record,
            &document,
            vec![("scenario.toml".into(), expanded_study(&base, &study))],
            inputs(&base, Some(&study)),
        );
        let path = results.publish(&files)?;
        match self.format {
            Format::Text => print(&format!("{}{}", text(&all, &selected, &record.answer), files.told(&path)))?,
            Format::Json => print(&document)?,
        }
        Ok(match selected.verdict() {
            Verdict::Pass => Outcome::Pass,
            _ => Outcome::Inconclusive,
        })
    }

    fn record(&self, base: &Scenario, all: &[Alternative], selected: &Selected) -> Study {
        let mut command = self.scenario.canonical("best");
        let flags = [
            ("--cost", self.cost.clone()),
            ("--delta", self.delta.clone()),
            ("--alpha", self.alpha.to_string()),
            ("--first-stage", self.first_stage.to_string()),
            ("--most-reps", self.most_reps.to_string()),
        ];
        for (flag, value) in self.vary.given().into_iter().chain(flags) {
            command += &written(flag, &value);
        }
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
            command,
            tried: tried.map(|(a, s)| Tried { values: a.point.values.clone(), samples: s.clone() }).collect(),
        }
    }

    /// The least difference that matters, once the first stage is known.
    fn delta(&self, least: f64) -> Result<f64, Fault> {
        let share = parse_share(&self.delta).map(|share| share * least.abs());
        let delta = share.or_else(|| self.delta.trim().parse().ok()).filter(|d: &f64| d.is_finite() && *d > 0.0);
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

    fn select(&self, campaign: &Campaign, all: &[Alternative], cost: &Cost) -> Result<Option<Selected>, Fault> {
        let mut costs: Vec<Vec<f64>> = vec![Vec::new(); all.len()];
        let plans = all.iter().map(|a| &a.scenario.plan);
        let mut samples: Vec<Samples> = plans.map(|p| Samples::new(scopes(p), p.horizon)).collect();
        let first: Vec<usize> = (0..all.len()).collect();
        let mut observe = |points: &[usize], until: usize, costs: &mut [Vec<f64>]| {
            observe(campaign, all, cost, points, until, costs, &mut samples)
        };
        if !observe(&first, self.first_stage as usize, &mut costs)? {
            return Ok(None);
        }
        let mean = |costs: &Vec<f64>| costs.iter().sum::<f64>() / costs.len() as f64;
        let delta = self.delta(costs.iter().map(mean).fold(f64::INFINITY, f64::min))?;
        let Some(mut selection) = Selection::new(all.len(), self.first_stage as usize, self.alpha, delta) else {
            unreachable!("checked before")
        };
        let mut standing = selection.standing();
        while let Standing::Open(survivors) = &standing {
            let round = selection.rounds();
            if round >= self.most_reps as usize {
                break;
            }
            if costs[survivors[0]].len() <= round {
                let ahead = AHEAD.div_ceil(survivors.len());
                if !observe(survivors, round + ahead, &mut costs)? {
                    return Ok(None);
                }
            }
            let observed: Vec<f64> = survivors.iter().map(|i| costs[*i][round]).collect();
            standing = selection.round(&observed);
        }
        // What was simulated ahead and never asked for depends on nothing that should be seen.
        let rounds: Vec<usize> = selection.observations_of().collect();
        costs.iter_mut().zip(&rounds).for_each(|(costs, n)| costs.truncate(*n));
        let samples = samples.iter().zip(rounds).map(|(s, n)| s.only(&s.numbers[..n])).collect();
        Ok(Some(Selected { delta, samples, costs, standing, observations: selection.observations() }))
    }

    fn body<'a>(&'a self, all: &'a [Alternative], selected: &'a Selected) -> Body<'a> {
        let label = |i: usize| all[i].point.label();
        let (best, within) = match &selected.standing {
            Standing::Selected { best, within_delta } => (Some(label(*best)), within_delta.clone()),
            Standing::Open(_) => (None, Vec::new()),
        };
        let line = |(i, costs): (usize, &Vec<f64>)| (label(i), costs.len(), mean_interval(costs, CONFIDENCE));
        let lines: Vec<(String, usize, Option<Estimate>)> = selected.costs.iter().enumerate().map(line).collect();
        Body {
            cost: &self.cost,
            delta: rounded(selected.delta),
            alpha: self.alpha,
            observations: selected.observations,
            best,
            within_delta: within.into_iter().map(label).collect(),
            points: lines
                .into_iter()
                .map(|(point, replications, e)| Line {
                    point,
                    replications,
                    mean: e.map(|e| rounded(e.mean)),
                    lower: e.and_then(|e| e.lower).map(rounded),
                    upper: e.and_then(|e| e.upper).map(rounded),
                })
                .collect(),
        }
    }
}

impl Selected {
    /// pass: something was selected.
    fn verdict(&self) -> Verdict {
        match self.standing {
            Standing::Selected { .. } => Verdict::Pass,
            Standing::Open(_) => Verdict::Inconclusive,
        }
    }
}

/// Observes points until each has so many replications; whether it was not interrupted.
fn observe(
    campaign: &Campaign,
    all: &[Alternative],
    cost: &Cost,
    points: &[usize],
    until: usize,
    costs: &mut [Vec<f64>],
    samples: &mut [Samples],
) -> Result<bool, Fault> {
    let wanted: Vec<(usize, u32)> =
        points.iter().flat_map(|i| (costs[*i].len()..until).map(|r| (*i, r as u32))).collect();
    let Some(observed) = campaign.observe(all, &wanted)? else { return Ok(false) };
    for ((i, replication), observation) in wanted.into_iter().zip(observed) {
        costs[i].push(cost.of(&observation).map_err(|metric| {
            Fault::Input(format!(
                "--cost: {} has no value in replication {} of {}: nothing of that kind happened",
                metric.name,
                replication + 1,
                all[i].point.label()
            ))
        })?);
        samples[i].add(replication, observation);
    }
    Ok(true)
}

fn answer(all: &[Alternative], selected: &Selected, alpha: f64) -> Vec<String> {
    let label = |i: &usize| all[*i].point.label();
    let spent = format!("{} replications in all", whole(selected.observations as u64));
    let sure = format!("{} %", human((1.0 - alpha) * 100.0));
    match &selected.standing {
        Standing::Open(left) => vec![format!(
            "Not decided after {spent}: {} are left; a larger --delta or more --most-reps decide.",
            left.iter().map(label).collect::<Vec<_>>().join("; ")
        )],
        Standing::Selected { best, within_delta } if within_delta.is_empty() => vec![format!(
            "{} is best: where it is better than every other by {} or more, this is right with {sure} ({spent}).",
            label(best),
            human(selected.delta)
        )],
        Standing::Selected { best, within_delta } => vec![
            format!("{} has the least cost, but these are within {} of it:", label(best), human(selected.delta)),
            format!("  {}", within_delta.iter().map(label).collect::<Vec<_>>().join("; ")),
            format!(
                "Any of them serves as well, as far as a difference of {} matters ({sure}, {spent}).",
                human(selected.delta)
            ),
        ],
    }
}

fn text(all: &[Alternative], selected: &Selected, answer: &[String]) -> String {
    let mut rows = vec![["point", "replications", "cost", ""].map(String::from).to_vec()];
    for (i, (a, costs)) in all.iter().zip(&selected.costs).enumerate() {
        let e = mean_interval(costs, CONFIDENCE);
        let figure = e.map_or("–".into(), |e| match e.half_width() {
            Some(half) => format!("{} ± {}", human(e.mean), human(half)),
            None => human(e.mean),
        });
        let note = match &selected.standing {
            Standing::Selected { best, .. } if *best == i => "best",
            Standing::Selected { within_delta, .. } if within_delta.contains(&i) => "within δ",
            Standing::Open(left) if left.contains(&i) => "left",
            _ => "",
        };
        rows.push(vec![a.point.label(), whole(costs.len() as u64), figure, note.into()]);
    }
    format!("{}\n\nCost\n{}\n", answer.join("\n"), table(&rows, true))
}
