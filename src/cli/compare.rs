//! `rccsim compare`: which of several results or scenarios serves better.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::campaign::{Campaign, Replications};
use super::design::{Alternative, alternatives};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, Source, about, quoted};
use super::inputs::inputs;
use super::progress::interruptible;
use super::replicate::scopes;
use super::report::{Found, OutFlags};
use crate::measure::Scope;
use crate::report::compare::{Against, Comparison, json, text};
use crate::report::{About, VERSION, read_manifest, tables};
use crate::scenario::{Point, expanded};
use crate::study::{CONFIDENCE, DECISIVE, Samples, bonferroni, compare, verdict};

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

/// One of those that are compared.
struct Side {
    name: String,
    alternative: Alternative,
    version: String,
    samples: Samples,
}

/// The figures beside those that decide.
const BESIDE: [&str; 5] = [
    "missed_toasts_per_client_hour",
    "session_drops",
    "recovery_mean_s",
    "message_rate_per_s",
    "message_rate_peak_per_s",
];

impl Compare {
    /// Runs the command.
    ///
    /// # Errors
    /// What cannot be read, or compared, and why.
    pub fn run(self) -> Result<Outcome, Fault> {
        let mut sides = Vec::new();
        for path in &self.of {
            let found = if path.is_dir() { of_folder(path)? } else { self.of_scenario(path)? };
            let Some(found) = found else { return Ok(Outcome::Interrupted) };
            sides.extend(found);
        }
        let Some((baseline, others)) = sides.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Err(Fault::Input("one alternative alone: name a second one to compare it with".into()));
        };
        others.iter().try_for_each(|other| comparable(baseline, other))?;
        let confidence = bonferroni(CONFIDENCE, others.len() * DECISIVE.len());
        let comparison = Comparison {
            baseline: baseline.name.clone(),
            confidence,
            others: others.iter().map(|other| against(baseline, other, confidence)).collect(),
        };
        let about = self.about(&sides);
        let folder = self.out.open(&about.scenario, "compare")?;
        let summary = json(&comparison, &about);
        let baseline = &sides[0].alternative.scenario;
        let files = self.out.write(
            folder,
            &Found {
                about: &about,
                summary: summary.clone(),
                scenario: expanded(baseline),
                inputs: inputs(baseline, None),
            },
        )?;
        match self.format {
            Format::Text => print(&format!("{}{files}", text(&comparison)))?,
            Format::Json => print(&summary)?,
        }
        let regressed = self.fail_on_regression && comparison.has_regression();
        Ok(if regressed { Outcome::ObjectiveMissed } else { Outcome::Pass })
    }

    fn about(&self, sides: &[Side]) -> About {
        let mut hasher = blake3::Hasher::new();
        sides.iter().for_each(|side| {
            hasher.update(side.alternative.hash.as_bytes());
        });
        let mut command = "rccsim compare".to_string();
        self.of.iter().for_each(|path| command += &format!(" {}", quoted(&path.display().to_string())));
        self.reps.iter().for_each(|n| command += &format!(" --reps {n}"));
        self.seed.iter().for_each(|n| command += &format!(" --seed {n}"));
        About {
            scenario_hash: hasher.finalize().to_hex()[..32].into(),
            ..about(&sides[0].alternative.scenario, command)
        }
    }

    /// A scenario file, simulated; each of its points where it has a study.
    fn of_scenario(&self, path: &Path) -> Result<Option<Vec<Side>>, Fault> {
        let flags = ScenarioFlags { file: path.into(), set: Vec::new(), seed: self.seed, reps: self.reps };
        let source = flags.read()?;
        let all = points(&source)?;
        let pool = self.jobs.pool()?;
        let campaign = Campaign::new(None, interruptible(), self.quiet)?;
        let n = all.first().map_or(0, |a| a.scenario.replications);
        let Some(samples) = pool.install(|| campaign.replicate(&all, Replications::fixed(n)))? else {
            return Ok(None);
        };
        let side = |(alternative, samples)| side(path, alternative, VERSION.into(), samples);
        Ok(Some(all.into_iter().zip(samples).map(side).collect()))
    }
}

