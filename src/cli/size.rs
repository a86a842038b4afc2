//! `rccsim size`: the smallest or largest value of a key that meets every objective.

use clap::Args;
use serde::Serialize;

use super::design::PrecisionFlags;
use super::fault::{Fault, print};
use super::flags::{Format, JobsFlag, ScenarioFlags, written};
use super::inputs::inputs;
use super::results::{Files, ResultsFlags};
use super::{Outcome, memory};
use crate::deployment::GatewayPlan;
use crate::experiment::{
    Campaign, Candidate, Case, Judged, Ranking, Replications, Robustness, RobustnessCheck, scopes,
    user_hours,
};
use crate::measure::Bound;
use crate::quantity::{Span, parse_clock, print_clock, print_span};
use crate::report::Premises;
use crate::report::number::{human, rounded, whole};
use crate::report::study::{Study, Tried};
use crate::report::text::{figure, objective, target};
use crate::scenario::{
    Axis, Combine, Override, Place, Point, Scenario, Study as Varied, expanded, hash,
};
use crate::study::{Bracket, Feasibility, Judgement, Samples, Verdict, judge_all, overall};

/// Size a key.
#[derive(Args)]
pub struct Size {
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

/// A value that was tried, and what came out.
#[derive(Clone)]
struct Trial {
    value: String,
    /// Which gateway was down, where one was: the one that is worst to lose.
    down: Option<String>,
    samples: Samples,
    verdict: Verdict,
    judgements: Vec<Judgement>,
}

/// What `summary.json` says besides what every study says.
#[derive(Serialize)]
struct Body<'a> {
    key: &'a str,
    wanted: &'a str,
    value: Option<&'a str>,
    confirmed: bool,
    spare: u32,
    down_at: Option<&'a str>,
    trials: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    value: &'a str,
    sample: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    down: Option<&'a str>,
    replications: u32,
    verdict: &'a str,
    objectives: Vec<Figure<'a>>,
}

#[derive(Serialize)]
struct Figure<'a> {
    metric: &'a str,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    target: f64,
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    verdict: &'a str,
}

/// The search and what it tries things with.
struct Search<'a> {
    /// The scenario; with spare gateways, once for each `[[gateway]]` that is hit, with its name.
    situations: &'a [Situation],
    axis: &'a Axis,
    campaign: &'a Campaign,
    start: u32,
    most: u32,
    threads: usize,
}

impl Search<'_> {
    /// Judges a value: of several situations the worst; `None`: interrupted.
    fn judge(&self, place: usize, first: u32) -> Result<Option<Trial>, Fault> {
        let mut worst: Option<Trial> = None;
        for situation in self.situations {
            let Some(trial) = self.judge_one(situation, place, first)? else {
                return Ok(None);
            };
            // Of those that all pass, the one with the least room: it is what binds.
            let rank = |v: Verdict| {
                [Verdict::Pass, Verdict::Inconclusive, Verdict::Fail]
                    .iter()
                    .position(|o| *o == v)
            };
            let room = |t: &Trial| margin(t).map_or(f64::NEG_INFINITY, |(_, room)| room);
            let is_worse = |w: &Trial| {
                rank(trial.verdict)
                    .cmp(&rank(w.verdict))
                    .then(room(w).total_cmp(&room(&trial)))
                    .is_gt()
            };
            if worst.as_ref().is_none_or(is_worse) {
                worst = Some(trial);
            }
        }
        Ok(worst)
    }

    /// Judges a value, with more replications at fixed checkpoints until the verdict is clear; `None`: interrupted.
    fn judge_one(
        &self,
        situation: &Situation,
        place: usize,
        first: u32,
    ) -> Result<Option<Trial>, Fault> {
        let o = &self.axis.values[place];
        let values = vec![(self.axis.key.clone(), o.value().to_string())];
        let case = Case::at(
            &situation.scenario,
            Point {
                values,
                overrides: vec![o.clone()],
            },
        )?;
        memory::check(&case.scenario, self.threads)?;
        let objectives = &case.scenario.objectives;
        let plan = &case.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        let mut judgements = Vec::new();
        for n in crate::study::checkpoints(self.start, self.most.max(self.start)) {
            let have = samples.replications();
            let more = Replications {
                first: first + have,
                ..Replications::fixed(n - have)
            };
            let Some(found) = self.campaign.replicate(std::slice::from_ref(&case), more)? else {
                return Ok(None);
            };
            found.into_iter().for_each(|found| samples.extend(found));
            judgements = judge_all(objectives, &samples);
            if overall(&judgements) != Verdict::Inconclusive {
                break;
            }
        }
        let (value, down) = (o.value().into(), situation.down.clone());
        Ok(Some(Trial {
            value,
            down,
            samples,
            verdict: overall(&judgements),
            judgements,
        }))
    }
}

