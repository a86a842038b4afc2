//! The pending events of a group: of all its users in a future event list, or of one user alone in a few words.

use super::event::{Class, Event, Lane};
use crate::engine::{Alarm, EventKey, FutureEventList};
use crate::quantity::Time;

/// A deadline of a machine, with its class; `None`: it waits for nothing.
pub(super) type DueTime = Option<(Time, u8)>;

/// A dialog, as its deadline names it.
#[derive(Clone, Copy)]
pub(super) struct DialogName {
    pub(super) user: u32,
    pub(super) number: u32,
    /// Its slot in the group.
    pub(super) slot: u32,
}

/// Where the events of a group wait until they are due. Those at or after the horizon never come.
pub(super) trait PendingEvents: 'static {
    /// Whether they are the events of one user, whom no queue, limit, fault or lossy connection couples with another.
    const ONE_USER: bool;

    /// Time·8 + class of the position that an event has among those of its user or of all users.
    fn order(position: u64) -> u64;

    fn schedule(&mut self, key: EventKey, event: Event);

    /// Schedules a message that arrives, or is relayed, a fixed time after it was sent.
    fn schedule_message(&mut self, key: EventKey, event: Event);

    /// Sets the deadline of a client; `alarm` may be used to remember its entries.
    fn set_client_alarm(&mut self, user: u32, alarm: &mut Alarm, deadline: DueTime);

    fn set_dialog_alarm(&mut self, dialog: DialogName, alarm: &mut Alarm, deadline: DueTime);

    /// The dialog in this slot is over.
    fn forget_dialog(&mut self, slot: u32);

    /// A call in this slot next changes by itself at this time.
    fn set_call_alarm(&mut self, key: EventKey, slot: u32);

    fn forget_call(&mut self, slot: u32);

    fn is_client_waiting(&self, alarm: &Alarm) -> bool;

    fn is_dialog_waiting(&self, slot: u32, alarm: &Alarm) -> bool;

    /// Forgets everything at the end of the day.
    fn reset(&mut self);
}

/// Timeouts are due 32 s after they are set, so that they are scheduled nearly in order.
pub(super) fn schedule_alarm(events: &mut FutureEventList<Event>, key: EventKey, event: Event) {
    if key.class() == Class::TransactionTimeout as u8 {
        events.schedule_in_lane(Lane::Timeouts as usize, key, event);
    } else {
        events.schedule(key, event);
    }
}

impl PendingEvents for FutureEventList<Event> {
    const ONE_USER: bool = false;

    fn order(position: u64) -> u64 {
        position
    }

    fn schedule(&mut self, key: EventKey, event: Event) {
        Self::schedule(self, key, event);
    }

    fn schedule_message(&mut self, key: EventKey, event: Event) {
        self.schedule_in_lane(Lane::Messages as usize, key, event);
    }

    fn set_client_alarm(&mut self, user: u32, alarm: &mut Alarm, deadline: DueTime) {
        if let Some(due) = alarm.set(deadline) {
            let tie = u64::from(user) << 32;
            schedule_alarm(self, EventKey { due, tie }, Event::ClientAlarm);
        }
    }

    fn set_dialog_alarm(&mut self, dialog: DialogName, alarm: &mut Alarm, deadline: DueTime) {
        if let Some(due) = alarm.set(deadline) {
            let tie = u64::from(dialog.user) << 32 | u64::from(dialog.number);
            schedule_alarm(self, EventKey { due, tie }, Event::DialogAlarm(dialog.slot));
        }
    }

    // What is over leaves its entries behind: they are found stale.
    fn forget_dialog(&mut self, _slot: u32) {}

    fn set_call_alarm(&mut self, key: EventKey, slot: u32) {
        Self::schedule(self, key, Event::CallAlarm(slot));
    }

    fn forget_call(&mut self, _slot: u32) {}

    fn is_client_waiting(&self, alarm: &Alarm) -> bool {
        alarm.is_set()
    }

    fn is_dialog_waiting(&self, _slot: u32, alarm: &Alarm) -> bool {
        alarm.is_set()
    }

    fn reset(&mut self) {
        Self::reset(self);
    }
}
