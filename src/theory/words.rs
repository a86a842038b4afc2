//! Values of a plan in the words of a scenario file.

use crate::deployment::{Forgets, IdleAction, ServiceTime, Transport};
use crate::faults::FaultKind;
use crate::protocol::{OnNoAnswer, Reestablish, RefreshClock, Refresher, UpdateBehaviour};
use crate::quantity::number::plain;
use crate::quantity::{Span, print_clock, print_span};
use crate::workload::{DayShape, SignIn};

/// A duration: whole in its unit, or a decimal number of milliseconds.
pub(super) fn span(span: Span) -> String {
    if span.0 > 1000 && !span.0.is_multiple_of(1000) {
        return format!("{} ms", span.0 as f64 / 1e3);
    }
    print_span(span)
}

/// A time of day; the next day's hours go on after midnight.
pub(super) fn clock(since_midnight: Span) -> String {
    print_clock(Span(since_midnight.0 % Span::from_secs(86_400).0))
}

/// A fraction in percent.
pub(super) fn share(fraction: f64) -> String {
    format!("{} %", plain(fraction * 100.0))
}

/// A rate per second, by the hour.
pub(super) fn per_hour(per_s: f64) -> String {
    format!("{} /h", plain(per_s * 3600.0))
}

pub(super) fn sign_in(at: &SignIn) -> String {
    match at {
        SignIn::AtStart => "at start".into(),
        SignIn::At(time) => format!("at {}", clock(*time)),
        SignIn::UniformOver(width) => format!("uniform over {}", span(*width)),
        SignIn::Normal { mean, sd } => format!("normal {} sd {}", clock(*mean), span(*sd)),
    }
}

pub(super) fn reestablish(policy: &Reestablish) -> String {
    match policy {
        Reestablish::Never => "never".into(),
        Reestablish::Fixed(delay) => format!("fixed {}", span(*delay)),
        Reestablish::Uniform(from, to) => format!("uniform {}..{}", span(*from), span(*to)),
        Reestablish::Backoff {
            first,
            factor,
            cap,
            jitter,
        } => format!(
            "backoff {} x{factor} max {} jitter {}",
            span(*first),
            span(*cap),
            share(*jitter)
        ),
    }
}

pub(super) fn service(time: &ServiceTime) -> String {
    match time {
        ServiceTime::Fixed(Span::ZERO) => "none".into(),
        ServiceTime::Fixed(duration) => span(*duration),
        ServiceTime::Exponential(mean) => format!("exponential {}", span(*mean)),
        ServiceTime::LogNormal { mean, sd } => {
            format!("log-normal {} sd {}", span(*mean), span(*sd))
        }
        ServiceTime::Quantiles(points) => {
            let point =
                |(fraction, time): &(f64, Span)| format!("{} {}", share(*fraction), span(*time));
            let points: Vec<String> = points.iter().map(point).collect();
            format!("quantiles {}", points.join(", "))
        }
    }
}

pub(super) fn hours(shape: &DayShape) -> String {
    let step = |(from, factor): &(Span, f64)| format!("{} x{factor}", clock(*from));
    let steps: Vec<String> = shape.steps.iter().map(step).collect();
    steps.join(", ")
}

pub(super) fn update(behaviour: UpdateBehaviour) -> &'static str {
    match behaviour {
        UpdateBehaviour::Accepted => "accepted",
        UpdateBehaviour::Ignored => "ignored",
        UpdateBehaviour::Rejected405 => "405",
        UpdateBehaviour::Rejected501 => "501",
        UpdateBehaviour::DialogLost481 => "481",
        UpdateBehaviour::AnswerLost => "answer-lost",
        UpdateBehaviour::NoSessionExpires => "no-session-expires",
        UpdateBehaviour::IntervalTooSmall422 => "422",
        UpdateBehaviour::Unavailable503 => "503",
        UpdateBehaviour::NotCounted => "not-counted",
        UpdateBehaviour::Rejected488 => "488",
        UpdateBehaviour::Rejected500 => "500",
    }
}

pub(super) fn on_no_answer(policy: OnNoAnswer) -> &'static str {
    match policy {
        OnNoAnswer::TearDown => "tear-down",
        OnNoAnswer::Hold => "hold",
        OnNoAnswer::KeepPolling => "keep-polling",
    }
}

pub(super) fn refresh_clock(clock: RefreshClock) -> &'static str {
    match clock {
        RefreshClock::SinceRefresh => "since-refresh",
        RefreshClock::SinceTraffic => "since-traffic",
    }
}

pub(super) fn refresher(side: Refresher) -> &'static str {
    match side {
        Refresher::Uac => "uac",
        Refresher::Uas => "uas",
    }
}

pub(super) fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Tls => "tls",
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    }
}

pub(super) fn idle_action(action: IdleAction) -> &'static str {
    match action {
        IdleAction::Silent => "silent",
        IdleAction::Reset => "reset",
    }
}

pub(super) fn forgets(forgets: Forgets) -> &'static str {
    match forgets {
        Forgets::Sessions => "sessions",
        Forgets::Monitors => "monitors",
        Forgets::Nothing => "nothing",
    }
}

pub(super) fn kind(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Crash => "crash",
        FaultKind::Stall => "stall",
        FaultKind::Maintenance => "maintenance",
        FaultKind::LinkOutage => "link-outage",
        FaultKind::OcsFailover => "ocs-failover",
        FaultKind::Sleep => "sleep",
        FaultKind::NetworkChange => "network-change",
        FaultKind::Surge => "surge",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_a_scenario_file() {
        let s = Span::from_secs;
        assert_eq!(
            [
                span(s(1500)),
                span(Span(22_500)),
                span(Span(999)),
                span(Span::ZERO)
            ],
            ["25 min", "22.5 ms", "999 us", "0 s"]
        );
        assert_eq!(
            (
                clock(s(36_000)),
                clock(s(90_000)),
                share(0.07),
                per_hour(1.0 / 600.0)
            ),
            ("10:00".into(), "01:00".into(), "7 %".into(), "6 /h".into())
        );
        let policy = Reestablish::Backoff {
            first: s(5),
            factor: 2.0,
            cap: s(300),
            jitter: 0.2,
        };
        assert_eq!(reestablish(&policy), "backoff 5 s x2 max 5 min jitter 20 %");
        let quantiles = ServiceTime::Quantiles(vec![(0.5, Span(3000)), (1.0, Span(20_000))]);
        assert_eq!(service(&quantiles), "quantiles 50 % 3 ms, 100 % 20 ms");
        let shape = DayShape {
            steps: vec![(Span::ZERO, 0.1), (s(28_800), 1.0)],
        };
        assert_eq!(hours(&shape), "00:00 x0.1, 08:00 x1");
    }
}
