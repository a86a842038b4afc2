//! How often faults that are drawn at random come in a run: their times hang on their own streams, and on nothing else.

use super::group::{fault_stream, instance_key, ocs_key};
use super::plan::{FaultPlan, FaultTarget, Plan};
use super::rare_faults::{FirstOccurrence, source, user_source};
use crate::engine::{mix, name_key};
use crate::faults::{FaultKind, Schedule};
use crate::quantity::Time;

impl Plan {
    /// How often a fault that is drawn at random comes in the runs of a replication, all whom it hits together; `None`: it is
    /// not drawn at random, or is load.
    pub fn faults_in(&self, fault: usize, replication: u32) -> Option<u64> {
        let config = &self.faults[fault].config;
        if !config.kind.is_failure() || matches!(config.schedule, Schedule::Once { .. }) {
            return None;
        }
        let strata = self.strata();
        if strata.is_empty() {
            return Some(self.faults_in_run(fault, replication));
        }
        let runs = strata
            .iter()
            .map(|stratum| self.given_stratum(stratum, replication));
        Some(runs.map(|run| run.faults_in_run(fault, replication)).sum())
    }

    fn faults_in_run(&self, fault: usize, replication: u32) -> u64 {
        let plan = &self.faults[fault];
        let schedule = &plan.config.schedule;
        let mut count = 0;
        for (key, source) in self.sources(plan) {
            let mut stream = fault_stream(self, replication, plan, key);
            let first = self
                .foreknown
                .as_ref()
                .and_then(|occurrences| occurrences.first_occurrence(fault, source));
            let mut next = match first {
                None => schedule.next(Time::ZERO, &mut stream),
                Some(FirstOccurrence::After(until)) => schedule.next(until, &mut stream),
                Some(FirstOccurrence::At(at)) => schedule.at(at, &mut stream),
            };
            while let Some(occurrence) = next.filter(|o| o.begins < self.horizon) {
                count += 1;
                next = schedule.next(occurrence.ends, &mut stream);
            }
        }
        count
    }

    /// Those that draw a fault: the key of the stream of each, and its number.
    fn sources(&self, fault: &FaultPlan) -> Vec<(u64, u64)> {
        if fault.config.kind == FaultKind::OcsFailover {
            return vec![(ocs_key(), 0)];
        }
        if fault.config.kind.is_personal() {
            return self.users(fault);
        }
        if let FaultTarget::Clients(index) = fault.target {
            return vec![(name_key(&self.clients[index].name), 0)];
        }
        let mut sources = Vec::new();
        for (index, gateway) in self.gateways.iter().enumerate() {
            let is_hit = |instance: &u32| match fault.target {
                FaultTarget::Gateway(hit, number) => {
                    hit == index && number.is_none_or(|number| number == *instance)
                }
                _ => true,
            };
            let instances = (0..gateway.count + gateway.spare).filter(is_hit);
            sources.extend(instances.map(|instance| {
                let key = instance_key(&gateway.name, instance);
                (key, source(self, fault, index, instance))
            }));
        }
        sources
    }

    fn users(&self, fault: &FaultPlan) -> Vec<(u64, u64)> {
        let mut users = Vec::new();
        for (index, clients) in self.clients.iter().enumerate() {
            let count = self.gateways[clients.gateway].count;
            let is_hit = |number: &u32| match fault.target {
                FaultTarget::Gateway(_, Some(instance)) => number % count == instance,
                _ => true,
            };
            let hit = (0..clients.count)
                .filter(|number| fault.target.hits(index, clients) && is_hit(number));
            users.extend(hit.map(|number| {
                let key = mix(name_key(&clients.name), u64::from(number));
                (key, user_source(self, fault, index, number))
            }));
        }
        users
    }
}
