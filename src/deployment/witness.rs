//! What an observer of a run may see; `()` sees nothing and costs nothing.

use super::call::Direction;
use crate::protocol::{ClientNote, GatewayNote, Message};
use crate::quantity::Time;
use crate::workload::CallDraws;

/// What became of a copy of a message.
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
pub trait Witness {
    /// Whether it looks: then all users go through the day together, in the order of time.
    const LOOKS: bool = true;

    /// A copy of a message.
    fn message(&mut self, _now: Time, _user: u32, _message: &Message, _fate: Fate) {}
    /// The client machine said something.
    fn client(&mut self, _now: Time, _user: u32, _note: ClientNote) {}
    /// The gateway's machine of the given dialog said something.
    fn gateway(&mut self, _now: Time, _user: u32, _dialog: u32, _note: GatewayNote) {}
    /// A call came into being.
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

impl Witness for () {
    const LOOKS: bool = false;
}
