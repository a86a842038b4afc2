//! The pending events of one user: a handful, of which the next is the least of a few words.
//!
//! All messages take the same time, so that they arrive in the order in which they were sent.

use super::event::{Class, Event};
use super::pending::{DialogName, DueTime, PendingEvents};
use crate::engine::{Alarm, EventKey};
use crate::protocol::Message;
use crate::quantity::Time;

/// Nothing pending.
const NEVER: u64 = u64::MAX;

/// What is pending of one user, in the order of simultaneous events ([order](crate::engine#order)): by class, then by the
/// user's own count.
pub(super) mod kind {
    pub(in super::super) const CLIENT_TIMEOUT: u64 = 0;
    pub(in super::super) const DIALOG_TIMEOUT: u64 = 1;
    pub(in super::super) const CLIENT_EXPIRY: u64 = 2;
    pub(in super::super) const DIALOG_EXPIRY: u64 = 3;
    pub(in super::super) const ARRIVAL: u64 = 4;
    pub(in super::super) const CLIENT_TIMER: u64 = 5;
    pub(in super::super) const DIALOG_TIMER: u64 = 6;
    pub(in super::super) const LATER_SIGN_IN: u64 = 7;
    pub(in super::super) const SIGN_IN: u64 = 8;
    pub(in super::super) const NEXT_CALL: u64 = 9;
    pub(in super::super) const CALL: u64 = 10;
    pub(in super::super) const SIGN_OUT: u64 = 11;
    pub(in super::super) const DAY_ENDS: u64 = 12;
}

/// The class of each kind.
const CLASSES: [u8; 16] = [1, 1, 2, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5, 0, 0, 0];

/// The kind of a client's deadline, by class; that of a dialog's is the next.
const DEADLINES: [u64; 8] = [
    0,
    kind::CLIENT_TIMEOUT,
    kind::CLIENT_EXPIRY,
    0,
    kind::CLIENT_TIMER,
    0,
    0,
    0,
];

const CLIENT: usize = 0;
const DIALOGS: usize = 1;
const MESSAGES: usize = 2;
const NEXT_CALL: usize = 3;
const CALLS: usize = 4;
const SIGNS: usize = 5;

/// When something is due and of which kind it is, as one word that is compared.
#[inline]
pub(super) fn word(at: Time, kind: u64) -> u64 {
    at.0 << 4 | kind
}

fn deadline_word(deadline: DueTime, add: u64) -> u64 {
    deadline.map_or(NEVER, |(at, class)| {
        word(at, DEADLINES[usize::from(class & 7)] + add)
    })
}

/// The pending events of one user.
pub(super) struct UserEvents {
    /// The first of each source.
    first: [u64; 6],
    /// The deadlines of dialogs, each with its slot.
    pub(super) dialogs: Slots,
    pub(super) calls: Slots,
    /// Sign-ins and sign-outs, the first one last.
    signs: Vec<u64>,
    /// The day after the one that ends.
    pub(super) next_day: u16,
    /// Messages on their way, from `arrived` on.
    messages: Vec<(u64, Message)>,
    arrived: usize,
}

/// Words with slots, in the order in which the slots were taken.
#[derive(Default)]
pub(super) struct Slots(Vec<(u64, u32)>);

impl Slots {
    fn first(&self) -> u64 {
        self.0.iter().map(|(due, _)| *due).min().unwrap_or(NEVER)
    }

    /// The slot of the first word; of simultaneous ones, that taken first.
    pub(super) fn first_slot(&self) -> u32 {
        let first = self.0.iter().min_by_key(|(due, _)| *due);
        first.map_or(0, |(_, slot)| *slot)
    }

    fn set(&mut self, slot: u32, due: u64) {
        match self
            .0
            .iter_mut()
            .find(|(_, entry_slot)| *entry_slot == slot)
        {
            Some(entry) => entry.0 = due,
            None => self.0.push((due, slot)),
        }
    }

    fn remove(&mut self, slot: u32) {
        self.0.retain(|(_, entry_slot)| *entry_slot != slot);
    }

    fn due(&self, slot: u32) -> u64 {
        let entry = self.0.iter().find(|(_, entry_slot)| *entry_slot == slot);
        entry.map_or(NEVER, |(due, _)| *due)
    }
}

