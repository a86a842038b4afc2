//! The limit is checked before memory is taken: a clear refusal beats a killed process.

use crate::deployment::{Plan, bytes_of_group};
use crate::scenario::{Origin, Place, Scenario, ScenarioError};

/// Bytes of the largest groups that are simulated at once on that many threads.
pub(super) fn needed(plan: &Plan, threads: usize) -> u64 {
    let mut groups: Vec<u64> = Vec::new();
    for (index, gateway) in plan.gateways.iter().enumerate() {
        let (count, _) = gateway.groups();
        groups.extend(std::iter::repeat_n(
            bytes_of_group(plan, index),
            threads.min(count as usize),
        ));
    }
    groups.sort_unstable_by(|a, b| b.cmp(a));
    // Replications fill the threads that the groups leave idle.
    let largest = groups.first().copied().unwrap_or(0);
    let others: u64 = groups.iter().skip(1).take(threads.saturating_sub(1)).sum();
    let idle = threads.saturating_sub(groups.len()) as u64;
    largest + others + idle * largest
}

/// Bytes that are free for this process; `None` where the system does not say.
fn available() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    // What a control group calls used includes files that it would drop at once, so its total is the bound.
    let limit = system
        .cgroup_limits()
        .map_or(u64::MAX, |limits| limits.total_memory);
    Some(system.available_memory().min(limit)).filter(|free| *free > 0)
}

/// Refuses a scenario whose users would not fit.
///
/// # Errors
/// The count that is too large, where it stands, and what helps.
pub(super) fn check(scenario: &Scenario, threads: usize) -> Result<(), ScenarioError> {
    let Some(available) = available() else {
        return Ok(());
    };
    let needed = needed(&scenario.plan, threads);
    if needed <= available / 10 * 9 {
        return Ok(());
    }
    let largest = scenario.plan.clients.iter().max_by_key(|c| c.count);
    let (name, count) = largest.map_or(("", 0), |c| (c.name.as_str(), c.count));
    let place = match scenario
        .section("clients", name)
        .map(|s| &s.setting("count").origin)
    {
        Some(Origin::File(place)) => place.clone(),
        _ => Place::whole("--set"),
    };
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let message = format!(
        "clients.{name}.count: found {count}, expected fewer: the users of all groups need about {} of memory on {threads} \
         threads, {} are free; fewer --jobs or more gateways (each is simulated on its own) need less, too",
        gigabytes(needed),
        gigabytes(available)
    );
    Err(ScenarioError::input(&place, message))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::{Override, load};

    fn megabytes(sets: &[&str], threads: usize) -> u64 {
        let sets: Vec<Override> = sets.iter().map(|s| Override::parse(s).unwrap()).collect();
        needed(
            &load(Path::new("models/large.toml"), &sets).unwrap().plan,
            threads,
        ) / 1_000_000
    }

    #[test]
    fn what_is_needed_is_what_is_in_memory_at_once() {
        // One user, and what each of the 5,000 of a group leaves behind: in 8 h 33 sessions of half a Session-Expires,
        // 15 min, with two changes of 12 bytes each, 3.96 MB. More users in more groups need no more; two threads take two
        // groups.
        let [few, many] = ["4", "200"].map(|gateways| {
            let users = format!("clients.count={}", gateways.parse::<u32>().unwrap() * 5_000);
            megabytes(&[&users, &format!("gateway.count={gateways}")], 1)
        });
        assert_eq!((few, many), (3, 3));
        assert_eq!(megabytes(&[], 2), 7);
        // All users of an N + 1 group with a limit share one agenda, whatever the number of gateways: 1.2 to 1.8 kB each.
        let coupled = megabytes(&["gateway.spare=1", "gateway.max_sessions=100000"], 1);
        assert!((120..180).contains(&coupled), "{coupled}");
    }
}
