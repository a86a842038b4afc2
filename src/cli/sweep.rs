//! `rccsim sweep`: a scenario at many points, and which of them serve.

use clap::Args;

use super::design::{PrecisionFlags, VaryFlags};
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::sweep_answer::{answer, ranking};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Candidate, Case, Judged, Least, Ranking, Replications, Robustness, RobustnessCheck,
    cases, hash_of, spent,
};
use crate::record::inputs::Input;
use crate::record::{Premises, Record};
use crate::report::sweep as document;
use crate::scenario::{Scenario, Study, expanded_study};
use crate::study::{Samples, Verdict, judge_all, skewed};

/// Simulate a scenario at many points.
#[derive(Args)]
pub(super) struct Sweep {
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
    #[command(flatten)]
    results: ResultsFlags,
    /// No warnings and no progress
    #[arg(long, short)]
    quiet: bool,
}

impl Sweep {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        let study = self.vary.study(&base, &self.precision)?;
        let all = cases(&base, &study)?;
        for case in &all {
            memory::check(&case.scenario, self.jobs.threads())?;
        }
        let warnings = warnings(&all);
        if !self.quiet {
            warnings.iter().for_each(|w| eprintln!("warning: {w}"));
        }
        let results = self.results.open(&base.plan.name, "sweep", self.quiet)?;
        let wanted = self.precision.wanted(Some(&study))?;
        let replications = Replications {
            first: 0,
            start: base.replications,
            wanted: &wanted,
            most: self.precision.most_reps,
        };
        let pool = self.jobs.pool()?;
        let samples = pool.install(|| results.campaign.replicate(&all, replications))?;
        let points = samples.map(|samples| pool.install(|| outcomes(&all, samples)));
        let premises = points.as_ref().and_then(|points| {
            pool.install(|| {
                results.premises(
                    |campaign| self.robustness(&all, points, campaign),
                    |set| self.command(set),
                )
            })
        });
        results.tell(premises.is_none());
        let Some((points, premises)) = points.zip(premises) else {
            return Ok(Outcome::Interrupted);
        };
        let record = self.record(&base, &study, &all, points, premises, warnings);
        let summary = Record::Sweep(record.record());
        let files = files(
            &record,
            &summary,
            &base.file,
            expanded_study(&base, &study),
            inputs(&base, Some(&study)),
        );
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Json => print(&summary.json())?,
            Format::Text => print(&format!("{}{}", document::text(&record), files.told(&path)))?,
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
        all: &[Case],
        points: Vec<document::Outcome>,
        premises: Premises,
        warnings: Vec<String>,
    ) -> document::Sweep {
        let skewed = || points.iter().filter(|p| !p.skewed.is_empty());
        if let (false, Some(first)) = (self.quiet, skewed().next()) {
            let more = match skewed().count() {
                1 => String::new(),
                n => format!(" (and {} more points: summary.json)", n - 1),
            };
            eprintln!(
                "warning: {}: {}{more}",
                first.label,
                document::skew(&first.skewed[0])
            );
        }
        document::Sweep {
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(all),
            question: base.question.clone(),
            seed: base.plan.seed,
            horizon_s: base.plan.horizon.0 as f64 / 1e6,
            answer: answer(study, &base.objectives, &points),
            objectives: base.objectives.clone(),
            chosen: ranking(&points)
                .1
                .first()
                .map_or(String::new(), |i| points[*i].label.clone()),
            points,
            warnings,
            command: self.command(""),
            premises,
        }
    }

    /// The command that repeats it, with more of `set`.
    fn command(&self, set: &str) -> String {
        let flags = self.vary.given().into_iter().chain(self.precision.given());
        flags.fold(
            self.scenario.canonical("sweep") + set,
            |line, (flag, value)| line + &written(flag, &value),
        )
    }

    /// What hangs on assumptions, at the best point and at the next ones after it.
    fn robustness(
        &self,
        cases: &[Case],
        points: &[document::Outcome],
        campaign: &Campaign,
    ) -> Option<Robustness> {
        let (metric, order) = ranking(points);
        let candidate = |i: &usize| Candidate {
            name: points[*i].label.clone(),
            case: &cases[*i],
            known: &[],
        };
        let replications = points.iter().map(|p| p.samples.replications());
        let check = RobustnessCheck {
            candidates: order.iter().map(candidate).collect(),
            min_candidates: 1,
            spent: spent(cases.iter().zip(replications)),
        };
        let point = |i: &usize| Judged {
            name: points[*i].label.clone(),
            objectives: &cases[*i].scenario.objectives,
            verdict: points[*i].verdict(),
        };
        let ranking = Ranking {
            points: order.iter().map(point).collect(),
            least: metric.map(least_of),
        };
        check.run(
            campaign,
            |tried| ranking.answer(tried),
            |tested| ranking.judge(tested),
        )
    }
}

/// The samples of a metric, of which the best point has the least.
fn least_of(metric: &'static str) -> Least<'static> {
    Box::new(move |tested| tested.samples.deployment_samples(metric))
}

/// The points with their figures.
fn outcomes(all: &[Case], samples: Vec<Samples>) -> Vec<document::Outcome> {
    all.iter()
        .zip(samples)
        .map(|(a, s)| outcome(a, s))
        .collect()
}

/// A point with its figures.
pub(super) fn outcome(case: &Case, samples: Samples) -> document::Outcome {
    let objectives = &case.scenario.objectives;
    document::Outcome {
        values: case.point.values.clone(),
        label: case.point.label(),
        scenario_hash: case.hash.clone(),
        rows: samples.rows(),
        judgements: judge_all(objectives, &samples),
        skewed: skewed(&samples, objectives),
        samples,
    }
}

/// Each warning once, with the points that have it.
fn warnings(all: &[Case]) -> Vec<String> {
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

fn files<'a>(
    record: &'a document::Sweep,
    summary: &'a Record,
    file: &str,
    scenario: String,
    inputs: Vec<Input>,
) -> Files<'a> {
    Files {
        scenarios: vec![("scenario.toml".into(), scenario)],
        inputs,
        record: summary,
        file: file.into(),
        points: record
            .points
            .iter()
            .map(|p| (p.label.clone(), &p.samples))
            .collect(),
    }
}
