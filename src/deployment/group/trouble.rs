//! What goes wrong in the group: faults, middleboxes, forgotten routes, and where users turn then.

use super::super::path::OutageEnd;
use super::super::plan::{FaultPlan, FaultTarget, IdleAction};
use super::*;
use crate::faults::{FaultKind, Occurrence, Schedule};

/// After so long a message sent into a hole is given up and the connection replaced: as a transaction is (assumption).
const REPLACED_AFTER: Span = Span::from_secs(32);
/// Tells the connection of a site from its station, as entities.
const CONNECTION: u32 = 1 << 20;

/// One gateway of the group.
pub(super) struct Site<'a> {
    /// Its number among those of its name.
    pub instance: u32,
    /// The OCS–gateway leg, shared by all of its users.
    pub connection: Connection,
    /// Until when the leg is interrupted.
    pub link_down_until: OutageEnd,
    /// Until when the gateway is down or stalled.
    pub down_until: Option<Time>,
    down_since: Time,
    refuses: bool,
    idle_filed: bool,
    events: u32,
    /// Monitored dialogs.
    pub sessions: u32,
    /// Its servers and queue, where it has any.
    pub station: Option<Station<'a>>,
}

impl<'a> Site<'a> {
    pub fn new(
        plan: &'a Plan,
        gateway: &'a GatewayPlan,
        instance: u32,
        replication: u32,
    ) -> Site<'a> {
        let key = mix(name_key(&gateway.name), u64::from(instance));
        let station = gateway.station.as_ref().map(|config| {
            let stream = Stream::open(plan.seed, replication, key, Purpose::Service as u32);
            Station::new(config, stream, plan.horizon)
        });
        Site {
            instance,
            connection: Connection::default(),
            link_down_until: None,
            down_until: None,
            down_since: Time::ZERO,
            refuses: false,
            idle_filed: false,
            events: 0,
            sessions: 0,
            station,
        }
    }

    /// Whether it is down, and then whether connections are refused, which is noticed at once.
    pub fn down(&self) -> Option<bool> {
        self.down_until.map(|_| self.refuses)
    }
}

/// The leg between a client and OCS, where there is anything to know of it.
#[derive(Default)]
pub(super) struct ClientLine {
    pub connection: Connection,
    pub asleep_until: Option<Time>,
    /// The dialog whose route OCS has forgotten.
    route_lost: Option<u32>,
    routes: Option<Stream>,
    faults: Vec<Stream>,
    occurrences: Vec<Option<Occurrence>>,
    idle_filed: bool,
}

impl ClientLine {
    pub fn new(routes: Stream) -> ClientLine {
        ClientLine {
            routes: Some(routes),
            ..ClientLine::default()
        }
    }
}

/// Tells the end of a fault that hits users one after another from the faults of many.
const ALL_HIT: u32 = 1 << 29;

/// Whom a fault process of the group hits.
#[derive(Clone, Copy)]
enum Victim {
    Site(usize),
    Member(usize),
    Everyone,
}

/// A fault that hits many at once.
struct Process<'a> {
    plan: &'a FaultPlan,
    victim: Victim,
    stream: Stream,
    occurrence: Option<Occurrence>,
    count: u32,
}

/// The faults and middleboxes that concern the group.
pub(super) struct Trouble<'a> {
    processes: Vec<Process<'a>>,
    /// Whether there will be processes: known before they are filed.
    any_process: bool,
    /// Those that hit each user alone.
    personal: Vec<&'a FaultPlan>,
    /// How many users were usable before each of those, while it hits one after another at its scheduled time.
    usable_before: Vec<Option<u64>>,
    middleboxes: bool,
    paths: bool,
    client_leg_down_until: Vec<OutageEnd>,
    ocs_down_until: OutageEnd,
    /// Scheduled faults, and how many users were usable before each, until as many are again.
    waiting: Vec<(Time, u64)>,
}

fn is_personal(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Sleep | FaultKind::NetworkChange)
}

