//! What helps the users of a gateway, best first, as short trials told.

use std::fmt::Write;

use super::text::table;
use super::value;
use super::words::metric_title;
use crate::measure::{Metric, Unit};
use crate::quantity::number::{human, percent, small, whole};
use crate::record::{LeverFigure, LeverObjective, LeverOutcome, LeverTrial, LeverTrials};

/// Levers shown for a gateway: those that help most.
const SHOWN: usize = 6;
/// So many times the messages are a cost that is told.
const MORE_MESSAGES: f64 = 1.1;
/// What is shown of every trial, besides what is judged: the metric, and what it is called here.
const ALWAYS: [(&str, &str); 3] = [
    ("down_fraction", "down"),
    ("missed_toast_fraction", "toasts missed"),
    ("session_drops", "sessions lost"),
];

/// What helps, for the terminal.
pub fn text(gateways: &[LeverTrials]) -> String {
    let mut out = String::new();
    for gateway in gateways {
        let _ = writeln!(out, "\n{}", title(gateway));
        if gateway.helps.is_empty() {
            let _ = writeln!(out, "  {}", in_vain(gateway));
            continue;
        }
        let before = figures(gateway, &gateway.before);
        let header = before.iter().map(|(name, _)| name.clone());
        let mut rows = vec![header.chain(["what to change".into()]).collect::<Vec<_>>()];
        rows.push(row(before, "nothing".into()));
        for help in gateway.helps.iter().take(SHOWN) {
            let after = figures(gateway, &help.after);
            let empty = vec![String::new(); after.len()].into_iter();
            rows.push(row(after, what(help, &gateway.before)));
            rows.push(empty.chain([format!("  {}", help.set)]).collect());
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
    let trials = match (gateway.is_whole, gateway.users) {
        (true, 1) => return format!("What helps the only user of {name}, by trials"),
        (true, _) => format!("all {users}"),
        (false, 1) => "one".into(),
        (false, _) => users,
    };
    let smaller = match gateway.is_smaller {
        true => " (capacity and limits made smaller in proportion)",
        false => "",
    };
    match gateway.is_unlike {
        true => format!("What might help the users of {name}"),
        false => {
            format!("What helps the users of {name}, by trials with {trials} of them{smaller}")
        }
    }
}

/// What an objective is called, whose users are those of the gateway unless it is of a group: "toasts missed of office".
fn label(objective: &LeverObjective) -> String {
    let metric = objective.metric.as_ref();
    let always = ALWAYS.iter().find(|(name, _)| *name == metric);
    let mut label = match always {
        Some((_, label)) => (*label).into(),
        None => small(&metric_title(metric)),
    };
    if let Some(cause) = &objective.cause {
        label += &format!(" by {}", cause.replace('_', " "));
    }
    if let Some(group) = objective.scope.strip_prefix("clients:") {
        label += &format!(" of {group}");
    }
    label
}

fn judged((objective, figure): (&LeverObjective, &LeverFigure)) -> (String, String) {
    let unit = Metric::by_name(&objective.metric).map_or(Unit::Count, |m| m.unit);
    let text = |x: f64| match unit {
        Unit::Fraction => percent(x),
        Unit::Count => human(x.round()),
        _ => value::three_digits(x, unit),
    };
    let text = match figure.value {
        None => "–".into(),
        Some(x) if figure.is_beyond => format!("> {}", text(x)),
        Some(x) => text(x),
    };
    (label(objective), text)
}

/// The figures of a trial, each with its name: those that are judged first.
pub(super) fn figures(gateway: &LeverTrials, outcome: &LeverOutcome) -> Vec<(String, String)> {
    let pairs = gateway.judged_by.iter().zip(&outcome.judged);
    let mut figures: Vec<(String, String)> = pairs.map(judged).collect();
    let texts = [
        percent(outcome.down_fraction),
        percent(outcome.missed_toast_fraction),
        whole(outcome.session_drops),
    ];
    for ((_, name), text) in ALWAYS.iter().zip(texts) {
        if !figures.iter().any(|(other, _)| other == name) {
            figures.push(((*name).into(), text));
        }
    }
    figures
}

fn row(figures: Vec<(String, String)>, what: String) -> Vec<String> {
    let figures = figures.into_iter().map(|(_, text)| text);
    figures.chain([what]).collect()
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
    let help = if rest.len() == 1 { "helps" } else { "help" };
    Some(format!(
        "{} more {help} less: {}",
        rest.len(),
        sets.join(", ")
    ))
}

/// "Nothing of what was tried is shown to help: …", or why nothing was tried.
pub(super) fn in_vain(gateway: &LeverTrials) -> String {
    if gateway.is_unlike {
        let unlike = "No trial of affordable size shows what the run shows";
        return match &gateway.untried[..] {
            [] => format!("{unlike}; and no change is known for what happens here"),
            [one] => format!("{unlike}; try it by a run with {one}"),
            all => format!(
                "{unlike}; try it by runs, each with one of {}",
                all.join(", ")
            ),
        };
    }
    match gateway.in_vain.is_empty() {
        true => "No change is known for what happens here".into(),
        false => format!(
            "Nothing of what was tried is shown to help: {}",
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
            judged: Vec::new(),
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
            before: outcome(0.25, 7, 20.0),
            helps: (0..n).map(help).collect(),
            in_vain: vec!["at the gateway: pray".into()],
            ..LeverTrials::default()
        }
    }

    fn lines(gateway: LeverTrials) -> Vec<String> {
        let printed = text(&[gateway]);
        printed.lines().map(|l| l.trim().to_string()).collect()
    }

    #[test]
    fn the_best_are_shown_with_effect_cost_and_command() {
        assert_eq!(
            lines(lever_trials(2)),
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
        let one = text(&[lever_trials(7)]);
        assert!(one.ends_with("1 more helps less: --set a.b=6\n"), "{one}");
        let none = text(&[lever_trials(0)]);
        assert!(
            none.contains("Nothing of what was tried is shown to help: at the gateway: pray"),
            "{none}"
        );
        assert!(!none.contains("what to change"), "{none}");
    }

    /// Judged by set-up time of a group, and by lost sessions, which are shown once.
    fn judged() -> LeverTrials {
        let objective = |metric: &'static str, scope: &str| LeverObjective {
            metric: metric.into(),
            scope: scope.into(),
            ..LeverObjective::default()
        };
        let figure = |value, is_beyond| LeverFigure {
            value: Some(value),
            is_beyond,
        };
        let mut trials = lever_trials(1);
        trials.judged_by = vec![
            objective("setup_p99_ms", "clients:office"),
            objective("session_drops", "all"),
        ];
        trials.before.judged = vec![figure(64_000.0, true), figure(2000.0, false)];
        trials.helps[0].after.judged = vec![figure(1234.0, false), figure(7.0, false)];
        trials
    }

    #[test]
    fn what_is_judged_is_shown_first_and_once() {
        let lines = lines(judged());
        let expected = [
            "set-up time, 99th percentile of office  sessions lost   down  toasts missed  what to change",
            "> 1 min 4 s                                     2,000   25 %           25 %  nothing",
            "1.23 s                                              7  0.1 %          0.1 %  at the client: change 0; costs: work, 30 instead of 20 messages of a user in an hour",
        ];
        assert_eq!(lines[2..5], expected);
    }

    #[test]
    fn a_title_says_how_many_take_part() {
        let of = |users, is_whole| {
            title(&LeverTrials {
                users,
                is_whole,
                ..lever_trials(1)
            })
        };
        assert_eq!(
            [of(1, true), of(1, false), of(2000, true)],
            [
                "What helps the only user of gw, by trials",
                "What helps the users of gw, by trials with one of them",
                "What helps the users of gw, by trials with all 2,000 of them",
            ]
        );
    }

    #[test]
    fn no_figure_stands_where_no_trial_shows_what_the_run_does() {
        let unlike = |untried: &[&str]| {
            let trials = LeverTrials {
                is_unlike: true,
                untried: untried.iter().map(|set| (*set).into()).collect(),
                ..lever_trials(0)
            };
            lines(trials)[1..].join("; ")
        };
        let without =
            "What might help the users of gw; No trial of affordable size shows what the run shows";
        for (untried, then) in [
            (&[][..], "and no change is known for what happens here"),
            (&["--set a.b=1"], "try it by a run with --set a.b=1"),
            (
                &["--set a.b=1", "--set a.c=2"],
                "try it by runs, each with one of --set a.b=1, --set a.c=2",
            ),
        ] {
            assert_eq!(unlike(untried), format!("{without}; {then}"));
        }
    }
}
