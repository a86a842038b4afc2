//! `rccsim compare`: which of several results or scenarios serves better.

use std::path::{Path, PathBuf};

use clap::Args;

use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, quoted};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Candidate, Case, Finding, Place, Robustness, RobustnessCheck, Tested, cases, hash_of,
    scopes, spent,
};
use crate::measure::Scope;
use crate::report::compare::{Against, Comparison, amount, answer, body, text};
use crate::report::inputs::{self as table, Input};
use crate::report::study::{Study, Tried};
use crate::report::summary::SCHEMA;
use crate::report::{Premises, VERSION, read_manifest, tables};
use crate::scenario::catalogue::Standing;
use crate::scenario::{Scenario, Source, expanded};
use crate::study::{
    CONFIDENCE, ComparedMetric, DECISIVE, Estimate, Relation, Samples, bonferroni, compare, verdict,
};

/// Compare results or scenarios.
#[derive(Args)]
pub struct Compare {
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

/// One of those that are compared.
struct Side {
    name: String,
    /// The scenario's file.
    file: String,
    /// What it assumes, where that is known from results and not from the scenario.
    known: Vec<Place>,
    case: Case,
    /// Every input; of a folder with where it came from when that was made.
    inputs: Vec<Input>,
    /// Numbers of its replications, counted from 0.
    numbers: Vec<u32>,
    /// What they said; of a scenario file, once it is simulated.
    samples: Option<Samples>,
}

impl Side {
    fn samples(&self) -> &Samples {
        self.samples
            .as_ref()
            .unwrap_or_else(|| unreachable!("{} is simulated before it is compared", self.name))
    }
}

/// The figures beside those that decide.
const BESIDE: [&str; 5] = [
    "missed_toasts_per_client_hour",
    "session_drops",
    "recovery_mean_s",
    "message_rate_per_s",
    "message_rate_peak_per_s",
];

/// The inputs of the baseline, and of the others those that differ from it.
fn all_inputs(sides: &[Side]) -> Vec<Input> {
    let mut all = sides
        .first()
        .map_or_else(Vec::new, |side| side.inputs.clone());
    let baseline = all.clone();
    let same = |a: &Input, b: &Input| {
        (&a.table, &a.name, &a.key, &a.value) == (&b.table, &b.name, &b.key, &b.value)
    };
    for side in sides.iter().skip(1) {
        let differs = |i: &&Input| !baseline.iter().any(|b| same(i, b));
        let table = |i: Input| Input {
            table: format!("{}: {}", side.name, i.table),
            ..i
        };
        all.extend(
            side.inputs
                .iter()
                .filter(|i| differs(i))
                .cloned()
                .map(table),
        );
    }
    all
}

impl Compare {
    /// Runs the command.
    ///
    /// # Errors
    /// What cannot be read, or compared, and why.
    pub fn run(self) -> Result<Outcome, Fault> {
        let mut sides = Vec::new();
        for path in &self.of {
            sides.extend(if path.is_dir() {
                of_folder(path)?
            } else {
                self.of_scenario(path)?
            });
        }
        // What cannot be compared is refused before hours of simulation.
        let Some((baseline, others)) = sides.split_first().filter(|(_, others)| !others.is_empty())
        else {
            return Err(Fault::Input(
                "one alternative alone: name a second one to compare it with".into(),
            ));
        };
        others
            .iter()
            .try_for_each(|other| comparable(baseline, other))?;
        self.spares_its_input()?;
        let scenario = baseline.case.scenario.plan.name.clone();
        let results = self.results.open(&scenario, "compare", self.quiet)?;
        let pool = self.jobs.pool()?;
        if !pool.install(|| simulate(&results.campaign, &mut sides))? {
            results.tell(true);
            return Ok(Outcome::Interrupted);
        }
        let (baseline, others) = sides
            .split_first()
            .unwrap_or_else(|| unreachable!("two or more"));
        let confidence = bonferroni(CONFIDENCE, others.len() * DECISIVE.len());
        let comparison = Comparison {
            baseline: baseline.name.clone(),
            confidence,
            others: others
                .iter()
                .map(|other| against(baseline, other, confidence))
                .collect(),
        };
        let premises = pool.install(|| {
            results.premises(
                |campaign| robustness(&sides, &comparison, campaign),
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
        let document = record.json(&body(&comparison));
        let files = Files::of(&record, &document, scenarios(&sides), all_inputs(&sides));
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&comparison, &record.premises),
                files.told(&path)
            ))?,
            Format::Json => print(&document)?,
        }
        let regressed = self.fail_on_regression && comparison.has_regression();
        Ok(if regressed {
            Outcome::ObjectiveMissed
        } else {
            Outcome::Pass
        })
    }