impl<'a> Trouble<'a> {
    /// What concerns the groups of this gateway.
    pub fn of(plan: &'a Plan, gateway: usize) -> Trouble<'a> {
        let members: Vec<usize> = (0..plan.clients.len())
            .filter(|c| plan.clients[*c].gateway == gateway)
            .collect();
        let mine = |fault: &&FaultPlan| match fault.target {
            FaultTarget::Gateway(index, _) => index == gateway,
            FaultTarget::Clients(index) => members.contains(&index),
            FaultTarget::All => true,
        };
        let mut paths = members
            .iter()
            .map(|c| &plan.clients[*c].path)
            .chain([&plan.gateways[gateway].path]);
        let faults: Vec<&FaultPlan> = plan.faults.iter().filter(mine).collect();
        let on_paths = |f: &&&FaultPlan| {
            matches!(
                f.config.kind,
                FaultKind::LinkOutage | FaultKind::OcsFailover
            )
        };
        Trouble {
            any_process: faults.iter().any(|f| !is_personal(f.config.kind)),
            processes: Vec::new(),
            paths: faults.iter().any(|f| on_paths(&f)),
            usable_before: vec![None; faults.len()],
            personal: faults
                .into_iter()
                .filter(|f| is_personal(f.config.kind))
                .collect(),
            middleboxes: paths.any(|p| p.idle_timeout.is_some() || p.route_expiry.is_some()),
            client_leg_down_until: vec![None; members.len()],
            ocs_down_until: None,
            waiting: Vec::new(),
        }
    }

    /// Whether nothing of this kind can happen.
    pub fn is_none(&self) -> bool {
        !self.any_process && self.personal.is_empty() && !self.middleboxes
    }

    /// Whether messages can be held up or lost on their way because of a fault.
    pub fn touches_paths(&self) -> bool {
        self.paths
    }

    /// Until when the leg of these clients is interrupted.
    pub fn client_leg_outage(&self, member: u16) -> OutageEnd {
        self.client_leg_down_until
            .get(member as usize)
            .copied()
            .flatten()
    }

    /// One more user is usable.
    pub fn usable_again(&mut self, usable: u64, now: Time, tally: &mut Tally) {
        self.waiting.retain(|(began, before)| {
            if usable >= *before {
                tally.all_back_us = tally.all_back_us.max(Some((now - *began).0));
            }
            usable < *before
        });
    }

    /// The run ends.
    pub fn close(&self, tally: &mut Tally, horizon: Time) {
        for (began, _) in &self.waiting {
            tally.all_back_open_us = tally.all_back_open_us.max(Some((horizon - *began).0));
        }
    }
}

impl<'a, W: Observer> Group<'a, W> {
    // --- faults ---

    /// Files the first occurrence of every fault that hits this group.
    pub(super) fn file_faults(&mut self) {
        if self.trouble.is_none() {
            return;
        }
        let (plan, replication) = (self.plan, self.replication);
        for fault in plan.faults.iter().filter(|f| !is_personal(f.config.kind)) {
            for (victim, key) in self.victims(fault, self.index) {
                // Numbered apart, so that one more fault shifts the draws of none.
                let key = mix(key, u64::from(fault.number) << 8 | fault.config.kind as u64);
                let stream = Stream::open(plan.seed, replication, key, Purpose::Fault as u32);
                self.trouble.processes.push(Process {
                    plan: fault,
                    victim,
                    stream,
                    occurrence: None,
                    count: 0,
                });
                self.file_next_fault(self.trouble.processes.len() - 1);
            }
        }
        for fault in 0..self.trouble.personal.len() {
            if let Schedule::Once { at, .. } = self.trouble.personal[fault].config.schedule {
                // After the users' own events of that instant.
                let key = EventKey::new(at, Class::Fault as u8, FAULTS | ALL_HIT | fault as u32, 0);
                self.future_events
                    .schedule(key, Event::AllHit(fault as u32));
            }
            for u in 0..self.users.len() as u32 {
                let plan_of = self.trouble.personal[fault];
                let key = mix(
                    self.users[u as usize].key,
                    u64::from(plan_of.number) << 8 | plan_of.config.kind as u64,
                );
                let stream = Stream::open(plan.seed, replication, key, Purpose::Fault as u32);
                let line = &mut self.lines[u as usize];
                line.faults.push(stream);
                line.occurrences.push(None);
                if self.is_hit(u, plan_of) {
                    self.file_next_personal(u, fault);
                }
            }
        }
    }

