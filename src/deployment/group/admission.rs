//! The day of users begins and ends: their state, streams and first events.

use std::ops::Range;

use super::super::list_pool::List;
use super::replay::sign_in_class;
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
            plain,
            reliable,
            start_us,
            ..
        } = self.cohorts[cohort as usize];
        let (seed, replication) = (self.plan.seed, self.replication);
        let open = |purpose: Purpose| Stream::open(seed, replication, key, purpose as u32);
        let sign_in = clients.sign_in.draw(start_us, &mut open(Purpose::SignIn));
        self.schedule_drawn_day(clients, start_us, sign_in, open);
        let varies = self.cohorts[cohort as usize].call_rate();
        let calls = &clients.workload;
        let rate = own_rate(calls.spread, &mut open(Purpose::OwnRate));
        let process =
            |purpose, common_rate: f64| match (&clients.recorded_calls, &clients.recorded_signs) {
                (None, None) if clients.lunch.is_none() => {
                    CallProcess::new(open(purpose), common_rate * rate, sign_in, varies)
                }
                // The calls begin with the first sign-in, and go on unheard while the user is signed out.
                (None, _) => CallProcess::idle(open(purpose), common_rate * rate),
                (Some(_), _) => CallProcess::idle(open(purpose), 0.0),
            };
        let home = if self.gateway.groups().0 == 1 {
            (number % self.gateway.count) as u16
        } else {
            0
        };
        if !plain || !self.impairments.is_none() {
            self.lines
                .resize_with(self.users.len(), ClientLine::default);
            self.lines.push(ClientLine::new(open(Purpose::RouteExpiry)));
        }
        self.users.push(User {
            client: Client::new(reliable),
            alarm: Alarm::IDLE,
            record: UserRecord::new(self.instances[home as usize].number),
            signed_in: false,
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

    /// Schedules the sign-ins and sign-outs of the next user, unless they are recorded: those are scheduled row by row.
    fn schedule_drawn_day(
        &mut self,
        clients: &ClientPlan,
        start_us: i64,
        sign_in: Time,
        open: impl Fn(Purpose) -> Stream,
    ) {
        // Drawn from a stream of its own, so that attendance moves nobody's sign-in.
        let attends =
            clients.attendance == 1.0 || open(Purpose::Attendance).chance(clients.attendance);
        if !attends || clients.recorded_signs.is_some() {
            return;
        }
        let user = self.users.len() as u32;
        let key = EventKey::new(sign_in, sign_in_class(clients) as u8, user, 0);
        self.future_events.schedule(key, Event::SignIn);
        let sign_out = clients
            .sign_out
            .map(|s| s.draw(start_us, &mut open(Purpose::SignOut)));
        let lunch = clients.lunch.map(|lunch| {
            let leaves = lunch.at.draw(start_us, &mut open(Purpose::Lunch));
            (leaves, leaves + lunch.lasts)
        });
        let sign_out = sign_out.filter(|at| *at > sign_in);
        self.schedule_rest_of_day(user, sign_in, sign_out, lunch);
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
        self.users.clear();
        self.cold.clear();
        self.dialogs.clear();
        self.calls.clear();
        self.future_events.reset();
    }
}
