//! The catalogue of keys: what each means, its kind and range, its default and where that comes from.

use std::fmt;

use super::kind::Kind;
use crate::quantity::Span;

/// How far a value can be relied on (domain: the standing of the facts).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Published by a vendor or an administrator.
    Published,
    /// Seen in real source code or an issue thread.
    Seen,
    /// Required or recommended by a standard.
    Standard,
    /// Assumed, because nobody published it.
    Assumption,
    /// A choice of the study: not a fact about the world.
    Choice,
}

impl Standing {
    /// All, with the words that profiles use.
    pub const ALL: [(Standing, &'static str); 5] = [
        (Standing::Published, "published"),
        (Standing::Seen, "seen"),
        (Standing::Standard, "standard"),
        (Standing::Assumption, "assumption"),
        (Standing::Choice, "choice"),
    ];
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, name) = Standing::ALL
            .iter()
            .find(|(s, _)| s == self)
            .unwrap_or(&Standing::ALL[4]);
        f.pad(name)
    }
}

/// A key of a scenario or profile.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// The kind of its value.
    pub kind: Kind,
    /// Its default as it would be written; `None`: it must be given.
    pub default: Option<&'static str>,
    /// The standing of the default.
    pub standing: Standing,
    /// Where the default comes from.
    pub source: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Other values that are just as possible while the truth is unknown: what `run` tries to see whether the assumption decides.
    pub alternatives: &'static [&'static str],
}

const fn key(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        kind,
        default: Some(default),
        standing: Standing::Choice,
        source: "the study's choice",
        meaning,
        alternatives: &[],
    }
}

impl Key {
    const fn must(mut self) -> Key {
        self.default = None;
        self
    }
    const fn from(mut self, standing: Standing, source: &'static str) -> Key {
        self.standing = standing;
        self.source = source;
        self
    }
    const fn or(mut self, alternatives: &'static [&'static str]) -> Key {
        self.alternatives = alternatives;
        self
    }
}

use Standing::{Assumption, Published, Standard};

const NOTHING: Span = Span::ZERO;
const MILLISECOND: Span = Span::from_millis(1);
const DAY: Span = Span::from_secs(86_400);
const HOUR: Span = Span::from_secs(3600);
const CENTURY: Span = Span::from_secs(100 * 366 * 86_400);
const MONTH: Span = Span::from_secs(31 * 86_400);
/// The longest Session-Expires accepted; SIP allows up to 2³²−1 s, and no published deployment comes near this.
const SE_MOST_S: u64 = 30 * 86_400;

/// `[scenario]`.
pub const SCENARIO: &[Key] = &[
    key(
        "name",
        Kind::Name,
        "",
        "the scenario's name, and that of its results folder",
    )
    .must(),
    key(
        "start",
        Kind::Clock,
        "08:00",
        "time of day at which the run starts",
    ),
    key(
        "horizon",
        Kind::Span(Span::from_secs(1), MONTH),
        "8 h",
        "length of the run; nothing happens at the horizon itself",
    ),
    key(
        "replications",
        Kind::Count(1, 100_000),
        "10",
        "independent repetitions, the unit of every interval",
    ),
    key(
        "seed",
        Kind::Count(0, i64::MAX as u64),
        "1",
        "seed of every random stream",
    ),
    key(
        "drops_limit",
        Kind::Count(0, 1_000_000_000),
        "100000",
        "rows of drops.csv at most; the figures count every drop",
    ),
];