    /// Whom in this group a fault hits, each with the key of its stream.
    fn victims(&self, fault: &FaultPlan, gateway: usize) -> Vec<(Victim, u64)> {
        let of_gateway = matches!(
            fault.config.kind,
            FaultKind::Crash | FaultKind::Stall | FaultKind::Maintenance
        );
        let sites = |wanted: Option<u32>| {
            let sites = self.sites.iter().enumerate();
            let hit = sites.filter(move |(_, site)| wanted.is_none_or(|w| w == site.instance));
            let name = name_key(&self.gateway.name);
            hit.map(move |(i, site)| (Victim::Site(i), mix(name, u64::from(site.instance))))
                .collect::<Vec<_>>()
        };
        // Everybody's OCS is one: its stream has no gateway in it.
        let ocs = vec![(Victim::Everyone, name_key("OCS"))];
        match fault.target {
            FaultTarget::Gateway(index, _) if index != gateway => Vec::new(),
            FaultTarget::Gateway(..) if fault.config.kind == FaultKind::OcsFailover => ocs,
            FaultTarget::Gateway(_, instance) => sites(instance),
            FaultTarget::Clients(index) if !of_gateway => {
                let member = self.members.iter().position(|m| m.index == index);
                member
                    .map(|m| (Victim::Member(m), name_key(&self.members[m].plan.name)))
                    .into_iter()
                    .collect()
            }
            FaultTarget::Clients(_) => Vec::new(),
            FaultTarget::All if fault.config.kind == FaultKind::OcsFailover => ocs,
            FaultTarget::All => sites(None),
        }
    }

    fn is_hit(&self, u: u32, fault: &FaultPlan) -> bool {
        let user = &self.users[u as usize];
        match fault.target {
            FaultTarget::Gateway(_, instance) => {
                instance.is_none_or(|i| self.sites[user.home as usize].instance == i)
            }
            FaultTarget::Clients(index) => self.members[user.member as usize].index == index,
            FaultTarget::All => true,
        }
    }

    fn file_next_fault(&mut self, index: usize) {
        let now = self.now;
        let process = &mut self.trouble.processes[index];
        let after = process.occurrence.map_or(now, |o| o.ends);
        if process.occurrence.is_some()
            && matches!(process.plan.config.schedule, Schedule::Once { .. })
        {
            return;
        }
        process.occurrence = process
            .plan
            .config
            .schedule
            .next(after, &mut process.stream);
        process.count = process.count.wrapping_add(1);
        if let Some(o) = process.occurrence {
            let key = EventKey::new(
                o.begins,
                Class::Fault as u8,
                FAULTS | index as u32,
                process.count << 1,
            );
            self.future_events.schedule(key, Event::FaultBegins);
        }
    }

