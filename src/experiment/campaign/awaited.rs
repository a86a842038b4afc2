//! What a campaign waits for: the units of other shares that are not there yet.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::{Campaign, Purpose};
use crate::experiment::backlog::Backlog;
use crate::experiment::case::Model;
use crate::experiment::share::Share;

impl Campaign {
    /// A unit of another share is not there yet.
    pub(super) fn awaits(&self, model: Model, purpose: Purpose) {
        self.awaited.fetch_add(1, Ordering::Relaxed);
        if !self.share.is_some_and(Share::is_nothing) {
            return;
        }
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = backlog.entry(model.hash.into()).or_insert_with(|| Backlog {
            plan: model.plan.clone(),
            replications: 0,
            units: 0,
            is_trial: purpose == Purpose::Trial,
        });
        entry.replications += 1;
        entry.units += match model.has_large_groups() {
            true => (model.plan.groups().len() * model.plan.strata().len().max(1)) as u64,
            false => 1,
        };
    }

    /// What the present round lacks, where the campaign's share is [nothing](Share::empty).
    pub fn backlog(&self) -> Vec<Backlog> {
        let backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        backlog.values().cloned().collect()
    }
}
