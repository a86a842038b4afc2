//! Faults that hit many users at once: of gateways, links and OCS.

use super::super::plan::{FaultPlan, FaultTarget};
use super::super::rare_faults::{FirstOccurrence, source, user_source};
use super::event::{fault_stream, instance_key, ocs_key};
use super::impairments::{Process, Victim};
use super::*;
use crate::faults::{FaultKind, Schedule};

/// Distinguishes the end of a fault of single users from the faults of many, as entities.
const ALL_USERS_HIT: u32 = 1 << 29;

impl<'a, W: Observer, P: PendingEvents> Group<'a, W, P> {
    /// Schedules the first occurrence of every fault of this group.
    pub(super) fn schedule_faults(&mut self) {
        if self.impairments.is_none() {
            return;
        }
        let (plan, replication) = (self.plan, self.replication);
        let is_common = |f: &FaultPlan| !f.config.kind.is_personal() && f.config.kind.is_failure();
        let all_faults = plan.faults.iter().enumerate();
        for (number, fault) in all_faults.filter(|(_, f)| is_common(f)) {
            for (victim, key) in self.victims(fault, self.index) {
                let instance = match victim {
                    Victim::Instance(i) => self.instances[i].number,
                    Victim::Cohort(_) | Victim::Everyone => 0,
                };
                let source = source(plan, fault, self.index, instance);
                let foreknown = plan.foreknown.as_ref();
                let stream = fault_stream(plan, replication, fault, key);
                self.impairments.processes.push(Process {
                    plan: fault,
                    victim,
                    stream,
                    first: foreknown
                        .and_then(|foreknown| foreknown.first_occurrence(number, source)),
                    occurrence: None,
                    count: 0,
                });
                self.schedule_next_fault(self.impairments.processes.len() - 1);
            }
        }
        for fault in 0..self.impairments.personal.len() {
            if let Schedule::Once { at, .. } = self.impairments.personal[fault].config.schedule {
                // After the users' own events of that instant.
                let key = EventKey::new(
                    at,
                    Class::Fault as u8,
                    FAULTS | ALL_USERS_HIT | fault as u32,
                    0,
                );
                self.future_events
                    .schedule(key, Event::AllUsersHit(fault as u32));
            }
            let plan_of = self.impairments.personal[fault];
            let number = plan.faults.iter().position(|f| std::ptr::eq(f, plan_of));
            let foreknown = plan.foreknown.as_ref().zip(number);
            for u in 0..self.users.len() as u32 {
                let stream = fault_stream(plan, replication, plan_of, self.users[u as usize].key);
                let line = &mut self.lines[u as usize];
                line.faults.push(stream);
                line.occurrences.push(None);
                if self.is_hit(u, plan_of) {
                    let user = &self.users[u as usize];
                    let clients = self.cohorts[user.cohort as usize].index;
                    let source = user_source(plan, plan_of, clients, user.number);
                    let first = foreknown.and_then(|(occurrences, number)| {
                        occurrences.first_occurrence(number, source)
                    });
                    self.schedule_user_fault(u, fault, first);
                }
            }
        }
    }

    /// What a fault hits in this group, each with the key of its stream.
    pub(super) fn victims(&self, fault: &FaultPlan, gateway: usize) -> Vec<(Victim, u64)> {
        let of_gateway = matches!(
            fault.config.kind,
            FaultKind::Crash | FaultKind::Stall | FaultKind::Maintenance
        );
        let instances = |number: Option<u32>| {
            let instances = self.instances.iter().enumerate();
            let hit =
                instances.filter(move |(_, instance)| number.is_none_or(|w| w == instance.number));
            let name = &self.gateway.name;
            hit.map(move |(i, instance)| (Victim::Instance(i), instance_key(name, instance.number)))
                .collect::<Vec<_>>()
        };
        let ocs = vec![(Victim::Everyone, ocs_key())];
        match fault.target {
            FaultTarget::Gateway(index, _) if index != gateway => Vec::new(),
            FaultTarget::Gateway(..) if fault.config.kind == FaultKind::OcsFailover => ocs,
            FaultTarget::Gateway(_, instance) => instances(instance),
            FaultTarget::Clients(index) if !of_gateway => {
                let cohort = self.cohorts.iter().position(|m| m.index == index);
                cohort
                    .map(|m| (Victim::Cohort(m), name_key(&self.cohorts[m].plan.name)))
                    .into_iter()
                    .collect()
            }
            FaultTarget::Clients(_) => Vec::new(),
            FaultTarget::All if fault.config.kind == FaultKind::OcsFailover => ocs,
            FaultTarget::All => instances(None),
        }
    }

