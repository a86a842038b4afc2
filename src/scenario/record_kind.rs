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
}
