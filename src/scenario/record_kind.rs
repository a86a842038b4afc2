//! The kinds of recorded rows, and their columns.

/// The kinds of recorded rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordKind {
    /// Calls.
    Calls,
    /// Sign-ins and sign-outs.
    SignIns,
}

impl RecordKind {
    /// The columns of their files.
    pub(crate) const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Calls => &[
                "time",
                "user",
                "direction",
                "ring_s",
                "talk_s",
                "answered",
                "at_pc",
            ],
            Self::SignIns => &["time", "user", "action"],
        }
    }

    /// What each column of their files may hold, and how the files are written.
    pub(super) const fn forms(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Calls => &[
                TIME,
                ZONES,
                USER,
                (
                    "direction",
                    "incoming (or in, inbound, kommend, eingehend, ankommend) or outgoing (or out, outbound, gehend, ausgehend, \
                     abgehend), in capitals too",
                ),
                (
                    "ring_s, talk_s",
                    "seconds, 90 or 3.5, or 00:01:30 or 1.5 min; talk_s is empty where nobody answered",
                ),
                (
                    "answered",
                    "true (or yes, 1, ja, answered) or false (or no, 0, nein, no answer, unanswered, missed); without it a call \
                     is answered if they talked",
                ),
                (
                    "at_pc",
                    "true (or yes, 1, ja) or false (or no, 0, nein): whether the user answers at the PC, if the toast is there",
                ),
                FIELDS,
                ROWS,
            ],
            Self::SignIns => &[
                TIME,
                ZONES,
                USER,
                (
                    "action",
                    "in or out, in turn for each user, in capitals too",
                ),
                FIELDS,
                ROWS,
            ],
        }
    }
}

const TIME: (&str, &str) = (
    "time",
    "seconds from the start of the run, 3600.25; or a time of day, 8:10, 08:10:00.25 or 8:10 AM; or with its date, \
     2026-11-30 08:10:00, 2026/11/30 08:10, 30.11.2026 08:10, or 11/30/2026 8:10 AM or 30/11/2026 08:10 where a row of \
     the file has a number above 12 there; with a date its zone may follow, +01:00 or Z",
);
const ZONES: (&str, &str) = (
    "zones",
    "times in other zones are turned into that of the first row of the group's files that has one, calls_file before \
     sign_in_file; it is taken for the zone of the users' own clocks",
);
const USER: (&str, &str) = (
    "user",
    "1 to the count of the clients; or a name, where the first row has one. With user in the map of columns every user is \
     a name, 4711 too",
);
const FIELDS: (&str, &str) = (
    "fields",
    "separated by commas, ; or tabs, as in the first line; between ; or tabs a comma may be a decimal one; quotes may \
     stand round a field",
);
const ROWS: (&str, &str) = (
    "rows",
    "go by time; lines that are empty, or have empty fields only, or begin with #, and a first line sep=; are skipped",
);
