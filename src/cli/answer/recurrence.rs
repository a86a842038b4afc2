//! What comes again in every replication: a recorded day, or the whole run where nothing in it is random.

use super::case::Case;
use crate::deployment::Plan;

/// What more replications would not show.
pub(super) fn sentence(case: &Case) -> Option<String> {
    let plan = &case.scenario.plan;
    match (case.samples.is_one_run(), recorded(plan)) {
        (false, _) => recorded_days(plan),
        (true, None) => {
            Some("nothing in this run is random: every replication is the same".into())
        }
        (true, Some(_)) => Some(
            "nothing in this run is random: every replication repeats the recorded day, and other days may differ"
                .into(),
        ),
    }
}

/// That figures are of the recorded days, where calls or sign-ins are replayed.
pub(in crate::cli) fn recorded_days(plan: &Plan) -> Option<String> {
    recorded(plan).map(|what| {
        format!("{what} are recorded and come again in each replication: the figures are of these days alone")
    })
}

fn recorded(plan: &Plan) -> Option<&'static str> {
    let calls = plan.clients.iter().any(|c| c.recorded_calls.is_some());
    let signs = plan.clients.iter().any(|c| c.recorded_signs.is_some());
    match (calls, signs) {
        (false, false) => None,
        (true, false) => Some("the calls"),
        (false, true) => Some("the sign-ins"),
        (true, true) => Some("the calls and sign-ins"),
    }
}
