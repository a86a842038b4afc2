//! The two legs between client and gateway: messages that cross them, are lost, or wait for the end of an outage.

use super::super::path::Crossing;
use super::digest::digest;
use super::impairments::Victim;
use super::instance::Waiting;
use super::middlebox::connection_of;
use super::*;

/// One of the two legs of the way between a client and a gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leg {
    /// Client to OCS.
    Client,
    /// OCS to gateway.
    Gateway,
}

/// Tells the link of a client group from that of a gateway, as entities.
const CLIENT_LINK: u32 = 1 << 27;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// Puts a copy onto a leg.
    pub(super) fn cross(&mut self, u: u32, message: Message, leg: Leg) {
        let crossing = match leg {
            Leg::Client => self.cross_client_leg(u, message.from),
            Leg::Gateway => {
                let instance = self.instance_of(u, message.dialog);
                self.cross_gateway_leg(u, instance, message.from)
            }
        };
        let is_unroutable =
            message.unroutable && (leg, message.from) == (Leg::Client, Side::Gateway);
        match crossing {
            _ if is_unroutable || self.loses_ack(u, &message, leg) => {
                self.put_on_leg(u, message, None, leg)
            }
            Crossing::Lost => self.put_on_leg(u, message, None, leg),
            Crossing::Arrives(at) => self.put_on_leg(u, message, Some(at), leg),
            Crossing::Waits(takes) => self.wait_for_link(u, message, leg, takes),
        }
    }

    /// Whether a leg lets this ACK vanish.
    fn loses_ack(&self, u: u32, message: &Message, leg: Leg) -> bool {
        let cohort = self.users[u as usize].cohort;
        let path = match leg {
            Leg::Client => &self.cohorts[cohort as usize].plan.path,
            Leg::Gateway => &self.gateway.path,
        };
        path.loses_ack && message.subject == Subject::Ack
    }

    /// Puts a copy onto the leg between client and OCS.
    fn cross_client_leg(&mut self, u: u32, from: Side) -> Crossing {
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
            None => Crossing::Arrives(self.now + path.delay),
        };
        if path.forgets_connections() {
            self.leg_used(u, from);
            if was_forgotten && !self.lines[u as usize].connection.forgotten {
                self.update_state(u);
            }
        }
        crossed
    }

    /// Puts a copy onto the leg between OCS and gateway.
    fn cross_gateway_leg(&mut self, u: u32, index: usize, from: Side) -> Crossing {
        let user = &self.users[u as usize];
        self.cohorts[user.cohort as usize]
            .probe
            .gateway_leg_sent(self.now);
        let instance = &mut self.instances[index];
        let was_forgotten = instance.connection.forgotten;
        let crossed = instance.connection.cross(
            &self.gateway.path,
            instance.link_down_until,
            from,
            self.now,
            &mut self.cold[u as usize].loss,
        );
        if self.gateway.path.forgets_connections() {
            self.leg_used(connection_of(index), from);
            if was_forgotten && !self.instances[index].connection.forgotten {
                self.update_instance_states(index as u16);
            }
        }
        crossed
    }

    /// A copy is on a leg, and arrives at its end then; `None`: never.
    fn put_on_leg(&mut self, u: u32, message: Message, arrival: Option<Time>, leg: Leg) {
        let is_first_leg = matches!(
            (leg, message.from),
            (Leg::Client, Side::Client) | (Leg::Gateway, Side::Gateway)
        );
        let event = match is_first_leg {
            true => Event::Relay(message),
            false => Event::Arrival(message),
        };
        let fate = match (arrival, leg) {
            (Some(at), _) if at < self.horizon => return self.schedule_message(u, at, event),
            (Some(_), Leg::Gateway) => Counter::MessagesInFlight,
            (Some(_), Leg::Client) => Counter::ClientLegInFlight,
            (None, Leg::Gateway) => Counter::MessagesLost,
            (None, Leg::Client) => Counter::ClientLegLost,
        };
        if arrival.is_none() {
            self.observer.message(self.now, u, &message, Fate::Lost);
            self.observe(u, 3, digest(&message));
        }
        self.probe(u).0.tally.count(fate);
    }

    /// A message on TCP or TLS waits for the end of the outage.
    fn wait_for_link(&mut self, u: u32, message: Message, leg: Leg, takes: Span) {
        let waiting = match leg {
            Leg::Client => {
                let cohort = self.users[u as usize].cohort;
                &mut self.impairments.client_leg_waiting[cohort as usize]
            }
            Leg::Gateway => {
                let instance = self.instance_of(u, message.dialog);
                &mut self.instances[instance].waiting
            }
        };
        waiting.push(Waiting {
            user: u,
            message,
            takes,
        });
    }

    /// A fault has ended: its link may carry again when all faults of the instant have begun or ended.
    pub(super) fn schedule_link_restored(&mut self, victim: Victim, fault: u32) {
        let link = match victim {
            Victim::Instance(instance) => LINKS | instance as u32,
            Victim::Cohort(cohort) => LINKS | CLIENT_LINK | cohort as u32,
            Victim::Everyone => return,
        };
        let key = EventKey::new(self.now, Class::Fault as u8, link, fault);
        self.future_events.schedule(key, Event::LinkRestored);
    }

    /// An outage has ended: what waited leaves in order, unless another one goes on.
    pub(super) fn link_restored(&mut self, link: u32) {
        let index = (link & (CLIENT_LINK - 1)) as usize;
        let is_client_leg = link & CLIENT_LINK != 0;
        let (waiting, down_until) = match is_client_leg {
            true => (
                &mut self.impairments.client_leg_waiting[index],
                self.impairments.client_leg_down_until[index],
            ),
            false => {
                let instance = &mut self.instances[index];
                (&mut instance.waiting, instance.link_down_until)
            }
        };
        if down_until.is_some() {
            return;
        }
        for w in std::mem::take(waiting) {
            let (connection, leg) = match is_client_leg {
                true => (&mut self.lines[w.user as usize].connection, Leg::Client),
                false => (&mut self.instances[index].connection, Leg::Gateway),
            };
            let arrival = connection.in_order(w.message.from, self.now + w.takes);
            self.put_on_leg(w.user, w.message, Some(arrival), leg);
        }
    }

    /// The run ends: what still waits is under way.
    pub(super) fn count_waiting(&mut self) {
        let instances = self.instances.iter_mut();
        let of_gateways: Vec<Waiting> = instances.flat_map(|i| i.waiting.drain(..)).collect();
        for w in of_gateways {
            self.probe(w.user).0.tally.count(Counter::MessagesInFlight);
        }
        let cohorts = self.impairments.client_leg_waiting.iter_mut();
        let of_clients: Vec<Waiting> = cohorts.flat_map(|w| w.drain(..)).collect();
        for w in of_clients {
            self.probe(w.user).0.tally.count(Counter::ClientLegInFlight);
        }
    }
}
