//! OCS: routes that it forgets, and the gateway instance that serves a user.

use super::links::Leg;
use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// Schedules the expiry of the route of a new dialog.
    pub(super) fn schedule_route_expiry(&mut self, u: u32) {
        let user = &self.users[u as usize];
        let path = &self.cohorts[user.cohort as usize].plan.path;
        let Some((from, to)) = path.route_expiry.or(self.gateway.path.route_expiry) else {
            return;
        };
        let dialog = user.client.dialog();
        let Some(routes) = &mut self.lines[u as usize].routes else {
            return;
        };
        let after = from + Span::from_micros_f64((to - from).0 as f64 * routes.uniform());
        self.schedule_for_user(
            u,
            self.now + after,
            Class::Fault,
            Event::RouteExpires(dialog),
        );
    }

    pub(super) fn route_expires(&mut self, u: u32, dialog: u32) {
        self.lines[u as usize].routes_lost.push(dialog);
        if self.users[u as usize].signed_in {
            self.update_state(u);
        }
    }

    /// Whether a message ends at OCS: because it is away, or because it has forgotten the route and answers 481.
    pub(super) fn is_lost_at_ocs(&mut self, u: u32, message: &Message) -> bool {
        if self.impairments.ocs_down_until.is_some() {
            self.observer.message(self.now, u, message, Fate::Lost);
            return true;
        }
        let has_lost = |line: &ClientLine| line.routes_lost.contains(&message.dialog);
        if !self.lines.get(u as usize).is_some_and(has_lost) {
            return false;
        }
        self.observer.message(self.now, u, message, Fate::Lost);
        if message.is_request() && message.subject != Subject::Ack {
            let answer = message.answer(Status::DoesNotExist481);
            self.observer.message(self.now, u, &answer, Fate::Sent);
            let leg = match message.from {
                Side::Client => Leg::Client,
                Side::Gateway => Leg::Gateway,
            };
            self.cross(u, answer, leg);
        }
        true
    }

    /// What makes the gateway unreachable for a user; `None`: both directions are reachable.
    pub(super) fn impairment(&self, u: u32) -> Option<DropCause> {
        let user = &self.users[u as usize];
        let instance = &self.instances[user.instance as usize];
        let line = self.lines.get(u as usize);
        if instance.down_until.is_some() {
            return Some(DropCause::GatewayDown);
        }
        if line.is_some_and(|l| l.routes_lost.contains(&user.client.dialog())) {
            return Some(DropCause::RouteExpired);
        }
        let broken = instance.link_down_until.is_some()
            || instance.connection.forgotten
            || self.impairments.ocs_down_until.is_some()
            || self.impairments.client_leg_outage(user.cohort).is_some()
            || line.is_some_and(|l| l.connection.forgotten || l.asleep_until.is_some());
        broken.then_some(DropCause::PathLost)
    }

    /// Chooses the instance for a set-up: the user's home, or a spare one if the home has been down for long enough.
    pub(super) fn choose_instance(&mut self, u: u32) {
        self.schedule_route_expiry(u);
        let (count, spare) = (self.gateway.count as usize, self.gateway.spare as usize);
        if spare == 0 {
            return;
        }
        let user = &self.users[u as usize];
        let home = &self.instances[user.home as usize];
        let away =
            home.down_until.is_some() && self.now >= home.down_since + self.gateway.rehome_after;
        let first = user.number as usize % spare;
        let spares = (0..spare).map(|i| count + (first + i) % spare);
        let standing_by = spares
            .filter(|_| away)
            .find(|s| self.instances[*s].down_until.is_none());
        let target = standing_by.unwrap_or(user.home as usize);
        let instance = self.instances[target].number;
        let user = &mut self.users[u as usize];
        user.instance = target as u16;
        user.record.served_by(instance);
        let dialog = user.client.dialog();
        if let Some(line) = self.lines.get_mut(u as usize)
            && (line.homes.last()).is_none_or(|(_, before)| usize::from(*before) != target)
        {
            line.homes.push((dialog, target as u16));
        }
    }

    /// The gateway that messages of this dialog go to: the one that it was set up with.
    pub(super) fn instance_of(&self, u: u32, dialog: u32) -> usize {
        let user = &self.users[u as usize];
        if self.instances.len() == 1 || dialog == user.client.dialog() {
            return usize::from(user.instance);
        }
        let homes = (self.lines.get(u as usize)).map_or(&[][..], |line| &line.homes);
        let home = homes.iter().rev().find(|(from, _)| *from <= dialog);
        usize::from(home.map_or(user.instance, |(_, instance)| *instance))
    }
}
