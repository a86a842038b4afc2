//! Recorded calls and sign-ins. Once they are due they are handled like drawn ones.

use super::*;

/// A sign-in comes before the calls of the same instant. Drawn calls begin after the first one in any case.
pub(super) fn sign_in_class(clients: &ClientPlan) -> Class {
    let recorded = clients.recorded_calls.is_some() || clients.recorded_signs.is_some();
    if recorded {
        Class::ClientTimer
    } else {
        Class::Call
    }
}

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// The index in the group of a user of a cohort.
    fn index_of(&self, cohort: &Cohort, user: u32) -> u32 {
        cohort.first + user / self.gateway.groups().0
    }

    pub(super) fn schedule_recorded_call(&mut self, cohort: u16) {
        let cohort = &self.cohorts[cohort as usize];
        if let Some(call) = cohort.calls.as_ref().and_then(|script| script.next) {
            let u = self.index_of(cohort, call.user);
            self.future_events.schedule(
                EventKey::new(call.at, Class::Call as u8, u, 0),
                Event::RecordedCall,
            );
        }
    }

    pub(super) fn recorded_call(&mut self, u: u32) {
        let cohort = self.users[u as usize].cohort;
        let due = self.cohorts[cohort as usize]
            .calls
            .as_mut()
            .and_then(Script::advance);
        self.schedule_recorded_call(cohort);
        if let Some(call) = due.filter(|_| self.users[u as usize].signed_in) {
            let direction = if call.incoming {
                Direction::Incoming
            } else {
                Direction::Outgoing
            };
            self.call(u, direction, call.draws);
        }
    }

    pub(super) fn schedule_recorded_sign(&mut self, cohort: u16) {
        let cohort = &self.cohorts[cohort as usize];
        if let Some(sign) = cohort.signs.as_ref().and_then(|script| script.next) {
            let u = self.index_of(cohort, sign.user);
            let (class, count) = if sign.signs_in {
                (sign_in_class(cohort.plan), 0)
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
        let cohort = self.users[u as usize].cohort;
        let due = self.cohorts[cohort as usize]
            .signs
            .as_mut()
            .and_then(Script::advance);
        match due.map(|sign| sign.signs_in) {
            Some(true) => self.sign_in(u),
            Some(false) => self.sign_out(u),
            None => {}
        }
        self.schedule_recorded_sign(cohort);
    }
}
