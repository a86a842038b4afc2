//! What is wrong at a point that a study would recommend: users without a session, sessions that are lost.

use crate::quantity::number::{count_phrase, whole};
use crate::report::words;
use crate::study::Samples;

/// A clause for each: "50 of 100 users never get a session", "1,234 sessions are lost a run on average".
pub(in crate::cli) fn weaknesses(samples: &Samples) -> Vec<String> {
    let presence = samples.presence(0);
    let mean = |metric: &str| {
        samples
            .figure(metric)
            .and_then(|r| r.estimate)
            .map_or(0.0, |e| e.mean)
    };
    if mean("sessions_established") == 0.0 {
        return vec!["nobody ever gets a session".into()];
    }
    let replications = u64::from(samples.replications().max(1));
    let mut clauses = Vec::new();
    if presence.without_session > 0 {
        let users = presence.without_session.div_ceil(replications);
        clauses.push(format!(
            "about {} of {} never {} a session",
            whole(users),
            count_phrase(presence.signed_in / replications, "user"),
            if users == 1 { "gets" } else { "get" }
        ));
    }
    let drops = samples
        .figure("session_drops")
        .filter(|_| mean("session_drops") > 0.0);
    clauses.extend(drops.as_ref().and_then(words::figure_clause));
    clauses
}
