//! Observers of a run; `()` observes nothing and costs nothing.

use super::call::Direction;
use crate::measure::DropCause;
use crate::protocol::{ClientNote, GatewayNote, Message};
use crate::quantity::Time;
use crate::workload::CallDraws;

/// What happened to a copy of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Put on the wire.
    Sent,
    /// Received at the other end.
    Received,
    /// Lost on the way.
    Lost,
}

/// An observer of one group. Users are numbered within the group.
pub trait Observer {
    /// Whether it observes anything: if so, all users are simulated together, and their events come in time order.
    const OBSERVES: bool = true;

    /// A copy of a message.
    fn message(&mut self, _now: Time, _user: u32, _message: &Message, _fate: Fate) {}
    /// A note of the client machine.
    fn client(&mut self, _now: Time, _user: u32, _note: ClientNote) {}
    /// A note of the gateway machine of this dialog.
    fn gateway(&mut self, _now: Time, _user: u32, _dialog: u32, _note: GatewayNote) {}
    /// A relay between the legs ended the user's dialog: why, and the key that decides.
    fn relay(&mut self, _now: Time, _user: u32, _why: &'static str, _key: &'static str) {}
    /// The gateway follows as many calls as it can: no event of this one comes.
    fn not_followed(&mut self, _now: Time, _user: u32, _call: u32) {}
    /// The user's usability ended or came back, and what impaired it: nothing, where an end of the dialog is gone.
    fn usable(&mut self, _now: Time, _user: u32, _usable: bool, _impairment: Option<DropCause>) {}
    /// A call was created.
    fn call(
        &mut self,
        _now: Time,
        _user: u32,
        _number: u32,
        _direction: Direction,
        _draws: &CallDraws,
    ) {
    }
}

impl Observer for () {
    const OBSERVES: bool = false;
}
