//! What to change and where: each remedy is tried before it is named.

use super::advice::{keep_gateway, outcome, trial};
use super::lever::{LEAVE_UPDATE_OUT, REWRITE_ALLOW};
use super::replicate::shrunk;
use crate::deployment::{GatewayPlan, Plan, parallel};
use crate::protocol::Allow;

/// Users of each group in a trial.
const TRIAL_USERS: u32 = 5;

/// A change that an administrator can make.
#[derive(Clone, Copy, Debug)]
pub struct Remedy {
    /// Where it is made.
    pub place: &'static str,
    /// What is done.
    pub what: &'static str,
    /// The key of the gateway that stands for it, and its value.
    pub set: (&'static str, &'static str),
    apply: fn(&mut GatewayPlan),
}

/// What can be changed without another client, the published fix first.
pub const REMEDIES: [Remedy; 2] = [
    Remedy {
        place: "at the gateway",
        what: LEAVE_UPDATE_OUT,
        set: ("allow", "without-update"),
        apply: |gateway| gateway.config.allow = Allow::WithoutUpdate,
    },
    Remedy {
        place: "by a relay",
        what: REWRITE_ALLOW,
        set: ("relay_allow", "without-update"),
        apply: |gateway| gateway.path.relay_allow = Some(Allow::WithoutUpdate),
    },
];

/// A remedy and what it did in a trial.
#[derive(Clone, Copy, Debug)]
pub struct RemedyTrial {
    /// The remedy.
    pub remedy: &'static Remedy,
    /// Share of time down without it.
    pub before: f64,
    /// Share of time down with it.
    pub after: f64,
    /// Whether no session was lost with it.
    pub cures: bool,
}

/// The remedies that at least halve the time down of the users of `plan.gateways[gateway]`, in a trial with few of them.
pub fn remedies(plan: &Plan, gateway: usize) -> Vec<RemedyTrial> {
    let mut plan = shrunk(plan, TRIAL_USERS);
    keep_gateway(&mut plan, gateway);
    let before = outcome(&trial(&plan)).down;
    let trials = parallel::map(REMEDIES.iter().collect(), |remedy| {
        let mut plan = plan.clone();
        (remedy.apply)(&mut plan.gateways[0]);
        let after = outcome(&trial(&plan));
        RemedyTrial {
            remedy,
            before,
            after: after.down,
            cures: after.drops == 0,
        }
    });
    trials
        .into_iter()
        .filter(|t| t.after <= t.before / 2.0 && t.after < t.before)
        .collect()
}