/// A scenario, and the gateway that is down in it.
struct Situation {
    scenario: Scenario,
    down: Option<String>,
}

/// The scenario with so many gateways down and as many spare ones: once for each `[[gateway]]`. Its instances are alike, and
/// the first of them have the most users, so these are the worst to lose.
fn hit(base: &Scenario, spare: u32, at: Option<&str>) -> Result<Vec<Situation>, Fault> {
    let at = at.map_or_else(|| print_clock(base.plan.start), String::from);
    let left = base.plan.horizon.0.saturating_sub(
        parse_clock(&at).map_or(0, |clock| clock.0.saturating_sub(base.plan.start.0)),
    );
    let duration = print_span(Span(left.max(1)));
    let situation = |gateway: &GatewayPlan| {
        let name = toml::Value::String(format!("gateway:{}", gateway.name));
        let faults: Vec<String> = (1..=spare)
            .map(|i| {
                format!(
                    "[[fault]]\nname = \"spare {i}\"\nkind = \"crash\"\ntarget = {name}\ninstance = {i}\nat = \"{at}\"\nduration = \"{duration}\"\n"
                )
            })
            .collect();
        let o = Override::parse_at(
            &format!("gateway.{}.spare={spare}", gateway.name),
            &Place::whole("--spare"),
        )?;
        // What is wrong now is the flag's, in lines that the file does not have.
        let source = base.source.with_tables(&faults.concat());
        let scenario = source
            .scenario(&[o])
            .map_err(|e| Fault::Input(format!("--spare {spare} --down-at {at}: {e}")))?;
        Ok(Situation {
            scenario,
            down: Some(gateway.name.clone()),
        })
    };
    base.plan.gateways.iter().map(situation).collect()
}