/// `[[gateway]]`, its protocol.
pub const GATEWAY: &[Key] = &[
    key(
        "update",
        Kind::Choice(UPDATE),
        "",
        "what it does with UPDATE (gateway behaviour class)",
    )
    .must()
    .or(&["accepted", "ignored", "405", "501"]),
    key(
        "allow",
        Kind::Choice(ALLOW),
        "absent",
        "the Allow header in its 200 to INVITE",
    )
    .from(
        Assumption,
        "the failing gateways of the published reports sent none",
    ),
    key(
        "session_expires",
        Kind::Seconds(90, SE_MOST_S),
        "1 d",
        "the longest session it grants",
    )
    .from(Assumption, "it takes what the client offers"),
    key(
        "min_se",
        Kind::Seconds(90, 65_535),
        "90 s",
        "its Min-SE: a shorter Session-Expires is answered 422 under `update = \"422\"`",
    )
    .from(Standard, "RFC 4028 §5"),
    key(
        "refresher",
        Kind::Choice(REFRESHER),
        "uac",
        "who refreshes, as its 2xx says",
    )
    .from(Published, "keeping the dialog alive is the client's job"),
    key(
        "enforces_session_timer",
        Kind::Choice(SESSION_TIMER),
        "silent",
        "what it does when no refresh came",
    )
    .from(Assumption, "model §3")
    .or(&["no", "bye"]),
    key(
        "retry_after",
        Kind::Seconds(0, 86_400),
        "60 s",
        "Retry-After of its 503",
    )
    .from(Assumption, "no published value"),
    key(
        "servers",
        Kind::Count(1, 100_000),
        "1",
        "jobs that it serves at once, where it has a service time",
    )
    .from(Assumption, "no published value"),
    key(
        "queue",
        Kind::CountOr("unlimited", 0, 1_000_000_000),
        "unlimited",
        "jobs that can wait",
    )
    .from(Assumption, "no published value"),
    key(
        "service_time",
        Kind::Service,
        "none",
        "how long a server is busy with a job; none: it answers at once",
    )
    .from(
        Assumption,
        "no vendor publishes it; derive it from a published capacity",
    ),
    key(
        "service_time_setup",
        Kind::Service,
        "",
        "the same for INVITE, GetCSTAFeatures and MonitorStart",
    ),
    key(
        "service_time_refresh",
        Kind::Service,
        "",
        "the same for UPDATE and re-INVITE",
    ),
    key(
        "service_time_call",
        Kind::Service,
        "",
        "the same for MakeCall, AnswerCall and the events of calls",
    ),
    key(
        "service_time_teardown",
        Kind::Service,
        "",
        "the same for MonitorStop and BYE",
    ),
    key(
        "capacity",
        Kind::Capacity,
        "",
        "instead of service_time: what all servers do together, at 8 messages a call and 2 a job",
    ),
    key(
        "response_service",
        Kind::Span(NOTHING, HOUR),
        "0 s",
        "service time of an ACK or a response; at 0 s they wait for nobody",
    )
    .from(Assumption, "model §3"),
    key(
        "setup_serial_time",
        Kind::Span(NOTHING, HOUR),
        "0 s",
        "serial section that every MonitorStart passes, one at a time",
    )
    .from(
        Assumption,
        "licences fetched one at a time are published for one product, their time is not",
    ),
    key(
        "overload",
        Kind::Choice(OVERLOAD),
        "drop",
        "what happens to a job that finds no place",
    )
    .from(Assumption, "no published value"),
    key(
        "priority",
        Kind::Choice(PRIORITY),
        "none",
        "what goes first in the queue",
    )
    .from(Assumption, "no published value"),
    key(
        "max_sessions",
        Kind::CountOr("unlimited", 1, 1_000_000_000),
        "unlimited",
        "lines it monitors at most; more are refused as CSTA overallMonitorLimitExceeded",
    )
    .from(Assumption, "no published value"),
    key(
        "max_sessions_per_line",
        Kind::CountOr("unlimited", 1, 1_000),
        "unlimited",
        "monitors of one line at most",
    )
    .from(Assumption, "a setting of some products"),
    key(
        "forgets",
        Kind::Choice(FORGETS),
        "sessions",
        "what it does not know after a restart",
    )
    .from(Assumption, "no published value")
    .or(&["monitors", "nothing"]),
];

