//! `rccsim compare`: which of several results or scenarios serves better.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::answer::{outcome, shortfall};
use super::compare_side::{Side, all_inputs, of_folder, of_scenario};
use super::conduct::conduct;
use super::design::PrecisionFlags;
use super::fault::Fault;
use super::flags::{ScenarioFlags, flag_text, named_all, shell_quote};
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Contender, Replications, Robustness, compare_all, comparison_robustness, hash_of,
    simulate_until_precise,
};
use crate::quantity::number::{percent, small, whole};
use crate::quantity::parse_share;
use crate::record::inputs::Input;
use crate::record::{self, Assumptions, Record, StudyCase, StudyRecord};
use crate::report::compare::{amount, answer, text};
use crate::report::words::metric_title;
use crate::scenario::{InputFile, Scenario, expanded, input_files};
use crate::study::{
    ComparedMetric, Comparison, Estimate, Judgement, PrecisionTarget, Verdict, judge_all, overall,
};

/// Compare results or scenarios.
#[derive(Args)]
pub(super) struct CompareArgs {
    /// Results folders of run or sweep, or scenario files, which are then simulated; the first is the baseline
    #[arg(required = true, value_name = "RESULTS|FILE")]
    sources: Vec<PathBuf>,
    /// Replications of scenario files, instead of their own
    #[arg(long, value_name = "N", visible_alias = "replications")]
    reps: Option<u64>,
    /// Seed of scenario files, instead of their own
    #[arg(long)]
    seed: Option<u64>,
    /// Set a key of every scenario file: clients.refresh_interval="10 min" for every group
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    precision: PrecisionFlags,
    /// Exit code 3 where an alternative is worse than the baseline in what users miss
    #[arg(long)]
    fail_on_regression: bool,
    /// The least difference that matters for that, in percentage points of what users miss ("0.1 %"): exit code 3 where an
    /// alternative is shown to be worse by more, 4 where that is open
    #[arg(long, value_name = "SHARE", requires = "fail_on_regression")]
    least_difference: Option<String>,
    #[command(flatten)]
    pub study: StudyFlags,
}

impl CompareArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// What cannot be read, or compared, and why.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let targets = self.precision.targets(None)?;
        let least_difference = self.least_difference()?;
        let sides = self.sides()?;
        // What cannot be compared is refused before hours of simulation.
        let Some((baseline, alternatives)) = sides
            .split_first()
            .filter(|(_, alternatives)| !alternatives.is_empty())
        else {
            return Err(Fault::Input(
                "one alternative alone: name a second one to compare it with".into(),
            ));
        };
        for alternative in alternatives {
            baseline
                .contender
                .check_comparable(&alternative.contender)
                .map_err(|why| Fault::Input(why.to_string()))?;
        }
        let points = sides.iter().map(|side| &side.contender.case.scenario);
        memory::check_figures(&points.collect::<Vec<_>>(), false)?;
        self.spares_its_input()?;
        conduct(Alternatives {
            command: self,
            sides,
            targets,
            least_difference,
        })
    }

    fn least_difference(&self) -> Result<Option<f64>, Fault> {
        let Some(text) = &self.least_difference else {
            return Ok(None);
        };
        match parse_share(text) {
            Some(share) if (0.0..=1.0).contains(&share) => Ok(Some(share)),
            _ => Err(Fault::Input(format!(
                "--least-difference: found {text:?}, expected a share from 0 % to 100 %, like \"0.1 %\""
            ))),
        }
    }

    fn sides(&self) -> Result<Vec<Side>, Fault> {
        let mut sides = Vec::new();
        for (path, name) in self.sources.iter().zip(named_all(&self.sources)) {
            if path.is_dir() {
                sides.extend(of_folder(path, &name)?);
                continue;
            }
            let flags = ScenarioFlags {
                file: path.into(),
                set: self.set.clone(),
                seed: self.seed,
                reps: self.reps,
            };
            let of_file = of_scenario(&name, flags.read()?)?;
            for side in &of_file {
                memory::check(&side.contender.case.scenario, self.study.jobs.threads())?;
            }
            sides.extend(of_file);
        }
        Ok(sides)
    }

    /// Refuses to write the comparison over what it compares.
    fn spares_its_input(&self) -> Result<(), Fault> {
        let Some(out) = &self.study.out else {
            return Ok(());
        };
        let is_same_file = |path: &&PathBuf| {
            out.canonicalize()
                .is_ok_and(|out| path.canonicalize().is_ok_and(|p| p == out))
        };
        match self.sources.iter().find(is_same_file) {
            Some(path) => Err(Fault::Input(format!(
                "--out: {} is compared itself; give another folder",
                path.display()
            ))),
            None => Ok(()),
        }
    }
}

