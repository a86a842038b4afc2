//! What closed forms take for granted, and how a violated precondition is printed.

use std::fmt;

use super::words::{
    clock, forgets, hours, idle_action, kind, on_no_answer, per_hour, reestablish, refresh_clock,
    refresher, service, share, sign_in, span, transport, update,
};
use crate::deployment::{Forgets, IdleAction, JobClass, ServiceTime, Transport};
use crate::faults::FaultKind;
use crate::protocol::{OnNoAnswer, Reestablish, RefreshClock, Refresher, UpdateBehaviour};
use crate::quantity::Span;
use crate::workload::{DayShape, Lunch, SignIn};

/// A precondition that a plan or a run does not meet: the value that stands in the way of a closed form.
///
/// Printed as the key with its value, `refresh_jitter = 10 %`, where a key of the scenario decides, else in words.
#[derive(Clone, PartialEq, Debug)]
pub enum Violation {
    /// The refresh clock is one that traffic restarts.
    RefreshClock(RefreshClock),
    /// The gateway refreshes.
    Refresher(Refresher),
    /// Refreshes jitter, a share of the interval.
    RefreshJitter(f64),
    /// A refresh interval may last as long as the session.
    IntervalNotShorter,
    /// What the gateway does with UPDATE.
    Update(UpdateBehaviour),
    /// A key that makes one of the two sides do something that no closed form knows.
    Behaviour(&'static str),
    /// What the client does when a refresh stays unanswered.
    OnNoAnswer(OnNoAnswer),
    /// The session offered ends before the refresh is given up, seconds.
    SessionExpires(u32),
    /// Sessions are not set up again after a fixed time.
    Reestablish(Reestablish),
    /// Several client groups wait for different times.
    SeveralDelays,
    /// When users sign in.
    SignIn(SignIn),
    /// They do not sign in evenly over a multiple of the refresh interval.
    NoMultiple(SignIn),
    /// Users sign out before the end.
    SignOut(SignIn),
    /// Users are away for lunch.
    Lunch(Lunch),
    /// Not everybody signs in; the share who do.
    Attendance(f64),
    /// Calls are replayed from a file.
    RecordedCalls,
    /// Sign-ins are replayed from a file.
    RecordedSigns,
    /// Users dial from the PC, calls per second.
    OutgoingCalls(f64),
    /// Users answer at the PC, a share of the calls.
    AnsweredAtPc(f64),
    /// The rate of calls varies over the day.
    CallsByHour(DayShape),
    /// Users differ in their rates, standard deviation over mean.
    CallSpread(f64),
    /// A call is more than one message, since it rings so long.
    SeveralMessages(Span),
    /// A connection may be forgotten more than once between two refreshes.
    CallsAndIdle(Span),
    /// A transport that loses messages, or one that does not.
    Transport(Transport),
    /// A leg with a long one-way delay.
    Delay(Span),
    /// A leg that loses packets, a share of them.
    Loss(f64),
    /// OCS forgets the routes of dialogs.
    RouteExpiry(Span, Span),
    /// A middlebox forgets idle connections.
    IdleTimeout(Span),
    /// It resets them.
    IdleAction(IdleAction),
    /// The gateway takes time for a job, or time that varies.
    ServiceTime(ServiceTime),
    /// One class of jobs takes another time than the others.
    ServiceTimeOf(JobClass, ServiceTime),
    /// Set-ups pass a serial section.
    SetupSerial(Span),
    /// Responses take time.
    ResponseService(Span),
    /// Fewer users find room in the queue than come.
    Queue(u32),
    /// The gateway monitors so many lines at most.
    MaxSessions(u32),
    /// The gateway monitors a line so often at most.
    MaxSessionsPerLine(u32),
    /// The gateway follows so many calls at most.
    MaxCalls(u32),
    /// So many waiting jobs make the gateway refuse requests.
    Throttle(u32),
    /// What a restart forgets.
    Forgets(Forgets),
    /// Gateways stand by.
    Spare(u32),
    /// Something goes wrong from outside: what, and the name of the `[[fault]]`.
    Fault(FaultKind, String),
    /// The fault comes once, at this time of day, and not at random.
    FaultAt(Span),
    /// The fault comes at random, with this mean time from repair to fault.
    FaultAtRandom(Span),
    /// It hits one of several gateways, counted from 1.
    Instance(u32),
    /// The crash is silent, so that users notice it one by one.
    Silent,
    /// The gateway has more than one fault.
    SeveralFaults,
    /// Clients have faults of their own.
    FaultsOfClients,
    /// Users have yet to sign in when the gateway fails.
    YetToSignIn,
    /// N > 32 C: some give up before their turn.
    BeyondCapacity,
    /// Arrivals at a gateway are no Poisson process.
    NotPoisson,
    /// The run has some of these, and the form is for a run without.
    Counted(&'static str),
    /// The gateway takes more than half a second for a job.
    SlowGateway,
    /// Nobody found a crash.
    NoDetection,
    /// One replication shows no spread.
    OneReplication,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((key, value)) = self.setting() {
            return write!(f, "{key} = {value}");
        }
        match self {
            Self::NoMultiple(at) => {
                write!(f, "sign_in = {}, over no multiple of R", sign_in(at))
            }
            Self::SeveralMessages(limit) => {
                write!(
                    f,
                    "calls of several messages (no_answer = {})",
                    span(*limit)
                )
            }
            Self::CallsAndIdle(idle) => {
                write!(
                    f,
                    "calls and idle_timeout = {}, less than half of R",
                    span(*idle)
                )
            }
            Self::Fault(fault_kind, name) => write!(f, "the {} of {name}", kind(*fault_kind)),
            Self::Behaviour(key) => write!(f, "the value of {key}"),
            Self::Counted(metric) => write!(f, "{metric} > 0"),
            other => f.write_str(other.sentence()),
        }
    }
}

impl Violation {
    /// The key that decides and its value, as a scenario file has them.
    fn setting(&self) -> Option<(&'static str, String)> {
        Some(match self {
            Self::RefreshClock(c) => ("refresh_clock", refresh_clock(*c).into()),
            Self::Refresher(r) => ("refresher", refresher(*r).into()),
            Self::RefreshJitter(x) => ("refresh_jitter", share(*x)),
            Self::Update(u) => ("update", update(*u).into()),
            Self::OnNoAnswer(o) => ("on_no_answer", on_no_answer(*o).into()),
            Self::SessionExpires(s) => ("session_expires", format!("{s} s")),
            Self::Reestablish(r) => ("reestablish", reestablish(r)),
            Self::SignIn(at) => ("sign_in", sign_in(at)),
            Self::SignOut(at) => ("sign_out", sign_in(at)),
            Self::Lunch(lunch) => (
                "lunch",
                format!("{} for {}", sign_in(&lunch.at), span(lunch.lasts)),
            ),
            Self::Attendance(x) => ("attendance", share(*x)),
            Self::OutgoingCalls(rate) => ("outgoing_calls", per_hour(*rate)),
            Self::AnsweredAtPc(x) => ("answered_at_pc", share(*x)),
            Self::CallsByHour(shape) => ("calls_by_hour", hours(shape)),
            Self::CallSpread(x) => ("call_spread", share(*x)),
            Self::Transport(t) => ("transport", transport(*t).into()),
            Self::Delay(d) => ("delay", span(*d)),
            Self::Loss(p) => ("loss", share(*p)),
            Self::RouteExpiry(from, to) => {
                ("route_expiry", format!("{}..{}", span(*from), span(*to)))
            }
            Self::IdleTimeout(idle) => ("idle_timeout", span(*idle)),
            Self::IdleAction(action) => ("idle_action", idle_action(*action).into()),
            Self::ServiceTime(time) => ("service_time", service(time)),
            Self::ServiceTimeOf(class, time) => (class_key(*class), service(time)),
            Self::SetupSerial(s) => ("setup_serial_time", span(*s)),
            Self::ResponseService(s) => ("response_service", span(*s)),
            Self::Queue(n) => ("queue", n.to_string()),
            Self::MaxSessions(n) => ("max_sessions", n.to_string()),
            Self::MaxSessionsPerLine(n) => ("max_sessions_per_line", n.to_string()),
            Self::MaxCalls(n) => ("max_calls", n.to_string()),
            Self::Throttle(n) => ("throttle_at", n.to_string()),
            Self::Forgets(what) => ("forgets", forgets(*what).into()),
            Self::Spare(n) => ("spare", n.to_string()),
            Self::FaultAt(at) => ("at", clock(*at)),
            Self::FaultAtRandom(mtbf) => ("mtbf", span(*mtbf)),
            Self::Instance(n) => ("instance", n.to_string()),
            Self::Silent => ("reset", "false".into()),
            _ => return None,
        })
    }

