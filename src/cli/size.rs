//! `rccsim size`: the smallest or largest value of a key that meets every objective.

use clap::Args;

use super::design::PrecisionFlags;
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::experiment::{
    Campaign, Candidate, Case, Judged, Probe, Ranking, Robustness, RobustnessCheck, Search,
    SearchResult, Situation, user_hours,
};
use crate::quantity::number::{human, whole};
use crate::record::{Premises, Record, Sizing, Study, Trial, TrialObjective, Tried};
use crate::report::text::{figure, objective, target};
use crate::scenario::{Axis, Combine, Place, Scenario, Study as Varied, expanded, hash};
use crate::study::Verdict;

/// Size a key.
#[derive(Args)]
pub(super) struct Size {
    #[command(flatten)]
    scenario: ScenarioFlags,
    /// The key with the values to search: "gateway.count" (from 1 to 1000), "gateway.count=1..64 step 1",
    /// "clients.refresh_interval=1 min..1 h step 1 min"
    #[arg(long, value_name = "KEY[=VALUES]")]
    key: String,
    /// The largest value that meets the objectives, instead of the smallest
    #[arg(long)]
    largest: bool,
    /// It must hold with so many gateways down for the whole run, their users moved to as many spare ones; of several
    /// [[gateway]] the worst
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    spare: u32,
    /// When they go down, instead of at the start: a storm in the busiest hour is harder
    #[arg(long, value_name = "CLOCK", requires = "spare")]
    down_at: Option<String>,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    results: ResultsFlags,
    #[command(flatten)]
    jobs: JobsFlag,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// No warnings and no progress
    #[arg(long, short)]
    quiet: bool,
}

