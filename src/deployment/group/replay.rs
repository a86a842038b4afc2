//! Recorded calls and sign-ins, read while they happen: one row of each client group is in memory, besides a block of the
//! file. From there on they take the same way as drawn ones.

use super::*;
use crate::workload::{RecordedRow, Replay};

/// The rows of one client group behind this gateway.
pub(super) struct Script<R> {
    rows: Replay<R>,
    next: Option<R>,
}

impl<R: RecordedRow> Script<R> {
    pub fn new(rows: Replay<R>) -> Script<R> {
        let mut script = Script { rows, next: None };
        script.advance();
        script
    }

    /// Takes the row that is due, and reads the one after it.
    fn advance(&mut self) -> Option<R> {
        let due = self.next.take();
        // The file has no name and is ours alone: a refusal of the disk, which no result can outlive.
        self.next = self
            .rows
            .advance()
            .unwrap_or_else(|e| panic!("the temporary file of recorded rows: {e}"));
        due
    }
}

/// A sign-in comes before the calls of the same instant. Drawn calls begin after the first one in any case.
pub(super) fn sign_in_class(clients: &ClientPlan) -> Class {
    let recorded = clients.recorded_calls.is_some() || clients.recorded_signs.is_some();
    if recorded {
        Class::ClientTimer
    } else {
        Class::Call
    }
}

impl<W: Observer> Group<'_, W> {
    /// The index in the group of a user of a member.
    fn index_of(&self, member: &Member, user: u32) -> u32 {
        member.first + user / self.gateway.groups().0
    }

    pub(super) fn file_recorded_call(&mut self, member: u16) {
        let member = &self.members[member as usize];
        if let Some(call) = member.calls.as_ref().and_then(|script| script.next) {
            let u = self.index_of(member, call.user);
            self.future_events.schedule(
                EventKey::new(call.at, Class::Call as u8, u, 0),
                Event::Recorded,
            );
        }
    }

    pub(super) fn recorded_call(&mut self, u: u32) {
        let member = self.users[u as usize].member;
        let due = self.members[member as usize]
            .calls
            .as_mut()
            .and_then(Script::advance);
        self.file_recorded_call(member);
        if let Some(call) = due.filter(|_| self.users[u as usize].signed_in) {
            let direction = if call.incoming {
                Direction::Incoming
            } else {
                Direction::Outgoing
            };
            self.call(u, direction, call.draws);
        }
    }

    pub(super) fn file_recorded_sign(&mut self, member: u16) {
        let member = &self.members[member as usize];
        if let Some(sign) = member.signs.as_ref().and_then(|script| script.next) {
            let u = self.index_of(member, sign.user);
            let (class, count) = if sign.signs_in {
                (sign_in_class(member.plan), 0)
            } else {
                (Class::Call, u32::MAX)
            };
            self.future_events.schedule(
                EventKey::new(sign.at, class as u8, u, count),
                Event::RecordedSign,
            );
        }
    }

    pub(super) fn recorded_sign(&mut self, u: u32) {
        let member = self.users[u as usize].member;
        let due = self.members[member as usize]
            .signs
            .as_mut()
            .and_then(Script::advance);
        match due.map(|sign| sign.signs_in) {
            Some(true) => self.sign_in(u),
            Some(false) => self.sign_out(u),
            None => {}
        }
        self.file_recorded_sign(member);
    }
}
