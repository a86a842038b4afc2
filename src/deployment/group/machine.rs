//! Driving the machines: calls into a client or dialog, its next deadline, and what it says.

use super::pending::DialogName;
use super::plain_wire::PlainWire;
use super::port::due_of;
use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    pub(super) fn with_client(
        &mut self,
        u: u32,
        act: impl FnOnce(&mut Client, &ClientConfig, Time, &mut Port<P>),
    ) {
        let before = self.outbox.len();
        let keyed = self.keyed_draws(u);
        let user = &mut self.users[u as usize];
        let place = usize::from(user.cohort) * self.instances.len() + usize::from(user.home);
        let cohort = &mut self.cohorts[user.cohort as usize];
        let config = cohort.plan.config_of(user.program);
        let (fingerprint, events) = (&mut self.fingerprint, &mut self.future_events);
        let mut port = Port::new(&mut self.outbox, &mut self.cold[u as usize], keyed, || {
            PlainWire::new(user.key, self.now, cohort, fingerprint, events)
        });
        port.pacer = self.pacers.get_mut(place);
        act(&mut user.client, config, self.now, &mut port);
        let deadline = due_of(user.client.deadline(), self.now);
        self.future_events
            .set_client_alarm(u, &mut user.alarm, deadline);
        self.pass_on(u, 0, before);
    }

    /// What draws of a user's messages are keyed by.
    pub(super) fn keyed_draws(&self, u: u32) -> KeyedDraws {
        KeyedDraws {
            seed: self.plan.seed,
            replication: self.replication,
            user: self.users[u as usize].key,
        }
    }

    /// The deadline of a client has come; `is_timeout`: a request is given up.
    pub(super) fn fire_client(&mut self, u: u32, is_timeout: bool) {
        if is_timeout {
            self.given_up = self.users[u as usize].client.unanswered(self.now);
        }
        self.with_client(u, |client, config, now, port| {
            client.fire(config, now, port)
        });
        self.given_up = None;
    }

    pub(super) fn with_dialog(
        &mut self,
        index: u32,
        act: impl FnOnce(&mut Dialog, &GatewayConfig, Time, &mut Port<P>),
    ) {
        let before = self.outbox.len();
        let held_dialog = &mut self.dialogs[index];
        let (u, number) = (held_dialog.user, held_dialog.dialog.number());
        let user = &self.users[u as usize];
        let keyed = KeyedDraws {
            seed: self.plan.seed,
            replication: self.replication,
            user: user.key,
        };
        let cohort = &mut self.cohorts[user.cohort as usize];
        let (fingerprint, events) = (&mut self.fingerprint, &mut self.future_events);
        let mut port = Port::new(&mut self.outbox, &mut self.cold[u as usize], keyed, || {
            PlainWire::new(user.key, self.now, cohort, fingerprint, events)
        });
        act(
            &mut held_dialog.dialog,
            &self.gateway.config,
            self.now,
            &mut port,
        );
        self.set_dialog_alarm(index);
        self.count_session(index);
        self.pass_on(u, number, before);
        let held_dialog = &self.dialogs[index];
        if held_dialog.dialog.is_over() {
            self.future_events.forget_dialog(index);
            self.dialogs
                .remove(&mut self.users[u as usize].dialogs, index);
        }
    }

    /// Updates the number of monitored dialogs of the instance.
    pub(super) fn count_session(&mut self, index: u32) {
        let held_dialog = &mut self.dialogs[index];
        let monitored = held_dialog.dialog.is_monitored();
        if monitored != held_dialog.counted {
            held_dialog.counted = monitored;
            let sessions = &mut self.instances[held_dialog.instance as usize].sessions;
            *sessions = if monitored {
                *sessions + 1
            } else {
                *sessions - 1
            };
        }
    }

    /// Passes on the outputs of the user's client, or of the dialog with this number, from index `before` on.
    #[inline]
    pub(super) fn pass_on(&mut self, u: u32, number: u32, before: usize) {
        if self.outbox.len() != before {
            self.pass_on_outputs(u, number, before);
        }
    }

    fn pass_on_outputs(&mut self, u: u32, number: u32, before: usize) {
        let mut next = before;
        while let Some(output) = self.outbox.get(next).copied() {
            next += 1;
            match output {
                Output::Send(message) => self.transmit(u, message),
                Output::Client(note) => self.client_note(u, note),
                Output::Gateway(note) => self.gateway_note(u, number, note),
            }
        }
        self.outbox.truncate(before);
    }

    #[inline]
    pub(super) fn set_dialog_alarm(&mut self, index: u32) {
        let held_dialog = &mut self.dialogs[index];
        let name = DialogName {
            user: held_dialog.user,
            number: held_dialog.dialog.number(),
            slot: index,
        };
        let deadline = due_of(held_dialog.dialog.deadline(), self.now);
        self.future_events
            .set_dialog_alarm(name, &mut held_dialog.alarm, deadline);
    }

    /// The deadline of a dialog has come.
    pub(super) fn fire_dialog(&mut self, index: u32) {
        self.with_dialog(index, |dialog, config, now, port| {
            dialog.fire(config, now, port)
        });
    }

    pub(super) fn add_dialog(&mut self, u: u32, instance: u16, dialog: Dialog) {
        let held_dialog = HeldDialog {
            user: u,
            instance,
            counted: false,
            alarm: Alarm::IDLE,
            dialog,
        };
        let index = self
            .dialogs
            .add(&mut self.users[u as usize].dialogs, held_dialog);
        self.set_dialog_alarm(index);
    }
}
