//! Whether an answer is robust: the points that decide it are tried again, small, under the other levels of every key that
//! nobody published, one at a time.

use super::campaign::Campaign;
use super::case::Case;
use super::error::ExperimentError;
use super::factor::{Candidate, Factor, FactorLevel, factors, mean, one_at_a_time};
use super::trial::{Trial, shares_queues, user_hours};
use crate::deployment::Plan;
use crate::scenario::Scenario;
use crate::study::{Samples, Verdict};

/// A change of the share of time down that is worth telling.
pub const WORTH_TELLING: f64 = 0.001;
/// Candidates that are tried at most.
const MOST_CANDIDATES: usize = 12;
/// Trials that cost no more than this are made in any case, hours of users: some tenths of a second.
const CHEAP_USER_HOURS: u64 = 60_000;
/// What trials may cost, as a share of the study: one part in so many.
const PART_OF_STUDY: u64 = 10;
/// Users up to which a deployment whose users share queues is tried whole.
const WHOLE_USERS: u64 = 3000;

/// What another level of an assumed key would give.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The level.
    pub value: String,
    /// Share of time down at the first candidate.
    pub down_fraction: Option<f64>,
    /// Share of toasts missed there.
    pub missed_toast_fraction: Option<f64>,
    /// How its objectives would come out; `None`: there are none, or a trial cannot show it.
    pub verdict: Option<Verdict>,
    /// What the answer of the study would be, in words; empty: that of a run is the verdict.
    pub answer: String,
}

/// A key that nobody published, and what depends on it.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// The key with its table.
    pub key: String,
    /// The value used.
    pub value: String,
    /// Why the value is open, in words.
    pub standing: &'static str,
    /// What other values would give.
    pub effects: Vec<Effect>,
    /// Whether one of them changes the answer.
    pub decides: bool,
}

/// What was tried, or why nothing was.
#[derive(Clone, Debug)]
pub enum Basis {
    /// There is no answer to check.
    Nothing,
    /// No key is assumed that has other levels.
    NothingAssumed,
    /// Trials would take too long.
    TooCostly {
        /// How many keys are assumed.
        keys: usize,
        /// One of them with another level, "clients.on_rejection=wait".
        example: String,
    },
    /// The levels were tried.
    Tried {
        /// How many.
        levels: usize,
        /// Of how many keys.
        keys: usize,
        /// The candidates: their names, and what is set at each.
        candidates: Vec<(String, Vec<(String, String)>)>,
        /// How large a trial was, in words.
        trial: String,
        /// The least and the largest share of time down of the first candidate.
        down: (f64, f64),
    },
}

/// What an answer depends on.
#[derive(Clone, Debug)]
pub struct Robustness {
    /// The assumptions that move it, what decides first.
    pub assumptions: Vec<Assumption>,
    /// What was tried.
    pub basis: Basis,
}

/// A candidate's trial and what came out.
#[derive(Clone, Copy, Debug)]
pub(super) struct TestedCandidate<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// Its samples, in figures of the whole deployment.
    pub samples: &'a Samples,
}

/// What trials of all candidates say.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What makes it the same answer or another one.
    pub answer: String,
    /// The same for people.
    pub text: String,
    /// Whether the trials suffice to say so.
    pub settled: bool,
    /// How the objectives come out at the first candidate.
    pub verdict: Option<Verdict>,
}

/// Re-runs the deciding points of a study under the other levels of each assumed key.
#[derive(Clone, Debug)]
pub(super) struct RobustnessCheck<'a> {
    /// The points under test; the first is the one that the study chose.
    pub candidates: Vec<Candidate<'a>>,
    /// With fewer affordable candidates than this, nothing is tried.
    pub min_candidates: usize,
    /// Hours of users that the study itself took.
    pub study_user_hours: u64,
}

