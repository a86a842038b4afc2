//! One user alone: the day of a user whom no queue, limit, fault or lossy connection couples with another.
//!
//! The machines and probes are those of all users together. What differs is where events wait, and that what becomes of a
//! message is known when it is sent.

use super::user_events::{kind, word};
use super::*;

impl<W: Observer> Group<'_, W, UserEvents> {
    /// Runs to the horizon, one user after the other; `None` where it was stopped.
    pub(super) fn run_one_by_one(mut self) -> Option<GroupResult<W>> {
        self.cohorts
            .iter_mut()
            .for_each(|m| m.probe.expect_one_by_one());
        let users: u32 = self.cohorts.iter().map(|m| m.users).sum();
        for cohort in 0..self.cohorts.len() as u16 {
            for position in 0..self.cohorts[cohort as usize].users {
                self.admit_users(cohort, position..position + 1);
                self.run_day()?;
                self.end_day();
                let handle = self.options.handle;
                handle.advance(self.horizon.0 / u64::from(users));
            }
        }
        Some(self.into_result())
    }

    /// Handles the events of the user up to the horizon.
    fn run_day(&mut self) -> Option<()> {
        let end = word(self.horizon, 0);
        self.now = Time::ZERO;
        self.order = 0;
        loop {
            let next = self.future_events.next();
            if next >= end {
                return Some(());
            }
            let at = Time(next >> 4);
            debug_assert!(at >= self.now, "time went backwards: {next}");
            self.now = at;
            self.order = self.order.max(next);
            self.events += 1;
            if self.events.is_multiple_of(EVENTS_PER_REPORT) && self.options.handle.is_stopped() {
                return None;
            }
            self.handle_of_user(next & 15);
        }
    }

    #[inline]
    fn handle_of_user(&mut self, kind: u64) {
        match kind {
            kind::ARRIVAL => {
                let message = self.future_events.take_message();
                self.take_up(0, message);
            }
            kind::CLIENT_TIMEOUT => self.fire_client(0, true),
            kind::CLIENT_EXPIRY | kind::CLIENT_TIMER => self.fire_client(0, false),
            kind::DIALOG_TIMEOUT | kind::DIALOG_EXPIRY | kind::DIALOG_TIMER => {
                let slot = self.future_events.dialogs.first_slot();
                self.fire_dialog(slot);
            }
            kind::NEXT_CALL => {
                self.future_events.take_next_call();
                self.next_call(0);
            }
            kind::CALL => {
                let slot = self.future_events.calls.first_slot();
                self.change_call(slot);
            }
            kind::SIGN_OUT => {
                self.future_events.take_sign();
                self.sign_out(0);
            }
            kind::DAY_ENDS => {
                self.future_events.take_sign();
                self.day_ends(0, self.future_events.next_day);
            }
            _ => {
                self.future_events.take_sign();
                self.sign_in(0);
            }
        }
    }
}
