//! Which levers help, tried in trials with the same calls, best first.
//!
//! They are judged by the figures of the objectives that a run misses or leaves open, and without one by time down and missed
//! toasts. A trial is one replication of one gateway, of as few of its users as show what the run does.

mod fit;
mod goal;
mod outcome;
mod part;

use self::fit::{Attempt, applicable, pairs};
use self::goal::{Counted, Merit};
use self::outcome::{is_enough, is_in_trouble};
use self::part::TrialPart;
use super::campaign::Campaign;
use super::case::{Model, hash_of};
use super::error::ExperimentError;
use super::lever::{Lever, Turn};
use crate::deployment::{Plan, parallel};
use crate::measure::{Objective, Tally};
use crate::scenario::catalogue::keys_of;
use crate::scenario::{Override, Scenario, simulation_hash};

pub use goal::{FigureOf, Goal, RunFigure, RunFindings};
pub use outcome::{JudgedFigure, TrialOutcome};

/// Pairs of levers may take so many times what the largest trial may.
const PAIRS: u64 = 32;

/// A lever that helps, or two that do together.
#[derive(Clone, Debug)]
pub struct Help {
    /// The levers.
    pub levers: Vec<&'static Lever>,
    /// What is set.
    pub turns: Vec<Turn>,
    /// The trial with it.
    pub after: TrialOutcome,
}

/// What was tried for a gateway that loses sessions or misses an objective.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The objectives that levers are judged by; none: by time down and missed toasts.
    pub judged_by: Vec<Objective>,
    /// The trial without any lever.
    pub before: TrialOutcome,
    /// Those that help, best first.
    pub helps: Vec<Help>,
    /// Those that were tried in vain.
    pub in_vain: Vec<&'static Lever>,
    /// What a run would have to try, since no trial that can be afforded shows what the run does; empty: one does.
    pub untried: Vec<(Vec<&'static Lever>, Vec<Turn>)>,
    /// Whether a trial shows what the run does.
    pub is_shown: bool,
    /// Users of the trial.
    pub users: u32,
    /// Whether these are all users of the gateway.
    pub is_whole: bool,
    /// Whether the trial is of a smaller deployment, its capacity scaled with its users.
    pub scaled: bool,
}

/// A part of a gateway's users in a trial, and its name in a store.
struct LeverModel {
    plan: Plan,
    hash: String,
    /// How many users of the gateway one of the trial stands for.
    stands_for: f64,
}

impl LeverModel {
    fn new(scenario: &Scenario, gateway: usize, part: TrialPart) -> Self {
        let plan = part.of(&scenario.plan, gateway);
        let name = format!("{part:?} of gateway {gateway}");
        let all = scenario.plan.clients.iter();
        let all = all.filter(|c| c.gateway == gateway).map(|c| c.count);
        Self {
            stands_for: f64::from(all.sum::<u32>()) / f64::from(users(&plan).max(1)),
            plan,
            hash: hash_of([&simulation_hash(scenario)[..], &name]),
        }
    }

    fn model(&self) -> Model<'_> {
        Model {
            plan: &self.plan,
            hash: &self.hash,
        }
    }

    /// What came out, its events as of so many users.
    fn outcome(&self, goal: &Goal, tallies: &[Tally], per: u32) -> TrialOutcome {
        let users = users(&self.plan);
        let figures = goal.figures(&Counted {
            plan: &self.plan,
            tallies,
            stands_for: self.stands_for,
            as_many: f64::from(per) / f64::from(users.max(1)),
        });
        TrialOutcome::new(&tallies[0], figures, (users, per))
    }
}

fn users(plan: &Plan) -> u32 {
    plan.clients.iter().map(|c| c.count).sum()
}

/// A trial without any lever.
struct Baseline {
    part: TrialPart,
    users: u32,
    tallies: Vec<Tally>,
    outcome: TrialOutcome,
    is_shown: bool,
}

/// The smallest trial that shows what the run does, with enough trouble to tell a lever's help from chance; the largest that
/// shows any trouble, where none has enough of it. `None`: none shows any, or it was interrupted.
fn baseline(
    scenario: &Scenario,
    gateway: usize,
    goal: &Goal,
    campaign: &Campaign,
) -> Result<Option<Baseline>, ExperimentError> {
    let mut last = None;
    for part in TrialPart::sizes(&scenario.plan, gateway, goal.most_hours()) {
        let model = LeverModel::new(scenario, gateway, part);
        let counted = campaign.count(&[model.model()])?;
        let Some(tallies) = counted.into_iter().flatten().next() else {
            return Ok(None);
        };
        let users = users(&model.plan);
        let outcome = model.outcome(goal, &tallies, users);
        let all = &tallies[0];
        if !is_in_trouble(all) && !goal.is_missed(&outcome) {
            continue;
        }
        let is_shown = goal.is_shown_by(&outcome, part == TrialPart::Whole);
        let is_last = is_shown && is_enough(all) && goal.is_enough(&outcome);
        last = Some(Baseline {
            part,
            users,
            tallies,
            outcome,
            is_shown,
        });
        if is_last {
            break;
        }
    }
    Ok(last)
}

/// What is tried: where, with whom, and what it is judged by.
struct TrialBase<'a> {
    scenario: &'a Scenario,
    gateway: usize,
    goal: &'a Goal,
    baseline: &'a Baseline,
}

