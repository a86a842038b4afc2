//! What people call a metric, and a sentence that says a value of it. Its identifier stands beside or below, never alone.

mod one;

use super::value;
use crate::measure::{Bound, DropCause, Metric, MissCause, Objective, Scope, Unit};
use crate::quantity::number::{capital, small, whole};
use crate::study::{Estimate, MetricRow};
use one::of_one;

/// Name, what it is called in a table or on an axis, and a clause with `{}` for the value.
type Words = (&'static str, &'static str, &'static str);

/// Every metric, in the order of reports.
const WORDS: &[Words] = &[
    ("users", "Users", "{} users take part"),
    (
        "sessions_established",
        "Completed set-ups",
        "{} set-ups are completed a run",
    ),
    (
        "session_drops",
        "Lost sessions",
        "{} sessions are lost a run",
    ),
    (
        "interruptions",
        "Interruptions",
        "sessions are interrupted {} times a run",
    ),
    (
        "setups_attempted",
        "Attempted set-ups",
        "{} set-ups are tried a run",
    ),
    ("setups_failed", "Failed set-ups", "{} set-ups fail a run"),
    (
        "drops_per_client_hour",
        "Lost sessions per user and hour",
        "a user loses {} sessions an hour",
    ),
    (
        "dropped_session_fraction",
        "Share of sessions lost",
        "{} of sessions are lost",
    ),
    (
        "down_fraction",
        "Time without a session",
        "users are without a session {} of the time",
    ),
    (
        "setting_up_fraction",
        "Time until the first session",
        "users wait {} of the time for their first session",
    ),
    (
        "silent_fraction",
        "Time down unnoticed",
        "clients are down without knowing it {} of the time",
    ),
    (
        "visible_fraction",
        "Time down and noticed",
        "clients know that they are down {} of the time",
    ),
    (
        "down_peak",
        "Most users without a session at once",
        "at most {} users are without a session at once",
    ),
    ("toasts_due", "Toasts due", "{} toasts are due a run"),
    (
        "toasts_missed",
        "Missed toasts in all",
        "{} toasts are missed a run",
    ),
    (
        "missed_toast_fraction",
        "Missed toasts",
        "{} of toasts are missed",
    ),
    (
        "missed_toasts_per_client_hour",
        "Missed toasts per user and hour",
        "a user misses {} toasts an hour",
    ),
    (
        "originations_attempted",
        "Calls from the PC",
        "{} calls are tried from the PC a run",
    ),
    (
        "originations_failed",
        "Failed calls from the PC in all",
        "{} calls from the PC fail a run",
    ),
    (
        "failed_origination_fraction",
        "Failed calls from the PC",
        "{} of calls from the PC fail",
    ),
    (
        "refreshes_attempted",
        "Refreshes in all",
        "{} refreshes are sent a run",
    ),
    (
        "refreshes_failed",
        "Failed refreshes",
        "{} refreshes fail a run",
    ),
    (
        "refresh_rate_per_s",
        "Refreshes",
        "{} refreshes a second are sent",
    ),
    (
        "messages_sent",
        "Messages at the gateway in all",
        "{} messages are sent at the gateway a run",
    ),
    (
        "messages_lost",
        "Messages lost at the gateway",
        "{} messages are lost on the gateway's leg a run",
    ),
    (
        "message_rate_per_s",
        "Messages at the gateway",
        "{} messages a second pass the gateway",
    ),
    (
        "message_rate_peak_per_s",
        "Messages in the busiest second",
        "{} messages pass in the busiest second",
    ),
    (
        "client_leg_messages_sent",
        "Messages at the clients",
        "{} messages are sent at the clients a run",
    ),
    (
        "client_leg_messages_lost",
        "Messages lost at the clients",
        "{} messages are lost on the clients' leg a run",
    ),
    (
        "setup_mean_ms",
        "Set-up time, mean",
        "a set-up takes {} on average",
    ),
    (
        "setup_p99_ms",
        "Set-up time, 99th percentile",
        "99 of 100 set-ups take at most {}",
    ),
    (
        "detection_mean_s",
        "Time to notice a loss, mean",
        "a client notices a loss after {} on average",
    ),
    (
        "detection_p95_s",
        "Time to notice a loss, 95th percentile",
        "95 of 100 losses are noticed within {}",
    ),
    (
        "recovery_mean_s",
        "Time to be back, mean",
        "a user is back {} after a loss on average",
    ),
    (
        "recovery_p95_s",
        "Time to be back, 95th percentile",
        "95 of 100 users are back from a loss within {}",
    ),
    (
        "recovery_open",
        "Losses without return",
        "{} losses a run have no return before the end",
    ),
    (
        "gateway_utilisation",
        "Gateway busy",
        "the gateway is busy {} of the time",
    ),
    (
        "gateway_queue_peak",
        "Longest queue at a gateway",
        "at most {} jobs wait at a gateway at once",
    ),
    (
        "gateway_response_mean_ms",
        "Gateway response, mean",
        "the gateway answers after {} on average",
    ),
    (
        "gateway_response_p50_ms",
        "Gateway response, median",
        "the gateway answers half of its jobs within {}",
    ),
    (
        "gateway_response_p95_ms",
        "Gateway response, 95th percentile",
        "the gateway answers 95 of 100 jobs within {}",
    ),
    (
        "gateway_response_p99_ms",
        "Gateway response, 99th percentile",
        "the gateway answers 99 of 100 jobs within {}",
    ),
    (
        "jobs_offered",
        "Jobs offered to the gateway",
        "{} jobs come to the gateway a run",
    ),
    (
        "jobs_refused",
        "Jobs refused",
        "the gateway refuses {} jobs a run",
    ),
    (
        "first_loss_s",
        "Time to the first loss",
        "the first session is lost {} after its set-up",
    ),
    (
        "all_back_s",
        "Time until everyone is back",
        "everyone is back {} after the fault",
    ),
];

fn words(metric: &str) -> Option<&'static Words> {
    WORDS.iter().find(|(name, ..)| *name == metric)
}

