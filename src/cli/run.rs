//! `rccsim run`: a scenario in, its answer and its results folder out.

mod files;
mod printed;
mod shares;

use std::path::{Path, PathBuf};

use clap::Args;

use self::files::{aside, listed, write_files};
use super::advice::{RunSays, trials};
use super::answer::{answer, shortfall};
use super::design::PrecisionFlags;
use super::drop_table::DropTable;
use super::fault::Fault;
use super::flags::{Format, JobsFlag, ScenarioFlags, flag_text, portable_name, results_folder};
use super::inputs::inputs;
use super::pcap::{self, first_users};
use super::publish::{keep, publish, show};
use super::results::{UNITS, WatchedBar, tell_found, tell_others, watched};
use super::share::share;
use super::store::{SyncedUnits, run_fault};
use super::study::Division;
use super::terminal::say;
use super::trace;
use super::{Outcome, memory};
use crate::deployment::{FaultPlan, Plan};
use crate::experiment::{self, Campaign, FirstLosses, NoStore, Replications, RunSamples};
use crate::quantity::number::rounded;
use crate::quantity::{Span, print_span};
use crate::record::{
    DayRecord, DownCost, FaultCount, Folder, InMemory, Manifest, Record, RunRecord, Units,
};
use crate::report::run::text;
use crate::report::settled::too_short;
use crate::report::text::skew;
use crate::scenario::{Scenario, expanded, hash, input_files};
use crate::study::{Assessment, PrecisionTarget, Samples, Spread, Steady, spread, steady_state};
use crate::theory::predict;

/// Users that a capture shows: a day of each is about 100 kB.
const CAPTURED_MOST: i64 = 10_000;

/// Simulate a scenario.
#[derive(Args)]
pub(super) struct RunArgs {
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
    /// Leave no results folder: print only, with --format json the document that a notebook reads
    #[arg(long, conflicts_with_all = ["out", "shard", "open"])]
    no_folder: bool,
    /// Write the messages of the first users as a packet capture, for Wireshark and `identify`
    #[arg(long, value_name = "FILE.pcap")]
    pcap: Option<PathBuf>,
    /// How many users the capture shows, one client group after the other, in the first replication
    #[arg(long, value_name = "N", default_value_t = 1, requires = "pcap",
        value_parser = clap::value_parser!(u32).range(1..=CAPTURED_MOST))]
    users: u32,
    /// Simulate the replications of the Kth of N shares only, and publish nothing: many processes, on many machines, fill one
    /// --out, and the same command without it publishes; in a job array "/N" takes K from the array
    #[arg(long, value_name = "K/N", conflicts_with = "pcap")]
    shard: Option<String>,
    /// What it takes is asked, among so many.
    #[arg(skip)]
    pub plan: Option<Division>,
    /// Neither plots nor report, nor the trials behind assumptions and advice: the figures alone
    #[arg(long)]
    no_report: bool,
    /// Open the report in the browser
    #[arg(long, conflicts_with = "no_report")]
    open: bool,
    /// No warnings and no progress
    #[arg(long, short)]
    quiet: bool,
}

