//! Every metric with its definition, in the order of reports.

use super::metric::Basis::{SignedIn, UsableAtFault, WithSession};
use super::metric::{Basis, Metric, Read, Sample, Unit};
use super::reading::{
    MS, S, count, mean, peak, quantile, ratio, share_of_time, signed_in_hours, station_count,
};
use super::tally::{Counter, DropCause, MissCause};

impl Metric {
    /// The metric of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        METRICS.iter().find(|m| m.name == name)
    }
}

fn no_causes() -> Vec<&'static str> {
    Vec::new()
}

fn drop_causes() -> Vec<&'static str> {
    DropCause::ALL.iter().map(|c| c.name()).collect()
}

fn miss_causes() -> Vec<&'static str> {
    MissCause::ALL.iter().map(|c| c.name()).collect()
}

const fn metric(
    name: &'static str,
    unit: Unit,
    definition: &'static str,
    better: i8,
    basis: Basis,
    read: Read,
) -> Metric {
    let less_is_better = match better {
        -1 => Some(true),
        1 => Some(false),
        _ => None,
    };
    Metric {
        name,
        unit,
        definition,
        less_is_better,
        basis,
        causes: no_causes,
        read,
        by_cause: |_, _| 0,
    }
}

const LESS: i8 = -1;
const MORE: i8 = 1;
const NEITHER: i8 = 0;

