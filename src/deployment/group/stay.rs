//! The days of a user: on each working day the same day again, drawn anew from streams keyed by the day.

use super::super::plan::ClientPlan;
use super::event::Purpose;
use crate::engine::{Stream, mix};
use crate::quantity::Time;

/// The streams of one user.
#[derive(Clone, Copy)]
pub(super) struct UserStreams {
    pub(super) seed: u64,
    pub(super) replication: u32,
    /// The user's key.
    pub(super) key: u64,
}

impl UserStreams {
    /// What is drawn once for the whole run.
    pub(super) fn open(self, purpose: Purpose) -> Stream {
        self.open_on(0, purpose)
    }

    /// What is drawn for a day of the run, counted from 0: what happens on one day moves nothing on another.
    pub(super) fn open_on(self, day: u16, purpose: Purpose) -> Stream {
        let entity = match day {
            0 => self.key,
            _ => mix(self.key, u64::from(day)),
        };
        Stream::open(self.seed, self.replication, entity, purpose as u32)
    }
}

/// From the first sign-in of a working day until the sign-out that ends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stay {
    /// The day of the run, counted from 0.
    pub(super) day: u16,
    pub(super) sign_in: Time,
    /// `None`: not before the horizon.
    pub(super) sign_out: Option<Time>,
    /// When lunch begins and ends.
    pub(super) lunch: Option<(Time, Time)>,
    /// The day of the next stay, where there is one.
    pub(super) next: Option<u16>,
}

/// The days of the users of a client group.
#[derive(Clone, Copy)]
pub(super) struct Days<'a> {
    pub(super) clients: &'a ClientPlan,
    /// The run's start on their clocks, microseconds since midnight.
    pub(super) start_us: i64,
    pub(super) horizon: Time,
    /// The last day on which somebody may sign in.
    last: u16,
}

impl<'a> Days<'a> {
    pub(super) fn new(clients: &'a ClientPlan, start_us: i64, horizon: Time) -> Self {
        Self {
            clients,
            start_us,
            horizon,
            last: clients.sign_in.last_day(start_us, horizon),
        }
    }

    /// The first day from `day` on that the user attends, and the sign-in on it.
    fn attended(&self, streams: UserStreams, day: u16) -> Option<(u16, Time)> {
        let share = self.clients.attendance;
        // Drawn from a stream of its own, so that attendance moves nobody's sign-in.
        let attends = |day: &u16| {
            self.clients.days.is_working(*day)
                && (share == 1.0 || streams.open_on(*day, Purpose::Attendance).chance(share))
        };
        let day = (day..=self.last).find(attends)?;
        let stream = &mut streams.open_on(day, Purpose::SignIn);
        let sign_in = self.clients.sign_in.draw(day, self.start_us, stream);
        Some((day, sign_in))
    }

    fn sign_out(&self, streams: UserStreams, day: u16, sign_in: Time) -> Option<Time> {
        let sign_out = self.clients.sign_out?;
        let stream = &mut streams.open_on(day, Purpose::SignOut);
        let at = sign_out.draw(day, self.start_us, stream);
        (at > sign_in).then_some(at)
    }

    /// The first stay from `day` on. Who would sign in again before the sign-out stays signed in.
    pub(super) fn stay(&self, streams: UserStreams, day: u16) -> Option<Stay> {
        let (day, sign_in) = self.attended(streams, day)?;
        let mut sign_out = self.sign_out(streams, day, sign_in);
        let mut next = None;
        if self.last > day && self.clients.sign_out.is_some() {
            next = self.attended(streams, day + 1);
            while let Some((again, at)) = next
                && sign_out.is_none_or(|out| out >= at)
            {
                sign_out = self.sign_out(streams, again, at);
                next = self.attended(streams, again + 1);
            }
        }
        let lunch = self.clients.lunch.map(|lunch| {
            let stream = &mut streams.open_on(day, Purpose::Lunch);
            let leaves = lunch.at.draw(day, self.start_us, stream);
            (leaves, leaves + lunch.lasts)
        });
        Some(Stay {
            day,
            sign_in,
            sign_out,
            lunch,
            next: next
                .filter(|(_, at)| *at < self.horizon)
                .map(|(day, _)| day),
        })
    }
}
