//! `rccsim sensitivity`: how far the answer moves with each value that nobody published, one at a time.

use clap::Args;

use super::conduct::conduct;
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::global::{Effort, VariedKeys};
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags, with_samples};
use super::{Outcome, global, memory};
use crate::experiment::{
    Basis, Campaign, Case, FactorEffects, LevelEffect, MOST_PAIRS, Pair, PairEffect, Replications,
    Robustness, Variation, factor_effects, hash_of, pair_effects, pairs, variations,
};
use crate::measure::{METRICS, Metric};
use crate::quantity::number::{capital, count_phrase, rounded, small};
use crate::record::{self, Assumptions, Factor, FactorPair, Level, Record, StudyRecord, bounds};
use crate::report::compare::amount;
use crate::report::text::{figure, table};
use crate::report::words;
use crate::scenario::{Axis, Place, Scenario, nearest};
use crate::study::{Samples, Verdict, judge_all, overall};

/// One-at-a-time sensitivity.
#[derive(Args)]
pub(super) struct SensitivityArgs {
    #[command(flatten)]
    scenario: ScenarioFlags,
    /// The figure that is looked at [default: that of the first objective, else missed_toast_fraction]
    #[arg(long)]
    metric: Option<String>,
    /// Further keys with the values to try, besides those that are assumed
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// Over all combinations of the assumed values instead of one at a time: which of them have an effect (Morris), and
    /// which share of the answer's variance each makes, alone and in all (Sobol)
    #[arg(long)]
    global: bool,
    /// Trajectories through all unknowns that look for those with an effect
    #[arg(long, value_name = "N", default_value_t = 10, requires = "global", value_parser = clap::value_parser!(u32).range(2..=1000))]
    trajectories: u32,
    /// Rows of the design that shares the variance out; each takes a combination more than there are unknowns with an effect
    #[arg(long, value_name = "N", default_value_t = 64, requires = "global", value_parser = clap::value_parser!(u32).range(8..=10_000))]
    rows: u32,
    #[command(flatten)]
    pub study: StudyFlags,
}

impl SensitivityArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        let metric = self.metric(&base)?;
        let place = Place::file_only("--vary");
        let axes = self.vary.iter().map(|text| Axis::parse(text, &place));
        let axes = axes.collect::<Result<Vec<Axis>, _>>()?;
        if self.global {
            let effort = Effort {
                trajectories: self.trajectories,
                rows: self.rows,
            };
            let vary = VariedKeys {
                vary: &self.vary,
                axes: &axes,
            };
            return global::run(&self.scenario, &vary, base, metric, effort, &self.study);
        }
        let variations = variations(&base, &axes)?;
        if variations.is_empty() {
            return Err(Fault::Input(format!(
                "{}: nothing is assumed; --vary \"KEY=VALUES\" tries other values of a key",
                base.file
            )));
        }
        let cases: Vec<Case> = std::iter::once(Case::new(base))
            .chain(variations.iter().map(|v| v.case.clone()))
            .collect();
        for case in &cases {
            memory::check(&case.scenario, self.study.jobs.threads())?;
        }
        let points: Vec<&Scenario> = cases.iter().map(|case| &case.scenario).collect();
        memory::check_figures(&points, false)?;
        conduct(OneAtATime {
            command: self,
            metric,
            variations,
            cases,
        })
    }

    fn metric(&self, base: &Scenario) -> Result<&'static Metric, Fault> {
        let default = base
            .objectives
            .first()
            .map_or("missed_toast_fraction", |o| o.metric.name);
        let name = self.metric.as_deref().unwrap_or(default);
        Metric::by_name(name).ok_or_else(|| {
            let names = METRICS.iter().map(|m| m.name);
            let near = nearest(name, names.clone());
            Fault::Input(format!(
                "--metric: unknown metric {name:?}{near}; valid: {}",
                names.collect::<Vec<_>>().join(", ")
            ))
        })
    }
}

/// Each key with its other values, one at a time.
struct OneAtATime {
    command: SensitivityArgs,
    metric: &'static Metric,
    variations: Vec<Variation>,
    /// The scenario itself, then each variation.
    cases: Vec<Case>,
}

/// What was simulated.
struct Findings {
    /// The samples of the scenario itself, then of each variation.
    samples: Vec<Samples>,
    /// Pairs of those that move the figure most.
    pairs: Vec<Pair>,
    /// The samples of each pair.
    of_pairs: Vec<Samples>,
}

impl OneAtATime {
    fn bars(&self, samples: &[Samples]) -> Vec<FactorEffects> {
        let base = self.scenario();
        factor_effects(
            base,
            self.metric,
            &samples[0],
            &self.variations,
            &samples[1..],
        )
    }