/// Every metric, in the order of reports.
pub static METRICS: &[Metric] = &[
    metric(
        "users",
        Unit::Count,
        "users of the deployment",
        NEITHER,
        SignedIn,
        |t, _| Sample::Count(t.users),
    ),
    metric(
        "sessions_established",
        Unit::Count,
        "completed set-ups",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::SessionsEstablished),
    ),
    Metric {
        causes: drop_causes,
        by_cause: |t, cause| t.drops[cause],
        ..metric(
            "session_drops",
            Unit::Count,
            "established sessions that ended other than by sign-out",
            LESS,
            WithSession,
            |t, _| Sample::Count(t.all_drops()),
        )
    },
    metric(
        "interruptions",
        Unit::Count,
        "losses of usability that healed without a new set-up",
        LESS,
        WithSession,
        |t, _| count(t, Counter::Interruptions),
    ),
    metric(
        "setups_attempted",
        Unit::Count,
        "set-ups begun with an INVITE",
        NEITHER,
        SignedIn,
        |t, _| count(t, Counter::SetupsAttempted),
    ),
    metric(
        "setups_failed",
        Unit::Count,
        "set-ups that failed",
        LESS,
        SignedIn,
        |t, _| count(t, Counter::SetupsFailed),
    ),
    metric(
        "drops_per_client_hour",
        Unit::PerClientHour,
        "session drops per client-hour signed in",
        LESS,
        WithSession,
        |t, _| ratio(t.all_drops() as f64, signed_in_hours(t)),
    ),
    metric(
        "dropped_session_fraction",
        Unit::Fraction,
        "session drops over sessions established",
        LESS,
        WithSession,
        |t, _| {
            ratio(
                t.all_drops() as f64,
                t.get(Counter::SessionsEstablished) as f64,
            )
        },
    ),
    metric(
        "down_fraction",
        Unit::Fraction,
        "signed-in time in which the user had no usable session",
        LESS,
        SignedIn,
        |t, _| share_of_time(t, t.setting_up_us + t.silent_us + t.visible_us),
    ),
    metric(
        "setting_up_fraction",
        Unit::Fraction,
        "signed-in time before the first session",
        LESS,
        SignedIn,
        |t, _| share_of_time(t, t.setting_up_us),
    ),
    metric(
        "silent_fraction",
        Unit::Fraction,
        "signed-in time down while the client believed in its session",
        LESS,
        SignedIn,
        |t, _| share_of_time(t, t.silent_us),
    ),
    metric(
        "visible_fraction",
        Unit::Fraction,
        "signed-in time down, the client knowing it",
        LESS,
        SignedIn,
        |t, _| share_of_time(t, t.visible_us),
    ),
    metric(
        "down_peak",
        Unit::Count,
        "most users down at once, to the second",
        LESS,
        SignedIn,
        |t, _| peak(&t.down_per_second),
    ),
    metric(
        "toasts_due",
        Unit::Count,
        "incoming calls to signed-in users, decided",
        NEITHER,
        SignedIn,
        |t, _| count(t, Counter::ToastsDue),
    ),
    Metric {
        causes: miss_causes,
        by_cause: |t, cause| t.missed[cause],
        ..metric(
            "toasts_missed",
            Unit::Count,
            "toasts due that did not come before the call stopped ringing",
            LESS,
            SignedIn,
            |t, _| Sample::Count(t.all_missed()),
        )
    },
    metric(
        "missed_toast_fraction",
        Unit::Fraction,
        "toasts missed over toasts due",
        LESS,
        SignedIn,
        |t, _| ratio(t.all_missed() as f64, t.get(Counter::ToastsDue) as f64),
    ),
    metric(
        "missed_toasts_per_client_hour",
        Unit::PerClientHour,
        "toasts missed per client-hour signed in",
        LESS,
        SignedIn,
        |t, _| ratio(t.all_missed() as f64, signed_in_hours(t)),
    ),
    metric(
        "originations_attempted",
        Unit::Count,
        "calls tried from the PC, decided",
        NEITHER,
        SignedIn,
        |t, _| count(t, Counter::OriginationsAttempted),
    ),
    metric(
        "originations_failed",
        Unit::Count,
        "calls tried from the PC that failed",
        LESS,
        SignedIn,
        |t, _| count(t, Counter::OriginationsFailed),
    ),
    metric(
        "failed_origination_fraction",
        Unit::Fraction,
        "originations failed over originations attempted",
        LESS,
        SignedIn,
        |t, _| {
            ratio(
                t.get(Counter::OriginationsFailed) as f64,
                t.get(Counter::OriginationsAttempted) as f64,
            )
        },
    ),
    metric(
        "refreshes_attempted",
        Unit::Count,
        "refresh transactions begun",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::RefreshesAttempted),
    ),
    metric(
        "refreshes_failed",
        Unit::Count,
        "refresh transactions that did not succeed",
        LESS,
        WithSession,
        |t, _| count(t, Counter::RefreshesFailed),
    ),
    metric(
        "refresh_rate_per_s",
        Unit::PerSecond,
        "refresh transactions per second of the run",
        NEITHER,
        WithSession,
        |t, horizon| {
            ratio(
                t.get(Counter::RefreshesAttempted) as f64,
                horizon.as_secs_f64(),
            )
        },
    ),
    metric(
        "messages_sent",
        Unit::Count,
        "copies put on the gateway leg, both directions",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::MessagesSent),
    ),
    metric(
        "messages_lost",
        Unit::Count,
        "copies lost on the gateway leg",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::MessagesLost),
    ),
    metric(
        "message_rate_per_s",
        Unit::PerSecond,
        "copies on the gateway leg per second of the run",
        NEITHER,
        WithSession,
        |t, horizon| ratio(t.get(Counter::MessagesSent) as f64, horizon.as_secs_f64()),
    ),
    metric(
        "message_rate_peak_per_s",
        Unit::PerSecond,
        "most copies on the gateway legs in any one second",
        NEITHER,
        WithSession,
        |t, _| match peak(&t.messages_per_second) {
            Sample::Count(n) => Sample::Value(n as f64),
            other => other,
        },
    ),
    metric(
        "client_leg_messages_sent",
        Unit::Count,
        "copies put on the client leg, both directions",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::ClientLegSent),
    ),
    metric(
        "client_leg_messages_lost",
        Unit::Count,
        "copies lost on the client leg",
        NEITHER,
        WithSession,
        |t, _| count(t, Counter::ClientLegLost),
    ),
    metric(
        "setup_mean_ms",
        Unit::Milliseconds,
        "mean time from the first INVITE to usable, of completed set-ups",
        LESS,
        WithSession,
        |t, _| mean(&t.setup, MS),
    ),
    metric(
        "setup_p99_ms",
        Unit::Milliseconds,
        "99th percentile of the set-up time",
        LESS,
        WithSession,
        |t, _| quantile(&t.setup, 0.99, MS),
    ),
    metric(
        "detection_mean_s",
        Unit::Seconds,
        "mean time from the end of usability to the client knowing, per drop",
        LESS,
        WithSession,
        |t, _| mean(&t.detection, S),
    ),
    metric(
        "detection_p95_s",
        Unit::Seconds,
        "95th percentile of the detection time",
        LESS,
        WithSession,
        |t, _| quantile(&t.detection, 0.95, S),
    ),
    metric(
        "recovery_mean_s",
        Unit::Seconds,
        "mean time from the end of usability to usable again, per drop",
        LESS,
        WithSession,
        |t, _| mean(&t.recovery, S),
    ),
    metric(
        "recovery_p95_s",
        Unit::Seconds,
        "95th percentile of the recovery time",
        LESS,
        WithSession,
        |t, _| quantile(&t.recovery, 0.95, S),
    ),
    metric(
        "recovery_open",
        Unit::Count,
        "drops from which the user had not recovered at the horizon or sign-out",
        LESS,
        WithSession,
        |t, _| Sample::Count(t.recovery.censored()),
    ),
    metric(
        "gateway_utilisation",
        Unit::Fraction,
        "time that servers are busy over servers × the run, or the share of time that the serial section is, where that is larger",
        NEITHER,
        WithSession,
        |t, _| ratio(t.station.busy_us as f64, t.station.server_us as f64),
    ),
    metric(
        "gateway_queue_peak",
        Unit::Count,
        "most jobs waiting at once at any one gateway, for a server or the serial section",
        LESS,
        WithSession,
        |t, _| station_count(t, u64::from(t.station.queue_peak)),
    ),
    metric(
        "gateway_response_mean_ms",
        Unit::Milliseconds,
        "mean time of a job in the gateway: waiting and service",
        LESS,
        WithSession,
        |t, _| mean(&t.station.response, MS),
    ),
    metric(
        "gateway_response_p50_ms",
        Unit::Milliseconds,
        "median time of a job in the gateway",
        LESS,
        WithSession,
        |t, _| quantile(&t.station.response, 0.50, MS),
    ),
    metric(
        "gateway_response_p95_ms",
        Unit::Milliseconds,
        "95th percentile of the time of a job in the gateway",
        LESS,
        WithSession,
        |t, _| quantile(&t.station.response, 0.95, MS),
    ),
    metric(
        "gateway_response_p99_ms",
        Unit::Milliseconds,
        "99th percentile of the time of a job in the gateway",
        LESS,
        WithSession,
        |t, _| quantile(&t.station.response, 0.99, MS),
    ),
    metric(
        "jobs_offered",
        Unit::Count,
        "request copies that arrived at the gateway and events that it originated",
        NEITHER,
        WithSession,
        |t, _| station_count(t, t.station.offered),
    ),
    metric(
        "jobs_refused",
        Unit::Count,
        "jobs that found no place in the gateway",
        LESS,
        WithSession,
        |t, _| station_count(t, t.station.refused),
    ),
    metric(
        "first_loss_s",
        Unit::Seconds,
        "least time from a user's first establishment to its first drop",
        MORE,
        WithSession,
        |t, _| {
            t.first_loss_us
                .map_or(Sample::Absent, |us| Sample::Value(us as f64 / S))
        },
    ),
    metric(
        "all_back_s",
        Unit::Seconds,
        "from a scheduled fault until as many users are usable as before it, the longest",
        LESS,
        UsableAtFault,
        |t, _| match (t.all_back_open_us, t.all_back_us) {
            (Some(open), _) => Sample::Beyond(open as f64 / S),
            (None, Some(us)) => Sample::Value(us as f64 / S),
            (None, None) => Sample::Absent,
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_end_in_their_unit() {
        for (i, metric) in METRICS.iter().enumerate() {
            assert!(
                METRICS[..i].iter().all(|m| m.name != metric.name),
                "{} twice",
                metric.name
            );
            let unit = match metric.unit {
                Unit::Count => continue,
                Unit::Fraction if metric.name == "gateway_utilisation" => continue, // the one exception, see the documentation of this room
                Unit::Fraction => "_fraction",
                Unit::PerClientHour => "_per_client_hour",
                Unit::PerSecond => "_per_s",
                Unit::Milliseconds => "_ms",
                Unit::Seconds => "_s",
            };
            assert!(metric.name.ends_with(unit), "{}", metric.name);
        }
    }
}
