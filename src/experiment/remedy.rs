//! What to change and where: each remedy is tried before it is named.

use super::replicate::shrunk;
use crate::deployment::{GatewayPlan, Plan, observe_with_tally, parallel};
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
        what: "answer INVITE with an Allow header that leaves UPDATE out",
        set: ("allow", "without-update"),
        apply: |gateway| gateway.config.allow = Allow::WithoutUpdate,
    },
    Remedy {
        place: "by a relay",
        what: "rewrite the Allow header of the 200 to INVITE so that it leaves UPDATE out",
        set: ("relay_allow", "without-update"),
        apply: |gateway| gateway.path.relay_allow = Some(Allow::WithoutUpdate),
    },
];

/// Share of time down and drops of a trial of one gateway; the share is 0 where nobody signed in.
fn trial(plan: &Plan) -> (f64, u64) {
    let (whole, ()) =
        observe_with_tally(plan, 0, 0, 0, ()).unwrap_or_else(|| unreachable!("nobody stops it"));
    let down = whole.setting_up_us + whole.silent_us + whole.visible_us;
    (
        down as f64 / whole.signed_in_us.max(1) as f64,
        whole.all_drops(),
    )
}

/// A remedy and what it did in a trial.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
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
pub fn remedies(plan: &Plan, gateway: usize) -> Vec<Tried> {
    let mut plan = shrunk(plan, TRIAL_USERS);
    plan.clients.retain(|c| c.gateway == gateway);
    plan.clients.iter_mut().for_each(|c| c.gateway = 0);
    plan.gateways = vec![plan.gateways.swap_remove(gateway)];
    let (before, _) = trial(&plan);
    let tried = parallel::map(REMEDIES.iter().collect(), |remedy| {
        let mut plan = plan.clone();
        (remedy.apply)(&mut plan.gateways[0]);
        let (after, drops) = trial(&plan);
        Tried {
            remedy,
            before,
            after,
            cures: drops == 0,
        }
    });
    tried
        .into_iter()
        .filter(|t| t.after <= t.before / 2.0 && t.after < t.before)
        .collect()
}
