//! Messages on their way: OCS between the two legs, and the gateway that takes them up.

use super::digest::digest;
use super::links::Leg;
use super::plain_wire::{PlainWire, enter_both_legs, relayed};
use super::*;
use crate::protocol::GIVE_UP;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
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
        self.observe(u, 2, digest(&message));
        self.take_up(u, message);
    }

    /// The machine at the end of the way acts on a message.
    pub(super) fn take_up(&mut self, u: u32, message: Message) {
        self.observer.message(self.now, u, &message, Fate::Received);
        match message.from {
            Side::Gateway if self.is_asleep(u) => {}
            Side::Gateway => {
                self.with_client(u, |client, config, now, port| {
                    client.receive(config, now, message, port)
                });
            }
            Side::Client if P::ONE_USER => self.handle_at_gateway(u, 0, message),
            Side::Client => self.receive_at_gateway(u, message),
        }
    }

    fn receive_at_gateway(&mut self, u: u32, message: Message) {
        let instance = self.instance_of(u, message.dialog);
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
        self.handle_at_gateway(u, instance, message);
    }

    /// A job comes to the station.
    pub(super) fn queue(&mut self, instance: usize, u: u32, work: Work) {
        let now = self.now;
        let Some(station) = &mut self.instances[instance].station else {
            return;
        };
        match station.offer(now, u, work) {
            Ok(start) => self.schedule_service(instance, start),
            Err(overload) => self.refuse(u, work, overload),
        }
    }

    fn schedule_service(&mut self, instance: usize, start: Option<ServiceStart>) {
        if let Some(ServiceStart { slot, number, ends }) = start {
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
                self.note_refusal(u, &message);
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

    /// Whether the message belongs to a refresh of the user's session that is still to be decided.
    fn is_of_pending_refresh(&self, u: u32, message: &Message) -> bool {
        let client = &self.users[u as usize].client;
        matches!(message.subject, Subject::Update | Subject::ReInvite)
            && message.dialog == client.dialog()
            && (!message.is_request() || client.awaits(message.dialog, message.cseq))
    }

    fn note_refusal(&mut self, u: u32, message: &Message) {
        let client = &self.users[u as usize].client;
        let is_ack = message.subject == Subject::Ack;
        if message.is_request() && (is_ack || client.awaits(message.dialog, message.cseq)) {
            let matters = |dialog, cseq| client.awaits(dialog, cseq);
            self.refusals.add(u, message, matters);
        }
        if self.is_of_pending_refresh(u, message) {
            self.probe(u).1.refresh_refused();
        }
    }

    /// A service ends: now the answer leaves.
    pub(super) fn served(&mut self, instance: usize, slot: u32, number: u32) {
        let now = self.now;
        let Some(station) = &mut self.instances[instance].station else {
            return;
        };
        let (finish, starts) = station.served(now, slot, number);
        starts
            .into_iter()
            .for_each(|b| self.schedule_service(instance, b));
        match finish.map(|job| (job.user, job.work)) {
            Some((u, Work::Received(message))) => {
                self.refusals.remove(u, &message);
                if self.is_of_pending_refresh(u, &message) {
                    self.probe(u).1.refresh_served();
                }
                self.handle_at_gateway(u, instance, message);
            }
            Some((u, Work::Originate(subject, number))) => {
                self.send_event(u, instance, subject, number);
            }
            None => {}
        }
    }

    /// The gateway acts on a message.
    fn handle_at_gateway(&mut self, u: u32, instance: usize, message: Message) {
        let index_of_dialog = self
            .dialogs
            .iter(self.users[u as usize].dialogs)
            .find(|i| self.dialogs[*i].dialog.takes(&message));
        if let Some(index) = index_of_dialog {
            if message.subject == Subject::Bye && message.is_request() {
                self.remember_bye(u, &message);
            }
            let starts = message.subject == Subject::MonitorStart && message.is_request();
            if starts && !self.dialogs[index].dialog.is_monitored() && self.is_full(u, instance) {
                return self.transmit(u, message.answer(Status::MonitorLimitExceeded));
            }
            if self.has_no_place_for(u, instance, &message) {
                return self.transmit(u, message.answer(Status::MonitorLimitExceeded));
            }
            return self.with_dialog(index, |dialog, config, now, port| {
                dialog.receive(config, now, &message, port)
            });
        }
        if message.subject == Subject::Invite && message.is_request() {
            return self.answer_outside_dialog(
                u,
                instance,
                &message,
                |config, now, reliable, port| Dialog::accept(config, now, &message, reliable, port),
            );
        }
        let byes = &self.cold[u as usize].byes;
        let is_answered = |bye: &(u32, u16, Time)| (bye.0, bye.1) == (message.dialog, message.cseq);
        if message.subject == Subject::Bye && message.is_request() && byes.iter().any(is_answered) {
            return self.transmit(u, message.answer(Status::Ok200)); // a copy of a BYE is answered alike (RFC 3261 §17.2.2)
        }
        if let Some(answer) = answer_outside_dialog(&message) {
            self.answer_outside_dialog(u, instance, &message, |_, now, reliable, port| {
                Dialog::refuse(now, &answer, reliable, port)
            });
        }
    }

    /// The server transaction of a BYE lasts 32 s over UDP (Timer J, RFC 3261 §17.2.2); on other transports no copy comes.
    fn remember_bye(&mut self, u: u32, bye: &Message) {
        if !self.cohorts[self.users[u as usize].cohort as usize].reliable {
            let now = self.now;
            let byes = &mut self.cold[u as usize].byes;
            byes.retain(|(_, _, at)| *at + GIVE_UP > now);
            byes.push((bye.dialog, bye.cseq, now));
        }
    }

    /// Whether the user's gateway monitors as many lines as it can, or this line as often as it will.
    fn is_full(&self, u: u32, instance: usize) -> bool {
        let user = &self.users[u as usize];
        let of_line = self
            .dialogs
            .iter(user.dialogs)
            .filter(|i| self.dialogs[*i].dialog.is_monitored())
            .filter(|i| usize::from(self.dialogs[*i].instance) == instance)
            .count() as u32;
        self.gateway
            .max_sessions
            .is_some_and(|limit| self.instances[instance].sessions >= limit)
            || self
                .gateway
                .max_sessions_per_line
                .is_some_and(|limit| of_line >= limit)
    }

    /// Answers a request in no dialog, and keeps the dialog or what remains of the answer.
    fn answer_outside_dialog(
        &mut self,
        u: u32,
        instance: usize,
        request: &Message,
        act: impl FnOnce(&GatewayConfig, Time, bool, &mut Port<P>) -> Option<Dialog>,
    ) {
        let before = self.outbox.len();
        let user = &self.users[u as usize];
        let keyed = self.keyed_draws(u);
        let cohort = &mut self.cohorts[user.cohort as usize];
        let reliable = cohort.reliable;
        let (fingerprint, events) = (&mut self.fingerprint, &mut self.future_events);
        let mut port = Port::new(&mut self.outbox, &mut self.cold[u as usize], keyed, || {
            PlainWire::new(user.key, self.now, cohort, fingerprint, events)
        });
        if let Some(dialog) = act(&self.gateway.config, self.now, reliable, &mut port) {
            self.add_dialog(u, instance as u16, dialog);
        }
        self.pass_on(u, request.dialog, before);
    }

    /// Sends one copy on its first leg.
    pub(super) fn transmit(&mut self, u: u32, message: Message) {
        if P::ONE_USER {
            let user = &self.users[u as usize];
            let cohort = &mut self.cohorts[user.cohort as usize];
            let (fingerprint, events) = (&mut self.fingerprint, &mut self.future_events);
            return PlainWire::new(user.key, self.now, cohort, fingerprint, events).send(&message);
        }
        self.observer.message(self.now, u, &message, Fate::Sent);
        self.observe(u, 1, digest(&message));
        let cohort = &mut self.cohorts[self.users[u as usize].cohort as usize];
        if cohort.single_hop && !message.unroutable {
            let (from, now) = (message.from, self.now);
            if let Some(at) = enter_both_legs(&mut cohort.probe, &cohort.legs, from, now) {
                self.schedule_message(u, at, Event::Arrival(self.relayed(u, message)));
            }
            return;
        }
        let leg = match message.from {
            Side::Client => Leg::Client,
            Side::Gateway => Leg::Gateway,
        };
        self.cross(u, message, leg);
    }

    /// At OCS, after the first leg.
    pub(super) fn relay(&mut self, u: u32, message: Message) {
        self.delivered(u, message.from, 1);
        let message = self.relayed(u, message);
        if self.is_lost_at_ocs(u, &message) {
            return;
        }
        if self.relay_takes(u, &message) {
            return self.observer.message(self.now, u, &message, Fate::Received);
        }
        let leg = match message.from {
            Side::Client => Leg::Gateway,
            Side::Gateway => Leg::Client,
        };
        self.cross(u, message, leg);
    }

    pub(super) fn relayed(&self, u: u32, message: Message) -> Message {
        let cohort = &self.cohorts[self.users[u as usize].cohort as usize];
        relayed(message, &cohort.legs)
    }

    pub(super) fn schedule_message(&mut self, u: u32, at: Time, event: Event) {
        let user = &mut self.users[u as usize];
        user.sends = user.sends.wrapping_add(1);
        let key = EventKey::new(at, Class::Arrival as u8, u, user.sends);
        self.future_events.schedule_message(key, event);
    }
}
