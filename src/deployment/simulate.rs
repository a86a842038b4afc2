//! Running a plan: every group in every replication is a work item of its own, on any thread, in any order.

use super::drop_log::DropLog;
use super::group::simulate_group;
use super::observer::Observer;
use super::parallel;
use super::plan::Plan;
use super::run_handle::RunHandle;
use super::run_options::{FastPaths, RunOptions};
use crate::measure::{MinuteBin, Tally};

/// The results of one replication.
#[derive(Debug, Default)]
pub struct Replication {
    /// One tally per client group of the plan, over all its gateways.
    pub clients: Vec<Tally>,
    /// One tally per `[[gateway]]` of the plan, over all its groups.
    pub gateways: Vec<Tally>,
    /// Everything.
    pub total: Tally,
    /// Drop rows, one log per gateway and client group, each by time of detection.
    pub drops: Vec<DropLog>,
}

impl Replication {
    /// A replication without results.
    pub fn empty(plan: &Plan) -> Self {
        Self {
            clients: vec![Tally::default(); plan.clients.len()],
            gateways: vec![Tally::default(); plan.gateways.len()],
            ..Self::default()
        }
    }

    /// Merges what belongs to the gateways of a group, and what belongs to each client group behind them.
    pub(super) fn merge<'a>(
        &mut self,
        plan: &Plan,
        gateway: usize,
        gateway_tally: &Tally,
        clients: impl Iterator<Item = &'a Tally>,
    ) {
        let members = (0..plan.clients.len()).filter(|c| plan.clients[*c].gateway == gateway);
        self.gateways[gateway].merge(gateway_tally);
        self.total.merge(gateway_tally);
        for (index, tally) in members.zip(clients) {
            self.clients[index].merge(tally);
            self.gateways[gateway].merge(tally);
            self.total.merge(tally);
        }
    }
}

/// Simulates one replication of the whole plan, its groups in parallel on the current thread pool.
pub fn simulate(plan: &Plan, replication: u32) -> Replication {
    simulate_with_fast_paths(plan, replication, FastPaths::On)
}

/// As [`simulate`], with fast paths on or off; the result must not depend on it.
pub fn simulate_with_fast_paths(
    plan: &Plan,
    replication: u32,
    fast_paths: FastPaths,
) -> Replication {
    let options = RunOptions {
        fast_paths,
        drop_rows: plan.drops_limit,
        handle: &RunHandle::default(),
    };
    simulate_with_options(plan, replication, options).unwrap_or_default()
}

/// As [`simulate`], with the given options; `None` where it was stopped.
pub(crate) fn simulate_with_options(
    plan: &Plan,
    replication: u32,
    options: RunOptions,
) -> Option<Replication> {
    let mut result = None;
    let mut drops = Vec::new();
    let never: Result<(), std::convert::Infallible> =
        simulate_each(plan, &[replication], options, |_, part| {
            match part {
                ReplicationPart::Drops(log) => drops.push(log),
                ReplicationPart::Complete(replication) => result = Some(*replication),
            }
            Ok(())
        });
    never.unwrap_or_default();
    result.map(|replication| Replication {
        drops,
        ..replication
    })
}

/// A part of the results, as [`simulate_each`] hands them over.
#[derive(Debug)]
pub(crate) enum ReplicationPart {
    /// The drop rows of the next gateway and client group.
    Drops(DropLog),
    /// The replication is complete; its drop rows were handed over before.
    Complete(Box<Replication>),
}

/// Work items simulated before their results are merged: the barrier costs little, and few logs are open at once.
const UNITS_AT_ONCE: usize = 256;
/// Of long runs, fewer: so many bytes of minutes wait to be merged, unless threads would be idle.
const MINUTES_AT_ONCE: u64 = 256 << 20;
/// Bytes of the distinct times in a station of a busy minute, and of what keeps them.
const STATION_MINUTE: u64 = 1 << 10;

/// About the bytes of the time series of one gateway, or of one client group.
pub fn bytes_of_minutes(plan: &Plan) -> u64 {
    let minutes = plan.horizon.0.div_ceil(60_000_000);
    let is_station = plan.gateways.iter().any(|g| g.station.is_some());
    let station = if is_station { STATION_MINUTE } else { 0 };
    minutes * (size_of::<MinuteBin>() as u64 + station)
}

/// How many work items of a plan are simulated before their results are merged: what they say must not fill memory.
pub fn units_at_once(plan: &Plan) -> usize {
    // Of the gateway and of its clients.
    let bytes = 2 * bytes_of_minutes(plan);
    let fit = (MINUTES_AT_ONCE / bytes.max(1)) as usize;
    UNITS_AT_ONCE.min(fit.max(2 * parallel::threads()))
}

/// Simulates replications, their groups in parallel on the current thread pool, and hands over the parts in order.
/// Stops where `take` fails or the run handle is stopped; a part handed over as complete is complete.
///
/// # Errors
/// Those of `take`.
pub(crate) fn simulate_each<E>(
    plan: &Plan,
    replications: &[u32],
    options: RunOptions,
    mut take: impl FnMut(u32, ReplicationPart) -> Result<(), E>,
) -> Result<(), E> {
    let groups = plan.groups();
    let mut merged = Box::new(Replication::empty(plan));
    let mut rows_left = options.drop_rows;
    let units = groups.len() * replications.len();
    let at_once = units_at_once(plan);
    for start in (0..units).step_by(at_once) {
        let chunk = start..(start + at_once).min(units);
        let options = RunOptions {
            drop_rows: rows_left,
            ..options
        };
        let results = parallel::map(chunk.clone().collect(), |unit: usize| {
            // Those that have not begun when the run is stopped do not begin.
            if options.handle.is_stopped() {
                return None;
            }
            let (gateway, group) = groups[unit % groups.len()];
            let replication = replications[unit / groups.len()];
            simulate_group(plan, gateway, group, replication, options, ())
        });
        for (unit, result) in chunk.zip(results) {
            let Some(result) = result else {
                return Ok(());
            };
            let (gateway, _) = groups[unit % groups.len()];
            let replication = replications[unit / groups.len()];
            merged.merge(
                plan,
                gateway,
                &result.gateways,
                result.probes.iter().map(|probe| &probe.tally),
            );
            for probe in result.probes {
                rows_left = rows_left.saturating_sub(probe.drops.len());
                take(replication, ReplicationPart::Drops(probe.drops))?;
            }
            if (unit + 1) % groups.len() == 0 {
                let merged_run = std::mem::replace(&mut merged, Box::new(Replication::empty(plan)));
                take(replication, ReplicationPart::Complete(merged_run))?;
            }
        }
    }
    Ok(())
}

/// Simulates one group with an observer, and returns the observer.
pub fn observe<W: Observer>(
    plan: &Plan,
    gateway: usize,
    group: u32,
    replication: u32,
    observer: W,
) -> Option<W> {
    observe_with_tally(plan, gateway, group, replication, observer).map(|(_, observer)| observer)
}

/// As [`observe`], with the tally of all users and gateways of the group.
pub(crate) fn observe_with_tally<W: Observer>(
    plan: &Plan,
    gateway: usize,
    group: u32,
    replication: u32,
    observer: W,
) -> Option<(Tally, W)> {
    let options = RunOptions {
        fast_paths: FastPaths::On,
        drop_rows: 0,
        handle: &RunHandle::default(),
    };
    let result = simulate_group(plan, gateway, group, replication, options, observer)?;
    let mut total = result.gateways;
    result
        .probes
        .iter()
        .for_each(|probe| total.merge(&probe.tally));
    Some((total, result.observer))
}
