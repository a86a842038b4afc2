//! A trial: the same deployment, small, to see what another value would do.

use super::case::{Model, hash_of};
use super::replicate::{scopes, shrunk};
use crate::deployment::Plan;
use crate::measure::{Metric, Objective, Sample, Scope, Unit};
use crate::quantity::number::count_phrase;
use crate::scenario::{Scenario, simulation_hash};
use crate::study::{Observation, Samples, Verdict, judge_all, overall};

/// Users of the largest group in a trial: enough for a share of time, few enough to be done before anyone waits.
const USERS: u32 = 20;
/// Replications of a trial: an interval needs some.
const REPLICATIONS: u32 = 5;
/// The same where the whole deployment is tried.
const REPLICATIONS_WHOLE: u32 = 2;

/// Figures of the worst moment or of the first or last user: those of a few users say nothing of those of many.
pub(super) const OF_EXTREMES: [&str; 5] = [
    "down_peak",
    "message_rate_peak_per_s",
    "gateway_queue_peak",
    "first_loss_s",
    "all_back_s",
];

/// A plan as it is tried.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    /// What is simulated.
    pub plan: Plan,
    /// How often.
    pub replications: u32,
    /// What names it in a store: the whole deployment is that of the study.
    hash: String,
    /// How many users of the deployment one of the trial stands for, by scope.
    stands_for: Vec<f64>,
    is_whole: bool,
}

impl Trial {
    /// Of the whole deployment where its users share queues: these cannot be studied with a few of them.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let is_whole = shares_queues(&scenario.plan);
        let plan = if is_whole {
            scenario.plan.clone()
        } else {
            shrunk(&scenario.plan, USERS)
        };
        let hash = match simulation_hash(scenario) {
            hash if is_whole => hash,
            hash => hash_of([&hash[..], &format!("at most {USERS} users of a group")]),
        };
        let stands_for = users(&scenario.plan)
            .iter()
            .zip(users(&plan))
            .map(|(count, trial_count)| share(*count, trial_count))
            .collect();
        Self {
            plan,
            replications: if is_whole {
                REPLICATIONS_WHOLE
            } else {
                REPLICATIONS
            },
            hash,
            stands_for,
            is_whole,
        }
    }

    /// What is simulated.
    pub(super) fn model(&self) -> Model<'_> {
        Model {
            plan: &self.plan,
            hash: &self.hash,
        }
    }

    /// Its samples, of the next observations.
    pub(super) fn samples(&self, observations: &mut impl Iterator<Item = Observation>) -> Samples {
        let mut samples = Samples::new(scopes(&self.plan), self.plan.horizon);
        (0..self.replications)
            .zip(observations)
            .for_each(|(number, o)| samples.add(number, o));
        self.scale_up(samples)
    }

    /// What it costs: hours of users, over all replications.
    pub(super) fn user_hours(&self) -> u64 {
        user_hours(&self.plan, self.replications)
    }

    /// Counts and rates as the whole deployment would have them.
    fn scale_up(&self, mut samples: Samples) -> Samples {
        let grows: Vec<bool> = samples
            .columns
            .iter()
            .map(|c| matches!(c.metric.unit, Unit::Count | Unit::PerSecond))
            .collect();
        for scopes in &mut samples.values {
            for (figures, factor) in scopes.iter_mut().zip(&self.stands_for) {
                for (figure, _) in figures.iter_mut().zip(&grows).filter(|(_, grows)| **grows) {
                    *figure = times(*figure, *factor);
                }
            }
        }
        // A few users of whom none is ever down do not bound the share of all.
        samples.without_users()
    }

    /// How the objectives come out; `None`: there are none, or one of them is of what a few users cannot show.
    pub(super) fn verdict(&self, objectives: &[Objective], samples: &Samples) -> Option<Verdict> {
        let is_judged = !objectives.is_empty() && objectives.iter().all(|o| self.shows(o.metric));
        is_judged.then(|| overall(&judge_all(objectives, samples)))
    }

    /// Whether so few users show anything of that figure.
    pub(super) fn shows(&self, metric: &Metric) -> bool {
        self.stands_for.iter().all(|n| *n <= 1.0) || !OF_EXTREMES.contains(&metric.name)
    }

    /// "at most 20 users of a group, 5 replications".
    pub(super) fn size(&self) -> String {
        let largest = self.plan.clients.iter().map(|c| c.count).max().unwrap_or(0);
        let population = if self.is_whole {
            "the whole deployment".into()
        } else {
            format!("at most {largest} users of a group")
        };
        let replications = count_phrase(self.replications.into(), "replication");
        format!("{population}, {replications}")
    }
}

/// Whether users meet in a queue or under a limit.
pub(super) fn shares_queues(plan: &Plan) -> bool {
    (0..plan.gateways.len()).any(|gateway| plan.shares_limit(gateway))
}

/// Hours of users, over all replications.
pub(super) fn user_hours(plan: &Plan, replications: u32) -> u64 {
    plan.user_hours().saturating_mul(u64::from(replications))
}

/// The users of each scope, in the order of [`scopes`].
fn users(plan: &Plan) -> Vec<u64> {
    let count = |scope: &Scope| {
        let serves = |gateway: usize, name: &str| plan.gateways[gateway].name == name;
        let groups = plan.clients.iter().filter(|c| match scope {
            Scope::All => true,
            Scope::Clients(name) => c.name == *name,
            Scope::Gateway(name) => serves(c.gateway, name),
        });
        groups.map(|c| u64::from(c.count)).sum()
    };
    scopes(plan).iter().map(count).collect()
}

fn share(whole_count: u64, trial_count: u64) -> f64 {
    if trial_count == 0 {
        1.0
    } else {
        whole_count as f64 / trial_count as f64
    }
}

fn times(sample: Sample, factor: f64) -> Sample {
    match sample {
        _ if factor == 1.0 => sample,
        // None of a few may be some of many: the exact bound of nothing counted stays that of the few.
        Sample::Count(0) => Sample::Count(0),
        Sample::Count(n) => Sample::Value(n as f64 * factor),
        Sample::Value(x) => Sample::Value(x * factor),
        Sample::Ratio(above, below) => Sample::Ratio(above * factor, below),
        Sample::Absent | Sample::Beyond(_) => sample,
    }
}