/// `[[clients]]`, their protocol.
pub const CLIENTS: &[Key] = &[
    key(
        "refresh_interval",
        Kind::Span(Span::from_secs(1), MONTH),
        "25 min",
        "R, time between refreshes; under `refresh_method = \"rfc4028\"` half of the granted session takes its place",
    )
    .from(Published, "Communicator 2007 R2"),
    key("refresh_method", Kind::Choice(REFRESH_METHOD), "by-allow", "how the method of a refresh is chosen")
        .from(Assumption, "strong: the only rule consistent with what is published on 2007 R2"),
    key("refresh_clock", Kind::Choice(REFRESH_CLOCK), "since-refresh", "what restarts the refresh clock")
        .from(Assumption, "the published texts disagree")
        .or(&["since-traffic"]),
    key("refresh_jitter", Kind::Share(0.0, 100.0), "0 %", "j: each interval is R·U[1−j, 1+j]")
        .from(Assumption, "none is published"),
    key("session_expires", Kind::Seconds(90, SE_MOST_S), "1800 s", "the Session-Expires it offers")
        .from(Assumption, "unknown; RFC 4028 §4 recommends 1800 s, and calls on the sibling stack are cut at 30 min")
        .or(&["3000 s"]),
    key("min_se", Kind::Seconds(90, 65_535), "90 s", "its Min-SE").from(Standard, "RFC 4028 §5"),
    key("on_no_answer", Kind::Choice(ON_NO_ANSWER), "tear-down", "reaction to a refresh unanswered for 32 s")
        .from(Assumption, "unknown; RFC 4028 §10 asks for BYE")
        .or(&["hold", "keep-polling"]),
    key("on_rejection", Kind::Choice(ON_REJECTION), "hold", "reaction to a refresh answered 405 or 501")
        .from(Assumption, "unknown; users of rejecting gateways were broken too")
        .or(&["tear-down", "fall-back"]),
    key("reestablish", Kind::Reestablish, "fixed 30 s", "when a lost session is set up again")
        .from(Assumption, "that it is done is published, how soon is not")
        .or(&["fixed 0 s", "fixed 600 s", "never"]),
];

/// `[[workload]]`, or in `[[clients]]` itself.
pub const WORKLOAD: &[Key] = &[
    key("incoming_calls", Kind::Rate { most_per_s: 1.0 }, "1 /h", "incoming calls per signed-in user")
        .from(Published, "moderate use: 2 call legs per user-hour, half of them incoming"),
    key("outgoing_calls", Kind::Rate { most_per_s: 1.0 }, "1 /h", "calls made from the PC per signed-in user")
        .from(Published, "moderate use: 2 call legs per user-hour, half of them outgoing"),
    key("ring_time", Kind::Span(MILLISECOND, DAY), "10 s", "mean of the exponential ring time")
        .from(Assumption, "no published value"),
    key("no_answer", Kind::Span(MILLISECOND, DAY), "20 s", "a call rings no longer")
        .from(Assumption, "no published value"),
    key("talk_time", Kind::Span(MILLISECOND, DAY), "180 s", "mean of the exponential talk time")
        .from(Published, "Avaya: 20 s set-up and 180 s talk"),
    key(
        "answered_at_pc",
        Kind::Share(0.0, 100.0),
        "0 %",
        "share of answered incoming calls that are answered at the PC",
    )
    .from(Assumption, "no published value"),
    key("calls_by_hour", Kind::Hours, "flat", "factors on both call rates by time of day")
        .from(Assumption, "no published value"),
    key(
        "call_spread",
        Kind::Share(0.0, 1000.0),
        "0 %",
        "standard deviation over mean of the users' own call rates, log-normal: light and heavy users",
    )
    .from(Assumption, "all alike"),
];

/// `[[path]]`, or in `[[clients]]` and `[[gateway]]` themselves.
pub const PATH: &[Key] = &[
    key("transport", Kind::Choice(TRANSPORT), "tls", "transport of the leg")
        .from(Published, "OCS speaks TCP and TLS only"),
    key("delay", Kind::Span(NOTHING, Span::from_secs(60)), "0 s", "one-way delay").from(Assumption, "the ideal path"),
    key(
        "loss",
        Kind::Share(0.0, 100.0),
        "0 %",
        "packets lost each way: messages on UDP, 300 ms and doubling of delay on TCP and TLS",
    )
    .from(Assumption, "the ideal path"),
    key(
        "relay_allow",
        Kind::Choice(RELAY_ALLOW),
        "untouched",
        "an intermediary that rewrites the Allow header of the 200 to INVITE",
    )
    .from(Assumption, "none by default; whether the OCS side can do it was asked and never answered"),
    key(
        "idle_timeout",
        Kind::SpanOr("never", Span::from_secs(1), MONTH),
        "never",
        "a middlebox forgets a connection that is idle for so long",
    )
    .from(Assumption, "no middlebox"),
    key("idle_action", Kind::Choice(IDLE_ACTION), "silent", "what the middlebox does then: drop silently, or reset")
        .from(Assumption, "the common case"),
    key(
        "keep_alive",
        Kind::SpanOr("never", Span::from_secs(1), MONTH),
        "never",
        "keep-alives on the leg after so long without traffic",
    )
    .from(
        Assumption,
        "none; OCS has its own on the client leg (MS-CONMGMT), at 2/3 of a time-out that is not published",
    ),
    key(
        "route_expiry",
        Kind::Spans(Span::from_secs(1), MONTH),
        "never",
        "OCS forgets the route of a dialog after a time uniform between these; published: 12 to 24 h",
    )
    .from(Assumption, "not within a working day"),
];