impl Size {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        if base.objectives.is_empty() {
            return Err(Fault::Input(format!(
                "{}: no [[objective]]: nothing says which value serves",
                base.file
            )));
        }
        let axis = ascending(Axis::parse(&ranged(&self.key), &Place::whole("--key"))?)?;
        let situations = self.situations(&base)?;
        // Every value must be one before the first is tried.
        for (situation, o) in situations
            .iter()
            .flat_map(|s| axis.values.iter().map(move |o| (s, o)))
        {
            situation.scenario.with(std::slice::from_ref(o))?;
        }
        let results = self.results.open(&base.plan.name, "size", self.quiet)?;
        let threads = self.jobs.threads();
        let search = Search {
            situations: &situations,
            axis: &axis,
            largest: self.largest,
            start: base.replications.max(2),
            most: self.precision.most_reps,
            admit: &|scenario| memory::check(scenario, threads),
        };
        let pool = self.jobs.pool()?;
        let found = pool.install(|| search.run(&results.campaign))?;
        let premises = match &found {
            Some(found) => {
                let points = search.deciding(found)?;
                pool.install(|| {
                    results.premises(
                        |campaign| self.robustness(&points, found, campaign),
                        |set| self.command(set),
                    )
                })
            }
            None => None,
        };
        results.tell(premises.is_none());
        let Some((found, premises)) = found.zip(premises) else {
            return Ok(Outcome::Interrupted);
        };
        let study = self.record(&base, &axis, &found, premises);
        let summary = Record::Sizing(study.record(self.body(&axis, &found)));
        let turned = Varied::new(vec![axis.clone()], Combine::Product, &Place::whole("--key"))?;
        let scenarios = vec![("scenario.toml".into(), expanded(&base))];
        let files = Files::of(
            &study,
            &summary,
            &base.file,
            scenarios,
            inputs(&base, Some(&turned)),
        );
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&axis, &study, &found),
                files.told(&path)
            ))?,
            Format::Json => print(&summary.json())?,
        }
        Ok(match found.verdict() {
            Verdict::Pass => Outcome::Pass,
            Verdict::Inconclusive => Outcome::Inconclusive,
            Verdict::Fail => Outcome::ObjectiveMissed,
        })
    }

    /// The scenario, or with spare gateways one for each `[[gateway]]` that may be down.
    fn situations(&self, base: &Scenario) -> Result<Vec<Situation>, Fault> {
        if self.spare == 0 {
            return Ok(vec![Situation::intact(base.clone())]);
        }
        // What is wrong now is the flag's, in lines that the file does not have.
        Situation::with_spares(base, self.spare, self.down_at.as_deref())
            .map_err(|(at, e)| Fault::Input(format!("--spare {} --down-at {at}: {e}", self.spare)))
    }

    /// What hangs on assumptions: whether the value still serves, and whether its neighbour then does.
    fn robustness(
        &self,
        points: &[Case],
        found: &SearchResult,
        campaign: &Campaign,
    ) -> Option<Robustness> {
        let judged = |case: &'_ Case| {
            let value = case.point.values.first();
            value
                .and_then(|(_, value)| found.probe(value))
                .map_or(Verdict::Inconclusive, |t| t.verdict)
        };
        let candidates = points.iter().map(|case| Candidate {
            name: case.point.label(),
            case,
            known: &[],
        });
        let ranking = Ranking {
            points: points
                .iter()
                .map(|case| Judged {
                    name: case.point.label(),
                    objectives: &case.scenario.objectives,
                    verdict: judged(case),
                })
                .collect(),
            least: None,
        };
        let cost = points
            .first()
            .map_or(0, |case| user_hours(&case.scenario.plan, 1));
        let all = found.all();
        let check = RobustnessCheck {
            candidates: candidates.collect(),
            min_candidates: 1,
            spent: all
                .map(|t| cost.saturating_mul(t.samples.replications().into()))
                .sum(),
        };
        check.run(
            campaign,
            |tried| ranking.answer(tried),
            |tested| ranking.judge(tested),
        )
    }

    /// The command that repeats it, with more of `set`.
    fn command(&self, set: &str) -> String {
        let mut command = self.scenario.canonical("size") + set + &written("--key", &self.key);
        if self.largest {
            command += " --largest";
        }
        if self.spare > 0 {
            command += &written("--spare", &self.spare.to_string());
        }
        self.down_at
            .iter()
            .for_each(|at| command += &written("--down-at", at));
        self.precision
            .given()
            .iter()
            .for_each(|(flag, value)| command += &written(flag, value));
        command
    }

    fn record(
        &self,
        base: &Scenario,
        axis: &Axis,
        found: &SearchResult,
        premises: Premises,
    ) -> Study {
        let mut answer = answer(axis, self.largest, found);
        if let (1.., Some(chosen)) = (self.spare, &found.chosen) {
            let when = self
                .down_at
                .as_ref()
                .map_or("all the time".into(), |at| format!("from {at} on"));
            let one = if self.spare == 1 {
                "1 gateway".into()
            } else {
                format!("{} gateways", self.spare)
            };
            let of = found
                .probe(chosen)
                .and_then(|t| t.down.as_deref())
                .unwrap_or_default();
            answer.push(format!(
                "This holds with {one} of {of} down {when}, the worst to lose, and as many spare: these come on top."
            ));
        }
        let of = |sample: &'static str| {
            move |t: &Probe| {
                let mut values = vec![
                    (axis.key.clone(), t.value.clone()),
                    ("sample".into(), sample.into()),
                ];
                values.extend(
                    t.down
                        .iter()
                        .map(|down| ("down".to_string(), format!("gateway:{down}"))),
                );
                Tried {
                    values,
                    samples: t.samples.clone(),
                }
            }
        };
        Study {
            schema: "rccsim.size/1",
            scenario: base.plan.name.clone(),
            scenario_hash: hash(base),
            question: base.question.clone(),
            seed: base.plan.seed,
            verdict: found.verdict(),
            answer,
            warnings: base.warnings.clone(),
            command: self.command(""),
            premises,
            tried: found
                .probes
                .iter()
                .map(of(Trial::SEARCH))
                .chain(found.fresh.iter().map(of(Trial::CONFIRMATION)))
                .collect(),
        }
    }

    fn body(&self, axis: &Axis, found: &SearchResult) -> Sizing {
        let trials = found.probes.iter().map(|t| trial(t, Trial::SEARCH));
        Sizing {
            key: axis.key.clone(),
            wanted: if self.largest { "largest" } else { "smallest" }.into(),
            value: found.chosen.clone(),
            confirmed: found.is_confirmed(),
            spare: self.spare,
            down_at: self.down_at.clone(),
            trials: trials
                .chain(found.fresh.iter().map(|t| trial(t, Trial::CONFIRMATION)))
                .collect(),
        }
    }
}

/// A key alone is a count from 1.
fn ranged(key: &str) -> String {
    if key.contains('=') {
        key.into()
    } else {
        format!("{key} = 1..{MOST_COUNT} step 1")
    }
}

/// Where a count is searched without a range.
const MOST_COUNT: u32 = 1000;

/// The values as numbers that grow: a search needs an order.
fn ascending(mut axis: Axis) -> Result<Axis, Fault> {
    let number = |axis: &Axis, i: usize| axis.number(axis.values[i].value());
    let numbers: Option<Vec<f64>> = (0..axis.values.len()).map(|i| number(&axis, i)).collect();
    let Some(numbers) = numbers else {
        return Err(Fault::Input(format!(
            "--key {}: its values are no numbers: there is no smallest one; `sweep` tries them all",
            axis.key
        )));
    };
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    order.dedup_by(|a, b| numbers[*a] == numbers[*b]);
    axis.values = order.into_iter().map(|i| axis.values[i].clone()).collect();
    if axis.values.len() < 2 {
        return Err(Fault::Input(format!(
            "--key {}: one value alone is no search; give a range, like \"{}=1..64 step 1\"",
            axis.key, axis.key
        )));
    }
    Ok(axis)
}