/// What a metric is called: "Missed toasts". One that this version does not know goes by its name.
pub(crate) fn metric_title(metric: &str) -> String {
    words(metric).map_or_else(
        || capital(&metric.replace('_', " ")),
        |(_, label, _)| (*label).into(),
    )
}

/// A clause that says so much of a metric: "1.89 % of toasts are missed".
pub fn clause(metric: &Metric, amount: &str) -> String {
    let template = words(metric.name).map_or("{} is counted", |(.., clause)| *clause);
    match template.split_once("{}") {
        Some((before, behind)) if amount == "1" => format!("{before}1{}", of_one(behind)),
        _ => template.replacen("{}", amount, 1),
    }
}

/// A clause that says more than so much: a quantile among what was open at the end.
fn beyond_clause(metric: &Metric, amount: &str) -> String {
    let (before, behind) = clause(metric, "{}")
        .split_once("{}")
        .map(|(a, b)| (a.to_string(), b.to_string()))
        .unwrap_or_default();
    let before = match before.trim_end() {
        b if b.ends_with("at most") => format!("{} ", b.trim_end_matches("at most").trim_end()),
        b if b.ends_with("within") => format!("{} after ", b.trim_end_matches("within").trim_end()),
        _ => before,
    };
    format!("{before}more than {amount}{behind}")
}

/// A mean in such a clause: counts are whole, or said to be an average.
pub fn mean_clause(metric: &Metric, estimate: &Estimate) -> String {
    if metric.unit != Unit::Count {
        return clause(metric, &value::in_sentence(estimate, metric.unit));
    }
    let whole_number = estimate.mean.round();
    let is_whole = (estimate.mean - whole_number).abs() < 1e-9;
    if is_whole {
        return clause(metric, &whole(whole_number as u64));
    }
    let amount = if estimate.mean < 10.0 {
        value::in_sentence(estimate, metric.unit)
    } else {
        whole(whole_number as u64)
    };
    clause(metric, &amount) + " on average"
}