/// Keys that a `[[gateway]]` has besides its protocol and its path.
pub const GATEWAY_OWN: &[Key] = &[
    key("name", Kind::Name, "", "the gateway's name").must(),
    key(
        "profile",
        Kind::Reference("gateways"),
        "",
        "the profile whose values it takes",
    ),
    key(
        "count",
        Kind::Count(1, 1_000_000),
        "1",
        "how many alike gateways; the users of a group go to them in turn",
    ),
    key(
        "path",
        Kind::Reference("paths"),
        "ideal",
        "the OCS–gateway leg",
    )
    .from(Assumption, "no delay, no loss"),
    key(
        "spare",
        Kind::Count(0, 10_000),
        "0",
        "further gateways that stand by for all `count` of them",
    )
    .from(Published, "OCS ties a user to one gateway"),
    key(
        "rehome_after",
        Kind::Span(NOTHING, DAY),
        "60 s",
        "a set-up goes to a spare gateway when the own has been down for so long",
    )
    .from(
        Assumption,
        "OCS has no such rule: somebody changes the user's gateway",
    ),
];

/// `[[fault]]`.
pub const FAULT: &[Key] = &[
    key("name", Kind::Name, "", "the fault's name, for messages"),
    key("kind", Kind::Choice(FAULTS), "", "what goes wrong").must(),
    key("target", Kind::Target, "", "whom it hits").must(),
    key(
        "instance",
        Kind::CountOr("every", 1, 1_000_000),
        "every",
        "which of the gateways of that name, counted from 1",
    ),
    key(
        "at",
        Kind::Clock,
        "",
        "time of day at which it happens, the next day's if before the start; or mtbf and mttr",
    ),
    key(
        "duration",
        Kind::Span(NOTHING, MONTH),
        "5 min",
        "how long it lasts, with `at`",
    )
    .from(Assumption, "a restart"),
    key(
        "mtbf",
        Kind::Span(Span::from_secs(1), CENTURY),
        "",
        "mean time from repair to fault, exponential",
    ),
    key(
        "mttr",
        Kind::Span(NOTHING, MONTH),
        "5 min",
        "mean time from fault to repair, exponential, with `mtbf`",
    )
    .from(Assumption, "a restart"),
    key(
        "reset",
        Kind::Flag,
        "false",
        "connections are reset, which is noticed at once; else silence",
    )
    .from(Assumption, "a host that is gone is silent"),
];

/// Keys that a `[[clients]]` has besides its protocol, its workload and its path.
pub const CLIENTS_OWN: &[Key] = &[
    key("name", Kind::Name, "", "the group's name").must(),
    key(
        "profile",
        Kind::Reference("clients"),
        "communicator-2007-r2",
        "the profile whose values it takes",
    ),
    key(
        "count",
        Kind::Count(1, 1_000_000_000),
        "",
        "users, over all gateways of that name",
    )
    .must(),
    key(
        "gateway",
        Kind::Reference("gateway"),
        "",
        "the gateway that serves them",
    )
    .must(),
    key(
        "workload",
        Kind::Reference("workloads"),
        "moderate",
        "their calls",
    )
    .from(Published, "2 call legs per user-hour"),
    key(
        "path",
        Kind::Reference("paths"),
        "ideal",
        "the client–OCS leg",
    )
    .from(Assumption, "no delay, no loss"),
    key(
        "sign_in",
        Kind::SignIn,
        "normal 09:00 sd 25 min",
        "when they sign in",
    )
    .from(Assumption, "no published ramp"),
    key(
        "time_zone",
        Kind::Offset,
        "+0 h",
        "how far the users' clocks are ahead of the scenario's: their times of day come so much earlier",
    ),
    key(
        "attendance",
        Kind::Share(0.0, 100.0),
        "100 %",
        "share of users who sign in at all (published: 80 % on a day)",
    ),
    key(
        "sign_out",
        Kind::SignOut,
        "never",
        "when they sign out, the next day if not after sign_in; never: not before the horizon",
    )
    .from(Assumption, "the run ends first"),
    key(
        "lunch",
        Kind::Lunch,
        "never",
        "when they sign out for lunch, and for how long; who is not signed in then does not go",
    )
    .from(
        Assumption,
        "a dip in the middle of the day is plausible, none is published",
    ),
    key(
        "calls_file",
        Kind::File,
        "",
        "CSV of the calls to replay, time,user,direction,ring_s,talk_s, and perhaps answered,at_pc; instead of drawn ones",
    ),
    key(
        "sign_in_file",
        Kind::File,
        "",
        "CSV of sign-ins and sign-outs to replay, time,user,action; instead of drawn ones",
    ),
];

