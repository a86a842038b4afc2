//! The day of users begins and ends: their state, streams and first events.

use std::ops::Range;

use super::super::list_pool::List;
use super::super::randomness::varies;
use super::*;

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// Adds these users of a cohort, before the day begins.
    pub(super) fn admit_users(&mut self, cohort: u16, users: Range<u32>) {
        let (groups, _) = self.gateway.groups();
        let first = self.number;
        let cohort_state = &mut self.cohorts[cohort as usize];
        cohort_state.probe.tally.users += u64::from(users.end - users.start);
        let group_key = name_key(&cohort_state.plan.name);
        self.users.reserve_exact(users.len());
        self.cold.reserve_exact(users.len());
        // Users are assigned to gateways in turn, so that one more user moves no other.
        for number in users.map(|position| first + position * groups) {
            self.admit_user(cohort, number, mix(group_key, u64::from(number)));
        }
    }

    fn admit_user(&mut self, cohort: u16, number: u32, key: u64) {
        let Cohort {
            plan: clients,
            delay_only,
            reliable,
            ..
        } = self.cohorts[cohort as usize];
        let streams = self.streams(key);
        let open = |purpose: Purpose| streams.open(purpose);
        let calls = &clients.workload;
        let rate = own_rate(calls.spread, &mut open(Purpose::OwnRate));
        // The calls begin with a sign-in.
        let process = |purpose, common_rate: f64| match &clients.recorded_calls {
            None => CallProcess::idle(open(purpose), common_rate * rate),
            Some(_) => CallProcess::idle(open(purpose), 0.0),
        };
        let home = if self.gateway.groups().0 == 1 {
            (number % self.gateway.count) as u16
        } else {
            0
        };
        if !delay_only || !self.impairments.is_none() {
            self.lines
                .resize_with(self.users.len(), ClientLine::default);
            self.lines.push(ClientLine::new(open(Purpose::RouteExpiry)));
        }
        self.users.push(User {
            client: Client::new(reliable),
            alarm: Alarm::IDLE,
            record: UserRecord::new(self.instances[home as usize].number),
            signed_in: false,
            program: match &clients.mix[..] {
                [] => 0,
                _ => clients.program(open(Purpose::Mix).uniform()),
            },
            cohort,
            home,
            instance: home,
            number,
            sends: 0,
            calls_made: 0,
            key,
            dialogs: List::EMPTY,
            calls: List::EMPTY,
            incoming: process(Purpose::Incoming, calls.incoming_per_s),
            outgoing: process(Purpose::Outgoing, calls.outgoing_per_s),
        });
        // Those that are recorded are scheduled row by row.
        if clients.recorded_signs.is_none() {
            self.begin_day(self.users.len() as u32 - 1, 0);
        }
        if clients.path.connection_lifetime.is_some() {
            let user = self.users.len() as u32 - 1;
            self.lines[user as usize].deaths = Some(open(Purpose::ConnectionDeath));
            self.schedule_death(user);
        }
        self.cold.push(ColdState {
            jitter: open(Purpose::RefreshJitter),
            reestablish: open(Purpose::Reestablish),
            glare: open(Purpose::Glare),
            gateway_glare: open(Purpose::GatewayGlare),
            loss: open(Purpose::Loss),
            byes: Vec::new(),
        });
    }

    pub(super) fn streams(&self, key: u64) -> UserStreams {
        UserStreams {
            seed: self.plan.seed,
            replication: self.replication,
            key,
        }
    }

    /// Notes whether chance decided anything for the users: one of their streams has moved.
    fn note_chance(&mut self) {
        self.tally.is_random = self.tally.is_random
            || (self.users.iter().zip(&self.cold)).any(|(user, cold)| self.has_drawn(user, cold));
    }

    fn has_drawn(&self, user: &User, cold: &ColdState) -> bool {
        let streams = self.streams(user.key);
        let has_moved = |purpose: Purpose, stream: &Stream| *stream != streams.open(purpose);
        let config = self.cohorts[user.cohort as usize]
            .plan
            .config_of(user.program);
        has_moved(Purpose::RefreshJitter, &cold.jitter)
            || has_moved(Purpose::Glare, &cold.glare)
            || has_moved(Purpose::GatewayGlare, &cold.gateway_glare)
            || (varies(config.reestablish) && has_moved(Purpose::Reestablish, &cold.reestablish))
    }

    /// Ends the day of all users and clears their state.
    pub(super) fn end_day(&mut self) {
        self.check_deadlines();
        self.order = u64::MAX;
        self.count_waiting();
        // Nothing happens at the horizon itself.
        self.now = Time(self.horizon.0.saturating_sub(1));
        for u in 0..self.users.len() as u32 {
            if self.users[u as usize].signed_in {
                let (number, horizon) = (self.users[u as usize].number, self.horizon);
                if !self.impairments.is_none() {
                    self.note_overdue_end(u);
                }
                let (probe, record) = self.probe(u);
                probe.close(record, number, horizon);
            }
        }
        self.note_chance();
        self.users.clear();
        self.cold.clear();
        self.dialogs.clear();
        self.calls.clear();
        self.future_events.reset();
    }
}
