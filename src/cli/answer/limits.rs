//! What limits any answer, and therefore comes first: users who never had a session, faults that hit nobody, runs that are
//! too short to show a loss.

use super::case::{Case, key, kind};
use super::cause;
use crate::faults::Schedule;
use crate::measure::{Presence, Scope};
use crate::protocol::RefreshMethod;
use crate::quantity::number::{count_phrase, rounded_text, three_digits, whole};
use crate::quantity::{print_moment, print_span};
use crate::report::value;
use crate::study::Doubt;

/// Waiting for the first session for less than this share of the signed-in time is not worth a sentence.
const WAITING: f64 = 0.02;
/// Set-ups that fail less often than this are not worth a sentence.
const FAILING: f64 = 0.01;

/// A sentence for each limit, the gravest first; at most two.
pub(super) fn first(case: &Case) -> Vec<String> {
    let presence = case.samples.presence(0);
    if presence.signed_in == 0 {
        return vec![format!(
            "nobody signs in within the {} of the run, so nothing is tested",
            case.horizon()
        )];
    }
    let unserved = without_session(case, &presence);
    if case.mean("sessions_established") == 0.0 {
        return unserved.into_iter().collect();
    }
    let is_unserved = unserved.is_some();
    let waits = (!is_unserved).then(|| waiting(case)).flatten();
    let limits = [
        unserved,
        at_fault(case, &presence, is_unserved),
        waits,
        rare_fault(case),
        failing(case, is_unserved),
        never_refreshed(case),
    ];
    limits.into_iter().flatten().take(2).collect()
}

fn without_session(case: &Case, presence: &Presence) -> Option<String> {
    let signed_in = case.users(presence.signed_in);
    let why = || cause::of_waiting(case).map_or(String::new(), |why| format!(": {why}"));
    if case.mean("sessions_established") == 0.0 {
        return Some(format!(
            "none of the {signed_in} users ever gets a session{}",
            why()
        ));
    }
    (presence.without_session > 0).then(|| {
        let users = presence.without_session;
        let average = if users.is_multiple_of(u64::from(case.samples.replications().max(1))) {
            ""
        } else {
            " on average"
        };
        let get = if case.users(users) == "1" {
            "gets"
        } else {
            "get"
        };
        format!(
            "{} of {signed_in} users never {get} a session{average}{}",
            case.users(users),
            why()
        )
    })
}

/// "the crash at 09:00", or of several faults that there are so many.
pub(super) fn faults(case: &Case) -> String {
    let scheduled = || {
        let failures = (case.plan().faults.iter()).filter(|f| f.config.kind.is_failure());
        failures.filter_map(|f| match f.config.schedule {
            Schedule::Once { at, .. } => Some((f, at)),
            Schedule::Recurrent { .. } => None,
        })
    };
    match (scheduled().next(), scheduled().count()) {
        (Some((fault, at)), 1) => {
            let clock = print_moment(case.plan().start_moment().plus(at.0 as i64));
            format!("the {} at {clock}", kind(fault.config.kind))
        }
        (_, 0) => "the fault".into(),
        (_, n) => format!("the {} faults", whole(n as u64)),
    }
}

fn at_fault(case: &Case, presence: &Presence, is_unserved: bool) -> Option<String> {
    let may_have_caused = |f: &&crate::deployment::FaultPlan| {
        f.config.kind.is_failure()
            && matches!(f.config.schedule, Schedule::Once { at, .. } if at < case.plan().horizon)
    };
    let scheduled = case.plan().faults.iter().filter(may_have_caused).count();
    if scheduled == 0 {
        return None;
    }
    let (usable, total) = (presence.usable_at_faults, presence.at_faults);
    let come = if scheduled == 1 { "comes" } else { "come" };
    if total == 0 {
        return Some(format!(
            "nobody is signed in when {} {come}, so it tests nothing",
            faults(case)
        ));
    }
    (usable as f64 <= Doubt::ENOUGH_AT_FAULT * total as f64 && usable < total).then(|| {
        let why = (!is_unserved).then(|| cause::of_waiting(case)).flatten();
        format!(
            "only {} of {} users are up when {} {come}{}",
            case.users(usable),
            case.users(total),
            faults(case),
            why.map_or(String::new(), |why| format!(": {why}"))
        )
    })
}

fn waiting(case: &Case) -> Option<String> {
    let row = case.row(&Scope::All, "setting_up_fraction")?;
    let estimate = row.estimate.filter(|e| e.mean >= WAITING)?;
    let why = cause::of_waiting(case).map_or(String::new(), |why| format!(": {why}"));
    Some(format!(
        "users wait {} of the time for their first session{why}",
        value::in_sentence(&estimate, row.column.metric.unit)
    ))
}

/// A fault that is drawn at random and comes hardly ever.
pub(super) fn rare_fault(case: &Case) -> Option<String> {
    let plan = case.plan();
    let mut faults = plan.faults.iter().zip(plan.simulated_faults());
    let rare = faults.find_map(|(fault, times)| {
        let (_, mtbf) = plan.expected_faults(fault)?;
        let expected = times? * case.replications();
        (expected < Doubt::FEW_FAULTS).then_some((fault, mtbf, expected))
    });
    let (fault, mtbf, expected) = rare?;
    let replications = match case.samples.replications() {
        1 => "one replication".into(),
        n => count_phrase(n.into(), "replication"),
    };
    Some(format!(
        "the {} is expected about {} in {replications} (mtbf = {}), too seldom to test it",
        kind(fault.config.kind),
        match three_digits(expected) {
            once if once == "1" => "once".into(),
            times => format!("{times} times"),
        },
        print_span(mtbf)
    ))
}

fn failing(case: &Case, is_unserved: bool) -> Option<String> {
    let (failed, attempted) = (case.mean("setups_failed"), case.mean("setups_attempted"));
    let is_planned = !case.plan().faults.is_empty();
    let share = failed / attempted.max(1.0);
    // Users who never get in fail all the time.
    let is_other = !is_unserved && !is_planned && case.mean("sessions_established") > 0.0;
    (share >= FAILING && is_other).then(|| {
        let why = cause::of_waiting(case);
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        format!(
            "{} % of set-ups fail{why}",
            rounded_text(share * 100.0, None)
        )
    })
}

fn never_refreshed(case: &Case) -> Option<String> {
    let is_quiet = case.mean("session_drops") == 0.0
        && case.mean("refreshes_attempted") == 0.0
        && case.mean("sessions_established") > 0.0;
    if !is_quiet {
        return None;
    }
    let group = case.plan().clients.first()?;
    let interval = match group.config.refresh_method {
        RefreshMethod::Rfc4028 => "session_expires",
        _ => "refresh_interval",
    };
    let text = key(case, "clients", &group.name, interval)?;
    Some(format!(
        "no session is refreshed within {} ({text}), so hardly one can be lost",
        case.horizon()
    ))
}