    pub(super) fn is_hit(&self, u: u32, fault: &FaultPlan) -> bool {
        let user = &self.users[u as usize];
        match fault.target {
            FaultTarget::Gateway(_, instance) => {
                instance.is_none_or(|i| self.instances[user.home as usize].number == i)
            }
            FaultTarget::Clients(index) => self.cohorts[user.cohort as usize].index == index,
            FaultTarget::All => true,
        }
    }

    pub(super) fn schedule_next_fault(&mut self, index: usize) {
        let now = self.now;
        let process = &mut self.impairments.processes[index];
        let after = process.occurrence.map_or(now, |o| o.ends);
        if process.occurrence.is_some()
            && matches!(process.plan.config.schedule, Schedule::Once { .. })
        {
            return;
        }
        let schedule = &process.plan.config.schedule;
        process.occurrence = match process.first.take() {
            None => schedule.next(after, &mut process.stream),
            Some(FirstOccurrence::After(until)) => schedule.next(until, &mut process.stream),
            Some(FirstOccurrence::At(at)) => schedule.at(at, &mut process.stream),
        };
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
        let process = &self.impairments.processes[index];
        let Some(o) = process.occurrence else { return };
        let (fault, victim) = (&process.plan.config, process.victim);
        let (kind, reset) = (fault.kind, fault.reset);
        let scheduled = matches!(fault.schedule, Schedule::Once { .. });
        let before = self.usable_before_faults();
        let key = EventKey::new(o.ends, Class::Fault as u8, FAULTS | index as u32, count + 1);
        self.future_events.schedule(key, Event::FaultEnds);
        match (kind, victim) {
            (FaultKind::LinkOutage, Victim::Instance(instance)) => {
                let until = &mut self.instances[instance].link_down_until;
                *until = (*until).max(Some(o.ends));
            }
            (FaultKind::LinkOutage, Victim::Cohort(cohort)) => {
                let until = &mut self.impairments.client_leg_down_until[cohort];
                *until = (*until).max(Some(o.ends));
            }
            (FaultKind::OcsFailover, _) => {
                self.impairments.ocs_down_until = self.impairments.ocs_down_until.max(Some(o.ends));
            }
            (FaultKind::Crash, Victim::Instance(instance)) => {
                self.take_down(instance, o.ends, reset, self.gateway.forgets)
            }
            (FaultKind::Stall, Victim::Instance(instance)) => {
                self.take_down(instance, o.ends, false, Forgets::Nothing)
            }
            (FaultKind::Maintenance, Victim::Instance(instance)) => {
                if self.instances[instance].down().is_none() {
                    self.send_bye_in_all_dialogs(instance);
                }
                self.take_down(instance, o.ends, reset, Forgets::Sessions);
            }
            _ => {}
        }
        self.update_states(victim);
        if kind == FaultKind::OcsFailover || (reset && kind != FaultKind::LinkOutage) {
            self.reset_connections(victim);
        }
        if scheduled {
            self.await_recovery(before);
        }
    }

    pub(super) fn fault_ends(&mut self, index: usize, _count: u32) {
        let now = self.now;
        let victim = self.impairments.processes[index].victim;
        let over = |until: &mut Option<Time>| *until = until.filter(|end| *end > now);
        match victim {
            Victim::Instance(instance) => {
                over(&mut self.instances[instance].down_until);
                over(&mut self.instances[instance].refuses_until);
                over(&mut self.instances[instance].link_down_until);
            }
            Victim::Cohort(cohort) => over(&mut self.impairments.client_leg_down_until[cohort]),
            Victim::Everyone => {}
        }
        over(&mut self.impairments.ocs_down_until);
        for u in self.users_of(victim) {
            self.note_overdue_end(u);
        }
        self.update_states(victim);
        self.schedule_link_restored(victim, index as u32);
        self.schedule_next_fault(index);
    }

