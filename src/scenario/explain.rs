//! What help says of a kind of value: a value for examples, and what each of its forms means.

use super::kind::{Kind, Profiles};
use super::record_kind::RecordKind;
use crate::quantity::{Span, print_span};

/// The forms of a map of columns, of the file of this key.
macro_rules! columns {
    ($file:literal) => {
        &[
            (
                "time Start, user Ext",
                "our name of a column, and the file's",
            ),
            (
                "time Date Time",
                "the date stands in the column Date, the time of day in Time",
            ),
            (
                "user user",
                concat!(
                    "users are names, 4711 too; rccsim help ",
                    $file,
                    " says what each column may hold"
                ),
            ),
        ]
    };
}

impl Kind {
    /// A valid value, as it would stand between quotes; another than the default, where there is one.
    pub fn example(&self, default: &str) -> String {
        match *self {
            Self::Name => "east".into(),
            Self::GatewayName => "gateway".into(),
            Self::Reference(profiles) | Self::Shared(profiles) => match profiles {
                Profiles::Clients => "communicator-2007",
                Profiles::Gateways => "nec-ow5000",
                Profiles::Workloads => "heavy",
                Profiles::Paths => "lan-tls",
            }
            .into(),
            Self::Count(min, max) | Self::CountOr(_, min, max) => {
                let count = 3_u64.clamp(min, max);
                count.to_string()
            }
            Self::Span(min, max) | Self::SpanOr(_, min, max) => {
                let candidates = [Span::from_secs(600), Span::from_millis(20)];
                let fits = |span: &Span| (min..=max).contains(span) && print_span(*span) != default;
                print_span(candidates.into_iter().find(fits).unwrap_or(max))
            }
            Self::Seconds(min, max) => print_span(Span::from_secs(1200.clamp(min, max))),
            Self::Moment | Self::Moments => "09:30".into(),
            Self::Rate { .. } => "2 /h".into(),
            Self::Share(min, max) => format!("{} %", 20_f64.clamp(min, max)),
            Self::Choice(words) => {
                let other_word = words.iter().find(|w| w.word != default);
                other_word.or(words.first()).map_or("", |w| w.word).into()
            }
            Self::Flag => (default != "true").to_string(),
            Self::Offset => "+1 h".into(),
            Self::File(RecordKind::Calls) => "calls.csv".into(),
            Self::File(RecordKind::SignIns) => "sign-ins.csv".into(),
            _ => {
                let forms = self.forms().iter().map(|(form, _)| *form);
                let mut other_forms = forms.filter(|form| *form != default);
                other_forms.next().unwrap_or(default).into()
            }
        }
    }

    /// The forms of a value that is written in parts, an example of each with its meaning; the words of a choice have their
    /// own.
    pub fn forms(&self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::SignIn => SIGN_IN,
            Self::SignOut => SIGN_OUT,
            Self::Lunch => LUNCH,
            Self::Reestablish => REESTABLISH,
            Self::Timing => &[
                ("SE/2", "at this part of the granted session, 2 to 100"),
                ("SE - 60 s", "so long before the granted session ends"),
                ("interval", "after refresh_interval"),
            ],
            Self::Service => SERVICE,
            Self::Capacity => CAPACITY,
            Self::PriceOr(_) => &[
                ("30 EUR", "so much, in this currency"),
                ("12.50", "so much, in no currency by name"),
                ("none", "it has no price"),
            ],
            Self::Every => &[
                ("1 h", "after this interval again"),
                ("03:00", "on every day at this time"),
                ("Sunday 03:00", "on every Sunday"),
                ("Monday..Friday 12:00", "on each of these days"),
            ],
            Self::Weekdays => &[
                ("Sunday..Thursday", "these days and those between them"),
                ("every day", "all seven"),
            ],
            Self::Mix(_) => &[(
                "communicator-2007-r2 60 %, communicator-2007 40 %",
                "profiles with their shares, 100 % together. Each user's profile is drawn: 60 % of 1,000 users are about \
                 600",
            )],
            Self::File(records) => records.forms(),
            Self::Columns(records) => match records {
                RecordKind::Calls => columns!("calls_file"),
                RecordKind::SignIns => columns!("sign_in_file"),
            },
            Self::Targets => TARGETS,
            Self::Hours => HOURS,
            Self::Spans(..) => &[
                ("12 h..24 h", "a time drawn between both"),
                ("never", "it does not happen"),
            ],
            _ => &[],
        }
    }
}

const LUNCH: &[(&str, &str)] = &[
    ("at 12:00 for 1 h", "all at one time of day, for this long"),
    (
        "normal 12:15 sd 15 min for 45 min",
        "normally distributed about a time of day",
    ),
    ("never", "nobody goes"),
];

const REESTABLISH: &[(&str, &str)] = &[
    ("uniform 0 s..600 s", "after a time drawn between both"),
    ("fixed 30 s", "after exactly this long"),
    (
        "backoff 5 s x2 max 300 s jitter 20 %",
        "after 5 s, then twice as long each time, up to 300 s, each drawn within 20 %; jitter may be left out",
    ),
    (
        "never",
        "not at all: the session stays lost until the user signs in again",
    ),
];

const SERVICE: &[(&str, &str)] = &[
    ("4 ms", "always so long"),
    ("exponential 4 ms", "exponential, with this mean"),
    (
        "log-normal 4 ms sd 2 ms",
        "log-normal, with this mean and standard deviation",
    ),
    (
        "quantiles 50 % 3 ms, 90 % 8 ms, 100 % 20 ms",
        "as measured: half of the jobs take 3 ms at most, nine of ten 8 ms, all 20 ms",
    ),
    ("none", "it answers at once"),
];

const CAPACITY: &[(&str, &str)] = &[
    ("10000 calls/h", "calls, taken as 8 messages each"),
    ("22 messages/s", "messages, in both directions"),
    (
        "11 jobs/s",
        "requests with their answers; also per min or per h",
    ),
];

const TARGETS: &[(&str, &str)] = &[
    (
        "gateway:NAME",
        "the gateways of that name; of a leg, that between OCS and them",
    ),
    (
        "clients:NAME",
        "the client group of that name, or its leg to OCS",
    ),
    (
        "path:NAME",
        "of a link outage: every leg that takes this path",
    ),
    ("all", "everything that the fault can hit"),
];

const HOURS: &[(&str, &str)] = &[
    (
        "00:00 x0.1, 08:00 x1, 12:00 x0.5, 13:00 x1, 18:00 x0.1",
        "from each time of day on, this factor",
    ),
    (
        "08:00 2 /h, 12:00 1 /h",
        "so many calls of a user, incoming and outgoing together, divided as incoming_calls and outgoing_calls are",
    ),
    (
        "08:00 1200 calls/h, 12:00 600 calls/h",
        "so many calls of the whole group, incoming and outgoing together, divided as incoming_calls and outgoing_calls \
         are: with 00:00 300 calls/h 100 users have 150 of each in an hour where both rates are equal. A shared workload \
         gives so many to each group",
    ),
    ("flat", "the same all day"),
];

const SIGN_IN: &[(&str, &str)] = &[
    (
        "uniform over 30 min",
        "evenly over the first 30 min of the run",
    ),
    (
        "normal 09:00 sd 25 min",
        "normally distributed about a time of day",
    ),
    ("at 09:00", "all at one time of day"),
    ("at start", "all are signed in from the start of the run"),
];

const SIGN_OUT: &[(&str, &str)] = &[
    (
        "normal 17:30 sd 20 min",
        "normally distributed about a time of day",
    ),
    ("at 17:00", "all at one time of day"),
    ("never", "not before the horizon"),
];
