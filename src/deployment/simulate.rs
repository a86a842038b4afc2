//! Running a plan: every group in every replication is a unit of its own, on any thread, in any order.

use rayon::prelude::*;

use super::control::Control;
use super::drop_log::DropLog;
use super::group::{Group, Shortcuts};
use super::plan::Plan;
use super::witness::Witness;
use crate::measure::Tally;

/// What one replication gave.
#[derive(Debug, Default)]
pub struct Replication {
    /// One tally per client group of the plan, over all its gateways.
    pub clients: Vec<Tally>,
    /// One tally per `[[gateway]]` of the plan, over all its groups.
    pub gateways: Vec<Tally>,
    /// Everything.
    pub all: Tally,
    /// Drop rows, one log per gateway and client group, each by time of detection.
    pub drops: Vec<DropLog>,
}

impl Replication {
    /// Nothing yet.
    pub fn none_of(plan: &Plan) -> Replication {
        Replication {
            clients: vec![Tally::default(); plan.clients.len()],
            gateways: vec![Tally::default(); plan.gateways.len()],
            ..Replication::default()
        }
    }

    /// Merges what belongs to the gateways of a group, and what belongs to each client group behind them.
    pub(super) fn merge<'a>(
        &mut self,
        plan: &Plan,
        gateway: usize,
        own: &Tally,
        clients: impl Iterator<Item = &'a Tally>,
    ) {
        let members = (0..plan.clients.len()).filter(|c| plan.clients[*c].gateway == gateway);
        self.gateways[gateway].merge(own);
        self.all.merge(own);
        for (index, tally) in members.zip(clients) {
            self.clients[index].merge(tally);
            self.gateways[gateway].merge(tally);
            self.all.merge(tally);
        }
    }
}

/// How a replication is run. Results do not depend on it, but for the drop rows that are kept.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// Whether plain paths are crossed in one event.
    pub shortcuts: Shortcuts,
    /// Drop rows kept, over all replications of the call.
    pub drop_rows: u64,
    /// Progress and interruption.
    pub control: &'a Control,
}

/// Simulates one replication of the whole plan, its groups in parallel on the current thread pool.
pub fn simulate(plan: &Plan, replication: u32) -> Replication {
    simulate_with(plan, replication, Shortcuts::Taken)
}

/// As [`simulate`], choosing whether plain paths are crossed in one event: the result must not depend on it.
pub fn simulate_with(plan: &Plan, replication: u32, shortcuts: Shortcuts) -> Replication {
    let manner = Manner {
        shortcuts,
        drop_rows: plan.drops_limit,
        control: &Control::default(),
    };
    simulate_under(plan, replication, manner).unwrap_or_default()
}

/// As [`simulate`], in the given manner; `None` where it was stopped.
pub fn simulate_under(plan: &Plan, replication: u32, manner: Manner) -> Option<Replication> {
    let mut result = None;
    let mut drops = Vec::new();
    let never: Result<(), std::convert::Infallible> =
        simulate_each(plan, &[replication], manner, |_, part| {
            match part {
                Part::Drops(log) => drops.push(log),
                Part::Whole(replication) => result = Some(*replication),
            }
            Ok(())
        });
    never.unwrap_or_default();
    result.map(|replication| Replication {
        drops,
        ..replication
    })
}

/// What [`simulate_each`] hands over.
#[derive(Debug)]
pub enum Part {
    /// The drop rows of the next gateway and client group.
    Drops(DropLog),
    /// The replication is complete; its drop rows were handed over before.
    Whole(Box<Replication>),
}

/// Units simulated before their results are merged: the barrier costs little, and few logs are open at once.
const UNITS_AT_ONCE: usize = 256;

/// Simulates replications, their groups in parallel on the current thread pool, and hands over the parts in order.
/// Stops where `take` fails or the control says so: what is handed over as whole is whole.
///
/// # Errors
/// Those of `take`.
pub fn simulate_each<E>(
    plan: &Plan,
    replications: &[u32],
    manner: Manner,
    mut take: impl FnMut(u32, Part) -> Result<(), E>,
) -> Result<(), E> {
    let groups = plan.groups();
    let mut merged = Box::new(Replication::none_of(plan));
    let mut rows_left = manner.drop_rows;
    let units = groups.len() * replications.len();
    for start in (0..units).step_by(UNITS_AT_ONCE) {
        let chunk = start..(start + UNITS_AT_ONCE).min(units);
        let manner = Manner {
            drop_rows: rows_left,
            ..manner
        };
        let results: Vec<_> = chunk
            .clone()
            .into_par_iter()
            .map(|unit| {
                let (gateway, group) = groups[unit % groups.len()];
                let replication = replications[unit / groups.len()];
                Group::new(plan, gateway, group, replication, manner, ()).run()
            })
            .collect();
        for (unit, harvest) in chunk.zip(results) {
            let Some(harvest) = harvest else {
                return Ok(());
            };
            let (gateway, _) = groups[unit % groups.len()];
            let replication = replications[unit / groups.len()];
            merged.merge(
                plan,
                gateway,
                &harvest.gateways,
                harvest.probes.iter().map(|probe| &probe.tally),
            );
            for probe in harvest.probes {
                rows_left = rows_left.saturating_sub(probe.drops.len());
                take(replication, Part::Drops(probe.drops))?;
            }
            if (unit + 1) % groups.len() == 0 {
                let whole = std::mem::replace(&mut merged, Box::new(Replication::none_of(plan)));
                take(replication, Part::Whole(whole))?;
            }
        }
    }
    Ok(())
}

/// Simulates one group under the eyes of a witness, and returns it.
pub fn watch<W: Witness>(
    plan: &Plan,
    gateway: usize,
    group: u32,
    replication: u32,
    witness: W,
) -> Option<W> {
    watch_and_count(plan, gateway, group, replication, witness).map(|(_, witness)| witness)
}

/// As [`watch`], with what was counted of all users and gateways of the group together.
pub fn watch_and_count<W: Witness>(
    plan: &Plan,
    gateway: usize,
    group: u32,
    replication: u32,
    witness: W,
) -> Option<(Tally, W)> {
    let manner = Manner {
        shortcuts: Shortcuts::Taken,
        drop_rows: 0,
        control: &Control::default(),
    };
    let harvest = Group::new(plan, gateway, group, replication, manner, witness).run()?;
    let mut whole = harvest.gateways;
    harvest
        .probes
        .iter()
        .for_each(|probe| whole.merge(&probe.tally));
    Some((whole, harvest.witness))
}