    pub(super) fn fault_begins(&mut self, index: usize, count: u32) {
        let process = &self.trouble.processes[index];
        let Some(o) = process.occurrence else { return };
        let (fault, victim) = (&process.plan.config, process.victim);
        let (kind, reset) = (fault.kind, fault.reset);
        let scheduled = matches!(fault.schedule, Schedule::Once { .. });
        let before = self.usable;
        let key = EventKey::new(o.ends, Class::Fault as u8, FAULTS | index as u32, count + 1);
        self.future_events.schedule(key, Event::FaultEnds);
        match (kind, victim) {
            (FaultKind::LinkOutage, Victim::Site(site)) => {
                let until = &mut self.sites[site].link_down_until;
                *until = (*until).max(Some(o.ends));
            }
            (FaultKind::LinkOutage, Victim::Member(member)) => {
                let until = &mut self.trouble.client_leg_down_until[member];
                *until = (*until).max(Some(o.ends));
            }
            (FaultKind::OcsFailover, _) => {
                self.trouble.ocs_down_until = self.trouble.ocs_down_until.max(Some(o.ends));
            }
            (FaultKind::Crash, Victim::Site(site)) => {
                self.take_down(site, o.ends, reset, self.gateway.forgets)
            }
            (FaultKind::Stall, Victim::Site(site)) => {
                self.take_down(site, o.ends, false, Forgets::Nothing)
            }
            (FaultKind::Maintenance, Victim::Site(site)) => {
                self.say_goodbye(site);
                self.take_down(site, o.ends, reset, Forgets::Sessions);
            }
            _ => {}
        }
        self.settle_all(victim);
        if kind == FaultKind::OcsFailover || (reset && kind != FaultKind::LinkOutage) {
            self.reset_connections(victim);
        }
        if scheduled {
            self.wait_for_all(before);
        }
    }

    pub(super) fn fault_ends(&mut self, index: usize, _count: u32) {
        let now = self.now;
        let over = |until: &mut Option<Time>| *until = until.filter(|end| *end > now);
        match self.trouble.processes[index].victim {
            Victim::Site(site) => {
                over(&mut self.sites[site].down_until);
                over(&mut self.sites[site].link_down_until);
            }
            Victim::Member(member) => over(&mut self.trouble.client_leg_down_until[member]),
            Victim::Everyone => {}
        }
        over(&mut self.trouble.ocs_down_until);
        self.settle_all(self.trouble.processes[index].victim);
        self.file_next_fault(index);
    }

    /// The users that a fault process hits.
    fn users_of(&self, victim: Victim) -> Vec<u32> {
        let hit = |user: &User| match victim {
            Victim::Site(site) => user.site as usize == site,
            Victim::Member(member) => user.member as usize == member,
            Victim::Everyone => true,
        };
        (0..self.users.len() as u32)
            .filter(|u| hit(&self.users[*u as usize]))
            .collect()
    }

    fn settle_all(&mut self, victim: Victim) {
        for u in self.users_of(victim) {
            if self.users[u as usize].signed_in {
                self.settle(u);
            }
        }
    }

    /// Both ends notice at once that their connections are gone.
    fn reset_connections(&mut self, victim: Victim) {
        for u in self.users_of(victim) {
            self.reset_connection(u);
        }
    }

    fn reset_connection(&mut self, u: u32) {
        if let Some(line) = self.lines.get_mut(u as usize) {
            line.connection = Connection::default();
        }
        self.with_client(u, |client, config, now, port| {
            client.connection_reset(config, now, port)
        });
    }

    /// A gateway goes down; `forgets` says what it will not know when it is up again.
    fn take_down(&mut self, site: usize, until: Time, refuses: bool, forgets: Forgets) {
        let now = self.now;
        let own = &mut self.sites[site];
        if own.down_until.is_none() {
            own.down_since = now;
        }
        own.down_until = own.down_until.max(Some(until));
        own.refuses = refuses;
        if let Some(station) = &mut own.station {
            station.clear(now);
        }
        let users = self.users_of(Victim::Site(site));
        users
            .iter()
            .filter(|u| self.users[**u as usize].signed_in)
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|u| self.settle(u));
        match forgets {
            Forgets::Nothing => {}
            Forgets::Monitors => {
                for index in 0..self.dialogs.len() as u32 {
                    if self.dialogs[index].site as usize == site {
                        self.dialogs[index].dialog.forget_monitor();
                        self.count_session(index);
                    }
                }
            }
            Forgets::Sessions => users.into_iter().for_each(|u| self.wipe(u, site)),
        }
    }

