//! Which messages the station had no place for: what fails then fails of overload.

use std::collections::BTreeSet;

use crate::protocol::{Message, Subject};

/// Requests, and ACKs, of which the station refused or dropped every copy that came so far.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// User, dialog, whether it is an ACK, CSeq.
    refused: BTreeSet<(u32, u32, bool, u16)>,
}

impl Refusals {
    /// There was no place for this message of a user. Others of the user are forgotten where `matters` says so of their
    /// dialog and CSeq: nobody waits for their answers.
    pub(super) fn add(&mut self, user: u32, message: &Message, matters: impl Fn(u32, u16) -> bool) {
        let of_user = (user, 0, false, 0)..(user + 1, 0, false, 0);
        let over: Vec<_> = (self.refused.range(of_user).copied())
            .filter(|(_, dialog, is_ack, cseq)| {
                *dialog != message.dialog || !is_ack && !matters(*dialog, *cseq)
            })
            .collect();
        for entry in over {
            self.refused.remove(&entry);
        }
        self.refused.insert(entry(user, message));
    }

    /// A copy of this message was served.
    pub(super) fn remove(&mut self, user: u32, message: &Message) {
        if !self.refused.is_empty() {
            self.refused.remove(&entry(user, message));
        }
    }

    /// Whether this request was refused.
    pub(super) fn has_request(&self, user: u32, dialog: u32, cseq: u16) -> bool {
        self.refused.contains(&(user, dialog, false, cseq))
    }

    /// Whether an ACK of this dialog was refused.
    pub(super) fn has_ack(&self, user: u32, dialog: u32) -> bool {
        let acks = (user, dialog, true, 0)..=(user, dialog, true, u16::MAX);
        self.refused.range(acks).next().is_some()
    }
}

fn entry(user: u32, message: &Message) -> (u32, u32, bool, u16) {
    let is_ack = message.subject == Subject::Ack;
    (user, message.dialog, is_ack, message.cseq)
}