/// What people call keys whose last part alone says little.
const KEYS: [(&str, &str, &str); 26] = [
    ("clients", "count", "Users"),
    ("clients", "min_se", "Min-SE"),
    (
        "clients",
        "on_no_answer",
        "Reaction to an unanswered refresh",
    ),
    ("clients", "on_rejection", "Reaction to a refused refresh"),
    ("clients", "path", "Client path"),
    ("clients", "profile", "Client"),
    ("clients", "reestablish", "Re-establishment"),
    ("clients", "refresh_clock", "Start of the refresh clock"),
    ("clients", "session_expires", "Offered Session-Expires"),
    ("clients", "setup_pace", "Time between set-ups"),
    ("fault", "mtbf", "Mean time between failures"),
    ("fault", "mttr", "Mean time to repair"),
    ("gateway", "allow", "Allow header"),
    ("gateway", "count", "Gateways"),
    (
        "gateway",
        "enforces_session_timer",
        "Session timer of the gateway",
    ),
    ("gateway", "forgets", "What a crash wipes"),
    ("gateway", "max_calls", "Limit on calls"),
    ("gateway", "max_sessions", "Limit on sessions"),
    ("gateway", "min_se", "Min-SE"),
    ("gateway", "path", "Gateway path"),
    ("gateway", "profile", "Gateway"),
    ("gateway", "refresher", "Refresher role"),
    ("gateway", "reinvite", "Answer to re-INVITE"),
    ("gateway", "session_expires", "Granted Session-Expires"),
    ("gateway", "update", "Answer to UPDATE"),
    ("path", "loss", "Loss on the path"),
];

/// "clients.refresh_interval" as "Refresh interval".
pub(crate) fn key(key: &str) -> String {
    let is = |table: &str, last: &str| {
        key.split_once('.')
            .is_some_and(|(t, rest)| t == table && rest.rsplit('.').next() == Some(last))
    };
    if let Some((.., title)) = KEYS.iter().find(|(table, last, _)| is(table, last)) {
        return (*title).into();
    }
    capital(&key.rsplit('.').next().unwrap_or(key).replace('_', " "))
}

/// What is set at a point: "refresh interval 5 min, client path bad".
pub fn point(values: &[(String, String)]) -> String {
    let phrase = |(name, value): &(String, String)| match name.rsplit('.').next() {
        // "1 gateway", "500 users"
        Some("count") if value == "1" => format!("1 {}", small(&key(name)).trim_end_matches('s')),
        Some("count") => format!("{value} {}", small(&key(name))),
        _ => format!("{} {value}", small(&key(name))),
    };
    values.iter().map(phrase).collect::<Vec<_>>().join(", ")
}

/// A target in words: "at most 0.5 %".
pub fn target(objective: &Objective) -> String {
    let unit = objective.metric.unit;
    let target = match objective.bound {
        Bound::AtMost(target) => format!("at most {}", value::value(target, unit)),
        Bound::AtLeast(target) => format!("at least {}", value::value(target, unit)),
    };
    target + &on_days(objective)
}

/// " on 19 of 20 days", where an objective is to hold on so many.
pub(crate) fn on_days(objective: &Objective) -> String {
    let days = objective.quantile;
    days.map_or_else(String::new, |days| format!(" on {days}"))
}

/// Whom a figure is about, behind a clause: " in the group office", " at the gateway cstagw".
pub(crate) fn place(scope: &Scope) -> String {
    match scope {
        Scope::All => String::new(),
        Scope::Clients(name) => format!(" in the group {name}"),
        Scope::Gateway(name) => format!(" at the gateway {name}"),
    }
}

/// What a cause of a metric means, and its name.
pub(crate) fn cause(metric: &str, index: usize) -> (&'static str, &'static str) {
    match metric {
        "session_drops" => {
            let cause = DropCause::ALL[index];
            (cause.meaning(), cause.name())
        }
        _ => {
            let cause = MissCause::ALL[index];
            (cause.meaning(), cause.name())
        }
    }
}