impl RobustnessCheck<'_> {
    /// Tries the other levels. `answer` is what the study itself says of the first so many candidates, `judge` reads the same
    /// from trials of them. `None`: interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub(super) fn run(
        mut self,
        campaign: &Campaign,
        answer: impl Fn(usize) -> String,
        judge: impl Fn(&[TestedCandidate]) -> Finding,
    ) -> Result<Option<Robustness>, ExperimentError> {
        let affordable = match self.affordable() {
            Ok(affordable) => affordable,
            Err(basis) => {
                return Ok(Some(Robustness {
                    assumptions: Vec::new(),
                    basis,
                }));
            }
        };
        self.candidates.truncate(affordable);
        let factors = factors(&self.candidates);
        // A level that some candidate cannot take is left out.
        let levels: Vec<FactorLevel> = one_at_a_time(&self.candidates, &factors)
            .into_iter()
            .filter_map(Result::ok)
            .collect();
        let cases = self.candidates.iter().map(|c| &c.case.scenario);
        let Some(trials) = Trials::simulate(cases, &levels, campaign)? else {
            return Ok(None);
        };
        let (answer_of_study, base) = (answer(self.candidates.len()), judge(&trials.base()));
        let findings: Vec<Finding> = (0..levels.len()).map(|i| judge(&trials.level(i))).collect();
        let decides =
            |f: &Finding| f.settled && f.answer != answer_of_study && f.answer != base.answer;
        let basis = if levels.is_empty() {
            Basis::NothingAssumed
        } else {
            Basis::Tried {
                levels: levels.len(),
                keys: factors.len(),
                candidates: (self.candidates.iter())
                    .map(|c| (c.name.clone(), c.case.point.values.clone()))
                    .collect(),
                trial: trials.trials[0].size(),
                down: trials.down(),
            }
        };
        Ok(Some(Robustness {
            assumptions: trials.assumptions(&factors, &levels, &findings, decides),
            basis,
        }))
    }

    /// How many candidates can be tried, or why none is.
    fn affordable(&self) -> Result<usize, Basis> {
        let first = self.candidates.first().ok_or(Basis::Nothing)?;
        let factors = factors(&self.candidates[..1]);
        let levels: usize = factors.iter().map(Factor::known_levels).sum();
        let trial_hours = Trial::new(&first.case.scenario)
            .user_hours()
            .saturating_mul(levels as u64 + 1);
        let budget = most_trial_hours(self.study_user_hours);
        let affordable = (budget / trial_hours.max(1)) as usize;
        if affordable >= self.min_candidates.min(self.candidates.len()) {
            return Ok(affordable.min(MOST_CANDIDATES));
        }
        let example = factors
            .iter()
            .find_map(|f| Some(format!("{}={}", f.name(), f.levels().next()?)));
        Err(
            example.map_or(Basis::NothingAssumed, |example| Basis::TooCostly {
                keys: factors.len(),
                example,
            }),
        )
    }
}

/// Trials of every candidate: as it is, then under each level.
struct Trials {
    candidates: usize,
    trials: Vec<Trial>,
    samples: Vec<Samples>,
}

impl Trials {
    fn simulate<'a>(
        base: impl Iterator<Item = &'a Scenario>,
        levels: &'a [FactorLevel],
        campaign: &Campaign,
    ) -> Result<Option<Self>, ExperimentError> {
        let mut trials: Vec<Trial> = base.map(Trial::new).collect();
        let candidates = trials.len();
        trials.extend(levels.iter().flat_map(|l| &l.scenarios).map(Trial::new));
        let samples = campaign.trials(&trials)?;
        Ok(samples.map(|samples| Self {
            candidates,
            trials,
            samples,
        }))
    }

    /// The trials from that one on, one of each candidate.
    fn row(&self, first: usize) -> Vec<TestedCandidate<'_>> {
        let places = first..first + self.candidates;
        let rows = self.trials[places.clone()]
            .iter()
            .zip(&self.samples[places]);
        rows.map(|(trial, samples)| TestedCandidate { trial, samples })
            .collect()
    }

    /// As the scenarios are.
    fn base(&self) -> Vec<TestedCandidate<'_>> {
        self.row(0)
    }

    /// Under a level.
    fn level(&self, index: usize) -> Vec<TestedCandidate<'_>> {
        self.row((index + 1) * self.candidates)
    }

    /// Whether a level changes the time down of some candidate.
    fn is_moved(&self, index: usize) -> bool {
        let down = |t: &TestedCandidate| mean(t.samples, "down_fraction");
        self.base().iter().zip(&self.level(index)).any(|(a, b)| {
            down(a)
                .zip(down(b))
                .is_some_and(|(a, b)| (a - b).abs() > WORTH_TELLING)
        })
    }

    /// The least and the largest share of time down of the first candidate.
    fn down(&self) -> (f64, f64) {
        let downs = self.samples.iter().step_by(self.candidates);
        downs
            .filter_map(|s| mean(s, "down_fraction"))
            .fold((f64::INFINITY, 0.0), |(lowest, highest), down| {
                (lowest.min(down), f64::max(highest, down))
            })
    }

    /// The factors of which some level decides or moves something, what decides first.
    fn assumptions(
        &self,
        factors: &[Factor],
        levels: &[FactorLevel],
        findings: &[Finding],
        decides: impl Fn(&Finding) -> bool,
    ) -> Vec<Assumption> {
        let mut assumptions = Vec::new();
        for (index, factor) in factors.iter().enumerate() {
            let places: Vec<usize> = (0..levels.len())
                .filter(|i| levels[*i].factor == index)
                .collect();
            let any_decides = places.iter().any(|i| decides(&findings[*i]));
            if !any_decides && !places.iter().any(|i| self.is_moved(*i)) {
                continue;
            }
            let effect = |i: &usize| {
                let samples = self.level(*i)[0].samples;
                Effect {
                    value: levels[*i].value.into(),
                    down_fraction: mean(samples, "down_fraction"),
                    missed_toast_fraction: mean(samples, "missed_toast_fraction"),
                    verdict: findings[*i].verdict,
                    answer: findings[*i].text.clone(),
                }
            };
            assumptions.push(Assumption {
                key: factor.name(),
                value: factor.base(),
                standing: factor.standing(),
                effects: places.iter().map(effect).collect(),
                decides: any_decides,
            });
        }
        assumptions.sort_by_key(|a| !a.decides);
        assumptions
    }
}

