//! `rccsim size`: the smallest or largest value of a key that meets every objective.

use std::borrow::Cow;

use clap::Args;

use super::conduct::conduct;
use super::design::PrecisionFlags;
use super::fault::Fault;
use super::flags::ScenarioFlags;
use super::inputs::inputs;
use super::size_answer::SizeAnswer;
use super::study::{Decisive, MaxEffort, Publication, Study, StudyFlags};
use super::{Outcome, memory};
use crate::experiment::{Campaign, OutageCase, Robustness, Search, SearchResult, TestedValue};
use crate::quantity::number::whole;
use crate::record::inputs::Input;
use crate::record::{
    Assumptions, Record, Sizing, StudyCase, StudyRecord, Trial, TrialObjective, Window,
};
use crate::report::text::{deciding_assumptions, figure, table};
use crate::scenario::{self, Axis, Combine, Place, Scenario, hash};
use crate::study::checkpoints;

/// Size a key.
#[derive(Args)]
pub(super) struct SizeArgs {
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
    /// Neighbouring values of which no window that serves is missed [default: a tenth of the values; where gateways, servers or
    /// users are counted, they are taken to be in order]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tolerance: Option<u32>,
    /// When they go down, instead of at the start: a storm in the busiest hour is harder
    #[arg(long, value_name = "CLOCK", requires = "spare")]
    down_at: Option<String>,
    #[command(flatten)]
    precision: PrecisionFlags,
    #[command(flatten)]
    pub study: StudyFlags,
}

impl SizeArgs {
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
        let axis = ascending(Axis::parse(&ranged(&self.key), &Place::file_only("--key"))?)?;
        let situations = self.situations(&base)?;
        // Every value must be one before the first is tried.
        for (situation, o) in situations
            .iter()
            .flat_map(|s| axis.values.iter().map(move |o| (s, o)))
        {
            situation.scenario.with(std::slice::from_ref(o))?;
        }
        let probes = Search::most_probes(axis.values.len(), self.tolerance(&axis));
        let scenarios: Vec<&Scenario> = (situations.iter())
            .flat_map(|s| std::iter::repeat_n(&s.scenario, probes))
            .collect();
        memory::check_figures(&scenarios, false)?;
        let place = Place::file_only("--key");
        let variation = scenario::Study::new(vec![axis.clone()], Combine::Product, &place)?;
        conduct(Range {
            command: self,
            base,
            axis,
            variation,
            situations,
        })
    }

    /// How wide a window may be that is missed; `None`: the values are in order. More gateways or servers never serve worse,
    /// and more users never better.
    fn tolerance(&self, axis: &Axis) -> Option<usize> {
        let is_counted = matches!(
            axis.key.rsplit('.').next(),
            Some("count" | "servers" | "spare")
        );
        let values = axis.values.len();
        match self.tolerance {
            Some(count) => Some((count as usize).min(values)),
            None => (!is_counted).then(|| values.div_ceil(10)),
        }
    }

    /// The scenario, or with spare gateways one for each `[[gateway]]` that may be down.
    fn situations(&self, base: &Scenario) -> Result<Vec<OutageCase>, Fault> {
        if self.spare == 0 {
            return Ok(vec![OutageCase::intact(base.clone())]);
        }
        // What is wrong now is the flag's, in lines that the file does not have.
        OutageCase::with_spares(base, self.spare, self.down_at.as_deref())
            .map_err(|(at, e)| Fault::Input(format!("--spare {} --down-at {at}: {e}", self.spare)))
    }
}

/// A key and the values that are searched.
struct Range {
    command: SizeArgs,
    base: Scenario,
    axis: Axis,
    /// The same as a study.
    variation: scenario::Study,
    situations: Vec<OutageCase>,
}

impl Range {
    fn search(&self) -> Search<'_> {
        let threads = self.command.study.jobs.threads();
        Search {
            situations: &self.situations,
            axis: &self.axis,
            largest: self.command.largest,
            start: self.base.replications.max(2),
            max_replications: self.command.precision.most_reps,
            tolerance: self.command.tolerance(&self.axis),
            admit: Box::new(move |scenario| memory::check(scenario, threads)),
        }
    }

    /// The spare gateways of the scenario beside those that the key counts.
    fn standing_by(&self) -> u32 {
        let named = self.axis.key.split('.').nth(1);
        let mut gateways = self.base.plan.gateways.iter();
        let counted = gateways.find(|g| named == Some("count") || named == Some(g.name.as_str()));
        counted.map_or(0, |gateway| gateway.spare)
    }

    /// The answer, a line each.
    fn lines(&self, result: &SearchResult) -> Vec<String> {
        let answer = SizeAnswer {
            axis: &self.axis,
            largest: self.command.largest,
            spare: self.command.spare,
            standing_by: self.standing_by(),
            down_at: self.command.down_at.as_deref(),
            tolerance: self.command.tolerance(&self.axis),
            result,
        };
        answer.lines()
    }

    fn study_case<'a>(&self, probe: &'a TestedValue, sample: &str) -> StudyCase<'a> {
        let value = (self.axis.key.clone(), probe.value.clone());
        let mut values = vec![value, ("sample".into(), sample.into())];
        let down = probe.down.iter();
        values.extend(down.map(|down| ("down".into(), format!("gateway:{down}"))));
        StudyCase {
            values,
            samples: &probe.samples,
        }
    }

    fn body(&self, result: &SearchResult) -> Sizing {
        let SizeArgs {
            largest,
            spare,
            down_at,
            ..
        } = &self.command;
        Sizing {
            key: self.axis.key.clone(),
            direction: if *largest { "largest" } else { "smallest" }.into(),
            value: result.chosen_value.clone(),
            confirmed: result.is_confirmed(),
            spare: *spare,
            down_at: down_at.clone(),
            windows: (result.windows.iter().cloned())
                .map(|(first, last)| Window { first, last })
                .collect(),
            trials: tested_values(result)
                .map(|(t, sample)| trial(t, sample))
                .collect(),
        }
    }
}

