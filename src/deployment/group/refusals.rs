//! Which messages the station had no place for: what fails then fails of overload.

use smallvec::SmallVec;

use crate::protocol::{Message, Subject};

/// Requests, and ACKs, of which the station refused or dropped every copy that came so far.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// By user, up to the last who was ever refused anything: a few each, since all but those that matter are forgotten.
    refused: Vec<SmallVec<[Refusal; 2]>>,
}

/// A message of a user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Refusal {
    dialog: u32,
    cseq: u16,
    is_ack: bool,
}

impl Refusal {
    fn from_message(message: &Message) -> Self {
        Self {
            dialog: message.dialog,
            cseq: message.cseq,
            is_ack: message.subject == Subject::Ack,
        }
    }
}

impl Refusals {
    /// There was no place for this message of a user. Others of the user are forgotten where `matters` says so of their
    /// dialog and CSeq: nobody waits for their answers.
    pub(super) fn add(&mut self, user: u32, message: &Message, matters: impl Fn(u32, u16) -> bool) {
        let user = user as usize;
        if self.refused.len() <= user {
            self.refused.resize_with(user + 1, SmallVec::new);
        }
        let refused = &mut self.refused[user];
        refused.retain(|r| r.dialog == message.dialog && (r.is_ack || matters(r.dialog, r.cseq)));
        let refusal = Refusal::from_message(message);
        if !refused.contains(&refusal) {
            refused.push(refusal);
        }
    }

    /// A copy of this message was served.
    pub(super) fn remove(&mut self, user: u32, message: &Message) {
        if let Some(refused) = self.refused.get_mut(user as usize) {
            let refusal = Refusal::from_message(message);
            refused.retain(|r| *r != refusal);
        }
    }

    /// Whether this request was refused.
    pub(super) fn has_request(&self, user: u32, dialog: u32, cseq: u16) -> bool {
        self.has(user, |r| {
            (r.dialog, r.cseq, r.is_ack) == (dialog, cseq, false)
        })
    }

    /// Whether an ACK of this dialog was refused.
    pub(super) fn has_ack(&self, user: u32, dialog: u32) -> bool {
        self.has(user, |r| r.is_ack && r.dialog == dialog)
    }

    fn has(&self, user: u32, is_it: impl FnMut(&Refusal) -> bool) -> bool {
        (self.refused.get(user as usize)).is_some_and(|refused| refused.iter().any(is_it))
    }
}
