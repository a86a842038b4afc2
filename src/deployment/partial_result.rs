//! The result of one group in one replication: the smallest result that is simulated, kept and merged on its own.

use serde::{Deserialize, Serialize};

use super::group::simulate_group;
use super::plan::Plan;
use super::run_handle::RunHandle;
use super::run_options::{FastPaths, RunOptions};
use super::simulate::Replication;
use crate::measure::Tally;

/// The counts of a group of gateways and their users, without drop rows. All of them are integers, so that it does not
/// matter who simulates a group, when, or in which order they are merged.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct PartialResult {
    /// What belongs to the gateways, not to a client group.
    gateways: Tally,
    /// One per client group behind them, in the order of the plan.
    clients: Vec<Tally>,
}

impl PartialResult {
    /// Simulates the group at that place of [`Plan::groups`]; `None` where it was stopped.
    pub fn simulate(
        plan: &Plan,
        group: usize,
        replication: u32,
        handle: &RunHandle,
    ) -> Option<Self> {
        let (gateway, number) = plan.groups()[group];
        let options = RunOptions {
            fast_paths: FastPaths::On,
            drop_rows: 0,
            handle,
        };
        let result = simulate_group(plan, gateway, number, replication, options, ())?;
        let clients = result.probes.into_iter().map(|probe| probe.tally).collect();
        Some(Self {
            gateways: result.gateways,
            clients,
        })
    }

    /// Everything that was counted.
    pub fn total(self) -> Tally {
        let mut total = self.gateways;
        self.clients.iter().for_each(|tally| total.merge(tally));
        total
    }
}

impl Replication {
    /// Adds what the group at that place of [`Plan::groups`] gave.
    pub fn add(&mut self, plan: &Plan, group: usize, partial: &PartialResult) {
        let (gateway, _) = plan.groups()[group];
        self.merge(plan, gateway, &partial.gateways, partial.clients.iter());
    }
}
