//! `rccsim best`: the point of least cost, selected with no more replications than that takes.

use clap::Args;
use serde::Serialize;

use super::Outcome;
use super::campaign::Campaign;
use super::design::{Alternative, PrecisionFlags, VaryFlags, alternatives};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, about, written};
use super::inputs::inputs;
use super::progress::interruptible;
use super::report::{Found, OutFlags};
use crate::quantity::parse_share;
use crate::report::number::{human, rounded, whole};
use crate::report::text::table;
use crate::report::{About, json};
use crate::scenario::expanded_study;
use crate::study::{CONFIDENCE, Cost, Estimate, Selection, Standing, mean_interval};

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
    jobs: JobsFlag,
    #[command(flatten)]
    out: OutFlags,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

/// Units simulated ahead of the procedure, so that no core waits; what it does not ask for is not counted.
const AHEAD: usize = 16;

/// The costs of each point, by replication, and where the selection stands.
struct Selected {
    delta: f64,
    costs: Vec<Vec<f64>>,
    standing: Standing,
    observations: usize,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    #[serde(flatten)]
    about: &'a About,
    cost: &'a str,
    delta: f64,
    alpha: f64,
    observations: usize,
    best: Option<&'a str>,
    within_delta: Vec<&'a str>,
    answer: &'a [String],
    points: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    point: &'a str,
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
        let folder = self.out.open(&base.plan.name, "best")?;
        let campaign = Campaign::new(None, interruptible(), self.quiet)?;
        let Some(selected) = self.jobs.pool()?.install(|| self.select(&campaign, &all, &cost))? else {
            eprintln!("interrupted: a selection keeps nothing");
            return Ok(Outcome::Interrupted);
        };
        let answer = answer(&all, &selected, self.alpha);
        let about = about(&base, self.canonical());
        let summary = self.document(&about, &all, &selected, &answer);
        let files = self.out.write(
            folder,
            &Found {
                about: &about,
                summary: summary.clone(),
                scenario: expanded_study(&base, &study),
                inputs: inputs(&base, Some(&study)),
            },
        )?;
        match self.format {
            Format::Text => print(&format!("{}{files}", text(&all, &selected, &answer)))?,
            Format::Json => print(&summary)?,
        }
        let over = matches!(selected.standing, Standing::Selected { .. });
        Ok(if over { Outcome::Pass } else { Outcome::Inconclusive })
    }

    /// The command that repeats it.
    fn canonical(&self) -> String {
        let mut line = self.scenario.canonical("best");
        for (flag, value) in self.vary.given() {
            line += &written(flag, &value);
        }
        line += &(written("--cost", &self.cost) + &written("--delta", &self.delta));
        line += &(written("--alpha", &self.alpha.to_string()) + &written("--first-stage", &self.first_stage.to_string()));
        line + &written("--most-reps", &self.most_reps.to_string())
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
        let first: Vec<usize> = (0..all.len()).collect();
        if !observe(campaign, all, cost, &first, self.first_stage as usize, &mut costs)? {
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
                if !observe(campaign, all, cost, survivors, round + ahead, &mut costs)? {
                    return Ok(None);
                }
            }
            let observed: Vec<f64> = survivors.iter().map(|i| costs[*i][round]).collect();
            standing = selection.round(&observed);
        }
        // What was simulated ahead and never asked for depends on nothing that should be seen.
        let rounds = selection.observations_of();
        costs.iter_mut().zip(rounds).for_each(|(costs, n)| costs.truncate(n));
        Ok(Some(Selected { delta, costs, standing, observations: selection.observations() }))
    }

    fn document(&self, about: &About, all: &[Alternative], selected: &Selected, answer: &[String]) -> String {
        let labels: Vec<String> = all.iter().map(|a| a.point.label()).collect();
        let (best, within) = match &selected.standing {
            Standing::Selected { best, within_delta } => (Some(labels[*best].as_str()), within_delta.clone()),
            Standing::Open(_) => (None, Vec::new()),
        };
        let line =
            |(label, costs): (&'_ String, &Vec<f64>)| (label.clone(), costs.len(), mean_interval(costs, CONFIDENCE));
        let lines: Vec<(String, usize, Option<Estimate>)> = labels.iter().zip(&selected.costs).map(line).collect();
        json(&Document {
            schema: "rccsim.best/1",
            about,
            cost: &self.cost,
            delta: rounded(selected.delta),
            alpha: self.alpha,
            observations: selected.observations,
            best,
            within_delta: within.iter().map(|i| labels[*i].as_str()).collect(),
            answer,
            points: lines
                .iter()
                .map(|(point, replications, e)| Line {
                    point,
                    replications: *replications,
                    mean: e.map(|e| rounded(e.mean)),
                    lower: e.and_then(|e| e.lower).map(rounded),
                    upper: e.and_then(|e| e.upper).map(rounded),
                })
                .collect(),
        })
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
    format!("{}\n\nCost\n{}", answer.join("\n"), table(&rows, true))
}
