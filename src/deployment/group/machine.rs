//! Driving the machines: calls into a client or dialog, its next deadline, and what it says.

use super::port::due_of;
use super::*;

impl<W: Observer> Group<'_, W> {
    pub(super) fn with_client(
        &mut self,
        u: u32,
        act: impl FnOnce(&mut Client, &ClientConfig, Time, &mut Port),
    ) {
        let before = self.outbox.len();
        let user = &mut self.users[u as usize];
        let config = &self.cohorts[user.cohort as usize].plan.config;
        act(
            &mut user.client,
            config,
            self.now,
            &mut Port {
                out: &mut self.outbox,
                draws: &mut self.cold[u as usize],
            },
        );
        if let Some(due) = user.alarm.set(due_of(user.client.deadline(), self.now)) {
            self.schedule_alarm(
                EventKey {
                    due,
                    tie: u64::from(u) << 32,
                },
                Event::ClientAlarm,
            );
        }
        self.pass_on(u, 0, before);
    }

    /// Timeouts are due 32 s after they are set, so that they are scheduled nearly in order.
    pub(super) fn schedule_alarm(&mut self, key: EventKey, event: Event) {
        if key.class() == Class::TransactionTimeout as u8 {
            self.future_events
                .schedule_in_lane(Lane::Timeouts as usize, key, event);
        } else {
            self.future_events.schedule(key, event);
        }
    }

    pub(super) fn expire_client_alarm(&mut self, u: u32, key: EventKey) {
        match self.users[u as usize].alarm.expire(key.due) {
            Expiry::Stale => {}
            Expiry::Moved(due) => self.schedule_alarm(
                EventKey {
                    due,
                    tie: u64::from(u) << 32,
                },
                Event::ClientAlarm,
            ),
            Expiry::Expired => {
                if let Some(wakes) = self
                    .lines
                    .get(u as usize)
                    .and_then(|line| line.asleep_until)
                {
                    // The timers of a sleeping PC wait for its waking.
                    let user = &mut self.users[u as usize];
                    let due = due_of(user.client.deadline_from(wakes), wakes);
                    if let Some(due) = user.alarm.set(due) {
                        self.schedule_alarm(
                            EventKey {
                                due,
                                tie: u64::from(u) << 32,
                            },
                            Event::ClientAlarm,
                        );
                    }
                    return;
                }
                if key.class() == Class::TransactionTimeout as u8 {
                    self.given_up = self.users[u as usize].client.unanswered(self.now);
                }
                self.with_client(u, |client, config, now, port| {
                    client.fire(config, now, port)
                });
                self.given_up = None;
            }
        }
    }

    pub(super) fn with_dialog(
        &mut self,
        index: u32,
        act: impl FnOnce(&mut Dialog, &GatewayConfig, Time, &mut Port),
    ) {
        let before = self.outbox.len();
        let held = &mut self.dialogs[index];
        let (u, number) = (held.user, held.dialog.number());
        let draws = &mut self.cold[u as usize];
        act(
            &mut held.dialog,
            &self.gateway.config,
            self.now,
            &mut Port {
                out: &mut self.outbox,
                draws,
            },
        );
        self.set_dialog_alarm(index);
        self.count_session(index);
        self.pass_on(u, number, before);
        let held = &self.dialogs[index];
        if held.dialog.is_over() {
            self.dialogs
                .remove(&mut self.users[u as usize].dialogs, index);
        }
    }

    /// Updates the number of monitored dialogs of the instance.
    pub(super) fn count_session(&mut self, index: u32) {
        let held = &mut self.dialogs[index];
        let monitored = held.dialog.is_monitored();
        if monitored != held.counted {
            held.counted = monitored;
            let sessions = &mut self.instances[held.instance as usize].sessions;
            *sessions = if monitored {
                *sessions + 1
            } else {
                *sessions - 1
            };
        }
    }

    /// Passes on the outputs of the user's client, or of the dialog with this number, from index `before` on.
    pub(super) fn pass_on(&mut self, u: u32, number: u32, before: usize) {
        let mut next = before;
        while let Some(said) = self.outbox.get(next).copied() {
            next += 1;
            match said {
                Output::Send(message) => self.transmit(u, message),
                Output::Client(note) => self.client_note(u, note),
                Output::Gateway(note) => self.gateway_note(u, number, note),
            }
        }
        self.outbox.truncate(before);
    }

    pub(super) fn set_dialog_alarm(&mut self, index: u32) {
        let held = &mut self.dialogs[index];
        if let Some(due) = held.alarm.set(due_of(held.dialog.deadline(), self.now)) {
            let tie = u64::from(held.user) << 32 | u64::from(held.dialog.number());
            self.schedule_alarm(EventKey { due, tie }, Event::DialogAlarm(index));
        }
    }

    pub(super) fn expire_dialog_alarm(&mut self, index: u32, key: EventKey) {
        let held = &mut self.dialogs[index];
        // The slot may have passed to another dialog since the entry was scheduled.
        if held.user != key.entity() || held.dialog.number() != key.count() {
            return;
        }
        match held.alarm.expire(key.due) {
            Expiry::Stale => {}
            Expiry::Moved(due) => {
                self.schedule_alarm(EventKey { due, ..key }, Event::DialogAlarm(index))
            }
            Expiry::Expired => {
                if let Some(up) = self.instances[held.instance as usize].down_until {
                    // A gateway that is down looks at its timers when it is up again.
                    let due = due_of(held.dialog.deadline_from(up), up);
                    if let Some(due) = held.alarm.set(due) {
                        self.schedule_alarm(EventKey { due, ..key }, Event::DialogAlarm(index));
                    }
                    return;
                }
                self.with_dialog(index, |dialog, config, now, port| {
                    dialog.fire(config, now, port)
                });
            }
        }
    }

    pub(super) fn add_dialog(&mut self, u: u32, instance: u16, dialog: Dialog) {
        let held = HeldDialog {
            user: u,
            instance,
            counted: false,
            alarm: Alarm::IDLE,
            dialog,
        };
        let index = self.dialogs.add(&mut self.users[u as usize].dialogs, held);
        self.set_dialog_alarm(index);
    }
}