    fn pair_effects(&self, findings: &Findings) -> Vec<PairEffect> {
        let Findings {
            samples,
            pairs,
            of_pairs,
        } = findings;
        let variations = (&self.variations[..], &samples[1..]);
        let base = self.scenario();
        pair_effects(
            base,
            self.metric,
            &samples[0],
            variations,
            (pairs, of_pairs),
        )
    }
}

impl Study for OneAtATime {
    const COMMAND: &'static str = "sensitivity";
    type Findings = Findings;

    fn flags(&self) -> &StudyFlags {
        &self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.cases[0].scenario
    }

    fn command(&self, set: &str) -> String {
        let SensitivityArgs {
            scenario,
            metric,
            vary,
            ..
        } = &self.command;
        let metric = metric.iter().map(|metric| ("--metric", metric.clone()));
        let vary = vary.iter().map(|vary| ("--vary", vary.clone()));
        scenario.repeated(Self::COMMAND, set, metric.chain(vary))
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<Findings>, Fault> {
        let replications = Replications::fixed(self.scenario().replications);
        let Some(samples) = campaign.replicate(&self.cases, replications)? else {
            return Ok(None);
        };
        let pairs = pairs(self.scenario(), &self.variations, &self.bars(&samples));
        let cases: Vec<Case> = pairs.iter().map(|pair| pair.case.clone()).collect();
        for case in &cases {
            memory::check(&case.scenario, self.command.study.jobs.threads())?;
        }
        let of_pairs = campaign.replicate(&cases, replications)?;
        Ok(of_pairs.map(|of_pairs| Findings {
            samples,
            pairs,
            of_pairs,
        }))
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let points = self.cases.len() + MOST_PAIRS;
        Some(MaxEffort {
            rounds: 2,
            replications: points as u64 * u64::from(self.scenario().replications),
        })
    }

    /// The whole of it is about them.
    fn robustness(&self, _: &Findings, _: &Campaign) -> Result<Option<Robustness>, Fault> {
        Ok(Some(Robustness {
            assumptions: Vec::new(),
            basis: Basis::Nothing,
        }))
    }

    fn decisive<'a>(&'a self, findings: &'a Findings) -> Result<Option<Decisive<'a>>, Fault> {
        Ok(Some(Decisive::new(self.scenario(), &findings.samples[0])))
    }

    fn publication<'a>(
        &'a self,
        findings: &'a Findings,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let (base, metric) = (self.scenario(), self.metric);
        let base_samples = &findings.samples[0];
        let effects = Effects {
            bars: self.bars(&findings.samples),
            pairs: self.pair_effects(findings),
        };
        let verdict = overall(&judge_all(&base.objectives, base_samples));
        let of_pairs = findings.pairs.iter().map(|pair| &pair.case);
        let cases: Vec<&Case> = self.cases.iter().chain(of_pairs).collect();
        let samples = findings.samples.iter().chain(&findings.of_pairs);
        let study_cases = with_samples(cases.iter().copied(), samples);
        let record = StudyRecord {
            scenario_hash: hash_of(cases.iter().map(|case| case.hash.as_str())),
            verdict,
            answer: self.answer_text(answer(base, metric, base_samples, verdict, &effects)),
            ..self.record(
                &study_cases,
                body(metric, base_samples, &effects),
                assumptions,
            )
        };
        Publication {
            text: text(base, metric, base_samples, &record.answer, &effects),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Sensitivity(record),
        }
    }

    fn outcome(&self, _: Verdict) -> Outcome {
        Outcome::Pass
    }
}

/// What the keys do, alone and in pairs.
struct Effects {
    bars: Vec<FactorEffects>,
    pairs: Vec<PairEffect>,
}

fn answer(
    base: &Scenario,
    metric: &Metric,
    base_samples: &Samples,
    verdict: Verdict,
    effects: &Effects,
) -> Vec<String> {
    let Effects { bars, pairs } = effects;
    let row = base_samples
        .figure(metric.name)
        .unwrap_or_else(|| unreachable!("a metric has a column"));
    let deciding: Vec<String> = bars
        .iter()
        .filter(|b| b.flips(verdict))
        .map(|b| format!("{} ({})", small(&words::key(&b.key)), b.key))
        .collect();
    let strongest = match bars.first().filter(|b| b.swing() > 0.0) {
        Some(first) => format!(
            "Of what nobody published, the {} ({}) moves that most",
            small(&words::key(&first.key)),
            first.key
        ),
        None => "Nothing that is assumed moves that".to_string(),
    };
    let clause = words::figure_clause(&row)
        .unwrap_or_else(|| format!("{} has no figure", small(&words::metric_title(metric.name))));
    let mut lines = vec![format!("{}. {strongest}.", capital(&clause))];
    if verdict == Verdict::Inconclusive && !base.objectives.is_empty() {
        let judgements = judge_all(&base.objectives, base_samples);
        let shortfall = judgements
            .iter()
            .filter_map(|j| j.replications_needed)
            .max();
        let needed = shortfall.map_or(String::new(), |n| {
            format!(
                "; about {} would settle it (--reps)",
                count_phrase(n.into(), "replication")
            )
        });
        lines.push(format!(
            "The verdict of the scenario itself is inconclusive, so it is open what it hangs on{needed}."
        ));
    } else if !base.objectives.is_empty() {
        lines.push(match deciding[..] {
            [] => format!(
                "The verdict ({}) hangs on none of them alone{}.",
                verdict.name(),
                in_pairs(pairs, verdict)
            ),
            _ => format!(
                "The verdict ({}) hangs on {}.",
                verdict.name(),
                deciding.join(", ")
            ),
        });
    }
    lines.extend(
        pairs
            .iter()
            .filter(|p| p.is_shown())
            .map(|p| act_together(p, metric)),
    );
    lines
}