impl UserEvents {
    pub(super) fn new() -> Self {
        Self {
            first: [NEVER; 6],
            dialogs: Slots::default(),
            calls: Slots::default(),
            signs: Vec::new(),
            next_day: 0,
            messages: Vec::new(),
            arrived: 0,
        }
    }

    /// The word of the next event.
    #[inline]
    pub(super) fn next(&self) -> u64 {
        self.first.into_iter().fold(NEVER, u64::min)
    }

    #[inline]
    pub(super) fn take_message(&mut self) -> Message {
        let (_, message) = self.messages[self.arrived];
        self.arrived += 1;
        match self.messages.get(self.arrived) {
            Some((due, _)) => self.first[MESSAGES] = *due,
            None => {
                self.messages.clear();
                self.arrived = 0;
                self.first[MESSAGES] = NEVER;
            }
        }
        message
    }

    pub(super) fn take_sign(&mut self) {
        self.signs.pop();
        self.first[SIGNS] = self.signs.last().copied().unwrap_or(NEVER);
    }

    pub(super) fn take_next_call(&mut self) {
        self.first[NEXT_CALL] = NEVER;
    }
}

impl PendingEvents for UserEvents {
    const ONE_USER: bool = true;

    fn order(position: u64) -> u64 {
        position >> 4 << 3 | u64::from(CLASSES[(position & 15) as usize])
    }

    fn schedule(&mut self, key: EventKey, event: Event) {
        let kind = match event {
            Event::NextCall => {
                self.first[NEXT_CALL] = word(key.time(), kind::NEXT_CALL);
                return;
            }
            Event::SignIn if key.class() == Class::Call as u8 => kind::SIGN_IN,
            Event::SignIn => kind::LATER_SIGN_IN,
            Event::SignOut => kind::SIGN_OUT,
            Event::DayEnds(next) => {
                self.next_day = next;
                kind::DAY_ENDS
            }
            other => unreachable!("{other:?} couples users, or is scheduled otherwise"),
        };
        self.signs.push(word(key.time(), kind));
        self.signs.sort_unstable_by(|a, b| b.cmp(a));
        self.first[SIGNS] = self.signs.last().copied().unwrap_or(NEVER);
    }

    #[inline]
    fn schedule_message(&mut self, key: EventKey, event: Event) {
        let Event::Arrival(message) = event else {
            unreachable!("a message stops at OCS");
        };
        let due = word(key.time(), kind::ARRIVAL);
        self.first[MESSAGES] = self.first[MESSAGES].min(due);
        self.messages.push((due, message));
    }

    #[inline]
    fn set_client_alarm(&mut self, _user: u32, _alarm: &mut Alarm, deadline: DueTime) {
        self.first[CLIENT] = deadline_word(deadline, 0);
    }

    #[inline]
    fn set_dialog_alarm(&mut self, dialog: DialogName, _alarm: &mut Alarm, deadline: DueTime) {
        let due = deadline_word(deadline, 1);
        if let [(alarm, slot)] = &mut self.dialogs.0[..]
            && *slot == dialog.slot
        {
            (*alarm, self.first[DIALOGS]) = (due, due);
            return;
        }
        self.dialogs.set(dialog.slot, due);
        self.first[DIALOGS] = self.dialogs.first();
    }

    fn forget_dialog(&mut self, slot: u32) {
        self.dialogs.remove(slot);
        self.first[DIALOGS] = self.dialogs.first();
    }

    fn set_call_alarm(&mut self, key: EventKey, slot: u32) {
        self.calls.set(slot, word(key.time(), kind::CALL));
        self.first[CALLS] = self.calls.first();
    }

    fn forget_call(&mut self, slot: u32) {
        self.calls.remove(slot);
        self.first[CALLS] = self.calls.first();
    }

    fn is_client_waiting(&self, _alarm: &Alarm) -> bool {
        self.first[CLIENT] != NEVER
    }

    fn is_dialog_waiting(&self, slot: u32, _alarm: &Alarm) -> bool {
        self.dialogs.due(slot) != NEVER
    }

    fn reset(&mut self) {
        self.first = [NEVER; 6];
        self.dialogs.0.clear();
        self.calls.0.clear();
        self.signs.clear();
        self.messages.clear();
        self.arrived = 0;
    }
}
