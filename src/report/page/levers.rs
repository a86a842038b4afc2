//! What helps, as the page lists it.

use serde::Serialize;

use crate::record::{LeverTrial, LeverTrials, Record};
use crate::report::levers::{figures, in_vain, printed_trials, rest, title, what};

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
            .map(|help| lever(gateway, help))
            .collect(),
        rest: rest(gateway),
    }
}

fn lever(gateway: &LeverTrials, help: &LeverTrial) -> Lever {
    let before = figures(gateway, &gateway.before).into_iter();
    let changes = before.zip(figures(gateway, &help.after));
    let changes = changes.map(|((name, before), (_, after))| format!("{name} {before} → {after}"));
    Lever {
        what: what(help, &gateway.before),
        effect: changes.collect::<Vec<_>>().join(", "),
        set: help.set.clone(),
    }
}
