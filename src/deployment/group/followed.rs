//! The calls that gateways follow, where there is a limit on them.
//!
//! A call takes a place at the gateway with its first event and leaves it when it is over; one that finds none is not
//! followed (assumption: not later either), so that its toast never comes. MakeCall is refused where there is no place.

use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// Whether the instance reports the events of this call of a user.
    pub(super) fn follows(&mut self, u: u32, instance: usize, number: u32) -> bool {
        let Some(limit) = self.gateway.max_calls else {
            return true;
        };
        if let Some(follower) = self.followed.get(&(u, number)) {
            return *follower == Some(instance as u16);
        }
        let gateway = &mut self.instances[instance];
        let has_room = gateway.calls < limit;
        gateway.calls += u32::from(has_room);
        let follower = has_room.then_some(instance as u16);
        self.followed.insert((u, number), follower);
        if !has_room {
            if let Some(index) = self.find_call(u, number) {
                self.calls[index].refused = true;
            }
            self.observer.not_followed(self.now, u, number);
        }
        has_room
    }

    /// Whether this is the first copy of a MakeCall, and the instance follows as many calls as it can.
    pub(super) fn has_no_place_for(&self, u: u32, instance: usize, message: &Message) -> bool {
        let is_asked = message.subject == Subject::MakeCall && message.is_request();
        let is_full = |limit| self.instances[instance].calls >= limit;
        is_asked
            && self.gateway.max_calls.is_some_and(is_full)
            && (self.find_call(u, message.value))
                .is_some_and(|index| self.calls[index].phase == CallPhase::Requested)
    }

    /// A call of a user is over.
    pub(super) fn leave_place(&mut self, u: u32, number: u32) {
        if let Some(Some(instance)) = self.followed.remove(&(u, number)) {
            self.instances[usize::from(instance)].calls -= 1;
        }
    }

    /// The instance forgets what it monitored, and the calls with it.
    pub(super) fn forget_followed(&mut self, instance: usize) {
        self.instances[instance].calls = 0;
        let forgetful = Some(instance as u16);
        let followers = self.followed.values_mut();
        followers
            .filter(|follower| **follower == forgetful)
            .for_each(|follower| *follower = None);
    }
}