/// Alternatives, the baseline first.
struct Alternatives {
    command: CompareArgs,
    sides: Vec<Side>,
    /// How closely the figures of scenario files are wanted.
    targets: Vec<PrecisionTarget>,
    /// The least difference that matters, as a fraction.
    least_difference: Option<f64>,
}

impl Alternatives {
    /// The answer, a line each: what limits it first.
    fn lines(&self, comparison: &Comparison) -> Vec<String> {
        let imprecise = self.sides.iter().find_map(|side| {
            let contender = &side.contender;
            let objectives = &contender.case.scenario.objectives;
            let short = shortfall(contender.samples(), objectives, &self.targets)?;
            Some(format!("{}: {}.", contender.name, small(&short)))
        });
        let mut lines = with_objectives(&self.sides, answer(comparison));
        lines.splice(0..0, imprecise);
        lines.extend(self.beyond(comparison));
        lines.extend(unequal(&self.contenders()));
        lines
    }

    /// What the least difference that matters makes of it.
    fn beyond(&self, comparison: &Comparison) -> Option<String> {
        let least_difference = percent(self.least_difference?);
        Some(match comparison.regression_beyond(self.least_difference?) {
            Verdict::Fail => {
                format!("Users are shown to miss more by over {least_difference} of all: fail.")
            }
            Verdict::Pass => {
                format!("No user figure is worse by more than {least_difference} points: pass.")
            }
            Verdict::Inconclusive => format!(
                "Whether a user figure is worse by more than {least_difference} points is open: more --reps tell."
            ),
        })
    }

    fn contenders(&self) -> Vec<&Contender> {
        self.sides.iter().map(|s| &s.contender).collect()
    }
}

impl Study for Alternatives {
    const COMMAND: &'static str = "compare";
    type Findings = Comparison;

    fn flags(&self) -> &StudyFlags {
        &self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.sides[0].contender.case.scenario
    }

    /// With more of `set`, the command that simulates the baseline: each side has a file of its own to set it in.
    fn command(&self, set: &str) -> String {
        if !set.is_empty() {
            return format!(
                "rccsim run {}{set}, and the same with each of the others",
                shell_quote(&self.sides[0].file)
            );
        }
        let CompareArgs {
            sources,
            reps,
            seed,
            set: overrides,
            precision,
            ..
        } = &self.command;
        let paths = named_all(sources)
            .into_iter()
            .map(|name| shell_quote(&name));
        let reps = reps.iter().map(|n| format!("--reps {n}"));
        let seed = seed.iter().map(|n| format!("--seed {n}"));
        let set = overrides
            .iter()
            .map(|set| format!("--set {}", shell_quote(set)));
        let pairs = precision.flags().into_iter();
        let flags = pairs.map(|(flag, value)| flag_text(flag, &value).trim().to_string());
        let arguments: Vec<String> =
            (paths.chain(reps).chain(seed).chain(set).chain(flags)).collect();
        format!("rccsim compare {}", arguments.join(" "))
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<Comparison>, Fault> {
        let mut contenders: Vec<&mut Contender> =
            self.sides.iter_mut().map(|s| &mut s.contender).collect();
        let max_reps = self.command.precision.most_reps;
        let is_simulated =
            simulate_until_precise(campaign, &mut contenders, &self.targets, max_reps)?;
        Ok(is_simulated.then(|| compare_all(&self.contenders())))
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let missing = self.sides.iter().map(|side| &side.contender);
        let missing = missing.filter(|c| c.samples.is_none());
        let numbers: Vec<usize> = missing.map(|c| c.numbers.len()).collect();
        let replications = Replications {
            first: 0,
            start: numbers.iter().max().map_or(0, |n| *n as u32),
            targets: &self.targets,
            maximum: self.command.precision.most_reps,
        };
        MaxEffort::for_points(replications, numbers.len())
    }

    /// How each alternative stands to the baseline where both are under another value.
    fn robustness(
        &self,
        comparison: &Comparison,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        let describe = |row: &ComparedMetric| {
            let mean = Estimate {
                lower: None,
                upper: None,
                ..row.paired?.difference
            };
            let metric = row.metric;
            let name = small(&metric_title(metric.name));
            Some(format!("{name} {}", amount(&mean, metric.unit)))
        };
        let contenders = self.contenders();
        Ok(comparison_robustness(
            &contenders,
            comparison,
            campaign,
            describe,
        )?)
    }

    fn decisive<'a>(&'a self, _: &'a Comparison) -> Result<Option<Decisive<'a>>, Fault> {
        let down = |side: &&Side| {
            let row = side.contender.samples().figure("down_fraction");
            let estimate = row.and_then(|row| row.estimate);
            estimate.map_or(f64::INFINITY, |e| e.mean)
        };
        let best = self.sides.iter().min_by(|a, b| down(a).total_cmp(&down(b)));
        Ok(best.map(|side| {
            let contender = &side.contender;
            Decisive::new(&contender.case.scenario, contender.samples())
        }))
    }

    fn publication<'a>(
        &'a self,
        comparison: &'a Comparison,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let study_cases = self.sides.iter().map(|side| StudyCase {
            values: vec![("alternative".into(), side.contender.name.clone())],
            samples: side.contender.samples(),
        });
        let study_cases: Vec<StudyCase> = study_cases.collect();
        let hashes = self.sides.iter().map(|s| s.contender.case.hash.as_str());
        let record = StudyRecord {
            scenario_hash: hash_of(hashes),
            verdict: match self.least_difference {
                Some(margin) => comparison.regression_beyond(margin),
                None if comparison.has_regression() => Verdict::Fail,
                None => Verdict::Pass,
            },
            answer: self.answer_text(self.lines(comparison)),
            // Each side has warnings of its own.
            warnings: Vec::new(),
            ..self.record(
                &study_cases,
                record::Comparison::new(comparison),
                assumptions,
            )
        };
        Publication {
            text: text(comparison, &record.answer, &record.assumptions),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Comparison(record),
        }
    }

    fn scenarios(&self) -> Vec<(String, String)> {
        scenarios(&self.sides)
    }

    fn files(&self) -> Vec<InputFile> {
        let scenarios = self.sides.iter().map(|side| &side.contender.case.scenario);
        let files = scenarios.flat_map(|scenario| input_files(scenario, None));
        let by_name: BTreeMap<String, InputFile> = files.map(|f| (f.name.clone(), f)).collect();
        by_name.into_values().collect()
    }

    fn inputs(&self) -> Vec<Input> {
        all_inputs(&self.sides)
    }

    fn outcome(&self, verdict: Verdict) -> Outcome {
        if self.command.fail_on_regression {
            verdict.into()
        } else {
            Outcome::Pass
        }
    }
}