    /// The gateway forgets every dialog of a user.
    fn wipe(&mut self, u: u32, site: usize) {
        let mut next = self.users[u as usize].dialogs.first();
        while let Some(index) = next {
            next = self.dialogs.after(index);
            let held = &mut self.dialogs[index];
            if held.site as usize != site {
                continue;
            }
            if std::mem::take(&mut held.counted) {
                self.sites[site].sessions -= 1;
            }
            held.alarm = Alarm::IDLE;
            let current = held.dialog.number() == self.users[u as usize].client.dialog();
            self.dialogs
                .remove(&mut self.users[u as usize].dialogs, index);
            if current && self.users[u as usize].signed_in {
                let now = self.now;
                let (probe, record) = self.probe(u);
                probe.wiped(record, now, DropCause::GatewayDown);
            }
        }
    }

    /// Planned maintenance: BYE in every dialog.
    fn say_goodbye(&mut self, site: usize) {
        for u in self.users_of(Victim::Site(site)) {
            let mut next = self.users[u as usize].dialogs.first();
            while let Some(index) = next {
                next = self.dialogs.after(index);
                if self.dialogs[index].site as usize == site {
                    self.with_dialog(index, |dialog, _, now, port| dialog.shut_down(now, port));
                }
            }
        }
    }

    // --- faults of single clients ---

    fn file_own(&mut self, u: u32, at: Time, class: Class, event: Event) {
        let user = &mut self.users[u as usize];
        user.sends = user.sends.wrapping_add(1);
        self.future_events
            .schedule(EventKey::new(at, class as u8, u, user.sends), event);
    }

    fn file_next_personal(&mut self, u: u32, fault: usize) {
        let schedule = self.trouble.personal[fault].config.schedule;
        let line = &mut self.lines[u as usize];
        let before = line.occurrences[fault];
        if before.is_some() && matches!(schedule, Schedule::Once { .. }) {
            return;
        }
        let next = schedule.next(before.map_or(self.now, |o| o.ends), &mut line.faults[fault]);
        line.occurrences[fault] = next;
        if let Some(o) = next {
            self.file_own(
                u,
                o.begins,
                Class::Fault,
                Event::UserFaultBegins(fault as u32),
            );
        }
    }

    pub(super) fn user_fault_begins(&mut self, u: u32, fault: usize) {
        let Some(o) = self.lines[u as usize].occurrences[fault] else {
            return;
        };
        self.trouble.usable_before[fault].get_or_insert(self.usable);
        self.file_own(u, o.ends, Class::Fault, Event::UserFaultEnds(fault as u32));
        match self.trouble.personal[fault].config.kind {
            FaultKind::Sleep => {
                let asleep = &mut self.lines[u as usize].asleep_until;
                *asleep = (*asleep).max(Some(o.ends));
                if self.users[u as usize].signed_in {
                    self.settle(u);
                }
            }
            _ => self.reset_connection(u),
        }
    }

    /// A scheduled fault has hit everybody whom it hits: how long until as many are usable as before?
    pub(super) fn all_hit(&mut self, fault: usize) {
        if let Some(before) = self.trouble.usable_before[fault].take() {
            self.wait_for_all(before);
        }
    }

    fn wait_for_all(&mut self, before: u64) {
        if before > 0 {
            self.trouble.waiting.push((self.now, before));
            self.trouble
                .usable_again(self.usable, self.now, &mut self.tally);
        }
    }

    pub(super) fn user_fault_ends(&mut self, u: u32, fault: usize) {
        let now = self.now;
        let asleep = &mut self.lines[u as usize].asleep_until;
        *asleep = asleep.filter(|wakes| *wakes > now);
        if self.users[u as usize].signed_in {
            self.settle(u);
        }
        self.file_next_personal(u, fault);
    }

    /// Who signs in or out has woken the PC.
    pub(super) fn wake(&mut self, u: u32) {
        if let Some(line) = self.lines.get_mut(u as usize) {
            line.asleep_until = None;
        }
    }

    pub(super) fn is_asleep(&self, u: u32) -> bool {
        self.lines
            .get(u as usize)
            .is_some_and(|line| line.asleep_until.is_some())
    }

    // --- middleboxes ---

