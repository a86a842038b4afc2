//! The ports of the machines: their outputs and their random draws.

use super::event::Class;
use super::user::ColdState;
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