/// Everything that was tried, and for what.
fn tested_values(result: &SearchResult) -> impl Iterator<Item = (&TestedValue, &'static str)> {
    let search = result.probes.iter().map(|t| (t, Trial::SEARCH));
    search.chain(result.fresh.iter().map(|t| (t, Trial::CONFIRMATION)))
}

impl Study for Range {
    const COMMAND: &'static str = "size";
    type Findings = SearchResult;

    fn flags(&self) -> &StudyFlags {
        &self.command.study
    }

    fn scenario(&self) -> &Scenario {
        &self.base
    }

    fn command(&self, set: &str) -> String {
        let SizeArgs {
            scenario,
            key,
            largest,
            spare,
            down_at,
            tolerance,
            precision,
            ..
        } = &self.command;
        let mut flags = vec![("--key", key.clone())];
        flags.extend(largest.then(|| ("--largest", String::new())));
        flags.extend((*spare > 0).then(|| ("--spare", spare.to_string())));
        flags.extend(down_at.iter().map(|at| ("--down-at", at.clone())));
        flags.extend(tolerance.map(|n| ("--tolerance", n.to_string())));
        flags.extend(precision.flags());
        scenario.repeated(Self::COMMAND, set, flags)
    }

    fn answer(&mut self, campaign: &Campaign) -> Result<Option<SearchResult>, Fault> {
        Ok(self.search().run(campaign)?)
    }

    fn max_effort(&self) -> Option<MaxEffort> {
        let search = self.search();
        let probes = Search::most_probes(self.axis.values.len(), search.tolerance);
        let probe_total = (probes * self.situations.len()) as u64;
        let max_replications = search.max_replications.max(search.start);
        Some(MaxEffort {
            rounds: probe_total * checkpoints(search.start, max_replications).count() as u64,
            replications: probe_total * u64::from(max_replications),
        })
    }

    fn robustness(
        &self,
        result: &SearchResult,
        campaign: &Campaign,
    ) -> Result<Option<Robustness>, Fault> {
        Ok(self.search().robustness(result, campaign)?)
    }

    fn decisive<'a>(&'a self, result: &'a SearchResult) -> Result<Option<Decisive<'a>>, Fault> {
        let Some(case) = self.search().deciding(result)?.into_iter().next() else {
            return Ok(None);
        };
        let (_, value) = &case.point.values[0];
        Ok(result.probe(value).map(|probe| Decisive {
            samples: &probe.samples,
            scenario: Cow::Owned(case.scenario.clone()),
        }))
    }

    fn publication<'a>(
        &'a self,
        result: &'a SearchResult,
        assumptions: Assumptions,
    ) -> Publication<'a> {
        let study_cases: Vec<StudyCase> = tested_values(result)
            .map(|(t, sample)| self.study_case(t, sample))
            .collect();
        let record = StudyRecord {
            scenario_hash: hash(&self.base),
            verdict: result.verdict(),
            answer: self.answer_text(self.lines(result)),
            ..self.record(&study_cases, self.body(result), assumptions)
        };
        Publication {
            text: text(&self.axis, &record, result),
            points: study_cases.iter().map(|t| (t.label(), t.samples)).collect(),
            record: Record::Sizing(record),
        }
    }

    fn inputs(&self) -> Vec<Input> {
        inputs(&self.base, Some(&self.variation))
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

/// Sorts the axis; bisection needs an order.
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

fn text(axis: &Axis, record: &StudyRecord<Sizing>, result: &SearchResult) -> String {
    let mut rows = vec![vec![
        axis.key.clone(),
        "replications".into(),
        "verdict".into(),
    ]];
    if let Some(trial) = result.probes.first() {
        rows[0].extend(
            trial
                .judgements
                .iter()
                .map(|j| j.objective.metric.name.to_string()),
        );
    }
    let row = |t: &TestedValue, fresh: &str| {
        let mut row = vec![
            t.value.clone(),
            format!("{}{fresh}", whole(t.samples.replications().into())),
            t.verdict.name().into(),
        ];
        row.extend(t.judgements.iter().map(|j| figure(&j.row)));
        row
    };
    rows.extend(result.probes.iter().map(|t| row(t, "")));
    rows.extend(result.fresh.iter().map(|t| row(t, " fresh")));
    let deciding = deciding_assumptions(&record.assumptions);
    format!(
        "{}\n{deciding}\nTried\n{}\n",
        record.answer,
        table(&rows, true)
    )
}

/// The record of a value that was tried.
fn trial(probe: &TestedValue, sample: &'static str) -> Trial {
    Trial {
        value: probe.value.clone(),
        sample: sample.into(),
        down: probe.down.clone(),
        replications: probe.samples.replications(),
        verdict: probe.verdict,
        objectives: probe.judgements.iter().map(TrialObjective::new).collect(),
    }
}
