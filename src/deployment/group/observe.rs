//! What an omniscient observer notes: where each user stands, and the laws that must hold.

use super::*;

impl<W: Observer> Group<'_, W> {
    pub(super) fn probe(&mut self, u: u32) -> (&mut Probe, &mut Record) {
        let user = &mut self.users[u as usize];
        let probe = &mut self.members[user.member as usize].probe;
        probe.order = self.order;
        (probe, &mut user.record)
    }

    pub(super) fn observe(&mut self, u: u32, what: u64, detail: u64) {
        let key = self.users[u as usize].key;
        self.fingerprint
            .observe(key ^ what << 56, self.now.0, detail);
    }

    /// Works out where the user stands now.
    pub(super) fn settle(&mut self, u: u32) {
        let hindrance = if self.trouble.is_none() {
            None
        } else {
            self.hindrance(u)
        };
        let user = &mut self.users[u as usize];
        let believes = user.client.is_established();
        let held = believes
            && self.dialogs.of(user.dialogs).any(|i| {
                let dialog = &self.dialogs[i].dialog;
                dialog.number() == user.client.dialog() && dialog.is_monitored()
            });
        let before = user.record.state();
        let probe = &mut self.members[user.member as usize].probe;
        probe.settle(
            &mut user.record,
            self.now,
            user.signed_in,
            held,
            hindrance,
            believes,
        );
        let after = user.record.state();
        self.moved(u, before, after);
    }

    /// Follows a user from one state to another.
    pub(super) fn moved(&mut self, u: u32, before: UserState, after: UserState) {
        if after == before {
            return;
        }
        self.observe(u, 4, after as u64);
        if before == UserState::Usable {
            self.usable -= 1;
        }
        if after == UserState::Usable {
            self.usable += 1;
            self.trouble
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
                self.choose_site(u);
            }
            ClientNote::SetupFailed => probe.setup_failed(record),
            ClientNote::Established => {
                probe.established(record, now);
                self.settle(u);
            }
            ClientNote::RefreshBegan => probe.refresh_began(record, now),
            ClientNote::RefreshSucceeded => probe.refresh_succeeded(record),
            ClientNote::RefreshFailed(how) => probe.refresh_failed(record, how),
            ClientNote::Ended(end) => {
                probe.client_ended(record, number, now, end);
                self.settle(u);
            }
            ClientNote::CallPlaced(call) => self.origination_decided(u, call, true),
            ClientNote::CallFailed(call) => self.origination_decided(u, call, false),
            ClientNote::Delivered(call) => self.toast(u, call),
        }
    }

    pub(super) fn gateway_note(&mut self, u: u32, dialog: u32, note: GatewayNote) {
        self.observer.gateway(self.now, u, dialog, note);
        let now = self.now;
        match note {
            GatewayNote::Monitored => {}
            GatewayNote::Ended(end) => {
                let current = self.users[u as usize].client.dialog() == dialog;
                if current && end != GatewayEnd::Bye {
                    let (probe, record) = self.probe(u);
                    probe.gateway_ended(record, now, end);
                    self.settle(u);
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
            GatewayNote::RefreshFailed => {
                let (probe, record) = self.probe(u);
                probe.refresh_failed(record, RefreshFailure::Retried);
            }
        }
    }

    /// No machine waits without a deadline: whoever expects something has an entry that will come up (model §5).
    pub(super) fn check_deadlines(&self) {
        for user in &self.users {
            let config = &self.members[user.member as usize].plan.config;
            let waits = match user.client.phase() {
                Phase::SignedOut => false,
                Phase::Calling | Phase::Querying | Phase::Monitoring => true,
                Phase::Idle => config.reestablish != Reestablish::Never,
                // Its timers may be all off: no Session-Expires, or held after a refusal while polling goes on.
                Phase::Established => user.client.deadline().is_some(),
            };
            assert!(
                !waits || user.alarm.is_set(),
                "a client in {:?} waits without a deadline",
                user.client.phase()
            );
            for index in self.calls.of(user.calls) {
                // Without an instant of its own it is one that the client asked for, and hears of within 32 s.
                let call = &self.calls[index];
                assert!(
                    call.next.is_some() || user.client.is_established(),
                    "a call waits without a deadline"
                );
            }
            for index in self.dialogs.of(user.dialogs) {
                let held = &self.dialogs[index];
                let waits = held.dialog.deadline().is_some();
                assert!(
                    !waits || held.alarm.is_set(),
                    "a dialog waits without a deadline"
                );
            }
        }
    }
}

/// The laws of conservation, in release builds too (model §3): a broken one is our fault, never the user's.
pub(super) fn check_laws(t: &crate::measure::Tally) {
    let states = t.usable_us + t.setting_up_us + t.silent_us + t.visible_us;
    assert_eq!(
        states, t.signed_in_us,
        "the states of a user do not add up to the signed-in time"
    );
    let minutes: u128 = t
        .minutes
        .iter()
        .map(|m| {
            u128::from(m.usable_us)
                + u128::from(m.setting_up_us)
                + u128::from(m.silent_us)
                + u128::from(m.visible_us)
        })
        .sum();
    assert_eq!(
        minutes, t.signed_in_us,
        "the time series does not add up to the signed-in time"
    );
    assert_eq!(
        t.get(Counter::ToastsDue),
        t.get(Counter::ToastsShown) + t.all_missed(),
        "toasts due are neither shown nor missed"
    );
    let crossed = |sent, delivered, lost, in_flight| {
        assert_eq!(
            t.get(sent),
            t.get(delivered) + t.get(lost) + t.get(in_flight),
            "messages sent are neither delivered nor lost nor in flight"
        );
    };
    crossed(
        Counter::MessagesSent,
        Counter::MessagesDelivered,
        Counter::MessagesLost,
        Counter::MessagesInFlight,
    );
    crossed(
        Counter::ClientLegSent,
        Counter::ClientLegDelivered,
        Counter::ClientLegLost,
        Counter::ClientLegInFlight,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(change: impl FnOnce(&mut Tally)) -> bool {
        let mut tally = Tally::default();
        change(&mut tally);
        std::panic::catch_unwind(|| check_laws(&tally)).is_err()
    }

    #[test]
    fn a_broken_law_is_noticed() {
        assert!(!breaks(|_| {}));
        assert!(breaks(|t| t.signed_in_us = 1));
        assert!(breaks(|t| {
            (t.signed_in_us, t.usable_us) = (1, 1); // and not in the time series
        }));
        assert!(breaks(|t| t.count(Counter::ToastsDue)));
        assert!(breaks(|t| t.count(Counter::MessagesSent)));
        assert!(breaks(|t| t.count(Counter::ClientLegLost)));
    }
}