    /// Of what no key says alone.
    fn sentence(&self) -> &'static str {
        match self {
            Self::IntervalNotShorter => "a refresh interval that is no shorter than the session",
            Self::SeveralDelays => "delays of several lengths",
            Self::RecordedCalls => "recorded calls (calls_file)",
            Self::RecordedSigns => "recorded sign-ins (sign_in_file)",
            Self::SeveralFaults => "more than one fault",
            Self::FaultsOfClients => "faults of clients",
            Self::YetToSignIn => "users who have yet to sign in",
            Self::BeyondCapacity => "N > 32 C",
            Self::NotPoisson => {
                "these arrivals, which are not Poisson: refreshes are periodic, the jobs of a set-up come one after the other, and the load varies over the day"
            }
            Self::SlowGateway => "a gateway that takes more than half a second",
            Self::NoDetection => "no crash that was found",
            Self::OneReplication => "one replication, which does not tell its spread",
            other => unreachable!("{other:?} is printed with its value"),
        }
    }
}

fn class_key(class: JobClass) -> &'static str {
    match class {
        JobClass::Setup => "service_time_setup",
        JobClass::Refresh => "service_time_refresh",
        JobClass::Call => "service_time_call",
        JobClass::TearDown => "service_time_teardown",
    }
}

/// `Ok` where a precondition holds.
pub(super) fn require(holds: bool, violation: impl FnOnce() -> Violation) -> Result<(), Violation> {
    if holds { Ok(()) } else { Err(violation()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_printed_as_a_scenario_has_them() {
        let s = Span::from_secs;
        for (violation, text) in [
            (Violation::RefreshJitter(0.1), "refresh_jitter = 10 %"),
            (Violation::SessionExpires(1510), "session_expires = 1510 s"),
            (
                Violation::ServiceTime(ServiceTime::Fixed(Span(22_500))),
                "service_time = 22.5 ms",
            ),
            (
                Violation::ServiceTimeOf(JobClass::TearDown, ServiceTime::Exponential(Span(4000))),
                "service_time_teardown = exponential 4 ms",
            ),
            (
                Violation::RouteExpiry(s(43_200), s(86_400)),
                "route_expiry = 12 h..1 d",
            ),
            (
                Violation::Lunch(Lunch {
                    at: SignIn::At(s(43_200)),
                    lasts: s(1800),
                }),
                "lunch = at 12:00 for 30 min",
            ),
            (
                Violation::NoMultiple(SignIn::UniformOver(s(1800))),
                "sign_in = uniform over 30 min, over no multiple of R",
            ),
            (
                Violation::Fault(FaultKind::LinkOutage, "fault-2".into()),
                "the link-outage of fault-2",
            ),
            (Violation::Counted("setups_failed"), "setups_failed > 0"),
            (Violation::BeyondCapacity, "N > 32 C"),
        ] {
            assert_eq!(violation.to_string(), text);
        }
    }

    #[test]
    fn every_violation_in_words_has_some() {
        for violation in [
            Violation::IntervalNotShorter,
            Violation::SeveralDelays,
            Violation::RecordedCalls,
            Violation::RecordedSigns,
            Violation::SeveralFaults,
            Violation::FaultsOfClients,
            Violation::YetToSignIn,
            Violation::BeyondCapacity,
            Violation::NotPoisson,
            Violation::SlowGateway,
            Violation::NoDetection,
            Violation::OneReplication,
        ] {
            assert!(!violation.to_string().is_empty(), "{violation:?}");
        }
    }
}