/// The points of a scenario; without a study, itself.
fn points(source: &Source) -> Result<Vec<Alternative>, Fault> {
    let base = source.scenario(&[])?;
    match &base.study {
        Some(study) => alternatives(source, study),
        None => Ok(vec![Alternative::of(source, Point { values: Vec::new(), overrides: Vec::new() })?]),
    }
}

fn side(path: &Path, alternative: Alternative, version: String, samples: Samples) -> Side {
    let label = alternative.point.label();
    let path = path.display();
    let name = if label.is_empty() { path.to_string() } else { format!("{path} ({label})") };
    Side { name, alternative, version, samples }
}

/// A results folder, as its files say; they must be those that its manifest lists.
fn of_folder(path: &Path) -> Result<Option<Vec<Side>>, Fault> {
    let bad = |why: String| Fault::Input(format!("{}: {why}", path.display()));
    let manifest = read_manifest(path)
        .ok_or_else(|| bad("no results: there is no valid manifest.json, or the run was not finished".into()))?;
    let read = |name: &str| -> Result<String, Fault> {
        let file = path.join(name);
        let bytes = std::fs::read(&file).map_err(|cause| Fault::World { what: file.display().to_string(), cause })?;
        let digest = blake3::hash(&bytes).to_hex().to_string();
        if manifest.files.get(name) != Some(&digest) {
            return Err(bad(format!("{name} is not the file that the manifest lists: it was changed since")));
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
    let source = Source::of(&path.join("scenario.toml").display().to_string(), read("scenario.toml")?, path);
    let all = points(&source)?;
    let find = |label: &str| all.iter().find(|a| a.point.label() == label);
    let names = |label: &str| {
        find(label).map_or_else(Vec::new, |a| scopes(&a.scenario.plan).iter().map(Scope::to_string).collect())
    };
    let runs = tables::read_runs(&read("runs.csv")?, names).map_err(|why| bad(format!("runs.csv: {why}")))?;
    let mut sides = Vec::new();
    for (label, replications) in runs {
        let alternative =
            find(&label).ok_or_else(|| bad(format!("runs.csv has a point {label:?} that scenario.toml has not")))?;
        let plan = &alternative.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        replications.into_iter().for_each(|(number, observation)| samples.add(number, observation));
        sides.push(side(path, alternative.clone(), manifest.version.clone(), samples));
    }
    Ok(Some(sides))
}

/// Refuses what met different luck or served different users: the difference would say nothing of the alternatives.
fn comparable(a: &Side, b: &Side) -> Result<(), Fault> {
    let (p, q) = (&a.alternative.scenario.plan, &b.alternative.scenario.plan);
    let groups = |plan: &crate::deployment::Plan| {
        let mut all: Vec<String> = plan.clients.iter().map(|c| format!("{} {}", c.count, c.name)).collect();
        all.sort();
        all.join(" and ")
    };
    let clock = crate::quantity::print_clock;
    let span = |t: crate::quantity::Time| crate::quantity::print_span(crate::quantity::Span(t.0));
    let checks = [
        ("version", a.version.clone(), b.version.clone()),
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
    let both = a.samples.numbers.iter().filter(|n| b.samples.numbers.contains(n)).count();
    if both < 2 {
        return Err(Fault::Input(format!(
            "{} and {} have {both} replications in common, at least 2 are needed to see a spread: more --reps",
            a.name, b.name
        )));
    }
    Ok(())
}

fn against(baseline: &Side, other: &Side, confidence: f64) -> Against {
    let wanted = baseline.alternative.scenario.objectives.iter().filter(|o| o.cause.is_none()).map(|o| o.metric.name);
    let mut metrics: Vec<&str> = DECISIVE.into_iter().collect();
    for metric in wanted.chain(BESIDE) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let figures = compare(&baseline.samples, &other.samples, &metrics, confidence);
    let replications = figures.first().map_or(0, |f| f.other.replications);
    Against { name: other.name.clone(), replications, verdict: verdict(&figures), figures }
}