impl Size {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub fn run(self) -> Result<Outcome, Fault> {
        let base = self.scenario.read()?;
        if base.objectives.is_empty() {
            return Err(Fault::Input(format!(
                "{}: no [[objective]]: nothing says which value serves",
                base.file
            )));
        }
        let axis = ascending(Axis::parse(&ranged(&self.key), &Place::whole("--key"))?)?;
        let situations = match self.spare {
            0 => vec![Situation {
                scenario: base.clone(),
                down: None,
            }],
            n => hit(&base, n, self.down_at.as_deref())?,
        };
        // Every value must be one before the first is tried.
        for (situation, o) in situations
            .iter()
            .flat_map(|s| axis.values.iter().map(move |o| (s, o)))
        {
            situation.scenario.with(std::slice::from_ref(o))?;
        }
        let results = self.results.open(&base.plan.name, "size", self.quiet)?;
        let start = base.replications.max(2);
        let search = Search {
            situations: &situations,
            axis: &axis,
            campaign: &results.campaign,
            start,
            most: self.precision.most_reps,
            threads: self.jobs.threads(),
        };
        let pool = self.jobs.pool()?;
        let found = pool.install(|| find(&search, self.largest))?;
        let premises = match &found {
            Some(found) => {
                let points = self.points(&search, found)?;
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
        let document = study.json(&self.body(&axis, &found));
        let turned = Varied::new(vec![axis.clone()], Combine::Product, &Place::whole("--key"))?;
        let scenarios = vec![("scenario.toml".into(), expanded(&base))];
        let files = Files::of(&study, &document, scenarios, inputs(&base, Some(&turned)));
        let path = pool.install(|| results.publish(&files))?;
        match self.format {
            Format::Text => print(&format!(
                "{}{}",
                text(&axis, &study, &found),
                files.told(&path)
            ))?,
            Format::Json => print(&document)?,
        }
        Ok(match found.verdict() {
            Verdict::Pass => Outcome::Pass,
            Verdict::Inconclusive => Outcome::Inconclusive,
            Verdict::Fail => Outcome::ObjectiveMissed,
        })
    }

    /// The value that was found and its neighbour that does not serve; where nothing serves, the safest one.
    fn points(&self, search: &Search, found: &Finding) -> Result<Vec<Case>, Fault> {
        let safest = if self.largest {
            search.axis.values.first()
        } else {
            search.axis.values.last()
        };
        let wanted: Vec<&str> = match &found.chosen {
            Some(chosen) => std::iter::once(chosen)
                .chain(&found.beyond)
                .map(String::as_str)
                .collect(),
            None => safest.map(Override::value).into_iter().collect(),
        };
        let mut points = Vec::new();
        for value in wanted {
            let Some(trial) = found.of(value) else {
                continue;
            };
            let situation = search.situations.iter().find(|s| s.down == trial.down);
            let own = search.axis.values.iter().find(|o| o.value() == value);
            let Some((situation, o)) = situation.zip(own) else {
                continue;
            };
            let values = vec![(search.axis.key.clone(), value.into())];
            let point = Point {
                values,
                overrides: vec![o.clone()],
            };
            points.push(Case::at(&situation.scenario, point)?);
        }
        Ok(points)
    }

    /// What hangs on assumptions: whether the value still serves, and whether its neighbour then does.
    fn robustness(
        &self,
        points: &[Case],
        found: &Finding,
        campaign: &Campaign,
    ) -> Option<Robustness> {
        let judged = |case: &'_ Case| {
            let value = case.point.values.first();
            value
                .and_then(|(_, value)| found.of(value))
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
        let all = found.trials.iter().chain(&found.fresh);
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

    fn record(&self, base: &Scenario, axis: &Axis, found: &Finding, premises: Premises) -> Study {
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
                .of(chosen)
                .and_then(|t| t.down.as_deref())
                .unwrap_or_default();
            answer.push(format!(
                "This holds with {one} of {of} down {when}, the worst to lose, and as many spare: these come on top."
            ));
        }
        let of = |sample: &'static str| {
            move |t: &Trial| {
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
            verdict: found.verdict().name(),
            answer,
            warnings: base.warnings.clone(),
            command: self.command(""),
            premises,
            tried: found
                .trials
                .iter()
                .map(of(SEARCH))
                .chain(found.fresh.iter().map(of(FRESH)))
                .collect(),
        }
    }

    fn body<'a>(&'a self, axis: &'a Axis, found: &'a Finding) -> Body<'a> {
        let trials = found.trials.iter().map(|t| line(t, SEARCH));
        Body {
            key: &axis.key,
            wanted: if self.largest { "largest" } else { "smallest" },
            value: found.chosen.as_deref(),
            confirmed: found.confirmed(),
            spare: self.spare,
            down_at: self.down_at.as_deref(),
            trials: trials
                .chain(found.fresh.iter().map(|t| line(t, FRESH)))
                .collect(),
        }
    }
}

/// What a value was tried for.
const SEARCH: &str = "search";
/// With replications that the search has not seen.
const FRESH: &str = "confirmation";

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

/// What a search found.
struct Finding {
    /// What was tried while searching.
    trials: Vec<Trial>,
    /// What was tried with fresh replications.
    fresh: Vec<Trial>,
    /// The value that was chosen.
    chosen: Option<String>,
    /// Its neighbour that does not serve.
    beyond: Option<String>,
}

impl Finding {
    fn confirmed(&self) -> bool {
        let fresh = |value: &String| {
            self.fresh
                .iter()
                .find(|t| t.value == *value)
                .map(|t| t.verdict)
        };
        self.chosen
            .as_ref()
            .is_some_and(|c| fresh(c) == Some(Verdict::Pass))
    }

