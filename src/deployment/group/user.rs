//! The state of users and dialogs, laid out by what an event needs together.

use std::hint::black_box;

use super::super::list_pool::List;
use super::super::user_record::UserRecord;
use crate::engine::{Alarm, Stream};
use crate::protocol::{Client, Dialog};
use crate::quantity::Time;
use crate::workload::CallProcess;

/// A user's state that events need, in lines of the cache: what an event needs together stands together.
#[repr(C, align(64))]
pub(super) struct User {
    // Two lines: the key of the fingerprint, and the machine.
    pub(super) key: u64,
    pub(super) client: Client,
    // A line: deadline, numbers and dialogs.
    pub(super) alarm: Alarm,
    /// Number within the client group.
    pub(super) number: u32,
    pub(super) sends: u32,
    pub(super) dialogs: List,
    /// Index into [`Group::cohorts`].
    pub(super) cohort: u16,
    /// Index into [`Group::instances`] of the gateway that the user belongs to.
    pub(super) home: u16,
    /// Of the gateway that serves the user now.
    pub(super) instance: u16,
    pub(super) signed_in: bool,
    /// Which of the client programs of the group.
    pub(super) program: u8,
    // A line and more: calls, and what the probes remember.
    pub(super) calls: List,
    pub(super) calls_made: u32,
    pub(super) incoming: CallProcess,
    pub(super) outgoing: CallProcess,
    pub(super) record: UserRecord,
}

impl User {
    /// Loads the lines that a message or a client's deadline needs into the cache.
    #[inline]
    pub(super) fn touch(&self) {
        black_box((self.key, self.client.phase(), self.alarm));
    }

    /// Loads the lines that a call needs, too, into the cache.
    #[inline]
    pub(super) fn touch_calls(&self) {
        self.touch();
        black_box((
            self.calls,
            self.incoming.next(),
            self.outgoing.next(),
            self.record.state(),
        ));
    }
}

/// State off the hot path: random streams and the last BYE.
pub(super) struct ColdState {
    pub(super) jitter: Stream,
    pub(super) reestablish: Stream,
    pub(super) glare: Stream,
    pub(super) gateway_glare: Stream,
    pub(super) loss: Stream,
    /// Dialog and CSeq of the BYEs that gateways lately answered over UDP, and when, to answer their copies alike.
    pub(super) byes: Vec<(u32, u16, Time)>,
}

pub(super) struct HeldDialog {
    pub(super) user: u32,
    pub(super) instance: u16,
    /// Takes a place among the sessions of the instance.
    pub(super) counted: bool,
    pub(super) alarm: Alarm,
    pub(super) dialog: Dialog,
}

impl HeldDialog {
    /// Loads what its deadline needs into the cache.
    #[inline]
    pub(super) fn touch(&self) {
        black_box((self.alarm, self.dialog.number(), self.dialog.is_over()));
    }
}
