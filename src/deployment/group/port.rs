//! The ports of the machines: their outputs and their random draws.

use super::event::{Class, Purpose};
use super::pacer::Pacer;
use super::pending::PendingEvents;
use super::plain_wire::PlainWire;
use super::user::ColdState;
use crate::engine::{Stream, mix};
use crate::protocol::{
    ClientNote, ClientPort, Deadline, Draw, GatewayNote, GatewayPort, Message, Timer,
};
use crate::quantity::{Span, Time};

/// An output of a machine.
#[derive(Clone, Copy)]
pub(super) enum Output {
    Send(Message),
    Client(ClientNote),
    Gateway(GatewayNote),
}

/// Draws that belong to a message, not to a place in a stream: the same for each of its copies.
#[derive(Clone, Copy)]
pub(super) struct KeyedDraws {
    pub(super) seed: u64,
    pub(super) replication: u32,
    /// The user's key.
    pub(super) user: u64,
}

pub(super) struct Port<'a, P> {
    out: &'a mut Vec<Output>,
    draws: &'a mut ColdState,
    keyed: KeyedDraws,
    /// Where messages of a user alone go at once.
    wire: Option<PlainWire<'a, P>>,
    /// What paces the user's set-ups, if anything does.
    pub(super) pacer: Option<&'a mut Pacer>,
    /// A note was made: messages wait behind it, since acting on it may send others.
    noted: bool,
}

impl<'a, P: PendingEvents> Port<'a, P> {
    #[inline]
    pub(super) fn new(
        out: &'a mut Vec<Output>,
        draws: &'a mut ColdState,
        keyed: KeyedDraws,
        wire: impl FnOnce() -> PlainWire<'a, P>,
    ) -> Self {
        Self {
            out,
            draws,
            keyed,
            wire: P::ONE_USER.then(wire),
            pacer: None,
            noted: false,
        }
    }

    #[inline]
    fn send_or_queue(&mut self, message: Message) {
        if P::ONE_USER
            && !self.noted
            && let Some(wire) = &mut self.wire
        {
            return wire.send(&message);
        }
        self.out.push(Output::Send(message));
    }
}

impl<P: PendingEvents> ClientPort for Port<'_, P> {
    fn send(&mut self, message: Message) {
        self.send_or_queue(message);
    }
    fn note(&mut self, note: ClientNote) {
        self.noted = true;
        self.out.push(Output::Client(note));
    }
    fn draw(&mut self, purpose: Draw) -> f64 {
        match purpose {
            Draw::RefreshJitter => self.draws.jitter.uniform(),
            Draw::Reestablish => self.draws.reestablish.uniform(),
            Draw::Glare => self.draws.glare.uniform(),
        }
    }
    fn setup_turn(&mut self, now: Time, gap: Span) -> Time {
        self.pacer
            .as_mut()
            .map_or(now, |pacer| pacer.turn(now, gap))
    }
}

impl<P: PendingEvents> GatewayPort for Port<'_, P> {
    fn send(&mut self, message: Message) {
        self.send_or_queue(message);
    }
    fn note(&mut self, note: GatewayNote) {
        self.noted = true;
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