    /// pass: there is a value that serves, and fresh replications confirm it.
    fn verdict(&self) -> Verdict {
        match &self.chosen {
            Some(_) if self.confirmed() => Verdict::Pass,
            Some(_) => Verdict::Inconclusive,
            None => Verdict::Fail,
        }
    }

    fn of(&self, value: &str) -> Option<&Trial> {
        self.fresh
            .iter()
            .chain(&self.trials)
            .find(|t| t.value == value)
    }
}

/// Grows from the least value until the verdict turns, bisects, and confirms with replications that the search has not
/// seen; `None`: interrupted.
fn find(search: &Search, largest: bool) -> Result<Option<Finding>, Fault> {
    let n = search.axis.values.len();
    let mut bracket = Bracket::new(n);
    let mut finding = Finding {
        trials: Vec::new(),
        fresh: Vec::new(),
        chosen: None,
        beyond: None,
    };
    while let Some(place) = bracket.next() {
        let Some(trial) = search.judge(place, 0)? else {
            return Ok(None);
        };
        // What is not shown to serve does not serve.
        let turned = (trial.verdict == Verdict::Pass) != largest;
        bracket.record(
            place,
            if turned {
                Feasibility::Feasible
            } else {
                Feasibility::Infeasible
            },
        );
        finding.trials.push(trial);
    }
    // Of the values from the border on the verdict is the other one: the smallest that serves, or the first that does not.
    let border = bracket.first_feasible().unwrap_or(n);
    let (chosen, safer, riskier) = match largest {
        true => (border.checked_sub(1), -1, 1),
        false => ((border < n).then_some(border), 1, -1),
    };
    let Some(mut place) = chosen else {
        // Where the least value fails, the greatest may yet serve: then the order is the other one.
        if largest {
            let Some(trial) = search.judge(n - 1, 0)? else {
                return Ok(None);
            };
            finding.trials.push(trial);
        }
        return Ok(Some(finding));
    };
    let value = |place: usize| search.axis.values[place].value().to_string();
    let next = |place: usize, step: isize| place.checked_add_signed(step).filter(|p| *p < n);
    let first = search.most.max(search.start);
    loop {
        let Some(trial) = search.judge(place, first)? else {
            return Ok(None);
        };
        let passed = trial.verdict == Verdict::Pass;
        finding.chosen = Some(trial.value.clone());
        finding.fresh.push(trial);
        // Where the search was lucky: one step to the safe side, and fresh luck again.
        match next(place, safer) {
            Some(p) if !passed && finding.fresh.len() <= MOST_STEPS_BACK => place = p,
            _ => break,
        }
    }
    if let Some(p) = next(place, riskier) {
        if !finding.fresh.iter().any(|t| t.value == value(p)) {
            let Some(trial) = search.judge(p, first)? else {
                return Ok(None);
            };
            finding.fresh.push(trial);
        }
        finding.beyond = Some(value(p));
    }
    Ok(Some(finding))
}

/// A confirmation that fails so often was no bad luck.
const MOST_STEPS_BACK: usize = 5;

/// How far the interval stays from the target, as a share of it: the least over all objectives, which is what binds.
fn margin(trial: &Trial) -> Option<(&Judgement, f64)> {
    let of = |j: &Judgement| {
        let e = j.row.estimate?;
        let t = j.objective.bound.target();
        let room = match j.objective.bound {
            Bound::AtMost(t) => t - e.upper?,
            Bound::AtLeast(t) => e.lower? - t,
        };
        Some(if t == 0.0 { room } else { room / t })
    };
    let all = trial.judgements.iter().filter_map(|j| Some((j, of(j)?)));
    all.min_by(|a, b| a.1.total_cmp(&b.1))
}