    /// A scenario file; each of its points where it has a study.
    fn of_scenario(&self, path: &Path) -> Result<Vec<Side>, Fault> {
        let flags = ScenarioFlags {
            file: path.into(),
            set: Vec::new(),
            seed: self.seed,
            reps: self.reps,
        };
        let all = points(flags.read()?)?;
        for case in &all {
            memory::check(&case.scenario, self.jobs.threads())?;
        }
        let side = |case: Case| Side {
            name: name(path, &case),
            file: path.display().to_string(),
            known: Vec::new(),
            numbers: (0..case.scenario.replications).collect(),
            inputs: inputs(&case.scenario, None),
            case,
            samples: None,
        };
        Ok(all.into_iter().map(side).collect())
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
        let all: Vec<Case> = sides.iter().map(|s| s.case.clone()).collect();
        let base = &sides[0].case.scenario;
        let values = |side: &Side| vec![("alternative".to_string(), side.name.clone())];
        Study {
            schema: "rccsim.compare/1",
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(&all),
            question: base.question.clone(),
            seed: base.plan.seed,
            verdict: if comparison.has_regression() {
                "fail"
            } else {
                "pass"
            },
            answer: answer(comparison),
            warnings: Vec::new(),
            command,
            premises,
            tried: sides
                .iter()
                .map(|s| Tried {
                    values: values(s),
                    samples: s.samples().clone(),
                })
                .collect(),
        }
    }
}

/// Simulates the sides that have no samples yet; whether it was not interrupted.
fn simulate(campaign: &Campaign, sides: &mut [Side]) -> Result<bool, Fault> {
    let missing: Vec<usize> = (0..sides.len())
        .filter(|i| sides[*i].samples.is_none())
        .collect();
    let all: Vec<Case> = missing.iter().map(|i| sides[*i].case.clone()).collect();
    let wanted: Vec<(usize, u32)> = missing
        .iter()
        .enumerate()
        .flat_map(|(a, i)| sides[*i].numbers.iter().map(move |number| (a, *number)))
        .collect();
    let Some(observed) = campaign.observe(&all, &wanted)? else {
        return Ok(false);
    };
    for ((a, number), observation) in wanted.into_iter().zip(observed) {
        let plan = &all[a].scenario.plan;
        let empty = || Samples::new(scopes(plan), plan.horizon);
        sides[missing[a]]
            .samples
            .get_or_insert_with(empty)
            .add(number, observation);
    }
    Ok(true)
}

/// What hangs on assumptions: how each alternative stands to the baseline where both are under another value.
fn robustness(sides: &[Side], comparison: &Comparison, campaign: &Campaign) -> Option<Robustness> {
    let candidates = sides.iter().map(|side| Candidate {
        name: side.name.clone(),
        case: &side.case,
        known: &side.known,
    });
    let replications = |side: &Side| side.numbers.len() as u32;
    let check = RobustnessCheck {
        candidates: candidates.collect(),
        min_candidates: sides.len(),
        spent: spent(sides.iter().map(|side| (&side.case, replications(side)))),
    };
    let answer = |tried: usize| {
        let others = comparison.others.iter().take(tried.saturating_sub(1));
        let relations: Vec<&str> = others.map(|o| o.verdict.name()).collect();
        relations.join(" ")
    };
    check.run(campaign, answer, |tested| judge(comparison, tested))
}