/// Keys of `[[clients]]` that hold a file, each with the keys whose place it takes.
pub const FILES: &[(&str, &[&str])] = &[
    (
        "calls_file",
        &[
            "workload",
            "incoming_calls",
            "outgoing_calls",
            "ring_time",
            "no_answer",
            "talk_time",
            "answered_at_pc",
            "calls_by_hour",
            "call_spread",
        ],
    ),
    (
        "sign_in_file",
        &["sign_in", "sign_out", "lunch", "attendance"],
    ),
];

/// Keys of a `[[workload]]` or `[[path]]` besides its values.
pub const NAMED: &[Key] = &[
    key("name", Kind::Name, "", "its name").must(),
    key(
        "profile",
        Kind::Reference("profiles"),
        "",
        "the profile whose values it takes",
    ),
];

/// `[[objective]]`; `at_most` and `at_least` are read by the metric's unit.
pub const OBJECTIVE: &[&str] = &["metric", "cause", "scope", "at_most", "at_least"];

/// Gateway behaviour classes, in the order of `UpdateBehaviour`.
pub const UPDATE: &[&str] = &[
    "accepted",
    "ignored",
    "405",
    "501",
    "481",
    "answer-lost",
    "no-session-expires",
    "422",
    "503",
];
/// In the order of `Allow`.
pub const ALLOW: &[&str] = &["absent", "with-update", "without-update"];
const RELAY_ALLOW: &[&str] = &["untouched", "absent", "with-update", "without-update"];
const REFRESHER: &[&str] = &["uac", "uas"];
const SESSION_TIMER: &[&str] = &["no", "silent", "bye"];
const REFRESH_METHOD: &[&str] = &["by-allow", "rfc4028", "update", "re-invite"];
const REFRESH_CLOCK: &[&str] = &["since-refresh", "since-traffic"];
const ON_NO_ANSWER: &[&str] = &["tear-down", "hold", "keep-polling"];
const ON_REJECTION: &[&str] = &["fall-back", "tear-down", "hold"];
const OVERLOAD: &[&str] = &["drop", "503"];
const PRIORITY: &[&str] = &["none", "calls"];
const FORGETS: &[&str] = &["sessions", "monitors", "nothing"];
const IDLE_ACTION: &[&str] = &["silent", "reset"];
/// Kinds of fault, in the order of `FaultKind`.
pub const FAULTS: &[&str] = &[
    "crash",
    "stall",
    "maintenance",
    "link-outage",
    "ocs-failover",
    "sleep",
    "network-change",
];
const TRANSPORT: &[&str] = &["tls", "tcp", "udp"];

/// The keys that a table takes; `None`: there is no such table.
pub fn keys_of(table: &str) -> Option<Vec<&'static Key>> {
    let lists: &[&'static [Key]] = match table {
        "scenario" => &[SCENARIO],
        "gateway" => &[GATEWAY_OWN, GATEWAY, PATH],
        "clients" => &[CLIENTS_OWN, CLIENTS, WORKLOAD, PATH],
        "workload" => &[NAMED, WORKLOAD],
        "path" => &[NAMED, PATH],
        "fault" => &[FAULT],
        _ => return None,
    };
    Some(lists.iter().flat_map(|list| list.iter()).collect())
}

/// The tables of a scenario.
pub const TABLES: &[&str] = &[
    "scenario",
    "gateway",
    "clients",
    "workload",
    "path",
    "fault",
    "objective",
    "study",
    "plot",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_and_alternative_is_valid() {
        for table in TABLES {
            for key in keys_of(table).unwrap_or_default() {
                let values = key
                    .default
                    .iter()
                    .filter(|d| !d.is_empty())
                    .chain(key.alternatives);
                for text in values {
                    assert!(
                        key.kind.read_text(text).is_some(),
                        "{table}.{} = {text}",
                        key.name
                    );
                }
                assert!(!key.meaning.is_empty() && !key.source.is_empty());
            }
        }
    }
}
