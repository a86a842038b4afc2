//! What helps, as the page lists it.

use serde::Serialize;

use crate::quantity::number::{percent, whole};
use crate::record::{LeverOutcome, LeverTrial, LeverTrials, Record};
use crate::report::levers::{in_vain, printed_trials, rest, title, what};

/// What helps the users of a gateway.
#[derive(Serialize)]
pub(super) struct Levers {
    title: String,
    /// Where nothing helps: what was tried.
    in_vain: Option<String>,
    helps: Vec<Lever>,
    rest: Option<String>,
}

#[derive(Serialize)]
struct Lever {
    what: String,
    effect: String,
    set: String,
}

/// What helps, gateway by gateway.
pub(super) fn levers(record: &Record) -> Vec<Levers> {
    record.head().levers.iter().map(of_gateway).collect()
}

fn of_gateway(gateway: &LeverTrials) -> Levers {
    Levers {
        title: title(gateway),
        in_vain: gateway.helps.is_empty().then(|| in_vain(gateway)),
        helps: printed_trials(gateway)
            .map(|help| lever(&gateway.before, help))
            .collect(),
        rest: rest(gateway),
    }
}

fn lever(before: &LeverOutcome, help: &LeverTrial) -> Lever {
    let after = &help.after;
    let mut effect = format!(
        "down {} → {}, {} → {} sessions lost",
        percent(before.down_fraction),
        percent(after.down_fraction),
        whole(before.session_drops),
        whole(after.session_drops)
    );
    if before.missed_toast_fraction > 0.0 {
        effect += &format!(
            ", {} → {} of toasts missed",
            percent(before.missed_toast_fraction),
            percent(after.missed_toast_fraction)
        );
    }
    Lever {
        what: what(help, before),
        effect,
        set: help.set.clone(),
    }
}