impl RunArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let scenario = self.scenario.read()?;
        if !self.quiet {
            scenario.warnings.iter().for_each(|w| say!("warning: {w}"));
            if scenario.study.is_some() {
                say!(
                    "warning: [study] is left aside: `rccsim sweep {}` simulates its points",
                    scenario.file
                );
            }
        }
        self.refuse(&scenario)?;
        if let Some(division) = self.plan {
            return self.plan(&scenario, division);
        }
        if let Some(shard) = &self.shard {
            return self.share(&scenario, share(shard)?);
        }
        match self.no_folder {
            true => self.print_only(&scenario),
            false => self.publish(&scenario),
        }
    }

    /// Simulates it, and publishes its results.
    fn publish(&self, scenario: &Scenario) -> Result<Outcome, Fault> {
        let mut folder = Folder::open(&self.folder(scenario))?;
        let files = input_files(scenario, None);
        keep(&mut folder, &files)?;
        let (campaign, bar) = self.campaign(folder.path())?;
        let pool = self.jobs.pool()?;
        let simulated = pool.install(|| self.simulate(scenario, &campaign, &mut folder));
        bar.end();
        let (samples, losses) = simulated?;
        if samples.samples.replications() == 0 {
            say!("interrupted before the first replication was finished: nothing was written");
            return Ok(Outcome::Interrupted);
        }
        let run = pool.install(|| self.assess(scenario, samples));
        let samples = &run.assessment.samples;
        let record = pool.install(|| self.record(scenario, &run, &campaign))?;
        self.tell(&campaign);
        let ladder = match self.no_report {
            true => None,
            false => losses.ladder(scenario, &campaign)?,
        };
        let (spread, steady) = (&run.spread[..], &run.steady[..]);
        let text = text(&record, &run.assessment, spread, steady);
        let record = Record::Run(record);
        let in_memory = InMemory {
            inputs: inputs(scenario, None),
            scenario: expanded(scenario),
            points: vec![(String::new(), samples)],
            day: Some(samples),
            ladder: ladder.map(|ladder| trace::record(&ladder)),
        };
        if run.is_interrupted {
            folder = aside(folder)?;
        }
        write_files(
            &run.assessment,
            &record,
            &in_memory,
            scenario.plan.start_moment(),
            &mut folder,
        )?;
        let manifest = Manifest::new(&record, Some(portable_name(&self.scenario.file)));
        let predictions = Some(predict(&scenario.plan)).filter(|_| !self.no_report);
        let path = pool.install(|| {
            publish(
                &mut folder,
                manifest,
                &record,
                in_memory,
                predictions.as_deref(),
                self.no_report,
                self.quiet,
            )
        })?;
        if !run.is_interrupted {
            tell_others(campaign.publish()?, &path);
        }
        let files = listed(&path, &run.assessment, &scenario.plan, self.no_report);
        self.print(&record, &(text + &files))?;
        self.capture(scenario)?;
        if !self.no_report {
            show(&path, self.open);
        }
        Ok(run.outcome())
    }

    /// Refuses what cannot be simulated here, before anything is.
    fn refuse(&self, scenario: &Scenario) -> Result<(), Fault> {
        self.refuse_rare_faults(scenario)?;
        self.pcap.as_deref().map_or(Ok(()), pcap::refuse)?;
        memory::check(scenario, self.jobs.threads())?;
        Ok(memory::check_figures(&[scenario], true)?)
    }

    /// What settles in a run needs minutes of runs as they come, and those of rare faults are not.
    fn refuse_rare_faults(&self, scenario: &Scenario) -> Result<(), Fault> {
        let plan = &scenario.plan;
        let Some((index, _)) = plan
            .rare_faults()
            .first()
            .copied()
            .filter(|_| self.steady_state)
        else {
            return Ok(());
        };
        Err(Fault::Input(format!(
            "--steady-state: the fault {:?} is expected less than twice in {}, and is simulated on condition that it comes; give a longer horizon, or leave --steady-state out",
            plan.faults[index].name,
            print_span(Span(plan.horizon.0))
        )))
    }

    /// Writes the messages of the first users, where that is asked for.
    fn capture(&self, scenario: &Scenario) -> Result<(), Fault> {
        let Some(path) = &self.pcap else {
            return Ok(());
        };
        let users = first_users(scenario, self.users);
        pcap::write(path, scenario, &users, 0, usize::MAX)
    }

    fn folder(&self, scenario: &Scenario) -> PathBuf {
        self.out
            .clone()
            .unwrap_or_else(|| results_folder(&scenario.plan.name, ""))
    }

    /// What simulates, and finds the replications that shards left in the folder.
    fn campaign(&self, path: &Path) -> Result<(Campaign, WatchedBar), Fault> {
        let path = path.join(UNITS);
        if !Units::is_at(&path) {
            return Ok(watched(NoStore, self.quiet));
        }
        let units = SyncedUnits::new(Units::open(&path)?);
        Ok(watched(units, self.quiet))
    }

    /// Says how much was found of the shards.
    fn tell(&self, campaign: &Campaign) {
        let counts = campaign.shards();
        if !self.quiet && counts.is_resumed() {
            tell_found(counts);
        }
    }

    fn replications<'a>(
        &self,
        scenario: &Scenario,
        targets: &'a [PrecisionTarget],
    ) -> Replications<'a> {
        Replications {
            first: 0,
            start: scenario.replications,
            targets,
            maximum: self.precision.most_reps,
        }
    }

    fn simulate(
        &self,
        scenario: &Scenario,
        campaign: &Campaign,
        folder: &mut Folder,
    ) -> Result<(RunSamples, FirstLosses), Fault> {
        let plan = &scenario.plan;
        let part = folder.begin("drops.csv")?;
        let world = |cause| Fault::World {
            action: "drops.csv".into(),
            cause,
        };
        let mut table = DropTable::new(plan, part).map_err(world)?;
        let targets = self.precision.targets(scenario.study.as_ref())?;
        let replications = self.replications(scenario, &targets);
        let simulated = experiment::run(scenario, replications, campaign, &mut table);
        let samples = simulated.map_err(|e| run_fault("drops.csv", e))?;
        let Some(samples) = samples else {
            unreachable!("there are no other shares")
        };
        folder.complete(table.rows.finish().map_err(world)?)?;
        Ok((samples, table.losses))
    }

    /// What the samples say.
    fn assess(&self, scenario: &Scenario, run: RunSamples) -> SimulatedRun {
        let steady = match self.steady_state {
            true => steady_state(&run.samples.each_minute),
            false => Vec::new(),
        };
        SimulatedRun {
            spread: spread(&run.samples, &scenario.objectives),
            steady,
            assessment: Assessment::new(run.samples, &scenario.objectives),
            is_interrupted: run.is_interrupted,
        }
    }

    /// What is told besides the scenario's own warnings.
    fn warnings(&self, run: &SimulatedRun) -> Vec<String> {
        let skewed = run.assessment.skewed.iter().map(skew);
        let warnings: Vec<String> = skewed.chain(too_short(&run.steady)).collect();
        if !self.quiet {
            warnings.iter().for_each(|w| say!("warning: {w}"));
        }
        warnings
    }

    /// The command that repeats it.
    fn command(&self) -> String {
        let precision = self.precision.flags().into_iter();
        let steady = self.steady_state.then(|| ("--steady-state", String::new()));
        precision
            .chain(steady)
            .fold(self.scenario.canonical("run"), |line, (flag, value)| {
                line + &flag_text(flag, &value)
            })
    }

    fn record(
        &self,
        scenario: &Scenario,
        run: &SimulatedRun,
        campaign: &Campaign,
    ) -> Result<RunRecord, Fault> {
        let plan = &scenario.plan;
        let Assessment {
            samples,
            rows,
            judgements,
            ..
        } = &run.assessment;
        let warnings = self.warnings(run);
        let targets = self.precision.targets(scenario.study.as_ref())?;
        let imprecise = shortfall(samples, &scenario.objectives, &targets)
            .map_or(String::new(), |sentence| format!("{sentence}. "));
        let trials = match self.no_report {
            true => None,
            false => {
                let says = RunSays::of(&run.assessment);
                let trials = |campaign| trials(scenario, &says, campaign);
                // Also of a run that was interrupted: they are short.
                match trials(campaign)? {
                    None => trials(&Campaign::in_memory())?,
                    all => all,
                }
            }
        };
        Ok(RunRecord {
            scenario: plan.name.clone(),
            scenario_hash: hash(scenario),
            question: scenario.question.clone(),
            seed: plan.seed,
            start_s: rounded(plan.start.0 as f64 / 1e6),
            answer: imprecise + &answer(scenario, samples, rows, judgements),
            command: self.command(),
            advice: trials.as_ref().map(|t| t.advice.clone()),
            levers: trials.as_ref().map_or_else(Vec::new, |t| t.levers.clone()),
            interrupted: run.is_interrupted,
            cost_of_down: (scenario.cost_per_user_hour.as_ref())
                .and_then(|price| DownCost::new(samples, price)),
            faults: fault_counts(plan, samples),
            assumptions: trials.map(|t| t.assumptions),
            warnings: scenario.warnings.iter().cloned().chain(warnings).collect(),
            // The minutes of rare faults are those of runs with one.
            days: match plan.rare_faults().is_empty() {
                true => DayRecord::from_samples(samples, plan.start_moment()),
                false => Vec::new(),
            },
            ..RunRecord::new(&run.assessment, &run.spread, &run.steady)
        })
    }
}

/// How often each fault that is drawn at random came in these replications.
fn fault_counts(plan: &Plan, samples: &Samples) -> Vec<FaultCount> {
    let simulated = plan.simulated_faults();
    let count = |(index, fault): (usize, &FaultPlan)| {
        let (in_run, _) = plan.expected_faults(fault)?;
        let simulated = simulated[index]?;
        let numbers = samples.numbers.iter();
        let seen: Option<u64> = numbers.map(|n| plan.faults_in(index, *n)).sum();
        let replications = samples.replications();
        Some(FaultCount::new(
            &fault.name,
            in_run,
            simulated,
            replications,
            seen?,
        ))
    };
    let faults = plan.faults.iter().enumerate();
    faults.filter_map(count).collect()
}

/// A run that was simulated, and what its samples say.
struct SimulatedRun {
    assessment: Assessment,
    spread: Vec<Spread>,
    steady: Vec<Steady>,
    is_interrupted: bool,
}

impl SimulatedRun {
    fn outcome(&self) -> Outcome {
        match self.is_interrupted {
            true => Outcome::Interrupted,
            false => self.assessment.verdict().into(),
        }
    }
}
