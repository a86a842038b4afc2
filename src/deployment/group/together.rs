//! All users of a group together, in one future event list.

use super::*;

impl<W: Observer> Group<'_, W, FutureEventList<Event>> {
    /// Runs to the horizon; `None` where it was stopped.
    pub(super) fn run_together(mut self) -> Option<GroupResult<W>> {
        for cohort in 0..self.cohorts.len() as u16 {
            self.admit_users(cohort, 0..self.cohorts[cohort as usize].users);
            self.schedule_recorded_call(cohort);
            self.schedule_recorded_sign(cohort);
        }
        self.schedule_faults();
        self.schedule_deaths_of_instances();
        self.run_events()?;
        self.end_day();
        Some(self.into_result())
    }

    /// Handles the events up to the horizon.
    fn run_events(&mut self) -> Option<()> {
        let mut reported = Time::ZERO;
        self.now = Time::ZERO;
        self.order = 0;
        while let Some((key, event)) = self.next_event() {
            debug_assert!(
                key.time() >= self.now,
                "time went backwards: {key:?} {event:?} now {:?}",
                self.now
            );
            self.now = key.time();
            self.order = self.order.max(key.due);
            self.events += 1;
            if self.events.is_multiple_of(EVENTS_PER_REPORT) {
                self.options.handle.advance((self.now - reported).0);
                reported = self.now;
                if self.options.handle.is_stopped() {
                    return None;
                }
            }
            self.handle(key, event);
        }
        self.options.handle.advance((self.horizon - reported).0);
        Some(())
    }

    /// Pops the next event and prefetches the state that a later one needs.
    fn next_event(&mut self) -> Option<(EventKey, Event)> {
        let (users, dialogs, calls) = (&self.users, &self.dialogs, &self.calls);
        self.future_events.pop_with_lookahead(|key, event| {
            if let Event::Arrival(_) | Event::Relay(_) = event {
                return; // its sender used the state a moment ago
            }
            let Some(user) = users.get(key.entity() as usize) else {
                return;
            };
            let touch_dialog = || {
                user.dialogs
                    .first()
                    .into_iter()
                    .for_each(|index| dialogs[index].touch())
            };
            match event {
                // Most timeouts find that an answer came.
                Event::ClientAlarm if key.class() == Class::TransactionTimeout as u8 => {
                    black_box(user.alarm);
                }
                Event::ClientAlarm => {
                    user.touch();
                    touch_dialog();
                }
                Event::DialogAlarm(index) => dialogs[*index].touch(),
                Event::CallAlarm(index) => {
                    black_box(calls[*index].next);
                    user.touch_calls();
                    touch_dialog();
                }
                _ => {
                    user.touch_calls();
                    touch_dialog();
                }
            }
        })
    }

    fn handle(&mut self, key: EventKey, event: Event) {
        let u = key.entity();
        match event {
            Event::Arrival(message) => self.arrive(u, message),
            Event::Relay(message) => self.relay(u, message),
            Event::ClientAlarm => self.expire_client_alarm(u, key),
            Event::DialogAlarm(index) => self.expire_dialog_alarm(index, key),
            Event::NextCall => self.next_call(u),
            Event::CallAlarm(index) => self.expire_call_alarm(index, key),
            Event::SignIn => self.sign_in(u),
            Event::SignOut => self.sign_out(u),
            Event::DayEnds(next) => self.day_ends(u, next),
            Event::RecordedCall => self.recorded_call(u),
            Event::RecordedSign => self.recorded_sign(u),
            Event::ServiceEnds(place) => self.served((u - INSTANCES) as usize, place, key.count()),
            Event::FaultBegins => self.fault_begins((u - FAULTS) as usize, key.count()),
            Event::FaultEnds => self.fault_ends((u - FAULTS) as usize, key.count()),
            Event::UserFaultBegins(fault) => self.user_fault_begins(u, fault as usize),
            Event::UserFaultEnds(fault) => self.user_fault_ends(u, fault as usize),
            Event::AllUsersHit(fault) => self.last_user_hit(fault as usize),
            Event::Idle => self.check_idle(u),
            Event::ReplaceConnection => self.replace_connection(u),
            Event::RouteExpires(dialog) => self.route_expires(u, dialog),
            Event::LinkRestored => self.link_restored(u - LINKS),
            Event::ConnectionDies => self.connection_dies(u),
            Event::ConnectionResets => self.connection_resets(u),
            Event::RelayTimer(dialog) => self.relay_timer(u, dialog),
            Event::RelayProbe(dialog) => self.relay_probe(u, dialog),
            Event::RelayProbeJudged(dialog) => self.relay_probe_judged(u, dialog),
        }
    }
}
