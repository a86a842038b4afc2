//! The user's day: sign-in, calls, sign-out.

use smallvec::SmallVec;

use super::replay::sign_in_class;
use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// Draws the user's next day, from this one of the run on, and schedules its sign-ins and sign-outs.
    pub(super) fn begin_day(&mut self, u: u32, day: u16) {
        let streams = self.streams(self.users[u as usize].key);
        let user = &mut self.users[u as usize];
        let cohort = &self.cohorts[user.cohort as usize];
        let Some(stay) = cohort.days.stay(streams, day) else {
            return;
        };
        if stay.day > 0 {
            let open = |purpose| streams.open_on(stay.day, purpose);
            user.incoming = user.incoming.renewed(open(Purpose::Incoming));
            user.outgoing = user.outgoing.renewed(open(Purpose::Outgoing));
        }
        let class = sign_in_class(cohort.plan);
        let key = EventKey::new(stay.sign_in, class as u8, u, 0);
        self.future_events.schedule(key, Event::SignIn);
        self.schedule_rest_of_day(u, stay);
    }

    /// Schedules the events after the first sign-in: lunch, for users who are signed in then, and the last sign-out.
    fn schedule_rest_of_day(&mut self, u: u32, stay: Stay) {
        let (sign_in, sign_out, lunch) = (stay.sign_in, stay.sign_out, stay.lunch);
        let last = stay.next.map_or(Event::SignOut, Event::DayEnds);
        let out = |at: Time| EventKey::new(at, Class::Call as u8, u, u32::MAX);
        let lunch =
            lunch.filter(|(leaves, _)| *leaves > sign_in && sign_out.is_none_or(|at| *leaves < at));
        if let Some((leaves, back)) = lunch {
            let ends = sign_out.is_some_and(|at| at <= back);
            let event = if ends { last } else { Event::SignOut };
            self.future_events.schedule(out(leaves), event);
            if ends {
                return; // the day ends during lunch
            }
            self.future_events.schedule(
                EventKey::new(back, Class::ClientTimer as u8, u, 0),
                Event::SignIn,
            );
        }
        if let Some(at) = sign_out {
            self.future_events.schedule(out(at), last);
        }
    }

    /// The user signs out until this day of the run.
    pub(super) fn day_ends(&mut self, u: u32, next: u16) {
        self.sign_out(u);
        self.begin_day(u, next);
    }

    pub(super) fn sign_in(&mut self, u: u32) {
        self.wake(u);
        self.users[u as usize].signed_in = true;
        self.users[u as usize].record.sign_in();
        self.update_state(u);
        self.with_client(u, |client, config, now, port| {
            client.sign_in(config, now, port)
        });
        self.begin_calls(u);
    }

    pub(super) fn sign_out(&mut self, u: u32) {
        let now = self.now;
        let number = self.users[u as usize].number;
        self.note_overdue_end(u);
        self.wake(u);
        self.users[u as usize].signed_in = false;
        // Toasts that are undecided now are never counted, not even if the user signs in again while the call rings.
        let mut next = self.users[u as usize].calls.first();
        while let Some(index) = next {
            next = self.calls.after(index);
            self.calls[index].state_at_arrival = UserState::Out;
            if self.calls[index].phase == CallPhase::Requested {
                self.end_call(index); // the client no longer waits for the answer to MakeCall
            }
        }
        let (probe, record) = self.probe(u);
        let before = record.state();
        probe.close(record, number, now);
        self.count_transition(u, before, UserState::Out);
        self.with_client(u, |client, config, now, port| {
            client.sign_out(config, now, port)
        });
    }

    /// Begins the calls of a day at its first sign-in.
    fn begin_calls(&mut self, u: u32) {
        let user = &mut self.users[u as usize];
        let cohort = &self.cohorts[user.cohort as usize];
        if user.incoming.next().or(user.outgoing.next()).is_some() {
            return; // the calls went on, unheard, since the last sign-out
        }
        user.incoming.begin(self.now, cohort.call_rate());
        user.outgoing.begin(self.now, cohort.call_rate());
        self.schedule_next_call(u);
    }

    fn schedule_next_call(&mut self, u: u32) {
        let user = &self.users[u as usize];
        let next = [user.incoming.next(), user.outgoing.next()]
            .into_iter()
            .flatten()
            .min();
        if let Some(at) = next {
            self.future_events
                .schedule(EventKey::new(at, Class::Call as u8, u, 0), Event::NextCall);
        }
    }

    pub(super) fn next_call(&mut self, u: u32) {
        let now = self.now;
        let user = &mut self.users[u as usize];
        let cohort = &self.cohorts[user.cohort as usize];
        if !user.signed_in && !cohort.signs_in_again() {
            return; // the calls of the day end with the sign-out
        }
        let (workload, varies) = (&cohort.plan.workload, cohort.call_rate());
        let (direction, draws) = if user.incoming.next() == Some(now) {
            (Direction::Incoming, user.incoming.take(workload, varies))
        } else if user.outgoing.next() == Some(now) {
            (Direction::Outgoing, user.outgoing.take(workload, varies))
        } else {
            return; // a call of an earlier day
        };
        self.schedule_next_call(u);
        if self.users[u as usize].signed_in {
            self.call(u, direction, draws);
        }
    }

    /// A call comes, drawn or recorded.
    pub(super) fn call(&mut self, u: u32, direction: Direction, draws: CallDraws) {
        let now = self.now;
        let user = &mut self.users[u as usize];
        user.calls_made += 1;
        let number = user.calls_made;
        self.observer.call(now, u, number, direction, &draws);
        self.observe(
            u,
            5 + direction as u64,
            draws.ring.0 << 32 ^ draws.talk.0 << 1 ^ u64::from(draws.at_pc),
        );
        let index = self.begin_call(u, number, direction, draws);
        match direction {
            Direction::Incoming => {
                self.event(u, Subject::Delivered, number);
                self.ring(index);
            }
            // A sleeping PC places no calls.
            Direction::Outgoing if self.is_asleep(u) => self.origination_decided(u, number, false),
            Direction::Outgoing => {
                self.with_client(u, |client, config, now, port| {
                    client.make_call(config, now, number, port)
                });
            }
        }
    }

    fn begin_call(&mut self, u: u32, number: u32, direction: Direction, draws: CallDraws) -> u32 {
        let user = &mut self.users[u as usize];
        let call = Call {
            user: u,
            number,
            direction,
            phase: if direction == Direction::Incoming {
                CallPhase::Ringing
            } else {
                CallPhase::Requested
            },
            state_at_arrival: user.record.state(),
            ring: draws.ring,
            answered: draws.answered,
            talk: draws.talk,
            at_pc: draws.at_pc,
            toast_shown: false,
            refused: false,
            answering: false,
            next: MaybeTime::NONE,
        };
        self.calls.add(&mut user.calls, call)
    }

    fn end_call(&mut self, index: u32) {
        let Call {
            user: u, number, ..
        } = self.calls[index];
        self.leave_place(u, number);
        self.future_events.forget_call(index);
        self.calls.remove(&mut self.users[u as usize].calls, index);
    }

    pub(super) fn find_call(&self, u: u32, number: u32) -> Option<u32> {
        self.calls
            .iter(self.users[u as usize].calls)
            .find(|i| self.calls[*i].number == number)
    }

    /// The gateways that monitor the line have an event of a call to report: at once, or when their stations come to it.
    fn event(&mut self, u: u32, subject: Subject, call: u32) {
        if let [instance] = &self.instances[..]
            && instance.station.is_none()
            && self.gateway.max_calls.is_none()
        {
            if instance.down().is_none() {
                self.send_event(u, 0, subject, call);
            }
            return;
        }
        let monitors = |i: &u32| self.dialogs[*i].dialog.is_monitored();
        let dialogs = self.dialogs.iter(self.users[u as usize].dialogs);
        let mut instances: SmallVec<[u16; 2]> = (dialogs.filter(monitors))
            .map(|i| self.dialogs[i].instance)
            .collect();
        instances.sort_unstable();
        instances.dedup();
        for instance in instances.into_iter().map(usize::from) {
            if self.instances[instance].down().is_some() || !self.follows(u, instance, call) {
                continue;
            }
            if self.instances[instance].station.is_none() {
                self.send_event(u, instance, subject, call);
            } else {
                self.queue(instance, u, Work::Originate(subject, call));
            }
        }
    }

    /// Sends an event on every dialog in which the gateway monitors the line.
    pub(super) fn send_event(&mut self, u: u32, instance: usize, subject: Subject, call: u32) {
        let mut next = self.users[u as usize].dialogs.first();
        // An event ends no dialog, so that the list stays as it is.
        while let Some(index) = next {
            if usize::from(self.dialogs[index].instance) == instance {
                self.with_dialog(index, |dialog, _, now, port| {
                    dialog.event(now, subject, call, port)
                });
            }
            next = self.dialogs.after(index);
        }
    }

    fn ring(&mut self, index: u32) {
        let ring = self.calls[index].ring;
        self.calls[index].phase = CallPhase::Ringing;
        self.file_call(index, self.now + ring);
    }

    fn file_call(&mut self, index: u32, at: Time) {
        let call = &mut self.calls[index];
        call.next = at.into();
        let key = EventKey::new(at, Class::Call as u8, call.user, call.number);
        self.future_events.set_call_alarm(key, index);
    }

    /// The instant of a call has come: it is answered, or over.
    pub(super) fn change_call(&mut self, index: u32) {
        let call = self.calls[index];
        let u = call.user;
        if call.phase == CallPhase::Talking || !call.answered {
            self.event(u, Subject::ConnectionCleared, call.number);
            if call.phase == CallPhase::Ringing {
                self.decide_toast(&call);
            }
            return self.end_call(index);
        }
        self.calls[index].phase = CallPhase::Talking;
        self.file_call(index, self.now + call.talk);
        self.decide_toast(&call);
        if call.direction == Direction::Incoming && call.at_pc && call.toast_shown {
            let mut sent = false;
            self.with_client(u, |client, config, now, port| {
                sent = client.answer_call(config, now, call.number, port);
            });
            if sent {
                self.calls[index].answering = true;
                return;
            }
        }
        self.event(u, Subject::Established, call.number);
    }

    /// The call stops ringing: its toast was shown or is missed. Toasts undecided at sign-out are not counted.
    fn decide_toast(&mut self, call: &Call) {
        let was_out = call.state_at_arrival == UserState::Out;
        if call.direction != Direction::Incoming
            || was_out
            || !self.users[call.user as usize].signed_in
        {
            return;
        }
        let now = self.now;
        let (probe, _) = self.probe(call.user);
        probe.toast_due(now);
        if call.toast_shown {
            probe.tally.count(Counter::ToastsShown);
            return;
        }
        let cause = match call.state_at_arrival {
            UserState::SettingUp => MissCause::SettingUp,
            UserState::Silent => MissCause::Silent,
            UserState::Visible => MissCause::Visible,
            UserState::Usable | UserState::Out if call.refused => MissCause::Overload,
            UserState::Usable | UserState::Out => MissCause::Late,
        };
        probe.toast_missed(now, cause);
    }

    pub(super) fn toast(&mut self, u: u32, number: u32) {
        if let Some(index) = self.find_call(u, number) {
            let call = &mut self.calls[index];
            call.toast_shown |= call.phase == CallPhase::Ringing;
        }
    }

    pub(super) fn origination_decided(&mut self, u: u32, number: u32, is_placed: bool) {
        if !self.users[u as usize].signed_in {
            return;
        }
        let tally = &mut self.probe(u).0.tally;
        tally.count(Counter::OriginationsAttempted);
        if !is_placed {
            tally.count(Counter::OriginationsFailed);
            if let Some(index) = self.find_call(u, number)
                && self.calls[index].phase == CallPhase::Requested
            {
                self.end_call(index);
            }
        }
    }

    pub(super) fn call_accepted(&mut self, u: u32, number: u32) {
        let Some(index) = self.find_call(u, number) else {
            return;
        };
        if self.calls[index].phase != CallPhase::Requested {
            return; // a copy of a MakeCall already accepted makes no second call
        }
        self.event(u, Subject::Originated, number);
        self.event(u, Subject::Delivered, number);
        self.ring(index);
    }

    pub(super) fn call_answered(&mut self, u: u32, number: u32) {
        let Some(index) = self.find_call(u, number) else {
            return;
        };
        let call = &mut self.calls[index];
        if std::mem::take(&mut call.answering) {
            self.event(u, Subject::Established, number);
        }
    }
}
