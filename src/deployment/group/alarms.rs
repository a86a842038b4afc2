//! Deadlines of machines in the future event list: an entry may be stale, and a machine may be asleep or down.

use super::pending::{DialogName, schedule_alarm};
use super::port::due_of;
use super::*;

impl<W: Observer> Group<'_, W, FutureEventList<Event>> {
    pub(super) fn expire_client_alarm(&mut self, u: u32, key: EventKey) {
        let user = &mut self.users[u as usize];
        match user.alarm.expire(key.due) {
            Expiry::Stale => {}
            Expiry::Moved(due) => {
                let tie = u64::from(u) << 32;
                schedule_alarm(
                    &mut self.future_events,
                    EventKey { due, tie },
                    Event::ClientAlarm,
                );
            }
            Expiry::Expired => {
                let line = self.lines.get(u as usize);
                if let Some(wakes) = line.and_then(|line| line.asleep_until) {
                    // The timers of a sleeping PC wait for its waking.
                    let deadline = due_of(user.client.deadline_from(wakes), wakes);
                    return self
                        .future_events
                        .set_client_alarm(u, &mut user.alarm, deadline);
                }
                self.fire_client(u, key.class() == Class::TransactionTimeout as u8);
            }
        }
    }

    pub(super) fn expire_dialog_alarm(&mut self, index: u32, key: EventKey) {
        let held_dialog = &mut self.dialogs[index];
        // The slot may have passed to another dialog since the entry was scheduled.
        if held_dialog.user != key.entity() || held_dialog.dialog.number() != key.count() {
            return;
        }
        match held_dialog.alarm.expire(key.due) {
            Expiry::Stale => {}
            Expiry::Moved(due) => schedule_alarm(
                &mut self.future_events,
                EventKey { due, ..key },
                Event::DialogAlarm(index),
            ),
            Expiry::Expired => {
                if let Some(up) = self.instances[held_dialog.instance as usize].down_until {
                    // A gateway that is down looks at its timers when it is up again.
                    let deadline = due_of(held_dialog.dialog.deadline_from(up), up);
                    let name = DialogName {
                        user: held_dialog.user,
                        number: held_dialog.dialog.number(),
                        slot: index,
                    };
                    return self.future_events.set_dialog_alarm(
                        name,
                        &mut held_dialog.alarm,
                        deadline,
                    );
                }
                self.fire_dialog(index);
            }
        }
    }

    pub(super) fn expire_call_alarm(&mut self, index: u32, key: EventKey) {
        let call = &self.calls[index];
        // The slot may have passed to another call since the entry was scheduled.
        if call.user == key.entity()
            && call.number == key.count()
            && call.next.get() == Some(self.now)
        {
            self.change_call(index);
        }
    }
}