/// How trials of the alternatives stand to that of the baseline.
fn judge(comparison: &Comparison, tried: &[Tested]) -> Finding {
    let (mut stands, mut parts, mut settled) = (Vec::new(), Vec::new(), true);
    let Some((baseline, others)) = tried.split_first() else {
        unreachable!("a comparison has a baseline")
    };
    for (against, other) in comparison.others.iter().zip(others) {
        let figures = compare(
            baseline.samples,
            other.samples,
            &DECISIVE,
            comparison.confidence,
        );
        let stand = verdict(&figures);
        // That two cannot be told apart is shown only where the trial sees that their difference is not what it was.
        let is_gone = |now: &ComparedMetric| {
            let before = against
                .figures
                .iter()
                .find(|f| f.metric == now.metric && f.relation != Relation::Indistinguishable);
            let bounds = now
                .paired
                .and_then(|p| p.difference.lower.zip(p.difference.upper));
            let mean = before.and_then(|f| f.paired).map(|p| p.difference.mean);
            bounds
                .zip(mean)
                .is_some_and(|((lower, upper), mean)| mean < lower || mean > upper)
        };
        settled &= stand != Relation::Indistinguishable || figures.iter().any(is_gone);
        let differences = figures
            .iter()
            .filter(|f| f.relation != Relation::Indistinguishable);
        let told = differences
            .filter_map(|f| Some((f, f.paired?.difference)))
            .map(|(f, difference)| {
                let short = Estimate {
                    lower: None,
                    upper: None,
                    ..difference
                };
                format!("{} {}", f.metric.name, amount(&short, f.metric.unit))
            });
        let told: Vec<String> = std::iter::once(stand.name().to_string())
            .chain(told)
            .collect();
        let name = if others.len() > 1 {
            format!("{}: ", against.name)
        } else {
            String::new()
        };
        parts.push(format!("{name}{}", told.join(", ")));
        stands.push(stand.name());
    }
    Finding {
        answer: stands.join(" "),
        text: parts.join("; "),
        settled,
        verdict: None,
    }
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
        .map(|(i, side)| (name(i), expanded(&side.case.scenario)))
        .collect()
}

/// The points of a scenario; without a study, itself.
fn points(base: Scenario) -> Result<Vec<Case>, Fault> {
    match &base.study {
        Some(study) => Ok(cases(&base, study)?),
        None => Ok(vec![Case::of(base)]),
    }
}

fn name(path: &Path, case: &Case) -> String {
    let label = case.point.label();
    let path = path.display();
    if label.is_empty() {
        path.to_string()
    } else {
        format!("{path} ({label})")
    }
}

