//! What one group gave to one replication: the least that can be simulated, kept and merged on its own.

use serde::{Deserialize, Serialize};

use super::Control;
use super::group::{Group, Shortcuts};
use super::plan::Plan;
use super::simulate::{Manner, Replication};
use crate::measure::Tally;

/// The counts of a group of gateways and their users, without drop rows. All of them are integers, so that it does not
/// matter who simulates a group, when, or in which order they are merged.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Portion {
    /// What belongs to the gateways, not to a client group.
    gateways: Tally,
    /// One per client group behind them, in the order of the plan.
    clients: Vec<Tally>,
}

impl Portion {
    /// Simulates the group at that place of [`Plan::groups`]; `None` where it was stopped.
    pub fn simulate(
        plan: &Plan,
        group: usize,
        replication: u32,
        control: &Control,
    ) -> Option<Portion> {
        let (gateway, number) = plan.groups()[group];
        let manner = Manner {
            shortcuts: Shortcuts::Taken,
            drop_rows: 0,
            control,
        };
        let harvest = Group::new(plan, gateway, number, replication, manner, ()).run()?;
        let clients = harvest
            .probes
            .into_iter()
            .map(|probe| probe.tally)
            .collect();
        Some(Portion {
            gateways: harvest.gateways,
            clients,
        })
    }
}

impl Replication {
    /// Adds what the group at that place of [`Plan::groups`] gave.
    pub fn add(&mut self, plan: &Plan, group: usize, portion: &Portion) {
        let (gateway, _) = plan.groups()[group];
        self.merge(plan, gateway, &portion.gateways, portion.clients.iter());
    }
}
