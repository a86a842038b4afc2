//! `rccsim run`: a scenario in, its answer and its results folder out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::answer::answer;
use super::design::PrecisionFlags;
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, results_folder};
use super::inputs::inputs;
use super::progress::{Bar, interruptible};
use super::publish::publish;
use super::robustness::assumption;
use super::trace;
use super::{Outcome, memory};
use crate::deployment::{DropLog, Plan, RunHandle};
use crate::experiment::{
    self, DropSink, FirstLosses, Replications, assumptions, can_be_tried, remedies,
};
use crate::measure::Scope;
use crate::quantity::number::{percent, whole};
use crate::record::{
    Drops, Folder, Known, Manifest, Part, Run as Record, RunRecord, inputs as table, json, tables,
};
use crate::report::run::text;
use crate::report::settled::too_short;
use crate::report::sweep::skew;
use crate::scenario::{Scenario, expanded, hash};
use crate::study::{Samples, Steady, Verdict, judge_all, overall, skewed, spread, steady_state};
use crate::theory::predict;

/// Simulate a scenario.
#[derive(Args)]
pub(super) struct Run {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    jobs: JobsFlag,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also what the figures settle to without their warm-up, which MSER-5 finds; by default a run is a terminating day
    #[arg(long)]
    steady_state: bool,
    /// The results folder [default: results/<scenario name>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Neither plots nor report, nor the trials behind assumptions and advice: the figures alone
    #[arg(long)]
    no_report: bool,
    /// No warnings and no progress
    #[arg(long, short)]
    quiet: bool,
}

impl Run {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let scenario = self.scenario.read()?;
        if !self.quiet {
            scenario
                .warnings
                .iter()
                .for_each(|w| eprintln!("warning: {w}"));
            if scenario.study.is_some() {
                eprintln!(
                    "warning: [study] is left aside: `rccsim sweep {}` simulates its points",
                    scenario.file
                );
            }
        }
        memory::check(&scenario, self.jobs.threads())?;
        let mut folder = Folder::open(&self.folder(&scenario))?;
        let handle = interruptible();
        let pool = self.jobs.pool()?;
        let (samples, losses, interrupted) =
            pool.install(|| self.simulate(&scenario, &handle, &mut folder))?;
        if samples.replications() == 0 {
            eprintln!("interrupted before the first replication was finished: nothing was written");
            return Ok(Outcome::Interrupted);
        }
        let record = pool.install(|| self.record(&scenario, samples, interrupted))?;
        let ladder = if self.no_report {
            None
        } else {
            losses
                .ladder(&scenario)
                .map(|ladder| trace::record(&ladder))
        };
        let summary = crate::record::Record::Run(RunRecord::new(&record));
        let known = Known {
            inputs: inputs(&scenario, None),
            scenario: expanded(&scenario),
            points: vec![(String::new(), &record.samples)],
            run: Some(&record),
            ladder,
        };
        write_files(&record, &summary, &known, &mut folder)?;
        let manifest = Manifest::new(&summary, Some(scenario.file.clone()));
        let predictions = Some(predict(&scenario.plan)).filter(|_| !self.no_report);
        let path = pool.install(|| {
            publish(
                folder,
                manifest,
                &summary,
                known,
                predictions.as_deref(),
                self.no_report,
                self.quiet,
            )
        })?;
        match self.format {
            Format::Json => print(&summary.json())?,
            Format::Text => print(&format!(
                "{}{}",
                text(&record),
                self.files(&path, &record, &scenario.plan)
            ))?,
        }
        Ok(match record.verdict() {
            _ if record.interrupted => Outcome::Interrupted,
            Verdict::Pass => Outcome::Pass,
            Verdict::Fail => Outcome::ObjectiveMissed,
            Verdict::Inconclusive => Outcome::Inconclusive,
        })
    }

    fn folder(&self, scenario: &Scenario) -> PathBuf {
        self.out
            .clone()
            .unwrap_or_else(|| results_folder(&scenario.plan.name, ""))
    }

    fn files(&self, path: &Path, record: &Record, plan: &Plan) -> String {
        let all = drops(&record.samples, &Scope::All);
        let limit = plan.drops_limit;
        let cut = if all > limit as f64 {
            format!(
                "\ndrops.csv holds the first {} of {} drops (scenario.drops_limit).",
                whole(limit),
                whole(all.round() as u64)
            )
        } else {
            String::new()
        };
        let (report, plots) = if self.no_report {
            ("", "")
        } else {
            ("report.html, ", ", plots/")
        };
        format!(
            "Files: {} ({report}summary.json, summary.csv, runs.csv, series.csv, distribution.csv, drops.csv, scenario.toml{plots}).{cut}\n",
            path.display()
        )
    }

    fn simulate(
        &self,
        scenario: &Scenario,
        handle: &Arc<RunHandle>,
        folder: &mut Folder,
    ) -> Result<(Samples, FirstLosses, bool), Fault> {
        let plan = &scenario.plan;
        let part = folder.begin("drops.csv")?;
        let world = |cause| Fault::World {
            what: "drops.csv".into(),
            cause,
        };
        let mut table = DropTable::new(plan, part).map_err(world)?;
        let wanted = self.precision.wanted(scenario.study.as_ref())?;
        let replications = Replications {
            first: 0,
            start: scenario.replications,
            wanted: &wanted,
            most: self.precision.most_reps,
        };
        let bar = Bar::watch(handle, !self.quiet);
        let found =
            experiment::run(scenario, replications, handle, &bar, &mut table).map_err(world)?;
        folder.complete(table.rows.finish().map_err(world)?)?;
        Ok((found.samples, table.losses, found.is_interrupted))
    }

    /// What is told besides the scenario's own warnings.
    fn warnings(&self, scenario: &Scenario, samples: &Samples, steady: &[Steady]) -> Vec<String> {
        let skewed = skewed(samples, &scenario.objectives);
        let told: Vec<String> = skewed.iter().map(skew).chain(too_short(steady)).collect();
        if !self.quiet {
            told.iter().for_each(|w| eprintln!("warning: {w}"));
        }
        told
    }

    fn record(
        &self,
        scenario: &Scenario,
        samples: Samples,
        interrupted: bool,
    ) -> Result<Record, Fault> {
        let plan = &scenario.plan;
        let rows = samples.rows();
        let judgements = judge_all(&scenario.objectives, &samples);
        let verdict = overall(&judgements);
        let steady = if self.steady_state {
            steady_state(&samples.each_minute)
        } else {
            Vec::new()
        };
        let told = self.warnings(scenario, &samples, &steady);
        let command = self.scenario.canonical("run");
        let precision = self.precision.given().into_iter();
        let steady_flag = self.steady_state.then(|| ("--steady-state", String::new()));
        let add = |line: String, (flag, value): (&str, String)| {
            line + &super::flags::written(flag, &value)
        };
        let command = precision.chain(steady_flag).fold(command, add);
        let (assumptions, advice) = match self.no_report {
            true => (None, None),
            false => {
                let loses = |name: &str| drops(&samples, &Scope::Gateway(name.into())) > 0.0;
                (
                    Some(
                        assumptions(scenario, verdict)?
                            .into_iter()
                            .map(assumption)
                            .collect(),
                    ),
                    Some(advice(plan, loses)),
                )
            }
        };
        Ok(Record {
            scenario: plan.name.clone(),
            scenario_hash: hash(scenario),
            question: scenario.question.clone(),
            seed: plan.seed,
            start_s: plan.start.0 as f64 / 1e6,
            horizon_s: plan.horizon.0 as f64 / 1e6,
            spread: spread(&samples, &scenario.objectives),
            steady,
            answer: answer(plan, &rows, &judgements, samples.replications()),
            interrupted,
            rows,
            judgements,
            assumptions,
            warnings: scenario.warnings.iter().cloned().chain(told).collect(),
            advice,
            samples,
            command,
        })
    }
}

