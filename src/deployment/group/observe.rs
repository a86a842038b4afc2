//! Measurement: the availability of each user, and the notes of the machines.

use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    pub(super) fn probe(&mut self, u: u32) -> (&mut Probe, &mut UserRecord) {
        let user = &mut self.users[u as usize];
        let probe = &mut self.cohorts[user.cohort as usize].probe;
        probe.order = P::order(self.order);
        (probe, &mut user.record)
    }

    pub(super) fn observe(&mut self, u: u32, value: u64, detail: u64) {
        let key = self.users[u as usize].key;
        self.fingerprint
            .observe(key ^ value << 56, self.now.0, detail);
    }

    /// Recomputes the availability of a user.
    pub(super) fn update_state(&mut self, u: u32) {
        let impairment = if self.impairments.is_none() {
            None
        } else {
            self.impairment(u)
        };
        let user = &self.users[u as usize];
        let believes = user.client.is_established();
        let is_monitored = believes
            && self.dialogs.iter(user.dialogs).any(|i| {
                let dialog = &self.dialogs[i].dialog;
                dialog.number() == user.client.dialog() && dialog.is_monitored()
            })
            && (self.impairments.is_none() || self.overdue_end(u).is_none());
        let user = &mut self.users[u as usize];
        let before = user.record.state();
        let probe = &mut self.cohorts[user.cohort as usize].probe;
        probe.update_state(
            &mut user.record,
            self.now,
            user.signed_in,
            is_monitored,
            impairment,
            believes,
        );
        let after = user.record.state();
        if (before == UserState::Usable) != (after == UserState::Usable) && after != UserState::Out
        {
            let usable = after == UserState::Usable;
            self.observer.usable(self.now, u, usable, impairment);
        }
        self.count_transition(u, before, after);
    }

    /// What will end the user's session whatever comes: a timer that is due by now, though its machine has not fired it yet
    /// because it was asleep, down or is only about to.
    fn overdue_end(&self, u: u32) -> Option<EndedBy> {
        let user = &self.users[u as usize];
        let config = self.cohorts[user.cohort as usize]
            .plan
            .config_of(user.program);
        let of_client = user.client.overdue_end(config, self.now);
        if let Some(timer) = of_client {
            return Some(match timer {
                Timer::SessionExpiry => EndedBy::ClientTimer,
                _ => EndedBy::ClientGiveUp,
            });
        }
        let mut dialogs = self
            .dialogs
            .iter(user.dialogs)
            .map(|i| &self.dialogs[i].dialog);
        let current = dialogs.find(|d| d.number() == user.client.dialog() && d.is_held())?;
        current
            .overdue_end(&self.gateway.config, self.now)
            .map(|timer| match timer {
                Timer::SessionExpiry => EndedBy::GatewayTimer,
                _ => EndedBy::Bye,
            })
    }

    /// A fault is over, or the day: a session that ended meanwhile, though nobody noticed, was lost when the fault began.
    pub(super) fn note_overdue_end(&mut self, u: u32) {
        let user = &self.users[u as usize];
        let Some(cause) = user.record.impairment().filter(|_| user.signed_in) else {
            return;
        };
        if let Some(ended_by) = self.overdue_end(u) {
            let now = self.now;
            let (probe, record) = self.probe(u);
            probe.dialog_forgotten(record, now, cause, Some(ended_by));
        }
    }

    /// Follows a user from one state to another.
    pub(super) fn count_transition(&mut self, u: u32, before: UserState, after: UserState) {
        if after == before {
            return;
        }
        self.observe(u, 4, after as u64);
        if before == UserState::Usable {
            self.usable -= 1;
        }
        if after == UserState::Usable {
            self.usable += 1;
            self.impairments
                .usable_again(self.usable, self.now, &mut self.tally);
        }
    }

    pub(super) fn client_note(&mut self, u: u32, note: ClientNote) {
        self.observer.client(self.now, u, note);
        let now = self.now;
        let number = self.users[u as usize].number;
        let (probe, record) = self.probe(u);
        match note {
            ClientNote::SetupBegan => {
                probe.setup_began(record, now);
                self.choose_instance(u);
            }
            ClientNote::SetupFailed => probe.setup_failed(record),
            ClientNote::Established => {
                probe.established(record, now);
                self.update_state(u);
            }
            ClientNote::RefreshBegan => probe.refresh_began(record, now),
            ClientNote::RefreshSucceeded => probe.refresh_succeeded(record),
            ClientNote::RefreshFailed(how) => probe.refresh_failed(record, how),
            ClientNote::Ended(end) => {
                let refused = self.was_refused(u, end);
                let by_relay = end == ClientEnd::Bye && self.is_ended_by_relay(u);
                let (probe, record) = self.probe(u);
                probe.client_ended(record, number, now, (end, by_relay), refused);
                self.update_state(u);
            }
            ClientNote::CallPlaced(call) => self.origination_decided(u, call, true),
            ClientNote::CallFailed(call) => self.origination_decided(u, call, false),
            ClientNote::Delivered(call) => self.toast(u, call),
        }
    }

    /// Whether the station had no place for the request that the client gave up.
    fn was_refused(&self, u: u32, end: ClientEnd) -> bool {
        let dialog = self.users[u as usize].client.dialog();
        let request = self.given_up.filter(|_| end == ClientEnd::GaveUp);
        request.is_some_and(|cseq| self.refusals.has_request(u, dialog, cseq))
    }

    pub(super) fn gateway_note(&mut self, u: u32, dialog: u32, note: GatewayNote) {
        self.observer.gateway(self.now, u, dialog, note);
        let now = self.now;
        match note {
            GatewayNote::Monitored => {}
            GatewayNote::Ended(end) => {
                let current = self.users[u as usize].client.dialog() == dialog;
                if current && end != GatewayEnd::Bye {
                    let refused = self.refusals.has_ack(u, dialog);
                    let (probe, record) = self.probe(u);
                    probe.gateway_ended(record, now, end, refused);
                    self.update_state(u);
                }
            }
            GatewayNote::CallMade(call) => self.call_accepted(u, call),
            GatewayNote::CallAnswered(call) => self.call_answered(u, call),
            GatewayNote::RefreshBegan => {
                let (probe, record) = self.probe(u);
                probe.refresh_began(record, now);
            }
            GatewayNote::RefreshSucceeded => {
                let (probe, record) = self.probe(u);
                probe.refresh_succeeded(record);
            }
            // What is undecided at sign-out is not counted.
            GatewayNote::RefreshFailed(RefreshFailure::Abandoned)
                if !self.users[u as usize].signed_in => {}
            GatewayNote::RefreshFailed(how) => {
                let (probe, record) = self.probe(u);
                probe.refresh_failed(record, how);
            }
        }
    }

    /// No machine waits without a deadline: whatever it waits for has an entry that will come up ([laws](crate::deployment#laws)).
    pub(super) fn check_deadlines(&self) {
        for user in &self.users {
            let config = self.cohorts[user.cohort as usize]
                .plan
                .config_of(user.program);
            let waits = match user.client.phase() {
                Phase::SignedOut => false,
                Phase::Calling | Phase::Querying | Phase::Monitoring => true,
                Phase::Idle => config.reestablish != Reestablish::Never,
                // Its timers may be all off: no Session-Expires, or held after a refusal while polling goes on.
                Phase::Established => user.client.deadline().is_some(),
            };
            assert!(
                !waits || self.future_events.is_client_waiting(&user.alarm),
                "a client in {:?} waits without a deadline",
                user.client.phase()
            );
            for index in self.calls.iter(user.calls) {
                // Without an instant of its own it is one that the client asked for, and hears of within 32 s.
                let call = &self.calls[index];
                assert!(
                    call.next.is_some() || user.client.is_established(),
                    "a call waits without a deadline"
                );
            }
            for index in self.dialogs.iter(user.dialogs) {
                let held_dialog = &self.dialogs[index];
                let waits = held_dialog.dialog.deadline().is_some();
                assert!(
                    !waits
                        || self
                            .future_events
                            .is_dialog_waiting(index, &held_dialog.alarm),
                    "a dialog waits without a deadline"
                );
            }
        }
    }
}