/// An objective without its target, in words: "Missed toasts in the group office".
pub(crate) fn subject(objective: &Objective) -> String {
    let why = objective.cause.map_or(String::new(), |index| {
        format!(" because {}", cause(objective.metric.name, index).0)
    });
    format!(
        "{}{}{why}",
        metric_title(objective.metric.name),
        place(&objective.scope)
    )
}

/// What came out for an objective, in words: its figure, or what holds on so many days; `None`: there is no figure.
pub fn outcome_clause(objective: &Objective, row: &MetricRow) -> Option<String> {
    let (Some(days), Some(estimate)) = (objective.quantile, row.estimate) else {
        return figure_clause(row);
    };
    let metric = row.column.metric;
    let amount = value::value(estimate.mean, metric.unit);
    let bound = match objective.bound {
        Bound::AtMost(_) => "at most",
        Bound::AtLeast(_) => "at least",
    };
    let has_bound = clause(metric, "").contains("at most");
    let amount = if has_bound {
        amount
    } else {
        format!("{bound} {amount}")
    };
    let why = objective.cause.map_or(String::new(), |index| {
        format!(" because {}", cause(metric.name, index).0)
    });
    let place = place(&row.scope);
    Some(format!("on {days} {}{place}{why}", clause(metric, &amount)))
}

/// A figure in words: "1.89 % of toasts are missed"; `None`: there is nothing to say a figure of.
pub fn figure_clause(row: &MetricRow) -> Option<String> {
    let metric = row.column.metric;
    let mut text = match (row.beyond, row.estimate) {
        (Some(beyond), _) => beyond_clause(metric, &value::value(beyond, metric.unit)),
        (None, Some(estimate)) if estimate.mean == 0.0 => match row.upper_if_none {
            Some(upper) => format!(
                "{}, at most {}",
                clause(metric, &value::value(0.0, metric.unit)),
                value::three_digits(upper, metric.unit)
            ),
            None => mean_clause(metric, &estimate),
        },
        (None, Some(estimate)) => mean_clause(metric, &estimate),
        (None, None) => return None,
    };
    text += &place(&row.scope);
    if let Some((index, _)) = row.column.cause {
        text += &format!(" because {}", cause(metric.name, index).0);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::METRICS;

    #[test]
    fn every_metric_has_words_of_its_own() {
        for (metric, (name, label, clause)) in METRICS.iter().zip(WORDS) {
            assert_eq!(metric.name, *name, "in the order of the catalogue");
            assert_eq!(clause.matches("{}").count(), 1, "{name}");
            assert!(!label.contains('_') && !clause.contains('_'), "{name}");
            assert!(clause.split_whitespace().count() <= 12, "{name}");
            let count = WORDS.iter().filter(|(_, l, _)| l == label).count();
            assert_eq!(count, 1, "{label} is the name of one metric");
        }
        assert_eq!(METRICS.len(), WORDS.len());
    }

    #[test]
    fn what_lies_beyond_is_more_than_that() {
        let beyond = |name: &str| beyond_clause(Metric::by_name(name).unwrap(), "82 s");
        assert_eq!(
            beyond("setup_p99_ms"),
            "99 of 100 set-ups take more than 82 s"
        );
        assert_eq!(
            beyond("recovery_p95_s"),
            "95 of 100 users are back from a loss after more than 82 s"
        );
    }

    #[test]
    fn counts_are_whole_or_on_average() {
        let metric = Metric::by_name("session_drops").unwrap();
        let clause_of_mean = |mean| {
            let estimate = Estimate {
                mean,
                lower: None,
                upper: None,
            };
            mean_clause(metric, &estimate)
        };
        assert_eq!(clause_of_mean(4000.0), "4,000 sessions are lost a run");
        assert_eq!(
            clause_of_mean(1.7),
            "1.7 sessions are lost a run on average"
        );
        assert_eq!(
            clause_of_mean(1234.4),
            "1,234 sessions are lost a run on average"
        );
    }
}