impl TrialBase<'_> {
    /// Tries levers; those that make no valid scenario are left out. `None`: interrupted.
    fn attempt(
        &self,
        attempts: Vec<Attempt>,
        campaign: &Campaign,
    ) -> Result<Option<Vec<Help>>, ExperimentError> {
        let turned = parallel::map(attempts, |(levers, turns)| {
            let overrides: Option<Vec<Override>> = turns.iter().map(override_of).collect();
            let turned = self.scenario.with(&overrides?).ok()?;
            let model = LeverModel::new(&turned, self.gateway, self.baseline.part);
            Some((levers, turns, model))
        });
        let turned: Vec<_> = turned.into_iter().flatten().collect();
        let models: Vec<Model> = turned.iter().map(|(_, _, small)| small.model()).collect();
        let counted = campaign.count(&models)?;
        let help = |((levers, turns, model), tallies): ((_, _, LeverModel), Vec<Tally>)| Help {
            levers,
            turns,
            after: model.outcome(self.goal, &tallies, self.baseline.users),
        };
        Ok(counted.map(|all| turned.into_iter().zip(all).map(help).collect()))
    }

    /// How much a lever helps; `None`: it does not.
    fn merit(&self, help: &Help) -> Option<Merit> {
        self.goal.merit(&self.baseline.outcome, &help.after)
    }

    /// Those that help, best first: the more objectives are met, the less is left of what misses one, the less time down,
    /// the fewer toasts missed. Of levers that do the same, the first of the table.
    fn best_first(&self, helps: Vec<Help>) -> Vec<Help> {
        let merits = helps.into_iter().filter_map(|h| Some((self.merit(&h)?, h)));
        let mut merits: Vec<(Merit, Help)> = merits.collect();
        merits.sort_by(|(a, x), (b, y)| {
            (b.met.cmp(&a.met))
                .then(a.remains.total_cmp(&b.remains))
                .then(x.after.down.total_cmp(&y.after.down))
                .then(x.after.missed.total_cmp(&y.after.missed))
        });
        merits.into_iter().map(|(_, help)| help).collect()
    }

    /// As many of the pairs as can be afforded, the first of the table.
    fn affordable_pairs(&self, singles: &[(&'static Lever, Vec<Turn>)]) -> Vec<Attempt> {
        let cost = u64::from(self.baseline.users) * self.scenario.plan.whole_hours();
        let most = PAIRS * self.goal.most_hours() / cost.max(1);
        let mut pairs = pairs(singles);
        pairs.truncate(most as usize);
        pairs
    }
}

/// What helps the users of a gateway, of a run of which nothing is known; `None`: no trial of them shows any trouble.
pub fn advise(scenario: &Scenario, gateway: usize) -> Option<Advice> {
    let advice = Campaign::in_memory().advise(scenario, gateway, &Goal::default());
    advice.unwrap_or_else(|e| unreachable!("nothing is kept: {e}"))
}

impl Campaign {
    /// What helps the users of a gateway; `None`: no trial of them shows any trouble, or it was interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn advise(
        &self,
        scenario: &Scenario,
        gateway: usize,
        goal: &Goal,
    ) -> Result<Option<Advice>, ExperimentError> {
        let Some(baseline) = baseline(scenario, gateway, goal, self)? else {
            return Ok(None);
        };
        let (users, part) = (baseline.users, baseline.part);
        let applicable = applicable(scenario, gateway, &baseline.tallies, goal.is_of_load());
        let single = |(lever, turns): &(&'static Lever, Vec<Turn>)| (vec![*lever], turns.clone());
        let singles: Vec<Attempt> = applicable.iter().map(single).collect();
        let mut advice = Advice {
            judged_by: goal.open.clone(),
            before: baseline.outcome.clone(),
            helps: Vec::new(),
            in_vain: Vec::new(),
            untried: Vec::new(),
            is_shown: baseline.is_shown,
            users,
            is_whole: part == TrialPart::Whole,
            scaled: part != TrialPart::Whole && scenario.plan.shares_limit(gateway),
        };
        if !baseline.is_shown {
            advice.untried = singles;
            return Ok(Some(advice));
        }
        let base = TrialBase {
            scenario,
            gateway,
            goal,
            baseline: &baseline,
        };
        let Some(singles) = base.attempt(singles, self)? else {
            return Ok(None);
        };
        let (helpful, in_vain): (Vec<Help>, Vec<Help>) =
            (singles.into_iter()).partition(|help| base.merit(help).is_some());
        advice.in_vain = in_vain.into_iter().flat_map(|help| help.levers).collect();
        advice.helps = base.best_first(helpful);
        if advice.helps.is_empty() {
            let pairs = base.affordable_pairs(&applicable);
            let Some(both) = base.attempt(pairs, self)? else {
                return Ok(None);
            };
            advice.helps = base.best_first(both);
        }
        Ok(Some(advice))
    }
}

fn override_of(turn: &Turn) -> Option<Override> {
    let keys = keys_of(turn.table)?;
    let key = keys.into_iter().find(|k| k.name == turn.key)?;
    Some(Override::for_key(turn.table, &turn.name, key, &turn.value))
}
