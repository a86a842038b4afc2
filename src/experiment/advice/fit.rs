//! Which levers are for what a trial shows, and what each turns.

use crate::deployment::ClientPlan;
use crate::experiment::lever::{LEVERS, Lever, LeverSituation, Turn};
use crate::measure::{Counter, DropCause, MissCause, Tally};
use crate::quantity::Span;
use crate::scenario::Scenario;

/// A gateway whose servers are busy for so much of the time cannot take its load.
const BUSY: f64 = 0.9;

/// Levers that are tried together, and what they turn.
pub(super) type Attempt = (Vec<&'static Lever>, Vec<Turn>);

/// Whether the gateway cannot take its load, whatever its users then lose.
fn is_overloaded(all: &Tally) -> bool {
    let station = &all.station;
    station.refused > 0 || station.busy_us as f64 > BUSY * station.server_us as f64
}

/// Whether set-ups fail, or none ever comes to an end.
fn is_shut_out(all: &Tally) -> bool {
    all.get(Counter::SetupsFailed) > 0 || all.get(Counter::SessionsEstablished) == 0
}

/// Whether a lever is for what a trial shows, where the load is judged or not.
fn fits(lever: &Lever, all: &Tally, is_of_load: bool) -> bool {
    if lever.causes.contains(&DropCause::Overload) && (is_of_load || is_overloaded(all)) {
        return true;
    }
    if lever.causes.is_empty() {
        let overload = all.missed[MissCause::Overload as usize];
        return all.get(Counter::SetupsFailed) > 0 || all.setting_up_us > 0 || overload > 0;
    }
    lever
        .causes
        .iter()
        .any(|cause| all.drops[*cause as usize] > 0)
        || (all.all_drops() == 0 && is_shut_out(all))
}

/// The levers for what a trial shows, each with what it turns. A lever at the clients turns those groups alone that it is
/// for, unless it is one of the load, which all of them make.
pub(super) fn applicable(
    scenario: &Scenario,
    gateway: usize,
    tallies: &[Tally],
    is_of_load: bool,
) -> Vec<(&'static Lever, Vec<Turn>)> {
    let (all, of_groups) = (&tallies[0], &tallies[1..]);
    let groups: Vec<&ClientPlan> = (scenario.plan.clients.iter())
        .filter(|c| c.gateway == gateway)
        .collect();
    let turns = |lever: &'static Lever| {
        let is_for_load = lever.causes.contains(&DropCause::Overload);
        let is_hit = |group: &Tally| is_for_load || fits(lever, group, false);
        let hit = groups.iter().zip(of_groups).filter(|(_, t)| is_hit(t));
        let hit: Vec<&ClientPlan> = hit.map(|(group, _)| *group).collect();
        let situation = LeverSituation {
            gateway: &scenario.plan.gateways[gateway],
            // What shows with all of them alone, as with none of them, is of all.
            clients: if hit.is_empty() { groups.clone() } else { hit },
            horizon: Span(scenario.plan.horizon.0),
        };
        (lever.turns)(&situation)
    };
    let mut applicable: Vec<(&'static Lever, Vec<Turn>)> = Vec::new();
    for lever in LEVERS.iter().filter(|lever| fits(lever, all, is_of_load)) {
        let turns = turns(lever);
        // In a mix of programs two levers may come to the same value.
        let is_same = |other: &[Turn]| sets(other).eq(sets(&turns));
        if !turns.is_empty() && !applicable.iter().any(|(_, other)| is_same(other)) {
            applicable.push((lever, turns));
        }
    }
    applicable
}

/// What is set, whomever it is for.
fn sets(turns: &[Turn]) -> impl Iterator<Item = (&str, &str, &str)> {
    turns
        .iter()
        .map(|t| (t.name.as_str(), t.key, t.value.as_str()))
}

/// Every two that turn different keys.
pub(super) fn pairs(singles: &[(&'static Lever, Vec<Turn>)]) -> Vec<Attempt> {
    let mut pairs = Vec::new();
    for (i, (one, turns)) in singles.iter().enumerate() {
        for (other, more) in &singles[i + 1..] {
            let same = |a: &Turn, b: &Turn| (&a.name, a.key) == (&b.name, b.key);
            if !turns.iter().any(|a| more.iter().any(|b| same(a, b))) {
                let turns = turns.iter().chain(more).cloned().collect();
                pairs.push((vec![*one, *other], turns));
            }
        }
    }
    pairs
}