/// A results folder, as its files say; they must be those that its manifest lists.
fn of_folder(path: &Path) -> Result<Vec<Side>, Fault> {
    let bad = |why: String| Fault::Input(format!("{}: {why}", path.display()));
    let manifest = read_manifest(path).ok_or_else(|| {
        bad("no results: there is no valid manifest.json, or the run was not finished".into())
    })?;
    let read = |name: &str| -> Result<String, Fault> {
        let file = path.join(name);
        let bytes = std::fs::read(&file).map_err(|cause| Fault::World {
            what: file.display().to_string(),
            cause,
        })?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        if manifest.files.get(name) != Some(&digest) {
            return Err(bad(format!(
                "{name} is not the file that the manifest lists: it was changed since"
            )));
        }
        String::from_utf8(bytes).map_err(|_| bad(format!("{name} is not UTF-8 text")))
    };
    if manifest.version != VERSION {
        let message = format!(
            "made by version {}, this is {VERSION}: results of different versions differ by themselves; run it again",
            manifest.version
        );
        return Err(bad(message));
    }
    let summary: serde_json::Value =
        serde_json::from_str(&read("summary.json")?).unwrap_or_default();
    if summary["schema"] != SCHEMA {
        return Err(bad(format!(
            "its summary.json is {}, an answer and no alternative: give folders of `run` or `sweep`, or scenario files",
            summary["schema"]
        )));
    }
    let file = path.join("scenario.toml").display().to_string();
    let source = Source::new(&file, &read("scenario.toml")?, path);
    let all = points(source.scenario(&[])?)?;
    let find = |label: &str| all.iter().find(|a| a.point.label() == label);
    let names = |label: &str| {
        find(label).map_or_else(Vec::new, |a| {
            scopes(&a.scenario.plan)
                .iter()
                .map(Scope::to_string)
                .collect()
        })
    };
    let runs = tables::read_runs(&read("runs.csv")?, names)
        .map_err(|why| bad(format!("runs.csv: {why}")))?;
    let written =
        table::read(&read("inputs.csv")?).map_err(|why| bad(format!("inputs.csv: {why}")))?;
    // The scenario with every key written out no longer tells what is assumed in it.
    let assumed = written
        .iter()
        .filter(|i| i.standing == Standing::Assumption.to_string());
    let known: Vec<Place> = assumed
        .map(|i| (i.table.clone(), i.name.clone(), i.key.clone()))
        .collect();
    let mut sides = Vec::new();
    for (label, replications) in runs {
        let case = find(&label).ok_or_else(|| {
            bad(format!(
                "runs.csv has a point {label:?} that scenario.toml has not"
            ))
        })?;
        let plan = &case.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        replications
            .into_iter()
            .for_each(|(number, observation)| samples.add(number, observation));
        let case = case.clone();
        let numbers = samples.numbers.clone();
        let name = name(path, &case);
        let inputs = if label.is_empty() {
            written.clone()
        } else {
            inputs(&case.scenario, None)
        };
        let (file, known) = (file.clone(), known.clone());
        sides.push(Side {
            name,
            file,
            known,
            case,
            inputs,
            numbers,
            samples: Some(samples),
        });
    }
    Ok(sides)
}

/// Refuses what met different luck or served different users: the difference would say nothing of the alternatives.
fn comparable(a: &Side, b: &Side) -> Result<(), Fault> {
    let (p, q) = (&a.case.scenario.plan, &b.case.scenario.plan);
    let groups = |plan: &crate::deployment::Plan| {
        let mut all: Vec<String> = plan
            .clients
            .iter()
            .map(|c| format!("{} {}", c.count, c.name))
            .collect();
        all.sort();
        all.join(" and ")
    };
    let clock = crate::quantity::print_clock;
    let span = |t: crate::quantity::Time| crate::quantity::print_span(crate::quantity::Span(t.0));
    let checks = [
        ("seed", p.seed.to_string(), q.seed.to_string()),
        ("start", clock(p.start), clock(q.start)),
        ("horizon", span(p.horizon), span(q.horizon)),
        ("client population", groups(p), groups(q)),
    ];
    for (what, one, other) in checks {
        if one != other {
            return Err(Fault::Input(format!(
                "{} and {} cannot be compared: {what} {one} against {other}; the replications are paired by the same luck of the same users",
                a.name, b.name
            )));
        }
    }
    let both = a.numbers.iter().filter(|n| b.numbers.contains(n)).count();
    if both < 2 {
        return Err(Fault::Input(format!(
            "{} and {} have {both} replications in common, at least 2 are needed to see a spread: more --reps",
            a.name, b.name
        )));
    }
    Ok(())
}

fn against(baseline: &Side, other: &Side, confidence: f64) -> Against {
    let wanted = baseline
        .case
        .scenario
        .objectives
        .iter()
        .filter(|o| o.cause.is_none())
        .map(|o| o.metric.name);
    let mut metrics: Vec<&str> = DECISIVE.into_iter().collect();
    for metric in wanted.chain(BESIDE) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let figures = compare(baseline.samples(), other.samples(), &metrics, confidence);
    let replications = figures.first().map_or(0, |f| f.other.replications);
    Against {
        name: other.name.clone(),
        replications,
        verdict: verdict(&figures),
        figures,
    }
}