fn answer(axis: &Axis, largest: bool, found: &SearchResult) -> Vec<String> {
    let which = if largest { "largest" } else { "smallest" };
    let key = &axis.key;
    let Some(chosen) = &found.chosen else {
        let serves = found.probes.iter().find(|t| t.verdict == Verdict::Pass);
        let mut lines = match serves {
            Some(t) => vec![format!(
                "{key} = {} meets the objectives and {} does not: larger values serve here. Leave --largest out.",
                t.value, found.probes[0].value
            )],
            None => {
                let tried: Vec<&str> = found.probes.iter().map(|t| t.value.as_str()).collect();
                vec![format!(
                    "No value of {key} that was tried meets the objectives: {}.",
                    tried.join(", ")
                )]
            }
        };
        let missed = found
            .probes
            .iter()
            .rev()
            .find(|t| t.verdict != Verdict::Pass);
        lines.extend(missed.map(|t| format!("At {}: {}.", t.value, failing(t))));
        lines.push(ORDER.into());
        return lines;
    };
    let mut lines = Vec::new();
    let trial = found.probe(chosen);
    let confirmed = if found.is_confirmed() {
        "confirmed by"
    } else {
        "but not confirmed by"
    };
    let fresh = found
        .fresh
        .iter()
        .find(|t| t.value == *chosen)
        .map_or(0, |t| t.samples.replications());
    lines.push(format!(
        "{key} = {chosen} is the {which} value that meets the objectives, {confirmed} {} fresh replications.",
        whole(fresh.into())
    ));
    if let Some((binding, room)) = trial.and_then(Probe::margin) {
        lines.push(format!(
            "{} binds: {} against {}, a margin of {} %.",
            binding.objective.metric.name,
            figure(&binding.row),
            target(&binding.objective),
            human((room * 1000.0).round() / 10.0)
        ));
    }
    match found.beyond.as_ref().and_then(|value| found.probe(value)) {
        Some(next) if next.verdict == Verdict::Pass => lines.push(format!(
            "{} passed too with fresh replications: the border lies in the noise; more --reps would settle it.",
            next.value
        )),
        Some(next) => lines.push(format!("{} does not: {}.", next.value, failing(next))),
        None => lines.push("It is the last of the values that were given: the border may lie beyond.".into()),
    }
    let passing = |t: &&Probe| t.verdict == Verdict::Pass;
    if !found.is_confirmed() && found.probes.iter().any(|t| passing(&t)) {
        lines.push("The search and the confirmation disagree: the figures are too noisy; more --reps help.".into());
    }
    lines.push(ORDER.into());
    lines
}

/// What a search cannot see.
const ORDER: &str = "This takes it that a value on the safe side of one that serves, serves too; rccsim sweep shows them all.";

/// Why a value does not serve.
fn failing(trial: &Probe) -> String {
    let missed: Vec<String> = trial
        .judgements
        .iter()
        .filter(|j| j.verdict != Verdict::Pass)
        .map(|j| {
            format!(
                "{} is {} ({})",
                objective(&j.objective),
                figure(&j.row),
                j.verdict.name()
            )
        })
        .collect();
    missed.join(", ")
}

fn text(axis: &Axis, study: &Study, found: &SearchResult) -> String {
    let mut rows = vec![vec![
        axis.key.clone(),
        "replications".into(),
        "verdict".into(),
    ]];
    if let Some(trial) = found.probes.first() {
        rows[0].extend(
            trial
                .judgements
                .iter()
                .map(|j| j.objective.metric.name.to_string()),
        );
    }
    let row = |t: &Probe, fresh: &str| {
        let mut row = vec![
            t.value.clone(),
            format!("{}{fresh}", whole(t.samples.replications().into())),
            t.verdict.name().into(),
        ];
        row.extend(t.judgements.iter().map(|j| figure(&j.row)));
        row
    };
    rows.extend(found.probes.iter().map(|t| row(t, "")));
    rows.extend(found.fresh.iter().map(|t| row(t, " fresh")));
    let deciding = crate::report::text::premises(&study.premises);
    format!(
        "{}\n{deciding}\nTried\n{}\n",
        study.answer.join("\n"),
        crate::report::text::table(&rows, true)
    )
}

/// The record of a value that was tried.
fn trial(probe: &Probe, sample: &'static str) -> Trial {
    Trial {
        value: probe.value.clone(),
        sample: sample.into(),
        down: probe.down.clone(),
        replications: probe.samples.replications(),
        verdict: probe.verdict,
        objectives: probe.judgements.iter().map(TrialObjective::new).collect(),
    }
}