/// Whether trials are possible at all: a queue cannot be studied with a few of its users.
pub fn can_be_tried(plan: &Plan) -> bool {
    let users: u64 = plan.clients.iter().map(|c| u64::from(c.count)).sum();
    !shares_queues(plan) || users <= WHOLE_USERS
}

/// The assumptions that the verdict of a run depends on, or that move its time down; `None`: interrupted.
///
/// # Errors
/// Another level makes no valid scenario, or that of the store.
pub fn assumptions(
    scenario: &Scenario,
    verdict: Verdict,
    campaign: &Campaign,
) -> Result<Option<Vec<Assumption>>, ExperimentError> {
    if !can_be_tried(&scenario.plan) {
        return Ok(Some(Vec::new()));
    }
    let case = Case::new(scenario.clone());
    let candidates = [Candidate {
        name: String::new(),
        case: &case,
        known_assumptions: &[],
    }];
    let factors = factors(&candidates);
    let levels: Vec<FactorLevel> = one_at_a_time(&candidates, &factors)
        .into_iter()
        .collect::<Result<_, _>>()?;
    let Some(trials) = Trials::simulate(std::iter::once(scenario), &levels, campaign)? else {
        return Ok(None);
    };
    let finding = |index: usize| {
        let tested = trials.level(index)[0];
        let verdict = tested.trial.verdict(&scenario.objectives, tested.samples);
        Finding {
            answer: String::new(),
            text: String::new(),
            settled: verdict.is_some_and(settled),
            verdict,
        }
    };
    let findings: Vec<Finding> = (0..levels.len()).map(finding).collect();
    let decides = |f: &Finding| f.settled && settled(verdict) && f.verdict != Some(verdict);
    Ok(Some(
        trials.assumptions(&factors, &levels, &findings, decides),
    ))
}

/// Hours of users that trials of a study take at most, which takes so many itself.
pub fn most_trial_hours(user_hours: u64) -> u64 {
    CHEAP_USER_HOURS.max(user_hours / PART_OF_STUDY)
}

/// The same of the trials of a run.
pub fn trial_hours_of_run(scenario: &Scenario) -> u64 {
    if !can_be_tried(&scenario.plan) {
        return 0;
    }
    let case = Case::new(scenario.clone());
    let candidate = Candidate {
        name: String::new(),
        case: &case,
        known_assumptions: &[],
    };
    let levels: usize = factors(&[candidate]).iter().map(Factor::known_levels).sum();
    Trial::new(scenario).user_hours() * (levels as u64 + 1)
}

/// Whether it is a verdict at all.
pub(super) fn settled(verdict: Verdict) -> bool {
    verdict != Verdict::Inconclusive
}

/// Hours of users that replications of cases took.
pub(super) fn user_hours_of<'a>(cases: impl Iterator<Item = (&'a Case, u32)>) -> u64 {
    cases
        .map(|(case, replications)| user_hours(&case.scenario.plan, replications))
        .sum()
}