    /// A message was put onto the client's leg.
    pub(super) fn used_client_leg(&mut self, u: u32, from: Side) {
        let path = &self.members[self.users[u as usize].member as usize]
            .plan
            .path;
        let Some(idle) = path.idles_after() else {
            return;
        };
        let line = &mut self.lines[u as usize];
        if line.connection.forgotten {
            let found = from == Side::Client
                && !std::mem::replace(&mut line.connection.replacing, from == Side::Client);
            if found {
                self.file_own(
                    u,
                    self.now + REPLACED_AFTER,
                    Class::Arrival,
                    Event::Replaced,
                );
            }
        } else if !std::mem::replace(&mut line.idle_filed, true) {
            self.file_own(u, self.now + idle, Class::Arrival, Event::Idle);
        }
    }

    /// A message was put onto the leg between OCS and a gateway.
    pub(super) fn used_gateway_leg(&mut self, index: u16, from: Side) {
        let Some(idle) = self.gateway.path.idles_after() else {
            return;
        };
        let site = &mut self.sites[index as usize];
        if site.connection.forgotten {
            if from == Side::Client && !std::mem::replace(&mut site.connection.replacing, true) {
                self.file_of_site(index, self.now + REPLACED_AFTER, Event::Replaced);
            }
        } else if !std::mem::replace(&mut site.idle_filed, true) {
            self.file_of_site(index, self.now + idle, Event::Idle);
        }
    }

    fn file_of_site(&mut self, index: u16, at: Time, event: Event) {
        let site = &mut self.sites[index as usize];
        site.events = site.events.wrapping_add(1);
        let key = EventKey::new(
            at,
            Class::Arrival as u8,
            SITES | CONNECTION | u32::from(index),
            site.events,
        );
        self.future_events.schedule(key, event);
    }

    /// A connection may have been idle for too long.
    pub(super) fn idle(&mut self, entity: u32) {
        let index = (entity >= SITES).then_some((entity & (CONNECTION - 1)) as usize);
        let path = match index {
            Some(_) => &self.gateway.path,
            None => {
                &self.members[self.users[entity as usize].member as usize]
                    .plan
                    .path
            }
        };
        let Some(idle) = path.idles_after() else {
            return;
        };
        let (action, keep_alive) = (path.idle_action, path.keep_alive);
        let (connection, filed) = match index {
            Some(site) => {
                let site = &mut self.sites[site];
                (&mut site.connection, &mut site.idle_filed)
            }
            None => {
                let line = &mut self.lines[entity as usize];
                (&mut line.connection, &mut line.idle_filed)
            }
        };
        *filed = false;
        if connection.forgotten {
            return;
        }
        let due = connection.used + idle;
        if due > self.now {
            *filed = true;
            return self.file_for(entity, due, Event::Idle);
        }
        if action == IdleAction::Reset {
            return match index {
                Some(site) => self.reset_connections(Victim::Site(site)),
                None => self.reset_connection(entity),
            };
        }
        connection.forgotten = true;
        // A keep-alive that comes too late finds the hole.
        if let Some(keep_alive) = keep_alive {
            connection.replacing = true;
            let at = connection.used + keep_alive + REPLACED_AFTER;
            self.file_for(entity, at, Event::Replaced);
        }
        self.settle_entity(entity);
    }

    fn file_for(&mut self, entity: u32, at: Time, event: Event) {
        match entity >= SITES {
            true => self.file_of_site((entity & (CONNECTION - 1)) as u16, at, event),
            false => self.file_own(entity, at, Class::Arrival, event),
        }
    }

    /// Everybody at a gateway may stand elsewhere now.
    pub(super) fn settle_site(&mut self, index: u16) {
        self.settle_all(Victim::Site(index as usize));
    }

    fn settle_entity(&mut self, entity: u32) {
        if entity >= SITES {
            self.settle_all(Victim::Site((entity & (CONNECTION - 1)) as usize));
        } else if self.users[entity as usize].signed_in {
            self.settle(entity);
        }
    }

