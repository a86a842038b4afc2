//! `rccsim sensitivity`: how far the answer moves with each value that nobody published, one at a time.

use clap::Args;

use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Case, FactorEffects, LevelEffect, Replications, factor_effects, hash_of, variations,
};
use crate::measure::{METRICS, Metric};
use crate::quantity::number::rounded;
use crate::record::{self, Factor, Level, Premises, Record, Study, Tried, bounds};
use crate::report::compare::amount;
use crate::report::text::{figure, table};
use crate::scenario::{Axis, Place, Scenario, expanded, nearest};
use crate::study::{Samples, Verdict, judge_all, overall};

/// One-at-a-time sensitivity.
#[derive(Args)]
pub(super) struct Sensitivity {
    #[command(flatten)]
    scenario: ScenarioFlags,
    /// The figure that is looked at [default: that of the first objective, else missed_toast_fraction]
    #[arg(long)]
    metric: Option<String>,
    /// Further keys with the values to try, besides those that are assumed
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
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

impl Sensitivity {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        let metric = self.metric(&base)?;
        let place = Place::whole("--vary");
        let axes = self.vary.iter().map(|text| Axis::parse(text, &place));
        let variations = variations(&base, &axes.collect::<Result<Vec<Axis>, _>>()?)?;
        if variations.is_empty() {
            return Err(Fault::Input(format!(
                "{}: nothing is assumed; --vary \"KEY=VALUES\" tries other values of a key",
                base.file
            )));
        }
        let all: Vec<Case> = std::iter::once(Case::of(base.clone()))
            .chain(variations.iter().map(|v| v.case.clone()))
            .collect();
        for case in &all {
            memory::check(&case.scenario, self.jobs.threads())?;
        }
        let results = self
            .results
            .open(&base.plan.name, "sensitivity", self.quiet)?;
        let n = base.replications;
        let pool = self.jobs.pool()?;
        let samples = pool.install(|| results.campaign.replicate(&all, Replications::fixed(n)))?;
        results.tell(samples.is_none());
        let Some(samples) = samples else {
            return Ok(Outcome::Interrupted);
        };
        let (own, others) = samples
            .split_first()
            .unwrap_or_else(|| unreachable!("the scenario itself"));
        let bars = factor_effects(&base, metric, own, &variations, others);
        let record = self.record(&base, metric, &all, &samples, &bars);
        let summary = Record::Sensitivity(record.record(body(metric, own, &bars)));
        let files = Files::of(
            &record,
            &summary,
            &base.file,
            vec![("scenario.toml".into(), expanded(&base))],
            inputs(&base, None),
        );
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&base, metric, own, &record.answer, &bars),
                files.told(&path)
            ))?,
            Format::Json => print(&summary.json())?,
        }
        Ok(Outcome::Pass)
    }

    fn record(
        &self,
        base: &Scenario,
        metric: &Metric,
        all: &[Case],
        samples: &[Samples],
        bars: &[FactorEffects],
    ) -> Study {
        let verdict = overall(&judge_all(&base.objectives, &samples[0]));
        let mut command = self.scenario.canonical("sensitivity");
        self.metric
            .iter()
            .for_each(|metric| command += &written("--metric", metric));
        self.vary
            .iter()
            .for_each(|vary| command += &written("--vary", vary));
        let tried = all.iter().zip(samples);
        Study {
            schema: "rccsim.sensitivity/1",
            scenario: base.plan.name.clone(),
            scenario_hash: hash_of(all),
            question: base.question.clone(),
            seed: base.plan.seed,
            verdict,
            answer: answer(base, metric, &samples[0], verdict, bars),
            warnings: base.warnings.clone(),
            command,
            // The whole of it is about them.
            premises: Premises::default(),
            tried: tried
                .map(|(a, s)| Tried {
                    values: a.point.values.clone(),
                    samples: s.clone(),
                })
                .collect(),
        }
    }

    fn metric(&self, base: &Scenario) -> Result<&'static Metric, Fault> {
        let wanted = base
            .objectives
            .first()
            .map_or("missed_toast_fraction", |o| o.metric.name);
        let name = self.metric.as_deref().unwrap_or(wanted);
        Metric::named(name).ok_or_else(|| {
            let names = METRICS.iter().map(|m| m.name);
            let near = nearest(name, names.clone());
            Fault::Input(format!(
                "--metric: unknown metric {name:?}{near}; valid: {}",
                names.collect::<Vec<_>>().join(", ")
            ))
        })
    }
}

fn answer(
    base: &Scenario,
    metric: &Metric,
    own: &Samples,
    verdict: Verdict,
    bars: &[FactorEffects],
) -> Vec<String> {
    let row = own
        .figure(metric.name)
        .unwrap_or_else(|| unreachable!("a metric has a column"));
    let deciding: Vec<&str> = bars
        .iter()
        .filter(|b| b.flips(verdict))
        .map(|b| b.key.as_str())
        .collect();
    let most = match bars.first().filter(|b| b.swing() > 0.0) {
        Some(first) => format!("of what nobody published, {} moves it most", first.key),
        None => "nothing that is assumed moves it".to_string(),
    };
    let mut lines = vec![format!("{} is {}; {most}.", metric.name, figure(&row))];
    if !base.objectives.is_empty() {
        lines.push(match deciding[..] {
            [] => format!(
                "The verdict, {}, hangs on none of them alone.",
                verdict.name()
            ),
            _ => format!(
                "The verdict, {}, hangs on {}.",
                verdict.name(),
                deciding.join(", ")
            ),
        });
    }
    lines
}

fn text(
    base: &Scenario,
    metric: &Metric,
    own: &Samples,
    answer: &[String],
    bars: &[FactorEffects],
) -> String {
    let judged = !base.objectives.is_empty();
    let header = [
        "key",
        "value",
        "other value",
        metric.name,
        "difference",
        if judged { "verdict" } else { "" },
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for bar in bars {
        for effect in &bar.levels {
            let difference = effect
                .paired
                .map_or("–".into(), |p| amount(&p.difference, metric.unit));
            let verdict = if judged { effect.verdict.name() } else { "" };
            rows.push(vec![
                bar.key.clone(),
                bar.base.clone(),
                effect.value.clone(),
                figure(&effect.row),
                difference,
                verdict.into(),
            ]);
        }
    }
    let n = own.replications();
    format!(
        "{}\n\nOne at a time ({n} replications, paired; all differences hold at once with 95 %)\n{}\n",
        answer.join("\n"),
        table(&rows, true)
    )
}

/// What the record says besides what every study says.
fn body(metric: &Metric, own: &Samples, bars: &[FactorEffects]) -> record::Sensitivity {
    let level = |effect: &LevelEffect| {
        let [difference, lower, upper] = bounds(effect.paired.map(|p| p.difference));
        Level {
            value: effect.value.clone(),
            mean: effect.row.estimate.map(|e| rounded(e.mean)),
            difference,
            lower,
            upper,
            verdict: effect.verdict,
        }
    };
    let factor = |bar: &FactorEffects| Factor {
        key: bar.key.clone(),
        value: bar.base.clone(),
        swing: rounded(bar.swing()),
        alternatives: bar.levels.iter().map(level).collect(),
    };
    let base = own.figure(metric.name).and_then(|r| r.estimate);
    record::Sensitivity {
        replications: own.replications(),
        metric: metric.name.into(),
        unit: metric.unit.name().into(),
        base: base.map(|e| rounded(e.mean)),
        keys: bars.iter().map(factor).collect(),
    }
}
