//! Middleboxes: connections that are forgotten when they are idle.

use rand_distr::Distribution;

use super::super::plan::{ConnectionEnd, IdleAction, PathConfig};
use super::impairments::Victim;
use super::*;
use crate::engine::Exponential;

/// Time after which a message into a black hole is given up and the connection replaced, as a transaction is (assumption).
const REPLACED_AFTER: Span = Span::from_secs(32);
/// Distinguishes the connection of an instance from its station, as entities.
const CONNECTION: u32 = 1 << 20;

/// The connection of an instance, as an entity.
pub(super) fn connection_of(index: usize) -> u32 {
    INSTANCES | CONNECTION | index as u32
}

/// The instance whose connection an entity is; `None`: it is a user.
fn instance_of(entity: u32) -> Option<usize> {
    (entity >= INSTANCES).then_some((entity & (CONNECTION - 1)) as usize)
}

impl<'a, W: Observer, P: PendingEvents> Group<'a, W, P> {
    /// The leg of a user or an instance: its settings, its connection, and whether its idleness is scheduled.
    fn leg(&mut self, entity: u32) -> (&'a PathConfig, &mut Connection, &mut bool) {
        match instance_of(entity) {
            Some(index) => {
                let instance = &mut self.instances[index];
                let filed = &mut instance.idle_filed;
                (&self.gateway.path, &mut instance.connection, filed)
            }
            None => {
                let cohort = self.users[entity as usize].cohort;
                let line = &mut self.lines[entity as usize];
                let path = &self.cohorts[cohort as usize].plan.path;
                (path, &mut line.connection, &mut line.idle_filed)
            }
        }
    }

    /// A message was put onto the leg of a user or an instance.
    pub(super) fn leg_used(&mut self, entity: u32, from: Side) {
        let now = self.now;
        let (path, connection, filed) = self.leg(entity);
        let (at, event) = if connection.forgotten && connection.resets {
            if std::mem::replace(&mut connection.replacing, true) {
                return;
            }
            (now, Event::ConnectionResets)
        } else if connection.forgotten {
            // Only the client can make a new one.
            if from != Side::Client || std::mem::replace(&mut connection.replacing, true) {
                return;
            }
            (now + REPLACED_AFTER, Event::ReplaceConnection)
        } else {
            let Some(idle) = path.idles_after() else {
                return;
            };
            if std::mem::replace(filed, true) {
                return;
            }
            (now + idle, Event::Idle)
        };
        self.schedule_for_entity(entity, at, event);
    }

    /// A connection may have been idle for too long.
    pub(super) fn check_idle(&mut self, entity: u32) {
        let now = self.now;
        let (path, connection, filed) = self.leg(entity);
        let Some(idle) = path.idles_after() else {
            return;
        };
        let (action, keep_alive) = (path.idle_action, path.keep_alive);
        *filed = false;
        if connection.forgotten {
            return;
        }
        let due = connection.last_traffic + idle;
        if due > now {
            *filed = true;
            return self.schedule_for_entity(entity, due, Event::Idle);
        }
        if action == IdleAction::Reset {
            return self.reset_connections_of(entity);
        }
        connection.forgotten = true;
        // A late keep-alive detects the black hole.
        if let Some(keep_alive) = keep_alive {
            connection.replacing = true;
            let at = connection.last_traffic + keep_alive + REPLACED_AFTER;
            self.schedule_for_entity(entity, at, Event::ReplaceConnection);
        }
        self.update_entity_states(entity);
    }

    fn schedule_for_entity(&mut self, entity: u32, at: Time, event: Event) {
        let Some(index) = instance_of(entity) else {
            return self.schedule_for_user(entity, at, Class::Arrival, event);
        };
        let instance = &mut self.instances[index];
        instance.events = instance.events.wrapping_add(1);
        let key = EventKey::new(at, Class::Arrival as u8, entity, instance.events);
        self.future_events.schedule(key, event);
    }

    /// The connections of a user, or of all users of an instance, are reset.
    fn reset_connections_of(&mut self, entity: u32) {
        match instance_of(entity) {
            Some(index) => self.reset_connections(Victim::Instance(index)),
            None => self.reset_connection(entity),
        }
    }

    /// Recomputes the availability of all users of an instance.
    pub(super) fn update_instance_states(&mut self, index: u16) {
        self.update_states(Victim::Instance(index as usize));
    }

    fn update_entity_states(&mut self, entity: u32) {
        if let Some(index) = instance_of(entity) {
            self.update_states(Victim::Instance(index));
        } else if self.users[entity as usize].signed_in {
            self.update_state(entity);
        }
    }

    /// Replaces a dead connection.
    pub(super) fn replace_connection(&mut self, entity: u32) {
        let now = self.now;
        let (_, connection, _) = self.leg(entity);
        *connection = Connection::default();
        connection.last_traffic = now;
        self.update_entity_states(entity);
    }

    /// Schedules the next death of the connection of a user or an instance.
    pub(super) fn schedule_death(&mut self, entity: u32) {
        let path = self.leg(entity).0;
        let deaths = match instance_of(entity) {
            Some(index) => &mut self.instances[index].deaths,
            None => &mut self.lines[entity as usize].deaths,
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
            self.schedule_death(connection_of(index));
        }
    }

    /// A connection dies, if there is a live one: nobody notices before something is sent on it.
    pub(super) fn connection_dies(&mut self, entity: u32) {
        let (path, connection, _) = self.leg(entity);
        if !connection.forgotten {
            connection.forgotten = true;
            connection.resets = path.connection_end == ConnectionEnd::ResetAtUse;
            self.update_entity_states(entity);
        }
        self.schedule_death(entity);
    }

    /// Something was sent on a dead connection: both ends learn of its end, and the next one is a new one.
    pub(super) fn connection_resets(&mut self, entity: u32) {
        if instance_of(entity).is_some() {
            self.replace_connection(entity);
        }
        self.reset_connections_of(entity);
    }
}
