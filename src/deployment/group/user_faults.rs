//! Faults of single users: sleep and network changes.

use super::super::rare_faults::FirstOccurrence;
use super::*;
use crate::faults::{FaultKind, Occurrence, Schedule};

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    pub(super) fn schedule_for_user(&mut self, u: u32, at: Time, class: Class, event: Event) {
        let user = &mut self.users[u as usize];
        user.sends = user.sends.wrapping_add(1);
        self.future_events
            .schedule(EventKey::new(at, class as u8, u, user.sends), event);
    }

    pub(super) fn schedule_next_user_fault(&mut self, u: u32, fault: usize) {
        let schedule = self.impairments.personal[fault].config.schedule;
        let line = &mut self.lines[u as usize];
        let before = line.occurrences[fault];
        if before.is_some() && matches!(schedule, Schedule::Once { .. }) {
            return;
        }
        let next = schedule.next(before.map_or(self.now, |o| o.ends), &mut line.faults[fault]);
        self.schedule_occurrence(u, fault, next);
    }

    /// The first occurrence of a fault, where something may be known of it.
    pub(super) fn schedule_user_fault(
        &mut self,
        u: u32,
        fault: usize,
        first: Option<FirstOccurrence>,
    ) {
        let schedule = self.impairments.personal[fault].config.schedule;
        let (now, stream) = (self.now, &mut self.lines[u as usize].faults[fault]);
        let next = match first {
            None => schedule.next(now, stream),
            Some(FirstOccurrence::After(until)) => schedule.next(until, stream),
            Some(FirstOccurrence::At(at)) => schedule.at(at, stream),
        };
        self.schedule_occurrence(u, fault, next);
    }

    fn schedule_occurrence(&mut self, u: u32, fault: usize, next: Option<Occurrence>) {
        self.lines[u as usize].occurrences[fault] = next;
        if let Some(o) = next {
            self.schedule_for_user(
                u,
                o.begins,
                Class::Fault,
                Event::UserFaultBegins(fault as u32),
            );
        }
    }

    pub(super) fn user_fault_begins(&mut self, u: u32, fault: usize) {
        let Some(o) = self.lines[u as usize].occurrences[fault] else {
            return;
        };
        let before = self.usable_before_faults();
        self.impairments.usable_before[fault].get_or_insert(before);
        self.schedule_for_user(u, o.ends, Class::Fault, Event::UserFaultEnds(fault as u32));
        match self.impairments.personal[fault].config.kind {
            FaultKind::Sleep => {
                let asleep = &mut self.lines[u as usize].asleep_until;
                *asleep = (*asleep).max(Some(o.ends));
                if self.users[u as usize].signed_in {
                    self.update_state(u);
                }
            }
            _ => self.reset_connection(u),
        }
    }

    /// Users usable before the faults of this instant: those whom the first of them takes down were up when the next one came.
    pub(super) fn usable_before_faults(&mut self) -> u64 {
        match self.impairments.before_faults {
            Some((at, usable)) if at == self.now => usable,
            _ => {
                self.impairments.before_faults = Some((self.now, self.usable));
                self.usable
            }
        }
    }

    /// A scheduled fault has hit everybody whom it hits: how long until as many are usable as before?
    pub(super) fn last_user_hit(&mut self, fault: usize) {
        if let Some(before) = self.impairments.usable_before[fault].take() {
            self.await_recovery(before);
        }
    }

    pub(super) fn await_recovery(&mut self, before: u64) {
        let presence = &mut self.tally.presence;
        presence.at_faults += self.users.iter().filter(|u| u.signed_in).count() as u64;
        presence.usable_at_faults += before;
        if before > 0 {
            self.impairments.waiting.push((self.now, before));
            self.impairments
                .usable_again(self.usable, self.now, &mut self.tally);
        }
    }

    pub(super) fn user_fault_ends(&mut self, u: u32, fault: usize) {
        let now = self.now;
        let asleep = &mut self.lines[u as usize].asleep_until;
        *asleep = asleep.filter(|wakes| *wakes > now);
        if self.users[u as usize].signed_in {
            self.note_overdue_end(u);
            self.update_state(u);
        }
        self.schedule_next_user_fault(u, fault);
    }

    /// Who signs in or out has woken the PC.
    pub(super) fn wake(&mut self, u: u32) {
        if let Some(line) = self.lines.get_mut(u as usize) {
            line.asleep_until = None;
        }
    }

    pub(super) fn is_asleep(&self, u: u32) -> bool {
        self.lines
            .get(u as usize)
            .is_some_and(|line| line.asleep_until.is_some())
    }
}
