//! Middleboxes: connections that are forgotten when they are idle.

use rand_distr::Distribution;

use super::super::plan::{ConnectionEnd, IdleAction};
use super::impairments::Victim;
use super::*;
use crate::engine::Exponential;

/// Time after which a message into a black hole is given up and the connection replaced, as a transaction is (assumption).
const REPLACED_AFTER: Span = Span::from_secs(32);
/// Distinguishes the connection of an instance from its station, as entities.
const CONNECTION: u32 = 1 << 20;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// A message was put onto the client's leg.
    pub(super) fn client_leg_used(&mut self, u: u32, from: Side) {
        let path = &self.cohorts[self.users[u as usize].cohort as usize]
            .plan
            .path;
        let idle = path.idles_after();
        let line = &mut self.lines[u as usize];
        if line.connection.forgotten && line.connection.resets {
            if !std::mem::replace(&mut line.connection.replacing, true) {
                let event = Event::ConnectionResets;
                self.schedule_for_user(u, self.now, Class::Arrival, event);
            }
            return;
        }
        if line.connection.forgotten {
            let found = from == Side::Client
                && !std::mem::replace(&mut line.connection.replacing, from == Side::Client);
            if found {
                self.schedule_for_user(
                    u,
                    self.now + REPLACED_AFTER,
                    Class::Arrival,
                    Event::ReplaceConnection,
                );
            }
        } else if let Some(idle) = idle
            && !std::mem::replace(&mut line.idle_filed, true)
        {
            self.schedule_for_user(u, self.now + idle, Class::Arrival, Event::Idle);
        }
    }

    /// A message was put onto the leg between OCS and a gateway.
    pub(super) fn gateway_leg_used(&mut self, index: u16, from: Side) {
        let idle = self.gateway.path.idles_after();
        let instance = &mut self.instances[index as usize];
        if instance.connection.forgotten && instance.connection.resets {
            if !std::mem::replace(&mut instance.connection.replacing, true) {
                self.schedule_for_instance(index, self.now, Event::ConnectionResets);
            }
            return;
        }
        if instance.connection.forgotten {
            if from == Side::Client && !std::mem::replace(&mut instance.connection.replacing, true)
            {
                self.schedule_for_instance(
                    index,
                    self.now + REPLACED_AFTER,
                    Event::ReplaceConnection,
                );
            }
        } else if let Some(idle) = idle
            && !std::mem::replace(&mut instance.idle_filed, true)
        {
            self.schedule_for_instance(index, self.now + idle, Event::Idle);
        }
    }

    pub(super) fn schedule_for_instance(&mut self, index: u16, at: Time, event: Event) {
        let instance = &mut self.instances[index as usize];
        instance.events = instance.events.wrapping_add(1);
        let key = EventKey::new(
            at,
            Class::Arrival as u8,
            INSTANCES | CONNECTION | u32::from(index),
            instance.events,
        );
        self.future_events.schedule(key, event);
    }

    /// A connection may have been idle for too long.
    pub(super) fn check_idle(&mut self, entity: u32) {
        let index = (entity >= INSTANCES).then_some((entity & (CONNECTION - 1)) as usize);
        let path = match index {
            Some(_) => &self.gateway.path,
            None => {
                &self.cohorts[self.users[entity as usize].cohort as usize]
                    .plan
                    .path
            }
        };
        let Some(idle) = path.idles_after() else {
            return;
        };
        let (action, keep_alive) = (path.idle_action, path.keep_alive);
        let (connection, filed) = match index {
            Some(instance) => {
                let instance = &mut self.instances[instance];
                (&mut instance.connection, &mut instance.idle_filed)
            }
            None => {
                let line = &mut self.lines[entity as usize];
                (&mut line.connection, &mut line.idle_filed)
            }
        };
        *filed = false;
        if connection.forgotten {
            return;
        }
        let due = connection.used + idle;
        if due > self.now {
            *filed = true;
            return self.schedule_for_entity(entity, due, Event::Idle);
        }
        if action == IdleAction::Reset {
            return match index {
                Some(instance) => self.reset_connections(Victim::Instance(instance)),
                None => self.reset_connection(entity),
            };
        }
        connection.forgotten = true;
        // A late keep-alive detects the black hole.
        if let Some(keep_alive) = keep_alive {
            connection.replacing = true;
            let at = connection.used + keep_alive + REPLACED_AFTER;
            self.schedule_for_entity(entity, at, Event::ReplaceConnection);
        }
        self.update_entity_states(entity);
    }

    pub(super) fn schedule_for_entity(&mut self, entity: u32, at: Time, event: Event) {
        match entity >= INSTANCES {
            true => self.schedule_for_instance((entity & (CONNECTION - 1)) as u16, at, event),
            false => self.schedule_for_user(entity, at, Class::Arrival, event),
        }
    }

    /// Recomputes the availability of all users of an instance.
    pub(super) fn update_instance_states(&mut self, index: u16) {
        self.update_states(Victim::Instance(index as usize));
    }

    pub(super) fn update_entity_states(&mut self, entity: u32) {
        if entity >= INSTANCES {
            self.update_states(Victim::Instance((entity & (CONNECTION - 1)) as usize));
        } else if self.users[entity as usize].signed_in {
            self.update_state(entity);
        }
    }

    /// Replaces a dead connection.
    pub(super) fn replace_connection(&mut self, entity: u32) {
        let connection = match entity >= INSTANCES {
            true => &mut self.instances[(entity & (CONNECTION - 1)) as usize].connection,
            false => &mut self.lines[entity as usize].connection,
        };
        *connection = Connection::default();
        connection.used = self.now;
        self.update_entity_states(entity);
    }
    /// Schedules the next death of the connection of a user or an instance.
    pub(super) fn schedule_death(&mut self, entity: u32) {
        let index = (entity >= INSTANCES).then_some((entity & (CONNECTION - 1)) as usize);
        let (path, deaths) = match index {
            Some(index) => (&self.gateway.path, &mut self.instances[index].deaths),
            None => {
                let cohort = self.users[entity as usize].cohort;
                let path = &self.cohorts[cohort as usize].plan.path;
                (path, &mut self.lines[entity as usize].deaths)
            }
        };
        let (Some(mean), Some(deaths)) = (path.connection_lifetime, deaths) else {
            return;
        };
        let unit: f64 = Exponential.sample(deaths);
        let at = self.now + Span::from_micros_f64(unit * mean.0 as f64);
        self.schedule_for_entity(entity, at, Event::ConnectionDies);
    }

    /// The connections of the gateways die at random, too.
    pub(super) fn schedule_deaths_of_instances(&mut self) {
        if self.gateway.path.connection_lifetime.is_none() {
            return;
        }
        for index in 0..self.instances.len() {
            let number = u64::from(self.instances[index].number);
            let key = mix(name_key(&self.gateway.name), number);
            let purpose = Purpose::ConnectionDeath as u32;
            let stream = Stream::open(self.plan.seed, self.replication, key, purpose);
            self.instances[index].deaths = Some(stream);
            self.schedule_death(INSTANCES | CONNECTION | index as u32);
        }
    }

    /// A connection dies, if there is a live one: nobody notices before something is sent on it.
    pub(super) fn connection_dies(&mut self, entity: u32) {
        let (path, connection) = match entity >= INSTANCES {
            true => {
                let index = (entity & (CONNECTION - 1)) as usize;
                (&self.gateway.path, &mut self.instances[index].connection)
            }
            false => {
                let cohort = self.users[entity as usize].cohort;
                let path = &self.cohorts[cohort as usize].plan.path;
                (path, &mut self.lines[entity as usize].connection)
            }
        };
        if !connection.forgotten {
            connection.forgotten = true;
            connection.resets = path.connection_end == ConnectionEnd::ResetAtUse;
            self.update_entity_states(entity);
        }
        self.schedule_death(entity);
    }

    /// Something was sent on a dead connection: both ends learn of its end, and the next one is a new one.
    pub(super) fn connection_resets(&mut self, entity: u32) {
        if entity >= INSTANCES {
            let index = (entity & (CONNECTION - 1)) as usize;
            self.replace_connection(entity);
            self.reset_connections(Victim::Instance(index));
        } else {
            self.reset_connection(entity);
        }
    }
}