/// ", but on the … (a.b) with the … (c.d)", where two keys together turn what none turns alone.
fn in_pairs(pairs: &[PairEffect], verdict: Verdict) -> String {
    let turning: Vec<String> = (pairs.iter().filter(|p| p.flips(verdict)))
        .map(|p| {
            let [first, second] = &p.keys;
            format!("{} with {}", key_label(first), key_label(second))
        })
        .collect();
    match turning[..] {
        [] => String::new(),
        _ => format!(", but on {}", turning.join(", ")),
    }
}

/// "re-establishment (clients.reestablish)".
fn key_label(key: &str) -> String {
    format!("{} ({key})", small(&words::key(key)))
}

/// What two keys do together that the effects of each alone do not add up to.
fn act_together(pair: &PairEffect, metric: &Metric) -> String {
    let [first, second] =
        [0, 1].map(|i| format!("{} at {}", key_label(&pair.keys[i]), pair.values[i]));
    let beyond = pair.interaction.map_or(String::new(), |e| {
        let (word, mean) = if e.mean > 0.0 {
            ("more", e)
        } else {
            ("less", e.negated())
        };
        format!(
            " Both together change {} {word} than the sum of what each changes alone.",
            amount(&mean, metric.unit)
        )
    });
    format!("Two keys act together: the {first}, and the {second}.{beyond}")
}

fn text(
    base: &Scenario,
    metric: &Metric,
    base_samples: &Samples,
    answer: &str,
    effects: &Effects,
) -> String {
    let has_objectives = !base.objectives.is_empty();
    let header = [
        "key",
        "value",
        "other value",
        &words::metric_title(metric.name),
        "difference",
        if has_objectives { "verdict" } else { "" },
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for bar in &effects.bars {
        for effect in &bar.levels {
            let difference = effect
                .paired
                .map_or("–".into(), |p| amount(&p.difference, metric.unit));
            let verdict = if has_objectives {
                effect.verdict.name()
            } else {
                ""
            };
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
    let n = base_samples.replications();
    format!(
        "{}\n\nOne at a time ({}, paired; all differences hold at once with 95 %)\n{}\n{}",
        answer,
        count_phrase(n.into(), "replication"),
        table(&rows, true),
        pairs_text(metric, &effects.pairs, has_objectives)
    )
}

fn pairs_text(metric: &Metric, pairs: &[PairEffect], has_objectives: bool) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let header = [
        "both together",
        &words::metric_title(metric.name),
        "beyond the sum of both",
        if has_objectives { "verdict" } else { "" },
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for pair in pairs {
        let set = |i: usize| format!("{}={}", pair.keys[i], pair.values[i]);
        let interaction = pair.interaction;
        let verdict = if has_objectives {
            pair.verdict.name()
        } else {
            ""
        };
        rows.push(vec![
            format!("{}, {}", set(0), set(1)),
            figure(&pair.row),
            interaction.map_or("–".into(), |e| amount(&e, metric.unit)),
            verdict.into(),
        ]);
    }
    format!(
        "\nTwo at a time, of those that move it most (beyond the sum: more than noise where the interval leaves 0 out)\n{}\n",
        table(&rows, true)
    )
}

/// What the record says besides what every study says.
fn body(metric: &Metric, base_samples: &Samples, effects: &Effects) -> record::Sensitivity {
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
    let pair = |pair: &PairEffect| {
        let [interaction, lower, upper] = bounds(pair.interaction);
        FactorPair {
            keys: pair.keys.clone(),
            values: pair.values.clone(),
            mean: pair.row.estimate.map(|e| rounded(e.mean)),
            interaction,
            lower,
            upper,
            verdict: pair.verdict,
        }
    };
    let base = base_samples.figure(metric.name).and_then(|r| r.estimate);
    record::Sensitivity {
        replications: base_samples.replications(),
        metric: metric.name.into(),
        unit: metric.unit.name().into(),
        base: base.map(|e| rounded(e.mean)),
        keys: effects.bars.iter().map(factor).collect(),
        pairs: effects.pairs.iter().map(pair).collect(),
    }
}