/// That they have unequal numbers of replications, of which only the common ones are compared.
fn unequal(contenders: &[&Contender]) -> Option<String> {
    let numbers: Vec<u32> = (contenders.iter())
        .map(|c| c.samples().replications())
        .collect();
    if numbers.iter().all(|n| *n == numbers[0]) {
        return None;
    }
    let counts: Vec<String> = (contenders.iter().zip(&numbers))
        .map(|(c, n)| format!("{} has {}", c.name, whole((*n).into())))
        .collect();
    Some(format!(
        "Unequal numbers of replications: {}; of each pair those that both have are compared.",
        counts.join(", ")
    ))
}

/// Objectives of so many alternatives are told one by one.
const MOST_TOLD: usize = 4;

/// The answer, with who meets the objectives: that nobody does stands before who is better.
fn with_objectives(sides: &[Side], mut answer: Vec<String>) -> Vec<String> {
    let side_judgements: Vec<(&str, Vec<Judgement>)> = (sides.iter())
        .map(|side| {
            let contender = &side.contender;
            let objectives = &contender.case.scenario.objectives;
            (
                contender.name.as_str(),
                judge_all(objectives, contender.samples()),
            )
        })
        .filter(|(_, judgements)| !judgements.is_empty())
        .collect();
    if side_judgements.is_empty() {
        return answer;
    }
    let passing = (side_judgements.iter()).filter(|(_, j)| overall(j) == Verdict::Pass);
    let passing = passing.count();
    let headline = match (passing, side_judgements.len()) {
        (0, 1) => format!("{} does not meet its objectives", side_judgements[0].0),
        (0, 2) => "Neither meets its objectives".into(),
        (0, _) => "None meets its objectives".into(),
        (1, 1) => format!("{} meets its objectives", side_judgements[0].0),
        (n, total) if n == total => "Each meets its objectives".into(),
        (1, total) => format!("One of {total} meets its objectives"),
        (n, total) => format!("{n} of {total} meet their objectives"),
    };
    let place = if passing == 0 { 0 } else { answer.len() };
    answer.insert(place, format!("{headline}."));
    for (name, judgements) in side_judgements.iter().take(MOST_TOLD) {
        let worst = (judgements.iter()).max_by_key(|j| match j.verdict {
            Verdict::Pass => 0,
            Verdict::Inconclusive => 1,
            Verdict::Fail => 2,
        });
        answer.extend(worst.map(|j| format!("{name}: {}.", outcome(j))));
    }
    answer
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
