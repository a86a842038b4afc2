//! How many users a figure rests on: who signed in, who never had a session, who was usable when a fault came.

use serde::{Deserialize, Serialize};

/// Users that figures rest on, of one replication and one scope.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Presence {
    /// Users who signed in at least once.
    pub signed_in: u64,
    /// Those of them who never had a session, although they waited for one at least [`Presence::PATIENCE_US`].
    pub without_session: u64,
    /// Users signed in when a scheduled fault came, over all scheduled faults.
    pub at_faults: u64,
    /// Those of them who were usable.
    pub usable_at_faults: u64,
}

impl Presence {
    /// Who signs in later than this before the end was not there long enough to be called without a session: an INVITE is
    /// given up after 32 s (RFC 3261 §17.1.1.2, Timer B).
    pub const PATIENCE_US: u64 = 32_000_000;

    /// Adds other users, or another replication.
    pub fn merge(&mut self, o: &Self) {
        self.signed_in += o.signed_in;
        self.without_session += o.without_session;
        self.at_faults += o.at_faults;
        self.usable_at_faults += o.usable_at_faults;
    }

    /// As words of a shard.
    pub fn words(&self) -> [u64; 4] {
        [
            self.signed_in,
            self.without_session,
            self.at_faults,
            self.usable_at_faults,
        ]
    }

    /// From words of a shard.
    pub fn of_words(words: [u64; 4]) -> Self {
        let [signed_in, without_session, at_faults, usable_at_faults] = words;
        Self {
            signed_in,
            without_session,
            at_faults,
            usable_at_faults,
        }
    }
}