    /// A connection that led nowhere is replaced.
    pub(super) fn replaced(&mut self, entity: u32) {
        let connection = match entity >= SITES {
            true => &mut self.sites[(entity & (CONNECTION - 1)) as usize].connection,
            false => &mut self.lines[entity as usize].connection,
        };
        *connection = Connection::default();
        connection.used = self.now;
        self.settle_entity(entity);
    }

    // --- OCS ---

    /// OCS learns of a new dialog, whose route it will forget.
    fn file_route_expiry(&mut self, u: u32) {
        let user = &self.users[u as usize];
        let path = &self.members[user.member as usize].plan.path;
        let Some((from, to)) = path.route_expiry.or(self.gateway.path.route_expiry) else {
            return;
        };
        let dialog = user.client.dialog();
        let Some(routes) = &mut self.lines[u as usize].routes else {
            return;
        };
        let after = from + Span::from_micros_f64((to - from).0 as f64 * routes.uniform());
        self.file_own(
            u,
            self.now + after,
            Class::Fault,
            Event::RouteExpires(dialog),
        );
    }

    pub(super) fn route_expires(&mut self, u: u32, dialog: u32) {
        self.lines[u as usize].route_lost = Some(dialog);
        if self.users[u as usize].signed_in {
            self.settle(u);
        }
    }

    /// Whether a message ends at OCS: because it is away, or because it has forgotten the route and answers 481.
    pub(super) fn is_lost_at_ocs(&mut self, u: u32, message: &Message) -> bool {
        if self.trouble.ocs_down_until.is_some() {
            self.observer.message(self.now, u, message, Fate::Lost);
            return true;
        }
        if self.lines.get(u as usize).and_then(|line| line.route_lost) != Some(message.dialog) {
            return false;
        }
        if message.is_request() && message.subject != Subject::Ack {
            let answer = message.answer(Status::DoesNotExist481);
            let arrival = match message.from {
                Side::Client => self.cross_client_leg(u, Side::Gateway),
                Side::Gateway => self.cross_gateway_leg(u, Side::Client),
            };
            self.under_way(
                u,
                answer,
                arrival,
                message.from == Side::Gateway,
                Event::Arrival,
            );
        }
        true
    }

    // --- where users turn ---

    /// What stands between a user and the gateway; `None`: both directions are reachable.
    pub(super) fn hindrance(&self, u: u32) -> Option<DropCause> {
        let user = &self.users[u as usize];
        let site = &self.sites[user.site as usize];
        let line = self.lines.get(u as usize);
        if site.down_until.is_some() {
            return Some(DropCause::GatewayDown);
        }
        if line.is_some_and(|l| l.route_lost == Some(user.client.dialog())) {
            return Some(DropCause::RouteExpired);
        }
        let broken = site.link_down_until.is_some()
            || site.connection.forgotten
            || self.trouble.ocs_down_until.is_some()
            || self.trouble.client_leg_outage(user.member).is_some()
            || line.is_some_and(|l| l.connection.forgotten || l.asleep_until.is_some());
        broken.then_some(DropCause::PathLost)
    }

    /// A set-up begins: at the user's own gateway, or at a spare one where that has been down for long enough.
    pub(super) fn choose_site(&mut self, u: u32) {
        self.file_route_expiry(u);
        let (count, spare) = (self.gateway.count as usize, self.gateway.spare as usize);
        if spare == 0 {
            return;
        }
        let user = &self.users[u as usize];
        let home = &self.sites[user.home as usize];
        let away =
            home.down_until.is_some() && self.now >= home.down_since + self.gateway.rehome_after;
        let first = user.number as usize % spare;
        let spares = (0..spare).map(|i| count + (first + i) % spare);
        let standing_by = spares
            .filter(|_| away)
            .find(|s| self.sites[*s].down_until.is_none());
        let chosen = standing_by.unwrap_or(user.home as usize);
        let instance = self.sites[chosen].instance;
        let user = &mut self.users[u as usize];
        user.site = chosen as u16;
        user.record.served_by(instance);
    }
}
