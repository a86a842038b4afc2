//! What helps the users of a gateway, best first, as short trials told.

use std::fmt::Write;

use super::text::table;
use crate::quantity::number::{human, percent, whole};
use crate::record::{LeverOutcome, LeverTrial, LeverTrials};

/// Levers shown for a gateway: those that help most.
const SHOWN: usize = 6;
/// So many times the messages are a cost that is told.
const MORE_MESSAGES: f64 = 1.1;

/// What helps, for the terminal.
pub fn text(gateways: &[LeverTrials]) -> String {
    let mut out = String::new();
    for gateway in gateways {
        let _ = writeln!(out, "\n{}", title(gateway));
        if gateway.helps.is_empty() {
            let _ = writeln!(out, "  {}", in_vain(gateway));
            continue;
        }
        let header = ["down", "toasts missed", "sessions lost", "what to change"];
        let mut rows = vec![header.map(String::from).to_vec()];
        rows.push(row(&gateway.before, "nothing".into()));
        for help in gateway.helps.iter().take(SHOWN) {
            rows.push(row(&help.after, what(help, &gateway.before)));
            let empty = || std::iter::repeat_n(String::new(), header.len() - 1);
            rows.push(empty().chain([format!("  {}", help.set)]).collect());
        }
        out += &table(&rows, true);
        if let Some(rest) = rest(gateway) {
            let _ = writeln!(out, "  {rest}");
        }
    }
    out
}

/// "What helps the users of cstagw, by trials with 50 of them".
pub(super) fn title(gateway: &LeverTrials) -> String {
    let users = whole(gateway.users.into());
    let name = &gateway.gateway;
    match gateway.is_smaller {
        true => format!(
            "What helps the users of {name}, by trials with {users} of them (capacity and limits made smaller in proportion)"
        ),
        false => format!("What helps the users of {name}, by trials with {users} of them"),
    }
}

fn row(outcome: &LeverOutcome, what: String) -> Vec<String> {
    vec![
        percent(outcome.down_fraction),
        percent(outcome.missed_toast_fraction),
        whole(outcome.session_drops),
        what,
    ]
}

/// "at the gateway: answer UPDATE; costs: another gateway software".
pub(super) fn what(help: &LeverTrial, before: &LeverOutcome) -> String {
    let mut costs: Vec<String> = Vec::new();
    if !help.cost.is_empty() {
        costs.push(help.cost.clone());
    }
    let (now, then) = (before.messages_per_user_h, help.after.messages_per_user_h);
    if then > now * MORE_MESSAGES {
        costs.push(format!(
            "{} instead of {} messages of a user in an hour",
            human(then),
            human(now)
        ));
    }
    match costs.is_empty() {
        true => help.what.clone(),
        false => format!("{}; costs: {}", help.what, costs.join(", ")),
    }
}

/// "2 more help less: --set …, --set …"; `None`: all are shown.
pub(super) fn rest(gateway: &LeverTrials) -> Option<String> {
    let rest = gateway.helps.get(SHOWN..).filter(|rest| !rest.is_empty())?;
    let sets: Vec<&str> = rest.iter().map(|help| help.set.as_str()).collect();
    Some(format!(
        "{} more help less: {}",
        rest.len(),
        sets.join(", ")
    ))
}

/// "Nothing helps of what was tried: …".
pub(super) fn in_vain(gateway: &LeverTrials) -> String {
    match gateway.in_vain.is_empty() {
        true => "There is no lever for what happens here: its causes are not in the table".into(),
        false => format!(
            "Nothing helps of what was tried: {}",
            gateway.in_vain.join("; ")
        ),
    }
}

/// Those that are shown.
pub(super) fn printed_trials(gateway: &LeverTrials) -> impl Iterator<Item = &LeverTrial> {
    gateway.helps.iter().take(SHOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(down: f64, drops: u64, messages: f64) -> LeverOutcome {
        LeverOutcome {
            down_fraction: down,
            session_drops: drops,
            missed_toast_fraction: down,
            messages_per_user_h: messages,
        }
    }

    fn lever_trials(n: usize) -> LeverTrials {
        let help = |i: usize| LeverTrial {
            what: format!("at the client: change {i}"),
            cost: "work".into(),
            set: format!("--set a.b={i}"),
            after: outcome(0.001, i as u64, 30.0),
        };
        LeverTrials {
            gateway: "gw".into(),
            users: 1200,
            is_smaller: false,
            before: outcome(0.25, 7, 20.0),
            helps: (0..n).map(help).collect(),
            in_vain: vec!["at the gateway: pray".into()],
        }
    }

    #[test]
    fn the_best_are_shown_with_effect_cost_and_command() {
        let printed = text(&[lever_trials(2)]);
        let lines: Vec<&str> = printed.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            [
                "",
                "What helps the users of gw, by trials with 1,200 of them",
                "down   toasts missed  sessions lost  what to change",
                "25 %            25 %              7  nothing",
                "0.1 %          0.1 %              0  at the client: change 0; costs: work, 30 instead of 20 messages of a user in an hour",
                "--set a.b=0",
                "0.1 %          0.1 %              1  at the client: change 1; costs: work, 30 instead of 20 messages of a user in an hour",
                "--set a.b=1",
            ]
        );
    }

    #[test]
    fn the_others_are_named_and_nothing_is_said_to_help_that_does_not() {
        let many = text(&[lever_trials(8)]);
        assert!(
            many.ends_with("2 more help less: --set a.b=6, --set a.b=7\n"),
            "{many}"
        );
        let none = text(&[lever_trials(0)]);
        assert!(
            none.contains("Nothing helps of what was tried: at the gateway: pray"),
            "{none}"
        );
        assert!(!none.contains("what to change"), "{none}");
    }
}
