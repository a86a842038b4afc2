//! The ports of the machines: their outputs and their random draws.

use super::event::{Class, Purpose};
use super::user::ColdState;
use crate::engine::{Stream, mix};
use crate::protocol::{
    ClientNote, ClientPort, Deadline, Draw, GatewayNote, GatewayPort, Message, Timer,
};
use crate::quantity::Time;

/// An output of a machine.
#[derive(Clone, Copy)]
pub(super) enum Output {
    Send(Message),
    Client(ClientNote),
    Gateway(GatewayNote),
}

pub(super) struct Port<'a> {
    pub(super) out: &'a mut Vec<Output>,
    pub(super) draws: &'a mut ColdState,
    pub(super) keyed: KeyedDraws,
}

/// Draws that belong to a message, not to a place in a stream: the same for each of its copies.
#[derive(Clone, Copy)]
pub(super) struct KeyedDraws {
    pub(super) seed: u64,
    pub(super) replication: u32,
    /// The user's key.
    pub(super) user: u64,
}

impl ClientPort for Port<'_> {
    fn send(&mut self, message: Message) {
        self.out.push(Output::Send(message));
    }
    fn note(&mut self, note: ClientNote) {
        self.out.push(Output::Client(note));
    }
    fn draw(&mut self, purpose: Draw) -> f64 {
        match purpose {
            Draw::RefreshJitter => self.draws.jitter.uniform(),
            Draw::Reestablish => self.draws.reestablish.uniform(),
            Draw::Glare => self.draws.glare.uniform(),
        }
    }
}

impl GatewayPort for Port<'_> {
    fn send(&mut self, message: Message) {
        self.out.push(Output::Send(message));
    }
    fn note(&mut self, note: GatewayNote) {
        self.out.push(Output::Gateway(note));
    }
    fn draw_glare(&mut self) -> f64 {
        self.draws.gateway_glare.uniform()
    }
    fn draw_share(&mut self, refresh: &Message) -> f64 {
        let KeyedDraws {
            seed,
            replication,
            user,
        } = self.keyed;
        let message = u64::from(refresh.dialog) << 16 | u64::from(refresh.cseq);
        Stream::open(seed, replication, mix(user, message), Purpose::Share as u32).uniform()
    }
}

pub(super) fn class_of(timer: Timer) -> u8 {
    match timer {
        Timer::TransactionTimeout => Class::TransactionTimeout as u8,
        Timer::SessionExpiry => Class::SessionExpiry as u8,
        Timer::Client => Class::ClientTimer as u8,
    }
}

/// Timers that came due while their machine was asleep or down fire at once.
pub(super) fn due_of(deadline: Option<Deadline>, now: Time) -> Option<(Time, u8)> {
    deadline.map(|(at, timer)| (at.max(now), class_of(timer)))
}
