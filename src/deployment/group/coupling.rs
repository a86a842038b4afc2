//! Whether anything couples the users of a group, and the memory that a group takes.

use super::super::call::Call;
use super::super::interleave::MAX_ROWS;
use super::super::list_pool::ListPool;
use super::super::plan::{ClientPlan, Plan};
use super::event::Event;
use super::impairments::Impairments;
use super::instance::ClientLine;
use super::user::{ColdState, HeldDialog, User};
use crate::engine::EventKey;
use crate::protocol::ClientConfig;

/// Whether each user of a group of this gateway is simulated through the whole run on its own: nothing couples them, and
/// what they leave behind takes no more memory than all of them together, or little.
pub(super) fn takes_users_alone(plan: &Plan, gateway: usize, drop_rows: u64) -> bool {
    has_independent_users(plan, gateway, drop_rows)
        && bytes_retained(plan, gateway) <= bytes_together(plan, gateway).max(RETAINED_MOST)
}

/// What finished users leave behind takes so many bytes without a question. A day of a million users has 0.8 GB, a month of
/// 5,000 has 0.4 GB; a month of a million would have 71 GB, and all of them together take 2 GB.
const RETAINED_MOST: u64 = 1 << 30;

/// Whether the users of this gateway are independent of each other.
fn has_independent_users(plan: &Plan, gateway: usize, drop_rows: u64) -> bool {
    let gateway_plan = &plan.gateways[gateway];
    let mut clients = plan.clients.iter().filter(|c| c.gateway == gateway);
    Impairments::new(plan, gateway).is_none()
        && !plan.shares_limit(gateway)
        && gateway_plan.path.is_plain()
        && clients
            .all(|c| c.path.is_plain() && c.recorded_calls.is_none() && c.recorded_signs.is_none())
        && drop_rows <= MAX_ROWS
}

/// About the memory that the users of a group of this gateway take while it is simulated: all of them, or one
/// and what all users retain.
pub fn bytes_of_group(plan: &Plan, gateway: usize) -> u64 {
    match takes_users_alone(plan, gateway, plan.drops_limit) {
        true => bytes_per_user() + bytes_retained(plan, gateway),
        false => bytes_together(plan, gateway),
    }
}

/// The client groups of a gateway, each with its users in one group of the gateway.
fn users(plan: &Plan, gateway: usize) -> impl Iterator<Item = (&ClientPlan, u64)> {
    let (groups, _) = plan.gateways[gateway].groups();
    let clients = plan.clients.iter().filter(move |c| c.gateway == gateway);
    clients.map(move |c| (c, u64::from(c.count.div_ceil(groups))))
}

/// About the memory of all users of a group at once.
fn bytes_together(plan: &Plan, gateway: usize) -> u64 {
    users(plan, gateway).map(|(_, n)| n).sum::<u64>() * bytes_per_user()
}

/// Upper bound of the bytes that all users of a group retain, where each is simulated alone.
fn bytes_retained(plan: &Plan, gateway: usize) -> u64 {
    users(plan, gateway)
        .map(|(clients, n)| n * bytes_retained_per_user(plan, clients))
        .sum()
}

/// No Session-Expires is shorter, seconds: the catalogue allows none.
const SHORTEST_S: u32 = 10;

/// Upper bound of the bytes retained per finished user: 8 bytes for each change of its state to down or back, and half as
/// much to sort them. Where nothing goes wrong but refreshes, a session lasts until the first of them, half of
/// Session-Expires or the interval, or until a timer runs out later than the former.
fn bytes_retained_per_user(plan: &Plan, clients: &ClientPlan) -> u64 {
    let granting = &plan.gateways[clients.gateway].config;
    let shortest_us = |config: &ClientConfig| {
        let expires_s = (config.session_expires_s)
            .min(granting.session_expires_s)
            .max(SHORTEST_S);
        let refresh_us = config.refresh_interval.0 as f64 * (1.0 - config.refresh_jitter);
        (u64::from(expires_s) * 500_000)
            .min(refresh_us as u64)
            .max(1_000_000)
    };
    let shortest_us = clients
        .configs()
        .map(shortest_us)
        .min()
        .unwrap_or(1_000_000);
    let sign_ins = clients.sign_ins_at_most(plan.start, plan.horizon);
    2 * 12 * (sign_ins + plan.horizon.0 / shortest_us)
}

/// About the memory that a user takes while the group is simulated, with a dialog, two calls and their pending events;
/// half as much again for vectors that grow.
fn bytes_per_user() -> u64 {
    let pending = 6 * (size_of::<EventKey>() + size_of::<Event>());
    let user = size_of::<User>() + size_of::<ColdState>() + size_of::<ClientLine>();
    (user + ListPool::<HeldDialog>::SLOT_BYTES + 2 * ListPool::<Call>::SLOT_BYTES + pending) as u64
        * 3
        / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::user_record::UserRecord;
    use crate::protocol::Client;
    use crate::workload::CallProcess;

    #[test]
    fn a_user_takes_the_bytes_that_the_bench_notes_list() {
        assert_eq!([size_of::<User>(), size_of::<ColdState>()], [320, 64]);
        assert_eq!(
            [
                size_of::<Client>(),
                2 * size_of::<CallProcess>(),
                size_of::<UserRecord>()
            ],
            [120, 48, 56]
        );
        assert_eq!(
            [
                ListPool::<HeldDialog>::SLOT_BYTES,
                ListPool::<Call>::SLOT_BYTES
            ],
            [136, 48]
        );
        assert_eq!(size_of::<EventKey>() + size_of::<Event>(), 40);
    }
}