/// `drops.csv` with its limit.
struct DropTable {
    rows: Drops<Part>,
    left: u64,
    losses: FirstLosses,
}

impl DropTable {
    fn new(plan: &Plan, part: Part) -> std::io::Result<Self> {
        let clients = plan.clients.iter().map(|c| c.name.clone()).collect();
        let gateways = plan
            .clients
            .iter()
            .map(|c| plan.gateways[c.gateway].name.clone())
            .collect();
        let rows = Drops::new(part, clients, gateways)?;
        Ok(Self {
            rows,
            left: plan.drops_limit,
            losses: FirstLosses::default(),
        })
    }
}

impl DropSink for DropTable {
    type Error = std::io::Error;

    fn rows_left(&self) -> u64 {
        self.left
    }

    fn take(&mut self, replication: u32, rows: DropLog) -> std::io::Result<()> {
        rows.drain(|row| {
            if self.left == 0 {
                return Ok(());
            }
            self.left -= 1;
            self.losses.note(replication, row);
            self.rows.write(replication, row)
        })
    }
}

/// The drops of a scope over all replications.
fn drops(samples: &Samples, scope: &Scope) -> f64 {
    let row = samples.scopes.iter().position(|s| s == scope).zip(
        samples
            .columns
            .iter()
            .position(|c| c.metric.name == "session_drops" && c.cause.is_none()),
    );
    let estimate = row.and_then(|(scope, column)| samples.row(scope, column).estimate);
    estimate.map_or(0.0, |e| e.mean * f64::from(samples.replications()))
}

/// What to try next, for every gateway that loses sessions.
pub(super) fn advice(plan: &Plan, loses: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    if !can_be_tried(plan) {
        lines.push(
            "What hangs on assumptions was not tried, since so many users share queues: try other values by --set"
                .into(),
        );
    }
    for (index, gateway) in plan.gateways.iter().enumerate() {
        if !loses(&gateway.name) {
            continue;
        }
        for tried in remedies(plan, index) {
            let (key, value) = tried.remedy.set;
            let outcome = if tried.cures {
                "no session is lost"
            } else {
                "fewer sessions are lost"
            };
            lines.push(format!(
                "{}: {}: down {} → {}, {outcome} in a trial (--set gateway.{}.{key}={value})",
                tried.remedy.place,
                tried.remedy.what,
                percent(tried.before),
                percent(tried.after),
                gateway.name,
            ));
        }
    }
    lines
}

fn write_files(
    record: &Record,
    summary: &crate::record::Record,
    known: &Known,
    folder: &mut Folder,
) -> Result<(), Fault> {
    folder.put("scenario.toml", |out| {
        out.write_all(known.scenario.as_bytes())
    })?;
    folder.put("inputs.csv", |out| table::write(&known.inputs, out))?;
    if let Some(ladder) = &known.ladder {
        folder.put("ladder.json", |out| out.write_all(json(ladder).as_bytes()))?;
    }
    folder.put("summary.json", |out| {
        out.write_all(summary.json().as_bytes())
    })?;
    folder.put("summary.csv", |out| {
        let rows = std::iter::once(("", &record.rows[..]));
        Ok(tables::figures(rows, out)?)
    })?;
    folder.put("runs.csv", |out| {
        Ok(tables::runs(std::iter::once(("", &record.samples)), out)?)
    })?;
    folder.put("series.csv", |out| Ok(tables::series(record, out)?))?;
    folder.put("distribution.csv", |out| {
        Ok(tables::distribution(&record.samples, out)?)
    })?;
    Ok(())
}