    /// The users that a fault process hits.
    pub(super) fn users_of(&self, victim: Victim) -> Vec<u32> {
        let hit = |user: &User| match victim {
            Victim::Instance(instance) => user.instance as usize == instance,
            Victim::Cohort(cohort) => user.cohort as usize == cohort,
            Victim::Everyone => true,
        };
        (0..self.users.len() as u32)
            .filter(|u| hit(&self.users[*u as usize]))
            .collect()
    }

    pub(super) fn update_states(&mut self, victim: Victim) {
        for u in self.users_of(victim) {
            if self.users[u as usize].signed_in {
                self.update_state(u);
            }
        }
    }

    /// Resets the connections; both ends notice at once.
    pub(super) fn reset_connections(&mut self, victim: Victim) {
        for u in self.users_of(victim) {
            self.reset_connection(u);
        }
    }

    pub(super) fn reset_connection(&mut self, u: u32) {
        if let Some(line) = self.lines.get_mut(u as usize) {
            line.connection = Connection::default();
            line.connection.last_traffic = self.now; // a new one
        }
        self.with_client(u, |client, config, now, port| {
            client.connection_reset(config, now, port)
        });
    }

    /// Takes an instance down; `forgets` is what it no longer knows when it is up again.
    pub(super) fn take_down(
        &mut self,
        instance: usize,
        until: Time,
        refuses: bool,
        forgets: Forgets,
    ) {
        let now = self.now;
        let gateway = &mut self.instances[instance];
        if gateway.down_until.is_none() {
            gateway.down_since = now;
        }
        gateway.down_until = gateway.down_until.max(Some(until));
        if refuses {
            gateway.refuses_until = gateway.refuses_until.max(Some(until));
        }
        if let Some(station) = &mut gateway.station {
            station.clear(now);
        }
        let users = self.users_of(Victim::Instance(instance));
        users
            .iter()
            .filter(|u| self.users[**u as usize].signed_in)
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|u| self.update_state(u));
        if forgets != Forgets::Nothing {
            self.forget_followed(instance);
        }
        match forgets {
            Forgets::Nothing => {}
            Forgets::Monitors => {
                for index in 0..self.dialogs.len() as u32 {
                    if self.dialogs[index].instance as usize == instance {
                        self.dialogs[index].dialog.forget_monitor();
                        self.count_session(index);
                    }
                }
            }
            Forgets::Sessions => {
                for u in self.users_known_to(instance) {
                    self.forget_dialogs(u, instance);
                }
            }
        }
    }

    /// The users of whom the gateway has a dialog, though another may serve them now.
    fn users_known_to(&self, instance: usize) -> Vec<u32> {
        let is_here = |i: u32| self.dialogs[i].instance as usize == instance;
        let is_known = |user: &User| self.dialogs.iter(user.dialogs).any(is_here);
        (0..self.users.len() as u32)
            .filter(|u| is_known(&self.users[*u as usize]))
            .collect()
    }

    /// The gateway forgets every dialog of a user.
    pub(super) fn forget_dialogs(&mut self, u: u32, instance: usize) {
        let mut next = self.users[u as usize].dialogs.first();
        while let Some(index) = next {
            next = self.dialogs.after(index);
            let held_dialog = &mut self.dialogs[index];
            if held_dialog.instance as usize != instance {
                continue;
            }
            if std::mem::take(&mut held_dialog.counted) {
                self.instances[instance].sessions -= 1;
            }
            held_dialog.alarm = Alarm::IDLE;
            let dialog = &held_dialog.dialog;
            let current =
                dialog.is_held() && dialog.number() == self.users[u as usize].client.dialog();
            let refreshing = dialog.refresh_pending();
            self.dialogs
                .remove(&mut self.users[u as usize].dialogs, index);
            if current && self.users[u as usize].signed_in {
                let now = self.now;
                let (probe, record) = self.probe(u);
                if refreshing {
                    probe.refresh_failed(record, RefreshFailure::Abandoned);
                }
                probe.dialog_forgotten(record, now, DropCause::GatewayDown, None);
            }
        }
    }

    /// Planned maintenance: sends BYE in every dialog of the instance.
    pub(super) fn send_bye_in_all_dialogs(&mut self, instance: usize) {
        for u in self.users_known_to(instance) {
            let mut next = self.users[u as usize].dialogs.first();
            while let Some(index) = next {
                next = self.dialogs.after(index);
                if self.dialogs[index].instance as usize == instance {
                    self.with_dialog(index, |dialog, _, now, port| dialog.shut_down(now, port));
                }
            }
        }
    }
}
