//! Messages on their way: the two legs, OCS between them, and the gateway that takes them up.

use super::*;

impl<W: Observer> Group<'_, W> {
    pub(super) fn arrive(&mut self, u: u32, message: Message) {
        self.delivered(u, message.from, 2);
        self.receive(u, message);
    }

    /// Counts a copy that crossed: `legs` says whether both legs were crossed in one event.
    fn delivered(&mut self, u: u32, from: Side, leg: u8) {
        let user = &self.users[u as usize];
        let cohort = &mut self.cohorts[user.cohort as usize];
        let tally = &mut cohort.probe.tally;
        let last_leg_is_gateways = from == Side::Client;
        if leg == 1 || cohort.single_hop {
            tally.count(if last_leg_is_gateways {
                Counter::ClientLegDelivered
            } else {
                Counter::MessagesDelivered
            });
        }
        if leg == 2 {
            tally.count(if last_leg_is_gateways {
                Counter::MessagesDelivered
            } else {
                Counter::ClientLegDelivered
            });
        }
    }

    fn receive(&mut self, u: u32, message: Message) {
        self.observer.message(self.now, u, &message, Fate::Received);
        self.observe(u, 2, digest(&message));
        match message.from {
            Side::Gateway if self.is_asleep(u) => {}
            Side::Gateway => {
                self.with_client(u, |client, config, now, port| {
                    client.receive(config, now, message, port)
                });
            }
            Side::Client => self.receive_at_gateway(u, message),
        }
    }

    fn receive_at_gateway(&mut self, u: u32, message: Message) {
        let instance = self.users[u as usize].instance as usize;
        if let Some(reset) = self.instances[instance].down() {
            if reset && message.is_request() && message.subject != Subject::Ack {
                // A refused connection counts as a 503, and is noticed at once ("middleboxes" in the documentation of this room).
                self.transmit(u, message.answer(Status::Unavailable503));
            }
            return;
        }
        let work = Work::Received(message);
        if self.instances[instance]
            .station
            .as_ref()
            .is_some_and(|s| s.serves(&work))
        {
            return self.queue(instance, u, work);
        }
        self.handle_at_gateway(u, message);
    }

    /// A job comes to the station.
    pub(super) fn queue(&mut self, instance: usize, u: u32, work: Work) {
        let now = self.now;
        let Some(station) = &mut self.instances[instance].station else {
            return;
        };
        match station.offer(now, u, work) {
            Ok(begun) => self.schedule_service(instance, begun),
            Err(overload) => self.refuse(u, work, overload),
        }
    }

    fn schedule_service(&mut self, instance: usize, begun: Option<ServiceStart>) {
        if let Some(ServiceStart { slot, number, ends }) = begun {
            let key = EventKey::new(
                ends,
                Class::Arrival as u8,
                INSTANCES | instance as u32,
                number,
            );
            self.future_events.schedule(key, Event::ServiceEnds(slot));
        }
    }

    fn refuse(&mut self, u: u32, work: Work, overload: Overload) {
        self.observe(u, 8, 0);
        match work {
            Work::Received(message) => {
                self.probe(u).1.refused_by_gateway();
                if overload == Overload::Refuse503
                    && message.is_request()
                    && message.subject != Subject::Ack
                {
                    let retry_after = self.gateway.config.retry_after_s;
                    self.transmit(
                        u,
                        Message {
                            value: retry_after,
                            ..message.answer(Status::Unavailable503)
                        },
                    );
                }
            }
            Work::Originate(Subject::Delivered, number) => {
                if let Some(index) = self.find_call(u, number) {
                    self.calls[index].refused = true;
                }
            }
            Work::Originate(..) => {}
        }
    }

    /// A service ends: now the answer leaves.
    pub(super) fn served(&mut self, instance: usize, slot: u32, number: u32) {
        let now = self.now;
        let Some(station) = &mut self.instances[instance].station else {
            return;
        };
        let (done, begun) = station.served(now, slot, number);
        begun
            .into_iter()
            .for_each(|b| self.schedule_service(instance, b));
        match done.map(|job| (job.user, job.work)) {
            Some((u, Work::Received(message))) => self.handle_at_gateway(u, message),
            Some((u, Work::Originate(subject, number))) => self.send_event(u, subject, number),
            None => {}
        }
    }

    /// The gateway acts on a message.
    fn handle_at_gateway(&mut self, u: u32, message: Message) {
        let held = self
            .dialogs
            .iter(self.users[u as usize].dialogs)
            .find(|i| self.dialogs[*i].dialog.number() == message.dialog);
        if let Some(index) = held {
            if message.subject == Subject::Bye && message.is_request() {
                self.cold[u as usize].last_bye = Some((message.dialog, message.cseq));
            }
            let starts = message.subject == Subject::MonitorStart && message.is_request();
            if starts && !self.dialogs[index].dialog.is_monitored() && self.is_full(u) {
                return self.transmit(u, message.answer(Status::MonitorLimitExceeded));
            }
            return self.with_dialog(index, |dialog, config, now, port| {
                dialog.receive(config, now, &message, port)
            });
        }
        if message.subject == Subject::Invite && message.is_request() {
            return self.accept(u, message);
        }
        if message.subject == Subject::Bye
            && self.cold[u as usize].last_bye == Some((message.dialog, message.cseq))
        {
            return self.transmit(u, message.answer(Status::Ok200)); // a copy of a BYE is answered alike (RFC 3261 §17.2.2)
        }
        if let Some(answer) = answer_outside_dialog(&message) {
            self.transmit(u, answer);
        }
    }

    /// Whether the user's gateway monitors as many lines as it can, or this line as often as it will.
    fn is_full(&self, u: u32) -> bool {
        let user = &self.users[u as usize];
        let of_line = self
            .dialogs
            .iter(user.dialogs)
            .filter(|i| self.dialogs[*i].dialog.is_monitored())
            .count() as u32;
        self.gateway
            .max_sessions
            .is_some_and(|most| self.instances[user.instance as usize].sessions >= most)
            || self
                .gateway
                .max_sessions_per_line
                .is_some_and(|most| of_line >= most)
    }

    fn accept(&mut self, u: u32, invite: Message) {
        let before = self.outbox.len();
        let user = &self.users[u as usize];
        let reliable = self.cohorts[user.cohort as usize].reliable;
        let mut port = Port {
            out: &mut self.outbox,
            draws: &mut self.cold[u as usize],
        };
        if let Some(dialog) =
            Dialog::accept(&self.gateway.config, self.now, &invite, reliable, &mut port)
        {
            self.add_dialog(u, dialog);
        }
        self.pass_on(u, invite.dialog, before);
    }

    /// Sends one copy on its first leg.
    pub(super) fn transmit(&mut self, u: u32, message: Message) {
        self.observer.message(self.now, u, &message, Fate::Sent);
        self.observe(u, 1, digest(&message));
        let cohort = &self.cohorts[self.users[u as usize].cohort as usize];
        if cohort.single_hop && !message.unroutable {
            return self.cross_both(u, message);
        }
        let arrival = match message.from {
            Side::Client => self.cross_client_leg(u, Side::Client),
            Side::Gateway => self.cross_gateway_leg(u, Side::Gateway),
        };
        self.put_on_leg(
            u,
            message,
            arrival,
            message.from == Side::Gateway,
            Event::Relay,
        );
    }

    /// Both legs of a plain path at once: the same instants, one event.
    fn cross_both(&mut self, u: u32, message: Message) {
        let cohort = &mut self.cohorts[self.users[u as usize].cohort as usize];
        let (client_leg, gateway_leg) = (cohort.plan.path.delay, self.gateway.path.delay);
        let tally = &mut cohort.probe.tally;
        let middle = self.now
            + if message.from == Side::Client {
                client_leg
            } else {
                gateway_leg
            };
        let arrival = self.now + client_leg + gateway_leg;
        match message.from {
            Side::Client => {
                tally.count(Counter::ClientLegSent);
                if middle >= self.horizon {
                    return tally.count(Counter::ClientLegInFlight);
                }
                cohort.probe.gateway_leg_sent(middle);
                if arrival >= self.horizon {
                    cohort.probe.tally.count(Counter::ClientLegDelivered);
                    return cohort.probe.tally.count(Counter::MessagesInFlight);
                }
            }
            Side::Gateway => {
                cohort.probe.gateway_leg_sent(self.now);
                let tally = &mut cohort.probe.tally;
                if middle >= self.horizon {
                    return tally.count(Counter::MessagesInFlight);
                }
                tally.count(Counter::ClientLegSent);
                if arrival >= self.horizon {
                    tally.count(Counter::MessagesDelivered);
                    return tally.count(Counter::ClientLegInFlight);
                }
            }
        }
        self.schedule_message(u, arrival, Event::Arrival(self.relayed(u, message)));
    }

    /// At OCS, after the first leg.
    pub(super) fn relay(&mut self, u: u32, message: Message) {
        self.delivered(u, message.from, 1);
        let message = self.relayed(u, message);
        if self.is_lost_at_ocs(u, &message) {
            return;
        }
        let arrival = match message.from {
            Side::Client => self.cross_gateway_leg(u, Side::Client),
            Side::Gateway => self
                .cross_client_leg(u, Side::Gateway)
                .filter(|_| !message.unroutable),
        };
        self.put_on_leg(
            u,
            message,
            arrival,
            message.from == Side::Client,
            Event::Arrival,
        );
    }

    /// Puts a copy onto the leg between client and OCS.
    pub(super) fn cross_client_leg(&mut self, u: u32, from: Side) -> Option<Time> {
        let user = &self.users[u as usize];
        let cohort = &mut self.cohorts[user.cohort as usize];
        cohort.probe.tally.count(Counter::ClientLegSent);
        let path = &cohort.plan.path;
        let outage = self.impairments.client_leg_outage(user.cohort);
        let was_forgotten = self
            .lines
            .get(u as usize)
            .is_some_and(|line| line.connection.forgotten);
        let crossed = match self.lines.get_mut(u as usize) {
            Some(line) => line.connection.cross(
                path,
                outage,
                from,
                self.now,
                &mut self.cold[u as usize].loss,
            ),
            // Nothing to know of the leg: it is plain.
            None => Some(self.now + path.delay),
        };
        if path.idle_timeout.is_some() {
            self.client_leg_used(u, from);
            if was_forgotten && !self.lines[u as usize].connection.forgotten {
                self.update_state(u);
            }
        }
        crossed
    }

    /// Puts a copy onto the leg between OCS and gateway.
    pub(super) fn cross_gateway_leg(&mut self, u: u32, from: Side) -> Option<Time> {
        let user = &self.users[u as usize];
        self.cohorts[user.cohort as usize]
            .probe
            .gateway_leg_sent(self.now);
        let index = user.instance;
        let instance = &mut self.instances[index as usize];
        let was_forgotten = instance.connection.forgotten;
        let crossed = instance.connection.cross(
            &self.gateway.path,
            instance.link_down_until,
            from,
            self.now,
            &mut self.cold[u as usize].loss,
        );
        if self.gateway.path.idle_timeout.is_some() {
            self.gateway_leg_used(index, from);
            if was_forgotten && !self.instances[index as usize].connection.forgotten {
                self.update_instance_states(index);
            }
        }
        crossed
    }

    /// The relay's one liberty: an Allow header rewritten on either leg.
    fn relayed(&self, u: u32, mut message: Message) -> Message {
        if message.from == Side::Gateway
            && message.subject.is_invite()
            && message.status == Status::Ok200
        {
            let cohort = &self.cohorts[self.users[u as usize].cohort as usize];
            let rewritten = cohort
                .plan
                .path
                .relay_allow
                .or(self.gateway.path.relay_allow);
            message.allow = rewritten.unwrap_or(message.allow);
        }
        message
    }

    pub(super) fn put_on_leg(
        &mut self,
        u: u32,
        message: Message,
        arrival: Option<Time>,
        on_gateway_leg: bool,
        event: impl FnOnce(Message) -> Event,
    ) {
        let fate = match arrival {
            Some(at) if at < self.horizon => return self.schedule_message(u, at, event(message)),
            Some(_) if on_gateway_leg => Counter::MessagesInFlight,
            Some(_) => Counter::ClientLegInFlight,
            None if on_gateway_leg => Counter::MessagesLost,
            None => Counter::ClientLegLost,
        };
        if arrival.is_none() {
            self.observer.message(self.now, u, &message, Fate::Lost);
            self.observe(u, 3, digest(&message));
        }
        self.probe(u).0.tally.count(fate);
    }

    pub(super) fn schedule_message(&mut self, u: u32, at: Time, event: Event) {
        let user = &mut self.users[u as usize];
        user.sends = user.sends.wrapping_add(1);
        self.future_events.schedule_in_lane(
            Lane::Messages as usize,
            EventKey::new(at, Class::Arrival as u8, u, user.sends),
            event,
        );
    }
}

/// What an observer can tell of a message, in 64 bits.
fn digest(m: &Message) -> u64 {
    let headers = (m.allow as u64) << 2 | (m.refresher as u64) << 1 | m.unroutable as u64;
    let kind = (m.subject as u64) << 8 | (m.status as u64) << 4 | (m.from as u64);
    mix(
        u64::from(m.dialog) << 32 | u64::from(m.value),
        headers << 48 | kind << 32 | u64::from(m.cseq) << 16,
    ) ^ u64::from(m.min_se)
}
