//! `rccsim sweep`: a scenario at many points, and which of them serve.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::campaign::{Campaign, Replications};
use super::design::{Alternative, PrecisionFlags, VaryFlags, alternatives};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, results_folder};
use super::inputs::inputs;
use super::progress::interruptible;
use super::report::publish;
use super::sweep_answer::answer;
use super::{Outcome, memory};
use crate::report::{Folder, Manifest, VERSION, inputs as table, summary, sweep as document, tables};
use crate::scenario::{Scenario, Study, expanded_study};
use crate::study::{Samples, Verdict, judge_all, skewed};

/// Simulate a scenario at many points.
#[derive(Args)]
pub struct Sweep {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    vary: VaryFlags,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    jobs: JobsFlag,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The results folder [default: results/<scenario name>-sweep]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Keep the finished units after the results are written: the same points with more --reps then go on from them
    #[arg(long)]
    keep_units: bool,
    /// Neither plots nor report: the figures alone
    #[arg(long)]
    no_report: bool,
    /// No warnings and no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Where the finished units are, within the results folder.
pub const UNITS: &str = "units";

impl Sweep {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub fn run(self) -> Result<Outcome, Fault> {
        let source = self.scenario.read()?;
        let base = source.scenario(&[])?;
        let study = self.vary.study(&base, &self.precision)?;
        let all = alternatives(&source, &study)?;
        for alternative in &all {
            memory::check(&alternative.scenario, self.jobs.threads())?;
        }
        let warnings = warnings(&all);
        if !self.quiet {
            warnings.iter().for_each(|w| eprintln!("warning: {w}"));
        }
        let path = self.out.clone().unwrap_or_else(|| results_folder(&base.plan.name, "-sweep"));
        let mut folder = Folder::open(&path)?;
        let campaign = Campaign::new(Some(&path.join(UNITS)), interruptible(), self.quiet)?;
        let wanted = self.precision.wanted(Some(&study))?;
        let replications =
            Replications { first: 0, start: base.replications, wanted: &wanted, most: self.precision.most_reps };
        let pool = self.jobs.pool()?;
        let samples = pool.install(|| campaign.replicate(&all, replications))?;
        if !self.quiet && (campaign.is_resumed() || samples.is_none()) {
            eprintln!("{}", campaign.told());
        }
        let Some(samples) = samples else {
            eprintln!(
                "interrupted: the finished units are in {}; the same command goes on from there",
                path.join(UNITS).display()
            );
            return Ok(Outcome::Interrupted);
        };
        let record = pool.install(|| self.record(&base, &study, all, samples, warnings));
        write_files(&record, &base, &study, &mut folder)?;
        let path = publish(folder, manifest(&record), self.no_report)?;
        if !self.keep_units {
            campaign.publish()?;
        }
        match self.format {
            Format::Json => print(&document::json(&record))?,
            Format::Text => print(&format!(
                "{}Files: {} ({}summary.json, summary.csv, runs.csv, scenario.toml).\n",
                document::text(&record),
                path.display(),
                if self.no_report { "" } else { "report.html, " }
            ))?,
        }
        Ok(match record.verdict() {
            Verdict::Pass => Outcome::Pass,
            Verdict::Fail => Outcome::ObjectiveMissed,
            Verdict::Inconclusive => Outcome::Inconclusive,
        })
    }

    fn record(
        &self,
        base: &Scenario,
        study: &Study,
        all: Vec<Alternative>,
        samples: Vec<Samples>,
        warnings: Vec<String>,
    ) -> document::Sweep {
        let points: Vec<document::Outcome> = all.iter().zip(samples).map(|(a, s)| outcome(a, s)).collect();
        let skewed = || points.iter().filter(|p| !p.skewed.is_empty());
        if let (false, Some(first)) = (self.quiet, skewed().next()) {
            let more = match skewed().count() {
                1 => String::new(),
                n => format!(" (and {} more points: summary.json)", n - 1),
            };
            eprintln!("warning: {}: {}{more}", first.label, document::skew(&first.skewed[0]));
        }
        let mut command = self.scenario.canonical("sweep");
        for (flag, value) in self.vary.given().into_iter().chain(self.precision.given()) {
            command += &super::flags::written(flag, &value);
        }
        document::Sweep {
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(&all),
            question: base.question.clone(),
            seed: base.plan.seed,
            horizon_s: base.plan.horizon.0 as f64 / 1e6,
            answer: answer(study, &base.objectives, &points),
            objectives: base.objectives.clone(),
            points,
            warnings,
            command,
        }
    }
}

/// A point with its figures.
pub fn outcome(alternative: &Alternative, samples: Samples) -> document::Outcome {
    let objectives = &alternative.scenario.objectives;
    document::Outcome {
        values: alternative.point.values.clone(),
        label: alternative.point.label(),
        scenario_hash: alternative.hash.clone(),
        rows: samples.rows(),
        judgements: judge_all(objectives, &samples),
        skewed: skewed(&samples, objectives),
        samples,
    }
}

/// The hash of all points.
fn hash_of(all: &[Alternative]) -> String {
    let mut hasher = blake3::Hasher::new();
    for a in all {
        hasher.update(a.hash.as_bytes());
    }
    hasher.finalize().to_hex()[..32].into()
}

/// Each warning once, with the points that have it.
fn warnings(all: &[Alternative]) -> Vec<String> {
    let mut told: Vec<(&str, Vec<String>)> = Vec::new();
    for a in all {
        for warning in &a.scenario.warnings {
            match told.iter_mut().find(|(w, _)| w == warning) {
                Some((_, points)) => points.push(a.point.label()),
                None => told.push((warning, vec![a.point.label()])),
            }
        }
    }
    let text = |(warning, points): (&str, Vec<String>)| match points.len() {
        n if n == all.len() => warning.to_string(),
        1 => format!("{}: {warning}", points[0]),
        n => format!("{} and {} more points: {warning}", points[0], n - 1),
    };
    told.into_iter().map(text).collect()
}

fn write_files(record: &document::Sweep, base: &Scenario, study: &Study, folder: &mut Folder) -> Result<(), Fault> {
    let labels = || record.points.iter().map(|p| p.label.as_str());
    let expanded = expanded_study(base, study);
    folder.put("scenario.toml", |out| out.write_all(expanded.as_bytes()))?;
    folder.put("inputs.csv", |out| table::write(&inputs(base, Some(study)), out))?;
    folder.put("summary.json", |out| out.write_all(document::json(record).as_bytes()))?;
    let rows = labels().zip(record.points.iter().map(|p| &p.rows[..]));
    folder.put("summary.csv", |out| Ok(summary::csv(rows, out)?))?;
    let runs = labels().zip(record.points.iter().map(|p| &p.samples));
    folder.put("runs.csv", |out| Ok(tables::runs(runs, out)?))?;
    Ok(())
}

fn manifest(record: &document::Sweep) -> Manifest {
    Manifest {
        schema: String::new(),
        version: VERSION.into(),
        scenario: record.scenario.clone(),
        scenario_hash: record.scenario_hash.clone(),
        seed: record.seed,
        fingerprint: record.fingerprint(),
        files: Default::default(),
    }
}
