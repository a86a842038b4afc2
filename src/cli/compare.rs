//! `rccsim compare`: which of several results or scenarios serves better.

use std::path::PathBuf;

use clap::Args;

use super::compare_side::{Side, all_inputs, of_folder, of_scenario};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, quoted};
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Case, Contender, ExperimentError, Robustness, compare_all, comparison_robustness,
    hash_of, simulate_missing,
};
use crate::record::{Premises, Record, Study, Tried};
use crate::report::compare::{amount, answer, body, text};
use crate::scenario::expanded;
use crate::study::{ComparedMetric, Comparison, Estimate, Verdict};

/// Compare results or scenarios.
#[derive(Args)]
pub(super) struct Compare {
    /// Results folders of run or sweep, or scenario files, which are then simulated; the first is the baseline
    #[arg(required = true, value_name = "RESULTS|FILE")]
    of: Vec<PathBuf>,
    /// Replications of scenario files, instead of their own
    #[arg(long, value_name = "N")]
    reps: Option<u64>,
    /// Seed of scenario files, instead of their own
    #[arg(long)]
    seed: Option<u64>,
    /// Exit code 3 where an alternative is worse than the baseline in what users miss
    #[arg(long)]
    fail_on_regression: bool,
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

impl Compare {
    /// Runs the command.
    ///
    /// # Errors
    /// What cannot be read, or compared, and why.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let mut sides = self.sides()?;
        // What cannot be compared is refused before hours of simulation.
        let Some((baseline, others)) = sides.split_first().filter(|(_, others)| !others.is_empty())
        else {
            return Err(Fault::Input(
                "one alternative alone: name a second one to compare it with".into(),
            ));
        };
        for other in others {
            baseline
                .contender
                .check_comparable(&other.contender)
                .map_err(|why| Fault::Input(why.to_string()))?;
        }
        self.spares_its_input()?;
        let scenario = baseline.contender.case.scenario.plan.name.clone();
        let results = self.results.open(&scenario, "compare", self.quiet)?;
        let pool = self.jobs.pool()?;
        if !pool.install(|| simulate(&results.campaign, &mut sides))? {
            results.tell(true);
            return Ok(Outcome::Interrupted);
        }
        let contenders: Vec<&Contender> = sides.iter().map(|s| &s.contender).collect();
        let comparison = compare_all(&contenders);
        let premises = pool.install(|| {
            results.premises(
                |campaign| robustness(&contenders, &comparison, campaign),
                // Each side has a file of its own to set it in.
                |set| {
                    format!(
                        "rccsim run {}{set}, and the same with each of the others",
                        quoted(&sides[0].file)
                    )
                },
            )
        });
        results.tell(premises.is_none());
        let Some(premises) = premises else {
            return Ok(Outcome::Interrupted);
        };
        let record = self.record(&sides, &comparison, premises);
        let summary = Record::Comparison(record.record(body(&comparison)));
        let files = Files::of(
            &record,
            &summary,
            &sides[0].file,
            scenarios(&sides),
            all_inputs(&sides),
        );
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&comparison, &record.premises),
                files.told(&path)
            ))?,
            Format::Json => print(&summary.json())?,
        }
        let regressed = self.fail_on_regression && comparison.has_regression();
        Ok(if regressed {
            Outcome::ObjectiveMissed
        } else {
            Outcome::Pass
        })
    }

    fn sides(&self) -> Result<Vec<Side>, Fault> {
        let mut sides = Vec::new();
        for path in &self.of {
            if path.is_dir() {
                sides.extend(of_folder(path)?);
                continue;
            }
            let flags = ScenarioFlags {
                file: path.into(),
                set: Vec::new(),
                seed: self.seed,
                reps: self.reps,
            };
            let of_file = of_scenario(path, flags.read()?)?;
            for side in &of_file {
                memory::check(&side.contender.case.scenario, self.jobs.threads())?;
            }
            sides.extend(of_file);
        }
        Ok(sides)
    }

    /// Refuses to write the comparison over what it compares.
    fn spares_its_input(&self) -> Result<(), Fault> {
        let Some(out) = &self.results.out else {
            return Ok(());
        };
        let same = |path: &&PathBuf| {
            out.canonicalize()
                .is_ok_and(|out| path.canonicalize().is_ok_and(|p| p == out))
        };
        match self.of.iter().find(same) {
            Some(path) => Err(Fault::Input(format!(
                "--out: {} is compared itself; give another folder",
                path.display()
            ))),
            None => Ok(()),
        }
    }

    fn record(&self, sides: &[Side], comparison: &Comparison, premises: Premises) -> Study {
        let mut command = "rccsim compare".to_string();
        self.of
            .iter()
            .for_each(|path| command += &format!(" {}", quoted(&path.display().to_string())));
        self.reps
            .iter()
            .for_each(|n| command += &format!(" --reps {n}"));
        self.seed
            .iter()
            .for_each(|n| command += &format!(" --seed {n}"));
        let all: Vec<Case> = sides.iter().map(|s| s.contender.case.clone()).collect();
        let base = &sides[0].contender.case.scenario;
        let values = |side: &Side| vec![("alternative".to_string(), side.contender.name.clone())];
        Study {
            schema: "rccsim.compare/1",
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(&all),
            question: base.question.clone(),
            seed: base.plan.seed,
            verdict: if comparison.has_regression() {
                Verdict::Fail
            } else {
                Verdict::Pass
            },
            answer: answer(comparison),
            warnings: Vec::new(),
            command,
            premises,
            tried: sides
                .iter()
                .map(|s| Tried {
                    values: values(s),
                    samples: s.contender.samples().clone(),
                })
                .collect(),
        }
    }
}

/// Simulates the sides that have no samples yet; whether it was not interrupted.
fn simulate(campaign: &Campaign, sides: &mut [Side]) -> Result<bool, ExperimentError> {
    let mut contenders: Vec<&mut Contender> = sides.iter_mut().map(|s| &mut s.contender).collect();
    simulate_missing(campaign, &mut contenders)
}

/// What hangs on assumptions: how each alternative stands to the baseline where both are under another value.
fn robustness(
    contenders: &[&Contender],
    comparison: &Comparison,
    campaign: &Campaign,
) -> Option<Robustness> {
    let describe = |compared: &ComparedMetric| {
        let mean = Estimate {
            lower: None,
            upper: None,
            ..compared.paired?.difference
        };
        let metric = compared.metric;
        Some(format!("{} {}", metric.name, amount(&mean, metric.unit)))
    };
    comparison_robustness(contenders, comparison, campaign, describe)
}

/// Each scenario with every key: of the baseline `scenario.toml`, of the others `scenario-2.toml` and so on.
fn scenarios(sides: &[Side]) -> Vec<(String, String)> {
    let name = |i: usize| {
        if i == 0 {
            "scenario.toml".into()
        } else {
            format!("scenario-{}.toml", i + 1)
        }
    };
    sides
        .iter()
        .enumerate()
        .map(|(i, side)| (name(i), expanded(&side.contender.case.scenario)))
        .collect()
}