fn answer(axis: &Axis, largest: bool, found: &Finding) -> Vec<String> {
    let which = if largest { "largest" } else { "smallest" };
    let key = &axis.key;
    let Some(chosen) = &found.chosen else {
        let serves = found.trials.iter().find(|t| t.verdict == Verdict::Pass);
        let mut lines = match serves {
            Some(t) => vec![format!(
                "{key} = {} meets the objectives and {} does not: larger values serve here. Leave --largest out.",
                t.value, found.trials[0].value
            )],
            None => {
                let tried: Vec<&str> = found.trials.iter().map(|t| t.value.as_str()).collect();
                vec![format!(
                    "No value of {key} that was tried meets the objectives: {}.",
                    tried.join(", ")
                )]
            }
        };
        let missed = found
            .trials
            .iter()
            .rev()
            .find(|t| t.verdict != Verdict::Pass);
        lines.extend(missed.map(|t| format!("At {}: {}.", t.value, failing(t))));
        lines.push(ORDER.into());
        return lines;
    };
    let mut lines = Vec::new();
    let trial = found.of(chosen);
    let confirmed = if found.confirmed() {
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
    if let Some((binding, room)) = trial.and_then(margin) {
        lines.push(format!(
            "{} binds: {} against {}, a margin of {} %.",
            binding.objective.metric.name,
            figure(&binding.row),
            target(&binding.objective),
            human((room * 1000.0).round() / 10.0)
        ));
    }
    match found.beyond.as_ref().and_then(|value| found.of(value)) {
        Some(next) if next.verdict == Verdict::Pass => lines.push(format!(
            "{} passed too with fresh replications: the border lies in the noise; more --reps would settle it.",
            next.value
        )),
        Some(next) => lines.push(format!("{} does not: {}.", next.value, failing(next))),
        None => lines.push("It is the last of the values that were given: the border may lie beyond.".into()),
    }
    let passing = |t: &&Trial| t.verdict == Verdict::Pass;
    if !found.confirmed() && found.trials.iter().any(|t| passing(&t)) {
        lines.push("The search and the confirmation disagree: the figures are too noisy; more --reps help.".into());
    }
    lines.push(ORDER.into());
    lines
}

/// What a search cannot see.
const ORDER: &str = "This takes it that a value on the safe side of one that serves, serves too; rccsim sweep shows them all.";

/// Why a value does not serve.
fn failing(trial: &Trial) -> String {
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

fn text(axis: &Axis, study: &Study, found: &Finding) -> String {
    let mut rows = vec![vec![
        axis.key.clone(),
        "replications".into(),
        "verdict".into(),
    ]];
    if let Some(trial) = found.trials.first() {
        rows[0].extend(
            trial
                .judgements
                .iter()
                .map(|j| j.objective.metric.name.to_string()),
        );
    }
    let row = |t: &Trial, fresh: &str| {
        let mut row = vec![
            t.value.clone(),
            format!("{}{fresh}", whole(t.samples.replications().into())),
            t.verdict.name().into(),
        ];
        row.extend(t.judgements.iter().map(|j| figure(&j.row)));
        row
    };
    rows.extend(found.trials.iter().map(|t| row(t, "")));
    rows.extend(found.fresh.iter().map(|t| row(t, " fresh")));
    let deciding = crate::report::text::premises(&study.premises);
    format!(
        "{}\n{deciding}\nTried\n{}\n",
        study.answer.join("\n"),
        crate::report::text::table(&rows, true)
    )
}

fn line<'a>(trial: &'a Trial, sample: &'a str) -> Line<'a> {
    let figure = |j: &Judgement| {
        let e = j.row.estimate;
        let target = rounded(j.objective.bound.target());
        let below = matches!(j.objective.bound, Bound::AtMost(_));
        Figure {
            metric: j.objective.metric.name,
            scope: j.objective.scope.to_string(),
            at_most: below.then_some(target),
            at_least: (!below).then_some(target),
            target,
            mean: e.map(|e| rounded(e.mean)),
            lower: e.and_then(|e| e.lower).map(rounded),
            upper: e.and_then(|e| e.upper).map(rounded),
            verdict: j.verdict.name(),
        }
    };
    Line {
        value: &trial.value,
        sample,
        down: trial.down.as_deref(),
        replications: trial.samples.replications(),
        verdict: trial.verdict.name(),
        objectives: trial.judgements.iter().map(figure).collect(),
    }
}
